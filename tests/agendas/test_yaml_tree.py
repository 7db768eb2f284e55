"""YAML as a tree with places: nothing is turned, expanded, overwritten or dropped in silence."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.agendas.mistakes import Flaw, Mark
from bot.agendas.yaml_tree import (
    DEEPEST,
    LARGEST,
    MOST,
    Broken,
    Items,
    Mapping,
    Node,
    Pair,
    Scalar,
    Tree,
    read_tree,
)


def value(text: str, key: str = "a") -> Node:
    root = read_tree(text).root
    assert isinstance(root, Mapping)
    return root.pairs[key].value


def plain(node: Node | None) -> object:
    if isinstance(node, Mapping):
        return {key: plain(pair.value) for key, pair in node.pairs.items()}
    if isinstance(node, Items):
        return [plain(item) for item in node.items]
    return node.text if isinstance(node, Scalar) else None


def test_texts_mappings_and_lists_know_where_they_begin() -> None:
    text = 'a: one\nb:\n  - "two"\n  - {c: |\n'.replace(" |", " three}")
    assert read_tree(text) == Tree(
        Mapping(
            {
                "a": Pair(Scalar("a", Mark(1, 1), True), Scalar("one", Mark(1, 4), True)),
                "b": Pair(
                    Scalar("b", Mark(2, 1), True),
                    Items(
                        (
                            Scalar("two", Mark(3, 5), False),
                            Mapping(
                                {
                                    "c": Pair(
                                        Scalar("c", Mark(4, 6), True),
                                        Scalar("three", Mark(4, 9), True),
                                    )
                                },
                                Mark(4, 5),
                            ),
                        ),
                        Mark(3, 3),
                    ),
                ),
            },
            Mark(1, 1),
        ),
        (),
    )


@pytest.mark.parametrize(
    "word", ["21:00", "48:00:00", "NO", "on", "yes", "010", "1e3", "~", "2026-12-07"]
)
def test_every_scalar_stays_the_text_that_was_written(word: str) -> None:
    read = value(f"a: {word}")
    assert isinstance(read, Scalar)
    assert (read.text, read.plain) == (word, True)


def test_a_text_in_quotes_or_below_a_bar_is_not_plain() -> None:
    for text in ('a: "x"', "a: 'x'", "a: |\n  x", "a: >\n  x"):
        read = value(text)
        assert isinstance(read, Scalar)
        assert (read.text.strip(), read.plain) == ("x", False)


def test_the_first_of_two_equal_keys_is_kept_and_the_second_reported() -> None:
    tree = read_tree("a: 1\nb: 2\na: 3\n")
    assert plain(tree.root) == {"a": "1", "b": "2"}
    (flaw,) = tree.flaws
    assert flaw.at == Mark(3, 1)
    assert "line 1" in flaw.text


@pytest.mark.parametrize(
    ("text", "at", "dropped"),
    [
        ("a: one #two", Mark(1, 8), "#two"),
        ("a: one   # two \n", Mark(1, 10), "# two"),
        ("a: #two", Mark(1, 4), "#two"),
        ("a: | #two\n  one", Mark(1, 6), "#two"),
        ("a: one\n  #two", Mark(2, 3), "#two"),
        ("a: one\n #two", Mark(2, 2), "#two"),
        ("a: one\r\n  #two\r\n", Mark(2, 3), "#two"),
        ("a:\n  #two", Mark(2, 3), "#two"),
    ],
)
def test_what_yaml_takes_for_a_comment_after_a_text_is_kept(
    text: str, at: Mark, dropped: str
) -> None:
    read = value(text)
    assert isinstance(read, Scalar)
    assert read.dropped == Flaw(at, dropped)


@pytest.mark.parametrize(
    "text",
    [
        'a: "one" #two',
        "a: one#two",
        "a: one\n#two",
        "a: one\n  # two",
        "a: one\n\n  #two",
        "a: 'x #y'",
    ],
)
def test_a_comment_that_cuts_no_text_is_not_kept(text: str) -> None:
    read = value(text)
    assert isinstance(read, Scalar)
    assert read.dropped is None


def test_an_entry_in_braces_without_a_colon_is_bare() -> None:
    root = value("a: {b: one, and two, c: , d: x}")
    assert isinstance(root, Mapping)
    bare = {
        key: pair.value.bare for key, pair in root.pairs.items() if isinstance(pair.value, Scalar)
    }
    assert bare == {"b": False, "and two": True, "c": False, "d": False}


def test_an_alias_is_broken_and_not_expanded() -> None:
    tree = read_tree("a: &x [1]\nb: *x\n")
    assert isinstance(tree.root, Mapping)
    assert isinstance(tree.root.pairs["b"].value, Broken)
    assert [flaw.at for flaw in tree.flaws] == [Mark(1, 4), Mark(2, 4)]


def test_a_second_document_is_reported_and_not_read() -> None:
    tree = read_tree("---\na: 1\n---\nb: 2\n")
    assert plain(tree.root) == {"a": "1"}
    assert [flaw.at for flaw in tree.flaws] == [Mark(3, 1)]


def test_after_a_mistake_of_syntax_the_other_sections_are_read() -> None:
    tree = read_tree("a: [1\nb: two\nc: x: y\nd:\n  - four\n")
    assert plain(tree.root) == {"a": None, "b": "two", "c": None, "d": ["four"]}
    assert [flaw.at for flaw in tree.flaws] == [Mark(1, 4), Mark(3, 5)]


def test_a_byte_order_mark_moves_no_place_and_hides_no_section() -> None:
    tree = read_tree("\ufeffa: [1\nb: two\nc: x: y\n".encode())
    assert plain(tree.root) == {"a": None, "b": "two", "c": None}
    assert [flaw.at for flaw in tree.flaws] == [Mark(1, 4), Mark(3, 5)]


def test_a_key_at_the_margin_stands_twice_also_when_read_by_sections() -> None:
    tree = read_tree("a: 1\na: 2\nb: x: y\n")
    assert sorted(flaw.at for flaw in tree.flaws) == [Mark(2, 1), Mark(3, 5)]


def test_depth_number_and_size_have_their_limits() -> None:
    assert not read_tree("a: " + "[" * (DEEPEST - 2) + "x" + "]" * (DEEPEST - 2)).flaws
    (deep,) = read_tree("a: " + "[" * DEEPEST + "x" + "]" * DEEPEST).flaws
    assert deep.at == Mark(1, 3 + DEEPEST)
    assert not read_tree("[" + "x," * (MOST - 1) + "]").flaws
    (many,) = read_tree("[" + "x," * MOST + "]").flaws
    assert many.at == Mark(1, 2 * MOST)
    assert not read_tree("#" * LARGEST).flaws
    assert read_tree("#" * (LARGEST + 1)).flaws[0].at == Mark(1, 1)


def test_columns_count_characters_and_not_bytes() -> None:
    tree = read_tree("ä: [ö, *x]\n".encode())
    assert [flaw.at for flaw in tree.flaws] == [Mark(1, 8)]


TEXTS = st.text(
    st.characters(
        codec="utf-8",
        exclude_categories=["Cs", "Cc"],
        exclude_characters="\u2028\u2029\ufeff\ufffe\uffff",
    ),
    max_size=20,
)
TREES = st.recursive(
    TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(TEXTS, TREES, min_size=1, max_size=4), st.booleans())
@settings(max_examples=200, deadline=None)
def test_what_pyyaml_writes_is_read_as_it_was(data: dict[str, object], flow: bool) -> None:
    written = yaml.safe_dump(data, default_flow_style=flow, default_style='"', allow_unicode=True)
    tree = read_tree(written.replace("!!str ", ""))
    assert not tree.flaws
    assert plain(tree.root) == data
