"""Writes a transcript as Markdown for a blog: CommonMark with tables, no HTML in it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence

from bot.engine.messages import Attachment
from bot.engine.people import Role
from bot.engine.rooms import places
from bot.store.codec import files_of, numbers_of
from bot.transcripts import about, markup, phrases
from bot.transcripts.build import Batch, Line, Transcript
from bot.transcripts.characters import excerpt
from bot.transcripts.clock import Clock
from bot.transcripts.course import TITLES, Course, Heading
from bot.transcripts.erratum import heading, sentences
from bot.transcripts.markdown_text import MarkdownText, line, lines, link, opening
from bot.transcripts.plain_text import PlainText
from bot.transcripts.summary import Highlight, Summary, TopicSummary


async def to_markdown(
    transcript: Transcript, batches: AsyncIterator[Batch]
) -> AsyncIterator[bytes]:
    """Yield the file in chunks of UTF-8."""
    clock = Clock(transcript.chat.agenda.zone)
    yield "\n".join(_head(transcript, clock)).encode("utf-8")
    messages = _Messages(transcript, clock)
    empty = True
    async for batch in batches:
        empty = False
        yield b"".join(map(str.encode, messages.of(batch)))  # one emoji would widen the whole
    yield (
        f"\n{phrases.nothing(is_everything=transcript.is_whole)}\n" if empty else messages.rest()
    ).encode("utf-8")
    if erratum := transcript.begun.erratum:
        said = "\n".join(f"- {line(one)}" for one in sentences(erratum))
        yield f"\n## {line(heading(erratum, clock))}\n\n{said}\n".encode()


# ---------------------------------------------------------------- summary


def _head(transcript: Transcript, clock: Clock) -> Iterator[str]:
    summary, begun = transcript.summary, transcript.begun
    chat = summary.chat
    agenda = chat.agenda
    yield f"# {line(agenda.title)}\n"
    if agenda.hashtag:
        yield f"Hashtag: {line(agenda.hashtag)}\n"
    yield f"{phrases.window(chat, clock)}  "
    yield f"{phrases.window_utc(chat)}, held {phrases.venue(chat)}\n"
    if state := phrases.state(chat):
        yield f"{state}\n"
    if reading := agenda.reading:
        parts = [opening(reading.citation)] if reading.citation else []
        parts += [link(reading.link, reading.doi or reading.link)] if reading.link else []
        parts += [f"Authors in the chat: {line(', '.join(reading.authors))}"] * bool(
            reading.authors
        )
        yield "  \n".join(["Reading:", *parts]) + "\n"
    yield f"**{about.NAMES[begun.audience]}.** {line(' '.join(about.sentences(begun)))}\n"
    yield "## Summary\n"
    figures = [(what, line(many)) for what, many in phrases.figures(summary, clock)]
    yield from _table(("", ""), figures)
    if shares := phrases.shares(summary):
        yield "### By room\n"
        rows = [(line(room), f"{p:,}", f"{m:,}", f"{part} %") for room, p, m, part in shares]
        yield from _table(("Room", "Participants", "Messages", "Share"), rows)
    if summary.busiest:
        yield "### Messages per hour\n"
        hours = [(phrases.hour(h, clock), f"{h.messages:,}") for h in summary.hours if h.messages]
        yield from _table(("Hour", "Messages"), hours)
    yield from _topics(summary.topics, clock)
    yield from _links(summary)
    yield "## How it is counted\n"
    yield f"{line(summary.rules)}\n"
    yield "## Transcript\n"
    files = f" {phrases.FILES}" if summary.counts.with_files else ""
    yield f"Times are those of {agenda.zone}.{files}\n"


def _topics(topics: Sequence[TopicSummary], clock: Clock) -> Iterator[str]:
    if not topics:
        return
    yield "## Topics\n"
    yield from _table(
        ("Topic", "Question", "Posted", "Messages", "Participants", "First answer"),
        [
            (
                f"T{topic.number}",
                line(topic.ask),
                phrases.posted(topic, clock),
                f"{topic.messages:,}",
                f"{topic.participants:,}",
                phrases.first_answer(topic),
            )
            for topic in topics
        ],
    )
    for topic in topics:
        if topic.most_replied or topic.most_reacted:
            yield f"### T{topic.number}: {line(topic.ask)}\n"
            yield from _best("Most replied to", "reply", topic.most_replied)
            yield from _best("Most reacted to", "reaction", topic.most_reacted)


def _best(what: str, noun: str, answers: Sequence[Highlight]) -> Iterator[str]:
    if answers:
        yield f"{what}:\n"
        for answer in answers:
            said = line(answer.text)
            who = line(answer.name) or "somebody"
            said = f"“{said}”" if said else phrases.instead(answer)
            yield f"- {said} ({who}, {phrases.count(answer.times, noun)})"
        yield ""


def _links(summary: Summary) -> Iterator[str]:
    if not summary.links:
        return
    yield "## Links and papers shared\n"
    for found in summary.links:
        people = ", ".join(map(line, phrases.sharers(found)))
        yield f"- {link(found.url, found.doi or found.url)}, shared by {people}"
    if summary.further_links:
        times = phrases.count(summary.further_links, "time")
        yield f"- further links were shared {times}; they stand in the messages"
    yield ""


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"| {' | '.join('---' for _ in head)} |"
    for row in rows:
        yield f"| {' | '.join(row)} |"
    yield ""


# ---------------------------------------------------------------- messages


class _Messages:
    """Writes messages with the headings between them."""

    def __init__(self, transcript: Transcript, clock: Clock) -> None:
        self._transcript = transcript
        self._clock = clock
        self._course = Course(transcript.chat)
        self._places = places(transcript.chat.agenda.rooms)
        self._writers: dict[str, tuple[str, MarkdownText, PlainText]] = {}
        self._day = 0
        self._introduced: set[str] = set()

    def of(self, batch: Batch) -> Iterator[str]:
        """Yield the lines as Markdown."""
        for one in batch.lines:
            if one.at >= self._course.quiet_until or one.role == "bot":
                yield from map(self._heading, self._course.before(one))
            if self._course.topic_of(one.key) and not self._course.rest_of_post(one):
                continue  # the heading says it all
            _, wall, day = self._clock.read(one.at)
            if day != self._day:
                self._day = day
                yield f"\n**{self._clock.date(one.at)}**\n"
            stated = self._stated(one, batch)
            first = " · ".join(self._first_line(one, wall, stated))
            yield f"\n{first}\n{self._body(one, batch)}"

    def rest(self) -> str:
        """Return the headings after which nothing was said."""
        return "".join(map(self._heading, self._course.rest()))

    def _heading(self, heading: Heading) -> str:
        if heading.topic is None:
            return f"\n### {TITLES[heading.part]}\n"
        return f"\n### T{heading.topic.number}: {line(heading.topic.ask)}\n"

    def _stated(self, one: Line, batch: Batch) -> list[str]:
        """Return what stands beside a name: the role always, a disclosure the first time."""
        said = batch.stated.get(one.key)
        if said is None:
            return []
        person = f"{one.room.partition(':')[0]}:{one.author}"
        if person in self._introduced:
            said = said._replace(interest="")
        elif said.interest:
            self._introduced.add(person)
        return list(map(line, phrases.stated(said)))

    def _first_line(self, one: Line, wall: str, stated: Sequence[str]) -> Iterator[str]:
        name = opening(one.name) or "somebody"
        yield f"**{name}**" if name[0].isalnum() and name[-1].isalnum() else name
        yield from stated
        yield wall
        if self._transcript.is_numbered:
            yield f"line {one.id}"
        if one.role != "participant":
            yield Role(one.role).value
        says_something = one.text or one.files
        if says_something and one.topics != self._course.current and one.role != "bot":
            if one.topics:
                yield ", ".join(f"T{number}" for number in numbers_of(one.topics))
            elif self._course.current:
                yield "no topic"
        if one.edited and not one.withdrawn:
            yield "edited"
        if self._places:
            yield line(self._places.get(one.room, one.room))
        if one.parent is not None and not one.withdrawn:
            yield self._reply(one)

    def _reply(self, one: Line) -> str:
        if one.parent is None or one.parent_name is None:
            return "to a message that is not here"
        if topic := self._course.topic_of(one.parent):
            return f"to T{topic.number}"
        platform, _, plain = self._writer(one.room)
        brief = excerpt(markup.written(one.parent_text or "", plain, platform), 60)
        said = f": “{line(brief)}”" if brief else ""
        return f"to {line(one.parent_name) or 'somebody'}{said}"

    def _body(self, one: Line, batch: Batch) -> str:
        parts = []
        if one.text:
            parts.append(self._writer(one.room)[1].of(self._course.rest_of_post(one)))
        elif why := self._silence(one):
            parts.append(f"*({why})*" if one.held else f"({why})")
        parts += map(_file, files_of(one.files))
        if reactions := batch.reactions.get(one.key):
            chips = (f"{line(markup.emoji(emoji))} {people}" for emoji, people in reactions)
            parts.append(lines(" · ".join(chips)))
        said = "\n\n".join(part for part in parts if part)
        if not said:
            return ""
        quoted = "\n".join(_quoted_line(row) for row in said.replace("\n\n", "\n \n").split("\n"))
        return f"\n{quoted}\n"

    def _silence(self, one: Line) -> str:
        return phrases.silence(
            one.timing,
            one.withdrawn,
            has_files=bool(one.files),
            author=one.author,
            held=one.held,
            chat=None if one.role == Role.BOT else self._transcript.chat,
        )

    def _writer(self, room: str) -> tuple[str, MarkdownText, PlainText]:
        if room not in self._writers:
            platform = room.partition(":")[0]
            names = self._transcript.names.get(platform, {})
            markdown = MarkdownText(platform, names, self._clock)
            self._writers[room] = (platform, markdown, PlainText(names, self._clock))
        return self._writers[room]


def _quoted_line(row: str) -> str:
    return f"> {row}".rstrip()


def _file(file: Attachment) -> str:
    if not file.name and file.type:
        return f"({line(phrases.kind(file))})"
    name = file.name or "file"
    if file.url.lower().startswith(("http://", "https://")):
        return f"{link(file.url, name)} ({phrases.size(file.size)})"
    return f"{opening(name)} ({phrases.size(file.size)})"
