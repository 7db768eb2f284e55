-- Times are microseconds since 1970-01-01 UTC. The text of people's messages stands in
-- messages.text and nowhere else.

CREATE TABLE events (
    chat TEXT NOT NULL,
    seq INTEGER NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (chat, seq)
);

-- What the log says of each chat, for looking chats up; written with the log.
CREATE TABLE chats (
    chat TEXT PRIMARY KEY,
    series TEXT NOT NULL,
    title TEXT NOT NULL,
    stage TEXT NOT NULL,
    planned_at BIGINT NOT NULL,
    opens_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    wake_at BIGINT
);
CREATE INDEX chats_by_wake ON chats (wake_at) WHERE wake_at IS NOT NULL;
CREATE INDEX chats_by_stage ON chats (stage);
CREATE INDEX chats_by_series ON chats (series, opens_at);

CREATE TABLE rooms (
    room TEXT NOT NULL,
    chat TEXT NOT NULL,
    PRIMARY KEY (room, chat)
);

CREATE TABLE messages (
    key TEXT PRIMARY KEY,
    chat TEXT NOT NULL,
    room TEXT NOT NULL,
    id TEXT NOT NULL,
    said INTEGER NOT NULL,
    at BIGINT NOT NULL,
    author TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    text TEXT NOT NULL,
    labels TEXT NOT NULL,
    worded_at BIGINT,
    edited INTEGER NOT NULL,
    withdrawn INTEGER NOT NULL,
    parent TEXT,
    thread TEXT,
    timing TEXT NOT NULL,
    topics TEXT NOT NULL,
    placed_by TEXT NOT NULL,
    attachments TEXT NOT NULL
);
CREATE INDEX messages_in_order ON messages (chat, at, key);
CREATE INDEX messages_by_parent ON messages (parent) WHERE parent IS NOT NULL;
CREATE INDEX messages_reworded ON messages (chat, worded_at) WHERE edited = 1;

CREATE TABLE reactions (
    message TEXT NOT NULL,
    person TEXT NOT NULL,
    emoji TEXT NOT NULL,
    at BIGINT NOT NULL,
    present INTEGER NOT NULL,
    PRIMARY KEY (message, person, emoji)
);

CREATE TABLE outbox (
    key TEXT PRIMARY KEY,
    chat TEXT NOT NULL,
    seq INTEGER NOT NULL,
    n INTEGER NOT NULL,
    room TEXT NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    state TEXT NOT NULL,
    queued_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    leased_until BIGINT NOT NULL,
    tries INTEGER NOT NULL
);
CREATE INDEX outbox_waiting ON outbox (room, queued_at, chat) WHERE state = 'waiting';
CREATE INDEX outbox_in_order ON outbox (room, chat, seq, n) WHERE state = 'waiting';

-- How far each series' dates have been looked at.
CREATE TABLE planned (
    series TEXT PRIMARY KEY,
    until BIGINT NOT NULL
);

CREATE TABLE secrets (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);
