"""Everything there is in this workspace: its clock, people, channels, groups, files, the app."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tests.slack import posting
from tests.slack.application import Application
from tests.slack.basics import JSON, Refusal, User, slack_id, stamp
from tests.slack.channels import Channel
from tests.slack.events import Occurrence
from tests.slack.people import Integration, Person

if TYPE_CHECKING:
    from tests.slack.answers import Answer
    from tests.slack.deliveries import Delivery
    from tests.slack.files import File, Upload
    from tests.slack.messages import Message


class UserGroup:
    """A user group, such as @moderators."""

    def __init__(self, number: str, handle: str, users: list[User]) -> None:
        self.id = number
        self.handle = handle
        self.users = users
        self.disabled = False


class Workspace:
    """The workspace of a test. Its clock is `now`: real time unless a test sets or shifts it."""

    def __init__(self, name: str = "Urology", app: str = "Rounds") -> None:
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)
        self._numbers = itertools.count(1)
        self.name = name
        self.created = self.now()
        self.id = self.new_id("T")
        self.channels: dict[str, Channel] = {}
        self.groups: dict[str, UserGroup] = {}
        self.uploads: dict[str, Upload] = {}
        self.files: dict[str, File] = {}
        self.answers: dict[str, Answer] = {}
        """What a response_url leads to, by its last part."""
        self.triggers: dict[str, Answer] = {}
        self.address = ""
        """Where this Slack is reached; the server writes it here."""
        self.tell: Callable[[Occurrence], None] = lambda occurrence: None
        """Who brings events to the app; the deliveries put themselves here."""
        self.send: Callable[[Delivery], None] = lambda delivery: None
        """Who brings commands and interactions to the app."""
        self.may_not_archive: set[str] = set()
        """Whom the workspace's settings do not let archive channels, by id."""
        self.edit_window: timedelta | None = None
        """How long after it was posted the workspace lets a message be edited; None is for ever."""
        self.pages_from_oldest = True
        """Whether history asked for with `oldest` alone begins there, as its page says."""
        self.pages_of: int | None = None
        """How many messages a page of history holds at most; 15 for some distributed apps."""
        app_id = self.new_id("A")
        bot = User(self, self.new_id("U"), app, bot=True, bot_id=self.new_id("B"), app_id=app_id)
        slackbot = User(self, "USLACKBOT", "Slackbot")
        self.users = {bot.id: bot, slackbot.id: slackbot}
        self.application = Application(app_id, bot)
        self.owner = self.user("Olga Owner", owner=True)
        self.general = self.channel("general", creator=self.owner)
        self.general.general = True

    @property
    def bot(self) -> User:
        """The bot's own account."""
        return self.application.user

    @property
    def domain(self) -> str:
        return self.name.lower().replace(" ", "-")

    @property
    def url(self) -> str:
        """What permalinks begin with."""
        return f"https://{self.domain}.slack.com/"

    def new_id(self, prefix: str) -> str:
        """Return an id unlike all others."""
        return slack_id(prefix, 60_000_000_000_000 + 7919 * next(self._numbers))

    def set(self, at: datetime) -> None:
        """Let the clock stand at `at` until it is set again."""
        self.now = lambda: at

    def shift(self, by: timedelta) -> None:
        """Let the clock run on from where it is, `by` later."""
        before = self.now
        self.now = lambda: before() + by

    # ------------------------------------------------------------ who and what is there

    def user(
        self,
        name: str,
        *,
        admin: bool = False,
        owner: bool = False,
        display_name: str = "",
        guest: bool = False,
    ) -> Person:
        """Let somebody have an account, and be in #general unless they are a guest."""
        person = Person(self, self.new_id("U"), name, admin, owner)
        person.display_name, person.guest = display_name, guest
        self.users[person.id] = person
        if hasattr(self, "general") and not guest:
            self.general.members[person.id] = person
        return person

    def channel(
        self,
        name: str,
        *,
        private: bool = False,
        creator: User | None = None,
        with_bot: bool = True,
        members: Sequence[User] = (),
    ) -> Channel:
        """Make a channel with these members, and the bot unless it is to stay out.

        A person who acts in a public channel joins it first, silently, as Slack's client offers.
        """
        channel = Channel(self, self.new_id("C"), name, creator or self.owner, private=private)
        self.channels[channel.id] = channel
        for member in (channel.creator, *members, *([self.bot] if with_bot else [])):
            channel.members[member.id] = member
        return channel

    def conversation(self, *people: User) -> Channel:
        """Return the direct messages between the bot and somebody, or several people."""
        wanted = {one.id for one in people} | {self.bot.id}
        for channel in self.channels.values():
            if channel.direct and set(channel.members) == wanted:
                return channel
        several = len(people) > 1
        number = self.new_id("G" if several else "D")
        name = "mpdm-" + "--".join(one.handle for one in people) + "-1" if several else ""
        made = Channel(self, number, name, self.bot, private=True, direct=True)
        made.members = {one.id: one for one in (self.bot, *people)}
        self.channels[made.id] = made
        return made

    def group(self, handle: str, *users: User) -> UserGroup:
        """Make a user group."""
        group = UserGroup(self.new_id("S"), handle, list(users))
        self.groups[group.id] = group
        return group

    def integration(self, name: str) -> Integration:
        """Set up something that posts from outside under a name of its own, such as a feed."""
        return Integration(self, self.new_id("B"), name)

    def other_bot(self, name: str) -> Person:
        """Install another app, whose bot posts as apps do today: with an account of its own."""
        bot = Person(self, self.new_id("U"), name)
        bot.bot, bot.bot_id, bot.app_id = True, self.new_id("B"), self.new_id("A")
        self.users[bot.id] = bot
        return bot

    def unfurl(self, message: Message, attachment: JSON) -> None:
        """Let Slack show what a link in a message leads to, some time after it was posted."""
        posting.unfurl(message, attachment)

    # ------------------------------------------------------------ the installation

    def revoke_tokens(self) -> None:
        """Let the bot's token be revoked; the app is told before, and of nothing more."""
        event: JSON = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [self.bot.id]}}
        self.tell(Occurrence(event | {"event_ts": stamp(self.now())}, ("tokens_revoked",)))
        self.application.revoked = "token_revoked"

    def uninstall(self) -> None:
        """Take the app out of the workspace, and the bot out of every channel."""
        event = {"type": "app_uninstalled", "event_ts": stamp(self.now())}
        self.tell(Occurrence(event, ("app_uninstalled",)))
        self.revoke_tokens()
        self.application.revoked = "account_inactive"
        for channel in self.channels.values():
            channel.members.pop(self.bot.id, None)

    def reinstall(self, token: str | None = None) -> None:
        """Install the app again, with another bot token if one is given."""
        self.application.revoked = ""
        self.application.bot_token = token or self.application.bot_token

    # ------------------------------------------------------------ what the app asks for

    def find_user(self, number: object) -> User:
        """Return somebody by id; raises user_not_found."""
        found = self.users.get(str(number))
        if found is None:
            raise Refusal("user_not_found")
        return found

    def find_channel(self, number: object) -> Channel:
        """Return a channel that the app can know of; raises channel_not_found.

        A private channel is not there for an app which is not in it (conversations.info).
        """
        channel = self.channels.get(str(number))
        if channel is None or channel.deleted:
            raise Refusal("channel_not_found")
        if channel.private and self.bot.id not in channel.members:
            raise Refusal("channel_not_found")
        return channel
