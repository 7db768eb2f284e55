"""Whoever asked is told what became of it, and what keeps it from being seen."""

from __future__ import annotations

import pytest

from bot.engine import commands, replies, signals, wording
from bot.engine.actions import Post, PostKind, Words
from bot.engine.agenda import Room
from tests.engine.script import Script, agenda

CHANNEL, OTHER = Room("discord", "9"), Room("discord", "8")
WHY = "the permission Send Messages is missing."


def text(words: Words) -> str:
    return "".join(piece if isinstance(piece, str) else "<time>" for piece in words)


def on_discord(*after: str, rooms: tuple[Room, ...] = (CHANNEL,), **fields: object) -> Script:
    """Return a chat on Discord that has just opened."""
    chat = Script(agenda(*after, rooms=rooms, **fields))  # type: ignore[arg-type]
    chat.passes("24h")
    return chat


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("next", "T2 is posted. Next: T3, <time>. The chat closes <time>."),
        ("skip", "T2 is left out. Next: T3, <time>. The chat closes <time>."),
        (
            "pause",
            (
                "Paused: the next topic waits until a moderator types /chat resume. "
                "The chat closes <time>."
            ),
        ),
        ("extend 2h", "Next: T2, <time>. The chat closes <time>."),
        ("topic More?", "T4 is added. It comes <time>, or with /chat next."),
        ("close", "Urology Journal Club is closed. The closing post and transcript follow."),
        ("place 17 T1", "Message 17 now stands under T1."),
        ("place 17 none", "Message 17 now stands under no topic."),
        (
            "withdraw",
            (
                "What you said in Urology Journal Club (urojc-2026-12-07) until now is out of the "
                "transcript, and Rounds has deleted its text. What you write from now on counts "
                "again."
            ),
        ),
    ],
)
def test_who_asks_is_told_what_became_of_it(command: str, answer: str) -> None:
    chat = Script(agenda("0m", "6h", "12h"))
    chat.passes("25h")
    happened = chat.asks(command)
    ask = commands.parse(command)[1]
    assert isinstance(ask, commands.Change)
    assert text(replies.done(chat.it, ask, happened)) == answer


def test_who_withdraws_on_discord_is_told_that_others_still_see_it() -> None:
    chat = on_discord("0m", "6h")
    told = text(replies.done(chat.it, commands.Withdraw(), chat.asks("withdraw")))
    assert "until you delete them there. What you write from now on counts again." in told


def test_before_the_opening_nobody_is_told_that_their_words_were_taken_out() -> None:
    chat = Script(agenda("0m", "6h"))
    told = text(replies.done(chat.it, commands.Withdraw(), chat.asks("withdraw")))
    assert told == (
        "Urology Journal Club (urojc-2026-12-07) has not opened yet. If you wrote for it early, "
        "that is withdrawn."
    )


def test_an_added_topic_says_that_it_waits_for_the_pause_to_end() -> None:
    chat = Script(agenda("0m", "6h"))
    chat.passes("25h")
    chat.asks("pause")
    happened = chat.asks("topic More?")
    told = text(replies.done(chat.it, commands.AddTopic("More?"), happened))
    assert told == "T3 is added. It comes once the chat is resumed <time>, or with /chat next."


def test_who_changes_a_chat_is_told_which_rooms_refuse() -> None:
    chat = on_discord("0m", "6h", "12h", rooms=(CHANNEL, OTHER))
    for room in (CHANNEL, OTHER):
        chat.take(signals.Hindered(chat.now, "k", Post(room, PostKind.NOTICE, ("x",)), WHY))
    refusals = (
        f"\nNothing can be posted in discord:9: {WHY}\nNothing can be posted in discord:8: {WHY}"
    )
    assert wording.plain(wording.refusals(chat.it)) == refusals
    for command in ("next", "extend 1h", "pause", "topic Why?", "close"):
        ask = commands.parse(command)[1]
        assert isinstance(ask, commands.Change)
        happened = chat.asks(command)
        told = wording.plain(replies.done(chat.it, ask, happened))
        assert told.endswith(f".{refusals}"), command
        assert told.startswith("T2 is posted where it can be. Next: T3") == (command == "next")
    for quiet in (commands.Place("17", (1,)), commands.Withdraw()):
        assert "Nothing can be posted" not in wording.plain(replies.done(chat.it, quiet, []))
