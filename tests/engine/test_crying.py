"""Words that may be a cry for help: who is told where help is, and who is asked to come."""

from __future__ import annotations

from bot.engine import calling, signals, steps, wording
from bot.engine.holds import hold_of
from bot.engine.messages import Message
from bot.engine.people import Person
from tests.engine.ringing import (
    ALICE,
    DISCORD,
    HELP_LINES,
    LEE,
    MEI,
    calls,
    noticed,
    on_call,
    paged,
    running,
    takes,
    told,
)

# ---------------------------------------------------------------- a cry for help


def test_words_of_distress_call_a_moderator_tell_the_author_and_hold_the_message() -> None:
    script = running(on_call("1", "2"))
    happened = noticed(script, country="GB")
    assert [type(event) for event in happened] == [steps.Flagged, steps.Held, steps.Called]
    assert paged(script.passes("0m")) == ["discord:1"]
    author, page = told(script)
    assert author.people == ("5",)
    said = wording.plain(author.words)
    assert "Samaritans: call 116 123" in said
    assert "Mental Helse" not in said
    assert "may be a cry for help" in wording.plain(page.words)
    assert "discord:100/m1" in wording.plain(page.words)


def test_what_was_said_long_ago_still_gives_each_moderator_two_minutes() -> None:
    script = running(on_call("1", "2"))
    noticed(script)
    assert paged(script.sleeps("5h")) == ["discord:1"]
    assert paged(script.passes("2m")) == ["discord:2"]


def test_one_person_has_one_call_by_words_and_may_ask_besides() -> None:
    script = running(on_call("1"))
    noticed(script)
    assert not any(isinstance(event, steps.Called) for event in noticed(script, "m2"))
    assert paged(calls(script)) == ["discord:1"]


def test_whoever_took_it_is_told_when_they_write_so_again() -> None:
    script = running(on_call("1", "2"))
    noticed(script)
    script.passes("0m")
    takes(script, ALICE)
    told(script)
    assert not any(isinstance(event, steps.Called) for event in noticed(script, "m2"))
    (news,) = told(script)
    assert news.people == ("1",)
    assert "discord:100/m2" in wording.plain(news.words)
    script.passes("2h")
    assert any(isinstance(event, steps.Called) for event in noticed(script, "m3"))


def test_however_often_somebody_was_told_of_other_things_a_cry_for_help_calls() -> None:
    script = running(on_call("1"))
    for n in range(30):
        noticed(script, f"p{n}", LEE, "phone")
    assert [type(event) for event in noticed(script, "m1")] == [steps.Held, steps.Called]


def test_an_author_in_distress_is_not_told_of_telephone_numbers() -> None:
    script = running(on_call("1"))
    noticed(script, "m1", LEE, "distress", "phone")
    said = " ".join(wording.plain(tell.words) for tell in told(script))
    assert "telephone" not in said


def test_an_edit_that_takes_the_words_away_frees_nothing() -> None:
    script = running(on_call("1"))
    noticed(script)
    assert (
        script.take(
            signals.Noticed(script.now, DISCORD, f"{DISCORD}/m1", LEE.id, None, (), LEE.name)
        )
        == []
    )
    row = Message("c", DISCORD, "m1", said=True, at=script.now, author=LEE.id)
    assert hold_of(script.it, row).value == "distress"


def test_who_pressed_help_before_is_told_where_help_is_and_moderators_of_the_words() -> None:
    script = running(on_call("1", "2"))
    calls(script)
    told(script)
    assert any(isinstance(event, steps.Called) for event in noticed(script, country="GB"))
    script.passes("0m")
    author, page = told(script)
    assert author.people == ("5",)
    assert HELP_LINES["GB"] in wording.plain(author.words)
    assert "may be a cry for help" in wording.plain(page.words)
    assert [type(event) for event in noticed(script, "m2")] == [steps.Flagged, steps.Held]
    assert told(script) == [], "the lines are told once"


def test_who_wrote_so_after_their_call_was_taken_is_told_where_help_is() -> None:
    script = running(on_call("1", "2"))
    calls(script)
    takes(script, ALICE)
    told(script)
    noticed(script, country="GB")
    came, author = told(script)
    assert (came.people, author.people) == (("1",), ("5",))
    assert "written something that may be a cry for help. It is held" in wording.plain(came.words)
    assert HELP_LINES["GB"] in wording.plain(author.words)
    assert paged(script.passes("0m")) == ["discord:1"]
    takes(script, Person("discord", "2", "Bo"))
    told(script)
    assert [type(event) for event in noticed(script, "m2")] == [steps.Flagged, steps.Held]
    (news,) = told(script)
    assert news.people == ("2",), "whoever came because of the words"
    assert "a cry for help again" in wording.plain(news.words)


def test_a_call_taken_late_counts_though_a_later_one_was_taken_long_ago() -> None:
    script = running(on_call("1", "2"))
    noticed(script)
    script.passes("1h")
    noticed(script, "m2")
    takes(script, ALICE, 2)
    script.passes("50m")
    takes(script, ALICE, 1)
    script.passes("50m")
    assert [type(event) for event in noticed(script, "m3")] == [steps.Flagged, steps.Held]


def test_calls_that_people_asked_for_leave_room_for_those_by_words_and_the_reverse() -> None:
    script = running(on_call("1"))
    for n in range(calling.MOST_OPEN):
        calls(script, Person("discord", f"10{n}", "x"))
    script.passes("0m")
    told(script)
    noticed(script, country="NO")
    script.passes("0m")
    author, page = told(script)
    assert HELP_LINES["NO"] in wording.plain(author.words)
    assert "may be a cry for help" in wording.plain(page.words)
    other = running(on_call("1"))
    for n in range(calling.MOST_OPEN):
        noticed(other, f"m{n}", Person("discord", f"10{n}", "x"))
    assert "discord:1" in paged(calls(other, MEI))


def test_whatever_is_full_an_author_is_told_where_help_is_and_moderators_come_in_turn() -> None:
    script = running(on_call("1"))
    for n in range(calling.MOST_OPEN):
        noticed(script, f"m{n}", Person("discord", f"10{n}", "x"))
    assert len(paged(script.passes("0m"))) == calling.MOST_OPEN
    told(script)
    noticed(script, country="GB")
    (author,) = told(script)
    assert HELP_LINES["GB"] in wording.plain(author.words)
    assert [type(event) for event in noticed(script, "m98")] == [steps.Flagged, steps.Held]
    assert told(script) == [], "the lines are told once"
    last = calling.MOST_OPEN + 1
    assert last in [call.number for call in calling.untaken(script.it)], "pages show it"
    script.passes("1m")
    assert not script.it.calls[last].pages
    takes(script, ALICE, 3)
    script.passes("0m")
    assert script.it.calls[last].pages == (("discord:1", 1),), "as soon as one is over"
    script.passes("3h")
    assert not any(call.is_open for call in script.it.calls.values())


def test_of_many_cries_for_help_each_is_brought_before_moderators_in_the_end() -> None:
    script = running(on_call())
    for n in range(2 * calling.MOST_OPEN + 1):
        noticed(script, f"m{n}", Person("discord", f"10{n}", "x"))
    script.passes("3h")
    assert {call.times_all for call in script.it.calls.values()} == {calling.TIMES_ALL}
