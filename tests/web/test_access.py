from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk.asking import MOST_BADGES
from bot.engine.agenda import Room
from bot.engine.people import Person
from bot.platforms.discord.replies import whole_text
from bot.web.access import (
    LENT_LINK_LASTS,
    LENT_STAYS,
    LINK_LASTS,
    MODERATOR_STAYS,
    PARTICIPANT_STAYS,
    Access,
    Visitor,
    new_participant,
    new_ticket,
)
from bot.web.passes import Pass
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
    assert len(ACCESS.stub(ana, ticket)) == 6
    stubs = [ACCESS.stub(person, new_ticket()) for person in (ana, ben) for _ in range(500)]
    assert len(set(stubs)) == 1000, "no two are taken for one that was sent twice"


# ---------------------------------------------------------------- people of other platforms

CHANNEL = Room("discord", "345678901234567890")
ANN = Person("discord", "456789012345678901", "Ann “Ω” Lee 👩‍⚕️")
NAMED = Pass(ANN)
HOLDER = Pass(replace(ANN, badges=frozenset({"role:123", "role:77"})))
STEWARD = Pass(replace(ANN, steward=True), CHANNEL)
PASSES = {"named": NAMED, "role": HOLDER, "steward": STEWARD}


def sealed_in(link: str) -> str:
    return parse_qs(urlsplit(link).query)["pass"][0]


@pytest.fixture(params=list(PASSES))
def whom(request: pytest.FixtureRequest) -> Pass:
    return PASSES[str(request.param)]


def lives(whom: Pass) -> tuple[timedelta, timedelta]:
    return (LENT_LINK_LASTS, LENT_STAYS) if whom.is_lent else (LINK_LASTS, MODERATOR_STAYS)


def test_a_link_and_then_a_cookie_carry_who_somebody_is(whom: Pass) -> None:
    way = ACCESS.way_in(whom, "https://chat.example/", START)
    assert way.address.startswith("https://chat.example/enter?pass=")
    entered = ACCESS.pass_in_link(sealed_in(way.address), START)
    assert entered == whom
    assert ACCESS.pass_in_cookie(ACCESS.pass_cookie(whom, START)[0], START) == whom


def test_what_a_platform_may_take_away_is_believed_for_a_day_and_its_link_for_an_hour() -> None:
    assert timedelta(hours=1) == LENT_LINK_LASTS
    assert timedelta(hours=24) == LENT_STAYS
    assert lives(HOLDER) == lives(STEWARD) == (LENT_LINK_LASTS, LENT_STAYS)
    assert lives(NAMED) == (LINK_LASTS, MODERATOR_STAYS)


def test_a_pass_ends_in_its_link_and_in_its_cookie(whom: Pass) -> None:
    lasts, stays = lives(whom)
    way = ACCESS.way_in(whom, "", START)
    assert way.lasts == lasts
    sealed = sealed_in(way.address)
    assert ACCESS.pass_in_link(sealed, START + lasts - MOMENT) == whom
    assert ACCESS.pass_in_link(sealed, START + lasts) is None
    value, seconds = ACCESS.pass_cookie(whom, START)
    assert seconds == stays.total_seconds()
    assert ACCESS.pass_in_cookie(value, START + stays - MOMENT) == whom
    assert ACCESS.pass_in_cookie(value, START + stays) is None
    assert ACCESS.pass_in_cookie(value, START - timedelta(days=1)) is None


def test_every_changed_letter_of_a_pass_makes_it_worthless() -> None:
    link = sealed_in(ACCESS.way_in(HOLDER, "", START).address)
    cookie, _ = ACCESS.pass_cookie(HOLDER, START)
    for read, value in ((ACCESS.pass_in_link, link), (ACCESS.pass_in_cookie, cookie)):
        for place in range(len(value)):
            other = "A" if value[place] != "A" else "B"
            assert read(value[:place] + other + value[place + 1 :], START) is None, place
        assert read(value, START) == HOLDER
    assert Access("another secret").pass_in_link(link, START) is None
    assert Access("another secret").pass_in_cookie(cookie, START) is None


@given(st.text(max_size=200))
def test_no_invented_pass_opens_anything_or_fails(text: str) -> None:
    assert ACCESS.pass_in_link(text, START) is None
    assert ACCESS.pass_in_cookie(text, START) is None


