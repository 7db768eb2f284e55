"""The HTTP routes with which an application answers (interactions/receiving-and-responding)."""

from __future__ import annotations

from tests.discord import posting
from tests.discord.basics import JSON
from tests.discord.calls import Call, Done, Result, Routes
from tests.discord.interactions import AUTOCOMPLETE, COMPONENT, MODAL, Answer
from tests.discord.messages import (
    CHAT_INPUT_COMMAND,
    DEFAULT,
    EPHEMERAL,
    LOADING,
    MENU_COMMAND,
    REPLY,
    Message,
)
from tests.discord.rest import draft, shown
from tests.discord.rules import Refusal, bad_form, unknown

MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, CHOICES, FORM = 4, 5, 6, 7, 8, 9


def callback(call: Call) -> Result:
    answer = call.world.answers.get(call.ids["token"])
    if answer is None or answer.id != call.id("interaction_id"):
        raise unknown("Interaction")
    kind, data = call.form["type"], call.form.get("data") or {}
    _fits(answer, kind)
    if kind in (MESSAGE, UPDATE):
        posting.check_content(data.get("content") or "", data.get("embeds") or [])
    if kind == CHOICES:
        _check_choices(data.get("choices") or [])
    answer.acknowledge(kind)
    if kind in (MESSAGE, DEFERRED):
        answer.message = _new(call, answer, data, first=True)
        if kind == DEFERRED:
            answer.message.flags |= LOADING
        _publish(answer.message)
    elif kind in (DEFERRED_UPDATE, UPDATE):
        answer.message = answer.source
        if kind == UPDATE and answer.message is not None:
            _change(call, answer.message, data)
    elif kind == CHOICES:
        answer.choices = data.get("choices") or []
    else:
        answer.modal = data
    answer.show()
    return _callback_result(call, answer) if call.query.get("with_response") else None


def _callback_result(call: Call, answer: Answer) -> Result:
    body: JSON = {"interaction": {"id": str(answer.id), "type": answer.kind}}
    message = answer.message
    if message is not None:
        body["interaction"] |= {
            "response_message_id": str(message.id),
            "response_message_loading": bool(message.flags & LOADING),
            "response_message_ephemeral": bool(message.flags & EPHEMERAL),
        }
    if message is not None and answer.type in (MESSAGE, UPDATE):
        body["resource"] = {"type": answer.type, "message": shown(call, message)}
    return Done(200, body)


def _fits(answer: Answer, kind: int) -> None:
    """Refuse an answer of a kind that this interaction cannot have."""
    if answer.kind == AUTOCOMPLETE:
        fitting = {CHOICES}
    else:
        fitting = {MESSAGE, DEFERRED}
        if answer.source is not None:
            fitting |= {DEFERRED_UPDATE, UPDATE}
        if answer.kind != MODAL:
            fitting.add(FORM)
    if kind not in fitting:
        raise bad_form("type", f"Value must be one of {sorted(fitting)}.")


def _check_choices(choices: list[JSON]) -> None:
    if len(choices) > 25:
        raise bad_form("data.choices", "Must be 25 or fewer in length.", "BASE_TYPE_BAD_LENGTH")
    for choice in choices:
        if not 1 <= len(choice["name"]) <= 100 or len(str(choice["value"])) > 100:
            sentence = "Must be between 1 and 100 in length."
            raise bad_form("data.choices", sentence, "BASE_TYPE_BAD_LENGTH")


