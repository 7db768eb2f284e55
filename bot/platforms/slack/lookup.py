"""Looks whether something of ours stands in a place on Slack already, with the files below it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.platforms.slack.pages import PAGE, Page, page_of
from bot.platforms.slack.signals import moment_of, ts_of

EVENT = "rounds_post"
"""The type of our messages' metadata, in which the key of each stands."""

CLOCKS_DIFFER = timedelta(minutes=2)
"""How much earlier than the first try, by our clock, a message of ours may seem to stand."""

LATE_BY = 3.0
"""Seconds after which what was asked before, and nobody waited for, stands there or never will."""

REMEMBERED = 100
"""Of so many keys it is remembered what was answered, or how far was looked."""


@dataclass(frozen=True, slots=True)
class Found:
    """Our message's ts, and the names of our files after it; empty: it is not there."""

    ts: str = ""
    files: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Search:
    newest: datetime
    """When the last of what was looked at was said."""
    below: str | None = None
    """What was said later was looked at."""
    files: set[str] = field(default_factory=set)


class Lookup:
    """Looks by metadata in a channel or a thread; `me` is the bot's user id.

    A channel is read from its newest message down, for it is not said which end of a long history
    `oldest` alone would give. What a search has read it need not read again after a rate limit,
    where Slack gives 15 messages a minute; nothing is posted before the search has ended.
    """

    def __init__(self, client: AsyncWebClient, me: str) -> None:
        self._client = client
        self._me = me
        self._interrupted: dict[tuple[str, str], _Search] = {}
        self._refused: dict[str, None] = {}

    def note_refused(self, key: str) -> None:
        """Take note that Slack answered that nothing was posted, so that nothing is to be found."""
        self._refused[key] = None
        if len(self._refused) > REMEMBERED:
            del self._refused[next(iter(self._refused))]

    async def find(self, key: str, channel: str, thread: str | None, since: datetime) -> Found:
        """Return where our message with this key is, said since then. Raises what slack_sdk does.

        Called again after it raised, it goes on. Where nothing is found it looks again a little
        later, at what has come since: Slack may have been busy with the try before.
        """
        if self._refused.pop(key, self) is None:
            return Found()
        first = since - CLOCKS_DIFFER
        look = self._find_in_channel if thread is None else self._find_in_thread
        found, last = await look(key, channel, thread or "", first)
        if found.ts:
            return found
        await asyncio.sleep(LATE_BY)
        found, _ = await look(key, channel, thread or "", last)
        return found

    async def _find_in_channel(
        self, key: str, channel: str, _thread: str, first: datetime
    ) -> tuple[Found, datetime]:
        """Look from the newest message down to `first`; return also when the newest was said."""
        search = self._interrupted.pop((key, channel), None) or _Search(first)
        try:
            while True:
                page = await self._older(channel, search.below)
                for message in reversed(_in_order(page)):
                    search.newest = max(search.newest, moment_of(str(message["ts"])))
                    if self._is_own(message) and _key_of(message) == key:
                        return Found(str(message["ts"]), frozenset(search.files)), search.newest
                    search.files.update(self._files_of(message))
                if page.whole or not page.messages or moment_of(page.times[0]) < first:
                    return Found(), search.newest
                search.below = page.times[0]
        except BaseException:
            self._interrupted[key, channel] = search
            if len(self._interrupted) > REMEMBERED:
                del self._interrupted[next(iter(self._interrupted))]
            raise

    async def _older(self, channel: str, below: str | None) -> Page:
        return page_of(
            await self._client.conversations_history(
                channel=channel, latest=below, limit=PAGE, include_all_metadata=True
            )
        )

    async def _find_in_thread(
        self, key: str, channel: str, thread: str, first: datetime
    ) -> tuple[Found, datetime]:
        """Look from `first` on to the end: a thread is given from its first message up."""
        ts, files, cursor, newest = "", set[str](), None, first
        while True:
            page = page_of(
                await self._client.conversations_replies(
                    channel=channel,
                    ts=thread,
                    oldest=ts_of(first),
                    cursor=cursor,
                    limit=PAGE,
                    include_all_metadata=True,
                )
            )
            for message in _in_order(page):
                newest = max(newest, moment_of(str(message["ts"])))
                if ts:
                    files.update(self._files_of(message))
                elif self._is_own(message) and _key_of(message) == key:
                    ts = str(message["ts"])
            if (cursor := page.cursor) is None:
                return Found(ts, frozenset(files)), newest

    def _is_own(self, message: Any) -> bool:
        return bool(message.get("user") == self._me)

    def _files_of(self, message: Any) -> set[str]:
        files = (message.get("files") or ()) if self._is_own(message) else ()
        return {str(file.get("name")) for file in files}


def _in_order(page: Page) -> list[Any]:
    return sorted(page.messages, key=lambda message: moment_of(str(message["ts"])))


def _key_of(message: Any) -> str | None:
    metadata = message.get("metadata") or {}
    payload = metadata.get("event_payload") or {}
    return payload.get("key") if metadata.get("event_type") == EVENT else None
