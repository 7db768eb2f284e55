from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.web.access import (
    LINK_LASTS,
    MODERATOR_STAYS,
    PARTICIPANT_STAYS,
    Access,
    Visitor,
    new_participant,
    new_ticket,
)
from tests.house import START

ACCESS = Access("one secret")
MOMENT = timedelta(seconds=1)


def parts_of(link: str) -> tuple[str, str, str]:
    query = parse_qs(urlsplit(link).query)
    return query["person"][0], query["until"][0], query["key"][0]


def entered() -> Visitor:
    visitor = ACCESS.entering(*parts_of(ACCESS.link_for("henry", "http://h", START)), START)
    assert visitor is not None
    return visitor


@pytest.mark.parametrize("person", ["henry", "dr henry & co", "Ænne", "a/b?c=d#e", "p-1"])
def test_a_link_lets_its_moderator_in(person: str) -> None:
    link = ACCESS.link_for(person, "https://chat.example/", START)
    assert link.startswith("https://chat.example/enter?")
    visitor = ACCESS.entering(*parts_of(link), START)
    assert visitor is not None
    assert visitor.came_by_link
    assert (visitor.person.platform, visitor.person.id) == ("local", person)
    assert visitor.person.name == person


def test_a_link_works_for_seven_days_and_no_longer() -> None:
    parts = parts_of(ACCESS.link_for("henry", "http://h", START))
    assert timedelta(days=7) == LINK_LASTS
    assert ACCESS.entering(*parts, START + LINK_LASTS - MOMENT) is not None
    assert ACCESS.entering(*parts, START + LINK_LASTS) is None


def test_a_link_of_another_person_or_a_longer_life_opens_nothing() -> None:
    person, until, key = parts_of(ACCESS.link_for("henry", "http://h", START))
    assert ACCESS.entering("ada", until, key, START) is None
    assert ACCESS.entering(person, str(int(until) + 1), key, START) is None
    assert ACCESS.entering(person, until, "", START) is None
    assert ACCESS.entering("", "", "", START) is None
    assert ACCESS.entering(person, f" {until}", key, START) is None
    assert ACCESS.entering(f"{person}\0{until}", "", key, START) is None
    assert Access("another secret").entering(person, until, key, START) is None


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60))
def test_no_invented_link_opens_anything_or_fails(person: str, until: str, key: str) -> None:
    assert ACCESS.entering(person, until, key, START) is None


def test_a_cookie_names_whom_it_was_given_to() -> None:
    for visitor in (entered(), new_participant("Zoë 👩‍⚕️ “Ω”")):
        value, seconds = ACCESS.cookie(visitor, START)
        assert ACCESS.visitor(value, START) == visitor
        assert seconds > 0


@pytest.mark.parametrize(
    ("visitor", "stays"),
    [(entered(), MODERATOR_STAYS), (new_participant("Ana"), PARTICIPANT_STAYS)],
    ids=["moderator", "participant"],
)
def test_a_cookie_ends_also_where_a_browser_keeps_it(visitor: Visitor, stays: timedelta) -> None:
    value, seconds = ACCESS.cookie(visitor, START)
    assert seconds == stays.total_seconds()
    assert ACCESS.visitor(value, START + stays - MOMENT) == visitor
    assert ACCESS.visitor(value, START + stays) is None
    assert ACCESS.visitor(value, START - timedelta(days=1)) is None


def test_every_changed_letter_of_a_cookie_makes_it_worthless() -> None:
    value, _ = ACCESS.cookie(new_participant("Ana"), START)
    for place in range(len(value)):
        other = "A" if value[place] != "A" else "B"
        changed = value[:place] + other + value[place + 1 :]
        assert ACCESS.visitor(changed, START) is None, place


@given(st.text(max_size=200))
def test_no_invented_cookie_names_anybody_or_fails(cookie: str) -> None:
    assert ACCESS.visitor(cookie, START) is None


def test_the_key_of_a_link_is_no_cookie_and_the_other_way_round() -> None:
    person, until, key = parts_of(ACCESS.link_for("henry", "http://h", START))
    body, _, cookie_key = ACCESS.cookie(entered(), START)[0].partition(".")
    assert ACCESS.visitor(f"{body}.{key}", START) is None
    assert ACCESS.entering(person, until, cookie_key, START) is None


def test_those_who_join_have_ids_of_their_own_and_keep_them() -> None:
    joined = {new_participant("Ana").person.id for _ in range(200)}
    assert len(joined) == 200
    assert all(one.startswith("p-") for one in joined)
    ana = new_participant("Ana")
    renamed = new_participant("Ana Ferreira", ana)
    assert renamed.person.id == ana.person.id
    assert not renamed.came_by_link


def test_a_ticket_is_known_again_for_its_person_alone() -> None:
    ana, ben, ticket = new_participant("Ana"), new_participant("Ben"), new_ticket()
    assert ACCESS.stub(ana, ticket) == ACCESS.stub(ana, ticket)
    assert len(ACCESS.stub(ana, ticket)) == 3
    stubs = {ACCESS.stub(person, new_ticket()) for person in (ana, ben) for _ in range(50)}
    assert len(stubs) > 90
