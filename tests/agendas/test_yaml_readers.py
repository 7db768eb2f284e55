"""libyaml is asked first, and gives what PyYAML's own reader gives, wherever it is believed."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from bot.agendas.yaml_tree import Tree, _decoded, _quickly, _Reader, _Stop, read_tree

CHATS = Path(__file__).resolve().parents[2] / "chats"
PIECES = (
    *("a", "why", "T1", "2026-12-07", "21:00", "é", "日", "😀", "~", "yes", "#", "don't", "\u2028"),
    *(": ", ":", ", ", ",", "- ", "? ", "?", "{", "}", "[", "]", "[a, b]", "{a: b}", "\n", "\n  "),
    *(
        "| \n",
        ">\n",
        "|",
        ">-",
        "'",
        '"',
        '"why?"',
        "'why?'",
        ' "why?", ',
        "\t",
        "&a ",
        "*a",
        "!t ",
    ),
    *("%", "@", "`", "=", "<<: ", "---\n", "...\n", "\\", "\r\n", "\xa0", "  ", "    ", "\n\n"),
)
TEXTS = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)


def own(text: str) -> Tree | None:
    """Read with PyYAML's own reader alone; None where there is a mistake."""
    reader = _Reader(text)
    try:
        tree = Tree(reader.document(), tuple(reader.flaws))
    except _Stop:
        return None
    return None if tree.flaws else tree


needs_libyaml = pytest.mark.skipif(
    not hasattr(yaml, "CSafeLoader"), reason="PyYAML is without libyaml here"
)


@needs_libyaml
@pytest.mark.parametrize("path", sorted(CHATS.glob("*.yaml")), ids=lambda path: str(path.name))
def test_an_agenda_without_a_mistake_is_read_by_libyaml_and_is_the_same_tree(path: Path) -> None:
    text = path.read_text("utf-8")
    quickly = _quickly(text)
    assert quickly is not None, "or a start with five hundred of them takes seconds longer"
    assert quickly == own(text) == read_tree(text)


@needs_libyaml
@settings(max_examples=800, deadline=None, derandomize=True)
@given(TEXTS)
@example("a: {b: c?}")
@example('a: {b: "why?", c: d}')
@example('a: {b: x "why?", c: d}')
@example("a: {b: }")
@example("? a")
@example("- ? ")
@example("a: >#b\n  c")
@example("a:\tb")
@example("a: [\n  why?\n]")
def test_whatever_libyaml_is_believed_pyyamls_own_reader_says_too(text: str) -> None:
    try:
        text = _decoded(text)
    except _Stop:
        assume(False)
    quickly = _quickly(text)
    assert quickly is None or quickly == own(text)


@needs_libyaml
@pytest.mark.parametrize("doubtful", ["a: {b: c?}", "a: {b: }", "? a", "a: >#b\n  c", "a:\tb"])
def test_what_the_two_read_differently_is_left_to_the_stricter_one(doubtful: str) -> None:
    assert _quickly(doubtful) is None
    reader = _Reader(doubtful, loader=yaml.CSafeLoader)
    try:
        believed = Tree(reader.document(), tuple(reader.flaws))
    except _Stop:
        believed = None
    assert believed is None or believed != own(doubtful), "or nothing needs to be doubted"


def test_to_doubt_takes_no_longer_than_to_read() -> None:
    """Nothing here is tried again from each place: a megabyte of brackets comes to an end."""
    for sign in ("[", "{", "?", ":", ": ", '["', "[? ", ">9", "\n", " "):
        assert read_tree(sign * (300_000 // len(sign))) is not None
