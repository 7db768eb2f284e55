"""`/chat` as people type it on Discord, from the first letter to the answer."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.engine.buttons import CHECK_IN
from bot.engine.commands import FORMATS, Command, parse
from bot.engine.state import Stage
from bot.platforms.discord.commands import OPTIONS, OUTDATED, SUBCOMMANDS, message_id, options_of
from tests.discord.basics import JSON
from tests.discord.commands import NotOffered
from tests.platforms.asked import CHAT, Club, club, online

ROWS = {row.name: row for row in SUBCOMMANDS}

ASKED: dict[str, JSON] = {
    "start": {"series": "urojc"},
    "topic": {"text": "What would you do next?"},
    "extend": {"by": "2h"},
    "place": {"message": "17", "topics": "T3"},
    "hold": {"message": "17"},
    "clear": {"message": "17"},
    "mute": {"person": "<@7>", "length": "30m"},
    "slow": {"every": "10s"},
    "forget": {"me": "me"},
}
"""What is typed in the options that must be given."""


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[Club]:
    """Give the club with its bot."""
    async with club(tmp_path) as found, online(found.server, found.door):
        yield found


def registered(at: Club) -> dict[str, JSON]:
    """Return the subcommands of /chat as Discord has them."""
    (chat,) = (one for one in at.server.world.application.commands[None] if one["name"] == "chat")
    return {one["name"]: one for one in chat["options"]}


# ---------------------------------------------------------------- what there is


async def test_every_row_of_the_table_is_a_subcommand_with_its_help(at: Club) -> None:
    found = registered(at)
    assert list(found) == [row.name for row in SUBCOMMANDS]
    for row in SUBCOMMANDS:
        assert found[row.name]["description"].lower() == row.help.lower()
        assert bool(found[row.name]["options"]) == bool(row.argument)


async def test_everybody_finds_the_commands_in_a_server_and_nowhere_else(at: Club) -> None:
    for one in at.server.world.application.commands[None]:
        assert one["default_member_permissions"] is None
        assert (one["contexts"], one["integration_types"]) == ([0], [0])
    with pytest.raises(NotOffered):
        await at.ann.command(at.server.world.conversation(at.ann.user), "chat commands")


def test_options_stand_for_rows_with_an_argument_and_fit_into_discord() -> None:
    for name, options in OPTIONS.items():
        assert ROWS[name].argument
        assert all(len(option.help) <= 100 for option in options)
    assert all(len(row.help) <= 100 for row in SUBCOMMANDS)


def test_a_new_row_of_the_table_needs_no_line_on_discord() -> None:
    def row(argument: str) -> Command:
        return Command("thank", argument, "thank somebody", "thank Ann", True, ROWS["help"].read)

    (needed,) = options_of(row("NAME"))
    assert (needed.name, needed.help, needed.required) == ("name", "thank somebody", True)
    (free,) = options_of(row("[NAME]"))
    assert not free.required
    assert options_of(row("")) == ()


# ---------------------------------------------------------------- what is answered


async def test_whatever_is_asked_by_whom_is_answered_to_them_alone(at: Club) -> None:
    await at.start()
    for row in SUBCOMMANDS:
        if row.name == CHECK_IN:
            continue  # a form is its answer: tests/platforms/discord/test_forms.py
        for member in (at.henry, at.ann):
            answer = await at.ask(member, row.name, **ASKED.get(row.name, {}))
            assert answer.text, row.name
            assert answer.deferred
            assert answer.ephemeral
            for_moderators = f"/chat {row.name} is for the moderators" in answer.text
            assert for_moderators == (member is at.ann and not row.everybody), row.name
    assert at.channel.messages == []


async def test_a_chat_is_held_by_commands_from_its_start_to_its_end(at: Club) -> None:
    assert (await at.told(at.henry, "start", series="urojc")).startswith(
        f"International Urology Journal Club is open as {CHAT}. Next: T2, <t:1796608800:F>."
    )
    assert (await at.told(at.henry, "next")).startswith("T2 is posted.")
    before = (await at.at.chat(CHAT)).closes_at
    await at.ask(at.henry, "extend", by="1h 30m")
    assert (await at.at.chat(CHAT)).closes_at == before + timedelta(minutes=90)
    assert "is closed" in await at.told(at.henry, "close")
    assert (await at.at.chat(CHAT)).stage is Stage.CLOSED


async def test_a_topic_is_posted_as_it_was_typed(at: Club) -> None:
    await at.start()
    text = "  What next?\n\n 1. Wait\n 2. *Operate* \n"
    assert "T4 is added" in await at.told(at.henry, "topic", text=text)
    assert (await at.at.chat(CHAT)).topics[3].ask == text
    await at.ask(at.henry, "topic", text="x" * 1500)
    with pytest.raises(NotOffered):
        await at.henry.command(at.channel, "chat topic", text="x" * 1501)
    assert "Write the question" in await at.told(at.henry, "topic", text="  \n")


async def test_a_refusal_says_what_to_do(at: Club) -> None:
    await at.start()
    assert "is not a length of time. Write it like 30m" in await at.told(
        at.henry, "extend", by="soon"
    )
    assert "End it with /chat close" in await at.told(at.henry, "start", series="urojc")
    assert "No chat is held in this room yet" in (await at.ask(at.sam, "next", at.other)).text


async def test_a_transcript_comes_as_a_file_in_the_format_that_was_chosen(at: Club) -> None:
    await at.start()
    await at.say(at.ann, "#urojc T1: the control group")
    for chosen in FORMATS:
        (file,) = (await at.ask(at.henry, "transcript", format=chosen)).files
        assert file.name == f"{CHAT}.{chosen}"
        assert b"the control group" in file.content
    (file,) = (await at.ask(at.henry, "transcript")).files
    assert file.name == f"{CHAT}.html"


async def test_a_chats_transcript_is_asked_for_by_its_id_from_elsewhere(at: Club) -> None:
    await at.start()
    answer = await at.ask(at.henry, "transcript", at.other, format="md", chat=CHAT)
    assert [file.name for file in answer.files] == [f"{CHAT}.md"]
    answer = await at.ask(at.henry, "transcript", at.other, chat=CHAT)
    assert [file.name for file in answer.files] == [f"{CHAT}.html"]
    answer = await at.ask(at.ann, "transcript", at.other, chat=CHAT)
    assert answer.files == []
    assert answer.text.startswith(f"There is no chat {CHAT} that you moderate.")


# ---------------------------------------------------------------- who asks, and where


async def test_whoever_manages_threads_moderates_where_nobody_is_named(at: Club) -> None:
    """Meded names no moderators for Discord, urojc names a role."""
    assert (await at.ask(at.sam, "start", at.other, series="meded")).text.endswith(
        "The chat closes <t:1796760000:F>."
    )
    assert "for the moderators" in await at.told(at.sam, "start", series="urojc")
    assert "for the moderators" in (await at.ask(at.sam, "link")).text
    assert "for the moderators" in (await at.ask(at.henry, "next", at.other)).text


async def test_a_command_in_a_thread_is_about_its_chat_and_the_channel_it_hangs_in(
    at: Club,
) -> None:
    chat = await at.start()
    opening = await at.henry.say(at.channel, "an opening")
    thread = await at.henry.start_thread(opening, "Journal club")
    assert chat.stage is Stage.OPEN
    answer = await at.ask(at.henry, "status", thread)
    assert answer.text.startswith(f"International Urology Journal Club ({CHAT}) is open.")
    assert answer.ephemeral
    assert "for the moderators" in (await at.ask(at.ann, "status", thread)).text


async def test_a_message_is_placed_by_its_link_or_its_id(at: Club) -> None:
    await at.start()
    said = await at.say(at.ann, "#urojc hello")
    for named, topics, placed in (
        (said.link, "T2", (2,)),
        (str(said.id), "T1, T3", (1, 3)),
        (f" {said.id} ", "none", ()),
    ):
        await at.ask(at.henry, "place", message=named, topics=topics)
        assert (await at.at.message(at.room, str(said.id))).topics == placed
    assert "There is no message 17" in await at.told(at.henry, "place", message="17", topics="T1")


@pytest.mark.parametrize(
    ("named", "read"),
    [
        ("https://discord.com/channels/1/22/333", "333"),
        ("https://ptb.discord.com/channels/1/22/333/", "333"),
        ("https://discordapp.com/channels/1/22/333", "333"),
        ("333", "333"),
        ("https://example.org/channels/1/22/333", "https://example.org/channels/1/22/333"),
    ],
)
def test_a_link_to_a_message_is_read_as_its_id(named: str, read: str) -> None:
    assert message_id(named) == read


# ---------------------------------------------------------------- while one types


async def suggested(at: Club, member: Any, path: str, **typed: str) -> list[str]:
    choices = await member.autocomplete(at.channel, f"chat {path}", **typed)
    return [one["value"] for one in choices]


async def test_the_series_of_the_room_are_suggested_to_whoever_moderates_them(at: Club) -> None:
    assert await suggested(at, at.henry, "start", series="") == ["urojc"]
    assert await suggested(at, at.henry, "start", series="UROLOGY") == ["urojc"]
    assert await suggested(at, at.henry, "start", series="zzz") == []
    assert await suggested(at, at.ann, "start", series="") == []


async def test_chats_are_suggested_to_whoever_moderates_them(at: Club) -> None:
    await at.start()
    assert await suggested(at, at.henry, "transcript", chat="uro") == [CHAT]
    assert await suggested(at, at.ann, "transcript", chat="") == []


async def test_lengths_are_suggested_after_what_was_typed(at: Club) -> None:
    lengths = ["15m", "30m", "1h", "2h", "1d"]
    assert await suggested(at, at.henry, "extend", by="") == lengths
    assert await suggested(at, at.henry, "extend", by=" 45m") == ["45m", *lengths]
    assert await suggested(at, at.henry, "extend", by="2h") == ["2h", "15m", "30m", "1h", "1d"]


async def test_a_suggestion_that_comes_too_late_ends_nothing(
    at: Club, caplog: pytest.LogCaptureFixture
) -> None:
    at.server.faults.refuse("POST /interactions/*", 404, 10062, "Unknown interaction")
    with pytest.raises(AssertionError):
        await suggested(at, at.henry, "start", series="")
    assert await suggested(at, at.henry, "start", series="") == ["urojc"]
    assert [one for one in caplog.records if one.levelname != "INFO"] == []


# ---------------------------------------------------------------- commands that have changed


async def test_a_command_of_an_older_form_is_answered_with_what_to_do(at: Club) -> None:
    (chat,) = (one for one in at.server.world.application.commands[None] if one["name"] == "chat")
    chat["options"][-1] = {"type": 1, "name": "dance", "description": "gone", "options": []}
    start = next(one for one in chat["options"] if one["name"] == "start")
    start["options"] = []
    for path in ("dance", "start"):
        answer = await at.ask(at.henry, path)
        assert (answer.text, answer.ephemeral) == (OUTDATED, True)


# ---------------------------------------------------------------- the page that tells of them

PAGE = Path(__file__).resolve().parents[3] / "docs" / "operating.md"


def written() -> dict[str, tuple[str, str]]:
    """Return what the page's table says of each command: what it does, and who may."""
    part = re.search(r"<!-- discord-commands -->(.*?)<!-- /", PAGE.read_text("utf-8"), re.DOTALL)
    assert part
    rows = re.findall(r"^\| `(/chat [^|]*)` \| ([^|]*) \| ([^|]*) \|$", part[1], re.MULTILINE)
    return {command: (does, who) for command, does, who in rows}


def test_the_page_tells_of_every_command_with_its_options_and_who_may() -> None:
    expected = {}
    for row in SUBCOMMANDS:
        options = (f"{one.name}:" if one.required else f"[{one.name}:]" for one in options_of(row))
        who = "everybody" if row.everybody else "moderators"
        expected[" ".join(("/chat", row.name, *options))] = (row.help, who)
    assert written() == expected


def test_everything_that_is_typed_on_discord_can_be_read() -> None:
    for row in SUBCOMMANDS:
        typed = " ".join((row.name, *map(str, ASKED.get(row.name, {}).values())))
        assert parse(typed)[0] is row
