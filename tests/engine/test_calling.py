"""How a moderator is called: who is asked to come, when, and what becomes of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engine import calling, signals, steps, wording
from bot.engine.actions import Tell
from bot.engine.chat import react, wake_at
from bot.engine.errors import Refused
from bot.engine.events import Blanked, Event
from bot.engine.fold import apply, fold
from bot.engine.messages import Tally
from bot.engine.people import Person
from bot.engine.state import Stage
from tests.engine.ringing import (
    ALICE,
    ALL,
    DISCORD,
    HELP_LINES,
    LEE,
    MEI,
    SLACK,
    addressed,
    calls,
    noticed,
    on_call,
    paged,
    refusal,
    running,
    takes,
    told,
)
from tests.engine.script import ANN, HENRY, ROOM, Script

# ---------------------------------------------------------------- in rotation


def test_the_first_on_call_is_asked_in_the_same_moment() -> None:
    script = running(on_call("1", "user:2"))
    assert paged(calls(script)) == ["discord:1"]
    (page,) = told(script)
    assert (page.people, page.call, page.page) == (("1",), 1, 1)


def test_after_two_minutes_the_next_one_is_asked_three_rounds_then_all() -> None:
    script = running(on_call("1", "user:2"))
    happened = [*calls(script), *script.passes("10m")]
    one, two = "discord:1", "discord:2"
    assert paged(happened) == [one, two, one, two, one, two]
    assert paged(script.passes("30m")) == [ALL, ALL, ALL]
    assert isinstance(script.log[-1], steps.Unanswered)
    assert paged(script.passes("5h")) == [], "then it ends"


def test_pages_come_at_their_minutes() -> None:
    script = running(on_call("1", "2"))
    began = script.now
    happened = [*calls(script), *script.passes("1h")]
    pages = [event for event in happened if isinstance(event, steps.Paged)]
    minutes = [(page.at - began) / timedelta(minutes=1) for page in pages]
    assert minutes == [0, 2, 4, 6, 8, 10, 12, 17, 22]


def test_without_anybody_on_call_all_are_told_at_once_three_times() -> None:
    script = running(on_call(alerts={"discord": "900"}))
    assert paged(calls(script)) == [ALL]
    assert addressed(told(script)) == [(("1", "2", "3"), ""), ((), "900")]
    assert paged(script.passes("1h")) == [ALL, ALL]


def test_the_channel_of_alerts_holds_up_nobodys_own_message() -> None:
    script = running(on_call(alerts={"discord": "900"}))
    calls(script)
    lines = [tell.room for tell in told(script)]
    assert len(set(lines)) == len(lines)


def test_each_page_waits_in_a_line_of_its_own() -> None:
    script = running(on_call("1", "2"))
    calls(script)
    script.passes("1h")
    lines = [tell.room for tell in told(script)]
    assert len(set(lines)) == len(lines)


def test_who_is_on_call_on_another_platform_is_asked_where_the_room_has_nobody() -> None:
    script = running(on_call("1", rooms=(SLACK, DISCORD)))
    assert paged(calls(script, Person("slack", "U1", "Uma"), SLACK)) == ["discord:1"]


def test_all_moderators_of_every_platform_are_told() -> None:
    script = running(on_call(rooms=(SLACK, DISCORD, ROOM)))
    calls(script)
    assert addressed(told(script)) == [(("U9",), ""), (("1", "2", "3"), "")]


def test_a_role_on_call_is_pinged_in_the_channel_of_alerts() -> None:
    script = running(on_call("role:77", alerts={"discord": "900"}))
    calls(script)
    (page,) = told(script)
    assert (page.people, page.channel, page.notify) == ((), "900", "role:77")


def test_a_moderator_who_asks_has_the_others_asked() -> None:
    script = running(on_call("1", "2"))
    assert paged([*calls(script, ALICE), *script.passes("12m")])[:4] == ["discord:2"] * 3 + [ALL]
    assert ("2", "3") in [tell.people for tell in told(script)]


def test_those_on_call_in_a_built_in_room_see_it_on_the_page() -> None:
    plan = on_call(rooms=(ROOM,), on_call={"local": ("henry", "mo")})
    script = running(plan)
    assert paged([*calls(script, ANN, ROOM), *script.passes("2m")]) == ["local:henry", "local:mo"]
    assert told(script) == []


def test_a_call_is_heard_before_the_opening_and_after_the_end() -> None:
    early = Script(on_call("1"))
    early.actions = []
    assert paged(calls(early)) == ["discord:1"]
    assert paged(early.passes("2m")) == ["discord:1"]
    over = running(on_call("1"))
    over.passes("48h")
    over.take(signals.Counted(over.now, Tally()))
    over.actions = []
    calls(over)
    assert wake_at(over.it) == over.now + timedelta(minutes=2)


def test_a_call_goes_on_while_the_chat_closes() -> None:
    script = running(on_call("1"))
    script.passes("47h")
    script.passes("59m")
    calls(script)
    script.passes("1m")
    assert script.it.stage is Stage.CLOSED
    assert paged(script.sleeps("1m")) == ["discord:1"], "before it is counted"
    script.take(signals.Counted(script.now, Tally()))
    assert paged(script.passes("2m")) == ["discord:1"]


# ---------------------------------------------------------------- one call


def test_a_second_press_says_that_it_is_under_way() -> None:
    script = running(on_call("1"))
    calls(script)
    with pytest.raises(Refused, match="called already"):
        calls(script)
    assert paged(calls(script, MEI)) == ["discord:1"], "for somebody else too"


def test_after_a_call_was_taken_or_nobody_came_there_can_be_another() -> None:
    script = running(on_call("1"))
    calls(script)
    takes(script, ALICE)
    calls(script)
    script.passes("1h")
    calls(script)
    assert sorted(script.it.calls) == [1, 2, 3]


def test_more_calls_than_anybody_can_look_after_are_not_made() -> None:
    script = running(on_call("1"))
    for n in range(calling.MOST_OPEN):
        calls(script, Person("discord", f"10{n}", "x"))
    with pytest.raises(Refused, match="many people") as refused:
        calls(script, country="NO")
    assert str(refused.value).endswith(f"\nHelp is also here:\n{HELP_LINES['NO']}")


# ---------------------------------------------------------------- who comes


def test_whoever_takes_a_call_ends_it_and_everybody_learns_of_it() -> None:
    script = running(on_call("1", "2"))
    calls(script)
    script.passes("2m")
    told(script)
    assert takes(script, ALICE, 1) == [steps.Taken(script.now, 1, "discord:1", "Alice")]
    others, asker = told(script)
    assert (others.people, asker.people) == (("2",), ("5",))
    assert "Alice has taken the call" in wording.plain(others.words)
    assert "Alice of Urology Journal Club has your call" in wording.plain(asker.words)
    assert "will write to you" in wording.plain(asker.words)
    assert paged(script.passes("5h")) == []


def test_of_several_calls_the_one_that_waits_longest_is_taken_first() -> None:
    script = running(on_call("1", "2"))
    calls(script)
    calls(script, MEI)
    takes(script, ALICE)
    takes(script, ALICE)
    assert [event.number for event in script.log if isinstance(event, steps.Taken)] == [1, 2]
    assert "Nobody waits" in refusal(script, ALICE)


def test_a_call_is_taken_once() -> None:
    script = running(on_call("1", "2"))
    calls(script)
    takes(script, ALICE, 1)
    assert refusal(script, Person("discord", "2", "Bo"), 1).startswith("Alice has taken")
    assert "already" in refusal(script, ALICE, 1)


def test_nobody_else_takes_a_call() -> None:
    script = running(on_call("1"))
    calls(script)
    assert "for the moderators" in refusal(script, MEI)
    assert "for the moderators" in refusal(script, LEE, 1)
    assert "Nobody waits" in refusal(script, HENRY, 7)


def test_a_moderator_does_not_take_their_own_call() -> None:
    script = running(on_call("1", "2"))
    calls(script, ALICE)
    assert "Nobody waits" in refusal(script, ALICE)


def test_whoever_was_asked_may_take_it_though_no_list_of_moderators_has_them() -> None:
    script = running(on_call("8", moderators={"discord": ("role:7",)}))
    calls(script)
    assert takes(script, Person("discord", "8", "Oz"), 1)


def test_nobody_is_left_to_learn_who_took_a_call_where_the_others_are_a_role_alone() -> None:
    script = running(on_call(moderators={"discord": ("1", "role:7")}))
    calls(script)
    told(script)
    takes(script, ALICE)
    assert [tell.people for tell in told(script)] == [("5",)], "whoever asked, and nobody else"


def test_a_call_that_nobody_answered_can_still_be_taken() -> None:
    script = running(on_call("1"))
    calls(script)
    script.passes("1h")
    told(script)
    assert takes(script, ALICE)
    assert ("5",) in [tell.people for tell in told(script)]


def test_whoever_asked_learns_that_nobody_came() -> None:
    script = running(on_call("1"))
    calls(script)
    script.passes("1h")
    last = told(script)[-1]
    assert last.people == ("5",)
    assert "No moderator of Urology Journal Club has taken your call" in wording.plain(last.words)


@pytest.mark.parametrize(
    ("country", "shown"),
    [("NO", {"NO"}), ("GB", {"GB"}), ("FR", {"any"}), ("", {"any"})],
)
def test_whoever_asked_and_nobody_came_gets_the_line_of_their_country(
    country: str, shown: set[str]
) -> None:
    lines = {"GB": "Samaritans: 116 123", "NO": "Mental Helse: 116 123"} | {
        "any": "https://findahelpline.com"
    }
    script = running(on_call("1", help_lines=lines))
    calls(script, country=country)
    script.passes("1h")
    words = wording.plain(told(script)[-1].words)
    assert {place for place, line in lines.items() if line in words} == shown


# ---------------------------------------------------------------- who cannot be reached


def undeliverable(script: Script, tell: Tell, *, lapsed: bool = False) -> list[Event]:
    return script.take(signals.Undeliverable(script.now, "c/1/0", tell, "closed", lapsed=lapsed))


def test_who_cannot_be_told_is_passed_over_at_once_and_not_asked_again() -> None:
    script = running(on_call("1", "2"))
    calls(script)
    (page,) = told(script)
    assert steps.Unreached(script.now, 1, "discord:1") in undeliverable(script, page)
    assert paged(script.passes("0m")) == ["discord:2"]
    assert paged(script.passes("6m")) == ["discord:2", "discord:2", ALL]


def test_a_page_that_lapsed_says_nothing_of_whom_it_was_for() -> None:
    script = running(on_call("1", "2"))
    calls(script)
    (page,) = told(script)
    happened = undeliverable(script, page, lapsed=True)
    assert not any(isinstance(event, steps.Unreached) for event in happened)


def test_moderators_learn_that_who_asked_cannot_be_told_who_comes() -> None:
    script = running(on_call("1", "2"))
    calls(script)
    takes(script, ALICE)
    asker = told(script)[-1]
    undeliverable(script, asker)
    (news,) = told(script)
    assert news.people == ("1",), "whoever took it"
    assert "could not write to them privately" in wording.plain(news.words)


def test_moderators_learn_that_an_author_cannot_be_told_of_help() -> None:
    script = running(on_call("1", "2"))
    noticed(script)
    script.passes("0m")
    author, page = told(script)
    assert (author.people, page.people) == (("5",), ("1",))
    undeliverable(script, author)
    (news,) = told(script)
    assert news.people == ("1",), "who was asked to come"
    assert "not been told where help is" in wording.plain(news.words)


def test_who_comes_later_reads_that_an_author_cannot_be_told() -> None:
    script = running(on_call("1", "2"))
    noticed(script)
    script.passes("0m")
    author, page = told(script)
    undeliverable(script, page)
    undeliverable(script, author)
    assert told(script) == [], "nobody has been reached"
    script.passes("0m")
    (later,) = told(script)
    assert later.people == ("2",)
    assert "not been told where help is" in wording.plain(later.words)


# ---------------------------------------------------------------- whatever happens


MOMENTS = st.lists(
    st.tuples(st.sampled_from(["sleep", "pass", "restart", "unreached"]), st.integers(0, 400)),
    max_size=25,
)


@given(st.integers(0, 4), MOMENTS, st.integers(0, 30))
def test_a_call_is_paged_until_taken_or_exhausted_and_nobody_twice_in_a_round(
    people: int, moments: list[tuple[str, int]], take_at: int
) -> None:
    script = running(on_call(*(str(n) for n in range(10, 10 + people))))
    calls(script)
    for n, (what, seconds) in enumerate(moments):
        span = f"{seconds // 60}m"
        if n == take_at:
            takes(script, ALICE)
        if what == "restart":
            script.chat = fold(script.log)
        elif what == "unreached":
            sent = [a for a in script.actions if isinstance(a, Tell) and a.page and a.people]
            for tell in sent[-1:]:
                undeliverable(script, tell)
        elif what == "sleep":
            script.sleeps(span)
        else:
            script.passes(span)
    script.passes("3h")
    pages = [event for event in script.log if isinstance(event, steps.Paged)]
    assert len({(page.whom, page.round) for page in pages}) == len(pages)
    call = script.it.calls[1]
    assert not call.is_open
    if call.taken_at is None:
        assert call.times_all == calling.TIMES_ALL
        assert any(isinstance(event, steps.Unanswered) for event in script.log)
    else:
        assert all(page.at <= call.taken_at for page in pages)


def test_names_and_countries_go_with_what_people_said() -> None:
    script = running(on_call("1"))
    noticed(script, country="GB")
    takes(script, ALICE)
    blanked = apply(script.it, Blanked(script.now, timedelta(days=1)))
    call = blanked.calls[1]
    assert (call.name, call.country, call.taken_by_name) == ("", "", "")
    assert react(blanked, Blanked(script.now, timedelta(days=1))) == []
