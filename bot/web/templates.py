"""From what a page shows to its HTML; everything that is put into a template is escaped."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from bot.engine import rooms, wording
from bot.store.codec import stamp
from bot.transcripts import clock as clocks
from bot.transcripts.characters import excerpt
from bot.transcripts.clock import Clock
from bot.web import addresses
from bot.web.texts import text_html, words_html

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Asset:
    """A file that pages link to, under an address that changes with its content."""

    name: str
    body: bytes
    kind: str

    @property
    def version(self) -> str:
        """What tells this content from another."""
        return hashlib.sha256(self.body).hexdigest()[:12]

    @property
    def address(self) -> str:
        """Where it is fetched."""
        return f"/static/{self.name}?v={self.version}"


def assets() -> dict[str, Asset]:
    """Read the files that pages link to."""
    kinds = {"style.css": "text/css", "room.js": "text/javascript"}
    return {
        name: Asset(name, (HERE / "static" / name).read_bytes(), kind)
        for name, kind in kinds.items()
    }


class Templates:
    """Renders the templates of this folder."""

    def __init__(self) -> None:
        self.assets = assets()
        self._environment = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters["quoted"] = lambda text: quote(text, safe="")
        self._environment.globals.update(
            excerpt=excerpt,
            platform_name=rooms.platform_name,
            room_name=rooms.room_name,
            is_web=is_web,
            asset=lambda name: self.assets[name].address,
            room_path=addresses.room_path,
            place_path=addresses.place_path,
            message_path=addresses.message_path,
            checkin_path=addresses.checkin_path,
            when=when,
            count=wording.count,
            duration=wording.duration,
            span=span,
            text_html=text_html,
            words_html=words_html,
        )

    def render(self, template: str, /, **values: Any) -> Markup:
        """Return a template with these values."""
        return Markup(self._environment.get_template(template).render(**values))  # noqa: S704  escaped there


def when(clock: Clock, at: datetime, shows: str = "full") -> Markup:
    """Write a time in the chat's zone, for the script to write it anew in the reader's.

    `shows` is `full` (date, time, zone), `day` (date and time) or `time` (weekday and time).
    """
    match shows:
        case "time":
            words = f"{clock.short(at)[:3]} {clock.local(at):%H:%M}"
        case "day":
            words = clock.short(at)
        case _:
            words = clock.long(at)
    title = "" if shows == "full" else f' title="{escape(clock.long(at))}"'
    return Markup(  # noqa: S704  escaped, or made of digits
        f'<time datetime="{clocks.utc(stamp(at))}" data-shows="{shows}"{title}>'
        f"{escape(words)}</time>"
    )


def span(length: timedelta) -> str:
    """Write a length of time that is left, in its two greatest units."""
    return clocks.span(max(0.0, length.total_seconds()))


def is_web(address: str) -> bool:
    """Say whether an address is one of the web, and nothing that runs."""
    return address.lower().startswith(("https://", "http://"))
