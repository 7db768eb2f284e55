"""The choices of a chat, as scripts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.engine import events, signals
from bot.engine.actions import (
    Action,
    Archive,
    Enclosure,
    KeepOpen,
    Post,
    PostKind,
    Tell,
    privately,
)
from bot.engine.agenda import Room
from bot.engine.chat import decide, react, wake_at
from bot.engine.commands import Extend, parse
from bot.engine.errors import BrokenLog, Refused
from bot.engine.events import Event
from bot.engine.fold import apply, fold
from bot.engine.messages import Tally, TopicTally
from bot.engine.people import Person
from bot.engine.sending import when_its_turn_comes
from bot.engine.state import STAGES, Stage
from bot.engine.wording import plain
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


def test_a_missed_chat_does_not_follow_its_agenda_but_to_a_moment_that_is_still_to_come() -> None:
    for then in (None, OPENS + timedelta(hours=1)):
        chat = Script(agenda("0m", window="1h"))
        chat.now = OPENS + timedelta(hours=2)
        rewritten = agenda("0m", "10m", window="1h")
        taken_over = signals.AgendaChanged(chat.now, rewritten if then else None, then)
        assert chat.take(taken_over) == []
        assert [type(e) for e in chat.sleeps("0m")] == [events.Missed]
    chat = Script(agenda("0m", window="1h"))
    chat.now = OPENS + timedelta(hours=2)
    chat.take(signals.AgendaChanged(chat.now, agenda("0m", window="1h"), chat.now))
    assert [type(e) for e in chat.sleeps("1m")] == [events.Opened, events.TopicOpened]


def test_a_chat_is_missed_only_once_its_window_has_passed() -> None:
    chat = Script(agenda("0m", window="1h"))
    assert chat.take(signals.Overslept(OPENS + timedelta(minutes=59), 3, last=True)) == []
    missed = signals.Overslept(OPENS + timedelta(hours=1), 3, last=False)
    assert chat.take(missed) == [events.Missed(missed.at, 3, last=False)]
    assert chat.take(missed) == []


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
    counts = "2 participants wrote 5 messages. By topic: T1: 5."
    assert post.words == (f"Closed: Urology Journal Club. {counts}\n\nThank you.",)
    assert archive == Archive(ROOM)
    assert chat.take(signals.Counted(chat.now, Tally())) == []


def test_a_chat_in_which_no_participant_wrote_is_not_counted_in_noughts() -> None:
    chat = Script(agenda("0m"))
    chat.passes("73h")
    chat.posted()
    chat.take(signals.Counted(chat.now, Tally()))
    post = chat.actions[0]
    assert isinstance(post, Post)
    assert post.words == ("Closed: Urology Journal Club. No participant wrote a message.",)


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


def test_each_withdrawal_is_later_than_the_one_before() -> None:
    chat = Script(agenda("0m"))
    chat.passes("25h")
    then = chat.now
    chat.asks("withdraw", by=ANN)
    chat.now -= timedelta(minutes=40)  # the clock was set back
    later = then + timedelta(microseconds=1)
    assert chat.asks("withdraw", by=ANN) == [events.Withdrew(later, "local:ann")]
    assert chat.it.withdrawn == {"local:ann": later}


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


def test_a_chat_that_closes_after_the_next_ones_opening_does_not_say_that_it_opens() -> None:
    chat = Script(agenda("0m"))
    following = OPENS + timedelta(days=28)
    chat.take(signals.AgendaChanged(chat.now, agenda("0m"), OPENS, following))
    chat.passes("25h")
    chat.sleeps("672h")
    chat.posted()
    chat.take(signals.Counted(chat.now, Tally()))
    assert "next chat" not in chat.posted()[0]


# ---------------------------------------------------------------- a platform that refuses

CHANNEL, OTHER = Room("discord", "9"), Room("discord", "8")
MISSING = "the permission Send Messages is missing."
ON_DISCORD = {"local": ("henry",), "discord": ("user:456", "role:1")}


def on_discord(
    *after: str, rooms: tuple[Room, ...] = (CHANNEL,), window: str = "48h", **fields: object
) -> Script:
    """Return a script of a chat held on Discord; nothing is reported of its posts."""
    plan = agenda(*after, rooms=rooms, window=window, moderators=ON_DISCORD)
    return Script(replace(plan, **fields))  # type: ignore[arg-type]


def refused(chat: Script, action: Action, why: str = MISSING) -> list[Event]:
    return chat.take(signals.Hindered(chat.now, "k/2/0", action, why))


def delivered(chat: Script, action: Action, thread: str | None = None) -> list[Event]:
    return chat.take(signals.Delivered(chat.now, "k/2/0", action, f"m{chat.it.seq}", "", thread))


def taken(chat: Script, kind: type[Action] = Post) -> list[Action]:
    """Take the actions of a kind so far."""
    found = [action for action in chat.actions if isinstance(action, kind)]
    chat.actions = []
    return found


def told(chat: Script) -> list[str]:
    """Take what was said privately so far, each once, whoever it was said to."""
    return [plain(tell.words) for tell in taken(chat, Tell) if isinstance(tell, Tell)]


def test_a_refusal_is_told_once_for_each_reason_and_again_when_it_goes_on() -> None:
    chat = on_discord("0m", "6h")
    chat.passes("24h")
    opening, topic = taken(chat)
    assert refused(chat, opening) == [events.Hindered(chat.now, CHANNEL, MISSING)]
    assert (refused(chat, opening), refused(chat, topic)) == ([], [])
    assert refused(chat, opening, "another.") == [events.Hindered(chat.now, CHANNEL, "another.")]
    assert len(told(chat)) == 2
    assert delivered(chat, opening, "17") == [
        events.Unhindered(chat.now, CHANNEL),
        events.ThreadOpened(chat.now, CHANNEL, "m5", "17"),
    ]
    assert told(chat) == ["Urology Journal Club goes on in discord:9."]
    assert [type(e) for e in delivered(chat, topic)] == [events.TopicPosted]
    assert refused(chat, topic) == [events.Hindered(chat.now, CHANNEL, MISSING)], "told anew"


def test_that_a_room_cannot_be_read_back_is_told_once_for_each_reason_and_its_end() -> None:
    chat = on_discord("0m", window="1h")
    chat.passes("24h")
    taken(chat, Tell)
    for why, told_of in (
        ("", []),
        ("Read Message History is missing.", [events.Unreadable]),
        ("Read Message History is missing.", []),
        ("", [events.Readable]),
        ("", []),
    ):
        happened = chat.take(signals.ReadBack(chat.now, CHANNEL, why))
        assert [type(event) for event in happened] == told_of
    missing, again = told(chat)
    assert missing.startswith(
        "Urology Journal Club cannot be read back in discord:9: Read Message History is missing. "
    )
    assert again == "Urology Journal Club can be read back again in discord:9."
    assert chat.take(signals.ReadBack(chat.now, Room("discord", "7"), "why.")) == [], "not its room"


def test_a_chat_that_is_counted_needs_no_reading_any_more() -> None:
    chat = on_discord("0m", window="1h")
    chat.passes("26h")
    assert chat.it.stage is Stage.CLOSED
    chat.take(signals.Counted(chat.now, Tally()))
    assert chat.take(signals.ReadBack(chat.now, CHANNEL, "Read Message History is missing.")) == []


def test_what_cannot_be_said_privately_is_no_news_of_the_chat() -> None:
    chat = on_discord("0m")
    chat.passes("24h")
    tell = Tell(privately("discord"), ("456",), "", ("words",))
    assert refused(chat, tell) == []
    impossible = signals.Undeliverable(chat.now, "k/2/0", tell, "nobody can be told.")
    assert [type(e) for e in chat.take(impossible)] == [events.GaveUp]


def test_what_can_never_be_done_is_told_once_and_what_only_lapsed_is_not() -> None:
    chat = on_discord("0m", "6h")
    chat.passes("31h")
    taken(chat)
    for number, expected in ((1, [events.GaveUp, events.Hindered]), (2, [events.GaveUp])):
        post = Post(CHANNEL, PostKind.TOPIC, ("words",), number)
        never = signals.Undeliverable(chat.now, "k/2/0", post, "Discord refuses it.")
        assert [type(event) for event in chat.take(never)] == expected
    lapsed = signals.Undeliverable(chat.now, "k/2/0", post, "its moment has passed", lapsed=True)
    assert [type(event) for event in chat.take(lapsed)] == [events.GaveUp]
    assert len(told(chat)) == 1


def test_a_chat_keeps_its_schedule_and_obeys_while_a_room_refuses() -> None:
    chat = on_discord("0m", "6h", "12h", "18h", rooms=(CHANNEL, OTHER))
    chat.passes("25h")
    for action in taken(chat):
        if action.room == CHANNEL:
            refused(chat, action)
        else:
            delivered(chat, action)
    chat.asks("next")
    chat.asks("extend 2h")
    chat.passes("12h")
    assert chat.hours() == [(1, 0), (2, 1), (3, 12)]
    posts = [a for a in taken(chat) if isinstance(a, Post) and a.topic]
    assert [(p.topic, p.room) for p in posts] == [
        (2, CHANNEL), (2, OTHER), (3, CHANNEL), (3, OTHER),
    ]  # fmt: skip
    assert chat.it.closes_at == OPENS + timedelta(hours=50)
    assert chat.it.hindered == {CHANNEL: MISSING}
    chat.asks("pause")
    chat.passes("8h")
    assert chat.hours() == [(1, 0), (2, 1), (3, 12)], "a pause holds topics back there too"


def test_a_refusal_before_the_opening_and_one_after_the_end_are_told_as_what_they_are() -> None:
    chat = on_discord("0m", reminders=(timedelta(hours=1),))
    chat.passes("23h")
    (reminder,) = taken(chat)
    refused(chat, reminder)
    assert told(chat) == [
        (
            f"Urology Journal Club cannot be announced in discord:9: {MISSING} "
            "It is tried until the opening, 2026-12-06 20:00 UTC."
        )
    ]
    chat.passes("49h")
    chat.take(signals.Counted(chat.now, Tally()))
    closing = [a for a in taken(chat) if isinstance(a, Post)][-1]
    refused(chat, closing, "another.")
    assert told(chat) == [
        "Urology Journal Club cannot be closed in discord:9: another. It is tried for a week."
    ]
    delivered(chat, closing)
    assert told(chat) == ["Urology Journal Club can be closed in discord:9."]


def test_a_room_that_refused_until_the_end_is_put_away_when_it_lets_us() -> None:
    chat = on_discord("0m")
    chat.passes("73h")
    chat.take(signals.Counted(chat.now, Tally()))
    refused(chat, Archive(CHANNEL))
    assert [type(event) for event in delivered(chat, Archive(CHANNEL, ("17",)))] == [
        events.Unhindered, events.RoomArchived, events.Archived,
    ]  # fmt: skip


# ---------------------------------------------------------------- threads


def test_a_chats_thread_is_noted_once_with_the_post_that_it_hangs_from() -> None:
    chat = on_discord("0m")
    chat.passes("24h")
    opening, topic = taken(chat)
    assert delivered(chat, opening, "17") == [events.ThreadOpened(chat.now, CHANNEL, "m3", "17")]
    assert delivered(chat, opening, "18") == []
    assert delivered(chat, topic) == [events.TopicPosted(chat.now, 1, CHANNEL, "m4")]
    assert chat.it.threads_in(CHANNEL) == ("17",)


def test_with_a_thread_for_each_topic_it_is_noted_with_the_topic() -> None:
    chat = on_discord("0m", thread_per_topic=True)
    chat.passes("24h")
    opening, topic = taken(chat)
    assert delivered(chat, opening) == []
    assert delivered(chat, topic, "18") == [events.TopicPosted(chat.now, 1, CHANNEL, "m3", "18")]
    assert (chat.it.threads, chat.it.threads_in(CHANNEL)) == ({}, ("18",))


def test_a_chat_whose_thread_was_deleted_goes_on_and_its_next_topic_opens_another() -> None:
    chat = on_discord("0m", "6h", "12h")
    chat.passes("24h")
    opening, first = taken(chat)
    delivered(chat, opening, "17")
    delivered(chat, first)
    gone = signals.ThreadGone(chat.now, "k/2/0", CHANNEL, "17")
    assert chat.take(gone) == [events.ThreadLost(chat.now, CHANNEL, "17")]
    assert chat.take(gone) == []
    assert [words.split(".")[0] for words in told(chat)] == [
        "The thread of Urology Journal Club in discord:9 was deleted"
    ]
    chat.passes("6h")
    (second,) = taken(chat)
    addressed = when_its_turn_comes(chat.it, second, chat.now, chat.now)
    assert isinstance(addressed, Post)
    assert delivered(chat, addressed, "20") == [
        events.TopicPosted(chat.now, 2, CHANNEL, "m7"),
        events.ThreadOpened(chat.now, CHANNEL, "m7", "20"),
    ]
    chat.passes("6h")
    third = when_its_turn_comes(chat.it, taken(chat)[0], chat.now, chat.now)
    assert isinstance(third, Post)
    assert (third.into, third.opens) == ("20", None)


def test_in_our_own_rooms_a_topics_thread_is_its_own_as_ever() -> None:
    chat = Script(agenda("0m"))
    chat.passes("24h")
    _opening, topic = taken(chat)
    assert delivered(chat, topic, "T1") == [events.TopicPosted(chat.now, 1, ROOM, "m3", "T1")]


def kept_open(chat: Script) -> list[tuple[float, Room]]:
    """Return on which days of the chat which rooms' threads were to be kept open."""
    days = [
        ((event.at - OPENS) / timedelta(days=1), action.room)
        for event in chat.log
        if isinstance(event, events.KeptOpen)
        for action in react(chat.it, event)
        if isinstance(action, KeepOpen)
    ]
    return sorted(days)


