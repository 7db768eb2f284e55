"""What people typed, for an excerpt."""

from __future__ import annotations

from bot.transcripts.clock import Clock
from bot.transcripts.markup import written
from bot.transcripts.plain_text import PlainText


def test_an_excerpt_holds_somebodys_own_words_without_marks() -> None:
    typed = (
        "> as you said\n**Yes**, `x` <@emma>: [the paper](https://e.org) at <t:1796760000>\n"
        "```\ncode\n```<@nobody>"
    )
    seen = written(typed, PlainText({"emma": "Emma"}, Clock("Australia/Sydney")), "local")
    assert " ".join(seen.split()) == (
        "Yes, x @Emma: the paper at Wed 9 Dec 2026, 07:00 AEDT code@nobody"
    )
