"""Who is told what privately."""

from __future__ import annotations

from bot.engine import events
from bot.engine.actions import Enclosure, Tell, privately
from bot.engine.agenda import Agenda, Room
from bot.engine.chat import react
from bot.engine.events import Event
from bot.engine.fold import fold
from bot.engine.messages import Tally
from bot.engine.state import Chat
from bot.engine.telling import Told, tells, tells_the_same
from bot.engine.wording import plain
from tests.engine.script import OPENS, ROOM, agenda

CHANNEL, OTHER, SLACK = Room("discord", "9"), Room("discord", "8"), Room("slack", "C1")
LISTED = ("role:123", "user:456", "789")
HINDERED = events.Hindered(OPENS, CHANNEL, "the permission Send Messages is missing.")


def chat(plan: Agenda, by: str = "") -> Chat:
    planned = events.Planned(OPENS, "c", "urojc", plan, OPENS, OPENS + plan.window)
    return fold([planned, events.Opened(OPENS, by)])


def plan(*rooms: Room, **fields: object) -> Agenda:
    moderators = {"discord": LISTED, "local": ("henry",)}
    return agenda("0m", rooms=rooms, moderators=moderators, **fields)  # type: ignore[arg-type]


def people(told: list[Tell]) -> list[tuple[str, tuple[str, ...]]]:
    return [(tell.room.platform, tell.people) for tell in told]


def test_whoever_opened_the_chat_is_told_and_everybody_whom_the_agenda_names() -> None:
    opened = chat(plan(CHANNEL), by="discord:17")
    assert people(tells(opened, HINDERED)) == [("discord", ("17", "role:123", "456", "789"))]


def test_nobody_is_told_twice() -> None:
    opened = chat(plan(CHANNEL), by="discord:456")
    assert people(tells(opened, HINDERED)) == [("discord", ("456", "role:123", "789"))]


def test_who_opened_it_on_another_platform_is_nobody_on_this_one() -> None:
    assert people(tells(chat(plan(CHANNEL), by="local:17"), HINDERED)) == [
        ("discord", ("role:123", "456", "789"))
    ]


def test_a_chat_that_opened_itself_has_only_those_of_its_agenda() -> None:
    silent = agenda("0m", rooms=(CHANNEL,), moderators={})
    assert people(tells(chat(silent), HINDERED)) == [("discord", ())]


def test_each_platform_is_told_once_however_many_rooms_it_has() -> None:
    told = tells(chat(plan(CHANNEL, SLACK, OTHER)), HINDERED)
    assert [tell.room for tell in told] == [privately("discord"), privately("slack")]
    assert all(tell.words == told[0].words for tell in told), "of a refusal on another platform too"


def test_moderators_of_our_own_rooms_have_the_pages() -> None:
    assert tells(chat(plan(ROOM)), HINDERED) == []
    assert people(tells(chat(plan(ROOM, CHANNEL)), HINDERED)) == [
        ("discord", ("role:123", "456", "789"))
    ]


def test_a_private_channel_is_named_for_its_own_platform() -> None:
    told = tells(chat(plan(CHANNEL, SLACK, alerts={"discord": "77"})), HINDERED)
    assert [tell.channel for tell in told] == ["77", ""]


def test_private_words_wait_in_a_line_of_their_own() -> None:
    assert privately("discord") not in (CHANNEL, OTHER)
    assert {tell.room for tell in tells(chat(plan(CHANNEL)), HINDERED)} == {privately("discord")}


def test_the_transcript_alone_comes_with_a_file() -> None:
    over = fold(
        [
            events.Planned(OPENS, "c", "urojc", plan(CHANNEL), OPENS, OPENS),
            events.Opened(OPENS),
            events.Closed(OPENS),
            events.Summarised(OPENS, Tally(2, 1, 5)),
        ]
    )
    (handed_over,) = tells(over, events.Summarised(OPENS, Tally(2, 1, 5)))
    assert handed_over.encloses is Enclosure.TRANSCRIPT
    for event in (
        HINDERED,
        events.Unhindered(OPENS, CHANNEL),
        events.ThreadLost(OPENS, CHANNEL, "17"),
        events.Missed(OPENS),
    ):
        (told,) = tells(over, event)
        assert told.encloses is None


def test_each_kind_of_news_has_its_own_words() -> None:
    running = chat(plan(CHANNEL))
    news = (
        HINDERED,
        events.Unhindered(OPENS, CHANNEL),
        events.ThreadLost(OPENS, CHANNEL, "17"),
        events.Missed(OPENS),
    )
    words = [plain(told.words) for event in news for told in tells(running, event)]
    assert len(set(words)) == len(news)
    for sentence in words:
        assert sentence.startswith(("Urology Journal Club", "The thread of Urology Journal Club"))


def test_of_chats_that_were_missed_in_a_row_the_last_one_speaks_for_all() -> None:
    running = chat(plan(CHANNEL))
    assert tells(running, events.Missed(OPENS, earlier=3, last=False)) == []
    words = [
        plain(one.words) for n in (0, 1, 2000) for one in tells(running, events.Missed(OPENS, n))
    ]
    assert [text.partition("hold it. ")[2] for text in words] == [
        "Hold it now with /chat start.",
        "So was the one before it. Hold it now with /chat start.",
        "So were the 2,000 before it. Hold it now with /chat start.",
    ]


def test_two_chats_tell_the_same_where_people_and_places_are_the_same() -> None:
    one = chat(plan(CHANNEL))
    assert tells_the_same(one, chat(plan(OTHER, ROOM))), "another channel, the same people"
    assert not tells_the_same(one, chat(plan(CHANNEL, SLACK)))
    assert not tells_the_same(one, chat(plan(CHANNEL, alerts={"discord": "77"})))
    others = agenda("0m", rooms=(CHANNEL,), moderators={"discord": ("user:1",)})
    assert not tells_the_same(one, chat(others))


def test_only_these_events_are_told_privately() -> None:
    running = chat(plan(CHANNEL, hashtag="#urojc"))
    silent: tuple[Event, ...] = (
        events.Paused(OPENS), events.TopicOpened(OPENS, 1), events.GaveUp(OPENS, "k", CHANNEL, "x"),
        events.RoomArchived(OPENS, CHANNEL), events.KeptOpen(OPENS),
    )  # fmt: skip
    for event in silent:
        assert not [a for a in react(running, event) if isinstance(a, Tell)], event
    loud: tuple[Told, ...] = (
        HINDERED,
        events.Unhindered(OPENS, CHANNEL),
        events.ThreadLost(OPENS, CHANNEL, "17"),
    )
    for event in loud:
        assert react(running, event) == tells(running, event) != []
