"""Each step by which a chat is kept safe is in the log, in words, with how to undo it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import get_args

import pytest

from bot.desk import ledger
from bot.engine import measures, steps, wording
from bot.engine.actions import Spot
from bot.engine.agenda import Room
from bot.engine.commands import parse
from bot.engine.events import Event
from tests.engine.script import OPENS

CHANNEL = Room("discord", "100")
KEY, MO, LATER = f"{CHANNEL}/17", "discord:9", OPENS + timedelta(minutes=10)
OF = (OPENS, CHANNEL, KEY, "7", "5")
NAMES: Mapping[str, Mapping[str, str]] = {"discord": {"7": "Ann", "9": "Mo"}}

TOLD: list[tuple[Event, str, str]] = [
    (measures.Breached(*OF, "flood", 1), "Rule flood told Ann, alone", ""),
    (steps.Held(OPENS, KEY, "", "flood"), "Rule flood held", "clear 17"),
    (steps.Held(OPENS, KEY, MO), "Mo held", "clear 17"),
    (steps.Cleared(OPENS, KEY, MO, OPENS), "Mo cleared", "hold 17"),
    (steps.Flagged(*OF, ("email",)), "Rule privacy held", "clear 17"),
    (steps.Flagged(*OF, ("distress",)), "Rule distress held", "clear 17"),
    (steps.Unflagged(*OF), "Its author changed", "hold 17"),
    (measures.Muted(OPENS, CHANNEL, "7", OPENS, LATER, "", "flood", out=True),
     "Rule flood muted Ann until", "mute 7 0m"),
    (measures.Muted(OPENS, CHANNEL, "7", OPENS, LATER, MO), "Mo muted Ann until", "mute 7 0m"),
    (measures.Unmuted(OPENS, CHANNEL, "7", OPENS, MO), "Mo let Ann write again", "mute 7 10m"),
    (measures.Slowed(OPENS, CHANNEL, 10, LATER, "", "flood"), "Rule flood slowed", "slow off"),
    (measures.Unslowed(OPENS, CHANNEL, MO), "Mo let everybody write", "slow 10s 10m"),
    (measures.Unslowed(OPENS, CHANNEL, ""), "the time was over", ""),
    (measures.Hidden(*OF, "", "privacy"), "Rule privacy took a message out", "clear 17"),
    (measures.Gone(OPENS, KEY), "its author had deleted it", ""),
    (steps.Called(OPENS, 3, CHANNEL, "7", "Ann", KEY, None, steps.Asking.PERSON), "called", ""),
    (steps.Paged(OPENS, 3, MO, 1), "Mo was told of call 3", ""),
    (steps.Paged(OPENS, 3, "", 1), "All moderators", ""),
    (steps.Unreached(OPENS, 3, MO), "could not be told", ""),
    (steps.Taken(OPENS, 3, MO, "Mo"), "Mo took call 3", ""),
    (steps.Unanswered(OPENS, 3), "Nobody took call 3", ""),
    (steps.AskedToCheckIn(OPENS, CHANNEL, "7", None), "Ann was told once to check in", ""),
    (measures.Alerted(*OF, "severe", 0, 2), "and 2 more", ""),
]  # fmt: skip


@pytest.mark.parametrize(("event", "says", "undo"), TOLD)
def test_a_step_is_told_with_who_took_it_why_and_how_to_undo_it(
    event: Event, says: str, undo: str
) -> None:
    words = wording.plain(ledger.words_of(event, NAMES))
    assert says in words
    named = re.findall(r"/chat (.+)\Z", words)
    assert named == ([undo] if undo else [])
    for one in named:
        parse(one)  # it can be typed as it stands


def test_every_measure_is_told_or_told_by_another() -> None:
    told = {type(event) for event, _, _ in TOLD}
    assert told == set(get_args(steps.Step))
    assert ledger.words_of(measures.Breached(*OF, "flood", 2), NAMES) == ()


def test_the_latest_twenty_are_listed_with_their_times_and_links() -> None:
    log = [steps.Held(OPENS + timedelta(minutes=n), f"{CHANNEL}/{n}", MO) for n in range(30)]
    words = ledger.listed(log, NAMES, "Club", {})
    text = wording.plain(words)
    assert "The latest 20 of 30 steps" in text
    assert "/chat clear 29" in text
    assert "/chat clear 9" not in text
    spots = [piece for piece in words if isinstance(piece, Spot)]
    assert {spot.thread for spot in spots} == {None}
    keys = ledger.messages_in(log)
    assert keys == {one.message for one in log}
    there = ledger.listed(log, NAMES, "Club", dict.fromkeys(keys, "5"))
    linked = [piece for piece in there if isinstance(piece, Spot)]
    assert [spot.thread for spot in linked] == ["5"] * len(spots), "a link leads into its thread"
    assert ledger.listed([], NAMES, "Club", {}) == ("Nothing was done to keep order in Club.",)
    assert ledger.people_in(log) == {MO}
