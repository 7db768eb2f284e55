"""Asks Slack who people are: names, who moderates a channel, who is in which user group.

Slack tells none of it with a message. What it answers is kept for a while, so that a message
hardly ever waits for it; what it does not answer holds no message up: somebody is then known by
their id alone, or as they were known before.
"""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.engine.people import Person, Role
from bot.platforms.kept import Kept
from bot.platforms.slack.blocks import part
from bot.platforms.slack.errors import RATE_LIMITED, retry_after, why_of
from bot.platforms.slack.signals import PLATFORM, SLACKBOT, Known, Wanted

log = logging.getLogger(__name__)

NAMES_LAST = timedelta(hours=1)
"""How long what users.info and conversations.info tell is kept."""

GROUPS_LAST = timedelta(minutes=10)
"""How long it is kept who is in a user group."""

MOST = 5_000
"""People, and channels, that are kept."""

AT_ONCE = 4
"""Calls of one method that are under way; a rate limit holds up all of them."""

MESSAGES_WAIT = 1.0
"""Seconds that a message waits for what is not known; Slack gives three for its acknowledgement."""

COMMANDS_WAIT = 5.0
"""Seconds that somebody who asked for something waits; it was acknowledged before."""

PAGE = 500
"""People of a channel in one answer; Slack takes fewer than 1,000 (conversations.members)."""

TRIES = 3
"""How often a call is made that meets the rate limit."""

GROUP = "group:"
"""What stands before a user group's id in an agenda."""

MISSED = {
    "users.info": "people are called by their ids, and admins do not count as moderators",
    "conversations.info": "a channel's creator does not count as its moderator",
    "conversations.members": "chats of private channels are shown in nobody's Home tab",
    "usergroups.users.list": "groups that an agenda names as moderators or guests do not count",
    "usergroups.list": "groups that are mentioned are called by their ids",
}
"""What is missing while a method does not answer."""

_UNKNOWN = ("user_not_found", "user_not_visible")  # about somebody, not about the method


@dataclass(frozen=True, slots=True)
class _Account:
    """What users.info tells of somebody."""

    name: str
    is_admin: bool
    is_bot: bool
    is_guest: bool
    is_closed: bool


@dataclass(frozen=True, slots=True)
class _Channel:
    """What conversations.info tells of a channel."""

    name: str
    creator: str
    is_private: bool


