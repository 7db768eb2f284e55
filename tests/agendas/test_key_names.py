"""Keys that are near one another, and keys at another place."""

from __future__ import annotations

import pytest

from bot.agendas.form import AgendaForm, known_keys
from bot.agendas.key_names import meant, unknown


@pytest.mark.parametrize(
    ("word", "known", "key"),
    [
        ("titel", ("title", "zone"), "title"),
        ("Title", ("title", "zone"), "title"),
        ("TZ", ("title", "zone"), "zone"),
        ("questions", ("guests", "topics"), "topics"),
        ("question", ("ask", "after"), "ask"),
        ("time", ("ask", "after"), "after"),
        ("paper", ("reading", "welcome"), "reading"),
        ("ping", ("notify", "reminders"), "notify"),
        ("alert", ("alerts", "after_close"), "alerts"),
        ("thread", ("threads", "topics"), "threads"),
        ("on_call", ("alerts", "moderators_on_call"), "moderators_on_call"),
        ("helplines", ("help_lines", "keep"), "help_lines"),
        ("members", ("moderators", "members_only"), "members_only"),
        ("check_in", ("archive", "require_checkin"), "require_checkin"),
        ("xyzzy", ("title", "zone"), None),
        ("x" * 1_000_000, ("title", "zone"), None),
    ],
)
def test_the_key_that_was_meant_is_found(
    word: str, known: tuple[str, ...], key: str | None
) -> None:
    assert meant(word, known) == key


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("moderator", "“moderator” is no key here. Write moderators"),
        ("-title", "“-title” is no key here. Put a space after the dash."),
        ("title?", "“title?” is no key here. Write it without the stray character: title"),
        ("doi", "“doi” is no key here. It stands under reading: "),
        ("xyzzy", "“xyzzy” is no key here. Delete it, or write one of title, hashtag, "),
    ],
)
def test_an_unknown_key_is_answered_with_what_may_be_meant(key: str, said: str) -> None:
    assert unknown(key, known_keys(AgendaForm)).startswith(said)


@pytest.mark.parametrize("key", ["hide", "help_lines", "rules", "consent", "round_times"])
def test_a_key_of_safety_under_a_date_is_sent_to_the_margin(key: str) -> None:
    said = unknown(key, ("start", "reading", "topics"))
    assert said.endswith("It stands at the left margin and holds for all dates.")
