"""A name is known in every spelling of its letters, and a word next to it is left alone."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.transcripts.names_in_text import LEFT_OUT, NamesInText
from bot.transcripts.spelling import every_folding, folded, spellings, words_of, written_out

NAMES = NamesInText(
    hidden=[
        ("Jürgen Möller", "P1"),
        ("Søren Nørgård", "P2"),
        ("Åse Bjørk-Weiß", "P3"),
        ("Guenther Kaestner", "P4"),
        ("Aase Boe", "P5"),
        ("Michael Joel", "P6"),
        ("Bø", "P7"),
        ("Dr. Hägg (Zürich)", "P8"),
        ("lindström92", "P9"),
    ],
    shown=["Jürgen Berg"],
)


@pytest.mark.parametrize(
    ("text", "shown", "neighbour"),
    [
        ("I agree with Juergen", "I agree with P1", "I agree with Jorgen"),
        ("Moeller, MÖLLER and moller’s", "P1, P1 and P1’s", "Mueller and Muller"),
        ("Juergen Moeller, Jurgen Moeller", "P1, P1", "a juror"),
        ("juergenmoeller and @jmoeller", "P1 and @P1", "jmoeller"),
        ("JMoeller, moeller2, Juergens", "P1, P1, P1", "Moellendorf"),
        ("Ju\u0308rgen, Jue\u200brgen", "P1, P1", "Ju rgen"),
        ("Soeren, Soren and Sören", "P2, P2 and P2", "sorely"),
        ("Noergaard, Norgaard, Norgard, Nørgaard", "P2, P2, P2, P2", "Nyegaard"),
        ("BjoerkWeiss and Bjoerk", "P3 and P3", "Bjorn"),
        ("Günther, GÜNTHER and Kästner’s", "P4, P4 and P4’s", "Gunther and Kastner"),
        ("Günther Kästner", "P4", "Gunther Kastner"),
        ("@günther2 and Günthers", "@P4 and P4", "@gunther"),
        ("Michael and Michäl", "P6 and P6", "Michal and Jol"),
        ("Haegg said", "P8 said", "Zürich, Zuerich and Zurich"),
        ("Lindstroem agrees", "P9 agrees", "Lindstrand"),
        ("Juergen Berg and Jürgen Berg", "Juergen Berg and Jürgen Berg", "Berg"),
    ],
)
def test_a_name_is_replaced_in_each_spelling_and_its_nearest_neighbour_stays(
    text: str, shown: str, neighbour: str
) -> None:
    assert NAMES.replaced(text) == shown
    assert NAMES.replaced(neighbour) == neighbour


def test_a_short_name_is_written_out_in_its_case_alone() -> None:
    names = NamesInText([("Bø Berg", "P1")])
    assert names.replaced("Bø, Boe, @boe, a boe") == "P1, P1, @P1, a boe"


def test_a_spelling_that_several_people_may_have_stands_for_none_of_them() -> None:
    assert NAMES.replaced("Aase, Åse") == f"{LEFT_OUT}, P3"


def test_what_the_agenda_has_is_spared_in_each_spelling() -> None:
    for own, written in (("Müller", "Mueller"), ("Mueller", "Müller")):
        names = NamesInText([(f"Jo {own}", "P1")], spared=every_folding(f"{written} et al."))
        assert names.replaced("Müller and Mueller, but @mueller") == ("Müller and Mueller, but @P1")


def test_addresses_that_hold_a_spelling_of_a_name_are_known() -> None:
    for url in ("https://x.org/juergen-moeller", "https://x.org/Jürgen", "https://guenther.example",
                "https://x.org/günther", "https://x.org/noergaard.html"):  # fmt: skip
        assert NAMES.names_somebody(url)
    for url in ("https://x.org/michal", "https://x.org/gunther", "https://x.org/toe"):
        assert not NAMES.names_somebody(url)


def test_words_are_folded_and_written_out() -> None:
    assert words_of("Jürgen ÆRØ Weiß ＫＯＦＩ") == ["jurgen", "aero", "weiss", "kofi"]
    assert written_out("Jürgen ÅSE, ÅSE") == "Juergen AaSE, AaSE"
    assert written_out("ÅSE") == "AASE"
    assert spellings("Bø Åse") == ("Bø Åse", "Bø Aase", "Boe Åse", "Boe Aase")
    assert spellings("Kofi") == ("Kofi",)
    assert spellings("José") == ("José",)
    assert every_folding("Bø 5") == {"bo", "boe", "5"}


def test_a_name_of_many_such_letters_has_two_spellings() -> None:
    """No assertion on time: every combination of hundreds of letters would not come back."""
    name = "Öü" * 100
    assert spellings(name) == (name, written_out(name))
    assert NamesInText([(name, "P1")]).replaced(f"{written_out(name)}!") == "P1!"


@given(st.text(alphabet="äöüøåÄÖÅaeoub -", max_size=12))
def test_a_name_is_among_its_spellings_and_so_is_what_is_written_out(name: str) -> None:
    found = spellings(name)
    assert found[0] == name
    assert written_out(name) in found
    assert all(folded(written_out(one)) == folded(written_out(name)) for one in found)
    assert folded(unicodedata.normalize("NFD", name)) == folded(name)
