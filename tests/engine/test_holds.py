"""What is held back, whatever order edits, holds and clearances come in."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import permutations, product

import pytest

from bot.engine import commands, conduct, measures, safety_asks, signals, steps, wording
from bot.engine.actions import Remove, Spot, Tell
from bot.engine.agenda import Room
from bot.engine.chat import decide, react
from bot.engine.concerning import DISTRESS
from bot.engine.errors import Refused
from bot.engine.fold import apply
from bot.engine.hearing import hear, settle
from bot.engine.holds import MOST_TOLD, hold_of, noticed
from bot.engine.messages import Hold, Message
from bot.engine.people import Person, Role
from bot.engine.signals import Asked, Deleted, Edited, Said, Speech
from bot.engine.state import Chat
from tests.engine.script import ANN, HENRY, OPENS, ROOM, Script, agenda

CHANNEL = Room("discord", "100")
CLUB = Script(agenda("0m", "6h")).it
KEY = f"{ROOM}/m1"
SAID = Said(OPENS, ROOM, "m1", ANN, "Write to ann@example.org")


def at(minutes: float) -> datetime:
    return OPENS + timedelta(minutes=minutes)


def message(*signals: tuple[Speech, tuple[str, ...]], chat: Chat = CLUB) -> Message:
    """Return a message's row after these signals, each with what is seen in its wording."""
    known: Message | None = None
    for signal, concerns in signals:
        known = hear(chat, known, None, signal, concerns)
    assert known is not None
    return known


Wording = tuple[Speech, tuple[str, ...]]
SEEN: Wording = (SAID, ("email",))
CHANGED: Wording = (Edited(at(5), ROOM, "m1", "Write to me"), ())
CHANGED_BADLY: Wording = (Edited(at(9), ROOM, "m1", "Write to bob@example.org"), ("email",))


def test_what_is_seen_in_a_wording_holds_the_message_until_another_wording() -> None:
    assert message(SEEN).held is Hold.PRIVACY
    assert message(SEEN, CHANGED).held is Hold.NONE
    assert message(SEEN, CHANGED, CHANGED_BADLY).held is Hold.PRIVACY
    assert message((SAID, ())).held is Hold.NONE


def test_the_order_in_which_wordings_come_does_not_matter() -> None:
    last = message(SEEN, CHANGED, CHANGED_BADLY)
    for order in permutations([SEEN, CHANGED, CHANGED_BADLY]):
        assert message(*order) == last


def test_a_clearance_is_of_one_wording_and_those_before_it() -> None:
    cleared = apply(CLUB, steps.Cleared(at(7), KEY, HENRY.key, OPENS))
    assert hold_of(cleared, message(SEEN)) is Hold.NONE
    assert hold_of(cleared, message(SEEN, CHANGED_BADLY)) is Hold.PRIVACY
    again = apply(cleared, steps.Cleared(at(11), KEY, HENRY.key, at(9)))
    assert hold_of(again, message(SEEN, CHANGED_BADLY)) is Hold.NONE


MUTED = measures.Muted(at(4), ROOM, ANN.id, at(4), at(6), HENRY.key, out=True)


def test_a_wording_is_held_that_is_given_while_its_author_is_muted() -> None:
    said = (SAID, ())
    muted = apply(CLUB, MUTED)
    for order, chats in product(permutations([said, CHANGED]), ((CLUB, muted), (muted, muted))):
        known: Message | None = None
        for chat, (signal, concerns) in zip(chats, order, strict=True):
            known = hear(chat, known, None, signal, concerns)
        assert known is not None
        assert settle(muted, known, None).held is Hold.MODERATOR
    assert message(said, chat=muted).held is Hold.NONE
    later: Wording = (Edited(at(6), ROOM, "m1", "Write to me then"), ())
    assert message(said, CHANGED, later, chat=muted).held is Hold.NONE
    back = apply(muted, measures.Unmuted(at(7), ROOM, ANN.id, at(4), HENRY.key))
    assert message(said, CHANGED, chat=back).held is Hold.NONE
    by_rule = apply(CLUB, measures.Muted(at(4), ROOM, ANN.id, at(4), at(6), "", "flood"))
    assert message(said, CHANGED, chat=by_rule).held is Hold.RULE


def test_nobody_is_told_that_a_message_is_shown_again_while_a_mute_holds_it() -> None:
    muted = apply(CLUB, MUTED)
    seen = message(SEEN, chat=muted)
    assert noticed(seen, message(SEEN, CHANGED, chat=muted)) is None
    assert noticed(seen, message(SEEN, CHANGED)) is not None


