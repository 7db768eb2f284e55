"""What `rounds status` looks like, as wide as a terminal is, and as JSON."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.cli.situation import Due, Running, Serving, Status, Stuck
from bot.cli.status_screen import shown, span, written
from bot.store.address import Address
from tests.cli.pseudo_terminal import at_a_terminal, read_until
from tests.invariants.process import Process, program
from tests.typed import rounds

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 12, 7, 8, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)
SYDNEY = "Australia/Sydney"
VITALS = {
    "status": "ready",
    "platforms": {
        "discord": {"connected": True, "current": True},
        "slack": {"connected": False, "current": False},
    },
}
HELD = Running(
    "urojc-2026-12-07",
    "International Urology Journal Club",
    SYDNEY,
    ("discord:345678901234567890", "slack:C0123456789"),
    NOW - 12 * HOUR,
    NOW + 36 * HOUR,
    False,
    3,
    7,
    "Was the comparison group the right one, given how many were lost to follow-up after a year?",
    NOW - timedelta(minutes=5),
    1280,
    23,
)
DUE = (
    Due("urojc-2026-12-07", "T4 of 7", NOW + 6 * HOUR, SYDNEY),
    Due("gas-2026-12-12", "reminder", NOW + 100 * HOUR, "America/Argentina/Buenos_Aires"),
)
STUCK = Stuck(
    "The opening of urojc-2026-12-07 waits for discord:345678901234567890",
    "The bot lacks Send Messages in #journal-club. Allow it under Edit Channel, Permissions.",
    NOW - timedelta(minutes=12),
    "urojc-2026-12-07",
    "discord:345678901234567890",
    3,
    2,
)
SERVING = Serving(
    "rounds run, process 4711 on here, since 2026-12-06 20:00 UTC", "http://a:1", VITALS
)
STATUS = Status(NOW, "data/rounds.db", SERVING, (HELD,), DUE, (STUCK,))
EMPTY = Status(NOW, "data/rounds.db", Serving("", "http://a:1"), (), (), ())


def text(status: Status, width: int | None) -> list[str]:
    return ["".join(piece for piece, _style in line) for line in shown(status, width)]


def test_at_80_columns_it_looks_like_this() -> None:
    assert (
        "\n".join(text(STATUS, 80))
        == """\
Rounds, data/rounds.db                                  Mon 2026-12-07 08:05 UTC
● Served by rounds run, process 4711 on here, since 2026-12-06 20:00 UTC
  ready at http://a:1
  Discord is connected, Slack is not connected

Running  1
  urojc-2026-12-07  International Urology Journal Club
    since   Mon 2026-12-07 07:05 Australia/Sydney
    until   Wed 2026-12-09 07:05 Australia/Sydney, 36 h left
    topic   T3 of 7, for 5 min: Was the comparison group the right one, given
            how many were lost to follow-up after a year?
    talk    1,280 messages by 23 people
    in      discord:345678901234567890, slack:C0123456789

Due next  2
  in 6 h     urojc-2026-12-07  T4 of 7
          Tue 2026-12-08 01:05 Australia/Sydney  2026-12-07T14:05Z
  in 4 days  gas-2026-12-12    reminder
          Fri 2026-12-11 09:05 America/Argentina/Buenos_Aires  2026-12-11T12:05Z

