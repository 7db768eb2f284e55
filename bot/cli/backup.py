"""Backups of a store in a file, made while it is in use, and the way back from one."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from bot.agendas.mistakes import shown
from bot.cli.faults import Stopped
from bot.cli.stores import no_store
from bot.intake import unnaming
from bot.intake.rewording import watched
from bot.store import carrying, copying
from bot.store.carrying import Carried
from bot.store.copying import Checked
from bot.store.errors import StoreError
from bot.store.holding import Holder, held
from bot.store.sqlite import SqliteStore, opened
from bot.transcripts.phrases import count

Progress = Callable[[int, int], None]
"""Is told how many of how many pages are copied."""


# ---------------------------------------------------------------- there


def back_up(store: Path, file: Path, progress: Progress, *, replace: bool = False) -> list[str]:
    """Write a whole copy of a store that may be in use into `file`; return what to say of it.

    The copy is made beside and looked at before it gets its name: what stands under that name is
    whole. Raises Stopped where there is no store, or `file` is there and `replace` is not said,
    and StoreError where the store is not whole or of a newer Rounds.
    """
    if not store.is_file():
        raise no_store(store)
    _must_be_free(file, store, replace=replace)
    beside = _beside(file)
    try:
        with copying.room_for(file):
            whole = copying.back_up(store, beside, progress)
            copying.put(beside, file, over=replace)
    except FileExistsError:
        raise Stopped(_is_there(file)) from None
    finally:
        copying.remove(beside)
    return [f"{file}: {_told(whole)}."]


def _must_be_free(file: Path, store: Path, *, replace: bool) -> None:
    if file.is_dir():
        raise Stopped(
            f"{shown(str(file), 200)} is a folder. Name the file: {file / 'rounds-backup.db'}"
        )
    if not file.parent.is_dir():
        raise Stopped(
            f"There is no folder {shown(str(file.parent), 200)}. Make it, or name another."
        )
    if file.exists() and file.samefile(store):
        raise Stopped(f"{shown(str(file), 200)} is the store itself. Name another file.")
    if file.name.startswith(store.name) and file.parent.samefile(store.parent):
        raise Stopped(f"{shown(str(file), 200)} is a name of the store's own. Name another file.")
    if file.exists() and not file.is_file():
        raise Stopped(f"{shown(str(file), 200)} is no file. Name one.")
    if file.exists() and not replace:
        raise Stopped(_is_there(file))


def _is_there(file: Path) -> str:
    return (
        f"{shown(str(file), 200)} is there already, and stays as it is. Name another file, or say "
        "--replace."
    )


def _beside(file: Path) -> Path:
    """Return a name beside a file, on the same disk, that nobody else takes."""
    return file.with_name(f".{file.name}.{secrets.token_hex(4)}")


def _told(whole: Checked) -> str:
    last = f", the last of {whole.last:%Y-%m-%d %H:%M} UTC" if whole.last else ""
    return f"{count(whole.chats, 'chat')}, {count(whole.messages, 'message')}{last}"


# ---------------------------------------------------------------- and back


async def restore(
    file: Path, store: Path, holder: Holder, now: datetime, progress: Progress
) -> list[str]:
    """Put a backup into a store's place; return what to say of it.

    The store that was there is kept beside, under a name with the moment, and what left it since
    the backup leaves the backup too. Raises Stopped and StoreError where `file` is no whole store,
    and Held where somebody serves the one in its place; then nothing is changed.
    """
    if file.exists() and store.exists() and file.samefile(store):
        raise Stopped(f"{shown(str(file), 200)} is the store itself. Name a backup.")
    whole = await asyncio.to_thread(copying.checked, file)
    async with held(store, holder):
        for left in store.parent.glob(f".{store.name}.*"):  # by a restore that was cut short
            left.unlink(missing_ok=True)
        beside = _beside(store)
        try:
            with copying.room_for(store):
                await asyncio.to_thread(copying.copy, file, beside, progress)
                carried = await _brought_up(beside, store, now)
            lines = _put(beside, store, now)
        finally:
            copying.remove(beside)
    return [f"Restored: {_told(whole)}.", *lines, *_said_of(carried), *_may_come_twice(whole)]


async def _brought_up(beside: Path, store: Path, now: datetime) -> Carried | None:
    """Bring a copy up to date, and let leave it what left the store; None: that is unreadable."""
    async with contextlib.AsyncExitStack() as stores:
        new = await stores.enter_async_context(opened(beside))
        if not store.exists():
            return Carried()
        try:
            await asyncio.to_thread(copying.checked, store)
            old = await stores.enter_async_context(opened(store))
        except StoreError:
            return None
        return await _carried(old, new, now)


async def _carried(old: SqliteStore, new: SqliteStore, now: datetime) -> Carried:
    async with old.reading() as before, new.writing() as after, watched(after, now):
        carried = await carrying.carry(before, after, unnaming.unname_everywhere)
    await new.cut_off()
    return carried


def _put(beside: Path, store: Path, now: datetime) -> list[str]:
    if not store.exists():
        copying.put(beside, store, over=False)
        return []
    kept = store.with_name(f"{store.stem}-{now:%Y-%m-%dT%H-%M-%SZ}{store.suffix}")
    copying.exchange(beside, store, kept)
    return [f"The store that was there is kept as {kept}. Remove it once nobody needs it."]


def _said_of(carried: Carried | None) -> list[str]:
    if carried is None:
        told = (
            "The store that was there cannot be read. What was withdrawn, erased or removed since "
            "the backup is back in this one: withdraw and erase it again."
        )
        return [told]
    parts = [
        count(carried.withdrawn, "withdrawn message") if carried.withdrawn else "",
        count(carried.erased, "erased person") if carried.erased else "",
        count(carried.blanked, "chat") + " no longer kept" if carried.blanked else "",
    ]
    told = ", ".join(part for part in parts if part)
    lines = [f"Taken out again, as it was since the backup: {told}."] if told else []
    if carried.checkins:
        said = count(carried.checkins, "person")
        lines.append(f"Kept, though it is newer than the backup: what {said} said at a check-in.")
    return lines


def _may_come_twice(whole: Checked) -> list[str]:
    if not whole.open_chats:
        return []
    told = (
        f"Open when the backup was made: {', '.join(whole.open_chats)}. What was posted there "
        "since is not known to this store, and may be posted once more."
    )
    return [told]
