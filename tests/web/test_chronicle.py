from __future__ import annotations

from datetime import timedelta
from typing import get_args

from bot.engine import events, steps
from bot.engine.agenda import Room
from bot.engine.events import Event
from bot.engine.measures import Measure
from bot.engine.messages import Tally
from bot.engine.wording import plain
from bot.web.chronicle import chronicle, doers
from tests.house import START, urojc

ROOM, CHANNEL = Room("local", "urojc"), Room("discord", "345678901234567890")
LATER = START + timedelta(hours=2)

LOG: list[Event] = [
    events.Planned(START, "c", "urojc", urojc().agenda, START, LATER),
    events.Replanned(START, urojc().agenda, START, LATER),
    events.Cancelled(START),
    events.Missed(START),
    events.Reminded(START, timedelta(minutes=15)),
    events.ReminderLapsed(START, timedelta(hours=24)),
    events.Opened(START),
    events.Opened(START, "local:henry"),
    events.TopicAdded(START, 4, "Why?", LATER),
    events.TopicOpened(START, 1),
    events.TopicSkipped(START, 2),
    events.TopicPosted(START, 1, ROOM, "ref"),
    events.Rescheduled(START, ((2, LATER),)),
    events.Paused(START),
    events.Resumed(START),
    events.Extended(START, LATER),
    events.Corrected(START, "local:urojc/17-abc", (2, 3), "local:henry"),
    events.Corrected(START, "local:urojc/17-abc", (), "local:henry"),
    events.Withdrew(START, "local:p-ana"),
    events.ToldLate(START, Room("slack", "C1"), "U1", None),
    steps.AskedToCheckIn(START, Room("slack", "C1"), "U1", None),
    steps.Flagged(START, ROOM, "local:urojc/17", "p-ana", None, ("email",)),
    steps.Unflagged(START, ROOM, "local:urojc/17", "p-ana", None),
    steps.Held(START, "local:urojc/17", "local:henry"),
    steps.Held(START, "local:urojc/17", "", "distress"),
    steps.Cleared(START, "local:urojc/17", "local:henry", START),
    steps.Called(START, 1, CHANNEL, "5", "Lee", "", None, steps.Asking.PERSON),
    steps.Called(START, 2, CHANNEL, "6", "Mei", "k", None, steps.Asking.WORDS),
    steps.Paged(START, 1, "local:henry", 1),
    steps.Paged(START, 1, "", 1),
    steps.Unreached(START, 1, "local:henry"),
    steps.Taken(START, 1, "local:henry", "Henry"),
    steps.Unanswered(START, 1),
    events.Closed(START),
    events.Closed(START, "local:henry"),
    events.Summarised(START, Tally(2, 1, 5)),
    events.ThreadOpened(START, CHANNEL, "ref", "900"),
    events.ThreadLost(START, CHANNEL, "900"),
    events.KeptOpen(START),
    events.Hindered(START, CHANNEL, "Rounds lacks Manage Threads."),
    events.Unhindered(START, CHANNEL),
    events.SentWithout(START, CHANNEL, "chat.png could not be sent: there is no room left."),
    events.Unreadable(START, CHANNEL, "Read Message History is missing."),
    events.Readable(START, CHANNEL),
    events.Quoted(START, ROOM, ("slack:C1/1.5", "slack:C1/1.7")),
    events.ClosingPosted(START, CHANNEL, "ref", "900"),
    events.QuotesChanged(START, (ROOM, CHANNEL)),
    events.RoomArchived(START, ROOM),
    events.Archived(START),
    events.KeepSet(START, timedelta(days=90)),
    events.KeepSet(START, None),
    events.Blanked(START, timedelta(days=90)),
    events.Erased(START),
    events.GaveUp(START, "c/1/0", ROOM, "the channel is gone"),
]


def test_everything_that_can_happen_has_words() -> None:
    told_in_the_ledger = set(get_args(Measure))  # tests/desk/test_ledger.py
    assert {type(event) for event in LOG} == set(get_args(Event)) - told_in_the_ledger
    entries = chronicle(LOG)
    assert [entry.at for entry in entries] == [event.at for event in LOG]
    names = {kind.__name__ for kind in get_args(Event)} - {"Planned", "Cancelled", "Missed"}
    for entry in entries:
        words = plain(entry.words)
        assert " " in words or words == "Opened.", words
        assert words not in names


def test_the_words_say_who_did_what() -> None:
    words = [plain(entry.words) for entry in chronicle(LOG)]
    assert "Opened by henry." in words
    assert "Closed by itself." in words
    assert "henry placed message 17-abc under T2, T3." in words
    assert "henry placed message 17-abc under no topic." in words
    assert "Extended; closes 2026-12-06 22:00 UTC." in words
    assert "Counted: 5 messages by 2 participants." in words


def test_people_of_other_platforms_have_the_names_under_which_they_wrote() -> None:
    log: list[Event] = [
        events.Opened(START, "discord:5"),
        events.Corrected(START, "discord:77/17", (2,), "discord:6"),
        events.Closed(START, "local:henry"),
        events.Withdrew(START, "discord:7"),
    ]
    assert doers(log) == {"discord:5", "discord:6", "local:henry"}
    names = {"discord": {"5": "Ann\u202e\nLee", "henry": "Another"}}
    assert [plain(entry.words) for entry in chronicle(log, names)][:3] == [
        "Opened by Ann Lee.",
        "user 6 on Discord placed message 17 under T2.",
        "Closed by henry.",
    ]


def test_rooms_stand_in_the_words_as_rooms() -> None:
    for entry in chronicle(LOG):
        assert not any("discord:" in piece for piece in entry.words if isinstance(piece, str))
    posted = events.TopicPosted(START, 1, CHANNEL, "ref")
    assert chronicle([posted])[0].words == ("T1 posted in ", CHANNEL, ".")


def test_a_withdrawal_names_nobody() -> None:
    (entry,) = chronicle([events.Withdrew(START, "local:p-ana")])
    assert "ana" not in plain(entry.words)


def test_troubles_are_marked() -> None:
    marked = [type(event) for event, entry in zip(LOG, chronicle(LOG), strict=True)
              if entry.is_trouble]  # fmt: skip
    assert marked == [
        events.Cancelled, events.Missed, steps.Unreached, steps.Unanswered, events.ThreadLost,
        events.Hindered,
        events.SentWithout, events.Unreadable, events.GaveUp,
    ]  # fmt: skip


def test_calls_for_a_moderator_are_told_step_by_step() -> None:
    room, person = Room("discord", "100"), steps.Asking.PERSON
    told = [
        plain(entry.words)
        for entry in chronicle(
            [
                steps.Called(START, 1, room, "5", "Lee", "", None, person),
                steps.Called(START, 2, room, "6", "Mei", "k", None, steps.Asking.WORDS),
                steps.Paged(START, 1, "discord:7", 1),
                steps.Unreached(START, 1, "discord:7"),
                steps.Paged(START, 1, "", 1),
                steps.Taken(START, 1, "local:henry", "Henry"),
                steps.Unanswered(START, 2),
            ]
        )
    ]
    assert told == [
        "Call 1: Lee asked for a moderator in discord:100.",
        "Call 2: a message may be a cry for help; its author is told where help is.",
        "Call 1: told user 7 on Discord.",
        "Call 1: user 7 on Discord cannot be told privately.",
        "Call 1: told all moderators.",
        "Call 1: taken by Henry.",
        "Call 2: nobody has taken it.",
    ]
