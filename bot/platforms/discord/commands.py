"""`/chat` on Discord: a subcommand for every row of the table of commands, with typed options."""

from __future__ import annotations

import inspect
import re
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import discord
from discord import app_commands

from bot.engine.buttons import CHECK_IN
from bot.engine.commands import COMMANDS, FORMATS, MERGED, Command
from bot.engine.errors import Refused
from bot.engine.showing import EDITIONS
from bot.platforms.discord.bell import bell_buttons
from bot.platforms.discord.forms import CheckIns
from bot.platforms.discord.menus import menus, topic_select
from bot.platforms.discord.replies import Interaction, Shown, answer, asker_of, note
from bot.platforms.platform import Asker, Choice, Door

GROUP = "chat"

LONGEST_TOPIC = 1500
"""Characters of a topic's text, so that its post is one message on Discord."""

MOST_CHOICES = 25
"""Suggestions that Discord takes (interactions/receiving-and-responding "Autocomplete")."""

LONGEST_CHOICE = 100
"""Characters in what is shown for a suggestion, and in what is then typed."""

SUBCOMMANDS = tuple(row for row in COMMANDS if row.name not in MERGED)

LENGTHS = ("15m", "30m", "1h", "2h", "1d")

OUTDATED = (
    "Discord still shows an older form of this command. Wait a minute, type it anew, and choose "
    "it from the list."
)

Suggesting = Callable[[Door, Asker, str], Awaitable[Sequence[Choice]]]
Suggestions = Callable[[Interaction, str], Coroutine[Any, Any, list[app_commands.Choice[str]]]]

_LINK = re.compile(r"https?://(?:\w+\.)?discord(?:app)?\.com/channels/\d+/\d+/(\d+)/?")
"""What "Copy Message Link" gives: server, channel, message."""


@dataclass(frozen=True, slots=True)
class Option:
    """Something that is typed after a command's name, under a name of its own."""

    name: str
    help: str
    required: bool = True
    longest: int = LONGEST_CHOICE
    choices: tuple[str, ...] = ()
    suggesting: Suggesting | None = None
    reading: Callable[[str], str] = str


def message_id(text: str) -> str:
    """Return the id of a message that is named by its link or its id."""
    link = _LINK.fullmatch(text.strip())
    return link[1] if link else text.strip()


async def _series(door: Door, asker: Asker, typed: str) -> Sequence[Choice]:
    return _fitting(door.series(asker), typed)


async def _chats(door: Door, asker: Asker, typed: str) -> Sequence[Choice]:
    return _fitting(await door.chats(asker), typed)


async def _lengths(_door: Door, _asker: Asker, typed: str) -> Sequence[Choice]:
    return [Choice(one, one) for one in dict.fromkeys((typed.strip(), *LENGTHS)) if one]


def _fitting(choices: Sequence[Choice], typed: str) -> Sequence[Choice]:
    sought = typed.strip().casefold()
    return [one for one in choices if sought in f"{one.value}\n{one.shown}".casefold()]


_MESSAGE = (Option("message", "the message's link or its id", reading=message_id),)

OPTIONS: Mapping[str, tuple[Option, ...]] = {
    "start": (Option("series", "which series", suggesting=_series),),
    "topic": (Option("text", "the question as it is to be posted", longest=LONGEST_TOPIC),),
    "extend": (Option("by", "by how much: 30m, 2h, 1d", suggesting=_lengths),),
    "place": (*_MESSAGE, Option("topics", "its topic (T3), several (T3, T4), or none")),
    "status": (
        Option("of", "all: chats running and coming", False, choices=("all",)),
    ),
    "hold": (
        *_MESSAGE,
        Option("also", "remove: take it out of the room too", False, choices=("remove",)),
    ),
    "clear": _MESSAGE,
    "mute": (
        Option("person", "whom: a mention, or their name or id"),
        Option("length", "for how long: 30m, 2h; 0m takes it back", suggesting=_lengths),
    ),
    "slow": (
        Option("every", "once in how long each may write: 10s, 1m; or off"),
        Option("length", "for how long; 30m if nothing is said", False, suggesting=_lengths),
    ),
    "transcript": (
        Option("format", "the kind of file; html if nothing is chosen", False, choices=FORMATS),
        Option("edition", "for whom; the organizers' if nothing is chosen", False,
               choices=EDITIONS),
        Option("chat", "of which chat; the one here if nothing is chosen", False,
               suggesting=_chats),
    ),
}  # fmt: skip
"""What is asked for on Discord where a row's argument has several parts or can be suggested."""


def options_of(command: Command) -> tuple[Option, ...]:
    """Return a command's options; its argument is one text where nothing else is said above."""
    if command.name in OPTIONS or not command.argument:
        return OPTIONS.get(command.name, ())
    name = command.argument.strip("[]").partition(" ")[0].lower()
    required = not command.argument.startswith("[")
    return (Option(name, command.help, required, longest=LONGEST_TOPIC),)


