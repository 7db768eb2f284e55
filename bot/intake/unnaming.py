"""Takes the names of somebody who goes out of what others wrote, so far as it can be told.

1.  Others' messages, what their files are called, and what they disclose at check-in lose the names
    that somebody had in a series, found as transcripts find them (`bot.transcripts.names_in_text`).
    With the names themselves goes by what transcripts knew what to hide.
2.  Words that the chat's own agenda has, such as the authors of its paper, stay where they stand
    alone. So do words of everyday that are names too, where they are not written like a name.
3.  Who was to be named is no secret: what may be somebody else's name stays, because what others
    wrote of that one would be lost. A name that a pseudonym stood for goes also then.
4.  A topic that was asked with /chat topic loses the names as others' messages do. The agenda's
    topics are its organizer's, and stay.
5.  What may still stand is told to whoever goes.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import NamedTuple

from bot.engine.consent import Consent
from bot.engine.erasing import NAME, reworded
from bot.engine.messages import Message
from bot.engine.showing import Audience, Showing
from bot.engine.state import Chat
from bot.store import checkins, departures, forgetting, pages, publications
from bot.store.tables import Tables
from bot.transcripts.cast import spared
from bot.transcripts.edition import showing_of
from bot.transcripts.encoded import ESCAPE
from bot.transcripts.names_in_text import LEFT_OUT, NamesInText, may_name
from bot.transcripts.spelling import folded, words_of, written_out

_EVER = datetime(1970, 1, 1, tzinfo=UTC)


class Change(NamedTuple):
    """A message as it was, and as it is written without the names."""

    before: Message
    after: Message


@dataclass(frozen=True, slots=True)
class Unnamed:
    """What was changed, and others' messages (keys) in which a name may still stand."""

    changes: tuple[Change, ...] = ()
    left: frozenset[str] = frozenset()


async def unname_everywhere(tables: Tables, key: str) -> Unnamed:
    """Take somebody's names out of what others wrote in every series; see `unname`."""
    series = await checkins.series_of(tables.connection, key)
    elsewhere = await _elsewhere(tables, key, series)
    done = await unname(tables, key, series)
    return replace(done, left=done.left | elsewhere)


async def unname(tables: Tables, key: str, series: Collection[str]) -> Unnamed:
    """Take somebody's names (by their key) out of what others wrote in some series.

    Returns what was changed, for closing posts that quote it and pages that show it.
    """
    tables.erases = True
    changes: list[Change] = []
    left: set[str] = set()
    async for names, new in _found(tables, key, series):
        changed = [change for change in new if change.before != change.after]
        await tables.put_messages(change.after for change in changed)
        changes += changed
        left.update(_left(names, new, key))
    for one in series:
        await _undisclose(tables, key, one)
        await _reword_topics(tables, key, one)
    return Unnamed(tuple(changes), frozenset(left))


async def standing(tables: Tables, key: str) -> frozenset[str]:
    """Return others' messages (keys) in which a name of somebody may stand once they are gone."""
    series = await checkins.series_of(tables.connection, key)
    left = set(await _elsewhere(tables, key, series))
    async for names, new in _found(tables, key, series):
        left.update(_left(names, new, key))
    return frozenset(left)


# ---------------------------------------------------------------- the names of one person


class _Names:
    """Somebody's names, among those of the others in a chat."""

    def __init__(self, chat: Chat, own: Collection[str], others: Collection[str]) -> None:
        """Make ready the names of somebody, and of those `others` whose names must stay."""
        alike = {tuple(words_of(name)) for name in others}
        hidden = [(name, LEFT_OUT) for name in own if tuple(words_of(name)) not in alike]
        written = replace(chat, topics=chat.topics[: len(chat.agenda.topics)])  # not those added
        self._hide = NamesInText(hidden, others, spared(written), _words_in(others))
        self._words = _words_in(own)
        self._is_of_signs = not all(map(words_of, own))  # a name without a letter
        self._alone = {word for name in own if len(words := words_of(name)) == 1 for word in words}

    def replaced(self, text: str) -> str:
        """Return a text without the names."""
        return self._hide.replaced(text) if self._may_be_in(text) else text

    def in_message(self, message: Message) -> Message:
        """Return a message without the names, in its words and in what its files are called."""
        files = tuple(
            replace(
                one,
                name=self.replaced(one.name),
                url=one.url * (not self._hide.names_somebody(one.url)),
            )
            for one in message.attachments
        )
        new = message._replace(text=self.replaced(message.text), attachments=files)
        return reworded(new) if new != message else message

    def may_stand_in(self, text: str) -> bool:
        """Whether something stands in a text that may be one of the names."""
        return self._may_be_in(text) and may_name(text, self._words, self._alone)

    def _may_be_in(self, text: str) -> bool:
        if self._is_of_signs or ESCAPE.search(text):
            return True
        small = map(folded, {text, written_out(text)})
        return any(word in one for one in small for word in self._words)


