"""Which topics a text names."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engine.labels import MOST, READ, labels

PROJECT = Path(__file__).resolve().parents[2]
DATA = PROJECT / "../shared/data"


def cases(text: str) -> list[tuple[str, tuple[int, ...]]]:
    """Read lines of `text | numbers`; `/n` in a text is a line's end."""
    rows = [line.rpartition("|") for line in text.strip().splitlines()]
    return [
        (written.strip(" ").replace("/n", "\n"), tuple(int(n) for n in numbers.split()))
        for written, _, numbers in rows
    ]


@pytest.mark.parametrize(
    ("text", "named"),
    cases("""
        A3: by asking                                    | 3
        A3 By asking                                     | 3
        A3. By asking                                    | 3
        A3) by asking                                    | 3
        A3 - by asking                                   | 3
        A3- by asking                                    | 3
        A3 – by asking                                   | 3
        A3/ by asking                                    | 3
        A3... by asking                                  | 3
        A3, by asking                                    | 3
        A3-By asking                                     | 3
        A3 (cont) by asking                              | 3
        A3 3 things: ask, ask, ask                       | 3
        A3 : by asking                                   | 3
        A3：by asking                                    | 3
        a3: by asking                                    | 3
        (A3) by asking                                   | 3
        [A3] by asking                                   | 3
        "A3: by asking"                                  | 3
        **A3** by asking                                 | 3
        **A3**: by asking                                | 3
        *A3* by asking                                   | 3
        __T3__ we ask                                    | 3
        A.6 by asking                                    | 6
        A#6: by asking                                   | 6
        A 6: by asking                                   | 6
        A6a by asking                                    | 6
        A6b. by asking                                   | 6
        A1(a): by asking                                 | 1
        A1 (b): by asking                                | 1
        T1a: by asking                                   | 1
        T12: by asking                                   | 12
        T01: by asking                                   | 1
        Q3) by asking                                    | 3
        Q3 Our team asks                                 | 3
        TOPIC 1: by asking                               | 1
        Topic 2 - by asking                              | 2
        topic #2: by asking                              | 2
        Question 2) by asking                            | 2
        Answer 4: by asking                              | 4
        Ans 4. By asking                                 | 4
        A3                                               | 3
        a3                                               | 3
        A3 #tag                                          | 3
        A3 https://example.org/poster                    | 3
    """),
)
def test_a_label_counts_at_the_start_of_a_line_in_all_its_forms(
    text: str, named: tuple[int, ...]
) -> None:
    assert labels(text) == named


@pytest.mark.parametrize(
    "before",
    [
        "@host ", ".@host ", "@host @jo_2 ", "#chat ", "@host #chat ", "<@123> ", "<@!123> ",
        "<@&5> <#6> ", "<@U123> ", "<@U123|jo> ", "<!here> ", "<#C1|general> ", ":wave: ",
        ":wave::skin-tone-2: ", "<:name:123> ", "<a:name:123> ", "🎉🎉 ", "👩🏽‍⚕️ ", "3️⃣ ", "- ",
        "* ", "• ", "1. ", "2) ", "1/2 ", "## ", "**", "__", "_", "*", "(", "  ", "\u200b",
        "Hi all! ", "Hi all ", "hello everyone, ", "Good morning! ", "Hi @host ", "Thanks @host! ",
        "Hi, Sam here, a nurse from Leeds. ", "Happy Friday everyone! ", "RT @jo: ", "Oops, ",
        "Yes! ", "Great question! ", "ok - ", "some words above\n", "#chat\n\n", "\r\n",
    ],
)  # fmt: skip
@pytest.mark.parametrize("label", ["A3 We ask", "T3: we ask", "Q3. we ask", "TOPIC 3: we ask"])
def test_what_may_stand_before_a_label(before: str, label: str) -> None:
    assert labels(before + label) == (3,)


