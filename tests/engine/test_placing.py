"""Where a message stands: its timing, its topics, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.engine import events
from bot.engine.agenda import Agenda, Room
from bot.engine.fold import apply
from bot.engine.messages import Message, PlacedBy, Tally, Timing
from bot.engine.people import Role
from bot.engine.placing import place, unsettles
from bot.engine.state import Chat, Posted, Stage, TopicState

ROOM = Room("local", "urojc")
OTHER = Room("slack", "C1")
OPENS = datetime(2026, 12, 6, 20, 0, tzinfo=UTC)
AGENDA = Agenda("Journal Club", "Australia/Sydney", timedelta(hours=2), (ROOM, OTHER), ())


def at(minutes: float) -> datetime:
    """Return the time so many minutes after the opening."""
    return OPENS + timedelta(minutes=minutes)


Post = tuple[int, Room, float] | tuple[int, Room, float, str | None]


def chat(*posts: Post) -> Chat:
    """Return a two-hour chat with four topics, posted as (number, room, minutes[, thread])."""
    topics = tuple(
        TopicState(
            number,
            f"Question {number}?",
            at(10 * number),
            posts=tuple(
                Posted(room, at(minutes), f"post-{number}", thread[0] if thread else None)
                for topic, room, minutes, *thread in posts
                if topic == number
            ),
        )
        for number in range(1, 5)
    )
    return Chat(
        "urojc-2026-12-07", "urojc", AGENDA, at(-60), OPENS, at(120), stage=Stage.OPEN,
        topics=topics,
    )  # fmt: skip


THREE = chat((1, ROOM, 10, "T1"), (2, ROOM, 20, "T2"), (3, ROOM, 30, "T3"))


def said(minutes: float, *labels: int, **facts: object) -> Message:
    message = Message(
        THREE.id, ROOM, "m5", said=True, at=at(minutes), author="ann", labels=labels,
        worded_at=at(minutes),
    )  # fmt: skip
    return message._replace(**facts)  # type: ignore[arg-type]


def placed(
    the_chat: Chat, message: Message, parent: Message | None = None
) -> tuple[tuple[int, ...], PlacedBy]:
    result = place(the_chat, message, parent)
    return result.topics, result.placed_by


# ---------------------------------------------------------------- timing


@pytest.mark.parametrize(
    ("moment", "timing"),
    [
        (OPENS - timedelta(microseconds=1), Timing.EARLY),
        (OPENS, Timing.ON_TIME),
        (at(120), Timing.ON_TIME),
        (at(120) + timedelta(microseconds=1), Timing.LATE),
    ],
)
def test_the_window_includes_both_its_ends(moment: datetime, timing: Timing) -> None:
    assert place(THREE, said(0)._replace(at=moment), None).timing is timing


def test_after_a_close_by_hand_a_message_is_late_before_the_planned_end() -> None:
    closed = apply(THREE, events.Closed(at(60), by="local:henry"))
    assert place(closed, said(60), None).timing is Timing.ON_TIME
    assert place(closed, said(61), None).timing is Timing.LATE


def test_a_chat_that_closes_itself_late_still_ends_at_its_planned_end() -> None:
    closed = apply(THREE, events.Closed(at(300)))
    assert place(closed, said(121), None).timing is Timing.LATE


# ---------------------------------------------------------------- reasons, and their order


def test_by_time_the_last_topic_posted_in_the_room_counts() -> None:
    assert placed(THREE, said(9.9)) == ((), PlacedBy.NONE)
    assert placed(THREE, said(10)) == ((1,), PlacedBy.TIME)
    assert placed(THREE, said(29.9)) == ((2,), PlacedBy.TIME)
    assert placed(THREE, said(119)) == ((3,), PlacedBy.TIME)


def test_by_time_only_posts_in_the_own_room_count() -> None:
    both = chat((1, ROOM, 10), (1, OTHER, 11), (2, OTHER, 20))
    assert placed(both, said(25)) == ((1,), PlacedBy.TIME)
    assert placed(both, said(25, room=OTHER)) == ((2,), PlacedBy.TIME)


def test_by_time_the_later_post_counts_even_of_a_lower_number() -> None:
    out_of_order = chat((2, ROOM, 10), (1, ROOM, 20))
    assert placed(out_of_order, said(15)) == ((2,), PlacedBy.TIME)
    assert placed(out_of_order, said(25)) == ((1,), PlacedBy.TIME)
    at_once = chat((1, ROOM, 20), (2, ROOM, 20))
    assert placed(at_once, said(25)) == ((2,), PlacedBy.TIME)


def test_a_label_counts_over_time_and_several_count_together() -> None:
    assert placed(THREE, said(35, 1)) == ((1,), PlacedBy.LABEL)
    assert placed(THREE, said(35, 1, 3)) == ((1, 3), PlacedBy.LABEL)


def test_a_label_for_a_topic_that_is_not_there_yet_is_no_label() -> None:
    assert placed(THREE, said(25, 3)) == ((2,), PlacedBy.TIME)
    assert placed(THREE, said(25, 1, 3)) == ((1,), PlacedBy.LABEL)
    assert placed(THREE, said(35, 4)) == ((3,), PlacedBy.TIME), "planned, never posted"
    assert placed(THREE, said(35, 99)) == ((3,), PlacedBy.TIME), "not even planned"
    assert placed(THREE, said(5, 1)) == ((), PlacedBy.NONE)


def test_a_label_counts_from_the_moment_of_the_post() -> None:
    """So a topic's own post, which bears its label, stands under it."""
    assert placed(THREE, said(30, 3)) == ((3,), PlacedBy.LABEL)
    assert placed(THREE, said(29.99, 3)) == ((2,), PlacedBy.TIME)


