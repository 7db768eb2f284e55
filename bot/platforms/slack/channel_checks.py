"""Looks at a Slack channel that agendas name: whether the bot is in it, and who moderates it."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.platforms.channels import Channel
from bot.platforms.finding import Finding
from bot.platforms.slack.blocks import part
from bot.platforms.slack.errors import name_of, why_of
from bot.platforms.slack.people import GROUP

USER = "user:"

_NOBODY = ("user_not_found", "user_not_visible", "users_not_found")

COPY_CHANNEL = "Its id stands at the end of the channel's details (a click on its name)."
COPY_PERSON = "Somebody's id: their profile, its menu, Copy member ID."
COPY_GROUP = "A group's id: its menu, Copy group ID."

NO_GROUPS = (
    "The workspace's plan has no user groups. Name people by their ids (U...) in the agenda."
)

Payload = Mapping[str, Any]


class Unseen(Exception):
    """Slack does not show something; `why` is its name of the error, with the scope if any."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Workspace:
    """Asks a workspace, and for its groups only once, however many channels are looked at.

    `bot` is what the bot is called there, as one types it after an @.
    """

    def __init__(self, client: AsyncWebClient, name: str, bot: str) -> None:
        self._client = client
        self.name = name
        self.bot = bot
        self._groups: Mapping[str, Payload] | None = None

    async def channel(self, number: str) -> Payload:
        """Return a channel as conversations.info tells it. Raises Unseen, and SlackApiError."""
        answer = await _asked(
            self._client.conversations_info(channel=number), "channel_not_found", "missing_scope"
        )
        return part(answer, "channel")

    async def person(self, number: str) -> Payload:
        """Return somebody as users.info tells them. Raises Unseen, and SlackApiError."""
        answer = await _asked(self._client.users_info(user=number), *_NOBODY, "missing_scope")
        return part(answer, "user")

    async def group(self, number: str) -> Payload:
        """Return a user group as usergroups.list tells it. Raises Unseen, and SlackApiError."""
        if self._groups is None:
            answer = await _asked(
                self._client.usergroups_list(include_count=True),
                "plan_upgrade_required",
                "missing_scope",
            )
            self._groups = {str(one.get("id")): one for one in answer.get("usergroups") or ()}
        if number not in self._groups:
            raise Unseen("no_such_subteam")
        return self._groups[number]


async def _asked(call: Awaitable[AsyncSlackResponse], *unseen: str) -> Payload:
    """Return what Slack answers; raise Unseen for these errors."""
    try:
        answer = await call
    except SlackApiError as error:
        if name_of(error) in unseen:
            raise Unseen(why_of(error)) from None
        raise
    return part({"": answer.data}, "")


async def look_at(channel: Channel, workspace: Workspace) -> list[Finding]:
    """Look at one channel: whether it is there, and then at everything that is asked of it.

    Raises SlackApiError, and what a cut line raises.
    """
    where = channel.heading(f"Channel {channel.id}")
    try:
        there = await workspace.channel(channel.id)
    except Unseen as unseen:
        return [Finding("Channel", where, False, _unseen(unseen, _hidden(workspace)))]
    where = channel.heading(f"#{there.get('name')} in {workspace.name} ({channel.id})")
    if there.get("is_im") or there.get("is_mpim"):
        where = channel.heading(f"Channel {channel.id}")
        sentence = f"It is no channel but a conversation of a few. {COPY_CHANNEL}"
        return [Finding("Channel", where, False, sentence)]
    return [
        _open(there, where),
        _member(there, workspace, where),
        *([_private(there, where)] if channel.alerts else ()),
        *([_archive(there, channel, where)] if channel.archives else ()),
        *[await _notify(name, workspace, where) for name in channel.notify],
        *[await _who("moderator", name, workspace, where) for name in channel.moderators],
        *[await _who("on call", name, workspace, where) for name in channel.on_call],
    ]


def _hidden(workspace: Workspace) -> str:
    return (
        "Slack shows Rounds no such channel: it was deleted, the id is another thing's, or it is "
        f"private and the bot is not in it (type /invite @{workspace.bot} there). {COPY_CHANNEL}"
    )


def _unseen(unseen: Unseen, sentence: str) -> str:
    name, _, scope = unseen.why.partition(": ")
    if name == "missing_scope":
        return f"It cannot be looked at before the scope {scope} is there."
    return NO_GROUPS if name == "plan_upgrade_required" else sentence


def _open(there: Payload, where: str) -> Finding:
    if there.get("is_archived"):
        sentence = (
            "It is archived. Unarchive it (its name, Settings), or name another in the agenda."
        )
        return Finding("Channel", where, False, sentence)
    kind = "A private channel." if there.get("is_private") else "A public channel."
    return Finding("Channel", where, True, kind)


def _member(there: Payload, workspace: Workspace, where: str) -> Finding:
    if there.get("is_member"):
        return Finding("Member", where, True, "The bot is in it.")
    sentence = f"The bot is not in it. Invite it: type /invite @{workspace.bot} there."
    return Finding("Member", where, False, sentence)


def _private(there: Payload, where: str) -> Finding:
    if there.get("is_private"):
        return Finding("Private", where, True)
    sentence = (
        "Everybody in the workspace can read what moderators are told here. Make it private (its "
        "name, Settings), or name a private channel in alerts."
    )
    return Finding("Private", where, False, sentence)


def _archive(there: Payload, channel: Channel, where: str) -> Finding:
    """Say whether a channel is one chat's own, and whether Slack lets it be archived."""
    what = "archive"
    others = [one for one in (*channel.rooms, *channel.alerts) if one != channel.archives[0]]
    if there.get("is_general"):
        sentence = "Slack lets nobody archive this channel, which everybody is in."
    elif others:
        sentence = f"It is no chat's own: {' and '.join(others)} would lose it too."
    else:
        return Finding(what, where, True, f"At the end of {channel.archives[0]}.")
    return Finding(
        what, where, False, f"{sentence} Make a channel for the chat, or delete archive."
    )


async def _notify(name: str, workspace: Workspace, where: str) -> Finding:
    return await _group(f"notify {name}", name, workspace, where)


async def _who(as_what: str, name: str, workspace: Workspace, where: str) -> Finding:
    what = f"{as_what} {name}"
    if name.startswith(GROUP):
        return await _group(what, name, workspace, where)
    try:
        person = await workspace.person(name.removeprefix(USER))
    except Unseen as unseen:
        nobody = f"Nobody with this id is in {workspace.name}. {COPY_PERSON}"
        return Finding(what, where, False, _unseen(unseen, nobody))
    if person.get("deleted"):
        sentence = "This account was deactivated. Name somebody else in the agenda."
        return Finding(what, where, False, sentence)
    if person.get("is_bot"):
        sentence = f"This is an app, not a person. {COPY_PERSON}"
        return Finding(what, where, False, sentence)
    profile = part(person, "profile")
    shown = profile.get("display_name") or person.get("real_name") or person.get("name")
    return Finding(what, where, True, f"{shown}.")


async def _group(what: str, name: str, workspace: Workspace, where: str) -> Finding:
    try:
        group = await workspace.group(name.removeprefix(GROUP))
    except Unseen as unseen:
        none = f"There is no such user group in {workspace.name}. {COPY_GROUP}"
        return Finding(what, where, False, _unseen(unseen, none))
    if str(group.get("user_count")) == "0":
        return Finding(what, where, False, f"@{group.get('handle')} has no members. Add some.")
    return Finding(what, where, True, f"@{group.get('handle')}.")
