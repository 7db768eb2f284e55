"""What is found of a Slack channel that agendas name."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from slack_sdk.errors import SlackApiError

from bot.platforms.channels import Channel
from bot.platforms.finding import Finding
from bot.platforms.slack.channel_checks import Workspace, look_at
from bot.platforms.slack.manifest import manifest
from tests.slack import channels
from tests.slack.client import web_client
from tests.slack.membership import archive, leave
from tests.slack.server import Server, serving


@dataclass
class Club:
    """A Slack with a channel in which the bot is, looked at through the real client."""

    server: Server
    there: channels.Channel

    async def found(self, channel: Channel | None = None) -> list[Finding]:
        workspace = Workspace(web_client(self.server), "Urology", "rounds")
        return await look_at(channel or Channel(self.there.id, ("urojc",)), workspace)

    async def one(self, what: str, channel: Channel | None = None) -> Finding:
        (finding,) = [one for one in await self.found(channel) if one.what == what]
        return finding


@pytest.fixture
async def club() -> AsyncIterator[Club]:
    async with serving() as server:
        server.workspace.application.install(manifest())
        yield Club(server, server.workspace.channel("journal-club"))


async def test_a_channel_that_is_ready_is_all_right_under_its_name(club: Club) -> None:
    findings = await club.found()
    assert [(one.what, one.ok) for one in findings] == [("Channel", True), ("Member", True)]
    heading = f"#journal-club in Urology ({club.there.id}), room of urojc"
    assert {one.where for one in findings} == {heading}
    assert {call.method for call in club.server.requests} == {"conversations.info"}


async def test_a_bot_that_is_not_in_the_channel_is_to_be_invited(club: Club) -> None:
    leave(club.there, club.server.workspace.bot, club.server.workspace.owner)
    member = await club.one("Member")
    assert member.sentence == "The bot is not in it. Invite it: type /invite @rounds there."
    assert not member.ok


async def test_an_archived_channel_is_to_be_unarchived(club: Club) -> None:
    archive(club.there, club.server.workspace.bot)
    found = await club.one("Channel")
    assert (found.ok, "Unarchive it" in found.sentence) == (False, True)


@pytest.mark.parametrize("hidden", [False, True])
async def test_a_channel_that_slack_does_not_show_is_told_by_its_id(
    club: Club, hidden: bool
) -> None:
    number = "C0NOWHERE00"
    if hidden:
        number = club.server.workspace.channel("secret", private=True, with_bot=False).id
    (found,) = await club.found(Channel(number, ("urojc",)))
    assert (found.what, found.ok) == ("Channel", False)
    assert found.where == f"Channel {number}, room of urojc"
    assert "type /invite @rounds there" in found.sentence


async def test_a_conversation_of_two_is_no_channel(club: Club) -> None:
    maria = club.server.workspace.user("Maria")
    number = club.server.workspace.conversation(maria).id
    club.server.workspace.application.grant("im:read")
    (found,) = await club.found(Channel(number, ("urojc",)))
    assert "no channel but a conversation" in found.sentence


async def test_a_scope_that_is_missing_is_named_where_it_hides_something(club: Club) -> None:
    club.server.workspace.application.revoke("channels:read", "users:read", "usergroups:read")
    (found,) = await club.found()
    assert found.sentence == "It cannot be looked at before the scope channels:read is there."
    club.server.workspace.application.grant("channels:read")
    named = Channel(club.there.id, ("urojc",), (), ("group:S1",), ("U1",))
    wrong = [one.sentence for one in await club.found(named) if not one.ok]
    assert wrong == [
        "It cannot be looked at before the scope usergroups:read is there.",
        "It cannot be looked at before the scope users:read is there.",
    ]


# ---------------------------------------------------------------- alerts


async def test_a_channel_of_alerts_is_to_be_private(club: Club) -> None:
    public = await club.one("Private", Channel(club.there.id, (), ("urojc",)))
    assert (public.ok, "Make it private" in public.sentence) == (False, True)
    private = club.server.workspace.channel("moderators", private=True)
    asked = Channel(private.id, (), ("urojc",))
    assert [(one.what, one.ok) for one in await club.found(asked)] == [
        ("Channel", True),
        ("Member", True),
        ("Private", True),
    ]


# ---------------------------------------------------------------- archive: channel


async def test_a_channel_of_its_own_can_be_archived(club: Club) -> None:
    own = Channel(club.there.id, ("case",), archives=("case",))
    found = await club.one("archive", own)
    assert (found.ok, found.sentence) == (True, "At the end of case.")


async def test_a_channel_that_others_use_is_not_to_be_archived(club: Club) -> None:
    shared = Channel(club.there.id, ("case", "urojc"), ("meded",), archives=("case",))
    found = await club.one("archive", shared)
    assert not found.ok
    assert found.sentence.startswith("It is no chat's own: urojc and meded would lose it too.")


async def test_the_channel_of_everybody_cannot_be_archived(club: Club) -> None:
    general = club.server.workspace.general
    found = await club.one("archive", Channel(general.id, ("case",), archives=("case",)))
    assert (found.ok, "nobody archive this channel" in found.sentence) == (False, True)


# ---------------------------------------------------------------- people and groups


async def test_people_and_groups_that_are_there_are_named(club: Club) -> None:
    workspace = club.server.workspace
    maria = workspace.user("Maria", display_name="maria.k")
    group = workspace.group("doctors", maria)
    asked = Channel(
        club.there.id,
        ("urojc",),
        (),
        (f"group:{group.id}",),
        (maria.id, f"user:{maria.id}", f"group:{group.id}"),
    )
    named = {one.what: (one.ok, one.sentence) for one in (await club.found(asked))[2:]}
    assert named == {
        f"notify group:{group.id}": (True, "@doctors."),
        f"moderator {maria.id}": (True, "maria.k."),
        f"moderator user:{maria.id}": (True, "maria.k."),
        f"moderator group:{group.id}": (True, "@doctors."),
    }
    assert len(club.server.calls("usergroups.list")) == 1


async def test_people_and_groups_on_call_are_looked_at_too(club: Club) -> None:
    maria = club.server.workspace.user("Maria", display_name="maria.k")
    asked = Channel(club.there.id, ("urojc",), on_call=(maria.id, "group:S0NOBODY00"))
    assert [(one.what, one.ok) for one in (await club.found(asked))[2:]] == [
        (f"on call {maria.id}", True),
        ("on call group:S0NOBODY00", False),
    ]


async def test_people_and_groups_that_are_not_there_are_told(club: Club) -> None:
    workspace = club.server.workspace
    gone = workspace.user("Bo")
    gone.deactivate()
    disabled, empty = workspace.group("old", gone), workspace.group("new")
    disabled.disabled = True
    asked = Channel(
        club.there.id,
        ("urojc",),
        (),
        ("group:S0NOBODY00",),
        ("U0NOBODY00", gone.id, workspace.bot.id, f"group:{disabled.id}", f"group:{empty.id}"),
    )
    sentences = [one.sentence for one in await club.found(asked) if not one.ok]
    begins = (
        "There is no such user group in Urology. A group's id:",
        "Nobody with this id is in Urology. Somebody's id:",
        "This account was deactivated.",
        "This is an app, not a person.",
        "There is no such user group in Urology. A group's id:",
        "@new has no members.",
    )
    assert len(sentences) == len(begins)
    for sentence, begin in zip(sentences, begins, strict=True):
        assert sentence.startswith(begin)


async def test_a_workspace_without_user_groups_is_told(club: Club) -> None:
    club.server.faults.refuse("usergroups.list", "plan_upgrade_required", times=9)
    asked = Channel(club.there.id, ("urojc",), moderators=("group:S1",))
    found = await club.one("moderator group:S1", asked)
    assert (found.ok, "plan has no user groups" in found.sentence) == (False, True)


@pytest.mark.parametrize("method", ["conversations.info", "users.info", "usergroups.list"])
async def test_what_is_no_answer_about_the_channel_is_not_taken_for_one(
    club: Club, method: str
) -> None:
    club.server.faults.fail(method, times=9)
    asked = Channel(club.there.id, ("urojc",), (), ("group:S1",), ("U1",))
    with pytest.raises(SlackApiError):
        await club.found(asked)