def test_a_topic_posted_in_any_room_can_be_labelled() -> None:
    elsewhere = chat((1, ROOM, 10), (2, OTHER, 20))
    assert placed(elsewhere, said(25, 2)) == ((2,), PlacedBy.LABEL)
    assert placed(elsewhere, said(19, 2)) == ((1,), PlacedBy.TIME)


def test_a_label_written_by_an_edit_counts_from_the_edit_on() -> None:
    reworded = said(15, 3, edited=True, worded_at=at(31))
    assert placed(THREE, reworded) == ((3,), PlacedBy.LABEL)
    too_soon = said(15, 3, edited=True, worded_at=at(29))
    assert placed(THREE, too_soon) == ((1,), PlacedBy.TIME)


def test_a_message_whose_wording_has_no_time_is_judged_by_its_own() -> None:
    assert placed(THREE, said(35, 3, worded_at=None)) == ((3,), PlacedBy.LABEL)
    assert placed(THREE, said(25, 3, worded_at=None)) == ((2,), PlacedBy.TIME)


def test_a_topics_own_thread_counts_over_reply_and_time() -> None:
    parent = place(THREE, said(21, 3, id="m1"), None)
    in_thread = said(35, thread="T2", reply_to="m1")
    assert placed(THREE, in_thread, parent) == ((2,), PlacedBy.THREAD)


def test_a_label_counts_over_the_thread() -> None:
    assert placed(THREE, said(35, 1, thread="T2")) == ((1,), PlacedBy.LABEL)
    assert placed(THREE, said(35, 9, thread="T2")) == ((2,), PlacedBy.THREAD)


def test_a_thread_counts_only_in_its_room_and_once_its_topic_is_posted() -> None:
    assert placed(THREE, said(35, thread="T2", room=OTHER)) == ((), PlacedBy.NONE)
    assert placed(THREE, said(15, thread="T2")) == ((1,), PlacedBy.TIME)
    assert placed(THREE, said(35, thread="somebody's own")) == ((3,), PlacedBy.TIME)


def test_posts_without_threads_hold_no_messages_without_threads() -> None:
    plain = chat((1, ROOM, 10), (2, ROOM, 20))
    assert placed(plain, said(15)) == ((1,), PlacedBy.TIME)


