"""Single values of what an agenda says of safety, and the sentences about wrong ones."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.agendas import safety_values as values
from bot.engine.consent import Consent
from bot.engine.countries import COUNTRIES


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (values.read_word, " Penis ", "penis"),
        (values.read_word, "Prince  Albert piercing", "prince albert piercing"),
        (values.read_word, "STRASSE", "strasse"),
        (values.read_domain, "Example.COM", "example.com"),
        (values.read_domain, "a.b-c.example.com.", "a.b-c.example.com"),
        (values.read_domain, "bücher.example", "xn--bcher-kva.example"),
        (values.read_domain, "xn--bcher-kva.example", "xn--bcher-kva.example"),
        (values.read_domain, "faß.example", "xn--fa-hia.example"),
        (values.read_domain, "ＥＸＡＭＰＬＥ．com", "example.com"),
        (values.read_domain, "пример.рф", "xn--e1afmkfd.xn--p1ai"),
        (values.read_domain, "例え。jp", "xn--r8jz45g.jp"),
        (values.read_country, "US", "US"),
        (values.read_country, "NO", "NO"),
        (values.read_country, "any", "any"),
        (values.read_rules, "Be kind.\nName nobody.\n", "Be kind.\nName nobody."),
        (values.read_rules, "x" * 1500, "x" * 1500),
        (values.read_role, "medical  student", "medical student"),
        (values.read_role, "x" * 40, "x" * 40),
        (values.read_consent, "named", Consent.NAMED),
        (values.read_consent, "pseudonym", Consent.PSEUDONYM),
        (values.read_consent, "out", Consent.OUT),
        (values.read_round_times, "0m", timedelta(0)),
        (values.read_round_times, "15m", timedelta(minutes=15)),
        (values.read_round_times, "1h 30m", timedelta(minutes=90)),
        (values.read_round_times, "1d", timedelta(days=1)),
    ],
)
def test_a_value_of_safety_is_read(read: Callable[[str], object], text: str, value: object) -> None:
    assert read(text) == value


@pytest.mark.parametrize(
    ("read", "text", "said"),
    [
        (values.read_word, "x" * 61, "longer than 60 characters. Write single words"),
        (values.read_word, "***", "holds no letter"),
        (values.read_domain, "https://Example.com/x?y=1", "Give the domain alone: Example.com"),
        (values.read_domain, "http://www.example.com", "Give the domain alone: example.com"),
        (values.read_domain, "www.example.com", "Give the domain alone: example.com"),
        (values.read_domain, "*.example.com", "Give the domain alone: example.com"),
        (values.read_domain, "example.com/path", "Give the domain alone: example.com"),
        (values.read_domain, "//example.com:8080", "Give the domain alone: example.com"),
        (values.read_domain, "ann@example.com", "Give the domain alone: example.com"),
        (values.read_domain, "https://ann:pw@example.com/", "Give the domain alone: example.com"),
        (values.read_domain, "https://bücher.example/", "Give the domain alone: bücher.example"),
        (values.read_domain, "example", "is no domain. Give the domain alone, with its dot"),
        (values.read_domain, "10.0.0.1", "is no domain"),
        (values.read_domain, "exa mple.com", "is no domain"),
        (values.read_domain, "-example.com", "is no domain"),
        (values.read_domain, "a..com", "is no domain"),
        (values.read_domain, "exa_mple.com", "is no domain"),
        (values.read_domain, "x☃.com", "is no domain"),
        (values.read_domain, "\u0301a.com", "is no domain"),
        (values.read_domain, f"{'x' * 64}.com", "is no domain"),
        (values.read_domain, ".".join(["x" * 60] * 5), "is no domain"),
        (values.read_domain, "https://", "is no domain"),
        (values.read_domain, "", "is no domain"),
        (values.read_country, "us", "Write US for United States"),
        (values.read_country, "UK", "Write GB for United Kingdom"),
        (values.read_country, "Norway", "Write NO for Norway"),
        (values.read_country, "ANY", "is written in small letters: any"),
        (values.read_country, "XX", "Write its two letters in capitals, such as US, GB or NO"),
        (values.read_country, "", "or any for everybody else"),
        (values.read_rules, "x" * 1501, "have 1,501 characters. Shorten them to 1,500"),
        (values.read_role, "x" * 41, "longer than 40 characters"),
        (values.read_role, " ", "There is no text"),
        (values.read_consent, "none", "Write named (people are shown by their names), pseudonym"),
        (values.read_consent, "Named", "cannot be chosen"),
        (values.read_round_times, "7m", "“7m” does not divide a day evenly. Write 6m"),
        (values.read_round_times, "50m", "Write 30m"),
        (values.read_round_times, "5h", "Write 4h"),
        (values.read_round_times, "25h", "1d at most"),
        (values.read_round_times, "15", "is no length of time. Write a number with m, h or d"),
        (values.read_round_times, "30s", "is no length of time"),
    ],
)
def test_a_wrong_value_of_safety_is_answered(
    read: Callable[[str], object], text: str, said: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        read(text)


def test_every_country_may_have_a_help_line() -> None:
    for code in COUNTRIES:
        assert values.read_country(code) == code


def test_every_step_that_is_proposed_instead_of_a_wrong_one_can_be_read() -> None:
    for minutes in range(1, 1440):
        try:
            values.read_round_times(f"{minutes}m")
        except ValueError as wrong:
            proposed = str(wrong).rpartition("Write ")[2]
            step = values.read_round_times(proposed)
            assert timedelta(0) < step < timedelta(minutes=minutes)
        else:
            assert 1440 % minutes == 0
