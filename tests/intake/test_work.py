"""What many signals do in one transaction: placing, withdrawing, beginning, marking."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import get_args

import pytest

from bot.engine import events
from bot.engine.actions import Action, Post, PostKind
from bot.engine.agenda import Room, Series
from bot.engine.commands import Ask, Withdraw, parse
from bot.engine.errors import Refused
from bot.engine.messages import Attachment, Hold, PlacedBy, Timing
from bot.engine.people import Person, Role
from bot.engine.signals import (
    AgendaChanged,
    Asked,
    DateCame,
    Deleted,
    Delivered,
    Edited,
    Hindered,
    Reacted,
    ReactionsCleared,
    Said,
    Signal,
    StartAsked,
    ThreadGone,
    Undeliverable,
    Woke,
)
from bot.engine.state import Stage
from bot.engine.steps import Step
from bot.intake.runner import Changed, Outcome
from bot.store.codec import decode_action, decode_event, stamp
from bot.store.opening import Where
from tests.channels import Channels
from tests.house import START, House, house, moderator, person, room_of, urojc

ANN, BOB = person("Ann"), person("Bob")
SERIES = urojc()
ROOM, HENRY = room_of(SERIES), moderator(SERIES)
CHAT = "urojc-2026-12-07"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


async def together(h: House, *signals: Signal) -> list[Outcome | BaseException]:
    """Let signals arrive at once, so that they are one transaction; they keep their order."""
    outcomes = await asyncio.gather(*map(h.runner.handle, signals), return_exceptions=True)
    return list(outcomes)


def said(h: House, message: str, by: Person, text: str, reply_to: str | None = None) -> Said:
    return Said(h.clock(), ROOM, message, by, text, reply_to)


def asked(h: House, ask: Ask, by: Person) -> Asked:
    return Asked(h.clock(), ROOM, by, ask)


def start(h: House, by: Person = HENRY) -> StartAsked:
    return StartAsked(h.clock(), ROOM, by, CHAT, "urojc", SERIES.agenda)


def date(h: House, opens_at: datetime, chat: str = CHAT) -> DateCame:
    return DateCame(h.clock(), chat, "urojc", SERIES.agenda, opens_at)


async def kinds(h: House, chat: str = CHAT) -> list[str]:
    async with h.store.reading() as tables:
        rows = await tables.connection.rows(
            "SELECT kind FROM events WHERE chat = ? ORDER BY seq", (chat,)
        )
    return [kind for (kind,) in rows]


async def chats(h: House) -> dict[str, str]:
    async with h.store.reading() as tables:
        return {line.id: line.stage.value for line in await tables.lines()}


async def topics(h: House, *messages: str) -> list[tuple[int, ...]]:
    return [(await h.message(ROOM, message)).topics for message in messages]


# ---------------------------------------------------------------- what is held back


async def steps_of(h: House, chat: str = CHAT) -> list[str]:
    names = {kind.__name__ for kind in get_args(Step)}
    return [kind for kind in await kinds(h, chat) if kind in names]


async def test_what_the_guard_sees_is_held_from_the_first_moment_and_noted_once(
    home: Where,
) -> None:
    async with house(home) as h:
        await together(h, start(h), said(h, "1", ANN, "My patient's MRN is 12345678"))
        assert (await h.message(ROOM, "1")).held is Hold.PRIVACY
        assert (await h.message(ROOM, "1")).concerns == ("record_number",)
        await together(h, said(h, "1", ANN, "My patient's MRN is 12345678"))
        assert await steps_of(h) == ["Flagged"]
        h.clock.advance(MINUTE)
        await h.edit(ROOM, "1", "My patient is better")
        assert (await h.message(ROOM, "1")).held is Hold.NONE
        assert await steps_of(h) == ["Flagged", "Unflagged"]
        h.clock.advance(MINUTE)
        await h.edit(ROOM, "1", "My patient, born on 3 May 1950, is better")
        assert (await h.message(ROOM, "1")).concerns == ("birth_date",)
        assert await steps_of(h) == ["Flagged", "Unflagged", "Flagged"]


@pytest.mark.parametrize(
    ("name", "concerns"),
    [
        ("MRN_00482913_chest.png", ("record_number",)),
        ("DOB_1956-04-03.png", ("birth_date",)),
        ("WhatsApp Image 2026-11-22 at 09.12.33.jpeg", ()),
        ("IMG_20261122_091233.jpg", ()),
    ],
)
async def test_what_a_files_name_says_of_a_patient_holds_the_message(
    home: Where, name: str, concerns: tuple[str, ...]
) -> None:
    async with house(home) as h:
        file = Attachment(name, "image/png", 100, "https://files.example/1")
        await together(h, start(h), replace(said(h, "1", ANN, "See this"), attachments=(file,)))
        message = await h.message(ROOM, "1")
        assert message.concerns == concerns
        assert bool(message.held) is bool(concerns)
        edited = Edited(h.clock() + MINUTE, ROOM, "1", "See this")  # without the file
        await together(h, edited)
        assert not (await h.message(ROOM, "1")).held


async def test_no_identifier_is_in_the_log_or_in_what_waits(home: Where) -> None:
    async with house(home) as h:
        await together(h, start(h), said(h, "1", ANN, "My patient's MRN is 12345678"))
        async with h.store.reading() as tables:
            rows = await tables.connection.rows(
                "SELECT body FROM events UNION ALL SELECT body FROM outbox"
            )
        assert rows
        assert not [body for (body,) in rows if "12345678" in body]


async def test_a_moderator_clears_a_wording_and_holds_a_message(home: Where) -> None:
    async with house(home) as h:
        await together(h, start(h), said(h, "1", ANN, "Write to club@example.org"))
        await together(h, asked(h, parse("clear 1")[1], HENRY))
        assert (await h.message(ROOM, "1")).held is Hold.NONE
        h.clock.advance(MINUTE)
        await h.edit(ROOM, "1", "Write to bob@example.org")
        assert (await h.message(ROOM, "1")).held is Hold.PRIVACY
        await together(h, asked(h, parse("hold 1")[1], HENRY))
        assert (await h.message(ROOM, "1")).held is Hold.MODERATOR
        h.clock.advance(MINUTE)
        await h.edit(ROOM, "1", "Write to me")
        assert (await h.message(ROOM, "1")).held is Hold.MODERATOR
        await together(h, asked(h, parse("clear 1")[1], HENRY))
        assert (await h.message(ROOM, "1")).held is Hold.NONE
        (refused,) = await together(h, asked(h, parse("clear 1")[1], HENRY))
        assert isinstance(refused, Refused)


async def test_what_is_withdrawn_is_held_no_longer(home: Where) -> None:
    async with house(home) as h:
        await together(h, start(h), said(h, "1", ANN, "Write to club@example.org"))
        await together(h, asked(h, Withdraw(), ANN))
        gone = await h.message(ROOM, "1")
        assert (gone.withdrawn, gone.held, gone.concerns) == (True, Hold.NONE, ())


# ---------------------------------------------------------------- which chat has the floor


async def test_what_is_said_together_with_the_start_belongs_to_the_new_chat(
    home: Where,
) -> None:
    async with house(home) as h:
        await together(h, start(h), said(h, "1", ANN, "Hello"))
        assert (await h.message(ROOM, "1")).chat == CHAT
        h.clock.advance(MINUTE)
        await h.say(ROOM, ANN, "And hello again", message="2")
        assert (await h.message(ROOM, "2")).chat == CHAT


async def test_what_is_said_where_no_chat_is_held_is_not_kept(home: Where) -> None:
    async with house(home) as h:
        outcomes = await together(
            h,
            said(h, "1", ANN, "Hello?"),
            Edited(h.clock(), ROOM, "2", "Hello"),
            Deleted(h.clock(), ROOM, "3"),
            Reacted(h.clock(), ROOM, "1", BOB, "👍"),
        )
        assert outcomes == [Outcome()] * 4
        async with h.store.reading() as tables:
            assert await tables.messages([f"{ROOM}/{n}" for n in "123"]) == []
            assert await tables.connection.rows("SELECT * FROM reactions") == []


async def test_twenty_chats_of_one_day_in_one_room_each_get_what_is_said_in_their_hour(
    home: Where,
) -> None:
    hourly = urojc(window=timedelta(minutes=50), questions=("Why?",))
    async with house(home, hourly, now=START - timedelta(hours=1)) as h:
        for n in range(20):
            opens_at = START + n * HOUR
            chat = f"urojc-{n:02}"
            await h.runner.handle(DateCame(h.clock(), chat, "urojc", hourly.agenda, opens_at))
        for n in range(20):
            await h.live(HOUR)
            h.clock.advance(MINUTE)
            await h.say(ROOM, ANN, "T1: here", message=str(n))
            await h.simulation.advance(START + n * HOUR)
        found = [(await h.message(ROOM, str(n))).chat for n in range(20)]
    assert found == [f"urojc-{n:02}" for n in range(20)]


async def test_what_arrives_when_ten_more_chats_were_held_belongs_to_the_chat_of_its_time(
    home: Where,
) -> None:
    hourly = urojc(window=timedelta(minutes=50), questions=("Why?",))
    async with house(home, hourly, now=START - HOUR) as h:
        for n in range(30):
            opens_at = START + n * HOUR
            chat = f"urojc-{n:02}"
            await h.runner.handle(DateCame(h.clock(), chat, "urojc", hourly.agenda, opens_at))
        await h.live(25 * HOUR)
        for n in (3, 0, 20, 7):
            at = START + n * HOUR + 7 * MINUTE
            await h.runner.handle(Said(at, ROOM, f"{n}", ANN, "T1: here"))
            await h.runner.handle(Said(at + 45 * MINUTE, ROOM, f"{n} and on", ANN, "between two"))
            await h.runner.handle(Asked(at + MINUTE, ROOM, BOB, Withdraw()))
        found = {n: await h.message(ROOM, f"{n}") for n in (0, 3, 7, 20)}
        assert {n: m.chat for n, m in found.items()} == {n: f"urojc-{n:02}" for n in found}
        assert {m.topics for m in found.values()} == {(1,)}
        between = await h.message(ROOM, "3 and on")
        assert (between.chat, between.timing) == ("urojc-04", Timing.EARLY)
        assert [list((await h.chat(f"urojc-{n:02}")).withdrawn) for n in (7, 8, 24)] == [
            ["local:p-bob"],
            [],
            [],
        ]


async def test_a_long_chat_goes_on_beside_many_short_ones(home: Where) -> None:
    long, short = urojc(window=timedelta(hours=48)), urojc("short", window=timedelta(minutes=30))
    agenda = replace(short.agenda, rooms=(ROOM,))
    async with house(home, long, now=START - HOUR) as h:
        await h.plan(long, START)
        for n in range(12):
            opens_at = START + (n + 1) * HOUR
            await h.runner.handle(DateCame(h.clock(), f"short-{n:02}", "short", agenda, opens_at))
        for n in range(12):
            await h.simulation.advance(START + (n + 1) * HOUR + 10 * MINUTE)
            await h.say(ROOM, ANN, "in a short one", message=f"short {n}")
            await h.simulation.advance(START + (n + 1) * HOUR + 45 * MINUTE)
            await h.say(ROOM, ANN, "in the long one", message=f"long {n}")
        assert {(await h.message(ROOM, f"long {n}")).chat for n in range(12)} == {CHAT}
        found = [(await h.message(ROOM, f"short {n}")).chat for n in range(12)]
        assert found == [f"short-{n:02}" for n in range(12)]


async def test_a_chat_that_moves_to_another_room_before_it_opens_is_found_there(
    home: Where,
) -> None:
    other = Room("local", "other")
    async with house(home) as h:
        chat = await h.plan(SERIES, START + HOUR)
        await h.say(ROOM, ANN, "In the first room", message="1")
        moved = replace(SERIES.agenda, rooms=(other,))
        await h.runner.handle(AgendaChanged(h.clock(), moved, START + HOUR), chat)
        assert (await together(h, said(h, "2", ANN, "Is it here?")))[0] == Outcome()
        await h.say(other, ANN, "It is here", message="3")
        assert (await h.message(other, "3")).timing is Timing.EARLY
        assert (await h.message(ROOM, "1")).chat == chat


async def test_a_chat_whose_log_is_broken_does_not_silence_its_room(
    home: Where, caplog: pytest.LogCaptureFixture
) -> None:
    async with house(home) as h:
        old = await h.start(SERIES)
        await h.ask("close", HENRY, ROOM)
        async with h.store.writing() as tables:
            await tables.connection.run("UPDATE events SET kind = 'Unheard' WHERE chat = ?", (old,))
    async with house(home, now=START + HOUR) as h:
        await h.runner.handle(start(h))
        await h.say(ROOM, ANN, "T1: hello", message="1")
        assert (await h.message(ROOM, "1")).chat == f"{old}-2"
    assert [r.getMessage() for r in caplog.records if old in r.getMessage()]


# ---------------------------------------------------------------- beginning


async def test_a_date_that_comes_again_changes_nothing(home: Where) -> None:
    async with house(home) as h:
        first, again = await together(h, date(h, START + HOUR), date(h, START + HOUR))
        assert isinstance(first, Outcome)
        assert [type(e) for e in first.events] == [events.Planned]
        assert again == Outcome()
        assert await chats(h) == {CHAT: "planned"}


async def test_a_second_chat_on_a_date_ends_in_2_and_a_third_in_3(home: Where) -> None:
    async with house(home) as h:
        await together(
            h,
            date(h, START + HOUR),
            date(h, START + 9 * HOUR, f"{CHAT}-2"),
            start(h),
        )
        await h.ask("close", HENRY, ROOM)
        await h.runner.handle(start(h))
        await h.runner.handle(date(h, START + 12 * HOUR, f"{CHAT}-2"))
        assert await chats(h) == {
            CHAT: "planned",
            f"{CHAT}-2": "planned",
            f"{CHAT}-3": "archived",
            f"{CHAT}-4": "open",
            f"{CHAT}-5": "planned",
        }


async def test_a_second_start_is_refused_also_at_the_same_instant(home: Where) -> None:
    async with house(home) as h:
        first, second = await together(h, start(h), start(h))
        assert isinstance(first, Outcome)
        assert isinstance(second, Refused)
        assert str(second) == (
            "International Urology Journal Club is running already, as urojc-2026-12-07. "
            "End it with /chat close before you start another."
        )
        assert await chats(h) == {CHAT: "open"}


async def test_a_start_by_a_participant_leaves_nothing(home: Where) -> None:
    async with house(home) as h:
        (refusal,) = await together(h, start(h, ANN))
        assert "for the moderators" in str(refusal)
        assert await chats(h) == {}


async def test_a_date_that_was_cancelled_and_is_held_after_all_is_a_new_chat(
    home: Where,
) -> None:
    async with house(home) as h:
        await h.runner.handle(date(h, START + HOUR))
        await h.runner.handle(AgendaChanged(h.clock(), None, None), CHAT)
        await h.runner.handle(date(h, START + HOUR))
        assert await chats(h) == {CHAT: "cancelled", f"{CHAT}-2": "planned"}


# ---------------------------------------------------------------- placing anew


async def with_topics(h: House) -> None:
    """Start the chat and post T1 and T2, a minute apart; the clock stands a minute later."""
    await h.start(SERIES)
    h.clock.advance(MINUTE)
    await h.ask("next", HENRY, ROOM)
    h.clock.advance(MINUTE)


async def test_a_new_label_moves_a_message_and_all_that_hangs_from_it(home: Where) -> None:
    async with house(home) as h:
        await with_topics(h)
        for n, reply_to in enumerate([None, "0", "1", "2", "3"]):
            h.clock.advance(timedelta(seconds=1))
            text = "T1: yes" if reply_to is None else "I agree"
            await h.say(ROOM, ANN, text, message=str(n), reply_to=reply_to)
        assert await topics(h, *"01234") == [(1,)] * 5
        h.clock.advance(timedelta(seconds=1))
        await h.edit(ROOM, "0", "T2: yes")
        assert await topics(h, *"01234") == [(2,)] * 5


async def test_a_chain_of_replies_that_arrives_at_once_and_backwards_is_placed(
    home: Where,
) -> None:
    async with house(home) as h:
        await with_topics(h)
        chain = [
            Said(h.clock() + n * MINUTE, ROOM, str(n), ANN, "T1" if n == 0 else "and", parent)
            for n, parent in enumerate([None, "0", "1", "2", "3"])
        ]
        await together(h, *reversed(chain))
        assert await topics(h, *"01234") == [(1,)] * 5
        assert (await h.message(ROOM, "4")).placed_by is PlacedBy.REPLY


async def test_a_correction_carries_the_replies_along_but_for_those_with_a_label(
    home: Where,
) -> None:
    async with house(home) as h:
        await with_topics(h)
        await h.say(ROOM, ANN, "Forty patients", message="0")
        h.clock.advance(MINUTE)
        await h.say(ROOM, BOB, "I agree", message="1", reply_to="0")
        await h.say(ROOM, BOB, "T2: also", message="2", reply_to="0")
        await h.ask("place 0 T1", HENRY, ROOM)
        assert await topics(h, *"012") == [(1,), (1,), (2,)]
        assert (await h.message(ROOM, "0")).placed_by is PlacedBy.MODERATOR
        await h.ask("place 0 none", HENRY, ROOM)
        h.clock.advance(MINUTE)
        await h.edit(ROOM, "0", "T2: forty patients")
        assert await topics(h, *"012") == [(), (2,), (2,)], "a moderator's word stands"
        assert (await h.message(ROOM, "1")).placed_by is PlacedBy.TIME


@pytest.mark.parametrize("message", ["9", "elsewhere", "unsaid"])
async def test_a_message_that_is_not_in_the_chat_cannot_be_placed(
    home: Where, message: str
) -> None:
    async with house(home) as h:
        await h.start(SERIES)
        await h.say(ROOM, ANN, "In the first chat", message="elsewhere")
        await h.ask("close", HENRY, ROOM)
        h.clock.advance(MINUTE)
        await h.start(SERIES)
        await h.edit(ROOM, "unsaid", "Its beginning never came")
        with pytest.raises(Refused, match=f"There is no message {message} here"):
            await h.ask(f"place {message} T1", HENRY, ROOM)


async def test_what_was_said_before_a_late_topic_was_known_is_placed_under_it(
    home: Where,
) -> None:
    """The post stood in the room, and people answered, before its delivery was recorded."""
    async with house(home) as h:
        await h.start(SERIES)
        h.clock.advance(MINUTE)
        await h.runner.handle(asked(h, parse("next")[1], HENRY))  # not delivered yet
        posted_at = h.clock()
        for n, (text, reply_to) in enumerate(
            [("Just in time", None), ("I agree", "0"), ("T2: now", None), ("and", "2")]
        ):
            h.clock.advance(MINUTE)
            await h.say(ROOM, ANN, text, message=str(n), reply_to=reply_to)
        assert await topics(h, *"0123") == [(1,)] * 4
        later = h.clock()
        h.clock.set(posted_at)
        await h.outbox.deliver()
        h.clock.set(later)
        assert await topics(h, *"0123") == [(2,)] * 4


async def test_a_message_reworded_after_a_topic_came_is_placed_by_its_new_label(
    home: Where,
) -> None:
    async with house(home) as h:
        await h.start(SERIES)
        h.clock.advance(MINUTE)
        await h.say(ROOM, ANN, "Something", message="0")
        h.clock.advance(MINUTE)
        await h.runner.handle(asked(h, parse("next")[1], HENRY))
        posted_at = h.clock()
        h.clock.advance(MINUTE)
        await h.edit(ROOM, "0", "T2: something")
        assert await topics(h, "0") == [(1,)]
        h.clock.set(posted_at)
        await h.outbox.deliver()
        assert await topics(h, "0") == [(2,)]


# ---------------------------------------------------------------- withdrawing, closing


async def test_withdrawing_takes_what_was_said_so_far_also_in_the_same_transaction(
    home: Where,
) -> None:
    async with house(home) as h:
        await with_topics(h)
        await h.say(ROOM, ANN, "Before", message="1")
        await h.say(ROOM, BOB, "Before, too", message="2", reply_to="1")
        h.clock.advance(MINUTE)
        before = [said(h, "3", ANN, "Just before"), said(h, "4", BOB, "Just before")]
        h.clock.advance(MINUTE)
        withdrawal = asked(h, Withdraw(), ANN)
        h.clock.advance(MINUTE)
        after: list[Signal] = [
            said(h, "5", ANN, "Just after"),
            Edited(h.clock(), ROOM, "1", "Reworded"),
        ]
        await together(h, *before, withdrawal, *after)
        h.clock.advance(MINUTE)
        late = Said(withdrawal.at - MINUTE / 2, ROOM, "6", ANN, "Came late")
        await together(h, late)
        kept = {n: (await h.message(ROOM, n)) for n in "123456"}
    assert {n for n, m in kept.items() if m.withdrawn} == {"1", "3", "6"}
    assert {n for n, m in kept.items() if not m.text} == {"1", "3", "6"}
    assert kept["2"].topics == (2,), "the answer stays where it is"


async def test_withdrawing_takes_what_was_said_before_the_clock_was_set_back(home: Where) -> None:
    async with house(home) as h:
        await with_topics(h)
        await h.say(ROOM, ANN, "Before", message="1")
        h.clock.advance(50 * MINUTE)
        await h.say(ROOM, ANN, "Later, by the clock", message="2")
        await h.say(ROOM, BOB, "Another's", message="3")
        h.clock.advance(-40 * MINUTE)
        await h.ask("withdraw", ANN, ROOM)
        h.clock.advance(MINUTE)
        await h.say(ROOM, ANN, "In the time that comes again", message="4")
        kept = {n: (await h.message(ROOM, n)) for n in "1234"}
    assert {n for n, m in kept.items() if m.withdrawn} == {"1", "2"}
    assert {n for n, m in kept.items() if not m.text} == {"1", "2"}


async def test_withdrawing_after_the_end_concerns_the_chat_that_ended(home: Where) -> None:
    async with house(home) as h:
        await with_topics(h)
        await h.say(ROOM, ANN, "My answer", message="1")
        await h.ask("close", HENRY, ROOM)
        h.clock.advance(24 * HOUR)
        await h.ask("withdraw", ANN, ROOM)
        assert (await h.message(ROOM, "1")).text == ""


async def test_a_moderator_of_the_bots_own_name_cannot_withdraw_its_posts(home: Where) -> None:
    series = urojc(moderators=("rounds",))
    async with house(home, series) as h:
        chat = await h.start(series)
        await h.say(ROOM, moderator(series), "My own words", message="1")
        h.clock.advance(MINUTE)
        await h.ask("withdraw", moderator(series), ROOM)
        assert (await h.message(ROOM, "1")).withdrawn
        (post,) = (await h.chat(chat)).topics[0].posts
        assert (await h.message(ROOM, post.ref)).text.startswith("T1: ")


async def test_what_was_said_after_the_moment_of_the_closing_is_late_though_it_came_before(
    home: Where,
) -> None:
    async with house(home) as h:
        await with_topics(h)
        close = asked(h, parse("close")[1], HENRY)
        await h.runner.handle(Said(h.clock() - MINUTE, ROOM, "1", ANN, "On time"))
        await h.runner.handle(Said(h.clock() + MINUTE, ROOM, "2", ANN, "After the end"))
        assert (await h.message(ROOM, "2")).text == "After the end"
        await h.runner.handle(close)
        assert (await h.message(ROOM, "1")).text == "On time"
        late = await h.message(ROOM, "2")
        assert (late.timing, late.text) == (Timing.LATE, "")


async def test_the_closing_post_counts_what_was_said_in_the_same_transaction(
    home: Where,
) -> None:
    async with house(home) as h:
        chat = await h.start(SERIES)
        h.clock.set(START + 48 * HOUR)
        await h.runner.handle(Woke(h.clock()), chat)
        last = Said(START + 47 * HOUR, ROOM, "1", ANN, "T1: at last")
        outcomes = await asyncio.gather(
            h.runner.handle(last), h.runner.handle(Woke(h.clock()), chat)
        )
        summarised = outcomes[1].events[0]
        assert isinstance(summarised, events.Summarised)
        assert (summarised.tally.messages, summarised.tally.participants) == (1, 1)


# ---------------------------------------------------------------- reactions


async def test_reactions_of_people_are_noted_and_those_of_bots_are_not(home: Where) -> None:
    async with house(home) as h:
        await with_topics(h)
        await h.say(ROOM, ANN, "T1: yes", message="1")
        robot = Person("local", "robot", "Robot", role=Role.BOT)
        for by in (ANN, BOB, BOB, robot):
            await h.put_emoji(ROOM, "1", by, "👍")
        h.clock.advance(MINUTE)
        await h.put_emoji(ROOM, "1", ANN, "👍", removed=True)
        async with h.store.reading() as tables:
            rows = await tables.connection.rows("SELECT person FROM reactions WHERE present = 1")
        assert rows == [("local:p-bob",)]


# ---------------------------------------------------------------- actions and their marks


async def outbox(h: House) -> dict[str, str]:
    async with h.store.reading() as tables:
        return dict(await tables.connection.rows("SELECT key, state FROM outbox"))


async def actions(h: House) -> list[tuple[str, Action]]:
    """Return what waits in the outbox, with its keys, in order."""
    async with h.store.reading() as tables:
        rows = await tables.connection.rows(
            "SELECT key, kind, body FROM outbox WHERE state = 'waiting' ORDER BY seq, n"
        )
    return [(key, decode_action(kind, body)) for key, kind, body in rows]


async def test_a_post_is_recorded_once_however_often_its_delivery_is_reported(
    home: Where,
) -> None:
    async with house(home) as h:
        await h.runner.handle(start(h))
        key, topic = (await actions(h))[1]
        report = Delivered(h.clock(), key, topic, "ref-1", "T1: What question?")
        again = replace(report, at=h.clock() + MINUTE, ref="ref-2")
        first, *others = await together(h, report, report, again)
        assert isinstance(first, Outcome)
        assert [type(event) for event in first.events] == [events.TopicPosted]
        assert [other.events for other in others if isinstance(other, Outcome)] == [(), ()]
        assert (await outbox(h))[key] == "done"
        async with h.store.reading() as tables:
            rows = await tables.connection.rows("SELECT id, at FROM messages WHERE role = 'bot'")
        assert rows == [("ref-1", stamp(START))]


async def test_an_action_that_can_never_be_done_is_logged_and_the_chat_goes_on(
    home: Where,
) -> None:
    async with house(home) as h:
        await h.runner.handle(start(h))
        key, topic = (await actions(h))[1]
        refusal = Undeliverable(h.clock(), key, topic, "the room is gone")
        for _ in range(2):
            await h.runner.handle(refusal)
        assert (await outbox(h))[key] == "gave_up"
        assert (await kinds(h))[-2:] == ["GaveUp", "Hindered"]
        assert (await kinds(h)).count("GaveUp") == 1
        await h.live(49 * HOUR)
        assert (await h.chat(CHAT)).stage is Stage.ARCHIVED


async def test_a_report_of_an_action_that_nobody_knows_is_left_alone(home: Where) -> None:
    async with house(home) as h:
        await h.runner.handle(start(h))
        _, topic = (await actions(h))[1]
        for key in (f"{CHAT}/99/0", "another-2026-12-07/3/0"):
            outcome = await h.runner.handle(Delivered(h.clock(), key, topic, "ref"))
            assert outcome.events == ()
        assert "TopicPosted" not in await kinds(h)


# ---------------------------------------------------------------- what watchers are told


async def test_who_shows_a_room_is_told_which_messages_changed(home: Where) -> None:
    async with house(home) as h:
        await with_topics(h)
        seen: list[Changed] = []
        h.runner.watch(seen.append)
        await h.say(ROOM, ANN, "T1: yes", message="1")
        h.clock.advance(MINUTE)
        await h.say(ROOM, BOB, "I agree", message="2", reply_to="1")
        seen.clear()
        h.clock.advance(MINUTE)
        await h.edit(ROOM, "1", "T2: yes")
        (changed,) = seen
        assert changed.messages == {f"{ROOM}/1", f"{ROOM}/2"}
        assert changed.rooms == {ROOM}
        assert (changed.chats, changed.actions) == (frozenset(), False)
        await h.edit(ROOM, "1", "T2: yes")
        assert seen[1].messages == frozenset(), "the same again changes nothing"


async def test_every_event_in_the_log_can_be_read_again(home: Where) -> None:
    async with house(home) as h:
        await with_topics(h)
        for command in ("pause", "resume", "topic And now?", "skip", "extend 1h", "close"):
            await h.ask(command, HENRY, ROOM)
        async with h.store.reading() as tables:
            rows = await tables.connection.rows("SELECT kind, body FROM events ORDER BY seq")
        assert [type(decode_event(*row)).__name__ for row in rows] == await kinds(h)


# ---------------------------------------------------------------- rooms with other talk too

CHANNEL = Room("discord", "9")
CLUB = replace(
    SERIES,
    agenda=replace(SERIES.agenda, rooms=(CHANNEL,), moderators={"discord": ("456",)}),
)
CARL, DORA = Person("discord", "5", "Carl"), Person("discord", "6", "Dora")
HOST = Person("discord", "456", "Host")
BOT = Person("discord", "7", "Another bot", role=Role.BOT)


@contextlib.asynccontextmanager
async def channel(
    home: Where, series: Series = CLUB, now: datetime = START
) -> AsyncIterator[tuple[House, Channels]]:
    """Run a house whose chats are held in a channel."""
    async with house(home, series, now=now) as h:
        there = Channels()
        h.outbox._platforms["discord"] = there  # type: ignore[index]
        yield h, there


async def begun(h: House, series: Series = CLUB, chat: str = CHAT) -> str:
    """Open a chat in the channel and deliver its posts; return its id."""
    signal = StartAsked(h.clock(), CHANNEL, HOST, chat, series.name, series.agenda)
    outcome = await h.runner.handle(signal)
    await h.live()
    assert outcome.chat is not None
    return outcome.chat.id


async def thread_of(h: House, chat: str = CHAT) -> str:
    return (await h.chat(chat)).threads[CHANNEL]


def wrote(
    h: House, message: str, text: str = "I agree", *, by: Person = CARL, thread: str | None = None,
    reply_to: str | None = None, at: datetime | None = None,
) -> Said:  # fmt: skip
    return Said(at or h.clock(), CHANNEL, message, by, text, reply_to, thread)


async def kept(h: House) -> dict[str, str]:
    """Return which messages of people have a row, and of which chat."""
    async with h.store.reading() as tables:
        rows = await tables.connection.rows(
            "SELECT id, chat FROM messages WHERE author <> 'rounds' ORDER BY id"
        )
    return dict(rows)


async def rows_of(h: House, table: str) -> int:
    async with h.store.reading() as tables:
        ((count,),) = await tables.connection.rows(f"SELECT COUNT(*) FROM {table}")
    return int(count)


async def test_in_a_channel_only_what_is_the_chats_is_kept(home: Where) -> None:
    async with channel(home) as (h, there):
        await h.runner.handle(wrote(h, "before", "Soon! #urojc"))
        h.clock.advance(MINUTE)
        await begun(h)
        thread, (opening, topic) = await thread_of(h), [one.ref for one in there.posts]
        h.clock.advance(MINUTE)
        for signal in (
            wrote(h, "in the thread", thread=thread),
            wrote(h, "an answer in the thread", thread=thread, reply_to=topic),
            wrote(h, "an answer to the opening", reply_to=opening),
            wrote(h, "with the hashtag", "Yes #UroJC"),
            wrote(h, "another bot's in the thread", by=BOT, thread=thread),
            wrote(h, "other talk"),
            wrote(h, "an answer to Carl", reply_to="with the hashtag"),
            wrote(h, "another word", "#urojc2026"),
            wrote(h, "in another thread", "Yes #urojc", thread="77", reply_to=opening),
        ):
            await h.runner.handle(signal)
        await h.live(48 * HOUR)
        for signal in (
            wrote(h, "late in the thread", thread=thread),
            wrote(h, "late with the hashtag", "Yes #urojc"),
            wrote(h, "late answer", reply_to=opening),
        ):
            await h.runner.handle(signal)
        assert await kept(h) == dict.fromkeys(
            (
                "an answer in the thread",
                "an answer to the opening",
                "another bot's in the thread",
                "in the thread",
                "late in the thread",
                "with the hashtag",
            ),
            CHAT,
        )
        late = await h.message(CHANNEL, "late in the thread")
        assert (late.timing, late.text) == (Timing.LATE, "")
        tally = (await h.chat(CHAT)).tally
        assert tally is not None
        assert (tally.participants, tally.messages) == (1, 4)


async def test_what_happens_to_other_talk_leaves_nothing_behind(home: Where) -> None:
    async with channel(home) as (h, there):
        await begun(h)
        opening = there.posts[0].ref
        h.clock.advance(MINUTE)
        now, before = h.clock(), await rows_of(h, "messages")
        await together(
            h,
            wrote(h, "1", "When is lunch?"),
            Edited(now, CHANNEL, "1", "When is dinner? #urojc"),
            Reacted(now, CHANNEL, "1", DORA, "👍"),
            ReactionsCleared(now, CHANNEL, "1"),
            Deleted(now, CHANNEL, "1"),
            Edited(now, CHANNEL, "2", "#urojc", "77"),
            Deleted(now, CHANNEL, "2", "77"),
            wrote(h, "3", "#urojc", thread="77"),
            Edited(now, Room("discord", "8"), opening, "#urojc"),
            wrote(h, "4", "An answer", by=BOT, reply_to="1"),
        )
        assert await kept(h) == {}
        assert await rows_of(h, "messages") == before
        assert await rows_of(h, "reactions") == 0


async def test_what_is_done_to_a_message_of_the_chat_needs_no_thread_to_be_known(
    home: Where,
) -> None:
    async with channel(home) as (h, _):
        await begun(h)
        h.clock.advance(MINUTE)
        await h.runner.handle(wrote(h, "1", "Yes #urojc"))
        await h.runner.handle(wrote(h, "2", "No #urojc"))
        h.clock.advance(MINUTE)
        await together(
            h,
            Edited(h.clock(), CHANNEL, "1", "T1: yes, without the tag"),
            Reacted(h.clock(), CHANNEL, "1", DORA, "👍"),
            Reacted(h.clock(), CHANNEL, "1", BOT, "👍"),
            Deleted(h.clock(), CHANNEL, "2"),
        )
        found = await h.message(CHANNEL, "1")
        assert (found.text, found.chat, found.topics) == ("T1: yes, without the tag", CHAT, (1,))
        assert (await h.message(CHANNEL, "2")).withdrawn
        assert await rows_of(h, "reactions") == 1


async def test_a_message_that_an_edit_calls_into_the_chat_is_kept_as_it_is_now(
    home: Where,
) -> None:
    """A platform hands over an edit with the message itself, in its present wording."""
    async with channel(home) as (h, _):
        await begun(h)
        h.clock.advance(MINUTE)
        said_at = h.clock()
        await h.runner.handle(wrote(h, "1", "Yes"))
        h.clock.advance(MINUTE)
        again = wrote(h, "1", "Yes #urojc", at=said_at)
        edit = Edited(h.clock(), CHANNEL, "1", "Yes #urojc")
        await together(h, again, edit, again, edit)
        found = await h.message(CHANNEL, "1")
        assert (found.chat, found.at, found.edited) == (CHAT, said_at, True)


@pytest.mark.parametrize("at_once", [True, False])
@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
async def test_in_a_thread_the_order_of_arrival_changes_nothing(
    home: Where, order: tuple[int, ...], at_once: bool
) -> None:
    async with channel(home) as (h, there):
        await begun(h)
        thread, topic = await thread_of(h), there.posts[1].ref
        h.clock.advance(MINUTE)
        history: list[Signal] = [
            wrote(h, "1", "Yes", thread=thread, reply_to=topic),
            Edited(h.clock() + MINUTE, CHANNEL, "1", "T1: no", thread),
            wrote(h, "2", "I agree", thread=thread, reply_to="1", at=h.clock() + MINUTE),
        ]
        h.clock.advance(2 * MINUTE)
        arriving = [history[n] for n in order]
        if at_once:
            await together(h, *arriving)
        else:
            for signal in arriving:
                await h.runner.handle(signal)
        first, second = await h.message(CHANNEL, "1"), await h.message(CHANNEL, "2")
        assert (first.text, first.edited, first.reply_to) == ("T1: no", True, topic)
        assert (first.topics, first.placed_by) == ((1,), PlacedBy.LABEL)
        assert (second.topics, second.placed_by) == ((1,), PlacedBy.REPLY)


async def test_an_answer_that_comes_with_the_report_of_the_post_belongs_to_the_chat(
    home: Where,
) -> None:
    async with channel(home) as (h, _):
        await h.runner.handle(StartAsked(h.clock(), CHANNEL, HOST, CHAT, "urojc", CLUB.agenda))
        key, opening = (await actions(h))[0]
        report = Delivered(h.clock(), key, opening, "100", "Welcome", "100")
        h.clock.advance(MINUTE)
        await together(
            h,
            report,
            wrote(h, "1", reply_to="100"),
            wrote(h, "2", thread="100"),
            Edited(h.clock(), CHANNEL, "3", "In the new thread", "100"),
        )
        assert await kept(h) == dict.fromkeys("123", CHAT)


async def test_two_chats_of_one_channel_keep_their_talk_apart(home: Where) -> None:
    other = replace(CLUB, name="onco", agenda=replace(CLUB.agenda, hashtag="#onco"))
    async with channel(home) as (h, there):
        await begun(h)
        h.clock.advance(MINUTE)
        second = await begun(h, other, "onco-2026-12-07")
        openings = [one.ref for one in there.posts if one.kind is PostKind.OPENING]
        h.clock.advance(MINUTE)
        for n, chat in enumerate((CHAT, second)):
            await together(
                h,
                wrote(h, f"{n} thread", thread=await thread_of(h, chat)),
                wrote(h, f"{n} answer", reply_to=openings[n]),
                wrote(h, f"{n} tag", ("#urojc", "#onco")[n]),
            )
        found = await kept(h)
        assert {chat for message, chat in found.items() if message[0] == "0"} == {CHAT}
        assert {chat for message, chat in found.items() if message[0] == "1"} == {second}


async def test_with_a_thread_for_each_topic_each_has_its_own_answers(home: Where) -> None:
    series = replace(CLUB, agenda=replace(CLUB.agenda, thread_per_topic=True))
    async with channel(home, series) as (h, there):
        await begun(h, series)
        await h.runner.handle(Asked(h.clock(), CHANNEL, HOST, parse("next")[1]))
        await h.live()
        (_opening, first, second) = there.posts
        assert (first.thread, second.thread) == (first.ref, second.ref)
        h.clock.advance(MINUTE)
        await h.runner.handle(wrote(h, "1", thread=first.ref))
        await h.runner.handle(wrote(h, "2", thread=second.ref))
        await h.runner.handle(wrote(h, "3", reply_to=first.ref))
        found = [await h.message(CHANNEL, n) for n in "123"]
        assert [(m.topics, m.placed_by) for m in found] == [
            ((1,), PlacedBy.THREAD), ((2,), PlacedBy.THREAD), ((1,), PlacedBy.REPLY),
        ]  # fmt: skip


# ---------------------------------------------------------------- threads of chats of long ago


async def months(h: House, there: Channels, chats: int) -> list[tuple[str, str]]:
    """Hold so many chats in the channel, a week apart; return each one's id and thread."""
    held = []
    for _ in range(chats):
        day = h.clock().date() + timedelta(days=1)
        chat = await begun(h, CLUB, f"urojc-{day}")
        held.append((chat, await thread_of(h, chat)))
        await h.live(7 * 24 * HOUR)
    return held


