-- For how long each series' agenda keeps people's words, as its chats were last told
-- (microseconds; none here: for good).
CREATE TABLE kept (
    series TEXT PRIMARY KEY,
    keep BIGINT NOT NULL
);

-- Who was erased: a digest, with a salt of its own, of the key that they were counted by, so that
-- what they had said before is known again where a platform tells it late. It names nobody.
CREATE TABLE erasures (
    pseudonym TEXT PRIMARY KEY,
    salt TEXT NOT NULL,
    digest TEXT NOT NULL,
    at BIGINT NOT NULL
);
