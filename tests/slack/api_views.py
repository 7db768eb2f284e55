"""The methods that show views: views.publish, .open, .push, .update."""

from __future__ import annotations

from tests.slack import views
from tests.slack.answers import Answer
from tests.slack.basics import JSON, Refusal
from tests.slack.blocks import check_view
from tests.slack.calls import Call, Method, Methods
from tests.slack.people import Person
from tests.slack.views import View


def publish(call: Call) -> JSON:
    person = call.world.users.get(str(call.need("user_id")))
    if not isinstance(person, Person):
        raise Refusal("invalid_arguments")
    view = views.publish(person, call.json("view"), call.text("hash"))
    return {"view": view.payload()}


def _triggered(call: Call) -> Answer:
    answer = call.world.triggers.get(str(call.need("trigger_id")))
    if answer is None:
        raise Refusal("invalid_trigger_id")
    return answer


def open_view(call: Call) -> JSON:
    return {"view": _triggered(call).open(call.json("view")).payload()}


def push(call: Call) -> JSON:
    return {"view": _triggered(call).open(call.json("view"), on_top=True).payload()}


def update(call: Call) -> JSON:
    view = _find(call)
    if call.text("hash") and call.text("hash") != view.hash:
        raise Refusal("hash_conflict")
    view.change(check_view(call.json("view")))
    return {"view": view.payload()}


def _find(call: Call) -> View:
    for person in call.world.users.values():
        if isinstance(person, Person):
            for view in (*person.modals, *([person.home] if person.home else [])):
                if call.text("view_id") == view.id:
                    return view
                external = view.body.get("external_id")
                if external and call.text("external_id") == external:
                    return view
    raise Refusal("not_found")


METHODS: Methods = {
    "views.publish": Method(publish),
    "views.open": Method(open_view),
    "views.push": Method(push),
    "views.update": Method(update),
}
