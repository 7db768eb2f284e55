"""A person is erased at their wish: who is meant, what goes, what counts on, what is told."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.cli.departure import Found, agendas_naming, described, erase_in, what_goes
from bot.cli.faults import Stopped
from bot.dispatch.publishing import publish
from bot.engine.agenda import Room
from bot.engine.events import Opened, Planned
from bot.engine.messages import Message, Tally
from bot.engine.people import Person
from bot.engine.signals import Edited, Said
from bot.store import figures
from bot.store.forgetting import Known, Removed
from bot.store.opening import Where, opened
from bot.transcripts.files import write_files
from tests.house import START, House, house, moderator, room_of, urojc
from tests.invariants.process import posted, program

SERIES = urojc()
ROOM, HENRY = room_of(SERIES), moderator(SERIES)
ANN = Person("local", "p-annannannann", "Ann Lee")
BO = Person("local", "p-bobobobobobo", "Bo")
WORDS = "the postman from Elm Street"
CHAT = "urojc-2026-12-07"
NOW = START + timedelta(days=40)
SECRETS = (WORDS, "Ann Lee", ANN.id)

AGENDA = """\
title: A chat
zone: Australia/Sydney
starts: 2026-12-07 07:00
window: 48h
rooms: [{local: urojc}]
moderators: {local: [henry]}
topics: [{ask: "What next?", after: 0m}]
"""


async def conversation(h: House) -> None:
    await h.start(SERIES)
    for n in range(6):
        h.clock.advance(timedelta(hours=1))
        said = f"T1: {WORDS}, {n}" if n % 2 else f"T1: <@{ANN.id}|Ann Lee> is right, {n}"
        await h.say(ROOM, ANN if n % 2 else BO, said, message=str(n))
    await h.say(ROOM, BO, f"> T1: {WORDS}, 1\nMe too", message="6", reply_to="1")
    await h.put_emoji(ROOM, "0", ANN, "👍")
    await h.say(ROOM, ANN, f"{WORDS}, taken back", message="7")
    await h.delete(ROOM, "7")


async def counted(h: House) -> Tally:
    async with h.store.reading() as tables:
        return await figures.tally(tables.connection, CHAT)


def always(_whom: Found) -> bool:
    return True


def agendas(folder: Path, text: str = AGENDA) -> Path:
    """Return a folder of agendas, with one in it of which nobody is erased here."""
    chats = folder / "chats"
    chats.mkdir(exist_ok=True)
    if not any(chats.iterdir()):
        (chats / "other.yaml").write_text(text.replace("henry", "elena"), "utf-8")
    return chats


async def erase(folder: Path, given: str) -> list[str]:
    told: list[str] = []
    chats = agendas(folder)
    assert await erase_in(folder / "rounds.db", chats, given, NOW, always, told.append)
    return told


def on_disk(folder: Path) -> set[tuple[str, str]]:
    """Return which files of the store hold which of the secrets."""
    return {
        (path.name, secret)
        for path in folder.glob("rounds.db*")
        for secret in SECRETS
        if secret.encode() in path.read_bytes()
    }


# ---------------------------------------------------------------- what goes


async def test_nothing_of_the_person_is_left_in_store_and_transcripts_and_counts_stay(
    tmp_path: Path,
) -> None:
    async with house(tmp_path) as h:
        await conversation(h)
        await h.live(timedelta(hours=72))
        before = await counted(h)
        assert len(on_disk(tmp_path)) >= len(SECRETS)
        told = await erase(tmp_path, ANN.key)
        assert on_disk(tmp_path) == set()
        assert await counted(h) == before
        assert before.participants == 2
        assert not any(secret in line for secret in SECRETS for line in told)
        chat = await h.chat(CHAT)
        async with h.store.reading() as tables:
            files = await write_files(tables, chat, tmp_path / "out", ("html", "md", "json", "csv"))
    assert on_disk(tmp_path) == set()
    for file in files:
        text = file.read_text("utf-8")
        assert not any(secret in text for secret in SECRETS), file
        assert "somebody erased" in text, file
        assert "is right" in text


async def test_it_is_said_what_went_and_where_more_may_stand(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await conversation(h)
        await h.say(ROOM, BO, "Thank you, Ann Lee!", message="9")
        await h.say(ROOM, Person("local", "p-anotheranoth", "Ann Hu"), "Hello", message="10")
        await h.say(ROOM, BO, "Thank you, Ann", message="11")
    (tmp_path / "rounds-2026-12-09T09-30-00Z.db").write_text("an earlier one")
    told = "\n".join(await erase(tmp_path, "Ann Lee"))
    for line in (
        "4 messages of theirs",
        "3 texts",
        "1 reaction",
        "5 messages of others, but only what names, mentions or quotes them there",
        f"Transcripts of {CHAT}",
        "1 message of others in which a name of theirs may stand",
        "rounds-2026-12-09T09-30-00Z.db, an earlier store",
        "Backups that were made before",
    ):
        assert line in told, line
    assert "Discord" not in told, "there is no other copy of what was said in the built-in room"


async def test_public_transcripts_with_their_words_are_named_each_with_its_moment(
    tmp_path: Path,
) -> None:
    async with house(tmp_path) as h:
        await h.start(SERIES)
        await h.say(ROOM, BO, "T1: no", message="0")
        await publish(h.store, CHAT, h.clock())  # without a word of hers
        for n in (1, 2):
            h.clock.advance(timedelta(hours=1))
            await h.say(ROOM, ANN, f"T1: {WORDS}", message=str(n))
            await publish(h.store, CHAT, h.clock())
    told = [line for line in await erase(tmp_path, ANN.key) if "A public transcript" in line]
    assert told == [
        f"  A public transcript of {CHAT}, published 2026-12-06 {hour}:00 UTC. The next one says "
        "in its erratum that something was taken back."
        for hour in (21, 22)
    ]


async def test_what_a_platform_tells_late_brings_nothing_back(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await conversation(h)
        await erase(tmp_path, ANN.key)
        at = h.clock()
        for signal in (
            Said(at, ROOM, "1", ANN, WORDS),
            Edited(at, ROOM, "1", WORDS),
            Said(at, ROOM, "unheard", ANN, WORDS),
            Edited(at + timedelta(minutes=1), ROOM, "unheard", WORDS),
        ):
            await h.runner.handle(signal)
        await h.put_emoji(ROOM, "0", ANN, "💡")
        assert on_disk(tmp_path) == set()
        late = await h.message(ROOM, "unheard")
        assert (late.author, late.text) == ((await h.message(ROOM, "1")).author, "")


async def test_a_late_delivery_is_masked_also_in_a_batch_with_others(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await conversation(h)
        await erase(tmp_path, ANN.key)
        at = h.clock()
        heard = [h.runner.take_in(Said(at, ROOM, f"l{n}", BO, "mine")) for n in range(3)]
        heard.append(h.runner.take_in(Said(at, ROOM, "l3", ANN, WORDS)))
        await asyncio.gather(*heard)
        assert (await h.message(ROOM, "l2")).text == "mine"
        assert on_disk(tmp_path) == set()


async def test_what_they_say_afterwards_is_theirs_anew(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await conversation(h)
        h.clock.set(START + timedelta(hours=20))
        told: list[str] = []
        now = h.clock()
        await erase_in(tmp_path / "rounds.db", None, ANN.key, now, always, told.append)
        h.clock.advance(timedelta(minutes=1))
        await h.say(ROOM, ANN, "I am back", message="back")
        message = await h.message(ROOM, "back")
        assert (message.author, message.name, message.text) == (ANN.id, "Ann Lee", "I am back")


async def test_closing_posts_lose_what_they_quote_of_them(tmp_path: Path) -> None:
    other = Room("local", "second")
    agenda = replace(SERIES.agenda, rooms=(ROOM, other), share_names=True)
    async with house(tmp_path, replace(SERIES, agenda=agenda)) as h:
        await h.start(h.series["urojc"])
        h.clock.advance(timedelta(hours=1))
        for by, message in ((ANN, "1"), (BO, "2")):
            await h.say(ROOM, by, f"T1: {WORDS} by {by.name}", message=message)
            await h.say(ROOM, HENRY, "Thank you", message=f"re{message}", reply_to=message)
        await h.live(timedelta(hours=60))
        closing = (await h.chat(CHAT)).closings[other].ref
        assert "by Ann Lee" in (await h.message(other, closing)).text
        await erase(tmp_path, ANN.key)
        assert "by Ann Lee" not in (await h.message(other, closing)).text
        h.clock.set(NOW)
        await h.outbox.deliver()  # as the process does that serves, every few seconds
        after = (await h.message(other, closing)).text
        assert "by Bo" in after
        assert "a file without words" not in after
        assert {secret for _, secret in on_disk(tmp_path)} == {WORDS}, "those are Bo's"


# ---------------------------------------------------------------- who is meant


async def test_somebody_is_found_by_key_id_mention_and_their_name_here(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await conversation(h)
        meant: list[str] = []

        def note(whom: Found) -> bool:
            meant.append(whom.who.key)
            return False

        for given in (ANN.key, ANN.id, f"<@{ANN.id}>", f"<@!{ANN.id}|Ann>", "Ann Lee", "@Ann Lee"):
            assert not await erase_in(tmp_path / "rounds.db", None, given, NOW, note, print)
        assert meant == [ANN.key] * 6
        before = await counted(h)
        assert (await h.message(ROOM, "1")).text, "whoever says no changes nothing"
        assert before == await counted(h)


async def test_where_several_may_be_meant_they_are_listed(tmp_path: Path) -> None:
    other = Person("local", "p-otherotherot", "Ann Lee")
    async with house(tmp_path) as h:
        await conversation(h)
        await h.say(ROOM, other, "hello", message="other")
        with pytest.raises(Stopped) as stopped:
            await erase(tmp_path, "Ann Lee")
        lines = str(stopped.value).splitlines()
        assert "one of 2" in lines[0]
        keys = {line.split()[0].rstrip(":,") for line in lines[1:]}
        assert keys == {ANN.key, other.key}
        assert (await h.message(ROOM, "1")).text


@pytest.mark.parametrize("given", ["Nobody", "discord:123", "", "local:", "%", "p-annannannan_"])
async def test_of_whom_nothing_is_kept_it_is_said_what_to_give(tmp_path: Path, given: str) -> None:
    async with house(tmp_path) as h:
        await conversation(h)
        with pytest.raises(Stopped, match="discord:ID"):
            await erase(tmp_path, given)
        assert (await h.message(ROOM, "1")).text


async def test_who_is_erased_is_not_erased_by_their_pseudonym(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await conversation(h)
        await erase(tmp_path, ANN.key)
        pseudonym = (await h.message(ROOM, "1")).author
    with pytest.raises(Stopped, match="erased already"):
        await erase(tmp_path, f"local:{pseudonym}")
    with pytest.raises(Stopped):
        await erase(tmp_path, "somebody erased")


async def test_a_moderator_is_taken_out_of_the_agenda_first(tmp_path: Path) -> None:
    (tmp_path / "chats").mkdir()
    agenda = tmp_path / "chats" / "urojc.yaml"
    agenda.write_text(AGENDA, "utf-8")
    assert agendas_naming(tmp_path / "chats", HENRY.key, NOW) == [str(agenda)]
    assert agendas_naming(tmp_path / "chats", "discord:henry", NOW) == []
    more = "\nmoderators_on_call: {local: [henry, zoe]}\nmembers_only: {local: [ben]}\n"
    agenda.write_text(AGENDA.replace("[henry]", "[henry, zoe]") + more, "utf-8")
    for key in ("local:zoe", "local:ben"):
        assert agendas_naming(tmp_path / "chats", key, NOW) == [str(agenda)]
    agenda.write_text(AGENDA, "utf-8")
    async with house(tmp_path) as h:
        await conversation(h)
        with pytest.raises(Stopped, match=r"urojc\.yaml"):
            await erase(tmp_path, "henry")
        agenda.write_text(AGENDA.replace("henry", "amelia"), "utf-8")
        await erase(tmp_path, "henry")
        chat = await h.chat(CHAT)
        assert "henry" not in str(chat)
        assert b'"henry"' not in (tmp_path / "rounds.db").read_bytes()


async def test_somebody_whose_id_stands_in_an_agenda_with_mistakes_is_taken_out_there_first(
    tmp_path: Path,
) -> None:
    """It may be mended, and a process that serves goes on with its last right reading."""
    chats = agendas(tmp_path)
    (chats / "urojc.yaml").write_text(AGENDA.replace("window: 48h", "window: long"), "utf-8")
    assert agendas_naming(chats, HENRY.key, NOW) == [str(chats / "urojc.yaml")]
    assert agendas_naming(chats, "local:hen", NOW) == []


@pytest.mark.parametrize("there", [False, True])
async def test_where_there_is_no_agenda_to_look_into_nobody_is_erased_unless_it_is_said(
    tmp_path: Path, there: bool
) -> None:
    chats, told = tmp_path / "chats", list[str]()
    if there:
        chats.mkdir()
        (chats / "README.md").write_text("No agenda.", "utf-8")
    async with house(tmp_path) as h:
        await conversation(h)
        store = tmp_path / "rounds.db"
        with pytest.raises(Stopped, match=r"There is no agenda in .*--without-agendas"):
            await erase_in(store, chats, ANN.key, NOW, always, told.append)
        assert (await h.message(ROOM, "1")).text
        assert await erase_in(store, None, ANN.key, NOW, always, told.append)
        assert (await h.message(ROOM, "1")).text == ""
    assert "were not looked into" in told[-1]


def test_somebody_is_described_in_a_line_that_drives_no_terminal() -> None:
    line = described(Known("local:p-1", ("\x1b[31mAnn\n", "Dr Lee"), 2, 1, START))
    assert "\x1b" not in line
    assert "\n" not in line
    assert line.endswith(": 2 messages in 1 chat, the last on 2026-12-06")


async def test_in_a_database_somebody_is_erased_as_in_a_file(
    lasting: Where, tmp_path: Path
) -> None:
    plan = Planned(START, CHAT, "urojc", SERIES.agenda, START, START + timedelta(hours=48))
    said = Message(CHAT, ROOM, "1", True, START, ANN.id, ANN.name, text=WORDS)
    async with opened(lasting) as store, store.writing() as tables:
        await tables.append([(CHAT, 1, plan), (CHAT, 2, Opened(START, ANN.key))])
        await tables.put_messages([said])
    told: list[str] = []
    assert await erase_in(lasting, None, "Ann Lee", NOW, always, told.append)
    async with opened(lasting) as store, store.reading() as tables:
        (after,) = await tables.messages([said.key])
        chat = await tables.chat(CHAT)
    assert (after.text, after.name) == ("", "somebody erased")
    assert chat is not None
    assert chat.opened_by == f"local:{after.author}"
    assert any("VACUUM" in line for line in told) is not isinstance(lasting, Path)
    assert any("brings the person back" in line for line in told) is not isinstance(lasting, Path)


# ---------------------------------------------------------------- beside a process that serves


async def test_a_process_that_serves_shows_and_keeps_nothing_of_the_person(tmp_path: Path) -> None:
    async with program(tmp_path) as process:
        (process.chats / "urojc.yaml").write_text(AGENDA, "utf-8")
        await process.start()
        async with process.moderator() as henry:
            await henry.post("/rooms/urojc/say", {"text": "/chat start urojc"})
        async with process.guest("urojc", "Ann Lee") as ann, process.guest("urojc", "Bo") as bo:
            number = posted(await ann.post("/rooms/urojc/say", {"text": WORDS}, follow=False))
            await bo.say("urojc", "I think so too", reply_to=number)
            assert WORDS in (await bo.get("/rooms/urojc")).text
            ((who,),) = process.rows("SELECT DISTINCT author FROM messages WHERE name = 'Ann Lee'")
            told: list[str] = []
            done = await erase_in(
                process.data / "rounds.db", process.chats, "Ann Lee", NOW, always, told.append
            )
            assert done
            page = (await bo.get("/rooms/urojc")).text
            assert WORDS not in page
            assert "Ann Lee" not in page
            assert "somebody erased" in page
            again = await bo.say("urojc", "Where did it go?", reply_to=number)
            assert again.status == 200
            assert "somebody erased" in again.text
            for path in process.data.glob("rounds.db*"):
                raw = path.read_bytes()
                for secret in (WORDS, "Ann Lee", str(who)):
                    assert secret.encode() not in raw, (path.name, secret)
        assert await process.stop() == 0
        assert "Ann Lee" not in process.log.read_text()


def test_check_ins_are_told_among_what_goes() -> None:
    assert what_goes(Removed(checkins=2)) == ["  2 check-ins with what they said of themselves"]
    assert Removed(checkins=1).anything, "somebody who checked in and never wrote"
