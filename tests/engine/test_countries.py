"""The countries of the world against lists that others keep."""

from __future__ import annotations

import importlib.resources

import pytest

from bot.engine.countries import COUNTRIES, by_letter, country_of


def test_the_codes_are_those_of_the_time_zone_database() -> None:
    table = importlib.resources.files("tzdata") / "zoneinfo" / "iso3166.tab"
    lines = table.read_text("utf-8").splitlines()
    codes = [line.partition("\t")[0] for line in lines if not line.startswith("#")]
    assert list(COUNTRIES) == sorted(codes)
    assert len(COUNTRIES) == 249, "as many as ISO 3166-1 has"


def test_every_country_has_a_name_of_its_own_by_which_it_is_found() -> None:
    for code, name in COUNTRIES.items():
        assert name == " ".join(name.split())
        assert country_of(name) == code
        assert country_of(code.lower()) == code


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("UK", "GB"),
        ("U.S.A.", "US"),
        ("the United States", "US"),
        ("The Netherlands", "NL"),
        ("no", "NO"),
        (" new  zealand ", "NZ"),
        ("Trinidad & Tobago", "TT"),
        ("Turkey", "TR"),
        ("côte d'ivoire", "CI"),
        ("the", None),
        ("UN", None),
        ("XX", None),
        ("", None),
        ("everywhere", None),
    ],
)
def test_a_country_is_known_as_people_write_it(written: str, code: str | None) -> None:
    assert country_of(written) == code


def test_all_countries_stand_under_their_first_letters_in_order() -> None:
    listed = by_letter()
    assert {code: name for _, named in listed for code, name in named} == COUNTRIES
    assert [letter for letter, _ in listed] == sorted({letter for letter, _ in listed})
    under_a = [name for letter, named in listed if letter == "A" for _, name in named]
    assert under_a[:3] == ["Afghanistan", "Åland Islands", "Albania"]
