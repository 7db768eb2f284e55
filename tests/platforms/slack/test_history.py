"""What Slack's histories tell after an absence, in which order, and what they do not tell."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest

from bot.engine.agenda import Room
from bot.engine.signals import Deleted, Edited, Said, Signal
from bot.platforms.platform import Door, Place, Unreachable
from bot.platforms.slack.history import REDELIVERED, History, Reading
from bot.platforms.slack.pages import MOST, PAGE
from bot.platforms.slack.people import People
from bot.platforms.slack.refusals import TokenRefused
from bot.platforms.slack.signals import Known, Reader, moment_of, ts_of
from tests.slack import posting
from tests.slack.calls import Call
from tests.slack.channels import Channel
from tests.slack.client import web_client
from tests.slack.messages import Draft, Message
from tests.slack.people import Person
from tests.slack.server import Server, serving

OPENS = datetime(2026, 12, 6, 20, 0, tzinfo=UTC)
NOW = OPENS + timedelta(hours=5)
"""When it is read."""

CHAT = "urojc-2026-12-07"


@dataclass
class Evening:
    """A chat in a channel with a topic, and a house that keeps what it hears."""

    server: Server
    ann: Person
    channel: Channel
    heard: list[Signal] = field(default_factory=list)
    kept: dict[str, Said] = field(default_factory=dict)
    broken: int = 0
    """How often nothing can be kept."""
    chats: tuple[tuple[str, datetime], ...] = ((CHAT, OPENS),)
    of_others: dict[str, str] = field(default_factory=dict)
    """The chats of messages that are not the first one's."""
    topic: Message = field(init=False)
    history: History = field(init=False)
    people: People = field(init=False)

    def __post_init__(self) -> None:
        self.at(0)
        bot = self.server.workspace.bot
        self.topic = posting.post(self.channel, bot, Draft("T1: the control group?"))
        web = web_client(self.server)
        self.people = People(web, self.clock, list)
        reader = Reader(bot.id, bot.bot_id)
        self.history = History(web, cast(Door, self), reader, self.people, self.clock)

    def clock(self) -> datetime:
        return NOW

    @property
    def room(self) -> Room:
        return Room("slack", self.channel.id)

    # ------------------------------------------------------------ the house

    async def hear(self, signal: Signal) -> None:
        if self.broken:
            self.broken -= 1
            raise OSError("the disk is full")
        self.heard.append(signal)
        if isinstance(signal, Said):
            self.kept.setdefault(signal.id, signal)
        elif isinstance(signal, Deleted):
            self.kept.pop(signal.id, None)

    async def places(self, platform: str) -> Sequence[Place]:
        assert platform == "slack"
        threads = (self.topic.ts, None)
        return [Place(c, self.room, t, since) for c, since in self.chats for t in threads]

    async def stored(self, place: Place) -> frozenset[str]:
        return frozenset(
            one.id
            for one in self.kept.values()
            if (one.room, one.thread) == (place.room, place.thread)
            and self.of_others.get(one.id, CHAT) == place.chat
        )

    # ------------------------------------------------------------ Slack

    def at(self, minutes: float) -> None:
        """Let the world's clock stand so many minutes after the opening."""
        self.server.workspace.set(OPENS + timedelta(minutes=minutes))

    def say(self, count: int = 1, thread: Message | None = None) -> list[Message]:
        """Let something be said so many times, a second apart."""
        world, found = self.server.workspace, []
        start = world.now()
        for n in range(count):
            world.set(start + timedelta(seconds=n))
            draft = Draft(f"{n}", thread=thread.ts if thread else None)
            found.append(posting.post(self.channel, self.ann, draft))
        return found

    def keep(self, *messages: Message) -> list[Message]:
        """Let these be stored, as if they had been heard when they were said."""
        reader = Reader("", "")
        for message in messages:
            said = reader.speech(self.channel.id, message.payload(), Known(), NOW)[0]
            assert isinstance(said, Said)
            self.kept[said.id] = said
        return list(messages)

    def remove(self, *messages: Message) -> None:
        for message in messages:
            posting.delete(message, message.author)

    # ------------------------------------------------------------ reading

    async def read_new(self, known: float | None = None) -> Reading:
        """Read what was said since so many minutes after the opening."""
        await self.history.begin(None if known is None else OPENS + timedelta(minutes=known))
        return await self.history.read_new()

    async def read_all(self, known: float | None = None) -> Reading:
        """Read everything; return what came of both readings."""
        new = await self.read_new(known)
        old = await self.history.read_again()
        return Reading(
            new.messages + old.messages,
            new.found | old.found,
            new.deleted + old.deleted,
            (*new.refused, *old.refused),
        )

    def said(self) -> list[str]:
        return [one.id for one in self.heard if isinstance(one, Said)]

    def deleted(self) -> list[str]:
        return [one.id for one in self.heard if isinstance(one, Deleted)]

    def histories(self) -> list[Call]:
        return self.server.calls("conversations.history")

    def replies(self) -> list[Call]:
        return self.server.calls("conversations.replies")


