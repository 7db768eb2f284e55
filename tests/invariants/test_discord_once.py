"""Each post once, in order, whatever becomes of Discord's answers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.discord.places import Channel
from tests.discord.rules import Permission
from tests.discord.threads import Thread
from tests.invariants.on_discord import OnDiscord, on_discord

KINDS = ("opening", "thread", "topic", "closing", "archive", "told")
"""What is asked of Discord in a chat; each is the name of a chat for which its answer is lost."""


@dataclass
class Moment:
    """08:00, when in each of six chats something is due of which the answer will be lost."""

    club: OnDiscord
    channels: dict[str, Channel]
    faults: dict[str, str]

    def thread(self, name: str) -> Thread:
        (thread,) = self.channels[name].threads
        return thread

    async def comes(self, times: int) -> None:
        """Let the clock be there, and wait until of everything that was done the answer is lost."""
        for fault in self.faults.values():
            self.club.discord.faults.cut_after(fault, times)
        await self.club.later(minutes=60)
        for fault in self.faults.values():
            await self.club.until(partial(self.club.sent, *fault.replace("*", r"\d+").split()))

    async def once(self) -> None:
        """See that everything was done once."""
        club = self.club
        await club.settled()
        for name in ("opening", "thread"):
            await club.posted(self.channels[name], "Welcome")
            await club.posted(self.thread(name), "T1")
        await club.posted(self.thread("topic"), "T1", "T2")
        for name in ("closing", "archive", "told"):
            await club.posted(self.channels[name], "Welcome")
            await club.posted(self.thread(name), "T1", "Closed")
            assert self.thread(name).locked
            assert self.thread(name).archived
            assert len(club.sent("PATCH", f"/channels/{self.thread(name).id}")) == 1
        assert sorted(text.split()[1] for text in club.told(club.henry)) == [
            "archive", "closing", "told",
        ]  # fmt: skip


async def at_eight(club: OnDiscord) -> Moment:
    """Bring about the minutes before: three chats run, three open or close by themselves."""
    channels = {kind: club.guild.channel(kind) for kind in KINDS}
    for name in ("opening", "thread"):
        club.agenda(name, channels[name], {"0m": "First?"}, "48h", "2034-12-04 08:00")
    for name in ("closing", "archive", "told"):
        club.agenda(name, channels[name], {"0m": "First?"}, "1h", "2034-12-04 07:00")
    asks = {"0m": "First?", "60m": "Second?"}
    club.agenda("topic", channels["topic"], asks, "48h", "2034-12-04 07:00")
    await club.start()
    await club.announced("archive", "closing", "told", "topic", "opening", "thread")
    await club.later(minutes=10)
    threads = {}
    for name in ("topic", "closing", "archive", "told"):
        threads[name] = await club.thread(channels[name])
        await club.posted(threads[name], "T1")
    await club.settled()
    privately = club.discord.world.conversation(club.henry.user)
    return Moment(
        club,
        channels,
        {
            "opening": f"POST /channels/{channels['opening'].id}/messages",
            "thread": f"POST /channels/{channels['thread'].id}/messages/*/threads",
            "topic": f"POST /channels/{threads['topic'].id}/messages",
            "closing": f"POST /channels/{threads['closing'].id}/messages",
            "archive": f"PATCH /channels/{threads['archive'].id}",
            "told": f"POST /channels/{privately.id}/messages",
        },
    )


async def test_every_answer_is_lost_once(tmp_path: Path) -> None:
    """Where the history may not be read, the nonce alone keeps a post from coming twice."""
    async with on_discord(tmp_path) as club:
        moment = await at_eight(club)
        for name in ("opening", "topic"):
            moment.channels[name].deny(Permission.READ_MESSAGE_HISTORY)
        await moment.comes(times=1)
        await club.later(seconds=10)
        await moment.once()
        assert club.discord.faults.waiting == []


async def test_killed_before_any_answer_came_and_started_when_discord_has_forgotten(
    tmp_path: Path,
) -> None:
    async with on_discord(tmp_path) as club:
        moment = await at_eight(club)
        await moment.comes(times=99)
        await club.process.kill()
        club.discord.faults.forget()
        for number in range(250):
            who = club.joao if number % 2 else club.maria
            await club.say(who, moment.thread("topic"), f"This is number {number}")
            await club.later(seconds=4)  # neither says so much that a rule for new accounts sees it
        await club.start()
        await moment.once()


async def test_limits_failures_and_silence_of_discord_lose_and_move_nothing(
    tmp_path: Path,
) -> None:
    """Each in one chat, beside another that goes on meanwhile; in the end one is killed."""
    async with on_discord(tmp_path) as club:
        asks = {"0m": "First?", "1m": "Second?", "2m": "Third?", "3m": "Fourth?"}
        threads = {}
        for name in ("limited", "refused", "broken", "silent", "other"):
            channel = club.guild.channel(name)
            club.agenda(name, channel, asks, "48h")
        await club.start()
        for name in ("limited", "refused", "broken", "silent", "other"):
            threads[name] = await club.open(name, club.guild.channel(name))
            await club.posted(threads[name], "T1")
        await club.settled()
        posts = {name: f"POST /channels/{thread.id}/messages" for name, thread in threads.items()}
        faults = club.discord.faults
        faults.too_many(posts["limited"], times=3, retry_after=0.2)
        faults.too_many(posts["refused"], retry_after=90)
        faults.fail(posts["broken"], times=1, status=500)
        faults.fail(posts["broken"], times=1, status=503)
        faults.hang(posts["silent"], seconds=4)

        for posts_so_far in (("T1", "T2"), ("T1", "T2", "T3")):
            await club.later(minutes=1)
            await club.posted(threads["other"], *posts_so_far)
            await club.posted(threads["limited"], *posts_so_far)
        assert club.posts(threads["silent"]) == ["T1"]
        await club.process.kill()
        await club.start()
        await club.until(lambda: club.logged("broken", "HTTP 503"))
        late = [threads[name] for name in ("refused", "broken", "silent")]
        for times, minutes in enumerate((1, 2, 2), 2):
            await club.later(minutes=minutes)
            for thread in late:
                await club.posted(thread, *("T1", "T2", "T3", "T4")[:times])
        for thread in threads.values():
            await club.posted(thread, "T1", "T2", "T3", "T4")
        assert faults.waiting == []
