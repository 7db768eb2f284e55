"""Reads the mark-up that people type on Discord, Slack and in the built-in room.

A text is cut into pieces, and a writer says how each piece looks. No piece is passed on as it
stands: a writer escapes what it is given. Every pattern reads a text once from left to right,
so that a hostile text takes no longer than any other of its length.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Protocol

from bot.transcripts.characters import visible
from bot.transcripts.clock import unix


class Writer(Protocol):
    """How each piece of a text looks; every method returns what is ready to be output."""

    def plain(self, text: str) -> str:
        """Write text that means nothing but itself."""
        ...

    def styled(self, style: str, inner: str) -> str:
        """Write what is already written in a style: `strong`, `em`, `u` or `s`."""
        ...

    def code(self, text: str) -> str:
        """Write code within a line."""
        ...

    def block(self, text: str) -> str:
        """Write lines of code."""
        ...

    def quote(self, inner: str) -> str:
        """Write lines, already written, that somebody quotes."""
        ...

    def link(self, url: str, label: str) -> str:
        """Write a link to an http, https or mailto address."""
        ...

    def mention(self, person: str, label: str) -> str:
        """Write a mention of a person's platform id; `label` is what stands for an unknown one."""
        ...

    def moment(self, at: int) -> str:
        """Write a time (microseconds since 1970) in the chat's zone."""
        ...


UNSAFE = (
    r"\s<>\"`\\\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
    r"\u2400-\u2421\ud800-\udfff\ufffd"
)
"""What no address holds, as a part of a character class."""
_URL = rf"(?:[hH][tT][tT][pP][sS]?://|mailto:)[^{UNSAFE}]{{1,2000}}+"

# Each alternative begins with a literal character: the search leaps from one to the next.
_INLINE = rf"""
    `(?:``(?P<block>(?:[^`]|`(?!``))++)```|`(?P<code2>(?:[^`\n]|`(?!`))++)``|(?P<code>[^`\n]++)`)
  | <(?P<angle>[@\#!:athm][^<>\n]{{0,2000}}+)>
  | \[(?P<label>[^\[\]\n]{{1,300}}+)\]\(<?(?P<target>(?:[hH][tT][tT][pP][sS]?://|mailto:)
        [^{UNSAFE}()]{{1,500}}+(?:\([^{UNSAFE}()]{{0,200}}+\)[^{UNSAFE}()]{{0,200}}+){{0,4}}+)>?\)
  | h(?P<url>[tT][tT][pP][sS]?://[^{UNSAFE}]{{1,2000}}+)
  | H(?P<loud_url>[tT][tT][pP][sS]?://[^{UNSAFE}]{{1,2000}}+)
  | 1(?<![\w./=-]1)(?P<doi>0\.[0-9]{{4,9}}+/[^{UNSAFE}]{{1,300}}+)
  | \*(?P<star>\*{{0,2}}+)(?![\s*_~])
  | _(?P<low>_?+)(?![\s*_~])
  | ~(?P<wave>~?+)(?![\s*_~])
"""
_QUOTE = r"""
  | >(?<![^\n]>)(?:>>[ ](?P<rest>.++)|[ ]?(?P<quote>[^\n]*+(?:\n>[ ]?[^\n]*+)*+)(?:\n|\Z))
"""
_WITHIN_LINE = re.compile(_INLINE, re.VERBOSE | re.DOTALL)
_ANY = re.compile(_INLINE + _QUOTE, re.VERBOSE | re.DOTALL)
_CLOSING = {
    mark: re.compile(rf"[^\n{re.escape(mark[0])}]{{1,500}}+(?<!\s){re.escape(mark)}")
    for mark in ("*", "**", "***", "_", "__", "~", "~~")
}
_STYLES = {"*": ("em",), "**": ("strong",), "***": ("strong", "em"), "_": ("em",), "__": ("u",),
           "~~": ("s",)}  # fmt: skip
_SLACK_STYLES = {"*": ("strong",), "_": ("em",), "~": ("s",)}
_TRAILING = ".,;:!?'’”*_~|…"
_DATE = re.compile(r"!date\^(?P<unix>[0-9]{1,12})\^[^|]*(?:\|(?P<fallback>.*))?")
_DISCORD_TIME = re.compile(r"t:(?P<unix>[0-9]{1,12})(?::[tTdDfFsSR])?")
_EMOJI = re.compile(r"a?:(?P<name>\w{1,64}):[0-9]{1,25}")
_PERSON = re.compile(r"@!?(?P<id>[^\s|&][^\s|]{0,99})(?:\|(?P<label>[^|]*))?")
_GROUP = re.compile(r"(?:@&|!subteam\^)(?P<id>[^\s|]{1,100})(?:\|(?P<label>[^|]*))?")
_CHANNEL = re.compile(r"\#(?P<id>[^\s|]{1,100})(?:\|(?P<label>[^|]*))?")
_EVERYBODY = re.compile(r"!(?P<name>here|channel|everyone)(?:\|.*)?")
_ANGLE_LINK = re.compile(rf"(?P<url>{_URL})", re.DOTALL)


def is_plain(text: str) -> bool:
    """Say that a text holds nothing that could be mark-up."""
    return not (  # many times as fast as a pattern
        "/" in text
        or "<" in text
        or "*" in text
        or "_" in text
        or "`" in text
        or ">" in text
        or "~" in text
        or "](" in text
    )  # an address and a DOI hold a slash


def written(text: str, writer: Writer, platform: str) -> str:
    """Return a text as `writer` writes it; `platform` decides what its marks mean.

    Line ends are LF by then, and control characters are symbols.
    """
    text = visible(text)
    if is_plain(text):
        return writer.plain(text)
    return "".join(_pieces(text, writer, platform, _ANY))


