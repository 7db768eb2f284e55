"""What PyYAML cannot read gets a sentence about YAML as its writers see it, at the fault."""

from __future__ import annotations

import pytest

from bot.agendas.mistakes import Mark
from bot.agendas.yaml_tree import read_tree


@pytest.mark.parametrize(
    ("text", "at", "words"),
    [
        ("a:b\nc: d", Mark(1, 2), "A space is missing after this colon: a: b"),
        ("a: b\nc:\u00a0d\ne: f", Mark(2, 3), "is a no-break space"),
        ("a:\n  -\u00a0b: c\n  - d: e", Mark(2, 4), "is a no-break space"),
        ("a: b: c", Mark(1, 5), 'holds one: a: "b: c"'),
        ("- a: b: c", Mark(1, 7), 'holds one: a: "b: c"'),
        ("a: “b: c”", Mark(1, 6), 'holds one: a: "b: c"'),
        ("a: b\n  c: d", Mark(2, 3), "begin in the same column"),
        ("  a: b\nc: d", Mark(2, 1), "begin in the same column"),
        ("a:\n    - b\n  - c", Mark(3, 3), "begin in the same column"),
        ("a:\n -b: c: d", Mark(2, 2), "A space is missing after this dash"),
        ("{a: b", Mark(1, 1), "The { that opens here is not closed"),
        ("a: {b: c,\n  d: [e\n}", Mark(2, 6), "The [ that opens here is not closed before line 3"),
        ("a: [b #c]\nd: e", Mark(1, 7), "“#c]” is a comment"),
        ('a: ["#b", c #d]\n', Mark(1, 13), "“#d]” is a comment"),
        ("a: ['it''s #b', \"c\\\" #d\" e]", Mark(1, 26), "comma or a closing bracket is missing"),
        ("a: [b,,c]", Mark(1, 7), "a comma is too many"),
        ("a: {b?}", Mark(1, 6), "needs quotes around the whole of it"),
        ("a: 'it's'", Mark(1, 8), "Text stands after the closing quote"),
        ("a: 'b", Mark(1, 4), "is never closed"),
        ('a: "b\n---\nc: d"', Mark(1, 4), "is never closed"),
        ("a: b }\nc: }", Mark(2, 4), "YAML cannot read this"),
        ("a: [b]]", Mark(1, 7), "has no opening bracket"),
        ("a: ? b", Mark(1, 4), "begins with ? needs quotes"),
        ("a: !<b", Mark(1, 4), "begins with ! needs quotes"),
        ("a: !b!c d", Mark(1, 4), "begins with ! needs quotes"),
        ("%YAML x\n---\na: b", Mark(1, 1), "A line that begins with % is a directive"),
        ("%a\n", Mark(2, 1), "A line that begins with % is a directive"),
        ("a:\tb: c", Mark(1, 3), "There is a tab here"),
    ],
)  # fmt: skip
def test_the_fault_is_told_where_it_is(text: str, at: Mark, words: str) -> None:
    flaws = read_tree(text).flaws
    assert len(flaws) == 1, flaws
    assert flaws[0].at == at, flaws
    assert words in flaws[0].text