@pytest.fixture
async def evening() -> AsyncIterator[Evening]:
    async with serving() as server:
        world = server.workspace
        world.set(OPENS - timedelta(hours=1))
        ann = world.user("Ann")
        found = Evening(server, ann, world.channel("journal-club", members=[ann]))
        try:
            yield found
        finally:
            await found.people.close()


def ids(messages: Sequence[Message]) -> list[str]:
    return [one.ts for one in messages]


# ---------------------------------------------------------------- what is new


async def test_where_nothing_is_known_everything_since_the_opening_is_read_newest_first(
    evening: Evening,
) -> None:
    evening.at(-30)
    evening.say(5)
    evening.at(1)
    said = evening.say(450)
    reading = await evening.read_new()
    assert sorted(evening.said()) == ids(said)
    assert evening.said()[0] in ids(said[-PAGE:])
    assert reading.found == set(ids(said))
    assert [call.args.get("latest") for call in evening.histories()] == [
        None, said[-PAGE].ts, said[-2 * PAGE].ts,
    ]  # fmt: skip
    assert (await evening.history.read_again()).messages == 0


async def test_what_is_new_comes_first_in_every_place_and_the_rest_once_more_after_it(
    evening: Evening,
) -> None:
    evening.at(1)
    old = evening.keep(*evening.say(300), *evening.say(3, evening.topic))
    evening.at(60)
    new = [*evening.say(2), *evening.say(2, evening.topic)]
    evening.at(61)
    await evening.ann.edit(old[0], "T1: yes")
    reading = await evening.read_new(known=30)
    assert reading.found == set(ids(new))
    assert sorted(evening.said()) == ids(new)
    assert len(evening.histories()) == 1
    reading = await evening.history.read_again()
    assert reading.found == frozenset()
    (said, edited) = evening.heard[len(new) :]
    assert isinstance(said, Said)
    assert (said.id, edited) == (
        old[0].ts,
        Edited(OPENS + timedelta(minutes=61), evening.room, old[0].ts, "T1: yes"),
    )


async def test_a_reply_in_the_thread_of_any_message_is_found(evening: Evening) -> None:
    evening.at(1)
    root, quiet = evening.keep(*evening.say(2))
    evening.keep(*evening.say(1, quiet))
    evening.at(40)
    (late_root,) = evening.say()
    replies = [*evening.say(1, root), *evening.say(1, late_root)]
    evening.heard.clear()
    await evening.read_all(known=30)
    assert set(evening.said()) == set(ids([late_root, *replies]))
    assert {one.thread for one in evening.heard if isinstance(one, Said)} == {
        None, root.ts, late_root.ts,
    }  # fmt: skip


async def test_the_thread_of_a_message_from_before_the_opening_is_found_on_the_last_page(
    evening: Evening,
) -> None:
    evening.at(-10)
    root, other = evening.say(2)
    evening.say(1, other)
    evening.at(10)
    (reply,) = evening.say(1, root)
    await evening.read_all()
    assert evening.said() == [reply.ts]
    assert other.ts not in [call.args["ts"] for call in evening.replies()]


