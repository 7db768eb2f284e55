"""The check-in on Discord: a button or `/chat checkin`, the rules, and a form.

Discord takes five fields in a form and no text beside them, so the rules stand in a message of
their own before it. What is pressed and sent says which chat it is about; so it is answered after
a restart too.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

import discord

from bot.engine import checkin
from bot.engine.buttons import CHECK_IN, pressed_as
from bot.engine.checkin import CONSENTS, LONGEST_INTEREST, NOT_STATED, Form, Unfit
from bot.engine.errors import Refused
from bot.engine.names import LONGEST
from bot.platforms.answering import CHECKED_IN, FAILED
from bot.platforms.appointment import shortened
from bot.platforms.discord.replies import Interaction, KnownById, Shown, answer, asker_of, note
from bot.platforms.discord.text import text_of
from bot.platforms.platform import Answer, Door

AGREE = "agree"
"""The button below the rules, and below what has to be written otherwise."""

MOST_UNFIT = 100
"""So many forms are remembered that have to be sent once more."""

_RULES = "The rules of {title}:\n\n{rules}\n\nChecking in you agree to them."
_KIND = re.compile(rf"rounds/(?P<button>{CHECK_IN}|{AGREE})/(?P<chat>.*)")

Button = discord.ui.DynamicItem[discord.ui.Button[Any]]
Typed = Mapping[str, str]


class CheckIns:
    """Offers the form and takes it; a form that could not be taken is offered as it was typed."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._unfit: OrderedDict[int, Typed] = OrderedDict()  # by the person, until sent again

    def install(self, client: discord.Client) -> None:
        """Let a client answer the buttons and the form."""
        client.add_dynamic_items(_button(self))

        async def on_interaction(interaction: Interaction) -> None:
            await self.take(interaction)

        client.event(on_interaction)

    async def offer(
        self, interaction: Interaction, chat: str = "", *, agreed: bool = False
    ) -> None:
        """Show the rules to whoever has not agreed to them, else the form. Raises nothing.

        A form must be the first answer, within three seconds: nothing can be promised before.
        """
        try:
            form = await self._door.checkin(asker_of(interaction), chat)
            if form.rules and form.given is None and not agreed:
                told = text_of((_RULES.format(title=form.title, rules=form.rules),))
                await _tell(interaction, told, _agreeing(chat))
            else:
                await interaction.response.send_modal(self._modal(interaction, form, chat))
        except Refused as refusal:
            await _try_to_tell(interaction, str(refusal))
        except Exception as error:
            note(CHECKED_IN, error)
            if not isinstance(error, discord.HTTPException):
                await _try_to_tell(interaction, FAILED)

    async def take(self, interaction: Interaction) -> None:
        """Take a form that was sent; anything else that is pressed or sent is not for here."""
        if interaction.type is not discord.InteractionType.modal_submit:
            return
        data = cast("dict[str, Any]", interaction.data)
        sent = _KIND.fullmatch(str(data.get("custom_id")))
        if sent is None:
            return
        typed = dict(_typed(data.get("components", ())))

        async def work() -> Shown:
            try:
                told = await self._door.check_in(typed, asker_of(interaction), sent["chat"])
            except Unfit as unfit:
                self._remember(interaction.user.id, typed)
                return Shown(Answer((str(unfit),)), _agreeing(sent["chat"], "Correct it"))
            self._unfit.pop(interaction.user.id, None)
            return Shown(told)

        await answer(interaction, CHECKED_IN, work)

    def _remember(self, person: int, typed: Typed) -> None:
        self._unfit[person] = typed
        self._unfit.move_to_end(person)
        while len(self._unfit) > MOST_UNFIT:
            self._unfit.popitem(last=False)

    def _modal(self, interaction: Interaction, form: Form, chat: str) -> discord.ui.Modal:
        filled_in = {**form.filled_in, **self._unfit.get(interaction.user.id, {})}
        title = shortened(f"Check in: {form.title}", 45)
        modal = discord.ui.Modal(title=title, custom_id=pressed_as(CHECK_IN, chat))
        for label in _fields(form, filled_in):
            modal.add_item(label)
        modal.stop()  # discord.py keeps nothing of it; it is known by its id (`take`)
        return modal