def _words_in(names: Collection[str]) -> frozenset[str]:
    """Return the words of names, folded, and those that handles are made of: KofiMensah."""
    parts = NamesInText([(name, LEFT_OUT) for name in names]).words
    return parts.union(*map(words_of, names))


async def _names(tables: Tables, chat: Chat, key: str, own: Collection[str]) -> _Names:
    if not _is_named(await showing_of(tables, chat, Audience.PUBLIC, ()), key):
        return _Names(chat, own, ())
    said = await checkins.of_series(tables.connection, chat.series)
    people = await publications.people(tables.connection, chat.id)
    others = {one.name for one in people if one.person != key}
    others |= {one.name for person, one in said.items() if person != key}
    called = await checkins.names(tables.connection, chat.series)
    others |= {name for person, names in called.items() if person != key for name in names}
    return _Names(chat, own, sorted(others - {"", NAME}))


def _is_named(showing: Showing, key: str) -> bool:
    is_silent = showing.chat.agenda.require_checkin and key not in showing.consents
    return showing.consent_of(key) is Consent.NAMED and not is_silent


# ---------------------------------------------------------------- what others wrote


async def _found(
    tables: Tables, key: str, series: Collection[str]
) -> AsyncIterator[tuple[_Names, list[Change]]]:
    """Yield, in batches, the messages of each chat of the series as they would be written anew."""
    own = (await forgetting.known(tables.connection, key)).names
    for chat_id in [line.id for one in series for line in await tables.lines(one)] if own else ():
        for chat in (await pages.sound(tables, [chat_id])).values():
            names = await _names(tables, chat, key, own)
            async for messages in tables.messages_since(chat.id, _EVER):
                said = [one for one in messages if one.text or one.attachments]
                yield names, [Change(one, names.in_message(one)) for one in said]


def _left(names: _Names, new: Collection[Change], key: str) -> Iterator[str]:
    for _, after in new:
        is_own = after.author_key == key
        if not is_own and not after.is_ours and names.may_stand_in(after.text):
            yield after.key


async def _elsewhere(tables: Tables, key: str, series: Collection[str]) -> frozenset[str]:
    """Return messages of other series that hold a whole name."""
    own = (await forgetting.known(tables.connection, key)).names
    return await forgetting.naming(tables.connection, own, series)


async def _undisclose(tables: Tables, key: str, series: str) -> None:
    """Take the names out of what others disclose in a series, as in its latest chat."""
    own = (await forgetting.known(tables.connection, key)).names
    latest = await tables.lines(series, 1) if own else []
    for chat in (await pages.sound(tables, [line.id for line in latest])).values():
        names = await _names(tables, chat, key, own)
        said = await checkins.of_series(tables.connection, series)
        changed = {
            person: new
            for person, one in said.items()
            if person != key and (new := names.replaced(one.interest)) != one.interest
        }
        await checkins.put_interests(tables, series, changed)


async def _reword_topics(tables: Tables, key: str, series: str) -> None:
    """Take the names out of the topics that were added to the chats of a series."""
    own = (await forgetting.known(tables.connection, key)).names
    lines = await tables.lines(series) if own else []
    for chat in (await pages.sound(tables, [line.id for line in lines])).values():
        if added := chat.topics[len(chat.agenda.topics) :]:
            names = await _names(tables, chat, key, own)
            named = {one.number for one in added if names.replaced(one.ask) != one.ask}
            await departures.reword_topics(tables, chat.id, named, names.replaced)
