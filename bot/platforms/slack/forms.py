"""The check-in on Slack: a button or `/chat checkin`, and a window with the rules and a form."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.engine import checkin
from bot.engine.actions import Words
from bot.engine.agenda import Room
from bot.engine.buttons import CHECK_IN, chat_pressed
from bot.engine.checkin import (
    CONSENTS,
    LONGEST_INTEREST,
    NOT_STATED,
    Form,
    Unfit,
    country_name,
)
from bot.engine.countries import by_letter
from bot.engine.errors import Refused
from bot.engine.names import LONGEST
from bot.platforms.answering import CHECKED_IN, FAILED
from bot.platforms.appointment import shortened
from bot.platforms.platform import Asker, Door
from bot.platforms.slack.people import COMMANDS_WAIT, MESSAGES_WAIT, People
from bot.platforms.slack.replies import Aside, note
from bot.platforms.slack.shortcuts import LONGEST_OPTION, View, fill, window
from bot.platforms.slack.signals import PLATFORM
from bot.platforms.slack.text import text_of

TITLE = "Check in"
"""What people read above the window: at most 24 characters."""

WAITING = "The form comes in a moment."
UNOPENED = "The form could not be opened. Try again: /chat checkin"
AGREED = "Checking in you agree to these rules."

Block = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Where:
    """Where somebody checks in; `chat` is the id of the chat whose button they pressed."""

    channel: str
    thread: str | None = None
    chat: str = ""


class CheckIns:
    """Opens the window and takes what is sent."""

    def __init__(self, app: AsyncApp, door: Door, people: People) -> None:
        self._client = app.client  # Bolt's own would name the workspace in every call
        self._door = door
        self._people = people
        app.action(CHECK_IN)(self._pressed)
        app.view_submission(CHECK_IN)(self._sent)

    async def open(self, body: dict[str, Any], user: str, where: Where) -> None:
        """Open the window at once, for its trigger lasts three seconds; the form follows.

        `body` is what Slack told of the command or the button. Raises nothing.
        """
        url = str(body.get("response_url") or "")
        aside = Aside(self._client, user, where.channel, url, where.thread)
        waiting = window(WAITING, TITLE)
        offered = self._offered(user, where)
        await fill(aside, str(body["trigger_id"]), CHECKED_IN, waiting, offered, UNOPENED)

    async def _offered(self, user: str, where: Where) -> View:
        try:
            form = await self._door.checkin(await self._asker(user, where), where.chat)
        except Refused as refusal:
            return window(str(refusal), TITLE)
        except Exception as error:
            note(CHECKED_IN, error)
            return window(FAILED, TITLE)
        return _view(form, where)

    async def _pressed(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        chat = chat_pressed(str(body["actions"][0].get("value") or ""))
        where = Where(str(body["channel"]["id"]), body["container"].get("thread_ts"), chat)
        await self.open(body, str(body["user"]["id"]), where)

    async def _sent(self, ack: AsyncAck, body: dict[str, Any], view: View) -> None:
        """Keep a form, then say in the window what was understood, or beside a field what not."""
        user, where = str(body["user"]["id"]), Where(**json.loads(view["private_metadata"]))
        try:
            asker = await self._asker(user, where, MESSAGES_WAIT)  # it is not acknowledged yet
            told = (await self._door.check_in(dict(_typed(view)), asker, where.chat)).words
        except Unfit as unfit:
            await ack(response_action="errors", errors=dict(unfit.faults))
            return
        except Refused as refusal:
            told = (str(refusal),)
        except Exception as error:
            note(CHECKED_IN, error)
            told = (FAILED,)
        await ack(response_action="update", view=window(_written(told), TITLE))

    async def _asker(self, user: str, where: Where, patience: float = COMMANDS_WAIT) -> Asker:
        person = await self._people.person(user, where.channel, patience)
        return Asker(person, Room(PLATFORM, where.channel), where.thread)


def _written(words: Words) -> str:
    """Write an answer as plain text, in which nothing is a mention or a mark."""
    return "".join(piece if isinstance(piece, str) else text_of((piece,)) for piece in words)


# ---------------------------------------------------------------- the window


def _view(form: Form, where: Where) -> View:
    return {
        "type": "modal",
        "callback_id": CHECK_IN,
        "title": _plain(TITLE),
        "submit": _plain(TITLE),
        "close": _plain("Cancel"),
        "private_metadata": json.dumps(asdict(where)),
        "blocks": [*_above(form), *_fields(form)],
    }


def _above(form: Form) -> Iterator[Block]:
    """Yield what stands above the fields: for which chats it is, and their rules."""
    yield {"type": "section", "text": _plain(f"For all chats of {shortened(form.title, 200)}.")}
    if form.rules:
        yield {"type": "section", "text": _plain(form.rules)}
        yield {"type": "context", "elements": [_plain(AGREED)]}


def _fields(form: Form) -> Iterator[Block]:
    given = form.filled_in
    yield _input(
        checkin.NAME,
        "Name to be shown",
        _text(given[checkin.NAME], LONGEST, shortened(f"Left empty: {form.called}", 150)),
        "In transcripts, beside what you say.",
    )
    roles = [_option(role, role) for role in form.roles]
    yield _input(checkin.ROLE, "Role", _select({"options": roles}, roles, given[checkin.ROLE]))
    groups = [
        {"label": _plain(letter), "options": [_option(code, name) for code, name in named]}
        for letter, named in by_letter()
    ]
    named = [_option(given[checkin.COUNTRY], country_name(given[checkin.COUNTRY]))]
    yield _input(
        checkin.COUNTRY,
        "Country",
        _select({"option_groups": groups}, named, given[checkin.COUNTRY]),
    )
    yield _input(
        checkin.INTEREST,
        "Conflict of interest",
        _text(given[checkin.INTEREST], LONGEST_INTEREST, "What you have to disclose, or: none")
        | {"multiline": True},
        "Stands beside your name in transcripts.",
    )
    wishes = [_option(wish.value, words) for wish, words in CONSENTS.items()]
    (chosen,) = (one for one in wishes if one["value"] == given[checkin.CONSENT])
    yield _input(
        checkin.CONSENT,
        "In transcripts",
        {"type": "radio_buttons", "options": wishes, "initial_option": chosen},
    ) | {"optional": False}


def _input(name: str, label: str, element: Block, hint: str = "") -> Block:
    block: Block = {
        "type": "input",
        "block_id": name,
        "label": _plain(label),
        "element": element | {"action_id": name},
        "optional": True,
    }
    return block | ({"hint": _plain(hint)} if hint else {})


def _text(given: str, longest: int, placeholder: str) -> Block:
    element: Block = {
        "type": "plain_text_input",
        "max_length": longest,
        "placeholder": _plain(placeholder),
    }
    return element | ({"initial_value": given} if given else {})


def _select(offered: Block, options: list[Block], given: str) -> Block:
    chosen = [one for one in options if given and one["value"] == given]
    element: Block = {"type": "static_select", "placeholder": _plain(NOT_STATED)} | offered
    return element | ({"initial_option": chosen[0]} if chosen else {})


def _option(value: str, text: str) -> Block:
    return {"text": _plain(shortened(text, LONGEST_OPTION) or NOT_STATED), "value": value}


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": False}


# ---------------------------------------------------------------- what is sent


def _typed(view: View) -> Iterator[tuple[str, str]]:
    """Yield every field of a window that was sent, by its name."""
    values: Mapping[str, Mapping[str, Mapping[str, Any]]] = view["state"]["values"]
    for name in checkin.FIELDS:
        told = values.get(name, {}).get(name, {})
        option = told.get("selected_option") or {}
        yield name, str(told.get("value") or option.get("value") or "")
