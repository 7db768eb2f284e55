r"""Writes what people typed as Markdown (CommonMark) that can do nothing.

Every character that could begin mark-up, HTML, a link, a table, a footnote or a template of a
site generator (`{{ }}`, `{% %}`) is escaped. `<` and `&` are written as entities, so that no tag
stands in the file; `javascript:` is written `javascript\:`, so that nothing can take it for an
address.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote

from bot.transcripts import markup
from bot.transcripts.characters import one_line, undirected, visible
from bot.transcripts.clock import Clock

_SPECIAL = re.compile(
    r"[\\`*_{}\[\]|~$^]|(?<=\])[(:]|&(?=#?\w)|<|>|!(?=\[|\Z)|(?<=\{)[%#]|(?<!\S)#(?=[\s#]|\Z)"
)
_SCHEME = re.compile(r"(?<=script):|(?<=data):(?=\S)", re.IGNORECASE)
_LINE_START = re.compile(r"(?m)^(?:([#+=:%-])|([0-9]{1,9})([.)])(?=\s|$))")
_ENTITIES = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
_UNRENDERED = re.compile(r"[<>&]|\{[{%#]|\\\Z")
_CODE_MEETS_CODE = re.compile(r"(?<!\\)``")
_IN_ADDRESS = "#%&*+,-./:;=?@_~"
_ENTITY = re.compile(r"&(?=#?\w+;)")
_LINE_END = re.compile(r"(?<=[^\n])\n(?=[^\n])")
_BLANK_LINES = re.compile(r"\n(?:[ \t]*\n)+")


def _escaped(match: re.Match[str]) -> str:
    return _ENTITIES.get(match[0], f"\\{match[0]}")


def text(raw: str) -> str:
    """Return text that means nothing but itself; line ends stay."""
    clean = _SPECIAL.sub(_escaped, undirected(visible(raw)).replace("\t", " "))
    return _SCHEME.sub(r"\\:", clean)


def line(raw: str) -> str:
    """Return text for within a line: a name, a title, an excerpt."""
    return text(one_line(raw))


def opening(raw: str) -> str:
    """Return text with which a line may begin."""
    return lines(line(raw))


def lines(written: str) -> str:
    """Return written text whose lines begin nothing: no list, heading, rule or code."""
    stripped = "\n".join(one.strip() for one in written.split("\n"))
    return _LINE_START.sub(
        lambda m: f"\\{m[1]}" if m[1] else f"{m[2]}\\{m[3]}",
        _BLANK_LINES.sub("\n\n", stripped).strip("\n"),
    )


def link(url: str, label: str) -> str:
    """Return a link to an address that people typed."""
    target = quote(undirected(visible(url)), safe=_IN_ADDRESS)
    target = _ENTITY.sub("&amp;", _SCHEME.sub("%3A", target))
    return f"[{line(label)}]({target})"


class MarkdownText:
    """A writer of Markdown; `names` are those of one platform's people, by id."""

    def __init__(self, platform: str, names: Mapping[str, str], clock: Clock) -> None:
        self._platform = platform
        self._names = names
        self._clock = clock

    def of(self, raw: str) -> str:
        """Return what somebody typed as paragraphs; its line ends are line breaks."""
        written = _CODE_MEETS_CODE.sub("", markup.written(raw, self, self._platform))
        return _LINE_END.sub("\\\n", lines(written))

    def plain(self, raw: str) -> str:
        """Escape."""
        return text(raw)

    def styled(self, style: str, inner: str) -> str:
        """Write strong and emphasised words; what Markdown has no mark for stays plain."""
        mark = {"strong": "**", "em": "*"}.get(style, "")
        safe = inner[:1].isalnum() and inner[-1:].isalnum()  # else a mark may not open or close
        return f"{mark}{inner}{mark}" if safe else inner

    def code(self, raw: str) -> str:
        """Write code; where a site generator could read it as a tag or template, as text."""
        shown = " ".join(undirected(visible(raw)).split())
        if not shown or "`" in shown or _UNRENDERED.search(shown) or _SCHEME.search(shown):
            return text(shown)
        return f"`{shown}`"

    def block(self, raw: str) -> str:
        """Write lines of code as lines of text, each as code."""
        return "\n\n" + "\n".join(self.code(one) for one in raw.split("\n")) + "\n\n"

    def quote(self, inner: str) -> str:
        """Write quoted lines between quotation marks: they stand within a quotation already."""
        return f"“{inner.strip()}”\n"

    def link(self, url: str, label: str) -> str:
        """Write a link."""
        return link(url, label)

    def mention(self, person: str, label: str) -> str:
        """Write a person's name as this chat knows it."""
        return f"@{line(self._names.get(person, label))}"

    def moment(self, at: int) -> str:
        """Write a time in the chat's zone."""
        return self._clock.long(at)
