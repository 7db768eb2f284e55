"""What people make of a name is replaced too, and the words next to it are left alone."""

from __future__ import annotations

import pytest

from bot.transcripts.made_of_names import (
    HAN_WORDS,
    MEANS_SOMETHING,
    doubles,
    initials,
    without_number,
)
from bot.transcripts.names_in_text import LEFT_OUT, NamesInText

NAMES = NamesInText(
    hidden=[
        ("Mary-Anne O'Neil", "P1"),
        ("Omar Al-Hassan", "P2"),
        ("Maria Souza", "P3"),
        ("王小明", "P4"),
        ("J.P. Okafor", "P5"),
        ("C. T. Lindqvist", "P6"),
        ("Grace Lamp", "P7"),
        ("Clara Tone", "P8"),
        ("王医生", "P9"),
        ("Follow-Up Nurse", "P10"),
        ("欧阳大伟", "P11"),
        ("🦊", "P12"),
    ],
    shown=["李小明", "Ada Stone"],
    spared=["lindqvist2021"],
)


@pytest.mark.parametrize(
    ("text", "shown", "neighbour"),
    [
        ("as MaryAnne said", "as P1 said", "as Maryland said"),
        ("maryanne’s slide", "P1’s slide", "a marianne"),
        ("AlHassan and alhassan", "P2 and P2", "Alhambra and al dente"),
        ("thanks MSouza!", "thanks P3!", "thanks, msouza and MSouzinha"),
        ("MSouza2 and MariaS", "P3 and P3", "Msouza, MS and MariaT"),
        ("souza123 agrees", "P3 agrees", "souza12345, sou123 and SOUZA123 agree"),
        ("Maria2 wrote", "P3 wrote", "the MARIA2 trial, mari2 and maria2x"),
        ("@maria2 and @MARIA2", "@P3 and @P3", "@mari2 and #MARIA2"),
        ("GLamp or CTone", "P7 or P8", "clamp, ctone and stone"),
        ("小明说得对", "P4说得对", "肿瘤大小明显缩小"),
        ("谢谢小明", "谢谢P4", "同意，小 明"),
        ("我同意小明的看法", "我同意P4的看法", "李小明的看法"),
        ("谢谢@小明 hi", "谢谢@P4 hi", "谢谢小王"),
        ("大伟和欧阳大伟", "P11和P11", "伟大和欧阳"),
        ("王医生问", "P9问", "医生问患者"),
        ("ask JP", "ask P5", "ask jp, Jp or a JPG"),
        ("J.P. agrees", "P5. agrees", "J Urol p. 5, CT"),
        ("@jp and @ct", "@P5 and @P6", "CT scan, ct"),
        ("Mar\u00adia and Ma\u2060ri\u200ba", "P3 and P3", "Mar\u00adine"),
        ("Mar\u200eia, Mar\ufe0fia, Mar\u2063ia", "P3, P3, P3", "Mar ia, mar-ia"),
        ("王\u200b小明 and 小\u00ad明", "P4 and P4", "王\u200b小 and 小 明"),
        ("hi 🦊\ufe0f", "hi P12\ufe0f", "hi 🐺"),
        ("@grace2", "@P7", "the Grace2 trial, grace3"),
        ("Lindqvist21 wrote", "P6 wrote", "Lindqvist2021 wrote"),
    ],
)
def test_a_form_of_a_name_is_replaced_and_its_nearest_neighbour_stays(
    text: str, shown: str, neighbour: str
) -> None:
    assert NAMES.replaced(text) == shown
    assert NAMES.replaced(neighbour) == neighbour


def test_a_double_name_of_everyday_words_hides_none_of_them() -> None:
    assert NAMES.replaced("a followup, a follow-up visit") == "a followup, a follow-up visit"


def test_who_is_called_by_initials_alone_hides_no_small_letters() -> None:
    names = NamesInText([("J.P.", "P1"), ("C.T.", "P2")])
    assert names.replaced("JP, J.P. and @jp; C.T. and @ct") == "P1, P1. and @P1; P2. and @P2"
    assert names.replaced("jp, a ct and a CT") == "jp, a ct and a CT"


def test_a_form_that_several_people_may_have_stands_for_none_of_them() -> None:
    names = NamesInText(
        [("Maria Souza", "P1"), ("Mario Souza", "P2"), ("王小明", "P3"), ("李小明", "P4")]
    )
    assert names.replaced("MSouza, souza1, Mario1") == f"{LEFT_OUT}, {LEFT_OUT}, P2"
    assert names.replaced("小明, 王小明, 李小明") == f"{LEFT_OUT}, P3, P4"


def test_what_may_be_somebody_elses_stays_where_that_is_asked() -> None:
    names = NamesInText([("王小明", "P1"), ("Maria Souza", "P2")], (), ("小明",), ("souza",))
    assert names.replaced("小明, 王小明, souza1, Maria1") == "小明, P1, souza1, P2"


def test_only_names_that_stay_leave_nothing_to_replace() -> None:
    assert not NamesInText([], ["王小明"])
    assert NamesInText([], ["王小明"]).replaced("王小明, 小明") == "王小明, 小明"


def test_the_words_that_are_replaced_alone_are_told_with_given_names() -> None:
    names = NamesInText([("王小明", "P1"), ("Clara Lamp", "P2")])
    assert names.words == {"clara", "lamp", "claralamp", "小明"}


def test_the_parts_of_a_name_are_read() -> None:
    assert [*doubles("Jean-Luc Al-Hassan Berg")] == [("Jean", "Luc"), ("Al", "Hassan")]
    assert [*initials("J.-P. Dupont")] == ["JP"]
    assert [*initials("J. R. R. Berg, A B")] == ["JRR", "AB"]
    assert [*initials("Dr. Berg, JP Berg, Al-B Berg")] == []
    assert without_number("souza123") == "souza"
    assert without_number("souza") == without_number("li3") == without_number("souza12345") == ""


def test_the_lists_hold_what_can_be_found() -> None:
    assert all(one.isupper() and 2 <= len(one) <= 5 for one in MEANS_SOMETHING)
    assert all(len(one) == 2 for one in HAN_WORDS)


def test_a_long_text_of_given_names_and_joiners_is_read_to_its_end() -> None:
    """No assertion on time: a pattern that runs away would not come back at all."""
    assert NAMES.replaced("小明 " * 20_000) == "P4 " * 20_000
    assert NAMES.replaced("Mar" + "\u00ad" * 50_000 + "ia") == "P3"
    assert len(NAMES.replaced("小\u200b" * 50_000)) == 100_000
    assert len(NAMES.replaced("a\u00ad" * 50_000 + "!")) == 100_001
    assert len(NAMES.replaced("aaaa1" * 20_000)) == 100_000
