"""What people say of themselves is kept once for a series, and counted."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.engine import events
from bot.engine.agenda import Room
from bot.engine.checkin import CheckIn
from bot.engine.consent import Consent
from bot.engine.fold import fold
from bot.engine.messages import Message, Timing
from bot.engine.people import Role
from bot.intake.runner import Store
from bot.store import checkins, forgetting
from bot.store.checkins import MOST_NAMES, Crowd
from bot.store.departures import new_erased
from bot.store.opening import IN_MEMORY, Where, opened
from bot.store.tables import Tables
from tests.engine.script import OPENS, agenda

HERE, SLACK, OWN = Room("discord", "1"), Room("slack", "C1"), Room("local", "club")
HOUR = timedelta(hours=1)
ANN = CheckIn("Ann Lee", "physician", "NO", "Speaker for Example Pharma", Consent.PSEUDONYM)
BO = CheckIn(role="patient", interest="none", consent=Consent.OUT)


@pytest.fixture
async def store(anywhere: Where) -> AsyncIterator[Store]:
    async with opened(anywhere) as found:
        yield found


async def test_what_somebody_said_is_kept_for_the_series_alone(store: Store) -> None:
    async with store.writing() as tables:
        await checkins.put(tables, "urojc", "discord:7", OPENS, ANN)
        assert tables.erases, "what stood there before leaves the disk"
    async with store.reading() as tables:
        assert await checkins.of(tables.connection, "urojc", "discord:7") == ANN
        assert await checkins.of(tables.connection, "urojc", "slack:7") is None
        assert await checkins.of(tables.connection, "meded", "discord:7") is None
        assert await checkins.of_series(tables.connection, "urojc") == {"discord:7": ANN}
        assert await checkins.consents(tables.connection, "urojc") == {
            "discord:7": Consent.PSEUDONYM
        }


@pytest.mark.parametrize("in_order", [True, False])
async def test_what_somebody_said_last_holds_in_whatever_order_it_arrives(
    store: Store, in_order: bool
) -> None:
    said = [(OPENS, ANN), (OPENS + HOUR, BO)]
    async with store.writing() as tables:
        for at, one in said if in_order else reversed(said):
            await checkins.put(tables, "urojc", "discord:7", at, one)
        assert await checkins.of_series(tables.connection, "urojc") == {"discord:7": BO}


@pytest.mark.parametrize("in_order", [True, False])
async def test_what_else_somebody_was_called_is_known_in_whatever_order_it_arrives(
    store: Store, in_order: bool
) -> None:
    said = [(OPENS, ANN, "annie"), (OPENS + HOUR, BO, "Dr.\nLee")]
    async with store.writing() as tables:
        for at, one, called in said if in_order else reversed(said):
            await checkins.put(tables, "urojc", "discord:7", at, one, called)
        await checkins.put(tables, "urojc", "discord:8", OPENS, BO)
        known = await checkins.names(tables.connection, "urojc")
        assert {person: set(names) for person, names in known.items()} == {
            "discord:7": {"Ann Lee", "annie", "Dr. Lee"}
        }
        assert await checkins.names(tables.connection, "meded") == {}


async def test_of_many_names_the_latest_are_known(store: Store) -> None:
    async with store.writing() as tables:
        for number in range(MOST_NAMES + 5):
            await checkins.put(tables, "urojc", "discord:7", OPENS, BO, f"Name {number}")
        (names,) = (await checkins.names(tables.connection, "urojc")).values()
    assert names == tuple(f"Name {number}" for number in range(5, MOST_NAMES + 5))


async def test_whoever_is_forgotten_is_known_by_no_name(store: Store) -> None:
    async with store.writing() as tables:
        await checkins.put(tables, "urojc", "discord:7", OPENS, BO, "Wilhelmina Quiet")
        await checkins.put(tables, "meded", "discord:7", OPENS, BO, "Mina")
        (found,) = await forgetting.called(tables.connection, "Wilhelmina Quiet")
        assert (found.key, found.names) == ("discord:7", ("Mina", "Wilhelmina Quiet"))
        assert await forgetting.called(tables.connection, "") == []
        await checkins.forget(tables, "discord:7", "meded")
        assert await checkins.names(tables.connection, "meded") == {}
        await forgetting.erase(tables, "discord", "7", new_erased("discord:7", OPENS))
        assert await checkins.names(tables.connection, "urojc") == {}
        assert await forgetting.called(tables.connection, "Wilhelmina Quiet") == []


async def test_who_is_forgotten_has_said_nothing(store: Store) -> None:
    async with store.writing() as tables:
        for series in ("urojc", "meded", "bcsm"):
            await checkins.put(tables, series, "discord:7", OPENS, ANN)
        await checkins.put(tables, "urojc", "slack:7", OPENS, BO)
        assert await checkins.forget(tables, "discord:7", "meded") == 1
        assert await checkins.of(tables.connection, "urojc", "discord:7") == ANN
        assert await checkins.forget(tables, "discord:7") == 2
        assert await checkins.people(tables.connection) == {"slack:7"}


async def test_erasing_somebody_takes_their_check_ins_and_knows_them_by_name(store: Store) -> None:
    async with store.writing() as tables:
        await checkins.put(tables, "urojc", "discord:7", OPENS, ANN)
        await checkins.put(tables, "meded", "discord:7", OPENS, BO)
        await checkins.put(tables, "urojc", "discord:8", OPENS, BO)
        (found,) = await forgetting.called(tables.connection, "Ann Lee")
        assert (found.key, found.names) == ("discord:7", ("Ann Lee",))
        assert [one.key for one in await forgetting.with_id(tables.connection, "7")] == [
            "discord:7"
        ]
        whom = new_erased("discord:7", OPENS)
        removed = await forgetting.erase(tables, "discord", "7", whom)
        assert removed.checkins == 2
        assert removed.anything
        assert await checkins.people(tables.connection) == {"discord:8"}


async def test_what_was_said_since_a_backup_holds_in_it(tmp_path: Path) -> None:
    async with _two(tmp_path) as (old, new):
        await checkins.put(new, "urojc", "discord:7", OPENS, ANN)
        await checkins.put(new, "urojc", "discord:8", OPENS + HOUR, BO)
        await checkins.put(old, "urojc", "discord:7", OPENS + HOUR, BO, "annie")
        await checkins.put(old, "urojc", "discord:8", OPENS, ANN)
        await checkins.put(old, "urojc", "discord:9", OPENS, ANN)
        assert await checkins.carry(old.connection, new) == 2
        assert await checkins.of_series(new.connection, "urojc") == {
            "discord:7": BO,
            "discord:8": BO,
            "discord:9": ANN,
        }
        assert (await checkins.names(new.connection, "urojc"))["discord:7"] == ("annie",)
        assert await checkins.carry(old.connection, new) == 0


@contextlib.asynccontextmanager
async def _two(folder: Path) -> AsyncIterator[tuple[Tables, Tables]]:
    async with (
        opened(folder / "old.db") as one,
        opened(folder / "new.db") as other,
        one.writing() as old,
        other.writing() as new,
    ):
        yield old, new


# ---------------------------------------------------------------- who took part


SERIES = "urojc"
CHATS = {name: OPENS + n * 30 * 24 * HOUR for n, name in enumerate(("c1", "c2", "c3"))}
PEOPLE = ("ann", "bo", "cy", "di")


@st.composite
def rows(draw: st.DrawFn) -> list[Message]:
    """Give the rows of three chats of a series, and of a chat of another one."""
    count = draw(st.integers(0, 25))
    return [
        Message(
            chat=draw(st.sampled_from([*CHATS, "c2", "other"])),
            room=draw(st.sampled_from([HERE, SLACK, OWN])),
            id=str(number),
            said=draw(st.integers(0, 9)) > 0,
            at=OPENS,
            author=draw(st.sampled_from(PEOPLE)),
            role=draw(st.sampled_from([Role.PARTICIPANT, Role.PARTICIPANT, *Role])),
            withdrawn=draw(st.integers(0, 4)) == 0,
            timing=draw(st.sampled_from([Timing.ON_TIME, Timing.ON_TIME, *Timing])),
        )
        for number in range(count)
    ]


SAID = st.dictionaries(
    st.tuples(st.sampled_from(["discord", "slack", "local"]), st.sampled_from(PEOPLE)),
    st.builds(
        CheckIn,
        role=st.sampled_from(["", "nurse", "patient"]),
        country=st.sampled_from(["", "NO", "US"]),
    ),
)


def took_part(messages: Sequence[Message], chat: str) -> set[str]:
    return {
        f"{m.room.platform}:{m.author}"
        for m in messages
        if m.chat == chat
        and m.said
        and not m.withdrawn
        and m.timing is Timing.ON_TIME
        and m.role in (Role.PARTICIPANT, Role.GUEST)
    }


def recounted(messages: Sequence[Message], chat: str, said: dict[str, CheckIn]) -> Crowd:
    """Count by hand."""
    here = took_part(messages, chat)
    earlier = [name for name in CHATS if CHATS[name] < CHATS[chat]]
    before = {person for name in earlier for person in took_part(messages, name)}
    stated = [said.get(person, CheckIn()) for person in here]
    return Crowd(
        ranked(Counter(one.role for one in stated)),
        ranked(Counter(one.country for one in stated)),
        new=len(here - before),
        returning=len(here & before),
        checked_in=len(here & set(said)),
    )


def ranked(counted: Counter[str]) -> tuple[tuple[str, int], ...]:
    stated = sorted((one for one in counted.items() if one[0]), key=lambda one: (-one[1], one[0]))
    return (*stated, *([("", counted[""])] if counted[""] else []))


async def fill(
    tables: Tables, messages: Sequence[Message], said: dict[tuple[str, str], CheckIn]
) -> None:
    plan = agenda("0m", rooms=(HERE, SLACK, OWN))
    for name, at in {**CHATS, "other": OPENS - HOUR}.items():
        series = "meded" if name == "other" else SERIES
        log = [events.Planned(at, name, series, plan, at, at + HOUR)]
        await tables.append([(name, 1, log[0])])
        await tables.put_chats([fold(list(log))])
    await tables.put_messages(messages)
    for (platform, person), one in said.items():
        await checkins.put(tables, SERIES, f"{platform}:{person}", OPENS, one)


async def check(
    where: Where, messages: Sequence[Message], said: dict[tuple[str, str], CheckIn]
) -> None:
    async with opened(where) as store, store.writing() as tables:
        await fill(tables, messages, said)
        by_key = {f"{platform}:{person}": one for (platform, person), one in said.items()}
        for name in CHATS:
            chat = await tables.chat(name)
            assert chat is not None
            counted = await checkins.crowd(tables.connection, chat)
            assert counted == recounted(messages, name, by_key)
            assert counted.new + counted.returning == len(took_part(messages, name))


@settings(max_examples=60, deadline=None)
@given(rows(), SAID)
async def test_participants_are_counted_by_what_they_said_and_whether_they_came_before(
    messages: list[Message], said: dict[tuple[str, str], CheckIn]
) -> None:
    await check(IN_MEMORY, messages, said)


async def test_it_is_the_same_in_every_database(anywhere: Where) -> None:
    messages = [
        Message(chat, room, f"{n}", True, OPENS, author, role=Role.PARTICIPANT)
        for n, (chat, room, author) in enumerate(
            [("c1", HERE, "ann"), ("c2", HERE, "ann"), ("c2", SLACK, "ann"), ("c2", OWN, "bo"),
             ("c3", OWN, "bo"), ("other", HERE, "cy"), ("c3", HERE, "cy")]
        )
    ]  # fmt: skip
    said = {("discord", "ann"): ANN, ("local", "bo"): BO, ("discord", "cy"): CheckIn()}
    await check(anywhere, messages, said)
