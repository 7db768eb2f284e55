"""Where whoever serves can be reached stands in the store, in one row, of whoever began last."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from bot.store import presence
from bot.store.address import Address
from bot.store.holding import Holder
from bot.store.leading import leader_of, led
from bot.store.opening import Where, opened

HERE = Holder.here(
    "rounds run",
    datetime(2026, 12, 6, 20, 0, tzinfo=UTC),
    "https://chat.example.org",
    "http://127.0.0.1:8080",
)


async def told(where: Where, holder: Holder) -> None:
    async with opened(where) as store, store.writing() as tables:
        await presence.tell(tables.connection, holder)


async def test_who_begins_to_serve_stands_there_in_place_of_whoever_did_before(
    anywhere: Where,
) -> None:
    async with opened(anywhere) as store:
        for holder in (replace(HERE, process=7), HERE):
            async with store.writing() as tables:
                await presence.tell(tables.connection, holder)
        async with store.reading() as tables:
            rows = await tables.connection.rows("SELECT told_as, host, address, near FROM serving")
    assert rows == [(HERE.told_as, HERE.host, "https://chat.example.org", "http://127.0.0.1:8080")]


async def test_others_are_told_where_whoever_leads_serves(database: Address) -> None:
    async with led(database, HERE):
        leader = await leader_of(database)
        assert leader is not None
        assert (leader.address, leader.near) == ("", ""), "it has not written it down yet"
        await told(database, HERE)
        leader = await leader_of(database)
        assert leader is not None
        assert (leader.address, leader.near) == (HERE.address, HERE.near)


async def test_what_one_that_is_gone_had_written_is_not_taken_for_the_next_ones(
    database: Address,
) -> None:
    await told(database, HERE)
    for other in (replace(HERE, process=HERE.process + 1), replace(HERE, doing="rounds replay")):
        async with led(database, other):
            leader = await leader_of(database)
            assert leader is not None
            assert (leader.doing, leader.address, leader.near) == (other.doing, "", "")


async def test_a_machine_with_a_long_name_is_known_by_all_of_it(database: Address) -> None:
    long = replace(HERE, host="a-container-of-a-cluster-with-a-name-" + "x" * 60)
    await told(database, long)
    async with led(database, long):
        leader = await leader_of(database)
    assert leader is not None
    assert (leader.host, leader.near) == (long.host, long.near), "a session's name is shorter"


async def test_what_cannot_be_printed_is_not(database: Address) -> None:
    await told(database, replace(HERE, address="http://x\x1b[2J"))
    async with led(database, HERE):
        leader = await leader_of(database)
    assert leader is not None
    assert leader.address == ""
