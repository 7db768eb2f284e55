"""People, as a test lets them act: each handle does what Discord lets that person do."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.discord import interactions, posting
from tests.discord.basics import JSON, Dispatch, User, iso
from tests.discord.messages import Draft, File, Message
from tests.discord.rules import Permission, bad_form, missing_permissions

if TYPE_CHECKING:
    from tests.discord.guild import Guild, Role
    from tests.discord.interactions import Answer
    from tests.discord.places import Channel, Place
    from tests.discord.threads import Thread


class Member:
    """Somebody in a guild. What they may not do raises `Refusal`, as Discord would refuse it."""

    def __init__(self, guild: Guild, user: User, roles: list[Role], nick: str | None) -> None:
        self.guild = guild
        self.user = user
        self.roles = roles
        self.nick = nick
        self.joined_at = guild.world.now()
        self.silenced_until: datetime | None = None

    @property
    def id(self) -> int:
        return self.user.id

    @property
    def mention(self) -> str:
        return self.user.mention

    @property
    def name(self) -> str:
        return self.nick or self.user.name

    @property
    def base(self) -> Permission:
        """What the member may do in the guild, before the overwrites of a channel."""
        if self.guild.owner is self:
            return Permission.all()
        able = self.guild.everyone.permissions
        for role in self.roles:
            able |= role.permissions
        return Permission.all() if able & Permission.ADMINISTRATOR else able

    @property
    def inbox(self) -> list[Message]:
        """The bot's direct messages to this person, oldest first."""
        bot = self.guild.world.bot
        found = self.guild.world.conversations.get(self.id)
        return [one for one in found.messages if one.author is bot] if found else []

    def payload(self, *, with_user: bool = True) -> JSON:
        body: JSON = {
            "nick": self.nick,
            "avatar": None,
            "banner": None,
            "roles": [str(role.id) for role in self.roles],
            "joined_at": iso(self.joined_at),
            "premium_since": None,
            "deaf": False,
            "mute": False,
            "pending": False,
            "flags": 0,
            "communication_disabled_until": (
                None if self.silenced_until is None else iso(self.silenced_until)
            ),
            "avatar_decoration_data": None,
            "collectibles": None,
        }
        return body | {"user": self.user.payload()} if with_user else body

    def silence(self, by: Member, until: datetime | None) -> None:
        """Time somebody out (resources/guild "Modify Guild Member"), for 28 days at most.

        Nobody does so to the owner, to administrators and to whoever has a role as high as theirs.
        """
        if not by.base & Permission.MODERATE_MEMBERS or self.base & Permission.ADMINISTRATOR:
            raise missing_permissions()
        now = self.guild.world.now()
        if until is not None and until > now + timedelta(days=28):
            raise bad_form("communication_disabled_until", "It is too far ahead.")
        self.silenced_until = until

    @property
    def is_silenced(self) -> bool:
        """Whether they are timed out now."""
        return self.silenced_until is not None and self.guild.world.now() < self.silenced_until

    # ------------------------------------------------------------ talk

    async def say(
        self,
        place: Place,
        text: str = "",
        *,
        reply_to: Message | None = None,
        ping_reply: bool = True,
        attachments: Sequence[File] = (),
        stickers: Sequence[str] = (),
        poll: JSON | None = None,
        forward: Message | None = None,
    ) -> Message:
        """Post a message in a channel or thread.

        `stickers` are names; a `poll` has `question` and `answers` as Discord's API takes them;
        `forward` is the message that is forwarded; `ping_reply` is the switch next to a reply.
        """
        draft = Draft(text, attachments, stickers=stickers, poll=poll)
        if reply_to is not None:
            draft.answers = {"message_id": str(reply_to.id), "channel_id": str(reply_to.place.id)}
            draft.allowed_mentions = {
                "parse": ["users", "roles", "everyone"],
                "replied_user": ping_reply,
            }
        if forward is not None:
            draft.answers = {
                "type": posting.FORWARD,
                "message_id": str(forward.id),
                "channel_id": str(forward.place.id),
            }
        message = posting.post(place, self.user, draft)
        await asyncio.sleep(0)  # lets the gateway send it
        return message

    async def edit(self, message: Message, text: str) -> None:
        """Change one's own message."""
        posting.edit(message, self.user, {"content": text})
        await asyncio.sleep(0)

    async def delete(self, *messages: Message) -> None:
        """Delete a message, or several of one place at once as a moderation bot does."""
        if len(messages) == 1:
            posting.delete(messages[0], self.user)
        else:
            posting.delete_many(messages[0].place, self.user, [one.id for one in messages])
        await asyncio.sleep(0)

    async def react(self, message: Message, emoji: str) -> None:
        """Add a reaction: a character, or `name:id`."""
        posting.react(message, self.user, emoji)
        await asyncio.sleep(0)

    async def unreact(self, message: Message, emoji: str) -> None:
        """Take one's reaction back."""
        posting.react(message, self.user, emoji, take_back=True)
        await asyncio.sleep(0)

    async def clear_reactions(self, message: Message, emoji: str | None = None) -> None:
        """Take away everybody's reactions to a message, or those of one emoji."""
        message.place.require(self.user, Permission.MANAGE_MESSAGES)
        message.place.clear_reactions(message, emoji)
        await asyncio.sleep(0)

    async def start_thread(self, message: Message, name: str, minutes: int = 4320) -> Thread:
        """Start a thread from somebody's message."""
        thread = posting.start_thread(message, self.user, name, minutes)
        await asyncio.sleep(0)
        return thread

    async def whisper(self, text: str) -> Message:
        """Write to the bot alone."""
        conversation = self.guild.world.conversation(self.user)
        message = posting.post(conversation, self.user, Draft(text))
        await asyncio.sleep(0)
        return message

    async def pin(self, message: Message) -> Message:
        """Pin a message; Discord says so in its place with a system message."""
        message.place.require(self.user, Permission.PIN_MESSAGES)
        return message.place.pin(message, self.user)

    # ------------------------------------------------------------ commands

    async def command(self, place: Place, path: str, /, **options: Any) -> Answer:
        """Type a slash command: `await maria.command(channel, "chat start", series="urojc")`."""
        return await interactions.type_command(self, place, path, options)

    async def autocomplete(self, place: Place, path: str, /, **options: Any) -> list[JSON]:
        """Type at the last of these options; return the choices that the bot offers."""
        return await interactions.autocomplete(self, place, path, options)

    async def menu(self, name: str, message: Message) -> Answer:
        """Choose a command of the menu that opens at a message."""
        return await interactions.choose_menu(self, name, message)

    async def press(self, message: Message, label: str) -> Answer:
        """Press a button at a message, by its label or custom id."""
        return await interactions.press(self, message, label)

    async def choose(self, message: Message, *options: str) -> Answer:
        """Choose of the menu at a message, by labels or values."""
        return await interactions.choose(self, message, *options)

    # ------------------------------------------------------------ membership

    def give(self, role: Role) -> None:
        """Give this member a role."""
        self._change_roles([*self.roles, role])

    def take(self, role: Role) -> None:
        """Take a role from this member."""
        if role not in self.roles:
            raise missing_permissions()
        self._change_roles([one for one in self.roles if one is not role])

    def _change_roles(self, roles: list[Role]) -> None:
        self.roles = roles
        guild = self.guild
        about_bot = self.user is guild.world.bot
        data = {"guild_id": str(guild.id)} | self.payload()
        guild.world.tell(Dispatch("GUILD_MEMBER_UPDATE", data, guild, about_bot=about_bot))

    def leave(self) -> None:
        """Leave the guild."""
        del self.guild.members[self.id]
        self.guild.tell("GUILD_MEMBER_REMOVE", {"user": self.user.payload()})


class Webhook:
    """Something that posts into a channel from outside, under a name of its own."""

    def __init__(self, channel: Channel, name: str) -> None:
        self.channel = channel
        self.user = User(channel.world.new_id(), name, bot=True)

    async def say(self, text: str, place: Place | None = None) -> Message:
        """Post into the channel, or into a thread of it."""
        place = place or self.channel
        message = Message(place.world.new_id(), place, self.user, text, webhook=self.user.id)
        place.add(message)
        await asyncio.sleep(0)
        return message
