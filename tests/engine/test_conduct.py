"""What follows from floods, copies, links and severe words, step by step, in whatever order."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engine import conduct, measures, safety_asks, signals, steps, wording
from bot.engine.actions import Action, Remove, SlowMode, Spot, Tell, TimeOut
from bot.engine.agenda import Room
from bot.engine.chat import decide, react, wake_at
from bot.engine.commands import parse
from bot.engine.errors import Refused
from bot.engine.events import Event
from bot.engine.fold import apply, fold
from bot.engine.hearing import hear, settle
from bot.engine.messages import Hold, Message
from bot.engine.people import Person, Role
from bot.engine.signals import Asked, Deleted, Delivered, Edited, Said, Woke
from bot.engine.state import Chat
from tests.engine.script import ANN, HENRY, OPENS, ROOM, Script, agenda

CHANNEL, WORKSPACE = Room("discord", "100"), Room("slack", "C1")
ROOMS = (ROOM, CHANNEL, WORKSPACE)
MODERATORS = {"local": ("henry",), "discord": ("9",), "slack": ("U9",)}
CLUB = Script(agenda("0m", "6h", rooms=ROOMS, moderators=MODERATORS)).it
HIDING = replace(CLUB, agenda=replace(CLUB.agenda, hide=True))
TROLL, MODERATOR = Person("discord", "7", "Troll"), Person("discord", "9", "Mo")


def at(seconds: float) -> datetime:
    return OPENS + timedelta(seconds=seconds)


def breach(
    seconds: float,
    *rules: str,
    room: Room = CHANNEL,
    person: str = "7",
    thread: str | None = "5",
    number: object = None,
) -> signals.Breached:
    key = f"{room}/m{seconds if number is None else number}"
    return signals.Breached(at(seconds), room, key, person, thread, rules or ("flood",))


class Log:
    """A chat as signals go by, with what happened and what is done."""

    def __init__(self, chat: Chat = CLUB) -> None:
        self.chat = chat
        self.happened: list[Event] = []
        self.actions: list[Action] = []

    def take(self, *given: signals.Signal) -> list[Event]:
        """Return what happens because of these."""
        before = len(self.happened)
        for signal in given:
            for event in decide(self.chat, signal):
                self.chat = apply(self.chat, event)
                self.happened.append(event)
                self.actions += react(self.chat, event)
        return self.happened[before:]

    def did(self, kind: type[Action]) -> list[Action]:
        """Return the actions of a kind since this was last asked."""
        found = [action for action in self.actions if isinstance(action, kind)]
        self.actions = [action for action in self.actions if not isinstance(action, kind)]
        return found

    def told(self, person: str) -> list[str]:
        """Return what somebody was told alone since this was last asked."""
        tells = [t for t in self.actions if isinstance(t, Tell) and t.people == (person,)]
        self.actions = [action for action in self.actions if action not in tells]
        return [wording.plain(tell.words) for tell in tells]


def steps_of(happened: list[Event]) -> list[int]:
    return [event.step for event in happened if isinstance(event, measures.Breached)]


def row(seconds: float, by: Person = TROLL, chat: Chat = CLUB) -> Message:
    said = Said(at(seconds), CHANNEL, f"m{seconds}", by, "Hello", thread="5")
    return hear(chat, None, None, said)


# ---------------------------------------------------------------- the ladder


def test_the_first_breach_is_told_to_its_author_alone_and_nothing_else_is_done() -> None:
    log = Log()
    (breached,) = log.take(breach(0))
    assert breached == measures.Breached(at(0), CHANNEL, "discord:100/m0", "7", "5", "flood", 1)
    assert len(log.actions) == 1
    (told,) = log.actions
    assert isinstance(told, Tell)
    assert (told.people, told.channel) == (("7",), "")
    assert told.words[-1] == Spot(CHANNEL, "5", "m0")
    (words,) = log.told("7")
    assert "much within a short time" in words
    assert row(0, chat=log.chat).held is Hold.NONE


def test_the_second_breach_is_held_with_what_follows_within_the_rest() -> None:
    log = Log()
    log.take(breach(0))
    log.actions = []
    happened = log.take(breach(1))
    assert steps.Held(at(1), "discord:100/m1", "", "flood") in happened
    assert row(1, chat=log.chat).held is Hold.RULE
    assert row(10, chat=log.chat).held is Hold.RULE
    assert row(11.5, chat=log.chat).held is Hold.NONE
    assert row(5, ANN, log.chat).held is Hold.NONE
    assert log.take(breach(3), breach(4)) == []
    assert log.did(TimeOut) == log.did(SlowMode) == []
    (words,) = log.told("7")
    assert "held back" in words


def test_the_third_breach_slows_the_room_for_a_while_and_tells_moderators_with_a_link() -> None:
    log = Log()
    log.take(breach(0), breach(1))
    log.actions = []
    happened = log.take(breach(12))
    slowed = measures.Slowed(at(12), CHANNEL, 10, at(12 + 600), "", "flood")
    assert slowed in happened
    (slow,) = log.did(SlowMode)
    assert isinstance(slow, SlowMode)
    assert (slow.place, slow.every, slow.until) == (CHANNEL, 10, at(612))
    (alert,) = (e for e in happened if isinstance(e, measures.Alerted))
    assert (alert.message, alert.step, alert.others) == ("discord:100/m12", 3, 0)
    alerts = [t for t in log.actions if isinstance(t, Tell) and "9" in t.people]
    assert alerts
    assert alerts[0].words[-1] == Spot(CHANNEL, "5", "m12")
    assert "/chat log" in wording.plain(alerts[0].words)
    assert wake_at(log.chat) == at(0)  # the opening comes first


def test_a_slow_room_ends_by_itself_also_after_a_restart() -> None:
    log = Log()
    log.take(Woke(OPENS), breach(0), breach(1), breach(12))
    log.did(SlowMode)
    read_again = fold([*Script(CLUB.agenda).log, *log.happened])
    assert read_again.order == log.chat.order
    assert wake_at(replace(read_again, topics=())) == at(612)
    happened = log.take(Woke(at(612)))
    assert measures.Unslowed(at(612), CHANNEL, "") in happened
    (slow,) = log.did(SlowMode)
    assert isinstance(slow, SlowMode)
    assert slow.every == 0


def test_the_fourth_breach_silences_the_person_on_the_platform() -> None:
    log = Log()
    happened = log.take(breach(0), breach(1), breach(12), breach(30))
    assert steps_of(happened) == [1, 2, 3, 4]
    (out,) = log.did(TimeOut)
    assert isinstance(out, TimeOut)
    assert (out.place, out.person, out.until) == (CHANNEL, "7", at(630))
    assert out.room == Room("discord", "!TimeOut")
    assert row(300, chat=log.chat).held is Hold.RULE
    assert row(631, chat=log.chat).held is Hold.NONE
    assert steps_of(log.take(breach(700))) == [4]


def test_where_a_platform_has_no_slow_mode_the_person_rests_a_minute_and_nobody_is_slowed() -> None:
    log = Log()
    for seconds in (0, 1, 12):
        log.take(breach(seconds, room=WORKSPACE, person="U7"))
    assert log.chat.order.slow == {}
    (mute,) = (m for m in log.chat.order.mutes["slack:U7"] if m.since == at(12))
    assert mute.until == at(72)
    log.take(breach(100, room=WORKSPACE, person="U7"))
    assert log.did(TimeOut) == log.did(SlowMode) == []
    mute = log.chat.order.mutes["slack:U7"][-1]
    assert mute.until == at(700)


def test_the_ladder_begins_anew_after_an_hour_of_quiet() -> None:
    log = Log()
    assert steps_of(log.take(breach(0), breach(1), breach(3598), breach(9000))) == [1, 2, 3, 1]


@pytest.mark.parametrize("rule", ["blocked_link", "invitation"])
def test_a_link_that_is_not_wanted_is_held_at_once_and_its_author_told(rule: str) -> None:
    log = Log()
    happened = log.take(breach(0, rule))
    assert steps_of(happened) == [2]
    assert row(0, chat=log.chat).held is Hold.RULE
    assert row(5, chat=log.chat).held is Hold.NONE
    assert len(log.told("7")) == 1
    assert steps_of(log.take(breach(1, rule), breach(2, rule))) == [3, 4]


def test_severe_words_are_brought_before_moderators_and_nothing_else() -> None:
    log = Log()
    happened = log.take(breach(0, "severe"))
    assert [type(event) for event in happened] == [measures.Breached, measures.Alerted]
    assert row(0, chat=log.chat).held is Hold.NONE
    assert log.told("7") == []
    alerts = [t for t in log.actions if isinstance(t, Tell)]
    assert [t.people for t in alerts if t.room.platform == "discord"] == [("9",)]
    assert log.take(breach(30, "severe")) == []
    assert len(log.take(breach(90, "severe"))) == 2


def test_moderators_are_told_once_a_minute_and_of_how_many_more() -> None:
    log = Log()
    for number in range(5):
        log.take(breach(number, "severe", person=str(number)))
    alerts = [e for e in log.happened if isinstance(e, measures.Alerted)]
    assert [alert.others for alert in alerts] == [0]
    assert conduct.wake_at(log.chat) == at(60)
    log.take(Woke(at(60)))
    last = [e for e in log.happened if isinstance(e, measures.Alerted)][-1]
    assert (last.others, last.message) == (3, "discord:100/m4")
    assert "3 more messages" in wording.plain(react(log.chat, last)[0].words)  # type: ignore[union-attr]
    assert conduct.wake_at(log.chat) is None


def test_a_flood_of_thousands_writes_little_and_all_but_its_beginning_is_held() -> None:
    log = Log()
    for number in range(5000):
        log.take(breach(number / 10, number=number))
    assert len(log.happened) < 20
    assert sum(row(n / 10, chat=log.chat).held is Hold.NONE for n in range(1, 5000)) == 0


def test_a_flood_that_is_read_back_newest_first_tells_its_author_four_times() -> None:
    log = Log()
    for number in reversed(range(6000)):
        log.take(breach(number / 100, number=number))
    assert steps_of(log.happened) == [1, 2, 3, 4]
    assert len(log.told("7")) == 4
    assert len(log.did(TimeOut)) == 1
    assert len(log.happened) < 20
    assert sum(row(n / 100, chat=log.chat).held is Hold.NONE for n in range(5999)) == 0
    log.take(ask("mute 7 0m", seconds=60))
    held = [n for n in range(60) if row(n, chat=log.chat).held is not Hold.NONE]
    assert held == [], "all of it is undone at once"


def test_breaches_of_another_hour_that_are_heard_of_late_begin_the_ladder_anew() -> None:
    log = Log()
    assert steps_of(log.take(breach(9000), breach(9001), breach(0))) == [1, 2, 1]


def test_breaches_that_are_read_back_hold_nothing_of_the_time_between_them() -> None:
    log = Log()
    log.take(breach(2000), breach(2001), breach(2012), breach(2030), breach(1000))
    assert row(1000, chat=log.chat).held is Hold.RULE
    assert row(1500, chat=log.chat).held is Hold.NONE
    assert len(log.told("7")) == 4


@given(st.lists(st.tuples(st.integers(0, 172_800), st.sampled_from(conduct.RULES)), max_size=60))
def test_the_log_is_bounded_by_time_whatever_somebody_does(
    breaches: list[tuple[int, str]],
) -> None:
    log = Log(HIDING)
    for number, (seconds, rule) in enumerate(sorted(breaches)):
        log.take(breach(seconds, rule, number=number))
    minutes = {seconds // 60 for seconds, _ in breaches}
    most = 12 * len(minutes) + conduct.MOST_HIDDEN + conduct.MOST_HELD
    assert len(log.happened) <= most
    assert log.chat.order == fold([*Script(HIDING.agenda).log, *log.happened]).order


# ---------------------------------------------------------------- what is held at once, while muted


@pytest.mark.parametrize("rule", conduct.AT_ONCE)
def test_while_somebody_is_muted_a_link_that_is_not_wanted_is_held_for_its_own_sake(
    rule: str,
) -> None:
    log = Log()
    log.take(ask("mute 7 30m"))
    log.actions = []
    assert log.take(breach(200, "flood", "severe")) == []
    happened = log.take(breach(200, rule, "flood"))
    assert happened == [steps.Held(at(200), "discord:100/m200", "", rule, "discord:7")]
    assert log.actions == [], "nobody is told"
    assert row(200, chat=log.chat).held is Hold.RULE
    assert row(201, chat=log.chat).held is Hold.MODERATOR
    assert log.take(breach(200, rule)) == [], "it is held once"
    log.take(ask("mute 7 0m", 300))
    assert row(200, chat=log.chat).held is Hold.RULE
    assert row(201, chat=log.chat).held is Hold.NONE
    log.take(ask_clear := Asked(at(310), CHANNEL, MODERATOR, CLEAR))
    assert row(200, chat=log.chat).held is Hold.NONE
    log.take(replace(ask_clear, ask=parse("mute 7 30m")[1]))
    edited = Edited(at(400), CHANNEL, "m200", "Come to us, again", "5")
    (again,) = log.take(breach(400, rule, number=200))
    assert again == steps.Held(at(400), "discord:100/m200", "", rule, "discord:7")
    assert hear(log.chat, row(200, chat=log.chat), None, edited).held is Hold.RULE


CLEAR = safety_asks.Clear("discord:100/m200", at(200))


def test_a_rule_that_finds_a_muted_persons_link_changes_no_hold_that_stands() -> None:
    log = Log(HIDING)
    log.take(signals.Noticed(at(0), CHANNEL, f"{CHANNEL}/m0", "7", "5", ("distress",)))
    log.take(Asked(at(0), CHANNEL, MODERATOR, safety_asks.Hold(f"{CHANNEL}/m1")))
    log.take(ask("mute 7 30m", 0))
    assert log.take(breach(0, "invitation")) == []
    assert row(0, chat=log.chat).held is Hold.DISTRESS
    (hidden,) = log.take(breach(1, "invitation"))
    assert isinstance(hidden, measures.Hidden)
    assert row(1, chat=log.chat).held is Hold.MODERATOR


def test_a_muted_persons_flood_of_links_writes_a_bounded_number_of_holds() -> None:
    log = Log(HIDING)
    log.take(ask("mute 7 2h", 0))
    for number in range(500):
        log.take(breach(number, "invitation"))
    kinds = [type(event) for event in log.happened]
    assert kinds.count(steps.Held) == conduct.MOST_HELD
    assert kinds.count(measures.Hidden) == conduct.MOST_HIDDEN
    assert all(row(n, chat=log.chat).held is not Hold.NONE for n in range(500))
    read_again = fold([*Script(HIDING.agenda).log, *log.happened])
    assert read_again.order == log.chat.order
    log.take(ask("mute 8 2h", 0))
    assert log.take(breach(1, "invitation", person="8", number="x")), "each is counted alone"


def test_links_that_are_read_back_newest_first_stay_held_when_the_mute_is_taken_back() -> None:
    log = Log()
    for number in reversed(range(30)):
        log.take(breach(number, "invitation"))
    log.take(ask("mute 7 0m", 60))
    shown = [n for n in range(30) if row(n, chat=log.chat).held is Hold.NONE]
    assert shown == []


# ---------------------------------------------------------------- what hides


def test_with_hide_what_a_rule_holds_is_removed_where_the_platform_can() -> None:
    log = Log(HIDING)
    log.take(breach(0, "invitation"))
    (remove,) = log.did(Remove)
    assert remove == Remove(Room("discord", "!Remove"), CHANNEL, "m0", "5")
    for room in (ROOM, WORKSPACE):
        log.take(breach(0, "invitation", room=room))
    assert log.did(Remove) == []
    plain = Log()
    plain.take(breach(0, "invitation"))
    assert plain.did(Remove) == []


def test_a_patients_message_is_removed_and_its_author_told_so_but_never_a_cry_for_help() -> None:
    seen = signals.Noticed(at(0), CHANNEL, f"{CHANNEL}/m0", "7", "5", ("email",))
    log = Log(HIDING)
    log.take(seen)
    assert len(log.did(Remove)) == 1
    (words,) = log.told("7")
    assert "takes it out of the room" in words
    assert "Write it anew" in words
    cry = Log(HIDING)
    cry.take(replace(seen, concerns=("distress", "email")))
    cry.take(breach(0, "invitation"), breach(1, number=0), breach(20, number=0))
    assert cry.did(Remove) == []
    assert hear(cry.chat, None, None, Said(at(0), CHANNEL, "m0", TROLL, "x")).held is Hold.DISTRESS


def test_a_deletion_that_is_ours_leaves_the_message_held_with_its_text() -> None:
    log = Log(HIDING)
    said = Said(at(0), CHANNEL, "m0", TROLL, "Come to us", thread="5")
    log.take(breach(0, "invitation"))
    known = hear(log.chat, None, None, said)
    gone = hear(log.chat, known, None, Deleted(at(1), CHANNEL, "m0", "5"))
    assert (gone.withdrawn, gone.text, gone.held) == (False, "Come to us", Hold.RULE)
    (remove,) = log.did(Remove)
    log.take(Delivered(at(2), "c/1/0", remove))
    assert settle(log.chat, gone, None).held is Hold.RULE


def test_what_its_author_withdraws_is_withdrawn_also_while_it_is_taken_out() -> None:
    log = Log(HIDING)
    log.take(breach(0, "invitation"))
    known = hear(log.chat, None, None, Said(at(0), CHANNEL, "m0", TROLL, "Come to us"))
    gone = hear(log.chat, known, None, Deleted(at(1), CHANNEL, "m0", "5", by_author=True))
    assert (gone.withdrawn, gone.text) == (True, "")


def test_while_removals_are_refused_a_deletion_is_its_authors() -> None:
    log = Log(HIDING)
    log.take(breach(0, "invitation"))
    (remove,) = log.did(Remove)
    log.take(signals.Hindered(at(1), "c/1/0", remove, "no permission."))
    known = hear(log.chat, None, None, Said(at(0), CHANNEL, "m0", TROLL, "Come to us"))
    gone = hear(log.chat, known, None, Deleted(at(2), CHANNEL, "m0", "5"))
    assert (gone.withdrawn, gone.text) == (True, "")
    alerts = [wording.plain(t.words) for t in log.actions if isinstance(t, Tell)]
    assert any("removing messages fails: no permission." in words for words in alerts)


def test_a_message_that_was_not_there_when_it_was_removed_is_withdrawn() -> None:
    log = Log(HIDING)
    log.take(breach(0, "invitation"))
    known = hear(log.chat, None, None, Said(at(0), CHANNEL, "m0", TROLL, "Come to us"))
    (remove,) = log.did(Remove)
    (event,) = log.take(Delivered(at(2), "c/1/0", remove, ref="m0"))
    assert event == measures.Gone(at(2), f"{CHANNEL}/m0")
    withdrawn = settle(log.chat, known, None)
    assert (withdrawn.withdrawn, withdrawn.text) == (True, "")


# ---------------------------------------------------------------- order


def test_a_mute_holds_by_time_so_that_the_order_of_arrival_changes_nothing() -> None:
    log = Log()
    log.take(breach(0), breach(1), breach(12), breach(30))
    said = Said(at(40), CHANNEL, "x", TROLL, "Hello", thread="5")
    edited = Edited(at(700), CHANNEL, "x", "Hello again", "5")
    rows: set[Message] = set()
    speech: list[Said | Edited] = [said, edited]
    for chats in ((CLUB, log.chat), (log.chat, log.chat)):
        for order in permutations(speech):
            known: Message | None = None
            for chat, signal in zip(chats, order, strict=True):
                known = hear(chat, known, None, signal)
            assert known is not None
            rows.add(settle(log.chat, known, None))
    assert len(rows) == 1
    assert rows.pop().held is Hold.RULE


# ---------------------------------------------------------------- moderators


def ask(text: str, seconds: float = 100, by: Person = MODERATOR, room: Room = CHANNEL) -> Asked:
    return Asked(at(seconds), room, by, parse(text)[1])


def test_a_moderator_mutes_somebody_and_takes_it_back() -> None:
    log = Log()
    log.take(ask("mute <@7> 30m"))
    (out,) = log.did(TimeOut)
    assert isinstance(out, TimeOut)
    assert out.until == at(100 + 1800)
    assert row(200, chat=log.chat).held is Hold.MODERATOR
    assert "muted you until" in log.told("7")[0]
    log.take(ask("mute 7 0m", 300))
    (back,) = log.did(TimeOut)
    assert isinstance(back, TimeOut)
    assert back.until is None
    assert row(200, chat=log.chat).held is Hold.NONE
    with pytest.raises(Refused, match="not muted"):
        decide(log.chat, ask("mute 7 0m", 400))


def test_a_shorter_mute_ends_the_one_that_runs_and_keeps_held_what_was_said() -> None:
    log = Log()
    log.take(ask("mute 7 2h"), ask("mute 7 1m", 200))
    assert row(150, chat=log.chat).held is Hold.MODERATOR
    assert row(259, chat=log.chat).held is Hold.MODERATOR
    assert row(261, chat=log.chat).held is Hold.NONE


def test_what_rules_did_is_undone_by_a_mute_of_no_time_and_the_ladder_begins_anew() -> None:
    log = Log()
    log.take(breach(0), breach(1), breach(12), breach(30))
    log.take(ask("mute 7 0m", 60))
    assert row(40, chat=log.chat).held is Hold.NONE
    assert steps_of(log.take(breach(70))) == [1]


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.BOT])
def test_moderators_and_bots_cannot_be_muted(role: Role) -> None:
    mute = safety_asks.Mute("9", timedelta(minutes=5), role)
    with pytest.raises(Refused, match="cannot be muted"):
        decide(CLUB, Asked(at(0), CHANNEL, MODERATOR, mute))


def test_a_moderator_slows_a_room_and_takes_it_back() -> None:
    chat = replace(Script(CLUB.agenda).it)
    log = Log(chat)
    log.take(Woke(OPENS), ask("slow 30s 5m"))
    assert log.chat.order.slow[CHANNEL].until == at(400)
    log.take(ask("slow off", 150))
    assert log.chat.order.slow == {}
    with pytest.raises(Refused, match="not slow"):
        decide(log.chat, ask("slow off", 160))
    slack = Person("slack", "U9", "Mo")
    with pytest.raises(Refused, match="Slack has no slow mode"):
        decide(log.chat, ask("slow 10s", by=slack, room=WORKSPACE))


def test_a_moderator_removes_a_message_where_the_platform_lets_them() -> None:
    log = Log()
    removing = safety_asks.Remove("discord:100/m1", "7", "5")
    log.take(Asked(at(0), CHANNEL, MODERATOR, removing))
    assert log.did(Remove) == [Remove(Room("discord", "!Remove"), CHANNEL, "m1", "5")]
    assert row(1, chat=log.chat).held is Hold.MODERATOR
    own = decide(CLUB, Asked(at(0), ROOM, HENRY, safety_asks.Remove(f"{ROOM}/m1")))
    assert own == [steps.Held(at(0), f"{ROOM}/m1", HENRY.key)]
    on_slack = Asked(
        at(0), WORKSPACE, Person("slack", "U9", "Mo"), safety_asks.Remove(f"{WORKSPACE}/m1")
    )
    with pytest.raises(Refused, match="no app delete"):
        decide(CLUB, on_slack)


@pytest.mark.parametrize("text", ["mute 7 5m", "slow 10s", "remove 7", "log"])
def test_only_moderators_keep_order(text: str) -> None:
    with pytest.raises(Refused, match="for the moderators"):
        decide(CLUB, ask(text, by=TROLL))


@pytest.mark.parametrize(
    ("text", "how"),
    [
        ("mute 7", "/chat mute PERSON 30m"),
        ("mute 30m", "/chat mute PERSON 30m"),
        ("mute 7 soon", "/chat mute PERSON 30m"),
        ("slow", "/chat slow 10s 30m"),
        ("slow fast", "/chat slow 10s 30m"),
        ("slow 10s 0m", "/chat slow 10s 30m"),
        ("slow 10s 5m 3m", "/chat slow 10s 30m"),
        ("remove", "/chat remove 17"),
    ],
)
def test_a_command_that_cannot_be_read_is_answered_with_how_to_write_it(
    text: str, how: str
) -> None:
    with pytest.raises(Refused, match=how):
        parse(text)


def test_people_are_named_as_platforms_mention_them_by_id_or_by_name() -> None:
    for text in ("<@7>", "<@!7>", "<@7|Ann Lee>", "7"):
        assert parse(f"mute {text} 30m")[1] == safety_asks.Mute("7", timedelta(minutes=30))
    assert parse("mute @Ann Lee 2h")[1] == safety_asks.Mute("Ann Lee", timedelta(hours=2))
    assert parse("slow 10s")[1] == safety_asks.Slow(10, timedelta(minutes=30))


def test_too_long_a_mute_and_too_slow_a_room_are_refused() -> None:
    with pytest.raises(Refused, match="28 days"):
        decide(CLUB, ask("mute 7 29d"))
    log = Log(Script(CLUB.agenda).it)
    log.take(Woke(OPENS))
    with pytest.raises(Refused, match=r"at most 6h.*: /chat slow 10s 30m"):
        decide(log.chat, ask("slow 7h 8h"))
