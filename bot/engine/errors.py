"""The two families of errors, by whose fault it is.

RoundsError
├── Refused     the person asked for what cannot be; the text is for that person alone
└── BrokenLog   a chat's log cannot be folded; this chat stops, the operator is told
"""

from __future__ import annotations


class RoundsError(Exception):
    """What Rounds raises itself."""


class Refused(RoundsError):
    """A sentence for the person who asked, saying what to do instead."""


class BrokenLog(RoundsError):
    """A chat's log that contradicts itself; never shown to people, told to the operator."""