class People:
    """The people of a workspace. `groups` gives the ids of the groups that agendas name."""

    def __init__(
        self,
        client: AsyncWebClient,
        clock: Callable[[], datetime],
        groups: Callable[[], Iterable[str]],
    ) -> None:
        self._client = client
        self._groups = groups
        self._lines: dict[str, asyncio.Semaphore] = {}
        self._silent: dict[str, str] = {}  # methods that do not answer, and what was said of it
        self._accounts = Kept(self._ask_account, NAMES_LAST, MOST, clock)
        self._channels = Kept(self._ask_channel, NAMES_LAST, MOST, clock)
        self._members = Kept(self._ask_members, GROUPS_LAST, MOST, clock)
        self._inside = Kept(self._ask_inside, GROUPS_LAST, MOST, clock)
        self._handles = Kept(self._ask_handles, NAMES_LAST, 1, clock)

    async def close(self) -> None:
        """End what is still being asked."""
        every = (self._accounts, self._channels, self._members, self._inside, self._handles)
        for kept in every:
            await kept.close()

    def forget(self, number: str) -> None:
        """Ask anew for a person, channel or group that Slack says has changed."""
        for kept in (self._accounts, self._channels, self._members, self._inside):
            kept.forget(number)
        self._handles.forget("")

    # ------------------------------------------------------------ who somebody is

    async def person(self, user: str, channel: str, patience: float = COMMANDS_WAIT) -> Person:
        """Return who somebody is in a channel, as far as Slack tells it in so many seconds.

        A workspace's admins and owners and the channel's creator are its stewards.
        """
        if self._accounts.knows(user) and self._channels.knows(channel):  # three tasks less
            account = await self._accounts.get(user, patience)
            place = await self._channels.get(channel, patience)
            badges = await self._badges(user, patience)
        else:
            account, place, badges = await asyncio.gather(
                self._accounts.get(user, patience),
                self._channels.get(channel, patience),
                self._badges(user, patience),
            )
        creates = place is not None and place.creator == user
        if account is None:
            return Person(PLATFORM, user, user, badges, creates)
        role = Role.BOT if account.is_bot else None
        steward = account.is_admin or creates
        return Person(PLATFORM, user, account.name or user, badges, steward, role)

    async def sees(self, user: str, channel: str, patience: float = COMMANDS_WAIT) -> bool:
        """Whether somebody can see a channel, as far as Slack tells it in so many seconds.

        Everybody but guests sees a public one, and whoever is in it any other.
        """
        account, place = await asyncio.gather(
            self._accounts.get(user, patience), self._channels.get(channel, patience)
        )
        if account is None or place is None:
            return False
        if not (account.is_guest or place.is_private):
            return True
        return user in (await self._inside.get(channel, patience) or ())

    async def has_left(self, user: str) -> bool:
        """Whether Slack says, when it is asked now, that somebody's account was closed."""
        account = await self._ask_account(user)
        return account is not None and account.is_closed

    async def _badges(self, user: str, patience: float) -> frozenset[str]:
        """Return the groups that agendas name and somebody is in."""
        groups = sorted(set(self._groups()))
        if not groups:
            return frozenset()
        members = await asyncio.gather(*(self._members.get(one, patience) for one in groups))
        those_in = zip(groups, members, strict=True)
        return frozenset(GROUP + group for group, users in those_in if user in (users or ()))

    async def known(self, wanted: Wanted, patience: float = MESSAGES_WAIT) -> Known:
        """Return who they are of whom a payload tells the ids, as far as Slack tells it in time."""
        if not (wanted.people or wanted.named):
            return Known()
        numbers, named = sorted(wanted.people), sorted(wanted.named)
        if len(numbers) == 1 and not named:  # as nearly always
            one = await self.person(numbers[0], wanted.channel, patience)
            return Known({one.id: one}, {one.id: one.name})
        people, names = await asyncio.gather(
            asyncio.gather(*(self.person(one, wanted.channel, patience) for one in numbers)),
            asyncio.gather(*(self._name(one, patience) for one in named)),
        )
        told = {number: name for number, name in zip(named, names, strict=True) if name}
        return Known({one.id: one for one in people}, {one.id: one.name for one in people} | told)

    async def _name(self, number: str, patience: float) -> str:
        """Return what a person, channel or group is called; empty: it is not known."""
        if number.startswith("S"):
            handles = await self._handles.get("", patience)
            return (handles or {}).get(number, "")
        if number.startswith(("C", "G")):
            place = await self._channels.get(number, patience)
            return "" if place is None else place.name
        account = await self._accounts.get(number, patience)
        return "" if account is None else account.name

    # ------------------------------------------------------------ what Slack is asked

    async def _ask_account(self, user: str) -> _Account | None:
        answer = await self._ask("users.info", lambda: self._client.users_info(user=user))
        if answer is None:
            return None
        found = part(answer, "user")
        profile = part(found, "profile")
        names = (profile.get("display_name"), profile.get("real_name"), found.get("real_name"))
        return _Account(
            next((str(name) for name in (*names, found.get("name")) if name), ""),
            bool(found.get("is_admin") or found.get("is_owner")),
            bool(found.get("is_bot")) or user == SLACKBOT,
            bool(found.get("is_restricted") or found.get("is_ultra_restricted")),
            found.get("deleted") is True,
        )

    async def _ask_channel(self, channel: str) -> _Channel | None:
        answer = await self._ask(
            "conversations.info", lambda: self._client.conversations_info(channel=channel)
        )
        if answer is None:
            return None
        found = part(answer, "channel")
        return _Channel(
            str(found.get("name") or ""),
            str(found.get("creator") or ""),
            bool(found.get("is_private")),
        )

    async def _ask_members(self, group: str) -> frozenset[str] | None:
        answer = await self._ask(
            "usergroups.users.list", lambda: self._client.usergroups_users_list(usergroup=group)
        )
        return None if answer is None else frozenset(map(str, answer.get("users") or ()))

    async def _ask_inside(self, channel: str) -> frozenset[str] | None:
        """Return who is in a channel, page by page; None where a page does not come."""
        found: frozenset[str] = frozenset()
        cursor = ""
        while True:
            answer = await self._ask(
                "conversations.members",
                functools.partial(
                    self._client.conversations_members,
                    channel=channel,
                    cursor=cursor or None,
                    limit=PAGE,
                ),
            )
            if answer is None:
                return None
            found |= frozenset(map(str, answer.get("members") or ()))
            cursor = str(part(answer, "response_metadata").get("next_cursor") or "")
            if not cursor:
                return found

    async def _ask_handles(self, _all: str) -> dict[str, str] | None:
        answer = await self._ask("usergroups.list", self._client.usergroups_list)
        if answer is None:
            return None
        groups = answer.get("usergroups") or ()
        return {str(one.get("id")): str(one.get("handle") or "") for one in groups}

    async def _ask(
        self, method: str, call: Callable[[], Awaitable[AsyncSlackResponse]]
    ) -> Mapping[str, Any] | None:
        """Return what a method answers, None where it does not; then the log says it once."""
        why = RATE_LIMITED
        async with self._lines.setdefault(method, asyncio.Semaphore(AT_ONCE)):
            for _ in range(TRIES):
                try:
                    answer = await call()
                except SlackApiError as error:
                    wait = retry_after(error)
                    if wait is None:
                        why = why_of(error)
                        break
                    await asyncio.sleep(wait)
                except Exception as failure:  # the library lets through what its network raises
                    why = type(failure).__name__
                    break
                else:
                    self._silent.pop(method, None)
                    return part({"": answer.data}, "")
        self._silence(method, why)
        return None

    def _silence(self, method: str, why: str) -> None:
        """Say once in the log that Slack does not tell something, until it does again."""
        if why in _UNKNOWN or self._silent.get(method) == why:
            return
        self._silent[method] = why
        log.warning("Slack does not answer %s (%s): %s.", method, why, MISSED[method])
