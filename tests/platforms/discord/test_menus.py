"""What people do from a message's menu: place it under a topic, withdraw it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.platforms.answering import PLACE, WITHDRAW
from tests.discord.commands import NotOffered
from tests.discord.interactions import Answer, parts
from tests.discord.messages import Message
from tests.discord.people import Member
from tests.platforms.asked import Club, club, online


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[Club]:
    """Give the club with its bot, its chat running."""
    async with club(tmp_path) as found, online(found.server, found.door):
        await found.start()
        yield found


async def opened(member: Member, name: str, message: Message) -> Answer:
    """Let somebody choose from a message's menu; return the whole answer."""
    return await (await member.menu(name, message)).done()


async def chosen(at: Club, answer: Answer, *topics: str) -> str:
    """Let somebody choose topics; return what then stands there."""
    before = answer.text
    await answer.choose(*topics)
    await at.server.until(lambda: answer.text != before)
    return answer.text


def offered(answer: Answer) -> list[str]:
    (menu,) = (one for one in parts(answer.components) if one["type"] == 3)
    return [one["label"] for one in menu["options"]]


async def placed(at: Club, message: Message) -> tuple[int, ...]:
    return (await at.at.message(at.room, str(message.id))).topics


# ---------------------------------------------------------------- place


async def test_a_moderator_places_a_message_under_one_topic_or_several(at: Club) -> None:
    said = await at.say(at.ann, "#urojc hello")
    answer = await opened(at.henry, PLACE, said)
    assert (answer.deferred, answer.ephemeral) == (True, True)
    assert answer.text == "Under which topic does this message stand? Several may be chosen."
    assert offered(answer) == [
        "T1: What question did the authors try to answer?",
        "T2: Is the comparison group the right one?",
        "T3: Would this change your practice?",
        "no topic",
    ]
    assert await chosen(at, answer, "T3", "T1") == f"Message {said.id} now stands under T1, T3."
    assert await placed(at, said) == (1, 3)
    assert answer.components == []
    assert at.channel.messages == [said]


async def test_a_message_can_be_placed_under_no_topic(at: Club) -> None:
    said = await at.say(at.ann, "T1: yes #urojc")
    assert await placed(at, said) == (1,)
    answer = await opened(at.henry, PLACE, said)
    assert "now stands under no topic" in await chosen(at, answer, "no topic")
    assert await placed(at, said) == ()


async def test_topics_and_no_topic_are_not_chosen_together_and_one_may_choose_again(
    at: Club,
) -> None:
    said = await at.say(at.ann, "T1: yes #urojc")
    answer = await opened(at.henry, PLACE, said)
    assert await chosen(at, answer, "T2", "no topic") == "Choose topics, or no topic; not both."
    assert await placed(at, said) == (1,)
    assert "under T2" in await chosen(at, answer, "T2")
    assert await placed(at, said) == (2,)


async def test_of_many_topics_the_latest_are_offered_and_the_command_for_the_others(
    at: Club,
) -> None:
    for number in range(4, 29):
        await at.ask(at.henry, "topic", text=f"Question {number} " + "and so on " * 15)
    said = await at.say(at.ann, "#urojc hello")
    answer = await opened(at.henry, PLACE, said)
    labels = offered(answer)
    assert len(labels) == 25
    assert labels[0].startswith("T5: Question 5")
    assert labels[-2].startswith("T28: Question 28")
    assert labels[-1] == "no topic"
    assert f"For an earlier one: /chat place message:{said.id} topics:T1" in answer.text
    assert "under T28" in await chosen(at, answer, "T28")


async def test_what_belongs_to_no_chat_is_placed_nowhere(at: Club) -> None:
    said = await at.ann.say(at.channel, "lunch?")
    answer = await opened(at.henry, PLACE, said)
    assert answer.text == "This message belongs to no chat, so it can stand under no topic."
    assert answer.components == []


async def test_only_moderators_place(at: Club) -> None:
    said = await at.say(at.ann, "#urojc hello")
    for member in (at.ann, at.sam):
        answer = await opened(member, PLACE, said)
        assert answer.text.startswith("/chat place is for the moderators of this chat.")
        assert answer.components == []
        assert answer.ephemeral


async def test_who_moderates_no_longer_when_choosing_is_refused(at: Club) -> None:
    said = await at.say(at.ann, "#urojc hello")
    answer = await opened(at.henry, PLACE, said)
    at.henry.take(at.henry.roles[0])
    assert "for the moderators" in await chosen(at, answer, "T3")
    assert await placed(at, said) == (1,)


async def test_the_menu_of_topics_works_after_a_restart_of_the_bot(tmp_path: Path) -> None:
    async with club(tmp_path) as at:
        async with online(at.server, at.door):
            await at.start()
            said = await at.say(at.ann, "#urojc hello")
            answer = await opened(at.henry, PLACE, said)
        async with online(at.server, at.door):
            assert "under T3" in await chosen(at, answer, "T3")
            assert await placed(at, said) == (3,)


async def test_a_message_in_a_thread_is_placed_there(at: Club) -> None:
    opening = await at.say(at.henry, "#urojc welcome")
    thread = await at.henry.start_thread(opening, "Journal club")
    await at.open_thread(thread)
    said = await at.say(at.ann, "hello", thread=thread)
    answer = await opened(at.henry, PLACE, said)
    assert "under T2" in await chosen(at, answer, "T2")
    assert await placed(at, said) == (2,)


# ---------------------------------------------------------------- withdraw


async def test_ones_own_message_is_withdrawn(at: Club) -> None:
    said = await at.say(at.ann, "T1: the postman #urojc")
    other = await at.say(at.ann, "T1: stays #urojc")
    answer = await opened(at.ann, WITHDRAW, said)
    assert answer.ephemeral
    assert "out of the transcript" in answer.text
    gone = await at.at.message(at.room, str(said.id))
    assert (gone.withdrawn, gone.text) == (True, "")
    assert not (await at.at.message(at.room, str(other.id))).withdrawn


async def test_nobody_withdraws_what_others_said(at: Club) -> None:
    said = await at.say(at.ann, "T1: mine #urojc")
    answer = await opened(at.henry, WITHDRAW, said)
    assert answer.text.startswith("Only your own messages")
    assert not (await at.at.message(at.room, str(said.id))).withdrawn


async def test_the_menus_are_there_for_everybody_who_may_use_commands(at: Club) -> None:
    said = await at.say(at.ann, "#urojc hello")
    await opened(at.ann, WITHDRAW, said)
    with pytest.raises(NotOffered):
        await at.ann.menu("Report", said)
