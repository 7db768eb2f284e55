"""Commands: what a person does, and the answer that person sees."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.slack import posting
from tests.slack.basics import JSON, Refusal
from tests.slack.deliveries import FIRST, Delivery, Kind
from tests.slack.messages import Draft, Ephemeral, Message

if TYPE_CHECKING:
    from tests.slack.channels import Channel
    from tests.slack.people import Person

USES, LASTS = 5, timedelta(minutes=30)
"""How often, and for how long by the world's clock, a response_url can be used."""


class NoAnswer(AssertionError):
    """The app did not respond."""


class NotOffered(AssertionError):
    """Slack's client would not let this person choose or type that."""


class Answer:
    """What a command or an interaction leads to, as the person sees it who did it."""

    def __init__(self, person: Person, channel: Channel | None) -> None:
        self.person = person
        self.channel = channel
        self.token = secrets.token_urlsafe(18)
        self.trigger = f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**12)}.{self.token}"
        self.acknowledged = False
        self.acknowledgement: Any = None
        """What came with the acknowledgement: None, or JSON."""
        self.failure = ""
        """What Slack tells the person when the app did not acknowledge."""
        self.ephemerals: list[Ephemeral] = []
        """What only this person is shown in answer."""
        self.messages: list[Message] = []
        """What was posted for all to see in answer."""
        self.uses = 0
        self.ends = person.workspace.now() + LASTS
        self._changed = asyncio.Event()

    @property
    def response_url(self) -> str:
        world = self.person.workspace
        return f"{world.address}/commands/{world.id}/{self.token}"

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

    async def done(self, seconds: float = 10.0, words: int = 1) -> Answer:
        """Wait until the answer has so many ephemeral or public messages; raises NoAnswer."""
        await self._until(
            lambda: bool(self.failure) or len(self.ephemerals) + len(self.messages) >= words,
            seconds,
        )
        if self.failure:
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
        if isinstance(answer, dict) and (answer.get("text") or answer.get("blocks")):
            self.respond(answer)
        self._changed.set()

    def missed(self, reason: str) -> None:
        """Tell the person that the app did not acknowledge."""
        self.failure = "dispatch_failed" if reason != "timeout" else "operation_timeout"
        self._changed.set()

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
        draft = Draft(
            told.get("text") or "", told.get("blocks") or (), thread=told.get("thread_ts")
        )
        posting.check(draft)
        if told.get("response_type") == "in_channel":
            bot = self.person.workspace.bot
            self.messages.append(posting.publish(self.channel, bot, draft))
        else:
            ts, blocks = self.channel.new_ts(), list(draft.blocks)
            shown = Ephemeral(ts, self.channel, self.person, draft.text, blocks, draft.thread)
            self.ephemerals.append(shown)
            self.person.ephemerals.append(shown)
        self._changed.set()


Interaction = Answer


def send(kind: Kind, payload: JSON, answer: Answer) -> Answer:
    """Bring an interaction to the app."""
    world = answer.person.workspace
    world.answers[answer.token] = answer
    world.triggers[answer.trigger] = answer
    if world.application.revoked:
        answer.missed("revoked")
    else:
        world.send(Delivery(kind, payload, answer.heard, answer.missed))
    return answer


def send_command(person: Person, channel: Channel, command: str, text: str) -> Answer:
    """Let somebody send a slash command."""
    world = person.workspace
    application = world.application
    if command not in application.commands or "commands" not in application.scopes:
        known = ", ".join(sorted(application.commands)) or "none"
        raise NotOffered(f"{command} is not a valid command; there is: {known}")
    if channel.archived:
        raise NotOffered("nothing can be written in an archived channel")
    answer = Answer(person, channel)
    payload = {
        "token": application.verification_token,
        "team_id": world.id,
        "team_domain": world.domain,
        "channel_id": channel.id,
        "channel_name": "directmessage" if channel.direct else channel.name,
        "user_id": person.id,
        "user_name": person.handle,
        "command": command,
        "text": text,
        "api_app_id": application.id,
        "is_enterprise_install": "false",
        "response_url": answer.response_url,
        "trigger_id": answer.trigger,
    }
    return send("slash_commands", payload, answer)
