"""What keeps a store from being used, whatever database it is."""

from __future__ import annotations

from bot.engine.errors import RoundsError

_CORRUPT, _NOT_A_DATABASE = 11, 26
"""SQLite's codes for them (sqlite.org/rescode.html), in the lowest byte of an extended code."""


class StoreError(RoundsError):
    """The store cannot be used; the sentence says what to do, and quotes nothing that is in it."""


class Unusable(StoreError):
    """Something on this machine keeps a store's file from being used: its `cause`."""

    def __init__(self, cause: str) -> None:
        super().__init__(f"The store cannot be used: {cause}.")
        self.cause = cause


class Damaged(StoreError):
    """The file of a store, which `named` names at the beginning of a sentence, is not whole."""

    def __init__(self, named: str, cause: str) -> None:
        super().__init__(
            f"{named} is damaged ({cause}). Put a backup in its place: rounds restore FILE. What "
            "is there now is kept beside it."
        )


class Unavailable(StoreError):
    """The store is away at present, and what was under way is not kept; try again later."""


def is_damage(error: Exception) -> bool:
    """Say whether a file is not whole, or no database (any more): time and room mend neither."""
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in (_CORRUPT, _NOT_A_DATABASE)
