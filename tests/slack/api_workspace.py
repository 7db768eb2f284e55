"""The methods about the app, the workspace and its people: auth.*, users.*, usergroups.*."""

from __future__ import annotations

from tests.slack.basics import JSON, Refusal
from tests.slack.calls import Call, Method, Methods


def auth_test(call: Call) -> JSON:
    world = call.world
    return {
        "url": world.url,
        "team": world.name,
        "user": world.bot.handle,
        "team_id": world.id,
        "user_id": world.bot.id,
        "bot_id": world.bot.bot_id,
        "is_enterprise_install": False,
    }


def user_info(call: Call) -> JSON:
    return {"user": call.world.find_user(call.need("user")).payload()}


def group_users(call: Call) -> JSON:
    group = call.world.groups.get(str(call.need("usergroup")))
    if group is None or (group.disabled and not call.flag("include_disabled")):
        raise Refusal("no_such_subteam")
    return {"users": [one.id for one in group.users]}


def groups(call: Call) -> JSON:
    found = [
        {"id": one.id, "team_id": call.world.id, "is_usergroup": True, "name": one.handle}
        | {"handle": one.handle, "user_count": str(len(one.users))}
        for one in call.world.groups.values()
        if not one.disabled or call.flag("include_disabled")
    ]
    return {"usergroups": found}


def team_info(call: Call) -> JSON:
    world = call.world
    team = {"id": world.id, "name": world.name, "domain": world.domain, "url": world.url}
    return {"team": team | {"email_domain": "", "icon": {"image_default": True}}}


METHODS: Methods = {
    "auth.test": Method(auth_test),
    "users.info": Method(user_info, ("users:read",)),
    "usergroups.users.list": Method(group_users, ("usergroups:read",)),
    "usergroups.list": Method(groups, ("usergroups:read",)),
    "team.info": Method(team_info, ("team:read",)),
}
