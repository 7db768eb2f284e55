"""The diagram in the documentation is the one that the table draws."""

from __future__ import annotations

import re
from pathlib import Path

from bot.engine.diagram import stages

PAGE = Path(__file__).parents[2] / "docs" / "architecture.md"


def test_the_documented_diagram_is_drawn_from_the_table() -> None:
    drawn = re.search(
        r"<!-- stages -->\n```mermaid\n(.*?)\n?```\n<!-- /stages -->", PAGE.read_text(), re.DOTALL
    )
    assert drawn is not None
    assert drawn.group(1) == stages(), f"write this into docs/architecture.md:\n{stages()}"
