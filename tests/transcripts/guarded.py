"""The club of `tests/transcripts/club.py` as people who care about it left it: holds, check-ins."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta

from bot.engine.checkin import CheckIn
from bot.engine.consent import Consent
from bot.engine.messages import Hold, Message
from bot.engine.showing import Audience
from bot.engine.state import Chat
from bot.store import checkins
from bot.store.tables import Tables
from bot.transcripts.rendering import render
from tests.transcripts.club import CHAT, LOG, OPENS, REACTIONS, SIGNALS, heard, keep, kept, said

SALT = b"sixteen letters!"
CHECKED_IN: Mapping[str, CheckIn] = {
    "local:kofi": CheckIn("Kofi Mensah", "trainee", "GH", "none", Consent.PSEUDONYM),
    "slack:U0NOOR": CheckIn("", "physician", "", "", Consent.NAMED),
    "local:evil": CheckIn(consent=Consent.OUT),
    "local:lurker": CheckIn("Wilhelmina Quiet", consent=Consent.OUT),
}
HELD = "the man with the parrot"
MORE = (
    said("m30", OPENS + timedelta(hours=25), "emma", "Kofi, and kofi mensah: thank Wilhelmina too"),
    said("m31", OPENS + timedelta(hours=25, minutes=1), "emma", HELD, "m14"),
    said("m32", OPENS + timedelta(hours=25, minutes=2), "author", "I agree with it", "m31"),
    said("m33", OPENS + timedelta(hours=25, minutes=3), "kofi",
         "See https://x.com/kofi and https://x.com/nejm/status/1 and "
         "<https://discord.com/channels/1/2/3|here>, [me](https://kofimensah.com) "
         "<#812345678901234567> — Kofi"),
)  # fmt: skip


def rows() -> list[Message]:
    """Return the club's messages, one of them held back."""
    found = heard(CHAT, (*SIGNALS, *MORE))
    return [one._replace(held=Hold.PRIVACY) if one.id == "m31" else one for one in found]


async def check_in(tables: Tables, chat: Chat, who: Mapping[str, CheckIn] = CHECKED_IN) -> None:
    """Let people say what they want of transcripts."""
    for person, given in who.items():
        await checkins.put(tables, chat.series, person, OPENS, given)


@contextlib.asynccontextmanager
async def guarded() -> AsyncIterator[tuple[Tables, Chat]]:
    """Give the tables of a store that holds the club, with its check-ins."""
    async with kept(rows(), LOG, REACTIONS) as (tables, chat):
        await check_in(tables, chat)
        yield tables, chat


async def in_words(
    tables: Tables, chat: Chat, wanted: str, audience: Audience, salt: bytes = SALT
) -> str:
    """Return an edition in a format."""
    chunks = [chunk async for chunk in render(tables, chat, wanted, audience, salt)]
    return b"".join(chunks).decode()


__all__ = ["CHECKED_IN", "HELD", "SALT", "check_in", "guarded", "in_words", "keep", "rows"]
