from __future__ import annotations

from dataclasses import replace

from bot.engine.agenda import Agenda, Room
from bot.engine.people import Person
from bot.web.passes import LONGEST_NAME, Organizer, Pass
from tests.house import urojc

HERE, THERE = Room("discord", "77"), Room("discord", "88")
ANN = Person("discord", "5", "Ann Lee")
HOLDER = replace(ANN, badges=frozenset({"role:9"}))
STEWARD = replace(ANN, steward=True)
HENRY = Pass(Person("local", "henry", "henry"))


def agenda(room: Room, *listed: str) -> Agenda:
    moderators = {"local": ("henry",)} | ({"discord": listed} if listed else {})
    return replace(urojc().agenda, rooms=(room,), moderators=moderators)


def test_a_moderator_is_known_by_their_id_however_it_is_written() -> None:
    for listed in (("5",), ("user:5",), ("role:1", "user:5")):
        assert Pass.of(ANN, HERE).moderates(agenda(THERE, *listed))
    assert not Pass.of(ANN, HERE).moderates(agenda(THERE, "6", "user:55", "role:5"))
    assert not Pass(Person("slack", "5", "Ann")).moderates(agenda(THERE, "5"))


def test_a_moderator_is_known_by_a_role() -> None:
    assert Pass.of(HOLDER, HERE).moderates(agenda(THERE, "role:9"))
    assert not Pass.of(HOLDER, HERE).moderates(agenda(THERE, "role:8"))
    assert not Pass.of(ANN, HERE).moderates(agenda(THERE, "role:9"))


def test_a_steward_moderates_what_is_held_in_that_room_and_names_nobody() -> None:
    steward = Pass.of(STEWARD, HERE)
    assert steward.moderates(agenda(HERE))
    assert not steward.moderates(agenda(THERE))
    assert not steward.moderates(agenda(HERE, "role:9"))
    assert not Pass.of(ANN, HERE).moderates(agenda(HERE))


def test_what_a_platform_may_take_away_is_lent() -> None:
    assert [Pass.of(one, HERE).is_lent for one in (ANN, HOLDER, STEWARD)] == [False, True, True]
    assert not HENRY.is_lent


def test_somebody_who_came_in_by_two_links_moderates_what_either_does() -> None:
    both = Organizer((HENRY, Pass.of(HOLDER, HERE)))
    none_of_ours = replace(agenda(THERE, "role:9"), moderators={"discord": ("role:9",)})
    assert both.moderates(agenda(THERE, "role:8"))  # as henry
    assert both.moderates(none_of_ours)  # by the role
    assert not both.moderates(replace(none_of_ours, moderators={"discord": ("role:8",)}))
    assert both.name == "henry and Ann Lee (Discord)"


def test_a_name_turns_nothing_around_and_is_never_empty() -> None:
    for typed, shown in (
        ("Ann\u202eLee\n\x1b", "AnnLee ␛"),
        ("  ", "5"),
        ("\ud800", "\ufffd"),
        ("x" * 500, "x" * (LONGEST_NAME - 1) + "…"),
    ):
        assert Pass(replace(ANN, name=typed)).name == f"{shown} (Discord)"
    assert HENRY.name == "henry"
