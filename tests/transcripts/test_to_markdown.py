"""The transcript for a blog."""

from __future__ import annotations

import re

from hypothesis import given, settings
from markdown_it import MarkdownIt

from bot.engine.messages import Attachment, Message
from tests.transcripts.club import CHAT, HOME, LOG, OPENS, after, club, written
from tests.transcripts.hostile import Page, stored

READER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
OURS = {
    "a", "blockquote", "br", "code", "em", "h1", "h2", "h3", "li", "p", "strong", "table", "tbody",
    "td", "th", "thead", "tr", "ul",
}  # fmt: skip


async def club_text() -> str:
    return (await club("md")).decode()


async def test_a_reader_makes_headings_tables_lists_and_quotations_of_it_and_nothing_else() -> None:
    page = Page(READER.render(await club_text()))
    assert page.tags == OURS
    assert page.links
    assert all(link.startswith(("https://", "http://")) for link in page.links)


async def test_it_holds_no_tag_no_script_and_no_template() -> None:
    text = await club_text()
    assert not re.search(r"<[A-Za-z/!?]", text)
    assert "javascript:" not in text
    assert not re.search(r"\{[{%#]", text)
    assert not re.search(r"!\[", text)


async def test_headings_are_those_of_the_chat_alone() -> None:
    assert re.findall(r"(?m)^#+ .*", await club_text()) == [
        "# International Urology Journal Club &lt;b&gt;& friends&lt;/b&gt;",
        "## Summary",
        "### By room",
        "### Messages per hour",
        "## Topics",
        "### T1: What question did the authors try to answer?",
        r"### T2: Is 1,643 men \| enough? \{\{ site.title \}\} \*honestly\*",
        "## Links and papers shared",
        "## How it is counted",
        "## Transcript",
        "### Before the opening",
        "### Opening",
        "### T1: What question did the authors try to answer?",
        r"### T2: Is 1,643 men \| enough? \{\{ site.title \}\} \*honestly\*",
        "### T4: Would this change your practice?",
        "### After the close",
    ]


async def test_a_message_stands_under_its_author_as_a_quotation() -> None:
    text = await club_text()
    assert (
        "**Jenny Donovan** · 07:08 · guest · built-in room · to Kofi Mensah: “A1: Survival, see "
        "https://doi.org/10.1056/NEJMoa2214122.”\n\n"
        "> @Emma Lindqvist we asked @Kofi Mensah and @nobody; PSA &lt; 10 && age &gt; 50 not "
        "underlined 2\\*3\\*4 snake\\_case\\_name\n>\n"
        "> [forest &lt;plot&gt; fdp.png](https://cdn.example/f?a=1&b=2) (182 kB)\n>\n"
        "> \\=cmd.csv (12 bytes)\n"
    ) in text
    edited = "**Kofi Mensah** · 15:00 · edited · built-in room"
    assert f"{edited}\n\n> A4: Second & last wording\n" in text
    assert "(withdrawn by its author)" in text
    assert "(said after the close; its text is not kept)" in text
    assert "> 👍 2 · &lt;b&gt; 1\n" in text


async def test_the_summary_stands_first_in_tables() -> None:
    text = await club_text()
    assert "| Participants | 6, 1 guest among them |\n" in text
    assert "| T1 | What question did the authors try to answer? | Mon 7 Dec 07:00 | 8 | 6 |" in text
    assert text.index("## Summary") < text.index("## Topics") < text.index("## Transcript")
    assert "| Built-in room | 5 | 14 | 93 % |\n| Slack | 1 | 1 | 7 % |\n" in text
    assert "A participant is a person with at least one message" in text
    assert "- “Emma, urologist, no conflicts.” (Emma Lindqvist, 1 reply)" in text
    assert "shared by Kofi Mensah, Emma Lindqvist\n" in text


async def test_a_chat_in_which_nothing_was_said_is_written_too() -> None:
    text = (await written("md", [], LOG[:1])).decode()
    assert text.endswith("\nNothing was said in this chat.\n")
    assert "This chat has not opened yet." in text


@settings(max_examples=60, deadline=None)
@given(text=stored, name=stored, emoji=stored)
async def test_whatever_people_type_the_file_keeps_its_form(
    text: str, name: str, emoji: str
) -> None:
    message = Message(
        CHAT.id, HOME, "1", said=True, at=OPENS, author=name, name=name, text=text, topics=(1,),
        attachments=(Attachment(name, "text/plain", 1, text),),
    )  # fmt: skip
    reply = message._replace(id="2", reply_to="1", at=after(minutes=1), author="another")
    reactions = [(message.key, f"local:{who}", emoji) for who in ("ann", "bo")]
    markdown = (await written("md", [message, reply], LOG, reactions)).decode()
    page = Page(READER.render(markdown))
    assert page.tags <= OURS
    assert all(href.lower().startswith(("http://", "https://", "mailto:")) for href in page.links)
    headings = [tag for tag, _ in page.elements if tag in ("h1", "h2", "h3")]
    assert headings[:5] == ["h1", "h2", "h3", "h3", "h2"]
    assert len(headings) <= 14
    assert [tag for tag, _ in page.elements].count("table") == 4
    assert not re.search(r"<[A-Za-z/!?]", markdown)