def test_a_reply_takes_over_all_topics_of_what_it_answers() -> None:
    parent = place(THREE, said(31, 1, 2, id="m1"), None)
    assert placed(THREE, said(50, reply_to="m1"), parent) == ((1, 2), PlacedBy.REPLY)


def test_a_reply_to_an_untied_message_is_placed_by_time() -> None:
    parent = place(THREE, said(5, id="m1"), None)
    assert parent.topics == ()
    assert placed(THREE, said(15, reply_to="m1"), parent) == ((1,), PlacedBy.TIME)


def test_a_reply_to_what_is_not_known_is_placed_by_time() -> None:
    assert placed(THREE, said(15, reply_to="gone")) == ((1,), PlacedBy.TIME)
    only_edited = place(THREE, said(12, 1, id="m1", said=False), None)
    assert placed(THREE, said(25, reply_to="m1"), only_edited) == ((2,), PlacedBy.TIME)


def test_a_reply_into_another_chat_is_placed_by_time() -> None:
    parent = place(THREE, said(11, id="m1"), None)._replace(chat="urojc-2026-11-02")
    assert placed(THREE, said(25, reply_to="m1"), parent) == ((2,), PlacedBy.TIME)


def test_nobody_answers_what_comes_later() -> None:
    later = place(THREE, said(40, 1, id="m1"), None)
    assert placed(THREE, said(25, reply_to="m1"), later) == ((2,), PlacedBy.TIME)
    itself = place(THREE, said(25, 1), None)
    assert placed(THREE, said(25, reply_to="m5"), itself) == ((2,), PlacedBy.TIME)


def test_of_two_messages_at_one_moment_only_one_can_answer_the_other() -> None:
    first, second = said(25, 1, id="m1", reply_to="m2"), said(25, 1, id="m2", reply_to="m1")
    tied = {m.id: place(THREE, m, None) for m in (first, second)}
    unlabelled = (first._replace(labels=()), second._replace(labels=()))
    assert placed(THREE, unlabelled[0], tied["m2"])[1] is PlacedBy.TIME
    assert placed(THREE, unlabelled[1], tied["m1"])[1] is PlacedBy.REPLY


def test_a_moderators_correction_counts_over_everything() -> None:
    message = said(35, 1, thread="T2")
    corrected = apply(THREE, events.Corrected(at(50), message.key, (3,), by="local:henry"))
    assert placed(corrected, message) == ((3,), PlacedBy.MODERATOR)
    assert placed(corrected, message._replace(id="m6")) == ((1,), PlacedBy.LABEL)


def test_a_moderator_can_take_a_message_out_of_all_topics() -> None:
    message = said(35, 1)
    corrected = apply(THREE, events.Corrected(at(50), message.key, (), by="local:henry"))
    assert placed(corrected, message) == ((), PlacedBy.MODERATOR)


@pytest.mark.parametrize("role", list(Role))
def test_everybodys_messages_are_placed_the_same_way(role: Role) -> None:
    assert placed(THREE, said(35, 1, role=role)) == ((1,), PlacedBy.LABEL)
    assert placed(THREE, said(15, role=role)) == ((1,), PlacedBy.TIME)


# ---------------------------------------------------------------- for every chat and message

minutes = st.integers(-30, 150)
rooms = st.sampled_from([ROOM, OTHER])
threads = st.sampled_from([None, "T1", "T2", "T3", "T4", "x"])
posts = st.tuples(st.integers(1, 4), rooms, minutes, threads)
chats = st.lists(posts, max_size=6).map(lambda given: chat(*given))
labelled = st.lists(st.integers(1, 6), max_size=3, unique=True).map(sorted).map(tuple)


