"""The addresses of the built-in rooms' pages."""

from __future__ import annotations

from urllib.parse import quote


def room_path(name: str) -> str:
    """Return the address of a room's page."""
    return f"/rooms/{quote(name, safe='')}"


def place_path(room: str, message: str) -> str:
    """Return the address of a message within its room's page; without one, that of the room."""
    number = quote(message, safe="")
    return f"{room_path(room)}?at={number}#m-{number}" if message else room_path(room)


def message_path(room: str, message: str) -> str:
    """Return the address of a message's own page."""
    return f"{room_path(room)}/messages/{quote(message, safe='')}"


def checkin_path(room: str, chat: str = "") -> str:
    """Return the address of the check-in of a room, or of one of its chats."""
    about = f"?chat={quote(chat, safe='')}" if chat else ""
    return f"{room_path(room)}/checkin{about}"
