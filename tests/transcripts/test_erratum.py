"""What became of lines since they were first published."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.engine.showing import Silence
from bot.store.publications import Fact, Published
from bot.transcripts.clock import Clock
from bot.transcripts.erratum import Correction, Corrections, Erratum, Kind, heading, sentences

FIRST = datetime(2026, 12, 9, 20, tzinfo=UTC)
FACT = Fact(0, "k", "local:urojc", "ann", "participant", "on_time", 0, "", 0, "2")
SHOWN = Published(1, 4, "", 10, "2")
HELD = Published(1, 0, Silence.HELD, 10, "2")


def became(*states: Published, role: str = "participant") -> list[tuple[str, tuple[int, ...]]]:
    corrections = Corrections()
    corrections.see(FACT._replace(role=role), states[:-1], states[-1])
    erratum = corrections.since(FIRST)
    return [(one.kind.value, one.lines) for one in erratum.corrections] if erratum else []


@pytest.mark.parametrize(
    ("states", "kinds"),
    [
        ((SHOWN, SHOWN), []),
        ((SHOWN,), ["added"]),
        ((SHOWN, SHOWN._replace(silence=Silence.WITHDRAWN)), ["withdrawn"]),
        ((SHOWN, SHOWN._replace(silence=Silence.HELD)), ["held"]),
        ((SHOWN, SHOWN._replace(silence=Silence.OUT)), ["out"]),
        ((SHOWN, SHOWN._replace(silence=Silence.ERASED)), ["removed"]),
        ((HELD, SHOWN), ["cleared"]),
        ((SHOWN._replace(number=2), SHOWN), ["added"]),
        ((SHOWN, SHOWN._replace(silence=Silence.HELD), SHOWN), ["cleared"]),
        ((SHOWN, SHOWN._replace(worded_at=11)), ["reworded"]),
        ((SHOWN, SHOWN._replace(topics="3")), ["moved"]),
        ((SHOWN, SHOWN._replace(topics="3", worded_at=11)), ["reworded", "moved"]),
        ((SHOWN, SHOWN._replace(topics="3"), SHOWN), []),
        (
            (SHOWN, SHOWN._replace(worded_at=11), SHOWN._replace(silence=Silence.WITHDRAWN)),
            ["withdrawn"],
        ),
        ((HELD, HELD._replace(silence=Silence.WITHDRAWN)), []),
        ((HELD,), []),
    ],
)
def test_a_line_is_told_by_what_became_of_it(
    states: tuple[Published, ...], kinds: list[str]
) -> None:
    assert [kind for kind, _ in became(*states)] == kinds


def test_our_own_posts_are_not_corrected() -> None:
    assert became(SHOWN, SHOWN._replace(worded_at=99), role="bot") == []


def test_where_nothing_was_published_there_is_no_erratum() -> None:
    corrections = Corrections()
    corrections.see(FACT, (), SHOWN)
    assert corrections.since(None) is None
    assert Corrections().since(FIRST) is None


def test_corrections_are_told_in_sentences_by_their_lines() -> None:
    erratum = Erratum(
        FIRST,
        (
            Correction(Kind.WITHDRAWN, (14,)),
            Correction(Kind.REWORDED, (3, 4, 5, 9, 11, 12)),
            Correction(Kind.MOVED, (7,), (2,), (3,)),
            Correction(Kind.MOVED, (8, 10), (), (1, 2)),
        ),
    )
    assert sentences(erratum) == [
        "Line 14: withdrawn by its author.",
        "Lines 3 to 5, 9, 11 and 12: reworded by their authors.",
        "Line 7: moved from T2 to T3.",
        "Lines 8 and 10: moved from no topic to T1 and T2.",
    ]
    assert heading(erratum, Clock("Australia/Sydney")) == (
        "Erratum: corrections since it was first published on Thursday 10 December 2026"
    )


def test_corrections_stand_in_one_order_with_the_gravest_first() -> None:
    corrections = Corrections()
    corrections.see(FACT, (SHOWN,), SHOWN._replace(worded_at=11))
    for line in (9, 3):
        one = SHOWN._replace(line=line)
        corrections.see(FACT, (one,), one._replace(silence=Silence.WITHDRAWN))
    erratum = corrections.since(FIRST)
    assert erratum is not None
    assert [(one.kind, one.lines) for one in erratum.corrections] == [
        (Kind.WITHDRAWN, (3, 9)),
        (Kind.REWORDED, (4,)),
    ]
