"""How something asked on Discord is answered: in time, to one person alone, and always."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import discord

from bot.engine.actions import Words
from bot.engine.agenda import Room
from bot.engine.errors import Refused, reason
from bot.platforms.answering import FAILED, UNSHOWN, origin
from bot.platforms.discord.refusals import TOO_LARGE, UNKNOWN_MESSAGE
from bot.platforms.discord.signals import PLATFORM, person
from bot.platforms.discord.text import LONGEST, text_of, with_mentions
from bot.platforms.platform import Answer, Asker, File

log = logging.getLogger(__name__)

Interaction = discord.Interaction[discord.Client]

Menu = discord.ui.View | None

ACKNOWLEDGED = 40060
GONE = frozenset({UNKNOWN_MESSAGE, 10015, 10062, 50027, ACKNOWLEDGED})
"""Discord's codes where nobody waits for an answer any more: the message, the webhook or the
interaction is unknown, its token has run out, or another process has answered."""

NOT_HERE = "Rounds is asked in a channel of a server, or in a thread there; not here."


class KnownById:
    """Something that can be pressed and is known by its id alone, so after a restart too.

    It stands before `discord.ui.DynamicItem` among what a kind of button or menu is made of; a
    client is told of the kind (`Client.add_dynamic_items`).
    """

    @classmethod
    async def from_custom_id(
        cls, _interaction: Interaction, item: discord.ui.Item[Any], _match: re.Match[str]
    ) -> Any:
        """Return what was pressed, as discord.py asks for it."""
        return cast("Any", cls)(item)


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown to the person who asked, and what they may choose from below it."""

    answer: Answer
    menu: Menu = None


def asker_of(interaction: Interaction) -> Asker:
    """Return who asks, and where; a thread's room is the channel it hangs in.

    Raises Refused where that is no place of a server.
    """
    channel = interaction.channel
    if not isinstance(interaction.user, discord.Member) or channel is None:
        raise Refused(NOT_HERE)
    by = person(interaction.user, steward=interaction.permissions.manage_threads)
    if isinstance(channel, discord.Thread):
        return Asker(by, Room(PLATFORM, str(channel.parent_id)), str(channel.id))
    return Asker(by, Room(PLATFORM, str(channel.id)))


async def answer(
    interaction: Interaction,
    asked: str,
    work: Callable[[], Awaitable[Shown]],
    *,
    in_place: bool = False,
) -> None:
    """Acknowledge at once, then do `work` and show what came of it, or why nothing did.

    `asked` names for the log what was asked for. The answer is a new message that only the
    person who asked sees; `in_place`, it takes the place of the message in whose menu they
    chose, and the menu stays there if nothing came of it. Where the acknowledgement does not
    reach Discord nothing is done, and Discord itself tells the person. Raises nothing.
    """
    if not await _is_awaited(interaction, asked, thinking=not in_place):
        return
    menu: Menu = discord.utils.MISSING
    try:
        shown = await work()
        told, menu = shown.answer, shown.menu
    except Refused as refusal:
        told = Answer((str(refusal),))
    except Exception as error:
        note(asked, error)
        told = Answer((FAILED,))
    try:
        rest = await _show(interaction, told, menu)
    except Exception as error:
        note(asked, error)
        rest = await _apologise(interaction, asked)
    try:
        for part in rest:
            await interaction.followup.send(part, ephemeral=True, allowed_mentions=_nobody())
    except Exception as error:
        note(asked, error)


def note(asked: str, error: Exception) -> None:
    """Write into the log that something asked went wrong: what kind of error, and where."""
    if not isinstance(error, discord.HTTPException):
        log.error("%s on Discord failed: %s at %s.", asked, reason(error), origin(error))
    elif error.code in GONE:
        log.debug("Nobody waits for an answer to %s: Discord's code %d.", asked, error.code)
    else:
        numbers = f"HTTP {error.status}, code {error.code}"
        log.error("%s could not be answered on Discord: %s.", asked, numbers)


def whole_text(words: Words) -> str:
    """Write words of any length so that nothing which people wrote in them is markdown."""
    return "".join(
        discord.utils.escape_markdown(with_mentions(piece))
        if isinstance(piece, str)
        else text_of((piece,))
        for piece in words
    )


def parts(text: str, most: int = LONGEST) -> list[str]:
    """Cut a text into messages of at most `most` characters: after a line, else after a word.

    White space at their ends goes, as on Discord, and what then is blank, which Discord refuses;
    there is always one.
    """
    cut = []
    while len(text) > most:
        end = max(text.rfind("\n", 0, most + 1), 0) or max(text.rfind(" ", 0, most + 1), 0) or most
        cut.append(text[:end])
        text = text[end:].lstrip()
    return [part.strip() for part in (*cut, text) if part.strip()] or ["Done."]


async def _is_awaited(interaction: Interaction, asked: str, *, thinking: bool) -> bool:
    """Tell Discord within its three seconds that an answer follows; say whether it waits for it."""
    for attempt in (1, 2):
        try:
            await interaction.response.defer(ephemeral=True, thinking=thinking)
        except discord.HTTPException as error:
            if attempt == 2 and error.code == ACKNOWLEDGED:
                return True  # the first attempt had arrived, only its answer was lost
            note(asked, error)
            return False
        except Exception as error:  # the line was cut, before it arrived or after
            if attempt == 2:
                note(asked, error)
        else:
            return True
    return False


async def _show(interaction: Interaction, told: Answer, menu: Menu) -> list[str]:
    """Show the first message of an answer, with its files; return the others."""
    limit = interaction.filesize_limit
    files = [file for file in told.files if len(file.content) <= limit]
    text = whole_text(told.words)
    first, *rest = parts(text + _elsewhere([file for file in told.files if file not in files]))
    try:
        await _put(interaction, first, menu, files)
    except discord.HTTPException as error:
        if not files or (error.status != 413 and error.code != TOO_LARGE):
            raise
        first, *rest = parts(text + _elsewhere(told.files))
        await _put(interaction, first, menu, ())
    return rest


async def _apologise(interaction: Interaction, asked: str) -> list[str]:
    try:
        await _put(interaction, UNSHOWN, discord.utils.MISSING, ())
    except Exception as error:
        note(asked, error)
    return []


async def _put(interaction: Interaction, text: str, menu: Menu, files: Sequence[File]) -> None:
    """Show a text, with files and a menu below it, where the answer was announced."""
    await interaction.edit_original_response(
        content=text,
        attachments=[discord.File(io.BytesIO(file.content), file.name) for file in files],
        view=menu,
        allowed_mentions=_nobody(),
    )


def _nobody() -> discord.AllowedMentions:
    return discord.AllowedMentions.none()


def _elsewhere(files: Sequence[File]) -> str:
    """Say where files are that Discord does not take."""
    return "".join(
        f"\n{file.name} is larger than Discord takes here ({len(file.content) / 2**20:,.1f} MiB). "
        "It is on the organizers' pages: /chat link."
        for file in files
    )
