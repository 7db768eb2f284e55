"""What a person is told when a command cannot go on: every failure as a sentence."""

from __future__ import annotations

import errno
import socket
import traceback
from pathlib import Path

from bot.agendas.mistakes import shown
from bot.engine.errors import BrokenLog, RoundsError
from bot.settings import Settings
from bot.store.errors import Damaged, Unusable, is_damage
from bot.store.sqlite import outside_cause


class Stopped(RoundsError):
    """A command cannot go on; the text says why and what to do."""


def told(error: Exception) -> str:
    """Say what went wrong and what to do; the text may have several lines."""
    if isinstance(error, BrokenLog):
        return (
            f"The log of a chat in this store is broken: {error}. Its file was changed by "
            "something else, or damaged. Take the last good copy of it."
        )
    if is_damage(error):
        return str(Damaged("The store", str(error)))
    cause = error.cause if isinstance(error, Unusable) else outside_cause(error)
    if cause:
        return (
            f"The store cannot be used ({cause}). What was acknowledged is kept. Is there room "
            "left on its disk, may this user write there, and does no other program hold it?"
        )
    if isinstance(error, RoundsError):
        return str(error)
    if isinstance(error, OSError) and error.filename is not None:
        return _file(error)
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return "There is no room left on the disk. Make room, or use another disk."
    place = traceback.extract_tb(error.__traceback__)[-1:]
    where = "".join(f" at line {p.lineno} of {Path(p.filename).name}" for p in place)
    return (
        f"Rounds stopped by a fault of its own ({type(error).__name__}{where}). What was "
        "acknowledged is kept. Run the command again with ROUNDS_LOG=debug for the details, and "
        "report them."
    )


def _file(error: OSError) -> str:
    name = shown(str(error.filename), 200)
    match error.errno:
        case errno.ENOENT:
            return f"There is no {name}. Is the name right, and did you start in the right folder?"
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return f"{name} may not be used by this user. Allow it, or name another place."
        case errno.EISDIR:
            return f"{name} is a folder. Name a file."
        case errno.ENOTDIR | errno.EEXIST:
            return f"{name} is a file where a folder is needed. Name another place."
        case errno.ENOSPC:
            return f"There is no room left on the disk for {name}. Make room, or use another disk."
    return f"{name} cannot be used ({error.strerror}). Name another place."


def not_listening(error: OSError, settings: Settings) -> Stopped | None:
    """Say why the address cannot be listened at; None where that is not what failed."""
    host, port = shown(settings.host, 200), settings.port
    if isinstance(error, socket.gaierror):
        return Stopped(f"No address is known for {host}. Choose another with --host.")
    if error.filename is not None:
        return None
    match error.errno:
        case errno.EADDRINUSE:
            return Stopped(
                f"Port {port} is taken by another program. Choose another with --port, "
                "or end that program."
            )
        case errno.EADDRNOTAVAIL:
            return Stopped(f"This machine has no address {host}. Choose another with --host.")
        case errno.EACCES:
            return Stopped(f"Port {port} is not for this user. Choose one above 1023 with --port.")
    return None
