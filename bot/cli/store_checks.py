"""Whether the store is ready: a folder that lasts, or a database that answers."""

from __future__ import annotations

import contextlib
import os
import shlex
import stat
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from bot.agendas.mistakes import shown
from bot.cli.status_screen import span
from bot.platforms.finding import Finding
from bot.settings import Settings
from bot.store import copying
from bot.store.address import Address
from bot.store.errors import StoreError
from bot.store.holding import holder_of
from bot.store.opening import version_at
from bot.transcripts.phrases import size

HERE = "This machine"
"""The heading of what is no platform's."""

HOSTS = {
    "DYNO": "Heroku",
    "FLY_APP_NAME": "Fly.io",
    "GAE_ENV": "App Engine",
    "K_SERVICE": "Cloud Run",
    "KOYEB_APP_NAME": "Koyeb",
    "RAILWAY_ENVIRONMENT": "Railway",
    "RENDER": "Render",
    "VCAP_APPLICATION": "Cloud Foundry",
}
"""Names that hosts put into the environment whose disks are wiped, if no volume is mounted."""

PASSING = ("tmpfs", "ramfs", "overlay")
"""Kinds of file systems that are in memory, or gone with their container: no volume is one."""

_SQLITE = b"SQLite format 3\x00"
"""How every SQLite file begins (sqlite.org/fileformat2, "The Database Header")."""


async def look(settings: Settings, environment: Mapping[str, str]) -> Finding:
    """Look at the store's place; nothing is made or changed."""
    if settings.database is not None:
        return await _database(settings.database)
    if (warning := does_not_last(settings, environment)) is not None:
        return Finding("Store", HERE, False, warning)
    return _file(settings)


def beside(settings: Settings, now: datetime) -> list[Finding]:
    """List what lies in the folder of data besides the store in use, and holds what people said.

    Earlier stores that `rounds restore` kept, backups, a store that was copied into a database.
    """
    found: list[Finding] = []
    with contextlib.suppress(OSError):  # of the folder itself the store's line tells
        for path in sorted(settings.data.iterdir()):
            if settings.database is None and path.name == settings.store.name:
                continue
            with contextlib.suppress(OSError):
                if path.is_file() and _is_store(path, empty=False):
                    is_open, about = _is_open_to_others(path), _old(path, settings, now)
                    if is_open:
                        to_do = f"chmod 600 {shlex.quote(str(path))}"
                        about = f"{about} Every user of this machine can read it: {to_do}"
                    found.append(Finding("Earlier store", HERE, not is_open, about))
    return found


def _old(path: Path, settings: Settings, now: datetime) -> str:
    about = path.stat()
    age = span(now - datetime.fromtimestamp(about.st_mtime, UTC))
    what = f"{shown(str(path), 200)}, {size(about.st_size)}, last changed {age} ago."
    if path.name.startswith(f".{settings.store.name}."):
        return f"{what} A copy that was cut short, or is being made. Remove it if none is."
    return (
        f"{what} It holds what people said. Remove it once nobody needs it, or keep it elsewhere."
    )


def does_not_last(settings: Settings, environment: Mapping[str, str]) -> str | None:
    """Say that chats would be lost with this host's disk, and what to do; None: they would not.

    A volume that is mounted there is another disk than that of the root, and none of `PASSING`.
    """
    host = next((host for name, host in HOSTS.items() if environment.get(name)), None)
    if settings.database is not None or host is None or _is_mounted(settings.data):
        return None
    folder = shown(str(settings.data), 200)
    return (
        f"The store is in {folder}, on a disk that {host} wipes whenever it starts "
        "the process anew, at least at every deploy: all chats would be gone. Attach a PostgreSQL "
        "database, whose address is in DATABASE_URL, or a volume, and name a folder on it in "
        "ROUNDS_DATA."
    )


def _is_mounted(folder: Path) -> bool:
    there = _nearest(folder)
    disk = there.stat().st_dev
    return disk != Path(there.anchor).stat().st_dev and _kind_of(disk) not in PASSING


