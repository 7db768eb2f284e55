"""Who may ask what."""

from __future__ import annotations

from bot.engine import commands, replies
from bot.engine.errors import Refused
from bot.engine.people import Role


def permit(ask: commands.Ask, role: Role) -> None:
    """Raise Refused where somebody of this role may not ask this."""
    command = commands.command_of(ask)
    if not command.everybody and role is not Role.MODERATOR:
        raise Refused(replies.only_moderators(command.name))
