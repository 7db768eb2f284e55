"""The commands for the store's database: bringing it up to date, and moving to another one."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Annotated

import typer

from bot.agendas.mistakes import shown
from bot.cli.faults import Stopped
from bot.cli.invocation import help_alone, say_all, settings_for_once
from bot.cli.options import Data
from bot.cli.terminal import counting
from bot.clock import clock
from bot.settings import Settings
from bot.store import copying
from bot.store.address import Address, is_address, read_address
from bot.store.holding import Holder, held
from bot.store.moving import move
from bot.store.opening import Where, opened, version_at
from bot.store.schema import newest
from bot.transcripts.phrases import count

db = typer.Typer(
    help="Bring the store's database up to date, or move to another one.",
    epilog="Example: rounds db copy data DATABASE_URL",
    add_completion=False,
    rich_markup_mode=None,
)

SETTING = "DATABASE_URL"
"""What stands for its own value on the command line, where a password would be seen."""


db.callback(invoke_without_command=True)(help_alone)


@db.command(
    "migrate",
    short_help="Bring the store's tables up to date.",
    epilog="Example: rounds db migrate",
)
def _migrate(data: Data = None) -> None:
    """Bring the store's tables up to date, as every start of rounds run does by itself."""
    settings = settings_for_once(ROUNDS_DATA=data)
    say_all([asyncio.run(migrated(settings.where))])


@db.command(
    "copy",
    short_help="Move all chats to another database.",
    epilog="Examples: rounds db copy data DATABASE_URL · rounds db copy DATABASE_URL data",
)
def _copy(
    source: Annotated[str, typer.Argument(metavar="FROM", help="A folder of data, or an address.")],
    target: Annotated[str, typer.Argument(metavar="TO", help="The same; nothing is there yet.")],
) -> None:
    """Copy the whole store from one place into another, where nothing is yet; FROM stays.

    A place is a folder of data, or the address of a PostgreSQL database; DATABASE_URL stands for
    the address in the environment. Nobody may serve either of them.
    """
    settings = settings_for_once()
    from_, to = place(source, settings, "FROM"), place(target, settings, "TO")
    with counting("Copying") as progress:
        lines = asyncio.run(copied(from_, to, Holder.here("rounds db copy", clock()), progress))
    say_all(lines)


def place(text: str, settings: Settings, name: str) -> Where:
    """Read a place from the command line; `name` begins the sentence of what is wrong.

    Raises Stopped.
    """
    if text == SETTING:
        if settings.database is None:
            raise Stopped(f"{name} is {SETTING}, which is not set.")
        return settings.database
    if not is_address(text):
        path = Path(text)
        return path if path.suffix == ".db" and not path.is_dir() else path / "rounds.db"
    try:
        return read_address(text)
    except ValueError as error:
        raise Stopped(f"{name} {error}") from None


async def migrated(where: Where) -> str:
    """Bring the tables of a place up to date; return what to say of it.

    Raises StoreError where they cannot be, are of a newer Rounds, or their file is damaged.
    """
    if isinstance(where, Path) and not where.is_file():
        raise Stopped(
            f"There is no store in {shown(str(where.parent), 200)}. rounds run makes one."
        )
    if isinstance(where, Path):
        await asyncio.to_thread(copying.look_through, where)
    before = await version_at(where)
    async with opened(where):
        pass
    if before == newest():
        return f"{named(where)} is up to date (schema {before})."
    return f"{named(where)} is brought up to date: from schema {before or 0} to {newest()}."


async def copied(
    source: Where, target: Where, holder: Holder, progress: Callable[[int, int], None]
) -> list[str]:
    """Copy the store of one place into another; return what to say of it.

    Raises Stopped where there is nothing to copy or something stands in the way, Held where
    somebody serves one of them, and StoreError.
    """
    if isinstance(source, Path) and not source.is_file():
        raise Stopped(f"There is no store in {shown(str(source.parent), 200)}.")
    if isinstance(source, Address) and await version_at(source) is None:
        raise Stopped(f"There is no chat in the database {source}.")
    if source == target or (
        isinstance(source, Path)
        and isinstance(target, Path)
        and source.resolve() == target.resolve()
    ):
        raise Stopped("FROM and TO are the same place.")
    if isinstance(target, Path) and target.exists():
        raise Stopped(f"{shown(str(target), 200)} is there already. Name another folder.")
    async with alone(source, holder), alone(target, holder):
        if isinstance(source, Path):
            await asyncio.to_thread(copying.look_through, source)
        try:
            async with opened(source) as old, opened(target) as new:
                moved = await move(old, new, progress, f"TO, {named(target, within=True)},")
        except BaseException:
            if isinstance(target, Path):
                copying.remove(target)
            raise
    chats, messages = count(moved["chats"], "chat"), count(moved["messages"], "message")
    rows = count(sum(moved.values()), "row")
    from_ = named(source, within=True)
    told = f"{named(target)} holds all of {from_} now: {chats}, {messages}, {rows} in all."
    next_ = (
        f"Start rounds run with {_option(target)} from now on. {named(source)} stays as it is; "
        "remove it when you have seen that all is well, for people's words are in it."
    )
    return [told, next_]


@contextlib.asynccontextmanager
async def alone(where: Where, holder: Holder) -> AsyncIterator[None]:
    """Let nobody serve the store of a place meanwhile. Raises Held where somebody does."""
    if isinstance(where, Path):
        async with held(where, holder):
            yield
        return
    from bot.store.leading import led  # noqa: PLC0415  most have no need of it

    async with led(where, holder):
        yield


def named(where: Where, *, within: bool = False) -> str:
    """Name a place for people, at the beginning of a sentence or `within` one."""
    article = "the" if within else "The"
    return f"{article} database {where}" if isinstance(where, Address) else shown(str(where), 200)


def _option(where: Where) -> str:
    if isinstance(where, Address):
        return f"{SETTING} set to its address"
    return f"--data {shown(str(where.parent), 200)}"
