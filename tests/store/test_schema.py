"""The migrations: each is run once, in order, and none is left out."""

from __future__ import annotations

import pytest

from bot.store.errors import StoreError
from bot.store.schema import MIGRATIONS, newest, steps_from


def test_the_migrations_are_numbered_without_gap_or_double() -> None:
    """Their place in this order is the version that a database remembers."""
    numbers = [int(file.name[:4]) for file in sorted(MIGRATIONS.iterdir())]
    assert numbers == list(range(1, newest() + 1))


def test_a_database_gets_the_steps_after_its_own_version_in_order() -> None:
    assert [step.version for step in steps_from(0, "it")] == list(range(1, newest() + 1))
    assert [step.version for step in steps_from(newest() - 1, "it")] == [newest()]
    assert steps_from(newest(), "it") == []


def test_statements_are_taken_one_by_one_and_comments_alone_are_none() -> None:
    (first, *_) = steps_from(0, "it")
    assert len(first.statements) > 10
    assert all("CREATE " in one for one in first.statements)


def test_a_database_of_a_newer_version_is_refused_in_words() -> None:
    sentence = rf"it was written by a newer version of Rounds \(schema {newest() + 1}, this one"
    with pytest.raises(StoreError, match=sentence):
        steps_from(newest() + 1, "it")