def test_what_a_moderator_holds_stays_held_whatever_its_author_writes() -> None:
    held = apply(CLUB, steps.Held(at(1), KEY, HENRY.key))
    assert message((SAID, ()), chat=held).held is Hold.MODERATOR
    assert message(SEEN, CHANGED, chat=held).held is Hold.MODERATOR
    by_rule = apply(CLUB, steps.Held(at(1), KEY, "", "flood"))
    assert message((SAID, ()), chat=by_rule).held is Hold.RULE
    cleared = apply(held, steps.Cleared(at(2), KEY, HENRY.key, at(5)))
    assert settle(cleared, message(SEEN, CHANGED, chat=held), None).held is Hold.NONE
    again = apply(cleared, steps.Held(at(3), KEY, HENRY.key))
    assert hold_of(again, message(SEEN, CHANGED)) is Hold.MODERATOR


def test_a_cry_for_help_does_not_take_the_place_of_a_moderators_hold() -> None:
    held = apply(CLUB, steps.Held(at(1), KEY, HENRY.key))
    seen = signals.Noticed(at(2), ROOM, KEY, ANN.id, None, (DISTRESS,), ANN.name)
    happened = decide(held, seen)
    assert [type(event) for event in happened] == [steps.Flagged, steps.Called]
    for event in happened:
        held = apply(held, event)
    assert message((SAID, (DISTRESS,)), chat=held).held is Hold.MODERATOR
    free = decide(CLUB, seen)
    assert [type(event) for event in free] == [steps.Flagged, steps.Held, steps.Called]


def test_what_is_withdrawn_is_not_held_and_nothing_is_seen_in_it() -> None:
    gone = message(SEEN, (Deleted(at(2), ROOM, "m1"), ()))
    assert (gone.held, gone.concerns, gone.text) == (Hold.NONE, (), "")


def test_what_was_seen_is_news_once_for_each_wording() -> None:
    said, changed = message(SEEN), message(SEEN, CHANGED)
    news = noticed(None, said)
    assert news == signals.Noticed(OPENS, ROOM, KEY, ANN.id, None, ("email",), "Ann")
    assert noticed(said, said) is None
    assert noticed(None, message((SAID, ()))) is None
    good = noticed(said, changed)
    assert good == signals.Noticed(at(5), ROOM, KEY, ANN.id, None, (), "Ann")
    bad = noticed(changed, message(SEEN, CHANGED, CHANGED_BADLY))
    assert bad
    assert bad.concerns == ("email",)
    only_edited = message(CHANGED_BADLY)
    assert noticed(None, only_edited) is None  # nobody knows yet whose it is
    assert noticed(only_edited, message(CHANGED_BADLY, SEEN)) is not None


def test_nobody_is_told_of_a_bots_message_or_of_a_withdrawn_one() -> None:
    bot = Person("local", "bot", "Bot", role=Role.BOT)
    assert noticed(None, message((Said(OPENS, ROOM, "m1", bot, "a@b.org"), ("email",)))) is None
    assert noticed(message(SEEN), message(SEEN, (Deleted(at(2), ROOM, "m1"), ()))) is None


def test_an_author_is_told_alone_what_was_seen_and_what_to_do() -> None:
    seen = signals.Noticed(OPENS, CHANNEL, f"{CHANNEL}/9", "77", "5", ("birth_date", "email"))
    (flagged,) = decide(CLUB, seen)
    (tell,) = react(apply(CLUB, flagged), flagged)
    assert isinstance(tell, Tell)
    assert (tell.room, tell.people, tell.channel) == (Room("discord", "@"), ("77",), "")
    words = wording.plain(tell.words)
    assert "a date of birth and an e-mail address" in words
    assert "Edit Message" in words
    assert tell.words[-1] == Spot(CHANNEL, "5", "9")
    (freed,) = decide(CLUB, signals.Noticed(at(1), CHANNEL, f"{CHANNEL}/9", "77", "5"))
    (thanks,) = react(CLUB, freed)
    assert isinstance(thanks, Tell)
    assert "in its transcript again" in wording.plain(thanks.words)


def test_in_our_own_rooms_the_page_says_it() -> None:
    (flagged,) = decide(CLUB, signals.Noticed(OPENS, ROOM, KEY, ANN.id, None, ("email",)))
    assert react(CLUB, flagged) == []


def test_one_person_cannot_fill_the_log() -> None:
    chat = CLUB
    for number in range(MOST_TOLD + 5):
        seen = signals.Noticed(OPENS, CHANNEL, f"{CHANNEL}/{number}", "77", None, ("email",))
        for event in decide(chat, seen):
            chat = apply(chat, event)
    assert chat.flags == {"discord:77": MOST_TOLD}
    other = signals.Noticed(OPENS, CHANNEL, f"{CHANNEL}/x", "78", None, ("email",))
    assert decide(chat, other)
    cry = signals.Noticed(OPENS, CHANNEL, f"{CHANNEL}/y", "77", None, (DISTRESS,))
    kept = [event for event in decide(chat, cry) if isinstance(event, steps.Held | steps.Flagged)]
    assert kept == [steps.Held(OPENS, f"{CHANNEL}/y", "", DISTRESS)]  # an edit must not free it


