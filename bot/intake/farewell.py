"""Takes a person out of everything that is kept, inside one transaction."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from bot.engine.consent import Consent
from bot.engine.messages import Message
from bot.engine.showing import Audience, Showing
from bot.intake.rewording import watched
from bot.store import checkins, departures, forgetting
from bot.store.forgetting import Removed
from bot.store.tables import Tables
from bot.transcripts.edition import showing_of
from bot.transcripts.names_in_text import LEFT_OUT, NamesInText, words_of

READ_AFTER = timedelta(hours=48)
"""For how long after its end a chat's rooms are read for what was said and not heard."""


class Change(NamedTuple):
    """A message as it was, and as it is written now."""

    before: Message
    after: Message


async def erase(tables: Tables, key: str, now: datetime) -> Removed:
    """Erase a person (by their key); a pseudonym, drawn by lot, stands for them from then on.

    Closing posts that quote them get other words. Whoever remembers chats reads them again.
    """
    platform, _, person = key.partition(":")
    async with watched(tables, now):
        unnamed = await unname_everywhere(tables, key)
        await forgetting.blank_unsaid(tables, platform, now - READ_AFTER)
        whom = departures.new_erased(key, now)
        removed = await forgetting.erase(tables, platform, person, whom)
    others = {one.after.key for one in unnamed if not _is_by(one.after, key)}
    return replace(removed, others=removed.others | others)


async def unname_everywhere(tables: Tables, key: str) -> list[Change]:
    """Take somebody's names out of what others wrote in every series; see `unname`."""
    return await unname(tables, key, await checkins.series_of(tables.connection, key))


async def unname(tables: Tables, key: str, series: Collection[str]) -> list[Change]:
    """Take somebody's names out of what others wrote where they were not to be named.

    Returns what was changed, for closing posts that quote it and pages that show it.

    With what they wanted, or with their names themselves, goes by what transcripts knew what to
    hide: their names would come out that a pseudonym stood for. Where people are named they stay.
    """
    names = (await forgetting.known(tables.connection, key)).names
    hide = NamesInText([(name, LEFT_OUT) for name in names])
    words = {word for name in names for word in words_of(name)}
    changed: list[Change] = []
    for chat_id in [line.id for one in series for line in await tables.lines(one)]:
        chat = await tables.chat(chat_id)
        if (
            chat is None
            or not hide
            or _is_named(await showing_of(tables, chat, Audience.PUBLIC), key)
        ):
            continue
        async for messages in tables.messages_since(chat.id, datetime(1970, 1, 1, tzinfo=UTC)):
            texts = [(message, message.text) for message in messages if message.text]
            found = [(m, t) for m, t in texts if not t.isascii() or _has(t.lower(), words)]
            hidden = [Change(m, m._replace(text=hide.replaced(text))) for m, text in found]
            new = [change for change in hidden if change.before != change.after]
            await tables.put_messages(change.after for change in new)
            changed += new
    tables.erases = True
    return changed


def _is_by(message: Message, key: str) -> bool:
    return f"{message.room.platform}:{message.author}" == key


def _has(text: str, words: Collection[str]) -> bool:
    return any(word in text for word in words)


def _is_named(showing: Showing, key: str) -> bool:
    is_silent = showing.chat.agenda.require_checkin and key not in showing.consents
    return showing.consent_of(key) is Consent.NAMED and not is_silent
