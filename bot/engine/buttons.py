"""What can be pressed at a post: the buttons of an opening, and what is on them."""

from __future__ import annotations

CHECK_IN = "checkin"
"""Opens the form in which people say who they are."""

LABELS = {CHECK_IN: "Check in"}
"""What is written on each button, by its name in `Post.buttons`."""

OPENING: tuple[str, ...] = (CHECK_IN,)
"""The buttons of a chat's opening post, in their order."""


def pressed_as(button: str, chat: str) -> str:
    """Return what a platform keeps of a button: its name, and the id of the chat it is about.

    It says all that is needed to answer whoever presses it, after a restart too.
    """
    return f"rounds/{button}/{chat}"


def chat_pressed(kept: str) -> str:
    """Return the id of the chat that a button is about, of what `pressed_as` wrote."""
    return kept.split("/", 2)[2] if kept.startswith("rounds/") else ""