async def test_what_is_said_in_a_thread_of_long_ago_is_late_in_its_chat(home: Where) -> None:
    async with channel(home) as (h, there):
        held = await months(h, there, 12)
        for chat, thread in (held[0], held[3], held[11]):
            await h.runner.handle(wrote(h, f"in {chat}", thread=thread))
            found = await h.message(CHANNEL, f"in {chat}")
            assert (found.chat, found.timing, found.text) == (chat, Timing.LATE, "")
        await h.runner.handle(wrote(h, "1", thread="77"))
        assert "1" not in await kept(h)


async def test_a_command_in_a_thread_of_long_ago_is_about_its_chat(home: Where) -> None:
    async with channel(home) as (h, there):
        held = await months(h, there, 12)
        (first, thread), (last, _) = held[0], held[-1]
        ask = parse("withdraw")[1]
        for where, expected in ((thread, first), (None, last), ("77", last)):
            asked_there = Asked(h.clock(), CHANNEL, CARL, ask, where)
            outcome = await h.runner.handle(asked_there)
            assert outcome.chat is not None
            assert outcome.chat.id == expected


async def test_threads_of_our_own_rooms_are_not_remembered(home: Where) -> None:
    async with house(home) as h:
        await with_topics(h)
        assert await rows_of(h, "threads") == 0


