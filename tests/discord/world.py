"""Everything there is on this Discord: the bot's application, users, guilds, what is in them."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tests.discord.application import Application
from tests.discord.basics import Dispatch, User, first_id
from tests.discord.guild import Guild
from tests.discord.places import DirectMessages, Place
from tests.discord.rules import EVERYONE, Permission, missing_access, unknown

if TYPE_CHECKING:
    from tests.discord.interactions import Answer
    from tests.discord.messages import File, Message

INVITED = (
    EVERYONE | Permission.MANAGE_THREADS | Permission.CREATE_EVENTS | Permission.MODERATE_MEMBERS
)
"""What the bot is invited with unless a test says otherwise."""


class World:
    """The one Discord of a test. Its clock is `now`: real time unless a test sets or shifts it."""

    def __init__(self, token: str = "bot-token", bot: str = "Rounds") -> None:
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)
        self.numbers = itertools.count(1)
        self.users: dict[int, User] = {}
        self.guilds: dict[int, Guild] = {}
        self.places: dict[int, Place] = {}
        self.conversations: dict[int, DirectMessages] = {}
        self.answers: dict[str, Answer] = {}
        self.nonces: dict[tuple[int, str], Message] = {}
        self.files: dict[str, File] = {}
        self.address = ""
        """Where this Discord is reached; the server writes it here."""
        self.tell: Callable[[Dispatch], None] = lambda dispatch: None
        """Who sends events to the bot; the gateway puts itself here."""
        user = self.user(bot, bot=True)
        self.application = Application(user.id, token, user, self.user("Henry Developer"))

    @property
    def bot(self) -> User:
        """The bot's own account."""
        return self.application.user

    def new_id(self) -> int:
        """Return a snowflake of this instant, unlike all others."""
        return first_id(self.now()) | next(self.numbers) & 0x3FFFFF

    def set(self, at: datetime) -> None:
        """Let the clock stand at `at` until it is set again."""
        self.now = lambda: at

    def shift(self, by: timedelta) -> None:
        """Let the clock run on from where it is, `by` later."""
        before = self.now
        self.now = lambda: before() + by

    def user(self, name: str, *, bot: bool = False) -> User:
        """Let somebody have an account."""
        user = User(self.new_id(), name, bot)
        self.users[user.id] = user
        return user

    def guild(self, name: str, bot_permissions: Permission | None = INVITED) -> Guild:
        """Make a guild, with the bot in it unless its permissions are None."""
        guild = Guild(self, name)
        self.guilds[guild.id] = guild
        if bot_permissions is not None:
            guild.invite_bot(bot_permissions)
        return guild

    def conversation(self, person: User) -> DirectMessages:
        """Return the direct messages between the bot and somebody."""
        if person.id not in self.conversations:
            self.conversations[person.id] = DirectMessages(self, person)
        return self.conversations[person.id]

    # ------------------------------------------------------------ what the bot asks for

    def find_guild(self, number: int) -> Guild:
        """Return a guild that the bot is in; raises 10004, or 50001 if it is not in it."""
        found = self.guilds.get(number)
        if found is None:
            raise unknown("Guild")
        if self.bot.id not in found.members:
            raise missing_access()
        return found

    def find_place(self, number: int) -> Place:
        """Return a channel, thread or conversation; raises 10003."""
        found = self.places.get(number)
        if found is None:
            raise unknown("Channel")
        return found
