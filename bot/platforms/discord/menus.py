"""What stands in a message's menu on Discord: place it, withdraw it, call for help about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import discord
from discord import app_commands

from bot.engine.errors import Refused
from bot.platforms.answering import BOTH, FOREIGN, NONE, PLACE, WHICH, WITHDRAW, offered
from bot.platforms.discord.bell import bell_menu
from bot.platforms.discord.replies import Interaction, KnownById, Shown, answer, asker_of
from bot.platforms.platform import Answer, Choice, Door

MOST = 24
"""Topics in the menu; Discord takes 25 options, and one is that there is no topic."""

Select = discord.ui.DynamicItem[discord.ui.Select[Any]]


def menus(door: Door, select: type[Select]) -> Sequence[app_commands.ContextMenu]:
    """Return the entries of a message's menu; `select` is what `topic_select` made."""

    async def place(interaction: Interaction, message: discord.Message) -> None:
        async def work() -> Shown:
            topics = await door.topics(str(message.id), asker_of(interaction))
            if not topics:
                raise Refused(FOREIGN)
            view = discord.ui.View(timeout=None)
            typed = f"/chat place message:{message.id} topics:T1"
            choices, only = offered(topics, MOST, typed)
            view.add_item(select(_offer(message.id, choices)))
            return Shown(Answer((f"{WHICH}\n{only}".strip(),)), view)

        await answer(interaction, PLACE, work)

    async def withdraw(interaction: Interaction, message: discord.Message) -> None:
        async def work() -> Shown:
            asker = asker_of(interaction)
            return Shown(await door.withdraw(str(message.id), str(message.author.id), asker))

        await answer(interaction, WITHDRAW, work)

    return (
        app_commands.ContextMenu(name=PLACE, callback=place),
        app_commands.ContextMenu(name=WITHDRAW, callback=withdraw),
        bell_menu(door),
    )


def topic_select(door: Door) -> type[Select]:
    """Return the kind of menu from which topics are chosen; its id has the message's in it."""

    class TopicSelect(KnownById, Select, template=r"rounds/place/(?P<message>\d+)"):
        async def callback(self, interaction: Interaction) -> None:
            message, chosen = self.custom_id.rpartition("/")[2], self.item.values

            async def work() -> Shown:
                if NONE in chosen and len(chosen) > 1:
                    raise Refused(BOTH)
                text = f"place {message} {', '.join(chosen)}"
                return Shown(await door.ask(text, asker_of(interaction)))

            await answer(interaction, PLACE, work, in_place=True)

    return TopicSelect


def _offer(message: int, choices: Sequence[Choice]) -> discord.ui.Select[Any]:
    return discord.ui.Select(
        custom_id=f"rounds/place/{message}",
        placeholder="Topics",
        max_values=len(choices),
        options=[discord.SelectOption(label=one.shown[:100], value=one.value) for one in choices],
    )