@st.composite
def messages(draw: st.DrawFn, name: str) -> Message:
    moment = draw(minutes)
    worded = draw(st.none() | st.integers(moment, 150))
    return said(
        moment,
        *draw(labelled),
        id=name,
        room=draw(rooms),
        said=draw(st.booleans()),
        edited=worded is not None,
        worded_at=None if worded is None else at(worded),
        thread=draw(threads),
        reply_to="m1",
    )


@given(chats, messages("m5"), messages("m1"))
def test_only_timing_topics_and_reason_are_set(
    the_chat: Chat, message: Message, parent: Message
) -> None:
    result = place(the_chat, message, place(the_chat, parent, None))
    assert result._replace(
        timing=message.timing, topics=message.topics, placed_by=message.placed_by
    ) == message  # fmt: skip
    assert list(result.topics) == sorted(set(result.topics))
    assert (result.topics == ()) == (result.placed_by is PlacedBy.NONE)


@given(chats, messages("m5"), messages("m1"), st.text(), st.sampled_from(list(Role)))
def test_placing_does_not_depend_on_the_text_the_person_or_an_earlier_placing(
    the_chat: Chat, message: Message, parent: Message, text: str, role: Role
) -> None:
    parent = place(the_chat, parent, None)
    expected = placed(the_chat, message, parent)
    other = message._replace(
        text=text, name=text, author=text, role=role, withdrawn=True,
        topics=(9,), placed_by=PlacedBy.MODERATOR, timing=Timing.LATE,
    )  # fmt: skip
    assert placed(the_chat, other, parent) == expected
    assert placed(the_chat, place(the_chat, message, parent), parent) == expected


@given(chats, messages("m5"))
def test_the_order_in_which_a_topics_posts_were_noted_does_not_matter(
    the_chat: Chat, message: Message
) -> None:
    turned = replace(
        the_chat,
        topics=tuple(replace(topic, posts=topic.posts[::-1]) for topic in the_chat.topics),
    )
    assert place(turned, message, None) == place(the_chat, message, None)


@given(chats, messages("m5"), posts)
def test_a_topic_posted_later_changes_nothing_that_was_said_and_worded_before(
    the_chat: Chat, message: Message, post: tuple[int, Room, int, str | None]
) -> None:
    number, room, moment, thread = post
    posted = events.TopicPosted(at(moment), number, room, "ref", thread)
    since = unsettles(posted)
    assert since is not None
    assume(max(message.at, message.worded_at or message.at) < since)
    assert place(apply(the_chat, posted), message, None) == place(the_chat, message, None)


@given(chats, messages("m5"), st.integers(0, 119), st.integers(1, 60))
def test_closing_or_extending_changes_nothing_that_was_said_before(
    the_chat: Chat, message: Message, moment: int, longer: int
) -> None:
    for event in (
        events.Closed(at(moment), by="local:henry"),
        events.Extended(at(moment), at(120 + longer)),
    ):
        since = unsettles(event)
        assert since is not None
        if message.at < since:
            assert place(apply(the_chat, event), message, None) == place(the_chat, message, None)


# ---------------------------------------------------------------- what must be placed anew


def test_a_new_agenda_unsettles_everything() -> None:
    assert unsettles(events.Replanned(at(-9), AGENDA, OPENS, at(120))) == datetime.min.replace(
        tzinfo=UTC
    )


@pytest.mark.parametrize(
    "event",
    [
        events.Opened(at(0)),
        events.TopicOpened(at(10), 1),
        events.TopicSkipped(at(10), 1),
        events.TopicAdded(at(10), 5, "Why?", at(50)),
        events.Paused(at(10)),
        events.Resumed(at(10)),
        events.Withdrew(at(10), "local:ann"),
        events.Summarised(at(130), Tally()),
        events.Archived(at(140)),
    ],
)
def test_other_events_unsettle_nothing(event: events.Event) -> None:
    assert unsettles(event) is None


def test_the_bots_own_closing_post_is_not_late() -> None:
    after = said(121, role=Role.BOT)
    assert place(THREE, after, None).timing is Timing.ON_TIME
    assert place(THREE, after._replace(role=Role.MODERATOR), None).timing is Timing.LATE


