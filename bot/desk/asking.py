"""What becomes of a command: changes go to the chat, questions are answered from the store."""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.agendas.schedule import coming
from bot.desk import answers, remains
from bot.desk.bell import Bell, Place
from bot.desk.reception import Reception
from bot.engine import actions, commands, replies, safety_asks, wording
from bot.engine.actions import Words
from bot.engine.agenda import OWN, Agenda, Room, Series, agendas_of
from bot.engine.errors import Refused
from bot.engine.floor import chat_for_command
from bot.engine.people import Person, Role, asking_in, role_in
from bot.engine.rights import permit
from bot.engine.showing import Audience
from bot.engine.signals import Asked, ForgetAsked, StartAsked
from bot.engine.state import Chat
from bot.intake import unnaming
from bot.intake.runner import Runner, Store
from bot.store import forgetting, pages, shown
from bot.store.tables import Tables
from bot.transcripts.about import NAMES

LOOKED_AT = 100
"""Chats among which those are looked for that somebody moderates, the latest."""

MOST_BADGES = 40
"""Roles that are told of somebody: a link with more would be longer than a message on Discord."""


@dataclass(frozen=True, slots=True)
class WayIn:
    """The address by which somebody comes to the organizers' pages, and how long it opens them."""

    address: str
    lasts: timedelta


@dataclass(frozen=True, slots=True)
class Reply:
    """What the person who asked is told, alone.

    `transcript` is the format to hand `chat` out in, `edition` for whom.
    """

    words: Words
    chat: str = ""
    transcript: str = ""
    edition: Audience = Audience.ORGANIZERS


def unchanged(words: Words) -> Words:
    """Return words as they are, with their places."""
    return words


