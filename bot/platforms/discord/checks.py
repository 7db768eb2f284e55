"""Looks whether Discord is ready for the agendas, by its HTTP API alone, so beside the bot too."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import cast

import discord

from bot.platforms.channels import Channel
from bot.platforms.clocks import compared
from bot.platforms.discord.address import CUT, greet, point_at
from bot.platforms.discord.channel_checks import Servers, look_at
from bot.platforms.discord.commands import ChatCommands
from bot.platforms.discord.needs import intents, invite_link, tells_who_leaves
from bot.platforms.discord.sync import in_sync
from bot.platforms.finding import Finding, Report
from bot.platforms.platform import Unreachable

DISCORD = "Discord"
"""The heading of what is looked at once, and the platform's name for people."""

LONGEST = timedelta(minutes=2)
"""How long the whole look may take; discord.py repeats for half a minute what Discord fails at."""


async def look(
    token: str,
    api: str,
    channels: Sequence[Channel],
    clock: Callable[[], datetime],
    *,
    minds_leaving: bool = False,
) -> Report:
    """Log in at `api` (empty: Discord's own) and look at the application and these channels.

    `minds_leaving`: an agenda forgets whoever leaves, so Discord must tell of it.
    No connection to the gateway is opened, and nothing is changed. Whatever fails is a finding.
    """
    found: list[Finding] = []
    point_at(api)
    async with discord.Client(intents=intents()) as client:
        try:
            async with asyncio.timeout(LONGEST.total_seconds()):
                before = clock()
                welcome = await greet(api)
                found.append(compared(DISCORD, welcome.date, before, clock()))
                await client.login(token)
                found += await _application(client, minds_leaving)
                servers = Servers(client)
                for channel in channels:
                    found += await look_at(channel, servers)
        except Exception as failure:  # the library reads every answer as if it were Discord's
            found.append(_failed(failure))
        application = client.application_id
    return Report(tuple(found), _invitation(application, channels))


def _invitation(application: int | None, channels: Sequence[Channel]) -> str:
    hides = any(channel.hides for channel in channels)
    return invite_link(application, hides=hides) if application else ""


def _failed(failure: Exception) -> Finding:
    match failure:
        case discord.LoginFailure():
            return Finding(
                "Token",
                DISCORD,
                False,
                "Discord refuses it. Make a new one in the developer portal (Bot, Reset Token) "
                "and set DISCORD_TOKEN to it. The Client Secret and the Public Key are no tokens. "
                "Until then no channel can be looked at.",
            )
        case Unreachable():
            why = str(failure)
        case discord.HTTPException():
            why = f"Discord answers with HTTP {failure.status} (code {failure.code})."
        case _ if isinstance(failure, (discord.DiscordException, *CUT)):
            why = f"Discord does not answer ({type(failure).__name__})."
        case _:
            why = f"What answers there does not answer as Discord does ({type(failure).__name__})."
    return Finding("Connection", DISCORD, False, f"{why} What follows was not looked at. {_LATER}")


_LATER = (
    "Is this machine's network up, and may it open connections? discordstatus.com tells of "
    "Discord's own faults; then try again later."
)


# ---------------------------------------------------------------- once


async def _application(client: discord.Client, minds_leaving: bool) -> list[Finding]:
    """Look at what the developer portal holds, and where the bot is."""
    application = cast("discord.AppInfo", client.application)  # login has fetched it
    flags = application.flags
    granted = flags.gateway_message_content or flags.gateway_message_content_limited
    guilds = [guild async for guild in client.fetch_guilds(with_counts=False)]
    portal = f"https://discord.com/developers/applications/{application.id}"
    return [
        Finding("Token", DISCORD, True, f"It is that of {application.name} ({application.id})."),
        _once_only(
            "Message Content Intent",
            bool(granted),
            "Granted.",
            "Without it people's messages arrive empty, and Discord closes the connection. "
            f"Switch it on at {portal} under Bot, Privileged Gateway Intents.",
        ),
        *([_members(tells_who_leaves(flags), portal)] if minds_leaving else []),
        _once_only(
            "Interactions Endpoint URL",
            application.interactions_endpoint_url is None,
            "Empty.",
            "Commands are sent there and never reach Rounds. "
            f"Empty it at {portal} under General Information.",
        ),
        _once_only(
            "OAuth2 Code Grant",
            not application.bot_require_code_grant,
            "Not required.",
            "The invitation fails with it. "
            f"Switch Requires OAuth2 Code Grant off at {portal} under Bot.",
        ),
        _once_only(
            "Commands",
            await in_sync(ChatCommands(client)),
            "Discord has them as they are here.",
            "Discord has none of Rounds, or those of another version. rounds run brings them up "
            "to date when it starts; if it has, its log says why it could not.",
        ),
        _once_only(
            "Server",
            bool(guilds),
            f"{', '.join(guild.name for guild in guilds)}.",
            "The bot is in none. Open the address at the end and choose the server.",
        ),
    ]


def _members(granted: bool, portal: str) -> Finding:
    return _once_only(
        "Server Members Intent",
        granted,
        "Granted.",
        "An agenda says forget_on_leave: true, and without it Discord tells nobody who leaves. "
        f"Switch it on at {portal} under Bot, Privileged Gateway Intents, and start Rounds anew. "
        "Until then it is looked once a day who is still there.",
    )


def _once_only(what: str, ok: bool, good: str, bad: str) -> Finding:
    return Finding(what, DISCORD, ok, good if ok else bad)
