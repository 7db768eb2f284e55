"""Who stands in a file under which name."""

from __future__ import annotations

from dataclasses import replace

from bot.engine.checkin import CheckIn
from bot.engine.consent import Consent
from bot.engine.showing import Audience, Showing
from bot.engine.state import Chat
from bot.store.publications import Someone
from bot.transcripts.cast import Cast
from bot.transcripts.names_in_text import LEFT_OUT
from tests.transcripts.club import AGENDA, CHAT

PEOPLE = [Someone(f"local:p{n}", f"Person{n}ov", "participant") for n in range(20)] + [
    Someone("local:henry", "Henry", "moderator"),
    Someone("local:rounds", "Rounds", "bot"),
    Someone("local:#abc", "somebody erased", "participant"),
]


def cast(
    audience: Audience = Audience.PUBLIC,
    salt: bytes = b"1",
    chat: Chat = CHAT,
    **said: CheckIn,
) -> Cast:
    checkins = {f"local:{name}": one for name, one in said.items()}
    consents = {person: one.consent for person, one in checkins.items()}
    return Cast(Showing(chat, audience, consents), PEOPLE, checkins, salt)


def asking(**wanted: object) -> Chat:
    return replace(CHAT, agenda=replace(AGENDA, **wanted))  # type: ignore[arg-type]


def test_everybody_has_one_number_and_each_file_another_order() -> None:
    orders = set()
    for salt in (b"1", b"2", b"3"):
        people = cast(Audience.RESEARCH, salt)
        numbers = [people.number(one.person) for one in PEOPLE[:21]]
        assert sorted(map(int, numbers)) == list(range(1, 22))
        orders.add(tuple(numbers))
    assert len(orders) == 3
    assert cast(Audience.RESEARCH).number("local:p1") == cast(Audience.RESEARCH).number("local:p1")
    assert cast().number("local:rounds") == cast().number("local:#abc") == ""


def test_numbers_do_not_follow_who_spoke_first() -> None:
    people = cast(Audience.RESEARCH)
    assert [people.number(f"local:p{n}") for n in range(20)] != list(map(str, range(1, 21)))


def test_people_are_named_who_want_it_or_where_nobody_said_otherwise() -> None:
    ann = CheckIn("Ann of Norway", consent=Consent.NAMED)
    assert cast().name("local:p1", "Person1ov") == "Person1ov"
    assert cast(p1=ann).name("local:p1", "Person1ov") == "Ann of Norway"
    hidden = cast(p1=CheckIn(consent=Consent.PSEUDONYM))
    assert hidden.name("local:p1", "Person1ov") == f"Participant {hidden.number('local:p1')}"
    by_default = cast(chat=asking(consent=Consent.PSEUDONYM), p1=ann)
    assert by_default.is_named("local:p1")
    assert by_default.name("local:henry", "Henry").startswith("Moderator ")


def test_in_research_everybody_has_a_pseudonym() -> None:
    people = cast(Audience.RESEARCH, p1=CheckIn("Ann", consent=Consent.NAMED))
    assert people.name("local:p1", "Ann").startswith("Participant ")


def test_who_is_out_has_no_name_and_no_number() -> None:
    people = cast(p1=CheckIn(consent=Consent.OUT))
    assert people.number("local:p1") == ""
    assert people.name("local:p1", "Person1ov") == LEFT_OUT
    strict = cast(chat=asking(require_checkin=True), p2=CheckIn(consent=Consent.NAMED))
    assert strict.name("local:p1", "Person1ov") == LEFT_OUT
    assert strict.is_named("local:p2")
    assert strict.is_named("local:henry")


def test_all_names_that_somebody_had_are_hidden_and_that_of_the_form_too() -> None:
    checkins = {"local:ann": CheckIn("Annika Bergström", consent=Consent.PSEUDONYM)}
    people = [
        Someone("local:ann", "annie the great", "participant"),
        Someone("local:ann", "Snowflake", "participant"),
    ]
    consents = {"local:ann": Consent.PSEUDONYM}
    file = Cast(Showing(CHAT, Audience.PUBLIC, consents), people, checkins, b"")
    assert file.names.replaced("bergstrom, annie, Snowflake, Annika") == ", ".join(
        ["Participant 1"] * 4
    )


def test_what_else_those_were_called_who_checked_in_is_hidden_and_shown_nowhere() -> None:
    wishes = {
        "slack:quiet": CheckIn(consent=Consent.OUT),
        "local:p1": CheckIn(consent=Consent.PSEUDONYM),
        "local:p2": CheckIn(consent=Consent.NAMED),
    }
    called = {
        "slack:quiet": ["Wilhelmina Quiet"],
        "local:p1": ["Ottoline Vandermeer"],
        "local:p2": ["Peregrine Oldcastle"],
    }
    consents = {person: one.consent for person, one in wishes.items()}
    file = Cast(Showing(CHAT, Audience.PUBLIC, consents), PEOPLE, wishes, b"1", called)
    one = file.pseudonym("local:p1")
    assert file.names.replaced("Wilhelmina, Vandermeer, Oldcastle") == (
        f"{LEFT_OUT}, {one}, Oldcastle"
    )
    assert file.name("local:p2", "Person2ov") == "Person2ov"


def test_mentions_have_a_name_or_what_stands_for_it_and_never_an_id() -> None:
    people = cast(p1=CheckIn(consent=Consent.OUT), p2=CheckIn(consent=Consent.PSEUDONYM))
    assert people.mentioned("local:p1", "p1") == LEFT_OUT
    assert people.mentioned("local:p2", "p2") == f"Participant {people.number('local:p2')}"
    assert people.mentioned("local:p3", "") == "Person3ov"
    assert people.mentioned("local:U999", "some <b>") == "some ‹b›"
    assert people.mentioned("local:U999", "") == LEFT_OUT
    assert cast(Audience.RESEARCH).mentioned("local:U999", "kofi") == LEFT_OUT
