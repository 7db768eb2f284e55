"""A made-up 48-hour chat of any length, the same every time, with hostile text in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from bot.engine import events
from bot.engine.agenda import Agenda, Reading, Room, Topic
from bot.engine.fold import fold
from bot.engine.messages import Attachment, Message, PlacedBy, Timing
from bot.engine.people import Role
from bot.engine.state import Chat
from bot.store.tables import Tables

ROOM = Room("local", "urojc")
OPENS = datetime(2026, 12, 6, 20, tzinfo=UTC)
WINDOW = timedelta(hours=48)
CHAT = "urojc-2026-12-07"
BEFORE, AFTER = 8, 2
"""Chats of the series that are over, and that are planned: in every week one."""
_ASKS = (
    "What question did the authors try to answer?",
    "Is the design able to answer it?",
    "What do you make of the primary outcome?",
    "Which patients were left out?",
    "Would this change your practice?",
    "What should be studied next?",
)
_WORDS = (
    "the of to and in a patients with was for we trial that is group on at not this are be "
    "median survival follow-up surgery margin biopsy treatment randomised outcome primary "
    "cohort imaging recurrence years however clinical practice evidence I think agree because "
    "results power sample bias risk benefit quality life guideline dose toxicity stage grade"
)
_FIRST = ("Ann", "Bola", "Chen", "Dilek", "Eva", "Farid", "Grace", "Hanna", "Igor", "Jun", "Kofi")
_LAST = ("Adeyemi", "Brown", "Costa", "Demir", "Evans", "Fischer", "Garcia", "Haddad", "Ito")
_HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[read this](javascript:alert(1))",
    '=HYPERLINK("https://evil.example","x")',
    "**bold *** __x _y_ ~~z~~ `code` ``` &lt;b&gt;",
    "\u202egnitrevni\u202c \x1b[31mred\x1b[0m \x07",
    "</p></article></main><style>*{display:none}</style>",
    'https://example.org/?a=1&b=<2>"onmouseover=alert(1)',
)
_EMOJI = ("👍", "❤️", "🎉", "🤔", "😂")


def chat_of(
    room: Room = ROOM, thread: str | None = None, weeks: int = 0
) -> tuple[Chat, list[events.Event]]:
    """Return the chat and its log: closed; with a thread in its room, open.

    With `weeks` it is one of its series so many weeks later, which is planned, or earlier: over.
    """
    agenda = Agenda(
        title="International Urology Journal Club",
        zone="Australia/Sydney",
        window=WINDOW,
        rooms=(room,),
        topics=tuple(Topic(ask, timedelta(hours=8 * n)) for n, ask in enumerate(_ASKS)),
        hashtag="#urojc",
        moderators={"local": ("u1",)},
        reading=Reading(citation="Robotic or open surgery?", doi="10.1016/j.eururo.2026.01.001"),
        keep_late=True,
    )
    opens = OPENS + timedelta(weeks=weeks)
    closes = opens + WINDOW
    chat = f"urojc-{opens.astimezone(ZoneInfo(agenda.zone)).date()}"
    log: list[events.Event] = [
        events.Planned(opens - timedelta(days=14), chat, "urojc", agenda, opens, closes),
    ]
    if weeks > 0:
        return fold(log), log
    log.append(events.Opened(opens))
    for number in range(1, len(_ASKS) + 1):
        due = opens + timedelta(hours=8 * (number - 1))
        log += [
            events.TopicOpened(due, number),
            events.TopicPosted(due + timedelta(seconds=1), number, room, f"t{number}"),
        ]
    if thread is not None:
        log.append(events.ThreadOpened(opens, room, thread, thread))
    if thread is None or weeks:
        log.append(events.Closed(closes))
    return fold(log), log


def messages(count: int, seed: int = 1) -> Iterator[Message]:
    """Yield `count` messages in order of time, of count/25 people, a fifth of them replies."""
    random = Random(seed)  # noqa: S311
    people = [
        f"{random.choice(_FIRST)} {random.choice(_LAST)}" + (" <b>" if n % 50 == 9 else "")
        for n in range(max(2, count // 25))
    ]
    words = _WORDS.split()
    span = WINDOW + timedelta(hours=3)  # an hour before, two hours after
    for n in range(count):
        at = OPENS - timedelta(hours=1) + span * n / count
        yield _message(
            random, n, at.replace(microsecond=at.microsecond // 1000 * 1000), people, words
        )


def _message(random: Random, n: int, at: datetime, people: list[str], words: list[str]) -> Message:
    who = _somebody(random, people)
    timing = Timing.ON_TIME
    if not OPENS <= at < OPENS + WINDOW:
        timing = Timing.EARLY if at < OPENS else Timing.LATE
    topic = min(max(1, int((at - OPENS) / timedelta(hours=8)) + 1), len(_ASKS))
    placed = PlacedBy.NONE if timing is Timing.EARLY else PlacedBy.TIME
    topics: tuple[int, ...] = () if timing is Timing.EARLY else (topic,)
    text = " ".join(random.choices(words, k=random.randint(8, 36)))
    chance = random.random()
    if chance < 0.25 and topics:
        placed, text = PlacedBy.LABEL, f"A{topic}: {text}"
        if chance < 0.02 and topic > 1:
            topics = (topic - 1, topic)
    if random.random() < 0.08:
        text += " " + random.choice(_HOSTILE)
    if random.random() < 0.06:
        number = random.randint(1, 400)
        text += f" https://doi.org/10.1016/j.eururo.2026.{number:04d} #urojc"
    if random.random() < 0.02:
        text += f" <@u{_somebody(random, people)}>"
    if random.random() < 0.04:
        text += "\n\nsecond *paragraph*, with `code`"
    withdrawn = random.random() < 0.01
    parent = n + 1 - random.randint(1, min(n, 200)) if n and random.random() < 0.2 else None
    files: tuple[Attachment, ...] = ()
    if random.random() < 0.01 and not withdrawn:
        files = (Attachment("figure 2.png", "image/png", 182_044, "https://example.org/f2.png"),)
    return Message(
        chat=CHAT,
        room=ROOM,
        id=str(n + 1),
        said=True,
        at=at,
        author=f"u{who}",
        name=people[who],
        role=Role.MODERATOR if who == 1 else Role.PARTICIPANT,
        text="" if withdrawn else text,
        worded_at=at,
        edited=random.random() < 0.03,
        withdrawn=withdrawn,
        reply_to=None if parent is None else str(parent),
        timing=timing,
        topics=topics,
        placed_by=placed,
        attachments=files,
    )


def _somebody(random: Random, people: list[str]) -> int:
    """Choose who speaks or is spoken to: a few do most of it."""
    return min(int(random.expovariate(3 / len(people))), len(people) - 1)


def reactions(
    count: int, room: Room = ROOM, seed: int = 2
) -> Iterator[tuple[str, str, str, datetime, bool]]:
    """Yield reactions to 15 % of `count` messages, as `Tables.put_reactions` takes them."""
    random = Random(seed)  # noqa: S311
    for n in range(count):
        if random.random() < 0.15:
            for _ in range(random.randint(1, 4)):
                person = f"{room.platform}:u{random.randint(0, 99)}"
                yield f"{room}/{n + 1}", person, random.choice(_EMOJI), OPENS, True


async def fill(tables: Tables, count: int, room: Room = ROOM, thread: str | None = None) -> Chat:
    """Write the chat with `count` messages into a store, and others of its series; return it."""
    others = [
        chat_of(room, None if thread is None else f"{thread}{weeks + BEFORE}", weeks)
        for weeks in (*range(-BEFORE, 0), *range(1, AFTER + 1))
    ]
    chat, log = chat_of(room, thread)
    for one, events_of_one in (*others, (chat, log)):
        await tables.append([(one.id, seq, event) for seq, event in enumerate(events_of_one, 1)])
        await tables.put_chats([one])
        await tables.put_rooms([(room, one.id)])
    await say(tables, count, room, thread)
    return chat


async def say(tables: Tables, count: int, room: Room = ROOM, thread: str | None = None) -> None:
    """Write `count` messages of the chat and their reactions into a store."""
    said = messages(count)
    await tables.put_messages(m._replace(room=room, thread=thread) for m in said)
    await tables.put_reactions(list(reactions(count, room)))
