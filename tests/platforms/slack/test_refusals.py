"""Each refusal of Slack, as what it means for the post and as a sentence that says what to do."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from bot.engine.actions import privately
from bot.engine.agenda import Room
from bot.platforms.platform import Hindered, Impossible, Unreachable
from bot.platforms.slack.refusals import HINDRANCES, missing, translated
from tests.slack.channels import Channel
from tests.slack.client import web_client
from tests.slack.membership import archive, leave
from tests.slack.server import Server, serving

POST = "chat.postMessage"
SECRET = "a patient's name"


@dataclass
class There:
    """A channel on a Slack, through the real client."""

    server: Server
    channel: Channel

    async def refusal(self, room: Room | None = None) -> Unreachable | Impossible:
        """Say something; return what became of it."""
        room = room or Room("slack", self.channel.id)
        web = web_client(self.server)
        with pytest.raises((Unreachable, Impossible)) as raised, translated(room):
            await web.chat_postMessage(channel=self.channel.id, text=SECRET)
        refusal = raised.value
        assert isinstance(refusal, Unreachable | Impossible)
        assert SECRET not in str(refusal)
        assert refusal.__cause__ is None
        assert refusal.__suppress_context__
        return refusal

    async def hindrance(self, room: Room | None = None) -> str:
        refusal = await self.refusal(room)
        assert isinstance(refusal, Hindered)
        return str(refusal)


@pytest.fixture
async def there() -> AsyncIterator[There]:
    async with serving() as server:
        yield There(server, server.workspace.channel("journal-club"))


# ---------------------------------------------------------------- by Slack's own rules


async def test_a_bot_that_was_removed_is_to_be_invited(there: There) -> None:
    leave(there.channel, there.server.workspace.bot, there.server.workspace.user("Maria"))
    there.server.workspace.application.revoke("chat:write.public")
    assert await there.hindrance() == ("the bot is not in the channel. Invite it: /invite @rounds")


async def test_an_archived_channel_is_to_be_unarchived(there: There) -> None:
    archive(there.channel, there.server.workspace.bot)
    assert "Unarchive it" in await there.hindrance()


async def test_a_missing_scope_is_named_with_the_way_to_it(there: There) -> None:
    there.server.workspace.application.revoke("chat:write")
    assert await there.hindrance() == (
        "the scope chat:write is missing. Paste the manifest again (rounds slack manifest; "
        "api.slack.com/apps, App Manifest), then install the app again (Install App)."
    )


@pytest.mark.parametrize("name", ["token_revoked", "account_inactive"])
async def test_a_token_that_counts_no_longer_says_where_another_is_found(
    there: There, name: str
) -> None:
    there.server.workspace.application.revoked = name
    assert "Bot User OAuth Token" in await there.hindrance()


# ---------------------------------------------------------------- every name


@pytest.mark.parametrize("name", HINDRANCES)
async def test_what_somebody_can_mend_says_what_to_do(there: There, name: str) -> None:
    there.server.faults.refuse(POST, name, detail=SECRET)
    sentence = await there.hindrance()
    assert sentence == HINDRANCES[name]
    assert re.fullmatch(r"[a-zS].*[.s]", sentence)  # it follows a colon, and ends as one
    assert len(re.findall(r"[.:] [A-Z/]", sentence)) >= 1, "what to do"


def test_several_missing_scopes_are_named_together() -> None:
    assert missing("channels:history,groups:history").startswith(
        "the scopes channels:history,groups:history are missing. Paste the manifest again"
    )
    assert missing("").startswith("a scope is missing. ")


async def test_the_channel_of_alerts_is_called_so(there: There) -> None:
    there.server.faults.refuse(POST, "not_in_channel", times=2)
    line = privately("slack")
    assert (await there.hindrance(line)).startswith("the bot is not in the channel of alerts. ")
    assert (await there.hindrance()).startswith("the bot is not in the channel. ")
    there.server.faults.refuse(POST, "restricted_action")
    assert (await there.hindrance(line)) == (
        "the workspace does not let the bot post in the channel of alerts. Let it (the channel's "
        "name, Settings, Posting permissions; for the workspace its administrators)."
    )


@pytest.mark.parametrize(
    "name", ["invalid_blocks", "msg_too_long", "message_not_found", "user_not_in_channel", "new"]
)
async def test_what_can_never_be_done_is_given_up(there: There, name: str) -> None:
    there.server.faults.refuse(POST, name, detail=SECRET)
    refusal = await there.refusal()
    assert isinstance(refusal, Impossible)
    assert str(refusal) == f"Slack refuses it ({name})."


# ---------------------------------------------------------------- what passes


@pytest.mark.parametrize(
    "name", ["internal_error", "fatal_error", "service_unavailable", "team_added_to_org"]
)
async def test_what_passes_by_itself_is_tried_again(there: There, name: str) -> None:
    there.server.faults.refuse(POST, name)
    passing = await there.refusal()
    assert isinstance(passing, Unreachable)
    assert not isinstance(passing, Hindered)


BETWEEN = "Something between may refuse it; where SLACK_API is set, is it right?"


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (500, "Slack is out of order (HTTP 500)."),
        (503, "Slack is out of order (HTTP 503)."),
        (404, f"Slack does not answer as it should (HTTP 404). {BETWEEN}"),
        (200, f"Slack does not answer as it should (HTTP 200). {BETWEEN}"),
    ],
)
async def test_an_answer_that_is_none_of_the_api_is_tried_again(
    there: There, status: int, sentence: str
) -> None:
    there.server.faults.fail(POST, status=status)
    failure = await there.refusal()
    assert not isinstance(failure, Hindered)
    assert str(failure) == sentence


async def test_a_rate_limit_says_until_when(there: There) -> None:
    there.server.faults.too_many(POST, retry_after=42)
    limited = await there.refusal()
    assert isinstance(limited, Unreachable)
    assert not isinstance(limited, Hindered)
    assert limited.retry_after == timedelta(seconds=42)


async def test_too_many_posts_in_a_channel_are_no_refusal(there: There) -> None:
    there.server.faults.refuse(POST, "rate_limited")
    limited = await there.refusal()
    assert (type(limited), str(limited)) == (Unreachable, "Slack's rate limit is reached.")


async def test_a_cut_line_and_an_outage_are_tried_again(there: There) -> None:
    there.server.faults.cut_after(POST)
    assert str(await there.refusal()) == "Slack did not answer (ServerDisconnectedError)."
    await there.server.outage()
    assert "did not answer (ClientConnectorError)" in str(await there.refusal())


def test_what_is_no_refusal_of_slack_passes() -> None:
    with pytest.raises(KeyError), translated(None):
        raise KeyError
    with pytest.raises(Unreachable), translated(None):
        raise TimeoutError
