"""The HTTP routes of the application, its commands, guilds and scheduled events."""

from __future__ import annotations

from datetime import datetime

from tests.discord.basics import JSON
from tests.discord.calls import Call, Result, Routes
from tests.discord.rules import bad_form, missing_access, unknown


def gateway(call: Call) -> Result:
    return {"url": call.world.address.replace("http", "ws", 1) + "/gateway"}


def gateway_bot(call: Call) -> Result:
    limit = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1}
    return {
        "url": call.world.address.replace("http", "ws", 1) + "/gateway",
        "shards": 1,
        "session_start_limit": limit,
    }


def me(call: Call) -> Result:
    return call.bot.payload() | {"mfa_enabled": True, "locale": "en-US", "verified": True}


def application(call: Call) -> Result:
    return call.world.application.payload()


def my_guilds(call: Call) -> Result:
    after = int(call.query.get("after", 0))
    found = [
        guild
        for number, guild in sorted(call.world.guilds.items())
        if call.bot.id in guild.members and number > after
    ]
    return [
        {
            "id": str(guild.id),
            "name": guild.name,
            "icon": None,
            "banner": None,
            "owner": False,
            "permissions": str(guild.bot.base.value),
            "features": [],
        }
        for guild in found[: int(call.query.get("limit", 200))]
    ]


def get_user(call: Call) -> Result:
    user = call.world.users.get(call.id("user_id"))
    if user is None:
        raise unknown("User")
    return user.payload()


# ---------------------------------------------------------------- guilds


def get_guild(call: Call) -> Result:
    return call.world.find_guild(call.id("guild_id")).payload()


def channels(call: Call) -> Result:
    return [one.payload() for one in call.world.find_guild(call.id("guild_id")).channels]


def roles(call: Call) -> Result:
    return [role.payload() for role in call.world.find_guild(call.id("guild_id")).roles.values()]


def role(call: Call) -> Result:
    found = call.world.find_guild(call.id("guild_id")).roles.get(call.id("role_id"))
    if found is None:
        raise unknown("Role")
    return found.payload()


def members(call: Call) -> Result:
    """List members, which takes the privileged intent (resources/guild "List Guild Members")."""
    guild = call.world.find_guild(call.id("guild_id"))
    if not call.world.application.members:
        raise missing_access()
    after, limit = int(call.query.get("after", 0)), int(call.query.get("limit", 1))
    found = [one for number, one in sorted(guild.members.items()) if number > after]
    return [one.payload() for one in found[:limit]]


def member(call: Call) -> Result:
    guild = call.world.find_guild(call.id("guild_id"))
    return guild.person(call.id("user_id")).payload()


def change_member(call: Call) -> Result:
    """Change a member; no more of it than a time-out is known here."""
    guild = call.world.find_guild(call.id("guild_id"))
    person, until = guild.person(call.id("user_id")), call.form["communication_disabled_until"]
    person.silence(guild.bot, None if until is None else datetime.fromisoformat(until))
    return person.payload()


def events(call: Call) -> Result:
    counted = call.query.get("with_user_count") in ("1", "true", "True")
    count: JSON = {"user_count": 0} if counted else {}
    found = call.world.find_guild(call.id("guild_id")).schedule.payload()
    return [event | count for event in found]


def get_event(call: Call) -> Result:
    return call.world.find_guild(call.id("guild_id")).schedule.find(call.id("event_id"))


def create_event(call: Call) -> Result:
    return call.world.find_guild(call.id("guild_id")).schedule.create(call.bot, call.form)


def change_event(call: Call) -> Result:
    schedule = call.world.find_guild(call.id("guild_id")).schedule
    return schedule.change(call.bot, call.id("event_id"), call.form)


def delete_event(call: Call) -> Result:
    call.world.find_guild(call.id("guild_id")).schedule.delete(call.bot, call.id("event_id"))
    return None


# ---------------------------------------------------------------- commands


def _whose(call: Call) -> int | None:
    """Return the guild whose commands are meant, None for those of everywhere."""
    if call.id("application_id") != call.world.application.id:
        raise missing_access()
    if "guild_id" not in call.ids:
        return None
    return call.world.find_guild(call.id("guild_id")).id


def list_commands(call: Call) -> Result:
    return call.world.application.commands.get(_whose(call), [])


def overwrite_commands(call: Call) -> Result:
    guild = _whose(call)
    if not isinstance(call.body, list):
        raise bad_form("_", "Only iterables may be used in a ListType", "LIST_TYPE_CONVERT")
    application = call.world.application
    application.register(guild, call.body, call.world.new_id)
    return application.commands[guild]


COMMANDS = "/applications/{application_id}/commands"
GUILD_COMMANDS = "/applications/{application_id}/guilds/{guild_id}/commands"
EVENTS = "/guilds/{guild_id}/scheduled-events"
ROUTES: Routes = (
    ("GET", "/gateway", gateway),
    ("GET", "/gateway/bot", gateway_bot),
    ("GET", "/users/@me", me),
    ("GET", "/users/@me/guilds", my_guilds),
    ("GET", "/users/{user_id}", get_user),
    ("GET", "/applications/@me", application),
    ("GET", "/oauth2/applications/@me", application),
    ("GET", "/guilds/{guild_id}", get_guild),
    ("GET", "/guilds/{guild_id}/channels", channels),
    ("GET", "/guilds/{guild_id}/roles", roles),
    ("GET", "/guilds/{guild_id}/roles/{role_id}", role),
    ("GET", "/guilds/{guild_id}/members", members),
    ("GET", "/guilds/{guild_id}/members/{user_id}", member),
    ("PATCH", "/guilds/{guild_id}/members/{user_id}", change_member),
    ("GET", EVENTS, events),
    ("POST", EVENTS, create_event),
    ("GET", f"{EVENTS}/{{event_id}}", get_event),
    ("PATCH", f"{EVENTS}/{{event_id}}", change_event),
    ("DELETE", f"{EVENTS}/{{event_id}}", delete_event),
    ("GET", COMMANDS, list_commands),
    ("PUT", COMMANDS, overwrite_commands),
    ("GET", GUILD_COMMANDS, list_commands),
    ("PUT", GUILD_COMMANDS, overwrite_commands),
)