async def test_a_thread_is_read_from_what_is_known_on_and_its_first_message_is_no_part_of_it(
    evening: Evening,
) -> None:
    evening.at(1)
    evening.keep(*evening.say(5, evening.topic))
    evening.at(30)
    said = evening.say(2, evening.topic)
    await evening.read_new(known=30)
    (call,) = evening.replies()
    assert call.args["oldest"] == said[0].ts
    assert evening.said() == ids(said)


async def test_a_reply_that_was_sent_to_the_channel_too_is_said_in_its_thread(
    evening: Evening,
) -> None:
    evening.at(1)
    draft = Draft("T1: yes", thread=evening.topic.ts, broadcast=True)
    reply = posting.post(evening.channel, evening.ann, draft)
    assert (await evening.read_all()).found == {reply.ts}
    assert {(one.id, one.thread) for one in evening.heard if isinstance(one, Said)} == {
        (reply.ts, evening.topic.ts)
    }


async def test_without_a_last_moment_what_is_stored_tells_it(evening: Evening) -> None:
    evening.at(1)
    evening.keep(*evening.say(2, evening.topic))
    evening.at(120)
    evening.keep(*evening.say(1))
    margin = REDELIVERED.total_seconds() / 60
    evening.at(121 - margin)
    missed = evening.say(1, evening.topic)
    await evening.read_new()
    assert evening.said() == ids(missed)
    (call,) = evening.replies()
    assert call.args["oldest"] == ts_of(OPENS + timedelta(minutes=120) - REDELIVERED)


async def test_a_channel_of_two_chats_is_read_once_from_the_first_opening_on(
    evening: Evening,
) -> None:
    evening.chats = ((CHAT, OPENS), ("urojc-2026-12-07-2", OPENS + timedelta(hours=1)))
    evening.at(1)
    said = [*evening.say(2), *evening.say(1, evening.topic)]
    gone = evening.keep(*evening.say(1), *evening.say(1, evening.topic))
    evening.of_others |= dict.fromkeys(ids(gone), "urojc-2026-12-07-2")
    evening.remove(*gone)
    reading = await evening.read_all(known=0)
    assert reading.found == set(ids(said))
    assert evening.deleted() == ids(gone)
    assert (len(evening.histories()), len(evening.replies())) == (1, 1)


async def test_a_thread_in_which_nothing_was_ever_said_is_not_asked_for_twice(
    evening: Evening,
) -> None:
    evening.at(1)
    evening.say(2)
    await evening.read_all(known=60)
    assert len(evening.replies()) <= 1, "once at most: before its channel told so"


async def test_what_was_a_quiet_thread_before_is_read_when_somebody_answers_there(
    evening: Evening,
) -> None:
    await evening.read_all()
    evening.at(80)
    (reply,) = evening.say(1, evening.topic)
    assert (await evening.read_new(known=75)).found == {reply.ts}


async def test_at_most_the_last_2000_messages_of_a_channel_are_read_and_judged(
    evening: Evening,
) -> None:
    evening.at(1)
    said = evening.keep(*evening.say(MOST + 10))
    gone = [said[0], said[20]]
    evening.remove(*gone)
    reading = await evening.read_all(known=200)
    assert reading.messages == MOST
    assert evening.deleted() == [said[20].ts]
    assert len(evening.histories()) == MOST // PAGE


async def test_a_thread_is_read_to_its_end_page_by_page(evening: Evening) -> None:
    evening.at(1)
    said = evening.say(2 * PAGE + 5, evening.topic)
    reading = await evening.read_all()
    assert reading.found == set(ids(said))
    assert len(evening.replies()) == 3


async def test_an_archived_channel_is_read(evening: Evening) -> None:
    evening.at(1)
    said = evening.say(2)
    evening.channel.archived = True
    reading = await evening.read_all()
    assert (reading.found, reading.refused) == (frozenset(ids(said)), ())


async def test_a_page_is_heard_at_once_so_that_it_can_be_committed_together(
    evening: Evening,
) -> None:
    evening.at(1)
    evening.say(30)
    at_once, most = 0, 0
    hear = evening.hear

    async def slowly(signal: Signal) -> None:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0.001)
        await hear(signal)
        at_once -= 1

    evening.hear = slowly  # type: ignore[method-assign]
    await evening.read_all()
    assert most == 30


