"""A flood on Slack and on a built-in room: what is said to whom, and in whatever order it comes."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.desk import answers
from bot.engine import measures, wording
from bot.engine.commands import parse
from bot.engine.messages import Hold
from bot.engine.showing import Audience
from bot.engine.signals import Asked, Deleted, Edited, Said, Signal
from bot.intake.watch import lookout
from bot.store.codec import decode_event
from bot.transcripts.rendering import render
from tests.house import House, house, moderator, person, room_of, urojc
from tests.platforms.slack_house import SlackHouse, on_slack

LOOKOUT = lookout()
SERIES = urojc()
ROOM, HENRY = room_of(SERIES), moderator(SERIES)
ANN, TROLL = person("Ann"), person("Troll")
CHAT = "urojc-2026-12-07"
SECOND = timedelta(seconds=1)


async def log_of(at: House | SlackHouse) -> list[object]:
    async with at.store.reading() as tables:
        rows = await tables.connection.rows("SELECT kind, body FROM events ORDER BY seq")
    return [decode_event(kind, body) for kind, body in rows]


async def public(h: House) -> str:
    """Return the chat's transcript as it is published."""
    async with h.store.reading() as tables:
        chat = await tables.chat(CHAT)
        assert chat is not None
        return b"".join(
            [piece async for piece in render(tables, chat, "md", Audience.PUBLIC, b"salt")]
        ).decode()


# ---------------------------------------------------------------- Slack


async def test_on_slack_a_flood_is_told_held_and_brought_before_moderators(
    tmp_path: Path,
) -> None:
    async with on_slack(tmp_path) as at:
        at.runner.lookout = LOOKOUT  # what `bot.app` gives it
        topic = await at.start()
        said = [await at.ann.say(at.channel, f"Buy {n}", thread=topic) for n in range(9)]
        await at.until(lambda: len(at.ann.inbox) == 2)
        assert "much within a short time" in at.ann.inbox[0].text
        assert "held back" in at.ann.inbox[1].text
        rows = await at.rows()
        assert [rows[one.ts].held for one in said] == [Hold.NONE] * 8 + [Hold.RULE]
        assert said[-1] in at.channel.messages or said[-1].text == "Buy 8"


async def test_on_slack_moderators_mute_and_are_told_what_slack_cannot_do(
    tmp_path: Path,
) -> None:
    async with on_slack(tmp_path) as at:
        topic = await at.start()
        rude = await at.ann.say(at.channel, "Rude", thread=topic)
        await at.until(lambda: _has(at, rude.ts))

        async def told(text: str) -> str:
            answer = await (await at.henry.command(at.channel, "/chat", text)).done()
            return answer.text

        assert f"<@{at.ann.id}> is muted until" in await told("mute @Ann 30m")
        await at.until(lambda: at.ann.inbox)
        assert "has muted you until" in at.ann.inbox[0].text
        more = await at.ann.say(at.channel, "Ruder", thread=topic)
        await at.until(lambda: _has(at, more.ts))
        assert (await at.rows())[more.ts].held is Hold.MODERATOR
        assert "no app delete" in await told(f"remove {rude.ts}")
        assert "no slow mode" in await told("slow 10s")
        log = await told("log")
        assert "muted" in log
        assert f"/chat mute {at.ann.id} 0m" in log
        assert f"<@{at.ann.id}> can write again" in await told(f"mute {at.ann.id} 0m")
        assert (await at.rows())[more.ts].held is Hold.NONE


async def _has(at: SlackHouse, message: str) -> bool:
    return message in await at.rows()


# ---------------------------------------------------------------- the order of arrival


def spoken(h: House) -> list[Signal]:
    """Return what is said, edited and deleted while the troll is muted, and before and after."""
    start = h.clock()
    signals: list[Signal] = []
    for n in range(0, 120, 5):
        at = start + SECOND * n
        signals.append(Said(at, ROOM, f"t{n}", TROLL, f"Nonsense {n}"))
        signals.append(Said(at, ROOM, f"a{n}", ANN, f"A1: sense {n}"))
    signals.append(Edited(start + SECOND * 100, ROOM, "t50", "Other nonsense"))
    signals.append(Deleted(start + SECOND * 101, ROOM, "t55"))
    signals.append(Edited(start + SECOND * 102, ROOM, "t0", "Early, reworded"))
    signals.append(Edited(start + SECOND * 60, ROOM, "t20", "Reworded meanwhile"))
    signals.append(Edited(start + SECOND * 61, ROOM, "t15", "Reworded too"))
    signals.append(Edited(start + SECOND * 103, ROOM, "t15", "Reworded afterwards"))
    return signals


