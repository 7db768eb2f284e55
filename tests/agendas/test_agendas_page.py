"""docs/agendas.md: every example is an agenda, every key is there, every sentence is said."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.agendas.agenda import parse_agenda
from bot.agendas.form import schema
from bot.agendas.mistakes import AgendaMistakes
from bot.agendas.recurrence import read_every
from tests.agendas.given import NOW, agenda
from tests.agendas.test_form import keys_of

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "agendas.md").read_text("utf-8")
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
SMALLEST = EXAMPLES[0]
SECTIONS = dict(re.findall(r"^#+ ([^\n]*)\n(.*?)(?=^#|\Z)", PAGE, re.MULTILINE | re.DOTALL))


def rows(section: str) -> list[list[str]]:
    """Return the cells of the tables of a section."""
    lines = re.findall(r"^\| (.*) \|$", section, re.MULTILINE)
    return [re.split(r" +\| +", line) for line in lines]


def keys_in(heading: str) -> set[str]:
    (section,) = (text for head, text in SECTIONS.items() if head.startswith(heading))
    return {found[1] for row in rows(section) if (found := re.fullmatch(r"`(\w+)`", row[0]))}


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_every_example_is_an_agenda_as_it_stands_or_within_the_smallest_one(example: str) -> None:
    whole = example if example.startswith("title:") and "zone:" in example else None
    assert parse_agenda(whole or agenda(example, SMALLEST), "cardiojc.yaml", NOW)


def test_there_are_examples_of_everything() -> None:
    assert len(EXAMPLES) >= 12
    written = set(re.findall(r"^ *(\w+):", "\n".join(EXAMPLES), re.MULTILINE))
    assert {key.rpartition(".")[2] for key in keys_of(schema()) if "." not in key} <= written


def test_every_key_of_the_schema_is_explained_where_it_belongs() -> None:
    tables = {
        "": keys_in("The keys"),
        "schedule": keys_in("When"),
        "topics": keys_in("What is asked"),
        "rooms": keys_in("Where, and who"),
        "moderators": keys_in("Where, and who"),
        "guests": keys_in("Where, and who"),
        "moderators_on_call": keys_in("Where, and who"),
        "members_only": keys_in("Where, and who"),
        "alerts": keys_in("Who is told"),
        "notify": keys_in("Who is told"),
        "reading": keys_in("What is read"),
        "dates": keys_in("What differs"),
    }
    explained = {
        f"{within}.{key}" if within else key for within in tables for key in tables[within]
    }
    known = {re.sub(r"^dates\.(\w+)\.", r"\1.", key) for key in keys_of(schema())}
    assert known - explained == set()
    assert explained - known == set()


def test_the_required_keys_are_named() -> None:
    sentence = next(line for line in PAGE.splitlines() if line.startswith("Required are"))
    named = re.findall(r"`(\w+)`", sentence)
    assert named == [*schema()["required"], "schedule", "starts"]


def test_every_form_of_a_recurrence_that_is_shown_can_be_read() -> None:
    (section,) = (text for head, text in SECTIONS.items() if head.startswith("When"))
    table = section.partition("| form | examples |")[2].partition("\n\n")[0]
    shown = re.findall(r"`([^`]+)`", table)
    assert len(shown) >= 12
    for text in shown:
        assert read_every(text), text


@pytest.mark.parametrize(
    "row", rows(SECTIONS["What `rounds check` says"])[2:], ids=lambda row: row[0]
)
def test_what_rounds_check_is_said_to_say_it_says(row: list[str]) -> None:
    written, said = row
    with pytest.raises(AgendaMistakes) as caught:
        parse_agenda(agenda(written.strip("`"), SMALLEST), "cardiojc.yaml", NOW)
    (mistake,) = caught.value.mistakes
    assert mistake.text.startswith(said)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("ask: What about #urojc today", True),
        ("ask: How many # of cores?", True),
        ("window: 48h   # two days", False),
    ],
)
def test_the_rule_about_the_sign_is_as_it_is_told(text: str, wrong: bool) -> None:
    assert f"`{text}`" in PAGE
    lines = f"topics:\n  - {text}\n    after: 0m\n" if text.startswith("ask") else text
    if wrong:
        with pytest.raises(AgendaMistakes):
            parse_agenda(agenda(lines, SMALLEST), "cardiojc.yaml", NOW)
    else:
        assert parse_agenda(agenda(lines, SMALLEST), "cardiojc.yaml", NOW)
