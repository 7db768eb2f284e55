"""What a room's page shows: its chat, some of what was said, and what comes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import quote

from bot.agendas.schedule import Date, next_date
from bot.engine.agenda import Room
from bot.engine.errors import Refused
from bot.engine.floor import chat_at
from bot.engine.messages import Message, Tally, message_key
from bot.engine.people import Role, role_in
from bot.engine.state import Chat, Stage, TopicState
from bot.store import checkins, pages
from bot.store.pages import Place
from bot.store.tables import Tables
from bot.web.access import Visitor
from bot.web.counts import Counts
from bot.web.house import House
from bot.web.rows import Row, rows_of

SHOWN = 200
"""Messages on a page."""


class NoSuchRoom(Exception):
    """No chat is, was or will be held in a room of this name."""


@dataclass(frozen=True, slots=True)
class View:
    """Which part of a room somebody wants to see: by default the end of what is said now."""

    chat: str = ""
    before: Place | None = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class Scene:
    """A room as it stands at `now`, for one visitor."""

    room: Room
    now: datetime
    visitor: Visitor | None
    moderates: bool
    chat: Chat | None
    has_floor: bool  # the chat is the one to which a message said now would belong
    tally: Tally
    rows: tuple[Row, ...]
    own: Mapping[str, frozenset[str]]  # the emoji that the visitor put, by message key
    earlier: Place | None
    at_end: bool  # the page shows the latest messages
    following: Date | None
    others: tuple[Chat, ...]
    awaits_checkin: bool = False  # what the visitor writes is held back until they check in

    @property
    def stage(self) -> str:
        """Where the chat is: none, planned, open or over."""
        if self.chat is None:
            return "none"
        if self.chat.stage is Stage.PLANNED:
            return "planned"
        is_open = self.chat.stage is Stage.OPEN and self.now < self.chat.ends_at
        return "open" if is_open else "over"

    @property
    def asked(self) -> tuple[TopicState, ...]:
        """The topics that have been opened."""
        return tuple(t for t in self.chat.topics if t.opened_at) if self.chat else ()

    def topic_address(self, topic: TopicState) -> str:
        """Return the address of a topic's post: on the page that is shown, if it is there."""
        refs = [post.ref for post in topic.posts if post.room == self.room]
        if not refs or any(row.message.id == refs[0] for row in self.rows):
            return f"#T{topic.number}"
        return f"?at={quote(refs[0], safe='')}#T{topic.number}"

    @property
    def answers(self) -> Mapping[int, int]:
        """How many messages each topic has."""
        return {topic.number: topic.messages for topic in self.tally.topics}


