"""Where people check in: which form they are given, and what becomes of it, on every platform."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.agendas.schedule import next_date
from bot.desk.bell import Place
from bot.engine import checkin
from bot.engine.actions import Words
from bot.engine.agenda import OWN, Agenda, Room, Series, agendas_of
from bot.engine.checkin import Form, Unfit
from bot.engine.concerning import told_at_form
from bot.engine.errors import Refused
from bot.engine.floor import chat_for_command
from bot.engine.names import MOST_TYPED, in_one_line
from bot.engine.people import Person, Role, asking_in, role_in
from bot.engine.signals import CheckedIn
from bot.engine.state import Chat, Stage
from bot.intake.runner import Runner, Store
from bot.store import checkins, pages
from bot.store.tables import Tables

_SHOWN = {checkin.NAME: "The name to be shown", checkin.INTEREST: "The conflict of interest"}
"""The fields whose words stand in transcripts as they were typed."""


@dataclass(frozen=True, slots=True)
class Reception:
    """Gives out forms and takes them; `catalogue` gives the series by name as they are now."""

    runner: Runner
    store: Store
    catalogue: Callable[[], Mapping[str, Series]]

    async def form(self, by: Person, place: Place, now: datetime) -> Form:
        """Return the form of the chat that is held there, filled in with what somebody said.

        Raises Refused where no chat is held there, and none will be.
        """
        return (await self._form(by, place, now))[0]

    async def _form(self, by: Person, place: Place, now: datetime) -> tuple[Form, Agenda]:
        async with self.store.reading() as tables:
            series, agenda = await self._held(tables, place, now)
            given = await checkins.of(tables.connection, series, by.key)
        moderates = role_in(agenda, asking_in(place.room, agenda, by)) is Role.MODERATOR
        form = Form(
            series=series,
            title=agenda.title,
            rules=agenda.rules.strip(),
            roles=agenda.roles,
            usual=agenda.consent,
            is_required=agenda.require_checkin and not moderates,
            called=by.name,
            given=given,
            reserved=frozenset() if moderates else self._reserved(),
        )
        return form, agenda

    async def check_in(
        self, typed: Mapping[str, str], by: Person, place: Place, now: datetime
    ) -> Words:
        """Take a form; return what was understood, for that person alone.

        Raises Unfit where fields have to be written otherwise, Refused as `form` does. What a
        patient could be known by, and severe words, do not stand beside a name.
        """
        form, agenda = await self._form(by, place, now)
        faults = self._seen(typed, agenda)
        try:
            said = checkin.read(form, typed)
        except Unfit as unfit:
            raise Unfit({**faults, **unfit.faults}) from None
        if faults:
            raise Unfit(faults)
        await self.runner.handle(CheckedIn(now, place.room, by, form.series, said))
        return (checkin.understood(form, said),)

    def _seen(self, typed: Mapping[str, str], agenda: Agenda) -> Mapping[str, str]:
        """Return a sentence for each field in which something is seen."""
        faults = {}
        for field, what in _SHOWN.items():
            words = in_one_line(typed.get(field, "")[:MOST_TYPED])
            is_name = field == checkin.NAME
            if seen := self.runner.lookout.beside_names(words, agenda, is_name=is_name):
                faults[field] = told_at_form(what, seen)
        return faults

    async def may_be_called(self, name: str, place: Place, now: datetime) -> None:
        """Raise Refused where a name cannot stand beside what somebody says."""
        agenda: Agenda | None = None
        with contextlib.suppress(Refused):  # where no chat is held
            async with self.store.reading() as tables:
                _, agenda = await self._held(tables, place, now)
        if seen := self.runner.lookout.beside_names(name, agenda, is_name=True):
            raise Refused(told_at_form("Your name", seen))

    async def told(self, by: Person, place: Place, now: datetime) -> Words:
        """Tell somebody what they said of themselves, or that they have not checked in."""
        form = await self.form(by, place, now)
        if form.given is None:
            return (checkin.not_yet(form),)
        return (checkin.understood(form, form.given),)

    async def _held(self, tables: Tables, place: Place, now: datetime) -> tuple[str, Agenda]:
        chat = await self._chat(tables, place, now)
        if chat is None:
            return self._coming(place.room, now)
        series = self.catalogue().get(chat.series)
        if chat.stage in (Stage.PLANNED, Stage.OPEN) or series is None:
            return chat.series, chat.agenda
        return chat.series, series.agenda  # of the chats to come

    async def _chat(self, tables: Tables, place: Place, now: datetime) -> Chat | None:
        if place.chat:
            named = await tables.chat(place.chat)
            return named if named is not None and place.room in named.agenda.rooms else None
        chats = await pages.chats_at(tables, place.room, place.thread)
        return chat_for_command(chats.values(), now, place.room, place.thread)

    def _coming(self, room: Room, now: datetime) -> tuple[str, Agenda]:
        """Return the series whose next date in a room comes first; the chat itself is not yet."""
        dates = [
            (date.opens_at, series.name, date.agenda)
            for series in self.catalogue().values()
            if room in series.agenda.rooms and (date := next_date(series, now))
        ]
        if not dates:
            raise Refused("No chat is held here. Check in where the chat is held.")
        _, name, agenda = min(dates, key=lambda date: date[:2])
        return name, agenda

    def _reserved(self) -> frozenset[str]:
        """Return the names of those who moderate in built-in rooms, which nobody else may take."""
        agendas = agendas_of(self.catalogue())
        return frozenset(name for one in agendas for name in one.moderators.get(OWN, ()))
