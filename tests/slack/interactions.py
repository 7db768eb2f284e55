"""Commands, shortcuts, presses and forms on their way from a person to the app."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tests.slack.answers import Answer
from tests.slack.basics import JSON, Refusal, stamp
from tests.slack.deliveries import Delivery, Kind
from tests.slack.messages import Ephemeral, Message
from tests.slack.views import NotOffered, View, elements, pick

if TYPE_CHECKING:
    from tests.slack.channels import Channel
    from tests.slack.people import Person

__all__ = ["Answer", "NotOffered", "Place"]  # those who interact want these from here too

Place = Message | Ephemeral | View
"""Where something can be pressed or chosen."""


def send(kind: Kind, payload: JSON, answer: Answer) -> Answer:
    """Bring an interaction to the app."""
    world = answer.person.workspace
    world.answers[answer.token] = answer
    world.triggers[answer.trigger] = answer
    answer.payload = payload
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
    if channel.archived or channel.deleted:
        raise NotOffered("nothing can be written in a channel that is archived or deleted")
    answer = Answer(person, channel)
    payload = {
        "token": application.verification_token,
        "team_id": world.id,
        "team_domain": world.domain,
        "channel_id": channel.id,
        "channel_name": named(channel)["name"],
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


def named(channel: Channel) -> JSON:
    """Write a channel as interactions have it."""
    if channel.kind == "im":
        return {"id": channel.id, "name": "directmessage"}
    return {"id": channel.id, "name": "privategroup" if channel.private else channel.name}


def _common(answer: Answer, kind: str) -> JSON:
    person, world = answer.person, answer.person.workspace
    user = {"id": person.id, "username": person.handle, "name": person.handle, "team_id": world.id}
    return {
        "type": kind,
        "team": {"id": world.id, "domain": world.domain},
        "user": user,
        "api_app_id": world.application.id,
        "token": world.application.verification_token,
        "trigger_id": answer.trigger,
        "enterprise": None,
        "is_enterprise_install": False,
    }


def _interactive(person: Person) -> None:
    if not person.workspace.application.interactive:
        raise NotOffered("the app has not turned interactivity on")


def send_shortcut(person: Person, name: str, message: Message | None) -> Answer:
    """Let somebody choose a shortcut, at a message or everywhere, by its name or callback id."""
    _interactive(person)
    kind = "global" if message is None else "message"
    shortcuts = person.workspace.application.shortcuts
    found = [one for one in shortcuts if one.kind == kind and name in (one.name, one.callback_id)]
    if not found or "commands" not in person.workspace.application.scopes:
        known = [one.callback_id for one in shortcuts if one.kind == kind]
        raise NotOffered(f"there is no {kind} shortcut {name!r}; there is: {known}")
    answer = Answer(person, message.channel if message else None)
    body = _common(answer, "message_action" if message else "shortcut")
    body |= {"callback_id": found[0].callback_id, "action_ts": stamp(person.workspace.now())}
    if message is not None:
        if message.deleted or message.tombstone:
            raise NotOffered("the message is gone")
        body |= {
            "channel": named(message.channel),
            "message_ts": message.ts,
            "message": message.payload(),
            "response_url": answer.response_url,
        }
    return send("interactive", body, answer)


def press(person: Person, place: Place, name: str) -> Answer:
    """Let somebody press a button, by its text, action_id or value."""
    for block, one in elements(place.blocks):
        known = (one.get("text", {}).get("text"), one["action_id"], one.get("value"))
        if one["type"] == "button" and name in known:
            told = {"text": one["text"]} | ({"value": one["value"]} if "value" in one else {})
            return _act(person, place, block, one, told)
    offered = [one["action_id"] for _, one in elements(place.blocks) if one["type"] == "button"]
    raise NotOffered(f"there is no button {name!r} here; there is: {offered}")


def choose(person: Person, place: Place, options: Sequence[str]) -> Answer:
    """Let somebody choose of a menu, by texts or values."""
    for block, one in elements(place.blocks):
        if one["type"] == "button" or one["type"].endswith("_input"):
            continue
        chosen = pick(one, options)
        if one["type"] in ("static_select", "overflow", "radio_buttons"):
            return _act(person, place, block, one, {"selected_option": chosen[0]})
        if one["type"] in ("checkboxes", "multi_static_select"):
            return _act(person, place, block, one, {"selected_options": chosen})
        part = f"selected_{one['type'].removesuffix('s_select')}"
        return _act(person, place, block, one, {part: chosen[0]})
    raise NotOffered("there is no menu here")


def _act(person: Person, place: Place, block: JSON, element: JSON, told: JSON) -> Answer:
    _interactive(person)
    channel = None if isinstance(place, View) else place.channel
    answer = Answer(person, channel, place)
    body = _common(answer, "block_actions")
    if isinstance(place, View):
        body |= {"container": {"type": "view", "view_id": place.id}, "view": place.payload()}
    else:
        body |= {
            "container": {
                "type": "message",
                "message_ts": place.ts,
                "channel_id": place.channel.id,
                "is_ephemeral": isinstance(place, Ephemeral),
            },
            "channel": named(place.channel),
            "response_url": answer.response_url,
            "state": {"values": {}},
        }
        if isinstance(place, Message):
            body["message"] = place.payload()
        if place.thread_ts:
            body["container"]["thread_ts"] = place.thread_ts
    action = {
        "type": element["type"],
        "action_id": element["action_id"],
        "block_id": block["block_id"],
        "action_ts": stamp(person.workspace.now()),
    }
    body["actions"] = [action | told]
    return send("interactive", body, answer)


def submit(person: Person, view: View) -> Answer:
    """Let somebody send a form that is filled in."""
    _interactive(person)
    if view.closed or view not in person.modals:
        raise NotOffered("this view is not open")
    if not view.body.get("submit"):
        raise NotOffered("this view has nothing to send")
    answer = Answer(person, None, view)
    body = _common(answer, "view_submission")
    body |= {"view": view.payload(), "response_urls": []}
    return send("interactive", body, answer)


def dismiss(person: Person, view: View) -> None:
    """Let somebody close a modal without sending it; the app is told if it wants to know."""
    if view not in person.modals:
        raise Refusal("not_found")
    person.modals.remove(view)
    view.closed = True
    if view.body.get("notify_on_close"):
        answer = Answer(person, None, view)
        body = _common(answer, "view_closed")
        send("interactive", body | {"view": view.payload(), "is_cleared": False}, answer)
