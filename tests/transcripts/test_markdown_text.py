"""What people typed, as Markdown; a CommonMark reader tells what a blog would make of it."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.transcripts import markup
from bot.transcripts.characters import undirected, visible
from bot.transcripts.clock import Clock
from bot.transcripts.markdown_text import MarkdownText, line, link
from bot.transcripts.plain_text import PlainText
from tests.transcripts.hostile import Page, texts

CLOCK = Clock("Australia/Sydney")
NAMES = {"emma": "Emma *Bell* <b>"}
READER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
WITHIN = {
    "paragraph_open", "paragraph_close", "inline", "text", "hardbreak", "softbreak", "code_inline",
    "strong_open", "strong_close", "em_open", "em_close", "link_open", "link_close",
}  # fmt: skip


class Seen(PlainText):
    """Plain text as Markdown shows it: quotations in quotation marks."""

    def quote(self, inner: str) -> str:
        return f"“{inner}”\n"

    def block(self, text: str) -> str:
        return f"\n{text}\n"


def tokens(markdown: str) -> list[Token]:
    found = READER.parse(markdown)
    return found + [child for token in found for child in token.children or []]


def words(text: str) -> str:
    """Return a text without the white space that Markdown does not tell apart."""
    return "".join(undirected(text).split())


@pytest.mark.parametrize("platform", ["discord", "slack"])
@given(typed=texts)
@example(typed="[a\n\n[b]: javascript:x\n\n[b]")
@example(typed="*a*_b_ **c**_d_")
@example(typed="`a``b`")
def test_nothing_that_is_typed_becomes_more_than_words_emphasis_code_and_safe_links(
    platform: str, typed: str
) -> None:
    for token in tokens(MarkdownText(platform, NAMES, CLOCK).of(typed)):
        assert token.type in WITHIN
        if token.type == "link_open":
            assert str(token.attrs["href"]).lower().startswith(("http://", "https://", "mailto:"))


@pytest.mark.parametrize("platform", ["discord", "slack"])
@given(typed=texts)
def test_a_reader_sees_the_words_that_were_typed_without_their_marks(
    platform: str, typed: str
) -> None:
    markdown = MarkdownText(platform, NAMES, CLOCK).of(typed)
    seen = Page(READER.render(markdown)).text
    assert words(seen) == words(markup.written(typed, Seen(NAMES, CLOCK), platform))


@given(texts)
def test_no_tag_no_template_and_no_address_of_a_script_stands_in_the_file(typed: str) -> None:
    for written in (MarkdownText("discord", NAMES, CLOCK).of(typed), line(typed)):
        written.encode("utf-8")
        assert not re.search(r"<[A-Za-z/!?]", written)
        assert not re.search(r"\{[{%#]", written)
        assert not re.search(r"(?i)(?:java|vb)script:", written)
        assert not re.search(r"(?i)\]\(\s*(?!https?:|mailto:)", written)
        assert not any(ord(c) < 32 and c != "\n" for c in written)


@given(typed=texts)
def test_a_name_or_title_stays_within_its_line_and_is_seen_as_it_is(typed: str) -> None:
    written = line(typed)
    assert "\n" not in written
    page = READER.render(f"# Title {written}")
    assert Page(page).tags == {"h1"}
    assert words(Page(page).text) == words("Title" + visible(typed))


@given(typed=texts)
def test_a_cell_of_a_table_stays_a_cell(typed: str) -> None:
    page = Page(READER.render(f"| a | b |\n| --- | --- |\n| {line(typed)} | z |\n"))
    assert [tag for tag, _ in page.elements] == [
        "table", "thead", "tr", "th", "th", "tbody", "tr", "td", "td",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("one\ntwo\n\nthree", "one\\\ntwo\n\nthree"),
        ("# no heading\n- no list\n1. none", "\\# no heading\\\n\\- no list\\\n1\\. none"),
        ("**bold** and _slanted_", "**bold** and *slanted*"),
        ("**“quoted”**", "“quoted”"),
        ("`x < 1` and `y`", "x &lt; 1 and `y`"),
        ("https://e.org/a_(b)", "[https://e.org/a\\_(b)](https://e.org/a_%28b%29)"),
        ("<@emma>", "@Emma \\*Bell\\* &lt;b&gt;"),
        ("<t:1796760000:F>", "Wed 9 Dec 2026, 07:00 AEDT"),
        ("`a``b` and `c\\`", "`ab` and c\\\\"),
        ("> so you say\nno", "“so you say”\\\nno"),
    ],
)
def test_what_people_type_becomes_what_a_person_would_write(typed: str, written: str) -> None:
    assert MarkdownText("local", NAMES, CLOCK).of(typed) == written


def test_a_link_keeps_its_address_whole() -> None:
    url = "https://e.org/ü?a=1&copy;=2&b=%20<x>"
    (opened,) = [t for t in tokens(link(url, "x")) if t.type == "link_open"]
    assert opened.attrs["href"] == "https://e.org/%C3%BC?a=1&copy;=2&b=%20%3Cx%3E"
