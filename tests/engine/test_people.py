"""As what somebody speaks."""

from __future__ import annotations

import pytest

from bot.engine.agenda import Room
from bot.engine.people import Person, Role, asking_in, role_in
from tests.engine.script import agenda

LISTED = agenda(
    "0m",
    moderators={"local": ("henry",), "discord": ("role:12", "user:34")},
    guests={"local": ("catto",)},
)


@pytest.mark.parametrize(
    ("person", "role"),
    [
        (Person("local", "henry", "Henry"), Role.MODERATOR),
        (Person("local", "p-1", "henry"), Role.PARTICIPANT),
        (Person("slack", "henry", "Henry"), Role.PARTICIPANT),
        (Person("local", "catto", "James Catto"), Role.GUEST),
        (Person("discord", "34", "Zoe"), Role.MODERATOR),
        (Person("discord", "56", "Zoe", frozenset({"role:12"})), Role.MODERATOR),
        (Person("discord", "56", "Zoe", frozenset({"role:13"})), Role.PARTICIPANT),
        (Person("discord", "56", "Zoe", steward=True), Role.PARTICIPANT),
        (Person("slack", "U1", "Zoe", steward=True), Role.MODERATOR),
        (Person("local", "henry", "Henry", role=Role.BOT), Role.BOT),
    ],
)
def test_a_role_comes_from_the_agendas_lists_of_ids_and_badges(person: Person, role: Role) -> None:
    assert role_in(LISTED, person) is role


MEMBERS = agenda(
    "0m",
    moderators={"local": ("henry",), "slack": ("U9",)},
    guests={"local": ("catto",)},
    members_only={"local": ("ann",), "discord": ("role:12", "user:34"), "slack": ()},
)


@pytest.mark.parametrize(
    ("person", "role"),
    [
        (Person("local", "ann", "Ann"), Role.PARTICIPANT),
        (Person("local", "bo", "Bo"), Role.VISITOR),
        (Person("local", "p-1", "ann"), Role.VISITOR),
        (Person("local", "henry", "Henry"), Role.MODERATOR),
        (Person("local", "catto", "James Catto"), Role.GUEST),
        (Person("discord", "34", "Zoe"), Role.PARTICIPANT),
        (Person("discord", "56", "Zoe", frozenset({"role:12"})), Role.PARTICIPANT),
        (Person("discord", "56", "Zoe", frozenset({"role:13"})), Role.VISITOR),
        (Person("discord", "56", "Zoe", steward=True), Role.MODERATOR),
        (Person("slack", "U1", "Zoe"), Role.VISITOR),
        (Person("local", "bo", "Bo", role=Role.PARTICIPANT), Role.PARTICIPANT),
        (Person("teams", "5", "Di"), Role.PARTICIPANT),
    ],
)
def test_where_a_chat_is_its_members_alone_others_are_visitors(person: Person, role: Role) -> None:
    assert role_in(MEMBERS, person) is role


def test_a_steward_of_another_room_is_none_of_the_chats() -> None:
    chat = agenda("0m", moderators={"local": ("henry",)})
    steward = Person("discord", "5", "Zoe", steward=True)
    here, elsewhere = chat.rooms[0], Room("discord", "99")
    assert role_in(chat, asking_in(here, chat, steward)) is Role.MODERATOR
    assert role_in(chat, asking_in(elsewhere, chat, steward)) is Role.PARTICIPANT
    henry = Person("local", "henry", "Henry")
    assert role_in(chat, asking_in(elsewhere, chat, henry)) is Role.MODERATOR


def test_the_same_id_on_two_platforms_is_two_people() -> None:
    assert Person("local", "7", "Ann").key != Person("slack", "7", "Ann").key
    assert Person("local", "7", "Ann").key == Person("local", "7", "Anna").key
