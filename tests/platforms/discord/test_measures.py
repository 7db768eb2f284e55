"""Measures as the real library takes them, on a Discord that keeps its rules."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.engine import measures
from bot.engine.actions import Remove, SlowMode, TimeOut, apart
from bot.engine.messages import Hold
from bot.intake.watch import lookout
from bot.platforms.platform import Errand, Hindered, Impossible
from bot.store.codec import decode_event
from tests.discord.rules import Permission, Refusal
from tests.platforms.discord_house import DiscordHouse, on_discord

LOOKOUT = lookout()
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[DiscordHouse]:
    """Give a house that looks for everything and removes what it holds."""
    async with on_discord(tmp_path) as house:
        house.runner.lookout = LOOKOUT  # what `bot.app` gives it
        series = house.series["urojc"]
        agenda = replace(series.agenda, hide=True, blocked_domains=("example.com",))
        house.series = {"urojc": replace(series, agenda=agenda)}
        house.guild.grant(Permission.MANAGE_MESSAGES)
        yield house


async def happened(at: DiscordHouse, kind: type[measures.Measure]) -> list[measures.Measure]:
    """Return the measures of a kind in the chat's log."""
    async with at.store.reading() as tables:
        rows = await tables.connection.rows("SELECT kind, body FROM events ORDER BY seq")
    events = [decode_event(name, body) for name, body in rows]
    return [event for event in events if isinstance(event, kind)]


def errand(at: DiscordHouse, action: SlowMode | TimeOut | Remove, *, again: bool = False) -> Errand:
    now = at.clock()
    return Errand("c/1/0", action, now, since=now if again else None)


# ---------------------------------------------------------------- from what is said to what is done


async def test_a_flood_goes_up_the_ladder_on_discord(at: DiscordHouse) -> None:
    thread = await at.start()
    said = [await at.ann.say(thread, f"Buy this now {n}") for n in range(9)]
    await at.until(lambda: len(at.ann.inbox) == 2)
    assert "much within a short time" in at.ann.inbox[0].content
    assert "held back" in at.ann.inbox[1].content
    await at.until(lambda: said[-1] not in thread.messages)
    assert said[:-1] == [one for one in thread.messages if one in said]
    held = (await at.rows())[str(said[-1].id)]
    assert (held.held, held.text) == (Hold.RULE, "Buy this now 8")
    for n in range(2):
        at.server.world.now = _later(at, 12)
        for m in range(8):
            with contextlib.suppress(Refusal):
                await at.ann.say(thread, f"Buy that {n} {m}")
    await at.until(lambda: thread.rate_limit_per_user == 10)
    await at.until(lambda: any("/chat log" in one.content for one in at.henry.inbox))
    (alert, *_) = (one for one in at.henry.inbox if "/chat log" in one.content)
    assert f"<#{thread.id}>" in alert.content  # a link where `bot.desk.signposts` is
    assert "Buy" not in alert.content


def _later(at: DiscordHouse, seconds: int) -> Callable[[], datetime]:
    now = at.server.world.now
    return lambda: now() + timedelta(seconds=seconds)


async def test_a_patients_message_is_removed_stays_held_and_its_author_is_told(
    at: DiscordHouse,
) -> None:
    thread = await at.start()
    bad = await at.ann.say(thread, "Our patient, MRN 00482913, bled again")
    await at.until(lambda: bad not in thread.messages)
    await at.until(lambda: at.ann.inbox)
    assert "takes it out of the room" in at.ann.inbox[0].content
    row = (await at.rows())[str(bad.id)]
    assert (row.withdrawn, row.held, row.text) == (
        False, Hold.PRIVACY, "Our patient, MRN 00482913, bled again",
    )  # fmt: skip
    fine = await at.ann.say(thread, "Our patient bled again")
    await at.until(lambda: _has(at, str(fine.id)))
    assert (await at.rows())[str(fine.id)].held is Hold.NONE
    await at.henry.command(thread, "chat clear", message=str(bad.id))
    await at.until(lambda: _is(at, str(bad.id), Hold.NONE))
    assert (await at.rows())[str(bad.id)].text


async def _has(at: DiscordHouse, message: str) -> bool:
    return message in await at.rows()


async def _is(at: DiscordHouse, message: str, hold: Hold) -> bool:
    return (await at.rows())[message].held is hold


