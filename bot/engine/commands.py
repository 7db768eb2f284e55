"""What people may ask of a chat: one table, presented by every platform in its own way."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from bot.engine import safety_asks
from bot.engine.audience import EDITIONS, Audience
from bot.engine.errors import Refused
from bot.engine.safety_asks import (
    Checkin,
    Clear,
    Forget,
    Help,
    Hold,
    Log,
    Mute,
    Remove,
    Review,
    Slow,
    Take,
)


@dataclass(frozen=True, slots=True)
class Start:
    """Open a chat of `series` now."""

    series: str


@dataclass(frozen=True, slots=True)
class Next:
    """Post the next topic now."""


@dataclass(frozen=True, slots=True)
class AddTopic:
    """Append a topic; `concerns` has what is seen in its text, as `Message.concerns`."""

    text: str
    concerns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Skip:
    """Pass over the next topic; it keeps its number."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Hold topics back while the chat stays open."""


@dataclass(frozen=True, slots=True)
class Resume:
    """Post topics again."""


@dataclass(frozen=True, slots=True)
class Extend:
    """Move the end of the window."""

    by: timedelta


@dataclass(frozen=True, slots=True)
class Close:
    """End the chat now."""


@dataclass(frozen=True, slots=True)
class Place:
    """Correct where a message stands; no topics: it belongs to none."""

    message: str
    topics: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Withdraw:
    """What I said so far leaves the transcript."""


@dataclass(frozen=True, slots=True)
class Status:
    """How the chat stands."""


@dataclass(frozen=True, slots=True)
class ListChats:
    """Which chats run and come."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """A transcript in one format: of the chat that `chat` names, else of the one held here."""

    format: str
    chat: str = ""
    edition: Audience = Audience.ORGANIZERS


@dataclass(frozen=True, slots=True)
class Catchup:
    """What I missed."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link to the organizers' pages."""


@dataclass(frozen=True, slots=True)
class Commands:
    """What can be asked."""


AboutOne = Place | Hold | Clear | Remove
"""Asks that change how one message stands."""

AboutSomebody = Mute
"""Asks that are about one person."""

Steering = Start | Next | AddTopic | Skip | Pause | Resume | Extend | Close | Slow

Change = Steering | AboutOne | AboutSomebody | Withdraw
"""Asks that change a chat: the engine decides them."""

Question = Status | ListChats | Review | Log | Transcript | Catchup | Link | Checkin | Commands
"""Asks that change nothing: they are answered from the store."""

Ask = Change | Question | Forget | Help | Take

FORMATS = ("html", "md", "json", "csv")


@dataclass(frozen=True, slots=True)
class Command:
    """One row of the table; `argument` is empty where none is taken."""

    name: str
    argument: str
    help: str
    example: str
    everybody: bool
    read: Callable[[str], Ask]


def _start(text: str) -> Ask:
    return Start(_needed(text, "Name the series to start: /chat start urojc"))


def _topic(text: str) -> Ask:
    _needed(text, "Write the question: /chat topic What would you do next?")
    return AddTopic(text)


def _extend(text: str) -> Ask:
    text = _needed(text, "Say by how much: /chat extend 2h")
    try:
        by = parse_duration(text)
    except ValueError:
        raise Refused(
            f"“{text}” is not a length of time. Write it like 30m, 2h or 1d: /chat extend 2h"
        ) from None
    return Extend(by)


def _place(text: str) -> Ask:
    message, _, where = text.strip().partition(" ")
    where = where.strip()
    if where.lower() == "none":
        return Place(message, ())
    names = re.split(r"[\s,]+", where) if where else []
    numbers = [re.fullmatch(r"[TtQqAa]?(\d{1,3})", name) for name in names]
    if not message or not numbers or not all(numbers):
        raise Refused(
            "Name the message and its topic: /chat place 17 T3 (or several: T3, T4; or: none)"
        )
    return Place(message, tuple(sorted({int(n.group(1)) for n in numbers if n})))


_CHAT = re.compile(r".+-\d{4}-\d{2}-\d{2}(-\d+)?")
"""A chat's id: its series, its date, and the number of a further one on that date."""


def _transcript(text: str) -> Ask:
    """Read a format, an edition and a chat, in any order; each may be left out."""
    formats: list[str] = []
    editions: list[Audience] = []
    chats: list[str] = []
    for word in text.split():
        small = word.lower().lstrip(".")
        if (format_ := {"markdown": "md", "htm": "html"}.get(small, small)) in FORMATS:
            formats.append(format_)
        elif small in EDITIONS:
            editions.append(Audience(small))
        elif _CHAT.fullmatch(word):
            chats.append(word)
        else:
            raise Refused(
                f"“{word}” is no format of a transcript ({', '.join(FORMATS)}), no edition "
                f"({', '.join(EDITIONS)}) and no chat such as urojc-2026-12-07."
            )
    if max(len(formats), len(editions), len(chats)) > 1:
        raise Refused(
            "Name one format, one edition and one chat: /chat transcript md public urojc-2026-12-07"
        )
    return Transcript(*(formats or FORMATS[:1]), *(chats or [""]), *editions[:1])