@pytest.mark.parametrize(
    ("text", "named"),
    cases("""
        A4/A5: both the same                             | 4 5
        A4/5: both the same                              | 4 5
        A4 & A5: both the same                           | 4 5
        A4 and A5: both the same                         | 4 5
        A1, A2, A3: all the same                         | 1 2 3
        A1+A2 Both the same                              | 1 2
        A1-A4: all the same                              | 1 2 3 4
        A1 – A4: all the same                            | 1 2 3 4
        A1-4: all the same                               | 1 2 3 4
        A1 to A4: all the same                           | 1 2 3 4
        A4-A1: all the same                              | 1 2 3 4
        A2-A3/A7: all the same                           | 2 3 7
        A1: yes/nA2: no                                  | 1 2
        A1: yes A2: no                                   | 1 2
        A2: yes/nA2: once more/nA1: no                   | 1 2
        T4/T5 We agree                                   | 4 5
    """),
)
def test_several_labels_count_for_several_topics(text: str, named: tuple[int, ...]) -> None:
    assert labels(text) == named


@pytest.mark.parametrize(
    ("text", "named"),
    cases("""
        My A6: a checklist                               | 6
        Curating A5: four papers                         | 5
        Corrections: A6: it was 40                       | 6
        In answer to Q3: never                           | 3
        So true! A2: never alone                         | 2
        Moving on to T3: would you                       | 3
        agree with **A2:** never alone                   | 2
        My T2: patients first                            | 2
        on topic 3: never                                | 3
    """),
)
def test_a_label_before_a_colon_counts_anywhere(text: str, named: tuple[int, ...]) -> None:
    assert labels(text) == named


@pytest.mark.parametrize(
    ("text", "named"),
    cases("""
        Listening helps A3 #tag                          | 3
        Listening helps. A3                              | 3
        Listening helps (A3) #tag #more                  | 3
        Listening helps A3 https://example.org/x #tag    | 3
        Listening helps A3 🎉                            | 3
        Listening helps #tag A3                          | 3
        Listening helps A3/n/n#tag                       | 3
        Listening helps! T3 #tag                         | 3
        Listening helps T3 #tag                          | 3
        Listening helps A3/A4 #tag                       | 3 4
        Listening helps A3 #tag, and so on               |
        Listening helps A3 #tag/nand so on               |
        Listening helps a3 #tag                          |
        Listening helps A3? #tag                         |
    """),
)
def test_a_label_counts_at_the_very_end(text: str, named: tuple[int, ...]) -> None:
    assert labels(text) == named


@pytest.mark.parametrize(
    ("text", "named"),
    cases("""
        Should be A2                                     | 2
        sorry, should have been A2 #tag                  | 2
        That should've been A5, sorry                    | 5
        Oops forgot A2 on that last one!                 | 2
        I forgot to add A4                               | 4
        I meant A3                                       | 3
        That was for A2, sorry!                          | 2
        should have been A3 not A2                       | 3
        make that A2.                                    | 2
        *A2                                              | 2
        ~~A1~~ A2: it depends                            | 2
        Should be T2                                     | 2
        The stage should be T2                           |
        It should be T2 weighted                         |
        That was T3                                      |
        The nodule was T3                                |
    """),
)
def test_corrections_count(text: str, named: tuple[int, ...]) -> None:
    assert labels(text) == named


@pytest.mark.parametrize(
    "text",
    [
        "> A1: as you said", "  > A1: as you said", ">A1 as you said", "&gt; A1: as you said",
        ">>> A1: as you said\nA2: and more", "`A1: print`", "``A1: `print` ``",
        "```\nA1: print\n```", "```py\nA1: print", "~~A1: never~~", "~A1: never~",
        "https://example.org/A1: broken", "www.example.org/A1: broken", "<https://x.org/A1:>",
        "<https://example.org|A1: our paper>", "[A1: our paper](https://example.org)", "@A1: hello",
        "@a1 hello", "#A1: hello", "#A1 hello", "<@U1|A1: jo> hello", "<#C1|a1> hello", "<:A1:123>",
        "jo@a1.example.org", "someone@A1: hello", "$A1", "=A1+B1", "/A1 x", "see e-A1: x",
    ],
)  # fmt: skip
def test_quotes_code_links_and_handles_are_not_read(text: str) -> None:
    assert labels(text) == ()


def test_what_stands_beside_a_quote_or_code_is_read() -> None:
    assert labels("> A1: as you said\nA2: I disagree") == (2,)
    assert labels("`A1: print` is what I typed. A2: yes") == (2,)
    assert labels("```\nA1: print\n```\nA2 Yes") == (2,)
    assert labels("A3: `print`") == (3,)


