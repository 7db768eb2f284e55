"""YAML text as a tree of texts, mappings and lists that know their place.

PyYAML's event stream is read and nothing is constructed from it: every scalar stays the text that
was written (`21:00`, `NO` and `010` too), nothing is expanded, and what YAML would pass over in
silence (a key that stands twice, a rest that became a comment) is kept or reported.

A text without a mistake is read by libyaml, twenty times as fast, where PyYAML has it and the two
give the same tree. What is wrong with a text PyYAML's own reader says.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import yaml

from bot.agendas.mistakes import START, Flaw, Mark, shown
from bot.agendas.yaml_hints import explain

if TYPE_CHECKING:
    from collections.abc import Iterator

LARGEST = 1_048_576
"""Bytes in a file; two thousand topics need 150,000."""

DEEPEST = 12
"""Levels of nesting; an agenda has six."""

MOST = 20_000
"""Values in a file; two thousand topics have 8,000."""

MOST_SECTIONS = 200


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text, where it begins, and whether it was written without quotes.

    `dropped` is what follows it on its line (or continues it on the next) and begins with `#`:
    to YAML a comment. `bare` is an entry of a mapping in braces that has no colon.
    """

    text: str
    at: Mark
    plain: bool = False
    dropped: Flaw | None = None
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Broken:
    """A value of which a flaw was reported already; nothing else is said about it."""

    at: Mark


