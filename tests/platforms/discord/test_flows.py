"""Flows on simcord, another's Discord: whole conversations as people hold them.

It watches permissions, deadlines and unsynced commands, and fails where the bot raises. What it
does not know (nonces, locked threads, rate limits, sessions) is tested on `tests/discord`.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import simcord
from simcord import ChannelHandle, Env, MemberActor

from bot.desk.asking import Desk
from bot.desk.door import HouseDoor
from bot.dispatch.enclosures import Enclosures
from bot.dispatch.outbox import Outbox
from bot.engine.agenda import Room, Series
from bot.engine.messages import PlacedBy
from bot.intake.runner import Runner
from bot.platforms.discord.adapter import Discord
from bot.platforms.discord.connection import USUAL, Connection
from bot.platforms.platform import Platform
from bot.store.sqlite import opened
from bot.store.tables import Tables
from tests.house import urojc


class Evening:
    """A guild with a channel, a moderator and a participant, and the house that is held there."""

    def __init__(self, env: Env, house: _House) -> None:
        self.env = env
        self.house = house
        house.now = env.now  # simcord has a clock of its own
        guild = env.create_guild(name="Urology")
        self.channel: ChannelHandle = guild.create_text_channel("journal-club")
        self.henry: MemberActor = guild.add_member(env.create_user("henry"))
        self.ann: MemberActor = guild.add_member(env.create_user("ann"))
        agenda = replace(
            urojc().agenda,
            rooms=(Room("discord", str(self.channel.id)),),
            moderators={"discord": (f"user:{self.henry.id}",)},
        )
        house.series["urojc"] = replace(urojc(), agenda=agenda)

    async def open_chat(self) -> ChannelHandle:
        """Let Henry open the chat; return its thread."""
        result = await self.henry.slash(self.channel, "chat start", series="urojc")
        assert (result.acknowledged, result.ephemeral) == (True, True)
        assert result.response is not None
        assert "is open as urojc-" in result.response.content
        await self.post()
        (thread,) = self.channel.threads
        return thread

    async def post(self) -> None:
        """Deliver what waits."""
        await self.house.outbox.deliver()
        await self.env.settle()

    async def texts(self) -> dict[str, PlacedBy]:
        """Return what is kept of what people said, and why it stands where it stands."""
        async with self.house.runner_store() as tables:
            rows = await tables.connection.rows("SELECT key FROM messages WHERE role <> 'bot'")
            found = await tables.messages([key for (key,) in rows])
        return {one.text: one.placed_by for one in found}


class _House:
    def __init__(self, store: object, runner: Runner) -> None:
        self.series: dict[str, Series] = {}
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)
        self.runner = runner
        self.runner_store: Callable[[], contextlib.AbstractAsyncContextManager[Tables]]
        self.runner_store = store.reading  # type: ignore[attr-defined]
        enclosures = Enclosures(store, runner)  # type: ignore[arg-type]
        platforms: dict[str, Platform] = {}
        self.outbox = Outbox(store, runner, platforms, self.clock, enclose=enclosures.of)  # type: ignore[arg-type]
        desk = Desk(runner, store, lambda: self.series, lambda *_: "https://x")  # type: ignore[arg-type]
        door = HouseDoor(desk, self.outbox, enclosures, self.clock)
        discord = Discord("token", door, self.clock, lambda: None)
        platforms["discord"] = discord
        self.connection = Connection(discord, door, self.clock, USUAL)

    def clock(self) -> datetime:
        return self.now()


@contextlib.asynccontextmanager
async def an_evening(tmp_path: Path) -> AsyncIterator[Evening]:
    async with opened(tmp_path / "rounds.db") as store:
        runner = Runner(store)
        async with runner.running():
            house = _House(store, runner)
            async with simcord.run(house.connection) as env:
                await env.settle()  # the commands are registered
                yield Evening(env, house)


async def test_a_chat_is_opened_answered_and_closed(tmp_path: Path) -> None:
    async with an_evening(tmp_path) as e:
        thread = await e.open_chat()
        assert [one.content.split(":")[0] for one in thread.history() if one.content] == ["T1"]
        await e.ann.send(thread, "T1: one ward is too few")
        await e.ann.send(e.channel, "Lunch?")
        await e.ann.send(e.channel, "Me too, #urojc")
        assert await e.texts() == {
            "T1: one ward is too few": PlacedBy.LABEL,
            "Me too, #urojc": PlacedBy.TIME,
        }
        result = await e.henry.slash(thread, "chat close")
        assert result.response is not None
        assert "is closed" in result.response.content
        await e.house.runner.wake(e.house.clock())
        await e.post()
        last = thread.last_message
        assert last is not None
        assert last.content.startswith("Closed: International Urology Journal Club")
        assert [file.filename[-4:] for file in last.attachments] == [".png"]


async def test_who_does_not_moderate_is_told_so_alone(tmp_path: Path) -> None:
    async with an_evening(tmp_path) as e:
        await e.open_chat()
        result = await e.ann.slash(e.channel, "chat close")
        assert result.ephemeral
        assert result.response is not None
        assert "for the moderators" in result.response.content
        everybody = await e.ann.slash(e.channel, "chat catchup")
        assert everybody.response is not None
        assert "T1" in everybody.response.content


async def test_edits_and_deletions_are_taken_over(tmp_path: Path) -> None:
    async with an_evening(tmp_path) as e:
        thread = await e.open_chat()
        first = await e.ann.send(thread, "T1: a")
        second = await e.ann.send(thread, "T1: b")
        await e.ann.edit(first, "T1: better")
        await e.ann.delete(second)
        assert set(await e.texts()) == {"T1: better", ""}


async def test_a_message_is_withdrawn_in_its_menu_by_its_author_alone(tmp_path: Path) -> None:
    async with an_evening(tmp_path) as e:
        thread = await e.open_chat()
        message = await e.ann.send(thread, "T1: too much said")
        refused = await e.henry.context_menu(thread, "Withdraw", message)
        assert refused.response is not None
        assert "Only your own" in refused.response.content
        assert set(await e.texts()) == {"T1: too much said"}
        await e.ann.context_menu(thread, "Withdraw", message)
        assert set(await e.texts()) == {""}


async def test_a_moderator_goes_on_by_hand_and_is_offered_what_fits(tmp_path: Path) -> None:
    async with an_evening(tmp_path) as e:
        thread = await e.open_chat()
        result = await e.henry.slash(thread, "chat next")
        assert result.response is not None
        assert result.response.content.startswith("T2 is posted.")
        await e.post()
        names = [one.content.split(":")[0] for one in thread.history() if one.content]
        assert sorted(names) == ["T1", "T2"]
        choices = await e.henry.autocomplete(e.channel, "chat start", "series", "uro")
        assert [one["value"] for one in choices] == ["urojc"]
        none = await e.ann.autocomplete(e.channel, "chat start", "series", "uro")
        assert none == []
