"""Statements as PostgreSQL wants them."""

from __future__ import annotations

import pytest

from bot.store.marks import arguments_for, statement
from bot.store.tables import marks


@pytest.mark.parametrize(
    ("sql", "translated"),
    [
        ("SELECT 1", "SELECT 1"),
        ("SELECT a FROM t WHERE a = ? AND b > ?", "SELECT a FROM t WHERE a = $1 AND b > $2"),
        ("VALUES (?, ?), (?, ?)", "VALUES ($1, $2), ($3, $4)"),
        ("SELECT '?' || ? || 'it''s ?'", "SELECT '?' || $1 || 'it''s ?'"),
        ("a IN (?) AND b = ?", "a = ANY ($1) AND b = $2"),
        ("a = ? AND b IN (?, ?, ?)", "a = $1 AND b = ANY ($2)"),
        ("a NOT IN (?, ?)", "a <> ALL ($1)"),
        ("a IN ('x', 'y')", "a IN ('x', 'y')"),
    ],
)
def test_every_mark_outside_of_a_text_has_its_number(sql: str, translated: str) -> None:
    assert statement(sql).sql == translated


def test_a_list_of_any_length_is_one_statement_with_one_argument() -> None:
    sql = f"SELECT a FROM t WHERE a = ? AND b IN ({marks([1, 2, 3])}) AND c = ?"
    found = statement(sql)
    assert found.sql == statement(sql.replace("?, ?, ?", "?")).sql
    assert arguments_for(found, (1, "x", "y", "z", 5)) == [1, ["x", "y", "z"], 5]


def test_what_a_text_cannot_hold_there_is_kept_as_it_is_shown() -> None:
    assert arguments_for(statement("?, ?"), ["a\x00b", 7]) == ["a␀b", 7]
    assert arguments_for(statement("a IN (?, ?)"), ["a\x00b", "c"]) == [["a␀b", "c"]]
