"""Slash commands, menus, buttons and forms, answered by the real discord.py."""

from __future__ import annotations

import asyncio
import io
from datetime import timedelta

import aiohttp
import discord
import pytest
from discord import app_commands

from tests.discord.client import Client
from tests.discord.commands import NotOffered
from tests.discord.interactions import NoAnswer
from tests.discord.people import Member
from tests.discord.places import Channel
from tests.discord.rules import Permission
from tests.discord.server import Server


class Chat(app_commands.Group):
    """Commands of every kind of answer."""

    @app_commands.command(description="Open a chat now")
    @app_commands.describe(series="Which series")
    async def start(self, interaction: discord.Interaction, series: str) -> None:
        await interaction.response.send_message(f"{series} is open", ephemeral=True)

    @start.autocomplete("series")
    async def series(
        self, interaction: discord.Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        names = [name for name in ("urojc", "meded") if current in name]
        return [app_commands.Choice(name=f"the {name}", value=name) for name in names]

    @app_commands.command(description="Hand over the transcript")
    async def transcript(self, interaction: discord.Interaction, wait_for: float = 0.0) -> None:
        await interaction.response.defer(ephemeral=True)
        await asyncio.sleep(wait_for)
        file = discord.File(io.BytesIO(b"<html>"), "chat.html")
        await interaction.followup.send("Here it is", file=file)
        await interaction.followup.send("and once more", ephemeral=True)

    @app_commands.command(description="Never answered")
    async def silent(self, interaction: discord.Interaction) -> None:
        """Leave the person waiting."""

    @app_commands.command(description="Answered for all to see")
    async def status(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message("open")
        await interaction.edit_original_response(content="still open")

    @app_commands.command(name="open-till", description="Shows a form")
    async def form(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(Form(title="Until when?"))


class Form(discord.ui.Modal):
    """A form of one field."""

    until: discord.ui.TextInput[Form] = discord.ui.TextInput(label="Until", max_length=20)

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"till {self.until.value}", ephemeral=True)


class Choosing(discord.ui.View):
    """A menu of topics, and a button."""

    @discord.ui.select(
        options=[discord.SelectOption(label="T1", value="1"), discord.SelectOption(label="T2")]
    )
    async def topic(
        self, interaction: discord.Interaction, menu: discord.ui.Select[Choosing]
    ) -> None:
        await interaction.response.edit_message(content=f"under {menu.values[0]}", view=None)

    @discord.ui.button(label="Nowhere")
    async def nowhere(
        self, interaction: discord.Interaction, button: discord.ui.Button[Choosing]
    ) -> None:
        await interaction.response.defer()
        await interaction.edit_original_response(content="nowhere", view=None)


@app_commands.context_menu(name="Place under a topic")
async def place_under(interaction: discord.Interaction, message: discord.Message) -> None:
    await interaction.response.send_message(message.content, view=Choosing(), ephemeral=True)


@pytest.fixture
async def bot(bot: Client) -> Client:
    """Give the bot with its commands registered."""
    tree = app_commands.CommandTree(bot)
    tree.add_command(Chat(name="chat", description="Chats"))
    tree.add_command(place_under)
    await tree.sync()
    return bot


async def test_a_command_is_answered_to_the_one_who_typed_it(
    bot: Client, channel: Channel, maria: Member
) -> None:
    answer = await maria.command(channel, "chat start", series="urojc")
    await answer.first()
    assert (answer.text, answer.ephemeral, answer.deferred) == ("urojc is open", True, False)
    assert channel.messages == []


async def test_an_answer_for_all_stands_in_the_channel(
    bot: Client, channel: Channel, maria: Member
) -> None:
    answer = await maria.command(channel, "chat status")
    await answer.first()
    await bot.wait_for("message_edit", timeout=30)
    assert [one.content for one in channel.messages] == ["still open"]
    assert channel.messages[0].type == 20
    assert not answer.ephemeral


async def test_choices_are_offered_while_one_types(
    bot: Client, channel: Channel, maria: Member
) -> None:
    choices = await maria.autocomplete(channel, "chat start", series="uro")
    assert choices == [{"name": "the urojc", "value": "urojc"}]


async def test_the_first_follow_up_takes_the_place_of_thinking_and_stays_private(
    bot: Client, channel: Channel, maria: Member
) -> None:
    answer = await maria.command(channel, "chat transcript", wait_for=0.05)
    await answer.first()
    assert answer.deferred
    assert answer.thinking
    assert answer.text == ""
    await answer.done()
    assert answer.text.startswith("Here it is")
    assert answer.ephemeral
    assert [(one.name, one.content) for one in answer.files] == [("chat.html", b"<html>")]
    assert channel.messages == []


async def test_a_command_that_is_not_answered_fails(
    bot: Client, channel: Channel, maria: Member
) -> None:
    answer = await maria.command(channel, "chat silent")
    with pytest.raises(NoAnswer):
        await answer.first(0.05)


@pytest.mark.parametrize(
    ("path", "options"),
    [
        ("chat begin", {}),
        ("talk", {}),
        ("chat", {}),
        ("chat start", {}),
        ("chat start", {"series": "urojc", "when": "now"}),
        ("chat start", {"series": 3}),
    ],
)
async def test_what_was_not_registered_cannot_be_typed(
    bot: Client, channel: Channel, maria: Member, path: str, options: dict[str, object]
) -> None:
    with pytest.raises(NotOffered):
        await maria.command(channel, path, **options)


async def test_nothing_can_be_typed_before_the_commands_are_registered(
    server: Server, channel: Channel, maria: Member
) -> None:
    with pytest.raises(NotOffered):
        await maria.command(channel, "chat start", series="urojc")


async def test_who_may_not_use_commands_here_is_offered_none(
    bot: Client, channel: Channel, maria: Member
) -> None:
    channel.deny(Permission.USE_APPLICATION_COMMANDS, maria)
    with pytest.raises(NotOffered, match="USE_APPLICATION_COMMANDS"):
        await maria.command(channel, "chat status")


async def test_a_menu_at_a_message_leads_to_a_choice(
    server: Server, bot: Client, channel: Channel, maria: Member
) -> None:
    message = await maria.say(channel, "the control group")
    answer = await maria.menu("Place under a topic", message)
    await answer.first()
    assert answer.text == "the control group"
    chosen = await answer.choose("T1")
    await chosen.first()
    assert chosen.type == 7
    assert answer.text == "under 1"
    assert answer.components == []


async def test_a_button_changes_the_message_at_which_it_is(
    server: Server, bot: Client, channel: Channel, maria: Member
) -> None:
    message = await maria.say(channel, "the control group")
    answer = await (await maria.menu("Place under a topic", message)).first()
    pressed = await (await answer.press("Nowhere")).first()
    assert pressed.deferred
    await server.until(lambda: answer.text == "nowhere")
    with pytest.raises(NotOffered):
        await answer.press("Nowhere")


async def test_a_form_is_filled_in(bot: Client, channel: Channel, maria: Member) -> None:
    answer = await (await maria.command(channel, "chat open-till")).first()
    with pytest.raises(NotOffered):
        await answer.fill({"Until": "x" * 21})
    with pytest.raises(NotOffered):
        await answer.fill({"Since": "noon"})
    sent = await (await answer.fill({"Until": "noon"})).first()
    assert sent.text == "till noon"


async def test_a_second_first_answer_is_refused(
    server: Server, bot: Client, channel: Channel, maria: Member
) -> None:
    answer = await (await maria.command(channel, "chat start", series="urojc")).first()
    url = f"{server.api}/interactions/{answer.id}/{answer.token}/callback"
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, json={"type": 4, "data": {"content": "again"}}) as response,
    ):
        assert response.status == 400
        assert (await response.json())["code"] == 40060


async def test_the_first_answer_comes_within_three_seconds_or_never(
    server: Server, bot: Client, channel: Channel, maria: Member
) -> None:
    answer = await maria.command(channel, "chat silent")
    await server.until(lambda: bot.heard("interaction"))
    answer.expire()
    with pytest.raises(discord.NotFound) as refused:
        await bot.heard("interaction")[0].response.send_message("too late")
    assert refused.value.code == 10062


async def test_the_token_ends_after_fifteen_minutes(
    server: Server, bot: Client, channel: Channel, maria: Member
) -> None:
    await (await maria.command(channel, "chat start", series="urojc")).first()
    server.world.shift(timedelta(minutes=14))
    interaction = bot.heard("interaction")[0]
    await interaction.followup.send("still", ephemeral=True)
    server.world.shift(timedelta(minutes=2))
    with pytest.raises(discord.HTTPException) as refused:
        await interaction.followup.send("no more", ephemeral=True)
    assert refused.value.code == 50027
