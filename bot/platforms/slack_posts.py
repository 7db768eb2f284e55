"""Actions as calls to Slack, each done once however often it is asked.

Slack has no nonce. A message bears its action's key as metadata, no call is repeated by itself
when its connection breaks, and after a doubtful try the place is read first, for a message with
that key (messaging/message-metadata). A file is known again by its name.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.engine.actions import Amend, Archive, KeepOpen, Post, PostKind, Tell, Whisper, Words
from bot.platforms.local_adapter import text_of as house_text
from bot.platforms.platform import Errand, File, Impossible, Receipt
from bot.platforms.slack_files import upload
from bot.platforms.slack_refusals import translated
from bot.platforms.slack_signals import moment_of
from bot.platforms.slack_text import text_of

EVENT = "rounds_post"
"""The type of our messages' metadata."""

CLOCKS_DIFFER = timedelta(minutes=2)
"""How much earlier than the first try, by our clock, a message of ours may seem to stand."""

LOOKED_AT = 200
"""Messages among which one of ours is looked for."""

APART = 1.0
"""Seconds between two messages in a channel (apis/web-api/rate-limits)."""

SECTION = 3000
"""Characters of a section's text (Block Kit reference)."""

GROUP = "group:"

_ALREADY = ("already_archived",)
_UNKNOWN_PEOPLE = ("user_not_found", "user_not_visible", "user_disabled", "cannot_dm_bot")

Found = dict[str, Any]


