"""What is no mistake is said all the same where somebody would miss it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.agendas.agenda import parse_agenda
from bot.agendas.remarks import overlaps, remarks

AGENDA = """\
title: A chat
zone: Australia/Sydney
schedule: {every: first monday at 07:00}
window: 48h
topics: {every: 1h, ask: ["What was asked?"]}
"""
DISCORD = 'rooms: [{discord: "345678901234567890"}]'
SLACK = 'rooms: [{slack: "C0123456789"}]'
ROLE, PERSON = "role:456789012345678901", "567890123456789012"


def said_of(*lines: str) -> list[str]:
    return list(remarks(parse_agenda("\n".join((AGENDA.strip(), *lines)), "club.yaml")))


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ((DISCORD,), "On Discord nobody is named as moderator"),
        ((DISCORD, f'moderators: {{discord: ["{ROLE}"]}}'), "On Discord roles alone moderate"),
        ((SLACK,), "On Slack nobody is named as moderator"),
    ],
)
def test_where_nobody_would_be_told_privately_it_is_said_with_what_to_write(
    lines: tuple[str, ...], sentence: str
) -> None:
    (told,) = said_of(*lines)
    assert told.startswith(f"club: {sentence}, so that nobody is told privately")
    assert "alerts: {" in told


@pytest.mark.parametrize(
    "lines",
    [
        ("rooms: [{local: x}]",),
        (DISCORD, f'moderators: {{discord: ["{ROLE}", "{PERSON}"]}}'),
        (DISCORD, f'moderators: {{discord: ["user:{PERSON}"]}}'),
        (DISCORD, 'alerts: {discord: "423456789012345678"}'),
        (SLACK, 'moderators: {slack: ["group:S0123456789"]}'),
    ],
)
def test_where_somebody_is_told_nothing_is_said(lines: tuple[str, ...]) -> None:
    assert said_of(*lines) == []


@pytest.mark.parametrize(
    ("start", "room", "told"),
    [
        ("2026-12-08 06:59", "local: x", 1),  # the club ends at 07:00 on the 9th
        ("2026-12-09 07:00", "local: x", 0),
        ("2026-12-08 06:59", "local: y", 0),
        ("2026-12-08 06:59", 'discord: "345678901234567890"', 0),  # each has its threads there
    ],
)
def test_two_chats_that_would_be_open_at_once_in_a_room_are_told_once(
    start: str, room: str, told: int
) -> None:
    club = AGENDA + 'rooms: [{local: x}, {discord: "345678901234567890"}]'
    hour = AGENDA.replace("schedule: {every: first monday at 07:00}", f"starts: {start}")
    series = [
        parse_agenda(club, "club.yaml"),
        parse_agenda(f"{hour}rooms: [{{{room}}}]", "hour.yaml"),
    ]
    said = list(overlaps(series, datetime(2026, 11, 22, tzinfo=UTC)))
    assert len(said) == told
    assert all("hour-2026-12-08 opens while club-2026-12-07 is open in" in one for one in said)