# ---------------------------------------------------------------- who said it


async def test_only_who_said_something_new_is_asked_for_and_once(evening: Evening) -> None:
    bob = evening.server.workspace.user("Bob", admin=True)
    evening.at(1)
    known = evening.keep(*evening.say(3))
    await evening.ann.edit(known[1], "T1: yes")
    for thread in (None, evening.topic, evening.topic):
        await bob.say(evening.channel, "hello", thread=thread)
    found = (await evening.read_all()).found
    assert [call.args["user"] for call in evening.server.calls("users.info")] == [bob.id]
    authors = {one.author for one in evening.heard if isinstance(one, Said) and one.id in found}
    assert {(one.name, one.steward) for one in authors} == {("Bob", True)}


async def test_our_own_posts_and_notices_are_not_heard(evening: Evening) -> None:
    evening.at(1)
    await evening.server.workspace.user("Bob").join(evening.channel)
    posting.post(evening.channel, evening.server.workspace.bot, Draft("T2: and the outcome?"))
    await evening.read_all()
    assert evening.heard == []


async def test_what_is_stored_and_unchanged_is_not_heard_again(evening: Evening) -> None:
    evening.at(1)
    evening.keep(*evening.say(3), *evening.say(3, evening.topic))
    assert (await evening.read_all()).messages == 1 + 3 + 3
    assert evening.heard == []


# ---------------------------------------------------------------- what was deleted


async def test_what_is_stored_and_no_longer_there_was_deleted(evening: Evening) -> None:
    evening.at(1)
    said = evening.keep(*evening.say(2 * PAGE + 50))
    answers = evening.keep(*evening.say(5, evening.topic))
    gone = [said[0], said[49], said[50], said[PAGE], said[-1]]
    evening.remove(*gone, answers[0], answers[2], answers[-1])
    reading = await evening.read_all(known=200)
    assert reading.deleted == 8
    assert set(evening.deleted()) == set(ids([*gone, answers[0], answers[2], answers[-1]]))
    assert {one for one in evening.heard if isinstance(one, Deleted) and one.thread} == {
        Deleted(NOW, evening.room, one.ts, evening.topic.ts)
        for one in (answers[0], answers[2], answers[-1])
    }
    assert len(evening.kept) == len(said) + len(answers) - 8


async def test_the_first_of_all_can_be_deleted(evening: Evening) -> None:
    evening.at(1)
    said = evening.keep(*evening.say(3))
    evening.remove(evening.topic, said[0])
    await evening.read_all(known=60)
    assert evening.deleted() == [said[0].ts]


async def test_of_a_thread_the_last_2000_that_are_stored_are_judged(evening: Evening) -> None:
    evening.at(1)
    said = evening.keep(*evening.say(MOST + 10, evening.topic))
    evening.remove(said[0], said[20])
    await evening.read_all(known=200)
    assert evening.deleted() == [said[20].ts]
    assert len(evening.replies()) == 1 + MOST // PAGE


async def test_all_replies_can_be_deleted(evening: Evening) -> None:
    evening.at(1)
    answers = evening.keep(*evening.say(3, evening.topic))
    evening.remove(*answers)
    assert (await evening.read_all(known=60)).deleted == 3


async def test_the_first_message_of_a_thread_that_was_deleted_leaves_a_sign(
    evening: Evening,
) -> None:
    evening.at(1)
    (root,) = evening.keep(*evening.say())
    (reply,) = evening.keep(*evening.say(1, root))
    evening.remove(root)
    await evening.read_all(known=60)
    assert evening.deleted() == [root.ts]
    assert list(evening.kept) == [reply.ts]


async def test_a_thread_that_was_deleted_with_its_first_message_is_gone(evening: Evening) -> None:
    evening.at(-10)
    evening.say(1)
    evening.at(1)
    answers = evening.keep(*evening.say(2, evening.topic))
    evening.remove(evening.topic, *answers)
    await evening.read_all(known=60)
    assert set(evening.deleted()) == set(ids(answers))


