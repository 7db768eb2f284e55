"""What keeps a store from being used, whatever database it is."""

from __future__ import annotations


class StoreError(Exception):
    """The store cannot be used; the sentence says what to do."""


class Unavailable(StoreError):
    """The store is away at present, and what was under way is not kept; try again later."""
