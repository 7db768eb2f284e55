"""Which chat a message or a command belongs to."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.engine import events
from bot.engine.agenda import Room
from bot.engine.chat import decide
from bot.engine.events import Event
from bot.engine.floor import bears, chat_at, chat_for_command, chat_of, is_shared
from bot.engine.fold import fold
from bot.engine.messages import OURS, Message
from bot.engine.people import Person, Role
from bot.engine.signals import DateCame, Deleted, Edited, Said
from bot.engine.state import Chat, Stage
from tests.engine.script import OPENS, ROOM, agenda


def at(hours: float) -> datetime:
    return OPENS + timedelta(hours=hours)


def chat(name: str, opens: float, *, planned: float | None = None, window: str = "1h") -> Chat:
    planned_at = at(opens - 25 if planned is None else planned)
    signal = DateCame(planned_at, name, "series", agenda("0m", window=window), at(opens))
    return fold(decide(None, signal))


def opened(one: Chat) -> Chat:
    return replace(one, stage=Stage.OPEN, opened_at=one.opens_at)


def closed(one: Chat, hours: float) -> Chat:
    return replace(opened(one), stage=Stage.ARCHIVED, closed_at=at(hours))


LAST, NEXT = closed(chat("last", 0), 1), chat("next", 168)


def name(one: Chat | None) -> str:
    return one.id if one else "none"


def test_the_running_chat_has_the_floor_from_its_first_to_its_last_moment() -> None:
    running = opened(chat("running", 0))
    assert [name(chat_at([running, NEXT], at(h))) for h in (0, 0.5, 1)] == ["running"] * 3


def test_a_chat_that_nobody_has_opened_yet_has_the_floor_in_its_window() -> None:
    assert name(chat_at([chat("due", 0)], at(0.01))) == "due"


def test_after_the_end_talk_belongs_to_the_last_chat_until_the_next_is_planned() -> None:
    hours = (1.1, 100, 142.9, 143, 167)
    assert [name(chat_at([LAST, NEXT], at(h))) for h in hours] == [
        "last", "last", "last", "next", "next",
    ]  # fmt: skip


def test_before_any_plan_talk_belongs_to_no_chat() -> None:
    assert chat_at([chat("first", 0)], at(-26)) is None
    assert chat_at([], at(0)) is None


def test_of_two_open_chats_the_one_opened_last_has_the_floor() -> None:
    long, short = opened(chat("long", 0, window="48h")), opened(chat("short", 5))
    assert [name(chat_at([short, long], at(h))) for h in (4, 5.5, 7)] == ["long", "short", "long"]


def test_chats_that_were_never_held_have_no_floor() -> None:
    for stage in (Stage.CANCELLED, Stage.MISSED):
        assert chat_at([replace(chat("gone", 0), stage=stage)], at(0.5)) is None


def test_a_chat_closed_early_gives_up_the_floor_but_keeps_what_is_said_late() -> None:
    early = closed(chat("early", 0, window="48h"), 1)
    assert name(chat_at([early, opened(chat("other", 2))], at(2.5))) == "other"
    assert name(chat_at([early], at(2.5))) == "early"


def test_a_command_is_about_the_running_chat_else_the_last_one_else_the_next() -> None:
    running = opened(chat("running", 100))
    assert name(chat_for_command([LAST, running, NEXT], at(100.5))) == "running"
    assert name(chat_for_command([LAST, NEXT], at(100.5))) == "last"
    assert name(chat_for_command([NEXT], at(100.5))) == "next"
    assert chat_for_command([], at(0)) is None


def test_a_command_of_long_ago_is_about_the_chat_of_its_time() -> None:
    """As in a recording that is replayed beside chats of later years."""
    later = opened(chat("later", 168))
    assert name(chat_for_command([LAST, later], at(2))) == "last"
    assert name(chat_for_command([opened(chat("then", 0)), later], at(0.5))) == "then"
    assert name(chat_for_command([chat("then", 0), later], at(-1))) == "then"


# ---------------------------------------------------------------- rooms with other talk too

CHANNEL, OTHER = Room("discord", "9"), Room("discord", "8")
TAGGED = "Good point #urojc"


def on_discord(name: str, opens: float, *log: Event, tag: str = "#urojc") -> Chat:
    """Return an hour's chat in a channel, open, whose thread there bears its name."""
    plan = agenda("0m", window="1h", rooms=(CHANNEL,), hashtag=tag)
    planned = DateCame(at(opens - 25), name, "series", plan, at(opens))
    begun: list[Event] = [
        events.Opened(at(opens)),
        events.ThreadOpened(at(opens), CHANNEL, f"opening of {name}", name),
    ]
    return fold([*decide(None, planned), *begun, *log])