def test_whoever_mends_each_message_is_told_of_as_many_as_anybody_else() -> None:
    script = Script(agenda("0m", "6h"))
    for number in range(MOST_TOLD + 5):
        for concerns in (("email",), ()):
            key = f"{CHANNEL}/{number}"
            script.take(signals.Noticed(script.now, CHANNEL, key, "77", None, concerns))
    kinds = [type(event) for event in script.log]
    assert kinds.count(steps.Flagged) == MOST_TOLD
    assert MOST_TOLD - 1 <= kinds.count(steps.Unflagged) <= MOST_TOLD


@pytest.mark.parametrize("mends", [False, True])
def test_what_hides_goes_on_when_tellings_end_and_each_removal_is_told(mends: bool) -> None:
    script = Script(agenda("0m", "6h", rooms=(CHANNEL,), hide=True))
    for number in range(conduct.MOST_HIDDEN + 10):
        key = f"{CHANNEL}/{number}"
        script.take(signals.Noticed(script.now, CHANNEL, key, "77", None, ("email",)))
        if mends:
            script.take(signals.Noticed(script.now, CHANNEL, key, "77", None))
    removed = [action.message for action in script.actions if isinstance(action, Remove)]
    assert removed == [str(number) for number in range(conduct.MOST_HIDDEN)]
    told = [wording.plain(action.words) for action in script.actions if isinstance(action, Tell)]
    assert sum("takes it out of the room" in words for words in told) == conduct.MOST_HIDDEN
    flagged = [event for event in script.log if isinstance(event, steps.Flagged)]
    assert len(flagged) == conduct.MOST_HIDDEN


def test_only_moderators_hold_and_clear_and_only_what_is_held_is_cleared() -> None:
    hold, clear = safety_asks.Hold(KEY), safety_asks.Clear(KEY, OPENS)
    for ask in (hold, clear):
        with pytest.raises(Refused, match="for the moderators"):
            decide(CLUB, Asked(OPENS, ROOM, ANN, ask))
    assert decide(CLUB, Asked(at(1), ROOM, HENRY, hold)) == [steps.Held(at(1), KEY, HENRY.key)]
    assert decide(CLUB, Asked(at(1), ROOM, HENRY, clear)) == [
        steps.Cleared(at(1), KEY, HENRY.key, OPENS)
    ]
    with pytest.raises(Refused, match="/chat review"):
        decide(CLUB, Asked(at(1), ROOM, HENRY, safety_asks.Clear(KEY)))


LATER = at(9) + timedelta(minutes=1)


@pytest.mark.parametrize(
    ("clear", "when", "is_cleared"),
    [
        (safety_asks.Clear(KEY, at(9), None, doubtful=True), at(9.5), False),
        (safety_asks.Clear(KEY, at(9), None, doubtful=True), LATER, True),
        (safety_asks.Clear(KEY, at(9), None, doubtful=False), at(9.5), True),
        (safety_asks.Clear(KEY, at(9), at(0), doubtful=True), at(90), False),
        (safety_asks.Clear(KEY, at(9), at(0), doubtful=False), at(90), False),
        (safety_asks.Clear(KEY, at(9), at(9), doubtful=True), at(9.5), True),
    ],
)
def test_no_wording_is_cleared_that_came_after_what_the_moderator_can_have_seen(
    clear: safety_asks.Clear, when: datetime, is_cleared: bool
) -> None:
    asked = Asked(when, ROOM, HENRY, clear)
    if is_cleared:
        assert decide(CLUB, asked) == [steps.Cleared(when, KEY, HENRY.key, at(9))]
    else:
        with pytest.raises(Refused, match=f"edited at {at(9):%H:%M:%S} UTC. Look at it again"):
            decide(CLUB, asked)


def test_a_page_says_in_its_clearance_which_wording_it_showed() -> None:
    read = commands.parse(f"clear 17 {OPENS.isoformat()}")[1]
    assert read == safety_asks.Clear("17", seen=OPENS)
    for text in ("2026-12-06T20:00:00", "soon", "20261206"):  # without a zone it is no moment
        with pytest.raises(Refused, match="/chat clear 17"):
            commands.parse(f"clear 17 {text}")


@pytest.mark.parametrize("name", ["hold", "clear"])
def test_a_hold_and_a_clearance_name_one_message(name: str) -> None:
    assert commands.parse(f"{name} 17")[1] in (safety_asks.Hold("17"), safety_asks.Clear("17"))
    for text in (name, f"{name} 17 18"):
        with pytest.raises(Refused, match=f"/chat {name} 17"):
            commands.parse(text)
