"""What left a store since a backup leaves the backup too."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.engine import events, steps
from bot.engine.agenda import Room
from bot.engine.checkin import CheckIn
from bot.engine.consent import Consent
from bot.engine.fold import fold
from bot.engine.messages import Hold, Message
from bot.store import carrying, checkins, departures, forgetting, pages, publications
from bot.store.carrying import Carried
from bot.store.departures import new_erased
from bot.store.publications import Published
from bot.store.sqlite import opened
from bot.store.tables import Tables
from tests.engine.script import OPENS, agenda

ROOM = Room("discord", "1")
ANN, BO = "223456789012345678", "323456789012345678"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PLAN = agenda("0m", rooms=(ROOM,), moderators={"discord": (ANN,)}, keep=DAY)
LOG: tuple[events.Event, ...] = (
    events.Planned(OPENS - HOUR, "a", "a", PLAN, OPENS, OPENS + HOUR),
    events.Opened(OPENS, f"discord:{ANN}"),
)


def said(number: int, author: str, text: str = "the postman", chat: str = "a") -> Message:
    return Message(chat, ROOM, str(number), True, OPENS, author, "Ann Lee", text=text)


async def fill(tables: Tables) -> None:
    """Write what was there when the backup was made."""
    await tables.append([("a", n, event) for n, event in enumerate(LOG, 1)])
    await tables.put_chats([fold(list(LOG))])
    await tables.put_messages([said(1, ANN), said(2, BO), said(3, BO)])
    await tables.put_reactions([("discord:1/2", f"discord:{ANN}", "👍", OPENS, True)])


@contextlib.asynccontextmanager
async def both(tmp_path: Path) -> AsyncIterator[tuple[Tables, Tables]]:
    """Give a store and the backup of it, which begin alike."""
    async with (
        opened(tmp_path / "old.db") as one,
        opened(tmp_path / "new.db") as other,
        one.writing() as old,
        other.writing() as new,
    ):
        await fill(old)
        await fill(new)
        yield old, new


async def texts(tables: Tables) -> dict[str, tuple[str, bool]]:
    found = await tables.messages([f"discord:1/{n}" for n in range(1, 9)])
    return {one.id: (one.text, one.withdrawn) for one in found}


async def test_without_a_difference_nothing_is_done(tmp_path: Path) -> None:
    async with both(tmp_path) as (old, new):
        assert await carrying.carry(old, new) == Carried()
        assert await pages.log(new.connection, "a") == list(LOG)
        assert set((await texts(new)).values()) == {("the postman", False)}


async def test_messages_that_were_withdrawn_are_withdrawn_again(tmp_path: Path) -> None:
    async with both(tmp_path) as (old, new):
        gone = said(2, BO, "")._replace(withdrawn=True)
        later = said(4, BO, "")._replace(withdrawn=True)
        elsewhere = said(5, BO, "", "unknown")._replace(withdrawn=True)
        await old.put_messages([gone, later, elsewhere])
        assert await carrying.carry(old, new) == Carried(withdrawn=2)
        assert await texts(new) == {
            "1": ("the postman", False),
            "2": ("", True),
            "3": ("the postman", False),
            "4": ("", True),
        }
        assert new.erases


async def test_who_withdrew_everything_has_withdrawn_what_comes_late_too(tmp_path: Path) -> None:
    async with both(tmp_path) as (old, new):
        withdrew = events.Withdrew(OPENS + HOUR, f"discord:{BO}")
        await old.append([("a", 3, events.Closed(OPENS)), ("a", 4, withdrew)])
        await old.withdraw("a", "discord", BO, OPENS + HOUR)
        assert (await carrying.carry(old, new)).withdrawn == 2
        assert await pages.log(new.connection, "a") == [*LOG, withdrew]
        assert (await texts(new))["3"] == ("", True)
        assert await carrying.carry(old, new) == Carried()


@pytest.mark.parametrize("everything", [False, True])
async def test_what_others_quote_of_what_was_withdrawn_is_taken_out_again(
    tmp_path: Path, everything: bool
) -> None:
    async with both(tmp_path) as (old, new):
        for tables in (old, new):
            quotes = [said(6, ANN, "> the postman\nOh"), said(7, ANN, "> the milkman")]
            await tables.put_messages(quotes)
        if everything:
            await old.append([("a", 3, events.Withdrew(OPENS + HOUR, f"discord:{BO}"))])
        await old.put_messages([said(2, BO, "")._replace(withdrawn=True)])
        await carrying.carry(old, new)
        after = await texts(new)
        assert (after["6"], after["7"]) == (("> […]\nOh", False), ("> the milkman", False))


async def test_a_chat_whose_time_was_over_is_blanked_again(tmp_path: Path) -> None:
    async with both(tmp_path) as (old, new):
        await old.append([("a", 3, events.Blanked(OPENS + 9 * DAY, DAY))])
        assert await carrying.carry(old, new) == Carried(blanked=1)
        assert {text for text, _ in (await texts(new)).values()} == {""}
        assert fold(await pages.log(new.connection, "a")).blanked


async def test_what_people_said_of_themselves_since_holds_but_not_of_who_was_erased(
    tmp_path: Path,
) -> None:
    async with both(tmp_path) as (old, new):
        for tables in (old, new):
            await checkins.put(tables, "a", f"discord:{ANN}", OPENS, CheckIn("Ann"))
            await checkins.put(tables, "a", f"discord:{BO}", OPENS, CheckIn("Bo"))
        out = CheckIn(consent=Consent.OUT)
        await checkins.put(old, "a", f"discord:{BO}", OPENS + HOUR, out)
        whom = new_erased(f"discord:{ANN}", OPENS + DAY)
        await forgetting.erase(old, "discord", ANN, whom)
        assert await carrying.carry(old, new) == Carried(erased=1, checkins=1)
        assert await checkins.of_series(new.connection, "a") == {f"discord:{BO}": out}


async def test_who_was_erased_is_erased_again_under_the_same_pseudonym(tmp_path: Path) -> None:
    async with both(tmp_path) as (old, new):
        whom = new_erased(f"discord:{ANN}", OPENS + DAY)
        nobody = new_erased("slack:U0123456789", OPENS + DAY)
        await forgetting.erase(old, "discord", ANN, whom)
        await departures.remember(old.connection, nobody)
        assert await carrying.carry(old, new) == Carried(erased=1), "of the other nothing is there"
        assert await texts(new) == await texts(old)
        assert await pages.log(new.connection, "a") == await pages.log(old.connection, "a")
        (one,) = await new.messages(["discord:1/1"])
        assert one.author == whom.pseudonym
        assert ANN not in str(await new.connection.rows("SELECT * FROM reactions"))
        assert set(await departures.erased(new.connection)) == {whom, nobody}
        assert await carrying.carry(old, new) == Carried()


async def test_what_was_held_and_cleared_since_is_held_and_shown_again(tmp_path: Path) -> None:
    async with both(tmp_path) as (old, new):
        await new.put_messages([said(3, BO)._replace(concerns=("email",), held=Hold.PRIVACY)])
        by = f"discord:{ANN}"
        since: tuple[events.Event, ...] = (
            steps.Held(OPENS, "discord:1/2", by),
            steps.Cleared(OPENS + HOUR, "discord:1/3", by, OPENS),
        )
        await old.append([("a", n, event) for n, event in enumerate(since, len(LOG) + 1)])
        await carrying.carry(old, new)
        assert (await pages.log(new.connection, "a"))[len(LOG) :] == list(since)
        found = await new.messages(["discord:1/2", "discord:1/3"])
        assert {one.id: one.held for one in found} == {"2": Hold.MODERATOR, "3": Hold.NONE}


async def test_who_left_since_takes_their_check_in_of_then_along(tmp_path: Path) -> None:
    async with both(tmp_path) as (old, new):
        for person in (ANN, BO):
            said_then = CheckIn(name="Bo", role="nurse")
            await checkins.put(new, "a", f"discord:{person}", OPENS, said_then)
        again = CheckIn(name="Ann", role="physician")
        await checkins.put(old, "a", f"discord:{ANN}", OPENS + DAY, again)
        for n, person in enumerate((ANN, BO), len(LOG) + 1):
            left = events.Withdrew(OPENS + HOUR, f"discord:{person}", left=True)
            await old.append([("a", n, left)])
        await carrying.carry(old, new)
        assert await checkins.of_series(new.connection, "a") == {f"discord:{ANN}": again}
        assert {text for text, _ in (await texts(new)).values()} == {""}


async def test_what_was_published_since_is_known_to_be_published(tmp_path: Path) -> None:
    shown = Published(1, 1, "", 0, "")
    async with both(tmp_path) as (old, new):
        for tables in (old, new):
            await publications.put(tables, "a", 1, OPENS, [("discord:1/1", shown)])
        gone = shown._replace(number=2, silence="withdrawn")
        await publications.put(old, "a", 2, OPENS + HOUR, [("discord:1/1", gone)])
        await publications.put(old, "unknown", 1, OPENS, [("discord:1/8", shown)])
        await carrying.carry(old, new)
        known = await publications.publications(new.connection, "a")
        assert (known.editions, known.first) == (2, OPENS)
        assert (await publications.publications(new.connection, "unknown")).editions == 0
        rows = await new.connection.rows("SELECT number, silence FROM published ORDER BY number")
        assert rows == [(1, ""), (2, "withdrawn")]
