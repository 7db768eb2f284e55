-- Which process leased an action: what one that is gone had leased is taken over.
ALTER TABLE outbox ADD COLUMN leased_by TEXT NOT NULL DEFAULT '';
