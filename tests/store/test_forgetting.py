"""A person is taken out of the whole store; what is counted stays as it was."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.engine import events
from bot.engine.actions import Tell, Whisper, privately
from bot.engine.agenda import Agenda, Room
from bot.engine.erasing import GONE, NAME
from bot.engine.fold import fold
from bot.engine.messages import Attachment, Message
from bot.engine.people import Role
from bot.engine.quoting import TAKEN_OUT
from bot.intake.runner import Store
from bot.store import departures, figures, forgetting, pages, queue
from bot.store.departures import Erased, new_erased
from bot.store.forgetting import Removed, Stood
from bot.store.opening import Where, opened
from bot.store.tables import Tables
from tests.engine.script import OPENS, agenda

HERE, SLACK = Room("discord", "1"), Room("slack", "C1")
WHO = "223456789012345678"
HOUR = timedelta(hours=1)
NOW = OPENS + 300 * HOUR
FILE = Attachment("Ann's scan.png", "image/png", 9, "https://files.example/scan.png")
LINE = "I saw this twice on Elm Street."


@pytest.fixture
async def store(anywhere: Where) -> AsyncIterator[Store]:
    async with opened(anywhere) as found:
        yield found


def said(number: int, text: str, author: str = WHO, room: Room = HERE, **more: object) -> Message:
    given: dict[str, object] = {"name": "Ann Lee" if author == WHO else f"Person {author}"}
    at = OPENS + number * HOUR
    return Message("a", room, str(number), True, at, author, text=text, **(given | more))  # type: ignore[arg-type]


MESSAGES = (
    said(1, LINE, topics=(1,), attachments=(FILE,)),
    said(2, "", withdrawn=True),
    said(3, "late", name="Dr Lee"),
    said(4, f"<@{WHO}|Ann Lee> is right", "8", topics=(1,), reply_to="1"),
    said(5, f"> {LINE}\nMe too, says Dr Lee", "9", reply_to="1"),
    said(6, "the same id elsewhere", room=SLACK),
    said(7, f"T1: ask <@{WHO}>", "rounds", role=Role.BOT),
    said(8, "of somebody else", "8"),
)
PLAN: Agenda = agenda("0m", rooms=(HERE, SLACK), moderators={"discord": (WHO,)})
LOG: tuple[events.Event, ...] = (
    events.Planned(OPENS - HOUR, "a", "a", PLAN, OPENS, OPENS + 48 * HOUR),
    events.Opened(OPENS, f"discord:{WHO}"),
    events.Withdrew(OPENS + 2 * HOUR, f"discord:{WHO}"),
    events.Closed(OPENS + 48 * HOUR),
)


async def fill(tables: Tables) -> None:
    await tables.append([("a", n, event) for n, event in enumerate(LOG, 1)])
    await tables.put_chats([fold(list(LOG))])
    await tables.put_messages(MESSAGES)
    await tables.put_reactions(
        [
            (MESSAGES[3].key, f"discord:{WHO}", "👍", OPENS, True),
            (MESSAGES[0].key, "discord:8", "👍", OPENS, True),
            (MESSAGES[5].key, f"slack:{WHO}", "👍", OPENS, True),
        ]
    )
    tell = Tell(privately("discord"), (WHO, "8"), "", ("It is over.",))
    whisper = Whisper(HERE, WHO, None, ("You are late.",))
    await queue.put(tables.connection, [("a", 4, 0, tell), ("a", 4, 1, whisper)], OPENS)


async def erase(tables: Tables) -> tuple[Erased, Removed]:
    whom = new_erased(f"discord:{WHO}", NOW)
    return whom, await forgetting.erase(tables, "discord", WHO, whom)


async def held(tables: Tables) -> dict[str, Message]:
    return {m.id: m for m in await tables.messages([one.key for one in MESSAGES])}


async def test_their_messages_lose_words_names_and_files_and_keep_their_places(
    store: Store,
) -> None:
    async with store.writing() as tables:
        await fill(tables)
        whom, removed = await erase(tables)
        assert tables.erases
        after = await held(tables)
    one, other, late = (
        message._replace(text="", author=whom.pseudonym, name=NAME) for message in MESSAGES[:3]
    )
    assert after["1"] == one._replace(attachments=GONE)
    assert after["2"] == other, "withdrawn it stays"
    assert after["3"] == late
    assert after["6"] == MESSAGES[5], "on another platform the id is somebody else's"
    assert after["8"] == MESSAGES[7]
    assert removed == Removed(
        stood=(Stood("a", HERE, 3),),
        texts=2,
        files=1,
        reactions=1,
        liked=frozenset({MESSAGES[3].key}),
        others=frozenset(MESSAGES[n].key for n in (3, 4, 6)),
        entries=3,
        waiting=2,
    )


async def test_where_a_name_stands_whole_is_found_but_in_series_that_were_looked_at(
    store: Store,
) -> None:
    async with store.writing() as tables:
        await fill(tables)
        found = forgetting.naming
        holding = frozenset({MESSAGES[4].key})
        assert await found(tables.connection, ["Dr Lee"], []) == holding
        assert await found(tables.connection, ["Dr Lee"], ["another"]) == holding
        assert await found(tables.connection, ["Dr Lee"], ["a", "another"]) == frozenset()
        assert await found(tables.connection, ["r Lee", "100%"], []) == frozenset()


async def test_what_others_wrote_keeps_all_but_mentions_and_quotes(store: Store) -> None:
    async with store.writing() as tables:
        await fill(tables)
        whom, _removed = await erase(tables)
        after = await held(tables)
    assert after["4"].text == f"<@{whom.pseudonym}|{NAME}> is right"
    assert after["5"].text == f"> {TAKEN_OUT}\nMe too, says Dr Lee"
    assert after["7"].text == f"T1: ask <@{whom.pseudonym}|{NAME}>"


async def test_counts_are_what_they_were(store: Store) -> None:
    async with store.writing() as tables:
        await fill(tables)
        before = await figures.Figures(tables.connection, "a").counts()
        await erase(tables)
        assert await figures.Figures(tables.connection, "a").counts() == before
        assert before.with_files == 1


async def test_the_log_names_the_pseudonym_and_tells_of_the_erasure(store: Store) -> None:
    async with store.writing() as tables:
        await fill(tables)
        whom, _removed = await erase(tables)
        log = await pages.log(tables.connection, "a")
    assert log[-1] == events.Erased(NOW)
    assert [type(one) for one in log[:-1]] == [type(one) for one in LOG]
    assert WHO not in str(log)
    chat = fold(log)
    assert chat.opened_by == f"discord:{whom.pseudonym}"
    assert chat.agenda.moderators == {"discord": (whom.pseudonym,)}
    assert chat.withdrawn == {f"discord:{whom.pseudonym}": OPENS + 2 * HOUR}


async def test_their_reactions_go_and_those_to_their_words_stay(store: Store) -> None:
    async with store.writing() as tables:
        await fill(tables)
        await erase(tables)
        rows = await tables.connection.rows("SELECT person FROM reactions ORDER BY person")
    assert rows == [("discord:8",), (f"slack:{WHO}",)]


async def test_posts_for_them_are_not_sent_and_those_for_others_are(store: Store) -> None:
    async with store.writing() as tables:
        await fill(tables)
        await erase(tables)
        rows = await tables.connection.rows("SELECT key, state, body FROM outbox ORDER BY key")
        lane = queue.Lane(privately("discord"), "a")
        left = await queue.first(tables.connection, lane)
    assert [(key, state) for key, state, _ in rows] == [
        ("a/4/0", "waiting"), ("a/4/1", "gave_up"),
    ]  # fmt: skip
    assert rows[1][2] == ""
    assert left is not None
    assert left.action == Tell(privately("discord"), ("8",), "", ("It is over.",))


async def test_of_whom_nothing_is_kept_nothing_is_removed(store: Store) -> None:
    async with store.writing() as tables:
        await fill(tables)
        nobody = await forgetting.erase(tables, "local", "nobody", new_erased("local:nobody", NOW))
        assert not nobody.anything
        assert len(await pages.log(tables.connection, "a")) == len(LOG)
        assert await held(tables) == {one.id: one for one in MESSAGES}


async def test_a_log_that_cannot_be_read_is_told_and_holds_nothing_up(store: Store) -> None:
    async with store.writing() as tables:
        await fill(tables)
        await tables.connection.run(
            "INSERT INTO events (chat, seq, kind, body) VALUES ('b', 1, 'Opened', ?)",
            (f"broken {WHO}",),
        )
        _whom, removed = await erase(tables)
    assert removed.broken == ("b",)
    assert removed.texts == 2


async def test_people_are_found_by_id_and_by_every_name_they_had(store: Store) -> None:
    async with store.writing() as tables:
        await fill(tables)
        await tables.put_messages([said(9, "yes", "p-abcdefghijkm", Room("local", "a"))])
        found = await forgetting.with_id(tables.connection, WHO)
        assert [one.key for one in found] == [f"discord:{WHO}", f"slack:{WHO}"]
        assert found[0] == forgetting.Known(
            f"discord:{WHO}", ("Dr Lee", "Ann Lee"), 3, 1, OPENS + 3 * HOUR
        )
        (lee,) = await forgetting.called(tables.connection, "Dr Lee")
        assert lee == found[0]
        assert await forgetting.called(tables.connection, "Rounds") == []
        assert await forgetting.with_id(tables.connection, "rounds") == []
        assert (await forgetting.known(tables.connection, "local:x")).said == 0


async def test_wordings_of_messages_that_never_came_go_once_nothing_is_read_back(
    store: Store,
) -> None:
    unsaid = said(10, "an edit alone", "")._replace(said=False)
    async with store.writing() as tables:
        await fill(tables)
        await tables.put_messages([unsaid])
        await forgetting.blank_unsaid(tables, "discord", OPENS)
        assert (await tables.messages([unsaid.key]))[0].text
        await forgetting.blank_unsaid(tables, "discord", NOW)
        assert not (await tables.messages([unsaid.key]))[0].text


async def test_somebody_erased_twice_is_two_for_whoever_counts(store: Store) -> None:
    async with store.writing() as tables:
        await fill(tables)
        await erase(tables)
        await tables.put_messages([replace_author(said(20, "back again"))])
        _whom, removed = await erase(tables)
        assert (removed.texts, removed.entries) == (1, 0)
        assert len(await departures.erased(tables.connection)) == 2


def replace_author(message: Message) -> Message:
    return message._replace(author=WHO, name="Ann again")


def test_what_stood_is_added_up() -> None:
    removed = Removed(stood=(Stood("a", HERE, 3), Stood("b", HERE, 4)))
    assert (removed.messages, removed.anything) == (7, True)
    assert replace(removed, stood=()).anything is False


@pytest.mark.parametrize("name", ['O"Neil', "back\\slash", "100%_of", "_", "Zoë Ω", "%"])
async def test_whatever_signs_an_id_has_it_is_found_in_logs_and_texts(
    store: Store, name: str
) -> None:
    here = Room("local", "a")
    plan = agenda("0m", rooms=(here,), moderators={"local": (name, "henry")})
    async with store.writing() as tables:
        opened_by = events.Opened(OPENS, f"local:{name}")
        planned = events.Planned(OPENS, "a", "a", plan, OPENS, OPENS + HOUR)
        await tables.append([("a", 1, planned), ("a", 2, opened_by)])
        mine = said(1, "hello", name, here)
        others = said(2, f"<@{name}> yes", "bo", here)
        await tables.put_messages([mine, others])
        await tables.put_reactions([(others.key, f"local:{name}", "👍", OPENS, True)])
        assert [one.key for one in await forgetting.with_id(tables.connection, name)] == [
            f"local:{name}"
        ]
        whom = new_erased(f"local:{name}", NOW)
        removed = await forgetting.erase(tables, "local", name, whom)
        assert (removed.texts, removed.reactions, removed.entries) == (1, 1, 2)
        log = await pages.log(tables.connection, "a")
        assert fold(log).agenda.moderators == {"local": (whom.pseudonym, "henry")}
        (after,) = await tables.messages([others.key])
        assert after.text == f"<@{whom.pseudonym}|{NAME}> yes"
