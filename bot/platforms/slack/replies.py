"""How something asked on Slack is answered: to one person alone, and always."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.engine.actions import Words
from bot.engine.errors import Refused, reason
from bot.platforms.answering import FAILED, UNSHOWN, origin
from bot.platforms.platform import Answer, File
from bot.platforms.slack.errors import why_of
from bot.platforms.slack.files import upload
from bot.platforms.slack.text import sections, text_of

log = logging.getLogger(__name__)

USES = 5
"""How often a response_url can be used, within 30 minutes (interactivity/handling-user-interaction,
"Message responses"); so an answer has at most as many messages."""

LONGEST = 3900
"""Characters in one message of an answer; Slack advises 4,000 (chat.postMessage, "Truncating")."""

CUT = "\n… The rest is too long to be shown here."


class Unanswered(Exception):
    """A response_url did not take what was said; `status` is the HTTP status."""

    def __init__(self, status: int) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status


@dataclass(frozen=True, slots=True)
class Aside:
    """Where somebody is told something that nobody else sees.

    `url` is the response_url of what they asked, empty where there is none; `thread` the thread
    in which they asked. Slack puts what a response_url is told into the channel, also where it is
    asked in a thread: there it is the second way.
    """

    client: AsyncWebClient
    user: str
    channel: str
    url: str = ""
    thread: str | None = None

    async def say(self, text: str) -> None:
        """Tell them a text. Raises what the last way raises where none is open."""
        ways = [self._by_url] if self.url else []
        ways.insert(0 if self.thread else len(ways), self._in_channel)
        for way in ways[:-1]:
            try:
                return await way(text)
            except Exception as error:
                note("An answer's first way", error, logging.INFO)
        return await ways[-1](text)

    async def _by_url(self, text: str) -> None:
        webhook = AsyncWebhookClient(
            self.url,
            proxy=self.client.proxy,
            ssl=self.client.ssl,
            retry_handlers=[
                AsyncConnectionErrorRetryHandler(),
                AsyncRateLimitErrorRetryHandler(max_retry_count=2),
            ],
        )
        answer = await webhook.send(
            text=text,
            response_type="ephemeral",
            replace_original=False,
            unfurl_links=False,
            unfurl_media=False,
        )
        if answer.status_code != 200:
            raise Unanswered(answer.status_code)

    async def _in_channel(self, text: str) -> None:
        await self.client.chat_postEphemeral(
            channel=self.channel, user=self.user, text=text, thread_ts=self.thread
        )

    async def hand(self, files: Sequence[File], text: str) -> None:
        """Send them files by direct message: an answer that one person sees can hold none."""
        opened = await self.client.conversations_open(users=[self.user])
        await upload(self.client, str(opened["channel"]["id"]), files, comment=text)


async def answer(aside: Aside, asked: str, work: Callable[[], Awaitable[Answer]]) -> None:
    """Do `work` and tell what came of it, or why nothing did, to the person who asked alone.

    It was acknowledged before. `asked` names for the log what was asked for. Files go to them by
    direct message, and the answer says so. Raises nothing.
    """
    told = await outcome(asked, work)
    try:
        sent = await _hand_over(aside, asked, told)
        first, *rest = texts((*told.words, sent))
        await aside.say(first)
    except Exception as error:
        note(asked, error)
        rest = [UNSHOWN]
    for part in rest:
        await _try_to_say(aside, asked, part)


async def outcome(asked: str, work: Callable[[], Awaitable[Answer]]) -> Answer:
    """Do `work`; return its answer, or the sentence that says why there is none."""
    try:
        return await work()
    except Refused as refusal:
        return Answer((str(refusal),))
    except Exception as error:
        note(asked, error)
        return Answer((FAILED,))


def texts(words: Words) -> list[str]:
    """Write words as messages, at most as many as a response_url takes; there is always one."""
    parts = sections(text_of(words), LONGEST) or ["Done."]
    if len(parts) > USES:
        parts = [*parts[: USES - 1], parts[USES - 1] + CUT]
    return parts


def note(asked: str, error: Exception, level: int = logging.ERROR) -> None:
    """Write into the log that something asked went wrong: what kind of error, and where."""
    if isinstance(error, SlackApiError):
        log.log(level, "%s failed, for Slack says: %s.", asked, why_of(error))
    elif isinstance(error, Unanswered):
        log.log(level, "%s could not be answered on Slack: HTTP %d.", asked, error.status)
    else:
        log.log(level, "%s on Slack failed: %s at %s.", asked, reason(error), origin(error))


async def _hand_over(aside: Aside, asked: str, told: Answer) -> str:
    """Send an answer's files; return the sentence that says where they are."""
    if not told.files:
        return ""
    names = ", ".join(one.name for one in told.files)
    try:
        await aside.hand(told.files, texts(told.words)[0])
    except Exception as error:
        note(asked, error)
        return (
            f"\n{names} could not be sent to you by direct message. It is on the organizers' "
            "pages: /chat link."
        )
    return f"\n{names} was sent to you by direct message."


async def _try_to_say(aside: Aside, asked: str, text: str) -> None:
    try:
        await aside.say(text)
    except Exception as error:
        note(asked, error)
