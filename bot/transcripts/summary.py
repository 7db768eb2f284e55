"""How a chat was attended: everything counted, for the head of a transcript, pages, terminals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.engine.agenda import OWN
from bot.engine.messages import PlacedBy, RoomTally
from bot.engine.rooms import platform_name
from bot.engine.showing import Audience
from bot.engine.state import Chat
from bot.store import checkins, spoken
from bot.store.checkins import Crowd
from bot.store.figures import Counts, Figures, Ranked
from bot.store.spoken import BEGINNING, Place, Spoken
from bot.store.tables import Tables
from bot.transcripts.characters import excerpt
from bot.transcripts.clock import Clock
from bot.transcripts.edition import Edition
from bot.transcripts.editions import Begun, begin
from bot.transcripts.links import Link, Links
from bot.transcripts.markup import mentioned, written
from bot.transcripts.plain_text import PlainText

HIGHLIGHTS = 3
"""Answers named for each topic."""

MOST_MENTIONED = 5000
"""People whose mentions are resolved; memory stays flat."""

_AT_ONCE = 500
_STEPS = [timedelta(minutes=m) for m in (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440)]
_MOST_STEPS = 60

Names = Mapping[str, Mapping[str, str]]
"""The latest names of people who are mentioned: platform -> id -> name."""


@dataclass(frozen=True, slots=True)
class Highlight:
    """An answer and how often it was replied or reacted to; the text is an excerpt.

    `held` says why there is none, where it is held back.
    """

    key: str
    room: str
    id: str
    at: int
    name: str
    text: str
    times: int
    held: str = ""


@dataclass(frozen=True, slots=True)
class TopicSummary:
    """How one topic was answered; `posted_at` is None before, and for good if it is skipped."""

    number: int
    ask: str
    posted_at: datetime | None
    skipped: bool
    messages: int
    participants: int
    first_answer: timedelta | None
    most_replied: tuple[Highlight, ...]
    most_reacted: tuple[Highlight, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """Participants' messages in a part of the window that begins at `at`."""

    at: datetime
    messages: int


@dataclass(frozen=True, slots=True)
class Summary:
    """All figures of a chat; `hours` and `steps` fill the window, `busiest` is one of `hours`."""

    chat: Chat
    counts: Counts
    median: float
    most: int
    hours: tuple[Step, ...]
    busiest: Step | None
    steps: tuple[Step, ...]
    topics: tuple[TopicSummary, ...]
    links: tuple[Link, ...]
    further_links: int
    step: timedelta | None = None
    crowd: Crowd = field(default_factory=Crowd)

    @property
    def width(self) -> timedelta:
        """How long one of `steps` is."""
        return self.step or step_of(self.chat.ends_at - self.chat.opens_at)

    @property
    def shares(self) -> tuple[RoomTally, ...]:
        """What was said in each room, if the chat is held in several and somebody wrote."""
        rooms = self.chat.agenda.rooms
        counted = {one.room: one for one in self.counts.rooms}
        if len(rooms) < 2 or not self.counts.messages:
            return ()
        return tuple(counted.get(room, RoomTally(room, 0, 0)) for room in rooms)

    @property
    def rules(self) -> str:
        """How it is counted, in one paragraph."""
        return rules(self.chat)


async def summarise(
    tables: Tables, chat: Chat, begun: Begun | None = None
) -> tuple[Summary, Names]:
    """Count a chat, as an edition shows it; also return the names that its texts mention.

    Without one it is the organizers'.
    """
    begun = begun or await begin(tables, chat, Audience.ORGANIZERS)
    edition = begun.edition
    figures = Figures(tables.connection, chat.id)
    counts = await figures.counts()
    links, names = await _texts(tables, chat, edition)
    step = _step(chat, edition)
    hours, steps = await _over_time(chat, figures, step)
    if step > timedelta(hours=1) and edition.audience is Audience.RESEARCH:
        hours = ()
    busiest = max(hours, key=lambda hour: hour.messages, default=None)
    summary = Summary(
        chat=edition.chat,
        counts=edition.counted(counts),
        median=_median(counts.per_person),
        most=max((messages for messages, _ in counts.per_person), default=0),
        hours=hours,
        busiest=busiest if busiest and busiest.messages else None,
        steps=steps,
        topics=await _topics(tables, chat, counts, edition, names),
        links=links.by_people(),
        further_links=links.further,
        step=step,
        crowd=await checkins.crowd(tables.connection, chat),
    )
    return summary, names


