-- Who serves, as it tells others: one row, of whoever began last. On PostgreSQL, where no file lies
-- beside the store, it is how others find the process.
CREATE TABLE serving (
    name TEXT PRIMARY KEY,
    told_as TEXT NOT NULL,
    host TEXT NOT NULL,
    address TEXT NOT NULL,
    near TEXT NOT NULL
);

-- When something was last written only to see that it can be: one row for each who tries.
CREATE TABLE tried (
    name TEXT PRIMARY KEY,
    at BIGINT NOT NULL
);
DELETE FROM secrets WHERE name = 'written at';

-- What the guard sees in a message's wording (words between spaces), and why it is held back
-- (empty: it is not).
ALTER TABLE messages ADD COLUMN concerns TEXT NOT NULL DEFAULT '';
ALTER TABLE messages ADD COLUMN held TEXT NOT NULL DEFAULT '';

-- What people said of themselves at a check-in, once for a series: `person` is their key.
CREATE TABLE checkins (
    series TEXT NOT NULL,
    person TEXT NOT NULL,
    at BIGINT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    country TEXT NOT NULL,
    interest TEXT NOT NULL,
    consent TEXT NOT NULL,
    PRIMARY KEY (series, person)
);