@pytest.mark.parametrize(
    "text",
    [
        # everyday
        "5 year old", "a 9-5 job", "It is a 5 day class", "1. first", "2) second", "A: yes",
        "A4 was closed near Avonmouth", "The A4 was between two towns",
        "all formats a1", "A4 paper", "A3 posters work", "I missed Q3", "Sorry I missed Q3! #tag",
        "Question 3 coming up", "Q3 coming up next #tag", "Q3 is coming up!", "Q3?", "Q3? anyone",
        "can't wait for Q3 #tag", "On to Q4! #tag", "Ready for Q2? #tag", "A4's traffic",
        "Q1 2026 looks good", "Q3 results", "2025 Q4", "in Q4 2025", "Q1 journals only",
        "I drive an Audi A3", "Figure A1: the flow", "Room A2: upstairs", "gate A12", "MP3: music",
        "A320: late again", "A100: too far", "A0: too near", "A1.5 mm", "xA1: no", "éA1: no",
        # the chat's rules
        "precede questions with Q1, Q2 ... answer with A1, A2", '"A1" is how you label',
        "Please answer with A1, A2 etc. and use #tag", "Start your answers with A1: A2: #tag",
        "We ask with Q1:, you answer with A1:", "Use A1, A2", "Format: Q1/A1",
        "Q1/A1 as always, please", "Q1, Q2 ... is how we ask", "A1, A2 for answers",
        "It goes Q1, Q2 #tag",
        "T1 and T2 made the difference", "It should be A2 level", "The letter A 2: done",
        "T2* rocks", "T2* is *better*",
        "T1, T2, T3 will be posted every 10 minutes", "Tag your posts with T1, T2, T3 etc",
        # medicine
        "T2DM is common", "Type 2 (T2) diabetes", "T2 diabetes", "T1D is hard", "T2D: a burden",
        "T1 N0 M0", "T1N0M0", "cT1 N0 M0", "stage T1 N0", "pT2 disease", "cT3N1", "T1G3 tumours",
        "T1 tumours should be resected", "T1 tumors", "T1a renal masses", "T1 high-grade disease",
        "T2 bladder cancer", "T2 can be cured", "T1 or above", "T1/T2 disease", "T1-T2 tumours",
        "T1, T2, and T3 tumours", "BCG for T1 #tag", "stage T2 #tag", "high grade T1 #tag",
        "the tumour was T1 #tag", "T1 at TURBT", "stage T1: resect; stage T2: remove",
        "T1-weighted images", "T2-weighted MRI", "T2 weighted MRI", "T2 signal", "T2* is useful",
        "T2* weighted", "T2-FLAIR mismatch", "T2 lesions are seen on MRI", "T2 Lesions are seen",
        "T1 mapping", "T1- and T2-weighted", "Unenhanced T1", "t1/2 was 3.7 h",
        "T3/T4 levels", "T3 and T4 were normal in this patient", "T3 was low", "T3 is low",
        "T3 low, T4 normal", "T3, T4 and TSH", "low T3", "free T4", "normal T3 and T4",
        "TSH 0.1, T3: 5.2, T4: 20", "MRI with T2: hyperintense",
        "T4 12 pmol/L", "T4 replacement", "T4 cells", "CD4 count",
        "T10-L2 fusion", "T12 burst fracture", "HbA1c was 7", "HbA1c: 7", "A1c: 7", "A1C of 7",
        "q4h prn", "Q6H", "q2w", "q4 hours", "q8 hrs", "Q4-6 hours", "q3 weeks", "Coenzyme Q10",
        "A1 pulley release", "A2 receptor antagonists", "A1 and A2 receptors", "A1AT deficiency",
        "A1 segment", "blood group A1", "vitamin A1: retinol",
    ],
)  # fmt: skip
def test_false_friends_are_no_labels(text: str) -> None:
    assert labels(text) == ()


