"""A journal club in two rooms, realistic and hostile, as the store would hold it."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import UTC, datetime, timedelta

from bot.engine import events
from bot.engine.agenda import Agenda, Reading, Room, Topic
from bot.engine.fold import fold
from bot.engine.hearing import hear
from bot.engine.messages import Attachment, Message
from bot.engine.people import Person, Role
from bot.engine.signals import Deleted, Edited, Said, Speech
from bot.engine.state import Chat
from bot.store.opening import IN_MEMORY, Where, opened
from bot.store.tables import Tables
from bot.transcripts.rendering import render

OPENS = datetime(2026, 12, 6, 20, tzinfo=UTC)
CLOSES = OPENS + timedelta(hours=48)
HOME = Room("local", "urojc")
AWAY = Room("slack", "C04UROJC")
SCRIPT = "<script>alert('x')</script>"
IMAGE = '"><img src=x onerror=alert(1)>'

AGENDA = Agenda(
    title="International Urology Journal Club <b>& friends</b>",
    zone="Australia/Sydney",
    window=CLOSES - OPENS,
    rooms=(HOME, AWAY),
    topics=(
        Topic("What question did the authors try to answer?", timedelta(0)),
        Topic("Is 1,643 men | enough? {{ site.title }} *honestly*", timedelta(hours=6)),
        Topic("Left out for lack of time", timedelta(hours=12)),
        Topic("Would this change your practice?", timedelta(hours=24)),
    ),
    hashtag="#urojc",
    moderators={"local": ("henry",), "slack": ("U0HENRY",)},
    guests={"local": ("author",)},
    reading=Reading(
        citation="Hamdy FC, et al. Fifteen-Year Outcomes. N Engl J Med 2023;388:1547-58.",
        doi="10.1056/NEJMoa2214122",
        authors=("Freddie Hamdy", "Jenny Donovan"),
    ),
)


def after(**span: float) -> datetime:
    """Return a moment counted from the opening: `after(hours=2)`."""
    return OPENS + timedelta(**span)


def posted(number: int, at: datetime, room: Room) -> events.TopicPosted:
    """Return the event of a topic's post, whose id is `t1` and so on."""
    return events.TopicPosted(at, number, room, f"t{number}", f"T{number}")


LOG: list[events.Event] = [
    events.Planned(after(days=-14), "urojc-2026-12-07", "urojc", AGENDA, OPENS, CLOSES),
    events.Opened(OPENS),
    events.TopicOpened(OPENS, 1),
    posted(1, OPENS, HOME),
    posted(1, after(seconds=2), AWAY),
    events.TopicOpened(after(hours=6), 2),
    posted(2, after(hours=6), HOME),
    posted(2, after(hours=6, seconds=1), AWAY),
    events.TopicSkipped(after(hours=12), 3),
    events.TopicOpened(after(hours=24), 4),
    posted(4, after(hours=24), HOME),
    posted(4, after(hours=24), AWAY),
    events.TopicAdded(after(hours=25), 5, "What <i>should</i> be studied next?", CLOSES),
    events.Corrected(after(hours=26), "local:urojc/m9", (2,), "local:henry"),
    events.Withdrew(after(hours=30), "slack:U0GONE"),
    events.Closed(CLOSES),
]
CHAT = fold(LOG)

_PEOPLE = {
    "henry": Person("local", "henry", "Henry"),
    "author": Person("local", "author", "Jenny Donovan"),
    "emma": Person("local", "emma", "Emma Lindqvist"),
    "kofi": Person("local", "kofi", "Kofi Mensah"),
    "evil": Person("local", "evil", IMAGE + "\u202egnirb"),
    "bell": Person("local", "bell", "=1+1\x07"),
    "noor": Person("slack", "U0NOOR", "نور الهدى"),
    "gone": Person("slack", "U0GONE", "Gone Again"),
    "host": Person("slack", "U0HENRY", "Henry"),
    "bot": Person("local", "rounds", "Rounds", role=Role.BOT),
    "slackbot": Person("slack", "rounds", "Rounds", role=Role.BOT),
}
_FIGURE = Attachment(
    "forest <plot> \u202efdp.png", "image/png", 182_044, "https://cdn.example/f?a=1&b=2"
)
_TRAP = Attachment("=cmd.csv", "text/csv", 12, "javascript:alert(1)")