def said(
    hours: float, text: str = "Good point", thread: str | None = None, room: Room = CHANNEL
) -> Said:
    return Said(at(hours), room, "m1", Person("discord", "5", "Ann"), text, None, thread)


def ours(chat: Chat) -> Message:
    """Return a post of ours in a chat."""
    return Message(chat.id, CHANNEL, "p1", said=True, at=chat.opens_at, author=OURS, role=Role.BOT)


CLUB = on_discord("club", 0)
OVER = on_discord("over", 0, events.Closed(at(0.5)))
BEFORE = fold(
    decide(
        None,
        DateCame(
            at(-25), "club", "series", agenda("0m", rooms=(CHANNEL,), hashtag="#urojc"), at(0)
        ),
    )
)


def test_what_is_said_in_a_chats_thread_belongs_to_it_at_any_time() -> None:
    for hours in (0, 0.5, 1, 1.1, 900):
        assert name(chat_of([CLUB], said(hours, thread="club"), None)) == "club"
    assert name(chat_of([OVER], said(0.6, thread="over"), None)) == "over"


def test_each_thread_belongs_to_its_own_chat_also_in_the_window_of_another() -> None:
    second = on_discord("second", 0.5)
    for thread in ("club", "second"):
        assert name(chat_of([second, CLUB], said(0.7, TAGGED, thread), None)) == thread


def test_a_topics_own_thread_belongs_to_the_chat() -> None:
    topic = events.TopicPosted(at(0), 1, CHANNEL, "18", "18")
    assert name(chat_of([on_discord("club", 0, topic)], said(2, thread="18"), None)) == "club"


def test_another_thread_in_the_channel_is_none_of_ours_whatever_is_said_there() -> None:
    assert chat_of([CLUB], said(0.5, TAGGED, "somebody's own"), ours(CLUB)) is None
    assert chat_of([CLUB], said(0.5, TAGGED, "club", OTHER), None) is None


def test_in_the_channel_an_answer_to_a_post_of_the_chat_belongs_to_it_while_it_is_open() -> None:
    for hours in (0, 0.5, 1):
        assert name(chat_of([CLUB], said(hours), ours(CLUB))) == "club"
    for hours in (-0.1, 1.001):
        assert chat_of([CLUB], said(hours), ours(CLUB)) is None
    assert chat_of([OVER], said(0.6), ours(OVER)) is None


def test_an_answer_to_a_person_or_to_another_bot_does_not() -> None:
    for author, role in (("7", Role.PARTICIPANT), ("8", Role.MODERATOR), ("9", Role.BOT)):
        parent = ours(CLUB)._replace(author=author, role=role)
        assert chat_of([CLUB], said(0.5), parent) is None


def test_an_answer_belongs_to_the_chat_whose_post_it_answers() -> None:
    second = on_discord("second", 0.5)
    assert name(chat_of([second, CLUB], said(0.7), ours(CLUB))) == "club"
    assert chat_of([second], said(0.7), ours(CLUB)) is None


@pytest.mark.parametrize("text", [TAGGED, "#UroJC yes", "T1: yes\n#UROJC", "(#urojc)", "#urojc-x"])
def test_in_the_channel_what_bears_the_hashtag_belongs_to_the_chat_while_it_is_open(
    text: str,
) -> None:
    for hours in (0, 0.5, 1):
        assert name(chat_of([CLUB], said(hours, text), None)) == "club"
    for hours in (-0.1, 1.001, 30):
        assert chat_of([CLUB], said(hours, text), None) is None
    assert chat_of([OVER], said(0.6, text), None) is None


