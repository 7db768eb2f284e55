"""For how long people's words are kept after a chat: what its agenda says under `keep`.

1. The time counts from the chat's end, also of one that was cancelled or missed, where somebody
   may have spoken before the opening.
2. When it is over the words go, and with them the names of people and of their files. How many
   said how much, where it stands, and by whose id it is counted stays.
3. What the series' agenda says today holds for all its chats, those of long ago included: a
   shorter time takes effect at once, a longer one for what is still there. Where a series has no
   agenda any more, what it said last goes on to hold.
4. A chat that has not been counted waits: its closing post tells how many said how much.
"""

from __future__ import annotations

from datetime import datetime

from bot.engine import events
from bot.engine.events import Event
from bot.engine.signals import KeepChanged
from bot.engine.state import Chat, Stage

_NOT_OVER = (Stage.PLANNED, Stage.OPEN, Stage.CLOSED)


def blank_at(chat: Chat) -> datetime | None:
    """Return when people's words are to be removed; None: not, not yet, or they are."""
    keep = chat.agenda.keep
    if keep is None or chat.blanked or chat.stage in _NOT_OVER:
        return None
    return chat.ends_at + keep


def blanks(chat: Chat, now: datetime) -> list[Event]:
    """Return what happens to the words of a chat that is over."""
    moment, keep = blank_at(chat), chat.agenda.keep
    if moment is None or keep is None or now < moment:
        return []
    return [events.Blanked(now, keep)]


def keep_set(chat: Chat, signal: KeepChanged) -> list[Event]:
    """Take over for how long words are kept; a chat that is planned follows its whole agenda."""
    if chat.blanked or chat.stage is Stage.PLANNED or signal.keep == chat.agenda.keep:
        return []
    return [events.KeepSet(signal.at, signal.keep)]