@pytest.mark.parametrize(
    ("text", "named"),
    cases("""
        T3 I would not change my practice                | 3
        T3 we still resect first                         | 3
        T2 would you repeat it?                          | 2
        T2 have to agree                                 | 2
        T1 high hopes for this                           | 1
        T2 I fractured my wrist                          | 2
        T2 must we?                                      | 2
        T1 Patients need to be heard                     | 1
        T1 patients need to be heard                     |
        T1 Cancer care is lonely                         | 1
        T1 should be restaged                            |
        T1 should we restage?                            | 1
        T2: lesions are seen better                      | 2
        T1: 5 reasons                                    | 1
        A1 is a hard one                                 | 1
        A1 was a hard one                                |
        A5 by listening                                  | 5
        A5 in small groups                               | 5
        A2 can be done                                   | 2
        A2 not A1                                        | 2
        T2                                               | 2
        Q10                                              | 10
    """),
)
def test_doubtful_lines_are_decided_by_the_words_beside_the_label(
    text: str, named: tuple[int, ...]
) -> None:
    assert labels(text) == named


def test_a_range_stays_within_two_digits() -> None:
    assert labels("A1-A99999999") == ()
    assert labels("A1-A99999999: all") == ()
    assert labels("A1-A99: all") == tuple(range(1, 100))


def test_a_long_text_is_read_up_to_a_limit() -> None:
    padding = "word\n" * (READ // 5 - 1)
    assert labels(padding + "A7: here") == (7,)
    assert labels(padding + "word\nA7: here") == ()
    assert labels("A1; " * MOST + "A7: here") == (1,)


anything = st.text(
    st.sampled_from(list("AQTaqt1290:.)(-–/&,> \n#@<>`~*_[]|!?\"'xé🎉\ufffc\u00a0")), max_size=60
) | st.text(max_size=60)


@given(anything)
def test_any_text_gives_ascending_numbers_from_1_to_99(text: str) -> None:
    named = labels(text)
    assert list(named) == sorted(set(named))
    assert all(1 <= number <= 99 for number in named)


@given(anything)
def test_a_text_without_a_digit_names_nothing(text: str) -> None:
    assert labels(re.sub(r"[0-9]", "x", text)) == ()


@given(anything)
def test_a_text_that_is_quoted_names_nothing(text: str) -> None:
    assert labels("\n".join("> " + line for line in text.splitlines())) == ()


@given(anything, st.integers(1, 99))
def test_a_label_with_its_colon_on_a_line_of_its_own_is_never_missed(
    text: str, number: int
) -> None:
    plain = re.sub(r"[`<>~\[&]", "", text)  # nothing that opens a quote, code or a link
    assert number in labels(f"{plain}\nT{number}: yes")


@given(anything, st.integers(1, 99))
def test_a_label_in_code_adds_nothing(text: str, number: int) -> None:
    plain = re.sub(r"[`]", "", text)
    assert labels(f"{plain}\nx `T{number}: yes`") == labels(f"{plain}\nx y")


def rows_of(heading: str) -> list[list[str]]:
    """Return the rows of the table in docs/placing.md whose second column is so headed."""
    rows: list[list[str]] = []
    reading = False
    for line in (PROJECT / "docs/placing.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("| what is written |"):
            reading = cells[1] == heading
        elif not line.startswith("|"):
            reading = False
        elif reading and not line.startswith("|---"):
            rows.append([cells[0].strip("`"), cells[1]])
    return rows


def test_every_example_of_the_documentation_is_true() -> None:
    named = rows_of("topics")
    unnamed = rows_of("because")
    assert len(named) > 10
    assert len(unnamed) > 5
    for text, numbers in named:
        assert labels(text) == tuple(int(number) for number in numbers.split(",")), text
    for text, _ in unnamed:
        assert labels(text) == (), text


@pytest.mark.parametrize(
    "name", ["phi_benign_dev/pubmedqa.jsonl", "pstweetchat_dev/messages.jsonl"]
)
def test_real_texts_without_labels_have_none(name: str) -> None:
    """Neither sentences of medical abstracts nor an unlabelled chat name a topic."""
    path = DATA / name
    if not path.exists():
        pytest.skip(f"left out: ../shared/data/{name} is not there")
    texts = [
        json.loads(line)["text"] for line in path.read_text(encoding="utf-8").split("\n") if line
    ]
    assert len(texts) > 2000
    assert [text for text in texts if labels(text)] == []
