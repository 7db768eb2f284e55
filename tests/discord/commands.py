"""What a person can choose and type of the registered commands, as Discord's client allows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tests.discord.application import (
    BOOLEAN,
    CHANNEL,
    CHAT_INPUT,
    GROUP,
    INTEGER,
    NUMBER,
    ROLE,
    STRING,
    SUBCOMMAND,
    USER,
)
from tests.discord.basics import JSON
from tests.discord.places import DirectMessages, Place
from tests.discord.rules import Permission
from tests.discord.threads import Thread

if TYPE_CHECKING:
    from tests.discord.people import Member


class NotOffered(AssertionError):
    """Discord's client would not let this person choose or type that."""


def offered(member: Member, place: Place, name: str, kind: int) -> JSON:
    """Return the registered command that somebody may use here; raises NotOffered."""
    application = place.world.application
    guild = None if isinstance(place, DirectMessages) else member.guild.id
    if guild is not None and application.user.id not in member.guild.members:
        raise NotOffered(f"{application.user.name} is not in the guild {member.guild.name}")
    found = [*application.commands.get(guild, ())] if guild is not None else []
    found += application.commands.get(None, ())
    command: JSON | None = next(
        (one for one in found if (one["name"], one["type"]) == (name, kind)), None
    )
    if command is None:
        known = ", ".join(f"{one['name']!r}" for one in found) or "none"
        raise NotOffered(f"no command {name!r} is registered here; there is: {known}")
    _may_use(member, place, command)
    return command


def _may_use(member: Member, place: Place, command: JSON) -> None:
    contexts, in_guild = command["contexts"], place.guild is not None
    if contexts is not None and (0 if in_guild else 1) not in contexts:
        raise NotOffered(f"{command['name']!r} is not there in this kind of place")
    if not in_guild and command["dm_permission"] is False:
        raise NotOffered(f"{command['name']!r} is not there in direct messages")
    able = place.permissions(member.user)
    needed = Permission.VIEW_CHANNEL | Permission.USE_APPLICATION_COMMANDS
    asked = command["default_member_permissions"]
    if asked is not None:
        needed |= Permission(int(asked))
    for_admins = asked == "0" and not able & Permission.ADMINISTRATOR
    if for_admins or able & needed != needed:
        raise NotOffered(f"{member.name} lacks {needed & ~able!r} for {command['name']!r}")
    if isinstance(place, Thread):
        shut = place.locked and not able & Permission.MANAGE_THREADS
        if place.archived or (shut and command["type"] == CHAT_INPUT):
            raise NotOffered("no command can be used in an archived thread, nor in a locked one")


def typed(
    member: Member, place: Place, path: str, values: Mapping[str, Any], *, focused: str = ""
) -> JSON:
    """Make the data of a slash command: `path` is its name and subcommands, apart by spaces.

    An option's name may be written with `_` for `-`. Raises NotOffered for what the registered
    command does not have, and for a required option that is missing (unless `focused`, the
    option being typed at, is given).
    """
    name, *steps = path.split()
    command = offered(member, place, name, CHAT_INPUT)
    data: JSON = {"id": command["id"], "name": name, "type": CHAT_INPUT}
    if "guild_id" in command:
        data["guild_id"] = command["guild_id"]
    holder, inner = command, data
    for step in steps:
        holder = _step(holder, step)
        deeper: JSON = {"name": step, "type": holder["type"], "options": []}
        inner["options"] = [deeper]
        inner = deeper
    options = {one["name"]: one for one in holder.get("options", [])}
    if any(one["type"] in (SUBCOMMAND, GROUP) for one in options.values()):
        raise NotOffered(f"/{path} needs one of: {', '.join(options)}")
    resolved: JSON = {}
    names = {key: key if key in options else key.replace("_", "-") for key in values}
    for key in names.values():
        if key not in options:
            raise NotOffered(f"/{path} has no option {key!r}; it has: {', '.join(options)}")
    inner["options"] = [
        _value(options[names[key]], value, resolved, focused=key == focused)
        for key, value in values.items()
    ]
    needed = [key for key, one in options.items() if one.get("required")]
    missing = [key for key in needed if key not in names.values()]
    if missing and not focused:
        raise NotOffered(f"/{path} needs: {', '.join(missing)}")
    return data | {"resolved": resolved} if resolved else data


def _step(holder: JSON, step: str) -> JSON:
    known = {
        one["name"]: one for one in holder.get("options", []) if one["type"] in (SUBCOMMAND, GROUP)
    }
    if step not in known:
        raise NotOffered(f"{holder['name']!r} has no {step!r}; it has: {', '.join(known)}")
    return dict(known[step])


KINDS: Mapping[int, tuple[type, ...]] = {
    STRING: (str,),
    INTEGER: (int,),
    BOOLEAN: (bool,),
    NUMBER: (int, float),
}


def _value(option: JSON, value: Any, resolved: JSON, *, focused: bool) -> JSON:
    """Write an option as it is sent; what Discord's client would not take raises NotOffered."""
    kind, name = option["type"], option["name"]
    told: JSON = {"name": name, "type": kind, "value": value}
    if focused:
        if not option.get("autocomplete"):
            raise NotOffered(f"option {name!r} has no autocomplete")
        return told | {"focused": True}
    if kind in KINDS and not isinstance(value, KINDS[kind]):
        raise NotOffered(f"option {name!r} takes {KINDS[kind]}, not {value!r}")
    if kind == STRING:
        _between(name, len(value), option.get("min_length", 0), option.get("max_length", 6000))
    elif kind in (INTEGER, NUMBER):
        _between(name, value, option.get("min_value", value), option.get("max_value", value))
    elif kind in (USER, CHANNEL, ROLE):
        told["value"] = str(value.id)
        _resolve(kind, value, resolved)
    choices = option.get("choices") or []
    if choices and value not in [one["value"] for one in choices]:
        raise NotOffered(f"option {name!r} is one of {[one['value'] for one in choices]}")
    return told


def _between(name: str, number: float, least: float, most: float) -> None:
    if not least <= number <= most:
        raise NotOffered(f"option {name!r} is {number}: must be between {least} and {most}")


def _resolve(kind: int, value: Any, resolved: JSON) -> None:
    """Add what an id stands for."""
    number = str(value.id)
    if kind == USER:
        resolved.setdefault("users", {})[number] = value.user.payload()
        resolved.setdefault("members", {})[number] = value.payload(with_user=False)
    elif kind == ROLE:
        resolved.setdefault("roles", {})[number] = value.payload()
    else:
        resolved.setdefault("channels", {})[number] = value.payload() | {"permissions": "0"}
