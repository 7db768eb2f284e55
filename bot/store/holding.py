"""Who holds a store's file: one process at a time serves it, and a second one is told which.

The operating system locks a file beside the store, `rounds.db.lock`, for as long as its holder
lives: the lock ends with the process, however that ends, and no old file is ever in the way. What
stands in the file is only for the sentence that others are told. It is never removed: whoever
removed it could leave two holders, each of a file of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import fcntl
import json
import os
import re
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.store.address import Address
from bot.store.errors import StoreError

TRIES = 10
"""A holder that ends, or somebody who looks who holds it, is waited for: so many times 0.1 s."""

_APART = 0.1  # seconds
_PLAIN = re.compile(r"[!-~]*")  # what others wrote is printed


class Held(StoreError):
    """The store is in use; the sentence says by whom, and what to do."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A process that holds a store alone, as it tells others."""

    doing: str  # the command, such as `rounds run`
    process: int
    host: str  # the machine's name
    since: datetime
    address: str = ""  # where it serves pages, if it does
    near: str = ""  # the same, as the machine itself reaches it

    @classmethod
    def here(cls, doing: str, now: datetime, address: str = "", near: str = "") -> Holder:
        """Return what this process tells of itself."""
        return cls(doing, os.getpid(), socket.gethostname(), now, address, near)

    @property
    def is_here(self) -> bool:
        """Whether it is on this machine, and not in another container of it."""
        return self.host == socket.gethostname()

    @property
    def told_as(self) -> str:
        """What a session of a database tells of it: of at most 63 bytes, as PostgreSQL keeps."""
        whole = f"{self.doing} {self.process} {self.host}"
        return "".join(char if " " <= char <= "~" else "?" for char in whole)[:63]

    def __str__(self) -> str:
        at = f", at {self.address}" if self.address else ""
        return (
            f"{self.doing}, process {self.process} on {self.host}, "
            f"since {self.since:%Y-%m-%d %H:%M} UTC{at}"
        )


@contextlib.asynccontextmanager
async def held(store: Path, holder: Holder) -> AsyncIterator[None]:
    """Hold the store in this file alone for a block; its folder is made where it is missing.

    Raises Held where another process holds it, StoreError where its disk knows no locks, and
    OSError where this user may not write there.
    """
    store.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = os.open(_lock(store), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        await _take(file, store)
        _note(file, holder)
        yield
        _note(file, None)
    finally:
        os.close(file)  # the lock goes with it


def holder_of(store: Path) -> Holder | str | None:
    """Return who holds the store in this file; None: nobody. A text: what is known instead.

    Nothing is made or changed. Raises OSError where the lock cannot be looked at.
    """
    try:
        file = os.open(_lock(store), os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _read(file)
    finally:
        os.close(file)
    return None


def in_use(store: Path | Address, holder: Holder | str) -> str:
    """Return the sentence for whoever wants the store for themselves, and cannot have it."""
    what = "folder: --data DIR" if isinstance(store, Path) else "database."
    return (
        f"The store {store} is in use: {holder}. One process at a time serves a store. End that "
        f"one first, or name another {what}"
    )


def is_plain(*parts: str) -> bool:
    """Say whether what others told of themselves can be printed: short, and nothing invisible."""
    return all(len(part) <= 255 and _PLAIN.fullmatch(part) for part in parts)


def _lock(store: Path) -> Path:
    return store.with_name(f"{store.name}.lock")


async def _take(file: int, store: Path) -> None:
    for _ in range(TRIES):
        try:
            # Of all kinds of locks this is the one that nothing else of this process lets go:
            # one of `fcntl` would end as soon as anything here closed the file once more.
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            await asyncio.sleep(_APART)
        except OSError as error:
            if error.errno not in (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL):
                raise
            raise StoreError(
                f"The disk of {store.parent} knows no locks ({error.strerror}), as some network "
                "disks do not. A store needs a disk of this machine: --data DIR"
            ) from error
        else:
            return
    raise Held(in_use(store, _read(file)))


def _note(file: int, holder: Holder | None) -> None:
    """Write who holds the lock; without room on the disk it is held all the same."""
    with contextlib.suppress(OSError):
        os.ftruncate(file, 0)
        if holder is not None:
            told = {
                "doing": holder.doing,
                "process": holder.process,
                "host": holder.host,
                "since": holder.since.isoformat(),
                "address": holder.address,
                "near": holder.near,
            }
            os.pwrite(file, json.dumps(told).encode(), 0)


def _read(file: int) -> Holder | str:
    """Read who holds the lock; whatever stands there is not ours."""
    try:
        told = json.loads(os.pread(file, 4096, 0))
        since = datetime.fromisoformat(told["since"]).astimezone(UTC)
        holder = Holder(
            str(told["doing"]),
            int(told["process"]),
            str(told["host"]),
            since,
            str(told["address"]),
            str(told.get("near", "")),
        )
    except (OSError, ValueError, LookupError, TypeError, OverflowError):
        return "another process, of which nothing is known"
    if not is_plain(holder.doing.replace(" ", ""), holder.host, holder.address, holder.near):
        return "another process, of which nothing is known"
    return holder
