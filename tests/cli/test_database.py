"""The commands for the store's database, as a person types them."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from bot.cli.database import place
from bot.cli.export import export
from bot.cli.faults import Stopped
from bot.engine.audience import Audience
from bot.settings import Settings
from bot.store.address import Address
from bot.store.holding import Holder, held
from bot.store.opening import Where, opened, version_at
from bot.store.schema import newest
from bot.succession import standing
from tests.store.old_stores import CHAT, put, spoil
from tests.store.seen import note
from tests.typed import rounds

HERE = Holder.here("rounds run", datetime(2026, 12, 6, 20, tzinfo=UTC))


async def typed(
    cwd: Path, *arguments: str | Path, database: Address | None = None
) -> tuple[int, str]:
    """Run a command line; return its exit code and all that it printed."""
    named = {"DATABASE_URL": database.text} if database else {}
    ended = await asyncio.to_thread(partial(rounds, *arguments, cwd=cwd, **named))
    told = (ended.out + ended.err).replace("“", "").replace("”", "")
    return ended.code, " ".join(told.split())


async def files_of(where: Where, out: Path) -> list[bytes]:
    out.mkdir()
    formats = ("html", "md", "json", "csv")
    files = await export(where, CHAT, formats, out, Audience.ORGANIZERS, datetime.now(UTC))
    return [file.read_bytes() for file in files]


def secret_of(address: Address) -> str:
    return address.text.partition("@")[0].rpartition(":")[2]


async def test_a_club_moves_into_a_database_and_back_with_the_same_transcripts(
    tmp_path: Path, database: Address
) -> None:
    (tmp_path / "data").mkdir()
    await put(1, tmp_path / "data" / "rounds.db")
    code, told = await typed(tmp_path, "db", "copy", "data", "DATABASE_URL", database=database)
    assert (code, secret_of(database) in told) == (0, False)
    assert "holds all of data/rounds.db now: 1 chat, 10 messages" in told
    assert "DATABASE_URL set to its address from now on" in told
    code, told = await typed(tmp_path, "db", "copy", database.text, "back")
    assert (code, secret_of(database) in told) == (0, False)
    assert "rounds run with --data back" in told
    first = await files_of(tmp_path / "data" / "rounds.db", tmp_path / "first")
    assert await files_of(database, tmp_path / "there") == first
    assert await files_of(tmp_path / "back" / "rounds.db", tmp_path / "last") == first


async def test_nothing_is_copied_over_something(tmp_path: Path, database: Address) -> None:
    for name in ("data", "other"):
        (tmp_path / name).mkdir()
        await put(newest(), tmp_path / name / "rounds.db")
    code, told = await typed(tmp_path, "db", "copy", "data", "other")
    assert (code, "other/rounds.db is there already" in told) == (1, True)
    code, told = await typed(tmp_path, "db", "copy", "data", "./data")
    assert (code, "the same place" in told) == (1, True)
    async with opened(database) as store, store.writing() as tables:
        await note(tables, "ours")
    code, told = await typed(tmp_path, "db", "copy", "data", database.text)
    sentence = f"TO, the database {database}, holds something already, in its table "
    assert (code, sentence in told) == (1, True)
    assert "Name a place where no store is yet." in told


@pytest.mark.parametrize(
    "wrong",
    [
        "mysql://u:s3cret@h/x",
        "postgre://u:s3cret@h/x",
        "postgresql:/u:s3cret@127.0.0.1:1/x",
        "u:s3cret@h/x",
    ],
)
async def test_a_misspelt_address_makes_no_folder_and_shows_no_password(
    tmp_path: Path, wrong: str
) -> None:
    (tmp_path / "data").mkdir()
    await put(1, tmp_path / "data" / "rounds.db")
    for name, places in (("TO", ("data", wrong)), ("FROM", (wrong, "new"))):
        code, told = await typed(tmp_path, "db", "copy", *places)
        assert (code, told.startswith(f"{name} ")) == (1, True), told
        assert "Write it like postgresql://USER:PASSWORD@HOST:5432/NAME" in told
        assert "s3cret" not in told
    for code, told in (
        await typed(tmp_path, "db", "migrate", "--data", wrong),
        await typed(tmp_path, "backup", wrong),
        await typed(tmp_path, "restore", wrong),
    ):
        assert (code > 0, "this is an address" in told, "s3cret" in told) == (True, True, False)
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


async def test_who_serves_either_of_them_is_told_and_nothing_is_made(
    tmp_path: Path, database: Address
) -> None:
    (tmp_path / "data").mkdir()
    await put(newest(), tmp_path / "data" / "rounds.db")
    async with held(tmp_path / "data" / "rounds.db", HERE):
        code, told = await typed(tmp_path, "db", "copy", "data", database.text)
        assert (code, f"in use: {HERE}" in told) == (1, True)
    assert await version_at(database) is None
    async with opened(database), standing(database, HERE) as candidate:
        assert await candidate.wins()
        code, told = await typed(tmp_path, "db", "copy", "data", database.text)
        assert (code, f"in use: {str(HERE)[:20]}" in told) == (1, True)
        code, told = await typed(tmp_path, "db", "copy", database.text, "new")
        assert (code, "in use: " in told) == (1, True)
    assert not (tmp_path / "new" / "rounds.db").exists()


async def test_where_there_is_nothing_to_copy_it_is_told(tmp_path: Path, database: Address) -> None:
    code, told = await typed(tmp_path, "db", "copy", "nowhere", database.text)
    assert (code, "There is no store in nowhere." in told) == (1, True)
    code, told = await typed(tmp_path, "db", "copy", database.text, "data")
    assert (code, f"There is no chat in the database {database}." in told) == (1, True)
    assert not (tmp_path / "data" / "rounds.db").exists()


async def test_a_store_is_brought_up_to_date_once(lasting: Where, tmp_path: Path) -> None:
    with contextlib.suppress(FileExistsError):
        (tmp_path / "data").mkdir()
    where = tmp_path / "data" / "rounds.db" if isinstance(lasting, Path) else lasting
    await put(1, where)
    address = where if isinstance(where, Address) else None
    code, told = await typed(tmp_path, "db", "migrate", database=address)
    assert (code, f"brought up to date: from schema 1 to {newest()}." in told) == (0, True)
    assert await version_at(where) == newest()
    code, told = await typed(tmp_path, "db", "migrate", database=address)
    assert (code, f"is up to date (schema {newest()})." in told) == (0, True)


async def test_a_damaged_store_is_neither_up_to_date_nor_copied(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    store = tmp_path / "data" / "rounds.db"
    await put(newest(), store)
    spoil(store)
    damaged = store.read_bytes()
    for arguments in (("db", "migrate"), ("db", "copy", "data", "new")):
        code, told = await typed(tmp_path, *arguments)
        assert (code, "The store data/rounds.db is damaged" in told) == (1, True), told
        assert "rounds restore FILE" in told
    assert store.read_bytes() == damaged
    assert not (tmp_path / "new" / "rounds.db").exists()


async def test_without_a_store_nothing_is_brought_up_to_date(tmp_path: Path) -> None:
    code, told = await typed(tmp_path, "db", "migrate")
    assert (code, "There is no store in data. rounds run makes one." in told) == (1, True)
    assert not (tmp_path / "data").exists()


def test_places_are_folders_files_addresses_or_the_setting() -> None:
    settings = Settings(database=Address("postgresql://u:p@h/d"))
    assert place("data", settings, "FROM") == Path("data/rounds.db")
    assert place("copy.db", settings, "FROM") == Path("copy.db")
    assert place("postgres://u:p@h/e", settings, "FROM") == Address("postgres://u:p@h/e")
    assert place("DATABASE_URL", settings, "FROM") == settings.database
    with pytest.raises(Stopped, match="TO is DATABASE_URL, which is not set"):
        place("DATABASE_URL", Settings(), "TO")
    with pytest.raises(Stopped, match=r"^TO names no database\.") as told:
        place("postgres://u:s3cret@h", settings, "TO")
    assert "s3cret" not in str(told.value)
