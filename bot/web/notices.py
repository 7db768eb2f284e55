"""What people alone see on pages: their own calls for a moderator, and those they may take.

Moderators see there, too, of which breaches of a rule they were told lately.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

from bot.engine import calling, measuring, summons
from bot.engine.actions import Words
from bot.engine.agenda import OWN
from bot.engine.people import Person
from bot.engine.state import Chat
from bot.transcripts.clock import Clock
from bot.web.addresses import room_path
from bot.web.passes import Organizer
from bot.web.scene import Scene

SHOWN_FOR = timedelta(hours=24)
"""How long somebody sees that they called and nobody has come yet."""

TAKEN_FOR = timedelta(hours=1)
"""How long they see who has come: then they have met, and the place is needed for writing."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A call as somebody sees it: their own, or one that they may take at an address."""

    words: Words
    clock: Clock
    is_own: bool = False
    take_at: str = ""


def in_room(scene: Scene, moderates: Callable[[Chat], bool]) -> list[Notice]:
    """Return the calls that the visitor of a room sees there: their own, and those to take.

    Those who moderate see the latest breach of each rule of conduct, too.
    """
    visitor = scene.visitor
    if visitor is None:
        return []
    chats = [chat for chat in (scene.chat, *scene.others) if chat is not None]
    found = [notice for chat in chats for notice in _own(chat, visitor.person, scene.now)]
    here = room_path(scene.room.name)
    for chat in chats:
        if moderates(chat):
            found += _to_take(chat, f"{here}/calls", visitor.person.key)
            told = measuring.lately_told(chat, scene.now)
            found += [Notice(words, Clock(chat.agenda.zone)) for words in told]
    return found


def of_chats(
    chats: Iterable[Chat], organizer: Organizer, link: Callable[[Words], Words]
) -> list[Notice]:
    """Return the calls of these chats that an organizer may take."""
    own = {one.person.key for one in organizer.passes}
    return [notice for chat in chats for notice in _to_take(chat, "/calls", *own, link=link)]


def _own(chat: Chat, person: Person, now: datetime) -> Iterator[Notice]:
    for call in chat.calls.values():
        shown = (call.taken_at, TAKEN_FOR) if call.taken_at else (call.at, SHOWN_FOR)
        if call.key == person.key and now - shown[0] < shown[1]:
            yield Notice(summons.shown_to_person(chat, call), Clock(chat.agenda.zone), is_own=True)


def _to_take(
    chat: Chat, where: str, *own: str, link: Callable[[Words], Words] | None = None
) -> Iterator[Notice]:
    for call in calling.untaken(chat):
        if call.key in own:
            continue
        words = summons.asks(chat, call)
        if link is not None and call.room.platform != OWN:
            words = link(words)
        at = f"{where}/{quote(chat.id, safe='')}/{call.number}"
        yield Notice(words, Clock(chat.agenda.zone), take_at=at)
