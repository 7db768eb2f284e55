"""Commands, buttons, menus and forms: what a person does, and the answer that person sees."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.discord.application import MESSAGE_MENU
from tests.discord.basics import JSON, Dispatch
from tests.discord.commands import NotOffered, offered, typed
from tests.discord.messages import EPHEMERAL, LOADING, File, Message
from tests.discord.places import Place
from tests.discord.rules import Refusal, unknown

if TYPE_CHECKING:
    from tests.discord.people import Member

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL = 2, 3, 4, 5
BUTTON, SELECT, TEXT_INPUT, LABEL = 2, 3, 4, 18
FIRST = 3.0
"""Seconds for the first answer, on the real clock (interactions/receiving-and-responding)."""
TOKEN = timedelta(minutes=15)
"""How long the token can be used, by the world's clock."""


class NoAnswer(AssertionError):
    """The application did not respond."""


class Answer:
    """What one command, press or form leads to, as the person sees it who did it."""

    def __init__(
        self, member: Member, place: Place, kind: int, data: JSON, source: Message | None = None
    ) -> None:
        world = place.world
        self.member = member
        self.place = place
        self.kind = kind
        self.data = data
        self.source = source
        """The message at whose button, menu or form this happened."""
        self.id = world.new_id()
        self.token = secrets.token_urlsafe(48)
        self.type: int | None = None
        """Discord's number of the first answer: 4 a message, 5 deferred, 8 choices, 9 a form."""
        self.message: Message | None = None
        """The first answer; for 6 and 7 it is the message that already stood there."""
        self.followups: list[Message] = []
        self.choices: list[JSON] = []
        self.modal: JSON = {}
        self.form: Answer | None = None
        """The answer that was the form, when this is what was filled in."""
        self._born = asyncio.get_running_loop().time()
        self._ends = world.now() + TOKEN
        self._changed = asyncio.Event()

    # ------------------------------------------------------------ what the person sees

    async def first(self, seconds: float = FIRST) -> Answer:
        """Wait for the first answer of any kind; raises NoAnswer after `seconds`."""
        await self._until(lambda: self.type is not None, seconds)
        return self

    async def done(self, seconds: float = 30.0) -> Answer:
        """Wait until the answer is there and is no longer "thinking"; raises NoAnswer."""
        await self._until(lambda: self.type is not None and not self.thinking, seconds)
        return self

    @property
    def deferred(self) -> bool:
        """Tell whether the first answer only promised one."""
        return self.type in (5, 6)

    @property
    def thinking(self) -> bool:
        return self.message is not None and bool(self.message.flags & LOADING)

    @property
    def ephemeral(self) -> bool:
        """Tell whether this person alone sees it."""
        return bool(self.message and self.message.flags & EPHEMERAL)

    @property
    def messages(self) -> list[Message]:
        """The first answer and the follow-ups that are still there."""
        first = [self.message] if self.message and not self.thinking else []
        return [one for one in (*first, *self.followups) if not one.deleted]

    @property
    def text(self) -> str:
        """The words of all messages of the answer."""
        return "\n".join(message.content for message in self.messages)

    @property
    def files(self) -> list[File]:
        return [one.file for message in self.messages for one in message.attachments]

    @property
    def components(self) -> list[JSON]:
        return [one for message in self.messages for one in message.components]

    async def press(self, label: str) -> Answer:
        """Press a button of the answer, by its label or custom id."""
        return await press(self.member, self._latest(BUTTON), label)

    async def choose(self, *options: str) -> Answer:
        """Choose of the menu in the answer, by labels or values."""
        return await choose(self.member, self._latest(SELECT), *options)

    async def fill(self, values: Mapping[str, str | Sequence[str]]) -> Answer:
        """Fill in and send the form that is the answer, by labels or custom ids."""
        if self.type != 9:
            raise NotOffered("the answer is no form")
        data = {"custom_id": self.modal["custom_id"], "components": _filled(self.modal, values)}
        sent = Answer(self.member, self.place, MODAL, data, self.source)
        sent.form = self
        return send(sent)

    def _latest(self, kind: int) -> Message:
        for message in reversed(self.messages):
            if any(one["type"] == kind for one in parts(message.components)):
                return message
        raise NotOffered("there is nothing of that kind in the answer")

    async def _until(self, condition: Callable[[], bool], seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                while not condition():
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            raise NoAnswer("The application did not respond") from None

    # ------------------------------------------------------------ what the application did

    def acknowledge(self, kind: int) -> None:
        """Take the first answer; raises 10062 after three seconds, 40060 on a second one."""
        if self.type is not None:
            raise Refusal(400, 40060, "Interaction has already been acknowledged.")
        if asyncio.get_running_loop().time() - self._born > FIRST:
            raise unknown("Interaction")
        self.type = kind

    def expire(self) -> None:
        """Let the three seconds for the first answer be over."""
        self._born -= FIRST

    def check_token(self) -> None:
        """Raise 50027 after fifteen minutes, 10015 before the first answer."""
        if self.place.world.now() > self._ends:
            raise Refusal(401, 50027, "Invalid Webhook Token")
        if self.type is None:
            raise unknown("Webhook")

    def show(self) -> None:
        """Let the person see what has changed."""
        self._changed.set()

    def find(self, number: str) -> Message:
        """Return a message of this answer: `@original`, or by its id; raises 10008."""
        every = [self.message, *self.followups]
        for message in [self.message] if number == "@original" else every:
            if message and not message.deleted and number in ("@original", str(message.id)):
                return message
        raise unknown("Message")

    def payload(self) -> JSON:
        """Write it as INTERACTION_CREATE has it."""
        world, guild, user = self.place.world, self.place.guild, self.member.user
        body: JSON = {
            "id": str(self.id),
            "application_id": str(world.application.id),
            "type": self.kind,
            "token": self.token,
            "version": 1,
            "data": self.data,
            "channel_id": str(self.place.id),
            "channel": self.place.payload()
            | {"permissions": str(self.place.permissions(user).value)},
            "app_permissions": str(self.place.permissions(world.bot).value),
            "locale": "en-US",
            "entitlements": [],
            "authorizing_integration_owners": {"0": str(guild.id) if guild else "0"},
            "context": 0 if guild else 1,
            "attachment_size_limit": world.application.largest_file,
        }
        if guild is None:
            body["user"] = user.payload()
        else:
            able = self.place.permissions(user)
            body["member"] = self.member.payload() | {"permissions": str(able.value)}
            body["guild_id"] = str(guild.id)
            body["guild"] = {"id": str(guild.id), "locale": "en-US", "features": []}
            body["guild_locale"] = "en-US"
        if self.source is not None:
            body["message"] = self.source.payload()
        return body

    def metadata(self) -> JSON:
        """Write it as the message that answers it shows."""
        owners = {"0": str(self.place.guild.id) if self.place.guild else "0"}
        body: JSON = {
            "id": str(self.id),
            "type": self.kind,
            "user": self.member.user.payload(),
            "authorizing_integration_owners": owners,
        }
        if self.kind == COMPONENT and self.source is not None:
            body["interacted_message_id"] = str(self.source.id)
        if self.form is not None:
            body["triggering_interaction_metadata"] = self.form.metadata()
        return body


def send(answer: Answer) -> Answer:
    """Bring an interaction to the application."""
    world = answer.place.world
    world.answers[answer.token] = answer
    world.tell(Dispatch("INTERACTION_CREATE", answer.payload(), answer.place.guild))
    return answer


async def type_command(
    member: Member, place: Place, path: str, values: Mapping[str, Any]
) -> Answer:
    """Let somebody send a slash command."""
    answer = send(Answer(member, place, COMMAND, typed(member, place, path, values)))
    await asyncio.sleep(0)
    return answer


async def autocomplete(
    member: Member, place: Place, path: str, values: Mapping[str, Any]
) -> list[JSON]:
    """Let somebody type at the last option of a slash command; return the choices."""
    data = typed(member, place, path, values, focused=list(values)[-1])
    answer = send(Answer(member, place, AUTOCOMPLETE, data))
    return (await answer.first()).choices


async def choose_menu(member: Member, name: str, message: Message) -> Answer:
    """Let somebody choose a command of the menu at a message."""
    command = offered(member, message.place, name, MESSAGE_MENU)
    data: JSON = {
        "id": command["id"],
        "name": name,
        "type": MESSAGE_MENU,
        "target_id": str(message.id),
        "resolved": {"messages": {str(message.id): message.payload()}},
    }
    answer = send(Answer(member, message.place, COMMAND, data))
    await asyncio.sleep(0)
    return answer


async def press(member: Member, message: Message, label: str) -> Answer:
    """Let somebody press a button at a message, by its label or custom id."""
    button = _part(message, BUTTON, label)
    data = {"component_type": BUTTON, "custom_id": button["custom_id"], "id": button.get("id", 1)}
    return send(Answer(member, message.place, COMPONENT, data, message))


async def choose(member: Member, message: Message, *options: str) -> Answer:
    """Let somebody choose of the menu at a message, by labels or values."""
    menu = _part(message, SELECT, None)
    data: JSON = {
        "component_type": SELECT,
        "custom_id": menu["custom_id"],
        "id": menu.get("id", 1),
        "values": _chosen(menu, options),
    }
    return send(Answer(member, message.place, COMPONENT, data, message))


def parts(components: Sequence[JSON]) -> Iterator[JSON]:
    """Return all components, those inside of rows and labels too."""
    for one in components:
        yield one
        yield from parts(one.get("components") or [])
        if "component" in one:
            yield one["component"]


def _part(message: Message, kind: int, name: str | None) -> JSON:
    """Return the button or menu of a message; raises NotOffered."""
    for one in parts(message.components):
        named = name is None or name in (one.get("label"), one.get("custom_id"))
        if one["type"] == kind and named:
            if one.get("disabled") or "custom_id" not in one:
                raise NotOffered(f"{name!r} cannot be used")
            return one
    raise NotOffered(f"there is no {name!r} at this message")


def _chosen(menu: JSON, options: Sequence[str]) -> list[str]:
    known = {one["label"]: one["value"] for one in menu["options"]}
    known |= {value: value for value in known.values()}
    missing = [one for one in options if one not in known]
    if missing:
        raise NotOffered(f"the menu has no {missing}; it has {list(known)}")
    least, most = menu.get("min_values", 1), menu.get("max_values", 1)
    if not least <= len(options) <= most:
        raise NotOffered(f"{least} to {most} can be chosen, not {len(options)}")
    return [known[one] for one in options]


def _filled(modal: JSON, values: Mapping[str, str | Sequence[str]]) -> list[JSON]:
    """Write a form as it is sent; raises NotOffered for a field that is not there or too long."""
    used: set[str] = set()
    sent = [_sent(one, values, used) for one in modal["components"]]
    if set(values) - used:
        raise NotOffered(f"the form has no {sorted(set(values) - used)}")
    return sent


def _sent(holder: JSON, values: Mapping[str, str | Sequence[str]], used: set[str]) -> JSON:
    kind = holder["type"]
    if kind == LABEL:
        field = _field(holder["component"], holder["label"], values, used)
        return {"type": kind, "id": holder.get("id", 1), "component": field}
    fields = holder.get("components", [])
    inner = [_field(one, one.get("label", ""), values, used) for one in fields]
    return {"type": kind, "id": holder.get("id", 1), "components": inner}


def _field(
    one: JSON, label: str, values: Mapping[str, str | Sequence[str]], used: set[str]
) -> JSON:
    key = label if label in values else one["custom_id"]
    used.add(key)
    told = {"type": one["type"], "id": one.get("id", 1), "custom_id": one["custom_id"]}
    value = values.get(key, one.get("value") or "")
    if one["type"] == SELECT:
        if key not in values:
            value = [option["value"] for option in one["options"] if option.get("default")]
        return told | {"values": _chosen(one, [value] if isinstance(value, str) else value)}
    assert isinstance(value, str)
    least, most = one.get("min_length", 0), one.get("max_length", 4000)
    least = max(least, 1) if one.get("required", True) else 0
    if not least <= len(value) <= most:
        raise NotOffered(f"{label!r} takes {least} to {most} characters, not {len(value)}")
    return told | {"value": value}
