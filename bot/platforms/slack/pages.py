"""Pages of what Slack has of a channel or a thread, and how far they were read."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.engine.agenda import Room
from bot.platforms.platform import Place, Unreachable
from bot.platforms.slack.errors import TOKEN, is_refusal, name_of, retry_after
from bot.platforms.slack.refusals import TokenRefused, sentence_of
from bot.platforms.slack.signals import Payload, moment_of, ts_of

MOST = 2_000
"""Messages of one channel that are read; of a thread, so many of those that are stored."""

PAGE = 200
"""Messages of one request, as many as Slack recommends; they are committed together."""

SETTLED = timedelta(minutes=1)
"""What was said this long ago is in the history, if it was not deleted."""

BEGINNING = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class Stretch:
    """A part of a channel: what was said before `below` (None: all) down to `floor`."""

    below: str | None
    floor: datetime
    is_last: bool = False
    """Whether nothing was said before it."""


@dataclass(slots=True)
class Channel:
    """A channel that is to be read for the chats of `places`, which are held there.

    `left` messages may still be read. `new` and `again` are the parts of it that are left.
    """

    room: Room
    places: tuple[Place, ...]
    left: int = MOST
    new: deque[Stretch] = field(default_factory=deque)
    again: deque[Stretch] = field(default_factory=deque)
    known_in_threads: datetime = BEGINNING
    """What was said in its threads before was heard."""
    turn: str | None = None
    """Where a reading of the old part was interrupted; the next one begins there."""
    newest: Stretch | None = None
    """The first part that was read, down to where it was read."""

    @property
    def since(self) -> datetime:
        """When the first of its chats opened."""
        return min(place.since for place in self.places)

    def finish(self, part: Stretch) -> None:
        """Take note that a part was read."""
        self.newest = self.newest or part

    def look_again(self) -> None:
        """Let everything below what is new be read again, first what was left before."""
        newest, turn, self.turn = self.newest, self.turn, None
        if newest is None or newest.below is None or newest.is_last:
            return
        end = self.since if turn is None else moment_of(turn)
        if self.since < end < moment_of(newest.below):
            self.again = deque([Stretch(turn, self.since), Stretch(newest.below, end)])
        else:
            self.again = deque([Stretch(newest.below, self.since)])


@dataclass(slots=True)
class Thread:
    """A thread that is to be read from `after` to its end; `cursor` is where it goes on."""

    channel: Channel
    ts: str
    after: datetime
    cursor: str | None = None
    stored: frozenset[str] | None = None
    read: set[str] = field(default_factory=set)
    is_anew: bool = False

    def start_over(self) -> None:
        """Read it from its beginning: Slack has forgotten where it was."""
        self.cursor, self.is_anew = None, True


@dataclass(frozen=True, slots=True)
class Page:
    """Messages as Slack gives them, those without a time left out.

    `whole` is whether nothing was held back at its end, `cursor` where the next one begins.
    """

    messages: tuple[Payload, ...]
    whole: bool
    cursor: str | None = None

    @property
    def times(self) -> list[str]:
        """The `ts` of its messages, in the order in which they were said."""
        return sorted((str(message["ts"]) for message in self.messages), key=moment_of)


async def history(
    client: AsyncWebClient, room: Room, below: str | None, *, itself: bool = False, most: int = PAGE
) -> Page:
    """Return the newest messages of a channel said before `below`, or also then if `itself`.

    Raises what `replies` raises.
    """
    return page_of(
        await _asked(
            lambda: client.conversations_history(
                channel=room.name, latest=below, inclusive=itself, limit=most
            )
        )
    )


async def replies(client: AsyncWebClient, thread: Thread) -> Page:
    """Return the next messages of a thread; what it hangs from is among them.

    Raises SlackApiError for a refusal, TokenRefused where the token counts no longer, Unreachable
    where Slack could not be reached. Where it is asked too often it is asked again when it says so.
    """
    return page_of(
        await _asked(
            lambda: client.conversations_replies(
                channel=thread.channel.room.name,
                ts=thread.ts,
                oldest=ts_of(thread.after),
                inclusive=True,
                cursor=thread.cursor,
                limit=PAGE,
            )
        )
    )


async def _asked(call: Callable[[], Awaitable[AsyncSlackResponse]]) -> AsyncSlackResponse:
    while True:
        try:
            return await call()
        except SlackApiError as error:
            wait = retry_after(error)
            if wait is None and is_refusal(error):
                raise
            if wait is None:  # its own text quotes the answer
                raise _no_answer(error) from None
        except Exception as failure:  # the library lets through what its network raises
            raise Unreachable(f"Slack does not answer ({type(failure).__name__}).") from None
        await asyncio.sleep(wait)


def _no_answer(error: SlackApiError) -> Unreachable:
    if name_of(error) in TOKEN:
        return TokenRefused(sentence_of(name_of(error)))
    return Unreachable(f"Slack does not answer ({name_of(error)}).")


def page_of(answer: AsyncSlackResponse) -> Page:
    """Read a page of a history or a thread as Slack answers it."""
    messages = [one for one in answer.get("messages") or () if _is_timed(one)]
    metadata = answer.get("response_metadata") or {}
    cursor = str(metadata.get("next_cursor") or "") or None
    is_cut = bool(answer.get("has_more") or answer.get("is_limited") or cursor)
    return Page(tuple(messages), not is_cut, cursor)


def _is_timed(message: Any) -> bool:
    try:
        moment_of(str(message["ts"]))
    except (KeyError, TypeError, ValueError):
        return False
    return True


def missing(
    stored: Collection[str], read: Collection[str], first: datetime, last: datetime
) -> list[str]:
    """Return the stored messages from `first` to `last`, both included, that were not read."""
    found = []
    for ts in set(stored).difference(read):
        try:
            at = moment_of(ts)
        except ValueError:
            continue  # not Slack's
        if first <= at <= last:
            found.append((at, ts))
    return [ts for _, ts in sorted(found)]