def _pieces(text: str, writer: Writer, platform: str, grammar: re.Pattern[str]) -> Iterator[str]:
    done = at = 0
    while match := grammar.search(text, at):
        piece, end = _piece(text, match, writer, platform)
        if piece is None:
            at = end
            continue
        if match.start() > done:
            yield writer.plain(text[done : match.start()])
        yield piece
        done = at = end
    if done < len(text):
        yield writer.plain(text[done:])


def _piece(
    text: str, match: re.Match[str], writer: Writer, platform: str
) -> tuple[str | None, int]:
    """Return what a match is written as, and where to go on; None: it is plain text."""
    end = match.end()
    match kind := match.lastgroup:
        case "star" | "low" | "wave":
            return _styled(text, match, writer, platform)
        case "url" | "loud_url" | "doi":
            return _address(match, writer)
        case "target":
            return _masked(match, writer), end
        case "code" | "code2":
            return writer.code(match[kind]), end
        case "block":
            return writer.block(_without_language(match["block"])), end
        case "angle":
            piece = _angle(match["angle"], writer)
            return piece, match.start() + 1 if piece is None else end
        case "rest":
            return writer.quote(_quoted(match["rest"], writer, platform)), end
        case _:
            lines = re.sub(r"\n> ?", "\n", match["quote"])
            return writer.quote(_quoted(lines, writer, platform)), end


def _quoted(text: str, writer: Writer, platform: str) -> str:
    """Write what stands in a quotation; a quotation within it stays as it is typed."""
    return "".join(_pieces(text, writer, platform, _WITHIN_LINE))


def _styled(
    text: str, match: re.Match[str], writer: Writer, platform: str
) -> tuple[str | None, int]:
    mark, start = match[0], match.end()
    styles = (_SLACK_STYLES if platform == "slack" else _STYLES).get(mark)
    closed = _CLOSING[mark].match(text, start) if styles else None
    if styles is None or closed is None:
        return None, start
    end = closed.end()
    before, after = text[max(0, match.start() - 1) : match.start()], text[end : end + 1]
    if mark[0] in (before, after):
        return None, start
    if len(mark) == 1 and any(c.isalnum() or c in "*_~" for c in before + after):
        return None, start  # snake_case, 5*3*2
    inner = "".join(_pieces(text[start : end - len(mark)], writer, platform, _WITHIN_LINE))
    for style in reversed(styles):
        inner = writer.styled(style, inner)
    return inner, end


def trimmed(url: str) -> str:
    """Return an address without the punctuation that ends its sentence; `(20)` stays whole."""
    while url and (
        url[-1] in _TRAILING
        or (url[-1] == ")" and url.count(")") > url.count("("))
        or (url[-1] == "]" and url.count("]") > url.count("["))
    ):
        url = url[:-1]
    return url


def _address(match: re.Match[str], writer: Writer) -> tuple[str | None, int]:
    url = trimmed(match[0])
    end = match.start() + len(url)
    if match.lastgroup == "doi":
        return writer.link(f"https://doi.org/{url}", url), end
    if len(url) <= url.find("://") + 3:
        return None, match.end()
    return writer.link(url, url), end


def _masked(match: re.Match[str], writer: Writer) -> str | None:
    """Write `[label](address)`."""
    label = match["label"]
    if _is_like_an_address(label):
        return None
    return writer.link(match["target"], label)


def _without_language(code: str) -> str:
    first, newline, rest = code.partition("\n")
    if newline and rest.strip() and re.fullmatch(r"[\w+#-]{0,20}", first):
        return rest.removesuffix("\n")
    return code.removesuffix("\n")


def _angle(inner: str, writer: Writer) -> str | None:
    """Write what Discord and Slack put into angle brackets."""
    if match := _DISCORD_TIME.fullmatch(inner) or _DATE.fullmatch(inner):
        at = unix(match["unix"])
        return None if at is None else writer.moment(at)
    if match := _PERSON.fullmatch(inner):
        return writer.mention(match["id"], match["label"] or match["id"])
    if match := _GROUP.fullmatch(inner):
        return writer.plain("@" + (match["label"] or match["id"]).removeprefix("@"))
    if match := _CHANNEL.fullmatch(inner):
        return writer.plain("#" + (match["label"] or match["id"]).removeprefix("#"))
    if match := _EVERYBODY.fullmatch(inner):
        return writer.plain(f"@{match['name']}")
    if match := _EMOJI.fullmatch(inner):
        return writer.plain(f":{match['name']}:")
    url, _, label = inner.partition("|")
    if _ANGLE_LINK.fullmatch(url):
        label = "" if _is_like_an_address(label) else label
        return writer.link(url, label or url.removeprefix("mailto:"))
    return None


def _is_like_an_address(label: str) -> bool:
    """Say whether a link's label could be taken for an address, and name another one."""
    return "://" in label or "www." in label.lower()


def mentioned(text: str) -> Iterator[str]:
    """Yield the platform ids of the people that a text mentions."""
    if "<@" in text:
        for match in re.finditer(r"<(@[^<>\n]{1,250}+)>", text):
            if person := _PERSON.fullmatch(match[1]):
                yield person["id"]


def emoji(name: str) -> str:
    """Return an emoji as it is shown: a platform's own one by its name, `:rounds:`."""
    if ":" not in name:
        return name
    match = _EMOJI.fullmatch(name.removeprefix("<").removesuffix(">"))
    return f":{match['name']}:" if match else name
