"""The transcript as a page."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.engine.messages import Attachment, Message, Timing
from tests.transcripts.club import (
    AGENDA,
    AWAY,
    CHAT,
    HOME,
    LOG,
    OPENS,
    REACTIONS,
    SIGNALS,
    after,
    club,
    heard,
    written,
)
from tests.transcripts.hostile import Page, stored

OURS = {
    "a", "article", "b", "bdi", "blockquote", "body", "br", "code", "dd", "desc", "details", "div",
    "dl", "dt", "em", "figcaption", "figure", "footer", "h1", "h2", "h3", "h4", "head", "header",
    "html", "i", "li", "main", "meta", "nav", "ol", "p", "path", "pre", "q", "rect", "s", "section",
    "small", "span", "strong", "style", "summary", "svg", "table", "tbody", "td", "text", "th",
    "thead", "time", "title", "tr", "u", "ul",
}  # fmt: skip


async def club_page() -> Page:
    return Page((await club("html")).decode())


def article(html: str, id_: str) -> str:
    """Return the article of a message."""
    found = re.search(rf'<article id="{re.escape(id_)}".*?</article>', html, re.DOTALL)
    assert found, id_
    return found[0]


async def test_the_page_holds_no_element_but_ours_and_every_one_is_closed() -> None:
    page = await club_page()
    assert page.tags <= OURS
    assert not page.crossed
    assert not page.open


async def test_the_page_fetches_nothing_and_runs_nothing() -> None:
    page = await club_page()
    for tag, attributes in page.elements:
        assert not {name for name in attributes if name.startswith("on")}
        assert not {"src", "srcset", "style", "action", "data", "xlink:href"} & set(attributes)
        assert tag != "link"
    assert "url(" not in (await club("html")).decode()


async def test_every_link_leads_to_a_place_in_the_page_or_to_the_web() -> None:
    page = await club_page()
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    for href in page.links:
        if href.startswith("#"):
            assert href[1:] in ids
        else:
            assert href.startswith(("https://", "http://"))
    for tag, attributes in page.elements:
        if tag == "a" and not attributes["href"].startswith("#"):
            assert attributes["rel"] == "noopener noreferrer nofollow"


async def test_names_stand_isolated() -> None:
    html = (await club("html")).decode()
    evil = "&quot;" if "&quot;&gt;&lt;img" in html else '"'
    name = f"{evil}&gt;&lt;img src=x onerror=alert(1)&gt;\u202egnirb"
    assert html.count(name) == html.count(f"<bdi>{name}")
    assert name in article(html, "m-r1-m5")


async def test_a_reply_names_and_quotes_what_it_answers_and_leads_there() -> None:
    html = (await club("html")).decode()
    assert '↳ <a href="#m-r1-m2"><bdi>Henry</bdi></a>: <bdi>Welcome!' in article(html, "m-r1-m3")
    assert '↳ <a href="#t1">T1</a>' in article(html, "m-r1-m4")
    assert "↳ to a message that is not here" in article(html, "m-r1-m13")
    assert "<bdi>Gone Again</bdi></a></p><div>Thank" in article(html, "m-r2-1733515920.000300")


async def test_states_are_said_in_words() -> None:
    html = (await club("html")).decode()
    assert "withdrawn by its author" in article(html, "m-r1-m16")
    assert "<u>edited</u>" in article(html, "m-r1-m17")
    assert "said after the close; its text is not kept" in article(html, "m-r1-m18")
    assert '<i class="r">moderator</i>' in article(html, "m-r1-m2")
    assert '<i class="r">guest</i>' in article(html, "m-r1-m8")
    assert "<span>👍 2</span><span>&lt;b&gt; 1</span>" in article(html, "m-r1-m4")
    assert "<span>:rounds: 1</span>" in article(html, "m-r2-1733515800.000100")


async def test_topics_other_than_the_headings_are_named() -> None:
    html = (await club("html")).decode()
    chips = '<i><a href="#t1">T1</a></i><i><a href="#t2">T2</a></i>'
    assert chips in article(html, "m-r1-m11")
    assert '<a href="#t2">T2</a>' in article(html, "m-r1-m9")
    assert "#t2" not in article(html, "m-r1-m10")


async def test_a_topic_is_a_heading_and_its_question_stands_there_once() -> None:
    html = (await club("html")).decode()
    transcript = html[html.index('<section id="transcript">') :]
    assert transcript.count(AGENDA.topics[0].ask) == 1
    assert '<h3 class="part" id="t1"><b>T1</b> <bdi>What question' in transcript
    assert "Next: T2, <time" in article(html, "m-r1-t1")
    assert 'id="m-r2-t1"' not in html  # its second post says nothing more


async def test_files_are_named_with_their_size_and_linked_only_to_the_web() -> None:
    found = article((await club("html")).decode(), "m-r1-m8")
    assert 'href="https://cdn.example/f?a=1&amp;b=2"' in found
    assert "forest &lt;plot&gt; \u202efdp.png</bdi></a> (182 kB)" in found
    assert "<li><bdi>=cmd.csv</bdi> (12 bytes)</li>" in found


async def test_withdrawn_words_are_nowhere() -> None:
    for wanted in ("html", "md", "json", "csv"):
        data = await club(wanted)
        assert b"postman" not in data
        assert b"Deleted by its author" not in data
        assert b"Too late" not in data
        assert b"First wording" not in data


async def test_a_chat_in_which_nothing_was_said_has_a_page_too() -> None:
    html = (await written("html", [], LOG[:1])).decode()
    page = Page(html)
    assert not page.crossed
    assert not page.open
    assert "Nothing was said in this chat." in html
    assert "No messages" in html
    assert "This chat has not opened yet." in html


async def test_rooms_are_named_only_where_there_are_several() -> None:
    html = (await club("html")).decode()
    assert "<u>built-in room</u>" in article(html, "m-r1-m2")
    assert "<u>Slack</u>" in article(html, "m-r2-1733515800.000100")


async def test_the_same_chat_gives_the_same_bytes_in_whatever_order_it_was_stored() -> None:
    rows = heard(CHAT, SIGNALS)
    for wanted in ("html", "md", "csv"):
        data = await club(wanted)
        assert await written(wanted, reversed(rows), LOG, REACTIONS[::-1]) == data


@settings(max_examples=40, deadline=None)
@given(text=stored, name=stored, emoji=stored, id_=stored.filter(bool), late=st.booleans())
async def test_whatever_people_type_the_page_stays_a_page_of_ours(
    text: str, name: str, emoji: str, id_: str, late: bool
) -> None:
    message = Message(
        CHAT.id, HOME, id_, said=True, at=OPENS, author=name, name=name, text=text, topics=(1,),
        attachments=(Attachment(name, "text/plain", 1, text),),
        timing=Timing.LATE if late else Timing.ON_TIME,
    )  # fmt: skip
    reply = message._replace(id=id_ + "/r", reply_to=id_, at=after(minutes=1), author="another")
    reactions = [(message.key, f"local:{who}", emoji) for who in ("ann", "bo")]
    html = (await written("html", [message, reply], LOG, reactions)).decode()
    page = Page(html)
    assert page.tags <= OURS
    assert not page.crossed
    assert not page.open
    assert all(href.startswith(("#", "http://", "https://", "mailto:"))
               for href in map(str.lower, page.links))  # fmt: skip
    assert not any(ord(c) < 32 and c not in "\n\t" for c in html)
    ids = {attributes["id"] for _, attributes in page.elements if "id" in attributes}
    assert {href[1:] for href in page.links if href.startswith("#")} <= ids
    assert str(AWAY)