@dataclass(frozen=True, slots=True)
class Desk:
    """Answers commands, the same on every platform.

    `catalogue` gives the series by name, `way_in` the link to the organizers' pages for a person
    who asks in a room, `link` makes addresses of the places in an answer.
    """

    runner: Runner
    store: Store
    catalogue: Callable[[], Mapping[str, Series]]
    way_in: Callable[[Person, Room, datetime], WayIn]
    link: Callable[[Words], Words] = unchanged

    async def ask(
        self, text: str, by: Person, room: Room, now: datetime, thread: str | None = None
    ) -> Reply:
        """Do what `text` (what follows `/chat`) asks for, typed in a room or in a thread there.

        Raises Refused with a sentence for that person.
        """
        _command, ask = commands.parse(text)
        if isinstance(ask, commands.Start):
            return await self._start(ask, by, room, now)
        if isinstance(ask, safety_asks.Forget):
            return await self._forget(by, now)
        place = Place(room, thread)
        if isinstance(ask, safety_asks.Checkin):
            reception = Reception(self.runner, self.store, self.catalogue)
            return Reply(await reception.told(by, place, now))
        if isinstance(ask, safety_asks.Help | safety_asks.Take):
            return await self._bell(ask, by, place, now)
        if isinstance(ask, commands.Change):
            return await self._change(ask, by, place, now)
        async with self.store.reading() as tables:
            if isinstance(ask, commands.Link):
                return await self._link(tables, ask, by, room, now)
            if isinstance(ask, commands.Commands | commands.ListChats):
                return await self._answer_of_the_house(tables, ask, by, room, now)
            if isinstance(ask, commands.Transcript) and ask.chat:
                return _transcript_of(await _named(tables, ask.chat, by, room), ask)
            chats = await pages.chats_at(tables, room, thread)
            chat = chat_for_command(chats.values(), now, room, thread)
            if chat is None and not self._is_named(room):
                raise Refused("No chat is held here. Ask in the channel of the chat.")
            permit(ask, role_in(chat.agenda, by) if chat else self._role_in(room, by))
            if chat is None:
                raise Refused("No chat is held in this room yet.")
            reply = await _answer_of(tables, chat, ask, by, now)
            return replace(reply, words=self._linked(reply.words, room))

    def _linked(self, words: Words, room: Room) -> Words:
        """Return words with addresses; a built-in room's page makes links of its own places."""
        here = room.platform == OWN
        return tuple(
            piece
            if here and isinstance(piece, actions.Spot) and piece.room.platform == OWN
            else self.link((piece,))[0]
            for piece in words
        )

    async def _start(self, ask: commands.Start, by: Person, room: Room, now: datetime) -> Reply:
        series = self.catalogue().get(ask.series)
        if series is None:
            own = [one.name for one in self._own(room, by)]
            permit(ask, Role.MODERATOR if own else Role.PARTICIPANT)
            raise Refused(_no_such_series(ask.series, own))
        day = now.astimezone(ZoneInfo(series.agenda.zone)).date()
        agenda = series.agenda_on(day)
        following = next((date.opens_at for date in coming(series, now)), None)
        by = asking_in(room, agenda, by)
        signal = StartAsked(now, room, by, f"{series.name}-{day}", series.name, agenda, following)
        outcome = await self.runner.handle(signal)
        if outcome.chat is None:
            raise Refused(f"{agenda.title} could not be opened; try again.")
        return Reply(replies.done(outcome.chat, ask, list(outcome.events)), outcome.chat.id)

    async def _change(self, ask: commands.Change, by: Person, place: Place, now: datetime) -> Reply:
        """Let the chat that is held there decide; who withdraws is told where else it may stand."""
        outcome = await self.runner.handle(Asked(now, place.room, by, ask, place.thread))
        if outcome.chat is None:
            raise Refused("No chat is held in this room yet.")
        chat, words = outcome.chat.id, replies.done(outcome.chat, ask, list(outcome.events))
        if isinstance(ask, commands.Withdraw):
            async with self.store.reading() as tables:
                published = await shown.with_words_of(tables.connection, by.key, chat)
            words += remains.beside(published)
        return Reply(words, chat)

    async def call(self, by: Person, place: Place, now: datetime) -> Reply:
        """Call a moderator; where no chat is held just now, list what can be asked.

        Raises Refused where one is called already, or nobody can be told.
        """
        told = await Bell(self.runner, self.store).ring(by, place, now)
        if told is None:
            told = answers.help_for(self._role_in(place.room, by), place.room.platform)
        return Reply(self.link(told))

    async def take(self, by: Person, chat: str, number: int, now: datetime) -> Reply:
        """Let a moderator have a call of a chat, by its number. Raises Refused."""
        bell = Bell(self.runner, self.store)
        return Reply(self.link(await bell.take_of(chat, by, now, number)))

    async def _bell(
        self, ask: safety_asks.Help | safety_asks.Take, by: Person, place: Place, now: datetime
    ) -> Reply:
        if isinstance(ask, safety_asks.Help):
            return await self.call(by, place, now)
        bell = Bell(self.runner, self.store)
        return Reply(self.link(await bell.take(by, place, now, ask.number)))

    async def _forget(self, by: Person, now: datetime) -> Reply:
        """Take somebody out of everything that is kept; name what Rounds cannot take away.

        Raises Refused for who stands in an agenda: they would come back with its next chat.
        """
        series = (one for one in self.catalogue().values() if one.lists(by.platform, by.id))
        agendas = {one.agenda.title for one in series}
        if agendas:
            raise Refused(replies.listed_in(sorted(agendas)))
        async with self.store.reading() as tables:
            spoke = await forgetting.said_by(tables.connection, by.key)
            published = await shown.with_words_of(tables.connection, by.key)
            still = await unnaming.standing(tables, by.key)
        await self.runner.handle(ForgetAsked(now, by.key))
        return Reply(remains.forgotten(spoke, published, len(still)))

    async def _answer_of_the_house(
        self,
        tables: Tables,
        ask: commands.Commands | commands.ListChats,
        by: Person,
        room: Room,
        now: datetime,
    ) -> Reply:
        """Answer what is about no chat alone; for whoever moderates a series of this room."""
        role = self._role_in(room, by)
        if isinstance(ask, commands.ListChats) and not self._is_named(room):
            raise Refused("No chat is held here. Ask in the channel of the chat.")
        permit(ask, role)
        match ask:
            case commands.Commands():
                return Reply(answers.help_for(role, room.platform))
            case commands.ListChats():
                return Reply(await answers.chats(tables, self._own(room, by), now))

    async def _link(
        self, tables: Tables, ask: commands.Link, by: Person, room: Room, now: datetime
    ) -> Reply:
        """Hand out a link to whoever moderates a chat of this room, on any date."""
        agendas = list(agendas_of(self.catalogue()))
        here = (role_in(agenda, by) for agenda in agendas if room in agenda.rooms)
        permit(ask, Role.MODERATOR if Role.MODERATOR in here else Role.PARTICIPANT)
        if by.badges or by.steward:
            latest = [line.id for line in await tables.lines(most=LOOKED_AT)]
            chats = await pages.sound(tables, latest)
            agendas += [chats[chat].agenda for chat in latest if chat in chats]
        way = self.way_in(as_moderator(by, room, agendas), room, now)
        lasts = f"\nThe link is for you alone and works for {wording.duration(way.lasts)}."
        return Reply(("The organizers' pages: ", way.address, lasts))

    def _is_named(self, room: Room) -> bool:
        """Tell whether an agenda names the room."""
        return any(room in series.agenda.rooms for series in self.catalogue().values())

    def _role_in(self, room: Room, by: Person) -> Role:
        """As what somebody asks who asks about the series of a room."""
        moderates = any(room in series.agenda.rooms for series in self._own(room, by))
        return Role.MODERATOR if moderates else Role.PARTICIPANT

    def _own(self, room: Room, by: Person) -> list[Series]:
        """Return the series that somebody moderates, as far as can be told in `room`."""
        return [
            series
            for series in self.catalogue().values()
            if role_in(series.agenda, asking_in(room, series.agenda, by)) is Role.MODERATOR
        ]


