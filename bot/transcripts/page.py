"""The head of the HTML transcript: all that stands before the messages."""

from __future__ import annotations

import base64
import functools
import hashlib
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from bot.transcripts import about, html_text, phrases, pictures
from bot.transcripts.anchors import Anchors
from bot.transcripts.characters import visible
from bot.transcripts.clock import Clock
from bot.transcripts.editions import Begun
from bot.transcripts.summary import Highlight, Summary

_TEMPLATES = Path(__file__).parent / "templates"


def head(summary: Summary, clock: Clock, anchors: Anchors, begun: Begun) -> str:
    """Return the page up to its first message: the summary, the pictures, the rules."""
    chat = summary.chat
    reading = chat.agenda.reading
    sheet = _sheet()

    def anchor(answer: Highlight) -> str:
        return anchors.of(answer.room, answer.id)

    return _template().render(
        policy=_policy(sheet),
        sheet=Markup(sheet),  # noqa: S704
        chat=chat,
        agenda=chat.agenda,
        summary=summary,
        topics=summary.topics,
        clock=clock,
        phrases=phrases,
        window=phrases.window(chat, clock),
        venue=phrases.venue(chat),
        window_utc=phrases.window_utc(chat),
        state=phrases.state(chat),
        edition=begun.audience.value,
        edition_name=about.NAMES[begun.audience],
        about=about.sentences(begun),
        erratum=begun.erratum,
        reading=reading,
        reading_link=_link(reading.link, reading.doi or reading.link) if reading else "",
        figures=phrases.figures(summary, clock),
        shares=phrases.shares(summary),
        hours=[(phrases.hour(hour, clock), f"{hour.messages:,}") for hour in summary.hours],
        over_time=Markup(pictures.over_time(summary)),  # noqa: S704
        by_topic=Markup(pictures.by_topic(summary)),  # noqa: S704
        links=[
            (_link(link.url, link.doi or link.url), phrases.sharers(link)) for link in summary.links
        ],
        anchor=anchor,
    )


def _link(url: str, label: str) -> Markup:
    """Link an http or https address; another one stands as text."""
    label = html_text.text(label)
    if not url.lower().startswith(("http://", "https://")):
        return Markup(label)  # noqa: S704
    return Markup(html_text.link(url, label))  # noqa: S704


@functools.cache
def _sheet() -> str:
    return (_TEMPLATES / "page.css").read_text("utf-8")


def _policy(sheet: str) -> str:
    """Allow this page its one sheet, by its hash, and nothing else: no script, no image."""
    digest = base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


@functools.cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalized,
    )
    return environment.get_template("page.html")


def _finalized(value: object) -> object:
    """Show controls as symbols in whatever is written into the page."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return visible(value)
    return value
