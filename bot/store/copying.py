"""The files of SQLite stores: copies them whole while they are in use, checks them, exchanges them.

A copy is one file, without a log beside it, so that it can be carried anywhere and opened anywhere.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.store.codec import moment
from bot.store.errors import Damaged, StoreError, is_damage
from bot.store.schema import steps_from

STEP = 256
"""Pages that are copied at a stretch: a megabyte."""

ONLY_FOR_ITS_OWNER = 0o600
"""A copy holds what people said, and the key that signs links."""

_OURS = {"events", "chats", "messages", "reactions", "outbox", "secrets"}
"""Tables that every version of a store has."""

_LATEST = "SELECT MAX(at) FROM messages WHERE said = 1"


@dataclass(frozen=True, slots=True)
class Checked:
    """What a whole file holds: its schema, how much, from when the last message is, open chats."""

    version: int
    chats: int
    messages: int
    last: datetime | None
    open_chats: tuple[str, ...]


def copy(
    source: Path, target: Path, progress: Callable[[int, int], None], *, in_use: bool = False
) -> None:
    """Copy a store into a new file, as it is at one moment, while others go on writing to it.

    One that is `in_use`, or was until its process died, is read together with its log.

    `progress` is told pages: how many of how many. Raises FileExistsError where `target` is
    there, StoreError where `source` cannot be read, and sqlite3.Error or OSError where `target`
    cannot be written; then there is no `target`.
    """
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, ONLY_FOR_ITS_OWNER))
    try:
        with (
            _reading(source, in_use=in_use) as there,
            contextlib.closing(sqlite3.connect(target)) as here,
        ):
            # One open transaction is one moment: a copy in steps would else begin anew
            # whenever another process writes.
            there.execute("BEGIN")
            there.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
            there.backup(
                here,
                pages=STEP,
                progress=lambda _status, left, of: progress(of - left, of),
            )
            here.execute("PRAGMA journal_mode = DELETE")
        _to_disk(target)
    except BaseException:
        remove(target)
        raise


def back_up(store: Path, target: Path, progress: Callable[[int, int], None]) -> Checked:
    """Copy a store that may be in use into a new file, and look at the copy.

    What is wrong with the store is told of the store. Raises as `copy` and `look_through`.
    """
    try:
        copy(store, target, progress, in_use=True)
        return checked(target)
    except sqlite3.OperationalError:  # what keeps the copy from being written
        raise
    except (StoreError, sqlite3.DatabaseError) as failure:
        look_through(store)
        checked(store, is_copy=False)
        raise StoreError(
            f"The copy of {store} is not whole, though the store is. Make it on another disk."
        ) from failure


@contextlib.contextmanager
def _reading(file: Path, *, in_use: bool = False) -> Iterator[sqlite3.Connection]:
    """Open a file to which nothing is written. Raises StoreError where it is no database.

    Where it has a log beside it, as a file that is `in_use` may have, the log stays as it is.
    """
    if not file.is_file():
        what = f"{file} is no file" if file.exists() else f"There is no file {file}"
        raise StoreError(f"{what}. Is its name right?")
    # Who may write takes away at the end what SQLite makes for reading; who may not leaves it.
    has_log = file.with_name(f"{file.name}-wal").exists()
    ways = ["mode=ro"] if has_log and not in_use else ["mode=rw", "mode=ro"]
    with contextlib.closing(_opened(file, [*ways, "mode=ro&immutable=1"])) as database:
        yield database


def _opened(file: Path, ways: list[str]) -> sqlite3.Connection:
    """Open a file in the first way that goes: the last is for folders where nothing can be made."""
    way, *others = ways
    try:
        database = sqlite3.connect(f"{file.absolute().as_uri()}?{way}", uri=True, timeout=10)
        try:
            database.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
        except BaseException:
            database.close()
            raise
    except sqlite3.DatabaseError as error:
        if others and isinstance(error, sqlite3.OperationalError):
            return _opened(file, others)
        raise StoreError(f"{file} cannot be read as a store ({error}).") from error
    return database


def checked(file: Path, *, is_copy: bool = True) -> Checked:
    """Look whether a file is a whole store of Rounds, of this version or an older one.

    Raises StoreError, with what is wrong, where it is not: of a copy there may be another one, a
    store has backups. Nothing is changed.
    """
    with _reading(file) as database:
        try:
            wrong = [str(row[0]) for row in database.execute("PRAGMA integrity_check(1)")]
            if wrong != ["ok"]:
                first = wrong[0].splitlines()[-1]  # a heading may stand above it
                raise _damaged(file, first, is_copy=is_copy)
            tables = {row[0] for row in database.execute("SELECT name FROM sqlite_master")}
            ((version,),) = database.execute("PRAGMA user_version")
            if not tables >= _OURS or version < 1:
                raise StoreError(f"{file} is a database, but no store of Rounds.")
            steps_from(version, str(file))
            return _held(database, version)
        except sqlite3.DatabaseError as error:
            raise _damaged(file, str(error), is_copy=is_copy) from error


def _damaged(file: Path, why: str, *, is_copy: bool) -> StoreError:
    if is_copy:
        return StoreError(f"{file} is damaged ({why}). Take another copy.")
    return Damaged(f"The store {file}", why)


def look_through(store: Path) -> int:
    """Return the schema of a store's file, which may be in use and is left as it is; 0: it is new.

    Every page is read (SQLite's quick check). Raises Damaged where the file is not whole, and
    StoreError where it is newer than this Rounds or cannot be read.
    """
    try:
        with _reading(store) as database:
            wrong = [str(row[0]) for row in database.execute("PRAGMA quick_check(1)")]
            ((version,),) = database.execute("PRAGMA user_version")
    except sqlite3.DatabaseError as error:
        raise Damaged(f"The store {store}", str(error)) from error
    except StoreError as error:
        if isinstance(error.__cause__, sqlite3.Error) and is_damage(error.__cause__):
            raise Damaged(f"The store {store}", str(error.__cause__)) from error
        raise
    if wrong != ["ok"]:
        raise Damaged(f"The store {store}", wrong[0].splitlines()[-1])
    steps_from(version, str(store))
    return int(version)


def _held(database: sqlite3.Connection, version: int) -> Checked:
    ((chats,),) = database.execute("SELECT COUNT(*) FROM chats")
    ((messages,),) = database.execute("SELECT COUNT(*) FROM messages WHERE said = 1")
    ((last,),) = database.execute(_LATEST)
    running = database.execute("SELECT chat FROM chats WHERE stage = 'open' ORDER BY chat")
    return Checked(
        version,
        chats,
        messages,
        None if last is None else moment(last),
        tuple(chat for (chat,) in running),
    )


@contextlib.contextmanager
def room_for(file: Path) -> Iterator[None]:
    """Say which file cannot be written, where SQLite cannot. Raises StoreError."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise StoreError(
            f"{file} cannot be written ({error}). Is there room left on its disk?"
        ) from error


