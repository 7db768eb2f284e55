"""Who leaves the workspace is forgotten, whether Slack tells it or it has to be looked for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.platforms.slack.manifest import manifest
from tests.platforms.slack_house import SlackHouse, on_slack
from tests.slack.events import Occurrence

WORDS = "T1: heliotrope underneath"


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[SlackHouse]:
    """A house whose series forgets who leaves; a chat is open, and Ann has spoken in it."""
    async with on_slack(tmp_path, connected=False) as house:
        house.workspace.application.install(manifest(forgets=True))
        forget(house)
        async with house.at_work(house.slack):
            await said(house)
            yield house


def forget(house: SlackHouse) -> None:
    (series,) = house.series.values()
    agenda = replace(series.agenda, forget_on_leave=True)
    house.series = {series.name: replace(series, agenda=agenda)}


async def said(house: SlackHouse) -> None:
    topic = await house.start()
    await house.ann.say(house.channel, WORDS, thread=topic)
    await house.henry.say(house.channel, "T1: I stay", thread=topic)
    await house.kept(WORDS, "T1: I stay")


async def test_whose_account_is_closed_is_withdrawn_and_nobody_else(at: SlackHouse) -> None:
    at.ann.deactivate()
    await at.kept("T1: I stay")
    assert [one.withdrawn for one in (await at.rows()).values() if not one.text] == [True]


async def test_who_changes_their_name_has_not_left(at: SlackHouse) -> None:
    event = {"type": "user_change", "user": at.ann.payload() | {"real_name": "Annette"}}
    at.workspace.tell(Occurrence(event, ("user_change",)))
    bob = at.workspace.user("Bob")
    await bob.say(at.channel, "T1: after that", thread=at.post("T1"))
    await at.kept(WORDS, "T1: I stay", "T1: after that")


async def test_who_left_without_being_told_of_is_found_at_the_next_session(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with on_slack(tmp_path, connected=False) as house:
        house.workspace.application.install(manifest())
        forget(house)
        async with house.at_work(house.slack):
            await said(house)
            house.ann.deactivate()
        async with house.at_work(house.slack):
            await house.kept("T1: I stay")
    assert "heliotrope" not in caplog.text


async def test_where_no_agenda_asks_for_it_who_leaves_stays(tmp_path: Path) -> None:
    async with on_slack(tmp_path) as house:
        await said(house)
        house.ann.deactivate()
        bob = house.workspace.user("Bob")
        await bob.say(house.channel, "T1: after that", thread=house.post("T1"))
        await house.kept(WORDS, "T1: I stay", "T1: after that")