@pytest.mark.parametrize(
    "text", ["#urojc2026", "urojc", "x#urojc", "#urojcs", "#uro", "", "_#urojc"]
)
def test_a_hashtag_is_a_word_of_its_own(text: str) -> None:
    assert chat_of([CLUB], said(0.5, text), None) is None
    assert not bears(text, "#urojc")


@pytest.mark.parametrize("tag", ["#m\u00e9ded", "#me\u0301ded"])
@pytest.mark.parametrize("text", ["M\u00c9DED", "m\u00e9ded", "me\u0301ded", "ME\u0301DED"])
def test_an_accent_may_be_a_sign_of_its_own(tag: str, text: str) -> None:
    assert bears(f"Late to #{text}.", tag)
    assert not bears(f"Late to #{text}s.", tag)


def test_a_chat_without_a_hashtag_is_called_by_none() -> None:
    silent = on_discord("club", 0, tag="")
    assert chat_of([silent], said(0.5, "# anything"), None) is None


def test_other_talk_in_the_channel_is_nobodys() -> None:
    assert chat_of([CLUB], said(0.5, "When is lunch?"), None) is None
    assert chat_of([], said(0.5, TAGGED), None) is None


def test_of_two_open_chats_with_one_hashtag_the_one_opened_last_is_meant() -> None:
    second = on_discord("second", 0.5)
    assert [name(chat_of([CLUB, second], said(h, TAGGED), None)) for h in (0.4, 0.7, 1.2)] == [
        "club", "second", "second",
    ]  # fmt: skip


def test_each_chat_has_its_own_hashtag() -> None:
    other = on_discord("other", 0.5, tag="#onco")
    assert name(chat_of([CLUB, other], said(0.7, TAGGED), None)) == "club"
    assert name(chat_of([CLUB, other], said(0.7, "#onco"), None)) == "other"


def test_a_chat_that_opens_late_has_its_window_all_the_same() -> None:
    assert name(chat_of([BEFORE], said(0.1, TAGGED), None)) == "club"
    assert chat_of([BEFORE], said(-0.1, TAGGED), None) is None


@pytest.mark.parametrize("stage", [Stage.CANCELLED, Stage.MISSED])
def test_a_chat_that_was_never_held_is_called_by_nothing(stage: Stage) -> None:
    gone = replace(CLUB, stage=stage)
    assert chat_of([gone], said(0.5, TAGGED, "club"), None) is None
    assert chat_of([gone], said(0.5, TAGGED), ours(gone)) is None


def test_an_edit_or_deletion_alone_belongs_to_its_threads_chat_and_in_the_channel_to_none() -> None:
    for thread, expected in (("club", "club"), (None, "none"), ("another", "none")):
        edited = Edited(at(0.5), CHANNEL, "m1", TAGGED, thread)
        deleted = Deleted(at(0.5), CHANNEL, "m1", thread)
        for signal in (edited, deleted):
            assert name(chat_of([CLUB], signal, ours(CLUB))) == expected


def test_in_our_own_rooms_everything_belongs_to_the_chat_of_its_time() -> None:
    own = opened(chat("own", 0))
    for signal in (
        Said(at(0.5), ROOM, "m1", Person("local", "ann", "Ann"), "When is lunch?", None, "T9"),
        Edited(at(0.5), ROOM, "m1", "words"),
        Deleted(at(2), ROOM, "m1"),
    ):
        assert name(chat_of([own, NEXT], signal, None)) == "own"


def test_rooms_of_discord_are_shared_and_our_own_are_not() -> None:
    assert is_shared("discord")
    assert not is_shared("local")


def test_a_command_in_a_thread_is_about_its_chat_and_in_another_one_about_the_rooms() -> None:
    second = on_discord("second", 168)
    chats = [second, CLUB]
    for thread, hours, expected in (
        ("club", 168.5, "club"),
        ("second", 168.5, "second"),
        ("somebody's own", 168.5, "second"),
        (None, 168.5, "second"),
        ("club", 0.5, "club"),
    ):
        assert name(chat_for_command(chats, at(hours), CHANNEL, thread)) == expected
    assert name(chat_for_command(chats, at(168.5), OTHER, "club")) == "second"
