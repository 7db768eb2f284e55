"""Actions as calls to Discord, each done once however often it is asked.

A message bears a nonce made of its action's key: sent again within a few minutes it is the same
message ("Create Message", `enforce_nonce`). After a doubtful try the place is read first, for a
message of ours that begins with these words: what is quoted behind them may differ.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

import discord
from discord import AllowedMentions

from bot.engine.actions import Amend, Archive, KeepOpen, Post, Tell, Thread
from bot.engine.buttons import LABELS, buttons_of
from bot.platforms.discord.refusals import (
    CANNOT_SEND_TO_THIS_USER,
    MISSING_PERMISSIONS,
    NO_FILES,
    THREAD_EXISTS,
    TOO_LARGE,
    UNKNOWN_CHANNEL,
    UNKNOWN_MESSAGE,
    UNKNOWN_USER,
    translated,
)
from bot.platforms.discord.text import LONGEST, nonce_of, text_of
from bot.platforms.platform import (
    Errand,
    File,
    Hindered,
    Impossible,
    NotThere,
    Receipt,
    Setbacks,
    ThreadGone,
)

CLOCKS_DIFFER = timedelta(minutes=2)
"""How much earlier than the first try, by our clock, a message of ours may seem to stand."""

LOOKED_AT = 500
"""Messages among which one of ours is looked for: the first since it was due, and the last."""

SHORT: Literal[4320] = 4320
LONG: Literal[10080] = 10080
"""Minutes after which Discord puts a thread without talk away (topics/threads)."""

ROLE = "role:"
WITHOUT_FILE = "The file is larger than Discord takes; it is on the organizers' pages: /chat link"

_INVALID_RECIPIENT, _TAKES_NONE = 50033, 50278
_NOT_TO_BE_TOLD = (CANNOT_SEND_TO_THIS_USER, UNKNOWN_USER, _INVALID_RECIPIENT, _TAKES_NONE)
"""Discord's codes for people who have blocked us, are no more, are none, or take no messages from
servers' members or share no server with us (topics/opcodes-and-status-codes "JSON")."""


