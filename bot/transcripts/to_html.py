"""Writes a transcript as one self-contained HTML file."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import AsyncIterator, Iterator

from bot.engine.messages import Attachment
from bot.engine.people import Role
from bot.engine.rooms import places
from bot.store.codec import files_of, numbers_of
from bot.transcripts import markup, phrases
from bot.transcripts.anchors import Anchors
from bot.transcripts.build import Batch, Line, Transcript
from bot.transcripts.characters import excerpt
from bot.transcripts.clock import Clock
from bot.transcripts.course import TITLES, Course, Heading
from bot.transcripts.edition import Stated
from bot.transcripts.erratum import Erratum, sentences, since
from bot.transcripts.html_text import HtmlText, link, text
from bot.transcripts.page import head
from bot.transcripts.plain_text import PlainText

_ROLES = {
    Role.MODERATOR: "moderator",
    Role.GUEST: "guest",
    Role.VISITOR: "visitor",
    Role.BOT: "bot",
}
_FOOT = "</main>\n<footer>Written by Rounds.</footer>\n</body>\n</html>\n"


async def to_html(transcript: Transcript, batches: AsyncIterator[Batch]) -> AsyncIterator[bytes]:
    """Yield the file in chunks of UTF-8."""
    clock = Clock(transcript.chat.agenda.zone)
    anchors = Anchors(transcript.chat.agenda.rooms)
    articles = _Articles(transcript, clock, anchors)
    # The first time its template is compiled, which would hold up the event loop.
    above = await asyncio.to_thread(head, transcript.summary, clock, anchors, transcript.begun)
    yield above.encode("utf-8")
    empty = True
    async for batch in batches:
        empty = False
        yield b"".join(map(str.encode, articles.of(batch)))  # one emoji would widen the whole
    if empty:
        nothing = phrases.nothing(is_everything=transcript.is_whole)
        yield f'<p class="nothing">{nothing}</p>\n'.encode()
    else:
        yield articles.rest().encode("utf-8")
    yield b"</section>\n"
    if transcript.begun.erratum:
        yield _erratum(transcript.begun.erratum, clock).encode("utf-8")
    yield _FOOT.encode("utf-8")


def _erratum(erratum: Erratum, clock: Clock) -> str:
    said = "".join(f"<li>{text(one)}</li>\n" for one in sentences(erratum))
    return (
        f'<section id="erratum">\n<h2>Erratum</h2>\n<p>{text(since(erratum, clock))}</p>\n'
        f"<ul>\n{said}</ul>\n</section>\n"
    )


class _Articles:
    """Writes messages with the headings between them."""

    def __init__(self, transcript: Transcript, clock: Clock, anchors: Anchors) -> None:
        self._chat = transcript.chat
        self._names = transcript.names
        self._is_numbered = transcript.is_numbered
        self._clock = clock
        self._anchors = anchors
        self._course = Course(transcript.chat)
        self._places = places(transcript.chat.agenda.rooms)
        self._day = 0
        self._introduced: set[str] = set()
        self._name = functools.lru_cache(2048)(_name)
        self._reaction = functools.lru_cache(2048)(_reaction)
        self._room = ""
        self._enter("")

    def of(self, batch: Batch) -> Iterator[str]:
        """Yield the lines as HTML."""
        course, clock, anchor_of, name_of = (
            self._course, self._clock, self._anchors.of, self._name
        )  # fmt: skip
        is_numbered = self._is_numbered
        for line in batch.lines:
            (key, room, id_, at, _, name, role, said, _, topics, _, edited, withdrawn, _, files,
             parent, *_) = line  # fmt: skip
            if at >= course.quiet_until or role == "bot":
                yield from map(self._heading, course.before(line))
            utc, wall, day = clock.read(at)
            if day != self._day:
                self._day = day
                yield f'<p class="day">{clock.date(at)}</p>\n'
            if room != self._room:
                self._enter(room)
            dress = flags = ""
            if topics != course.current or edited or role != "participant" or self._places:
                flags = self._flags(line)
                if role == "bot":
                    dress, said = ' class="bot"', course.rest_of_post(line)
                    if not said and course.topic_of(key):
                        continue  # the heading says it all
            if key in batch.stated:
                flags = self._stated(line, batch.stated[key]) + flags
            body = f"<div>{self._html(said)}</div>" if said else self._silence(line)
            if parent is not None and not withdrawn:
                body = self._reply(line) + body
            if files:
                body += f"<ul>{''.join(map(_file, files_of(files)))}</ul>"
            if key in batch.reactions:
                chips = "".join(map(self._reaction, batch.reactions[key]))
                body += f'<p class="rx">{chips}</p>'
            anchor = anchor_of(room, id_)
            number = f"<small>{id_}</small>" if is_numbered else ""
            yield (
                f'<article id="{anchor}"{dress}><a href="#{anchor}"><time datetime="{utc}">{wall}'
                f"</time>{number}</a><p><b><bdi>{name_of(name)}</bdi></b>{flags}</p>{body}</article>\n"
            )

    def rest(self) -> str:
        """Return the headings after which nothing was said."""
        return "".join(map(self._heading, self._course.rest()))

    def _heading(self, heading: Heading) -> str:
        topic = heading.topic
        if topic is None:
            return f'<h3 class="part plain">{TITLES[heading.part]}</h3>\n'
        return (
            f'<h3 class="part" id="t{topic.number}"><b>T{topic.number}</b> '
            f"<bdi>{text(topic.ask)}</bdi></h3>\n"
        )

    def _flags(self, line: Line) -> str:
        """Return what stands behind the name: role, topics other than the heading's, edits."""
        flags = ""
        if line.role != "participant":
            flags = f'<i class="r">{_ROLES[Role(line.role)]}</i>'
        says_something = line.text or line.files
        if says_something and line.topics != self._course.current and line.role != "bot":
            flags += self._chips(line)
        if line.edited and not line.withdrawn:
            flags += "<u>edited</u>"
        if self._places:
            flags += f"<u>{text(self._places.get(line.room, line.room))}</u>"
        return flags

    def _stated(self, line: Line, said: Stated) -> str:
        """Return what stands beside a name: the role always, a disclosure the first time."""
        role = f'<i class="s"><bdi>{text(said.role)}</bdi></i>' if said.role else ""
        person = f"{self._platform}:{line.author}"
        if person in self._introduced or not said.interest:
            return role
        self._introduced.add(person)
        *_, interest = phrases.stated(said)
        return f"{role}<small><bdi>{text(interest)}</bdi></small>"

    def _chips(self, line: Line) -> str:
        if not line.topics:
            return "<i>no topic</i>" if self._course.current else ""
        return "".join(
            f'<i><a href="#t{number}">T{number}</a></i>' for number in numbers_of(line.topics)
        )

    def _reply(self, line: Line) -> str:
        if line.parent is None or line.parent_name is None:
            return '<p class="re">↳ to a message that is not here</p>'
        if topic := self._course.topic_of(line.parent):
            return f'<p class="re">↳ <a href="#t{topic.number}">T{topic.number}</a></p>'
        anchor = self._anchors.of(line.room, line.reply_to or "")
        brief = text(excerpt(markup.written(line.parent_text or "", self._plain, self._platform)))
        return (
            f'<p class="re">↳ <a href="#{anchor}"><bdi>{self._name(line.parent_name)}</bdi>'
            f"</a>{f': <bdi>{brief}</bdi>' if brief else ''}</p>"
        )

    def _silence(self, line: Line) -> str:
        why = phrases.silence(
            line.timing,
            line.withdrawn,
            has_files=bool(line.files),
            author=line.author,
            held=line.held,
            chat=None if line.role == Role.BOT else self._chat,
        )
        if not why:
            return ""
        return f'<p class="no{" held" if line.held and not line.withdrawn else ""}">{why}</p>'

    def _enter(self, room: str) -> None:
        """Write as in this room: its platform decides names and mark-up."""
        self._room = room
        self._platform = room.partition(":")[0]
        names = self._names.get(self._platform, {})
        self._html = HtmlText(self._platform, names, self._clock).of
        self._plain = PlainText(names, self._clock)


def _name(name: str) -> str:
    return text(name) or "·"


def _reaction(reaction: tuple[str, int]) -> str:
    emoji, people = reaction
    return f"<span>{text(markup.emoji(emoji))} {people}</span>"


def _file(file: Attachment) -> str:
    if not file.name and file.type:
        return f"<li>{text(phrases.kind(file))}</li>"
    label = f"<bdi>{text(file.name) or 'file'}</bdi>"
    if file.url.lower().startswith(("http://", "https://")):
        label = link(file.url, label)
    return f"<li>{label} ({phrases.size(file.size)})</li>"