def said(
    id_: str,
    at: datetime,
    who: str,
    text: str,
    reply_to: str | None = None,
    thread: str | None = None,
    files: tuple[Attachment, ...] = (),
) -> Said:
    """Return a message; who speaks decides the room."""
    person = _PEOPLE[who]
    room = HOME if person.platform == "local" else AWAY
    return Said(at, room, id_, person, text, reply_to, thread, files)


def _stamp(at: datetime) -> str:
    return f"<t:{int(at.timestamp())}:F>"


SIGNALS: Sequence[Speech] = (
    said("m1", after(minutes=-15), "emma", "Good morning from Uppsala ☕"),
    said("b1", OPENS, "bot", f"Urology Journal Club is open.\nThe chat closes {_stamp(CLOSES)}."),
    said("t1", OPENS, "bot", f"T1: {AGENDA.topics[0].ask}\n\nNext: T2, {_stamp(after(hours=6))}."),
    said("t1", after(seconds=2), "slackbot", f"T1: {AGENDA.topics[0].ask}"),
    said("m2", after(minutes=1), "henry", "Welcome! Say who you are. https://rounds.example/rules"),
    said("m3", after(minutes=2.5), "emma", "Emma, *urologist*, **no** conflicts.", "m2"),
    said("m4", after(minutes=4), "kofi", "A1: Survival, see https://doi.org/10.1056/NEJMoa2214122.",
         "t1", "T1"),
    said("m5", after(minutes=5, milliseconds=115), "evil", f"{SCRIPT} [click](javascript:alert(1)) "
         "[doc](https://example.org/a_(b)) <img src=x onerror=alert(1)> </article></main>"),
    said("m6", after(minutes=6), "bell", '=HYPERLINK("https://evil.example";"x")'),
    said("m7", after(minutes=7), "evil", "@emma +1\n\n- one\n- two\n1. three\n# four\n    five\n"
         "| a | b |\n|---|---|\n[^1]: note\n```\n<b>code</b>\n```\n> quoted *words*\nSetext\n==="),
    said("m8", after(minutes=8), "author", "<@emma> we asked <@!kofi> and <@nobody>; "
         "`PSA < 10 && age > 50` ~~not~~ __underlined__ 2*3*4 snake_case_name", "m4",
         files=(_FIGURE, _TRAP)),
    said("m9", after(minutes=9), "kofi", "Ctrl: \x1b[31mred\x1b[0m \x00 \u2028 \u202eesrever\u202c "
         "end\r\nnext line", "m3"),
    said("1733515800.000100", after(minutes=10), "noor",
         "A1: <@U0HENRY|henry> *bold* _slanted_ ~gone~ <https://nejm.org/x?a=1&b=2|the paper> "
         "<#C01|general> <!here> <!date^1765080000^{date}|soon> سؤال جيد", "t1"),
    said("1733515860.000200", after(minutes=11), "gone", "the postman from Elm Street"),
    said("1733515920.000300", after(minutes=12), "host", "Thank you all.", "1733515860.000200"),
    said("t2", after(hours=6), "bot", f"T2: {AGENDA.topics[1].ask}\n\nNext: T4."),
    said("t2", after(hours=6, seconds=1), "slackbot", f"T2: {AGENDA.topics[1].ask}"),
    said("m10", after(hours=6, minutes=4), "emma", "A2: No. doi:10.1016/j.eururo.2020.01.001 says "
         "`more` {{ page }} {% raw %} $x$ <!-- hm -->"),
    said("m11", after(hours=6, minutes=5), "kofi", "A1-A2: both, I think", "m10"),
    said("m12", after(hours=6, minutes=6), "evil", "[a]: javascript:alert(2)\n<javascript:alert(3)>"
         "\n<https://evil.example/\"onmouseover=alert(4)|x>\ndata:text/html,x", "m10"),
    said("m13", after(hours=20), "emma", "Reply to something elsewhere", "somewhere-else"),
    said("t4", after(hours=24), "bot", f"T4: {AGENDA.topics[3].ask}"),
    said("t4", after(hours=24), "slackbot", f"T4: {AGENDA.topics[3].ask}"),
    said("m14", after(hours=24, minutes=2), "emma", "A4 Yes https://doi.org/10.1056/nejmoa2214122"),
    said("m15", after(hours=24, minutes=3), "kofi", "-1 from me"),
    said("m16", after(hours=30), "author", "Deleted by its author"),
    Deleted(after(hours=31), HOME, "m16"),
    said("m17", after(hours=32), "kofi", "First wording"),
    Edited(after(hours=33), HOME, "m17", "A4: Second & last wording"),
    said("b2", after(hours=48, seconds=1), "bot", "The club is closed."),
    said("m18", after(hours=49), "emma", "Too late, and not kept"),
)  # fmt: skip
REACTIONS = [
    ("local:urojc/m4", "local:emma", "👍"),
    ("local:urojc/m4", "slack:U0NOOR", "👍"),
    ("local:urojc/m4", "local:evil", "<b>"),
    ("local:urojc/m10", "local:kofi", "❤️"),
    ("local:urojc/m16", "local:kofi", "🎉"),
    ("slack:C04UROJC/1733515800.000100", "slack:U0HENRY", "<:rounds:812345678901234567>"),
]


