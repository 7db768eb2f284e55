"""What is no mistake in an agenda, and yet worth a sentence to whoever wrote it."""

from __future__ import annotations

from collections.abc import Iterator

from bot.engine.agenda import OWN, Series
from bot.engine.rooms import platform_name

_NOT_TOLD = {"discord": "role:"}
"""How names begin of moderators to whom nothing can be written. Discord lists a role's members only
to whom it shows every member of a server; Slack lists a group's."""


def remarks(series: Series) -> Iterator[str]:
    """Yield, for each platform, that nobody there is told privately what concerns moderators.

    Whoever opened a chat by command is told (`bot.engine.telling`). One that opens by itself tells
    the channel of alerts, or those who are named by their ids.
    """
    agenda = series.agenda
    for platform in dict.fromkeys(room.platform for room in agenda.rooms):
        named = agenda.moderators.get(platform, ())
        if platform == OWN or agenda.alerts.get(platform):
            continue
        unreached = _NOT_TOLD.get(platform)
        if not named or (unreached and all(name.startswith(unreached) for name in named)):
            who = "roles alone moderate" if named else "nobody is named as moderator"
            yield (
                f"{series.name}: On {platform_name(platform)} {who}, so that nobody is told "
                "privately what hinders a chat, or handed its transcript, unless somebody opened "
                f'it by command. Name a private channel: alerts: {{{platform}: "ID"}}'
            )
