"""What is no mistake is said all the same where somebody would miss it."""

from __future__ import annotations

import pytest

from bot.agendas.agenda import parse_agenda
from bot.agendas.remarks import remarks

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