def _kind_of(disk: int) -> str:
    """Return the kind of file system on a disk, by its number; empty where nobody can tell.

    A line of mountinfo has the number as MAJOR:MINOR in its third field, and the kind behind " - "
    (proc(5)).
    """
    number = f"{os.major(disk)}:{os.minor(disk)}"
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/mountinfo").read_text("utf-8", "replace").splitlines():
            mounted, _, source = line.partition(" - ")
            if mounted.split()[2:3] == [number]:
                return source.split(" ")[0]
    return ""


def _nearest(folder: Path) -> Path:
    """Return a folder, or the nearest one above it that is there."""
    above = (folder, *folder.absolute().parents)
    return next((one for one in above if os.access(one, os.F_OK)), folder)


async def _database(address: Address) -> Finding:
    try:
        version = await version_at(address)
    except StoreError as failure:
        return Finding("Store", HERE, False, str(failure))
    if version is None:
        sentence = f"The database {address} can be reached; there is no chat in it yet."
    else:
        sentence = f"The database {address} can be reached.{await _led(address)}"
    return Finding("Store", HERE, True, sentence)


async def _led(address: Address) -> str:
    """Say who leads on a database that can be reached, where that can be known."""
    from bot.store.leading import leader_of  # noqa: PLC0415  most have no need of it

    try:
        leader = await leader_of(address)
    except StoreError:
        return ""
    return f" In use: {leader}." if leader else ""


def _file(settings: Settings) -> Finding:
    """Say whether the store can be written, by what the file system says of its folder."""
    folder, file = settings.data, settings.store
    name = shown(str(folder), 200)
    there = _nearest(folder)
    if not there.is_dir():
        sentence = f"{shown(str(there), 200)} is a file where a folder is needed."
        return Finding("Store", HERE, False, f"{sentence} Name another: --data DIR")
    if not os.access(there, os.W_OK | os.X_OK):
        sentence = f"This user may not write in {shown(str(there), 200)}."
        return Finding("Store", HERE, False, f"{sentence} Allow it, or name another: --data DIR")
    if there != folder:
        return Finding("Store", HERE, True, f"{name} can be made, and rounds run makes it.")
    if not file.exists():
        return Finding("Store", HERE, True, f"{name} can be written; there is no chat in it yet.")
    if not os.access(file, os.R_OK | os.W_OK):
        sentence = f"This user may not write {shown(str(file), 200)}. Allow it."
        return Finding("Store", HERE, False, sentence)
    if not file.is_file() or not _is_store(file):
        sentence = f"{shown(str(file), 200)} is no store. Move it away, or name another: --data DIR"
        return Finding("Store", HERE, False, sentence)
    try:
        copying.look_through(file)
    except StoreError as failure:
        return Finding("Store", HERE, False, str(failure))
    if _is_open_to_others(file):
        sentence = (
            f"Every user of this machine can read {shown(str(file), 200)}, with what people said "
            "and the key by which one signs in as a moderator. Let its owner alone:"
        )
        return Finding("Store", HERE, False, f"{sentence} chmod 600 {shlex.quote(str(file))}*")
    sentence = f"{shown(str(file), 200)} can be written.{_used(file)}"
    return Finding("Store", HERE, True, sentence)


def _is_open_to_others(file: Path) -> bool:
    """Say whether users that are neither the owner nor of the group can reach a file and read it.

    Whom its group lets in is its operator's choice.
    """
    place = file.resolve()
    return bool(place.stat().st_mode & stat.S_IROTH) and all(
        folder.stat().st_mode & stat.S_IXOTH for folder in place.parents
    )


def _used(store: Path) -> str:
    """Say who holds the store's file, where that can be known."""
    try:
        holder = holder_of(store)
    except OSError:
        return ""
    return f" In use: {holder}." if holder else ""


def _is_store(file: Path, *, empty: bool = True) -> bool:
    with file.open("rb") as opened:
        begin = opened.read(len(_SQLITE))
    return begin == _SQLITE or (empty and begin == b"")  # an empty file is an empty database
