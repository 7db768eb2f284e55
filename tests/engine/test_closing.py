"""What the closing post tells of a chat's other rooms, and when it is changed."""

from __future__ import annotations

from datetime import timedelta

from bot.engine import events, signals, wording
from bot.engine.actions import Amend, Archive, Moment, Post, PostKind
from bot.engine.agenda import Room
from bot.engine.closing import Quote, quotations, size
from bot.engine.events import Event
from bot.engine.messages import RoomTally, Tally
from bot.engine.sending import GIVEN_UP_AFTER, WITHDRAWN_WITHIN, when_its_turn_comes
from bot.engine.state import Posted
from tests.engine.script import OPENS, Script, agenda

SLACK, DISCORD, OTHER = Room("slack", "C1"), Room("discord", "5"), Room("discord", "6")
ROOMS = (DISCORD, SLACK)
COUNTED = Tally(7, 1, 30, (), (RoomTally(DISCORD, 10, 3), RoomTally(SLACK, 1, 1)))
KEY = "slack:C1/1.5"


def ended(*rooms: Room, tally: Tally = COUNTED, **fields: object) -> Script:
    """Return a chat that was counted."""
    chat = Script(agenda("0m", "6h", rooms=rooms or ROOMS, **fields))  # type: ignore[arg-type]
    chat.passes("73h")
    chat.actions = []
    chat.take(signals.Counted(chat.now, tally))
    return chat


def recalling(chat: Script, room: Room) -> Post:
    """Return the post of a room that recalls the others."""
    posts = [one for one in chat.actions if isinstance(one, Post) and one.room == room]
    (found,) = (one for one in posts if one.recalls)
    return found


def posted(chat: Script, room: Room, ref: str = "77", into: str | None = "9") -> list[Event]:
    post = Post(room, PostKind.CLOSING, ("Closed.",), into=into, recalls=True)
    return chat.take(signals.Delivered(chat.now, "c/9/0", post, ref, "Closed."))


def quotes(chat: Script, room: Room, *keys: str) -> list[Event]:
    return chat.take(signals.Quoting(chat.now, room, keys))


def rewords(chat: Script, *keys: str) -> list[Event]:
    return chat.take(signals.Reworded(chat.now, frozenset(keys)))


def test_a_room_is_told_its_own_share_and_then_the_others() -> None:
    chat = ended(DISCORD, SLACK, OTHER)
    there = wording.plain(recalling(chat, SLACK).words)
    assert there.endswith(
        "Here: 1 participant, 1 message. In the Discord channel 5: 3 participants, 10 messages. "
        "In the Discord channel 6: nobody wrote."
    )
    here = recalling(chat, DISCORD).words
    assert OTHER in here, "a link, on the same platform"
    assert "On Slack: 1 participant, 1 message." in wording.plain(here)


def test_the_transcript_comes_after_the_post_that_recalls() -> None:
    chat = ended(publish=True, closing="Thank you. " * 100)
    kinds = [
        (one.kind, one.recalls)
        for one in chat.actions
        if isinstance(one, Post) and one.room == DISCORD
    ]
    assert kinds == [
        (PostKind.CLOSING, False),
        (PostKind.CLOSING, True),
        (PostKind.TRANSCRIPT, False),
    ]


def test_a_post_that_recalls_leaves_half_of_a_message_for_what_was_said() -> None:
    for length in range(0, 4000, 97):
        for room in ROOMS:
            post = recalling(ended(closing="x" * length), room)
            assert size(post.words) <= wording.LIMITS[room.platform] // 2


def test_a_chat_in_one_room_recalls_nothing() -> None:
    chat = ended(SLACK, tally=Tally(1, 0, 1))
    assert not any(one.recalls for one in chat.actions if isinstance(one, Post))


def test_what_is_quoted_is_recorded_once() -> None:
    chat = ended()
    assert quotes(chat, DISCORD, KEY) == [events.Quoted(chat.now, DISCORD, (KEY,))]
    assert quotes(chat, DISCORD, KEY) == []
    assert quotes(chat, DISCORD) == []
    quotes(chat, DISCORD, "slack:C1/1.6")
    assert chat.it.quoted == {DISCORD: {KEY, "slack:C1/1.6"}}, "one of them may stand there"


