"""The check-in of the built-in rooms: a page with the rules and a form, for one person alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from bot.desk.bell import Place
from bot.desk.reception import Reception
from bot.engine import checkin
from bot.engine.checkin import CONSENTS, LONGEST_INTEREST, Form, Unfit
from bot.engine.countries import COUNTRIES, by_letter
from bot.engine.errors import Refused
from bot.web.access import Visitor
from bot.web.addresses import checkin_path, room_path
from bot.web.gate import FORM, Gate, Pace, Sorry, page
from bot.web.house import House
from bot.web.room import room_of
from bot.web.templates import Templates

NO_FAULTS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A form as it is shown: what stands in its fields, and what is wrong with them."""

    form: Form
    filled_in: Mapping[str, str]
    faults: Mapping[str, str]


class CheckIns:
    """Shows the form and takes it."""

    def __init__(self, house: House, gate: Gate, templates: Templates) -> None:
        self._reception = Reception(house.runner, house.store, house.catalogue)
        self._house = house
        self._gate = gate
        self._templates = templates
        self._pace = Pace()

    async def show(self, request: web.Request) -> web.Response:
        """Show the form as somebody filled it in the last time; strangers join first."""
        place, visitor = _place(request), self._gate.visitor(request)
        if visitor is None:
            return page(self._templates.render("checkin_join.html", **_common(place)))
        form = await self._form(visitor, place)
        kept = form.given if "kept" in request.query else None
        return self._page(place, visitor, _Sheet(form, form.filled_in, NO_FAULTS), kept)

    async def take(self, request: web.Request) -> web.Response:
        """Keep what somebody says of themselves, or say beside each field what is wrong with it."""
        place, visitor = _place(request), self._gate.visitor(request)
        if visitor is None:
            raise Sorry(
                403,
                "Join first",
                "You are not in this room: join with a name, then check in.",
                back=checkin_path(place.room.name, place.chat),
                back_words="To the form",
            )
        self._pace.step(visitor.person.id, self._house.clock())
        typed: Mapping[str, str] = request[FORM]
        try:
            await self._reception.check_in(typed, visitor.person, place, self._house.clock())
        except Unfit as unfit:
            form = await self._form(visitor, place)
            filled_in = {field: typed.get(field, "") for field in checkin.FIELDS}
            return self._page(place, visitor, _Sheet(form, filled_in, unfit.faults), None)
        joint = "&" if place.chat else "?"
        raise web.HTTPSeeOther(f"{checkin_path(place.room.name, place.chat)}{joint}kept=1")

    async def _form(self, visitor: Visitor, place: Place) -> Form:
        try:
            return await self._reception.form(visitor.person, place, self._house.clock())
        except Refused as refusal:
            raise Sorry(404, "No chat is held here", str(refusal)) from None

    def _page(
        self, place: Place, visitor: Visitor, sheet: _Sheet, kept: checkin.CheckIn | None
    ) -> web.Response:
        values = {
            **_common(place),
            "visitor": visitor,
            "form": sheet.form,
            "filled_in": sheet.filled_in,
            "faults": sheet.faults,
            "kept": checkin.understood(sheet.form, kept) if kept else "",
            "roles": sheet.form.roles,
            "countries": by_letter(),
            "chosen": _chosen(sheet.filled_in),
            "consents": [(wish.value, words) for wish, words in CONSENTS.items()],
            "longest_interest": LONGEST_INTEREST,
        }
        status = 422 if sheet.faults else 200
        return page(self._templates.render("checkin.html", **values), status)


def _chosen(filled_in: Mapping[str, str]) -> Mapping[str, str]:
    """Return what is chosen of each list; of what is none of the list, nothing."""
    country = filled_in[checkin.COUNTRY]
    return {
        checkin.ROLE: filled_in[checkin.ROLE],
        checkin.COUNTRY: country if country in COUNTRIES else "",
        checkin.CONSENT: filled_in[checkin.CONSENT],
    }


def _place(request: web.Request) -> Place:
    return Place(room_of(request), chat=request.query.get("chat", ""))


def _common(place: Place) -> dict[str, object]:
    return {
        "room": place.room,
        "back": room_path(place.room.name),
        "here": checkin_path(place.room.name, place.chat),
    }
