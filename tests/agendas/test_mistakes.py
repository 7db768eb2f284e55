"""Mistakes as lines that a terminal can show."""

from __future__ import annotations

from bot.agendas.mistakes import AgendaMistakes, Mistake, shown


def test_a_mistake_is_one_line_with_its_place() -> None:
    assert str(Mistake("chats/a.yaml", 3, 7, "Write 48h")) == "chats/a.yaml:3:7: Write 48h"


def test_no_file_name_can_command_a_terminal() -> None:
    assert str(Mistake("a\x1b[2J\n.yaml", 1, 1, "x")) == "a�[2J�.yaml:1:1: x"


def test_the_mistakes_of_a_file_are_its_error() -> None:
    error = AgendaMistakes(iter([Mistake("a", 1, 2, "x"), Mistake("a", 3, 4, "y")]))
    assert str(error) == "a:1:2: x\na:3:4: y"
    assert len(error.mistakes) == 2


def test_what_somebody_wrote_is_shown_on_one_short_line_of_visible_characters() -> None:
    assert shown(" a\n\tb ") == "“a b”"
    assert shown("x" * 50) == "“" + "x" * 39 + "…”"
    assert shown("a\u202eb\x07c") == "“a�b�c”"