class ChatCommands(app_commands.CommandTree[discord.Client]):
    """All commands of a client, added and ready for `sync`.

    Without a door (`rounds doctor`) they can be compared with what Discord has. They cannot be
    used then: what is asked reaches a client only over the gateway.
    """

    def __init__(self, client: discord.Client, door: Door | None = None) -> None:
        super().__init__(
            client,
            allowed_contexts=app_commands.AppCommandContext(guild=True),
            allowed_installs=app_commands.AppInstallationType(guild=True),
        )
        self._door = cast("Door", door)
        self._checkins = CheckIns(self._door)
        self._suggestions: dict[tuple[str, str], Suggestions] = {}
        group = app_commands.Group(name=GROUP, description="Ask Rounds about the chats held here")
        for row in SUBCOMMANDS:
            group.add_command(self._subcommand(row))
        self.add_command(group)
        self._checkins.install(client)
        select = topic_select(self._door)
        client.add_dynamic_items(select, *bell_buttons(self._door))
        for menu in menus(self._door, select):
            self.add_command(menu)

    async def interaction_check(self, interaction: Interaction, /) -> bool:
        """Answer here what is asked while somebody types; let everything else go on.

        discord.py would send such an answer twice where it came too late, and log an error.
        """
        if interaction.type is not discord.InteractionType.autocomplete:
            return True
        try:
            command, option, typed = _focused(interaction)
            choices = await self._suggestions[command, option](interaction, typed)
            await interaction.response.autocomplete(choices)
        except Exception as error:
            note("A suggestion", error)
        return False

    async def on_error(
        self, interaction: Interaction, error: app_commands.AppCommandError, /
    ) -> None:
        """Say that Discord shows an older form of a command, the one error that reaches this."""

        async def work() -> Shown:
            if isinstance(
                error, app_commands.CommandNotFound | app_commands.CommandSignatureMismatch
            ):
                raise Refused(OUTDATED)
            raise error

        await answer(interaction, "A command", work)

    def _subcommand(self, row: Command) -> app_commands.Command[Any, ..., None]:
        options = options_of(row)

        async def run(interaction: Interaction, **given: str) -> None:
            if row.name == CHECK_IN:
                return await self._checkins.offer(interaction)

            async def work() -> Shown:
                typed = (one.reading(given[one.name]) for one in options if given[one.name])
                text = " ".join((row.name, *typed))
                return Shown(await self._door.ask(text, asker_of(interaction)))

            return await answer(interaction, f"/chat {row.name}", work)

        parameters = [inspect.Parameter("interaction", _EITHER_WAY), *map(_parameter, options)]
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # PEP 362
        for option in options:
            self._describe(run, row, option)
        said = row.help[:1].upper() + row.help[1:]
        return app_commands.Command(name=row.name, description=said, callback=run)

    def _describe(self, run: Callable[..., Any], row: Command, option: Option) -> None:
        """Tell discord.py what an option is for and what may be chosen."""
        app_commands.describe(**{option.name: option.help})(run)
        if option.choices:
            fixed = [app_commands.Choice(name=one, value=one) for one in option.choices]
            app_commands.choices(**{option.name: fixed})(run)
        if option.suggesting is not None:
            suggest = self._suggest(option.suggesting)
            self._suggestions[row.name, option.name] = suggest
            app_commands.autocomplete(**{option.name: suggest})(run)

    def _suggest(self, suggesting: Suggesting) -> Suggestions:
        async def suggest(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
            """Return what fits what was typed so far; nothing where somebody may ask nothing."""
            try:
                offered = await suggesting(self._door, asker_of(interaction), typed)
            except Refused:
                return []
            return [
                app_commands.Choice(name=one.shown[:LONGEST_CHOICE], value=one.value)
                for one in offered
                if len(one.value) <= LONGEST_CHOICE
            ][:MOST_CHOICES]

        return suggest


_EITHER_WAY = inspect.Parameter.POSITIONAL_OR_KEYWORD


def _parameter(option: Option) -> inspect.Parameter:
    """Return an option as a parameter from which discord.py reads its kind."""
    kind = str if option.choices else app_commands.Range[str, 1, option.longest]
    default = inspect.Parameter.empty if option.required else ""
    return inspect.Parameter(option.name, _EITHER_WAY, default=default, annotation=kind)


def _focused(interaction: Interaction) -> tuple[str, str, str]:
    """Return in which option of which subcommand somebody types, and what they typed so far."""
    data = cast("dict[str, Any]", interaction.data)
    (command,) = data["options"]
    (option,) = (one for one in command["options"] if one.get("focused"))
    return command["name"], option["name"], str(option["value"])