Stuck  1
  ✗ The opening of urojc-2026-12-07 waits for discord:345678901234567890
    since Mon 2026-12-07 07:53 UTC (12 min), tried 3 times, 2 more behind it
    The bot lacks Send Messages in #journal-club. Allow it under Edit Channel,
    Permissions."""
    )


def test_where_there_is_room_what_is_due_is_one_line_each() -> None:
    lines = text(STATUS, 120)
    first = lines.index("Due next  2") + 1
    near, far = (re.split(" {2,}", line.strip()) for line in lines[first : first + 2])
    sydney = f"Tue 2026-12-08 01:05 {SYDNEY}"
    assert near == ["in 6 h", DUE[0].chat, "T4 of 7", sydney, "2026-12-07T14:05Z"]
    buenos_aires = f"Fri 2026-12-11 09:05 {DUE[1].zone}"
    assert far == ["in 4 days", DUE[1].chat, "reminder", buenos_aires, "2026-12-11T12:05Z"]


def test_a_store_with_a_long_name_leaves_the_time_to_the_next_line() -> None:
    long = replace(EMPTY, store="/srv/" + "folder/" * 9 + "rounds.db")
    assert text(long, 80)[:2] == [f"Rounds, {long.store}", "Mon 2026-12-07 08:05 UTC"]


@pytest.mark.parametrize("width", [80, 100, 120])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    wide = replace(
        STATUS, running=(replace(HELD, title="A title " * 20),), stuck=(STUCK,) * 30, due=DUE * 30
    )
    assert max(map(len, text(wide, width))) <= width


def test_a_long_list_is_cut_on_a_terminal_and_whole_elsewhere() -> None:
    many = replace(STATUS, stuck=(STUCK,) * 30, due=DUE * 20)
    cut, whole = text(many, 80), text(many, None)
    assert "  and 20 more: rounds status --json has them all" in cut
    assert "  and 30 more: rounds status --json has them all" in cut
    assert sum(line.startswith("  ✗") for line in whole) == 30
    assert not [line for line in whole if "more:" in line]


def test_elsewhere_nothing_is_wrapped_or_cut() -> None:
    assert f"    topic   T3 of 7, for 5 min: {HELD.ask}" in text(STATUS, None)
    assert f"    {STUCK.why}" in text(STATUS, None)


def test_where_there_is_nothing_it_says_so() -> None:
    assert text(EMPTY, 80)[1:] == [
        "○ Nobody serves this store.",
        "",
        "Running",
        "  No chat is open.",
        "",
        "Due next",
        "  No chat is planned. rounds next lists the dates.",
        "",
        "Stuck",
        "  Nothing is stuck.",
    ]


def test_a_chat_without_topic_or_talk_yet_and_one_that_is_paused() -> None:
    early = replace(HELD, topic=None, topic_at=None, ask="", messages=0, people=0, paused=True)
    lines = text(replace(STATUS, running=(early,)), 80)
    assert "    topic   none of 7 yet" in lines
    assert "    talk    nothing yet" in lines
    assert "  urojc-2026-12-07  International Urology Journal Club (paused)" in lines


def test_what_is_overdue_stands_out() -> None:
    late = (Due("urojc-2026-12-07", "closes", NOW - HOUR, SYDNEY),)
    (line,) = [line for line in shown(replace(STATUS, due=late), 120) if "closes" in str(line)]
    assert line[0] == ("  1 h ago", "bad")


def test_what_an_agenda_says_cannot_drive_the_terminal() -> None:
    held = replace(HELD, title="A\x1b[2J\u202etitle", ask="Why\x07\nso?")
    assert all(line.isprintable() for line in text(replace(STATUS, running=(held,)), 80))


@pytest.mark.parametrize(
    ("length", "written"),
    [
        (timedelta(seconds=-3), "0 s"),
        (timedelta(seconds=59), "59 s"),
        (timedelta(minutes=1), "1 min"),
        (timedelta(minutes=59, seconds=59), "59 min"),
        (timedelta(hours=1), "1 h"),
        (timedelta(hours=9, minutes=59), "9 h 59 min"),
        (timedelta(hours=10, minutes=30), "10 h"),
        (timedelta(hours=47), "47 h"),
        (timedelta(hours=48), "2 days"),
        (timedelta(days=100, hours=5), "100 days"),
    ],
)
def test_a_length_of_time_is_told_in_its_largest_units(length: timedelta, written: str) -> None:
    assert span(length) == written


def test_in_json_everything_is_there_with_times_in_utc() -> None:
    told = json.loads(json.dumps(written(STATUS)))
    assert told["at"] == "2026-12-07T08:05:00Z"
    assert told["serving"] == {
        "known": True,
        "by": SERVING.who,
        "address": "http://a:1",
        "says": VITALS,
    }
    assert told["running"][0]["closes_at"] == "2026-12-08T20:05:00Z"
    assert told["running"][0]["rooms"] == list(HELD.rooms)
    assert told["due"][0] == {
        "chat": "urojc-2026-12-07",
        "what": "T4 of 7",
        "at": "2026-12-07T14:05:00Z",
        "zone": SYDNEY,
    }
    assert told["stuck"][0]["tries"] == 3


# ---------------------------------------------------------------- the program

AGENDA = """\
title: A club
zone: Australia/Sydney
starts: 2099-01-01 12:00
window: 48h
rooms: [{local: club}]
moderators: {local: [henry]}
topics: {every: 6h, ask: ["Was the group the right one?", "Would it change your practice?"]}
"""


async def opened(process: Process) -> None:
    """Start the program, and let its moderator open the club and say something."""
    (process.chats / "club.yaml").write_text(AGENDA, "utf-8")
    await process.start()
    async with process.moderator() as henry:
        await henry.say("club", "/chat start club")
    async with process.guest("club", "Ann") as ann:
        await ann.say("club", "T1: Yes.")


async def test_beside_the_process_that_serves_it_tells_what_runs_and_is_well(
    tmp_path: Path,
) -> None:
    async with program(tmp_path) as process:
        await opened(process)
        ended = rounds("status", "--data", str(process.data), cwd=tmp_path)
        assert (ended.code, ended.err) == (0, "")
        assert re.search(r"^● Served by rounds run, process \d+ on ", ended.out, re.MULTILINE)
        assert f"  ready at {process.url}\n" in ended.out
        assert "T1 of 2, for " in ended.out
        assert ": Was the group the right one?\n" in ended.out
        assert "    talk    1 message by 1 person\n" in ended.out
        assert "Stuck\n  Nothing is stuck.\n" in ended.out
        assert "\x1b" not in ended.out
        told = json.loads(rounds("status", "--data", str(process.data), "--json", cwd=tmp_path).out)
        assert told["serving"]["says"]["status"] == "ready"
        assert told["running"][0]["messages"] == 1
        assert told["stuck"] == []


async def test_after_the_process_was_killed_it_tells_that_nobody_serves_and_fails(
    tmp_path: Path,
) -> None:
    async with program(tmp_path) as process:
        await opened(process)
        await process.kill()
        ended = rounds("status", "--data", str(process.data), cwd=tmp_path)
        assert (ended.code, ended.err) == (1, "")
        assert "Nobody serves this store" in ended.out
        told = json.loads(rounds("status", "--data", str(process.data), "--json", cwd=tmp_path).out)
        assert told["serving"]["by"] == ""
        assert [one["what"] for one in told["stuck"]] == ["Nobody serves this store"]


async def test_at_a_terminal_it_has_colours_and_fits_in(tmp_path: Path) -> None:
    async with program(tmp_path) as process:
        await opened(process)
        with at_a_terminal("status", "--data", str(process.data)) as (command, ours):
            shown = read_until(ours, b"Nothing is stuck.").decode()
            assert command.wait(20) == 0
    assert "\x1b[1mRunning\x1b[0m" in shown
    assert "\x1b[32m●" in shown
    plain = re.sub(r"\x1b\[[0-9;]*m", "", shown)
    assert max(map(len, plain.splitlines()[1:])) <= 100, "but for the name of the store's folder"


async def test_on_postgresql_it_tells_who_leads_and_what_runs(
    tmp_path: Path, database: Address
) -> None:
    environment = {"DATABASE_URL": database.text}
    async with program(tmp_path, environment=environment) as process:
        await opened(process)
        told = rounds("status", "--json", cwd=tmp_path, PORT="9", **environment)
        assert told.code == 0
        found = json.loads(told.out)
        assert found["serving"]["by"].startswith("rounds run, process ")
        assert found["serving"]["address"] == process.url, "as it told in the database"
        assert found["serving"]["says"]["status"] == "ready"
        assert found["store"] == str(database)
        assert found["running"][0]["messages"] == 1
        await process.kill()
        async with asyncio.timeout(30):
            while rounds("status", cwd=tmp_path, **environment).code == 0:  # noqa: ASYNC110
                await asyncio.sleep(0.5)


def test_without_a_store_it_says_where_to_look(tmp_path: Path) -> None:
    ended = rounds("status", cwd=tmp_path)
    assert ended.code == 1
    assert "There is no store in “data”." in ended.err
