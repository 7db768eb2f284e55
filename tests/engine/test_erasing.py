"""A person is taken out of what was recorded; what it tells and counts stays as it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engine import events, steps
from bot.engine.actions import Moment, Post, PostKind, Tell, Whisper, privately
from bot.engine.agenda import Room, people_lists
from bot.engine.chat import decide
from bot.engine.erasing import GONE, NAME, Erasure, is_erased
from bot.engine.fold import apply, fold
from bot.engine.hearing import came_late, hear, settle
from bot.engine.messages import Attachment, Timing
from bot.engine.people import Person, Role, role_in
from bot.engine.quoting import TAKEN_OUT, lines_of
from bot.engine.signals import Edited, Said, StartAsked
from bot.engine.telling import tells
from tests.engine.script import ANN, OPENS, ROOM, Script, agenda

WHO = "223456789012345678"
ROOMS = (Room("discord", "1"), Room("slack", "C1"), ROOM)
GONE_ID = "#k7m2p9qdabcd"
ERASURE = Erasure(
    "discord",
    WHO,
    GONE_ID,
    lines_of("I saw this twice last year.\nYes.\nT2: **Never** in our own clinic"),
)
LISTS = {"discord": (WHO, f"user:{WHO}", "role:5"), "local": (WHO,)}
AT = OPENS + timedelta(hours=1)


def test_every_event_that_names_the_person_names_the_pseudonym() -> None:
    key = f"discord:{WHO}"
    plan = agenda(
        "0m",
        moderators=LISTS,
        guests=LISTS,
        on_call=LISTS,
        members_only=LISTS,
        welcome=f"With <@{WHO}|Ann Lee>.",
        rules=f"Be kind. Ask <@{WHO}> when in doubt.",
        help_lines={"GB": f"Write to {WHO}."},
    )
    for event in (
        events.Planned(AT, "a", "a", plan, OPENS, AT),
        events.Replanned(AT, plan, OPENS, AT),
        events.Opened(AT, key),
        events.Closed(AT, key),
        events.Corrected(AT, "discord:1/7", (1,), key),
        events.Withdrew(AT, key),
        events.ToldLate(AT, ROOMS[0], WHO, None),
        steps.AskedToCheckIn(AT, ROOMS[0], WHO, None),
        events.TopicAdded(AT, 2, f"What does <@!{WHO}> think?", AT),
        events.GaveUp(AT, "a/1/0", ROOMS[0], f"{WHO} takes no direct messages."),
        events.Hindered(AT, ROOMS[0], f"Invite {WHO}."),
    ):
        without = ERASURE.in_event(event)
        told = str(without).replace(str(LISTS["local"]), "")
        assert WHO not in told, event
        assert GONE_ID in told
        assert (type(without), without.at) == (type(event), event.at)


@given(st.one_of([st.from_type(kind) for kind in get_args(events.Event)]))
def test_an_event_that_does_not_name_the_person_stays_as_it_is(event: events.Event) -> None:
    assert ERASURE.in_event(event) == event


def test_the_same_id_on_another_platform_is_another_person() -> None:
    for event in (
        events.Opened(AT, f"local:{WHO}"),
        events.Withdrew(AT, f"slack:{WHO}"),
        events.ToldLate(AT, ROOMS[1], WHO, None),
    ):
        assert ERASURE.in_event(event) == event


def test_lists_of_people_stay_as_long_as_they_were() -> None:
    plan = agenda("0m", moderators=LISTS, guests=LISTS, on_call=LISTS, members_only=LISTS)
    without = ERASURE.in_agenda(plan)
    for listed in people_lists(without):
        assert listed == {"discord": (GONE_ID, GONE_ID, "role:5"), "local": (WHO,)}
    steward = Person("discord", "9", "Bo", steward=True)
    alone = ERASURE.in_agenda(agenda("0m", moderators={"discord": (WHO,)}))
    assert role_in(alone, steward) is Role.PARTICIPANT, "without a list stewards would moderate"


def test_a_log_without_the_person_folds_to_a_chat_that_tells_the_same() -> None:
    script = Script(agenda("0m", moderators={"local": ("henry",), "discord": (WHO,)}, rooms=ROOMS))
    by = Person("discord", WHO, "Ann Lee")
    log = [
        *script.log,
        events.Opened(OPENS, by.key),
        events.Withdrew(AT, by.key),
        events.Closed(AT, by.key),
    ]
    chat = fold(list(map(ERASURE.in_event, log)))
    assert (chat.stage, chat.opened_by) == ("closed", f"discord:{GONE_ID}")
    assert chat.withdrawn == {f"discord:{GONE_ID}": AT}
    told = {action.room: action.people for action in tells(chat, events.Missed(AT))}
    assert told[privately("discord")] == (), "nobody can be told under a pseudonym"


# ---------------------------------------------------------------- what is still to go out


def test_words_for_the_person_alone_are_not_sent_and_others_are() -> None:
    whisper = Whisper(ROOMS[0], WHO, None, ("You are late.",))
    assert ERASURE.in_action(whisper) is None
    assert ERASURE.in_action(replace(whisper, room=ROOMS[1])) == replace(whisper, room=ROOMS[1])
    tell = Tell(privately("discord"), (WHO, "9"), "", (f"<@{WHO}> opened it ", Moment(AT)))
    without = ERASURE.in_action(tell)
    assert without == replace(tell, people=("9",), words=(_mention() + " opened it ", Moment(AT)))
    post = Post(ROOMS[0], PostKind.TOPIC, (f"T1: Ask <@{WHO}>.",), 1)
    assert ERASURE.in_action(post) == replace(post, words=(f"T1: Ask {_mention()}.",))


def _mention() -> str:
    return f"<@{GONE_ID}|{NAME}>"


# ---------------------------------------------------------------- what others wrote


@pytest.mark.parametrize(
    ("wrote", "stays"),
    [
        (f"<@{WHO}> yes", f"{_mention()} yes"),
        (f"<@!{WHO}|Ann Lee>, yes", f"{_mention()}, yes"),
        (f"see users/{WHO}/1", f"see users/{GONE_ID}/1"),
        (f"{WHO}9 is another number", f"{WHO}9 is another number"),
        ("> I saw this twice last year.\nMe too", f"> {TAKEN_OUT}\nMe too"),
        (">I saw this twice last year.", f">{TAKEN_OUT}"),
        ("> T2: **Never** in our own clinic", f"> {TAKEN_OUT}"),
        ("> **Never** in our own clinic\nHere too", f"> {TAKEN_OUT}\nHere too"),
        ("> > I saw this twice last year.\n> No", f"> > {TAKEN_OUT}\n> No"),
        ("> “I saw this twice last year.”", f"> {TAKEN_OUT}"),
        (">>> I saw this twice last year.", f">>> {TAKEN_OUT}"),
        (">>> Look:\nI saw this twice last year.", f">>> Look:\n{TAKEN_OUT}"),
        ("> Yes.", "> Yes."),
        ("I saw this twice last year.", "I saw this twice last year."),
        ("Ann Lee is right", "Ann Lee is right"),
    ],
)
def test_what_others_wrote_keeps_all_but_id_mention_and_quote(wrote: str, stays: str) -> None:
    assert ERASURE.in_text(wrote) == stays


def test_an_id_that_may_be_a_word_is_replaced_in_mentions_alone() -> None:
    henry = Erasure("local", "henry", GONE_ID)
    assert henry.in_text("henry said so, <@henry>") == f"henry said so, {_mention()}"


# ---------------------------------------------------------------- what comes late


def test_nothing_said_by_a_pseudonym_has_words_however_it_comes() -> None:
    chat = apply(Script(agenda("0m")).it, events.Opened(OPENS))
    file = Attachment("scan.png", "image/png", 1, "https://files.example/scan.png")
    somebody = Person("local", GONE_ID, NAME)
    said = Said(AT, ROOM, "1", somebody, "the postman", attachments=(file,))
    message = hear(chat, None, None, said)
    assert (message.text, message.attachments, message.withdrawn) == ("", GONE, False)
    edited = hear(chat, message, None, Edited(AT, ROOM, "1", "Elm Street", attachments=(file,)))
    assert (edited.text, edited.attachments, edited.edited) == ("", GONE, True)


def test_a_pseudonym_is_told_nothing_and_asks_nothing() -> None:
    chat = apply(Script(agenda("0m", window="1h")).it, events.Opened(OPENS))
    late = Said(OPENS + timedelta(hours=2), ROOM, "1", Person("local", GONE_ID, NAME), "late")
    message = hear(chat, None, None, late)
    assert message.timing is Timing.LATE
    assert not came_late(message)
    assert settle(chat, message, None) == message


def test_no_real_id_is_taken_for_a_pseudonym() -> None:
    assert is_erased(GONE_ID)
    for person in (WHO, "U0123456789", "p-abcdefghijkm", "henry", "", ANN.id):
        assert not is_erased(person)
    started = StartAsked(AT, ROOM, Person("local", "henry", "Henry"), "a", "a", agenda("0m"))
    (_planned, opened, *_) = decide(None, started)
    assert ERASURE.in_event(opened) == opened
