"""The editions in which not everybody is named: lines with pseudonyms, numbers and hidden names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from bot.engine.agenda import OWN, Room
from bot.engine.checkin import NONE, CheckIn
from bot.engine.messages import OURS, Attachment
from bot.engine.people import Role
from bot.engine.showing import Audience, Showing, Silence
from bot.engine.state import Chat
from bot.store.codec import files_of, files_row, moment, stamp
from bot.store.figures import Counts
from bot.store.publications import Fact
from bot.store.spoken import Remarkable, Spoken
from bot.transcripts.cast import Cast
from bot.transcripts.edition import NOTHING_SAID, Edition, Stated
from bot.transcripts.markup import UNSAFE, emoji
from bot.transcripts.names_in_text import LINK_LEFT_OUT
from bot.transcripts.numbers import Numbers

STANDING_IN_RESEARCH = frozenset({Silence.NONE, Silence.UNASKED, Silence.LATE, Silence.BLANKED})
"""The research edition has a line for each of these, without words but for the first."""

DISCLOSED = "one is disclosed"
"""What stands for a conflict of interest of somebody who is not named: its words could tell who."""

_WHOLE = 159
"""Characters of a parent's text, beyond which it is cut (`bot.store.spoken`)."""

_URL = rf"[hH][tT][tT][pP][sS]?://[^{UNSAFE}|()]{{1,2000}}+(?:\([^{UNSAFE}|()]{{0,200}}+\)[^{UNSAFE}|()]{{0,200}}+){{0,4}}+"
_MARKS = re.compile(
    rf"""
    <@!?(?P<person>[^\s|&<>][^\s|<>]{{0,99}}+)(?:\|(?P<label>[^<>|]{{0,200}}+))?>
  | <(?:@&|!subteam\^)[^\s|<>]{{1,100}}+(?:\|@?(?P<group>[^<>|]{{0,200}}+))?>
  | <\#[^\s|<>]{{1,100}}+(?:\|\#?(?P<channel>[^<>|]{{0,200}}+))?>
  | <a?:(?P<emoji>\w{{1,64}}+):[0-9]{{1,25}}+>
  | <(?P<angle>{_URL})(?:\|(?P<angle_label>[^<>|]{{0,500}}+))?>
  | \[(?P<masked_label>[^\[\]\n]{{1,300}}+)\]\(<?(?P<masked>{_URL})>?\)
  | (?P<url>{_URL})
    """,
    re.VERBOSE,
)
_PLATFORMS = re.compile(r"(?:^|\.)(?:discord(?:app)?\.com|discord\.gg|slack\.com)$")
_PROFILES = re.compile(
    r"(?:^|\.)(?:x\.com|twitter\.com|linkedin\.com|facebook\.com|fb\.com|instagram\.com|"
    r"threads\.(?:net|com)|bsky\.app|mastodon\.social|med-mastodon\.com|mstdn\.science|tiktok\.com|"
    r"youtube\.com|github\.com|orcid\.org|researchgate\.net|doximity\.com|scholar\.google\.[a-z.]+|"
    r"t\.me|wa\.me|linktr\.ee)$"
)
_OF_ONE = re.compile(
    r"/(?:(?:in|pub|profile|user|users|u|c|channel)/[^/]+|@?[^/]+|citations)/?", re.IGNORECASE
)
"""Paths under which a person is found there; what lies deeper is something that somebody wrote."""


