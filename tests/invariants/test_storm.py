"""A part of the storm, which `make storm` runs whole; docs/storm.md says what it does."""

from __future__ import annotations

import asyncio
import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.storm.faults import FAULTS, SABOTAGE
from tests.storm.turns import MOST, Turns, floods

ROOT = Path(__file__).resolve().parents[2]


SEEN = {
    "a message is lost": "run 0: lost: message",
    "a post is doubled": "run 0: doubled: T",
    "a message is misplaced": "differs from that of a run without faults: message",
    "a message is held": "is held for rule in place of",
}
"""What the storm says of each."""


async def storm(*arguments: str) -> tuple[int, str]:
    """Run the storm; return its exit code, and everything that it printed."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.storm", *arguments),
        cwd=ROOT,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return await process.wait(), said.decode()


@pytest.mark.timeout(600)
@pytest.mark.parametrize("database", ["sqlite", "postgres"])
async def test_chats_of_48_hours_survive_every_way_to_die(database: str) -> None:
    arguments = ["--postgres"] if database == "postgres" else []
    code, said = await storm("--instants", "14", *arguments)
    assert code == 0, said
    assert "14 of 14 instants, 0 not survived" in said
    left_out = not_made(said)
    if left_out:
        pytest.skip(f"all was survived but what cannot be made here: {', '.join(left_out)}")


def not_made(said: str) -> list[str]:
    """Return the kinds of faults that a storm says it cannot make; every other one was made."""
    left_out = re.findall(r"^(.+): cannot be made here, ", said, re.MULTILINE)
    assert set(left_out) <= FAULTS.keys()
    made = re.findall(r"^\| (.+?) \| [1-9]", said, re.MULTILINE)
    assert [kind for kind in FAULTS if kind not in (*left_out, *made)] == [], "left out silently"
    return left_out


def test_a_kind_of_fault_that_is_left_out_is_seen() -> None:
    made = "".join(f"| {kind} | 1 | 0 | 1 |\n" for kind in list(FAULTS)[1:])
    with pytest.raises(AssertionError, match="left out silently"):
        not_made(made)
    first = next(iter(FAULTS))
    assert not_made(f"{first}: cannot be made here, for want of a right\n{made}") == [first]
    assert not_made(f"{made}| {first} | 2 | 0 | 2 |\n") == []


@pytest.mark.timeout(600)
async def test_the_storm_sees_what_is_lost_doubled_misplaced_and_held() -> None:
    """Each in a run of its own, in which nothing else happens."""
    runs = [storm("--instants", "1", "--fault", kind) for kind in SABOTAGE]
    for kind, (code, said) in zip(SABOTAGE, await asyncio.gather(*runs), strict=True):
        assert code == 1, said
        assert f"| {kind} | 1 | 0 | 0 |" in said
        assert SEEN[kind] in said


NOON = datetime(2034, 10, 28, 12, tzinfo=UTC)


@pytest.mark.parametrize(("most", "length"), MOST)
def test_the_storm_sees_when_its_own_people_say_too_much(most: int, length: timedelta) -> None:
    apart = length / (most + 1)
    times = [NOON + n * apart for n in range(most)]
    assert floods(reversed(times)) is None
    assert floods([*times, NOON + length]) is None
    assert floods([*times, NOON + length - timedelta(microseconds=1)]) == NOON


def test_people_take_turns_and_whoever_has_said_much_waits_over_a_set_clock_too() -> None:
    turns = Turns(["Ann", "Bob"])
    said: dict[str, list[datetime]] = {"Ann": [], "Bob": []}
    for n in range(200):  # a second of talk after another, an hour on and back between them
        now = NOON + timedelta(seconds=n // 2, hours=n % 2)
        if (turn := turns.take(now)) is not None:
            whose, name = turn
            turns.spoke(whose, (now, now))
            said[name].append(now)
    assert all(floods(times) is None for times in said.values())
    assert all(len(times) > 20 for times in said.values())
