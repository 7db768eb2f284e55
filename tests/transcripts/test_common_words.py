"""The words that are names only where they are written like one, or never."""

from __future__ import annotations

from pathlib import Path

from bot.transcripts import common_words
from bot.transcripts.common_words import is_doubtful, is_never_a_name
from bot.transcripts.spelling import folded


def test_titles_and_professions_name_nobody_and_will_names_somebody_now_and_then() -> None:
    assert all(map(is_never_a_name, ("dr", "md", "urology", "nurse", "the", "happy")))
    assert all(map(is_doubtful, ("will", "grace", "rose")))
    assert not any(map(is_never_a_name, ("kofi", "anna", "smith", "will", "grace")))
    assert not any(map(is_doubtful, ("kofi", "anna", "dr")))


def test_every_word_of_the_list_is_written_as_it_is_looked_for() -> None:
    file = Path(common_words.__file__).with_name("common_words.txt")
    lines = [one for one in file.read_text("utf-8").splitlines() if one[:1] not in ("#", "[")]
    words = " ".join(lines).split()
    assert len(words) > 1000
    assert [word for word in words if word != folded(word)] == []
