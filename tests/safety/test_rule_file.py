"""That the rule file is read strictly, and that what is wrong with it is said in a sentence."""

from __future__ import annotations

import re
from dataclasses import FrozenInstanceError
from datetime import timedelta
from pathlib import Path

import pytest

from bot.safety.rules import KEPT, Limit, Limits, RuleMistake, load, read

FILE = Path(__file__).resolve().parents[2] / "bot/safety/rules.yaml"
TEXT = FILE.read_text("utf-8")

SHORT = timedelta(seconds=10)

SMALL = """\
distress:
  en:
    phrases:
      - i want to die
    reports: [said/says, told]
    own: [i]
severe:
  en: [go away]
invitations: [discord.gg/]
limits:
  messages: [{most: 7, seconds: 10}]
shortest_duplicate: 24
everyone_counts: 3
new_accounts:
  hours: 24
  limits: {}
"""


def test_the_file_that_comes_with_rounds_is_read() -> None:
    rules = load()
    assert rules == read(TEXT)
    assert {one.language for one in rules.distress} == {"en", "de", "fr", "es", "it", "pt", "nl"}
    assert rules.limits.links == (Limit(10, SHORT),)
    assert rules.limits.duplicates[0] == Limit(3, SHORT)
    assert rules.limits.mentions == (Limit(5, SHORT),)
    assert "discord.gg/" in rules.invitations


def test_what_is_left_out_of_the_limits_has_none() -> None:
    rules = read(SMALL)
    assert rules.limits == Limits(messages=(Limit(7, SHORT),))
    assert rules.distress[0].reports == {"said", "says", "told"}
    assert rules.new_accounts.limits == Limits()


def test_phrases_in_which_a_severe_word_is_harmless_may_be_left_out() -> None:
    assert read(SMALL).harmless == ()
    rules = read(SMALL + "harmless:\n  en: [do not go away]\n")
    assert [list(one.ways()) for one in rules.harmless] == [[("do", "not", "go", "away")]]
    with pytest.raises(RuleMistake, match=r"^rules\.yaml:17: harmless: .*keys with a colon"):
        read(SMALL + "harmless: [do not go away]\n")


def test_rules_do_not_change() -> None:
    with pytest.raises(FrozenInstanceError):
        read(SMALL).everyone_counts = 1  # type: ignore[misc]


@pytest.mark.parametrize(
    ("old", "new", "line", "why"),
    [
        ("everyone_counts: 3", "everyone: 3", 13, r"everyone: There is no such key\. The keys"),
        ("everyone_counts: 3\n", "", 1, "The key everyone_counts is missing"),
        ("everyone_counts: 3", "everyone_counts: many", 13, "a whole number from 1 to 100"),
        ("everyone_counts: 3", "everyone_counts: -3", 13, "a whole number"),
        ("everyone_counts: 3", "everyone_counts: ٣", 13, "a whole number"),
        ("most: 7", f"most: {KEPT}", 11, rf"limits\.messages\.most: .*to {KEPT - 1}"),
        ("seconds: 10", "seconds: 0", 11, r"limits\.messages\.seconds"),
        ("seconds: 10", "minutes: 10", 11, "no such key"),
        (", seconds: 10", "", 11, "key seconds is missing"),
        ("[{most: 7, seconds: 10}]", "7", 11, "must stand a list"),
        ("messages: [", "message: [", 11, r"limits\.message: There is no such key"),
        ("hours: 24", "hours: 24\n  hours: 25", 16, "stands twice"),
        ("- i want to die", "- i want (to die", 4, r"distress\.en\.phrases: .*bracket"),
        ("- i want to die", "-", 4, "must stand a text"),
        ("- i want to die", "- [i want to die]", 4, "must stand a text"),
        ("phrases:\n      - i want to die", "phrases: []", 3, "list is empty"),
        ("own: [i]", "owns: [i]", 6, "no such key"),
        ("[said/says, told]", "[has_said]", 5, "single words"),
        ("[go away]", "go away", 8, r"severe\.en: Here must stand a list"),
        ("severe:\n  en: [go away]", "severe: [go away]", 7, "keys with a colon"),
        ("[discord.gg/]", "[https://discord.gg/]", 9, "without https://"),
        ("[discord.gg/]", "[discord.gg]", 9, "first slash"),
        ("limits: {}", "limits: {x: []}", 16, r"new_accounts\.limits\.x"),
        ("hours: 24", "[hours]: 24", 15, "A key is a word"),
        ("shortest_duplicate: 24", "shortest_duplicate: [", 14, "This is not YAML"),
    ],
)
def test_every_mistake_is_said_with_its_place(old: str, new: str, line: int, why: str) -> None:
    assert old in SMALL
    with pytest.raises(RuleMistake, match=why) as caught:
        read(SMALL.replace(old, new, 1), "mine.yaml")
    assert str(caught.value).startswith(f"mine.yaml:{line}: ")
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize("text", ["", "# nothing\n", "a\n---\nb\n", "\x00", "[" * 5000, "a: *b"])
def test_what_is_no_rule_file_at_all_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(RuleMistake, match=r"^rules\.yaml:.*\.$"):
        read(text)


def test_no_word_of_the_file_is_taken_for_yes_or_no() -> None:
    assert re.search(r"^ +- no/", TEXT, re.MULTILINE)
    assert any(
        ("no",) in one.ways() for tongue in load().distress for one in tongue.unless_preceded_by
    )
