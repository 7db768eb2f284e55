"""What people said is kept for as long as their series' agenda says today, and no longer."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from bot.clock import clock
from bot.clockwork.planner import Planner
from bot.engine.agenda import Room, Series
from bot.engine.messages import Tally
from bot.engine.signals import Edited, Said
from bot.store import departures, figures
from bot.transcripts.build import build
from bot.transcripts.files import write_files
from tests.house import House, house, moderator, person, room_of, urojc
from tests.invariants.process import program

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
ANN, BO = person("Ann Lee"), person("Bo")
WORDS = "the postman from Elm Street"
CHAT = "urojc-2026-12-07"


def keeping(keep: timedelta | None) -> Series:
    series = urojc()
    return replace(series, agenda=replace(series.agenda, keep=keep))


ROOM, HENRY = room_of(urojc()), moderator(urojc())


async def hold(h: House, series: Series) -> Tally:
    """Hold a chat to its end, and say something in it; return how it was counted."""
    await h.start(series)
    for n in range(6):
        h.clock.advance(HOUR)
        await h.say(ROOM, ANN if n % 2 else BO, f"T1: {WORDS} {n}", message=str(n))
    await h.say(ROOM, HENRY, f"Thank you for {WORDS}", message="thanks", reply_to="1")
    await h.live(72 * HOUR)
    return await counted(h)


async def counted(h: House) -> Tally:
    async with h.store.reading() as tables:
        return await figures.tally(tables.connection, CHAT)


async def follow(h: House, keep: timedelta | None) -> None:
    """Take over what the organizer writes under `keep`."""
    h.series["urojc"] = keeping(keep)
    await Planner(h.runner, h.store, h.catalogue).follow_agendas(h.clock())
    await h.live()


def on_disk(folder: Path, words: str) -> set[str]:
    return {
        path.name
        for path in folder.rglob("rounds.db*")
        if path.is_file() and words.encode() in path.read_bytes()
    }


async def test_words_and_names_go_at_their_moment_and_counts_stay(tmp_path: Path) -> None:
    async with house(tmp_path, keeping(90 * DAY)) as h:
        before = await hold(h, keeping(90 * DAY))
        assert before.messages == 6
        await h.live(85 * DAY)
        assert on_disk(tmp_path, "postman")
        await h.live(10 * DAY)
        assert on_disk(tmp_path, "postman") == on_disk(tmp_path, "Ann Lee") == set()
        assert await counted(h) == before
        chat = await h.chat(CHAT)
        assert chat.blanked is not None
        async with h.store.reading() as tables:
            told = await build(tables, chat)
            assert told.summary.counts.messages == 6
            files = await write_files(tables, chat, tmp_path / "out", ("html", "md", "json", "csv"))
        for file in files:
            text = file.read_text("utf-8")
            assert "postman" not in text
            assert "Ann Lee" not in text
            assert "What question did the authors" in text or file.suffix == ".csv"
        assert "removed on" in (tmp_path / "out" / "transcript.html").read_text("utf-8")
        assert "90 days after the end" in (tmp_path / "out" / "transcript.md").read_text("utf-8")
        assert "blanked_at" in (tmp_path / "out" / "transcript.json").read_text("utf-8")


async def test_after_an_absence_they_go_as_soon_as_somebody_is_there(tmp_path: Path) -> None:
    async with house(tmp_path, keeping(90 * DAY)) as h:
        await hold(h, keeping(90 * DAY))
        h.clock.advance(400 * DAY)
    async with house(tmp_path, keeping(90 * DAY), now=h.clock()) as again:
        await again.live()
    assert on_disk(tmp_path, "postman") == set()


async def test_an_agenda_that_is_made_shorter_holds_for_chats_of_long_ago(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        before = await hold(h, urojc())
        await h.live(100 * DAY)
        await follow(h, 200 * DAY)
        assert on_disk(tmp_path, "postman")
        await follow(h, 30 * DAY)
        assert on_disk(tmp_path, "postman") == set()
        assert await counted(h) == before


async def test_an_agenda_that_is_made_longer_in_time_keeps_what_is_there(tmp_path: Path) -> None:
    async with house(tmp_path, keeping(30 * DAY)) as h:
        await follow(h, 30 * DAY)
        await hold(h, keeping(30 * DAY))
        await follow(h, None)
        await h.live(100 * DAY)
        assert on_disk(tmp_path, "postman")


async def test_without_its_agenda_a_series_keeps_to_what_it_said_last(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await hold(h, urojc())
        await follow(h, 30 * DAY)
        h.series.clear()
        await Planner(h.runner, h.store, h.catalogue).follow_agendas(h.clock())
        await h.live(40 * DAY)
        assert on_disk(tmp_path, "postman") == set()


async def test_chats_are_told_once_of_what_their_agenda_says(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await hold(h, urojc())
        await follow(h, 30 * DAY)
        told = (await h.chat(CHAT)).seq
        await follow(h, 30 * DAY)
        assert (await h.chat(CHAT)).seq == told
        async with h.store.reading() as tables:
            assert await departures.kept(tables.connection) == {"urojc": 30 * DAY}


async def test_late_edits_and_what_is_read_back_bring_no_words_back(tmp_path: Path) -> None:
    async with house(tmp_path, keeping(DAY)) as h:
        await hold(h, keeping(DAY))
        await h.live(2 * DAY)
        at = (await h.chat(CHAT)).opens_at + HOUR
        await h.edit(ROOM, "1", f"{WORDS} once more")
        await h.runner.handle(Said(at, ROOM, "1", ANN, WORDS))
        await h.runner.handle(Said(at, ROOM, "unheard", ANN, WORDS))
        await h.runner.handle(Edited(at, ROOM, "not said", WORDS))
        assert on_disk(tmp_path, "postman") == on_disk(tmp_path, "Ann Lee") == set()


async def test_what_was_withdrawn_still_counts_as_withdrawn(tmp_path: Path) -> None:
    async with house(tmp_path, keeping(30 * DAY)) as h:
        await h.start(keeping(30 * DAY))
        h.clock.advance(HOUR)
        await h.say(ROOM, ANN, WORDS, message="1")
        await h.delete(ROOM, "1")
        await h.live(100 * DAY)
        message = await h.message(ROOM, "1")
        assert (message.withdrawn, message.text, message.name) == (True, "", "")


async def test_closing_posts_lose_what_they_quote_of_other_rooms(tmp_path: Path) -> None:
    other = Room("local", "second")
    series = keeping(30 * DAY)
    series = replace(series, agenda=replace(series.agenda, rooms=(ROOM, other), share_names=True))
    async with house(tmp_path, series) as h:
        await h.start(series)
        h.clock.advance(HOUR)
        await h.say(ROOM, ANN, f"T1: {WORDS}", message="1")
        await h.say(ROOM, BO, "I think so too", message="2", reply_to="1")
        await h.live(60 * HOUR)
        chat = await h.chat(CHAT)
        closing = chat.closings[other].ref
        quotes = await h.message(other, closing)
        assert WORDS in quotes.text
        assert "Ann Lee" in quotes.text
        await h.live(40 * DAY)
        after = await h.message(other, closing)
        assert after.text.startswith(quotes.text[:20])
        assert "Most answered" not in after.text
        assert on_disk(tmp_path, "postman") == on_disk(tmp_path, "Ann Lee") == set()


# ---------------------------------------------------------------- a process that serves

AGENDA = """\
title: A chat
zone: Australia/Sydney
starts: {starts}
window: 48h
rooms: [{{local: urojc}}]
moderators: {{local: [henry]}}
topics: [{{ask: "What next?", after: 0m}}]
"""


async def test_a_process_that_serves_removes_words_once_the_agenda_says_so(tmp_path: Path) -> None:
    """What a chat of 100 days ago has is removed while the process runs, and at its start."""
    started = clock() - 100 * DAY
    async with program(tmp_path) as process:
        process.data.mkdir()
        async with house(process.data, now=started) as h:
            await hold(h, urojc())
        text = AGENDA.format(starts=f"{started + 9 * HOUR:%Y-%m-%d %H:%M}")
        file = process.chats / "urojc.yaml"
        file.write_text(text, "utf-8")
        await process.start()
        assert on_disk(process.data, "postman")
        file.write_text(f"{text}keep: 30d\n", "utf-8")
        for _ in range(600):
            if not on_disk(process.data, "postman"):
                break
            await asyncio.sleep(0.1)
        assert on_disk(process.data, "postman") == on_disk(process.data, "Ann Lee") == set()
        ((said,),) = process.rows("SELECT COUNT(*) FROM messages WHERE role <> 'bot' AND said = 1")
        assert said == 7
        assert await process.stop() == 0
