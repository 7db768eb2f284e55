"""Actions as calls to Slack, each done once however often it is asked.

Slack has no nonce. A message bears its action's key as metadata, no call is repeated by itself
when its connection breaks, and after a doubtful try the place is read first, for a message with
that key (messaging/message-metadata). A file is known again by its name.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.engine.actions import (
    Amend,
    Archive,
    KeepOpen,
    Post,
    PostKind,
    Remove,
    SlowMode,
    Tell,
    TimeOut,
    Whisper,
    Words,
)
from bot.engine.buttons import LABELS, buttons_of
from bot.platforms.local_adapter import text_of as house_text
from bot.platforms.platform import (
    Errand,
    File,
    Hindered,
    Impossible,
    NotThere,
    Receipt,
    Setbacks,
)
from bot.platforms.slack.errors import name_of, retry_after
from bot.platforms.slack.files import upload
from bot.platforms.slack.lookup import EVENT, Found, Lookup
from bot.platforms.slack.people import GROUP
from bot.platforms.slack.refusals import CUT, OF_FILES, refusal_of, translated
from bot.platforms.slack.signals import moment_of
from bot.platforms.slack.text import SECTION, plain, section, sections, text_of

FILES_WITHIN = timedelta(minutes=5)
"""So long words wait for the files below them where Slack is out of order, or its place for files
cannot be reached; what comes after the words waits too."""

LAST_TRY = 30.0
"""Seconds for the last try of a file."""

APART = 1.0
"""Seconds between two messages in a channel (apis/web-api/rate-limits)."""

NO_MEASURES = (
    "Slack lets no app slow a channel down, keep somebody from writing, or delete what others "
    "wrote. What is held back stays out of transcripts."
)

log = logging.getLogger(__name__)

Block = dict[str, Any]

_NO_EDIT = ("edit_window_closed", "cant_update_message")
"""A workspace may let messages be changed for a while only; its own ones an app may delete."""
_UNKNOWN_PEOPLE = ("user_not_found", "user_not_visible", "user_disabled", "cannot_dm_bot")


class Posts:
    """What is done through one client; `me` is the bot's user id."""

    def __init__(self, client: AsyncWebClient, me: str) -> None:
        self._client = client
        self._lookup = Lookup(client, me)
        self._turns: dict[str, asyncio.Lock] = {}

    async def perform(self, errand: Errand) -> Receipt:
        """Do what the errand's action says. Raises Unreachable, Hindered or Impossible."""
        match action := errand.action:
            case Post():
                return await self.post(action, errand)
            case Amend():
                return await self.amend(action, errand)
            case Archive():
                return await self.archive(action, errand.now)
            case Tell():
                return await self.tell(action, errand)
            case Whisper():
                return await self.whisper(action, errand.now)
            case KeepOpen():
                return Receipt(errand.now)  # no thread is ever put away
            case SlowMode() | TimeOut() | Remove():
                raise Impossible(NO_MEASURES)

    async def post(self, post: Post, errand: Errand) -> Receipt:
        """Say something in a channel, or in a thread there.

        A topic's thread is the one that hangs from its post, and has its ts.
        """
        channel = post.room.name
        with translated(post.room):
            ts, lacking = await self._send(channel, post.words, errand, post)
        thread = ts if post.topic is not None else None
        return Receipt(moment_of(ts), ts, house_text(post.words), thread, lacking)

    async def amend(self, amend: Amend, errand: Errand) -> Receipt:
        """Give a post of ours other words; one that was deleted has none any more."""
        words, there = (*amend.words, *errand.further), amend.room.name
        with translated(amend.room):
            try:
                await self._client.chat_update(
                    channel=there,
                    ts=amend.ref,
                    text=text_of(words),
                    # without any those of before would stay, and the text would not be seen
                    blocks=None if amend.topic is None else _blocks(words, PostKind.TOPIC) or [],
                    parse="none",  # it would look for channels and people by default
                    link_names=False,
                )
            except SlackApiError as error:
                why = error.response.get("error")
                if amend.recalls and why in _NO_EDIT:  # what it quotes must be gone all the same
                    await self._client.chat_delete(channel=there, ts=amend.ref)
                elif why != "message_not_found":
                    raise
        return Receipt(errand.now)

    async def archive(self, action: Archive, now: datetime) -> Receipt:
        """Archive a channel that exists for the chat alone; in others nothing can be locked."""
        if action.whole:
            with translated(action.room):
                try:
                    await self._client.conversations_archive(channel=action.room.name)
                except SlackApiError as error:
                    if error.response.get("error") != "already_archived":
                        raise
        return Receipt(now)

    async def whisper(self, whisper: Whisper, now: datetime) -> Receipt:
        """Say something that one person alone sees, if they are there.

        Nothing tells afterwards whether it was shown. Where no answer comes it may have been, and
        is not shown twice.
        """
        with translated(whisper.room):
            try:
                await self._client.chat_postEphemeral(
                    channel=whisper.room.name,
                    user=whisper.person,
                    text=text_of(whisper.words),
                    thread_ts=whisper.thread,
                )
            except aiohttp.ClientConnectorError:
                raise  # it was surely not
            except CUT as failure:
                log.debug("Whether a note was shown is not known (%s).", type(failure).__name__)
        return Receipt(now)

    async def tell(self, tell: Tell, errand: Errand) -> Receipt:
        """Say something privately: in the agenda's channel, else to each person who can be reached.

        Raises Impossible where nobody can.
        """
        if tell.channel:
            with translated(tell.room):
                _, lacking = await self._send(tell.channel, tell.words, errand)
            return Receipt(errand.now, lacking=lacking)
        told, lacking, setbacks = False, "", Setbacks()
        people: dict[str, None] = {}  # each once, in their order
        for name in tell.people:
            with setbacks.noted(), translated(tell.room):
                people |= dict.fromkeys(await self._people(name))
        for person in people:
            with setbacks.noted(), translated(tell.room):
                channel = await self._conversation(person)
                if channel is not None:
                    theirs = replace(errand, key=f"{errand.key}/{person}")
                    lacking = (await self._send(channel, tell.words, theirs))[1] or lacking
                    told = True
        setbacks.tell(reached=told)
        if not told:
            raise Impossible(
                "nobody can be told privately. Name moderators by their member ids (U...) or a "
                'group (group:S...), or a private channel: alerts: {slack: "ID"}'
            )
        return Receipt(errand.now, lacking=lacking)

    async def _people(self, name: str) -> Sequence[str]:
        """Return the people in a group, or whoever has this id."""
        if not name.startswith(GROUP):
            return (name,)
        answer = await self._client.usergroups_users_list(usergroup=name.removeprefix(GROUP))
        return tuple(answer.get("users") or ())

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
    ) -> tuple[str, str]:
        """Say something once, and put the files below it once.

        Returns the message's ts, and what is lacking below it.
        """
        into = post.into if post else None
        found = Found()
        if errand.since is not None:
            found = await self._lookup.find(errand.key, channel, into, errand.since)
        if errand.only_looks and not found.ts:
            raise NotThere
        ts = found.ts or await self._say(errand, channel, (*words, *errand.further), post)
        left_out: dict[str, list[str]] = {}
        for file in errand.files:
            if file.name in found.files:
                continue
            if why := await self._attach(channel, into, file, errand):
                left_out.setdefault(why, []).append(file.name)
        lacking = (f"{' and '.join(names)} could not be sent: {w}" for w, names in left_out.items())
        return ts, " ".join(lacking)

    async def _attach(self, channel: str, thread: str | None, file: File, errand: Errand) -> str:
        """Put a file below words that stand there; return why it cannot be, if that is to stay so.

        Words do not wait for ever for their files: see FILES_WITHIN.
        """
        is_last = errand.since is not None and errand.now - errand.since > FILES_WITHIN
        try:
            async with asyncio.timeout(LAST_TRY if is_last else None):
                await self._wait(channel)
                await upload(self._client, channel, [file], thread=thread)
        except (SlackApiError, *CUT) as failure:
            why = _why_without(failure, is_last=is_last)
            if not why:
                raise
            return why
        return ""

    async def _say(self, errand: Errand, channel: str, words: Words, post: Post | None) -> str:
        notify = f"<!subteam^{post.notify.removeprefix(GROUP)}> " if post and post.notify else ""
        await self._wait(channel)
        try:
            answer = await self._client.chat_postMessage(
                channel=channel,
                text=notify + text_of(words),
                blocks=None if notify else _blocks_of(post, words, errand),
                thread_ts=post.into if post else None,
                metadata={"event_type": EVENT, "event_payload": {"key": errand.key}},
                link_names=False,
                unfurl_links=post is not None and post.kind is PostKind.OPENING,
                unfurl_media=False,
            )
        except SlackApiError as error:
            if retry_after(error) is not None or isinstance(refusal_of(error), Hindered):
                self._lookup.note_refused(errand.key)
            raise
        return str(answer["ts"])

    async def _wait(self, channel: str) -> None:
        """Let a second pass since the last message in a channel."""
        turn = self._turns.setdefault(channel, asyncio.Lock())
        await turn.acquire()
        asyncio.get_running_loop().call_later(APART, turn.release)


