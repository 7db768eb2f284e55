"""Whoever has to check in first is told how, once, alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.engine import steps, unchecked
from bot.engine.actions import Tell, privately
from bot.engine.agenda import Room
from bot.engine.erasing import SIGN
from bot.engine.fold import apply
from bot.engine.messages import Message, Timing
from bot.engine.people import Role
from bot.engine.signals import SpokeUnchecked
from bot.engine.state import Chat
from bot.engine.wording import plain
from tests.engine.script import OPENS, ROOM, Script, agenda

DISCORD = Room("discord", "7")
SAID = Message("c", DISCORD, "1", True, OPENS, author="5", text="yes", role=Role.PARTICIPANT)


def chat(**more: object) -> Chat:
    given: dict[str, object] = {"require_checkin": True, "rooms": (DISCORD, ROOM)}
    return Script(agenda("0m", **(given | more))).it  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("it", "fields", "must"),
    [
        (chat(), {}, True),
        (chat(), {"role": Role.GUEST}, True),
        (chat(), {"role": Role.VISITOR}, True),
        (chat(), {"timing": Timing.EARLY}, True),
        (chat(require_checkin=False), {}, False),
        (chat(), {"role": Role.MODERATOR}, False),
        (chat(), {"role": Role.BOT}, False),
        (chat(), {"withdrawn": True}, False),
        (chat(), {"author": f"{SIGN}abc"}, False),
        (chat(), {"timing": Timing.LATE}, False),
        (chat(keep_late=True), {"timing": Timing.LATE}, True),
    ],
)
def test_who_has_to_check_in(it: Chat, fields: dict[str, object], must: bool) -> None:
    said = SAID._replace(**fields)  # type: ignore[arg-type]
    assert unchecked.must_check_in(it, said) is must


def test_they_are_told_once_in_a_chat_privately_and_where() -> None:
    script = Script(agenda("0m", require_checkin=True, rooms=(DISCORD, ROOM)))
    spoke = unchecked.spoke(SAID)
    assert script.take(spoke) == [steps.AskedToCheckIn(OPENS, DISCORD, "5", None)]
    (told,) = script.actions
    assert isinstance(told, Tell)
    assert (told.room, told.people, told.channel) == (privately("discord"), ("5",), "")
    assert "/chat checkin" in plain(told.words)
    assert "until you check in" in plain(told.words)
    assert script.take(spoke) == []
    assert not unchecked.must_check_in(script.it, SAID)
    other = replace(spoke, person="6")
    assert len(script.take(other)) == 1


def test_in_a_built_in_room_the_page_says_it() -> None:
    script = Script(agenda("0m", require_checkin=True))
    assert len(script.take(SpokeUnchecked(OPENS, ROOM, "ann", None))) == 1
    assert script.actions == []


@pytest.mark.parametrize("platform", ["local", "discord", "slack"])
def test_the_opening_says_that_people_check_in_first_where_they_must(platform: str) -> None:
    rooms = (Room(platform, "7"),)
    for must in (True, False):
        script = Script(agenda("0m", require_checkin=must, rooms=rooms))
        script.passes("24h")
        opening = next(post for post in script.posted() if post.startswith("Welcome"))
        assert ("Check in first" in opening) is must


def test_the_same_id_on_another_platform_is_somebody_else() -> None:
    told = apply(chat(), steps.AskedToCheckIn(OPENS, Room("slack", "C1"), "5", None))
    assert unchecked.must_check_in(told, SAID)
