"""Answers to questions about chats, for one person alone; nothing here changes anything."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.agendas.schedule import coming
from bot.desk import ledger
from bot.engine import wording
from bot.engine.actions import Moment, Piece, Spot, Words
from bot.engine.agenda import Series
from bot.engine.commands import COMMANDS, MERGED
from bot.engine.messages import Hold
from bot.engine.people import Person, Role
from bot.engine.state import Chat, Stage
from bot.store import figures, pages, queue, review, spoken
from bot.store.tables import Tables
from bot.transcripts.excerpts import excerpts

MOST = 10
"""Lines in a list of chats."""

EXCERPT, LONGEST_NAME = 200, 40
"""Characters of an answer in a catch-up, and of its author's name."""


def help_for(role: Role, platform: str) -> Words:
    """List what somebody of this role can ask; Discord itself asks for what follows a command."""
    is_asked_for = platform == "discord"
    lines = [
        f"/chat {command.name if is_asked_for else command.example} — {command.help}"
        for command in COMMANDS
        if (command.everybody or role is Role.MODERATOR)
        and not (is_asked_for and command.name in MERGED)
    ]
    if is_asked_for:
        lines.append("In a message's menu, under Apps: Help — call a moderator about it")
        lines.append("There too: Withdraw — take that one of yours out")
        if role is Role.MODERATOR:
            lines.append("There too: Place under a topic — correct its topic")
    return ("\n".join(lines),)


async def chats(tables: Tables, own: Sequence[Series], now: datetime) -> Words:
    """List the chats that run and those that come next, of somebody's `own` series."""
    words: list[Piece] = []
    names = {one.name for one in own}
    for line in await tables.lines_in_stage(Stage.OPEN):
        if line.series in names:
            words += [f"{line.id}: running, closes ", Moment(line.ends_at), "\n"]
    dates = [(date.opens_at, one) for one in own for date in itertools.islice(coming(one, now), 3)]
    for opens_at, one in sorted(dates, key=lambda pair: (pair[0], pair[1].name))[:MOST]:
        words += [f"{one.name}: {one.agenda.title} opens ", Moment(opens_at), "\n"]
    return tuple(words) or ("No chat runs and none is planned.",)


async def status(tables: Tables, chat: Chat, now: datetime) -> Words:
    """Say how a chat stands."""
    tally = await figures.tally(tables.connection, chat.id)
    words: list[Piece] = [f"{chat.agenda.title} ({chat.id}) ", *_stage(chat), "\n"]
    posted = [topic.number for topic in chat.topics if topic.opened_at]
    topics = f"{len(posted)} of {wording.count(len(chat.topics), 'topic')} posted."
    people = wording.count(tally.participants, "participant")
    words.append(f"{topics} {people}, {wording.count(tally.messages, 'message')}.")
    if chat.stage is Stage.OPEN:
        words += ["\n", *wording.what_next(chat, now)]
    words += wording.refusals(chat)
    held_up = await queue.held_up(tables.connection, chat.id, now - timedelta(seconds=10))
    words += [f"\n{wording.count(held_up, 'post')} could not be delivered yet."] if held_up else []
    return tuple(words)


def _stage(chat: Chat) -> Words:
    match chat.stage:
        case Stage.PLANNED:
            return ("opens ", Moment(chat.opens_at), ".")
        case Stage.OPEN:
            return ("is paused.",) if chat.paused else ("is open.",)
        case Stage.CANCELLED:
            return ("was cancelled.",)
        case Stage.MISSED:
            return ("was missed: nobody was there to open it.",)
    return ("closed ", Moment(chat.closed_at or chat.closes_at), ".")


_WHY_HELD = {
    Hold.PRIVACY: "for a patient's sake",
    Hold.DISTRESS: "its author may need help",
    Hold.RULE: "by a rule",
    Hold.MODERATOR: "by a moderator",
}


async def held_back(tables: Tables, chat: Chat) -> Words:
    """List the messages that are held back: by whom, when, and why, not what they say."""
    held = await review.held(tables.connection, chat.id, MOST + 1)
    if not held:
        return (f"Nothing is held back in {chat.agenda.title}.",)
    words: list[Piece] = [f"Held back in {chat.agenda.title}; their text is in no transcript:\n"]
    for message in sorted(held[:MOST], key=lambda one: (one.at, one.key)):
        spot = Spot(message.room, message.thread, message.id)
        words += [f"{message.name}, ", Moment(message.at), f", {_WHY_HELD[message.held]}: ", spot]
        words.append(f" (/chat clear {message.id})\n")
    if len(held) > MOST:
        words.append(
            f"These are the latest {MOST}, what a rule of conduct holds last of all; the others "
            "come once these are done.\n"
        )
    words.append("Look at each where it stands. /chat clear shows it again; an edit may, too.")
    return tuple(words)


async def steps(tables: Tables, chat: Chat) -> Words:
    """List the steps by which the chat was kept safe, each with how to undo it."""
    log = await pages.log(tables.connection, chat.id)
    people: dict[str, set[str]] = {}
    for key in ledger.people_in(log):
        platform, _, person = key.partition(":")
        people.setdefault(platform, set()).add(person)
    names = {
        platform: await spoken.names(tables.connection, chat.id, platform, ids)
        for platform, ids in people.items()
    }
    named = await tables.messages(ledger.messages_in(log))
    return ledger.listed(log, names, chat.agenda.title, {m.key: m.thread for m in named})


async def catchup(tables: Tables, chat: Chat, by: Person) -> Words:
    """Tell what was asked, and the answers most replied to, since `by` last spoke."""
    if chat.stage is Stage.PLANNED:
        return (f"{chat.agenda.title} has not opened yet. It opens ", Moment(chat.opens_at), ".")
    since = await figures.last_spoke(tables.connection, chat.id, by.platform, by.id)
    words: list[Piece] = []
    if since is None:
        words += ["You have not written in this chat yet; this is all of it.\n"]
    else:
        words += ["Since you last wrote, ", Moment(since), ":\n"]
    asked = [t for t in chat.topics if t.opened_at and (since is None or t.opened_at > since)]
    words += [f"T{topic.number}: {topic.ask}\n" for topic in asked]
    answers = await _most_replied_to(tables, chat, since)
    if not asked and not answers:
        words += ["Nothing new was asked, and no answer has a reply yet."]
    return (*words, *answers)


async def _most_replied_to(tables: Tables, chat: Chat, since: datetime | None) -> list[str]:
    """Return a line for each answer as everybody may read it: it may be of another room."""
    ranked = await figures.most_replied_to(tables.connection, chat.id, since)
    rows = await spoken.of_keys(tables.connection, chat.id, [one.key for one in ranked])
    public = await excerpts(tables, chat, rows.values())
    lines = []
    for one in ranked:
        if said := public.said(rows[one.key], EXCERPT):
            where = f"{wording.topic_names(one.topics)}, " if one.topics else ""
            name = public.name(rows[one.key], LONGEST_NAME) or "somebody"
            lines.append(f"{where}{name} ({wording.replies(one.times)}): {said}\n")
    return lines
