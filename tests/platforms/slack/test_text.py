"""Words as Slack takes them, and what Slack hands over as people read it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engine.actions import Moment, Spot, Who
from bot.engine.agenda import Room
from bot.engine.labels import labels
from bot.engine.wording import MOMENT_LENGTH
from bot.platforms.slack.text import SECTION, escaped, plain_of, sections, text_of
from bot.transcripts.markup import mentioned, written
from tests.slack.wording import pings, typed, unescaped
from tests.transcripts.test_markup import Shown

AT = datetime(2026, 12, 6, 20, 0, 0, 999_999, tzinfo=UTC)
DATE = "<!date^1796587200^{date_long}, {time}|2026-12-06 20:00 UTC>"

ATTACKS = (
    "<!here>", "<!channel>", "<!everyone>", "<!here|x>", "<@U1>", "<@W1|Ann>", "<!subteam^S1>",
    "<!subteam^S1|@club>", "<@", "<!", "U1>", "&lt;!here&gt;", "&amp;lt;!here>", "<<@U1>>", "@here",
    "<@U1|<!here>>", "<#C1|<!here>>", "<!date^1^{date}|<!here>>", "<https://e.org|<!here>>",
    "<@!U1>", "<@&5|<!here>>", "|", ">", "<", "&", "\n", "text",
)  # fmt: skip
hostile = st.lists(st.sampled_from(ATTACKS) | st.text(max_size=3), max_size=8).map("".join)


# ---------------------------------------------------------------- what Rounds says


def test_a_time_is_shown_in_the_readers_zone_and_a_room_as_a_link() -> None:
    words = ("Opens ", Moment(AT), " in ", Room("slack", "C1"), " and ", Room("discord", "123"))
    assert text_of(words) == f"Opens {DATE} in <#C1> and discord:123"


def test_a_time_in_any_zone_is_the_same_moment_and_no_longer_than_is_reckoned_with() -> None:
    there = AT.astimezone(timezone(timedelta(hours=11)))
    assert text_of((Moment(there),)) == DATE
    assert len(DATE) <= MOMENT_LENGTH


def test_what_means_something_to_slack_is_escaped() -> None:
    assert text_of(("p < 0.05 & n > 3: &lt;",)) == "p &lt; 0.05 &amp; n &gt; 3: &amp;lt;"
    assert text_of(("<https://e.org|read this>",)) == "&lt;https://e.org|read this&gt;"


def test_a_mention_becomes_the_name_that_is_kept_with_it() -> None:
    kept = "<@U5|Ann & Bo> of <!subteam^S7|@club>, <@!5|Em> of <@&7|Panel>, <@U6> in <#9|talk>"
    assert text_of((kept,)) == "@Ann &amp; Bo of @club, @Em of @Panel, @U6 in #talk"


def test_a_channel_of_slack_is_a_link_which_pings_nobody() -> None:
    assert text_of(("in <#C9|club> and <#G8>",)) == "in <#C9> and <#G8>"


def test_white_space_at_the_ends_goes() -> None:
    assert text_of(("\n Welcome. \n\n", " ")) == "Welcome."


@given(hostile)
def test_nobody_is_pinged_by_what_organizers_and_participants_write(text: str) -> None:
    said = text_of((text, Moment(AT), text))
    assert pings(said) == []
    assert unescaped(said) == ""
    rest = re.sub(re.escape(DATE) + r"|<#[CG][A-Z0-9]+>", "", said)
    assert "<" not in rest


# ---------------------------------------------------------------- sections


def test_a_short_text_is_one_section() -> None:
    assert sections("Welcome.\nHello.") == ["Welcome.\nHello."]
    assert sections("") == []


def test_a_long_text_is_cut_between_lines_then_between_words() -> None:
    assert sections("one two\nthree four", 12) == ["one two", "three four"]
    assert sections("one two three four", 12) == ["one two", "three four"]
    assert sections("x" * 25, 12) == ["x" * 12, "x" * 12, "x"]


def test_no_time_mention_or_escaped_sign_is_cut_in_two() -> None:
    for filler in range(90):
        text = f"{'x' * filler} {DATE} and <#C0123456789> &amp; &lt;&gt;"
        for part in sections(text, 80):
            assert len(part) <= 80
            assert unescaped(part) == "", part
        assert "".join(sections(text, 80)).replace(" ", "") == text.replace(" ", "")


@given(st.text(alphabet="ab <>&\n", max_size=300), st.integers(8, 40))
def test_sections_lose_nothing_but_white_space(text: str, most: int) -> None:
    parts = sections(escaped(text), most)
    assert all(0 < len(part) <= most for part in parts)
    assert "".join("".join(parts).split()) == "".join(escaped(text).split())
    assert all(unescaped(part) == "" for part in parts)


def test_a_section_is_as_long_as_slack_takes() -> None:
    assert [len(part) for part in sections("x" * 7000)] == [SECTION, SECTION, 1000]


# ---------------------------------------------------------------- what people say

NAMES = {"U123": "Ann Lee", "C1": "journal-club", "S7": "doctors", "W1": "<b>|#x"}


@pytest.mark.parametrize(
    ("handed_over", "kept"),
    [
        ("p &lt; 0.05 &amp; n &gt; 3", "p < 0.05 & n > 3"),
        ("&amp;lt; and &amp;amp;", "&lt; and &amp;"),
        ("&quot; &nbsp; & ;", "&quot; &nbsp; & ;"),
        ("&gt; quoted\nnot", "> quoted\nnot"),
        # mentions
        ("<@U123> agrees", "<@U123|Ann Lee> agrees"),
        ("<@U123|ann>", "<@U123|Ann Lee>"),
        ("<@U999|ann.b>", "<@U999|ann.b>"),
        ("<@U999>", "<@U999>"),
        ("<@W1>", "<@W1|b x>"),
        ("<@U9|a &amp; b &lt;x&gt;>", "<@U9|a & b x>"),
        ("<!subteam^S7>", "<!subteam^S7|doctors>"),
        ("<!subteam^S8|@club>", "<!subteam^S8|club>"),
        ("<#C1|old-name>", "<#C1|journal-club>"),
        ("<#C2|general>", "<#C2|general>"),
        ("<#C2|>", "<#C2>"),
        ("<!here>", "@here"),
        ("<!channel|channel>", "@channel"),
        ("<!everyone> look", "@everyone look"),
        # links
        ("<https://e.org/a?b=1&amp;c=2>", "https://e.org/a?b=1&c=2"),
        ("<http://www.e.org|www.e.org>", "http://www.e.org"),
        ("<https://e.org/|e.org>", "https://e.org/"),
        ("<https://e.org|the &lt;paper&gt;>", "the <paper> (https://e.org)"),
        ("<https://e.org|https://bank.org>", "https://bank.org (https://e.org)"),
        ("<mailto:bo@e.org|bo@e.org>", "bo@e.org"),
        ("<mailto:bo@e.org|write to Bo>", "write to Bo (mailto:bo@e.org)"),
        ("<tel:+15551234|+1555 1234>", "+1555 1234 (tel:+15551234)"),
        ("<mailto:bo@e.org>", "bo@e.org"),
        ("<slack://open|open>", "open (slack://open)"),
        # all others
        ("<!date^1796587200^{date_long}|soon>", "<!date^1796587200^{date_long}|soon>"),
        ("<!unknown|label>", "label"),
        ("<!unknown>", "!unknown"),
        ("a < b, c > d", "a < b, c > d"),
        ("<>", "<>"),
        (":wave: *bold* _it_ ~no~ `code`", ":wave: *bold* _it_ ~no~ `code`"),
        ("", ""),
    ],
)
def test_what_slack_hands_over_is_kept_as_people_read_it(handed_over: str, kept: str) -> None:
    assert plain_of(handed_over, NAMES) == kept


def test_names_need_not_be_known() -> None:
    assert plain_of("<@U123> &amp; <@U5|bo>") == "<@U123> & <@U5|bo>"


def test_a_name_cannot_end_its_mention() -> None:
    assert plain_of("<@U1> x", {"U1": "Ann> <!here"}) == "<@U1|Ann !here> x"


@pytest.mark.parametrize(
    "text",
    ["p < 0.05 & n > 3", "a &lt; b", "https://e.org/a?b=1&c=2 is <good>", "> quoted", "x"],
)
def test_what_somebody_types_comes_back_as_it_was_typed(text: str) -> None:
    assert plain_of(typed(text)) == text


@given(hostile)
def test_everything_can_be_read_and_said_again_without_a_ping(text: str) -> None:
    assert pings(text_of((plain_of(text, NAMES),))) == []


@given(st.text(alphabet="<>&;|@#!ltgampU1x ", max_size=60))
def test_what_was_escaped_is_read_back_whole(text: str) -> None:
    assert plain_of(escaped(text)) == text


def test_a_transcript_shows_a_kept_mention_by_its_name_and_a_link_by_its_address() -> None:
    kept = plain_of("<@U123> and <!subteam^S7> in <#C1>: <https://e.org|paper>", NAMES)
    assert written(kept, Shown(), "slack") == (
        "⟨@U123 Ann Lee⟩ and @doctors in #journal-club: paper (⟨https://e.org https://e.org⟩)"
    )
    assert list(mentioned(kept)) == ["U123"]


def test_no_label_is_read_in_a_mention_and_one_beside_it_is() -> None:
    kept = plain_of("<@U123> A2: yes", {"U123": "A1: Ann"})
    assert labels(kept) == (2,)


def test_a_person_of_slack_is_mentioned_and_another_one_called_by_name() -> None:
    assert text_of((Who("U1", "slack", "Mei"), " asks")) == "<@U1> asks"
    assert text_of((Who("5", "discord", "Lee <!channel>"),)) == "Lee &lt;!channel&gt;"
    assert text_of((Who("5", "discord"),)) == "somebody on Discord"
    assert text_of((Who("U1> <!here", "slack", "x"),)) == "x"


def test_a_place_without_a_link_is_the_channel_that_it_is_in() -> None:
    assert text_of((Spot(Room("slack", "C1"), None, "3"),)) == "<#C1>"
