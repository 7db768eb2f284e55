"""What an agenda says of safety, as its chats have it, and what of it cannot be."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.engine.agenda import ROLES
from bot.engine.consent import Consent
from tests.agendas.given import said_of, series

ROOMS = 'rooms: [{local: x}, {discord: "100000000000000000"}, {slack: C1}]\n'
HENRY = "moderators: {local: [henry]}\nmoderators_on_call: {local: [henry]}\n"
ALERTS = "alerts: {discord: 900000000000000000}\n"

WHOLE = """\
rooms: [{local: x}, {discord: "100000000000000000"}]
moderators: {local: [henry], discord: ["role:500000000000000000", "700000000000000000"]}
hide: true
allow_words: [Penis, breast, penis]
blocked_domains: [Example.com, example.com, bücher.example]
help_lines:
  US: "988 Suicide & Crisis Lifeline: call or text 988"
  NO: Mental Helse, 116 123
  any: "https://findahelpline.com"
moderators_on_call: {local: henry, discord: ["user:700000000000000000", "800000000000000000"]}
rules: |
  Be kind.
  Write nothing by which a patient could be known.
require_checkin: true
roles: [surgeon, nurse]
consent: pseudonym
members_only: {discord: ["role:120000000000000000"]}
forget_on_leave: true
round_times: 1h
"""


def test_a_chat_has_what_its_agenda_says_of_safety() -> None:
    agenda = series(WHOLE).agenda
    assert agenda.hide
    assert agenda.allow_words == ("penis", "breast")
    assert agenda.blocked_domains == ("example.com", "xn--bcher-kva.example")
    assert agenda.help_lines == {
        "US": "988 Suicide & Crisis Lifeline: call or text 988",
        "NO": "Mental Helse, 116 123",
        "any": "https://findahelpline.com",
    }
    assert agenda.on_call == {
        "local": ("henry",),
        "discord": ("user:700000000000000000", "800000000000000000"),
    }
    assert agenda.rules == "Be kind.\nWrite nothing by which a patient could be known."
    assert agenda.require_checkin
    assert agenda.roles == ("surgeon", "nurse")
    assert agenda.consent is Consent.PSEUDONYM
    assert agenda.members_only == {"discord": ("role:120000000000000000",)}
    assert agenda.forget_on_leave
    assert agenda.round_times == timedelta(hours=1)


def test_what_is_left_out_is_as_the_documentation_says() -> None:
    agenda = series().agenda
    assert (agenda.hide, agenda.require_checkin, agenda.forget_on_leave) == (False,) * 3
    assert (agenda.allow_words, agenda.blocked_domains, agenda.rules) == ((), (), "")
    assert (agenda.help_lines, agenda.on_call, agenda.members_only) == ({}, {}, {})
    assert agenda.roles == ROLES
    assert agenda.consent is Consent.NAMED
    assert agenda.round_times == timedelta(minutes=15)
    assert series("round_times: 0m").agenda.round_times == timedelta(0)


@pytest.mark.parametrize(
    ("lines", "place", "words"),
    [
        ("roles: []", "1:8", "No role is given. Write roles: [physician, nurse, patient]"),
        ("roles: [nurse, Nurse]", "1:16", "The role “Nurse” stands twice. Delete one."),
        (
            f"roles: [{', '.join(f'r{n:02}' for n in range(25))}]",
            "1:129",
            "There are 25 roles. A choice holds 24",
        ),
        (ROOMS + "members_only: {local: []}", "2:23", "nobody's messages would count"),
        ("members_only: {discord: role:500000000000000000}", "1:16", "no room on Discord"),
        (ROOMS.replace("{local: x}, ", "") + "members_only: {local: ann}", "2:16", "no room of"),
        ("moderators_on_call: {slack: U1}", "1:22", "no room on Slack"),
        (
            "moderators: {local: [henry]}\nmoderators_on_call: {local: [henry, amelia]}",
            "2:37",
            "“amelia” is on call, but does not moderate: moderators lists others in the rooms",
        ),
        (
            "moderators: {local: henry}\nmoderators_on_call: {local: amelia}",
            "2:29",
            "“amelia” is on call",
        ),
        (
            ROOMS + "moderators: {discord: ['700000000000000000']}\n"
            "moderators_on_call: {discord: ['800000000000000000']}",
            "3:32",
            "moderators lists others on Discord",
        ),
        (
            ROOMS + ALERTS + "moderators: {discord: ['700000000000000000']}\n"
            "moderators_on_call: {discord: ['role:500000000000000000']}",
            "4:32",
            "“role:500000000000000000” is on call, but does not moderate",
        ),
        (
            HENRY + "dates: {2026-12-07: {moderators: {local: [amelia]}}}",
            "2:30",
            "“henry” is on call, but does not moderate on 2026-12-07",
        ),
        (
            ROOMS + "moderators_on_call: {discord: ['role:500000000000000000']}",
            "2:32",
            "Rounds does not see who has a role on Discord",
        ),
    ],
)
def test_what_cannot_be_is_told_once_at_its_place(lines: str, place: str, words: str) -> None:
    (said,) = said_of(lines)
    assert said.startswith(f"{place}: ")
    assert words in said


@pytest.mark.parametrize(
    "lines",
    [
        # without a list the platform says who moderates
        ROOMS + "moderators_on_call: {discord: ['800000000000000000'], slack: [U1, 'group:S1']}",
        # who has a role, and who is in a group, is not known here
        ROOMS + "moderators: {discord: ['role:500000000000000000']}\n"
        "moderators_on_call: {discord: ['800000000000000000']}",
        ROOMS + "moderators: {slack: ['group:S1']}\nmoderators_on_call: {slack: [U1]}",
        ROOMS + "moderators: {discord: ['user:800000000000000000']}\n"
        "moderators_on_call: {discord: ['800000000000000000']}",
        ROOMS
        + "moderators: {local: [henry]}\nmoderators_on_call: {discord: ['800000000000000000']}",
        ROOMS + ALERTS + "moderators: {discord: ['role:500000000000000000']}\n"
        "moderators_on_call: {discord: ['role:500000000000000000']}",
        HENRY + "dates: {2026-12-07: {moderators: {local: [henry, amelia]}}}",
        f"roles: [{', '.join(f'r{n:02}' for n in range(24))}]",
    ],
)
def test_what_may_be_is_no_mistake(lines: str) -> None:
    assert series(lines)
