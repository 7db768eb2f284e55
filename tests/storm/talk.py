"""People who talk in a run, as browsers do whose users press Send until it is there."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

import aiohttp

from bot.web.access import new_ticket
from tests.invariants.process import posted
from tests.storm.chats import Held
from tests.storm.clock import Clock, Span
from tests.storm.turns import Turns
from tests.web.served import Answer, Guest

MARK = "quince"
"""Stands in everything that is said, and so in no line of the log."""

KNOWN_BY = "MRN 4482913"
"""By this a patient could be known: whatever it stands in is held back."""

PAUSE = (0.3, 2.0)
"""Seconds between two things that are done at a table."""


@dataclass
class Line:
    """Something that was said and acknowledged.

    `said` and `gone` are between which moments, `edited` between which all its wordings came.
    """

    room: str
    author: str
    name: str
    text: str
    reply_to: str | None
    id: str
    said: Span
    edited: Span | None = None
    gone: Span | None = None
    first: str = ""
    changes: list[tuple[str | None, Span]] = field(default_factory=list)
    """Every wording after the `first` one, in order, and None where it was withdrawn."""


@dataclass
class Talk:
    """Everything that was acknowledged in a run, and what was not as it should be."""

    lines: list[Line] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    asked: int = 0
    """Requests, with those that were sent again."""
    refused: list[float] = field(default_factory=list)
    """When requests were not answered, or by a failure; in seconds since 1970."""


@dataclass(frozen=True)
class Speaker:
    """Somebody in a room."""

    guest: Guest
    name: str

    @property
    def id(self) -> str:
        """Who they are there."""
        body = self.guest.cookie.strip('"').partition(".")[0]
        found: str = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))[1]
        return found


class Table:
    """People of a room who take turns; one thing is done after the other."""

    def __init__(
        self, people: Sequence[Speaker], held: Held, talk: Talk, clock: Clock, chance: Random
    ) -> None:
        self._turns = Turns(people)
        self._people = {one.id: one for one in people}
        self._held = held
        self._talk = talk
        self._clock = clock
        self._chance = chance
        self._own: list[Line] = []

    async def speak(self, until: asyncio.Event) -> None:
        """Say, answer, change and withdraw things until the end."""
        number = 0
        while not until.is_set():
            await asyncio.sleep(self._chance.uniform(*PAUSE))
            what, standing = self._chance.random(), [one for one in self._own if not one.gone]
            number += 1
            if what < 0.1 and standing:
                told = [one for one in standing[-3:] if KNOWN_BY in one.text]  # to change it
                await self._edit(self._chance.choice(told or standing[-3:]), number)
            elif what < 0.15 and standing:
                await self._withdraw(self._chance.choice(standing))
            else:
                await self._say(number)

    def _words(self, name: str, number: int, *, slips: float) -> str:
        """Return other words each time; so often a patient could be known by them."""
        labels = ("", "", "", "T1: ", "T2 ", "T3 and T4: ", "t5 - ", "T99: ")
        words = f"{self._chance.choice(labels)}{MARK} {name} {self._held.name} {number}"
        if self._held.keeps_safe and self._chance.random() < slips:
            return f"{words}, {KNOWN_BY}"
        return words

    async def _say(self, number: int) -> None:
        turn = self._turns.take(self._clock.now())
        if turn is None:
            return
        whose, speaker = turn
        text, reply = self._words(speaker.name, number, slips=0.15), None
        there = [one for one in self._talk.lines[-60:] if one.room == self._held.name]
        if there and self._chance.random() < 0.3:
            parent = self._chance.choice(there)
            reply = None if parent.gone else parent.id
        fields = {"text": text, "ticket": new_ticket(), "reply": reply or ""}
        answer, span = await self._insist(speaker, "say", fields)
        self._turns.spoke(whose, span)
        if not answer.headers.get("Location"):
            self._talk.wrong.append(f"not taken: {answer.status} {answer.words[:160]}")
            return
        line = Line(self._held.name, speaker.id, speaker.name, text, reply, posted(answer), span)
        line.first = text
        self._own.append(line)
        self._talk.lines.append(line)

    async def _edit(self, line: Line, number: int) -> None:
        text = f"{self._words(line.name, number, slips=0.4)} (edited)"
        speaker, path = self._people[line.author], f"messages/{line.id}/edit"
        answer, span = await self._insist(speaker, path, {"text": text})
        if answer.status >= 400:
            self._talk.wrong.append(f"not edited: {answer.status} {answer.words[:160]}")
            return
        before = line.edited or line.said
        line.changes.append((text, span))
        line.text, line.edited = text, (min(before[0], span[0]), max(before[1], span[1]))

    async def _withdraw(self, line: Line) -> None:
        speaker, path = self._people[line.author], f"messages/{line.id}/delete"
        answer, span = await self._insist(speaker, path, {})
        if answer.status >= 400 and "withdrawn" not in answer.words:  # as the first try did
            self._talk.wrong.append(f"not withdrawn: {answer.status} {answer.words[:160]}")
            return
        line.gone = span
        line.changes.append((None, span))

    async def _insist(
        self, speaker: Speaker, path: str, fields: dict[str, str]
    ) -> tuple[Answer, Span]:
        """Send a form until it is answered; return the answer, and when it can have counted.

        Some are impatient and send it again while the first one is under way.
        """
        began = time.time()
        while True:
            self._talk.asked += 1
            patience = 0.3 if self._chance.random() < 0.1 else 20.0
            try:
                async with asyncio.timeout(patience):
                    where = f"/rooms/{self._held.name}/{path}"
                    answer = await speaker.guest.post(where, fields, follow=False)
            except (aiohttp.ClientError, TimeoutError, OSError):
                self._talk.refused.append(time.time())
                await asyncio.sleep(0.1)  # the program is down
                continue
            if answer.status >= 500:
                self._talk.refused.append(time.time())
            if answer.status < 500 and answer.status != 429:
                return answer, self._clock.span(began, time.time())
            await asyncio.sleep(0.2)