@dataclass(frozen=True, slots=True)
class Pair:
    """A key and its value."""

    key: Scalar
    value: Node


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys and values by key, in the order of the file; no key stands twice."""

    pairs: dict[str, Pair]
    at: Mark


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple[Node, ...]
    at: Mark


Node = Scalar | Broken | Mapping | Items


@dataclass(frozen=True, slots=True)
class Tree:
    """What a text holds: its root (None: nothing could be read) and the flaws found on the way."""

    root: Node | None
    flaws: tuple[Flaw, ...]


class _Stop(Exception):
    """The text, or the section at hand, cannot be read further."""

    def __init__(self, at: Mark, text: str) -> None:
        super().__init__(text)
        self.flaw = Flaw(at, text)


def read_tree(source: bytes | str) -> Tree:
    """Read one YAML document; never raises, whatever `source` is.

    After a mistake of syntax the sections of the file (from one key at the left margin to the
    next) are read one by one, so that the flaws of all are reported.
    """
    try:
        text = _decoded(source)
    except _Stop as stop:
        return Tree(None, (stop.flaw,))
    if quickly := _quickly(text):
        return quickly
    reader = _Reader(text)
    try:
        return Tree(reader.document(), tuple(reader.flaws))
    except _Stop as stop:
        return _by_sections(text) or Tree(None, (*reader.flaws, stop.flaw))


def _quickly(text: str) -> Tree | None:
    """Read with libyaml; None where it is missing, where there is a mistake, or where in doubt."""
    loader = getattr(yaml, "CSafeLoader", None)
    if loader is None or _AMBIGUOUS.search(text) or _may_ask_in_brackets(text):
        return None
    reader = _Reader(text, loader=loader)
    try:
        root = reader.document()
    except _Stop:
        return None
    return None if reader.flaws else Tree(root, ())


def _may_ask_in_brackets(text: str) -> bool:
    """Whether a question mark may stand in braces or brackets, where libyaml takes it for text."""
    if "?" not in text:
        return False
    for written in text.split("\n"):
        line = _QUOTED.sub(r"\1", written)
        closed = line.count("[") == line.count("]") and line.count("{") == line.count("}")
        opens = re.search(r"[\[{]", line)
        if not closed or (opens and "?" in line[opens.start() :]):
            return True
    return False


def _by_sections(text: str) -> Tree | None:
    """Read section by section; None if that cannot show where the mistake is."""
    heads = list(re.finditer(r"^([A-Za-z_]+)[ ]*:(?=\s|$)", text, re.MULTILINE))
    if not 1 < len(heads) <= MOST_SECTIONS:
        return None
    ends = [head.start() for head in heads[1:]] + [len(text)]
    pairs: list[Pair] = []
    flaws: list[Flaw] = []
    failed = False
    for head, end in zip(heads, ends, strict=True):
        lines_before = text.count("\n", 0, head.start())
        reader = _Reader(text[head.start() : end], lines_before)
        try:
            root = reader.document()
        except _Stop as stop:
            failed = True
            reader.flaws.append(stop.flaw)
            at = Mark(lines_before + 1, 1)
            root = Mapping({head[1]: Pair(Scalar(head[1], at), Broken(at))}, at)
        flaws += reader.flaws
        pairs += root.pairs.values() if isinstance(root, Mapping) else ()
    return Tree(Mapping(_once(pairs, flaws), START), tuple(flaws)) if failed else None


class _Reader:
    """Reads the events of one text, which begins after `lines_before` lines of its file."""

    def __init__(self, text: str, lines_before: int = 0, loader: Any = yaml.SafeLoader) -> None:
        self.flaws: list[Flaw] = []
        self._loader = loader
        self._text = text
        self._before = lines_before
        self._seen = 0

    def document(self) -> Node | None:
        """Return the root of the only document, None if there is none; raises _Stop."""
        events = self._events()
        root: Node | None = None
        for event in events:
            if not isinstance(event, yaml.DocumentStartEvent):
                continue
            if root is not None:
                second = "A second document begins here. Keep one agenda in a file."
                self.flaws.append(Flaw(self._at(event), second))
                break
            root = self._node(next(events), events, depth=1, indent=0)
        return None if isinstance(root, Scalar) and root.plain and not root.text else root

    def _events(self) -> Iterator[yaml.Event]:
        event = None
        try:
            for event in yaml.parse(self._text, Loader=self._loader):
                yield event
        except yaml.MarkedYAMLError as error:
            flaw = explain(error, self._text)
            at = Mark(flaw.at.line + self._before, flaw.at.column)
            raise _Stop(at, flaw.text) from None
        except (yaml.YAMLError, ValueError, OverflowError):
            # PyYAML lets chr() and int() raise on "\UFFFFFFFF" and on a %YAML line of digits.
            raise _Stop(
                self._at(event) if event else Mark(self._before + 1, 1),
                "YAML cannot read what follows here. Look for a backslash in double quotes, or "
                "for a line that begins with %.",
            ) from None

    def _node(
        self, event: yaml.Event, events: Iterator[yaml.Event], depth: int, indent: int
    ) -> Node:
        """Read the value that begins with `event`; `indent` is its key's column, 0 in brackets."""
        at = self._at(event)
        self._seen += 1
        if depth > DEEPEST or self._seen > MOST:
            what = "is nested too deeply" if depth > DEEPEST else "holds too many values"
            raise _Stop(
                at,
                f"From here on the file {what} for an agenda. Look for a bracket that is not "
                "closed, or take out what does not belong in the file.",
            )
        self._refuse_machinery(event)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, at, indent)
        if isinstance(event, yaml.SequenceStartEvent):
            items = []
            inside = 0 if event.flow_style else at.column
            while not isinstance(event := next(events), yaml.SequenceEndEvent):
                items.append(self._node(event, events, depth + 1, inside))
            return Items(tuple(items), at)
        if isinstance(event, yaml.MappingStartEvent):
            pairs = []
            flow = bool(event.flow_style)
            while not isinstance(event := next(events), yaml.MappingEndEvent):
                pairs.append(self._pair(event, events, depth, flow))
            kept = _once([pair for pair in pairs if pair], self.flaws)
            return Mapping(kept, at) if kept or not pairs else Broken(at)
        return Broken(at)

    def _pair(
        self, event: yaml.Event, events: Iterator[yaml.Event], depth: int, flow: bool
    ) -> Pair | None:
        key = self._node(event, events, depth + 1, 0)
        if not isinstance(key, Scalar):
            if not isinstance(key, Broken):
                words = "A key is a word, but here is a list or a mapping. Put a text in quotes."
                self.flaws.append(Flaw(key.at, words))
            self._node(next(events), events, depth + 1, 0)
            return None
        value = self._node(next(events), events, depth + 1, 0 if flow else key.at.column)
        if flow and isinstance(value, Scalar) and value.plain and not value.text:
            colon = re.compile(r"\s*:").match(self._text, _end(event).index)
            value = Scalar("", value.at if colon else key.at, True, value.dropped, not colon)
        return Pair(key, value)

    def _scalar(self, event: yaml.ScalarEvent, at: Mark, indent: int) -> Node:
        unseen = _UNSEEN.search(event.value)
        if unseen:
            words = (
                f"This text holds a character that cannot be seen (U+{ord(unseen[0]):04X}). "
                "Delete the backslash and what belongs to it."
            )
            self.flaws.append(Flaw(at, words))
            return Broken(at)
        return Scalar(event.value, at, not event.style, self._dropped(event, indent))

    def _dropped(self, event: yaml.ScalarEvent, indent: int) -> Flaw | None:
        plain = not event.style  # None, and empty as libyaml has it
        if not plain and event.style not in ("|", ">"):
            return None
        mark = _end(event) if plain else _start(event)
        line, column = mark.line + 1 + self._before, mark.column + 1
        comment = (_COMMENT if plain else _BLOCK_COMMENT).match(self._text, mark.index)
        if comment:
            at = Mark(line, column + comment.start(1) - mark.index)
            return Flaw(at, comment[1].rstrip())
        below = _COMMENT_BELOW.match(self._text, mark.index)
        if plain and indent and below and len(below[1]) >= indent:
            return Flaw(Mark(line + 1, len(below[1]) + 1), below[2].rstrip())
        return None

    def _refuse_machinery(self, event: yaml.Event) -> None:
        """Report an alias, an anchor or a tag: they could make a small file a huge agenda."""
        sign, word, name = "", "", ""
        if isinstance(event, yaml.AliasEvent):
            sign, word, name = "*", "an alias", event.anchor or ""
        elif isinstance(event, yaml.NodeEvent) and event.anchor:
            sign, word, name = "&", "an anchor", event.anchor
        elif isinstance(event, (yaml.ScalarEvent, yaml.CollectionStartEvent)) and event.tag:
            sign, word, name = (
                "!",
                "a tag",
                event.tag.removeprefix("tag:yaml.org,2002:").lstrip("!"),
            )
        if sign:
            words = (
                f"{shown(sign + name)} is {word} to YAML, which agendas do not have. If it is "
                f"text, put quotes around the whole text; if not, delete it."
            )
            self.flaws.append(Flaw(self._at(event), words))

    def _at(self, event: yaml.Event) -> Mark:
        mark = _start(event)
        return Mark(mark.line + 1 + self._before, mark.column + 1)


