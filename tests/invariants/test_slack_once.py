"""Each post on Slack once, in order, whatever becomes of Slack's answers; so is what people say."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.invariants.on_slack import OnSlack, on_slack
from tests.slack.channels import Channel
from tests.slack.deliveries import Delivery

MODES = pytest.mark.parametrize("signed", [False, True], ids=["socket", "http"])

KINDS = {
    "opening": "chat.postMessage",
    "topic": "chat.postMessage",
    "closing": "chat.postMessage",
    "picture": "files.completeUploadExternal",
    "amended": "chat.update",
    "archived": "conversations.archive",
}
"""What is asked of Slack in a chat; each is the name of one for which its answer is lost."""

ENDING = ("closing", "picture", "amended", "archived", "told")


@dataclass
class Moment:
    """08:00, when in each of seven chats something is due of which the answer will be lost."""

    club: OnSlack
    channels: dict[str, Channel]

    async def comes(self, times: int) -> None:
        """Let the clock be there, and wait until of everything that was done the answer is lost."""
        faults = self.club.slack.faults
        where = {name: self.channels[name].id for name in KINDS}
        for name, method in KINDS.items():
            faults.cut_after(method, times, channel=where[name])
        privately = self.club.workspace.conversation(self.club.henry).id
        faults.cut_after("chat.postMessage", times, channel=privately)
        met = [*faults.waiting]
        await self.club.later(minutes=60)
        await self.club.until(lambda: all(fault.times < times for fault in met))

    async def once(self) -> None:
        """See that everything was done once."""
        club = self.club
        await club.settled()
        await club.posted_in(self.channels["opening"], "Welcome", "T1")
        await club.posted_in(self.channels["topic"], "Welcome", "T1", "T2")
        for name in ENDING:
            channel = self.channels[name]
            await club.posted_in(channel, "Welcome", "T1", "Closed")
            files = [file.name for one in channel.messages for file in one.files]
            assert files == [f"{name}-2034-12-04.png"]
            assert "Closed. What is said" in club.topic(1, channel).text
            assert channel.archived == (name == "archived")
        assert sorted(text.split()[1] for text in self.told) == sorted(ENDING)
        sent = [file.name for one in club.henry.inbox for file in one.files]
        assert sorted(sent) == sorted(
            f"{name}-2034-12-04.{kind}" for name in ENDING for kind in ("html", "png")
        )
        for channel in self.channels.values():
            asked = [one for one in club.slack.calls("chat.postMessage") if one.status in (0, 200)]
            there = [one for one in asked if one.args["channel"] == channel.id]
            assert len(there) == len(club.by_bot(channel))

    @property
    def told(self) -> list[str]:
        """What the moderator was told privately in words."""
        return [one.text for one in self.club.henry.inbox if one.text]


async def at_eight(club: OnSlack) -> Moment:
    """Bring about the minutes before: six chats run, of which five are to end, and one opens."""
    channels = {"opening": club.series("opening", "0m", starts="2034-12-04 08:00")}
    channels["topic"] = club.series("topic", "0m", "60m")
    for name in ENDING:
        more = {"archive": "channel"} if name == "archived" else {}
        channels[name] = club.series(name, "0m", window="1h", **more)
    await club.start()
    await club.later(minutes=10)
    for name in ("topic", *ENDING):
        await club.posted_in(channels[name], "Welcome", "T1")
    await club.settled()
    return Moment(club, channels)


@MODES
async def test_every_answer_of_slack_is_lost_once(tmp_path: Path, signed: bool) -> None:
    async with on_slack(tmp_path, signed=signed) as club:
        moment = await at_eight(club)
        await moment.comes(times=1)
        await club.later(seconds=10)
        await moment.once()
        assert club.slack.faults.waiting == []


@MODES
async def test_killed_before_any_answer_came_and_started_when_much_was_said_since(
    tmp_path: Path, signed: bool
) -> None:
    async with on_slack(tmp_path, signed=signed) as club:
        moment = await at_eight(club)
        await moment.comes(times=99)
        await club.process.kill()
        club.slack.faults.forget()
        for number in range(250):
            who = club.joao if number % 2 else club.maria
            await club.say(who, f"This is number {number}", channel=moment.channels["topic"])
            await club.later(seconds=4)  # so that neither says so much that a rule looks at it
        await club.start()
        await moment.once()


async def test_a_flood_while_the_program_is_down_is_told_to_its_author_in_a_few_words(
    tmp_path: Path,
) -> None:
    """Slack is read back newest first; each step of the ladder is told of once all the same."""
    async with on_slack(tmp_path) as club:
        channel = club.series("flooded", "0m")
        await club.start()
        await club.later(minutes=10)
        await club.posted_in(channel, "Welcome", "T1")
        await club.settled()
        await club.process.kill()
        said = [
            await club.say(club.maria, f"Maria floods {number}", channel=channel)
            for number in range(250)
        ]
        await club.later(minutes=10)
        await club.start()
        await club.is_kept("flooded-2034-12-04", [one.text for one in said])
        await club.settled()
        told = [one.text for one in club.maria.inbox]
        assert 1 < len(told) <= 4
        assert all("you have written much within a short time" in text for text in told)
        held = club.process.rows("SELECT id FROM messages WHERE held = 'rule'")
        assert len(held) > 200


def shuffled(deliveries: list[Delivery]) -> list[Delivery]:
    """Return the last first, and every other one twice."""
    backwards = list(reversed(deliveries))
    return [*backwards, *backwards[::2]]


@MODES
async def test_limits_failures_and_silence_of_slack_lose_and_move_nothing(
    tmp_path: Path, signed: bool
) -> None:
    """Each in one chat, beside another that goes on meanwhile; and events come as they like."""
    async with on_slack(tmp_path, signed=signed) as club:
        names = ("limited", "refused", "broken", "silent", "other")
        channels = {name: club.series(name, "0m", "1m", "2m", "3m") for name in names}
        await club.start()
        await club.later(minutes=10)
        for channel in channels.values():
            await club.posted_in(channel, "Welcome", "T1")
        await club.settled()
        faults, posts = club.slack.faults, "chat.postMessage"
        faults.too_many(posts, times=2, retry_after=1, channel=channels["limited"].id)
        faults.too_many(posts, retry_after=240, channel=channels["refused"].id)
        for status in (500, 503):
            faults.fail(posts, status=status, channel=channels["broken"].id)
        faults.hang(posts, 3, channel=channels["silent"].id)

        for said in (("T1", "T2"), ("T1", "T2", "T3")):
            await club.later(minutes=1)
            await club.posted_in(channels["other"], "Welcome", *said)
        assert club.posts_in(channels["refused"]) == ["Welcome", "T1"]
        await club.process.kill()
        await club.start()
        await club.until(lambda: club.logged("broken-2034-12-04", "HTTP 503"))
        late = [channels[name] for name in ("refused", "broken", "silent")]
        await club.passes(lambda: all(len(club.posts_in(channel)) >= 5 for channel in late))
        for channel in channels.values():
            await club.posted_in(channel, "Welcome", "T1", "T2", "T3", "T4")
        assert faults.waiting == []

        deliveries, there = club.slack.deliveries, channels["other"]
        deliveries.hold()
        first = await club.say(club.maria, "T1: Maria is first", channel=there)
        answer = await club.say(club.joao, "João answers her", first, channel=there)
        await club.maria.edit(first, "T1: Maria was first")
        gone = await club.say(club.joao, "T2: João takes this back", channel=there)
        await club.joao.delete(gone)
        deliveries.release(shuffled)
        await club.until(lambda: all(one.acknowledged for one in deliveries.all))
        await asyncio.sleep(1.1)  # signed anew: the same signature once more is no redelivery
        for delivery in deliveries.named("message")[-3:]:
            deliveries.again(delivery)
        await club.until(lambda: all(one.acknowledged for one in deliveries.all))
        await club.is_kept("other-2034-12-04", [first.text, answer.text])
