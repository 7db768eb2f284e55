"""The agendas that come with Rounds, and the page that tells how to begin one's own."""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import islice, pairwise
from pathlib import Path

import pytest

from bot.agendas.agenda import load_chats, read_agenda
from bot.agendas.schedule import coming, coming_from
from bot.engine.agenda import Room, Series
from tests.agendas.given import NOW

CHATS = Path(__file__).resolve().parents[2] / "chats"
PAGE = (CHATS / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"^ *```yaml\n(.*?)^ *```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def chats() -> dict[str, Series]:
    series, mistakes = load_chats(CHATS, NOW)
    assert mistakes == []
    return {one.name: one for one in series}


def test_the_agendas_have_no_mistakes(chats: dict[str, Series]) -> None:
    assert sorted(chats) == ["bcsm", "demo", "meded", "urojc"]


def test_each_is_held_in_a_room_of_its_own_and_moderated(chats: dict[str, Series]) -> None:
    for name, one in chats.items():
        assert one.agenda.rooms == (Room("local", name),)
        assert one.agenda.moderators["local"]
        assert one.agenda.welcome
        assert one.agenda.closing


def test_urojc_is_a_journal_club_of_48_hours_each_first_monday(chats: dict[str, Series]) -> None:
    urojc = chats["urojc"]
    assert urojc.agenda.window == timedelta(hours=48)
    year = list(islice(coming(urojc, NOW), 12))
    assert [one.day.weekday() for one in year] == [0] * 12
    assert all(one.day.day <= 7 for one in year)
    assert {f"{one.opens_local:%H:%M %Z}" for one in year} == {"07:00 AEDT", "07:00 AEST"}
    assert year[0].chat == "urojc-2026-12-07"
    assert year[0].agenda.reading is not None
    assert year[0].missing == ()
    assert year[1].missing == ("no reading yet",)


def test_meded_is_an_hour_each_thursday_evening_with_six_topics(chats: dict[str, Series]) -> None:
    meded = chats["meded"]
    assert meded.agenda.window == timedelta(hours=1)
    assert [topic.after for topic in meded.agenda.topics] == [
        timedelta(minutes=10 * n) for n in range(6)
    ]
    year = list(islice(coming(meded, NOW), 53))
    assert {f"{one.opens_local:%A %H:%M %Z}" for one in year} == {
        "Thursday 21:00 EST",
        "Thursday 21:00 EDT",
    }
    assert {after.day - before.day for before, after in pairwise(year)} == {timedelta(days=7)}


def test_bcsm_is_an_open_forum_each_monday_with_several_moderators(
    chats: dict[str, Series],
) -> None:
    bcsm = chats["bcsm"]
    assert len(bcsm.agenda.moderators["local"]) > 1
    assert {f"{one.opens_local:%A}" for one in islice(coming(bcsm, NOW), 53)} == {"Monday"}


def test_demo_is_a_journal_club_of_48_hours_on_one_date(chats: dict[str, Series]) -> None:
    (only,) = coming_from(chats["demo"], date(2000, 1, 1))
    assert only.closes_at - only.opens_at == timedelta(hours=48)
    assert 6 <= len(only.agenda.topics) <= 8
    assert only.agenda.reading is not None


def test_the_page_names_every_agenda_there_is(chats: dict[str, Series]) -> None:
    assert set(re.findall(r"^\| `(\w+)\.yaml`", PAGE, re.MULTILINE)) == set(chats)


def test_a_copy_with_five_lines_changed_is_a_chat_of_ones_own(tmp_path: Path) -> None:
    """Follows the page to the letter: copy, change the marked lines, delete what it says."""
    lines = (CHATS / "urojc.yaml").read_text("utf-8").splitlines()
    marked = [line.partition(":")[0] for line in lines if re.search(r"# <- \d$", line)]
    new = dict(line.strip().split(":", 1) for line in BLOCKS[0].splitlines())
    assert list(new) == marked
    assert len(marked) == 5
    changed = [
        f"{key}:{new[key]}" if (key := line.partition(":")[0]) in new else line for line in lines
    ]
    kept = changed[: changed.index("dates:")]
    copy = tmp_path / "cardiojc.yaml"
    copy.write_text("\n".join(kept), "utf-8")
    series = read_agenda(copy, NOW)
    assert series.agenda.title == "Cardiology Journal Club"
    assert next(coming(series, NOW)).chat == "cardiojc-2026-11-25"
    assert series.dates == {}

    with_date = "\n".join(kept) + "\n" + BLOCKS[1]
    copy.write_text(with_date, "utf-8")
    with_reading = [
        one for one in islice(coming(read_agenda(copy, NOW), NOW), 3) if not one.missing
    ]
    assert [str(one.day) for one in with_reading] == ["2026-12-30"]

    moved = [line for line in kept if not line.startswith("schedule:")]
    copy.write_text("\n".join(moved) + "\n" + BLOCKS[2], "utf-8")
    days = [str(one.day) for one in islice(coming(read_agenda(copy, NOW), NOW), 3)]
    assert days == ["2026-11-25", "2027-01-06", "2027-01-27"]
