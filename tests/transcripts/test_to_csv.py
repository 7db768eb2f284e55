"""The transcript as a table."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import assume, given, settings

from bot.engine.erasing import is_erased
from bot.engine.messages import Attachment, Message
from bot.transcripts.characters import undirected, visible
from bot.transcripts.to_csv import COLUMNS, HELD, cell
from tests.transcripts.club import CHAT, HOME, OPENS, SIGNALS, club, heard, written
from tests.transcripts.hostile import stored, texts

STARTS = "=+-@\t\r＝＋－＠"
PASSED_OVER = " \t\n\r\"'\u00a0\u200b\u200e\u200f\ufeff\u2060\u202e\u2066"


def table(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))


async def test_every_message_is_a_row_with_what_is_known_of_it() -> None:
    data = await club("csv")
    assert data.startswith(b"\xef\xbb\xbf")
    rows = table(data)
    assert list(rows[0]) == [*COLUMNS, HELD]
    assert len(rows) == len(heard(CHAT, SIGNALS))
    assert [row["row"] for row in rows] == [str(n) for n in range(1, len(rows) + 1)]
    found = next(row for row in rows if row["id"] == "m4")
    assert found == {
        "row": "7",
        "id": "m4",
        "at": "2026-12-06T20:04:00Z",
        "local_time": "2026-12-07 07:04:00",
        "author": "kofi",
        "name": "Kofi Mensah",
        "role": "participant",
        "text": "A1: Survival, see https://doi.org/10.1056/NEJMoa2214122.",
        "timing": "on_time",
        "topics": "1",
        "placed_by": "label",
        "reply_to": "t1",
        "edited": "false",
        "withdrawn": "false",
        "reactions": "👍 2 <b> 1",
        "attachments": "",
        "room": "local:urojc",
        "stated_role": "",
        "conflict_of_interest": "",
        "held": "",
    }


async def test_times_in_what_rounds_posted_are_words_and_what_people_typed_stays() -> None:
    said = {row["id"]: row for row in table(await club("csv"))}
    posts = [row["text"] for row in said.values() if row["role"] == "bot"]
    assert any("The chat closes Wed 9 Dec 2026, 07:00 AEDT." in post for post in posts)
    assert not any("<t:" in post for post in posts)
    assert any("*bold* _slanted_" in row["text"] for row in said.values())


async def test_rows_end_as_rfc_4180_says_and_lines_within_a_cell_do_not() -> None:
    data = (await club("csv")).decode("utf-8-sig")
    assert data.endswith("\r\n")
    assert data.count("\r\n") == len(heard(CHAT, SIGNALS)) + 1
    assert data.count("\r") == data.count("\r\n")


@given(texts)
def test_no_cell_begins_like_a_formula_also_behind_what_a_spreadsheet_passes_over(
    text: str,
) -> None:
    safe = cell(text)
    assert not safe.startswith(tuple(STARTS))
    if safe.lstrip(PASSED_OVER).startswith(tuple(STARTS)):
        assert safe.startswith("'")


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("A1: 5-6 = plenty @ best", "A1: 5-6 = plenty @ best"),
        ("=1+1", "'=1+1"),
        ("@ann yes", "'@ann yes"),
        ("-1 from me", "'-1 from me"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\n'=1"),
        ("  \u200b=1", "'  \u200b=1"),
        ('"=1"', '\'"=1"'),
        ("＝1+1", "'＝1+1"),
        ("a;=1", "a;'=1"),
        ("a;@SUM(1)", "a;'@SUM(1)"),
        ("a;-2+3", "a;'-2+3"),
        ("a\n=1", "a\n'=1"),
        ("a\n+cmd", "a\n'+cmd"),
        ("a\n\n\n=1", "a\n\n\n'=1"),  # each line is looked at for itself
        ("yes ;-) and\n- a list\n- of two", "yes ;-) and\n- a list\n- of two"),
        ("\x1b[31m\x00", "␛[31m␀"),
        ("a\u202eb", "ab"),
    ],
)
def test_a_formula_is_made_text_by_an_apostrophe_and_nothing_else_is_touched(
    text: str, safe: str
) -> None:
    assert cell(text) == safe


@settings(max_examples=40, deadline=None)
@given(text=stored, name=stored, author=stored, emoji=stored)
async def test_whatever_people_type_a_row_keeps_its_columns_and_its_text(
    text: str, name: str, author: str, emoji: str
) -> None:
    assume(not is_erased(author))  # their words are gone
    message = Message(
        CHAT.id, HOME, "1", said=True, at=OPENS, author=author, name=name, text=text,
        attachments=(Attachment(name, "text/plain", 1, text),),
    )  # fmt: skip
    data = await written("csv", [message], reactions=[(message.key, "local:ann", emoji)])
    (row,) = table(data)
    assert set(row) == {*COLUMNS, HELD}
    assert row["text"].replace("'", "") == undirected(visible(text)).replace("'", "")
    for column, value in row.items():
        assert not value.startswith(tuple(STARTS)), column
