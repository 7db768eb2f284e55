"""The keys of safety: in the schema, in the form, and at their place in the file."""

from __future__ import annotations

import pytest

from bot.agendas.form import AgendaForm, known_keys
from bot.agendas.safety_form import EXAMPLES
from tests.agendas.given import agenda, mistakes_in, said_of, series
from tests.agendas.test_form import fits_the_schema

ROOMS = 'rooms: [{local: x}, {discord: "100000000000000000"}, {slack: C1}]\n'


def test_every_key_of_safety_has_an_example_and_every_example_can_be_read() -> None:
    keys = known_keys(AgendaForm)
    assert set(EXAMPLES) < set(keys)
    assert list(EXAMPLES) == [*keys[keys.index("hide") : keys.index("dates")]]
    for key, example in EXAMPLES.items():
        assert example.startswith(f"{key}: ")
        moderators = "moderators: {local: [henry]}\n"
        assert fits_the_schema(agenda(ROOMS + moderators + example)), key
        assert series(ROOMS + moderators + example), key


@pytest.mark.parametrize(
    "lines",
    [
        "hide: yes",
        "allow_words: penis",
        "blocked_domains: example.com",
        "help_lines: {NO: 116 123, any: x}",
        "help_lines:\n  NO: 116 123\n  GB: 116 123",
        "roles: nurse",
        "consent: out",
        "round_times: 0m",
        ROOMS + "members_only: {discord: [role:500000000000000000, '600000000000000000'], "
        "slack: group:S1, local: ann}",
        ROOMS + "moderators_on_call: {slack: [U1, 'group:S1']}",
    ],
)
def test_what_is_right_is_as_the_schema_says(lines: str) -> None:
    assert fits_the_schema(agenda(lines))
    assert series(lines)


@pytest.mark.parametrize(
    "lines",
    [
        "hide: sometimes",
        "allow_words: {a: b}",
        "allow_words: [[a]]",
        "blocked_domains: {a: b}",
        "help_lines: 988",
        "help_lines: [988]",
        "help_lines: {XX: x}",
        "help_lines: {us: x}",
        "help_lines: {US: [x]}",
        "help_lines: {US: {a: b}}",
        "rules: [a]",
        "require_checkin: 1",
        "roles: {a: b}",
        "consent: none",
        "consent: [named]",
        "members_only: ann",
        "members_only: {teams: x}",
        ROOMS + "members_only: {discord: ann}",
        ROOMS + "moderators_on_call: {slack: henry}",
        "forget_on_leave: 1d",
        "round_times: [15m]",
    ],
)
def test_what_the_schema_refuses_is_a_mistake(lines: str) -> None:
    assert not fits_the_schema(agenda(lines))
    assert mistakes_in(agenda(lines))


@pytest.mark.parametrize(
    ("lines", "place", "words"),
    [
        ("help_lines: {XX: x}", "1:14", "“XX” is no country. Write its two letters in capitals"),
        ("help_lines: {US: x, Norway: y}", "1:21", "Write NO for Norway"),
        ("help_lines: {start: x}", "1:14", "“start” is no country"),
        ("help_lines:\n  US:", "2:6", "US is empty. Write it like help_lines: {US: "),
        ("help_lines:\n  US: Text #988", "2:12", "is a comment and is dropped"),
        ("help_lines:\n  US: Text\n  US: Call", "3:3", "“US” stands twice"),
        ("help_lines: 988", "1:13", "help_lines cannot be a single text. Write it like help_l"),
        ("rules: Be kind, #always", "1:17", "is a comment and is dropped"),
        ("roles: [nurse, &, x]", "1:16", ""),
        ("blocked_domains: [https://example.com/a]", "1:19", "Give the domain alone: example.com"),
        ("consent: none", "1:10", "“none” cannot be chosen. Write named"),
        ("moderators_on_call: {loca: [henry]}", "1:22", "“loca” is no key here. Write local"),
        ("members_only: {members: [ann]}", "1:16", "“members” is no key here"),
        ("dates: {2026-12-07: {consent: out}}", "1:22", "at the left margin and holds for all"),
    ],
)
def test_what_is_wrong_is_told_at_its_place(lines: str, place: str, words: str) -> None:
    said = said_of(lines)
    assert said[0].startswith(f"{place}: ")
    assert words in said[0]
    assert len(said) == 1


def test_norway_is_a_country_and_no_answer() -> None:
    assert series("help_lines: {NO: x}").agenda.help_lines == {"NO": "x"}
    assert series("help_lines:\n  NO: x\n").agenda.help_lines == {"NO": "x"}
