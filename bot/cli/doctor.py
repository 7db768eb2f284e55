"""What `rounds doctor` looks at, on this machine and on platforms, and the lines it prints."""

from __future__ import annotations

import http.client
import itertools
import os
import socket
import textwrap
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path

from bot.agendas.agenda import load_chats
from bot.agendas.mistakes import Mistake, printable, shown
from bot.cli.faults import not_listening
from bot.cli.store_checks import HERE, beside
from bot.cli.store_checks import look as look_at_store
from bot.engine import wording
from bot.engine.agenda import Series
from bot.platforms.channels import Channel, channels_of
from bot.platforms.finding import Finding, Report
from bot.settings import Settings
from bot.store.address import Address
from bot.store.holding import holder_of

DISCORD, SLACK = "Discord", "Slack"
"""The headings of what is no channel's there."""

WIDTH = 80
"""Characters in a line, as many as the narrowest usual terminal shows."""

_MARKS = {True: "  ✓ ok  ", False: "  ✗ no  "}


async def diagnose(settings: Settings, clock: Callable[[], datetime]) -> Report:
    """Look at everything that a chat needs; nothing is made or changed, here or elsewhere."""
    series, mistakes = load_chats(settings.chats, clock())
    own = [
        *_agendas(settings, series, mistakes),
        await look_at_store(settings, os.environ),
        *beside(settings, clock()),
        _address(settings),
    ]
    discord = await _discord(settings, series, clock)
    slack = await _slack(settings, series, clock)
    return Report((*own, *discord.findings, *slack.findings), discord.invitation)


async def _discord(
    settings: Settings, series: Sequence[Series], clock: Callable[[], datetime]
) -> Report:
    channels = channels_of(series, "discord")
    if settings.discord_token:
        from bot.platforms.discord.checks import look  # noqa: PLC0415  it takes half a second

        minds = any(one.agenda.forget_on_leave and channels_of([one], "discord") for one in series)
        token, api = settings.discord_token, settings.discord_api
        return await look(token, api, channels, clock, minds_leaving=minds)
    sentence = (
        "Make a token at https://discord.com/developers/applications (New Application; Bot, Reset "
        "Token), and start every command of Rounds with it in the environment as DISCORD_TOKEN: "
        "docs/operating.md goes through it in ten steps."
    )
    return Report((_without("DISCORD_TOKEN", DISCORD, "Token", channels, sentence),))


async def _slack(
    settings: Settings, series: Sequence[Series], clock: Callable[[], datetime]
) -> Report:
    channels = channels_of(series, "slack")
    if settings.slack_bot_token:
        from bot.platforms.slack.checks import Given, look  # noqa: PLC0415  as above

        given = Given(
            settings.slack_bot_token,
            settings.slack_app_token,
            settings.slack_signing_secret,
            settings.slack_api,
            settings.url,
        )
        return await look(given, channels, clock)
    sentence = (
        "Make the app at https://api.slack.com/apps (Create New App, From a manifest) of what "
        "rounds slack manifest prints, and start Rounds with its tokens: SLACK_BOT_TOKEN=... "
        "SLACK_APP_TOKEN=... rounds run"
    )
    return Report((_without("SLACK_BOT_TOKEN", SLACK, "Bot token", channels, sentence),))


def _without(
    setting: str, platform: str, what: str, channels: Sequence[Channel], to_do: str
) -> Finding:
    """Say what it means that a platform's token is not set."""
    rooms = dict.fromkeys(name for channel in channels for name in channel.rooms)
    if not rooms:
        sentence = f"{setting} is not set, and no agenda has a room on {platform}."
        return Finding("Not used", platform, True, sentence)
    have = "has a room" if len(rooms) == 1 else "have rooms"
    sentence = f"{setting} is not set, so nothing happens on {platform}, where {_and(rooms)} {have}"
    return Finding(what, platform, False, f"{sentence}. {to_do}")


def _and(names: Iterable[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


# ---------------------------------------------------------------- this machine


def _agendas(
    settings: Settings, series: Sequence[Series], mistakes: Sequence[Mistake]
) -> list[Finding]:
    if not mistakes:
        folder = shown(str(settings.chats), 200)
        return [Finding("Agendas", HERE, True, f"{len(series)} in {folder}, without mistakes.")]
    folder = str(settings.chats)
    found = [
        Finding("Agendas", HERE, False, f"{shown(folder, 200)}: {one.text}")
        if one.file == folder  # of the folder itself, which has no lines
        else Finding(f"{one.file}:{one.line}:{one.column}", HERE, False, one.text)
        for one in mistakes
    ]
    if series:
        right = f"{_and(one.name for one in series)} can be read."
        found.insert(0, Finding("Agendas", HERE, True, right))
    return found


def _address(settings: Settings) -> Finding:
    """Say whether `rounds run` could listen, or does."""
    if _is_served(settings):
        if _is_free(settings.where):
            other = f"Rounds serves another store at {settings.url}. Choose another port: --port"
            return Finding("Address", HERE, False, f"{other} NUMBER")
        return Finding("Address", HERE, True, f"Rounds serves {settings.url} already.")
    try:
        _bind_once(settings.host, settings.port)
    except OSError as error:
        why = not_listening(error, settings) or f"It cannot be listened at ({error.strerror})."
        return Finding("Address", HERE, False, str(why))
    return Finding("Address", HERE, True, f"{settings.url} is free for rounds run.")


def _bind_once(host: str, port: int) -> None:
    """Take every address that a server would listen at, and let go of it; raises OSError."""
    for family, kind, protocol, _, address in socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    ):
        with socket.socket(family, kind, protocol) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                tried.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            tried.bind(address)


def _is_free(where: Path | Address) -> bool:
    """Say whether nobody holds a store's file; a database's leader is asked for elsewhere."""
    try:
        return isinstance(where, Path) and holder_of(where) is None
    except OSError:
        return False


def _is_served(settings: Settings) -> bool:
    """Ask who answers at the address: every answer of Rounds says so."""
    connection = http.client.HTTPConnection(settings.near, settings.port, timeout=5)
    try:
        connection.request("HEAD", "/")
        return connection.getresponse().getheader("Server") == "Rounds"
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


# ---------------------------------------------------------------- what is printed


def lines(report: Report) -> list[str]:
    """Write what was found for people: under its heading, a line or more for each thing."""
    written: list[str] = []
    for where, findings in itertools.groupby(report.findings, lambda finding: finding.where):
        written += _filled(where)
        for finding in findings:
            sentence = f": {finding.sentence}" if finding.sentence else ""
            mark = _MARKS[finding.ok]
            written += _filled(f"{finding.what}{sentence}", mark, " " * len(mark))
        written.append("")
    wrong = wording.count(report.wrong, "thing")
    verb = "is" if report.wrong == 1 else "are"
    written.append(f"{wrong} {verb} to be mended." if report.wrong else "All is well.")
    if report.invitation:
        written += ["The bot is invited, with exactly what it needs, here:", report.invitation]
    return written


def _filled(text: str, first: str = "", other: str = "  ") -> list[str]:
    """Break a text into lines between words; an address stays whole."""
    return textwrap.wrap(
        printable(" ".join(text.split())),
        WIDTH,
        initial_indent=first,
        subsequent_indent=other,
        break_long_words=False,
        break_on_hyphens=False,
    )
