"""What stands in a place already is found by its key, however far back and however slowly."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
from slack_sdk.errors import SlackApiError

from bot.platforms.slack.lookup import CLOCKS_DIFFER, EVENT, LATE_BY, Found, Lookup
from tests.slack import posting
from tests.slack.channels import Channel
from tests.slack.client import web_client
from tests.slack.files import File, take_in
from tests.slack.messages import Draft, Message
from tests.slack.server import Server, serving


class Place:
    """A channel in which the bot and Ann speak, and who looks in it."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.workspace = server.workspace
        self.ann = self.workspace.user("Ann")
        self.channel: Channel = self.workspace.channel("club", members=[self.ann])
        self.lookup = Lookup(web_client(server), self.workspace.bot.id)

    @property
    def now(self) -> datetime:
        return self.workspace.now()

    def talk(self, count: int, thread: Message | None = None) -> None:
        for number in range(count):
            draft = Draft(f"{number}", thread=thread.ts if thread else None)
            posting.post(self.channel, self.ann, draft)

    def post(self, key: str, thread: Message | None = None) -> Message:
        metadata = {"event_type": EVENT, "event_payload": {"key": key}}
        draft = Draft(key, thread=thread.ts if thread else None, metadata=metadata)
        return posting.post(self.channel, self.workspace.bot, draft)

    def attach(self, name: str, thread: Message | None = None) -> None:
        bot = self.workspace.bot
        file = take_in(bot, File(name, b"1"))
        draft = Draft(files=[file], thread=thread.ts if thread else None)
        posting.post(self.channel, bot, draft)

    async def find(self, key: str, since: datetime, thread: Message | None = None) -> Found:
        where = thread.ts if thread else None
        return await self.lookup.find(key, self.channel.id, where, since)


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    async with serving() as server:
        yield Place(server)


@pytest.mark.parametrize("in_thread", [False, True])
async def test_a_post_is_found_with_the_files_below_it_and_no_others(
    place: Place, in_thread: bool
) -> None:
    since = place.now
    thread = place.post("topic") if in_thread else None
    place.attach("of before.png", thread)
    place.talk(250, thread)
    ours = place.post("k/1/0", thread)
    place.talk(250, thread)
    place.attach("chat.png", thread)
    posting.post(
        place.channel, place.ann, Draft(files=[take_in(place.ann, File("hers.png", b"1"))])
    )
    assert await place.find("k/1/0", since, thread) == Found(ours.ts, frozenset({"chat.png"}))
    assert await place.find("k/1/1", since, thread) == Found()


async def test_nobody_elses_metadata_is_a_sign(place: Place) -> None:
    metadata = {"event_type": EVENT, "event_payload": {"key": "k/1/0"}}
    posting.post(place.channel, place.ann, Draft("mine", metadata=metadata))
    assert await place.find("k/1/0", place.now - timedelta(minutes=1)) == Found()


async def test_what_was_said_before_the_first_try_is_not_looked_at(place: Place) -> None:
    place.post("k/1/0")
    place.talk(250)
    place.workspace.shift(2 * CLOCKS_DIFFER)
    place.talk(1)
    assert await place.find("k/1/0", place.now) == Found()
    assert len(place.server.calls("conversations.history")) == 2, "one page, and once more later"


@pytest.mark.parametrize("in_thread", [False, True])
async def test_what_slack_was_still_busy_with_is_found_a_little_later(
    place: Place, in_thread: bool
) -> None:
    thread = place.post("topic") if in_thread else None
    place.talk(300, thread)
    looking = asyncio.create_task(place.find("k/1/0", place.now, thread))
    await place.server.until(lambda: place.server.requests)
    await asyncio.sleep(LATE_BY / 2)
    ours = place.post("k/1/0", thread)
    assert (await looking).ts == ours.ts


async def test_of_what_slack_refused_nothing_is_looked_for_once(place: Place) -> None:
    place.lookup.note_refused("k/1/0")
    assert await place.find("k/1/0", place.now) == Found()
    assert place.server.requests == []
    await place.find("k/1/0", place.now)
    assert place.server.requests != []


async def test_at_15_messages_a_minute_a_search_goes_on_where_it_was(place: Place) -> None:
    since = place.now
    ours = place.post("k/1/0")
    place.attach("chat.png")
    place.talk(60)
    place.workspace.pages_of = 15
    for _ in range(4):
        place.server.faults.limits.clear()
        place.server.faults.limit("conversations.history", 1, 600.0)
        with pytest.raises(SlackApiError, match="ratelimited"):
            await place.find("k/1/0", since)
    place.server.faults.limits.clear()
    found = await place.find("k/1/0", since)
    assert found == Found(ours.ts, frozenset({"chat.png"}))
    given = [call for call in place.server.calls("conversations.history") if not call.error]
    assert len(given) == 5, "no page is read twice"
    assert await place.find("k/1/0", since) == found, "a search that has ended begins anew"