async def test_a_thread_that_slack_hides_is_not_gone(evening: Evening) -> None:
    evening.at(1)
    evening.keep(*evening.say(2, evening.topic))
    evening.server.faults.refuse("conversations.replies", "thread_not_found", times=2)
    reading = await evening.read_all(known=60)
    assert (reading.deleted, set(reading.refused)) == (0, {(evening.room, "thread_not_found")})


async def test_what_was_said_in_the_last_minute_is_not_judged(evening: Evening) -> None:
    for seconds in (61, 59):
        evening.server.workspace.set(NOW - timedelta(seconds=seconds))
        evening.keep(*evening.say(1), *evening.say(1, evening.topic))
    fresh = [one for one in evening.kept if moment_of(one) > NOW - timedelta(minutes=1)]
    evening.remove(*(m for m in evening.channel.everything if m.ts in evening.kept))
    await evening.read_all(known=60)
    assert len(evening.deleted()) == 2
    assert list(evening.kept) == fresh


async def test_what_was_said_before_the_opening_is_not_judged(evening: Evening) -> None:
    evening.at(-30)
    early = evening.keep(*evening.say(2))
    evening.at(1)
    said = evening.keep(*evening.say(2))
    evening.remove(early[0], said[0])
    await evening.read_all(known=60)
    assert evening.deleted() == [said[0].ts]


async def test_an_empty_history_withdraws_nothing(evening: Evening) -> None:
    evening.at(1)
    said = evening.keep(*evening.say(2), *evening.say(2, evening.topic))
    evening.remove(*said, evening.topic)
    await evening.read_all(known=60)
    assert evening.channel.everything == []
    assert evening.deleted() == []


async def test_an_empty_thread_withdraws_nothing(evening: Evening) -> None:
    evening.at(1)
    evening.keep(*evening.say(2, evening.topic))
    nothing = {"ok": True, "messages": [], "has_more": False}
    evening.server.faults.fail("conversations.replies", 2, status=200, body=nothing)
    await evening.read_all(known=60)
    assert evening.deleted() == []


async def test_what_a_free_plan_hides_is_not_withdrawn(evening: Evening) -> None:
    evening.at(1)
    said = evening.keep(*evening.say(3))
    shown = {"ok": True, "messages": [said[2].payload()], "has_more": False, "is_limited": True}
    none = {"ok": True, "messages": [], "has_more": False, "is_limited": True}
    for body in (shown, none):
        evening.server.faults.fail("conversations.history", status=200, body=body)
    await evening.read_all(known=60)
    assert evening.deleted() == []


async def test_ids_that_are_not_slacks_are_left_alone(evening: Evening) -> None:
    evening.at(1)
    (said,) = evening.keep(*evening.say())
    for number in ("urojc-2026-12-07.3.0", "²"):
        evening.kept[number] = replace(evening.kept[said.ts], id=number)
    await evening.read_all()
    assert evening.deleted() == []


# ---------------------------------------------------------------- where Slack says no


async def test_a_channel_that_the_bot_is_not_in_withdraws_nothing_and_is_named(
    evening: Evening,
) -> None:
    evening.at(1)
    evening.remove(evening.keep(*evening.say(3))[1])
    await evening.server.workspace.owner.kick_bot(evening.channel)
    reading = await evening.read_all(known=60)
    assert set(reading.refused) == {(evening.room, "not_in_channel")}
    assert evening.heard == []


async def test_a_channel_that_was_deleted_withdraws_nothing(evening: Evening) -> None:
    evening.at(1)
    evening.keep(*evening.say(3), *evening.say(1, evening.topic))
    evening.channel.deleted = True
    reading = await evening.read_all(known=60)
    assert set(reading.refused) == {(evening.room, "channel_not_found")}
    assert evening.heard == []


async def test_a_scope_that_is_missing_withdraws_nothing_and_is_named(evening: Evening) -> None:
    evening.at(1)
    evening.remove(evening.keep(*evening.say(3))[1])
    for scope in ("channels:history", "groups:history", "im:history", "mpim:history"):
        evening.server.workspace.application.revoke(scope)
    reading = await evening.read_all(known=60)
    ((room, why),) = set(reading.refused)
    assert room == evening.room
    assert why.startswith("missing_scope: channels:history")
    assert evening.heard == []


