"""People, as a test lets them act: each handle does what Slack lets that person do."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tests.slack import interactions, membership, posting
from tests.slack.basics import JSON, Refusal, User
from tests.slack.messages import Draft, Ephemeral, Message

if TYPE_CHECKING:
    from tests.slack.channels import Channel
    from tests.slack.files import File
    from tests.slack.interactions import Answer
    from tests.slack.world import Workspace


class Person(User):
    """Somebody in the workspace. What they may not do raises `Refusal`, as Slack refuses it."""

    def __init__(
        self, workspace: Workspace, number: str, name: str, admin: bool = False, owner: bool = False
    ) -> None:
        super().__init__(workspace, number, name, admin, owner)
        self.ephemerals: list[Ephemeral] = []
        """What only this person was shown, in every channel, oldest first."""
        self.home: JSON | None = None
        """The App Home as it was last published for this person."""

    @property
    def inbox(self) -> list[Message]:
        """The bot's direct messages to this person, oldest first."""
        bot = self.workspace.bot
        conversation = self.workspace.conversation(self)
        return [one for one in conversation.messages if one.author is bot]

    def _enter(self, channel: Channel) -> None:
        if self.id not in channel.members:
            if channel.private:
                raise Refusal("channel_not_found")
            channel.members[self.id] = self

    # ------------------------------------------------------------ talk

    async def say(
        self,
        channel: Channel,
        text: str = "",
        *,
        thread: Message | None = None,
        broadcast: bool = False,
        files: Sequence[File] = (),
        subtype: str | None = None,
    ) -> Message:
        """Post a message, in a thread if one is given, and to the channel as well if `broadcast`.

        `subtype="me_message"` is what `/me` makes.
        """
        self._enter(channel)
        ts = thread.ts if thread else None
        draft = Draft(text, thread=ts, broadcast=broadcast, files=files, subtype=subtype)
        message = posting.post(channel, self, draft)
        await asyncio.sleep(0)  # lets it be sent
        return message

    async def edit(self, message: Message, text: str) -> None:
        """Change one's own message."""
        posting.edit(message, self, Draft(text))
        await asyncio.sleep(0)

    async def delete(self, message: Message) -> None:
        """Delete one's own message, an admin anybody's."""
        posting.delete(message, self)
        await asyncio.sleep(0)

    async def react(self, message: Message, name: str) -> None:
        """Add a reaction by its name, without colons."""
        posting.react(message, self, name)
        await asyncio.sleep(0)

    async def unreact(self, message: Message, name: str) -> None:
        """Take one's reaction back."""
        posting.react(message, self, name, take_back=True)
        await asyncio.sleep(0)

    async def whisper(self, text: str) -> Message:
        """Write to the bot alone."""
        return await self.say(self.workspace.conversation(self), text)

    # ------------------------------------------------------------ commands

    async def command(self, channel: Channel, command: str, text: str = "") -> Answer:
        """Send a slash command: `await maria.command(channel, "/chat", "start urojc")`."""
        self._enter(channel)
        answer = interactions.send_command(self, channel, command, text)
        await asyncio.sleep(0)
        return answer

    # ------------------------------------------------------------ channels

    async def invite_bot(self, channel: Channel) -> None:
        """Add the bot to a channel."""
        membership.join(channel, self.workspace.bot, inviter=self)
        await asyncio.sleep(0)

    async def kick_bot(self, channel: Channel) -> None:
        """Remove the bot from a channel."""
        membership.leave(channel, self.workspace.bot, remover=self)
        await asyncio.sleep(0)

    async def join(self, channel: Channel) -> None:
        """Join a public channel."""
        membership.join(channel, self)
        await asyncio.sleep(0)

    async def leave(self, channel: Channel) -> None:
        """Leave a channel."""
        membership.leave(channel, self)
        await asyncio.sleep(0)

    async def rename(self, channel: Channel, name: str) -> None:
        """Give a channel another name."""
        membership.rename(channel, self, name)
        await asyncio.sleep(0)

    async def archive(self, channel: Channel) -> None:
        """Archive a channel by hand."""
        self._enter(channel)
        membership.archive(channel, self)
        await asyncio.sleep(0)

    async def unarchive(self, channel: Channel) -> None:
        """Open an archived channel again."""
        membership.unarchive(channel, self)
        await asyncio.sleep(0)

    async def delete_channel(self, channel: Channel) -> None:
        """Delete a channel with everything in it."""
        membership.remove(channel, self)
        await asyncio.sleep(0)