def heard(chat: Chat, signals: Iterable[Speech]) -> list[Message]:
    """Return the rows that the engine makes of signals, in their order."""
    rows: dict[str, Message] = {}
    for signal in signals:
        key = f"{signal.room}/{signal.id}"
        parent = signal.reply_to if isinstance(signal, Said) else None
        rows[key] = hear(chat, rows.get(key), rows.get(f"{signal.room}/{parent}"), signal)
    return list(rows.values())


async def keep(
    tables: Tables,
    messages: Iterable[Message],
    log: Sequence[events.Event] = LOG,
    reactions: Iterable[tuple[str, str, str]] = (),
) -> Chat:
    """Write a chat with its messages into a store; return it."""
    chat = fold(list(log))
    await tables.append([(chat.id, seq, event) for seq, event in enumerate(log, 1)])
    await tables.put_chats([chat])
    await tables.put_rooms([(room, chat.id) for room in chat.agenda.rooms])
    await tables.put_messages(messages)
    await tables.put_reactions([(key, who, emoji, OPENS, True) for key, who, emoji in reactions])
    return chat


@contextlib.asynccontextmanager
async def kept(
    messages: Iterable[Message],
    log: Sequence[events.Event] = LOG,
    reactions: Iterable[tuple[str, str, str]] = (),
    where: Where = IN_MEMORY,
) -> AsyncIterator[tuple[Tables, Chat]]:
    """Give the tables of a store that holds one chat, and the chat."""
    async with opened(where) as store, store.writing() as tables:
        yield tables, await keep(tables, messages, log, reactions)


async def written(
    wanted: str,
    messages: Iterable[Message],
    log: Sequence[events.Event] = LOG,
    reactions: Iterable[tuple[str, str, str]] = (),
) -> bytes:
    """Return the transcript of a chat in a format."""
    async with kept(messages, log, reactions) as (tables, chat):
        return b"".join([chunk async for chunk in render(tables, chat, wanted)])


async def club(wanted: str) -> bytes:
    """Return the club's transcript in a format."""
    return await written(wanted, heard(CHAT, SIGNALS), LOG, REACTIONS)
