"""Who serves a store, as another process finds out: by a real lock and a real server."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web

from bot.cli.served import ask, who_serves
from bot.settings import Settings
from bot.store import presence
from bot.store.address import Address
from bot.store.holding import Holder, held
from bot.store.leading import led
from bot.store.opening import opened
from bot.vitals import standing_by
from bot.web.health import routes

SINCE = datetime(2026, 12, 6, 20, 0, tzinfo=UTC)


@contextlib.asynccontextmanager
async def answering(*added: web.RouteDef, named: str = "Rounds") -> AsyncIterator[str]:
    async def name(_request: web.Request, response: web.StreamResponse) -> None:
        response.headers["Server"] = named

    app = web.Application()
    app.on_response_prepare.append(name)
    app.add_routes(added or routes(standing_by))
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def settings(folder: Path, url: str = "") -> Settings:
    port = int(url.rpartition(":")[2]) if url else 9
    return Settings(port=port, data=folder)


async def test_where_nobody_holds_the_store_nobody_serves(tmp_path: Path) -> None:
    found = await who_serves(settings(tmp_path))
    assert (found.who, found.address, found.vitals) == ("", "http://127.0.0.1:9", None)
    assert found.is_ready is None


async def test_who_holds_it_is_named_and_asked_at_the_address_it_gave(tmp_path: Path) -> None:
    async with answering() as url:
        holder = Holder.here("rounds run", SINCE, url)
        async with held(tmp_path / "rounds.db", holder):
            found = await who_serves(settings(tmp_path))
    assert found.who == str(holder).partition(", at ")[0]
    assert found.address == url
    assert found.vitals == {"status": "standing by"}
    assert found.is_ready is None, "it stands by for another one"


async def test_it_is_asked_past_what_stands_in_front_and_must_answer_on_its_own_machine(
    tmp_path: Path,
) -> None:
    async with answering(named="a proxy") as public, answering() as near:
        here = Holder.here("rounds run", SINCE, public, near)
        async with held(tmp_path / "rounds.db", here):
            found = await who_serves(settings(tmp_path))
        assert (found.address, found.vitals) == (near, {"status": "standing by"})
        assert found.must_answer
        async with held(tmp_path / "rounds.db", replace(here, host="another-container")):
            found = await who_serves(settings(tmp_path))
        assert (found.address, found.must_answer) == (public, False)


async def test_on_a_database_it_is_asked_where_it_told_that_it_serves(database: Address) -> None:
    async with answering() as near:
        here = Holder.here("rounds run", SINCE, "https://chat.example.org", near)
        async with opened(database) as store, store.writing() as tables:
            await presence.tell(tables.connection, here)
        asks = Settings(port=9, database=database)
        async with led(database, here):
            found = await who_serves(asks)
            assert (found.address, found.vitals) == (near, {"status": "standing by"})
            assert found.must_answer
        assert (await who_serves(asks)).who == "", "what it wrote outlives it, its lock does not"
    async with led(database, here):
        found = await who_serves(asks)
        assert (found.address, found.vitals, found.must_answer) == (near, None, True)


async def test_one_that_stands_by_here_is_not_taken_for_the_one_that_leads_elsewhere(
    database: Address,
) -> None:
    """Where `ROUNDS_URL` is not set a process tells an address that means its own machine."""
    async with answering() as here:
        elsewhere = replace(Holder.here("rounds run", SINCE, here, here), host="another-machine")
        async with opened(database) as store, store.writing() as tables:
            await presence.tell(tables.connection, elsewhere)
        async with led(database, elsewhere):
            found = await who_serves(Settings(port=9, database=database))
    assert (found.address, found.vitals, found.must_answer) == (here, None, False)
    assert found.who is not None
    assert "another-machine" in found.who


async def test_who_gave_no_address_is_asked_at_that_of_the_settings(tmp_path: Path) -> None:
    async with answering() as url:
        found = await who_serves(settings(tmp_path, url))
    assert (found.who, found.vitals) == ("", {"status": "standing by"})


async def test_a_program_that_is_not_rounds_says_nothing_of_it(tmp_path: Path) -> None:
    async with answering(named="Other") as url:
        assert await asyncio.to_thread(ask, url) is None


@pytest.mark.parametrize("body", ["", "[]", "{}", "ok", '{"status":'])
async def test_an_answer_of_another_kind_is_none(body: str) -> None:
    async def other(_request: web.Request) -> web.Response:
        return web.Response(text=body)

    async with answering(web.get("/readyz", other)) as url:
        assert await asyncio.to_thread(ask, url) is None


@pytest.mark.parametrize("address", ["", "http://", "http://[", "http://127.0.0.1:99999", "x"])
def test_an_address_that_is_none_is_answered_by_nobody(address: str) -> None:
    assert ask(address) is None
