"""Who speaks, from the opening's button to the transcript, on each platform as it is."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.engine.people import Role
from bot.platforms.slack.adapter import Secrets, Slack
from bot.transcripts.rendering import render
from tests.discord.interactions import press
from tests.platforms.discord_house import DiscordHouse, on_discord
from tests.platforms.outer_house import OuterHouse, running
from tests.platforms.slack_house import PACE, SlackHouse, on_slack

FILLED = {
    "Name to be shown": "Dr Ann Lee",
    "Role": "nurse",
    "Country": "Norway",
    "Conflict of interest": "Speaker for Example Pharma",
    "In transcripts": "named",
}


def change(house: OuterHouse, **agenda: Any) -> None:
    """Let the agenda say something else, for the chats that begin from now on."""
    series = house.series["urojc"]
    house.series["urojc"] = replace(series, agenda=replace(series.agenda, **agenda))


async def transcript(house: OuterHouse) -> list[dict[str, Any]]:
    """Return what people said, as the organizers have it."""
    chat = await house.chat()
    async with house.store.reading() as tables:
        chunks = [chunk async for chunk in render(tables, chat, "json")]
    return [one for one in json.loads(b"".join(chunks))["messages"] if one["role"] != "bot"]


@pytest.fixture
async def discord(tmp_path: Path) -> AsyncIterator[DiscordHouse]:
    async with on_discord(tmp_path) as house:
        yield house


async def test_on_discord_somebody_is_told_checks_in_and_stands_in_the_transcript(
    discord: DiscordHouse,
) -> None:
    change(discord, require_checkin=True, rules="Be kind.")
    thread = await discord.start()
    await discord.ann.say(thread, "T1: yes, indeed")
    await discord.until(lambda: discord.ann.inbox)
    (told,) = discord.ann.inbox
    assert "it is in no transcript until you check in" in told.content
    await discord.ann.say(thread, "T1: and no")
    await discord.kept("T1: yes, indeed", "T1: and no")
    held = await transcript(discord)
    assert [(one["text"], one["held"]) for one in held] == [("", "unchecked")] * 2
    opening = next(one for one in discord.channel.messages if one.components)
    rules = await (await press(discord.ann, opening, "Check in")).done()
    assert "Be kind." in rules.text
    form = await (await rules.press("Agree and check in")).first()
    sent = await (await form.fill(FILLED)).done()
    assert "You are checked in" in sent.text
    assert len(discord.ann.inbox) == 1, "once"
    shown = await transcript(discord)
    assert [one["text"] for one in shown] == ["T1: yes, indeed", "T1: and no"]
    for one in shown:
        assert one["name"] == "Dr Ann Lee"
        assert one["stated"] == {
            "role": "nurse",
            "conflict_of_interest": "Speaker for Example Pharma",
        }


async def test_on_discord_a_role_makes_somebody_a_member(discord: DiscordHouse) -> None:
    members = discord.guild.role("Members")
    bo = discord.guild.member("Bo", roles=[members])
    change(discord, members_only={"discord": (f"role:{members.id}",)})
    thread = await discord.start()
    await bo.say(thread, "T1: a member")
    await discord.ann.say(thread, "T1: a visitor")
    await discord.henry.say(thread, "T1: a moderator")
    async with discord.away():
        await bo.say(thread, "T1: a member, read back")
        await discord.ann.say(thread, "T1: a visitor, read back")
    rows = await discord.kept(
        "T1: a member",
        "T1: a visitor",
        "T1: a moderator",
        "T1: a member, read back",
        "T1: a visitor, read back",
    )
    assert {text: row.role for text, row in rows.items()} == {
        "T1: a member": Role.PARTICIPANT,
        "T1: a visitor": Role.VISITOR,
        "T1: a moderator": Role.MODERATOR,
        "T1: a member, read back": Role.PARTICIPANT,
        "T1: a visitor, read back": Role.VISITOR,
    }


async def test_on_slack_somebody_is_told_checks_in_and_stands_in_the_transcript(
    tmp_path: Path,
) -> None:
    async with on_slack(tmp_path) as slack:
        change(slack, require_checkin=True, rules="Be kind.")
        await slack.start()
        await slack.ann.say(slack.channel, "T1: yes, indeed")
        await slack.until(lambda: slack.ann.inbox)
        (told,) = slack.ann.inbox
        assert "it is in no transcript until you check in" in told.text
        await slack.ann.say(slack.channel, "T1: and no")
        await slack.kept("T1: yes, indeed", "T1: and no")
        held = await transcript(slack)
        assert [(one["text"], one["held"]) for one in held] == [("", "unchecked")] * 2
        opening = next(one for one in slack.ours() if one.text.startswith("Welcome"))
        view = await (await slack.ann.press(opening, "Check in")).opened()
        await slack.until(lambda: "Be kind." in view.words)
        await (await slack.ann.submit(view, FILLED)).acked()
        assert "You are checked in" in view.words
        assert len(slack.ann.inbox) == 1, "once"
        shown = await transcript(slack)
        assert [one["text"] for one in shown] == ["T1: yes, indeed", "T1: and no"]
        assert {one["name"] for one in shown} == {"Dr Ann Lee"}
        assert {one["stated"]["role"] for one in shown} == {"nurse"}


def with_group(house: SlackHouse, group: str) -> Slack:
    """Return a Slack that knows a group which an agenda names (`Catalogue.slack_groups`)."""
    app = house.workspace.application
    secrets = Secrets(app.bot_token, app.app_token)
    api = house.server.api
    return Slack(secrets, house.door, house.clock, house.changed, lambda: [group], api, PACE)


async def test_on_slack_a_user_group_makes_somebody_a_member(tmp_path: Path) -> None:
    async with on_slack(tmp_path, connected=False) as house:
        bo = house.workspace.user("Bo")
        group = house.workspace.group("members", bo)
        change(house, members_only={"slack": (f"group:{group.id}",)})
        slack = house.platforms["slack"] = with_group(house, group.id)
        async with running(slack):
            await house.until(lambda: slack.is_current)
            await house.start()
            await bo.say(house.channel, "T1: a member")
            await house.ann.say(house.channel, "T1: a visitor")
            await house.henry.say(house.channel, "T1: a moderator")
            rows = await house.kept("T1: a member", "T1: a visitor", "T1: a moderator")
    assert {text: row.role for text, row in rows.items()} == {
        "T1: a member": Role.PARTICIPANT,
        "T1: a visitor": Role.VISITOR,
        "T1: a moderator": Role.MODERATOR,
    }