@pytest.mark.parametrize("seed", range(6))
async def test_what_is_said_while_somebody_is_muted_is_in_no_transcript_in_whatever_order_it_comes(
    tmp_path: Path, seed: int
) -> None:
    async with house(tmp_path, SERIES) as h:
        await h.start(SERIES)
        signals = spoken(h)
        mute = measures.Muted.__name__
        random.Random(seed).shuffle(signals)
        early = Said(h.clock(), ROOM, "first", TROLL, "Hello")
        await h.runner.handle(early)
        ask = Asked(h.clock() + SECOND * 30, ROOM, HENRY, parse("mute Troll 1m")[1])
        half = len(signals) // 2
        await asyncio.gather(*map(h.runner.handle, [*signals[:half], ask, *signals[half:]]))
        assert [type(one).__name__ for one in await log_of(h)].count(mute) == 1
        text = await public(h)
        shown = {n for n in range(0, 120, 5) if f"Nonsense {n}" in text}
        assert shown == {5, 10, 25, *range(90, 120, 5)}
        assert "Early, reworded" in text
        assert "Other nonsense" not in text
        assert "Reworded meanwhile" not in text
        assert "Reworded too" not in text
        assert "Reworded afterwards" in text
        assert all(f"sense {n}" in text for n in range(0, 120, 5))


async def test_a_flood_of_two_thousand_messages_writes_little_and_leaves_a_clean_transcript(
    tmp_path: Path,
) -> None:
    async with house(tmp_path, replace(SERIES)) as h:
        h.runner.lookout = LOOKOUT
        await h.start(SERIES)
        before = len(await log_of(h))
        start = h.clock()
        flood = [
            Said(start + SECOND * n / 10, ROOM, f"f{n}", TROLL, f"Buy now {n}.")
            for n in range(2000)
        ]
        await asyncio.gather(*map(h.runner.handle, flood))
        assert len(await log_of(h)) - before < 20
        text = await public(h)
        assert [n for n in range(2000) if f"Buy now {n}." in text] == list(range(8))


# ---------------------------------------------------------------- links of whoever is muted

LINKS = "T1: join https://discord.gg/abcdef and https://casino.example/x"


@pytest.mark.parametrize("is_edit", [False, True])
async def test_a_link_of_whoever_is_muted_is_not_published_when_the_mute_is_taken_back(
    tmp_path: Path, is_edit: bool
) -> None:
    series = replace(SERIES, agenda=replace(SERIES.agenda, blocked_domains=("casino.example",)))
    async with house(tmp_path, series) as h:
        h.runner.lookout = LOOKOUT
        await h.start(series)
        await h.say(ROOM, TROLL, "T1: fine", message="m1")
        h.clock.advance(SECOND * 120)
        await h.ask("mute Troll 30m", HENRY, ROOM)
        h.clock.advance(SECOND * 120)
        if is_edit:
            await h.edit(ROOM, "m1", LINKS)
        else:
            await h.say(ROOM, TROLL, LINKS, message="m2")
        linked = "m1" if is_edit else "m2"
        assert (await h.message(ROOM, linked)).held is Hold.RULE
        await h.ask("mute Troll 0m", HENRY, ROOM)
        assert (await h.message(ROOM, linked)).held is Hold.RULE
        text = await public(h)
        assert "casino" not in text
        assert "discord.gg" not in text
        async with h.store.reading() as tables:
            steps = wording.plain(await answers.steps(tables, await h.chat(CHAT)))
        assert "Rule blocked_link held" in steps
        assert "(a link to a site that is not wanted here)" in steps
        assert f"Undo: /chat clear {linked}" in steps
        await h.ask(f"clear {linked}", HENRY, ROOM)
        assert "casino" in await public(h)
