"""Chats of a store, and recordings, to files."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot import recording
from bot.agendas.agenda import parse_agenda
from bot.cli.export import Replayed, export, find, replay_into
from bot.cli.faults import Stopped
from bot.cli.stores import opened
from bot.engine.errors import Refused
from bot.engine.showing import Audience
from bot.engine.signals import DateCame
from bot.intake.runner import Runner
from bot.store.address import Address
from bot.store.holding import Held, Holder
from bot.store.holding import held as holding
from bot.store.opening import opened as opened_store
from bot.store.sqlite import SqliteStore

SERIES = parse_agenda(
    """\
title: A chat
zone: Australia/Sydney
schedule: {every: first monday at 07:00}
window: 1h
rooms: [{local: urojc}]
topics: {every: 10m, ask: ["One?", "Two?"]}
""",
    "urojc.yaml",
)
FIRST = datetime(2026, 12, 6, 20, 0, tzinfo=UTC)
SECOND = datetime(2027, 1, 3, 20, 0, tzinfo=UTC)

PLAIN = (Audience.ORGANIZERS, datetime(2026, 12, 9, 20, tzinfo=UTC))


async def held(file: Path | None, starts: datetime, out: Path, name: str = "urojc") -> Replayed:
    """Hold a chat in which one person speaks a minute after it opened."""
    at = (starts + timedelta(minutes=1)).isoformat()
    said = {"id": f"{starts:%y%m}", "ts": at, "author": "ann", "text": "T1: Yes."}
    recorded = recording.read([json.dumps(said)], SERIES.agenda.rooms[0])
    series = replace(SERIES, name=name)
    holder = Holder.here("rounds replay", starts)
    return await replay_into(file, series, recorded, starts, out, lambda _done, _of: None, holder)


async def planned(file: Path, opens_at: datetime, name: str = "urojc") -> str:
    """Let a chat exist in the store that opens at a moment; return its id."""
    store = SqliteStore(file)
    await store.open()
    runner = Runner(store)
    async with runner.running():
        chat = f"{name}-{opens_at:%Y-%m-%d}"
        coming = DateCame(opens_at - timedelta(days=1), chat, name, SERIES.agenda, opens_at)
        await runner.handle(coming)
    await store.close()
    return chat


async def found(file: Path, name: str) -> str:
    async with opened(file) as store, store.reading() as tables:
        return (await find(tables, name)).id


async def not_found(file: Path, name: str) -> str:
    with pytest.raises(Stopped) as stopped:
        await found(file, name)
    return str(stopped.value)


def names(paths: Sequence[Path]) -> list[str]:
    return [path.name for path in paths]


async def test_a_series_means_its_last_chat_that_opened(tmp_path: Path) -> None:
    file = tmp_path / "rounds.db"
    await held(file, FIRST, tmp_path)
    await held(file, SECOND, tmp_path)
    await planned(file, datetime(2027, 2, 1, 20, 0, tzinfo=UTC))
    assert await found(file, "urojc") == "urojc-2027-01-04"


async def test_an_id_means_that_chat_even_before_it_opens(tmp_path: Path) -> None:
    file = tmp_path / "rounds.db"
    await held(file, FIRST, tmp_path)
    coming = await planned(file, SECOND)
    assert await found(file, "urojc-2026-12-07") == "urojc-2026-12-07"
    assert await found(file, coming) == coming


async def test_a_series_whose_chats_are_all_to_come_names_the_next(tmp_path: Path) -> None:
    coming = await planned(tmp_path / "rounds.db", FIRST)
    sentence = await not_found(tmp_path / "rounds.db", "urojc")
    assert sentence == f"No chat of urojc has opened yet. Its next one is {coming}."


async def test_an_unknown_chat_is_told_with_the_nearest_or_with_all(tmp_path: Path) -> None:
    file = tmp_path / "rounds.db"
    await held(file, FIRST, tmp_path)
    assert (await not_found(file, "urojc-2026-12-08")).endswith("Did you mean urojc-2026-12-07?")
    assert (await not_found(file, "urojk")).endswith("Did you mean urojc?")
    assert (await not_found(file, "?")).endswith("There are urojc-2026-12-07.")
    assert (await not_found(file, "\x1b[2J")).isprintable()
    assert "There is no chat or series “”" in await not_found(file, "")
    assert "“?”" in await not_found(file, "\udcff")  # a byte of the command line


async def test_of_many_chats_only_some_are_named(tmp_path: Path) -> None:
    file = tmp_path / "rounds.db"
    for day in range(12):
        await planned(file, FIRST + timedelta(days=day))
    assert (await not_found(file, "?")).endswith(" and 2 more.")


async def test_an_empty_store_says_that_no_chat_was_held(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "rounds.db")
    await store.open()
    await store.close()
    assert (await not_found(tmp_path / "rounds.db", "urojc")).endswith("No chat was held yet.")


async def test_where_there_is_no_store_none_is_made(tmp_path: Path) -> None:
    with pytest.raises(Stopped, match="There is no store in"):
        await export(tmp_path / "data" / "rounds.db", "urojc", ("csv",), tmp_path / "out", *PLAIN)
    assert list(tmp_path.iterdir()) == []


async def test_an_export_writes_the_formats_that_are_wanted(tmp_path: Path) -> None:
    file = tmp_path / "rounds.db"
    await held(file, FIRST, tmp_path / "first")
    written = await export(file, "urojc", ("json", "csv"), tmp_path / "out" / "deep", *PLAIN)
    assert names(written) == ["transcript.json", "transcript.csv"]
    for path in written:
        assert path.read_bytes() == (tmp_path / "first" / path.name).read_bytes()


async def test_an_export_works_beside_a_writer_that_has_not_committed(tmp_path: Path) -> None:
    file = tmp_path / "rounds.db"
    await held(file, FIRST, tmp_path / "first")
    writer = SqliteStore(file)
    await writer.open()
    async with opened(file) as store, writer.writing() as tables:
        await tables.set_planned_until({"urojc": SECOND})
        async with store.reading() as beside:
            assert (await find(beside, "urojc")).id == "urojc-2026-12-07"
            assert await beside.planned_until() == {}
    await writer.close()


async def test_a_replay_without_a_store_leaves_only_the_files(tmp_path: Path) -> None:
    replayed = await held(None, FIRST, tmp_path / "out")
    assert replayed.summary.counts.messages == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]
    assert names(replayed.files) == [f"transcript.{one}" for one in ("html", "md", "json", "csv")]


async def test_a_replay_does_not_let_the_time_of_other_chats_pass(tmp_path: Path) -> None:
    file = tmp_path / "rounds.db"
    coming = await planned(file, SECOND)
    with pytest.raises(Stopped, match="still to come"):
        await held(file, FIRST, tmp_path / "out")
    async with opened(file) as store, store.reading() as tables:
        chat = await tables.chat(coming)
        assert chat is not None
        assert chat.stage.value == "planned"


async def test_a_replay_of_a_chat_that_the_store_holds_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "rounds.db"
    await held(file, FIRST, tmp_path / "out")
    with pytest.raises(Refused, match="urojc-2026-12-07 is in this store already"):
        await held(file, FIRST, tmp_path / "out")


async def test_a_replay_into_a_store_that_somebody_serves_is_refused_and_an_export_is_not(
    tmp_path: Path,
) -> None:
    file = tmp_path / "data" / "rounds.db"
    await held(file, FIRST, tmp_path / "out")
    async with holding(file, Holder.here("rounds run", FIRST, "http://127.0.0.1:8080")):
        with pytest.raises(Held, match=r"is in use: rounds run, process \d+ on .* --data DIR"):
            await held(file, SECOND, tmp_path / "out")
        assert await export(file, "urojc", ("json",), tmp_path / "out", *PLAIN)
    assert len((await held(file, SECOND, tmp_path / "out")).files) > 1


async def test_a_chat_of_a_database_is_found_and_an_empty_database_is_told(
    tmp_path: Path, database: Address
) -> None:
    with pytest.raises(Stopped, match="There is no chat in the database"):
        await export(database, "urojc", ("json",), tmp_path, *PLAIN)
    async with opened_store(database) as store:
        runner = Runner(store)
        async with runner.running():
            coming = DateCame(FIRST, "urojc-2026-12-07", "urojc", SERIES.agenda, FIRST)
            await runner.handle(coming)
    written = await export(database, "urojc-2026-12-07", ("json", "md"), tmp_path, *PLAIN)
    assert names(written) == ["transcript.json", "transcript.md"]


async def test_an_edition_says_in_its_name_for_whom_it_is_and_a_public_one_is_noted(
    tmp_path: Path,
) -> None:
    file, out = tmp_path / "rounds.db", tmp_path / "out"
    await held(file, FIRST, tmp_path / "first")
    for edition in Audience.PUBLIC, Audience.RESEARCH, Audience.PUBLIC:
        written = await export(file, "urojc", ("md",), out, edition, PLAIN[1])
        assert [path.name for path in written] == [f"transcript-{edition}.md"]
        assert f"**{edition.capitalize()} edition.**" in written[0].read_text("utf-8")
    async with opened(file) as store, store.reading() as tables:
        rows = await tables.connection.rows("SELECT number FROM publications")
    assert rows == [(1,)]
