"""What people do from a message's menu on Slack: place it under a topic, withdraw it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.platforms.answering import BOTH, FAILED, PLACE, WITHDRAW
from bot.platforms.slack.shortcuts import (
    MOST,
    UNOPENED,
    WAITING,
    window,
)
from tests.platforms.slack_asked import MODES, Club, club, online
from tests.slack.answers import Answer
from tests.slack.messages import Message
from tests.slack.people import Person
from tests.slack.views import View


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[Club]:
    """Give the club with its app, its chat running."""
    async with club(tmp_path) as found, online(found):
        await found.start()
        yield found


async def offered(at: Club, person: Person, message: Message) -> View:
    """Let somebody choose to place a message; return the window when it is filled."""
    answer = await person.shortcut(PLACE, message)
    view = await (await answer.acked()).opened()
    await at.until(lambda: view.words != WAITING)
    return view


async def sent(person: Person, view: View, *topics: str) -> Answer:
    """Let somebody choose topics in the window and send it."""
    return await (await person.submit(view, {"Topics": topics})).acked()


async def told(answer: Answer) -> str:
    """Return what the person alone is told who did it."""
    (shown,) = await answer.heard_privately()
    return shown.text


def options(view: View) -> list[str]:
    (menu,) = (block["element"] for block in view.blocks if block["type"] == "input")
    return [one["text"]["text"] for one in menu["options"]]


async def placed(at: Club, message: Message) -> tuple[int, ...]:
    return (await at.row(message)).topics


# ---------------------------------------------------------------- place


@pytest.mark.parametrize("mode", MODES)
async def test_a_moderator_places_a_message_under_one_topic_or_several(
    tmp_path: Path, mode: str
) -> None:
    async with club(tmp_path) as at, online(at, mode):
        await at.start()
        said = await at.say(at.ann, "hello")
        posted = at.channel.texts
        view = await offered(at, at.henry, said)
        assert view.title == "Place under a topic"
        assert view.words.startswith(
            "Under which topic does this message stand? Several may be chosen."
        )
        assert options(view) == [
            "T1: What question did the authors try to answer?",
            "T2: Is the comparison group the right one?",
            "T3: Would this change your practice?",
            "no topic",
        ]
        answer = await sent(at.henry, view, "T3", "T1")
        assert view.closed
        assert await told(answer) == f"Message {said.ts} now stands under T1, T3."
        assert await placed(at, said) == (1, 3)
        assert at.channel.texts == posted
        assert at.ann.ephemerals == []


async def test_a_message_can_be_placed_under_no_topic(at: Club) -> None:
    said = await at.say(at.ann, "T1: yes")
    assert await placed(at, said) == (1,)
    view = await offered(at, at.henry, said)
    assert "now stands under no topic" in await told(await sent(at.henry, view, "no topic"))
    assert await placed(at, said) == ()


async def test_topics_and_no_topic_are_not_chosen_together_and_one_may_choose_again(
    at: Club,
) -> None:
    said = await at.say(at.ann, "T1: yes")
    view = await offered(at, at.henry, said)
    answer = await sent(at.henry, view, "T2", "no topic")
    assert answer.errors == {"topics": BOTH}
    assert not view.closed
    assert await placed(at, said) == (1,)
    assert "under T2" in await told(await sent(at.henry, view, "T2"))
    assert await placed(at, said) == (2,)


async def test_of_many_topics_the_latest_are_offered_and_the_command_for_the_others(
    at: Club,
) -> None:
    for number in range(4, MOST + 3):
        question = f"topic Question {number} " + "and so on " * 15
        assert "is added" in await at.told(at.henry, question)
    said = await at.say(at.ann, "hello")
    view = await offered(at, at.henry, said)
    labels = options(view)
    assert len(labels) == 100
    assert labels[0].startswith("T3: ")
    assert labels[-2].startswith(f"T{MOST + 2}: Question")
    assert labels[-1] == "no topic"
    assert f"For an earlier one: /chat place {said.ts} T1" in view.words
    assert f"under T{MOST + 2}" in await told(await sent(at.henry, view, f"T{MOST + 2}"))


async def test_what_belongs_to_no_chat_is_placed_nowhere(at: Club) -> None:
    said = await at.ann.say(at.channel, "lunch?")
    view = await offered(at, at.henry, said)
    assert view.words == "This message belongs to no chat, so it can stand under no topic."
    assert not view.body.get("submit")


async def test_only_moderators_place(at: Club) -> None:
    said = await at.say(at.ann, "hello")
    for person in (at.ann, at.sam):
        view = await offered(at, person, said)
        assert view.words.startswith("/chat place is for the moderators of this chat.")
        assert not view.body.get("submit")


async def test_who_moderates_no_longer_when_choosing_is_refused(at: Club) -> None:
    said = await at.say(at.ann, "hello")
    view = await offered(at, at.henry, said)
    at.forget_moderators()
    assert "for the moderators" in await told(await sent(at.henry, view, "T3"))
    assert await placed(at, said) == (1,)


async def test_the_window_can_be_sent_after_a_restart_of_the_app(tmp_path: Path) -> None:
    async with club(tmp_path) as at:
        async with online(at):
            await at.start()
            said = await at.say(at.ann, "hello")
            view = await offered(at, at.henry, said)
        async with online(at):
            assert "under T3" in await told(await sent(at.henry, view, "T3"))
            assert await placed(at, said) == (3,)


async def test_a_message_in_a_thread_is_placed_and_answered_there(at: Club) -> None:
    topic = await at.post_topic(1, 3)
    await at.ask(at.henry, "next")
    said = await at.say(at.ann, "hello", topic)
    assert await placed(at, said) == (1,)
    view = await offered(at, at.henry, said)
    answer = await sent(at.henry, view, "T2")
    (shown,) = await answer.heard_privately()
    assert "under T2" in shown.text
    assert shown.thread_ts == topic.ts
    assert await placed(at, said) == (2,)


async def test_what_begins_a_thread_is_answered_in_the_channel(at: Club) -> None:
    said = await at.say(at.ann, "hello")
    await at.henry.say(at.channel, "why?", thread=said)
    answer = await at.ann.shortcut(WITHDRAW, said)
    (shown,) = await answer.heard_privately()
    assert shown.thread_ts is None
    assert "out of the transcript" in shown.text


# ---------------------------------------------------------------- place: what goes wrong


async def test_the_window_is_opened_before_it_is_known_who_asks(at: Club) -> None:
    """What opens a window holds for three seconds; Slack may need longer to say who somebody is."""
    said = await at.say(at.ann, "hello")
    at.server.faults.hang("users.info", 0.5)
    answer = await at.sam.shortcut(PLACE, said)
    view = await (await answer.acked()).opened()
    assert view.words == WAITING
    assert not view.body.get("submit")
    await at.until(lambda: view.words != WAITING)
    assert "for the moderators" in view.words


async def test_a_window_that_does_not_open_in_time_is_told_of(
    at: Club, caplog: pytest.LogCaptureFixture
) -> None:
    said = await at.say(at.ann, "hello")
    at.server.faults.refuse("views.open", "expired_trigger_id")
    answer = await at.henry.shortcut(PLACE, said)
    assert await told(answer) == UNOPENED
    assert "for Slack says: expired_trigger_id" in caplog.text


async def test_whoever_closes_the_window_before_the_topics_come_is_told_nothing(
    at: Club, caplog: pytest.LogCaptureFixture
) -> None:
    said = await at.say(at.ann, "hello")
    at.server.faults.hang("views.update", 0.2)
    answer = await at.henry.shortcut(PLACE, said)
    await at.henry.dismiss(await answer.opened())
    await at.until(lambda: [one for one in at.server.calls("views.update") if one.status])
    assert await at.told(at.henry, "status")
    assert [one.text for one in answer.told if one.text == UNOPENED] == []
    assert [one for one in caplog.records if one.levelname == "ERROR"] == []


async def test_a_house_that_fails_says_so_in_the_window(
    at: Club, caplog: pytest.LogCaptureFixture
) -> None:
    said = await at.say(at.ann, "the postman")
    async with at.at.store.writing() as tables:
        await tables.connection.run("ALTER TABLE messages RENAME TO gone")
    view = await offered(at, at.henry, said)
    assert view.words == FAILED
    assert "Place under a topic on Slack failed: OperationalError" in caplog.text
    assert "postman" not in caplog.text


# ---------------------------------------------------------------- withdraw


@pytest.mark.parametrize("mode", MODES)
async def test_ones_own_message_is_withdrawn(tmp_path: Path, mode: str) -> None:
    async with club(tmp_path) as at, online(at, mode):
        await at.start()
        said = await at.say(at.ann, "T1: the postman")
        other = await at.say(at.ann, "T1: stays")
        answer = await (await at.ann.shortcut(WITHDRAW, said)).acked()
        assert "out of the transcript" in await told(answer)
        gone = await at.row(said)
        assert (gone.withdrawn, gone.text) == (True, "")
        assert not (await at.row(other)).withdrawn


async def test_nobody_withdraws_what_others_said(at: Club) -> None:
    said = await at.say(at.ann, "T1: mine")
    answer = await at.henry.shortcut(WITHDRAW, said)
    assert (await told(answer)).startswith("Only your own messages")
    assert not (await at.row(said)).withdrawn


async def test_what_the_bot_said_is_nobodys_to_withdraw(at: Club) -> None:
    answer = await at.henry.shortcut(WITHDRAW, at.channel.messages[0])
    assert (await told(answer)).startswith("Only your own messages")


async def test_a_reply_in_a_thread_is_withdrawn_and_the_answer_stands_there(at: Club) -> None:
    topic = await at.post_topic(1, 3)
    said = await at.say(at.ann, "the postman", topic)
    answer = await at.ann.shortcut(WITHDRAW, said)
    (shown,) = await answer.heard_privately()
    assert shown.thread_ts == topic.ts
    assert (await at.row(said)).text == ""


async def test_where_a_thread_takes_no_answer_it_comes_to_the_channel(at: Club) -> None:
    topic = await at.post_topic(1, 3)
    said = await at.say(at.ann, "the postman", topic)
    at.server.faults.refuse("chat.postEphemeral", "not_in_channel")
    answer = await (await at.ann.shortcut(WITHDRAW, said)).done()
    assert "out of the transcript" in answer.text


# ---------------------------------------------------------------- windows


def test_a_window_holds_no_more_than_slack_takes() -> None:
    view = window("x" * 5000, PLACE)
    (section,) = view["blocks"]
    assert len(section["text"]["text"]) == 3000
    assert len(view["title"]["text"]) <= 24
    assert len(WITHDRAW) <= 24


async def test_what_a_window_keeps_names_the_message_and_no_words(at: Club) -> None:
    said = await at.say(at.ann, "the postman")
    view = await offered(at, at.henry, said)
    kept: dict[str, Any] = json.loads(view.body["private_metadata"])
    assert set(kept) == {"channel", "message", "thread", "url"}
    assert "postman" not in view.body["private_metadata"]
