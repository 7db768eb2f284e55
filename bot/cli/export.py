"""Chats of a store, and of recordings, to the files of their transcripts."""

from __future__ import annotations

import contextlib
import difflib
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.agendas.mistakes import shown
from bot.cli.faults import Stopped
from bot.cli.stores import opened
from bot.dispatch.publishing import handing_out
from bot.engine.agenda import Series
from bot.engine.showing import Audience
from bot.engine.state import HELD, Chat
from bot.intake.runner import Store
from bot.recording import Recording
from bot.replay import replay
from bot.store.holding import Holder, held
from bot.store.opening import Where
from bot.store.opening import opened as opened_store
from bot.store.tables import ChatLine, Tables
from bot.transcripts.files import write_files
from bot.transcripts.summary import Summary, summarise

LISTED = 10
"""Chats named where none of the wanted name is found."""


async def export(
    where: Where,
    name: str,
    formats: Sequence[str],
    out: Path,
    edition: Audience,
    now: datetime,
) -> tuple[Path, ...]:
    """Write an edition of a chat of the store of a place; return the files written.

    `name` is the id of a chat, or of a series, which means the last of its chats that opened. A
    public edition is noted as published at `now`, where what it shows has changed since the last.
    Raises Stopped where there is none, and OSError where `out` cannot be written.
    """
    async with opened(where) as store:
        async with store.reading() as tables:
            chat = await find(tables, name)
        if edition is Audience.PUBLIC:
            out.mkdir(parents=True, exist_ok=True)  # what cannot be written is not published
        async with handing_out(store, chat.id, edition, now) as copy:
            return await copy.write(out, formats)


async def find(tables: Tables, name: str) -> Chat:
    """Return the chat of this id, or the last opened one of this series.

    Raises Stopped, naming what there is.
    """
    name = name.encode("utf-8", "replace").decode()  # a name of strange bytes names nothing
    lines = await tables.lines(name) if name else []
    held = [line.id for line in lines if line.stage in HELD]
    chat = await tables.chat(name) or (await tables.chat(held[0]) if held else None)
    if chat is not None:
        return chat
    if lines:
        raise Stopped(f"No chat of {name} has opened yet. Its next one is {lines[-1].id}.")
    raise Stopped(_none_of(name, await tables.lines()))


def _none_of(name: str, lines: Sequence[ChatLine]) -> str:
    sentence = f"There is no chat or series {shown(name, 80)} in this store."
    if not lines:
        return f"{sentence} No chat was held yet."
    ids = [line.id for line in lines]
    names = dict.fromkeys([*ids, *(line.series for line in lines)])
    near = difflib.get_close_matches(name, names, n=1)
    if near:
        return f"{sentence} Did you mean {near[0]}?"
    more = f" and {len(ids) - LISTED} more" if len(ids) > LISTED else ""
    return f"{sentence} There are {', '.join(ids[:LISTED])}{more}."


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay left: its figures, and its files."""

    summary: Summary
    files: tuple[Path, ...]


async def replay_into(
    file: Path | None,
    series: Series,
    recording: Recording,
    starts: datetime,
    out: Path,
    progress: Callable[[int, int], None],
    holder: Holder,
) -> Replayed:
    """Replay a recording in the store in `file` (None: one that is removed at the end).

    `holder` is this process, as others are told who want the store meanwhile. Writes the
    transcript into `out`. Raises Held where another process holds the store, Stopped where it
    holds chats that are not over, Refused where it holds this one, StoreError and OSError.
    """
    out.mkdir(parents=True, exist_ok=True)
    async with _kept(file, holder) as store:
        async with store.reading() as tables:
            if await tables.next_wake() is not None:
                raise Stopped(
                    "This store holds chats that run or are still to come, and a replay would "
                    "let their time pass too. Name another folder: --data DIR"
                )
        chat_id = await replay(series, recording, starts, store, progress)
        async with store.reading() as tables:
            chat = await find(tables, chat_id)
            summary, _names = await summarise(tables, chat)
            return Replayed(summary, await write_files(tables, chat, out))


@contextlib.asynccontextmanager
async def _kept(file: Path | None, holder: Holder) -> AsyncIterator[Store]:
    """Give a store in `file`, made where it is missing, or in a folder removed at the end."""
    async with contextlib.AsyncExitStack() as stack:
        if file is None:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="rounds-replay-"))
            file = Path(folder) / "rounds.db"
        await stack.enter_async_context(held(file, holder))
        yield await stack.enter_async_context(opened_store(file))
