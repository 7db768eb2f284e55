"""Each refusal of Discord, as what it means for the post and as a sentence that says what to do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import aiohttp
import discord
import pytest

from bot.platforms.discord.refusals import missing_in, translated
from bot.platforms.platform import Hindered, Impossible, Unreachable
from tests.discord.client import Client, connected
from tests.discord.places import Channel
from tests.discord.rules import Permission
from tests.discord.server import Server, serving

POST = "POST /channels/*/messages"
SECRET = "a patient's name"


class There:
    """A channel on a Discord, through the real client."""

    def __init__(self, server: Server, client: Client, channel: Channel) -> None:
        self.server = server
        self.channel = channel
        self.known = client.text(channel.name)

    async def refusal(self, *needed: str) -> Unreachable | Impossible:
        """Say something; return what became of it."""
        with pytest.raises((Unreachable, Impossible)) as refusal, translated(self.known, needed):
            await self.known.send(SECRET)
        assert SECRET not in str(refusal.value)
        assert refusal.value.__cause__ is None
        assert isinstance(refusal.value, Unreachable | Impossible)
        return refusal.value


@pytest.fixture
async def there() -> AsyncIterator[There]:
    async with serving() as server:
        channel = server.world.guild("Urology").channel("journal-club")
        async with connected(server) as client:
            yield There(server, client, channel)


@pytest.mark.parametrize(
    ("status", "code", "sentence"),
    [
        (404, 10003, "the channel is not there"),
        (404, 10004, "Invite it again"),
        (403, 50001, "Missing Access"),
        (400, 50083, "the thread is archived and locked"),
        (403, 160005, "the thread is locked"),
        (400, 160006, "as many active threads as Discord allows"),
        (401, 40001, "rounds doctor"),
        (401, 0, "Discord refuses the token"),
        (403, 50013, "look at Send Messages"),
    ],
)
async def test_what_somebody_can_mend_says_what_to_do(
    there: There, status: int, code: int, sentence: str
) -> None:
    there.server.faults.refuse(POST, status, code, SECRET)
    refusal = await there.refusal("send_messages")
    assert isinstance(refusal, Hindered)
    assert sentence in str(refusal)


@pytest.mark.parametrize("code", [0, 40001])
async def test_what_is_refused_with_the_token_waits_for_a_minute(there: There, code: int) -> None:
    there.server.faults.refuse(POST, 401, code, SECRET)
    refusal = await there.refusal("send_messages")
    assert isinstance(refusal, Hindered)
    assert refusal.retry_after == timedelta(minutes=1)


async def test_permissions_that_are_known_to_be_missing_are_named(there: There) -> None:
    there.channel.deny(Permission.SEND_MESSAGES | Permission.ATTACH_FILES)
    await there.server.until(lambda: missing_in(there.known, ["attach_files"]))
    one = await there.refusal("view_channel", "send_messages")
    assert str(one) == "the permission Send Messages is missing. Give it to the bot there."
    two = await there.refusal("send_messages", "attach_files")
    assert str(two) == (
        "the permissions Send Messages and Attach Files are missing. Give them to the bot there."
    )


async def test_what_will_pass_is_tried_again(there: There) -> None:
    there.server.faults.fail(POST, times=9, status=503)
    assert str(await there.refusal()) == "Discord is out of order (HTTP 503)."
    there.server.faults.forget()
    there.server.faults.cut_before(POST)
    assert "did not answer" in str(await there.refusal())


async def test_a_ban_for_too_many_requests_is_no_refusal(there: There) -> None:
    """discord.py raises where the answer does not come from Discord itself but from its guard."""
    there.server.faults.refuse(POST, 429, 0, SECRET)
    limited = await there.refusal()
    assert isinstance(limited, Unreachable)
    assert not isinstance(limited, Hindered)


def test_a_rate_limit_says_until_when() -> None:
    with pytest.raises(Unreachable) as refusal, translated(None, []):
        raise discord.RateLimited(42.5)
    assert refusal.value.retry_after == timedelta(seconds=42.5)


async def test_what_can_never_be_done_is_given_up(there: There) -> None:
    there.server.faults.refuse(POST, 400, 50035, SECRET)
    refusal = await there.refusal()
    assert isinstance(refusal, Impossible)
    assert str(refusal) == "Discord refuses it (HTTP 400, code 50035)."


def test_what_is_no_refusal_of_discord_passes() -> None:
    with pytest.raises(KeyError), translated(None, []):
        raise KeyError
    with pytest.raises(Unreachable), translated(None, []):
        raise aiohttp.ServerDisconnectedError


def test_of_what_is_not_known_nothing_is_said_to_be_missing() -> None:
    assert missing_in(None, ["send_messages"]) == []
