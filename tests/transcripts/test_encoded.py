"""Names behind percent signs and in the international spelling of sites are read."""

from __future__ import annotations

import pytest

from bot.transcripts.encoded import readings
from bot.transcripts.names_in_text import LEFT_OUT, NamesInText

NAMES = NamesInText([("Jürgen Möller", "P1"), ("Kofi Mensah", "P2"), ("王小明", "P3")])


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/people/J%C3%BCrgen-M%C3%B6ller",
        "https://example.org/J%25C3%25BCrgen",
        "https://example.org/j%fcrgen?q=%C3%A9",
        "https://example.org/find?who=%4Densah",
        "https://xn--mller-jua.example/",
        "https://www.XN--MLLER-JUA.example/",
        "https://example.org/%E7%8E%8B%E5%B0%8F%E6%98%8E",
        "https://example.org/王小明",
    ],
)
def test_an_address_that_hides_a_name_is_known(url: str) -> None:
    assert NAMES.names_somebody(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/a%20b",
        "https://example.org/100%",
        "https://example.org/%zz%C3%",
        "https://xn--bcher-kva.example/",
        "https://xn--99999999999999999999.example/",
        "https://example.org/%E7%8E%8B",
    ],
)
def test_an_address_that_hides_none_is_left_alone(url: str) -> None:
    assert not NAMES.names_somebody(url)
    assert NAMES.replaced(url) == url


def test_a_part_of_an_address_that_hides_a_name_is_left_out_of_a_text() -> None:
    text = "www.x.org/J%C3%BCrgen?q=Kofi%20Mensah&x=a%20b, 50% of 20%de Kofi"
    assert NAMES.replaced(text) == (f"www.x.org/{LEFT_OUT}?q={LEFT_OUT}&x=a%20b, 50% of 20%de P2")


def test_an_address_is_read_step_by_step() -> None:
    assert readings("a/b") == ["a/b"]
    assert readings("%25C3%25BC") == ["%25C3%25BC", "%C3%BC", "ü"]
    assert readings("%FC%") == ["%FC%", "ü%"]
    assert readings("xn--mller-kva.de/%41") == ["xn--mller-kva.de/%41", "xn--mller-kva.de/A",
                                               "müller.de/A"]  # fmt: skip
    assert len(readings("%" + "25" * 50 + "41")) == 4


def test_a_long_hostile_text_is_read_to_its_end() -> None:
    """No assertion on time: a pattern that runs away would not come back at all."""
    assert NAMES.replaced("%25" * 50_000 + " kofi")[-3:] == " P2"
    assert not NAMES.names_somebody("https://x.org/" + "%25" * 5_000 + "xn--" * 5_000)
