"""Everything the bot says, in one place.

No post but a topic's begins with what an organizer wrote: it could look like a topic.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from bot.engine import buttons, events, unchecked
from bot.engine.actions import (
    Enclosure,
    Moment,
    Piece,
    Post,
    PostKind,
    Spot,
    Thread,
    Who,
    Words,
    is_private,
    measure_in,
)
from bot.engine.agenda import Room
from bot.engine.floor import is_open_ended, is_shared, is_threaded
from bot.engine.state import Chat, Stage

LIMITS = {"local": 4000, "discord": 1950, "slack": 3000}
"""Characters in one post. Discord: 2,000 in "Create Message", of which 50 are for whom a reminder
notifies; Slack: a section's text."""

MOMENT_LENGTH = 60
"""Characters that a time or a room may take on any platform (Slack's date with its fallback)."""


# ---------------------------------------------------------------- posts


InRooms = (
    events.Reminded | events.Opened | events.TopicOpened | events.Paused | events.Resumed
    | events.Extended | events.Summarised
)  # fmt: skip
"""Events of which rooms are told."""


def posts(chat: Chat, event: InRooms, room: Room) -> list[Post]:
    """Return what the bot says in `room` because of `event`, in parts if it is long."""
    kind, words, topic = _said(chat, event, room)
    first, *more = in_parts(words, LIMITS[room.platform])
    notify = chat.agenda.notify.get(room.platform, "") if kind is PostKind.REMINDER else ""
    picture = Enclosure.PICTURE if kind is PostKind.CLOSING else None
    opens = _thread(chat, kind, topic)
    posts = [Post(room, kind, first, topic, opens, notify, picture)]
    posts += [Post(room, kind, part) for part in more]
    if kind is PostKind.OPENING:  # below all that it says
        posts[-1] = replace(posts[-1], buttons=buttons.OPENING)
    if kind is PostKind.CLOSING and chat.agenda.publish:
        words = (f"The transcript of {_name(chat)}.",)
        posts.append(Post(room, PostKind.TRANSCRIPT, words, encloses=Enclosure.TRANSCRIPT))
    return posts


def _thread(chat: Chat, kind: PostKind, topic: int | None) -> Thread | None:
    """Return the thread that hangs from a post: the chat's own, or each topic's."""
    if kind is PostKind.OPENING and not chat.agenda.thread_per_topic:
        return own_thread(chat)
    if topic is not None and chat.agenda.thread_per_topic:
        name = _short(f"T{topic}: {chat.topics[topic - 1].ask}")
        return Thread(name, chat.closes_at - chat.opens_at)
    return None


def own_thread(chat: Chat) -> Thread:
    """Return the thread in which a chat is held, where its topics have none of their own."""
    return Thread(_short(chat.agenda.title), chat.closes_at - chat.opens_at)


