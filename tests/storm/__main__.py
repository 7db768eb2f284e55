"""Run the storm: `python -m tests.storm [--instants 1000] [--seed N] [--only N]`."""

from __future__ import annotations

import argparse
import asyncio
import sys

from tests.storm.faults import EVERY, FAULTS
from tests.storm.runs import Wanted, storm


def main() -> None:
    """Read the command line, run, and say by the exit code whether everything held."""
    parser = argparse.ArgumentParser(prog="python -m tests.storm", description=__doc__)
    parser.add_argument("--instants", type=int, default=1000, help="how many (1000)")
    parser.add_argument("--seed", type=int, default=20261122, help="what everything is drawn from")
    parser.add_argument("--only", type=int, help="repeat one instant, by its number")
    parser.add_argument("--run", type=int, action="append", help="repeat a run, by its number")
    parser.add_argument("--fault", action="append", choices=list(EVERY), help="these faults only")
    parser.add_argument("--jobs", type=int, default=5, help="runs at once (5)")
    parser.add_argument("--keep", help="a folder for what failed runs leave")
    parser.add_argument("--postgres", action="store_true", help="in PostgreSQL, not in SQLite")
    given = parser.parse_args()
    wanted = Wanted(
        given.instants, given.seed, given.only, tuple(given.run or ()),
        tuple(given.fault or FAULTS), given.jobs, given.keep,
        given.postgres,
    )  # fmt: skip
    report = asyncio.run(storm(wanted, _say))
    _say(report.table)
    sys.exit(0 if report.survived else 1)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
