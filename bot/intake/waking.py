"""What a chat must know when it is woken, and only the store can tell."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import takewhile

from bot.engine import calling, signals
from bot.engine.dues import is_overslept
from bot.engine.errors import BrokenLog
from bot.engine.state import Chat, Stage
from bot.engine.telling import tells_the_same
from bot.store import figures
from bot.store.tables import ChatLine, Tables


def must_know_more(chat: Chat, now: datetime) -> bool:
    """Whether a chat that is woken needs more than the time: at its end, or where it was missed."""
    is_to_be_counted = chat.stage is Stage.CLOSED and not calling.due(chat, now)
    return is_to_be_counted or is_overslept(chat, now)


async def told_more(
    tables: Tables, chat: Chat, woke: signals.Woke
) -> signals.Counted | signals.Overslept:
    """Return what is to be decided in the place of `woke`, where more must be known.

    Everything that was heard and recorded before must have been written.
    """
    if chat.stage is Stage.CLOSED:
        return signals.Counted(woke.at, await figures.tally(tables.connection, chat.id))
    lines = [line for line in await tables.lines(chat.series) if line.stage is not Stage.CANCELLED]
    before = [line for line in lines if _order(line) < (chat.opens_at, chat.id)]
    after = [line for line in lines if _order(line) > (chat.opens_at, chat.id)]
    in_a_row = sum(1 for _ in takewhile(lambda line: _is_missed(line, woke.at), before))
    return signals.Overslept(
        woke.at, in_a_row, last=not await _tells_of_it(tables, chat, after, woke.at)
    )


async def _tells_of_it(
    tables: Tables, chat: Chat, after: Sequence[ChatLine], now: datetime
) -> bool:
    """Whether the same moderators are told of the next chat, which was missed as well."""
    if not after or not _is_missed(after[-1], now):
        return False
    try:
        following = await tables.chat(after[-1].id)
    except BrokenLog:
        return False
    return following is not None and tells_the_same(chat, following)


def _is_missed(line: ChatLine, now: datetime) -> bool:
    overslept = line.stage is Stage.PLANNED and line.ends_at <= now
    return overslept or line.stage is Stage.MISSED


def _order(line: ChatLine) -> tuple[datetime, str]:
    return line.opens_at, line.id
