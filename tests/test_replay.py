"""Recorded conversations through engine, store and transcript."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace as changed
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from bot import recording
from bot.engine.agenda import Agenda, Override, Room, Schedule, Series, Topic
from bot.engine.errors import Refused
from bot.engine.state import Stage
from bot.replay import in_a_room_of_ours, replay
from bot.store.sqlite import SqliteStore, opened
from bot.transcripts.rendering import FORMATS, render
from tests.house import START, urojc

REAL = Path(__file__).resolve().parents[1] / "../shared/data/pstweetchat_dev"
CLUB = urojc()
ROOM = CLUB.agenda.rooms[0]
DAY = timedelta(days=1)


def line(minutes: float, **fields: object) -> str:
    at = START + timedelta(minutes=minutes)
    return json.dumps({"ts": at.isoformat(), "author": "ann", **fields})


STORY = [
    line(-30, id="1", text="Early"),
    line(0, id="2", text="Right at the opening"),
    line(5, id="3", text="T1: yes"),
    line(6, id="4", author="bob", text="I agree", reply_to="3"),
    line(7, id="5", author="cat", text="in the thread", thread="T1"),
    line(8, kind="edit", id="4", text="I do agree"),
    line(9, kind="react", id="3", author="bob", emoji="👍"),
    line(9.5, kind="react", id="3", author="bob", emoji="👍"),
    line(10, kind="command", author="henry", text="/chat next"),
    line(11, id="6", author="bob", text="said under two"),
    line(12, id="7", author="dan", text="to be deleted"),
    line(13, kind="delete", id="7"),
    line(14, id="8", author="henry", text="I moderate"),
    line(15, id="9", author="guest", text="the author speaks", role="guest"),
    line(16, kind="command", author="henry", text="/chat place 6 T1"),
    line(17, kind="command", author="cat", text="/chat withdraw"),
    line(18, id="10", author="cat", text="T2 again"),
    line(19, kind="command", author="ann", text="/chat close"),
    line(20, kind="command", author="henry", text="/chat status"),
    line(49 * 60, id="11", author="bob", text="too late"),
]


async def transcripts(store: SqliteStore, chat_id: str) -> dict[str, bytes]:
    async with store.reading() as tables:
        chat = await tables.chat(chat_id)
        assert chat is not None
        return {
            one: b"".join([part async for part in render(tables, chat, one)]) for one in FORMATS
        }


async def replayed(
    lines: list[str], folder: Path, series: Series = CLUB, starts: datetime = START
) -> dict[str, bytes]:
    read = recording.read(lines, series.agenda.rooms[0])
    assert read.bad == ()
    async with opened(folder / "rounds.db") as store:
        chat = await replay(series, read, starts, store, lambda _done, _all: None)
        return await transcripts(store, chat)


async def test_a_story_is_told_as_it_happened(tmp_path: Path) -> None:
    told = json.loads((await replayed(STORY, tmp_path))["json"])
    messages = {m["id"]: m for m in told["messages"] if m["role"] != "bot"}
    placed = {id_: (m["topics"], m["placed_by"]) for id_, m in messages.items()}
    assert placed == {
        "1": ([], "none"),
        "2": ([1], "time"),
        "3": ([1], "label"),
        "4": ([1], "reply"),
        "5": ([1], "thread"),
        "6": ([1], "moderator"),
        "7": ([2], "time"),
        "8": ([2], "time"),
        "9": ([2], "time"),
        "10": ([2], "label"),
        "11": ([3], "time"),
    }
    assert [messages[n]["timing"] for n in ("1", "2", "11")] == ["early", "on_time", "late"]
    assert [messages[n]["text"] for n in ("4", "7", "5", "11")] == ["I do agree", "", "", ""]
    assert messages["3"]["reactions"] == {"👍": 1}
    assert [messages[n]["role"] for n in ("8", "9")] == ["moderator", "guest"]
    counts = told["counts"]
    assert counts["withdrawn"] == 2
    assert (counts["participants"], counts["messages"]) == (4, 6)
    assert (counts["early"], counts["late"], counts["edited"]) == (1, 1, 1)
    assert (counts["moderators"], counts["by_moderators"]) == (1, 1)
    assert told["chat"]["closed_at"] == told["chat"]["closes_at"] == "2026-12-08T20:00:00Z"


async def test_a_series_of_another_platform_is_held_in_a_room_of_ours(tmp_path: Path) -> None:
    """Its moderators are known by their ids there; no post waits for the platform."""
    ids = ("user:henry", "role:9")
    on_discord = changed(
        CLUB.agenda,
        rooms=(Room("discord", "17"), Room("discord", "18")),
        moderators={"discord": ids, "local": ("zoe",)},
        guests={"discord": ("user:guest",)},
        on_call={"discord": ("user:henry",), "slack": ("U1",)},
        members_only={"discord": ("user:ann", "role:9"), "slack": ()},
    )
    day = START.date() + DAY
    series = changed(
        CLUB, agenda=on_discord, dates={day: Override(moderators={"discord": ("user:bob",)})}
    )
    held = in_a_room_of_ours(series)
    assert held.agenda.rooms == (Room("local", "17"),)
    assert held.agenda.moderators == {"local": ("henry", "role:9")}
    assert held.agenda.guests == {"local": ("guest",)}
    assert held.agenda.on_call == {"local": ("henry",)}
    assert held.agenda.members_only == {"local": ("ann", "role:9")}
    of_slack = changed(on_discord, members_only={"slack": ("U1",)})
    assert in_a_room_of_ours(changed(CLUB, agenda=of_slack)).agenda.members_only == {}
    assert held.agenda_on(day).moderators == {"local": ("bob",)}
    everybodys = changed(held, dates={}, agenda=changed(held.agenda, members_only={}))
    told = json.loads((await replayed(STORY, tmp_path, everybodys))["json"])
    own = json.loads((await replayed(STORY, tmp_path / "own"))["json"])
    assert told["counts"] == own["counts"]
    assert [m["text"] for m in told["messages"]] == [m["text"] for m in own["messages"]]


def test_a_series_of_a_room_of_ours_is_held_there_as_it_is() -> None:
    assert in_a_room_of_ours(CLUB) == CLUB


async def test_lines_mixed_and_repeated_give_the_same_bytes(tmp_path: Path) -> None:
    in_order = await replayed(STORY, tmp_path / "a")
    for seed in range(3):
        mixed = STORY * 2
        Random(seed).shuffle(mixed)
        assert await replayed(mixed, tmp_path / str(seed)) == in_order


async def test_what_falls_due_at_the_moment_of_a_line_comes_before_it(tmp_path: Path) -> None:
    told = json.loads((await replayed([line(360, id="1", text="hello")], tmp_path))["json"])
    message = next(m for m in told["messages"] if m["id"] == "1")
    assert message["topics"] == [2]
    assert told["topics"][1]["first_answer_seconds"] == 0.0


async def test_a_second_replay_into_the_same_store_is_refused_in_words(tmp_path: Path) -> None:
    await replayed(STORY, tmp_path)
    with pytest.raises(Refused, match=r"urojc-2026-12-07 is in this store already\. .*--data DIR"):
        await replayed(STORY, tmp_path)


async def test_messages_that_the_store_holds_in_another_chat_are_not_swallowed(
    tmp_path: Path,
) -> None:
    await replayed(STORY, tmp_path)
    sentence = r"message “1” of this room is .* already, in urojc-2026-12-07\. .*--data DIR"
    with pytest.raises(Refused, match=sentence):
        await replayed([line(50_000, id="1", text="x")], tmp_path, CLUB, START + 40 * DAY)
    others = [line(57_600 + n, id=f"b{n}", text="T1: x") for n in (-10, 10, 3000)]
    told = json.loads((await replayed(others, tmp_path, CLUB, START + 40 * DAY))["json"])
    counts = [told["counts"][kind] for kind in ("early", "messages", "late")]
    assert (told["chat"]["id"], counts) == ("urojc-2027-01-16", [1, 1, 1])


async def test_an_empty_recording_is_a_chat_in_which_nobody_spoke(tmp_path: Path) -> None:
    told = json.loads((await replayed([], tmp_path))["json"])
    assert told["counts"]["participants"] == 0
    assert all(topic["posted_at"] for topic in told["topics"])


async def test_progress_is_told_to_the_end(tmp_path: Path) -> None:
    steps: list[tuple[int, int]] = []
    said = [line(n, id=str(n), text="x") for n in range(499)]
    read = recording.read([*said, line(9, kind="command", text="/chat status")], ROOM)
    async with opened(tmp_path / "rounds.db") as store:
        chat = await replay(CLUB, read, START, store, lambda done, of: steps.append((done, of)))
        async with store.reading() as tables:
            ended = await tables.chat(chat)
    assert steps[-1] == (500, 500)
    assert steps == sorted(steps)
    assert ended is not None
    assert ended.stage is Stage.ARCHIVED


def hash_of(text: str) -> str:
    """Mix things, every time in the same way."""
    return hashlib.sha256(text.encode()).hexdigest()


def sessions() -> list[dict[str, object]]:
    if not REAL.exists():
        return []
    with (REAL / "sessions.jsonl").open("rb") as lines:
        return [json.loads(one) for one in lines]


@pytest.mark.skipif(not REAL.exists(), reason="../shared/data/pstweetchat_dev is not there")
@pytest.mark.parametrize("apart", [True, False], ids=["apart", "in one store, in any order"])
async def test_all_real_sessions_replay_to_their_true_counts(tmp_path: Path, apart: bool) -> None:
    hour = Agenda(
        title="PSTweetChat",
        zone="America/New_York",
        window=timedelta(hours=1),
        rooms=(Room("local", "pstweetchat"),),
        topics=(Topic("What is new?", timedelta(0)),),
    )
    series = Series("pstweetchat", changed(hour), Schedule())
    said: dict[object, list[str]] = {}
    with (REAL / "messages.jsonl").open(encoding="utf-8") as lines:
        for one in lines:
            said.setdefault(json.loads(one)["session"], []).append(one)
    assert len(sessions()) == 28
    for session in sorted(sessions(), key=lambda one: hash_of(str(one["session"]))):
        starts = datetime.fromisoformat(str(session["window_start"]))
        folder = tmp_path / (str(session["session"]) if apart else "together")
        lines_of = said[session["session"]]
        counts = json.loads((await replayed(lines_of, folder, series, starts))["json"])["counts"]
        true = [session[k] for k in ("in_window", "in_window_authors", "before", "after")]
        assert [counts[k] for k in ("messages", "participants", "early", "late")] == true