class Posts:
    """What is done through one client, which is logged in."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client

    async def post(self, post: Post, errand: Errand) -> Receipt:
        """Say something in a channel or thread, and let a thread hang from it.

        Raises ThreadGone where the thread was deleted and its channel is there, and NotThere.
        """
        number = int(post.into or post.room.name)
        known = self._client.get_channel(number) or self._client.get_channel(int(post.room.name))
        needed = ["view_channel", "send_messages" if post.into is None else _IN_THREADS]
        with translated(known, [*needed, *(["attach_files"] if errand.files else [])]):
            channel, text = self._place(number), text_of(post.words)
            try:
                sent, lacking = await self._send(channel, text, errand, post.notify)
            except discord.NotFound as failure:
                if failure.code == UNKNOWN_CHANNEL and self._has_lost_thread(post):
                    raise ThreadGone from None
                raise
        thread = None
        if post.opens is not None:
            with self._translated(number, "create_public_threads", _IN_THREADS):
                thread = str(await self._hang(number, sent.id, post.opens))
        said = text if post.recalls else sent.content  # what it quotes of people is not kept
        return Receipt(sent.created_at, str(sent.id), said, thread, lacking)

    async def amend(self, amend: Amend, errand: Errand) -> Receipt:
        """Give the closing post other words; one that is gone has none any more.

        Nothing can be changed in a thread that is put away (topics/threads "Archived"): it is
        taken out for a moment, locked as it is, and put away again, also where this failed. One
        that a moderator has unlocked stays so.
        """
        number = int(amend.into or amend.room.name)
        thread = await self._thread(number) if amend.into else None
        if amend.into and thread is None:
            return Receipt(errand.now)
        known = thread or self._client.get_channel(number)
        with translated(known, ["view_channel", *(["manage_threads"] if thread else [])]):
            was_away = thread is not None and thread.archived
            if thread is not None and was_away:
                await thread.edit(archived=False)
            try:
                await self._reword(number, int(amend.ref), _whole(text_of(amend.words), errand))
            finally:
                if thread is not None and (was_away or (amend.put_away and thread.locked)):
                    await thread.edit(locked=thread.locked, archived=True)
        return Receipt(errand.now)

    async def _reword(self, channel: int, message: int, text: str) -> None:
        there = self._client.get_partial_messageable(channel).get_partial_message(message)
        try:
            await there.edit(content=text, allowed_mentions=AllowedMentions.none())
        except discord.NotFound as failure:
            if failure.code != UNKNOWN_MESSAGE:
                raise

    async def keep_open(self, action: KeepOpen, now: datetime) -> Receipt:
        """Let the threads count as used: changing their archive duration does."""
        for number in action.threads:
            thread = await self._thread(int(number))
            with translated(thread, ["view_channel", "manage_threads"]):
                if thread is not None and not thread.archived:
                    await thread.edit(auto_archive_duration=SHORT)
                    await thread.edit(auto_archive_duration=LONG)
        return Receipt(now)

    async def archive(self, action: Archive, now: datetime) -> Receipt:
        """Lock threads and put them away in one request each; one that is gone is away.

        One that was put away before the end must be taken out for it first.
        """
        for number in action.threads:
            thread = await self._thread(int(number))
            with translated(thread, ["view_channel", "manage_threads"]):
                if thread is None or (thread.locked and thread.archived):
                    continue
                if thread.archived:
                    await thread.edit(archived=False)
                await thread.edit(locked=True, archived=True)
        return Receipt(now)

    async def tell(self, tell: Tell, errand: Errand) -> Receipt:
        """Say something privately: in the agenda's channel, else to each person who can be reached.

        Raises Impossible where nobody can.
        """
        text = text_of(tell.words)
        if tell.channel:
            number = int(tell.channel)
            needed = ["view_channel", "send_messages", *(["attach_files"] if errand.files else [])]
            with self._translated(number, *needed):
                _, lacking = await self._send(self._place(number), text, errand, tell.notify)
            return Receipt(errand.now, lacking=lacking)
        if not await self._tell_all(tell.people, text, errand):
            raise Impossible(
                "nobody can be told privately. Name moderators as user:ID who take direct "
                'messages, or a private channel: alerts: {discord: "ID"}'
            )
        return Receipt(errand.now)

    async def _tell_all(self, people: Sequence[str], text: str, errand: Errand) -> bool:
        """Write to everybody who can be reached; False: nobody can."""
        told, setbacks = False, Setbacks()
        for person in filter(str.isdecimal, people):
            with setbacks.noted():
                told = await self._tell(int(person), text, errand) or told
        setbacks.tell(reached=told)
        return told

    async def _tell(self, person: int, text: str, errand: Errand) -> bool:
        """Write to one person; False: Discord does not let us."""
        with translated(None, ["send_messages"]):
            try:
                user = await self._client.fetch_user(person)
                channel = await user.create_dm()
                await self._send(channel, text, replace(errand, key=f"{errand.key}/{person}"))
            except discord.HTTPException as failure:
                if failure.code in _NOT_TO_BE_TOLD:
                    return False
                raise
        return True

    # ------------------------------------------------------------ messages

    async def _send(
        self, channel: discord.abc.Messageable, text: str, errand: Errand, notify: str = ""
    ) -> tuple[discord.Message, str]:
        """Say something once; words do not wait for a file that Discord does not take.

        Returns the message, and what is lacking below it.
        """
        pinged = [discord.Object(int(notify.removeprefix(ROLE)))] if notify else []
        text = f"<@&{pinged[0].id}> {text}" if pinged else text
        since, files = errand.since, errand.files
        recalls = isinstance(errand.action, Post) and errand.action.recalls
        found = await self._sent(channel, text, since, begins=recalls) if since else None
        if found is not None:
            return found, _lacking(found, files)
        if errand.only_looks:
            raise NotThere
        text = _whole(text, errand)
        nobody_else = AllowedMentions(
            everyone=False, users=False, roles=pinged or False, replied_user=False
        )
        nonce, row = nonce_of(errand.key), _buttons(errand)
        try:
            sent = await channel.send(
                text, files=_attached(files), view=row, nonce=nonce, allowed_mentions=nobody_else
            )
        except discord.HTTPException as failure:
            is_large = failure.code == TOO_LARGE or failure.status == 413
            if not files or not (is_large or failure.code == MISSING_PERMISSIONS):
                raise
            words = _without_file(text) if is_large else text
            sent = await channel.send(words, view=row, nonce=nonce, allowed_mentions=nobody_else)
        return sent, _lacking(sent, files)

    async def _sent(
        self,
        channel: discord.abc.Messageable,
        text: str,
        since: datetime,
        *,
        begins: bool,
    ) -> discord.Message | None:
        """Look whether we have said this since then, with what was to go with it or without.

        It was said at the first try or at the last one, so near to either end. Where it only
        `begins` so, what was quoted behind it then may be other than now.
        """
        said = (_words(text), _words(_without_file(text)))
        for oldest_first in (True, False):
            seen = 0
            async for message in channel.history(
                limit=LOOKED_AT, after=since - CLOCKS_DIFFER, oldest_first=oldest_first
            ):
                seen += 1
                if not self._is_ours(message):
                    continue
                there = _words(message.content)
                if there in said or (begins and there[: len(said[0])] == said[0]):
                    return message
            if seen < LOOKED_AT:
                break  # that were all
        return None

    def _is_ours(self, message: discord.Message) -> bool:
        me = self._client.user
        return me is not None and message.author.id == me.id

    async def _hang(self, channel: int, message: int, opens: Thread) -> int:
        """Hang a thread from a message; it bears the message's id, also if it is there."""
        lasts = SHORT if opens.lasts <= timedelta(minutes=SHORT) else LONG
        there = self._client.get_channel(channel) or await self._client.fetch_channel(channel)
        if not isinstance(there, discord.TextChannel):
            raise Hindered("the channel is no text channel, so no thread can hang there.")
        try:
            await there.get_partial_message(message).create_thread(
                name=opens.name, auto_archive_duration=lasts
            )
        except discord.HTTPException as failure:
            if failure.code != THREAD_EXISTS:
                raise
        return message

    # ------------------------------------------------------------ places

    def _place(self, number: int) -> discord.abc.Messageable:
        return self._client.get_partial_messageable(number)

    def _has_lost_thread(self, post: Post) -> bool:
        """Whether a post was to go into a thread, and the channel that it hung in is there."""
        return post.into is not None and self._client.get_channel(int(post.room.name)) is not None

    def _translated(self, number: int, *needed: str) -> contextlib.AbstractContextManager[None]:
        """Tell refusals in a channel or thread, as far as the gateway has told of it."""
        return translated(self._client.get_channel(number), needed)

    async def _thread(self, number: int) -> discord.Thread | None:
        """Return a thread, asked for where the gateway does not tell of it; None: it is gone."""
        with translated(None, ["view_channel"]):
            try:
                found = await self._client.fetch_channel(number)
            except discord.NotFound as failure:
                if failure.code != UNKNOWN_CHANNEL:
                    raise
                return None
        return found if isinstance(found, discord.Thread) else None


