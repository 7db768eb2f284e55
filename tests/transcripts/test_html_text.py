"""What people typed, as HTML."""

from __future__ import annotations

import nh3
import pytest
from hypothesis import example, given

from bot.transcripts import markup
from bot.transcripts.characters import visible
from bot.transcripts.clock import Clock
from bot.transcripts.html_text import HtmlText, attribute, link, text
from bot.transcripts.plain_text import PlainText
from tests.transcripts.hostile import Page, stored, texts

CLOCK = Clock("Australia/Sydney")
NAMES = {"emma": "Emma <b>"}
ELEMENTS = {"a", "bdi", "blockquote", "code", "em", "pre", "s", "span", "strong", "time", "u"}


class Seen(PlainText):
    """Plain text with its quotations."""

    def quote(self, inner: str) -> str:
        return inner


@pytest.mark.parametrize("platform", ["discord", "slack"])
@given(typed=texts)
@example(typed='<https://e.org/"onmouseover=alert(1)|x>')
@example(typed="[a](https://e.org/`x`)")
def test_nothing_that_is_typed_becomes_more_than_a_few_harmless_elements(
    platform: str, typed: str
) -> None:
    html = HtmlText(platform, NAMES, CLOCK).of(typed)
    page = Page(html)
    assert page.tags <= ELEMENTS
    assert not page.crossed
    assert not page.open
    for tag, attributes in page.elements:
        match tag:
            case "a":
                assert set(attributes) == {"href", "rel"}
                assert attributes["rel"] == "noopener noreferrer nofollow"
                assert attributes["href"].lower().startswith(("http://", "https://", "mailto:"))
            case "time":
                assert set(attributes) == {"datetime"}
            case _:
                assert not attributes


@pytest.mark.parametrize("platform", ["discord", "slack"])
@given(typed=texts)
def test_a_browser_shows_the_words_that_were_typed_without_their_marks(
    platform: str, typed: str
) -> None:
    html = HtmlText(platform, NAMES, CLOCK).of(typed)
    assert Page(html).text == markup.written(typed, Seen(NAMES, CLOCK), platform)


@given(typed=stored)
def test_a_cleaner_of_html_finds_nothing_to_clean(typed: str) -> None:
    html = "." + HtmlText("discord", NAMES, CLOCK).of(typed)  # a first byte-order mark would go
    cleaned = nh3.clean(
        html,
        tags=ELEMENTS,
        attributes={"a": {"href"}, "time": {"datetime"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
    assert [tag for tag, _ in Page(cleaned).elements] == [tag for tag, _ in Page(html).elements]
    assert Page(cleaned).text == Page(html).text


@given(texts)
def test_every_text_can_be_encoded_and_holds_no_control_character(typed: str) -> None:
    for shown in (text(typed), attribute(typed), HtmlText("discord", NAMES, CLOCK).of(typed)):
        shown.encode("utf-8")
        assert not any(ord(c) < 32 and c not in "\n\t" for c in shown)
        assert not any(0x7F <= ord(c) <= 0x9F for c in shown)


@given(texts)
def test_an_attribute_stays_within_its_quotes(typed: str) -> None:
    (element,) = Page(link(typed, "x")).elements
    assert element == ("a", {"href": visible(typed), "rel": "noopener noreferrer nofollow"})


def test_people_are_mentioned_by_the_name_they_have_in_this_chat() -> None:
    html = HtmlText("local", NAMES, CLOCK).of("<@emma> and <@nobody>")
    assert html == ("<span>@<bdi>Emma &lt;b&gt;</bdi></span> and <span>@<bdi>nobody</bdi></span>")


def test_a_time_stands_in_the_chats_zone_and_for_machines_in_utc() -> None:
    html = HtmlText("local", NAMES, CLOCK).of("at <t:1796760000:F>")
    assert html == ('at <time datetime="2026-12-08T20:00:00Z">Wed 9 Dec 2026, 07:00 AEDT</time>')
