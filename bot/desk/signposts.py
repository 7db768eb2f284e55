"""Makes links of the places in what Rounds says: each platform knows the addresses of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol

from bot.engine.actions import Amend, Piece, Post, Spot, Tell, Whisper, Words
from bot.platforms.platform import Errand, Platform, Receipt


class Addressed(Platform, Protocol):
    """A platform that knows the addresses of its places."""

    def address(self, spot: Spot) -> str:
        """Return where a message, a thread or a room is found; empty: it is not known now."""
        ...


class Signposts:
    """Knows the platforms, as they are joined. What has no address stays a place."""

    def __init__(self) -> None:
        self._known: dict[str, Addressed] = {}
        self.platforms: dict[str, Platform] = {}  # perform actions with links in them

    def join(self, platforms: Mapping[str, Addressed]) -> None:
        """Take platforms in, by name."""
        self._known |= platforms
        self.platforms |= {name: _Signed(one, self) for name, one in platforms.items()}

    def words(self, words: Words) -> Words:
        """Return words with an address for each place that has one."""
        return tuple(map(self._piece, words))

    def _piece(self, piece: Piece) -> Piece:
        if not isinstance(piece, Spot):
            return piece
        platform = self._known.get(piece.room.platform)
        return (platform.address(piece) if platform is not None else "") or piece


class _Signed:
    """A platform whose actions have links in them."""

    def __init__(self, platform: Platform, signposts: Signposts) -> None:
        self._platform = platform
        self._signposts = signposts

    async def perform(self, errand: Errand) -> Receipt:
        """Do what the errand's action says, with links for its places; raises what they raise."""
        action = errand.action
        if isinstance(action, Post | Amend | Tell | Whisper):
            words = self._signposts.words(action.words)
            if words != action.words:
                errand = replace(errand, action=replace(action, words=words))
        return await self._platform.perform(errand)
