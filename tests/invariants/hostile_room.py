"""Who is in the room of a hostile hour, what they say, and what is to be seen of it in the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from tests.invariants.club import Club

SERIES = "urology"
CHAT = f"{SERIES}-2034-12-04"
TITLE = f"The {SERIES} chat"

TOPICS = {"0m": "What was asked?", "20m": "What was found?", "40m": "What follows?"}
WINDOW, STARTS = "1h", "2034-12-04 07:00"

SAFETY: Mapping[str, str] = {
    "publish": "true",
    "allow_words": "[penis, faggots]",
    "blocked_domains": "[casino.example]",
    "help_lines": '{GB: "Samaritans: call 116 123", any: "https://findahelpline.com"}',
    "rules": '"Be kind, and name no patient."',
    "roles": "[physician, nurse, patient, industry]",
    "consent": "named",
    "round_times": "15m",
}
"""The keys of an agenda that look after a room, but for who is called, which depends on it."""

HENRY, INES = MODERATORS = ("Henry", "Ines")
OTTOLINE, THADDEUS, BERENICE = "Ottoline", "Thaddeus", "Berenice"
LEOCADIA, WILHELMINA, PEREGRINE = "Leocadia", "Wilhelmina", "Peregrine"
ISOLDE, GRIMBOLD, LUDOVIC, OCTAVIA = "Isolde", "Grimbold", "Ludovic", "Octavia"
PEOPLE = (
    *MODERATORS, OTTOLINE, THADDEUS, BERENICE, LEOCADIA, WILHELMINA, PEREGRINE, ISOLDE, GRIMBOLD,
    LUDOVIC, OCTAVIA,
)  # fmt: skip
"""Whoever is in the room; moderators are asked to come in this order."""

PSEUDONYM = {"name": "Dr Ottoline Vandermeer", "role": "physician", "country": "NO",
             "interest": "none", "consent": "pseudonym"}  # fmt: skip
OUT = {"name": "", "role": "patient", "country": "", "interest": "", "consent": "out"}
NAMED = {"name": "", "role": "nurse", "country": "GB", "interest": "", "consent": "named"}

STAYS = (
    "quillwort", "marigold", "larkspur", "vermilion", "tamarind", "marjoram", "chervil", "lovage",
    "tansy", "costmary", "wormwood",
)  # fmt: skip
"""Words of what everybody may read in the end."""

NEVER_TOLD = ("00482913", "example.org", "03/04/1956")
"""What a patient could be known by, which is told to nobody; the second is cleared."""

GONE = (
    "zephyrine",  # said by somebody who does not want to be in the transcript
    "cobaltine", "00482913",  # a wording with a record number, changed since
    "saffron", "03/04/1956",  # held back until the end
    "heliotrope",  # of somebody who may be in danger
    "ragwort",  # at the end of a flood
    "fenugreek", "galangal",  # an invitation, and a link that is not wanted
    "bergamot", "peppercorn",  # of whoever is forgotten
    "oleander", "nasturtium",  # withdrawn
    "hyssop",  # deleted on the platform
)  # fmt: skip
"""Words that are in no transcript, for whomever it is made."""

NOT_PUBLIC = ("Ottoline", "Vandermeer", "Thaddeus", "Peregrine")
"""Names that are in nothing that is public."""

UNNAMED = (OTTOLINE, THADDEUS, PEREGRINE)
"""Those whose ids are in nothing that is public either."""

KINDS = ("html", "md", "json", "csv")

PARTICIPANTS, MESSAGES, WITHDRAWN = 10, 42, 3
"""What the transcript counts, held messages among it, and what was withdrawn."""

BY_RULES = {GRIMBOLD: 3, LUDOVIC: 1, OCTAVIA: 1}
"""Whose messages rules of conduct hold in the end, and how many."""

LEFT_OUT = {"withdrawn": WITHDRAWN, "out": 1, "erased": 2}
"""Messages that have no line in the public edition, by why."""

ARCHIVED = "SELECT 1 FROM chats WHERE chat = ? AND stage = 'archived'"


def flood(letter: str, many: int) -> list[str]:
    """Return so many messages, each other than the others."""
    return [f"T1: wormwood {letter}{number}" for number in range(many)]


class Venue(Protocol):
    """A platform, as the hour needs it; a message is whatever `say` returned."""

    is_page: bool
    """Whether what is told privately stands on people's pages, which all moderators look at."""

    tries: int
    """How many messages more were said to find out who may write."""
    slows: bool
    """Whether the platform has a slow mode."""

    @property
    def club(self) -> Club:
        """Return the club that is in the room."""

    async def opened(self) -> None:
        """Wait until the chat is open, its first topic posted."""

    async def say(self, who: str, text: str, to: Any = None) -> Any:
        """Let somebody say something, or answer a message; wait until it is kept."""

    async def flood(self, who: str, texts: Sequence[str]) -> None:
        """Let somebody say things without a pause, and wait until they are kept."""

    async def is_slow(self, slow: bool) -> None:
        """Wait until the room is slow, or is slow no longer."""

    async def is_silent(self, who: str, silent: bool) -> None:
        """See that what somebody writes is refused or held, or is not."""

    async def edit(self, who: str, said: Any, text: str) -> None:
        """Let somebody change what they said."""

    async def delete(self, who: str, said: Any) -> None:
        """Let somebody delete what they said, where they said it."""

    def number(self, said: Any) -> str:
        """Return the number by which commands name a message."""

    def id_of(self, who: str) -> str:
        """Return the platform's id of somebody."""

    async def stands(self, said: Any) -> bool:
        """Whether a message can be read where it was said."""

    async def ask(self, who: str, command: str) -> str:
        """Let somebody type a command; return what they alone are answered."""

    async def check_in(self, who: str, filled: Mapping[str, str]) -> str:
        """Let somebody fill in the form of the opening post; return what they are answered."""

    async def press_help(self, who: str) -> str:
        """Let somebody press Help at the opening post; return what they alone are answered."""

    async def take(self, who: str, page: str) -> str:
        """Let a moderator take the call that the words of a page ask for."""

    async def told(self, who: str) -> list[str]:
        """Return everything that somebody was told privately, unasked."""

    async def public(self) -> list[str]:
        """Return what Rounds said in the room for all."""

    async def published(self) -> list[str]:
        """Return the transcripts that were posted in the room; Rounds' own has none."""

    async def kill(self) -> None:
        """End the program as a power cut would, and start it again."""
