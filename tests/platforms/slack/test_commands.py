"""`/chat` as people type it on Slack, from the first letter to the answer."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.engine.buttons import CHECK_IN
from bot.engine.commands import COMMANDS, FORMATS, parse
from bot.engine.errors import Refused
from bot.engine.state import Stage
from bot.platforms.slack.commands import ELSEWHERE, NO_ACTION, NO_COMMAND, typed
from bot.platforms.slack.manifest import PLACE
from tests.platforms.slack_asked import CHAT, MODES, Club, club, online
from tests.slack.application import Shortcut

ARGUMENTS = {
    "start": "urojc",
    "topic": "What would you do next?",
    "extend": "2h",
    "place": "17.000000 T3",
    "hold": "17.000000",
    "clear": "17.000000",
    "remove": "17.000000",
    "mute": "Ann 30m",
    "slow": "10s",
    "forget": "me",
}
"""What is typed after the commands that need something."""


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[Club]:
    """Give the club with its app."""
    async with club(tmp_path) as found, online(found):
        yield found


# ---------------------------------------------------------------- what is answered


@pytest.mark.parametrize("mode", MODES)
async def test_whatever_is_asked_by_whom_is_answered_to_them_alone(
    tmp_path: Path, mode: str
) -> None:
    async with club(tmp_path) as at, online(at, mode):
        await at.start()
        posted = at.channel.texts
        for row in COMMANDS:
            if row.name == CHECK_IN:
                continue  # a window is its answer: tests/platforms/slack/test_forms.py
            for person in (at.henry, at.ann):
                typed_text = f"{row.name} {ARGUMENTS.get(row.name, '')}".strip()
                answer = await at.ask(person, typed_text)
                (shown,) = answer.ephemerals
                assert shown.user is person
                assert shown.text, row.name
                assert answer.acknowledgement is None, "nothing is said before it is known"
                for_moderators = f"/chat {row.name} is for the moderators" in shown.text
                assert for_moderators == (person is at.ann and not row.everybody), row.name
        assert at.channel.texts == posted


async def test_a_chat_is_held_by_commands_from_its_start_to_its_end(at: Club) -> None:
    told = await at.told(at.henry, "start urojc")
    assert told.startswith(
        f"International Urology Journal Club is open as {CHAT}. Next: T2, <!date^"
    )
    assert "<!date^1796608800^" in told
    assert (await at.told(at.henry, "next")).startswith("T2 is posted.")
    before = (await at.at.chat(CHAT)).closes_at
    await at.ask(at.henry, "extend 1h 30m")
    assert (await at.at.chat(CHAT)).closes_at == before + timedelta(minutes=90)
    assert "is closed" in await at.told(at.henry, "close")
    assert (await at.at.chat(CHAT)).stage is Stage.CLOSED


async def test_the_command_alone_shows_what_can_be_asked_with_an_example_of_each(
    at: Club,
) -> None:
    for text in ("", "help", "  HELP "):
        told = await at.told(at.henry, text)
        assert [line.partition(" — ")[0] for line in told.splitlines()] == [
            f"/chat {row.example}" for row in COMMANDS
        ]
    told = await at.told(at.ann, "")
    assert told.splitlines() == [
        f"/chat {row.example} — {row.help}" for row in COMMANDS if row.everybody
    ]


async def test_a_refusal_says_what_to_do(at: Club) -> None:
    assert "There is no /chat strat. Did you mean /chat start?" in await at.told(at.henry, "strat")
    assert "Did you mean urojc?" in await at.told(at.henry, "start uroj")
    await at.start()
    assert "is not a length of time. Write it like 30m" in await at.told(at.henry, "extend soon")
    assert "End it with /chat close" in await at.told(at.henry, "start urojc")
    assert "No chat is held in this room yet" in await at.told(at.sam, "next", at.other)


async def test_direct_messages_are_no_room(at: Club) -> None:
    await at.start()
    direct = at.server.workspace.conversation(at.henry)
    assert "No chat is held here" in await at.told(at.henry, "status", direct)
    assert "/chat catchup" in await at.told(at.henry, "help", direct)
    assert "open as" not in await at.told(at.henry, "start meded", direct)


async def test_the_app_does_not_ask_slack_who_it_is_before_it_answers(at: Club) -> None:
    at.server.faults.refuse("auth.test", "internal_error", 9)
    assert "/chat catchup" in await at.told(at.henry, "help")
    assert len(at.server.calls("auth.test")) == 1


# ---------------------------------------------------------------- text


async def test_a_topic_is_posted_as_it_was_typed(at: Club) -> None:
    await at.start()
    sent = "Is p &lt; 0.05 &amp; n &gt; 30 enough?\n*Why* is it, <@U123ABC|maria>?"
    assert "T4 is added" in await at.told(at.henry, f"topic {sent}")
    ask = (await at.at.chat(CHAT)).topics[3].ask
    assert ask == "Is p < 0.05 & n > 30 enough?\n*Why* is it, <@U123ABC|maria>?"
    assert "Write the question" in await at.told(at.henry, "topic")


def test_a_link_to_a_message_is_read_as_its_id() -> None:
    link = "https://urology.slack.com/archives/C1/p1796608800000100"
    assert typed(f"place {link} T3", "C1") == "place 1796608800.000100 T3"
    assert typed(f"Place  <{link}?thread_ts=1796608700.000100&amp;cid=C1>\nT3, T4", "C1") == (
        "Place  1796608800.000100\nT3, T4"
    )
    assert typed(f"place {link}", "C1") == "place 1796608800.000100"
    assert typed(f"topic {link} and why?", "C1") == f"topic {link} and why?"
    assert typed("place 1796608800.000100 T3", "C1") == "place 1796608800.000100 T3"
    with pytest.raises(Refused, match="another channel"):
        typed(f"place {link} T3", "C2")


async def test_a_message_is_placed_by_its_link_or_its_id(at: Club) -> None:
    await at.start()
    said = await at.say(at.ann, "hello")
    link = f"{at.server.workspace.url}archives/{at.channel.id}/p{said.ts.replace('.', '')}"
    for named, topics, placed in (
        (link, "T2", (2,)),
        (said.ts, "T1, T3", (1, 3)),
        (link, "none", ()),
    ):
        await at.ask(at.henry, f"place {named} {topics}")
        assert (await at.row(said)).topics == placed
    assert await at.told(at.sam, f"place {link} T1", at.other) == ELSEWHERE
    assert "There is no message 17.000000" in await at.told(at.henry, "place 17.000000 T1")


# ---------------------------------------------------------------- who asks, and where


async def test_the_channels_maker_moderates_where_nobody_is_named(at: Club) -> None:
    """Meded names no moderators for Slack, urojc names a user group."""
    assert "is open as meded" in await at.told(at.sam, "start meded", at.other)
    assert "for the moderators" in await at.told(at.sam, "start urojc")
    assert "for the moderators" in await at.told(at.sam, "link")
    assert "for the moderators" in await at.told(at.henry, "next", at.other)


async def test_whoever_moderates_starts_a_chat_from_another_channel(at: Club) -> None:
    assert "is open as" in await at.told(at.henry, "start urojc", at.other)
    assert (await at.at.chat(CHAT)).agenda.rooms == (at.room,)


# ---------------------------------------------------------------- transcripts


async def test_a_transcript_comes_as_a_file_by_direct_message(at: Club) -> None:
    await at.start()
    await at.say(at.ann, "T1: the control group")
    for chosen in FORMATS:
        told = await at.told(at.henry, f"transcript {chosen}")
        assert told == (
            "Organizers’ edition of the transcript of International Urology Journal Club, as it "
            "stands now.\n"
            f"{CHAT}.{chosen} was sent to you by direct message."
        )
        message = at.henry.inbox[-1]
        (file,) = message.files
        assert file.name == f"{CHAT}.{chosen}"
        assert b"the control group" in file.content
        assert message.text.startswith("Organizers’ edition of the transcript of International")
    assert len(at.henry.inbox) == len(FORMATS)
    assert not any(message.files for message in at.channel.messages)


async def test_a_chats_transcript_is_asked_for_by_its_id_from_elsewhere(at: Club) -> None:
    await at.start()
    await at.ask(at.henry, f"transcript md {CHAT}", at.other)
    assert [file.name for file in at.henry.inbox[-1].files] == [f"{CHAT}.md"]
    told = await at.told(at.ann, f"transcript {CHAT}", at.other)
    assert told.startswith(f"There is no chat {CHAT} that you moderate.")
    assert at.ann.inbox == []


# ---------------------------------------------------------------- what nobody knows


async def test_a_command_of_another_name_is_acknowledged_with_a_sentence(at: Club) -> None:
    at.server.workspace.application.commands.add("/rounds")
    answer = await (await at.henry.command(at.channel, "/rounds", "start urojc")).acked()
    assert (answer.text, answer.messages) == (NO_COMMAND, [])


async def test_a_shortcut_of_another_time_is_acknowledged_with_a_sentence(at: Club) -> None:
    at.server.workspace.application.shortcuts.append(Shortcut("thank", "Thank"))
    said = await at.ann.say(at.channel, "hello")
    answer = await at.henry.shortcut("thank", said)
    await answer.acked()
    assert (await answer.done()).text == NO_ACTION


async def test_what_is_chosen_everywhere_is_answered_in_a_window(at: Club) -> None:
    at.server.workspace.application.shortcuts.append(Shortcut("thank", "Thank", "global"))
    answer = await (await at.henry.shortcut("thank")).acked()
    assert (await answer.opened()).words == NO_ACTION


async def test_a_button_of_another_time_is_acknowledged_with_a_sentence(at: Club) -> None:
    button = {"type": "button", "action_id": "dance", "text": {"type": "plain_text", "text": "Go"}}
    client = AsyncWebClient(at.server.workspace.application.bot_token, at.server.api)
    blocks = [{"type": "actions", "elements": [button]}]
    await client.chat_postMessage(channel=at.channel.id, text="Dance?", blocks=blocks)
    answer = await (await at.henry.press(at.channel.messages[-1], "Go")).acked()
    assert (await answer.done()).text == NO_ACTION
    await client.views_publish(user_id=at.ann.id, view={"type": "home", "blocks": blocks})
    assert at.ann.home is not None
    answer = await (await at.ann.press(at.ann.home, "Go")).acked()
    assert (await answer.opened()).words == NO_ACTION


async def test_a_form_of_another_time_is_acknowledged_with_a_sentence(at: Club) -> None:
    await at.start()
    said = await at.say(at.ann, "hello")
    view = await (await at.henry.shortcut(PLACE, said)).opened()
    await at.until(lambda: view.callback_id == PLACE)
    view.body["callback_id"] = "form_of_last_year"
    await (await at.henry.submit(view, {"Topics": ["T1"]})).acked()
    assert (view.words, view.closed) == (NO_ACTION, False)


# ---------------------------------------------------------------- the page that tells of them

PAGE = Path(__file__).resolve().parents[3] / "docs" / "operating.md"


def written() -> dict[str, tuple[str, str]]:
    """Return what the page's table says of each command: what it does, and who may."""
    part = re.search(r"<!-- slack-commands -->(.*?)<!-- /", PAGE.read_text("utf-8"), re.DOTALL)
    assert part
    rows = re.findall(r"^\| `(/chat [^|]*)` \| ([^|]*) \| ([^|]*) \|$", part[1], re.MULTILINE)
    return {command: (does, who) for command, does, who in rows}


def test_the_page_tells_of_every_command_with_an_example_and_who_may() -> None:
    assert written() == {
        f"/chat {row.example}": (row.help, "everybody" if row.everybody else "moderators")
        for row in COMMANDS
    }


def test_every_example_of_the_page_can_be_read() -> None:
    for command in written():
        example = typed(command.removeprefix("/chat "), "C1")
        assert parse(example)[0].example == example


@pytest.mark.parametrize("command", ["place", "hold", "clear", "remove"])
def test_a_messages_link_stands_for_it_behind_every_command_about_one(command: str) -> None:
    link = "https://club.slack.com/archives/C1/p1796608800123456"
    assert typed(f"{command} {link}", "C1") == f"{command} 1796608800.123456"
    with pytest.raises(Refused, match="another channel"):
        typed(f"{command} {link}", "C2")
