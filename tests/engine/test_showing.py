"""What may be shown of what people said, and to whom."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.engine import events
from bot.engine.concerning import DISTRESS
from bot.engine.consent import Consent
from bot.engine.erasing import SIGN
from bot.engine.fold import apply
from bot.engine.messages import OURS, Hold, Message, Timing
from bot.engine.people import Role
from bot.engine.quoting import lines_of
from bot.engine.showing import Audience, Showing, Silence
from bot.engine.state import Chat
from tests.engine.script import OPENS, ROOM, Script, agenda

CLUB = Script(agenda("0m", "6h")).it
SAID = Message(CLUB.id, ROOM, "1", said=True, at=OPENS, author="ann", name="Ann", text="words")
ANN = "local:ann"


def asking(**wanted: object) -> Chat:
    return replace(CLUB, agenda=replace(CLUB.agenda, **wanted))  # type: ignore[arg-type]


def audiences(showing: Showing, message: Message = SAID) -> set[Audience]:
    """Return who is shown the message's words."""
    each = ((one, replace(showing, audience=one)) for one in Audience)
    return {one for one, its in each if its.shown(message).text}


def of(chat: Chat = CLUB, **consents: Consent) -> Showing:
    wishes = {f"local:{name}": wish for name, wish in consents.items()}
    return Showing(chat, Audience.ROOM, wishes)


EVERYBODY = set(Audience)
NO_RESEARCH = EVERYBODY - {Audience.RESEARCH}


def test_what_somebody_says_is_shown_to_all_but_researchers_unless_they_said_so() -> None:
    assert audiences(of()) == NO_RESEARCH
    assert audiences(of(ann=Consent.NAMED)) == EVERYBODY
    assert audiences(of(ann=Consent.PSEUDONYM)) == EVERYBODY
    assert audiences(of(bob=Consent.NAMED)) == NO_RESEARCH


def test_who_does_not_want_to_be_in_the_transcript_is_in_none() -> None:
    assert audiences(of(ann=Consent.OUT)) == {Audience.ROOM}
    by_default = asking(consent=Consent.OUT)
    assert audiences(of(by_default)) == {Audience.ROOM}
    assert audiences(of(by_default, ann=Consent.NAMED)) == EVERYBODY


def test_who_must_check_in_and_has_not_is_held_back_but_for_moderators() -> None:
    strict = asking(require_checkin=True)
    assert audiences(of(strict)) == set()
    assert audiences(of(strict, ann=Consent.NAMED)) == EVERYBODY
    assert audiences(of(strict), SAID._replace(role=Role.MODERATOR)) == NO_RESEARCH


@pytest.mark.parametrize("hold", [hold for hold in Hold if hold])
def test_what_is_held_is_shown_to_nobody(hold: Hold) -> None:
    for role, timing in itertools.product(Role, Timing):
        held = SAID._replace(held=hold, role=role, timing=timing)
        assert audiences(of(ann=Consent.NAMED), held) == set()


def test_what_is_gone_is_shown_to_nobody_though_a_row_were_to_hold_it() -> None:
    blanked = apply(CLUB, events.Blanked(OPENS, timedelta(hours=1)))
    assert audiences(of(), SAID._replace(withdrawn=True)) == set()
    assert audiences(of(), SAID._replace(author=f"{SIGN}abc")) == set()
    assert audiences(of(blanked)) == set()
    assert audiences(of(), SAID._replace(timing=Timing.LATE)) == set()
    assert audiences(of(asking(keep_late=True)), SAID._replace(timing=Timing.LATE)) == NO_RESEARCH


def test_our_own_posts_are_shown_whatever_is_wanted_of_people() -> None:
    ours = SAID._replace(author=OURS, role=Role.BOT)
    strict = asking(require_checkin=True, consent=Consent.OUT)
    blanked = apply(strict, events.Blanked(OPENS, timedelta(hours=1)))
    assert audiences(of(blanked), ours) == EVERYBODY
    assert audiences(of(strict), SAID._replace(role=Role.BOT)) == set()


def test_what_may_not_be_shown_loses_its_files_too() -> None:
    held = SAID._replace(held=Hold.PRIVACY)
    assert of().shown(SAID) is SAID
    assert of().shown(held) == held._replace(text="", attachments=())