class Posts:
    """What is done through one client; `me` is the bot's user id."""

    def __init__(self, client: AsyncWebClient, me: str) -> None:
        self._client = client
        self._me = me
        self._turns: dict[str, asyncio.Lock] = {}

    async def perform(self, errand: Errand) -> Receipt:
        """Do what the errand's action says. Raises Unreachable, Hindered or Impossible."""
        match action := errand.action:
            case Post():
                return await self.post(action, errand)
            case Amend():
                return await self.amend(action, errand.now)
            case Archive():
                return await self.archive(action, errand.now)
            case Tell():
                return await self.tell(action, errand)
            case Whisper():
                return await self.whisper(action, errand.now)
            case KeepOpen():
                return Receipt(errand.now)  # no thread is ever put away

    async def post(self, post: Post, errand: Errand) -> Receipt:
        """Say something in a channel, or in a thread there.

        A topic's thread is the one that hangs from its post, and has its ts.
        """
        channel = post.room.name
        with translated(post.room):
            ts = await self._send(channel, post.words, errand, post)
        thread = ts if post.topic is not None else None
        return Receipt(moment_of(ts), ts, house_text(post.words), thread)

    async def amend(self, amend: Amend, now: datetime) -> Receipt:
        """Give a post of ours other words."""
        with translated(amend.room):
            await self._client.chat_update(
                channel=amend.room.name,
                ts=amend.ref,
                text=text_of(amend.words),
                blocks=_blocks(amend.words, PostKind.TOPIC),
                parse="none",  # it would look for channels and people by default
                link_names=False,
            )
        return Receipt(now)

    async def archive(self, action: Archive, now: datetime) -> Receipt:
        """Archive a channel that exists for the chat alone; in others nothing can be locked."""
        if action.whole:
            with translated(action.room):
                try:
                    await self._client.conversations_archive(channel=action.room.name)
                except SlackApiError as error:
                    if error.response.get("error") not in _ALREADY:
                        raise
        return Receipt(now)

    async def whisper(self, whisper: Whisper, now: datetime) -> Receipt:
        """Say something that one person alone sees, if they are there."""
        with translated(whisper.room):
            await self._client.chat_postEphemeral(
                channel=whisper.room.name,
                user=whisper.person,
                text=text_of(whisper.words),
                thread_ts=whisper.thread,
            )
        return Receipt(now)

    async def tell(self, tell: Tell, errand: Errand) -> Receipt:
        """Say something privately: in the agenda's channel, else to each person who can be reached.

        Raises Impossible where nobody can.
        """
        with translated(tell.room):
            if tell.channel:
                await self._send(tell.channel, tell.words, errand)
                return Receipt(errand.now)
            told = False
            for person in await self._people(tell.people):
                channel = await self._conversation(person)
                if channel is not None:
                    told = True
                    theirs = replace(errand, key=f"{errand.key}/{person}")
                    await self._send(channel, tell.words, theirs)
        if not told:
            raise Impossible(
                "nobody can be told privately. Name moderators by their member ids (U...) or a "
                'group (group:S...), or a private channel: alerts: {slack: "ID"}'
            )
        return Receipt(errand.now)

    async def _people(self, names: Sequence[str]) -> list[str]:
        """Return the people of these ids and groups, each once."""
        people: dict[str, None] = {}
        for name in names:
            if not name.startswith(GROUP):
                people[name] = None
                continue
            group = name.removeprefix(GROUP)
            answer = await self._client.usergroups_users_list(usergroup=group)
            people |= dict.fromkeys(answer.get("users") or ())
        return list(people)

    async def _conversation(self, person: str) -> str | None:
        """Return the channel of direct messages with somebody; None: there can be none."""
        try:
            answer = await self._client.conversations_open(users=person)
        except SlackApiError as error:
            if error.response.get("error") in _UNKNOWN_PEOPLE:
                return None
            raise
        return str(answer["channel"]["id"])

    # ------------------------------------------------------------ messages

    async def _send(
        self, channel: str, words: Words, errand: Errand, post: Post | None = None
    ) -> str:
        """Say something once, and put the files below it once; return the message's ts."""
        into = post.into if post else None
        since = errand.since
        lately = [] if since is None else await self._lately(channel, into, since)
        ts = next((str(one["ts"]) for one in lately if _key_of(one) == errand.key), None)
        if ts is None:
            ts = await self._say(errand.key, channel, words, post)
        there = {str(file.get("name")) for one in lately for file in one.get("files") or ()}
        for file in errand.files:
            if file.name not in there:
                await self._upload(channel, into, file)
        return ts

    async def _say(self, key: str, channel: str, words: Words, post: Post | None) -> str:
        notify = f"<!subteam^{post.notify.removeprefix(GROUP)}> " if post and post.notify else ""
        await self._wait(channel)
        answer = await self._client.chat_postMessage(
            channel=channel,
            text=notify + text_of(words),
            blocks=None if notify else _blocks(words, post.kind if post else PostKind.NOTICE),
            thread_ts=post.into if post else None,
            metadata={"event_type": EVENT, "event_payload": {"key": key}},
            link_names=False,
            unfurl_links=post is not None and post.kind is PostKind.OPENING,
            unfurl_media=False,
        )
        return str(answer["ts"])

    async def _wait(self, channel: str) -> None:
        """Let a second pass since the last message in a channel."""
        turn = self._turns.setdefault(channel, asyncio.Lock())
        await turn.acquire()
        asyncio.get_running_loop().call_later(APART, turn.release)

    async def _upload(self, channel: str, thread: str | None, file: File) -> None:
        await self._wait(channel)
        await upload(self._client, channel, [file], thread=thread)

    async def _lately(self, channel: str, thread: str | None, since: datetime) -> list[Found]:
        """Return what the bot has said in a place since then."""
        oldest = f"{(since - CLOCKS_DIFFER).timestamp():.6f}"
        if thread is None:
            answer = await self._client.conversations_history(
                channel=channel, oldest=oldest, limit=LOOKED_AT, include_all_metadata=True
            )
        else:
            answer = await self._client.conversations_replies(
                channel=channel,
                ts=thread,
                oldest=oldest,
                limit=LOOKED_AT,
                include_all_metadata=True,
            )
        found: list[Found] = answer.get("messages") or []
        return [one for one in found if one.get("user") == self._me]


def _key_of(message: Found) -> str | None:
    metadata = message.get("metadata") or {}
    payload = metadata.get("event_payload") or {}
    return payload.get("key") if metadata.get("event_type") == EVENT else None


def _blocks(words: Words, kind: PostKind) -> list[Found] | None:
    """Set a topic's question apart from what comes next; None: the text says it as well."""
    if kind is not PostKind.TOPIC:
        return None
    question, rest = text_of(words[:1]), text_of(words[1:])
    if max(len(question), len(rest)) > SECTION or not question:
        return None
    blocks: list[Found] = [{"type": "section", "text": {"type": "mrkdwn", "text": question}}]
    if rest:
        context = {"type": "context", "elements": [{"type": "mrkdwn", "text": rest}]}
        blocks.append(context)
    return blocks