def test_what_is_signed_for_one_purpose_serves_no_other() -> None:
    """Else the link of an hour would be a cookie of a month, or a name in a room a moderator's."""
    link = sealed_in(ACCESS.way_in(NAMED, "", START).address)
    cookie, _ = ACCESS.pass_cookie(NAMED, START)
    own, _ = ACCESS.cookie(entered(), START)
    joined, _ = ACCESS.cookie(new_participant("Ann"), START)
    for value in (link, own, joined):
        assert ACCESS.pass_in_cookie(value, START) is None
    for value in (cookie, own, joined):
        assert ACCESS.pass_in_link(value, START) is None
    for value in (link, cookie):
        assert ACCESS.visitor(value, START) is None


def test_a_moderator_of_the_built_in_rooms_has_the_link_that_they_always_had() -> None:
    way = ACCESS.way_in(Pass(Person("local", "henry", "henry")), "http://h", START)
    assert way.address == ACCESS.link_for("henry", "http://h", START)
    assert way.lasts == LINK_LASTS


def test_what_was_handed_out_before_passes_were_is_still_good() -> None:
    link = (
        "https://chat.example/enter?person=dr%20henry&until=1797192000"
        "&key=pVK6yQWEpTgd-gIsjFl5DDXxqNYBY02bko-3noUE-Pc"
    )
    moderators = (
        "WyJtb2RlcmF0b3IiLCAiZHIgaGVucnkiLCAiZHIgaGVucnkiLCAxNzk2NTg3MjAwXQ"
        ".PEsKt5AhU6fGWnPoJBLeYYz7n041ZHLdNRyk4eUnM10"
    )
    participants = (
        "WyJwYXJ0aWNpcGFudCIsICJwLWFiYyIsICJab8OrIOKAnM6p4oCdIiwgMTc5NjU4NzIwMF0"
        ".7zHQBy7HC5hDENa9azBSoIpsfaoAnxoWLnEguIXRLLM"
    )
    henry = Visitor(Person("local", "dr henry", "dr henry"), came_by_link=True)
    assert ACCESS.entering(*parts_of(link), START) == henry
    assert ACCESS.visitor(moderators, START) == henry
    joined = ACCESS.visitor(participants, START)
    assert joined == Visitor(Person("local", "p-abc", "Zoë “Ω”"), came_by_link=False)


def test_the_longest_link_fits_into_a_message_on_discord_and_its_cookie_into_a_browser() -> None:
    """Discord: 2,000 characters, a name of 32; RFC 6265, section 6.1: 4,096 bytes a cookie."""
    roles = frozenset(f"role:{2**63 + n}" for n in range(MOST_BADGES))
    most = Pass(Person("discord", str(2**63), "👩" * 32, roles, steward=True), CHANNEL)
    link = ACCESS.way_in(most, f"https://{'x' * 60}.example.org", START).address
    assert ACCESS.pass_in_link(sealed_in(link), START) == most
    assert len(f"The organizers' pages: {link}") < 2000
    assert len(ACCESS.pass_cookie(most, START)[0]) < 4000


@given(st.integers(min_value=0), st.text(max_size=40))
def test_a_link_stands_in_discords_answer_letter_by_letter(number: int, name: str) -> None:
    """Else a `_` in it would be written as `\\_`, and what is clicked would not open."""
    person = replace(ANN, id=str(number), name=name)
    link = ACCESS.way_in(Pass(person), "https://chat.example.org", START).address
    answer = whole_text(("The organizers' pages: ", link, "\nThe link is for you alone."))
    assert answer == f"The organizers' pages: {link}\nThe link is for you alone."


def test_a_link_is_short_where_little_is_to_be_said() -> None:
    assert len(ACCESS.way_in(NAMED, "", START).address) < 220


@given(st.text(st.characters(codec=None), max_size=120))
def test_a_link_carries_every_name(name: str) -> None:
    person = replace(ANN, name=name)
    entered = ACCESS.pass_in_link(sealed_in(ACCESS.way_in(Pass(person), "", START).address), START)
    assert entered is not None
    assert entered.name == Pass(person).name
    assert (entered.person.platform, entered.person.id) == ("discord", ANN.id)


def test_the_moment_of_a_cookie_is_its_own_and_not_the_links() -> None:
    way = ACCESS.way_in(HOLDER, "", START)
    late: datetime = START + LENT_LINK_LASTS - MOMENT
    entered = ACCESS.pass_in_link(sealed_in(way.address), late)
    assert entered is not None
    value, _ = ACCESS.pass_cookie(entered, late)
    assert ACCESS.pass_in_cookie(value, late + LENT_STAYS - MOMENT) == HOLDER
