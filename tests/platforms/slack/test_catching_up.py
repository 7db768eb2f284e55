"""What a break left unheard is read back, across sessions; that it cannot be is told once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.platforms.outer_house import PATIENCE
from tests.platforms.slack_house import PACE, SlackHouse, on_slack


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[SlackHouse]:
    async with on_slack(tmp_path) as found:
        yield found


def pages(house: SlackHouse) -> list[str]:
    """Return the pages of the channel that were asked for and given, by where they begin."""
    calls = house.server.calls("conversations.history")
    given = (call for call in calls if call.args["channel"] == house.channel.id and not call.error)
    return [str(call.args.get("latest") or "") for call in given if call.status == 200]


async def events_of(house: SlackHouse, *kinds: str) -> list[str]:
    """Return what was noted of these kinds, in order."""
    async with house.store.reading() as tables:
        rows = await tables.connection.rows("SELECT kind FROM events ORDER BY seq")
    return [kind for (kind,) in rows if kind in kinds]


async def noted(house: SlackHouse, *kinds: str) -> None:
    """Wait until just these were noted, of the kinds that they are."""
    async with asyncio.timeout(PATIENCE):
        while await events_of(house, *set(kinds)) != list(kinds):  # noqa: ASYNC110  in the store
            await asyncio.sleep(0.01)


def begun(house: SlackHouse) -> int:
    """Return how many readings were begun: each asks first for the newest page."""
    calls = house.server.calls("conversations.history")
    return len([call for call in calls if not call.args.get("latest")])


async def checked(house: SlackHouse) -> None:
    """Let the time come at which it is looked whether anything was missed.

    Such a look begins when the one before is over.
    """
    before = begun(house)
    house.workspace.shift(PACE.checks_every + timedelta(seconds=1))
    await house.until(lambda: begun(house) > before)


async def new_session(house: SlackHouse, older: int) -> None:
    """Let a session end and the next one know what is new; then give so many older pages.

    What is new fits into one page, which is asked for without saying below which message; only
    the second look asks for older ones. One more is refused for longer than a test lasts.
    """
    await house.server.outage()
    await house.until(lambda: not house.slack.is_current)
    house.workspace.shift(PACE.gives_up_after + timedelta(seconds=1))
    await house.until(lambda: not house.slack.is_connected)
    house.server.faults.limits.clear()
    house.server.faults.limit("conversations.history", older, 3000.0, naming="latest")
    await house.server.recover()
    await house.until(lambda: house.slack.is_current)


async def test_a_second_look_goes_on_in_the_next_session_where_it_was(house: SlackHouse) -> None:
    await house.start()
    said = [await house.ann.say(house.channel, f"T1: {n}") for n in range(5 * 15)]
    await house.kept(*(one.text for one in said))
    house.workspace.pages_of = 15
    for _ in range(2):  # when the second one begins the first is over, and all of this was heard
        await checked(house)
    house.server.deliveries.hold("message.message_changed")  # nobody brings what is edited
    await house.ann.edit(said[0], "T1: edited meanwhile")
    del house.server.requests[:]
    for given in (2, 4):
        await new_session(house, older=2)
        await house.until(lambda: house.server.calls("conversations.history")[-1].status == 429)
        assert len(list(filter(None, pages(house)))) == given
    await new_session(house, older=100)
    await house.kept("T1: edited meanwhile", *(one.text for one in said[1:]))
    below = [page for page in pages(house) if page][:5]
    assert below == sorted(set(below), reverse=True), "it does not begin at the top again"


async def test_a_channel_that_cannot_be_read_is_told_once_and_once_that_it_can(
    house: SlackHouse, caplog: pytest.LogCaptureFixture
) -> None:
    await house.start()
    house.workspace.application.revoke("channels:history")
    for _ in range(3):
        await checked(house)
    await noted(house, "Unreadable")
    (line,) = [one for one in caplog.messages if "cannot be read back" in one]
    assert "channels:history" in line
    assert "Paste the manifest again" in line
    house.workspace.application.grant("channels:history")
    await checked(house)
    await noted(house, "Unreadable", "Readable")
    assert await events_of(house, "Hindered") == []


async def test_outside_of_its_channel_the_bot_is_hindered_and_reads_when_it_is_back(
    house: SlackHouse,
) -> None:
    await house.start()
    await house.workspace.owner.kick_bot(house.channel)
    await noted(house, "Hindered")
    await house.ann.say(house.channel, "T1: said while it was outside")
    for _ in range(3):
        await checked(house)
    assert await events_of(house, "Hindered", "Unreadable") == ["Hindered"]
    await house.workspace.owner.invite_bot(house.channel)
    await house.kept("T1: said while it was outside")
    await noted(house, "Hindered", "Unhindered")


async def test_a_refusal_that_an_invitation_overtook_is_told_to_nobody(house: SlackHouse) -> None:
    await house.start()
    before = begun(house)
    house.server.faults.late("conversations.history", 0.5)
    await house.workspace.owner.kick_bot(house.channel)
    await noted(house, "Hindered")
    await house.until(lambda: begun(house) > before)
    await house.workspace.owner.invite_bot(house.channel)
    await noted(house, "Hindered", "Unhindered")
    await house.until(lambda: begun(house) > before + 1)
    await house.ann.say(house.channel, "T1: said when it was back")
    await house.kept("T1: said when it was back")
    await checked(house)
    await noted(house, "Hindered", "Unhindered")


async def test_that_nothing_can_be_read_is_said_once(
    house: SlackHouse, caplog: pytest.LogCaptureFixture
) -> None:
    await house.start()
    house.server.faults.fail("conversations.history", times=5)
    await checked(house)
    await house.until(lambda: not house.server.faults.waiting)
    await house.ann.say(house.channel, "T1: heard all the same")
    await house.kept("T1: heard all the same")
    assert len([one for one in caplog.messages if "Slack cannot be read back" in one]) == 1
