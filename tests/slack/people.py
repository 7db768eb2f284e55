"""People, as a test lets them act: each handle does what Slack lets that person do."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from tests.slack import interactions, membership, posting
from tests.slack.basics import JSON, Refusal, User, stamp
from tests.slack.events import Occurrence
from tests.slack.files import File, take_in
from tests.slack.interactions import Place
from tests.slack.messages import Draft, Ephemeral, Message
from tests.slack.views import View
from tests.slack.wording import typed

if TYPE_CHECKING:
    from tests.slack.answers import Answer
    from tests.slack.channels import Channel
    from tests.slack.world import Workspace


class Person(User):
    """Somebody in the workspace. What they may not do raises `Refusal`, as Slack refuses it."""

    def __init__(
        self, workspace: Workspace, number: str, name: str, admin: bool = False, owner: bool = False
    ) -> None:
        super().__init__(workspace, number, name, admin, owner)
        self.ephemerals: list[Ephemeral] = []
        """What only this person was shown, in every channel, oldest first."""
        self.home: View | None = None
        """The App Home as it was last published for this person."""
        self.modals: list[View] = []
        """The modals that this person has open, the one on top last."""
        self.watchers: list[asyncio.Event] = []
        """Answers that wait for something to be shown to this person."""

    @property
    def inbox(self) -> list[Message]:
        """The bot's direct messages to this person, oldest first."""
        bot = self.workspace.bot
        conversation = self.workspace.conversation(self)
        return [one for one in conversation.messages if one.author is bot]

    @property
    def modal(self) -> View | None:
        """The modal that this person has before them."""
        return self.modals[-1] if self.modals else None

    def show(self, shown: Ephemeral) -> None:
        """Let this person alone see something."""
        self.ephemerals.append(shown)
        for watcher in self.watchers:
            watcher.set()

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
        through: User | None = None,
    ) -> Message:
        """Post a message, in a thread if one is given, and to the channel as well if `broadcast`.

        What is typed reaches the app as Slack stores it (wording.py): `<` as `&lt;`.
        `subtype="me_message"` is what `/me` makes; `through` is an app that speaks for them.
        """
        self._enter(channel)
        ts = thread.ts if thread else None
        kept = [take_in(self, file) for file in files]
        draft = Draft(typed(text), thread=ts, broadcast=broadcast, files=kept, subtype=subtype)
        draft.through = through
        message = posting.post(channel, self, draft)
        await asyncio.sleep(0)  # lets it be sent
        return message

    async def edit(self, message: Message, text: str) -> None:
        """Change one's own message."""
        posting.may_edit(message, self)
        posting.edit(message, self, Draft(typed(text), attachments=message.attachments))
        await asyncio.sleep(0)

    async def broadcast(self, reply: Message) -> None:
        """Send one's own reply to the channel as well, after it was posted in its thread."""
        posting.may_edit(reply, self)
        posting.broadcast(reply)
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

    async def shortcut(self, name: str, message: Message | None = None) -> Answer:
        """Choose a shortcut, by its name or callback id: at a message, or everywhere."""
        answer = interactions.send_shortcut(self, name, message)
        await asyncio.sleep(0)
        return answer

    async def press(self, place: Place, name: str) -> Answer:
        """Press a button of a message or view, by its text, action_id or value."""
        answer = interactions.press(self, place, name)
        await asyncio.sleep(0)
        return answer

    async def choose(self, place: Place, *options: str) -> Answer:
        """Choose of the menu in a message or view, by texts or values."""
        answer = interactions.choose(self, place, options)
        await asyncio.sleep(0)
        return answer

    async def submit(
        self, view: View, values: Mapping[str, str | Sequence[str]] | None = None
    ) -> Answer:
        """Fill in and send a modal; fields by label, block_id or action_id."""
        view.fill(values or {})
        answer = interactions.submit(self, view)
        await asyncio.sleep(0)
        return answer

    async def dismiss(self, view: View) -> None:
        """Close a modal without sending it."""
        interactions.dismiss(self, view)
        await asyncio.sleep(0)

    async def open_home(self, tab: str = "home") -> None:
        """Open the app's home, or another `tab` of it: "messages"."""
        world = self.workspace
        event: JSON = {
            "type": "app_home_opened",
            "user": self.id,
            "channel": world.conversation(self).id,
            "tab": tab,
            "event_ts": stamp(world.now()),
        }
        if self.home is not None and tab == "home":
            event["view"] = self.home.payload()
        world.tell(Occurrence(event, ("app_home_opened",)))
        await asyncio.sleep(0)

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

    async def set_topic(self, channel: Channel, topic: str) -> None:
        """Say in a channel's head what it is about."""
        self._enter(channel)
        membership.set_topic(channel, self, topic)
        await asyncio.sleep(0)

    def deactivate(self) -> None:
        """Let the account be closed (reference/events/user_change)."""
        self.deactivated = True
        at = stamp(self.workspace.now())
        event: JSON = {"type": "user_change", "user": self.payload(), "event_ts": at}
        self.workspace.tell(Occurrence(event, ("user_change",), ("users:read",)))


class Integration:
    """Something that posts from outside, under a name of its own and without an account."""

    def __init__(self, workspace: Workspace, number: str, name: str) -> None:
        self.user = User(workspace, "", name, bot=True, bot_id=number)

    async def say(self, channel: Channel, text: str, thread: Message | None = None) -> Message:
        """Post in a channel, as an incoming webhook does."""
        draft = Draft(text, thread=thread.ts if thread else None, subtype="bot_message")
        draft.username = self.user.name
        if channel.archived:
            raise Refusal("channel_is_archived")
        message = posting.publish(channel, self.user, draft)
        await asyncio.sleep(0)
        return message
