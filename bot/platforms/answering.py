"""What whoever asks something is told on Discord and on Slack alike, and what they choose from."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from pathlib import PurePath

from bot.platforms.platform import Choice

FAILED = (
    "That did not work. /chat status says how the chat stands; try again if it is not as it should "
    "be. The operator finds more in the log."
)
UNSHOWN = (
    "The answer could not be shown. /chat status says how the chat stands; the operator finds "
    "more in the log."
)

PLACE, WITHDRAW, HELP = "Place under a topic", "Withdraw", "Help"
"""What people read in the menu of a message, and as a window's title: at most 24 characters each
(Slack, "Modal")."""

CALLED, TAKEN, CHECKED_IN = "A call for help", "Taking a call", "A check-in"
"""What is asked there by buttons, as the log calls it."""

NONE = "none"
"""What is typed for no topic after /chat place."""

WHICH = "Under which topic does this message stand? Several may be chosen."
FOREIGN = "This message belongs to no chat, so it can stand under no topic."
BOTH = "Choose topics, or no topic; not both."


def offered(topics: Sequence[Choice], most: int, typed: str) -> tuple[list[Choice], str]:
    """Return the latest `most` topics and that there is none; and what says so of earlier ones.

    `typed` is how an earlier one is named in a command there.
    """
    only = f"These are the latest {most} topics. For an earlier one: {typed}"
    choices = [*topics[-most:], Choice(NONE, "no topic")]
    return choices, only if len(topics) > most else ""


def origin(error: Exception) -> str:
    """Name the line of code where an error was raised, for the log."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
