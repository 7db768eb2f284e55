CREATE TABLE chats (
    chat TEXT PRIMARY KEY,
    series TEXT NOT NULL,
    title TEXT NOT NULL,
    stage TEXT NOT NULL,
    planned_at BIGINT NOT NULL,
    opens_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    wake_at BIGINT
, calls_at BIGINT);
INSERT INTO "chats" VALUES('club-2026-12-07','club','A journal club','archived',1796586600000000,1796587200000000,1796760000000000,NULL,NULL);
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
CREATE TABLE erasures (
    pseudonym TEXT PRIMARY KEY,
    salt TEXT NOT NULL,
    digest TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE TABLE events (
    chat TEXT NOT NULL,
    seq INTEGER NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (chat, seq)
);
INSERT INTO "events" VALUES('club-2026-12-07',1,'Planned','{"at":"2026-12-06T19:50:00Z","chat":"club-2026-12-07","series":"club","agenda":{"title":"A journal club","zone":"Australia/Sydney","window":"P2D","rooms":[{"platform":"local","name":"club"}],"topics":[{"ask":"What was asked?","after":"PT0S"},{"ask":"What was found?","after":"PT1H"}],"hashtag":"","moderators":{"local":["henry"]},"guests":{},"welcome":"","reading":null,"closing":"","reminders":[],"keep_late":false,"thread_per_topic":false,"publish":false,"share_names":false,"archive_channel":false,"alerts":{},"notify":{},"keep":null,"hide":false,"allow_words":[],"blocked_domains":[],"help_lines":{},"on_call":{},"rules":"","require_checkin":false,"roles":["physician","nurse","trainee","scientist","patient","advocate","industry"],"consent":"named","members_only":{},"forget_on_leave":false,"round_times":"PT15M"},"opens_at":"2026-12-06T20:00:00Z","closes_at":"2026-12-08T20:00:00Z","following":null}');
INSERT INTO "events" VALUES('club-2026-12-07',2,'Opened','{"at":"2026-12-06T20:00:00Z","by":""}');
INSERT INTO "events" VALUES('club-2026-12-07',3,'TopicOpened','{"at":"2026-12-06T20:00:00Z","number":1}');
INSERT INTO "events" VALUES('club-2026-12-07',4,'TopicPosted','{"at":"2026-12-06T20:00:00Z","number":1,"room":{"platform":"local","name":"club"},"ref":"club-2026-12-07.3.0","thread":"T1"}');
INSERT INTO "events" VALUES('club-2026-12-07',5,'TopicOpened','{"at":"2026-12-06T21:00:00Z","number":2}');
INSERT INTO "events" VALUES('club-2026-12-07',6,'TopicPosted','{"at":"2026-12-06T21:00:00Z","number":2,"room":{"platform":"local","name":"club"},"ref":"club-2026-12-07.5.0","thread":"T2"}');
INSERT INTO "events" VALUES('club-2026-12-07',7,'Closed','{"at":"2026-12-08T20:00:00Z","by":""}');
INSERT INTO "events" VALUES('club-2026-12-07',8,'Summarised','{"at":"2026-12-08T20:00:00Z","tally":{"participants":3,"moderators":0,"messages":3,"topics":[{"number":1,"messages":2,"participants":2},{"number":2,"messages":1,"participants":1}],"rooms":[{"room":{"platform":"local","name":"club"},"messages":3,"participants":3}]}}');
INSERT INTO "events" VALUES('club-2026-12-07',9,'RoomArchived','{"at":"2026-12-08T20:00:00Z","room":{"platform":"local","name":"club"}}');
INSERT INTO "events" VALUES('club-2026-12-07',10,'Archived','{"at":"2026-12-08T20:00:00Z"}');
CREATE TABLE kept (
    series TEXT PRIMARY KEY,
    keep BIGINT NOT NULL
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
, concerns TEXT NOT NULL DEFAULT '', held TEXT NOT NULL DEFAULT '');
INSERT INTO "messages" VALUES('local:club/1','club-2026-12-07','local:club','1',1,1796586600000000,'ann','Ann','participant','Good morning, it''s early.','',1796586600000000,0,0,NULL,NULL,'early','','none','','','');
INSERT INTO "messages" VALUES('local:club/club-2026-12-07.2.0','club-2026-12-07','local:club','club-2026-12-07.2.0',1,1796587200000000,'rounds','Rounds','bot','Welcome to A journal club.

To answer topic 1 begin with T1 (or A1), or reply to it.

T1 follows now. The chat closes <t:1796760000:F>.','',1796587200000000,0,0,NULL,NULL,'on_time','1','time','','','');
INSERT INTO "messages" VALUES('local:club/club-2026-12-07.3.0','club-2026-12-07','local:club','club-2026-12-07.3.0',1,1796587200000000,'rounds','Rounds','bot','T1: What was asked?

Next: T2, <t:1796590800:F>. The chat closes <t:1796760000:F>.','1',1796587200000000,0,0,NULL,NULL,'on_time','1','label','','','');
INSERT INTO "messages" VALUES('local:club/2','club-2026-12-07','local:club','2',1,1796587260000000,'ann','Ann','participant','T1: Whether to wait. 10.1016/j.eururo.2026.01.001','1',1796587260000000,0,0,NULL,NULL,'on_time','1','label','','','');
INSERT INTO "messages" VALUES('local:club/3','club-2026-12-07','local:club','3',1,1796587320000000,'bo','Bö','participant','And for whom?
The "others"?','',1796587320000000,0,0,'local:club/2',NULL,'on_time','1','reply','','','');
INSERT INTO "messages" VALUES('local:club/club-2026-12-07.5.0','club-2026-12-07','local:club','club-2026-12-07.5.0',1,1796590800000000,'rounds','Rounds','bot','T2: What was found?

The chat closes <t:1796760000:F>.','2',1796590800000000,0,0,NULL,NULL,'on_time','2','label','','','');
INSERT INTO "messages" VALUES('local:club/4','club-2026-12-07','local:club','4',1,1796590860000000,'cy','Cy','participant','T2: Little; see https://example.org/a?b=1','2',1796590980000000,1,0,NULL,NULL,'on_time','2','label','','','');
INSERT INTO "messages" VALUES('local:club/5','club-2026-12-07','local:club','5',1,1796591040000000,'cy','Cy','participant','','2',1796591040000000,0,1,NULL,NULL,'on_time','2','label','','','');
INSERT INTO "messages" VALUES('local:club/club-2026-12-07.8.0','club-2026-12-07','local:club','club-2026-12-07.8.0',1,1796760000000000,'rounds','Rounds','bot','Closed: A journal club. 3 participants wrote 3 messages. By topic: T1: 2, T2: 1.','',1796760000000000,0,0,NULL,NULL,'on_time','2','time','','','');
INSERT INTO "messages" VALUES('local:club/6','club-2026-12-07','local:club','6',1,1796761800000000,'bo','Bö','participant','','',1796761800000000,0,0,NULL,NULL,'late','2','time','','','');
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
, leased_by TEXT NOT NULL DEFAULT '');
INSERT INTO "outbox" VALUES('club-2026-12-07/2/0','club-2026-12-07',2,0,'local:club','Post','','done',1796587200000000,0,1796587260000000,1,'');
INSERT INTO "outbox" VALUES('club-2026-12-07/3/0','club-2026-12-07',3,0,'local:club','Post','','done',1796587200000000,0,1796587260000000,1,'');
INSERT INTO "outbox" VALUES('club-2026-12-07/5/0','club-2026-12-07',5,0,'local:club','Post','','done',1796590800000000,0,1796590860000000,1,'');
INSERT INTO "outbox" VALUES('club-2026-12-07/8/0','club-2026-12-07',8,0,'local:club','Post','','done',1796760000000000,0,1796760060000000,1,'');
INSERT INTO "outbox" VALUES('club-2026-12-07/8/1','club-2026-12-07',8,1,'local:club','Archive','','done',1796760000000000,0,1796760060000000,1,'');
CREATE TABLE planned (
    series TEXT PRIMARY KEY,
    until BIGINT NOT NULL
);
CREATE TABLE publications (
    chat TEXT NOT NULL,
    number BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (chat, number)
);
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
CREATE TABLE reactions (
    message TEXT NOT NULL,
    person TEXT NOT NULL,
    emoji TEXT NOT NULL,
    at BIGINT NOT NULL,
    present INTEGER NOT NULL,
    PRIMARY KEY (message, person, emoji)
);
INSERT INTO "reactions" VALUES('local:club/2','local:bo','👍',1796587500000000,1);
CREATE TABLE rooms (
    room TEXT NOT NULL,
    chat TEXT NOT NULL,
    PRIMARY KEY (room, chat)
);
INSERT INTO "rooms" VALUES('local:club','club-2026-12-07');
CREATE TABLE secrets (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);
INSERT INTO "secrets" VALUES('signing','only-for-tests');
CREATE TABLE serving (
    name TEXT PRIMARY KEY,
    told_as TEXT NOT NULL,
    host TEXT NOT NULL,
    address TEXT NOT NULL,
    near TEXT NOT NULL
);
CREATE TABLE threads (
    room TEXT NOT NULL,
    thread TEXT NOT NULL,
    chat TEXT NOT NULL,
    PRIMARY KEY (room, thread)
);
CREATE TABLE tried (
    name TEXT PRIMARY KEY,
    at BIGINT NOT NULL
);
CREATE INDEX chats_by_wake ON chats (wake_at) WHERE wake_at IS NOT NULL;
CREATE INDEX chats_by_stage ON chats (stage);
CREATE INDEX chats_by_series ON chats (series, opens_at);
CREATE INDEX messages_in_order ON messages (chat, at, key);
CREATE INDEX messages_by_parent ON messages (parent) WHERE parent IS NOT NULL;
CREATE INDEX messages_reworded ON messages (chat, worded_at) WHERE edited = 1;
CREATE INDEX outbox_waiting ON outbox (room, queued_at, chat) WHERE state = 'waiting';
CREATE INDEX outbox_in_order ON outbox (room, chat, seq, n) WHERE state = 'waiting';
CREATE INDEX chats_by_call ON chats (calls_at) WHERE calls_at IS NOT NULL;
CREATE INDEX messages_by_author ON messages (author, chat, at);
CREATE INDEX rooms_by_chat ON rooms (chat);
CREATE INDEX messages_that_quote ON messages (chat, at, key) WHERE text LIKE '%>%';
PRAGMA user_version = 5;
