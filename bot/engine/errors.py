"""The families of errors, by whose fault it is.

RoundsError
├── Refused     the person asked for what cannot be; the text is for that person alone
├── BrokenLog   a chat's log cannot be folded; this chat stops, the operator is told
└── StoreError  the store cannot be used (`bot.store.errors`); the operator is told
"""

from __future__ import annotations


class RoundsError(Exception):
    """What Rounds raises itself."""


class Refused(RoundsError):
    """A sentence for the person who asked, saying what to do instead."""


class BrokenLog(RoundsError):
    """A chat's log that contradicts itself; never shown to people, told to the operator."""


def reason(failure: BaseException | None) -> str:
    """Say for the log why something failed: in words where they are Rounds' own, else its kind.

    What others say may quote people's words, and a refusal what somebody asked for.
    """
    if isinstance(failure, RoundsError) and not isinstance(failure, Refused):
        return str(failure).rstrip(".")
    return type(failure).__name__
