"""All runs of a storm, several at once: what is drawn from the seed, and what became of it."""

from __future__ import annotations

import asyncio
import itertools
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from random import Random

from tests.storm.course import Instant, Told, hold
from tests.storm.faults import EVERY, impossible
from tests.storm.findings import Finding
from tests.storm.judging import judge
from tests.storm.place import place
from tests.storm.table import Report

PER_RUN = 16
"""Instants in one run."""


NOT_KEPT = shutil.ignore_patterns("pg_wal", "base", "global", "filling", "lost+found")
"""Of a server the log alone is kept."""


@dataclass(frozen=True)
class Wanted:
    """What is asked for; the same gives the same faults at the same moments of the same chats."""

    instants: int
    seed: int
    only: int | None = None
    runs: tuple[int, ...] = ()
    faults: tuple[str, ...] = ()
    jobs: int = 5
    keep: str | None = None
    postgres: bool = False


def drawn(wanted: Wanted) -> Iterator[tuple[int, list[Instant]]]:
    """Yield the runs, each with its instants, numbered from 1; faults take turns."""
    kinds = [wanted.faults[n % len(wanted.faults)] for n in range(wanted.instants)]
    Random(wanted.seed).shuffle(kinds)
    numbers = itertools.count(1)
    for run, some in enumerate(_together(kinds)):
        instants = [Instant(next(numbers), kind) for kind in some]
        if wanted.only is not None:
            instants = [one for one in instants if one.number == wanted.only]
        if instants and (not wanted.runs or run in wanted.runs):
            yield run, instants


def _together(kinds: Sequence[str]) -> Iterator[Sequence[str]]:
    """Put into runs of their own what happens on platforms, with some of what happens anywhere."""
    inside: list[str] = []
    beside: list[str] = []
    for n, kind in enumerate(kinds):
        elsewhere = EVERY[kind].also_outside and n % 3 == 0
        (beside if EVERY[kind].outside or elsewhere else inside).append(kind)
    if not any(EVERY[kind].outside for kind in beside):
        inside, beside = [*inside, *beside], []
    for some in (inside, beside):
        yield from (some[first : first + PER_RUN] for first in range(0, len(some), PER_RUN))


async def storm(wanted: Wanted, say: Callable[[str], None]) -> Report:
    """Hold every run; `say` is told how it goes."""
    report = Report(wanted.seed, "PostgreSQL" if wanted.postgres else "SQLite")
    out_of_reach = impossible(wanted.faults, postgres=wanted.postgres)
    for kind in out_of_reach:
        say(f"{kind}: cannot be made here, for want of the right to mount a disk")
    wanted = replace(wanted, faults=tuple(k for k in wanted.faults if k not in out_of_reach))
    runs = list(drawn(wanted))
    at_once = asyncio.Semaphore(wanted.jobs)
    began = time.monotonic()
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:

        async def one(run: int, instants: Sequence[Instant]) -> None:
            async with at_once:
                told, findings = await _run(wanted, run, instants, pool)
            report.add(told, findings)
            for finding in findings:
                say(f"run {run}: {finding.kind}: {finding.what} [{finding.at}]")
            minutes = (time.monotonic() - began) / 60
            say(
                f"{report.instants} of {sum(len(i) for _, i in runs)} instants, "
                f"{report.failed} not survived, {minutes:.1f} min"
            )

        await asyncio.gather(*(one(run, instants) for run, instants in runs))
    return report


async def _run(
    wanted: Wanted, run: int, instants: Sequence[Instant], pool: ProcessPoolExecutor
) -> tuple[Told, list[Finding]]:
    folder = Path(tempfile.mkdtemp(prefix=f"storm-{run}-"))
    async with place(folder, postgres=wanted.postgres) as found:
        told = await hold(folder, run, instants, Random(f"{wanted.seed}/{run}"), found)
        loop = asyncio.get_running_loop()
        try:
            findings = await loop.run_in_executor(pool, judge, folder, found.where, told)
        except Exception as error:  # the other runs go on
            findings = [Finding("other", f"what is left cannot be judged: {error!r}")]
        if findings and wanted.keep:
            shutil.copytree(
                folder, Path(wanted.keep) / f"run-{run}", dirs_exist_ok=True, ignore=NOT_KEPT
            )
    shutil.rmtree(folder, ignore_errors=True)
    return told, findings
