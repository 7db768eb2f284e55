"""The connection is kept up; what Discord refuses is said once, and nothing else stops by it."""

from __future__ import annotations

import asyncio
import functools
import gc
import logging
import warnings
from datetime import timedelta
from pathlib import Path

import pytest

from bot.engine.actions import Post, PostKind
from bot.platforms.discord.adapter import IDENTIFIES_EVERY
from bot.platforms.discord.connection import Pace
from bot.platforms.platform import Errand, Hindered, Unreachable
from tests.discord.gateway import Gateway
from tests.platforms.discord_house import on_discord
from tests.platforms.outer_house import refused, running


async def test_until_it_is_connected_posts_wait(tmp_path: Path) -> None:
    async with on_discord(tmp_path, connected=False) as house:
        assert "not connected" in str(await refused(house.discord, house.room, house.clock()))
        assert not house.discord.is_current
        with pytest.raises(Unreachable):
            await house.discord.keep_appointments([], [], house.clock())
        async with running(house.discord):
            await house.until(lambda: house.discord.is_current)
            post = Post(house.room, PostKind.NOTICE, ("x",))
            receipt = await house.discord.perform(Errand("k/1/0", post, house.clock()))
            assert receipt.ref == str(house.channel.messages[0].id)
            assert house.changes > 0
        assert "not connected" in str(await refused(house.discord, house.room, house.clock()))


async def test_a_refused_token_is_said_once_and_tried_no_more_than_once_a_minute(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with on_discord(tmp_path, connected=False) as house:
        discord = house.new_discord("wrong")
        async with running(discord) as task:
            await house.until(lambda: house.server.requests)
            await house.until(lambda: "refuses the token" in caplog.text)
            await asyncio.sleep(1.5)
            logins = [one for one in house.server.requests if one.path == "/users/@me"]
            assert len(logins) == 1
            assert timedelta(minutes=1) <= Pace().asks_again_after
            assert not task.done()
            refusal = await refused(discord, house.room, house.clock())
            assert isinstance(refusal, Hindered)
            assert "DISCORD_TOKEN" in str(refusal)
    assert caplog.text.count("refuses the token") == 1
    assert "wrong" not in caplog.text


@pytest.mark.parametrize("flags", [0, 1 << 18])
async def test_without_the_message_content_intent_it_says_which_switch_is_off(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, flags: int
) -> None:
    """By the application's flags, before the gateway is asked; and by the gateway (4014)."""
    async with on_discord(tmp_path, connected=False) as house:
        house.server.world.application.message_content = False
        async with running(house.discord) as task:
            await house.until(lambda: "Message Content Intent" in caplog.text)
            assert not task.done()
            refusal = await refused(house.discord, house.room, house.clock())
            assert "Message Content Intent" in str(refusal)


async def test_told_to_end_while_it_closes_a_connection_it_leaves_nothing_open(
    tmp_path: Path,
) -> None:
    async with on_discord(tmp_path, connected=False) as house:
        house.server.world.application.message_content = False
        task = asyncio.create_task(house.discord.run())

        class Ends(logging.Handler):
            def emit(self, record: logging.LogRecord) -> None:
                task.cancel()  # it is refused, and begins to close

        told, ends = logging.getLogger("bot.platforms.standing"), Ends()
        told.addHandler(ends)
        try:
            await asyncio.gather(task, return_exceptions=True)
        finally:
            told.removeHandler(ends)
        assert task.cancelled()
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            gc.collect()
        assert [str(one.message) for one in warned] == []


async def test_a_first_connection_that_fails_is_made_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with on_discord(tmp_path, connected=False) as house:
        await house.server.outage()
        async with running(house.discord) as task:
            await house.until(lambda: "cannot be reached" in caplog.text)
            assert not task.done()
            await house.server.recover()
            await house.until(lambda: house.discord.is_current)
    assert caplog.text.count("it is tried until it can be") == 1


async def test_a_gateway_that_refuses_the_first_connection_is_asked_again(
    tmp_path: Path,
) -> None:
    """discord.py ends there with an AttributeError (Rapptz/discord.py#10520)."""
    async with on_discord(tmp_path, connected=False) as house:
        house.server.faults.cut_before("GET /gateway", times=2)
        async with running(house.discord) as task:
            await house.until(lambda: house.discord.is_current)
            assert not task.done()


def _has_begun(gateway: Gateway, sessions: int) -> bool:
    return gateway.identifies == sessions


async def test_sessions_that_break_off_at_once_are_begun_more_and_more_rarely(
    tmp_path: Path,
) -> None:
    """A bot that begins more than 1,000 sessions in a day loses its token."""
    assert timedelta(days=1).total_seconds() / IDENTIFIES_EVERY[-1] < 1000
    async with on_discord(tmp_path) as house:
        gateway = house.server.gateway
        for begun in (1, 2):
            await house.until(functools.partial(_has_begun, gateway, begun))
            await house.until(lambda: house.discord.is_current)
            for line in gateway.lines:
                line.send("{not JSON")
            await house.until(lambda: not house.discord.is_current)
        await asyncio.sleep(1.5)
        assert gateway.identifies == 2
        await house.until(lambda: house.discord.is_current)


async def test_after_a_long_break_a_new_connection_is_made(tmp_path: Path) -> None:
    async with on_discord(tmp_path) as house:
        await house.server.outage()
        await house.until(lambda: not house.discord.is_current)
        house.server.world.shift(timedelta(hours=3))
        await asyncio.sleep(0.1)
        await house.server.recover()
        await house.until(lambda: house.discord.is_current)
        await house.start()


async def test_who_waits_too_long_leaves_and_the_post_is_made_once(tmp_path: Path) -> None:
    async with on_discord(tmp_path) as house:
        house.server.faults.hang("POST /channels/*/messages", 0.5)
        post = Post(house.room, PostKind.NOTICE, ("Slow.",))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await house.discord.perform(Errand("k/1/0", post, house.clock()))
        receipt = await house.discord.perform(Errand("k/1/0", post, house.clock()))
        await asyncio.sleep(0.6)
        assert [str(one.id) for one in house.channel.messages] == [receipt.ref]
