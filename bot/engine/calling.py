"""How a moderator is called, when somebody asks for one or a message may be a cry for help.

1.  Whoever is on call is asked alone and at once, in the agenda's order: those of the platform
    where it was asked, else those of another one. Whoever has not taken the call after two minutes
    stays asked, and so is the next one, round and round, three rounds. Then all moderators and the
    channels of alerts are told at once. Where nobody is on call they are told at once.
2.  All are told again after five minutes, three times. Then it ends, and whoever asked learns
    that nobody has come, and where else help is: the lines for their country, where they told it
    at check-in. The call can still be taken. Who asks where nobody can be told is told them at
    once.
3.  Nobody is asked about their own call. Who cannot be told privately is passed over at once.
4.  Whoever was asked may take a call, and every moderator. All who were asked learn who took it,
    and so does the person who asked.
5.  A person has one call at a time that they asked for, and one that their words made: neither
    stands in the way of the other. At most MOST_OPEN of a chat's calls of each kind are under way
    at once. Who asks for one more is told so at once. One more by words is made all the same: its
    author is told where help is, the moderators' pages show it, and moderators are asked to come
    as soon as one of those before it is over.
6.  Words that may be a cry for help are looked for only where the agenda has help lines. Their
    author alone is told those for their country, once a call; the message is held until a moderator
    clears it, also where it is changed; nothing is said in the room, and nothing is removed. If
    their author writes so again within the hour after somebody took the call, that moderator is
    told. Whoever took a call that the author asked for is told too, beside the call by words.
7.  All of this is in the chat's log, so that it goes on after the end of the chat, after a restart
    and in another process.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from bot.engine import replies, signals, steps
from bot.engine.actions import Tell
from bot.engine.agenda import ANYWHERE, Agenda
from bot.engine.calls import EVERYBODY, Call
from bot.engine.erasing import is_erased
from bot.engine.errors import Refused
from bot.engine.events import Event
from bot.engine.fold import apply
from bot.engine.people import Person, Role, role_in
from bot.engine.state import Chat

ROUNDS = 3
"""How often each of those on call is asked."""

TIMES_ALL = 3
"""How often all are told."""

MOST_OPEN = 25
"""Calls of a chat and a kind under way at once; nobody can look after more."""

LOOKED_AFTER = timedelta(hours=1)
"""How long whoever took a call is the one who is told what its author writes further."""

UNDER_WAY = (
    "Help is called already: the moderators of this chat have been told, with a link to where you "
    "asked. You will be told who takes it."
)
TOO_MANY = (
    "The moderators of this chat are being called by many people just now, and will look into the "
    "room. If somebody is in danger, call your local emergency number."
)


# ---------------------------------------------------------------- calling


def asked(chat: Chat, signal: signals.HelpAsked) -> list[Event]:
    """Call a moderator for somebody who asks. Raises Refused where one is called already."""
    waiting = _open(chat, steps.Asking.PERSON)
    if any(call.key == signal.by.key for call in waiting):
        raise Refused(UNDER_WAY)
    if len(waiting) >= MOST_OPEN:
        raise Refused(TOO_MANY + help_also(chat.agenda, signal.country))
    called = steps.Called(
        signal.at, _next_number(chat), signal.room, signal.by.id, signal.by.name, signal.message,
        signal.thread, steps.Asking.PERSON, signal.country,
    )  # fmt: skip
    return [called, *due(apply(chat, called), signal.at)]


def cried(chat: Chat, signal: signals.Noticed, hold: list[Event]) -> list[Event]:
    """Return what follows from a message that may be a cry for help; `hold` is that it is held.

    A call that the author asked for is none for their words: whoever has it was not told of them,
    nor the author where help is. Who is called is told when the chat wakes, at once: the message
    may have been said long ago.
    """
    person = f"{signal.room.platform}:{signal.person}"
    is_open = any(call.key == person for call in _open(chat, steps.Asking.WORDS))
    if is_open or looks_after(chat, person, signal.at, steps.Asking.WORDS):
        return hold
    called = steps.Called(
        signal.at, _next_number(chat), signal.room, signal.person, signal.name, signal.message,
        signal.thread, steps.Asking.WORDS, signal.country,
    )  # fmt: skip
    return [*hold, called]


def help_lines(agenda: Agenda, country: str) -> str:
    """Return the lines for a country: its own, else that for everybody, else all; one a row."""
    lines = agenda.help_lines
    for place in (country, ANYWHERE):
        if place and place in lines:
            return lines[place]
    return "\n".join(f"{place}: {line}" for place, line in lines.items())


def help_also(agenda: Agenda, country: str) -> str:
    """Say on a line of its own where else help is; empty where the agenda names none."""
    lines = help_lines(agenda, country)
    return f"\nHelp is also here:\n{lines}" if lines else ""


def looks_after(chat: Chat, person: str, at: datetime, asked: steps.Asking) -> Call | None:
    """Return the call of a kind about a person (by key) that was last taken within the hour."""
    taken = [
        (call.taken_at, call.number)
        for call in chat.calls.values()
        if call.key == person and call.asked is asked and call.taken_at is not None
    ]
    moment, number = max(taken, default=(at, 0))
    return chat.calls[number] if number and at - moment <= LOOKED_AFTER else None


def _open(chat: Chat, asked: steps.Asking) -> list[Call]:
    return [call for call in chat.calls.values() if call.is_open and call.asked is asked]


def _under_way(chat: Chat) -> list[Call]:
    """Return the calls for which moderators are asked now: of each kind those made first."""
    return [call for asked in steps.Asking for call in _open(chat, asked)[:MOST_OPEN]]


def _next_number(chat: Chat) -> int:
    return max(chat.calls, default=0) + 1


# ---------------------------------------------------------------- who is asked to come


def wake_at(chat: Chat) -> datetime | None:
    """Return when the next one is asked to come; None: nobody is."""
    return min((call.due_at for call in _under_way(chat) if call.due_at), default=None)


def due(chat: Chat, now: datetime) -> list[Event]:
    """Ask whoever is next of the call that is most overdue; the empty list: none is due."""
    waiting = [(call.due_at, call.number) for call in _under_way(chat) if call.due_at]
    moment, number = min(waiting, default=(now, 0))
    return [_next(chat, chat.calls[number], now)] if number and moment <= now else []


def _next(chat: Chat, call: Call, now: datetime) -> Event:
    """Return who is asked next, each of those on call once in a round, or that nobody is."""
    if not call.times_all:
        rota = [whom for whom in on_call(chat.agenda, call) if whom not in call.unreached]
        begun = max((number for _, number in call.pages), default=1)
        for number in range(begun, ROUNDS + 1):
            left = [whom for whom in rota if (whom, number) not in call.pages]
            if left:
                return steps.Paged(now, call.number, left[0], number)
    if call.times_all < TIMES_ALL:
        return steps.Paged(now, call.number, EVERYBODY, call.times_all + 1)
    return steps.Unanswered(now, call.number)


def on_call(agenda: Agenda, call: Call) -> list[str]:
    """Return who is asked one by one for a call, by their keys: `discord:17`, `slack:group:S1`."""
    platforms = dict.fromkeys([call.room.platform, *(room.platform for room in agenda.rooms)])
    for platform in platforms:
        names = [name.removeprefix("user:") for name in agenda.on_call.get(platform, ())]
        keys = dict.fromkeys(f"{platform}:{name}" for name in names if not is_erased(name))
        keys.pop(call.key, None)
        if keys:
            return [*keys]
    return []


def undelivered(chat: Chat, signal: signals.Undeliverable) -> Iterator[Event]:
    """Note somebody who cannot be told what concerns a call: who was to come, or who asked."""
    tell = signal.action
    if signal.lapsed or not isinstance(tell, Tell) or tell.call not in chat.calls:
        return
    call, platform = chat.calls[tell.call], tell.room.platform
    for person in (*tell.people, tell.notify):
        key = f"{platform}:{person}"
        if key in (*call.paged, call.key) and key not in call.unreached:
            yield steps.Unreached(signal.at, call.number, key)


# ---------------------------------------------------------------- who comes


def taken(chat: Chat, signal: signals.TakeAsked) -> list[Event]:
    """Let a moderator, or who was asked to come, have a call. Raises Refused."""
    calls = untaken(chat)
    if signal.number:
        known = chat.calls.get(signal.number)
        if known is not None and not known.can_be_taken:
            raise Refused(_has_it(known, signal.by.key))
        calls = [known] if known is not None else []
    if not _may_take(chat, calls, signal.by):
        raise Refused(replies.only_moderators("take"))
    calls = [call for call in calls if call.key != signal.by.key]
    if not calls:
        raise Refused(f"Nobody waits for a moderator in {chat.agenda.title}.")
    return [steps.Taken(signal.at, calls[0].number, signal.by.key, signal.by.name)]


def untaken(chat: Chat) -> list[Call]:
    """Return the calls that nobody has taken, the one that waits longest first."""
    return [call for call in chat.calls.values() if call.can_be_taken]


def _may_take(chat: Chat, calls: Iterable[Call], by: Person) -> bool:
    if role_in(chat.agenda, by) is Role.MODERATOR or chat.opened_by == by.key:
        return True
    names = {by.key, *(f"{by.platform}:{badge}" for badge in by.badges)}
    return any(not names.isdisjoint(call.paged) for call in calls)


def _has_it(call: Call, by: str) -> str:
    if call.taken_by == by:
        return "You have taken this call already."
    named = call.taken_by_name or "Another moderator"
    return f"{named} has taken this call already; nothing more is to be done."