async def test_a_channel_lost_on_the_way_withdraws_nothing_below(evening: Evening) -> None:
    evening.at(1)
    said = evening.keep(*evening.say(PAGE + 50))
    evening.remove(said[10], said[PAGE])
    hear = evening.hear

    async def lose(signal: Signal) -> None:
        evening.channel.members.pop(evening.server.workspace.bot.id, None)
        await hear(signal)

    evening.hear = lose  # type: ignore[method-assign]
    reading = await evening.read_all()
    assert evening.deleted() == [said[PAGE].ts]
    assert (evening.room, "not_in_channel") in reading.refused


async def test_other_channels_are_read_where_one_is_refused(evening: Evening) -> None:
    other = evening.server.workspace.channel("other", with_bot=False)
    places = evening.places

    async def two(platform: str) -> Sequence[Place]:
        return [Place("x", Room("slack", other.id), None, OPENS), *await places(platform)]

    evening.places = two  # type: ignore[method-assign]
    evening.at(1)
    said = evening.say(2)
    reading = await evening.read_new()
    assert reading.found == set(ids(said))
    assert reading.refused == ((Room("slack", other.id), "not_in_channel"),)


# ---------------------------------------------------------------- interrupted


@pytest.mark.parametrize("method", ["conversations.history", "conversations.replies"])
async def test_an_outage_is_told_and_withdraws_nothing_and_then_it_goes_on(
    evening: Evening, method: str
) -> None:
    evening.at(1)
    said = [*evening.say(3), *evening.say(3, evening.topic)]
    evening.server.faults.fail(method)
    with pytest.raises(Unreachable, match="HTTP 503"):
        await evening.read_new()
    assert evening.deleted() == []
    await evening.history.read_new()
    assert set(evening.kept) == set(ids(said))


async def test_a_cut_line_is_told_by_its_kind_alone(evening: Evening) -> None:
    evening.at(1)
    evening.say(3)
    evening.server.faults.cut_before("conversations.history", times=2)
    with pytest.raises(Unreachable, match="ServerDisconnectedError"):
        await evening.read_new()


async def test_a_token_that_counts_no_longer_is_refused_everywhere_and_not_in_a_room(
    evening: Evening,
) -> None:
    evening.server.workspace.application.revoked = "token_revoked"
    with pytest.raises(TokenRefused, match="the token was revoked"):
        await evening.read_new()


async def test_what_was_said_while_the_bot_was_outside_is_new_when_it_is_back(
    evening: Evening,
) -> None:
    evening.at(1)
    before = evening.keep(*evening.say(3), *evening.say(1, evening.topic))
    bot = evening.server.workspace.bot
    del evening.channel.members[bot.id]
    evening.at(10)
    for minutes in (10, 20):
        reading = await evening.read_new(known=minutes)
        assert reading.refused == ((evening.room, "not_in_channel"),)
    evening.at(21)
    outside = [*evening.say(2), *evening.say(2, evening.topic), *evening.say(1, before[0])]
    evening.channel.members[bot.id] = bot
    reading = await evening.read_new(known=30)
    assert reading.found == set(ids(outside))
    evening.heard.clear()
    await evening.read_new(known=40)
    assert evening.heard == []


async def test_it_goes_on_where_it_was_interrupted(evening: Evening) -> None:
    evening.at(1)
    said = evening.say(5 * PAGE)
    await evening.history.begin()
    for _ in range(5):
        evening.server.faults.fail("conversations.replies")  # ends it before or after a page
        evening.say(1, evening.topic)
        with contextlib.suppress(Unreachable):
            await evening.history.read_new()
        await evening.history.begin(NOW)
    evening.server.faults.forget()
    await evening.history.read_new()
    assert set(ids(said)) <= set(evening.kept)
    assert len(evening.kept) == len(said) + 5
    asked = [call.args.get("latest") for call in evening.histories() if call.args.get("latest")]
    assert len(asked) == len(set(asked)), "no page below the newest is read twice"


