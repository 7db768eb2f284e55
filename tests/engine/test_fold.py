"""A chat is what its log tells, event by event, and nothing else."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import timedelta
from typing import get_args

import pytest

from bot.engine import events, measures, steps
from bot.engine.agenda import Room
from bot.engine.errors import BrokenLog
from bot.engine.events import Event
from bot.engine.fold import apply, fold
from bot.engine.messages import Tally
from bot.engine.state import STAGES, Chat, Posted, Stage
from tests.engine.script import OPENS, ROOM, agenda

CHANNEL, OTHER = Room("discord", "9"), Room("discord", "8")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
PLAN = agenda("0m", "6h", rooms=(ROOM, CHANNEL), reminders=(15 * MINUTE, 24 * HOUR))
PLANNED = events.Planned(OPENS - 25 * HOUR, "c", "urojc", PLAN, OPENS, OPENS + 48 * HOUR)
OPENED: tuple[Event, ...] = (PLANNED, events.Opened(OPENS, "discord:456"))
CALLED = steps.Called(OPENS, 1, CHANNEL, "7", "Lee", "", None, steps.Asking.PERSON)
CALLING: tuple[Event, ...] = (*OPENED, CALLED)
CLOSED: tuple[Event, ...] = (*OPENED, events.Closed(OPENS + HOUR))
SUMMARISED: tuple[Event, ...] = (*CLOSED, events.Summarised(OPENS + HOUR, Tally(2, 1, 5)))
BREACHED = measures.Breached(OPENS, CHANNEL, "k", "7", None, "flood", 3)
MUTED = measures.Muted(OPENS, CHANNEL, "7", OPENS, OPENS + HOUR, "", "flood", out=True)
SLOWED = measures.Slowed(OPENS, CHANNEL, 10, OPENS + HOUR, "", "flood")
HIDDEN = measures.Hidden(OPENS, CHANNEL, "k", "7", None, "", "flood")


def after(*log: Event) -> Chat:
    return fold([*OPENED, *log])


def changed(before: Chat, after_it: Chat) -> set[str]:
    """Return the names of the fields in which two chats differ."""
    names = (field.name for field in fields(Chat))
    return {name for name in names if getattr(before, name) != getattr(after_it, name)}


def test_a_plan_lays_out_topics_and_the_reminders_that_can_still_come() -> None:
    chat = fold([PLANNED])
    assert [(t.number, t.ask, t.due) for t in chat.topics] == [
        (1, "Question 1?", OPENS), (2, "Question 2?", OPENS + 6 * HOUR),
    ]  # fmt: skip
    assert chat.reminders == (24 * HOUR, 15 * MINUTE)
    assert (chat.stage, chat.seq, chat.planned_at) == (Stage.PLANNED, 1, OPENS - 25 * HOUR)
    late = replace(PLANNED, at=OPENS - HOUR)
    assert fold([late]).reminders == (15 * MINUTE,)


def test_every_event_counts_once_and_changes_only_what_it_says() -> None:
    one: dict[type[Event], tuple[tuple[Event, ...], Event, set[str]]] = {
        events.Replanned: (
            (PLANNED,),
            events.Replanned(OPENS - HOUR, agenda("1h"), OPENS, OPENS + HOUR, OPENS + 99 * HOUR),
            {"agenda", "closes_at", "following", "topics", "reminders"},
        ),
        events.Cancelled: ((PLANNED,), events.Cancelled(OPENS), {"stage"}),
        events.Missed: ((PLANNED,), events.Missed(OPENS), {"stage"}),
        events.Reminded: ((PLANNED,), events.Reminded(OPENS, 24 * HOUR), {"reminders"}),
        events.ReminderLapsed: ((PLANNED,), events.ReminderLapsed(OPENS, 24 * HOUR), {"reminders"}),
        events.Opened: (
            (PLANNED,),
            events.Opened(OPENS, "discord:456"),
            {"stage", "opened_at", "opened_by", "reminders"},
        ),
        events.ThreadOpened: (
            OPENED, events.ThreadOpened(OPENS, CHANNEL, "17", "17"), {"threads"},
        ),
        events.ThreadLost: (
            (*OPENED, events.ThreadOpened(OPENS, CHANNEL, "17", "17")),
            events.ThreadLost(OPENS, CHANNEL, "17"),
            {"threads"},
        ),
        events.KeptOpen: (OPENED, events.KeptOpen(OPENS), {"kept_open_at"}),
        events.TopicAdded: (OPENED, events.TopicAdded(OPENS, 3, "Why?", OPENS + HOUR), {"topics"}),
        events.TopicOpened: (OPENED, events.TopicOpened(OPENS, 1), {"topics"}),
        events.TopicSkipped: (OPENED, events.TopicSkipped(OPENS, 1), {"topics"}),
        events.TopicPosted: (OPENED, events.TopicPosted(OPENS, 1, CHANNEL, "18"), {"topics"}),
        events.Rescheduled: (
            OPENED, events.Rescheduled(OPENS, ((2, OPENS + HOUR),)), {"topics"},
        ),
        events.Paused: (OPENED, events.Paused(OPENS), {"paused"}),
        events.Resumed: ((*OPENED, events.Paused(OPENS)), events.Resumed(OPENS), {"paused"}),
        events.Extended: (OPENED, events.Extended(OPENS, OPENS + 99 * HOUR), {"closes_at"}),
        events.Corrected: (OPENED, events.Corrected(OPENS, "k", (2,), "local:h"), {"corrections"}),
        events.Withdrew: (OPENED, events.Withdrew(OPENS, "local:ann"), {"withdrawn"}),
        events.Closed: (OPENED, events.Closed(OPENS + HOUR), {"stage", "closed_at"}),
        events.Summarised: (CLOSED, events.Summarised(OPENS, Tally(2, 1, 5)), {"stage", "tally"}),
        events.Quoted: (SUMMARISED, events.Quoted(OPENS, CHANNEL, ("k",)), {"quoted"}),
        events.ClosingPosted: (
            SUMMARISED, events.ClosingPosted(OPENS, CHANNEL, "19", "17"), {"closings"},
        ),
        events.QuotesChanged: (
            SUMMARISED, events.QuotesChanged(OPENS, (CHANNEL,)), {"amending"},
        ),
        events.RoomArchived: (SUMMARISED, events.RoomArchived(OPENS, CHANNEL), {"archived"}),
        events.Archived: (SUMMARISED, events.Archived(OPENS), {"stage"}),
        events.Hindered: (OPENED, events.Hindered(OPENS, CHANNEL, "no way."), {"hindered"}),
        events.Unhindered: (
            (*OPENED, events.Hindered(OPENS, CHANNEL, "no way.")),
            events.Unhindered(OPENS, CHANNEL),
            {"hindered"},
        ),
        events.Unreadable: (OPENED, events.Unreadable(OPENS, CHANNEL, "no."), {"unreadable"}),
        events.Readable: (
            (*OPENED, events.Unreadable(OPENS, CHANNEL, "no.")),
            events.Readable(OPENS, CHANNEL),
            {"unreadable"},
        ),
        events.ToldLate: (OPENED, events.ToldLate(OPENS, CHANNEL, "7", None), {"told_late"}),
        steps.AskedToCheckIn: (
            OPENED, steps.AskedToCheckIn(OPENS, CHANNEL, "7", None), {"asked_to_check_in"},
        ),
        events.KeepSet: (OPENED, events.KeepSet(OPENS, 90 * 24 * HOUR), {"agenda"}),
        events.Blanked: (OPENED, events.Blanked(OPENS, 24 * HOUR), {"blanked"}),
        events.Erased: (OPENED, events.Erased(OPENS), set()),
        steps.Flagged: (
            OPENED, steps.Flagged(OPENS, CHANNEL, "k", "7", None, ("email",)), {"flags"},
        ),
        steps.Unflagged: (OPENED, steps.Unflagged(OPENS, CHANNEL, "k", "7", None), set()),
        steps.Held: (OPENED, steps.Held(OPENS, "k", "local:h"), {"decisions"}),
        steps.Cleared: (OPENED, steps.Cleared(OPENS, "k", "local:h", OPENS), {"decisions"}),
        steps.Called: (OPENED, CALLED, {"calls"}),
        steps.Paged: (CALLING, steps.Paged(OPENS, 1, "discord:7", 1), {"calls"}),
        steps.Unreached: (CALLING, steps.Unreached(OPENS, 1, "discord:7"), {"calls"}),
        steps.Taken: (CALLING, steps.Taken(OPENS, 1, "discord:8", "Mo"), {"calls"}),
        steps.Unanswered: (CALLING, steps.Unanswered(OPENS, 1), {"calls"}),
        measures.Breached: (OPENED, BREACHED, {"order"}),
        measures.Muted: (OPENED, MUTED, {"order"}),
        measures.Unmuted: (
            (*OPENED, MUTED), measures.Unmuted(OPENS, CHANNEL, "7", OPENS, "local:h"), {"order"},
        ),
        measures.Slowed: (OPENED, SLOWED, {"order"}),
        measures.Unslowed: (
            (*OPENED, SLOWED), measures.Unslowed(OPENS, CHANNEL, ""), {"order"},
        ),
        measures.Hidden: (OPENED, HIDDEN, {"order"}),
        measures.Gone: ((*OPENED, HIDDEN), measures.Gone(OPENS, "k"), {"order"}),
        measures.Alerted: (
            (*OPENED, BREACHED),
            measures.Alerted(OPENS, CHANNEL, "k", "7", None, "flood", 3, 0),
            {"order"},
        ),
        events.GaveUp: (OPENED, events.GaveUp(OPENS, "c/1/0", CHANNEL, "gone"), set()),
        events.SentWithout: (
            OPENED, events.SentWithout(OPENS, CHANNEL, "chat.png could not be sent."), set()
        ),
    }  # fmt: skip
    assert set(one) == set(get_args(Event)) - {events.Planned}
    for log, event, names in one.values():
        before = fold(list(log))
        assert changed(before, apply(before, event)) == names | {"seq"}, event


def test_a_chat_has_a_thread_in_each_room_and_its_topics_may_have_others() -> None:
    chat = after(
        events.ThreadOpened(OPENS, CHANNEL, "17", "17"),
        events.TopicPosted(OPENS, 1, ROOM, "a", "T1"),
        events.TopicPosted(OPENS, 1, CHANNEL, "18", "18"),
        events.TopicPosted(OPENS, 2, CHANNEL, "19"),
    )
    assert chat.threads == {CHANNEL: "17"}
    assert chat.threads_in(CHANNEL) == ("17", "18")
    assert chat.threads_in(ROOM) == ("T1",)
    assert chat.threads_in(OTHER) == ()
    assert chat.topics[0].posts == (
        Posted(ROOM, OPENS, "a", "T1"), Posted(CHANNEL, OPENS, "18", "18"),
    )  # fmt: skip


def test_threads_of_our_own_rooms_are_put_away_by_nobody() -> None:
    own = after(events.TopicPosted(OPENS, 1, ROOM, "a", "T1"))
    assert own.threaded == ()
    assert after(events.TopicPosted(OPENS, 1, CHANNEL, "18", "18")).threaded == (CHANNEL,)


def test_another_thread_takes_the_place_of_a_lost_one() -> None:
    chat = after(
        events.ThreadOpened(OPENS, CHANNEL, "17", "17"),
        events.ThreadLost(OPENS, CHANNEL, "17"),
        events.ThreadOpened(OPENS, CHANNEL, "20", "20"),
    )
    assert chat.threads_in(CHANNEL) == ("20",)


def test_of_each_room_the_last_refusal_is_known_until_it_goes_on() -> None:
    chat = after(
        events.Hindered(OPENS, CHANNEL, "one."),
        events.Hindered(OPENS, ROOM, "another."),
        events.Hindered(OPENS, CHANNEL, "two."),
    )
    assert chat.hindered == {CHANNEL: "two.", ROOM: "another."}
    assert apply(chat, events.Unhindered(OPENS, CHANNEL)).hindered == {ROOM: "another."}
    assert apply(chat, events.Unhindered(OPENS, OTHER)).hindered == chat.hindered


def test_a_room_that_a_chat_leaves_hinders_it_no_more() -> None:
    log: list[Event] = [PLANNED, events.Hindered(OPENS - HOUR, CHANNEL, "no."),
           events.Hindered(OPENS - HOUR, ROOM, "no.")]  # fmt: skip
    moved = replace(PLAN, rooms=(OTHER, ROOM))
    chat = fold([*log, events.Replanned(OPENS - HOUR, moved, OPENS, OPENS + HOUR)])
    assert chat.hindered == {ROOM: "no."}


def test_what_a_room_lacks_are_the_topics_whose_moment_came_and_that_do_not_stand_there() -> None:
    chat = after(
        events.TopicOpened(OPENS, 1),
        events.TopicPosted(OPENS, 1, ROOM, "a"),
        events.TopicSkipped(OPENS, 2),
        events.TopicAdded(OPENS, 3, "Why?", OPENS),
        events.TopicAdded(OPENS, 4, "And?", OPENS),
        events.TopicOpened(OPENS, 3),
    )
    assert (chat.lacking_in(ROOM), chat.lacking_in(CHANNEL)) == ((3,), (1, 3))


def test_what_is_kept_of_a_withdrawal_is_the_latest() -> None:
    chat = after(events.Withdrew(OPENS + HOUR, "local:ann"), events.Withdrew(OPENS, "local:ann"))
    assert chat.withdrawn == {"local:ann": OPENS + HOUR}


def test_closing_ends_a_pause() -> None:
    assert not after(events.Paused(OPENS), events.Closed(OPENS)).paused


def test_a_fold_may_be_continued_from_any_of_its_moments() -> None:
    log: list[Event] = [*SUMMARISED, events.RoomArchived(OPENS, ROOM), events.Archived(OPENS)]
    whole = fold(log)
    for cut in range(1, len(log)):
        chat = fold(log[:cut])
        for event in log[cut:]:
            chat = apply(chat, event)
        assert chat == whole
    assert whole.seq == len(log)


@pytest.mark.parametrize(
    "log",
    [
        [],
        [events.Opened(OPENS)],
        [PLANNED, events.Closed(OPENS)],
        [*OPENED, events.Opened(OPENS)],
        [*OPENED, events.Cancelled(OPENS)],
        [*CLOSED, events.Closed(OPENS)],
        [*SUMMARISED, events.Summarised(OPENS, Tally())],
        [PLANNED, events.Cancelled(OPENS), events.Opened(OPENS)],
        [*OPENED, events.TopicOpened(OPENS, 0)],
        [*OPENED, events.TopicOpened(OPENS, 3)],
    ],
    ids=lambda log: "-".join(type(event).__name__ for event in log[-2:]) or "empty",
)
def test_a_log_that_contradicts_itself_is_broken(log: list[Event]) -> None:
    with pytest.raises(BrokenLog):
        fold(log)


def test_an_event_leads_to_its_stage_from_that_before_it_and_from_no_other() -> None:
    reached = {
        Stage.PLANNED: fold([PLANNED]),
        Stage.OPEN: fold([*OPENED]),
        Stage.CLOSED: fold([*CLOSED]),
        Stage.SUMMARISED: fold([*SUMMARISED]),
        Stage.ARCHIVED: fold([*SUMMARISED, events.Archived(OPENS)]),
        Stage.CANCELLED: fold([PLANNED, events.Cancelled(OPENS)]),
        Stage.MISSED: fold([PLANNED, events.Missed(OPENS)]),
    }
    assert set(reached) == set(Stage)
    steps: list[Event] = [
        events.Opened(OPENS), events.Cancelled(OPENS), events.Missed(OPENS), events.Closed(OPENS),
        events.Summarised(OPENS, Tally()), events.Archived(OPENS),
    ]  # fmt: skip
    for stage, chat in reached.items():
        for event in steps:
            leads_to = STAGES[stage].get(type(event))
            if leads_to is None:
                with pytest.raises(BrokenLog):
                    apply(chat, event)
            else:
                assert apply(chat, event).stage is leads_to
