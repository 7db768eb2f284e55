"""The demonstration: 48 hours in seconds, and nothing of what was withdrawn."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import aiohttp

from bot.demo import hold
from bot.engine.messages import Tally
from bot.engine.state import Chat, Stage

CHATS = Path(__file__).resolve().parents[1] / "chats"


class Watched:
    """A screen that remembers."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.moments: list[datetime] = []
        self.tallies: list[Tally] = []

    def says(self, line: str) -> None:
        self.lines.append(line)

    def shows(self, _chat: Chat, tally: Tally, now: datetime) -> None:
        self.moments.append(now)
        self.tallies.append(tally)


async def test_a_whole_journal_club_is_held_in_seconds(tmp_path: Path) -> None:
    screen = Watched()
    demo, talk = CHATS / "demo.yaml", CHATS / "demo.jsonl"
    async with hold(demo, talk, tmp_path, 3, screen) as held:
        assert held.summary.chat.stage is Stage.ARCHIVED
        assert len({*screen.lines}) == 2
        room = screen.lines[0].removeprefix("Room: ")
        async with aiohttp.ClientSession() as visitor, visitor.get(room) as page:
            assert page.status == 200
            assert "ProtecT" in await page.text()
    assert {file.name for file in held.files} == {
        "transcript.html", "transcript.md", "transcript.json", "transcript.csv",
    }  # fmt: skip
    assert screen.moments == sorted(screen.moments)
    assert len(screen.moments) > 20
    transcript = json.loads((tmp_path / "transcript.json").read_text("utf-8"))
    assert screen.tallies[-1].participants == transcript["counts"]["participants"] > 10
    assert len(transcript["topics"]) == 8
    assert all(topic["messages"] for topic in transcript["topics"])


async def test_the_demonstration_has_all_that_people_do_and_keeps_no_withdrawn_word(
    tmp_path: Path,
) -> None:
    demo, talk = CHATS / "demo.yaml", CHATS / "demo.jsonl"
    assert "the postman from Elm Street" in talk.read_text("utf-8")
    async with hold(demo, talk, tmp_path, 1, Watched()) as held:
        pass
    for file in held.files:
        assert b"postman" not in file.read_bytes()
    transcript = json.loads((tmp_path / "transcript.json").read_text("utf-8"))
    counts = transcript["counts"]
    assert all(counts[what] for what in ("early", "late", "edited", "withdrawn", "by_moderators"))
    reasons = {message["placed_by"] for message in transcript["messages"]}
    assert {"label", "reply", "time"} <= reasons
    mixed = [m for m in transcript["messages"] if "should be A2" in m["text"]]
    assert mixed[0]["topics"]