async def test_what_the_house_could_not_keep_is_read_again(evening: Evening) -> None:
    evening.at(1)
    said = [*evening.say(3), *evening.say(2, evening.topic)]
    await evening.history.begin()
    evening.broken = 1
    with pytest.raises(OSError, match="disk"):
        await evening.history.read_new()
    await evening.history.read_new()
    assert set(evening.kept) == set(ids(said))


async def test_a_new_absence_first_reads_what_it_missed_and_then_goes_on_below(
    evening: Evening,
) -> None:
    evening.at(1)
    said = evening.keep(*evening.say(3 * PAGE))
    await evening.read_new(known=60)
    evening.broken, first = 1, said[5]
    evening.at(70)
    await evening.ann.edit(first, "T1: yes")
    with pytest.raises(OSError, match="disk"):
        await evening.history.read_again()
    evening.server.requests.clear()
    evening.at(80)
    (new,) = evening.say()
    await evening.ann.edit(said[-1], "T1: no")
    assert (await evening.read_new(known=75)).found == {new.ts}
    await evening.history.read_again()
    assert {one.id for one in evening.heard if isinstance(one, Edited)} == {first.ts, said[-1].ts}


async def test_what_an_absence_left_unread_is_read_after_the_next_and_all_of_it_once_more(
    evening: Evening,
) -> None:
    evening.at(1)
    said = evening.say(3 * PAGE)
    hear = evening.hear

    async def fail(signal: Signal) -> None:
        if signal.id == said[0].ts:  # type: ignore[union-attr]
            raise OSError("the disk is full")
        await hear(signal)

    evening.hear = fail  # type: ignore[method-assign]
    with pytest.raises(OSError, match="disk"):
        await evening.read_new()
    evening.hear = hear  # type: ignore[method-assign]
    evening.remove(said[-1])
    evening.at(60)
    new = evening.say(PAGE)
    await evening.read_new(known=62)
    assert set(evening.kept) == set(ids([*said, *new]))
    await evening.history.read_again()
    assert evening.deleted() == [said[-1].ts]


async def test_a_thread_that_is_found_only_after_the_next_absence_is_read_from_the_first_on(
    evening: Evening,
) -> None:
    evening.at(31)
    (root,) = evening.say()
    (reply,) = evening.say(1, root)
    evening.at(33)
    evening.say(PAGE)
    hear = evening.hear

    async def fail(signal: Signal) -> None:
        if signal.id == root.ts:  # type: ignore[union-attr]
            raise OSError("the disk is full")
        await hear(signal)

    evening.hear = fail  # type: ignore[method-assign]
    with pytest.raises(OSError, match="disk"):
        await evening.read_new(known=30)
    evening.hear = hear  # type: ignore[method-assign]
    reading = await evening.read_new(known=60)
    assert {root.ts, reply.ts} <= set(evening.kept)
    assert reading.found >= {root.ts}


async def test_a_thread_that_failed_after_its_channel_was_read_is_read_from_the_first_on(
    evening: Evening,
) -> None:
    evening.at(40)
    (reply,) = evening.say(1, evening.topic)
    hear = evening.hear

    async def fail(signal: Signal) -> None:
        await evening.server.until(lambda: [one for one in evening.histories() if one.ok])
        await asyncio.sleep(0.1)  # lets the channel's reading end
        raise OSError("the disk is full")

    evening.hear = fail  # type: ignore[method-assign]
    with pytest.raises(OSError, match="disk"):
        await evening.read_new(known=30)
    evening.hear = hear  # type: ignore[method-assign]
    assert (await evening.read_new(known=60)).found == {reply.ts}


async def test_a_thread_that_was_not_come_to_goes_first(evening: Evening) -> None:
    evening.at(1)
    roots = evening.keep(*evening.say(2))
    replies = [evening.keep(*evening.say(1, root))[0] for root in (*roots, evening.topic)]
    await evening.read_new(known=60)
    await evening.ann.edit(replies[0], "T1: yes")  # the last one that is read
    evening.broken = 1
    with pytest.raises(OSError, match="disk"):
        await evening.history.read_again()
    first = evening.replies()[-1].args["ts"]
    done = len(evening.replies())
    await evening.read_all(known=70)
    asked = [c.args["ts"] for c in evening.replies()[done:] if c.args["oldest"] == ts_of(OPENS)]
    assert set(asked) == {*ids(roots), evening.topic.ts}
    assert asked[0] == first == roots[0].ts


