from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from bot.transcripts.clock import Clock
from bot.web import templates as module
from bot.web.templates import Templates, is_web, span, when
from tests.house import START

FOLDER = Path(module.__file__).parent / "templates"
SYDNEY = Clock("Australia/Sydney")


def test_what_is_put_into_a_template_is_escaped() -> None:
    html = Templates().render(
        "sorry.html",
        title="<b>",
        sentences=["<script>alert(1)</script>"],
        again=None,
        back="",
        back_words="",
    )
    assert "<h1>&lt;b&gt;</h1>" in html
    assert "<script>" not in html


def test_a_template_that_lacks_a_value_fails_and_shows_no_gap() -> None:
    with pytest.raises(UndefinedError):
        Templates().render("sorry.html", title="x")


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.html")), ids=lambda path: path.name)
def test_templates_hold_no_script_style_or_address_of_others(path: Path) -> None:
    text = path.read_text("utf-8")
    assert not re.search(r"\son\w+=", text)
    assert not re.search(r"\sstyle=|<style", text)
    assert not re.search(r"<script(?! src=\"\{\{ asset)", text)
    assert not re.search(r"(src|href|action)=\"(https?:)?//", text)
    marked_safe = {"chat.html": 2}  # pictures, which are drawn here
    assert text.count("|safe") == marked_safe.get(path.name, 0)


def test_files_have_addresses_that_change_with_their_content() -> None:
    templates = Templates()
    assert set(templates.assets) == {"room.js", "style.css"}
    for asset in templates.assets.values():
        assert re.fullmatch(rf"/static/{asset.name}\?v=[0-9a-f]{{12}}", asset.address)
        other = type(asset)(asset.name, asset.body + b" ", asset.kind)
        assert other.address != asset.address


def test_the_script_fetches_nothing_from_elsewhere_and_evaluates_nothing() -> None:
    script = Templates().assets["room.js"].body.decode()
    assert "http" not in script.replace("https://rounds", "")
    assert not re.search(r"\beval\b|new Function|document\.write|import\(", script)


def test_a_time_is_written_in_three_lengths() -> None:
    full, day, time = (when(SYDNEY, START, shows) for shows in ("full", "day", "time"))
    machine = 'datetime="2026-12-06T20:00:00Z"'
    assert full == f'<time {machine} data-shows="full">Mon 7 Dec 2026, 07:00 AEDT</time>'
    assert day == (
        f'<time {machine} data-shows="day" title="Mon 7 Dec 2026, 07:00 AEDT">'
        "Mon 7 Dec 07:00</time>"
    )
    assert time.endswith(">Mon 07:00</time>")


def test_what_is_left_is_never_less_than_nothing() -> None:
    assert span(timedelta(hours=41, minutes=12)) == "41 h 12 min"
    assert span(timedelta(seconds=-5)) == "0 s"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://doi.org/10.1", True),
        ("HTTP://x", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("//evil.example", False),
        ("", False),
        (" https://x", False),
    ],
)
def test_links_lead_into_the_web_alone(address: str, expected: bool) -> None:
    assert is_web(address) is expected
