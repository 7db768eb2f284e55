"""What people send to a room: joining, messages, commands, and changes of their own messages."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from weakref import WeakValueDictionary

from aiohttp import web

from bot.desk.bell import Place
from bot.desk.reception import Reception
from bot.engine.agenda import Room
from bot.engine.buttons import CHECK_IN
from bot.engine.errors import Refused
from bot.engine.floor import chat_at
from bot.engine.messages import Message, message_key
from bot.engine.names import clean_name, clean_text, is_blank
from bot.engine.signals import Deleted, Edited, Reacted, Said
from bot.engine.state import Chat
from bot.store import pages
from bot.transcripts.clock import Clock
from bot.web.access import Visitor, new_participant, new_ticket
from bot.web.addresses import checkin_path, place_path, room_path
from bot.web.forgetting import asks_for_it, signed_out
from bot.web.gate import COOKIE, FORM, OUTER_COOKIE, PART, Gate, Pace, Sorry, page, part
from bot.web.house import House
from bot.web.live import Live
from bot.web.painter import Painter
from bot.web.room import PALETTE, can, room_of
from bot.web.rows import rows_of
from bot.web.templates import Templates
from bot.web.turns import may_word, wait_for_turn

LONGEST = 4000
"""Characters in a message."""

TICKET = "Rounds-Ticket"
"""A header with the ticket for what the script sends next."""

_COMMAND = re.compile(r"/chat(?:\s+(?P<ask>.*))?", re.IGNORECASE | re.DOTALL)
_LATER = timedelta(microseconds=1)
"""What is said, worded or put anew is later than what it follows, also where the clock was set
back meanwhile."""

_LATEST = 50
"""Among so many messages it is looked whether one was posted before."""


class Talk:
    """Takes the forms of a room."""

    def __init__(
        self, house: House, gate: Gate, live: Live, painter: Painter, templates: Templates
    ) -> None:
        self._house = house
        self._gate = gate
        self._live = live
        self._painter = painter
        self._templates = templates
        self._pace = Pace()
        self._said: dict[Room, int] = {}
        self._posting: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    # ------------------------------------------------------------ people

    async def join(self, request: web.Request) -> web.Response:
        """Let somebody join under a name, or change it; they stay the same person."""
        room, visitor = room_of(request), self._gate.visitor(request)
        if not await self._live.scenes.exists(room):
            raise web.HTTPNotFound
        if visitor is not None and visitor.came_by_link:
            raise Refused(f"You are here as {visitor.person.name} already. Leave first.")
        name = clean_name(_field(request, "name"), self._house.moderators())
        reception = Reception(self._house.runner, self._house.store, self._house.catalogue)
        await reception.may_be_called(name, Place(room), self._house.clock())
        joined = new_participant(name, visitor)
        to, form = _field(request, "to"), checkin_path(room.name)
        is_form = to == form or to.startswith(f"{form}?")
        response = web.HTTPSeeOther(to if is_form else f"{room_path(room.name)}#composer")
        self._gate.keep(response, joined)
        raise response

    async def leave(self, request: web.Request) -> web.Response:
        """Forget who somebody is in the built-in rooms, or on another platform."""
        to = _field(request, "to")
        response = web.HTTPSeeOther(to if to.startswith("/rooms/") else "/")
        response.del_cookie(OUTER_COOKIE if _field(request, "as") == "outer" else COOKIE)
        raise response

    def _speaker(self, request: web.Request) -> Visitor:
        """Return who sends something.

        Raises Sorry for strangers, for those who are too fast, and where a name has become
        a moderator's since it was chosen.
        """
        visitor = self._gate.visitor(request)
        if visitor is None:
            raise Sorry(
                403,
                "Join first",
                "You are not in this room: join with a name, then send this again.",
                back=f"{room_path(room_of(request).name)}#composer",
                back_words="To the room",
            )
        if not visitor.came_by_link:
            clean_name(visitor.person.name, self._house.moderators())
        self._pace.step(visitor.person.id, self._house.clock())
        return visitor

    # ------------------------------------------------------------ saying something

    async def say(self, request: web.Request) -> web.Response:
        """Post a message, or answer a command to the person who typed it."""
        room, visitor = room_of(request), self._speaker(request)
        text = _worded(request)
        command = _COMMAND.fullmatch(text)
        if command:
            return await self._ask(request, room, visitor, command["ask"] or "")
        message = await self._post(room, visitor, text, request[FORM])
        if not message.text:
            raise Sorry(
                409,
                "The chat is closed",
                "The chat was closed when this arrived. It counts as late, and its text is not "
                "kept.",
                back=room_path(room.name),
                back_words="To the room",
            )
        return await self._shown(request, visitor, message)

    async def _ask(
        self, request: web.Request, room: Room, visitor: Visitor, ask: str
    ) -> web.Response:
        form = checkin_path(room.name) if ask.lower().split() == [CHECK_IN] else ""
        if form and PART not in request.headers:
            raise web.HTTPSeeOther(form)
        reply = await self._house.desk.ask(ask, visitor.person, room, self._house.clock())
        scene = await self._live.scenes.standing(room)
        response = part("answer", "") if PART in request.headers else page("")
        if asks_for_it(ask):
            reply = signed_out(response, reply)
        html, whole = self._painter.answer(scene, f"/chat {ask}".strip(), reply, form)
        if PART not in request.headers:
            response.text = whole
            return response
        response.text = html
        response.headers[TICKET] = new_ticket()
        return response

    async def _post(
        self, room: Room, visitor: Visitor, text: str, form: Mapping[str, str]
    ) -> Message:
        """Post a message once, however often the same form arrives."""
        reply_to = form.get("reply") or None
        if reply_to is not None and await self._message(room, reply_to) is None:
            raise Refused("The message you answer is not in this room. Send yours without it.")
        stub = self._house.access.stub(visitor, form.get("ticket") or new_ticket())
        turn = self._posting.setdefault(visitor.person.id, asyncio.Lock())
        async with turn:  # the same form may arrive twice at once
            async with self._house.store.reading() as tables:
                chats = await self._live.scenes.chats(tables, room)
            chat = chat_at(chats, self._house.clock())
            posted = await self._posted(chat, room, visitor, text, stub) if chat else None
            if posted is None and chat is not None:
                await self._may_write(chat, room, visitor)
            while posted is None:
                at = self._speaks_at(chat, visitor)
                posted = await self._try(at, room, visitor, text, reply_to, stub)
                stub = self._house.access.stub(visitor, new_ticket())
        return posted

    async def _may_write(self, chat: Chat, room: Room, visitor: Visitor) -> None:
        async with self._house.store.reading() as tables:
            await wait_for_turn(tables, chat, room, visitor.person, self._house.clock())

    def _speaks_at(self, chat: Chat | None, visitor: Visitor) -> datetime:
        """Return the time of what somebody says now: after that of what they have withdrawn."""
        now = self._house.clock()
        withdrew = chat.withdrawn.get(visitor.person.key) if chat else None
        return now if withdrew is None else max(now, withdrew + _LATER)

    async def _posted(
        self, chat: Chat, room: Room, visitor: Visitor, text: str, stub: str
    ) -> Message | None:
        """Return what this form has posted before, if anything."""
        async with self._house.store.reading() as tables:
            latest = await pages.page(tables.connection, chat.id, room, None, _LATEST)
        for message in latest.messages:
            same = message.author == visitor.person.id and message.id.endswith(f"-{stub}")
            if same and (message.text in ("", text) or message.edited):
                return message
        return None

    async def _try(
        self, at: datetime, room: Room, visitor: Visitor, text: str, reply_to: str | None, stub: str
    ) -> Message | None:
        """Post under the next number; None where another process has taken just this id."""
        message = f"{await self._number(room)}-{stub}"
        outcome = await self._house.runner.handle(
            Said(at, room, message, visitor.person, text, reply_to)
        )
        if outcome.chat is None:
            raise Sorry(
                409,
                "No chat is held here",
                "No chat is held in this room now, so nothing was posted.",
                back=room_path(room.name),
                back_words="To the room",
            )
        posted = await self._message(room, message)
        is_ours = posted and (posted.author, posted.at) == (visitor.person.id, at)
        return posted if is_ours else None

    async def _number(self, room: Room) -> int:
        if room not in self._said:
            async with self._house.store.reading() as tables:
                self._said[room] = await pages.count_said(tables.connection, room)
        self._said[room] += 1
        return self._said[room]

    # ------------------------------------------------------------ one's own messages

    async def edit(self, request: web.Request) -> web.Response:
        """Give one's own message a new wording; who is muted must wait with it."""
        visitor, message = await self._own(request)
        text = _worded(request)
        if not can(message, visitor, moderates=False).edit:
            raise Refused("The text of this message was not kept, so it cannot be changed.")
        if text != message.text:
            now = self._house.clock()
            if (chat := await self._chat(message.chat)) is not None:
                may_word(chat, visitor.person, now)
            at = max(now, (message.worded_at or message.at) + _LATER)
            await self._house.runner.handle(Edited(at, message.room, message.id, text))
        return await self._shown(request, visitor, message)

    async def delete(self, request: web.Request) -> web.Response:
        """Withdraw one's own message."""
        visitor, message = await self._own(request)
        signal = Deleted(self._house.clock(), message.room, message.id, by_author=True)
        await self._house.runner.handle(signal)
        return await self._shown(request, visitor, message)

    async def _own(self, request: web.Request) -> tuple[Visitor, Message]:
        visitor, message = await self._addressed(request)
        if not can(message, visitor, moderates=False).withdraw:
            raise Refused("Only your own messages can be changed or withdrawn by you.")
        return visitor, message

    # ------------------------------------------------------------ others' messages

    async def react(self, request: web.Request) -> web.Response:
        """Put an emoji to a message, or take one's own back."""
        visitor, message = await self._addressed(request)
        emoji, me = _field(request, "emoji"), visitor.person.key
        async with self._house.store.reading() as tables:
            there = await pages.reactions(tables.connection, [message.key])
            own = await pages.reacted(tables.connection, [message.key], me)
            before = await pages.last_reacted(tables.connection, message.key, me, emoji)
        if emoji not in {*PALETTE, *(one.emoji for one in there.get(message.key, ()))}:
            raise Refused(f"Choose one of {' '.join(PALETTE)}, or one that somebody has put here.")
        removed = emoji in own.get(me, {}).get(message.key, ())
        now = self._house.clock()
        at = now if before is None else max(now, before + _LATER)
        await self._house.runner.handle(
            Reacted(at, message.room, message.id, visitor.person, emoji, removed)
        )
        return await self._shown(request, visitor, message)

    async def place(self, request: web.Request) -> web.Response:
        """Let a moderator say under which topics a message stands."""
        return await self._moderated(request, "place", _field(request, "topics").strip())

    async def hold(self, request: web.Request) -> web.Response:
        """Let a moderator hold a message back."""
        return await self._moderated(request, "hold")

    async def clear(self, request: web.Request) -> web.Response:
        """Let a moderator show a message that was held back, as it was worded on their page."""
        return await self._moderated(request, "clear", _field(request, "worded").strip())

    async def _moderated(self, request: web.Request, deed: str, how: str = "") -> web.Response:
        """Do with a message what the command of this name does."""
        visitor, message = await self._addressed(request)
        ask = f"{deed} {message.id} {how}".strip()
        await self._house.desk.ask(ask, visitor.person, message.room, self._house.clock())
        return await self._shown(request, visitor, message)

    async def _addressed(self, request: web.Request) -> tuple[Visitor, Message]:
        """Return who sends something about a message, and the message.

        Raises Refused where there is none, or nothing can be done with it.
        """
        room, visitor = room_of(request), self._speaker(request)
        message = await self._message(room, request.match_info["message"])
        if message is None:
            raise Refused("There is no message of this number in this room.")
        if not can(message, visitor, moderates=True).any:
            raise Refused("This message is withdrawn; nothing can be done with it any more.")
        return visitor, message

    # ------------------------------------------------------------ shared

    async def _message(self, room: Room, message: str) -> Message | None:
        async with self._house.store.reading() as tables:
            found = await tables.messages([message_key(room, message)])
        return found[0] if found and found[0].said else None

    async def _chat(self, chat: str) -> Chat | None:
        async with self._house.store.reading() as tables:
            return await tables.chat(chat)

    async def _shown(
        self, request: web.Request, visitor: Visitor, message: Message
    ) -> web.Response:
        """Lead back to a message in the room; the script is given the message alone."""
        room = message.room
        if PART not in request.headers:
            raise web.HTTPSeeOther(place_path(room.name, message.id))
        async with self._house.store.reading() as tables:
            messages = await tables.messages([message.key])
            chat = await tables.chat(message.chat)
            rows = await rows_of(tables, chat, messages) if chat else []
            me = visitor.person.key
            own = (await pages.reacted(tables.connection, [message.key], me)).get(me, {})
        clock = Clock(chat.agenda.zone if chat else "UTC")
        response = part("rows", self._painter.rows(rows, room, clock, own, visitor))
        response.headers[TICKET] = new_ticket()
        return response


def _field(request: web.Request, name: str) -> str:
    return request[FORM].get(name, "")


def _worded(request: web.Request) -> str:
    """Return the text of a form.

    Raises Refused where it shows nothing or is too long.
    """
    text = clean_text(_field(request, "text"))
    if is_blank(text):
        raise Refused("There is nothing in it yet: write something, then send it.")
    if len(text) > LONGEST:
        raise Refused(
            f"A message has at most {LONGEST:,} characters; this one has {len(text):,}. "
            "Shorten it, or send it in several."
        )
    return text
