"""The choices of a chat, as scripts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.engine import events, signals
from bot.engine.actions import Archive, Post, PostKind
from bot.engine.agenda import Room
from bot.engine.chat import decide, wake_at
from bot.engine.commands import Extend, parse
from bot.engine.errors import BrokenLog, Refused
from bot.engine.fold import apply, fold
from bot.engine.messages import Tally, TopicTally
from bot.engine.people import Person
from bot.engine.state import STAGES, Stage
from tests.engine.script import ANN, HENRY, OPENS, ROOM, Script, agenda


def test_a_chat_opens_posts_its_topics_on_time_and_closes_itself() -> None:
    chat = Script(agenda("0m", "6h", "24h"))
    chat.passes("24h")
    assert [post.split("\n")[0] for post in chat.posted()] == [
        "Welcome to Urology Journal Club.",
        "T1: Question 1?",
    ]
    chat.passes("48h")
    assert chat.hours() == [(1, 0), (2, 6), (3, 24)]
    assert chat.it.stage is Stage.CLOSED
    assert chat.it.closed_at == OPENS + timedelta(hours=48)


def test_every_scheduled_post_says_what_comes_next_and_when() -> None:
    chat = Script(agenda("0m", "6h"))
    chat.passes("30h")
    _opening, first, second = chat.posted()
    assert first.endswith("Next: T2, 2026-12-07 02:00 UTC. The chat closes 2026-12-08 20:00 UTC.")
    assert second.endswith("\n\nThe chat closes 2026-12-08 20:00 UTC.")


def test_a_chat_that_was_asleep_opens_late_and_keeps_its_window() -> None:
    chat = Script(agenda("0m", "6h"))
    chat.sleeps("25h")
    assert chat.it.opened_at == OPENS + timedelta(hours=1)
    assert (chat.it.opens_at, chat.it.closes_at) == (OPENS, OPENS + timedelta(hours=48))


def test_a_chat_whose_whole_window_was_slept_through_is_missed() -> None:
    chat = Script(agenda("0m"))
    assert [type(e) for e in chat.sleeps("73h")] == [events.Missed]
    assert chat.posted() == []
    assert wake_at(chat.it) is None


def test_a_chat_whose_end_was_slept_through_closes_and_posts_no_topic() -> None:
    chat = Script(agenda("0m", "6h"))
    chat.passes("25h")
    chat.posted()
    chat.sleeps("60h")
    assert chat.it.stage is Stage.CLOSED
    assert chat.posted() == []
    assert chat.it.ends_at == OPENS + timedelta(hours=48)


def test_overdue_topics_come_two_minutes_apart_and_the_rest_keep_their_distance() -> None:
    chat = Script(agenda("0m", "10m", "20m", "40m", "50m", window="90m"))
    chat.passes("24h")  # T1 comes in time
    chat.sleeps("25m")  # T2 and T3 are overdue
    chat.passes("60m")
    assert chat.minutes() == [(1, 0), (2, 25), (3, 27), (4, 47), (5, 57)]


def test_a_late_topics_post_names_the_moment_at_which_the_next_one_really_comes() -> None:
    chat = Script(agenda("0m", "10m", "20m", window="90m"))
    chat.sleeps("1445m")  # the chat opens 5 minutes late, and so does T1
    chat.passes("80m")
    assert chat.minutes() == [(1, 5), (2, 15), (3, 25)]
    first, second = (post for post in chat.posted() if post.startswith(("T1", "T2")))
    assert "Next: T2, 2026-12-06 20:15 UTC." in first
    assert "Next: T3, 2026-12-06 20:25 UTC." in second


def test_where_distances_lead_past_the_end_topics_keep_their_own_moments() -> None:
    chat = Script(agenda("0m", "10m", "20m", "40m", "50m", window="55m"))
    chat.passes("24h")
    chat.sleeps("25m")
    chat.passes("40m")
    assert chat.minutes() == [(1, 0), (2, 25), (3, 27), (4, 40), (5, 50)]


def test_where_even_that_is_too_late_topics_are_spread_over_what_is_left() -> None:
    chat = Script(agenda("0m", "10m", "20m", "30m", "40m", window="1h"))
    chat.passes("24h")
    chat.sleeps("56m")
    chat.passes("10m")
    assert chat.minutes() == [(1, 0), (2, 56), (3, 57), (4, 58), (5, 59)]


def test_a_pause_holds_topics_back_while_the_window_runs_on() -> None:
    chat = Script(agenda("0m", "6h", "12h"))
    chat.passes("25h")
    chat.asks("pause")
    chat.passes("8h")
    assert chat.hours() == [(1, 0)]
    chat.asks("resume")
    chat.passes("24h")
    assert chat.hours() == [(1, 0), (2, 9), (3, 15)]
    assert chat.it.closes_at == OPENS + timedelta(hours=48)


def test_a_paused_chat_closes_itself() -> None:
    chat = Script(agenda("0m", "6h"))
    chat.passes("25h")
    chat.asks("pause")
    chat.passes("48h")
    assert chat.it.stage is Stage.CLOSED


def test_next_uses_up_the_next_topics_own_moment_only() -> None:
    chat = Script(agenda("0m", "6h", "12h"))
    chat.passes("25h")
    chat.asks("next")
    chat.passes("24h")
    assert chat.hours() == [(1, 0), (2, 1), (3, 12)]


def test_next_also_posts_while_paused() -> None:
    chat = Script(agenda("0m", "6h"))
    chat.passes("25h")
    chat.asks("pause")
    chat.asks("next")
    assert chat.hours() == [(1, 0), (2, 1)]


def test_a_skipped_topic_keeps_its_number_and_is_never_posted() -> None:
    chat = Script(agenda("0m", "6h", "12h"))
    chat.passes("25h")
    chat.asks("skip")
    chat.passes("24h")
    assert chat.hours() == [(1, 0), (3, 12)]
    assert chat.it.topics[1].skipped


def test_an_added_topic_follows_the_last_timed_one_at_the_usual_distance() -> None:
    chat = Script(agenda("0m", "6h", "12h"))
    chat.passes("25h")
    chat.asks("topic And now?")
    chat.passes("24h")
    assert chat.hours() == [(1, 0), (2, 6), (3, 12), (4, 18)]


def test_an_added_topic_comes_with_next_once_those_before_it_are_out() -> None:
    chat = Script(agenda("0m", "6h"))
    chat.passes("25h")
    chat.asks("topic And now?")
    chat.asks("next")
    chat.asks("next", after="1m")
    assert [number for number, _ in chat.opened()] == [1, 2, 3]


def test_an_added_topic_never_falls_past_the_end() -> None:
    chat = Script(agenda("0m", "40h"))
    chat.passes("70h")
    chat.asks("topic And now?")
    chat.passes("20h")
    assert chat.opened()[-1][0] == 3


def test_extend_moves_the_end_and_says_so_in_the_room() -> None:
    chat = Script(agenda("0m"))
    chat.passes("25h")
    chat.posted()
    chat.asks("extend 2h")
    assert chat.posted() == ["The chat goes on longer. The chat closes 2026-12-08 22:00 UTC."]
    chat.passes("48h30m")
    assert chat.it.stage is Stage.OPEN
    chat.passes("30m")
    assert chat.it.closed_at == OPENS + timedelta(hours=50)


def test_close_ends_the_chat_at_that_moment() -> None:
    chat = Script(agenda("0m", "6h"))
    chat.passes("25h")
    chat.asks("close")
    assert chat.it.ends_at == OPENS + timedelta(hours=1)
    assert chat.it.closes_at == OPENS + timedelta(hours=48)
    assert chat.passes("20h") == []


def test_the_counted_chat_says_how_it_was_attended_then_is_locked_and_archived() -> None:
    chat = Script(agenda("0m", closing="Thank you."))
    chat.passes("73h")
    chat.posted()
    chat.take(signals.Counted(chat.now, Tally(2, 1, 5, (TopicTally(1, 5, 2),))))
    post, archive = chat.actions
    assert isinstance(post, Post)
    assert post.kind is PostKind.CLOSING
    counts = "2 participants wrote 5 messages. By topic: T1 5."
    assert post.words == (f"Closed: Urology Journal Club. {counts}\n\nThank you.",)
    assert archive == Archive(ROOM)
    assert chat.take(signals.Counted(chat.now, Tally())) == []


def test_the_chat_is_archived_once_its_last_room_is() -> None:
    other = Room("local", "second")
    chat = Script(agenda("0m", rooms=(ROOM, other)))
    chat.passes("73h")
    chat.take(signals.Counted(chat.now, Tally()))
    chat.take(signals.Delivered(chat.now, "k/1/0", Archive(ROOM)))
    assert chat.it.archived == {ROOM}
    chat.take(signals.Undeliverable(chat.now, "k/1/1", Archive(other), "gone"))
    assert chat.it.stage is Stage.ARCHIVED
    assert chat.take(signals.Delivered(chat.now, "k/1/0", Archive(ROOM))) == []


def test_a_delivered_topic_is_posted_once_however_often_it_is_reported() -> None:
    chat = Script(agenda("0m"))
    chat.passes("24h")
    post = next(a for a in chat.actions if isinstance(a, Post) and a.topic == 1)
    report = signals.Delivered(chat.now, "k/2/0", post, "ref", "T1: Question 1?")
    assert [type(e) for e in chat.take(report)] == [events.TopicPosted]
    assert chat.take(report) == []


def test_reminders_come_before_the_opening_and_none_comes_late() -> None:
    reminders = (timedelta(hours=24), timedelta(minutes=15))
    chat = Script(agenda("0m", reminders=reminders), planned="25h")
    chat.passes("2h")
    assert [post.split(".")[0] for post in chat.posted()] == [
        "Coming up: Urology Journal Club opens 2026-12-06 20:00 UTC"
    ]
    chat.sleeps("22h50m")  # ten minutes before the opening
    assert chat.posted() == []
    assert isinstance(chat.log[-1], events.ReminderLapsed)


def test_a_reminder_whose_moment_had_passed_when_the_chat_was_planned_is_not_sent() -> None:
    reminders = (timedelta(hours=24), timedelta(minutes=15))
    chat = Script(agenda("0m", reminders=reminders), planned="10h")
    chat.passes("9h50m")
    assert len(chat.posted()) == 1


def test_only_moderators_change_a_chat() -> None:
    chat = Script(agenda("0m", "6h"))
    chat.passes("25h")
    for command in ("next", "topic x", "skip", "pause", "resume", "extend 1h", "close"):
        assert "for the moderators" in chat.is_refused(command, by=ANN)


def test_everybody_may_withdraw() -> None:
    chat = Script(agenda("0m"))
    chat.passes("25h")
    assert chat.asks("withdraw", by=ANN) == [events.Withdrew(chat.now, "local:ann")]


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ("resume", "The chat is not paused; topics come at their moments."),
        ("next", "Every topic has been posted. Add one with /chat topic and your question."),
        ("extend 99d", "A chat lasts at most 31 days in all. Say by how much: /chat extend 2h"),
        ("place 17 T9", "There is no T9 in this chat; its only topic is T1."),
    ],
)
def test_what_cannot_be_is_refused_in_words(command: str, sentence: str) -> None:
    chat = Script(agenda("0m"))
    chat.passes("25h")
    assert chat.is_refused(command) == sentence


def test_a_chat_that_has_not_opened_or_is_over_refuses_to_go_on() -> None:
    chat = Script(agenda("0m"))
    assert "has not opened yet" in chat.is_refused("next")
    chat.passes("25h")
    chat.asks("close")
    assert "is over" in chat.is_refused("extend 1h")


def test_a_command_after_the_end_that_nobody_has_closed_yet_is_refused() -> None:
    chat = Script(agenda("0m"))
    chat.passes("25h")
    chat.now += timedelta(hours=48)
    with pytest.raises(Refused, match="is over"):
        decide(chat.chat, signals.Asked(chat.now, ROOM, HENRY, Extend(timedelta(hours=1))))


def test_a_moderator_opens_a_chat_at_once_and_topics_count_from_then() -> None:
    at = OPENS + timedelta(days=3)
    start = signals.StartAsked(at, ROOM, HENRY, "urojc-2026-12-10", "urojc", agenda("0m", "6h"))
    chat = fold(decide(None, start))
    assert (chat.stage, chat.opens_at, chat.opened_by) == (Stage.OPEN, at, "local:henry")
    assert chat.topics[0].opened_at == at
    assert chat.topics[1].due == at + timedelta(hours=6)


def test_a_participant_cannot_open_a_chat() -> None:
    start = signals.StartAsked(OPENS, ROOM, ANN, "urojc-2026-12-10", "urojc", agenda("0m"))
    with pytest.raises(Refused, match="for the moderators"):
        decide(None, start)


def test_without_a_list_of_moderators_the_rooms_stewards_moderate() -> None:
    plan = agenda("0m", moderators={})
    steward = Person("local", "zoe", "Zoe", steward=True)
    start = signals.StartAsked(OPENS, ROOM, steward, "urojc-2026-12-10", "urojc", plan)
    assert fold(decide(None, start)).stage is Stage.OPEN


def test_a_rewritten_agenda_is_taken_over_until_the_chat_opens() -> None:
    chat = Script(agenda("0m"))
    later = OPENS + timedelta(hours=1)
    chat.take(signals.AgendaChanged(chat.now, agenda("0m", "1h"), later))
    assert (chat.it.opens_at, len(chat.it.topics)) == (later, 2)
    assert chat.take(signals.AgendaChanged(chat.now, agenda("0m", "1h"), later)) == []
    chat.passes("26h")
    assert chat.take(signals.AgendaChanged(chat.now, agenda("0m"), OPENS)) == []


def test_a_date_that_is_taken_back_is_cancelled() -> None:
    chat = Script(agenda("0m"))
    chat.take(signals.AgendaChanged(chat.now, None, None))
    assert chat.it.stage is Stage.CANCELLED
    assert chat.passes("30h") == []


def test_a_log_that_contradicts_itself_is_broken() -> None:
    chat = Script(agenda("0m"))
    with pytest.raises(BrokenLog):
        apply(chat.it, events.Closed(OPENS))
    with pytest.raises(BrokenLog):
        apply(chat.it, events.TopicOpened(OPENS, 7))
    with pytest.raises(BrokenLog):
        fold([])


def test_every_stage_can_be_reached_and_every_end_is_an_end() -> None:
    reached = {Stage.PLANNED} | {s for moves in STAGES.values() for s in moves.values()}
    assert reached == set(Stage)
    assert {stage for stage, moves in STAGES.items() if not moves} == {
        Stage.ARCHIVED,
        Stage.CANCELLED,
        Stage.MISSED,
    }


def test_commands_are_read_as_people_type_them() -> None:
    assert parse("EXTEND 1h 30m")[1] == Extend(timedelta(minutes=90))
    for text, sentence in (
        ("extned 2h", "Did you mean /chat extend?"),
        ("extend soon", "is not a length of time"),
        ("start", "Name the series to start"),
        ("place 17", "Name the message and its topic"),
        ("transcript pdf", "is no format of a transcript"),
    ):
        with pytest.raises(Refused, match=sentence.replace("?", r"\?")):
            parse(text)


def test_the_closing_post_says_when_the_next_chat_opens() -> None:
    chat = Script(agenda("0m"))
    following = OPENS + timedelta(days=28)
    chat.take(signals.AgendaChanged(chat.now, agenda("0m"), OPENS, following))
    chat.passes("73h")
    chat.posted()
    chat.take(signals.Counted(chat.now, Tally()))
    assert chat.posted()[0].endswith("The next chat opens 2027-01-03 20:00 UTC.")