# ---------------------------------------------------------------- reports of refusals


async def test_a_refusal_is_recorded_and_its_action_waits_on(home: Where) -> None:
    async with house(home) as h:
        await h.runner.handle(start(h))
        key, opening = (await actions(h))[0]
        refusal = Hindered(h.clock(), key, opening, "no way.")
        outcome = await h.runner.handle(refusal)
        assert outcome.events == (events.Hindered(h.clock(), ROOM, "no way."),)
        assert (await h.runner.handle(refusal)).events == ()
        assert (await outbox(h))[key] == "waiting"


async def test_a_refusal_or_a_lost_thread_of_what_somebody_else_has_done_is_none(
    home: Where,
) -> None:
    async with channel(home) as (h, there):
        await begun(h)
        key, (opening, _) = f"{CHAT}/2/0", (one.action for one in there.asked)
        assert (await outbox(h))[key] == "done"
        for report in (
            Hindered(h.clock(), key, opening, "no way."),
            ThreadGone(h.clock(), key, CHANNEL, await thread_of(h)),
            Hindered(h.clock(), "another-2026-12-07/2/0", opening, "no way."),
        ):
            assert await h.runner.handle(report) == Outcome()
        assert not {"Hindered", "ThreadLost"} & set(await kinds(h))


async def test_what_is_queued_bears_its_own_moment_whatever_else_is_committed_with_it(
    home: Where,
) -> None:
    async with channel(home) as (h, _):
        await h.runner.handle(StartAsked(h.clock(), CHANNEL, HOST, CHAT, "urojc", CLUB.agenda))
        key, opening = (await actions(h))[0]
        await h.runner.handle(Hindered(h.clock(), key, opening, "no way."))
        h.clock.advance(HOUR)
        stood = START + MINUTE  # when it stood there, as is found out an hour later
        await together(
            h,
            Asked(h.clock(), CHANNEL, HOST, parse("next")[1]),
            Delivered(stood, key, opening, "100", "Welcome", "100"),
        )
        async with h.store.reading() as tables:
            rows = await tables.connection.rows(
                "SELECT kind, queued_at FROM outbox WHERE queued_at > ? ORDER BY seq, n",
                (stamp(START),),
            )
        assert rows == [("Post", stamp(START + HOUR)), ("Tell", stamp(stood))]


async def test_a_post_of_ours_that_was_deleted_before_its_report_came_stays_deleted(
    home: Where,
) -> None:
    async with channel(home) as (h, _):
        await begun(h)
        thread = await thread_of(h)
        await h.runner.handle(Asked(h.clock(), CHANNEL, HOST, parse("next")[1]))
        ((key, topic),) = await actions(h)
        await h.runner.handle(Deleted(h.clock(), CHANNEL, "200", thread))
        assert isinstance(topic, Post)
        report = Delivered(h.clock(), key, replace(topic, into=thread), "200", "T2: Is")
        await h.runner.handle(report)
        found = await h.message(CHANNEL, "200")
        assert (found.withdrawn, found.text, found.topics) == (True, "", (2,))
