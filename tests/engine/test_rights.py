"""Who may ask what."""

from __future__ import annotations

import pytest

from bot.engine.commands import COMMANDS, Command, parse
from bot.engine.errors import Refused
from bot.engine.people import Role
from bot.engine.rights import permit


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
@pytest.mark.parametrize("role", list(Role))
def test_what_is_not_for_everybody_is_for_moderators_alone(command: Command, role: Role) -> None:
    ask = parse(command.example)[1]
    if command.everybody or role is Role.MODERATOR:
        permit(ask, role)
    else:
        with pytest.raises(Refused, match=f"/chat {command.name} is for the moderators"):
            permit(ask, role)


def test_everybody_may_catch_up_say_who_they_are_leave_and_ask_for_help() -> None:
    assert {command.name for command in COMMANDS if command.everybody} == {
        "catchup",
        "checkin",
        "withdraw",
        "forget",
        "help",
        "commands",
    }
