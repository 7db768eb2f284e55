"""Looks whether Slack is ready for the agendas, by its Web API alone, so beside the bot too."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient

from bot.platforms.channels import Channel
from bot.platforms.clocks import compared, date_of
from bot.platforms.finding import Finding, Report
from bot.platforms.platform import Hindered
from bot.platforms.slack.channel_checks import Workspace, look_at
from bot.platforms.slack.manifest import EVENTS_PATH, SCOPES, Scope
from bot.platforms.slack.refusals import CUT, PASTE_AGAIN, app_token_wrong, refusal_of

SLACK = "Slack"
"""The heading of what is looked at once, and the platform's name for people."""

LONGEST = timedelta(minutes=2)
"""How long the whole look may take; slack_sdk waits as long as a rate limit asks."""

_LATER = (
    "Is this machine's network up, and may it open connections? slack-status.com tells of Slack's "
    "own faults; then try again later."
)


@dataclass(frozen=True, slots=True)
class Given:
    """What an operator gave: secrets, the API's address (empty: Slack's own) and the pages'."""

    bot_token: str
    app_token: str
    signing_secret: str
    api: str
    url: str

    def client(self, token: str) -> AsyncWebClient:
        """Return a client; all that is asked here can be asked twice."""
        return AsyncWebClient(
            token=token,
            base_url=self.api or AsyncWebClient.BASE_URL,
            retry_handlers=[
                AsyncConnectionErrorRetryHandler(),
                AsyncRateLimitErrorRetryHandler(max_retry_count=2),
            ],
        )


async def look(given: Given, channels: Sequence[Channel], clock: Callable[[], datetime]) -> Report:
    """Look at the app, its tokens and these channels.

    No socket is opened, and nothing is changed. Whatever fails is a finding.
    """
    found: list[Finding] = []
    client = given.client(given.bot_token)
    try:
        async with asyncio.timeout(LONGEST.total_seconds()):
            workspace = await _token(client, channels, clock, found)
            found += await _ways_in(given)
            if workspace is not None:
                for channel in channels:
                    found += await look_at(channel, workspace)
    except SlackApiError as error:
        found.append(_failed(str(refusal_of(error))))
    except CUT as failure:
        found.append(_failed(f"Slack does not answer ({type(failure).__name__})."))
    return Report(tuple(found))


def _failed(why: str) -> Finding:
    sentence = f"{_capital(why)} What follows was not looked at. {_LATER}"
    return Finding("Connection", SLACK, False, sentence)


# ---------------------------------------------------------------- once


async def _token(
    client: AsyncWebClient,
    channels: Sequence[Channel],
    clock: Callable[[], datetime],
    found: list[Finding],
) -> Workspace | None:
    """Find whose the token is and what it may; None: Slack refuses it.

    Raises SlackApiError where Slack is out of order, and what a cut line raises.
    """
    before = clock()
    try:
        me = await client.auth_test()
    except SlackApiError as error:
        refusal = refusal_of(error)
        if not isinstance(refusal, Hindered):
            raise
        why = f"{_capital(str(refusal))} Until then no channel can be looked at."
        found += [
            compared(SLACK, _date(error.response.headers), before, clock()),
            Finding("Bot token", SLACK, False, why),
        ]
        return None
    headers = {str(name).lower(): str(value) for name, value in me.headers.items()}
    team, bot = str(me.get("team")), str(me.get("user"))
    found += [
        compared(SLACK, _date(headers), before, clock()),
        Finding("Bot token", SLACK, True, f"It is that of @{bot} in {team}."),
        *_scopes(headers.get("x-oauth-scopes"), any(one.archives for one in channels)),
    ]
    return Workspace(client, team, bot)


def _date(headers: Mapping[str, str]) -> datetime | None:
    named = {str(name).lower(): value for name, value in headers.items()}
    return date_of(str(named.get("date", "")))


def _scopes(header: str | None, archiving: bool) -> list[Finding]:
    """Look for each scope that is needed among those that Slack says the token has."""
    if header is None:
        return [Finding("Scopes", SLACK, True, "Slack does not state them here.")]
    granted = {name.strip() for name in header.split(",")}
    needed = (scope for scope in SCOPES if archiving or not scope.only_with)
    return [_scope(scope, scope.name in granted) for scope in needed]


def _scope(scope: Scope, granted: bool) -> Finding:
    sentence = "" if granted else f"It is missing. {scope.reason} {PASTE_AGAIN}"
    return Finding(scope.name, SLACK, granted, sentence)


async def _ways_in(given: Given) -> list[Finding]:
    """Look how Slack's events are to come: over a socket, or as signed requests.

    Raises SlackApiError where Slack is out of order, and what a cut line raises.
    """
    if not given.app_token:
        return [_signed(given)]
    found = [await _app_token(given)]
    if given.signing_secret:
        sentence = "Not used: with SLACK_APP_TOKEN Rounds opens the connection itself."
        found.append(Finding("Signing secret", SLACK, True, sentence))
    return found


async def _app_token(given: Given) -> Finding:
    what = "App token"
    try:
        await given.client(given.app_token).apps_connections_open(app_token=given.app_token)
    except SlackApiError as error:
        if why := app_token_wrong(error):
            return Finding(what, SLACK, False, why)
        refusal = refusal_of(error)
        if isinstance(refusal, Hindered):
            return Finding(what, SLACK, False, _capital(str(refusal)))
        raise
    return Finding(what, SLACK, True, "It opens connections (Socket Mode).")


def _signed(given: Given) -> Finding:
    what = "Signing secret"
    if given.url.startswith("https://"):
        sentence = (
            "Set; whether it is the right one shows when Slack verifies the address. Slack is to "
            f"send to {given.url}{EVENTS_PATH}"
        )
        return Finding(what, SLACK, True, sentence)
    sentence = (
        f"Slack sends to addresses with https:// alone, and that of the pages is {given.url} Set "
        "ROUNDS_URL to the public one; or set SLACK_APP_TOKEN, and no public address is needed."
    )
    return Finding(what, SLACK, False, sentence)


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
