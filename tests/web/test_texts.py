from __future__ import annotations

import nh3
from hypothesis import given
from hypothesis import strategies as st

from bot.engine.actions import Moment, Spot, Who
from bot.engine.agenda import Room
from bot.engine.messages import Message
from bot.transcripts.clock import Clock
from bot.web.texts import text_html, words_html
from tests.house import START

SYDNEY = Clock("Australia/Sydney")
TAGS = {"a", "strong", "em", "u", "s", "code", "pre", "blockquote", "time", "span", "bdi"}
ATTRIBUTES = {"a": {"href"}, "time": {"datetime", "data-shows"}}


def message(text: str) -> Message:
    return Message("c", Room("local", "urojc"), "m1", True, START, "p-ana", "Ana", text=text)


def test_times_are_for_the_script_to_write_anew() -> None:
    html = text_html(message("The chat closes <t:1796760000:F>."), SYDNEY)
    assert html == (
        'The chat closes <time datetime="2026-12-08T20:00:00Z" data-shows="full">'
        "Wed 9 Dec 2026, 07:00 AEDT</time>."
    )


def test_an_answer_keeps_its_times_and_escapes_its_words() -> None:
    words = ("<b>Next</b>: T2, ", Moment(START), ". See https://example.org/a?b=1&c=2")
    html = words_html(words, SYDNEY)
    assert html.startswith("&lt;b&gt;Next&lt;/b&gt;: T2, <time datetime=")
    assert 'href="https://example.org/a?b=1&amp;c=2"' in html


def test_a_room_has_a_name_that_people_read() -> None:
    words = (
        "Posted in ",
        Room("local", "urojc"),
        ", not in ",
        Room("discord", "3<4"),
        " but ",
        Room("slack", "C04UROJC78"),
        ".",
    )
    assert words_html(words, SYDNEY) == (
        "Posted in room urojc, not in Discord channel 3&lt;4 but Slack channel …JC78."
    )


def test_a_part_of_a_text_is_written_like_the_whole() -> None:
    whole = message("**one** <i>two</i>")
    assert text_html(whole, SYDNEY, "**one**") == "<strong>one</strong>"


@given(
    st.text(st.sampled_from("<>&\"'`*_~[]()!@#:/\\ \nabthps1.=") | st.characters(), max_size=120)
)
def test_a_text_holds_no_element_that_was_typed(text: str) -> None:
    html = str(text_html(message(text), SYDNEY))
    cleaned = nh3.clean(
        html, tags=TAGS, attributes=ATTRIBUTES, link_rel="noopener noreferrer nofollow"
    )
    assert tags_of(cleaned) == tags_of(html)


def tags_of(html: str) -> list[str]:
    return [piece.partition(">")[0] for piece in html.split("<")[1:]]


def test_places_of_built_in_rooms_are_links_and_others_have_names() -> None:
    room = Room("local", "uro<jc>")
    message, whole = Spot(room, None, '3-"x'), Spot(room)
    assert words_html((message, whole), SYDNEY) == (
        '<a href="/rooms/uro%3Cjc%3E?at=3-%22x#m-3-%22x">the message</a>'
        '<a href="/rooms/uro%3Cjc%3E">the room</a>'
    )
    assert words_html((Spot(Room("discord", "5"), "6", "7"),), SYDNEY) == "Discord channel 5"


def test_people_are_called_by_names_in_which_nothing_can_run() -> None:
    assert words_html((Who("p-1", "local", "<b>Ann</b>"),), SYDNEY) == "&lt;b&gt;Ann&lt;/b&gt;"
    assert words_html((Who("5", "discord"),), SYDNEY) == "somebody on Discord"
