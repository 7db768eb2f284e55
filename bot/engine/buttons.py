"""What can be pressed at a post: the buttons of an opening, and what is on them."""

from __future__ import annotations

from bot.engine.actions import Action, Post, Tell

CHECK_IN = "checkin"
"""Opens the form in which people say who they are."""

HELP = "help"
"""Calls a moderator."""

TAKE = "take"
"""Stands below what asks a moderator to come."""

LABELS = {CHECK_IN: "Check in", HELP: "Help", TAKE: "I take it"}
"""What is written on each button, by its name in `Post.buttons`."""

OPENING: tuple[str, ...] = (CHECK_IN, HELP)
"""The buttons of a chat's opening post, in their order."""


def pressed_as(button: str, chat: str) -> str:
    """Return what a platform keeps of a button: its name, and the id of the chat it is about.

    It says all that is needed to answer whoever presses it, after a restart too.
    """
    return f"rounds/{button}/{chat}"


def chat_pressed(kept: str) -> str:
    """Return the id of the chat that a button is about, of what `pressed_as` wrote; else empty."""
    ours, _, button_and_chat = kept.partition("/")
    return button_and_chat.partition("/")[2] if ours == "rounds" else ""


def buttons_of(action: Action, chat: str) -> tuple[tuple[str, str], ...]:
    """Return what can be pressed at an action's words: each name, and what is kept with it."""
    if isinstance(action, Tell) and action.page:
        return ((TAKE, pressed_as(TAKE, f"{chat}/{action.call}")),)
    names = action.buttons if isinstance(action, Post) else ()
    return tuple((name, pressed_as(name, chat)) for name in names)
