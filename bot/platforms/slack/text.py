"""Words as Slack shows them, and what is written there as Rounds keeps it.

Slack's own writing is mrkdwn: `& < >` are escaped, and what stands in angle brackets is a mention,
a link or a time (messaging/formatting-message-text).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC
from typing import Any

from bot.engine.actions import Moment, Piece, Spot, Who, Words
from bot.engine.agenda import Room
from bot.engine.rooms import person_name

SECTION = 3000
"""Characters in the text of a section (reference/block-kit/blocks/section-block)."""

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_SIGNS = {"&amp;": "&", "&lt;": "<", "&gt;": ">"}
_WRITTEN = re.compile(r"<(?P<inner>(?:[@#!]|[A-Za-z][A-Za-z0-9+.-]*:)[^<>]+)>|&(?:amp|lt|gt);")
_MENTION = re.compile(
    r"(?P<kind>@|#|!subteam\^)(?P<id>[A-Z0-9]{1,30})(?:\|(?P<name>.*))?", re.DOTALL
)
_EVERYBODY = re.compile(r"!(?P<name>here|channel|everyone|group)(?:\|.*)?", re.DOTALL)
_LINK = re.compile(r"(?P<url>[A-Za-z][A-Za-z0-9+.-]*:[^|]+)(?:\|(?P<label>.*))?", re.DOTALL)
_SCHEME = re.compile(r"^(?:https?://|mailto:|tel:)", re.IGNORECASE)
_NOT_IN_A_NAME = re.compile(r"[<>|#]")
_KEPT = re.compile(
    r"<(?P<kind>@!?|@&|!subteam\^|\#)(?P<id>[A-Za-z0-9]{1,30})(?:\|(?P<name>[^<>|]*))?>"
)
"""A mention as it is kept, of any platform: `<@U1|Ann Lee>`, `<@5|Ann>`, `<!subteam^S1|club>`."""


# ---------------------------------------------------------------- what Rounds says


def text_of(words: Words) -> str:
    """Write words with their times in each reader's zone and their rooms as links.

    Nobody is pinged by them: mentions become names, everything else is escaped.
    """
    return "".join(map(_piece, words)).strip()


def _piece(piece: Piece) -> str:
    if isinstance(piece, Moment):
        fallback = f"{piece.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        return f"<!date^{int(piece.at.timestamp())}^{{date_long}}, {{time}}|{fallback}>"
    if isinstance(piece, Room):
        return f"<#{piece.name}>" if piece.platform == "slack" else escaped(str(piece))
    if isinstance(piece, Spot):
        return _piece(piece.room)
    if isinstance(piece, Who):
        is_here = piece.on == "slack" and re.fullmatch(r"[UWB][A-Z0-9]+", piece.person)
        return f"<@{piece.person}>" if is_here else escaped(person_name(piece))
    return "".join(_escaped_parts(piece))


def address(team: str, spot: Spot) -> str:
    """Return the link of a message, a thread or a channel of a workspace (its "Copy link").

    `team` is the workspace's address, as auth.test tells it; the form is that of
    chat.getPermalink.
    """
    channel, ts = spot.room.name, spot.id or spot.thread or ""
    if not ts:
        return f"{team.rstrip('/')}/archives/{channel}"
    within = f"?thread_ts={spot.thread}&cid={channel}" if spot.thread and spot.id else ""
    return f"{team.rstrip('/')}/archives/{channel}/p{ts.replace('.', '')}{within}"


def escaped(text: str) -> str:
    """Write a text so that it is no mention, link or time to Slack; line marks like * remain."""
    return text.translate(_ESCAPES)


def _escaped_parts(text: str) -> Iterator[str]:
    done = 0
    for match in _KEPT.finditer(text):
        yield escaped(text[done : match.start()])
        yield _named(match["kind"], match["id"], match["name"] or "")
        done = match.end()
    yield escaped(text[done:])


def _named(kind: str, number: str, name: str) -> str:
    if kind == "#" and re.fullmatch(r"[CG][A-Z0-9]+", number):
        return f"<#{number}>"
    sign = "#" if kind == "#" else "@"
    return escaped(sign + (name or number).removeprefix(sign))


def sections(text: str, most: int = SECTION) -> list[str]:
    """Cut what `text_of` wrote into texts of at most `most` characters.

    A cut is made at the end of a line or else of a word, and in no mention, time or escaped sign.
    """
    parts = []
    while len(text) > most:
        end = _cut(text, most)
        parts.append(text[:end].rstrip())
        text = text[end:].lstrip()
    return [part for part in (*parts, text) if part]


def _cut(text: str, most: int) -> int:
    end = most
    for start in (text.rfind("<", 0, most), text.rfind("&", most - len("&amp;") + 1, most)):
        if start > 0 and not re.search(r"[>;]", text[start:most]):
            end = min(end, start)
    line = text.rfind("\n", 0, end + 1)
    if line > 0:
        return line
    spaces = [match.start() for match in re.finditer(r" |<[^<>]*>", text[:end]) if match[0] == " "]
    return spaces[-1] if spaces and spaces[-1] > 0 else end


def section(text: str) -> dict[str, Any]:
    """Return a text that `text_of` wrote as a block."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def plain(text: str) -> dict[str, Any]:
    """Return a text in which nothing is a mark or a mention, as labels and windows take it."""
    return {"type": "plain_text", "text": text}


# ---------------------------------------------------------------- what people say


def plain_of(text: str, names: Mapping[str, str] | None = None) -> str:
    """Return what was written on Slack as people read it, with mentions as Rounds keeps them.

    A mention stays one piece, with its name: `<@U1|Ann Lee>`, `<#C1|club>`, `<!subteam^S1|club>`.
    `names` are those of people, channels and groups by their ids; they win over the name that came
    with the mention. A link becomes its address, after the words that stood for it.
    """
    if "<" not in text and "&" not in text:
        return text

    def read(match: re.Match[str]) -> str:
        inner = match["inner"]
        return _SIGNS[match[0]] if inner is None else _inner(inner, names or {})

    return _WRITTEN.sub(read, text)


def _inner(inner: str, names: Mapping[str, str]) -> str:
    """Return what stands for something in angle brackets."""
    if mention := _MENTION.fullmatch(inner):
        kind, number = mention["kind"], mention["id"]
        name = names.get(number) or _unescaped(mention["name"] or "")
        name = " ".join(_NOT_IN_A_NAME.sub(" ", name).split()).removeprefix("@")
        return f"<{kind}{number}|{name}>" if name else f"<{kind}{number}>"
    if everybody := _EVERYBODY.fullmatch(inner):
        return f"@{everybody['name']}"
    if link := _LINK.fullmatch(inner):
        return _link(_unescaped(link["url"]), _unescaped(link["label"] or "").strip())
    if inner.startswith("!date^"):
        return f"<{inner}>"
    _, _, label = inner.partition("|")
    return _unescaped(label or inner)


def _link(url: str, label: str) -> str:
    """Write a link; Slack makes one of every address, and repeats it as its label."""
    bare = _SCHEME.sub("", url)
    if label and _SCHEME.sub("", label).rstrip("/").casefold() != bare.rstrip("/").casefold():
        return f"{label} ({url})"
    return url if url.lower().startswith("http") else label or bare


def _unescaped(text: str) -> str:
    return re.sub(r"&(?:amp|lt|gt);", lambda match: _SIGNS[match[0]], text)
