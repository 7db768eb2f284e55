"""A chat in rooms where nothing can be locked: its talk, its end, and who comes late (Slack)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.engine import events, signals, wording
from bot.engine.actions import Amend, Archive, Post, PostKind, Thread, Whisper
from bot.engine.agenda import Room
from bot.engine.floor import chat_of
from bot.engine.hearing import came_late
from bot.engine.messages import Message, Tally, Timing
from bot.engine.people import Person, Role
from bot.engine.sending import GIVEN_UP_AFTER, HEARD_WITHIN, when_its_turn_comes
from bot.engine.signals import Said
from bot.engine.state import Chat
from tests.engine.script import OPENS, Script, agenda

CHANNEL = Room("slack", "C1")
ANN = Person("slack", "U7", "Ann")
MINUTE = timedelta(minutes=1)


def opened(**fields: object) -> Script:
    """Return a chat of two topics of which the first stands in the channel, as `1.1`."""
    chat = Script(agenda("0m", "6h", rooms=(CHANNEL,), **fields))  # type: ignore[arg-type]
    chat.passes("24h")
    post = Post(CHANNEL, PostKind.TOPIC, ("T1",), 1)
    chat.take(signals.Delivered(OPENS, "c/3/0", post, "1.1", "T1", "1.1"))
    return chat


def ended(**fields: object) -> Script:
    chat = opened(**fields)
    chat.passes("48h")
    chat.take(signals.Counted(chat.now, Tally()))
    return chat


def belongs(chat: Chat, at: timedelta, thread: str | None, parent: Message | None = None) -> bool:
    said = Said(OPENS + at, CHANNEL, "9.9", ANN, "hello", None if parent is None else "1", thread)
    return chat_of([chat], said, parent) is not None


def test_all_talk_in_the_channel_is_the_chats_while_it_is_open() -> None:
    chat = opened().it
    for thread in (None, "1.1", "some other thread"):
        assert belongs(chat, MINUTE, thread)
    assert not belongs(chat, -MINUTE, None), "before it opens the channel is for others"


def test_after_the_end_it_is_what_is_said_in_a_topics_thread() -> None:
    chat = opened().it
    after = timedelta(hours=49)
    assert belongs(chat, after, "1.1")
    assert not belongs(chat, after, None)
    assert not belongs(chat, after, "some other thread")


def test_people_are_told_where_to_answer() -> None:
    chat = Script(agenda("0m", rooms=(CHANNEL,)))
    chat.passes("24h")
    (opening,) = (a for a in chat.actions if isinstance(a, Post) and a.kind is PostKind.OPENING)
    assert "Answer a topic in its thread, or here: begin with T1" in wording.plain(opening.words)


def test_at_the_end_every_topic_that_was_asked_says_so_then_the_room_is_put_away() -> None:
    chat = ended()
    *_, first, second, archive, _told = chat.actions
    assert isinstance(first, Amend)
    assert isinstance(second, Amend)
    assert (first.topic, second.topic) == (1, 2)
    text = wording.plain(first.words)
    assert text.startswith("T1: ")
    late = "What is said in this thread from now on counts as late, and its text is not kept."
    assert text.endswith(f"Closed. {late}")
    assert archive == Archive(CHANNEL)


def test_the_closing_post_says_that_the_threads_stay_open() -> None:
    (closing,) = (a for a in ended().actions if isinstance(a, Post) and a.kind is PostKind.CLOSING)
    late = "What is said in its threads from now on counts as late, and its text is not kept."
    assert late in wording.plain(closing.words)


def test_a_room_that_exists_for_the_chat_alone_is_put_away_itself() -> None:
    *_, archive, _told = ended(archive_channel=True).actions
    assert archive == Archive(CHANNEL, whole=True)


def test_a_topics_post_is_known_when_its_turn_comes_and_one_that_never_stood_lapses() -> None:
    chat = ended().it
    amend = Amend(CHANNEL, 1, ("Closed.",))
    assert when_its_turn_comes(chat, amend, OPENS, OPENS) == replace(amend, ref="1.1")
    assert when_its_turn_comes(chat, Amend(CHANNEL, 2, ("Closed.",)), OPENS, OPENS) is None
    late = OPENS + GIVEN_UP_AFTER
    assert when_its_turn_comes(chat, amend, OPENS, late) is None


@pytest.mark.parametrize("keep", [True, False])
def test_who_comes_late_is_told_once(keep: bool) -> None:
    chat = ended(keep_late=keep)
    late = signals.SpokeLate(chat.now, CHANNEL, "U7", "1.1")
    assert chat.take(late) == [events.ToldLate(chat.now, CHANNEL, "U7", "1.1")]
    (whisper,) = chat.actions[-1:]
    assert isinstance(whisper, Whisper)
    assert (whisper.room, whisper.person, whisper.thread) == (CHANNEL, "U7", "1.1")
    assert ("its text is not kept" in wording.plain(whisper.words)) == (not keep)
    assert chat.take(late) == []
    assert chat.take(signals.SpokeLate(chat.now, CHANNEL, "U8", "1.1"))


def test_words_that_one_person_sees_once_are_of_use_only_now() -> None:
    chat = ended().it
    whisper = Whisper(CHANNEL, "U7", "1.1", ("Late.",))
    assert when_its_turn_comes(chat, whisper, OPENS, OPENS + MINUTE) == whisper
    assert when_its_turn_comes(chat, whisper, OPENS, OPENS + HEARD_WITHIN) is None


def test_a_thread_that_hangs_from_the_opening_is_not_asked_of_a_platform_without() -> None:
    """Slack's post has no thread of its own until somebody answers; topics stand in the room."""
    chat = opened()
    opens = Thread("A club", timedelta(hours=48))
    post = Post(CHANNEL, PostKind.OPENING, ("Welcome.",), opens=opens)
    chat.take(signals.Delivered(chat.now, "c/2/0", post, "1.0", "Welcome."))
    topic = Post(CHANNEL, PostKind.TOPIC, ("T2",), 2)
    assert when_its_turn_comes(chat.it, topic, chat.now, chat.now) == topic


def test_a_moderator_and_the_bot_are_not_told_that_they_are_late() -> None:

    late = Message("c", CHANNEL, "1", said=True, at=OPENS, timing=Timing.LATE)
    roles = {role: came_late(late._replace(role=role)) for role in Role}
    assert roles == {
        Role.PARTICIPANT: True, Role.GUEST: True, Role.VISITOR: True,
        Role.MODERATOR: False, Role.BOT: False,
    }  # fmt: skip


def test_a_topic_of_any_length_says_that_it_is_closed_in_one_post() -> None:
    chat = ended().it
    for length in (1, 2000, 2900, 2990, 3100, 20_000):
        ask = "ask " * (length // 4) + "?"
        topics = (replace(chat.topics[0], ask=ask), *chat.topics[1:])
        asked, closed = wording.closed_topic(replace(chat, topics=topics), 1, CHANNEL)
        assert isinstance(asked, str)
        assert isinstance(closed, str)
        assert f"T1: {ask}".startswith(asked)
        assert length > 2800 or asked == f"T1: {ask}"
        assert closed.startswith("\n\nClosed. What is said in this thread")
        assert len(asked) + len(closed) <= wording.LIMITS["slack"]
