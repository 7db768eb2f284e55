"""How a person may be shown in what is made of a chat."""

from __future__ import annotations

from enum import StrEnum


class Consent(StrEnum):
    """What a person agreed to, or what a series takes for it where nobody asked them yet."""

    NAMED = "named"
    PSEUDONYM = "pseudonym"
    OUT = "out"  # not in the transcript
