"""What is known of a message does not depend on the order in which it became known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import permutations

import pytest

from bot.engine import events
from bot.engine.actions import Amend, Archive, Post, PostKind
from bot.engine.agenda import Room
from bot.engine.fold import apply
from bot.engine.hearing import came_late, hear, own, settle
from bot.engine.messages import Attachment, Message, PlacedBy, Timing
from bot.engine.people import Person, Role
from bot.engine.signals import Deleted, Delivered, Edited, Said, Speech
from bot.engine.state import Chat
from tests.engine.script import ANN, HENRY, OPENS, ROOM, Script, agenda

FILE = Attachment("scan.png", "image/png", 1234, "https://files.example/scan.png")


def at(hours: float) -> datetime:
    return OPENS + timedelta(hours=hours)


def club(**fields: object) -> Chat:
    """Return an open chat whose T1 stands in the room since the opening, and T2 since 6 h."""
    chat = Script(agenda("0m", "6h", **fields)).it  # type: ignore[arg-type]
    for event in (
        events.Opened(at(0)),
        events.TopicOpened(at(0), 1),
        events.TopicPosted(at(0), 1, ROOM, "t1", "T1"),
        events.TopicOpened(at(6), 2),
        events.TopicPosted(at(6), 2, ROOM, "t2", "T2"),
    ):
        chat = apply(chat, event)
    return chat


CLUB = club()
SAID = Said(at(1), ROOM, "m1", ANN, "T1: yes", attachments=(FILE,))
EDITED = Edited(at(7), ROOM, "m1", "T2: no")
EDITED_AGAIN = Edited(at(8), ROOM, "m1", "T1-T2: both")
DELETED = Deleted(at(9), ROOM, "m1")


def heard(signals: Sequence[Speech], chat: Chat = CLUB, parent: Message | None = None) -> Message:
    known: Message | None = None
    for signal in signals:
        known = hear(chat, known, parent, signal)
    assert known is not None
    return known


def test_a_message_is_kept_with_what_it_names_and_where_it_stands() -> None:
    message = heard([SAID])
    assert (message.text, message.author, message.name) == ("T1: yes", "ann", "Ann")
    assert (message.labels, message.topics, message.placed_by) == ((1,), (1,), PlacedBy.LABEL)
    assert (message.role, message.timing, message.edited) == (
        Role.PARTICIPANT, Timing.ON_TIME, False,
    )  # fmt: skip
    assert message.attachments == (FILE,)


@pytest.mark.parametrize("signals", list(permutations([SAID, EDITED, EDITED_AGAIN])))
def test_the_last_wording_wins_in_any_order(signals: tuple[Speech, ...]) -> None:
    message = heard(signals)
    assert (message.text, message.topics, message.edited) == ("T1-T2: both", (1, 2), True)
    assert message.at == at(1)


@pytest.mark.parametrize("signals", list(permutations([SAID, EDITED, DELETED])))
def test_a_deleted_message_keeps_its_row_and_no_word(signals: tuple[Speech, ...]) -> None:
    message = heard(signals)
    assert (message.text, message.attachments, message.withdrawn) == ("", (), True)
    assert (message.said, message.author, message.at) == (True, "ann", at(1))


def test_hearing_something_again_changes_nothing() -> None:
    once = heard([SAID, EDITED, DELETED])
    assert heard([SAID, SAID, EDITED, EDITED, DELETED, SAID, EDITED, DELETED]) == once


OTHER = Attachment("report.pdf", "application/pdf", 9, "https://files.example/report.pdf")


@pytest.mark.parametrize("kept", [(), (FILE,), (FILE, OTHER)])
def test_the_files_are_those_of_the_last_wording_in_any_order(kept: tuple[Attachment, ...]) -> None:
    signals: list[Speech] = [
        replace(SAID, attachments=(FILE, OTHER)),
        replace(EDITED, attachments=(FILE,)),
        replace(EDITED_AGAIN, attachments=kept),
    ]
    for arrived in permutations(signals):
        assert heard(arrived).attachments == kept


def test_of_two_wordings_at_the_same_moment_one_wins_in_either_order() -> None:
    one, other = replace(EDITED, attachments=(FILE,)), replace(EDITED, attachments=(OTHER,))
    for a, b in ((EDITED, replace(EDITED, text="T1: no")), (EDITED, one), (one, other)):
        assert heard([SAID, a, b]) == heard([b, SAID, a]) == heard([b, a, SAID])


def test_an_edit_or_deletion_alone_is_no_message_yet() -> None:
    assert not heard([EDITED]).said
    assert not heard([DELETED]).said
    assert heard([DELETED]).text == ""


def test_an_edit_from_before_the_message_is_none() -> None:
    message = heard([Edited(at(0.5), ROOM, "m1", "older"), SAID])
    assert (message.text, message.edited) == ("T1: yes", False)


def test_what_a_participant_says_late_is_counted_and_not_kept() -> None:
    late = heard([Said(at(49), ROOM, "m1", ANN, "T1: late", attachments=(FILE,))])
    assert (late.timing, late.text, late.attachments) == (Timing.LATE, "", ())
    assert late.topics == (1,)


def test_late_words_are_kept_where_the_agenda_says_so_and_of_moderators_always() -> None:
    late = Said(at(49), ROOM, "m1", ANN, "T1: late")
    assert heard([late], club(keep_late=True)).text == "T1: late"
    assert heard([replace(late, author=HENRY)]).text == "T1: late"
    bot = Person("local", "rounds", "Rounds", role=Role.BOT)
    assert heard([replace(late, author=bot)]).text == "T1: late"


def test_what_a_visitor_says_is_kept_like_anybodys_and_not_when_it_is_late() -> None:
    plan = club(members_only={"local": ("bo",)})
    in_time = heard([Said(at(1), ROOM, "m1", ANN, "T1: in time")], plan)
    assert (in_time.role, in_time.text, in_time.topics) == (Role.VISITOR, "T1: in time", (1,))
    late = heard([Said(at(49), ROOM, "m1", ANN, "T1: late")], plan)
    assert (late.role, late.text) == (Role.VISITOR, "")
    assert came_late(late)


def test_who_withdrew_has_no_words_up_to_then_also_where_they_come_later() -> None:
    chat = apply(CLUB, events.Withdrew(at(2), "local:ann"))
    before = heard([SAID], chat)
    assert (before.withdrawn, before.text) == (True, "")
    assert heard([SAID, EDITED], chat).text == ""
    after = heard([replace(SAID, at=at(3))], chat)
    assert (after.withdrawn, after.text) == (False, "T1: yes")
    assert not heard([replace(SAID, author=HENRY)], chat).withdrawn


def test_a_message_is_placed_anew_without_its_text() -> None:
    early = apply(Script(agenda("0m")).it, events.Opened(at(0)))
    message = heard([SAID, DELETED], early)
    assert message.topics == ()
    posted = apply(
        apply(early, events.TopicOpened(at(0), 1)),
        events.TopicPosted(at(0), 1, ROOM, "t1"),
    )
    assert settle(posted, message, None).topics == (1,)


# ---------------------------------------------------------------- rooms with other talk too

CHANNEL = Room("discord", "9")


def on_discord() -> Chat:
    """Return an open chat in a channel with a thread of its own; T1 stands there since 1 h."""
    chat = Script(agenda("1h", rooms=(CHANNEL,), moderators={"discord": ("role:1",)})).it
    for event in (
        events.Opened(at(0)),
        events.ThreadOpened(at(0), CHANNEL, "17", "17"),
        events.TopicOpened(at(1), 1),
        events.TopicPosted(at(1), 1, CHANNEL, "18"),
    ):
        chat = apply(chat, event)
    return chat


IN_THREAD = on_discord()
BO = Person("discord", "5", "Bo")


@pytest.mark.parametrize("signals", list(permutations(range(3))))
def test_in_a_thread_too_nothing_depends_on_the_order(signals: tuple[int, ...]) -> None:
    happened: list[Speech] = [
        Said(at(2), CHANNEL, "m1", BO, "No", reply_to="18", thread="17"),
        Edited(at(3), CHANNEL, "m1", "T1: yes", "17", (FILE,)),
        Edited(at(4), CHANNEL, "m1", "Perhaps", "17"),
    ]
    message = heard([happened[n] for n in signals], IN_THREAD)
    assert (message.text, message.thread, message.reply_to) == ("Perhaps", "17", "18")
    assert (message.topics, message.placed_by) == ((1,), PlacedBy.TIME)


def test_what_is_said_in_the_thread_after_the_end_is_late_and_its_words_are_not_kept() -> None:
    late = heard([Said(at(49), CHANNEL, "m1", BO, "T1: late", thread="17")], IN_THREAD)
    assert (late.timing, late.text, late.topics) == (Timing.LATE, "", (1,))


def test_who_moderates_there_is_told_by_the_badges_of_the_platform() -> None:
    host = replace(BO, badges=frozenset({"role:1"}))
    assert heard([Said(at(2), CHANNEL, "m1", host, "Hi", thread="17")], IN_THREAD).role is (
        Role.MODERATOR
    )
    assert heard([Said(at(2), CHANNEL, "m1", BO, "Hi", thread="17")], IN_THREAD).role is (
        Role.PARTICIPANT
    )


# ---------------------------------------------------------------- our own posts


def posted(kind: PostKind, topic: int | None = None, known: Message | None = None) -> Message:
    post = Post(CHANNEL, kind, ("words",), topic, into="17")
    report = Delivered(at(1), "c/3/0", post, "18", "T1: Question 1?")
    row = own(IN_THREAD, known, report)
    assert row is not None
    return row


def test_our_post_is_a_bots_message_in_its_thread_and_a_topics_stands_under_it() -> None:
    topic = posted(PostKind.TOPIC, 1)
    assert (topic.role, topic.is_ours, topic.thread, topic.said) == (Role.BOT, True, "17", True)
    assert (topic.topics, topic.placed_by) == ((1,), PlacedBy.LABEL)
    assert posted(PostKind.CLOSING).text == "T1: Question 1?"
    assert not heard([Said(at(2), CHANNEL, "m1", BO, "Hi", thread="17")], IN_THREAD).is_ours


def test_a_change_of_our_post_gives_its_row_other_words_unless_it_is_gone() -> None:
    known = posted(PostKind.CLOSING)
    amend = Amend(CHANNEL, None, ("words",), "18", recalls=True)
    report = Delivered(at(2), "c/4/0", amend, "18", "Other words.")
    assert own(IN_THREAD, known, report) == known._replace(text="Other words.")
    withdrawn = known._replace(withdrawn=True, text="")
    assert own(IN_THREAD, withdrawn, report) == withdrawn
    assert own(IN_THREAD, None, report) is None
    assert own(IN_THREAD, known, Delivered(at(2), "c/4/1", Archive(CHANNEL))) is None


def test_our_own_room_s_post_has_no_words_while_what_it_quotes_has_changed() -> None:
    post = Post(ROOM, PostKind.CLOSING, ("words",), recalls=True)
    report = Delivered(at(1), "c/3/0", post, "18", "words and a quotation")
    row = own(CLUB, None, report)
    assert row is not None
    assert row.text == "words and a quotation"
    changed = own(replace(CLUB, amending=frozenset({ROOM})), None, report)
    assert changed is not None
    assert changed.text == ""


def test_our_post_that_was_deleted_before_we_heard_of_it_stays_deleted() -> None:
    gone = heard([Deleted(at(1), CHANNEL, "18", "17")], IN_THREAD)
    kept = posted(PostKind.TOPIC, 1, gone)
    assert (kept.withdrawn, kept.text, kept.topics) == (True, "", (1,))