def test_threads_of_a_long_chat_are_kept_open_until_its_end() -> None:
    chat = on_discord("0m", window="20d", rooms=(CHANNEL, OTHER, ROOM))
    chat.passes("24h")
    for action in taken(chat):
        delivered(chat, action, "T1" if action.room == ROOM else f"thread in {action.room}")
    chat.passes("30d")
    assert kept_open(chat) == [(day, room) for day in (6, 12, 18) for room in (OTHER, CHANNEL)]
    assert chat.it.closed_at == OPENS + timedelta(days=20)


@pytest.mark.parametrize("window", ["48h", "7d"])
def test_threads_that_platforms_leave_alone_for_long_enough_need_no_keeping(window: str) -> None:
    chat = on_discord("0m", window=window)
    chat.passes("24h")
    for action in taken(chat):
        delivered(chat, action, "17")
    chat.passes("30d")
    assert kept_open(chat) == []


def test_a_long_chat_without_threads_wakes_for_none() -> None:
    chat = on_discord("0m", window="20d")
    chat.passes("24h")
    assert wake_at(chat.it) == chat.it.closes_at
    own = Script(agenda("0m", window="20d"))
    own.passes("24h")
    for action in taken(own):
        delivered(own, action, "T1")
    assert wake_at(own.it) == own.it.closes_at


