"""What `rounds doctor` says of Slack, as operators run it and as the docs tell it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.cli.doctor import WIDTH, lines
from bot.platforms.finding import Finding, Report
from bot.platforms.slack.manifest import SCOPES, manifest
from tests.diagnosed import Diagnosed, diagnosed, write_agenda
from tests.slack.channels import Channel
from tests.slack.membership import leave
from tests.slack.people import Person
from tests.slack.server import Server, serving
from tests.slack.world import UserGroup
from tests.typed import ROOT, free_port

OPERATING = (ROOT / "docs" / "operating.md").read_text("utf-8")


@dataclass
class Club:
    """A Slack on which everything is ready, and an agenda for it."""

    slack: Server
    place: Path
    room: Channel
    alerts: Channel
    maria: Person
    group: UserGroup

    def write(self, name: str = "urojc", **changes: str) -> None:
        """Write an agenda, with some of its lines changed."""
        keys = {
            "starts": "2026-12-07 07:00",
            "rooms": f"[{{slack: {self.room.id}}}]",
            "moderators": f'{{slack: ["user:{self.maria.id}", "group:{self.group.id}"]}}',
            "alerts": f"{{slack: {self.alerts.id}}}",
            "notify": f"{{slack: 'group:{self.group.id}'}}",
        }
        write_agenda(self.place, name, keys | changes)

    async def doctor(self, **more: str) -> Diagnosed:
        """Run the doctor with the app's tokens."""
        application = self.slack.workspace.application
        secrets = {
            "SLACK_BOT_TOKEN": application.bot_token,
            "SLACK_APP_TOKEN": application.app_token,
            "SLACK_SIGNING_SECRET": "",
        }
        api = {"SLACK_API": self.slack.api}
        told = await diagnosed(self.place, secrets, **(api | more))
        assert told.err == ""
        return told


@pytest.fixture
async def club(tmp_path: Path) -> AsyncIterator[Club]:
    (tmp_path / "chats").mkdir()
    async with serving() as server:
        workspace = server.workspace
        workspace.application.install(manifest())
        maria = workspace.user("Maria")
        found = Club(
            server,
            tmp_path,
            workspace.channel("journal-club"),
            workspace.channel("moderators", private=True),
            maria,
            workspace.group("doctors", maria),
        )
        found.write()
        yield found


async def test_a_set_up_that_is_ready_ends_with_0(club: Club) -> None:
    ended = await club.doctor()
    assert ended.code == 0
    assert all(" ✗ " not in line for line in ended.lines)
    assert ended.lines[-1] == "All is well."
    assert all(len(line) <= WIDTH for line in ended.lines)
    assert ended.where("Slack").keys() >= {"Clock", "Bot token", "App token", "chat:write"}
    assert club.slack.sockets.opened == 0
    assert {call.method for call in club.slack.requests} == {
        "auth.test",
        "apps.connections.open",
        "conversations.info",
        "usergroups.list",
        "users.info",
    }


async def test_what_is_missing_is_told_channel_by_channel_and_ends_with_1(club: Club) -> None:
    workspace = club.slack.workspace
    workspace.application.revoke("reactions:read")
    leave(club.room, workspace.bot, workspace.owner)
    club.write("case", archive="channel", alerts=f"{{slack: {workspace.general.id}}}")
    ended = await club.doctor()
    assert ended.code == 1
    assert f"#journal-club in Urology ({club.room.id}), room of case and urojc" in " ".join(
        ended.lines
    )
    assert ended.wrong("Slack") == ["reactions:read"]
    assert ended.wrong("#journal-club") == ["Member", "archive"]
    assert ended.wrong("#general") == ["Private"]
    assert ended.wrong("#moderators") == []
    assert ended.lines[-1] == "4 things are to be mended."


async def test_without_a_token_the_rooms_on_slack_are_what_is_missing(club: Club) -> None:
    ended = await club.doctor(SLACK_BOT_TOKEN="", SLACK_APP_TOKEN="")
    assert ended.code == 1
    assert ended.where("Slack") == {"Bot token": False}
    told = " ".join(" ".join(ended.lines).split())
    assert "nothing happens on Slack, where urojc has a room. Make the app" in told
    assert club.slack.requests == []


async def test_a_refused_token_ends_with_1_and_is_not_printed(club: Club) -> None:
    ended = await club.doctor(SLACK_BOT_TOKEN="xoxb-another")
    assert ended.code == 1
    assert ended.where("Slack") == {"Clock": True, "Bot token": False, "App token": True}


async def test_a_slack_out_of_reach_is_a_sentence_and_1(club: Club) -> None:
    await club.slack.outage()
    ended = await club.doctor()
    assert ended.code == 1
    assert ended.where("Slack") == {"Connection": False}
    assert ended.where("This machine") == {"Agendas": True, "Store": True, "Address": True}


async def test_a_channel_of_its_own_that_can_be_archived_is_ready(club: Club) -> None:
    club.write(archive="channel")
    ended = await club.doctor()
    assert ended.code == 0
    assert ended.where("#journal-club")["archive"]
    assert ended.where("Slack").keys() >= {"channels:manage", "groups:write"}


# ---------------------------------------------------------------- what operators read


def section(heading: str) -> str:
    """Return what stands under a heading, up to the next one of the same rank or above."""
    rank = re.match("#+", heading)
    assert rank
    text = OPERATING[OPERATING.index(f"{heading}\n") + len(heading) :]
    return re.split(rf"^#{{1,{len(rank[0])}}} ", text, flags=re.MULTILINE)[0]


async def test_every_line_that_the_steps_name_is_printed(club: Club) -> None:
    club.write(archive="channel", moderators_on_call="{slack: U0000000001}")
    socket_mode = await club.doctor()
    signed = await club.doctor(SLACK_APP_TOKEN="", SLACK_SIGNING_SECRET="8f74")
    unreachable = await club.doctor(SLACK_API=f"http://127.0.0.1:{free_port()}/api/")
    printed = [*socket_mode.lines, *signed.lines, *unreachable.lines]
    text = section("## Slack: from the manifest to the first chat").partition("\n### ")[0]
    steps = re.split(r"^\d+\. ", text, flags=re.MULTILINE)[1:]
    assert len(steps) == 8
    for step in steps:
        named = re.findall(r"\*\*([^*]+)\*\*", step)
        assert named, step
        for name in named:
            assert any(
                re.match(rf"  (✓ ok|✗ no)  {re.escape(name)}(?![\w:])", line)
                or re.match(rf"  (✓ ok|✗ no)  {re.escape(name)}: ", line)
                for line in printed
            ), name


def test_operators_read_every_scope_with_its_reason_and_no_other() -> None:
    text = section("### What the app may do, and why")
    table = text[text.index("|---|") :].partition("\n\n")[0].splitlines()[1:]
    assert table == [f"| `{scope.name}` | {scope.reason} |" for scope in SCOPES]


def test_the_lines_that_the_docs_show_are_the_lines_that_are_printed() -> None:
    heading = "#journal-club in Urology (C0123456789), room of urojc"
    shown = OPERATING[OPERATING.index(f"    {heading}") :].partition("\n\n")[0]
    sentence = "The bot is not in it. Invite it: type /invite @rounds there."
    findings = (
        Finding("Channel", heading, True, "A public channel."),
        Finding("Member", heading, False, sentence),
        Finding("moderator U0123456789", heading, True, "Maria."),
    )
    printed = lines(Report(findings))
    assert [line.removeprefix("    ") for line in shown.splitlines()] == printed[
        : printed.index("")
    ]