def _short(name: str, most: int = 100) -> str:
    """Cut a name to what a thread's may be (Discord: 100 characters)."""
    line = " ".join(name.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def _said(chat: Chat, event: InRooms, room: Room) -> tuple[PostKind, Words, int | None]:
    match event:
        case events.Reminded():
            return PostKind.REMINDER, _reminder(chat), None
        case events.Opened():
            return PostKind.OPENING, _opening(chat, room), None
        case events.TopicOpened(number=number):
            topic = chat.topics[number - 1]
            words: Words = (f"T{number}: {topic.ask}\n\n", *what_next(chat, event.at))
            return PostKind.TOPIC, words, number
        case events.Summarised():
            return PostKind.CLOSING, _closing(chat, room), None
        case events.Paused():
            return PostKind.NOTICE, _paused(chat), None
        case events.Resumed():
            return PostKind.NOTICE, ("Topics are posted again. ", *what_next(chat, event.at)), None
        case events.Extended():
            return PostKind.NOTICE, ("The chat goes on longer. ", *what_next(chat, event.at)), None


def _reminder(chat: Chat) -> Words:
    return (f"Coming up: {_name(chat)} opens ", Moment(chat.opens_at), ".", *_reading(chat))


def _opening(chat: Chat, room: Room) -> Words:
    agenda = chat.agenda
    welcome = f"\n\n{agenda.welcome.strip()}" if agenda.welcome.strip() else ""
    return (
        f"Welcome to {_name(chat)}.",
        *_reading(chat),
        f"{welcome}\n\n{unchecked.first(agenda)}{_how_to_answer(chat, room)}\n\n",
        *(_since(chat) if is_shared(room.platform) else ()),
        *what_next(chat, chat.opened_at or chat.opens_at),
    )


def _since(chat: Chat) -> Words:
    """Say from when on the chat is open, in a room where people come upon its post much later."""
    return ("The chat is open from ", Moment(chat.opens_at), " on. ")


def _how_to_answer(chat: Chat, room: Room) -> str:
    agenda = chat.agenda
    if not is_shared(room.platform):
        return "To answer topic 1 begin with T1 (or A1), or reply to it."
    if not is_threaded(room.platform):
        return "Answer a topic in its thread, or here: begin with T1 (or A1) for topic 1."
    if agenda.thread_per_topic:
        how = "Each topic has a thread: answer there."
    else:
        how = "Answer in the thread below: begin with T1 (or A1) for topic 1, or reply to its post."
    tagged = f" In the channel itself put {agenda.hashtag} into your answer."
    return how + tagged if agenda.hashtag else how


def _closing(chat: Chat, room: Room) -> Words:
    closing = f"\n\n{chat.agenda.closing.strip()}" if chat.agenda.closing.strip() else ""
    late = f"\n\n{_over(chat, 'in its threads')}" if is_open_ended(room.platform) else ""
    words: Words = (f"Closed: {_name(chat)}. {_counts(chat)}{closing}{late}",)
    following = chat.following
    if following is None or following <= (chat.closed_at or chat.closes_at):
        return words  # after an absence what was the next one may be long over
    return (*words, "\n\nThe next chat opens ", Moment(following), ".")


def _counts(chat: Chat) -> str:
    tally = chat.tally
    if tally is None:
        return ""
    if not tally.messages:
        return "No participant wrote a message."
    counts = f"{count(tally.participants, 'participant')} wrote {count(tally.messages, 'message')}."
    topics = ", ".join(f"T{one.number}: {one.messages:,}" for one in tally.topics if one.messages)
    return f"{counts} By topic: {topics}." if topics else counts


def _paused(chat: Chat) -> Words:
    return ("Paused: the next topic waits until a moderator types /chat resume. ", *_end(chat))


def what_next(chat: Chat, now: datetime) -> Words:
    """Say what comes next and when."""
    if not chat.waiting:
        return _end(chat)
    topic = chat.waiting[0]
    if chat.paused:
        return _paused(chat)
    if topic.due <= now:
        return (f"T{topic.number} follows now. ", *_end(chat))
    return (f"Next: T{topic.number}, ", Moment(topic.due), ". ", *_end(chat))


def _end(chat: Chat) -> Words:
    return ("The chat closes ", Moment(chat.closes_at), ".")


def _name(chat: Chat) -> str:
    agenda = chat.agenda
    return f"{agenda.title} ({agenda.hashtag})" if agenda.hashtag else agenda.title


def _reading(chat: Chat) -> Words:
    reading = chat.agenda.reading
    if reading is None:
        return ()
    authors = ", ".join(reading.authors)
    lines = [
        f"Reading: {reading.citation}" if reading.citation else "",
        reading.link,
        f"Authors: {authors}" if authors else "",
    ]
    return ("".join(f"\n{line}" for line in lines if line),)


def count(number: int, noun: str) -> str:
    """Write `1 message`, `1,200 messages`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def replies(number: int) -> str:
    """Write `1 reply`, `3 replies`."""
    return "1 reply" if number == 1 else f"{number:,} replies"


# ---------------------------------------------------------------- after the end


def closed_topic(chat: Chat, number: int, room: Room) -> Words:
    """Say of a topic's post that it is closed, where its thread stays open to everybody.

    Of a question that took several posts its beginning stays, as in the first of them.
    """
    asked, over = f"T{number}: {chat.topics[number - 1].ask}", _over(chat, "in this thread")
    closed = f"\n\nClosed. {over}"
    first, *_ = in_parts((asked,), LIMITS[room.platform] - len(closed))
    return (*first, closed)


def came_late(chat: Chat) -> Words:
    """Tell somebody, once, what becomes of what they say after the end."""
    return (f"{_name(chat)} is over. {_over(chat, 'in its threads')}",)


def _over(chat: Chat, where: str) -> str:
    kept = "" if chat.agenda.keep_late else ", and its text is not kept"
    return f"What is said {where} from now on counts as late{kept}."


# ---------------------------------------------------------------- privately to moderators


def handed_over(chat: Chat) -> Words:
    """Say what comes with a chat's transcript, and which topics a room was never given."""
    words: Words = (
        f"{_name(chat)} is over. {_counts(chat)} The transcript comes with this message.",
    )
    for room in chat.agenda.rooms:
        if lacking := chat.lacking_in(room):
            words += (f" {topic_names(lacking)} had not been posted in ", room, " by its end.")
    return words


def hindered(chat: Chat, room: Room, why: str) -> Words:
    """Say that a room refuses, why, and what becomes of the chat."""
    if chat.stage is Stage.PLANNED:
        opens = f": {why} It is tried until the opening, ", Moment(chat.opens_at), "."
        return (f"{_name(chat)} cannot be announced in ", room, *opens)
    if chat.stage is Stage.OPEN:
        cannot = "go on"
        then = "What was due there is posted as soon as it can be, while the chat is open."
    elif room in chat.archived:  # nothing else is left to be done there
        cannot = "be changed in its closing post"
        then = "It quotes what was withdrawn or reworded elsewhere. It is tried for three months."
    else:
        cannot, then = "be closed", "It is tried for a week."
    return (f"{_name(chat)} cannot {cannot} in ", room, f": {why} {then}")


def unhindered(chat: Chat, room: Room) -> Words:
    """Say that a room takes posts again."""
    goes_on = {Stage.PLANNED: "can be announced in", Stage.OPEN: "goes on in"}
    ends = "has its closing post changed in" if room in chat.archived else "can be closed in"
    return (f"{_name(chat)} {goes_on.get(chat.stage, ends)} ", room, ".")


def sent_without(chat: Chat, room: Room, why: str) -> Words:
    """Say that a file could not go with what was sent to a room, or privately, and where it is."""
    where = () if is_private(room) else (" in ", room)
    return (f"{_name(chat)}", *where, f": {why} The organizers' pages have it.")


def unreadable(chat: Chat, room: Room, why: str) -> Words:
    """Say that a room cannot be read back, why, and what becomes of it."""
    then = (
        f": {why} What is said there while Rounds is away will be missing from the transcript, "
        "unless that is changed before the chat is counted."
    )
    return (f"{_name(chat)} cannot be read back in ", room, then)


def readable(chat: Chat, room: Room) -> Words:
    """Say that a room can be read back again."""
    return (f"{_name(chat)} can be read back again in ", room, ".")


def thread_lost(chat: Chat, room: Room) -> Words:
    """Say that the chat's thread in a room is gone, and what becomes of the chat."""
    what = (
        " was deleted. The chat goes on in the channel itself, and its next topic opens another "
        "thread there. To end it type /chat close."
    )
    return (f"The thread of {_name(chat)} in ", room, what)


def refusals(chat: Chat) -> Words:
    """Say which rooms refuse posts, and why, each in a line of its own; empty: none does."""
    words: list[Piece] = []
    for room, why in chat.hindered.items():
        measure = measure_in(room)
        fails = (
            (f"{measure.capitalize()} fails",) if measure else ("Nothing can be posted in ", room)
        )
        words += ["\n", *fails, f": {why}"]
    return tuple(words)


def missed(chat: Chat, earlier: int) -> Words:
    """Say that a chat was not held, and so many before it in a row."""
    before = ""
    if earlier:
        before = f" So {'was the one' if earlier == 1 else f'were the {earlier:,}'} before it."
    return (
        f"{_name(chat)} was missed: from its opening, ",
        Moment(chat.opens_at),
        f", to its end nobody was there to hold it.{before} Hold it now with /chat start.",
    )


# ---------------------------------------------------------------- parts


def in_parts(words: Words, limit: int) -> list[Words]:
    """Cut a post into parts of at most `limit` characters, at a space where there is one.

    Every part but the first begins with its number, so that none can begin like a topic.
    """
    room = limit - len("(999/999) ")
    parts: list[list[Piece]] = [[]]
    used = 0
    for piece in words:
        for fragment in _fragments(piece, room):
            size = len(fragment) if isinstance(fragment, str) else MOMENT_LENGTH
            if used + size > room and parts[-1]:
                parts.append([])
                used = 0
            parts[-1].append(fragment)
            used += size
    if len(parts) == 1:
        return [words]
    return [
        tuple(part) if n == 1 else (f"({n}/{len(parts)}) ", *part)
        for n, part in enumerate(parts, 1)
    ]


def _fragments(piece: Piece, room: int) -> Iterator[Piece]:
    """Cut a text after spaces into fragments that fit; a word longer than a part is cut."""
    if not isinstance(piece, str) or len(piece) <= room:
        yield piece
        return
    start = 0
    while len(piece) - start > room:
        space = max(piece.rfind(" ", start, start + room), piece.rfind("\n", start, start + room))
        end = space + 1 if space > start else start + room
        yield piece[start:end]
        start = end
    yield piece[start:]


# ---------------------------------------------------------------- small words


def topic_names(numbers: tuple[int, ...]) -> str:
    """Write `T1, T3`."""
    return ", ".join(f"T{number}" for number in numbers)


def duration(span: timedelta) -> str:
    """Write a length of time as people say it: `2 days`, `1 h 30 min`, `45 s`."""
    seconds = round(span.total_seconds())
    days, seconds = divmod(seconds, 86_400)
    hours, seconds = divmod(seconds, 3_600)
    minutes, seconds = divmod(seconds, 60)
    parts = [count(days, "day") if days else ""]
    parts += [f"{value} {unit}" for value, unit in ((hours, "h"), (minutes, "min")) if value]
    if not any(parts):
        parts.append(f"{seconds} s")
    return " ".join(part for part in parts if part)


def plain(words: Words) -> str:
    """Write words with their times in UTC."""
    return "".join(map(_plain, words))


def _plain(piece: Piece) -> str:
    match piece:
        case Moment(at=at):
            return f"{at:%Y-%m-%d %H:%M} UTC"
        case Spot(room=room, thread=thread, id=message):
            return "/".join(part for part in (str(room), thread, message) if part)
        case Who(person=person, on=on, called=called):
            return called or f"{on}:{person}"
    return str(piece)
