"""The head of the page, in a browser's eyes."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest

from bot.engine.showing import Audience
from tests.transcripts.club import LOG, club, kept
from tests.transcripts.guarded import guarded, in_words, rows
from tests.transcripts.hostile import Page


async def test_the_page_allows_itself_one_sheet_by_its_hash_and_nothing_else() -> None:
    html = (await club("html")).decode()
    sheet = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)
    assert sheet
    assert policy
    digest = base64.b64encode(hashlib.sha256(sheet[1].encode()).digest()).decode()
    assert policy[1].replace("&#39;", "'") == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    assert html.count("<style>") == 1
    assert html.index("Content-Security-Policy") < html.index("<style>")


async def test_the_summary_says_everything_that_was_counted() -> None:
    text = Page((await club("html")).decode()).words
    for figure in (
        "Participants 6 1 guest among them",
        "Moderators 2 who wrote 2 messages",
        "Messages 15",
        "Median per participant 2 most 5",
        "Busiest hour Mon 7 Dec 07:00 to 08:00, 8 messages",
        "Replies 8",
        "With a file 1",
        "Under no topic 0",
        "Edited 1",
        "Early 1",
        "Late 1",
        "Withdrawn 2",
        "By room Room Participants Messages Share Built-in room 5 14 93 % Slack 1 1 7 %",
        "T1 What question did the authors try to answer? Mon 7 Dec 07:00 8 6 2 min 30 s",
        "T3 Left out for lack of time left out 0 0 –",
        "T5 What <i>should</i> be studied next? not posted 0 0 –",
        "Tue 8 Dec 03:00 to 04:00 1",
        "10.1056/nejmoa2214122 shared by Kofi Mensah , Emma Lindqvist",
        "held in the built-in room and on Slack",
        "links to them may stop working",
        "A participant is a person with at least one message",
        "Times are those of Australia/Sydney.",
        "Authors in the chat: Freddie Hamdy , Jenny Donovan",
    ):
        assert figure in text


async def test_the_answers_most_replied_and_reacted_to_are_named_topic_by_topic() -> None:
    html = (await club("html")).decode()
    best = html[html.index('<div class="best">') : html.index('<section id="links">')]
    assert [heading[:3] for heading in re.findall(r"<h3>(.*?)</h3>", best)] == ["T1:", "T2:"]
    assert re.findall(r'href="#(m-[^"]*)"', best) == [
        "m-r1-m3", "m-r1-m4", "m-r1-m4", "m-r2-1733515800.000100", "m-r1-m10", "m-r1-m10",
    ]  # fmt: skip
    assert "2 replies" in best
    assert "3 reactions" in best


@pytest.mark.parametrize("wanted", ["html", "md"])
async def test_an_answer_that_is_held_back_is_named_as_such_among_the_most_replied_to(
    wanted: str,
) -> None:
    async with guarded() as (tables, chat):
        found = await in_words(tables, chat, wanted, Audience.ORGANIZERS)
    told = Page(found).words if wanted == "html" else found
    assert "(no text)" not in told
    named = r"held back for review: a patient could be known by it\W+Emma Lindqvist\W+1 reply"
    assert re.search(named, told)


async def test_on_a_narrow_screen_one_message_is_one_message_of_one_participant() -> None:
    alone = [one for one in rows() if one.id == "m3"]
    async with kept(alone, LOG, ()) as (tables, chat):
        html = await in_words(tables, chat, "html", Audience.ORGANIZERS)
    cells = re.findall(r'data-what="(messages?|participants?)">([0-9,]+)<', html)
    assert cells[:4] == [("message", "1"), ("participant", "1"), ("messages", "0"),
                         ("participants", "0")]  # fmt: skip


async def test_what_stands_in_the_agenda_can_do_nothing_either() -> None:
    html = (await club("html")).decode()
    assert "Club &lt;b&gt;&amp; friends&lt;/b&gt;</bdi></h1>" in html
    assert "What &lt;i&gt;should&lt;/i&gt; be studied next?" in html