def test_a_change_of_what_is_quoted_changes_the_posts_that_quote_it() -> None:
    chat = ended(DISCORD, SLACK, OTHER)
    first = recalling(chat, DISCORD)
    for room in (DISCORD, OTHER):
        quotes(chat, room, KEY)
        posted(chat, room)
    quotes(chat, SLACK, "discord:5/7")
    chat.actions = []
    assert rewords(chat, "slack:C1/9.9") == []
    assert rewords(chat, KEY) == [events.QuotesChanged(chat.now, (DISCORD, OTHER))]
    here, there = chat.actions
    assert here == Amend(DISCORD, None, first.words, recalls=True), "with the counts of the close"
    assert there.room == OTHER


def test_changes_that_come_before_its_turn_are_one_change_and_later_ones_another() -> None:
    chat = ended()
    quotes(chat, DISCORD, KEY)
    assert rewords(chat, KEY)
    assert rewords(chat, KEY) == []
    assert quotes(chat, DISCORD) == [events.Quoted(chat.now, DISCORD, ())], "its turn has come"
    assert rewords(chat, KEY) == [events.QuotesChanged(chat.now, (DISCORD,))]


def test_the_post_is_known_when_the_turn_of_its_change_comes() -> None:
    chat = ended()
    quotes(chat, DISCORD, KEY)
    amend = Amend(DISCORD, None, ("Closed.",), recalls=True)
    assert turn(chat, amend) is None, "it never stood there"
    (stands,) = posted(chat, DISCORD)
    assert stands == events.ClosingPosted(chat.now, DISCORD, "77", "9")
    assert chat.it.closings == {DISCORD: Posted(DISCORD, chat.now, "77", "9")}
    assert posted(chat, DISCORD, "78") == [], "the first one counts"
    assert turn(chat, amend) == Amend(
        DISCORD, None, ("Closed.",), "77", recalls=True, into="9", put_away=False
    )
    chat.take(signals.Delivered(chat.now, "c/9/1", Archive(DISCORD)))
    away = turn(chat, amend)
    assert isinstance(away, Amend)
    assert away.put_away


def turn(chat: Script, amend: Amend) -> object:
    return when_its_turn_comes(chat.it, amend, chat.now, chat.now)


def test_words_are_taken_out_of_a_post_for_longer_than_anything_else_is_tried() -> None:
    chat = ended()
    posted(chat, DISCORD)
    amend = Amend(DISCORD, None, ("Closed.",), recalls=True)
    queued = chat.now
    late = queued + GIVEN_UP_AFTER + timedelta(days=1)
    assert when_its_turn_comes(chat.it, amend, queued, late) is not None
    assert when_its_turn_comes(chat.it, amend, queued, queued + WITHDRAWN_WITHIN) is None


# ---------------------------------------------------------------- what fits


def quote(text: str = "We wait.", replies: int = 1, room: Room = SLACK, topic: int = 1) -> Quote:
    return Quote(room, (topic,), text, "", replies)


def said(chat: Script, given: list[Quote], most: int) -> str:
    return wording.plain(quotations(chat.it, DISCORD, given, most))


def test_the_least_answered_are_left_out_first_and_their_number_is_said() -> None:
    chat = ended()
    given = [quote("a" * 50, 1), quote("b" * 50, 3), quote("c" * 50, 1), quote("d" * 50, 2)]
    whole = said(chat, given, 1000)
    assert [whole.find(sign * 50) > 0 for sign in "abcd"] == [True] * 4
    assert "fit" not in whole
    for most, kept, left in ((len(whole) - 1, "abd", "1 more contribution"),
                             (260, "bd", "2 more contributions"),
                             (170, "b", "3 more contributions")):  # fmt: skip
        words = said(chat, given, most)
        assert [sign for sign in "abcd" if sign * 50 in words] == list(kept)
        assert words.endswith(f"\n{left} did not fit here.")
        assert len(words) <= most


def test_where_nothing_fits_it_is_said_as_long_as_that_fits() -> None:
    chat = ended()
    assert said(chat, [quote()] * 2, 50) == "\n\n2 contributions with replies did not fit here."
    assert said(chat, [quote()] * 2, 20) == ""
    assert said(chat, [], 1000) == ""


def test_each_room_s_quotations_stand_under_its_name() -> None:
    chat = ended(DISCORD, SLACK, OTHER)
    words = quotations(chat.it, DISCORD, [quote(), quote("Not so.", 2, OTHER, 2)], 1000)
    assert words == (
        "\n\nMost answered ", "on Slack", ":", "\n• T1: “We wait.” (1 reply)",
        "\n\nMost answered ", "in ", OTHER, ":", "\n• T2: “Not so.” (2 replies)",
    )  # fmt: skip


def test_the_size_of_words_is_what_they_take_at_most() -> None:
    assert size(("a & b", Moment(OPENS), SLACK)) == 5 + 4 + 2 * wording.MOMENT_LENGTH