def as_moderator(by: Person, room: Room, agendas: Iterable[Agenda]) -> Person:
    """Return somebody who asks in `room` with what makes them a moderator of these, and no more.

    Roles that no agenda names are left out, and so is what adds nothing: whoever is named
    themselves needs no role. Of more than MOST_BADGES the first ones stay.
    """
    bare = replace(by, badges=frozenset(), steward=False)
    badges: dict[str, None] = {}
    steward = False
    for agenda in agendas:
        if role_in(agenda, bare) is Role.MODERATOR:
            continue
        listed = agenda.moderators.get(by.platform, ())
        badges |= dict.fromkeys(badge for badge in listed if badge in by.badges)
        steward = steward or (by.steward and not listed and room in agenda.rooms)
    return replace(bare, badges=frozenset(itertools.islice(badges, MOST_BADGES)), steward=steward)


async def _answer_of(
    tables: Tables,
    chat: Chat,
    ask: commands.Status
    | safety_asks.Review
    | safety_asks.Log
    | commands.Catchup
    | commands.Transcript,
    by: Person,
    now: datetime,
) -> Reply:
    match ask:
        case commands.Status():
            return Reply(await answers.status(tables, chat, now), chat.id)
        case safety_asks.Review():
            return Reply(await answers.held_back(tables, chat), chat.id)
        case safety_asks.Log():
            return Reply(await answers.steps(tables, chat), chat.id)
        case commands.Catchup():
            return Reply(await answers.catchup(tables, chat, by), chat.id)
        case commands.Transcript():
            return _transcript_of(chat, ask)


def _transcript_of(chat: Chat, ask: commands.Transcript) -> Reply:
    words = (f"{NAMES[ask.edition]} of the transcript of {chat.agenda.title}, as it stands now.",)
    return Reply(words, chat.id, ask.format, ask.edition)


async def _named(tables: Tables, name: str, by: Person, room: Room) -> Chat:
    """Return the chat of that id.

    Raises Refused where there is none and where `by` does not moderate it, in the same words:
    nobody learns from them which chats are held elsewhere.
    """
    chat = await tables.chat(name)
    if chat is not None:
        role = role_in(chat.agenda, asking_in(room, chat.agenda, by))
        if role is Role.MODERATOR:
            return chat
    raise Refused(
        f"There is no chat {name[:60]} that you moderate. Without a name /chat transcript is of "
        "the chat in this room."
    )


def _no_such_series(name: str, known: Iterable[str]) -> str:
    """Say so, and name those that whoever asks moderates: of others they need not know."""
    known = sorted(known)
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(known)}."
    return f"There is no series {name[:60]}. {hint}"
