"""What one transaction reads, decides and writes: the decisions of many signals as one commit."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from bot.agendas.schedule import free_ids
from bot.engine import events, signals, steps
from bot.engine.actions import Action
from bot.engine.actions import Remove as RemoveAction
from bot.engine.agenda import Room
from bot.engine.chat import decide, react
from bot.engine.commands import AboutOne, AboutSomebody
from bot.engine.errors import Refused
from bot.engine.events import Event
from bot.engine.floor import chat_at, chat_for_command, chat_of, is_shared
from bot.engine.fold import apply, fold
from bot.engine.hearing import hear, own, settle
from bot.engine.messages import Message, message_key, room_in
from bot.engine.people import Role
from bot.engine.placing import unsettles
from bot.engine.signals import Signal, Speech
from bot.engine.state import Chat, Stage
from bot.intake import farewell, unnaming, welcome
from bot.intake.floors import Floors
from bot.intake.naming import about, must_be_of, whom
from bot.intake.noticing import news_of
from bot.intake.noting import note
from bot.intake.recollection import Recollection
from bot.intake.rewording import Rewordings, posts_to_blank
from bot.intake.waking import must_know_more, told_more
from bot.intake.watch import Lookout
from bot.store import checkins, departures, forgetting, leavers, queue
from bot.store.tables import Tables

log = logging.getLogger(__name__)

_MOVE_FLOORS = (events.Planned, events.Replanned, events.Opened, events.Cancelled, events.Missed)
"""After these a room may have other chats than before."""

_ABOUT_ONE = events.Corrected | steps.Held | steps.Cleared
"""After these the message that they are about may stand otherwise."""


class Work:
    """Decides signals one after the other inside one transaction, then writes everything.

    `chats` and `floors` (the chats of each room) are what earlier transactions have read
    (`bot.intake.floors`), `lookout` what looks at each message, and `recollection` has what is
    remembered of each person.
    """

    def __init__(
        self,
        tables: Tables,
        chats: dict[str, Chat],
        floors: dict[Room, tuple[str, ...]],
        lookout: Lookout,
        recollection: Recollection,
    ) -> None:
        self.recollection = recollection
        self.floors = Floors(tables, chats, floors, self._record_waiting)
        self._tables = tables
        self._lookout = lookout
        self._masks = departures.Masks(())
        self._known: dict[str, Message | None] = {}
        self._written: dict[str, Message] = {}
        self._rewordings = Rewordings()
        self._at = datetime.min.replace(tzinfo=UTC)  # of the signal that is decided
        self._moved: set[str] = set()  # keys whose placing may move those of their replies
        self._unsettled: dict[str, datetime] = {}
        self._events: list[tuple[str, int, Event]] = []
        self._actions: dict[datetime, list[tuple[str, int, int, Action]]] = {}  # by their moment
        self._posts = False  # something was put into the outbox
        self._reactions: list[tuple[str, str, str, datetime, bool]] = []
        self._seen: set[str] = set()
        self._rooms: set[Room] = set()
        self._touched: set[str] = set()

    def changed(self) -> tuple[frozenset[str], frozenset[Room], frozenset[str], bool]:
        """Return what was changed: messages (keys), their rooms, chats, and whether to post."""
        return (
            frozenset(self._seen),
            frozenset(self._rooms),
            frozenset(self._touched),
            self._posts,
        )

    async def fetch(self, coming: Collection[tuple[Signal, str | None]]) -> None:
        """Read at once what these signals, with the chats they name, will need."""
        keys: set[str] = set()
        for signal, _ in coming:
            if isinstance(signal, Speech | signals.Reacted | signals.ReactionsCleared):
                keys.add(message_key(signal.room, signal.id))
                if isinstance(signal, signals.Said) and signal.reply_to is not None:
                    keys.add(message_key(signal.room, signal.reply_to))
        await self._read(keys)
        if keys:
            self._masks = await departures.masks(self._tables.connection)
        await self.floors.read(chat for _, chat in coming if chat is not None)

    async def take(self, signal: Signal, chat_id: str | None) -> tuple[Chat | None, list[Event]]:
        """Decide one signal.

        Returns the chat it belongs to (None: to none) and its new events. Raises Refused.
        """
        self._at = signal.at
        match signal:
            case signals.Said() | signals.Edited() | signals.Deleted():
                return await self._hear(self._masks.speech(signal)), []
            case signals.Reacted() | signals.ReactionsCleared():
                return await self._note_reaction(signal), []
            case signals.StartAsked() | signals.DateCame():
                return await self._begin(signal)
            case signals.CheckedIn():
                shown, rooms = await welcome.check_in(
                    self._tables, self.floors, self._rewordings, signal
                )
                self._seen |= shown
                self._rooms |= rooms
                return None, []
            case signals.ForgetAsked():
                return await self._forget(signal)
            case signals.Left():
                return await self._leave(signal)
            case signals.Asked():
                return await self._ask(signal)
            case signals.Delivered() | signals.Undeliverable():
                return await self._mark(signal)
            case signals.Hindered() | signals.ThreadGone():
                if not await queue.waits(self._tables.connection, signal.key):
                    return None, []  # somebody else has done it meanwhile
                chat_id = queue.chat_of(signal.key)
        chat = await self.floors.chat(chat_id or "")
        if isinstance(signal, signals.Woke) and chat and must_know_more(chat, signal.at):
            await self._record_waiting()
            await self._settle_all()
            signal = await told_more(self._tables, chat, signal)
        chat, happened = self._record(chat, decide(chat, signal))
        if chat and any(isinstance(event, events.Blanked) for event in happened):
            await self._remove(chat, departures.blank(self._tables, chat.id))
        return chat, happened

    # ------------------------------------------------------------ messages

    async def _hear(self, signal: Speech) -> Chat | None:
        key = message_key(signal.room, signal.id)
        known = await self._message(key)
        reply_to = signal.reply_to if isinstance(signal, signals.Said) else None
        if known is not None and known.said:
            reply_to = known.reply_to
        parent = await self._message(message_key(signal.room, reply_to)) if reply_to else None
        if known is not None and (known.said or not isinstance(signal, signals.Said)):
            chat = await self.floors.chat(known.chat)
        else:
            chats = await self.floors.chats_in(signal.room, signal.at, signal.thread)
            chat = chat_of(chats, signal, parent)
        if chat is not None:
            heard = hear(chat, known, parent, signal, self._lookout.concerns(signal, chat.agenda))
            self._put(key, known, heard)
            self._rewordings.see_unkept(heard, getattr(signal, "text", ""))
            for news in await news_of(self._tables, chat, known, heard, signal.at):
                chat = self._record(chat, decide(chat, news))[0] or chat
            if breached := self.recollection.look(self._lookout, chat, known, heard, signal):
                chat = self._record(chat, decide(chat, breached))[0]
        return chat

    async def _note_reaction(
        self, signal: signals.Reacted | signals.ReactionsCleared
    ) -> Chat | None:
        key = message_key(signal.room, signal.id)
        if is_shared(signal.room.platform):
            known = await self._message(key)
            chat = await self.floors.chat(known.chat) if known else None
        else:
            chat = chat_at(await self.floors.chats_in(signal.room, signal.at), signal.at)
        if chat is None:
            return None
        if isinstance(signal, signals.ReactionsCleared):
            await self._put_reactions()
            await self._tables.clear_reactions(key, signal.emoji, signal.at)
        elif signal.by.role is not Role.BOT and not self._masks.hides(signal):
            self._reactions.append(
                (key, signal.by.key, signal.emoji, signal.at, not signal.removed)
            )
        self._see({key})
        return chat

    async def _put_reactions(self) -> None:
        if self._reactions:
            await self._tables.put_reactions(self._reactions)
            self._reactions = []

    def _put(self, key: str, before: Message | None, message: Message) -> None:
        if message == before:
            return
        self._known[key] = self._written[key] = message
        self._rewordings.see(before, message)
        if before is not None and before.text and before.text != message.text:
            self._tables.erases = True
        self._seen.add(key)
        self._rooms.add(message.room)
        if before is None or (before.topics, before.said) != (message.topics, message.said):
            self._moved.add(key)

    async def _message(self, key: str) -> Message | None:
        if key not in self._known:
            await self._read({key})
        return self._known[key]

    async def _read(self, keys: Iterable[str]) -> None:
        missing = {key for key in keys if key not in self._known}
        if missing:
            self._known.update(dict.fromkeys(missing))
            self._known.update({m.key: m for m in await self._tables.messages(missing)})

    async def _settle(self, messages: Sequence[Message]) -> None:
        """Place messages anew as their chats and parents stand now."""
        await self._read({m.parent for m in messages if m.parent})
        for read in messages:
            message = self._known.get(read.key) or read
            chat = await self.floors.chat(message.chat)
            if chat is not None:
                parent = self._known[message.parent] if message.parent else None
                self._put(read.key, message, settle(chat, message, parent))

    async def _settle_all(self) -> None:
        """Write what was heard, and place anew whatever that or an event has moved."""
        while self._written or self._unsettled:
            await self._tables.put_messages(self._written.values())
            moved, self._moved, self._written = self._moved, set(), {}
            if moved:
                await self._settle(await self._tables.replies_to(moved))
            for chat_id, since in self._unsettled.items():
                async for messages in self._tables.messages_since(chat_id, since):
                    await self._settle(messages)
            self._unsettled = {}

    # ------------------------------------------------------------ chats

    async def _begin(
        self, signal: signals.StartAsked | signals.DateCame
    ) -> tuple[Chat | None, list[Event]]:
        """Let a chat exist, under the first free id of its date."""
        await self._record_waiting()
        lines = await self._tables.lines(signal.series)
        if isinstance(signal, signals.DateCame):
            held = [line.opens_at for line in lines if line.stage is not Stage.CANCELLED]
            if signal.opens_at in held:
                return None, []
        else:
            running = [line.id for line in lines if line.stage is Stage.OPEN]
            signal = replace(signal, running=next(iter(running), ""))
        for free in free_ids(signal.series, signal.chat):
            if await self.floors.is_free(free):
                break
        return self._record(None, decide(None, replace(signal, chat=free)))

    async def _ask(self, signal: signals.Asked) -> tuple[Chat | None, list[Event]]:
        chat = await self._asked_about(signal)
        if chat is None:
            raise Refused("No chat is held in this room yet. Open one with /chat start SERIES.")
        signal = replace(signal, ask=self._lookout.asked(signal.ask))
        if isinstance(signal.ask, AboutOne):  # the chat's log names a message by its key
            message = await self._message(message_key(signal.room, signal.ask.message))
            signal = replace(signal, ask=about(chat, signal, signal.ask, message))
        elif isinstance(signal.ask, AboutSomebody):
            await self._settle_all()  # who speaks at this moment can be named too
            signal = replace(signal, ask=await whom(self._tables, chat, signal, signal.ask))
        happened = decide(chat, signal)
        for event in happened:
            if isinstance(event, _ABOUT_ONE):
                must_be_of(chat, await self._message(event.message), event.message)
        chat, happened = self._record(chat, happened)
        for event in happened:
            if isinstance(event, events.Withdrew) and chat is not None:
                words = self._rewordings.withdraw(self._tables, chat.id, event.person)
                await self._remove(chat, words)
            elif isinstance(event, _ABOUT_ONE):
                decided = self._known[event.message]
                await self._settle([decided] if decided else [])
        return chat, happened

    async def _asked_about(self, signal: signals.Asked) -> Chat | None:
        chats = await self.floors.chats_in(signal.room, signal.at, signal.thread)
        return chat_for_command(chats, signal.at, signal.room, signal.thread)

    async def _remove(self, chat: Chat, words: Awaitable[None]) -> None:
        await self._settle_all()
        await self._rewordings.watch(self._tables, chat, words)  # however many messages at once
        self._known = {}

    async def _mark(
        self, signal: signals.Delivered | signals.Undeliverable
    ) -> tuple[Chat | None, list[Event]]:
        """Record what became of an action, with its mark; the second time nothing happens."""
        chat = await self.floors.chat(queue.chat_of(signal.key))
        delivered = isinstance(signal, signals.Delivered)
        if chat is None or not await queue.mark(
            self._tables.connection, signal.key, "done" if delivered else "gave_up"
        ):
            return chat, []
        chat, happened = self._record(chat, decide(chat, signal))
        if chat and isinstance(signal.action, RemoveAction):
            found = await self._message(message_key(signal.action.place, signal.action.message))
            await self._settle([found] if found else [])
        elif isinstance(signal, signals.Delivered) and signal.ref and chat:
            key = message_key(signal.action.room, signal.ref)
            known = await self._message(key)
            if (row := own(chat, known, signal)) is not None:
                self._put(key, known, row)
        return chat, happened

    def _record(self, chat: Chat | None, happened: list[Event]) -> tuple[Chat | None, list[Event]]:
        """Apply events to their chat, and queue them and their actions for writing."""
        rooms = set(chat.agenda.rooms) if chat else set()
        for n, event in enumerate(happened):
            chat = apply(chat, event) if chat else fold(happened[: n + 1])
            self._events.append((chat.id, chat.seq, event))
            for number, action in enumerate(react(chat, event)):
                queued = self._actions.setdefault(event.at, [])
                queued.append((chat.id, chat.seq, number, action))
            if (since := unsettles(event)) is not None:
                self._unsettled[chat.id] = min(since, self._unsettled.get(chat.id, since))
        if chat and happened:
            self._touched.add(chat.id)
            self.floors.keep(chat)
            if any(isinstance(event, _MOVE_FLOORS) for event in happened):
                self.floors.move(rooms.union(chat.agenda.rooms))
        return chat, happened

    async def _record_waiting(self) -> None:
        """Write the events so far, so that reading the lists sees them."""
        await note(self._tables, self._events, self.floors.chats)
        self._events = []

    async def _requote(self) -> None:
        """Let what quotes others change with what it quotes, and closing posts with both."""
        for before, after in await self._rewordings.unquoted(self._tables, self.floors):
            self._put(after.key, before, after)
            self._see({after.key})
        for chat_id, signal in self._rewordings.all(self._at):
            for chat in await self.floors.sound([chat_id]):
                then, happened = self._record(chat, decide(chat, signal))
                for key in posts_to_blank(then or chat, happened):
                    post = await self._message(key)
                    if post is not None:
                        self._put(key, post, post._replace(text=""))
        await self._record_waiting()
        await self._settle_all()

    async def finish(self) -> None:
        """Write everything that was decided and not yet written."""
        await self._record_waiting()
        await self._settle_all()
        await self._requote()
        for at, actions in self._actions.items():
            await queue.put(self._tables.connection, actions, at)
        self._posts, self._actions = self._posts or bool(self._actions), {}
        await self._put_reactions()

    def _see(self, keys: Collection[str]) -> None:
        self._seen.update(keys)
        self._rooms.update(map(room_in, keys))

    async def _forget(self, signal: signals.ForgetAsked) -> tuple[None, list[Event]]:
        """Erase a person from all that is kept, this transaction's part of it too."""
        await self.finish()
        said = await forgetting.said_by(self._tables.connection, signal.person)
        removed = await farewell.erase(self._tables, signal.person, signal.at)
        self._see(removed.changed.union(one.key for one in said))
        self._posts, self._known = True, {}
        self._masks = await departures.masks(self._tables.connection)
        self.floors.forget()
        return None, []

    async def _leave(self, signal: signals.Left) -> tuple[None, list[Event]]:
        """Withdraw what somebody said in every chat of the series, and their check-ins there."""
        await self.finish()
        unnamed = await unnaming.unname(self._tables, person := signal.person, signal.series)
        for before, after in unnamed.changes:
            self._rewordings.see(before, after)
            self._see({after.key})
        self._known = {}
        self.floors.forget()  # topics may be worded otherwise
        for chat_id in await leavers.chats_with(self._tables.connection, person, signal.series):
            words = self._rewordings.withdraw(self._tables, chat_id, person)
            for chat in await self.floors.sound([chat_id]):  # where a log is broken, words leave
                self._record(chat, decide(chat, signal))
                await self._settle_all()
                words = self._rewordings.watch(self._tables, chat, words)
            await words
            self._known = {}
        for series in signal.series:
            await checkins.forget(self._tables, person, series)
        return None, []