async def test_an_interrupted_second_look_begins_where_it_was_and_covers_everything(
    evening: Evening,
) -> None:
    evening.at(1)
    said = evening.keep(*evening.say(4 * PAGE))
    await evening.read_new(known=60)  # the newest page
    again = asyncio.create_task(evening.history.read_again())
    await evening.server.until(lambda: len(evening.histories()) == 3)
    again.cancel()
    await asyncio.gather(again, return_exceptions=True)
    evening.remove(said[0], said[PAGE], said[2 * PAGE], said[-1])
    done = len(evening.histories())
    await evening.read_all(known=60)
    assert len(evening.deleted()) == 4
    bounds = [call.args.get("latest") for call in evening.histories()[done:]]
    below = [moment_of(str(one)) for one in bounds[1:]]
    assert below[0] < moment_of(said[3 * PAGE].ts), "not from the top"
    assert below != sorted(below, reverse=True), "the top comes last"


async def test_a_cursor_that_slack_has_forgotten_is_no_end(evening: Evening) -> None:
    evening.at(1)
    said = evening.say(PAGE + 5, evening.topic)
    await evening.history.begin()
    hear, replies = evening.hear, evening.replies

    async def forget(signal: Signal) -> None:
        if len(replies()) == 1 and not evening.server.faults.waiting:
            evening.server.faults.refuse("conversations.replies", "invalid_cursor")
        await hear(signal)

    evening.hear = forget  # type: ignore[method-assign]
    reading = await evening.history.read_new()
    assert (reading.found, reading.refused) == (frozenset(ids(said)), ())
    assert len(evening.replies()) == 4


# ---------------------------------------------------------------- what happens meanwhile


async def test_what_is_deleted_while_it_is_read_is_not_said_after_its_deletion(
    evening: Evening,
) -> None:
    evening.at(1)
    said = evening.say(2)
    evening.server.faults.hang("users.info", 0.2)
    await evening.history.begin()
    reading = asyncio.create_task(evening.history.read_new())
    await evening.server.until(lambda: evening.server.calls("users.info"))
    evening.history.note_deleted(Deleted(NOW, evening.room, said[0].ts))
    await reading
    assert evening.said() == [said[1].ts]


async def test_what_is_said_while_it_is_read_is_not_judged_and_not_lost(evening: Evening) -> None:
    evening.at(1)
    evening.say(PAGE + 5)
    hear = evening.hear
    meanwhile: list[Message] = []

    async def talk(signal: Signal) -> None:
        await hear(signal)
        if not meanwhile:
            meanwhile.extend(evening.keep(*evening.say(1), *evening.say(1, evening.topic)))

    evening.hear = talk  # type: ignore[method-assign]
    await evening.read_all()
    assert evening.deleted() == []
    assert set(ids(meanwhile)) <= set(evening.kept)


# ---------------------------------------------------------------- one call and 15 messages a minute


async def test_a_distributed_app_reads_everything_what_is_new_first_and_blocks_nobody(
    evening: Evening,
) -> None:
    evening.at(1)
    old = evening.keep(*evening.say(20), *evening.say(4, evening.topic))
    evening.at(60)
    new = [*evening.say(1), *evening.say(1, evening.topic)]
    evening.remove(old[3], old[21])
    evening.server.as_distributed(seconds=0.3)
    reading = await evening.read_new(known=30)
    assert (reading.found, reading.deleted) == (frozenset(ids(new)), 0)
    again = asyncio.create_task(evening.history.read_again())
    await evening.server.until(
        lambda: "conversations.history ratelimited" in evening.server.answers
    )
    assert (await web_client(evening.server).auth_test())["ok"]
    assert not again.done()
    reading = await again
    assert reading.deleted == 2
    assert set(evening.deleted()) == set(ids([old[3], old[21]]))
    assert any(call.status == 429 for call in evening.server.requests)
