"""For how long people's words are kept after a chat."""

from __future__ import annotations

from datetime import timedelta

from bot.engine import events, signals
from bot.engine.chat import wake_at
from bot.engine.hearing import hear, settle
from bot.engine.messages import Message, Tally
from bot.engine.people import Person, Role
from bot.engine.signals import Edited, KeepChanged, Said
from bot.engine.state import Stage
from tests.engine.script import ANN, HENRY, OPENS, ROOM, Script, agenda

DAY = timedelta(days=1)
CLOSES = OPENS + timedelta(hours=48)


def closed(keep: timedelta | None) -> Script:
    """Return a chat of 48 hours that is over and counted."""
    script = Script(agenda("0m", keep=keep))
    script.passes("73h")
    script.take(signals.Counted(script.now, Tally()))
    return script


def test_words_are_removed_when_their_time_after_the_end_is_over_and_not_before() -> None:
    script = closed(90 * DAY)
    assert wake_at(script.it) == CLOSES + 90 * DAY
    script.now = CLOSES + 90 * DAY - timedelta(seconds=1)
    assert script.take(signals.Woke(script.now)) == []
    script.now = CLOSES + 90 * DAY
    assert script.take(signals.Woke(script.now)) == [events.Blanked(script.now, 90 * DAY)]
    assert wake_at(script.it) is None
    assert script.take(signals.Woke(script.now + DAY)) == []


def test_after_an_absence_words_are_removed_once_somebody_is_there() -> None:
    script = closed(90 * DAY)
    script.now = CLOSES + 400 * DAY
    assert script.take(signals.Woke(script.now)) == [events.Blanked(script.now, 90 * DAY)]


def test_without_a_time_words_are_kept_for_good() -> None:
    script = closed(None)
    assert wake_at(script.it) is None
    assert script.take(signals.Woke(CLOSES + 4000 * DAY)) == []


def test_a_chat_that_closed_early_counts_from_its_real_end() -> None:
    script = Script(agenda("0m", keep=DAY))
    script.passes("25h")
    script.asks("close")
    ended = script.now
    script.take(signals.Counted(script.now, Tally()))
    assert wake_at(script.it) == ended + DAY


def test_a_chat_that_is_not_counted_yet_keeps_its_words() -> None:
    script = Script(agenda("0m", keep=DAY))
    script.now = CLOSES + 30 * DAY
    script.take(signals.Woke(CLOSES - DAY))
    script.take(signals.Woke(script.now))
    assert script.it.stage is Stage.CLOSED
    assert script.take(signals.Woke(script.now)) == []
    script.take(signals.Counted(script.now, Tally()))
    assert script.take(signals.Woke(script.now)) == [events.Blanked(script.now, DAY)]


def test_a_chat_that_was_cancelled_or_missed_counts_from_its_planned_end() -> None:
    cancelled = Script(agenda("0m", keep=DAY))
    cancelled.take(signals.AgendaChanged(cancelled.now, None, None))
    missed = Script(agenda("0m", keep=DAY))
    missed.take(signals.Overslept(CLOSES, 0, last=True))
    assert (cancelled.it.stage, missed.it.stage) == (Stage.CANCELLED, Stage.MISSED)
    assert wake_at(cancelled.it) == wake_at(missed.it) == CLOSES + DAY


def test_a_shorter_time_holds_for_a_chat_of_long_ago() -> None:
    script = closed(None)
    script.now = CLOSES + 100 * DAY
    assert script.take(KeepChanged(script.now, 90 * DAY)) == [events.KeepSet(script.now, 90 * DAY)]
    assert wake_at(script.it) == CLOSES + 90 * DAY
    assert script.take(signals.Woke(script.now)) == [events.Blanked(script.now, 90 * DAY)]


def test_a_longer_time_holds_for_what_is_still_there_alone() -> None:
    script = closed(DAY)
    script.take(KeepChanged(CLOSES, 2 * DAY))
    assert script.take(signals.Woke(CLOSES + DAY)) == []
    assert script.take(signals.Woke(CLOSES + 2 * DAY))
    assert script.take(KeepChanged(CLOSES + 3 * DAY, None)) == []


def test_the_same_time_told_again_is_no_news() -> None:
    assert closed(DAY).take(KeepChanged(CLOSES, DAY)) == []
    planned = Script(agenda("0m", keep=DAY))
    assert planned.take(KeepChanged(planned.now, None)) == [], "it follows its whole agenda"


def test_nothing_brings_words_back_that_were_removed() -> None:
    script = closed(DAY)
    said = Said(OPENS + DAY, ROOM, "1", ANN, "T1: the postman")
    before = hear(script.it, None, None, said)
    script.take(signals.Woke(CLOSES + DAY))
    chat = script.it
    for again in (
        hear(chat, before, None, said),
        hear(chat, before, None, Edited(CLOSES + 2 * DAY, ROOM, "1", "T1: Elm Street")),
        hear(chat, None, None, said),
    ):
        assert (again.text, again.name, again.author) == ("", "", "ann")
        assert (again.topics, again.timing) == (before.topics, before.timing)


def test_moderators_words_go_too_and_our_own_posts_stay() -> None:
    script = closed(DAY)
    script.take(signals.Woke(CLOSES + DAY))
    henrys = hear(script.it, None, None, Said(OPENS, ROOM, "2", HENRY, "Welcome."))
    assert (henrys.text, henrys.name, henrys.role) == ("", "", Role.MODERATOR)
    other_bot = Person("local", "feed", "Feed", role=Role.BOT)
    assert hear(script.it, None, None, Said(OPENS, ROOM, "3", other_bot, "News.")).text == ""
    ours = Message("urojc-2026-12-07", ROOM, "4", True, OPENS, "rounds", "Rounds", Role.BOT, "T1")
    assert settle(script.it, ours, None).text == "T1"
