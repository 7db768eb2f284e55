"""Discord's refusals and its permissions, with the names and numbers of its documentation."""

from __future__ import annotations

from enum import IntFlag

from tests.discord.basics import JSON


class Refusal(Exception):
    """Discord says no: an HTTP status, Discord's own code and its sentence."""

    def __init__(self, status: int, code: int, message: str, errors: JSON | None = None) -> None:
        super().__init__(f"{status} {code} {message}")
        self.status = status
        self.code = code
        self.message = message
        self.errors = errors

    def payload(self) -> JSON:
        body: JSON = {"message": self.message, "code": self.code}
        return body if self.errors is None else body | {"errors": self.errors}


def unauthorized() -> Refusal:
    return Refusal(401, 0, "401: Unauthorized")


def unknown(what: str) -> Refusal:
    """Return the refusal for something that is not there (codes 10001 to 10070)."""
    codes = {
        "Channel": 10003,
        "Guild": 10004,
        "Member": 10007,
        "Message": 10008,
        "Role": 10011,
        "User": 10013,
        "Emoji": 10014,
        "Webhook": 10015,
        "Interaction": 10062,
        "Application Command": 10063,
        "Guild Scheduled Event": 10070,
    }
    return Refusal(404, codes[what], f"Unknown {what}")


def missing_access() -> Refusal:
    return Refusal(403, 50001, "Missing Access")


def missing_permissions() -> Refusal:
    return Refusal(403, 50013, "Missing Permissions")


def thread_is_archived(status: int = 400) -> Refusal:
    return Refusal(status, 50083, "Thread is archived")


def timed_out() -> Refusal:
    return Refusal(403, 50013, "Missing Permissions")


def too_soon() -> Refusal:
    """Return 20016, which people meet in a place with slow mode."""
    return Refusal(429, 20016, "This action cannot be performed due to slowmode rate limit")


def thread_is_locked() -> Refusal:
    return Refusal(403, 160005, "This thread is locked")


def bad_form(field: str, sentence: str, code: str = "BASE_TYPE_BAD_VALUE") -> Refusal:
    """Return 50035 with its tree of errors; `field` may have dots: `entity_metadata.location`."""
    errors: JSON = {"_errors": [{"code": code, "message": sentence}]}
    for part in reversed(field.split(".")):
        errors = {part: errors}
    return Refusal(400, 50035, "Invalid Form Body", errors)


def too_long(field: str, most: int) -> Refusal:
    return bad_form(field, f"Must be {most} or fewer in length.", "BASE_TYPE_MAX_LENGTH")


def measured(body: JSON, field: str, least: int, most: int) -> None:
    """Refuse a text of `body` that is shorter or longer than Discord takes."""
    text = body.get(field)
    if not isinstance(text, str) or not least <= len(text) <= most:
        raise bad_form(
            field, f"Must be between {least} and {most} in length.", "BASE_TYPE_BAD_LENGTH"
        )


class Permission(IntFlag):
    """The permissions that matter to a bot which reads and writes (topics/permissions)."""

    NONE = 0
    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    SEND_TTS_MESSAGES = 1 << 12
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    USE_EXTERNAL_EMOJIS = 1 << 18
    MANAGE_ROLES = 1 << 28
    MANAGE_WEBHOOKS = 1 << 29
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_EVENTS = 1 << 33
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    CREATE_PRIVATE_THREADS = 1 << 36
    USE_EXTERNAL_STICKERS = 1 << 37
    SEND_MESSAGES_IN_THREADS = 1 << 38
    MODERATE_MEMBERS = 1 << 40
    CREATE_EVENTS = 1 << 44
    SEND_POLLS = 1 << 49
    PIN_MESSAGES = 1 << 51

    @classmethod
    def all(cls) -> Permission:
        everything = cls.NONE
        for one in cls:
            everything |= one
        return everything


EVERYONE = (
    Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.SEND_MESSAGES_IN_THREADS
    | Permission.CREATE_PUBLIC_THREADS
    | Permission.READ_MESSAGE_HISTORY
    | Permission.ADD_REACTIONS
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.USE_APPLICATION_COMMANDS
    | Permission.SEND_POLLS
)
"""What @everyone may do in a guild that nobody has configured."""

NEEDS_SENDING = (
    Permission.MENTION_EVERYONE
    | Permission.SEND_TTS_MESSAGES
    | Permission.ATTACH_FILES
    | Permission.EMBED_LINKS
)
"""Whoever may not send may not do these either (topics/permissions "Implicit Permissions")."""


def resolve(
    base: Permission, overwrites: list[tuple[Permission, Permission]], *, in_thread: bool
) -> Permission:
    """Compute what one may do in a place: (allow, deny) of @everyone, of one's roles, of oneself.

    The order is Discord's: each later pair wins over the earlier (topics/permissions).
    """
    if base & Permission.ADMINISTRATOR:
        return Permission.all()
    for allow, deny in overwrites:
        base = (base & ~deny) | allow
    if not base & Permission.VIEW_CHANNEL:
        return Permission.NONE
    sending = Permission.SEND_MESSAGES_IN_THREADS if in_thread else Permission.SEND_MESSAGES
    return base if base & sending else base & ~NEEDS_SENDING