def _new(call: Call, answer: Answer, data: JSON, *, first: bool) -> Message:
    """Make the message of an answer; only what everybody may see will stand in the place."""
    wanted = draft(data, call.files)
    kind = DEFAULT
    if first and answer.kind != COMPONENT:
        kind = MENU_COMMAND if "target_id" in answer.data else CHAT_INPUT_COMMAND
    message = Message(
        call.world.new_id(),
        answer.place,
        call.bot,
        wanted.content.strip(),
        kind,
        embeds=list(wanted.embeds),
        components=list(wanted.components),
        attachments=posting.attach(answer.place, wanted),
        flags=wanted.flags,
        webhook=call.world.application.id,
        application=call.world.application.id,
        interaction=answer.metadata(),
    )
    original = answer.message
    if original is not None and not original.flags & EPHEMERAL:
        message.type, message.referenced = REPLY, original
        message.reference = {"type": 0, "message_id": str(original.id)} | answer.place.where()
    able = answer.place.permissions(call.bot)
    posting.mention(message, wanted.allowed_mentions, able, first=True)
    return message


def _publish(message: Message) -> None:
    if not message.flags & EPHEMERAL:
        message.place.add(message)


def _change(call: Call, message: Message, data: JSON) -> None:
    """Change a message of an answer; a promised one becomes the answer."""
    wanted = draft(data, call.files)
    posting.check_content(wanted.content.strip(), wanted.embeds)
    if message.flags & LOADING:
        message.flags &= ~LOADING
    else:
        message.edited_at = call.world.now()
    if "content" in data:
        message.content = wanted.content.strip()
    if "embeds" in data:
        message.embeds = list(wanted.embeds)
    if "components" in data:
        message.components = list(wanted.components)
    if "attachments" in data:
        kept = {str(one["id"]) for one in data["attachments"] or []}
        message.attachments = [one for one in message.attachments if str(one.id) in kept]
    message.attachments += posting.attach(message.place, wanted)
    able = message.place.permissions(call.bot)
    posting.mention(message, wanted.allowed_mentions, able, first=False)
    if not message.flags & EPHEMERAL:
        message.place.tell_message("MESSAGE_UPDATE", message)


def _answer(call: Call) -> Answer:
    """Return the answer whose token stands in the path."""
    answer = call.world.answers.get(call.ids["token"])
    if answer is None or call.id("application_id") != call.world.application.id:
        raise Refusal(401, 50027, "Invalid Webhook Token")
    answer.check_token()
    return answer


def follow_up(call: Call) -> Result:
    """Post another message; the first one after a deferral takes the place of "thinking"."""
    answer = _answer(call)
    wanted = draft(call.form, call.files)
    content = wanted.content.strip()
    if not any((content, wanted.embeds, wanted.files, wanted.components)):
        raise Refusal(400, 50006, "Cannot send an empty message")
    posting.check_content(content, wanted.embeds)
    if answer.thinking and answer.message is not None:
        message = answer.message
        _change(call, message, call.form)
    else:
        message = _new(call, answer, call.form, first=False)
        answer.followups.append(message)
        _publish(message)
    answer.show()
    return shown(call, message)


def get_answer(call: Call) -> Result:
    return shown(call, _answer(call).find(call.ids.get("message_id", "@original")))


def edit_answer(call: Call) -> Result:
    answer = _answer(call)
    message = answer.find(call.ids.get("message_id", "@original"))
    _change(call, message, call.form)
    answer.show()
    return shown(call, message)


def delete_answer(call: Call) -> Result:
    answer = _answer(call)
    message = answer.find(call.ids.get("message_id", "@original"))
    if message.flags & EPHEMERAL:
        message.deleted = True
    else:
        message.place.remove(message)
    answer.show()
    return None


WEBHOOK = "/webhooks/{application_id}/{token}"
ROUTES: Routes = (
    ("POST", "/interactions/{interaction_id}/{token}/callback", callback),
    ("POST", WEBHOOK, follow_up),
    ("GET", f"{WEBHOOK}/messages/@original", get_answer),
    ("PATCH", f"{WEBHOOK}/messages/@original", edit_answer),
    ("DELETE", f"{WEBHOOK}/messages/@original", delete_answer),
    ("GET", f"{WEBHOOK}/messages/{{message_id}}", get_answer),
    ("PATCH", f"{WEBHOOK}/messages/{{message_id}}", edit_answer),
    ("DELETE", f"{WEBHOOK}/messages/{{message_id}}", delete_answer),
)
