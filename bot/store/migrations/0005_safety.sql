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

-- When the next moderator is asked to come to somebody who calls; NULL: nobody calls. A chat that
-- waits to be counted is woken for it all the same.
ALTER TABLE chats ADD COLUMN calls_at BIGINT;
CREATE INDEX chats_by_call ON chats (calls_at) WHERE calls_at IS NOT NULL;

-- What people said of themselves at a check-in, once for a series: `person` is their key, `called`
-- what else they were called when they checked in, a name a line, known only to be hidden.
CREATE TABLE checkins (
    series TEXT NOT NULL,
    person TEXT NOT NULL,
    at BIGINT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    country TEXT NOT NULL,
    interest TEXT NOT NULL,
    consent TEXT NOT NULL,
    called TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (series, person)
);

-- Public editions of transcripts that were handed out, each with a number of its own within a chat.
CREATE TABLE publications (
    chat TEXT NOT NULL,
    number BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (chat, number)
);

-- What such an edition said of a message, without its words; a row only where it differs from what
-- the edition before said. `line` is the number that the message has in every edition (0: it was
-- in none yet), `silence` why it is not shown (empty: it is).
CREATE TABLE published (
    chat TEXT NOT NULL,
    message TEXT NOT NULL,
    number BIGINT NOT NULL,
    line BIGINT NOT NULL,
    silence TEXT NOT NULL,
    worded_at BIGINT NOT NULL,
    topics TEXT NOT NULL,
    PRIMARY KEY (chat, message, number)
);

-- Who wrote in which chats, and when: whether somebody was there before, what they were called last,
-- and what is theirs when they leave.
CREATE INDEX messages_by_author ON messages (author, chat, at);

-- In which rooms a chat is held: asked for each chat that is planned, or waits to be counted.
CREATE INDEX rooms_by_chat ON rooms (chat);

-- Messages in which something may be quoted: they are looked at whenever words are gone, and no
-- others are, however long the chat is.
CREATE INDEX messages_that_quote ON messages (chat, at, key) WHERE text LIKE '%>%';
