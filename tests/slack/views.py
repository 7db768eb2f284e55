"""Views: the modals and the App Home that a person is shown, and what is filled in there."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tests.slack.basics import JSON, Refusal
from tests.slack.blocks import check_view

if TYPE_CHECKING:
    from tests.slack.people import Person

DEEPEST = 3
"""Views of one stack of modals."""


class NotOffered(AssertionError):
    """Slack's client would not let this person choose, type or press that."""


class View:
    """A modal, or the App Home, as one person has it before them."""

    def __init__(self, person: Person, body: JSON, under: View | None = None) -> None:
        self.person = person
        self.id = person.workspace.new_id("V")
        self.under = under
        """The modal below this one."""
        self.values: JSON = {}
        """What is filled in, as `state.values` has it."""
        self.body: JSON = {}
        self.hash = ""
        self.closed = False
        self.change(body)

    def change(self, body: JSON) -> None:
        """Show something else in this view."""
        self.body = dict(body)
        self.body["blocks"] = [
            {"block_id": secrets.token_hex(3)} | block for block in body.get("blocks", [])
        ]
        self.hash = f"{self.person.workspace.now().timestamp():.6f}.{secrets.token_hex(4)}"

    @property
    def blocks(self) -> list[JSON]:
        found: list[JSON] = self.body["blocks"]
        return found

    @property
    def callback_id(self) -> str:
        return str(self.body.get("callback_id") or "")

    @property
    def title(self) -> str:
        return str((self.body.get("title") or {}).get("text", ""))

    @property
    def words(self) -> str:
        """Every text in the view, one a line."""
        return "\n".join(texts(self.blocks))

    def payload(self) -> JSON:
        """Write it as interactions and the answers of views.* have it."""
        world = self.person.workspace
        root = self
        while root.under is not None:
            root = root.under
        body: JSON = {
            "id": self.id,
            "team_id": world.id,
            "private_metadata": "",
            "callback_id": "",
            "external_id": "",
            "title": None,
            "close": None,
            "submit": None,
            "clear_on_close": False,
            "notify_on_close": False,
        }
        return (
            body
            | self.body
            | {
                "state": {"values": self.values},
                "hash": self.hash,
                "previous_view_id": self.under.id if self.under else None,
                "root_view_id": root.id,
                "app_id": world.application.id,
                "app_installed_team_id": world.id,
                "bot_id": world.bot.bot_id,
            }
        )

    def fill(self, values: Mapping[str, str | Sequence[str]]) -> None:
        """Fill in inputs, by label, block_id or action_id; options by their text or value.

        Raises NotOffered for a field that is not there or does not take the value.
        """
        inputs = [block for block in self.blocks if block["type"] == "input"]
        used: set[str] = set()
        state: JSON = {}
        for block in inputs:
            element = block["element"]
            names = {block["label"]["text"], block["block_id"], element.get("action_id", "")}
            key = next((one for one in values if one in names), None)
            used.update(() if key is None else [key])
            told = None if key is None else values[key]
            action = element.get("action_id") or secrets.token_hex(3)
            state[block["block_id"]] = {action: _value(block, element, told)}
        if set(values) - used:
            raise NotOffered(f"the view has no {sorted(set(values) - used)}")
        self.values = state


def _value(block: JSON, element: JSON, told: str | Sequence[str] | None) -> JSON:
    kind = element["type"]
    if kind in ("plain_text_input", "number_input", "datepicker", "timepicker"):
        part = {"datepicker": "selected_date", "timepicker": "selected_time"}.get(kind, "value")
        initial = element.get(f"initial_{part.removeprefix('selected_')}")
        words = initial if told is None else told
        least, most = element.get("min_length", 0), element.get("max_length", 3000)
        if not words and not block.get("optional"):
            raise NotOffered(f"{block['label']['text']!r} has to be filled in")
        if words and not least <= len(words) <= most:
            raise NotOffered(f"{block['label']['text']!r} takes {least} to {most} characters")
        return {"type": kind, part: words or None}
    if told is None and "initial_option" in element:
        return {"type": kind, "selected_option": element["initial_option"]}
    chosen = [] if told is None else pick(element, [told] if isinstance(told, str) else told)
    if not chosen and not block.get("optional"):
        raise NotOffered(f"{block['label']['text']!r} has to be chosen")
    if kind in ("static_select", "radio_buttons"):
        return {"type": kind, "selected_option": chosen[0] if chosen else None}
    if kind.endswith("_select") and not kind.startswith("multi"):
        part = f"selected_{kind.removesuffix('s_select')}"
        return {"type": kind, part: chosen[0] if chosen else None}
    return {"type": kind, "selected_options": chosen}


def pick(element: JSON, wanted: Sequence[str]) -> list[Any]:
    """Return the options of a menu with these texts or values; for users the ids themselves."""
    offered = list(element.get("options") or [])
    for group in element.get("option_groups") or []:
        offered += group["options"]
    if not offered:
        return list(wanted)
    known = {one["value"]: one for one in offered}
    known |= {one["text"]["text"]: one for one in offered}
    missing = [one for one in wanted if one not in known]
    if missing:
        raise NotOffered(f"the menu has no {missing}; it has {list(known)}")
    return [known[one] for one in wanted]


def elements(blocks: Sequence[JSON]) -> Iterator[tuple[JSON, JSON]]:
    """Return everything that can be pressed or chosen, each after its block."""
    for block in blocks:
        inner = [block.get("accessory"), *(block.get("elements") or [])]
        for one in inner:
            if isinstance(one, dict) and "action_id" in one:
                yield block, one


def texts(value: object) -> list[str]:
    """Return every text within blocks, in order."""
    if isinstance(value, dict):
        own = [value["text"]] if isinstance(value.get("text"), str) else []
        rest = [one for key, one in value.items() if not isinstance(one, str) or key != "text"]
        return own + [line for one in rest for line in texts(one)]
    if isinstance(value, list):
        return [line for one in value for line in texts(one)]
    return []


# ------------------------------------------------------------ what the app does


def publish(person: Person, body: object, told_hash: str = "") -> View:
    """Show somebody an App Home; raises what views.publish answers."""
    checked = check_view(body)
    if checked["type"] != "home":
        raise Refusal("invalid_arguments")
    if not person.workspace.application.home_tab:
        raise Refusal("not_enabled")
    if person.home is not None:
        if told_hash and told_hash != person.home.hash:
            raise Refusal("hash_conflict")
        person.home.change(checked)
    else:
        person.home = View(person, checked)
    return person.home


def open_modal(person: Person, body: object, *, on_top: bool = False) -> View:
    """Show somebody a modal, over the one that is open or instead of it."""
    checked = check_view(body)
    if checked["type"] != "modal":
        raise Refusal("invalid_arguments")
    if on_top and len(person.modals) >= DEEPEST:
        raise Refusal("push_limit_reached")
    under = person.modals[-1] if on_top and person.modals else None
    if not on_top:
        close(person)
    view = View(person, checked, under)
    person.modals.append(view)
    return view


def close(person: Person, *, all_of_them: bool = True) -> None:
    """Close the modals that somebody has before them, or the one on top."""
    while person.modals:
        person.modals.pop().closed = True
        if not all_of_them:
            return
