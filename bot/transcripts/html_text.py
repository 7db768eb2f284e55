"""Writes what people typed as HTML: everything escaped, a few elements, safe links."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from bot.transcripts import markup
from bot.transcripts.characters import visible
from bot.transcripts.clock import Clock, utc


def text(raw: str) -> str:
    """Return a text as HTML text: escaped, with controls as symbols."""
    shown = raw if raw.isprintable() else visible(raw)
    if "&" in shown:
        shown = shown.replace("&", "&amp;")
    if "<" in shown or ">" in shown:
        shown = shown.replace("<", "&lt;").replace(">", "&gt;")
    return shown


def attribute(raw: str) -> str:
    """Return a text as an attribute's value between double quotes."""
    return escape(visible(raw))


def link(url: str, inner: str) -> str:
    """Return a link that tells its target nothing; `inner` is HTML already."""
    return f'<a href="{attribute(url)}" rel="noopener noreferrer nofollow">{inner}</a>'


class HtmlText:
    """A writer of HTML; `names` are those of one platform's people, by id."""

    def __init__(self, platform: str, names: Mapping[str, str], clock: Clock) -> None:
        self._platform = platform
        self._names = names
        self._clock = clock

    def of(self, raw: str) -> str:
        """Return what somebody typed as HTML, to stand in a `div`."""
        if markup.is_plain(raw):
            return raw if raw.isprintable() and "&" not in raw else text(raw)
        return markup.written(raw, self, self._platform)

    def plain(self, raw: str) -> str:
        """Escape."""
        return text(raw)

    def styled(self, style: str, inner: str) -> str:
        """Write `strong`, `em`, `u` or `s`."""
        return f"<{style}>{inner}</{style}>"

    def code(self, raw: str) -> str:
        """Write code within a line."""
        return f"<code>{text(raw)}</code>"

    def block(self, raw: str) -> str:
        """Write lines of code."""
        return f"<pre><code>{text(raw)}</code></pre>"

    def quote(self, inner: str) -> str:
        """Write quoted lines."""
        return f"<blockquote>{inner}</blockquote>"

    def link(self, url: str, label: str) -> str:
        """Write a link."""
        return link(url, text(label))

    def mention(self, person: str, label: str) -> str:
        """Write a person's name as this chat knows it."""
        return f"<span>@<bdi>{text(self._names.get(person, label))}</bdi></span>"

    def moment(self, at: int) -> str:
        """Write a time in the chat's zone."""
        return f'<time datetime="{utc(at)}">{self._clock.long(at)}</time>'
