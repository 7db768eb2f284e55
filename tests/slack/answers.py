"""The answer to a command, a shortcut, a press or a form, as the person sees it who did it."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.slack import events, posting, views
from tests.slack.basics import JSON, Refusal
from tests.slack.deliveries import FIRST
from tests.slack.messages import Draft, Ephemeral, Message
from tests.slack.views import View
from tests.slack.wording import pings

if TYPE_CHECKING:
    from tests.slack.channels import Channel
    from tests.slack.people import Person

USES, LASTS = 5, timedelta(minutes=30)
"""How often, and for how long by the world's clock, a response_url can be used."""


class NoAnswer(AssertionError):
    """The app did not respond."""


class Answer:
    """What a command or an interaction leads to, as the person sees it who did it."""

    def __init__(
        self,
        person: Person,
        channel: Channel | None,
        source: Message | Ephemeral | View | None = None,
    ) -> None:
        self.person = person
        self.channel = channel
        self.source = source
        """What was pressed or sent: a message, an ephemeral one, a view."""
        self.payload: JSON = {}
        """What the app was sent."""
        self.token = secrets.token_urlsafe(18)
        self.trigger = f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**12)}.{self.token}"
        self.acknowledged = False
        self.acknowledgement: Any = None
        """What came with the acknowledgement: None, or JSON."""
        self.failure = ""
        """What Slack tells the person when the app did not acknowledge."""
        self.ephemerals: list[Ephemeral] = []
        """What only this person is shown in answer, over the response_url or with the ack."""
        self.messages: list[Message] = []
        """What was posted for all to see in answer, over the response_url or with the ack."""
        self.view: View | None = None
        """The modal that was opened in answer."""
        self.errors: dict[str, str] = {}
        """What was wrong with a form, by block_id."""
        self.uses = 0
        self.ends = person.workspace.now() + LASTS
        self._told_before = len(person.ephemerals)
        self._born = asyncio.get_running_loop().time()
        self._changed = asyncio.Event()
        person.watchers.append(self._changed)

    @property
    def response_url(self) -> str:
        world = self.person.workspace
        return f"{world.address}/commands/{world.id}/{self.token}"

    @property
    def told(self) -> list[Ephemeral]:
        """What this person alone was shown since, chat.postEphemeral included."""
        return self.person.ephemerals[self._told_before :]

    @property
    def text(self) -> str:
        """The words of everything in the answer."""
        words = [one.text for one in self.ephemerals]
        return "\n".join([*words, *(one.text for one in self.messages)])

    # ------------------------------------------------------------ waiting

    async def acked(self, seconds: float = FIRST + 1) -> Answer:
        """Wait for the acknowledgement; raises NoAnswer if it does not come in three seconds."""
        await self._until(lambda: self.acknowledged or bool(self.failure), seconds)
        if not self.acknowledged:
            raise NoAnswer(self.failure)
        return self

    async def done(self, seconds: float = 30.0, words: int = 1) -> Answer:
        """Wait until the answer has so many ephemeral or public messages; raises NoAnswer."""
        return await self._when(lambda: len(self.ephemerals) + len(self.messages) >= words, seconds)

    async def opened(self, seconds: float = 30.0) -> View:
        """Wait for the modal that is the answer; raises NoAnswer."""
        await self._when(lambda: self.view is not None, seconds)
        assert self.view is not None
        return self.view

    async def heard_privately(self, seconds: float = 30.0) -> list[Ephemeral]:
        """Wait until this person alone was told something, however it came; raises NoAnswer."""
        await self._when(lambda: bool(self.told), seconds)
        return self.told

    async def _when(self, condition: Callable[[], bool], seconds: float) -> Answer:
        await self._until(lambda: condition() or bool(self.failure), seconds)
        if not condition():
            raise NoAnswer(self.failure)
        return self

    async def _until(self, condition: Callable[[], bool], seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                while not condition():
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            raise NoAnswer("there was no answer") from None

    # ------------------------------------------------------------ what the app did

    def heard(self, answer: object) -> None:
        """Take the acknowledgement, and what came with it."""
        self.acknowledged, self.acknowledgement = True, answer
        if isinstance(answer, dict):
            if self.payload.get("type") == "view_submission":
                self._take_view(answer)
            elif "command" in self.payload and (answer.get("text") or answer.get("blocks")):
                self.respond(answer)
        elif self.payload.get("type") == "view_submission":
            views.close(self.person, all_of_them=False)
        self._changed.set()

    def _take_view(self, told: JSON) -> None:
        """Do with the form what the acknowledgement says (view_submission, "response_action")."""
        match told.get("response_action"):
            case "errors":
                assert isinstance(self.source, View)
                known = {block["block_id"] for block in self.source.blocks}
                self.errors = {key: text for key, text in told["errors"].items() if key in known}
            case "update":
                assert isinstance(self.source, View)
                self.source.change(told["view"])
            case "push":
                self.view = views.open_modal(self.person, told["view"], on_top=True)
            case "clear":
                views.close(self.person)
            case _:
                views.close(self.person, all_of_them=False)

    def missed(self, reason: str) -> None:
        """Tell the person that the app did not acknowledge."""
        self.failure = "operation_timeout" if "timeout" in reason else "dispatch_failed"
        self._changed.set()

    def show(self) -> None:
        """Let those who wait look again."""
        self._changed.set()

    def open(self, body: object, *, on_top: bool = False) -> View:
        """Open a modal with this answer's trigger_id; raises what views.open answers."""
        if asyncio.get_running_loop().time() - self._born > FIRST:
            raise Refusal("expired_trigger_id")
        if self.view is not None:
            raise Refusal("exchanged_trigger_id")
        self.view = views.open_modal(self.person, body, on_top=on_top)
        self._changed.set()
        return self.view

    def expire(self) -> None:
        """Let the three seconds of the trigger_id be over."""
        self._born -= FIRST + 0.1

    def use(self) -> None:
        """Count a use of the response_url; raises used_url and expired_url."""
        if self.person.workspace.now() > self.ends:
            raise Refusal("expired_url", status=404)
        if self.uses >= USES:
            raise Refusal("used_url", status=404)
        self.uses += 1

    def respond(self, told: JSON) -> None:
        """Show what the app answers: to this person, or to all with `in_channel`."""
        if self.channel is None:
            raise Refusal("no_channel", status=400)
        if told.get("delete_original"):
            self._delete_original()
        elif told.get("replace_original") and self.source is not None:
            self._replace_original(told)
        else:
            self._say(self.channel, told)
        self._changed.set()

    def _say(self, channel: Channel, told: JSON) -> None:
        text, blocks = told.get("text") or "", told.get("blocks") or []
        draft = Draft(text, blocks, thread=told.get("thread_ts"))
        posting.check(draft)
        if told.get("response_type") == "in_channel":
            bot = self.person.workspace.bot
            self.messages.append(posting.publish(channel, bot, draft))
            return
        ts, numbered = channel.new_ts(), posting.numbered(blocks)
        shown = Ephemeral(ts, channel, self.person, text, numbered, draft.thread)
        shown.pings = pings(text, blocks)
        self.ephemerals.append(shown)
        self.person.show(shown)

    def _replace_original(self, told: JSON) -> None:
        draft = Draft(told.get("text") or "", told.get("blocks") or [])
        posting.check(draft)
        source = self.source
        if isinstance(source, Message):
            posting.edit(source, source.author, draft)
        elif isinstance(source, Ephemeral):
            source.text, source.blocks = draft.text, posting.numbered(draft.blocks)

    def _delete_original(self) -> None:
        source = self.source
        if isinstance(source, Message):
            before = source.payload()
            source.channel.remove(source)
            events.tell_deleted(source, before)
        elif isinstance(source, Ephemeral):
            source.gone = True