def test_what_holds_for_who_has_not_said_is_the_series() -> None:
    assert of(asking(consent=Consent.PSEUDONYM)).consent_of(ANN) is Consent.PSEUDONYM
    assert of(ann=Consent.OUT).consent_of(ANN) is Consent.OUT


@pytest.mark.parametrize(
    ("showing", "fields", "why"),
    [
        (of(), {}, Silence.UNASKED),
        (of(ann=Consent.NAMED), {}, Silence.NONE),
        (of(ann=Consent.OUT), {}, Silence.OUT),
        (of(ann=Consent.OUT), {"withdrawn": True, "held": Hold.PRIVACY}, Silence.WITHDRAWN),
        (of(ann=Consent.OUT), {"held": Hold.PRIVACY}, Silence.HELD),
        (of(ann=Consent.OUT), {"timing": Timing.LATE}, Silence.LATE),
        (of(asking(require_checkin=True)), {}, Silence.UNCHECKED),
        (of(), {"author": f"{SIGN}abc"}, Silence.ERASED),
    ],
)
def test_it_is_said_why_something_is_not_shown(
    showing: Showing, fields: dict[str, object], why: Silence
) -> None:
    said = SAID._replace(**fields)  # type: ignore[arg-type]
    research = replace(showing, audience=Audience.RESEARCH)
    person = f"local:{said.author}"
    known = (person, said.role, said.timing, said.withdrawn, said.held)
    assert research.silence(*known) is why


def test_a_cry_for_help_stands_in_the_room_and_what_else_is_held_only_for_review() -> None:
    cry, seen = SAID._replace(held=Hold.DISTRESS), SAID._replace(held=Hold.PRIVACY)
    assert of().standing(cry) == cry
    assert of().standing(seen) == of().shown(seen)
    assert of().unheld(seen) == seen
    both = cry._replace(concerns=(DISTRESS, "record_number"))
    assert of().standing(cry._replace(concerns=(DISTRESS,))).text == "words"
    assert of().standing(both).text == "", "a patient could be known by it"
    for gone in ({"withdrawn": True}, {"author": f"{SIGN}abc"}, {"timing": Timing.LATE}):
        assert of().standing(cry._replace(**gone)).text == ""
        assert of().unheld(seen._replace(**gone)).text == ""


# ---------------------------------------------------------------- what others quote of it


def test_what_is_quoted_of_withheld_lines_is_left_out() -> None:
    showing = replace(of(), withheld=lines_of("I cannot go on"))
    quoting = SAID._replace(text="> I cannot go on.\nI cannot go on", author="bob")
    assert showing.shown(quoting).text == "> […]\nI cannot go on"
    assert showing.standing(quoting).text == "> […]\nI cannot go on"
    assert showing.unheld(quoting._replace(held=Hold.RULE)).text == "> […]\nI cannot go on"
    assert of().shown(quoting) == quoting


def test_what_an_audience_is_not_shown_it_is_not_shown_in_quotations() -> None:
    for held, concerns in itertools.product(Hold, ((), (DISTRESS,), (DISTRESS, "email"))):
        message = SAID._replace(held=held, concerns=concerns)
        for audience in Audience:
            showing = replace(of(ann=Consent.NAMED), audience=audience)
            about = (message.author_key, message.role, message.timing, held, concerns)
            room = audience is Audience.ROOM
            stands = (showing.standing if room else showing.shown)(message)
            assert showing.withholds(*about) is not bool(stands.text), (held, concerns, audience)


def test_where_holds_alone_hide_something_nothing_else_does() -> None:
    wishes = [{}, {"ann": Consent.OUT}, {"ann": Consent.NAMED}]
    chats = [CLUB, asking(require_checkin=True), asking(consent=Consent.OUT)]
    for chat, wish, audience in itertools.product(chats, wishes, Audience):
        showing = replace(of(chat, **wish), audience=audience)
        if showing.hides_what_is_held_alone:
            assert showing.shows(ANN, Role.PARTICIPANT, Timing.ON_TIME, None, "")
            assert showing.shows("local:bob", Role.PARTICIPANT, Timing.ON_TIME, None, "")
    assert of().hides_what_is_held_alone
