"""What is in a chat's way is noted once for each reason, and its end where it was."""

from __future__ import annotations

from bot.engine import events, signals
from bot.engine.actions import Post, PostKind, Tell, privately
from bot.engine.agenda import Room
from bot.engine.wording import plain
from tests.engine.script import Script, agenda

CHANNEL = Room("slack", "C9")
ARCHIVED = "the channel is archived."
OUTSIDE = "the bot is not in the channel."


def kinds(chat: Script, shut: str = "", *freed: str, room: Room = CHANNEL) -> list[type]:
    """Return the kinds of what is noted of a change in a room."""
    changed = signals.RoomChanged(chat.now, room, shut, freed)
    return [type(event) for event in chat.take(changed)]


def opened() -> Script:
    chat = Script(agenda("0m", "6h", rooms=(CHANNEL,), moderators={"slack": ("U1",)}))
    chat.passes("24h")
    return chat


def test_that_a_room_was_shut_is_told_at_once_and_once_for_each_reason() -> None:
    chat = opened()
    assert kinds(chat, ARCHIVED) == [events.Hindered]
    assert kinds(chat, ARCHIVED) == []
    assert kinds(chat, OUTSIDE) == [events.Hindered]
    told = [plain(action.words) for action in chat.actions if isinstance(action, Tell)]
    assert [ARCHIVED in one for one in told] == [True, False]
    assert all("cannot go on in" in one for one in told)


def test_only_what_was_in_the_way_is_in_the_way_no_longer() -> None:
    chat = opened()
    assert kinds(chat, "", ARCHIVED) == []
    kinds(chat, ARCHIVED)
    assert kinds(chat, "", OUTSIDE) == []
    assert kinds(chat, "", OUTSIDE, ARCHIVED) == [events.Unhindered]
    assert kinds(chat, "", ARCHIVED) == []


def test_what_becomes_of_other_rooms_and_after_the_end_is_no_news() -> None:
    chat = opened()
    assert kinds(chat, ARCHIVED, room=Room("slack", "C7")) == []
    chat.passes("90h")
    assert kinds(chat, ARCHIVED) == []


def test_a_file_that_is_lacking_is_told_with_its_room_and_privately_without() -> None:
    chat = opened()
    for action, where in (
        (Post(CHANNEL, PostKind.CLOSING, ("Closed.",)), " in slack:C9: "),
        (Tell(privately("slack"), ("U1",), "", ("It is over.",)), ": "),
    ):
        chat.actions = []
        why = "chat.png could not be sent: there is no room left."
        delivered = signals.Delivered(chat.now, "k/2/0", action, "m", lacking=why)
        assert [type(event) for event in chat.take(delivered)] == [events.SentWithout]
        (tell,) = chat.actions
        assert isinstance(tell, Tell)
        assert plain(tell.words).startswith(f"Urology Journal Club{where}{why}")
        assert plain(tell.words).endswith("The organizers' pages have it.")
