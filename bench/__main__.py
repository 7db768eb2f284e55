"""Run every measurement but the year of `bench.large`: `python -m bench [--quick]`."""

from __future__ import annotations

import argparse
import asyncio

from bench import discord, gaps, guard, ingest, large, postgres, slack, timers, transcripts


async def measure(*, quick: bool) -> None:
    """Print every table, one after the other."""
    await transcripts.measure(quick=quick)
    print()
    await ingest.measure(quick=quick)
    print()
    await timers.measure(quick=quick)
    print()
    await postgres.measure(quick=quick)
    print()
    await discord.measure(quick=quick)
    print()
    await slack.measure(quick=quick)
    print()
    await gaps.measure(quick=quick)
    for part in ("start", "talk", "long"):
        print()
        await large.measure(quick=quick, only=part)
    print()
    guard.measure(quick=quick)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="less of everything")
    asyncio.run(measure(quick=parser.parse_args().quick))
