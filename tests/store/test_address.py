"""Addresses of databases: what is wrong with one is told without telling it."""

from __future__ import annotations

import pytest

from bot.store.address import Address, is_address, read_address

SECRET = "s3cret"
RIGHT = f"postgresql://rounds:{SECRET}@db.example.org:5433/club?sslmode=require"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (RIGHT, "db.example.org:5433/club"),
        (f"postgres://u:{SECRET}@h/d", "h/d"),
        (f"postgres://u:{SECRET}@[::1]:5432/d%20e", "[::1]:5432/d e"),
        (f"postgresql:///club?host=/run/postgresql&password={SECRET}", "/run/postgresql/club"),
        (f"postgresql://u:{SECRET}@h?dbname=club", "h/club"),
        (f"postgresql://u:{SECRET}@h?database=club", "h/club"),
    ],
)
def test_an_address_is_read_and_shows_itself_without_its_password(text: str, shown: str) -> None:
    assert is_address(text)
    address = read_address(text)
    assert (address.text, str(address)) == (text, shown)
    assert SECRET not in f"{address!r} {address} {[address]}"


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (f"mysql://u:{SECRET}@h/d", "no address of a PostgreSQL database"),
        (SECRET, "no address of a PostgreSQL database"),
        (f"postgres://u:{SECRET}@h:port/d", "no address of a database"),
        (f"postgres://u:{SECRET}/x@h/d", "no address of a database"),
        (f"postgres://u:12/{SECRET}@h:5432/d", "no address of a database"),
        (f"postgres://u:/{SECRET}@h/d", "no address of a database"),
        (f"postgres://u/{SECRET}@h/d", "no address of a database"),
        (f"postgres://u:12?{SECRET}@h/d", "no address of a database"),
        (f"postgres://u:p@{SECRET}@h/d", "no address of a database"),
        (f"postgres://u:1#{SECRET}@h/d", "in the password write # as %23"),
        (f"postgres://u:{SECRET}@/d", "names no host"),
        (f"postgres://u:{SECRET}@h", "names no database"),
        (f"postgres://u:{SECRET}@h/d?sslmode=on", "One of disable, allow"),
        (f"postgres://u:{SECRET} @h/d", "white space"),
        (f"postgres://u:{SECRET}@[h/d", "no address of a database"),
    ],
)
def test_a_wrong_one_is_told_without_its_password(text: str, part: str) -> None:
    with pytest.raises(ValueError, match=part.replace("One of", "one of")) as told:
        read_address(text)
    assert SECRET not in str(told.value)


@pytest.mark.parametrize(
    "text",
    [
        f"mysql://u:{SECRET}@h/x",
        f"postgre://u:{SECRET}@h/x",
        f"POSTGRESQL://u:{SECRET}@h/x",
        f"postgresql:/u:{SECRET}@127.0.0.1:1/x",
        f"postgresql:u:{SECRET}@h/x",
        f"u:{SECRET}@h/x",
        f"'postgresql://u:{SECRET}@h/x'",
    ],
)
def test_what_is_meant_as_an_address_is_none_of_a_folder(text: str) -> None:
    assert is_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "data",
        "data/rounds.db",
        "postgres.db",
        "/srv/rounds:2",
        "2026-12-07T09:30",
        "./u:p@h",
        "a@b",
    ],
)
def test_a_path_is_no_address(text: str) -> None:
    assert not is_address(text)


def test_an_address_is_what_it_is_read_from() -> None:
    assert read_address(RIGHT) == Address(RIGHT)
