"""Agendas for tests: a right one, any of whose lines can be replaced, and what is said of it."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from bot.agendas.agenda import parse_agenda
from bot.agendas.mistakes import AgendaMistakes, Mistake
from bot.engine.agenda import Series

NOW = datetime(2026, 11, 22, tzinfo=UTC)

RIGHT = """\
title: Cardiology Journal Club
zone: America/New_York
schedule: {every: first monday at 07:00}
window: 48h
rooms: [{local: cardiojc}]
topics: [{ask: "Would this change your practice?", after: 0m}]
"""


def agenda(lines: str = "", base: str = RIGHT) -> str:
    """Return an agenda that begins with `lines`, which stand for those of `base` with their keys.

    So a place in `lines` is the same place in the whole text.
    """
    keys = set(re.findall(r"^([a-z_]+):", lines, re.MULTILINE))
    if keys & {"schedule", "starts"}:
        keys |= {"schedule", "starts"}
    kept = [line for line in base.splitlines(keepends=True) if line.partition(":")[0] not in keys]
    return (lines if not lines or lines.endswith("\n") else lines + "\n") + "".join(kept)


def series(lines: str = "", file: str = "cardiojc.yaml", now: datetime | None = NOW) -> Series:
    """Return the series of `agenda(lines)`."""
    return parse_agenda(agenda(lines), file, now)


def mistakes_in(source: str | bytes, file: str = "cardiojc.yaml") -> tuple[Mistake, ...]:
    """Return what is wrong with a text; nothing being wrong fails the test."""
    with pytest.raises(AgendaMistakes) as caught:
        parse_agenda(source, file, NOW)
    return caught.value.mistakes


def said_of(lines: str) -> list[str]:
    """Return the mistakes of `agenda(lines)` as `line:column: text`."""
    return [f"{m.line}:{m.column}: {m.text}" for m in mistakes_in(agenda(lines))]