def put(new: Path, place: Path, *, over: bool) -> None:
    """Give a file its place at once, whole; it is on the disk then.

    Raises FileExistsError where another one is there and `over` is not said.
    """
    if over:
        new.replace(place)
    else:
        place.hardlink_to(new)
        new.unlink()
    _to_disk(place.parent)


def exchange(new: Path, store: Path, kept: Path) -> None:
    """Put a store in the place of another, which is kept beside under another name.

    At no moment is there none.
    """
    about = store.stat()
    kept.hardlink_to(store)
    for end in ("-wal", "-shm"):  # those of a store that could not be closed as it should be
        beside = store.with_name(store.name + end)
        if beside.exists():
            beside.replace(kept.with_name(kept.name + end))
    new.chmod(stat.S_IMODE(about.st_mode))
    with contextlib.suppress(PermissionError):  # only root gives files away, and only root must
        os.chown(new, about.st_uid, about.st_gid)
    put(new, store, over=True)


def remove(file: Path) -> None:
    """Remove a file of a database, and what SQLite keeps beside it."""
    for end in ("", "-wal", "-shm", "-journal"):
        file.with_name(file.name + end).unlink(missing_ok=True)


def _to_disk(path: Path) -> None:
    """See to it that a file, or the names in a folder, survive a power cut."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
