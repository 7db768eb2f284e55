"""Calling a moderator on Discord: a button below the opening, a message's menu, "I take it"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import discord
from discord import app_commands

from bot.engine.buttons import HELP, TAKE
from bot.platforms.answering import CALLED, TAKEN
from bot.platforms.answering import HELP as MENU_HELP
from bot.platforms.discord.replies import Interaction, KnownById, Shown, answer, asker_of
from bot.platforms.discord.signals import person
from bot.platforms.platform import Door

Button = discord.ui.DynamicItem[discord.ui.Button[Any]]


def bell_menu(door: Door) -> app_commands.ContextMenu:
    """Return the entry of a message's menu with which a moderator is called about it."""

    async def call(interaction: Interaction, message: discord.Message) -> None:
        async def work() -> Shown:
            return Shown(await door.call(asker_of(interaction), message=str(message.id)))

        await answer(interaction, CALLED, work)

    return app_commands.ContextMenu(name=MENU_HELP, callback=call)


def bell_buttons(door: Door) -> Sequence[type[Button]]:
    """Return the kinds of buttons with which a moderator is called, and a call is taken."""

    class Help(KnownById, Button, template=rf"rounds/{HELP}/(?P<chat>.+)"):
        async def callback(self, interaction: Interaction) -> None:
            chat = self.custom_id.split("/", 2)[2]

            async def work() -> Shown:
                return Shown(await door.call(asker_of(interaction), chat=chat))

            await answer(interaction, CALLED, work)

    class Take(KnownById, Button, template=rf"rounds/{TAKE}/(?P<call>.+/\d+)"):
        async def callback(self, interaction: Interaction) -> None:
            chat, _, number = self.custom_id.split("/", 2)[2].rpartition("/")

            async def work() -> Shown:
                by = person(interaction.user, steward=False)
                return Shown(await door.take(chat, int(number), by))

            await answer(interaction, TAKEN, work)

    return Help, Take
