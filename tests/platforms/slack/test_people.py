"""Who people are, as Slack tells it: kept, asked once, and never waited for too long."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from bot.engine.people import Person, Role
from bot.platforms.kept import ASKED_AGAIN_AFTER
from bot.platforms.slack.people import GROUPS_LAST, MESSAGES_WAIT, NAMES_LAST, PAGE, TRIES, People
from bot.platforms.slack.signals import Known, Wanted
from tests.slack import people as slack_people
from tests.slack.channels import Channel
from tests.slack.client import web_client
from tests.slack.server import Server, serving


@dataclass
class Club:
    """A channel that Carla made, and what Rounds knows of its people."""

    server: Server
    carla: slack_people.Person
    ann: slack_people.Person
    channel: Channel
    now: datetime = datetime(2026, 12, 7, tzinfo=UTC)
    named: list[str] = field(default_factory=list)
    people: People = field(init=False)

    def __post_init__(self) -> None:
        self.people = People(web_client(self.server), lambda: self.now, lambda: self.named)

    async def person(self, user: str = "", patience: float = 5.0) -> Person:
        return await self.people.person(user or self.ann.id, self.channel.id, patience)

    def calls(self, method: str) -> int:
        return len(self.server.calls(method))


@contextlib.asynccontextmanager
async def gathered() -> AsyncIterator[Club]:
    async with serving() as server:
        world = server.workspace
        carla, ann = world.user("Carla"), world.user("Ann Lee", display_name="Ann")
        channel = world.channel("journal-club", creator=carla, members=[ann])
        club = Club(server, carla, ann, channel)
        try:
            yield club
        finally:
            await club.people.close()


@pytest.fixture
async def club() -> AsyncIterator[Club]:
    async with gathered() as found:
        yield found


# ---------------------------------------------------------------- who somebody is


async def test_somebody_is_called_by_their_display_name_else_by_their_name(club: Club) -> None:
    bob = club.server.workspace.user("Bob Roe")
    assert await club.person() == Person("slack", club.ann.id, "Ann")
    assert await club.person(bob.id) == Person("slack", bob.id, "Bob Roe")


async def test_admins_owners_and_who_made_the_channel_are_stewards(club: Club) -> None:
    world = club.server.workspace
    other = world.channel("other", creator=world.owner)
    assert not (await club.person()).steward
    assert (await club.person(world.user("Ada", admin=True).id)).steward
    assert (await club.person(world.owner.id)).steward
    assert (await club.person(club.carla.id)).steward
    assert not (await club.people.person(club.carla.id, other.id)).steward


async def test_bots_are_bots_and_so_is_slackbot(club: Club) -> None:
    bot = club.server.workspace.bot
    assert (await club.person(bot.id)).role is Role.BOT
    club.server.workspace.user("Slackbot").id = "USLACKBOT"
    found = club.server.workspace.users
    found["USLACKBOT"] = next(one for one in found.values() if one.id == "USLACKBOT")
    assert (await club.person("USLACKBOT")).role is Role.BOT


async def test_somebody_who_has_left_the_workspace_keeps_their_name(club: Club) -> None:
    club.ann.deactivated = True
    assert await club.person() == Person("slack", club.ann.id, "Ann")


async def test_somebody_is_in_the_groups_that_agendas_name_and_no_other_is_asked_for(
    club: Club,
) -> None:
    world = club.server.workspace
    panel, hosts = world.group("panel", club.ann), world.group("hosts", club.carla)
    unnamed = world.group("everybody", club.ann)
    club.named += [panel.id, hosts.id, panel.id]
    assert (await club.person()).badges == {f"group:{panel.id}"}
    assert (await club.person(club.carla.id)).badges == {f"group:{hosts.id}"}
    asked = [one.args["usergroup"] for one in club.server.calls("usergroups.users.list")]
    assert sorted(asked) == sorted([panel.id, hosts.id])
    assert unnamed.id not in asked


async def test_a_group_that_an_agenda_names_later_is_asked_for_then(club: Club) -> None:
    panel = club.server.workspace.group("panel", club.ann)
    assert (await club.person()).badges == frozenset()
    club.named.append(panel.id)
    assert (await club.person()).badges == {f"group:{panel.id}"}


async def test_everybody_but_guests_sees_a_public_channel_and_others_whoever_is_in_them(
    club: Club,
) -> None:
    world = club.server.workspace
    guest = world.user("Gus", guest=True)
    board = world.channel("board", private=True, members=[club.ann])
    assert await club.people.sees(club.ann.id, club.channel.id)
    assert not await club.people.sees(guest.id, club.channel.id)
    assert await club.people.sees(club.ann.id, board.id)
    assert not await club.people.sees(club.carla.id, board.id)
    assert not await club.people.sees(club.ann.id, "C0NOWHERE")
    assert not await club.people.sees("U0NOBODY", club.channel.id)


async def test_of_a_channel_of_many_everybody_is_found(club: Club) -> None:
    world = club.server.workspace
    crowd = [world.user(f"Member {n}") for n in range(PAGE + 10)]
    board = world.channel("board", private=True, members=crowd)
    assert await club.people.sees(crowd[-1].id, board.id)
    assert club.calls("conversations.members") == 2


# ---------------------------------------------------------------- kept


async def test_one_call_is_made_for_many_that_want_it_at_once(club: Club) -> None:
    club.named.append(club.server.workspace.group("panel", club.ann).id)
    found = await asyncio.gather(*(club.person() for _ in range(30)))
    assert set(found) == {await club.person()}
    methods = ("users.info", "conversations.info", "usergroups.users.list")
    assert [club.calls(method) for method in methods] == [1, 1, 1]


async def test_names_are_kept_for_an_hour_and_groups_for_ten_minutes(club: Club) -> None:
    panel = club.server.workspace.group("panel")
    club.named.append(panel.id)
    assert await club.person() == Person("slack", club.ann.id, "Ann")
    club.ann.display_name, club.ann.admin = "Annie", True
    panel.users.append(club.ann)
    club.now += GROUPS_LAST - timedelta(seconds=1)
    assert await club.person() == Person("slack", club.ann.id, "Ann")
    club.now += timedelta(seconds=1)
    badges = frozenset({f"group:{panel.id}"})
    assert await club.person() == Person("slack", club.ann.id, "Ann", badges)
    club.now += NAMES_LAST - GROUPS_LAST
    assert await club.person() == Person("slack", club.ann.id, "Annie", badges, steward=True)


async def test_what_slack_says_has_changed_is_asked_anew(club: Club) -> None:
    panel = club.server.workspace.group("panel")
    club.named.append(panel.id)
    await club.person()
    club.ann.display_name = "Annie"
    panel.users.append(club.ann)
    club.people.forget(club.ann.id)
    club.people.forget(panel.id)
    badges = frozenset({f"group:{panel.id}"})
    assert await club.person() == Person("slack", club.ann.id, "Annie", badges)


# ---------------------------------------------------------------- where Slack does not tell


async def test_a_message_does_not_wait_for_a_slack_that_hangs(club: Club) -> None:
    club.server.faults.hang("*", 30, times=10)
    wanted = Wanted(club.channel.id, frozenset({club.ann.id}), frozenset({club.carla.id}))
    async with asyncio.timeout(MESSAGES_WAIT + 2):
        known = await club.people.known(wanted)
    nobody = Person("slack", club.ann.id, club.ann.id)
    assert known == Known({club.ann.id: nobody}, {club.ann.id: club.ann.id})


async def test_what_comes_too_late_for_one_message_is_there_for_the_next(club: Club) -> None:
    club.server.faults.hang("users.info", 0.2)
    assert (await club.person(patience=0.05)).name == club.ann.id
    assert (await club.person()).name == "Ann"
    assert club.calls("users.info") == 1


async def test_a_moderator_stays_one_while_slack_does_not_answer(club: Club) -> None:
    panel = club.server.workspace.group("panel", club.ann)
    club.named.append(panel.id)
    before = await club.person()
    club.now += timedelta(days=1)
    club.server.faults.fail("*", times=10)
    assert await club.person() == before
    assert before.badges == {f"group:{panel.id}"}


@pytest.mark.parametrize(
    ("scope", "method", "lost"),
    [
        ("users:read", "users.info", "names"),
        ("channels:read", "conversations.info", "creator"),
        ("usergroups:read", "usergroups.users.list", "groups"),
    ],
)
async def test_a_scope_that_is_missing_is_named_once_and_the_rest_is_told(
    club: Club, scope: str, method: str, lost: str, caplog: pytest.LogCaptureFixture
) -> None:
    panel = club.server.workspace.group("panel", club.carla)
    club.named.append(panel.id)
    club.server.workspace.application.revoke(scope)
    badges = frozenset() if lost == "groups" else frozenset({f"group:{panel.id}"})
    for _ in range(3):
        found = await club.person(club.carla.id)
        name = club.carla.id if lost == "names" else "Carla"
        assert found == Person("slack", club.carla.id, name, badges, steward=lost != "creator")
        club.now += ASKED_AGAIN_AFTER
    (line,) = caplog.messages
    assert f"{method} (missing_scope: {scope})" in line
    assert club.calls(method) == 3


async def test_that_slack_answers_again_is_seen_and_a_second_silence_is_told_again(
    club: Club, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):
        club.server.faults.fail("users.info")
        club.people.forget(club.ann.id)
        await club.person()
        club.now += ASKED_AGAIN_AFTER
        assert (await club.person()).name == "Ann"
    assert len(caplog.messages) == 2
    assert all("HTTP 503" in line for line in caplog.messages)


async def test_a_cut_line_is_told_by_its_kind(club: Club, caplog: pytest.LogCaptureFixture) -> None:
    club.server.faults.cut_before("users.info", times=2)  # the library's own asks a second time
    assert (await club.person()).name == club.ann.id
    (line,) = caplog.messages
    assert "users.info (ServerDisconnectedError)" in line


async def test_somebody_whom_slack_does_not_know_is_no_trouble(
    club: Club, caplog: pytest.LogCaptureFixture
) -> None:
    assert await club.person("U0STRANGER") == Person("slack", "U0STRANGER", "U0STRANGER")
    assert caplog.messages == []


async def test_a_group_that_is_not_there_is_told_and_nobody_is_in_it(
    club: Club, caplog: pytest.LogCaptureFixture
) -> None:
    club.named.append("S0NOBODY")
    assert await club.person() == Person("slack", club.ann.id, "Ann")
    (line,) = caplog.messages
    assert "usergroups.users.list (no_such_subteam)" in line


@pytest.mark.parametrize("user", [[], {}, {"profile": None, "real_name": ""}])
async def test_an_answer_of_another_shape_names_nobody(club: Club, user: object) -> None:
    club.server.faults.fail("users.info", status=200, body={"ok": True, "user": user})
    assert await club.person() == Person("slack", club.ann.id, club.ann.id)


async def test_a_rate_limit_is_waited_for_by_whoever_asked_and_by_no_message(
    club: Club, caplog: pytest.LogCaptureFixture
) -> None:
    club.server.faults.too_many("users.info", retry_after=1)
    assert (await club.person(patience=0.1)).name == club.ann.id
    assert (await club.person()).name == "Ann"
    assert club.calls("users.info") == 2
    assert caplog.messages == []


async def test_a_rate_limit_that_does_not_end_is_given_up_and_told(
    club: Club, caplog: pytest.LogCaptureFixture
) -> None:
    club.server.faults.too_many("users.info", times=TRIES, retry_after=1)
    assert (await club.person(patience=10)).name == club.ann.id
    (line,) = caplog.messages
    assert "users.info (ratelimited)" in line


async def test_no_name_stands_in_the_log(club: Club, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    club.server.faults.refuse("users.info", "fatal_error", user={"name": "Ann Lee"})
    await club.person()
    assert len(caplog.messages) == 1
    assert "Ann" not in caplog.text


# ---------------------------------------------------------------- names in a text


async def test_people_channels_and_groups_have_names(club: Club) -> None:
    world = club.server.workspace
    panel, other = world.group("panel"), world.channel("other", private=True)
    wanted = Wanted(
        club.channel.id,
        frozenset({club.ann.id}),
        frozenset({club.carla.id, panel.id, other.id, "S0NONE", "C0NONE", "U0NONE", "XYZ"}),
    )
    known = await club.people.known(wanted)
    assert known.people == {club.ann.id: Person("slack", club.ann.id, "Ann")}
    assert known.names == {
        club.ann.id: "Ann", club.carla.id: "Carla", panel.id: "panel", other.id: "other",
    }  # fmt: skip


async def test_where_nobody_is_wanted_nobody_is_asked_for(club: Club) -> None:
    assert await club.people.known(Wanted(club.channel.id)) == Known()
    assert club.server.calls("*") == []
