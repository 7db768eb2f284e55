"""What `rounds check`, `next` and `schema` print."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

from tests.typed import (
    AGENDA,
    Ended,
    rounds,
)


def test_check_prints_a_line_for_each_series_with_its_next_date(
    inside: Callable[..., Ended],
) -> None:
    ended = inside("check")
    assert (ended.code, ended.err, len(ended.lines)) == (0, "", 1)
    assert re.fullmatch(
        r"urojc  Mon \d{4}-\d\d-\d\d 07:00 Australia/Sydney  \d{4}-\d\d-\d\dT2[01]:00Z  "
        r"2 topics  complete",
        ended.lines[0],
    )


def test_check_prints_every_mistake_of_every_file_with_its_place(
    place: Path, inside: Callable[..., Ended]
) -> None:
    wrong = AGENDA.replace("Australia/Sydney", "Mars/Crater").replace("48h", "soon")
    (place / "chats" / "meded.yaml").write_text(wrong, "utf-8")
    (place / "chats" / "empty.yaml").write_text("", "utf-8")
    ended = inside("check", "chats", "missing.yaml")
    assert ended.code == 1
    places = [re.match(r"[\w/.]+:\d+:\d+: .", line) for line in ended.lines]
    assert all(places)
    named = [line.split(": ")[0] for line in ended.lines]
    assert named == [
        "chats/empty.yaml:1:1",
        "chats/meded.yaml:2:7",
        "chats/meded.yaml:4:9",
        "missing.yaml:1:1",
    ]


def test_check_says_where_nobody_would_be_told_what_concerns_moderators(
    place: Path, inside: Callable[..., Ended]
) -> None:
    by_role = AGENDA.replace("{local: urojc}", '{discord: "345678901234567890"}').replace(
        "{local: [henry]}", '{discord: ["role:456789012345678901"]}'
    )
    (place / "chats" / "roles.yaml").write_text(by_role, "utf-8")
    ended = inside("check")
    assert (ended.code, len(ended.lines)) == (0, 2)
    assert ended.err.startswith("roles: On Discord roles alone moderate, so that nobody is told ")
    assert ended.err.count("\n") == 1


def test_check_reads_the_paths_that_are_named(place: Path, inside: Callable[..., Ended]) -> None:
    (place / "chats" / "empty.yaml").write_text("", "utf-8")
    assert inside("check", "chats/urojc.yaml").code == 0


def test_next_prints_one_line_a_chat_unwrapped_in_a_pipe(place: Path) -> None:
    ended = rounds("next", "urojc", "--from", "2026-12-07", "--count", "2", cwd=place, COLUMNS="20")
    assert (ended.code, ended.err) == (0, "")
    first, second = ended.lines
    assert first.split() == [
        "urojc-2026-12-07", "Mon", "2026-12-07", "07:00", "Australia/Sydney", "2026-12-06T20:00Z",
        "2", "topics", "complete",
    ]  # fmt: skip
    assert second.startswith("urojc-2027-01-04  Mon 2027-01-04 07:00 Australia/Sydney  2027-01-03T")


def test_next_lists_what_is_right_and_complains_of_what_is_wrong(
    place: Path, inside: Callable[..., Ended]
) -> None:
    (place / "chats" / "meded.yaml").write_text("title: x\n", "utf-8")
    ended = inside("next")
    assert ended.code == 1
    assert len(ended.lines) == 3
    assert "chats/meded.yaml:" in ended.err
    assert inside("next", "urojc").code == 0


def test_next_says_where_dates_stand_when_no_chat_is_coming(
    place: Path, inside: Callable[..., Ended]
) -> None:
    agenda = place / "chats" / "urojc.yaml"
    agenda.write_text(re.sub(r"(?m)^(schedule|starts):.*$", "starts: 2020-02-03 21:00", AGENDA))
    ended = inside("next", "urojc")
    assert (ended.code, ended.out) == (0, "")
    assert ended.err == "No chat is coming. Dates stand in the agendas, under schedule or starts.\n"
    assert inside("next", "urojc", "--from", "2020-01-01").err == ""


def test_next_names_the_nearest_series_for_an_unknown_one(inside: Callable[..., Ended]) -> None:
    ended = inside("next", "urojk")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err == "There is no series “urojk”. Did you mean urojc?\n"


def test_what_an_organizer_wrote_cannot_drive_a_terminal(
    place: Path, inside: Callable[..., Ended]
) -> None:
    wrong = AGENDA.replace("Australia/Sydney", '"\\e]0;owned\\a"')
    (place / "chats" / "urojc.yaml").write_text(wrong, "utf-8")
    ended = inside("check")
    assert ended.code == 1
    assert all(line.isprintable() for line in ended.lines)


def test_schema_prints_the_schema_of_an_agenda(place: Path, inside: Callable[..., Ended]) -> None:
    ended = inside("schema")
    assert ended.code == 0
    assert {"title", "zone", "window", "topics"} <= set(json.loads(ended.out)["properties"])