def _status(text: str) -> Ask:
    return ListChats() if text.strip().lower() == "all" else Status()


def _needed(text: str, sentence: str) -> str:
    text = text.strip()
    if not text:
        raise Refused(sentence)
    return text


def _plain(ask: Ask) -> Callable[[str], Ask]:
    return lambda _text: ask


COMMANDS: tuple[Command, ...] = (
    Command("start", "SERIES", "open a chat of a series now", "start urojc", False, _start),
    Command("next", "", "post the next topic now", "next", False, _plain(Next())),
    Command("topic", "TEXT", "add a topic", "topic What would you do next?", False, _topic),
    Command("skip", "", "leave the next topic out", "skip", False, _plain(Skip())),
    Command("pause", "", "hold topics back; the chat stays open", "pause", False, _plain(Pause())),
    Command("resume", "", "post topics again", "resume", False, _plain(Resume())),
    Command("extend", "TIME", "move the end of the chat", "extend 2h", False, _extend),
    Command("close", "", "end the chat now", "close", False, _plain(Close())),
    Command("status", "[all]", "how the chat stands", "status", False, _status),
    Command("list", "", "chats running and coming", "list", False, _plain(ListChats())),
    Command("place", "MESSAGE T3", "correct a message's topic", "place 17 T3", False, _place),
    Command("review", "", "messages that are held back", "review", False, _plain(Review())),
    Command("hold", "MESSAGE [remove]", "hold a message back", "hold 17", False,
            safety_asks.hold),
    Command("clear", "MESSAGE", "show a held message", "clear 17", False, safety_asks.clear),
    Command("remove", "MESSAGE", "take a message out of the room", "remove 17", False,
            safety_asks.remove),
    Command("mute", "PERSON 30m", "keep somebody from writing", "mute PERSON 30m", False,
            safety_asks.mute),
    Command("slow", "10s [30m]", "let each write once in 10 seconds", "slow 10s 30m", False,
            safety_asks.slow),
    Command("log", "", "what was done to keep order, and how to undo it", "log", False,
            _plain(Log())),
    Command("transcript", "[FORMAT] [EDITION] [CHAT]", "the transcript, for organizers or public",
            "transcript md public", False, _transcript),
    Command("link", "", "a link to the organizers' pages", "link", False, _plain(Link())),
    Command("catchup", "", "new topics since you last spoke, and answers with most replies",
            "catchup", True, _plain(Catchup())),
    Command("checkin", "", "say who you are, and how transcripts show you", "checkin", True,
            _plain(Checkin())),
    Command("withdraw", "", "take what you said so far out of the transcript", "withdraw", True,
            _plain(Withdraw())),
    Command("forget", "me", "be taken out of every chat; it cannot be undone", "forget me", True,
            safety_asks.forget),
    Command("take", "[CALL]", "come to somebody who calls for help", "take", False,
            safety_asks.take),
    Command("help", "", "call a moderator, privately", "help", True, _plain(Help())),
    Command("commands", "", "what can be asked", "commands", True, _plain(Commands())),
)  # fmt: skip


def parse(text: str) -> tuple[Command, Ask]:
    """Read what follows `/chat`. One space or line break ends the command's name.

    Raises Refused, with a sentence that shows how to write it.
    """
    name = next(iter(text.split(maxsplit=1)), "")
    argument = text.lstrip()[len(name) + 1 :]
    name = name.lower() or "commands"
    for command in COMMANDS:
        if command.name == name:
            ask = command.read(argument)
            if argument.strip() and not command.argument and isinstance(ask, Change):
                raise Refused(_nothing_follows(name))  # `withdraw 17`, `close in 10 minutes`
            return command, ask
    near = difflib.get_close_matches(name, [command.name for command in COMMANDS], n=1)
    hint = f"Did you mean /chat {near[0]}?" if near else "/chat commands lists what there is."
    raise Refused(f"There is no /chat {name[:40]}. {hint}")


def _nothing_follows(name: str) -> str:
    one = " One message is withdrawn in its own menu." if name == "withdraw" else ""
    return f"Nothing was done: /chat {name} takes no words after it. Send it alone.{one}"


MERGED = ("list", "remove")
"""Rows that are no subcommands on Discord, which takes 25 (interactions/application-commands):
there `status` has a choice for the one, and `hold` for the other."""


def command_of(ask: Ask) -> Command:
    """Return the table's row for an ask."""
    name = {AddTopic: "topic", ListChats: "list"}.get(type(ask), type(ask).__name__.lower())
    return next(command for command in COMMANDS if command.name == name)


_DURATION = re.compile(r"(?:(\d{1,4})d)?\s*(?:(\d{1,5})h)?\s*(?:(\d{1,6})m(?:in)?)?", re.IGNORECASE)


def parse_duration(text: str) -> timedelta:
    """Read `30m`, `1h`, `48h`, `2d` or `1h 30m`.

    Raises ValueError for anything else.
    """
    match = _DURATION.fullmatch(text.strip())
    if match is None or not any(match.groups()):
        raise ValueError("no length of time")
    days, hours, minutes = (int(part or 0) for part in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes)
