"""A store that dies at a chosen commit, as a process killed at that instant would leave it."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from bot.store.opening import Where, store_at
from bot.store.tables import Tables


class Killed(Exception):
    """The process is gone; nobody knows whether its last commit is on the disk."""


class CrashingStore:
    """The real store; at commit number `at` it dies, before or just after it."""

    def __init__(self, where: Where) -> None:
        self.where = where
        self.commits = 0
        self.at: int | None = None
        self.after = False
        self._dead = False
        self._store = store_at(where)

    async def open(self) -> None:
        """Start a new process on the same store."""
        await self._store.close()
        self._store = store_at(self.where)
        await self._store.open()
        self._dead = False

    async def close(self) -> None:
        await self._store.close()

    @contextlib.asynccontextmanager
    async def writing(self) -> AsyncIterator[Tables]:
        if self._dead:
            raise Killed
        async with self._store.writing() as tables:
            yield tables
            self.commits += 1
            dies = self.commits == self.at
            if dies and not self.after:
                self._dead = True
                raise Killed  # inside the transaction: it is rolled back
        if dies:
            self._dead = True
            raise Killed  # the commit is done, its answer is lost

    @contextlib.asynccontextmanager
    async def reading(self) -> AsyncIterator[Tables]:
        if self._dead:
            raise Killed
        async with self._store.reading() as tables:
            yield tables


@contextlib.asynccontextmanager
async def crashing(where: Where) -> AsyncIterator[CrashingStore]:
    """Open such a store for a block, and close it after it."""
    store = CrashingStore(where)
    await store.open()
    try:
        yield store
    finally:
        await store.close()
