"""That phrases are read as the rule file writes them, and found word by word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.safety.folding import words
from bot.safety.phrase_tree import Phrase, Tree, UnreadablePhrase, phrase_of


def said(phrase: Phrase, text: str) -> bool:
    pieces = words(text)
    tree = Tree([(phrase, None)])
    return any(True for start in range(len(pieces)) for _ in tree.at(pieces, start))


def test_every_way_to_say_a_phrase_is_found() -> None:
    phrase = phrase_of("i (really/just) want/wanna go_away/leave .")
    assert len(list(phrase.ways())) == 3 * 2 * 2
    assert said(phrase, "Oh, I want to?! I JUST wanna leave.")
    assert said(phrase, "I want go away")
    assert not said(phrase, "I want go")
    assert not said(phrase, "I want leave now")
    assert not said(phrase, "I really just want leave")


def test_accents_and_apostrophes_of_either_kind_make_no_difference() -> None:
    phrase = phrase_of("j'ai été")
    assert said(phrase, "J’AI E\u0301TE\u0301")
    assert said(phrase, "jai ete")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("(a/b)", "a word without brackets"),
        (".", "needs a word"),
        ("a (b", "bracket"),
        ("a b)", "bracket"),
        ("a ((b))", "bracket"),
        ("a (b c)", "bracket"),
        ("a//b", "is no word"),
        ("a_", "is no word"),
        ("matar-me", "is no word"),
        ("a b.", "is no word"),
        ("!", "is no word"),
        (" ".join(["a/b/c/d"] * 7), "Make several"),
        (" ".join(["a"] * 17), "Make several"),
    ],
)
def test_a_phrase_that_is_written_wrongly_is_refused(text: str, why: str) -> None:
    with pytest.raises(UnreadablePhrase, match=why):
        phrase_of(text)


def test_the_owner_of_a_phrase_and_its_end_are_told() -> None:
    tree = Tree([(phrase_of("a b"), 1), (phrase_of("a"), 2)])
    assert list(tree.at(["a", "b", "c"], 0)) == [(1, 2), (2, 1)]
    assert list(tree.at(["b", "a"], 0)) == []
    assert tree.starts(["b", "a", "c", "a"]) == [1, 3]


def test_a_tree_can_be_read_backwards() -> None:
    tree = Tree([(phrase_of("a b"), None)], backwards=True)
    assert list(tree.at(["a", "b", "c"], 1, -1)) == [(-1, None)]
    assert list(tree.at(["a", "b", "c"], 2, -1)) == []
    assert list(tree.at(["a"], -1, -1)) == []


WORDS = st.sampled_from(["ann", "bea", "cyd"])


@given(st.lists(st.lists(WORDS, min_size=1, max_size=3), max_size=4), st.lists(WORDS, max_size=8))
def test_what_is_found_is_what_stands_there(phrases: list[list[str]], text: list[str]) -> None:
    tree = Tree((phrase_of(" ".join(one)), tuple(one)) for one in phrases)
    for start in range(len(text)):
        found = {tuple(text[start:end]) for end, _ in tree.at(text, start)}
        there = {tuple(one) for one in phrases if text[start : start + len(one)] == one}
        assert found == there
