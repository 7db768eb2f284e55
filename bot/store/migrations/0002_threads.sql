-- Which chat a thread belongs to, in rooms that are there for other talk too.
CREATE TABLE threads (
    room TEXT NOT NULL,
    thread TEXT NOT NULL,
    chat TEXT NOT NULL,
    PRIMARY KEY (room, thread)
);
