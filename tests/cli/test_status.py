"""What a store's status tells, of chats that were really held in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.cli.situation import Due, Serving, Status, Stuck
from bot.cli.status import said_of, status_of
from bot.engine.actions import Post, PostKind, Tell, privately
from bot.engine.agenda import Room, Series
from bot.engine.people import Person
from bot.engine.signals import HelpAsked, Hindered, ReadBack, Undeliverable, Woke
from bot.store import queue
from bot.store.queue import Leased
from tests.house import QUESTIONS, START, House, house, moderator, person, room_of, urojc

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
THERE = Room("discord", "345678901234567890")
ID = "urojc-2026-12-07"
NOBODY = Serving("", "http://127.0.0.1:8080")
READY = {"status": "ready", "platforms": {"discord": {"connected": True, "current": True}}}
SERVED = Serving("rounds run, process 7 on here", "http://127.0.0.1:8080", READY)


async def status(h: House, serving: Serving = SERVED) -> Status:
    async with h.store.reading() as tables:
        return await status_of(tables, "data/rounds.db", serving, h.clock())


def on_discord() -> Series:
    """Return a club in a room of Rounds' own and in a channel on Discord."""
    series = urojc()
    rooms = (*series.agenda.rooms, THERE)
    return Series(series.name, replace(series.agenda, rooms=rooms), series.schedule)


async def leased(h: House) -> Leased:
    """Take the first post for Discord, as its adapter would."""
    async with h.store.writing() as tables:
        lanes = [lane for lane in await queue.lanes(tables.connection) if lane.room == THERE]
        now = h.clock()
        found = await queue.lease(tables.connection, lanes[0], now, now + MINUTE, "")
        assert isinstance(found, Leased)
        return found


def says(stuck: Sequence[Stuck], what: str) -> Stuck:
    """Return the one thing that is stuck whose sentence begins so."""
    (found,) = [one for one in stuck if one.what.startswith(what)]
    return found