class Scenes:
    """Reads scenes from the store."""

    def __init__(self, house: House, counts: Counts) -> None:
        self._house = house
        self.counts = counts

    async def chats(self, tables: Tables, room: Room) -> list[Chat]:
        """Return the latest chats of a room, latest first."""
        found = await pages.chats_at(tables, room)
        return sorted(found.values(), key=lambda chat: (chat.opens_at, chat.id), reverse=True)

    async def scene(self, room: Room, visitor: Visitor | None, view: View) -> Scene:
        """Return what `visitor` sees of a room.

        Raises NoSuchRoom; Refused where the chat or message that is asked for is not here.
        """
        now = self._house.clock()
        async with self._house.store.reading() as tables:
            chats = await self.chats(tables, room)
            if not await self._is_room(tables, room, chats):
                raise NoSuchRoom(room.name)
            floor = chat_at(chats, now)
            message = await self._message(tables, room, view.message)
            chat = _chosen(chats, floor, message.chat if message else view.chat)
            scene = self._bare(room, now, visitor, chat, floor, chats)
            if chat is not None:
                scene = await self._with_rows(tables, scene, chat, view.before, message)
                scene = replace(scene, awaits_checkin=await _awaits(tables, scene, chat))
        if chat is not None:
            scene = replace(scene, tally=await self.counts.of(chat))
        return scene

    async def exists(self, room: Room) -> bool:
        """Say whether a chat is, was or will be held in a room of this name."""
        async with self._house.store.reading() as tables:
            return await self._is_room(tables, room, [])

    async def _is_room(self, tables: Tables, room: Room, chats: list[Chat]) -> bool:
        if chats or self._house.held_in(room):
            return True
        return await pages.has_chats(tables.connection, room)

    async def standing(self, room: Room) -> Scene:
        """Return how a room stands for everybody, without what was said in it."""
        now = self._house.clock()
        async with self._house.store.reading() as tables:
            chats = await self.chats(tables, room)
        chat = chat_at(chats, now)
        scene = self._bare(room, now, None, chat, chat, chats)
        return scene if chat is None else replace(scene, tally=await self.counts.of(chat))

    def _bare(
        self,
        room: Room,
        now: datetime,
        visitor: Visitor | None,
        chat: Chat | None,
        floor: Chat | None,
        chats: list[Chat],
    ) -> Scene:
        runs = chat is not None and chat.stage in (Stage.PLANNED, Stage.OPEN)
        return Scene(
            room=room,
            now=now,
            visitor=visitor,
            moderates=self.moderates(room, visitor, chat),
            chat=chat,
            has_floor=chat is floor,
            tally=Tally(),
            rows=(),
            own={},
            earlier=None,
            at_end=True,
            following=None if runs else self._following(room, now),
            others=tuple(other for other in chats if other is not chat),
        )

    def moderates(self, room: Room, visitor: Visitor | None, chat: Chat | None) -> bool:
        """Say whether a visitor moderates the chat, or without one anything in the room."""
        if visitor is None or not visitor.came_by_link:
            return False
        if chat is not None:
            return role_in(chat.agenda, visitor.person) is Role.MODERATOR
        return self._house.moderates_in(room, visitor.person)

    def _following(self, room: Room, now: datetime) -> Date | None:
        dates = [date for one in self._house.held_in(room) if (date := next_date(one, now))]
        return min(dates, key=lambda date: (date.opens_at, date.chat), default=None)

    async def _message(self, tables: Tables, room: Room, message: str) -> Message | None:
        if not message:
            return None
        found = await tables.messages([message_key(room, message)])
        if not found or not found[0].said:
            raise Refused("That message is not in this room. It may be on another platform.")
        return found[0]

    async def _with_rows(
        self,
        tables: Tables,
        scene: Scene,
        chat: Chat,
        before: Place | None,
        message: Message | None,
    ) -> Scene:
        """Read the page that ends at a place; or the last one, if it holds the message."""
        connection, room = tables.connection, scene.room
        page = await pages.page(connection, chat.id, room, before, SHOWN)
        if message is not None and all(one.key != message.key for one in page.messages):
            before = Place(message.at, message.key + "\x7f")  # just behind it
            page = await pages.page(connection, chat.id, room, before, SHOWN)
        own = {}
        if scene.visitor is not None:
            me = scene.visitor.person.key
            reacted = await pages.reacted(connection, [m.key for m in page.messages], me)
            own = reacted.get(me, {})
        return replace(
            scene,
            rows=tuple(await rows_of(tables, chat, page.messages)),
            own=own,
            earlier=page.earlier,
            at_end=before is None,
        )


async def _awaits(tables: Tables, scene: Scene, chat: Chat) -> bool:
    """Whether what the visitor writes is held back until they check in."""
    if scene.visitor is None or scene.moderates or not chat.agenda.require_checkin:
        return False
    me = scene.visitor.person.key
    return await checkins.of(tables.connection, chat.series, me) is None


def _chosen(chats: list[Chat], floor: Chat | None, wanted: str) -> Chat | None:
    if not wanted:
        return floor
    for chat in chats:
        if chat.id == wanted:
            return chat
    raise Refused("That chat is not held in this room, or was held too long ago to be shown here.")
