"""Two chats of an hour at once on Slack, held by the program as their moderator asks."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.invariants.on_slack import OnSlack, on_slack
from tests.slack.channels import Channel
from tests.slack.people import Person

NEVER = "2099-01-05 07:00"
ASKS = ("0m", "15m", "30m", "45m")


async def ask(club: OnSlack, channel: Channel, text: str, who: Person | None = None) -> str:
    """Let somebody ask; it is acknowledged within three seconds and told to them alone."""
    typed = await (who or club.henry).command(channel, "/chat", text)
    await typed.acked()
    told = await typed.done()
    assert told.messages == []
    assert len(told.ephemerals) == 1
    return told.text


@pytest.mark.parametrize("signed", [False, True], ids=["socket", "http"])
async def test_two_chats_of_an_hour_are_held_by_commands_at_once(
    tmp_path: Path, signed: bool
) -> None:
    async with on_slack(tmp_path, signed=signed) as club:
        tweet = club.series("tweet", *ASKS, window="1h", starts=NEVER)
        more = {"publish": "true", "archive": "channel"}
        other = club.series("other", *ASKS, window="1h", starts=NEVER, **more)
        await club.start()
        assert "for the moderators" in await ask(club, tweet, "start tweet", club.maria)
        chats = {}
        for channel, series in ((tweet, "tweet"), (other, "other")):
            assert f"is open as {series}-" in await ask(club, channel, f"start {series}")
            await club.posted_in(channel, "Welcome", "T1")
            rows = club.process.rows("SELECT chat FROM chats WHERE chat LIKE ?", f"{series}-%")
            ((chats[channel],),) = rows

        await ask(club, tweet, "next")
        await ask(club, tweet, "skip")
        await ask(club, tweet, "topic What else & why?")
        await ask(club, tweet, "next")
        await club.posted_in(tweet, "Welcome", "T1", "T2", "T4")
        await ask(club, tweet, "pause")
        await ask(club, tweet, "resume")
        await ask(club, tweet, "extend 30m")
        begun = ["Welcome", "T1", "T2", "T4", "Paused", "Topics", "The"]
        await club.posted_in(tweet, *begun)
        first = await club.say(club.maria, "Maria answers the first", channel=tweet)
        gone = await club.say(club.joao, "T2: João takes this back", channel=tweet)
        await club.is_kept(str(chats[tweet]), [first.text, gone.text])
        await ask(club, tweet, f"place {first.ts} T1")
        taken = await club.joao.shortcut("Withdraw", gone)
        await taken.acked()
        await taken.heard_privately()
        await club.is_kept(str(chats[tweet]), [first.text])
        assert "tweet" in await ask(club, tweet, "list")
        assert "topics posted" in await ask(club, tweet, "status")

        for topics in (2, 3, 4):
            await club.later(minutes=15)
            names = [f"T{number}" for number in range(1, topics + 1)]
            await club.posted_in(other, "Welcome", *names)
        await club.say(club.maria, "T4: Maria elsewhere", channel=other)
        await club.is_kept(str(chats[other]), ["T4: Maria elsewhere"])
        await club.later(minutes=16)
        await club.posted_in(other, "Welcome", *names, "Closed", "The")
        assert "Closed" not in club.posts_in(tweet), "it was extended"
        assert "is closed" in await ask(club, tweet, "close")
        await club.handed_over(str(chats[other]))
        await club.until(lambda: other.archived)
        files = [file.name for one in other.everything for file in one.files]
        assert files == [f"{chats[other]}.png", f"{chats[other]}-public.html"], "before archived"
        topics_of = [club.topic(number, other).text for number in range(1, 5)]
        assert all("Closed. What is said in this thread" in text for text in topics_of)
        page = (await club.handed_over(str(chats[tweet]))).content.decode()
        assert first.text in page
        assert gone.text not in page
        assert "was sent to you by direct message" in await ask(club, tweet, "transcript md")
        await club.settled()
