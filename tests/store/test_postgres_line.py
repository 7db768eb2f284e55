"""How a database is connected to, and what keeps it from being used, in sentences."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from asyncpg import exceptions as pg

from bot.store.address import Address
from bot.store.errors import StoreError, Unavailable
from bot.store.postgres import PostgresStore
from bot.store.postgres_line import cause, connect, told
from tests.postgres import PASSWORD, Server, running


async def refusal(address: Address) -> str:
    """Return the sentence with which opening a store fails; no password is in it."""
    with pytest.raises(StoreError) as told:
        await PostgresStore(address).open()
    assert PASSWORD not in repr(told.value)
    return str(told.value)


@pytest.fixture(scope="module")
def narrow() -> Iterator[Server]:
    """Give a server that takes few connections."""
    with running(max_connections="5", superuser_reserved_connections="0") as server:
        yield server


async def test_a_wrong_password_is_told_without_it(postgres: Server) -> None:
    address = postgres.address("postgres", password=f"{PASSWORD}-wrong")
    assert "refuses the user or the password. Correct DATABASE_URL." in await refusal(address)


async def test_a_user_that_is_not_there_is_told(postgres: Server) -> None:
    assert "refuses the user" in await refusal(postgres.address("postgres", user="nobody"))


async def test_a_database_that_is_not_there_is_told(postgres: Server) -> None:
    sentence = await refusal(postgres.address("nowhere"))
    assert f"127.0.0.1:{postgres.port}/nowhere is not there. Make it" in sentence


async def test_a_server_that_is_not_there_is_told() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        address = Address(f"postgresql://u:{PASSWORD}@127.0.0.1:{port}/d")
        assert "refuses connections" in await refusal(address)


async def test_a_host_that_nobody_knows_is_told_at_once() -> None:
    sentence = await refusal(Address(f"postgresql://u:{PASSWORD}@nowhere.invalid/d"))
    assert "on a host that nobody knows" in sentence


async def test_a_host_that_does_not_answer_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        address = Address(f"postgresql://u:{PASSWORD}@127.0.0.1:{port}/d?sslmode=disable")
        assert "does not answer" in await refusal(address)


async def test_too_many_connections_are_told(narrow: Server) -> None:
    lines = [await connect(narrow.address("postgres")) for _ in range(5)]
    try:
        assert "too many connections" in await refusal(narrow.address("postgres"))
    finally:
        for line in lines:
            await line.close()


async def test_a_server_without_encryption_that_must_have_it_is_told(postgres: Server) -> None:
    address = Address(postgres.address("postgres").text + "?sslmode=require")
    assert "encryption" in await refusal(address)


async def test_a_certificates_root_that_is_not_there_is_told(postgres: Server) -> None:
    text = postgres.address("postgres").text
    sentence = await refusal(Address(f"{text}?sslmode=verify-full&sslrootcert=/nowhere/root.crt"))
    assert "needs a file that is not there" in sentence


async def test_an_option_that_the_server_does_not_know_is_told(postgres: Server) -> None:
    address = Address(postgres.address("postgres").text + "?pgbouncer=true")
    assert "an option in DATABASE_URL" in await refusal(address)


async def test_options_that_only_other_programs_know_do_no_harm(postgres: Server) -> None:
    text = postgres.address("postgres").text
    line = await connect(Address(f"{text}?channel_binding=prefer&connect_timeout=3&sslmode=prefer"))
    await line.close()


async def test_a_database_of_another_encoding_is_refused(postgres: Server) -> None:
    await postgres.ask(
        "CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0 LOCALE 'C'",
    )
    assert "ENCODING 'UTF8'" in await refusal(postgres.address("latin"))


def test_what_the_server_says_of_rows_is_not_told() -> None:
    error = pg.DiskFullError("could not extend file: the postman")
    assert told(error, Address("postgresql://h/d")) == (
        "The database h/d has no room left on its disk. Make room there."
    )
    assert cause(pg.OutOfMemoryError("the postman")) == "cannot work (out of memory error)."
    assert cause(pg.UniqueViolationError("the postman")) is None
    assert cause(LookupError()) is None


def test_a_store_that_is_away_can_be_tried_again_and_other_failures_not() -> None:
    assert issubclass(Unavailable, StoreError)
