"""Takes a person out of everything that is kept, inside one transaction."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from bot.engine.consent import Consent
from bot.engine.showing import Audience, Showing
from bot.intake.rewording import watched
from bot.store import checkins, departures, forgetting
from bot.store.forgetting import Removed
from bot.store.tables import Tables
from bot.transcripts.edition import showing_of
from bot.transcripts.names_in_text import LEFT_OUT, NamesInText, words_of

READ_AFTER = timedelta(hours=48)
"""For how long after its end a chat's rooms are read for what was said and not heard."""


async def erase(tables: Tables, key: str, now: datetime) -> Removed:
    """Erase a person (by their key); a pseudonym, drawn by lot, stands for them from then on.

    Closing posts that quote them get other words. Whoever remembers chats reads them again.
    """
    platform, _, person = key.partition(":")
    async with watched(tables, now):
        await unname_everywhere(tables, key)
        await forgetting.blank_unsaid(tables, platform, now - READ_AFTER)
        return await forgetting.erase(tables, platform, person, departures.new_erased(key, now))


async def unname_everywhere(tables: Tables, key: str) -> None:
    """Take somebody's names out of what others wrote in every series; see `unname`."""
    await unname(tables, key, await checkins.series_of(tables.connection, key))


async def unname(tables: Tables, key: str, series: Collection[str]) -> None:
    """Take somebody's names out of what others wrote where they were not to be named.

    With what they wanted, or with their names themselves, goes by what transcripts knew what to
    hide: their names would come out that a pseudonym stood for. Where people are named they stay.
    """
    names = (await forgetting.known(tables.connection, key)).names
    hide = NamesInText([(name, LEFT_OUT) for name in names])
    words = {word for name in names for word in words_of(name)}
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
            hidden = [(message, text, hide.replaced(text)) for message, text in found]
            await tables.put_messages(m._replace(text=new) for m, old, new in hidden if new != old)
    tables.erases = True


def _has(text: str, words: Collection[str]) -> bool:
    return any(word in text for word in words)


def _is_named(showing: Showing, key: str) -> bool:
    is_silent = showing.chat.agenda.require_checkin and key not in showing.consents
    return showing.consent_of(key) is Consent.NAMED and not is_silent
