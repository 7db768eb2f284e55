"""What goes out late, what waits its turn, what lapses, and into which thread."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engine import events, steps
from bot.engine.actions import (
    Action,
    Archive,
    Enclosure,
    KeepOpen,
    Moment,
    Post,
    PostKind,
    Tell,
    Thread,
    privately,
)
from bot.engine.agenda import Room
from bot.engine.events import Event
from bot.engine.fold import fold
from bot.engine.messages import Tally
from bot.engine.sending import GIVEN_UP_AFTER, done_at, lapses_at, when_its_turn_comes
from bot.engine.state import Chat
from tests.engine.script import OPENS, ROOM, agenda

CHANNEL, OTHER = Room("discord", "9"), Room("discord", "8")
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TOPICS = ("0m", "10m", "20m", "30m", "40m")


def at(minutes: float) -> datetime:
    return OPENS + minutes * MINUTE


def chat(*log: Event, rooms: tuple[Room, ...] = (CHANNEL, ROOM), **fields: object) -> Chat:
    """Return a chat of an hour with five topics, ten minutes apart, after these events."""
    plan = agenda(*TOPICS, window="1h", rooms=rooms, **fields)
    return fold([events.Planned(OPENS - DAY, "c", "urojc", plan, OPENS, at(60)), *log])


def opened(*log: Event, **fields: object) -> Chat:
    return chat(events.Opened(OPENS), *log, **fields)  # type: ignore[arg-type]


def asked(number: int, minutes: float) -> Event:
    return events.TopicOpened(at(minutes), number)


def stands(number: int, minutes: float, room: Room = CHANNEL) -> Event:
    return events.TopicPosted(at(minutes), number, room, f"{room.name}-{number}")


def topic(number: int, room: Room = CHANNEL) -> Post:
    return Post(room, PostKind.TOPIC, (f"T{number}: Question {number}?",), number)


def waits_until(the_chat: Chat, number: int, now: datetime, room: Room = CHANNEL) -> float | None:
    """Return the minute for which a topic must wait; None: it goes out."""
    found = when_its_turn_comes(the_chat, topic(number, room), OPENS, now)
    if isinstance(found, datetime):
        return (found - OPENS) / MINUTE
    assert isinstance(found, Post), "it did not lapse"
    return None


# ---------------------------------------------------------------- lapsing


def post(kind: PostKind, *words: str | Moment) -> Post:
    return Post(CHANNEL, kind, words or ("words",))


END = {
    post(PostKind.OPENING): at(60),
    topic(1): at(60),
    post(PostKind.NOTICE): at(60),
    KeepOpen(CHANNEL): at(60),
    post(PostKind.CLOSING): at(5) + GIVEN_UP_AFTER,
    post(PostKind.TRANSCRIPT): at(5) + GIVEN_UP_AFTER,
    Archive(CHANNEL): at(5) + GIVEN_UP_AFTER,
    Tell(privately("discord"), ("456",), "", ("words",)): at(5) + GIVEN_UP_AFTER,
}


@pytest.mark.parametrize(("action", "end"), END.items(), ids=lambda it: type(it).__name__)
def test_what_is_of_no_use_any_more_lapses_at_its_moment_and_not_before(
    action: Action, end: datetime
) -> None:
    running = opened(asked(1, 0))
    assert lapses_at(running, action, at(5)) == end
    assert when_its_turn_comes(running, action, at(5), end) is None
    assert when_its_turn_comes(running, action, at(5), end - SECOND) is not None


def test_a_topic_that_was_tried_is_looked_for_when_it_has_lapsed_for_a_week() -> None:
    running = opened(asked(1, 0), events.ThreadOpened(OPENS, CHANNEL, "17", "17"))
    for moment in (at(60), at(60) + GIVEN_UP_AFTER - SECOND):
        found = when_its_turn_comes(running, topic(1), at(5), moment, tried=True)
        assert found == replace(topic(1), into="17", only_found=True)
    assert (
        when_its_turn_comes(running, topic(1), at(5), at(60) + GIVEN_UP_AFTER, tried=True) is None
    )
    for action in (post(PostKind.NOTICE), KeepOpen(CHANNEL)):
        assert when_its_turn_comes(running, action, at(5), at(60), tried=True) is None


def test_a_reminder_lapses_at_the_opening() -> None:
    reminder = post(PostKind.REMINDER, "Coming up: ", Moment(OPENS))
    assert when_its_turn_comes(chat(), reminder, at(-15), at(-1)) == reminder
    assert when_its_turn_comes(chat(), reminder, at(-15), OPENS) is None


def test_a_reminder_of_a_chat_that_was_cancelled_moved_or_taken_elsewhere_lapses_at_once() -> None:
    reminder = post(PostKind.REMINDER, "Coming up: ", Moment(OPENS), ".")
    plan = chat().agenda
    cancelled = chat(events.Cancelled(at(-16)))
    moved = chat(events.Replanned(at(-16), plan, at(60), at(120)))
    elsewhere = chat(events.Replanned(at(-16), replace(plan, rooms=(OTHER,)), OPENS, at(60)))
    for the_chat in (cancelled, moved, elsewhere):
        assert when_its_turn_comes(the_chat, reminder, at(-15), at(-15)) is None
    renamed = chat(events.Replanned(at(-16), replace(plan, title="Another"), OPENS, at(60)))
    assert when_its_turn_comes(renamed, reminder, at(-15), at(-15)) == reminder


def test_what_is_decided_at_the_last_moment_still_goes_out() -> None:
    running = opened(asked(1, 0))
    assert when_its_turn_comes(running, topic(1), at(60) - SECOND, at(60) + 8 * SECOND) is not None
    assert when_its_turn_comes(running, topic(1), at(60) - SECOND, at(60) + 9 * SECOND) is None


def test_a_chat_that_is_closed_early_lets_its_topics_lapse_and_an_extended_one_does_not() -> None:
    closed = opened(asked(1, 0), events.Closed(at(20)))
    assert when_its_turn_comes(closed, topic(1), OPENS, at(20)) is None
    extended = opened(asked(1, 0), events.Extended(at(20), at(180)))
    assert when_its_turn_comes(extended, topic(1), OPENS, at(179)) is not None
    assert when_its_turn_comes(extended, topic(1), OPENS, at(180)) is None


def test_the_end_of_a_chat_is_still_told_days_later() -> None:
    over = opened(events.Closed(at(60)), events.Summarised(at(60), Tally()))
    assert when_its_turn_comes(over, post(PostKind.CLOSING), at(60), at(60) + 6 * DAY) is not None


# ---------------------------------------------------------------- spacing


def test_the_first_overdue_topic_goes_out_at_once_and_the_others_two_minutes_apart() -> None:
    waiting = (asked(1, 0), stands(1, 0), asked(2, 10), asked(3, 20))
    assert waits_until(opened(*waiting), 2, at(25)) is None
    after = opened(*waiting, stands(2, 25))
    assert waits_until(after, 3, at(25)) == 27
    assert waits_until(after, 3, at(26.9)) == 27
    assert waits_until(after, 3, at(27)) is None


def test_a_topic_in_its_time_waits_too_where_the_one_before_it_has_just_come_late() -> None:
    late = (asked(1, 0), stands(1, 0), asked(2, 10), stands(2, 19), asked(3, 20))
    assert waits_until(opened(*late), 3, at(20)) == 21
    assert waits_until(opened(*late), 3, at(21)) is None


def test_topics_that_come_in_time_wait_for_nothing_however_close_they_are() -> None:
    close = (asked(1, 0), stands(1, 0), events.TopicAdded(at(0), 6, "And?", at(0.5)), asked(6, 0.5))
    assert waits_until(opened(*close), 6, at(0.5)) is None
    ten_seconds = (asked(1, 0), stands(1, 10 / 60), asked(2, 1))
    assert waits_until(opened(*ten_seconds), 2, at(1)) is None


def test_what_a_moderator_asks_for_comes_at_once_also_after_a_late_one() -> None:
    late = (asked(1, 0), stands(1, 0), asked(2, 10), stands(2, 15))
    assert waits_until(opened(*late, asked(3, 15.5)), 3, at(15.5)) is None


def test_what_a_moderator_asked_for_while_nothing_got_through_waits_like_the_others() -> None:
    held_up = (asked(1, 0), stands(1, 0), asked(2, 2), asked(3, 3), stands(2, 9))
    assert waits_until(opened(*held_up), 3, at(9)) == 11


def test_where_the_clock_was_set_back_no_post_stands_before_one_that_was_made_earlier() -> None:
    stood = opened(asked(1, 0), stands(1, 0), asked(2, 10), stands(2, 70))
    assert done_at(stood, topic(3), at(20)) == at(70) + timedelta(microseconds=1)
    assert done_at(stood, topic(3), at(71)) == at(71)
    assert done_at(stood, Archive(ROOM), at(20)) == at(20)  # nothing stands there


def test_each_room_has_its_own_pace() -> None:
    both = opened(
        asked(1, 0), stands(1, 0), stands(1, 0, ROOM), asked(2, 10), stands(2, 10, ROOM),
        asked(3, 20), stands(2, 21),
    )  # fmt: skip
    assert waits_until(both, 3, at(21), ROOM) is None
    assert waits_until(both, 3, at(21), CHANNEL) == 23


def test_near_the_end_overdue_topics_are_spread_over_what_is_left() -> None:
    log: list[Event] = [asked(n, 10 * (n - 1)) for n in (1, 2, 3, 4, 5)]
    minutes, now = [], 56.0
    for number in range(1, 6):
        while (until := waits_until(opened(*log), number, at(now))) is not None:
            now = until
        minutes.append(now)
        log.append(stands(number, now))
    assert minutes == pytest.approx([56, 56.8, 57.6, 58.4, 59.2])


def test_a_topic_that_was_given_up_takes_no_time_from_those_after_it() -> None:
    log = (asked(1, 0), asked(2, 10), asked(3, 20), stands(2, 56))
    assert waits_until(opened(*log), 3, at(56)) == 58


@given(
    st.integers(1, 59 * 60),
    st.lists(st.integers(0, 59 * 60), min_size=1, max_size=5),
)
def test_all_that_is_overdue_comes_in_time_and_apart_whenever_the_way_is_open_again(
    way_open: int, dues: list[int]
) -> None:
    topics = [second for second in sorted(dues) if second <= way_open]
    log: list[Event] = [asked(n, second / 60) for n, second in enumerate(topics, 1)]
    now = way_open / 60
    came = []
    for number in range(1, len(topics) + 1):
        while (until := waits_until(opened(*log), number, at(now))) is not None:
            assert until > now
            now = until
        came.append(now)
        log.append(stands(number, now))
    assert all(minute < 60 for minute in came)
    fits = 60 - way_open / 60 > 2 * len(topics)
    for earlier, later, due in zip(came, came[1:], topics[1:], strict=False):
        if fits and way_open - due > 11:
            assert later - earlier == pytest.approx(2) or later - earlier > 2


def test_other_posts_wait_for_no_topic() -> None:
    late = opened(asked(1, 0), stands(1, 5))
    for kind in (PostKind.NOTICE, PostKind.CLOSING, PostKind.OPENING):
        assert isinstance(when_its_turn_comes(late, post(kind), OPENS, at(5)), Post)
    rest = Post(CHANNEL, PostKind.TOPIC, ("(2/2) and so on",))
    assert isinstance(when_its_turn_comes(late, rest, OPENS, at(5)), Post)


# ---------------------------------------------------------------- threads

OWN = events.ThreadOpened(OPENS, CHANNEL, "17", "17")


def sent(the_chat: Chat, action: Action, minutes: float = 1) -> Action:
    found = when_its_turn_comes(the_chat, action, OPENS, at(minutes))
    assert found is not None
    assert not isinstance(found, datetime)
    return found


@pytest.mark.parametrize("kind", [PostKind.TOPIC, PostKind.NOTICE, PostKind.CLOSING])
def test_a_chat_that_has_a_thread_speaks_there(kind: PostKind) -> None:
    found = sent(opened(OWN), post(kind))
    assert isinstance(found, Post)
    assert (found.into, found.opens) == ("17", None)
    elsewhere = sent(opened(OWN, rooms=(CHANNEL, OTHER)), replace(post(kind), room=OTHER))
    assert isinstance(elsewhere, Post)
    assert elsewhere.into is None


def test_what_calls_people_together_and_what_is_published_stands_in_the_room() -> None:
    reminder = post(PostKind.REMINDER)
    assert sent(chat(), reminder, -5) == reminder
    opening = replace(post(PostKind.OPENING), opens=Thread("Urology Journal Club", HOUR))
    published = replace(post(PostKind.TRANSCRIPT), encloses=Enclosure.TRANSCRIPT)
    for action in (opening, published):
        assert sent(opened(OWN), action) == action


def test_with_a_thread_for_each_topic_posts_stand_in_the_room_and_open_their_own() -> None:
    per_topic = opened(asked(1, 0), thread_per_topic=True)
    first = replace(topic(1), opens=Thread("T1: Question 1?", HOUR))
    assert sent(per_topic, first) == first
    assert sent(per_topic, post(PostKind.CLOSING)) == post(PostKind.CLOSING)


def test_where_the_chats_thread_is_missing_its_next_topic_opens_one_in_the_room() -> None:
    lost = opened(OWN, events.ThreadLost(at(5), CHANNEL, "17"), asked(1, 0), asked(2, 10))
    expected = Thread("Urology Journal Club", HOUR)
    assert sent(lost, topic(2), 11) == replace(topic(2), opens=expected)
    notice = sent(lost, post(PostKind.NOTICE), 11)
    assert isinstance(notice, Post)
    assert (notice.into, notice.opens) == (None, None)
    assert sent(opened(asked(1, 0)), topic(1)) == replace(topic(1), opens=expected)


def test_in_our_own_rooms_a_topic_opens_no_thread_of_the_chat() -> None:
    assert sent(opened(asked(1, 0)), topic(1, ROOM)) == topic(1, ROOM)


def test_keeping_open_and_putting_away_concern_all_threads_of_the_room() -> None:
    threads = opened(
        OWN,
        events.TopicPosted(at(0), 1, CHANNEL, "18", "18"),
        events.TopicPosted(at(0), 1, OTHER, "19", "19"),
    )
    for action in (KeepOpen(CHANNEL), Archive(CHANNEL)):
        assert sent(threads, action) == replace(action, threads=("17", "18"))
    assert sent(opened(), Archive(CHANNEL)) == Archive(CHANNEL)


# ---------------------------------------------------------------- what asks somebody to come


def test_what_asks_somebody_to_come_lapses_once_the_next_one_is_asked_or_somebody_came() -> None:
    called = steps.Called(at(0), 1, CHANNEL, "5", "Lee", "", None, steps.Asking.PERSON)
    first = steps.Paged(at(0), 1, "discord:1", 1)
    page = Tell(privately("discord", "call1/1"), ("1",), "", ("Come",), call=1, page=1)
    news = Tell(privately("discord", "call1/taken"), ("5",), "", ("X comes",), call=1)
    calling = opened(called, first)
    assert when_its_turn_comes(calling, page, at(0), at(60)) == page
    later = opened(called, first, steps.Paged(at(2), 1, "discord:2", 1))
    assert when_its_turn_comes(later, page, at(0), at(60)) is None
    taken = opened(called, first, steps.Taken(at(1), 1, "discord:1", "Mo"))
    assert when_its_turn_comes(taken, page, at(0), at(60)) is None
    assert when_its_turn_comes(taken, news, at(0), at(60)) == news