# ---------------------------------------------------------------- what is shown


def _fields(form: Form, filled_in: Typed) -> Iterator[discord.ui.Label[Any]]:
    """Yield the five fields."""
    yield _label(
        "Name to be shown",
        "In transcripts, beside what you say",
        discord.ui.TextInput(
            custom_id=checkin.NAME,
            required=False,
            max_length=LONGEST,
            default=filled_in[checkin.NAME] or None,
            placeholder=shortened(f"Left empty: {form.called}", 100),
        ),
    )
    roles = [(role, role) for role in form.roles]
    yield _label(
        "Role",
        None,
        _select(checkin.ROLE, [*roles, (NOT_STATED, NOT_STATED)],
                filled_in[checkin.ROLE] or NOT_STATED),
    )  # fmt: skip
    yield _label(
        "Country",
        None,
        discord.ui.TextInput(
            custom_id=checkin.COUNTRY,
            required=False,
            max_length=60,
            default=checkin.country_name(filled_in[checkin.COUNTRY]) or None,
            placeholder="Norway, or NO. Left empty: not stated",
        ),
    )
    yield _label(
        "Conflict of interest",
        "Stands beside your name in transcripts",
        discord.ui.TextInput(
            custom_id=checkin.INTEREST,
            style=discord.TextStyle.paragraph,
            required=False,
            max_length=LONGEST_INTEREST,
            default=filled_in[checkin.INTEREST] or None,
            placeholder="What you have to disclose, or: none. Left empty: not stated",
        ),
    )
    wishes = [(wish.value, words) for wish, words in CONSENTS.items()]
    yield _label("In transcripts", None, _select(checkin.CONSENT, wishes, filled_in["consent"]))


def _label(
    text: str, description: str | None, component: discord.ui.Item[Any]
) -> discord.ui.Label[Any]:
    return discord.ui.Label(text=text, description=description, component=component)


def _select(name: str, offered: Sequence[tuple[str, str]], chosen: str) -> discord.ui.Select[Any]:
    return discord.ui.Select(
        custom_id=name,
        options=[
            discord.SelectOption(label=shown, value=value, default=value == chosen)
            for value, shown in offered
        ],
    )


def _agreeing(chat: str, label: str = "Agree and check in") -> discord.ui.View:
    view = discord.ui.View(timeout=None)
    button: discord.ui.Button[Any] = discord.ui.Button(
        label=label, style=discord.ButtonStyle.primary, custom_id=pressed_as(AGREE, chat)
    )
    view.add_item(button)
    view.stop()
    return view


def _button(checkins: CheckIns) -> type[Button]:
    """Return the kind of the buttons that open the form, which bear a chat's id in their own."""

    class CheckInButton(KnownById, Button, template=_KIND):
        async def callback(self, interaction: Interaction) -> None:
            pressed = _KIND.fullmatch(self.custom_id)
            if pressed is not None:
                agreed = pressed["button"] == AGREE
                await checkins.offer(interaction, pressed["chat"], agreed=agreed)

    return CheckInButton


# ---------------------------------------------------------------- what is sent


def _typed(components: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield every field of a form that was sent, by its id."""
    for holder in components:
        for one in (holder.get("component"), *holder.get("components", ())):
            if isinstance(one, dict) and "custom_id" in one:
                values = one.get("values")
                chosen = values[0] if values else ""
                yield str(one["custom_id"]), str(one.get("value") or chosen)


async def _tell(interaction: Interaction, text: str, view: discord.ui.View) -> None:
    await interaction.response.send_message(
        text, view=view, ephemeral=True, allowed_mentions=discord.AllowedMentions.none()
    )


async def _try_to_tell(interaction: Interaction, text: str) -> None:
    try:
        await interaction.response.send_message(
            text, ephemeral=True, allowed_mentions=discord.AllowedMentions.none()
        )
    except Exception as error:
        note(CHECKED_IN, error)
