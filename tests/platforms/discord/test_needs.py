"""The list of what the bot needs on Discord: names, bits, invitation, and the operators' table."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import discord
import pytest

from bot.platforms.discord.needs import NEEDS, SCOPES, Need, Where, intents, invite_link

OPERATING = Path(__file__).resolve().parents[3] / "docs" / "operating.md"

DOCUMENTED = {
    "View Channel": 10,
    "Send Messages": 11,
    "Create Public Threads": 35,
    "Send Messages in Threads": 38,
    "Manage Threads": 34,
    "Read Message History": 16,
    "Embed Links": 14,
    "Attach Files": 15,
    "Create Events": 44,
    "Moderate Members": 40,
    "Manage Messages": 13,
}
"""The bits of Discord's documentation (topics/permissions "Bitwise Permission Flags")."""


def bits(need: Need) -> int:
    return discord.Permissions(**{need.flag: True}).value


def test_every_permission_has_discords_own_name_and_bit() -> None:
    assert {need.name: bits(need) for need in NEEDS} == {
        name: 1 << bit for name, bit in DOCUMENTED.items()
    }


def test_every_permission_has_a_reason_and_a_place() -> None:
    for need in NEEDS:
        assert need.where, need.name
        assert re.fullmatch(r"[A-Z].*\.", need.reason), need.name


def test_the_invitation_asks_for_exactly_the_permissions_and_scopes_of_the_list() -> None:
    parts = urlsplit(invite_link(345678901234567890))
    asked = parse_qs(parts.query)
    assert (parts.scheme, parts.netloc, parts.path) == ("https", "discord.com", "/oauth2/authorize")
    assert asked.keys() == {"client_id", "scope", "permissions"}
    assert asked["client_id"] == ["345678901234567890"]
    assert asked["scope"][0].split() == list(SCOPES) == ["bot", "applications.commands"]
    given = int(asked["permissions"][0])
    assert given == sum(1 << bit for name, bit in DOCUMENTED.items() if name != "Manage Messages")
    hiding = parse_qs(urlsplit(invite_link(345678901234567890, hides=True)).query)
    assert int(hiding["permissions"][0]) == sum(1 << bit for bit in DOCUMENTED.values())


@pytest.mark.parametrize(
    "flag",
    ["administrator", "manage_guild", "manage_channels", "manage_roles", "mention_everyone"],
)
def test_the_invitation_asks_for_no_power_over_the_server(flag: str) -> None:
    asked = parse_qs(urlsplit(invite_link(1)).query)
    assert not getattr(discord.Permissions(int(asked["permissions"][0])), flag)


def test_message_content_is_the_only_privileged_intent() -> None:
    wanted = {name for name, value in intents() if value}
    assert wanted == {"guilds", "guild_messages", "guild_reactions", "message_content"}


def test_who_leaves_is_asked_for_only_where_an_agenda_wants_to_know() -> None:
    more = {name for name, value in intents(members=True) if value}
    assert more - {name for name, value in intents() if value} == {"members"}


def test_operators_read_every_permission_with_its_reason_and_no_other() -> None:
    words = {Where.ROOM: "rooms", Where.ALERTS: "alerts", Where.SERVER: "server"}
    words[Where.HIDING] = "rooms with `hide: true`"
    text = OPERATING.read_text("utf-8")
    section = text[text.index("### What the bot may do, and why") :]
    table = section[section.index("|---|") :].partition("\n\n")[0].splitlines()[1:]
    assert table == [
        f"| {need.name} | {', '.join(words[one] for one in Where if one in need.where)} "
        f"| {need.reason} |"
        for need in NEEDS
    ]