def _why_without(failure: Exception, *, is_last: bool) -> str:
    """Say why a file is left out; empty: it is tried again, or its channel is shut to words too."""
    if not isinstance(failure, SlackApiError):
        return "Slack did not take it." if is_last else ""
    refusal = refusal_of(failure)
    is_of_file = isinstance(refusal, Impossible) or name_of(failure) in OF_FILES
    passes = not isinstance(refusal, Hindered | Impossible)
    return str(refusal) if is_of_file or (passes and is_last) else ""


def _blocks_of(post: Post | None, words: Words, errand: Errand) -> list[Block] | None:
    """Dress words; where they have buttons their text must be in blocks too, for they hide it."""
    pressed = buttons_of(errand.action, errand.chat)
    if not pressed:
        return _blocks(words, post.kind if post else PostKind.NOTICE)
    return [*map(section, sections(text_of(words))), _row_of(pressed)]


def _row_of(buttons: Sequence[tuple[str, str]]) -> Block:
    """Return a row of buttons; each bears what it is about, and nothing is remembered."""
    return {
        "type": "actions",
        "elements": [
            {
                "type": "button",
                "action_id": name,
                "text": plain(LABELS[name]),
                "value": kept,
            }
            for name, kept in buttons
        ],
    }


def _blocks(words: Words, kind: PostKind) -> list[Block] | None:
    """Set a topic's question apart from what comes next; None: the text says it as well."""
    if kind is not PostKind.TOPIC:
        return None
    question, rest = text_of(words[:1]), text_of(words[1:])
    if max(len(question), len(rest)) > SECTION or not question:
        return None
    context = {"type": "context", "elements": [{"type": "mrkdwn", "text": rest}]}
    return [section(question), *([context] if rest else [])]
