"""Commands as people type them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engine import commands, safety_asks
from bot.engine.commands import COMMANDS, command_of, parse, parse_duration
from bot.engine.errors import Refused
from bot.engine.showing import Audience


@pytest.mark.parametrize(
    ("text", "ask"),
    [
        ("start urojc", commands.Start("urojc")),
        ("  START   urojc ", commands.Start("urojc")),
        ("next", commands.Next()),
        ("topic What next, and why?", commands.AddTopic("What next, and why?")),
        ("extend 1h 30m", commands.Extend(timedelta(minutes=90))),
        ("place 17-abc T3", commands.Place("17-abc", (3,))),
        ("place 17 t4, T3", commands.Place("17", (3, 4))),
        ("place 17 3", commands.Place("17", (3,))),
        ("place 17 none", commands.Place("17", ())),
        ("transcript", commands.Transcript("html")),
        ("transcript .MD", commands.Transcript("md")),
        ("transcript markdown", commands.Transcript("md")),
        ("transcript csv urojc-2026-12-07", commands.Transcript("csv", "urojc-2026-12-07")),
        ("transcript md public", commands.Transcript("md", edition=Audience.PUBLIC)),
        ("transcript Research", commands.Transcript("html", edition=Audience.RESEARCH)),
        (
            "transcript csv organizers urojc-2026-12-07",
            commands.Transcript("csv", "urojc-2026-12-07"),
        ),
        ("transcript urojc-2026-12-07-2", commands.Transcript("html", "urojc-2026-12-07-2")),
        ("topic   What?\n ", commands.AddTopic("  What?\n ")),
        ("withdraw \n ", commands.Withdraw()),
        ("", commands.Commands()),
        ("help", safety_asks.Help()),
        ("help I am not well", safety_asks.Help()),
        ("take", safety_asks.Take()),
        ("take #12", safety_asks.Take(12)),
        ("commands", commands.Commands()),
        ("topic\nWhat next,\nand why?", commands.AddTopic("What next,\nand why?")),
        ("extend\u00a02h", commands.Extend(timedelta(hours=2))),
    ],
)
def test_a_command_is_read_as_it_is_meant(text: str, ask: commands.Ask) -> None:
    assert parse(text)[1] == ask


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("extned 2h", "There is no /chat extned. Did you mean /chat extend?"),
        ("xyzzy", "There is no /chat xyzzy. /chat commands lists what there is."),
        ("extend soon", "“soon” is not a length of time. Write it like 30m, 2h or 1d"),
        ("extend", "Say by how much: /chat extend 2h"),
        ("start", "Name the series to start: /chat start urojc"),
        ("topic   ", "Write the question"),
        ("place 17", "Name the message and its topic"),
        ("place 17 T3 nonsense", "Name the message and its topic"),
        ("withdraw 17-abc", "Nothing was done: /chat withdraw takes no words after it."),
        ("close in 10 minutes", "Nothing was done: /chat close takes no words after it."),
        ("extend  soon ", "“soon” is not a length of time."),
        ("transcript pdf", "“pdf” is no format of a transcript (html, md, json, csv), no edition"),
        ("transcript pdf urojc-2026-12-07", "“pdf” is no format of a transcript"),
        ("transcript md urojc 2026-12-07", "“urojc” is no format of a transcript"),
        ("transcript md csv", "Name one format, one edition and one chat"),
        ("transcript public research", "Name one format, one edition and one chat"),
    ],
)
def test_what_cannot_be_read_is_refused_with_how_to_write_it(text: str, sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        parse(text)
    assert str(refused.value).startswith(sentence)


def test_every_example_is_what_it_says() -> None:
    for command in COMMANDS:
        read, ask = parse(command.example)
        assert read is command
        assert command_of(ask) is command


@given(st.text(max_size=60))
def test_whatever_is_typed_is_read_or_refused(text: str) -> None:
    sentence = ""
    try:
        parse(text)
    except Refused as refusal:
        sentence = str(refusal)
    assert not sentence or "/chat" in sentence or sentence.endswith(".")


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("30m", 30), ("1h", 60), ("48h", 2880), ("2d", 2880), ("1d 1h 1m", 1501), ("5min", 5)],
)
def test_a_length_of_time_is_read(text: str, minutes: int) -> None:
    assert parse_duration(text) == timedelta(minutes=minutes)


@pytest.mark.parametrize("text", ["", "h", "2", "-1h", "1.5h", "1h1d", "99999999m", "1 hour"])
def test_what_is_no_length_of_time_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="no length of time"):
        parse_duration(text)