class Masked(Edition):
    """The public edition, and the one for research; `numbers` are those of its lines.

    `numbered_alone`: nothing is shown but those. `chat` is the chat as the file shows it, and all
    keys are the file's own.
    """

    def __init__(
        self,
        showing: Showing,
        cast: Cast,
        numbers: Numbers,
        said: Mapping[str, CheckIn] = NOTHING_SAID,
        *,
        numbered_alone: bool = False,
    ) -> None:
        super().__init__(showing, said)
        self.cast = cast
        self._numbers = numbers
        self._numbered_alone = numbered_alone
        is_research = showing.audience is Audience.RESEARCH
        self._step = showing.chat.agenda.round_times if is_research else timedelta(0)
        self._rooms = {
            str(room): room if room.platform == OWN else Room(room.platform, str(number))
            for number, room in enumerate(showing.chat.agenda.rooms, 1)
        }
        self._room_names = {room: str(one) for room, one in self._rooms.items()}
        self._keys: dict[str, str] = {}
        self._authors: dict[str, str] = {}
        self._posts = {
            f"{post.room}/{post.ref}": str(
                numbers.of(f"{post.room}/{post.ref}") or f"t{topic.number}"
            )
            for topic in showing.chat.topics
            for post in topic.posts
        }
        self.chat = self._chat(showing.chat)

    # ------------------------------------------------------------ the chat

    def _chat(self, chat: Chat) -> Chat:
        """Return the chat with its names hidden, its times rounded, its posts by their numbers."""
        said = self.cast.names.replaced
        agenda = chat.agenda
        reading = agenda.reading
        if reading is not None:
            shown = tuple(name for name in reading.authors if said(name) == name)
            reading = replace(reading, authors=shown)
        agenda = replace(
            agenda,
            title=said(agenda.title),
            rooms=tuple(self._rooms[str(room)] for room in agenda.rooms),
            reading=reading,
        )
        topics = tuple(
            replace(
                topic,
                ask=said(topic.ask),
                posts=tuple(
                    replace(
                        post,
                        at=self.moment(post.at),
                        room=self._rooms.get(str(post.room), post.room),
                        ref=self._posts[f"{post.room}/{post.ref}"],
                    )
                    for post in topic.posts
                ),
            )
            for topic in chat.topics
        )
        closed = None if chat.closed_at is None else self.moment(chat.closed_at)
        return replace(chat, agenda=agenda, topics=topics, closings={}, closed_at=closed)

    def moment(self, at: datetime) -> datetime:
        """Return a moment as the edition tells it."""
        return moment(self.rounded(stamp(at)))

    def emoji(self, name: str) -> str:
        """Return an emoji as the edition writes it: one of a server without its id, nor a name."""
        written = emoji(name)
        return self.cast.names.replaced(written) if written.startswith(":") else written

    def counted(self, counts: Counts) -> Counts:
        """Return the chat's counts with the names that the edition has for its rooms."""
        return replace(
            counts,
            rooms=tuple(
                replace(one, room=self._rooms.get(str(one.room), one.room)) for one in counts.rooms
            ),
        )

    def rounded(self, at: int) -> int:
        """Return a stamp (microseconds since 1970 UTC) rounded down to the edition's steps."""
        step = self._step // timedelta(microseconds=1)
        return at - at % step if step else at

    # ------------------------------------------------------------ lines

    def lines(self, rows: Iterable[Spoken]) -> list[Spoken]:
        """Return the lines of the rows that the edition has."""
        self._keys.clear()
        self._authors.clear()
        return [line for row in rows if (line := self._line(self._without_quotes(row)))]

    def key_of(self, line: Spoken) -> str:
        """Return the key in the store of a line of the latest batch."""
        return self._keys[line.key]

    def person_of(self, line: Spoken) -> str:
        """Return the key of the author of a line of the latest batch."""
        return self._authors[line.key]

    def _stated(self, line: Spoken, said: CheckIn) -> Stated | None:
        """Of whoever is not named it is told that something is disclosed, and not what."""
        if self.cast.is_named(self.person_of(line)):
            return Stated(said.role, self.cast.names.replaced(said.interest))
        is_told = said.interest in ("", NONE)
        return Stated(said.role, said.interest if is_told else DISCLOSED)

    def keys_of(self, lines: Iterable[Spoken]) -> dict[str, str]:
        """Return the keys of lines of the latest batch, by those in the store."""
        return {self._keys[line.key]: line.key for line in lines}

    def silence(self, row: Spoken | Remarkable | Fact) -> Silence:
        """Say why what a row says is not shown; NONE: it is."""
        why = super().silence(row)
        if not why and self._numbered_alone and self._numbers.of(row.key) is None:
            return Silence.UNNOTED
        return why

    def has(self, row: Spoken | Remarkable) -> bool:
        """Whether the edition has a line for a row."""
        if self.audience is Audience.PUBLIC:
            return self.shows(row)
        return row.role != Role.BOT and self.silence(row) in STANDING_IN_RESEARCH

    def _line(self, row: Spoken) -> Spoken | None:
        if not self.has(row):
            return None
        room = self._room_names.get(row.room, "other:0")
        number = str(self._numbers.of(row.key) or "")
        platform = row.room.partition(":")[0]
        person = f"{platform}:{row.author}"
        is_ours = row.author == OURS and row.role == Role.BOT
        line = self.shown(row)
        key = f"{room}/{number}"
        self._keys[key] = row.key
        self._authors[key] = person
        return line._replace(  # once, for it takes as long as all the rest of a plain line
            key=key,
            room=room,
            id=number,
            at=self.rounded(row.at),
            author=row.author if is_ours else self.cast.number(person),
            name=row.name if is_ours else self.cast.name(person, row.name),
            text=self._masked(line.text, platform, own=person),
            files=line.files and self._files(line.files, person),
            **(self._answered(line, row, room, platform) if row.parent else {}),
        )

    def _answered(self, line: Spoken, row: Spoken, room: str, platform: str) -> dict[str, Any]:
        """Return what a line says of the message that it answers, if that is in the edition too."""
        number = self._posts.get(row.parent or "") or self._numbers.of(row.parent or "")
        if number is None or row.parent_author is None:
            return {"parent": f"{room}/", "parent_name": None, "parent_text": None}
        text = line.parent_text or ""
        if len(text) > _WHOLE:
            text = text.rpartition(" ")[0]  # or half a name would stand at its end
        author = f"{platform}:{row.parent_author}"
        is_ours = row.parent_role == Role.BOT and row.parent_author == OURS
        name = row.parent_name or ""
        return {
            "parent": f"{room}/{number}",
            "parent_author": None,
            "parent_name": name if is_ours else self.cast.name(author, name),
            "parent_text": self._masked(text, platform, own=author),
        }

    def name_of(self, row: Spoken | Remarkable) -> str:
        """Return what the author of a row is called in this file."""
        if row.role == Role.BOT and row.author == OURS:
            return row.name
        return self.cast.name(f"{row.room.partition(':')[0]}:{row.author}", row.name)

    def shown_text(self, row: Spoken | Remarkable) -> str:
        """Return a row's text as this file has it."""
        platform = row.room.partition(":")[0]
        text = super().shown_text(row)
        return self._masked(text, platform, own=f"{platform}:{row.author}") if text else ""

    def _files(self, files: str, person: str) -> str:
        """Return files by type and size alone, where their names could tell whose they are.

        Those of who is named keep theirs, but for the names of others in them.
        """
        if self.cast.is_named(person):
            names = self.cast.names
            return files_row(
                tuple(
                    replace(
                        f,
                        name=names.replaced(f.name),
                        url=f.url * (not names.names_somebody(f.url)),
                    )
                    for f in files_of(files)
                )
            )
        return files_row(tuple(Attachment("", f.type, f.size, "") for f in files_of(files)))

    # ------------------------------------------------------------ texts

    def _masked(self, text: str, platform: str, own: str) -> str:
        """Return what somebody (`own`, by their key) wrote, with names, ids and links hidden."""
        hide = self.cast.names.replaced
        if "<" not in text and "://" not in text:
            return hide(text)
        pieces: list[str] = []
        done = 0
        for match in _MARKS.finditer(text):
            pieces += hide(text[done : match.start()]), self._mark(match, platform, own, hide)
            done = match.end()
        return "".join([*pieces, hide(text[done:])])

    def _mark(
        self, match: re.Match[str], platform: str, own: str, hide: Callable[[str], str]
    ) -> str:
        if person := match["person"]:
            return f"@{self.cast.mentioned(f'{platform}:{person}', match['label'] or '')}"
        if match["emoji"]:
            return hide(f":{match['emoji']}:")
        url = match["angle"] or match["masked"] or match["url"]
        if url is None:
            sign = "#" if match[0].startswith("<#") else "@"
            return sign + hide(match["channel"] or match["group"] or "[left out]")
        label = match["angle_label"] or match["masked_label"]
        if not self._may_stand(url, own):
            return f"{hide(label)} {LINK_LEFT_OUT}" if label else LINK_LEFT_OUT
        if not label:
            return match[0]
        return f"<{url}|{hide(label)}>" if match["angle"] else f"[{hide(label)}]({url})"

    def _may_stand(self, url: str, own: str) -> bool:
        """Whether an address tells nothing of who somebody is."""
        if not self.cast.pseudonyms and not self.cast.names:
            return True
        try:
            parts = urlsplit(url)
            host = (parts.hostname or "").rstrip(".")
        except ValueError:
            return False
        if _PLATFORMS.search(host) or self.cast.names.names_somebody(url):
            return False
        if _PROFILES.search(host):
            return self.cast.is_named(own) and not _OF_ONE.fullmatch(parts.path)
        return True