def test_a_chat_that_comes_to_last_longer_has_its_threads_kept_open_from_then_on() -> None:
    chat = on_discord("0m", window="7d")
    chat.passes("24h")
    for action in taken(chat):
        delivered(chat, action, "17")
    chat.passes("164h")  # four hours before the end
    chat.asks("extend 7d")
    chat.passes("20d")
    assert [round(day, 2) for day, _room in kept_open(chat)] == [6.83, 12.83]


def test_also_a_short_chat_that_comes_to_last_longer_has_its_threads_kept_open() -> None:
    """Its thread was made for as long as the chat was to last."""
    chat = on_discord("0m", rooms=(CHANNEL, ROOM))
    chat.passes("24h")
    for action in taken(chat):
        delivered(chat, action, "T1" if action.room == ROOM else "17")
    assert [type(e) for e in chat.asks("extend 3d")] == [events.Extended, events.KeptOpen]
    assert taken(chat, KeepOpen) == [KeepOpen(CHANNEL)]
    own = Script(agenda("0m"))
    own.passes("25h")
    assert [type(e) for e in own.asks("extend 3d")] == [events.Extended]


# ---------------------------------------------------------------- what moderators are sent


def test_at_the_end_each_room_is_closed_and_put_away_then_the_moderators_have_the_transcript() -> (
    None
):
    chat = on_discord("0m", rooms=(CHANNEL, ROOM), publish=True)
    chat.passes("73h")
    taken(chat)
    chat.take(signals.Counted(chat.now, Tally(2, 1, 5)))
    seen = [
        (action.room, action.kind if isinstance(action, Post) else type(action))
        for action in chat.actions
    ]
    each = (PostKind.CLOSING, PostKind.TRANSCRIPT, Archive)
    assert seen == [
        *((CHANNEL, what) for what in each),
        *((ROOM, what) for what in each),
        (privately("discord"), Tell),
    ]
    assert [getattr(action, "encloses", None) for action in chat.actions] == [
        Enclosure.PICTURE, Enclosure.TRANSCRIPT, None,
        Enclosure.PICTURE, Enclosure.TRANSCRIPT, None, Enclosure.TRANSCRIPT,
    ]  # fmt: skip


def test_the_moderators_are_told_which_topics_a_room_never_got() -> None:
    chat = on_discord("0m", "1h", "2h", rooms=(CHANNEL, ROOM))
    chat.passes("27h")
    for action in taken(chat):
        if action.room == ROOM or getattr(action, "topic", None) == 1:
            delivered(chat, action)
    chat.passes("46h")
    chat.take(signals.Counted(chat.now, Tally(2, 1, 5)))
    assert told(chat) == [
        (
            "Urology Journal Club is over. 2 participants wrote 5 messages. The transcript comes "
            "with this message. T2, T3 had not been posted in discord:9 by its end."
        )
    ]


def test_a_chat_that_nobody_held_is_told_to_its_moderators() -> None:
    chat = on_discord("0m")
    chat.sleeps("73h")
    assert told(chat) == [
        (
            "Urology Journal Club was missed: from its opening, 2026-12-06 20:00 UTC, to its end "
            "nobody was there to hold it. Hold it now with /chat start."
        )
    ]
