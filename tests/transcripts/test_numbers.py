"""Numbers of messages, by their keys."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.transcripts.numbers import Numbers


@given(st.dictionaries(st.text(), st.integers(1, 2**40)))
def test_every_key_has_the_number_that_was_given_and_no_other_key_has_one(
    given_: dict[str, int],
) -> None:
    numbers = Numbers()
    for key, number in given_.items():
        numbers.add(key, number)
    assert {key: numbers.of(key) for key in given_} == given_
    assert numbers.of("no such key at all, of this length") is None
    numbers.add("one more", 7)
    assert numbers.of("one more") == 7
