"""What Slack's events say of a channel, in the words with which posts are refused there."""

from __future__ import annotations

from typing import Any

import pytest

from bot.engine.agenda import Room
from bot.platforms.slack.changes import ARCHIVED, OUTSIDE, Change, change_of
from tests.platforms.slack_overheard import Overheard
from tests.slack import membership

NOT_IN, NOT_FOUND = OUTSIDE


def changes(slack: Overheard) -> list[Change]:
    """Take what the events so far say of channels."""
    found = [change_of(event, slack.world.bot.id) for event in slack.events]
    slack.events.clear()
    return [change for change in found if change is not None]


@pytest.mark.parametrize("private", [False, True])
async def test_what_shuts_a_channel_is_told_as_a_refused_post_would_be(private: bool) -> None:
    slack = Overheard()
    club = slack.world.channel("club", private=private, members=[slack.ann])
    room = Room("slack", club.id)
    await slack.ann.kick_bot(club)
    assert changes(slack) == [Change(room, shut=NOT_FOUND if private else NOT_IN)]
    await slack.ann.invite_bot(club)
    assert changes(slack) == [Change(room, freed=OUTSIDE)]
    await slack.ann.archive(club)
    assert changes(slack) == [Change(room, shut=ARCHIVED)]
    await slack.ann.unarchive(club)
    assert changes(slack) == [Change(room, freed=(ARCHIVED,))]
    await slack.ann.delete_channel(club)
    assert changes(slack) == [Change(room, shut=NOT_FOUND)]


@pytest.mark.parametrize("private", [False, True])
async def test_a_new_name_and_other_people_neither_shut_nor_open_anything(private: bool) -> None:
    slack = Overheard()
    club = slack.world.channel("club", private=private, members=[slack.ann])
    await slack.ann.rename(club, "urology")
    membership.join(club, slack.world.user("Bob"))
    assert changes(slack) == [Change(Room("slack", club.id))] * 2


@pytest.mark.parametrize(
    "event",
    [
        {"type": "channel_left"},
        {"type": "channel_archive", "channel": {"name": "no id"}},
        {"type": "channel_deleted", "channel": 7},
        {"type": "message", "channel": "C1"},
        {"channel": "C1"},
    ],
)
def test_what_names_no_channel_or_is_something_else_says_nothing(event: dict[str, Any]) -> None:
    assert change_of(event, "U1") is None