def _start(event: yaml.Event) -> yaml.Mark:
    return cast("yaml.Mark", event.start_mark)  # None only in events that nobody parsed


def _end(event: yaml.Event) -> yaml.Mark:
    return cast("yaml.Mark", event.end_mark)


def _once(pairs: list[Pair], flaws: list[Flaw]) -> dict[str, Pair]:
    """Keep the first of pairs that have one key, and report the others."""
    first: dict[str, Pair] = {}
    for pair in pairs:
        earlier = first.setdefault(pair.key.text, pair)
        if earlier is not pair:
            words = (
                f"{shown(pair.key.text)} stands twice; it is already on line "
                f"{earlier.key.at.line}. Keep one of the two."
            )
            flaws.append(Flaw(pair.key.at, words))
    return first


_UNSEEN = re.compile("[^\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What YAML 1.1 section 5.1 forbids, and the line ends that only YAML knows."""

_AMBIGUOUS = re.compile(
    r"\t|^%|(?<![^ \n])\?(?![^ \r\n])|:[ \r\n]*[,\]}]|[|>][-+0-9]*#"
    r"|[^\r\n\x20-\x7e\xa1-\ud7ff\ue000-\ufefe\U00010000-\U0010ffff]",
    re.MULTILINE,
)
"""What libyaml reads otherwise than PyYAML's own reader, or takes where that one refuses it.

Tabs, directives, keys with a question mark, values left out in braces and brackets, a comment that
touches the sign of a block, blanks and line ends that ASCII does not have.
"""

_QUOTED = re.compile(r"""([\[{,] *|: +)(?:"[^"\\]*"|'[^']*')(?= *[,\]}])""")
"""A text in quotes that is a whole value in braces or brackets."""

_COMMENT = re.compile(r"[ \t]+(#[^\n]*)")
_BLOCK_COMMENT = re.compile(r"[|>][-+0-9]*[ \t]+(#[^\n]*)")
_COMMENT_BELOW = re.compile(r"[ \t]*\r?\n([ ]*)(#\w[^\n]*)")


def _decoded(source: bytes | str) -> str:
    """Return the text of a file, without its byte-order mark; raises _Stop."""
    if len(source) > LARGEST:
        size = f"The file is larger than {LARGEST // 1024} KB, which no agenda needs."
        raise _Stop(START, f"{size} Check that it is the right file.")
    text = source if isinstance(source, str) else _from_utf8(source)
    text = text.removeprefix("\ufeff")
    bad = _UNSEEN.search(text.replace("\r\n", " \n"))
    if not bad:
        return text
    place = _place(text, bad.start())
    if bad[0] == "\r":
        raise _Stop(
            place,
            "The line ends with a carriage return alone. Save the file with line ends LF or CRLF.",
        )
    raise _Stop(
        place,
        f"There is a character here that cannot be seen (U+{ord(bad[0]):04X}). Delete it; such "
        "characters come along with text copied from elsewhere.",
    )


def _from_utf8(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or data.count(0) * 4 > len(data):
        raise _Stop(START, "The file is saved as UTF-16. Save it as UTF-8.")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        before = data[: error.start].decode()
        raise _Stop(
            _place(before, len(before)),
            "The character here is not UTF-8; the file was saved in another encoding. Save it "
            "as UTF-8.",
        ) from None


def _place(text: str, index: int) -> Mark:
    line_start = text.rfind("\n", 0, index) + 1
    return Mark(text.count("\n", 0, index) + 1, index - line_start + 1)
