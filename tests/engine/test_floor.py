"""Which chat a message or a command belongs to."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.engine.chat import decide
from bot.engine.floor import chat_at, chat_for_command
from bot.engine.fold import fold
from bot.engine.signals import DateCame
from bot.engine.state import Chat, Stage
from tests.engine.script import OPENS, agenda


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