async def test_a_moderator_mutes_slows_removes_and_reads_the_log(at: DiscordHouse) -> None:
    thread = await at.start()
    rude = await at.ann.say(thread, "Rude")
    await at.until(lambda: _has(at, str(rude.id)))
    answer = await (
        await at.henry.command(thread, "chat mute", person=at.ann.mention, length="30m")
    ).done()
    assert f"{at.ann.mention} is muted until" in answer.text
    assert f"/chat mute {at.ann.id} 0m" in answer.text
    await at.until(lambda: at.ann.is_silenced)
    with pytest.raises(Refusal):
        await at.ann.say(thread, "Ruder")
    await (await at.henry.command(thread, "chat mute", person="Ann", length="0m")).done()
    await at.until(lambda: not at.ann.is_silenced)
    await (await at.henry.command(thread, "chat slow", every="30s")).done()
    await at.until(lambda: thread.rate_limit_per_user == 30)
    await (await at.henry.command(thread, "chat slow", every="off")).done()
    await at.until(lambda: thread.rate_limit_per_user == 0)
    link = f"https://discord.com/channels/{at.guild.id}/{thread.id}/{rude.id}"
    await (await at.henry.command(thread, "chat hold", message=link, also="remove")).done()
    await at.until(lambda: rude not in thread.messages)
    assert (await at.rows())[str(rude.id)].held is Hold.MODERATOR
    log = await (await at.henry.command(thread, "chat log")).done()
    henry, ann = at.henry.mention, at.ann.mention
    said = f"{henry} muted {ann}", f"let {ann} write again", "slowed", f"/chat clear {rude.id}"
    for words in said:
        assert words in log.text
    assert "Rude" not in log.text


# ---------------------------------------------------------------- one by one


async def test_a_message_that_its_author_deleted_before_us_is_named(at: DiscordHouse) -> None:
    thread = await at.start()
    one, two = await at.ann.say(thread, "One"), await at.ann.say(thread, "Two")
    place = apart("discord", Remove)
    await at.ann.delete(one)
    remove = Remove(place, at.room, str(one.id), str(thread.id))
    assert (await at.discord.perform(errand(at, remove))).ref == str(one.id)
    assert (await at.discord.perform(errand(at, remove, again=True))).ref == ""
    there = replace(remove, message=str(two.id))
    assert (await at.discord.perform(errand(at, there))).ref == ""
    assert two not in thread.messages


async def test_what_is_missing_is_named_with_discords_own_word(at: DiscordHouse) -> None:
    thread = await at.start()
    bad = await at.ann.say(thread, "One")
    at.guild.deny(Permission.MANAGE_MESSAGES | Permission.MODERATE_MEMBERS)
    remove = Remove(apart("discord", Remove), at.room, str(bad.id), str(thread.id))
    with pytest.raises(Hindered, match="Manage Messages is missing"):
        await at.discord.perform(errand(at, remove))
    out = TimeOut(apart("discord", TimeOut), at.room, str(at.ann.id), at.clock() + MINUTE)
    with pytest.raises(Hindered, match="Moderate Members is missing"):
        await at.discord.perform(errand(at, out))


async def test_whoever_is_above_the_bot_cannot_be_silenced_and_who_left_needs_not(
    at: DiscordHouse,
) -> None:
    await at.start()
    boss = at.guild.member("Boss", roles=[at.guild.role("Boss", Permission.ADMINISTRATOR)])
    out = TimeOut(apart("discord", TimeOut), at.room, str(boss.id), at.clock() + MINUTE)
    with pytest.raises(Impossible, match="administrators"):
        await at.discord.perform(errand(at, out))
    await at.discord.perform(errand(at, replace(out, person="123456789012345678")))
    await at.discord.perform(errand(at, replace(out, until=None)))


async def test_a_chat_without_a_thread_cannot_be_slowed_and_one_put_away_needs_not(
    at: DiscordHouse,
) -> None:
    thread = await at.start()
    slow = SlowMode(apart("discord", SlowMode), at.room, 10, at.clock() + MINUTE)
    with pytest.raises(Impossible, match="no thread"):
        await at.discord.perform(errand(at, slow))
    thread.archive_by_hand()
    await at.discord.perform(errand(at, replace(slow, threads=(str(thread.id), "12345"))))
    assert thread.rate_limit_per_user == 0
    thread.unarchive_by_hand()
    await at.discord.perform(errand(at, replace(slow, threads=(str(thread.id),))))
    assert thread.rate_limit_per_user == 10