# ---------------------------------------------------------------- rooms with other talk too

CHANNEL = Room("discord", "9")


def in_channel(*posts: Post, **fields: object) -> Chat:
    """Return a chat in a channel; without `thread` in its posts it has a thread of its own, 17."""
    held = replace(chat(*posts), agenda=replace(AGENDA, rooms=(CHANNEL,), **fields))  # type: ignore[arg-type]
    return held if fields else apply(held, events.ThreadOpened(OPENS, CHANNEL, "17", "17"))


ONE_THREAD = in_channel((1, CHANNEL, 10), (2, CHANNEL, 20))
PER_TOPIC = in_channel((1, CHANNEL, 10, "18"), (2, CHANNEL, 20, "19"), thread_per_topic=True)


@pytest.mark.parametrize("thread", ["17", None])
def test_in_the_chats_thread_and_in_the_channel_a_message_stands_where_its_time_puts_it(
    thread: str | None,
) -> None:
    for minute, expected in ((5, ()), (15, (1,)), (25, (2,))):
        assert placed(ONE_THREAD, said(minute, room=CHANNEL, thread=thread))[0] == expected
    assert placed(ONE_THREAD, said(25, 1, room=CHANNEL, thread=thread)) == ((1,), PlacedBy.LABEL)


def test_a_reply_to_a_topics_post_stands_under_it_in_the_chats_thread() -> None:
    post = said(10, 1, room=CHANNEL, thread="17", id="t1", role=Role.BOT, author="rounds")
    parent = place(ONE_THREAD, post, None)
    answer = said(25, room=CHANNEL, thread="17", reply_to="t1")
    assert placed(ONE_THREAD, answer, parent) == ((1,), PlacedBy.REPLY)


def test_in_a_topics_own_thread_a_message_stands_under_that_topic_however_late() -> None:
    for minute in (11, 25, 119, 500):
        message = said(minute, room=CHANNEL, thread="18")
        assert placed(PER_TOPIC, message) == ((1,), PlacedBy.THREAD)
    assert place(PER_TOPIC, said(500, room=CHANNEL, thread="18"), None).timing is Timing.LATE
    assert placed(PER_TOPIC, said(25, 2, room=CHANNEL, thread="18")) == ((2,), PlacedBy.LABEL)


def test_in_the_channel_of_topics_with_threads_a_message_stands_under_the_last_one() -> None:
    assert placed(PER_TOPIC, said(25, room=CHANNEL)) == ((2,), PlacedBy.TIME)
    post = place(PER_TOPIC, said(10, 1, room=CHANNEL, id="18", author="rounds"), None)
    answer = said(25, room=CHANNEL, reply_to="18")
    assert placed(PER_TOPIC, answer, post) == ((1,), PlacedBy.REPLY)


def test_a_topic_that_opened_the_chats_thread_anew_has_none_of_its_own() -> None:
    anew = in_channel((1, CHANNEL, 10), (2, CHANNEL, 20), (3, CHANNEL, 30))
    anew = apply(anew, events.ThreadLost(at(15), CHANNEL, "17"))
    anew = apply(anew, events.ThreadOpened(at(20), CHANNEL, "t2", "t2"))
    assert placed(anew, said(35, room=CHANNEL, thread="t2")) == ((3,), PlacedBy.TIME)


@pytest.mark.parametrize(
    "event",
    [
        events.ThreadOpened(at(0), CHANNEL, "17", "17"),
        events.ThreadLost(at(0), CHANNEL, "17"),
        events.KeptOpen(at(0)),
        events.Hindered(at(0), CHANNEL, "no."),
        events.Unhindered(at(0), CHANNEL),
    ],
)
def test_what_becomes_of_threads_and_refusals_moves_no_message(event: events.Event) -> None:
    assert unsettles(event) is None
    message = said(25, room=CHANNEL, thread="17")
    assert place(apply(ONE_THREAD, event), message, None) == place(ONE_THREAD, message, None)
