"""A hostile hour in a room of Rounds' own, over HTTP."""

from __future__ import annotations

import contextlib
import html
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.invariants.club import Club
from tests.invariants.hostile_hour import Hour
from tests.invariants.hostile_room import (
    CHAT,
    GONE,
    GRIMBOLD,
    HENRY,
    INES,
    OCTAVIA,
    PEOPLE,
    SAFETY,
    SERIES,
    STARTS,
    TOPICS,
    WINDOW,
)
from tests.invariants.process import program
from tests.web.served import Guest

ROOM = f"/rooms/{SERIES}"

TOLD = re.compile(
    r'(?s)<article [^>]*id="(?P<message>[^"]+)"'
    r'|<div class="call[^>]*>\s*<div class="text"[^>]*>(?P<call>.*?)</div>'
    r'|<p class="told">(?P<below>.*?)</p>'
)
"""What stands on one person's page alone: calls, and below their own messages what was seen."""


class Pages:
    """The chat's room, and whoever is there; what is told privately stands on their pages."""

    is_page = True
    tries = 4
    slows = True

    def __init__(self, club: Club) -> None:
        self.club = club
        self.people: dict[str, Guest] = {}
        self.ids: dict[str, str] = {}
        self._told: dict[str, dict[str, str]] = {who: {} for who in PEOPLE}
        on_call = f"{{local: [{HENRY.lower()}, {INES.lower()}]}}"
        club.write(
            SERIES,
            f"{{local: {SERIES}}}",
            on_call,
            TOPICS,
            WINDOW,
            STARTS,
            moderators_on_call=on_call,
            **SAFETY,
        )

    async def come(self, stack: contextlib.AsyncExitStack) -> None:
        """Let everybody come into the room, moderators by their links."""
        process = self.club.process
        links = {HENRY: process.link, INES: await process.link_of(INES.lower())}
        for who in PEOPLE:
            comes = process.moderator(links[who]) if who in links else process.guest(SERIES, who)
            self.people[who] = await stack.enter_async_context(comes)

    async def opened(self) -> None:
        opened = "SELECT 1 FROM messages WHERE chat = ? AND text LIKE 'T1: %'"
        await self.club.until_stored(lambda: self.club.process.rows(opened, CHAT))

    async def say(self, who: str, text: str, to: str = "") -> str:
        self.club.said.append(text)
        answer = await self.people[who].say(SERIES, text, reply=to)
        assert answer.url.fragment.startswith("m-"), answer.words
        said = answer.url.fragment.removeprefix("m-")
        of_it = "SELECT author FROM messages WHERE id = ?"
        ((author,),) = self.club.process.rows(of_it, said)
        self.ids[who] = str(author)
        return said

    async def flood(self, who: str, texts: Sequence[str]) -> None:
        for text in texts:
            await self.say(who, text)
            await self.told(who)  # what is told below a message stands there until the next step

    async def is_slow(self, slow: bool) -> None:
        """See whether who has just written may write once more."""
        said = [await self.people[OCTAVIA].say(SERIES, "T1: betony") for _ in range(2)]
        assert ["This room is slow" in one.words for one in said] == [False, slow]
        self.club.said.append("betony")

    async def is_silent(self, who: str, silent: bool) -> None:
        said = await self.people[who].say(SERIES, "T1: betony")
        assert ("You are muted" in said.words) is silent

    async def edit(self, who: str, said: str, text: str) -> None:
        self.club.said.append(text)
        sent = await self.people[who].post(f"{ROOM}/messages/{said}/edit", {"text": text})
        assert sent.status == 200

    async def delete(self, who: str, said: str) -> None:
        assert (await self.people[who].post(f"{ROOM}/messages/{said}/delete")).status == 200

    def number(self, said: str) -> str:
        return said

    def id_of(self, who: str) -> str:
        return self.ids[who]

    async def stands(self, said: str) -> bool:
        there = (await self.people[HENRY].get(f"{ROOM}?at={said}")).text
        (row,) = re.findall(rf'(?s)id="m-{re.escape(said)}".*?</article>', there)
        return '<div class="text"' in row

    async def ask(self, who: str, command: str) -> str:
        answer = await self.people[who].say(SERIES, f"/chat {command}")
        return answer.words

    async def check_in(self, who: str, filled: Mapping[str, str]) -> str:
        shown = await self.people[who].get(f"{ROOM}/checkin")
        assert "name no patient" in shown.words
        return (await self.people[who].post(f"{ROOM}/checkin", dict(filled))).words

    async def press_help(self, who: str) -> str:
        return (await self.people[who].post(f"{ROOM}/help", {"message": ""})).words

    async def take(self, who: str, page: str) -> str:
        text = (await self.people[who].get(ROOM)).text
        (address,) = re.findall(rf'action="({ROOM}/calls/[^"]+)"', text)
        return (await self.people[who].post(address)).words

    async def told(self, who: str) -> list[str]:
        """Note what is new on somebody's page; of a message the first that stands below it."""
        message = ""
        for found in TOLD.finditer((await self.people[who].get(ROOM)).text):
            message = found["message"] or message
            told = html.unescape(re.sub(r"<[^>]+>", "", found["call"] or found["below"] or ""))
            about = message if found["below"] else told
            if told and about not in self._told[who]:
                self._told[who][about] = told
        return [*self._told[who].values()]

    async def public(self) -> list[str]:
        async with self.club.process.guest(SERIES, "Somebody") as stranger:
            text = (await stranger.get(ROOM)).text
        posts = re.findall(r'(?s)<article class="row (?:post|topic).*?</article>', text)
        return [html.unescape(re.sub(r"<[^>]+>", "", one)).strip() for one in posts]

    async def published(self) -> list[str]:
        return []

    async def kill(self) -> None:
        await self.club.process.kill()
        await self.club.process.start()


async def test_a_hostile_hour_in_a_room_of_our_own(tmp_path: Path) -> None:
    clock = tmp_path / "clock"
    async with contextlib.AsyncExitStack() as stack:
        environment = {"CLOCK": str(clock)}
        process = await stack.enter_async_context(
            program(tmp_path, "tests.invariants.clocked", environment)
        )
        club = Club(process, clock)
        venue = Pages(club)
        hour = Hour(venue)
        await process.start()
        await venue.come(stack)
        await club.later(minutes=10)
        await venue.opened()
        await hour.people_check_in_and_talk()
        await hour.patients_are_kept_out()
        await hour.trolls_come()
        await hour.somebody_is_in_danger()
        await hour.somebody_calls_and_the_program_dies()
        await hour.words_are_taken_back()
        await hour.it_ends()
        pages = [(await venue.people[GRIMBOLD].get(ROOM)).text]
        pages += [(await venue.people[HENRY].get(page)).text for page in ("/", f"/chats/{CHAT}")]
        there = [word for page in pages for word in GONE if word in page]
        assert sorted(there) == ["heliotrope", "zephyrine"], "said in the room, and not removed"
        assert await process.stop() == 0
        club.check_log_without()
