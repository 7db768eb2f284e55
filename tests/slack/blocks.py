"""What Slack takes for blocks: kinds, required parts, lengths (reference: Block Kit)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.slack.basics import JSON, Refusal
from tests.slack.wording import length

IN_A_MESSAGE = 50
IN_A_VIEW = 100
ALTOGETHER = 13_200
"""Characters of all blocks of a message; the page says nothing, it was measured (bolt-js#2509)."""
LARGEST_VIEW = 250 * 1024
KINDS = {
    "actions": "elements",
    "context": "elements",
    "divider": "",
    "file": "",
    "header": "text",
    "image": "alt_text",
    "input": "label",
    "markdown": "text",
    "rich_text": "elements",
    "section": "",
    "table": "rows",
    "video": "title",
}
"""Every kind of block, and a part that it must have."""
ONLY_IN_VIEWS = ("input",)
INTERACTIVE = {
    "button": "text",
    "checkboxes": "options",
    "channels_select": "",
    "conversations_select": "",
    "datepicker": "",
    "datetimepicker": "",
    "external_select": "",
    "multi_static_select": "options",
    "multi_users_select": "",
    "number_input": "",
    "overflow": "options",
    "plain_text_input": "",
    "radio_buttons": "options",
    "static_select": "options",
    "timepicker": "",
    "users_select": "",
}


class _Wrong(Exception):
    """What is wrong, and where."""

    def __init__(self, sentence: str, where: str) -> None:
        super().__init__(f"[ERROR] {sentence} [json-pointer:{where}]")


def check_blocks(blocks: Sequence[JSON]) -> None:
    """Raise what a message's blocks are refused with; messages say where as Slack's do."""
    try:
        _blocks(blocks, IN_A_MESSAGE, "/blocks", in_view=False)
    except _Wrong as wrong:
        raise Refusal("invalid_blocks", _told(wrong)) from None
    if length(blocks) > ALTOGETHER:
        raise Refusal("msg_blocks_too_long")


def check_view(view: object) -> JSON:
    """Return a view that may be shown; raises invalid_arguments or view_too_large."""
    try:
        found = _view(view)
    except _Wrong as wrong:
        raise Refusal("invalid_arguments", _told(wrong)) from None
    if len(str(view).encode()) > LARGEST_VIEW:
        raise Refusal("view_too_large")
    return found


def _view(view: object) -> JSON:
    if not isinstance(view, dict):
        raise _Wrong("must provide an object", "/view")
    kind, blocks = view.get("type"), view.get("blocks")
    if kind not in ("modal", "home"):
        raise _Wrong("must be one of: modal, home", "/view/type")
    if not isinstance(blocks, list):
        raise _Wrong("missing required field: blocks", "/view")
    if kind == "modal":
        _text(view.get("title"), 24, "/view/title", plain=True)
        for part in ("submit", "close"):
            if part in view:
                _text(view[part], 24, f"/view/{part}", plain=True)
        if "submit" not in view and any(one.get("type") == "input" for one in blocks):
            raise _Wrong("must define `submit` to use an `input` block in modals", "/view")
    for name, most in (("private_metadata", 3000), ("callback_id", 255)):
        if len(view.get(name) or "") > most:
            raise _Wrong(f"must be less than {most + 1} characters", f"/view/{name}")
    _blocks(blocks, IN_A_VIEW, "/view/blocks", in_view=True)
    return view


def _blocks(blocks: Any, most: int, where: str, *, in_view: bool) -> None:
    if len(blocks) > most:
        raise _Wrong(f"no more than {most} items allowed", where)
    for number, block in enumerate(blocks):
        _block(block, f"{where}/{number}", in_view=in_view)
    known = [one["block_id"] for one in blocks if one.get("block_id") is not None]
    if len(set(known)) < len(known):
        raise _Wrong("block_id is not unique", where)


def _block(block: Any, where: str, *, in_view: bool) -> None:
    if not isinstance(block, dict) or block.get("type") not in KINDS:
        kind = block.get("type") if isinstance(block, dict) else block
        raise _Wrong(f"unsupported type: {kind}", where)
    kind, needed = block["type"], KINDS[block["type"]]
    if needed and not block.get(needed):
        raise _Wrong(f"missing required field: {needed}", where)
    if len(block.get("block_id") or "") > 255:
        raise _Wrong("must be less than 256 characters", f"{where}/block_id")
    if kind in ONLY_IN_VIEWS and not in_view:
        raise _Wrong(f"unsupported type: {kind}", where)
    if kind == "section":
        _section(block, where)
    elif kind == "header":
        _text(block["text"], 150, f"{where}/text", plain=True)
    elif kind == "markdown" and len(block["text"]) > 12_000:
        raise _Wrong("must be less than 12001 characters", f"{where}/text")
    elif kind in ("actions", "context"):
        _elements(block, where)
    elif kind == "input":
        _text(block["label"], 2000, f"{where}/label", plain=True)
        _element(block.get("element"), f"{where}/element")


def _section(block: JSON, where: str) -> None:
    if not block.get("text") and not block.get("fields"):
        raise _Wrong("missing required field: text", where)
    if block.get("text"):
        _text(block["text"], 3000, f"{where}/text")
    fields = block.get("fields") or []
    if len(fields) > 10:
        raise _Wrong("no more than 10 items allowed", f"{where}/fields")
    for number, one in enumerate(fields):
        _text(one, 2000, f"{where}/fields/{number}")
    if "accessory" in block and block["accessory"].get("type") != "image":
        _element(block["accessory"], f"{where}/accessory")


def _elements(block: JSON, where: str) -> None:
    most = 25 if block["type"] == "actions" else 10
    if len(block["elements"]) > most:
        raise _Wrong(f"no more than {most} items allowed", f"{where}/elements")
    for number, one in enumerate(block["elements"]):
        inside = f"{where}/elements/{number}"
        if block["type"] == "actions":
            _element(one, inside)
        elif one.get("type") != "image":
            _text(one, 3000, inside)


def _element(element: Any, where: str) -> None:
    if not isinstance(element, dict) or element.get("type") not in INTERACTIVE:
        raise _Wrong("unsupported type", where)
    needed = INTERACTIVE[element["type"]]
    if needed == "options" and "option_groups" in element:
        _groups(element["option_groups"], where)
    elif needed and not element.get(needed):
        raise _Wrong(f"missing required field: {needed}", where)
    if len(element.get("action_id") or "") > 255:
        raise _Wrong("must be less than 256 characters", f"{where}/action_id")
    if element["type"] == "button":
        _text(element["text"], 75, f"{where}/text", plain=True)
        if len(element.get("value") or "") > 2000:
            raise _Wrong("must be less than 2001 characters", f"{where}/value")
    for part, longest in (("placeholder", 150), ("hint", 2000)):
        if part in element:
            _text(element[part], longest, f"{where}/{part}", plain=True)
    if element.get("initial_value") == "":
        raise _Wrong("must be more than 0 characters", f"{where}/initial_value")
    _initial(element, where)
    _options(element.get("options") or [], 5 if element["type"] == "overflow" else 100, where)


def _groups(groups: list[JSON], where: str) -> None:
    """Check a menu's groups of options (composition objects, "Option group")."""
    if not 0 < len(groups) <= 100:
        raise _Wrong("no more than 100 items allowed", f"{where}/option_groups")
    for number, group in enumerate(groups):
        inside = f"{where}/option_groups/{number}"
        _text(group.get("label"), 75, f"{inside}/label", plain=True)
        _options(group.get("options") or [], 100, inside)


def _initial(element: JSON, where: str) -> None:
    """Check that what is chosen at first is one of what is offered, word for word."""
    chosen = element.get("initial_option")
    groups = element.get("option_groups") or [{"options": element.get("options") or []}]
    if chosen is not None and not any(chosen in group["options"] for group in groups):
        raise _Wrong("must match one of the options", f"{where}/initial_option")


def _options(options: list[JSON], most: int, where: str) -> None:
    if len(options) > most:
        raise _Wrong(f"no more than {most} items allowed", f"{where}/options")
    for number, option in enumerate(options):
        _text(option.get("text"), 75, f"{where}/options/{number}/text")
        if not 0 < len(option.get("value") or "") <= 150:
            raise _Wrong("must be less than 151 characters", f"{where}/options/{number}/value")


def _text(text: Any, most: int, where: str, *, plain: bool = False) -> None:
    if not isinstance(text, dict) or text.get("type") not in ("plain_text", "mrkdwn"):
        raise _Wrong("missing required field: text", where)
    if plain and text["type"] != "plain_text":
        raise _Wrong("must be a plain_text object", where)
    words = text.get("text")
    if not isinstance(words, str) or not words:
        raise _Wrong("must be more than 0 characters", f"{where}/text")
    if len(words) > most:
        raise _Wrong(f"must be less than {most + 1} characters", f"{where}/text")


def _told(wrong: _Wrong) -> JSON:
    return {"errors": [str(wrong)], "response_metadata": {"messages": [str(wrong)]}}