def _median(per_person: Sequence[tuple[int, int]]) -> float:
    """Return the median of messages per person from (messages, people) in order; 0 for nobody."""
    people = sum(count for _, count in per_person)
    if not people:
        return 0.0
    return (_nth(per_person, (people - 1) // 2) + _nth(per_person, people // 2)) / 2


def _nth(per_person: Sequence[tuple[int, int]], place: int) -> int:
    for messages, people in per_person:
        place -= people
        if place < 0:
            return messages
    raise AssertionError("the place lies beyond the last person")


# ---------------------------------------------------------------- time


def step_of(window: timedelta) -> timedelta:
    """Return the width of a bar over a window, so that there are at most sixty."""
    return next((step for step in _STEPS if window <= step * _MOST_STEPS), _STEPS[-1])


def _step(chat: Chat, edition: Edition) -> timedelta:
    """Return the width of a bar: in the research edition no less than its times are rounded to."""
    step = step_of(chat.ends_at - chat.opens_at)
    if edition.audience is not Audience.RESEARCH:
        return step
    least = max(step, chat.agenda.round_times)
    return next((one for one in _STEPS if one >= least), _STEPS[-1])


async def _over_time(
    chat: Chat, figures: Figures, step: timedelta
) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
    """Count once in the finer of hours and steps (one divides the other), and add up."""
    hour = timedelta(hours=1)
    finest = min(hour, step)
    counted = await figures.over_time(chat.opens_at, finest // timedelta(microseconds=1))
    return _steps(chat, hour, finest, counted), _steps(chat, step, finest, counted)


def _steps(
    chat: Chat, step: timedelta, finest: timedelta, counted: Mapping[int, int]
) -> tuple[Step, ...]:
    """Return every step of the window; what was said at its very end is in the last one."""
    length = max(1, -((chat.opens_at - chat.ends_at) // step))
    messages = [0] * length
    for place, count in counted.items():
        messages[min(max(place * finest // step, 0), length - 1)] += count
    return tuple(Step(chat.opens_at + step * n, count) for n, count in enumerate(messages))


# ---------------------------------------------------------------- texts


async def _texts(tables: Tables, chat: Chat, edition: Edition) -> tuple[Links, Names]:
    """Read the texts that may hold a link or a mention, in order, once."""
    links = Links()
    mentions: dict[str, set[str]] = {}
    if edition.audience is Audience.RESEARCH:
        return links, {}
    after: Place | None = BEGINNING
    while after is not None:
        rows = await spoken.remarkable(tables.connection, chat.id, after, _AT_ONCE)
        after = (rows[-1].at, rows[-1].key) if len(rows) == _AT_ONCE else None
        for row in rows:
            text = edition.shown_text(row)
            platform = row.room.partition(":")[0]
            if row.role not in ("bot", "visitor") and row.timing == "on_time":
                links.gather(text, f"{platform}:{row.author}", edition.name_of(row))
            if sum(map(len, mentions.values())) < MOST_MENTIONED:
                mentions.setdefault(platform, set()).update(mentioned(text))
    names = {
        platform: {
            person: edition.named(f"{platform}:{person}", name)
            for person, name in (
                await spoken.names(tables.connection, chat.id, platform, people)
            ).items()
        }
        for platform, people in mentions.items()
        if people
    }
    return links, names


# ---------------------------------------------------------------- topics


async def _topics(
    tables: Tables, chat: Chat, counts: Counts, edition: Edition, names: Names
) -> tuple[TopicSummary, ...]:
    figures = Figures(tables.connection, chat.id)
    counted = {topic.number: topic for topic in counts.topics}
    ranks = edition.audience is not Audience.RESEARCH
    replied = await figures.most_replied(HIGHLIGHTS) if ranks else []
    reacted = await figures.most_reacted(HIGHLIGHTS) if ranks else []
    keys = {ranked.key for ranked in (*replied, *reacted)}
    rows = await spoken.of_keys(tables.connection, chat.id, keys)
    shown = _Excerpts(chat, edition, names, rows)
    answered = await figures.first_answers(
        {t.number: t.posted_at for t in chat.topics if t.posted_at and t.number in counted}
    )
    topics = []
    for topic in edition.chat.topics:
        count = counted.get(topic.number)
        answer = answered.get(topic.number)
        topics.append(
            TopicSummary(
                number=topic.number,
                ask=topic.ask,
                posted_at=topic.posted_at,
                skipped=topic.skipped,
                messages=count.messages if count else 0,
                participants=count.participants if count else 0,
                first_answer=edition.moment(answer) - topic.posted_at
                if topic.posted_at and answer
                else None,
                most_replied=shown.best(replied, topic.number),
                most_reacted=shown.best(reacted, topic.number),
            )
        )
    return tuple(topics)


class _Excerpts:
    def __init__(
        self, chat: Chat, edition: Edition, names: Names, rows: Mapping[str, Spoken]
    ) -> None:
        self._clock = Clock(chat.agenda.zone)
        self._names = names
        self._rows = {edition.key_of(line): line for line in edition.lines(rows.values())}

    def best(self, ranked: Sequence[Ranked], topic: int) -> tuple[Highlight, ...]:
        """Return the first ones of a topic; `ranked` is in order."""
        best = [one for one in ranked if topic in one.topics][:HIGHLIGHTS]
        rows = ((self._rows.get(one.key), one.times) for one in best)
        return tuple(self._highlight(row, times) for row, times in rows if row is not None)

    def _highlight(self, row: Spoken, times: int) -> Highlight:
        platform = row.room.partition(":")[0]
        writer = PlainText(self._names.get(platform, {}), self._clock)
        brief = excerpt(written(row.text, writer, platform), 160)
        return Highlight(row.key, row.room, row.id, row.at, row.name, brief, times, row.held)


# ---------------------------------------------------------------- rules


def rules(chat: Chat) -> str:
    """Return the counting rules of a chat in one paragraph."""
    late = (
        "what was said later is late and kept, but not counted with the others"
        if chat.agenda.keep_late
        else "what was said later is late: it is counted apart and its text is not kept"
    )
    return (
        "A participant is a person with at least one message of their own in the window, known "
        "by the platform's user id and never by name; guests are participants, moderators and "
        f"the bot are counted apart.{_of_members(chat)} A returning participant was one of an "
        "earlier chat of this series too, a new one of none. Roles and countries are counted of "
        "participants, as they state them when they check in and as they stand now. "
        "A message counts by its own time: the window runs from the opening to the planned "
        "end, with extensions, or to an earlier close; what was said "
        f"before is early, {late}. A message stands under the topics that its text names (such "
        "as T1 or A1), else under that of the thread it stands in, else under those of the "
        "message it answers, else under the last topic posted in its room before it; a "
        "moderator may correct this. A message that stands under several topics counts for "
        f"each of them.{_in_several_rooms(chat)} The time to the first answer runs from a topic's "
        "first post to the first message under it. "
        "Replies to a person's own messages are not ranked, and one person's "
        "same emoji on one message counts once. An edited message counts once, in its last "
        "wording; a withdrawn one, whoever wrote it, counts only as withdrawn, and a person who "
        "withdrew everything is no participant. Under no topic are messages, early and late ones "
        "too, that nothing of this ties to one and that no moderator placed."
    )


def _of_members(chat: Chat) -> str:
    if not chat.agenda.members_only:
        return ""
    where = [
        "in the built-in room" if platform == OWN else f"on {platform_name(platform)}"
        for platform in sorted(chat.agenda.members_only)
    ]
    return (
        f" The chat is its members' {' and '.join(where)}: whoever else writes is a visitor, whose "
        "messages are shown and stand in no count but that of visitors and that of withdrawn "
        "ones, and in no ranking; reactions count whoever gave them."
    )


def _in_several_rooms(chat: Chat) -> str:
    if len(chat.agenda.rooms) < 2:
        return ""
    return (
        " Each room is also counted by itself. Somebody who writes on two platforms is one person "
        "on each, for nobody can tell that it is the same. A topic is posted since it first stood "
        "in one of the rooms."
    )


REASONS: Mapping[str, str] = {
    PlacedBy.LABEL: "its text names the topic",
    PlacedBy.THREAD: "it stands in the topic's thread",
    PlacedBy.REPLY: "it answers a message of the topic",
    PlacedBy.TIME: "this was the last topic when it was said",
    PlacedBy.MODERATOR: "a moderator placed it",
    PlacedBy.NONE: "it belongs to no topic",
}
"""Why a message stands where it does."""