_IN_THREADS = "send_messages_in_threads"


def _buttons(errand: Errand) -> discord.ui.View:
    """Return what can be pressed at a post, each with its name and the chat's id in its own.

    discord.py keeps nothing of it: what is pressed is known by that id, after a restart too.
    """
    buttons = buttons_of(errand.action, errand.chat)
    if not buttons:
        nothing: discord.ui.View = discord.utils.MISSING
        return nothing
    row = discord.ui.View(timeout=None)
    for name, kept in buttons:
        row.add_item(discord.ui.Button[discord.ui.View](label=LABELS[name], custom_id=kept))
    row.stop()
    return row


def _words(text: str) -> list[str]:
    return text.split()


def _whole(text: str, errand: Errand) -> str:
    """Return a text with what goes on behind it."""
    return f"{text}\n\n{text_of(errand.further)}"[:LONGEST] if errand.further else text


def _without_file(text: str) -> str:
    return f"{text[: LONGEST - len(WITHOUT_FILE) - 1]}\n{WITHOUT_FILE}"


def _lacking(sent: discord.Message, files: Sequence[File]) -> str:
    """Say which files a message is without; a message that says so itself needs nothing more."""
    if not files or sent.attachments or WITHOUT_FILE in sent.content:
        return ""
    return f"{' and '.join(file.name for file in files)} could not be sent: {NO_FILES}"


def _attached(files: Sequence[File]) -> list[discord.File]:
    return [
        discord.File(
            io.BytesIO(file.content),
            file.name,
            description=file.described or None,
        )
        for file in files
    ]
