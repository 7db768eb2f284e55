"""Whether Discord has the commands as they are here, and giving them to it where it has not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from discord import app_commands

Tree = app_commands.CommandTree[Any]


async def in_sync(tree: Tree) -> bool:
    """Say whether Discord has just the commands of `tree`, in every word and option.

    Raises discord.HTTPException where Discord cannot be asked, and
    app_commands.MissingApplicationID before the client has logged in.
    """
    application = tree.client.application_id
    if application is None:
        raise app_commands.MissingApplicationID
    # Not `tree.fetch_commands`: discord.py 2.7 reads "in servers alone", [0], as nowhere.
    there = await tree.client.http.get_global_commands(application)
    return set(map(_shape, there)) == {_shape(one.to_dict(tree)) for one in tree.get_commands()}


async def sync(tree: Tree) -> bool:
    """Give Discord the commands of `tree` in place of those that it has, if they differ.

    Says whether they did. So a restart spends none of the 200 commands that may be created in a
    day (interactions/application-commands "Registering a Command"). Raises
    discord.HTTPException, and app_commands.CommandSyncFailure for a command that is refused.
    """
    if await in_sync(tree):
        return False
    await tree.sync()
    return True


def _shape(command: Mapping[str, Any]) -> tuple[object, ...]:
    """Return what makes a command what it is.

    Discord adds ids and versions, leaves out what is as by default, and may order the places
    otherwise; in direct messages (`dm_permission`) a command is offered by its contexts.
    """
    return (
        command["type"],
        command["name"],
        command.get("description") or "",
        str(command.get("default_member_permissions")),
        bool(command.get("nsfw")),
        frozenset(command.get("contexts") or ()),
        frozenset(command.get("integration_types") or ()),
        _options(command),
    )


def _options(holder: Mapping[str, Any]) -> tuple[object, ...]:
    return tuple(
        (
            option["type"],
            option["name"],
            option["description"],
            bool(option.get("required")),
            bool(option.get("autocomplete")),
            option.get("min_length"),
            option.get("max_length"),
            tuple((one["name"], one["value"]) for one in option.get("choices") or ()),
            _options(option),
        )
        for option in holder.get("options") or ()
    )
