"""What Slack's errors say, as the real client raises them."""

from __future__ import annotations

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.platforms.slack.errors import WAITS, is_refusal, name_of, retry_after, why_of
from tests.slack.client import web_client
from tests.slack.server import serving


async def raised(web: AsyncWebClient) -> SlackApiError:
    with pytest.raises(SlackApiError) as told:
        await web.users_info(user="U1")
    return told.value


async def test_an_error_has_slacks_name_and_the_scope_that_is_missing() -> None:
    async with serving() as server:
        web = web_client(server)
        assert name_of(await raised(web)) == "user_not_found"
        server.workspace.application.revoke("users:read")
        error = await raised(web)
        assert (name_of(error), why_of(error)) == ("missing_scope", "missing_scope: users:read")
        assert is_refusal(error)
        assert retry_after(error) is None


async def test_a_rate_limit_says_how_long_to_wait() -> None:
    async with serving() as server:
        web = web_client(server)
        server.faults.too_many("users.info", retry_after=17)
        assert retry_after(await raised(web)) == 17.0
        server.faults.refuse("users.info", "ratelimited")
        assert retry_after(await raised(web)) == WAITS


async def test_an_outage_has_its_status_and_is_no_refusal() -> None:
    async with serving() as server:
        web = web_client(server)
        server.faults.fail("users.info", status=503)
        error = await raised(web)
        assert (name_of(error), is_refusal(error), retry_after(error)) == ("HTTP 503", False, None)
        server.faults.fail("users.info", status=500, body={"ok": False, "error": "user_not_found"})
        assert not is_refusal(await raised(web))
        server.faults.fail("users.info", status=200)
        assert not is_refusal(await raised(web))


@pytest.mark.parametrize("name", ["internal_error", "fatal_error", "invalid_auth", "token_revoked"])
async def test_what_passes_and_what_concerns_the_token_is_no_refusal(name: str) -> None:
    async with serving() as server:
        server.faults.refuse("users.info", name)
        error = await raised(web_client(server))
        assert name_of(error) == name
        assert not is_refusal(error)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [({"Retry-After": ["30"]}, 30.0), ({"retry-after": "2.5"}, 2.5), ({"Retry-After": "0"}, 1.0),
     ({"Retry-After": "soon"}, WAITS), ({}, WAITS)],
)  # fmt: skip
def test_however_a_rate_limit_is_written_it_is_waited_for(
    headers: dict[str, object], seconds: float
) -> None:
    response = AsyncSlackResponse(
        client=None, http_verb="GET", api_url="", req_args={}, data={"ok": False},
        headers=headers, status_code=429,
    )  # fmt: skip
    assert retry_after(SlackApiError("", response)) == seconds  # type: ignore[no-untyped-call]
