"""The files that `rounds replay` and `rounds export` write."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

from tests.typed import (
    STARTS,
    Ended,
    files_below,
    replayed,
    rounds,
)


def test_replay_writes_four_files_and_leaves_nothing_else(place: Path, tmp_path: Path) -> None:
    before = files_below(place)
    spare = tmp_path / "spare"
    spare.mkdir()
    ended = rounds(
        "replay", "chats/urojc.yaml", "said.jsonl", "--starts", STARTS, "--out", "out",
        cwd=place, TMPDIR=str(spare),
    )  # fmt: skip
    assert (ended.code, ended.err) == (0, "")
    written = {f"out/transcript.{one}" for one in ("html", "md", "json", "csv")}
    assert files_below(place) == before | written
    assert list(spare.iterdir()) == []
    assert set(ended.lines[-4:]) == written
    assert any(re.fullmatch(r"Participants +2", line) for line in ended.lines)
    counts = json.loads((place / "out" / "transcript.json").read_text("utf-8"))["counts"]
    assert (counts["participants"], counts["messages"], counts["withdrawn"]) == (2, 2, 1)


def test_export_gives_the_same_bytes_as_the_replay_that_was_kept(
    place: Path, inside: Callable[..., Ended]
) -> None:
    assert replayed(inside, "--data", "kept").code == 0
    by_series = inside("export", "urojc", "--data", "kept", "--out", "again")
    by_id = inside("export", "urojc-2026-12-07", "--data", "kept", "--out", "csv", "--to", "csv")
    assert (by_series.code, by_id.code) == (0, 0)
    assert by_id.lines == ["csv/transcript.csv"]
    assert files_below(place / "csv") == {"transcript.csv"}
    for one in ("html", "md", "json", "csv"):
        name = f"transcript.{one}"
        assert (place / "again" / name).read_bytes() == (place / "out" / name).read_bytes()


def test_replay_reports_bad_lines_by_number_and_goes_on_without_them(
    place: Path, inside: Callable[..., Ended]
) -> None:
    with (place / "said.jsonl").open("a", encoding="utf-8") as file:
        file.write('not json\n{"id": "9"}\n')
    ended = replayed(inside)
    assert ended.code == 0
    first, second, count = ended.err.splitlines()
    assert first.startswith("said.jsonl:5: ")
    assert second.startswith("said.jsonl:6: ")
    assert count == "2 lines were left out."


def test_replay_stops_at_bad_lines_when_it_is_strict(
    place: Path, inside: Callable[..., Ended]
) -> None:
    with (place / "said.jsonl").open("a", encoding="utf-8") as file:
        file.write("not json\n")
    ended = replayed(inside, "--strict")
    assert ended.code == 1
    assert "said.jsonl:5: " in ended.err
    assert not (place / "out").exists()


def test_replay_reports_the_mistakes_of_its_agenda(
    place: Path, inside: Callable[..., Ended]
) -> None:
    (place / "chats" / "urojc.yaml").write_text("title: x\n", "utf-8")
    ended = replayed(inside)
    assert ended.code == 1
    assert ended.err.startswith("chats/urojc.yaml:1:1: ")


def test_export_makes_no_store_where_there_is_none(
    place: Path, inside: Callable[..., Ended]
) -> None:
    before = files_below(place)
    ended = inside("export", "urojc", "--data", "nowhere")
    assert ended.code == 1
    assert "There is no store in “nowhere”." in ended.err
    assert files_below(place) == before


def test_export_says_which_chats_there_are(place: Path, inside: Callable[..., Ended]) -> None:
    replayed(inside, "--data", "data")
    ended = inside("export", "xyz")
    assert ended.code == 1
    assert "There are urojc-2026-12-07." in ended.err


def test_a_file_that_is_no_store_is_told_and_the_process_ends(place: Path) -> None:
    (place / "data").mkdir()
    (place / "data" / "rounds.db").write_bytes(b"no database at all, but long enough" * 40)
    ended = rounds("export", "urojc", cwd=place)
    assert ended.code == 1
    assert "cannot be opened" in ended.err