async def test_of_a_store_without_chats_there_is_nothing_to_tell(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        found = await status(h, NOBODY)
        assert (found.running, found.due, found.stuck) == ((), (), ())


async def test_a_chat_that_runs_is_told_with_its_window_topic_and_talk(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        series = urojc()
        await h.start(series)
        for name in ("Ann", "Bo", "Ann", "henry"):
            await h.say(room_of(series), person(name), "T1: Yes.")
        await h.say(room_of(series), moderator(series), "Welcome.")
        await h.live(7 * HOUR)
        (one,) = (await status(h)).running
        assert (one.chat, one.zone, one.rooms) == (ID, "Australia/Sydney", ("local:urojc",))
        assert (one.opened_at, one.closes_at) == (START, START + 48 * HOUR)
        assert (one.topic, one.topics, one.ask) == (2, 3, QUESTIONS[1])
        await h.ask("skip", moderator(series), room_of(series))
        (one,) = (await status(h)).running
        assert one.topics == 3, "T2 of 3 goes on to be so where T3 is left out"
        assert one.topic_at == START + 6 * HOUR
        assert (one.messages, one.people, one.paused) == (4, 3, False)
        await h.ask("pause", moderator(series), room_of(series))
        assert (await status(h)).running[0].paused


async def test_what_is_due_is_told_by_chat_in_order_of_time(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        series = urojc()
        await h.start(series)
        later, soon = urojc("later"), urojc("soon", questions=QUESTIONS[:1])
        soon = Series("soon", replace(soon.agenda, reminders=()), soon.schedule)
        await h.plan(later, START + 30 * HOUR)
        await h.plan(soon, START + HOUR)
        zone = "Australia/Sydney"
        assert (await status(h)).due == (
            Due("soon-2026-12-07", "opens", START + HOUR, zone),
            Due(ID, "T2 of 3", START + 6 * HOUR, zone),
            Due("later-2026-12-08", "reminder", START + 6 * HOUR, zone),
        )
        await h.live(24 * HOUR)
        due = {one.chat: one.what for one in (await status(h)).due}
        assert due == {
            "soon-2026-12-07": "closes",
            ID: "closes",
            "later-2026-12-08": "reminder",
        }


async def test_a_call_for_help_that_waits_is_due_as_what_it_is(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        series = on_discord()
        chat = await h.start(series)
        await h.runner.handle(
            HelpAsked(h.clock(), THERE, Person("discord", "323456789012345678", "Ana")), chat
        )
        assert (await status(h)).due[0].what == "sees to a call for help"


async def test_a_chat_that_is_over_is_told_to_lose_its_words_where_they_are_kept_for_a_time(
    tmp_path: Path,
) -> None:
    series = urojc()
    series = replace(series, agenda=replace(series.agenda, keep=timedelta(days=90)))
    async with house(tmp_path) as h:
        await h.start(series)
        await h.live(49 * HOUR)
        (due,) = (await status(h, SERVED)).due
    assert due.what == "removes what was said"


async def test_nothing_is_stuck_in_a_house_where_all_goes_well(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await h.start(urojc())
        await h.live(7 * HOUR)
        assert (await status(h)).stuck == ()


async def test_that_nobody_serves_is_told_where_there_are_chats(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await h.start(urojc())
        assert (await status(h, NOBODY)).stuck == (
            Stuck("Nobody serves this store", "Start rounds run."),
        )
        nobody_knows = Serving(None, "http://127.0.0.1:8080")
        assert (await status(h, nobody_knows)).stuck == ()


async def test_a_server_that_is_not_ready_is_told_with_its_reason(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        vitals = {"status": "not ready", "store": "has taken no write for 9 s"}
        (one,) = (await status(h, Serving("rounds run", "http://here:1", vitals))).stuck
        assert one.what == "The process at http://here:1 is not ready"
        assert one.why == "Its store has taken no write for 9 s."


async def test_a_server_that_hangs_is_told_where_it_said_itself_where_it_answers(
    tmp_path: Path,
) -> None:
    async with house(tmp_path) as h:
        await h.start(urojc())
        hangs = Serving("rounds run", "http://here:1", must_answer=True)
        (one,) = (await status(h, hangs)).stuck
        assert one.what == "The process that serves does not answer at http://here:1"
        assert (await status(h, replace(hangs, must_answer=False))).stuck == ()
        assert (await status(h, replace(hangs, vitals=READY))).stuck == ()


async def test_a_moment_that_passed_unseen_is_overdue_after_a_minute(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await h.start(urojc())
        h.clock.advance(6 * HOUR + MINUTE)
        assert (await status(h)).stuck == ()
        h.clock.advance(MINUTE)
        (one,) = (await status(h)).stuck
        assert one == Stuck(
            f"{ID} has not gone on (T2 of 3)",
            "Nobody has woken it: is Rounds running?",
            START + 6 * HOUR,
            ID,
        )


async def test_a_chat_that_waits_to_be_counted_says_for_which_platform(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await h.start(on_discord())
        h.clock.advance(48 * HOUR)
        await h.runner.handle(Woke(h.clock()), ID)
        assert (await h.chat(ID)).stage == "closed"
        h.clock.advance(2 * MINUTE)
        away = {"status": "ready", "platforms": {"discord": {"connected": True, "current": False}}}
        found = says((await status(h, Serving("x", "", away))).stuck, f"{ID} is not counted")
        assert found.why == "It is counted once what was said on Discord was read."


async def test_what_waits_for_a_room_that_refuses_says_what_is_missing(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await h.start(on_discord())
        waiting = await leased(h)
        why = "the bot lacks Send Messages there. Allow it under Edit Channel, Permissions."
        await h.runner.handle(Hindered(h.clock(), waiting.key, waiting.action, why))
        h.clock.advance(3 * MINUTE)
        found = says((await status(h)).stuck, f"The opening of {ID} waits for {THERE}")
        assert found.why == f"T{why[1:]}"
        assert (found.since, found.tries, found.behind) == (START, 1, 1)
        assert (found.chat, found.room) == (ID, str(THERE))


@pytest.mark.parametrize(
    ("serving", "why"),
    [
        (NOBODY, "Nobody serves this store."),
        (
            Serving("x", "", {"status": "ready", "platforms": {}}),
            "Discord is not set up where Rounds runs: there is no token for it.",
        ),
        (
            Serving("x", "", {"status": "ready", "platforms": {"discord": {"connected": False}}}),
            "Discord is not connected.",
        ),
        (SERVED, "Nobody has taken it up: is Rounds running?"),
    ],
)
async def test_what_nobody_has_tried_says_why(tmp_path: Path, serving: Serving, why: str) -> None:
    async with house(tmp_path) as h:
        await h.start(on_discord())
        h.clock.advance(2 * MINUTE - timedelta(seconds=1))
        stuck = (await status(h, serving)).stuck
        assert not [one for one in stuck if "waits for" in one.what], "it is not late yet"
        h.clock.advance(timedelta(seconds=1))
        assert says((await status(h, serving)).stuck, "The opening of").why == why


async def test_a_room_that_cannot_be_read_back_is_told_with_its_reason(tmp_path: Path) -> None:
    why = "the permission Read Message History is missing. Give it to the bot there."
    async with house(tmp_path) as h:
        await h.start(on_discord())
        await h.runner.handle(ReadBack(h.clock(), THERE, why), ID)
        found = says((await status(h)).stuck, f"What is said in {THERE} of {ID} cannot be read")
        assert (found.chat, found.why[1:]) == (ID, why[1:])
        await h.runner.handle(ReadBack(h.clock(), THERE, ""), ID)
        assert not [one for one in (await status(h)).stuck if "cannot be read" in one.what]


async def test_what_was_tried_and_did_not_get_through_says_when_it_is_tried_again(
    tmp_path: Path,
) -> None:
    async with house(tmp_path) as h:
        await h.start(on_discord())
        waiting = await leased(h)
        async with h.store.writing() as tables:
            await queue.postpone(tables.connection, waiting.key, START + 5 * MINUTE)
        h.clock.advance(3 * MINUTE)
        found = says((await status(h)).stuck, "The opening of")
        assert found.why == (
            "It did not get through; the log says why. It is tried again at 20:05 UTC."
        )


async def test_late_topics_that_stand_apart_are_not_stuck(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        five = (*QUESTIONS, "Why?", "And then?")
        await h.start(urojc(questions=five, apart=timedelta(minutes=10), window=3 * HOUR))
        for _ in five[1:]:  # their moments come, and nobody posts them
            h.clock.advance(10 * MINUTE)
            await h.runner.handle(Woke(h.clock()), ID)
        assert says((await status(h)).stuck, f"T2 of {ID} waits").behind == 3
        await h.outbox.deliver()
        h.clock.advance(MINUTE)
        assert len((await h.chat(ID)).lacking_in(room_of(urojc()))) == 3
        assert (await status(h)).stuck == (), "the others follow, two minutes apart"


async def test_what_was_given_up_is_told_for_a_day(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await h.start(on_discord())
        waiting = await leased(h)
        given_up = Undeliverable(h.clock(), waiting.key, waiting.action, "no such channel")
        await h.runner.handle(given_up)
        found = says((await status(h)).stuck, f"What {ID} had for {THERE} was given up")
        assert (found.why, found.since) == ("No such channel.", START)
        h.clock.advance(timedelta(days=1, minutes=1))
        assert not [one for one in (await status(h)).stuck if "given up" in one.what]


async def test_what_somebody_could_not_be_told_alone_is_told_by_its_platform(
    tmp_path: Path,
) -> None:
    async with house(tmp_path) as h:
        await h.start(on_discord())
        key = (await leased(h)).key
        alone = Tell(privately("discord", "call1/taken"), ("5",), "", ("Ann comes.",))
        await h.runner.handle(Undeliverable(h.clock(), key, alone, "nobody can be told"))
        assert says((await status(h)).stuck, f"What {ID} had for Discord was given up")


async def test_a_missed_chat_is_told_for_a_day(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await h.plan(urojc(window=HOUR), START + HOUR)
        h.clock.advance(12 * HOUR)
        await h.live()
        found = says((await status(h)).stuck, f"{ID} was missed")
        assert found.since == START + HOUR
        h.clock.advance(timedelta(days=1))
        assert not [one for one in (await status(h)).stuck if "missed" in one.what]


async def test_a_broken_log_is_told_and_the_other_chats_all_the_same(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await h.start(urojc())
        await h.start(urojc("other"))
        async with h.store.writing() as tables:
            await tables.connection.run(
                "UPDATE events SET body = '{' WHERE chat = ? AND seq = 2", (ID,)
            )
        found = await status(h)
        assert [one.chat for one in found.running] == ["other-2026-12-07"]
        assert says(found.stuck, f"{ID} cannot be read").why.startswith("Its log is broken")
        async with h.store.writing() as tables:
            await tables.never_wake(ID)  # as the runner does
        assert says((await status(h)).stuck, f"{ID} cannot be read").chat == ID


async def test_a_platform_that_is_away_while_a_chat_is_held_there_is_told(tmp_path: Path) -> None:
    away = {"status": "ready", "platforms": {"discord": {"connected": False, "current": False}}}
    serving = Serving("x", "", away)
    async with house(tmp_path) as h:
        assert (await status(h, serving)).stuck == ()
        await h.start(on_discord())
        found = says((await status(h, serving)).stuck, "Discord is not connected")
        assert found.what == f"Discord is not connected, where {ID} is held"


def test_nothing_of_an_actions_words_is_told() -> None:
    for kind in PostKind:
        told = said_of(Post(THERE, kind, ("What a patient said.",)))
        assert told
        assert "patient" not in told
