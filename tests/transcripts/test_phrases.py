"""Figures in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.engine.events import Blanked
from bot.engine.state import Stage
from bot.store.figures import Counts
from bot.transcripts import phrases
from bot.transcripts.clock import Clock
from bot.transcripts.links import Link
from bot.transcripts.summary import Step, Summary, TopicSummary
from tests.transcripts.club import CHAT, OPENS

CLOCK = Clock("Australia/Sydney")
TOPIC = TopicSummary(1, "Why?", OPENS, False, 1, 1, timedelta(seconds=90), (), ())


def test_one_is_singular_and_every_other_number_is_plural() -> None:
    assert [phrases.count(n, "message") for n in (0, 1, 1204)] == [
        "0 messages",
        "1 message",
        "1,204 messages",
    ]
    assert phrases.count(2, "reply") == "2 replies"
    assert phrases.count(2, "person") == "2 people"


def test_a_window_is_told_in_the_chats_zone_and_in_utc() -> None:
    assert phrases.window(CHAT, CLOCK) == (
        "Mon 7 Dec 2026, 07:00 AEDT to Wed 9 Dec 2026, 07:00 AEDT (Australia/Sydney), 48 h"
    )
    assert phrases.window_utc(CHAT) == "2026-12-06T20:00:00Z to 2026-12-08T20:00:00Z"
    early = replace(CHAT, closed_at=CHAT.opens_at + timedelta(seconds=90, microseconds=7))
    assert phrases.window_utc(early) == "2026-12-06T20:00:00Z to 2026-12-06T20:01:30Z"


@pytest.mark.parametrize(
    ("stage", "words"),
    [
        (Stage.PLANNED, "not opened"),
        (Stage.OPEN, "still open"),
        (Stage.CANCELLED, "cancelled"),
        (Stage.MISSED, "missed"),
        (Stage.CLOSED, ""),
        (Stage.ARCHIVED, ""),
    ],
)
def test_a_chat_that_is_not_simply_over_says_how_it_stands(stage: Stage, words: str) -> None:
    said = phrases.state(replace(CHAT, stage=stage))
    assert words in said
    assert bool(said) is bool(words)


def test_a_chat_without_anything_has_every_figure_all_the_same() -> None:
    empty = Summary(CHAT, Counts(), 0, 0, (), None, (), (), (), 0)
    figures = dict(phrases.figures(empty, CLOCK))
    assert figures["Participants"] == figures["Moderators"] == figures["Messages"] == "0"
    assert figures["Median per participant"] == "0, most 0"
    assert figures["Busiest hour"] == "none"


def test_visitors_are_told_where_a_chat_is_its_members_and_else_where_there_were_any() -> None:
    def figures(counts: Counts, **fields: object) -> dict[str, str]:
        chat = replace(CHAT, agenda=replace(CHAT.agenda, **fields))  # type: ignore[arg-type]
        return dict(phrases.figures(Summary(chat, counts, 0, 0, (), None, (), (), (), 0), CLOCK))

    ours = {"slack": ("U1",)}
    assert "Visitors" not in figures(Counts())
    assert figures(Counts(), members_only=ours)["Visitors"] == "0"
    assert figures(Counts(visitors=1, by_visitors=2))["Visitors"] == "1, who wrote 2 messages"


def test_guests_and_moderators_are_told_where_there_are_any() -> None:
    counts = Counts(participants=12, guests=2, moderators=1, by_moderators=3, messages=1500)
    summary = Summary(CHAT, counts, 2.5, 9, (), Step(OPENS, 1), (), (), (), 0)
    figures = dict(phrases.figures(summary, CLOCK))
    assert figures["Participants"] == "12, 2 guests among them"
    assert figures["Moderators"] == "1, who wrote 3 messages"
    assert figures["Messages"] == "1,500"
    assert figures["Median per participant"] == "2.5, most 9"
    assert figures["Busiest hour"] == "Mon 7 Dec 07:00 to 08:00, 1 message"


def test_a_topic_says_when_it_came_and_how_soon_it_was_answered() -> None:
    assert phrases.posted(TOPIC, CLOCK) == "Mon 7 Dec 07:00"
    assert phrases.first_answer(TOPIC) == "1 min 30 s"
    assert phrases.first_answer(replace(TOPIC, first_answer=timedelta())) == "under 1 s"
    unposted = replace(TOPIC, posted_at=None, first_answer=None)
    assert phrases.posted(unposted, CLOCK) == "not posted"
    assert phrases.posted(replace(unposted, skipped=True), CLOCK) == "left out"
    assert phrases.first_answer(unposted) == "–"


def test_sharers_are_named_up_to_a_few() -> None:
    assert phrases.sharers(Link("u", "", ("Ann", "Bo\nBell"), 0)) == ["Ann", "Bo Bell"]
    assert phrases.sharers(Link("u", "", ("Ann", ""), 1200)) == ["Ann", "somebody", "1,200 more"]


def test_a_chat_was_held_somewhere() -> None:
    assert phrases.venue(CHAT) == "in the built-in room and on Slack"


@pytest.mark.parametrize(
    ("octets", "written"),
    [(-5, "0 bytes"), (640, "640 bytes"), (1000, "1 kB"), (182_044, "182 kB"),
     (999_499, "999 kB"), (999_500, "1.0 MB"), (25_000_000, "25.0 MB")],
)  # fmt: skip
def test_a_files_size_is_written_as_people_read_it(octets: int, written: str) -> None:
    assert phrases.size(octets) == written


def test_silence_is_explained_unless_files_speak() -> None:
    assert phrases.silence("on_time", 1, has_files=True) == phrases.WITHDRAWN
    assert phrases.silence("late", 0, has_files=False) == phrases.LATE
    assert phrases.silence("late", 0, has_files=True) == ""
    assert phrases.silence("on_time", 0, has_files=False) == ""
    blanked = replace(CHAT, blanked=Blanked(OPENS + timedelta(days=92), timedelta(days=90)))
    assert phrases.silence("on_time", 0, has_files=False, chat=CHAT) == ""
    assert phrases.silence("on_time", 0, has_files=False, chat=blanked) == phrases.BLANKED
    assert phrases.silence("on_time", 0, has_files=False, author="#abc") == phrases.ERASED
    assert phrases.silence("on_time", 1, has_files=False, author="#abc") == phrases.WITHDRAWN


def test_of_a_chat_whose_words_were_removed_it_is_said_when_and_why() -> None:
    blanked = replace(CHAT, blanked=Blanked(OPENS + timedelta(days=92), timedelta(days=90)))
    assert phrases.state(blanked) == (
        "What people said was removed on 8 March 2027, 90 days after the end, with their names "
        "and those of their files. The counts are what they were."
    )
    cancelled = replace(blanked, stage=Stage.CANCELLED)
    assert phrases.state(cancelled).startswith("This chat was cancelled. What people said")
