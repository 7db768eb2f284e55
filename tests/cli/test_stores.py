"""A command opens the store that is there, and makes none."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.cli.departure import erase_in
from bot.cli.faults import Stopped
from bot.cli.stores import opened
from bot.clock import clock
from bot.store.address import Address
from bot.store.opening import opened as opened_store
from bot.store.opening import version_at
from bot.store.schema import newest
from tests.store.old_stores import CHAT, put, spoil
from tests.typed import free_port, rounds


async def test_a_file_that_is_missing_is_told_with_its_folder_and_not_made(tmp_path: Path) -> None:
    with pytest.raises(Stopped, match=r"There is no store in .*data.* --data DIR"):
        async with opened(tmp_path / "data" / "rounds.db"):
            pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("begin", "end"), [(0, 4_096), (4_096, 1_000_000), (20_000, 40_000)])
async def test_a_damaged_store_is_named_with_the_way_out(
    tmp_path: Path, begin: int, end: int
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "chats").mkdir()
    await put(newest(), tmp_path / "data" / "rounds.db")
    spoil(tmp_path / "data" / "rounds.db", begin, end)
    for command in ("status", f"export {CHAT}", "db copy data new", f"run --port {free_port()}"):
        ended = rounds(*command.split(), cwd=tmp_path)
        assert ended.code == 1, command
        assert ended.err.startswith("The store data/rounds.db "), (command, ended.err)
        for part in ("is damaged", "Put a backup in its place: rounds restore FILE"):
            assert part in ended.err, (command, ended.err)
        assert "room left" not in ended.err


async def test_a_database_without_tables_is_told_and_gets_none(database: Address) -> None:
    with pytest.raises(Stopped, match=r"no chat in the database .* yet\. rounds run makes it"):
        async with opened(database):
            pass
    with pytest.raises(Stopped, match="no chat in the database"):
        await erase_in(database, None, "slack:U1", clock(), lambda _: True, print)
    assert await version_at(database) is None


async def test_a_store_that_is_there_is_opened(tmp_path: Path) -> None:
    async with opened_store(tmp_path / "rounds.db"):
        pass
    async with opened(tmp_path / "rounds.db") as store, store.reading() as tables:
        assert await tables.lines() == []
