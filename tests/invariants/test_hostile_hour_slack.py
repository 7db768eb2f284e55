"""A hostile hour on Slack, held by the program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from bot.platforms.slack.forms import WAITING
from tests.invariants.hostile_hour import Hour
from tests.invariants.hostile_room import (
    HENRY,
    INES,
    PEOPLE,
    SAFETY,
    SERIES,
    STARTS,
    TOPICS,
    WINDOW,
)
from tests.invariants.on_slack import OnSlack, on_slack
from tests.slack.messages import Message
from tests.slack.people import Person

LABELS = {"name": "Name to be shown", "role": "Role", "country": "Country",
          "interest": "Conflict of interest", "consent": "In transcripts"}  # fmt: skip


class Workspace:
    """The chat's channel on Slack, and whoever is there."""

    is_page = False
    tries = 2
    slows = False

    def __init__(self, club: OnSlack) -> None:
        self.club = club
        self.people: dict[str, Person] = {
            who: club.henry if who == HENRY else club.workspace.user(who) for who in PEOPLE
        }
        self.channel = club.workspace.channel(SERIES, members=[*self.people.values()])
        on_call = ", ".join(f'"{self.people[who].id}"' for who in (HENRY, INES))
        club.agenda(
            SERIES,
            f'{{slack: "{self.channel.id}"}}',
            f"slack: [{on_call}]",
            TOPICS,
            WINDOW,
            STARTS,
            moderators_on_call=f"{{slack: [{on_call}]}}",
            **SAFETY,
        )

    @property
    def opening(self) -> Message:
        return self.club.by_bot(self.channel)[0]

    async def opened(self) -> None:
        await self.club.posted_in(self.channel, "Welcome", "T1")

    async def say(self, who: str, text: str, to: Message | None = None) -> Message:
        said = await self.club.say(self.people[who], text, thread=to, channel=self.channel)
        kept = "SELECT 1 FROM messages WHERE id = ? AND said = 1"
        await self.club.until_stored(lambda: self.club.process.rows(kept, said.ts))
        return said

    async def flood(self, who: str, texts: Sequence[str]) -> None:
        for text in texts[:-1]:
            await self.club.say(self.people[who], text, channel=self.channel)
        await self.say(who, texts[-1])

    async def is_slow(self, slow: bool) -> None:
        raise NotImplementedError("Slack has no slow mode")

    async def is_silent(self, who: str, silent: bool) -> None:
        """Nobody can be kept from writing on Slack; what they write is held.

        It is shown when the mute is taken back.
        """
        said = await self.say(who, "T1: betony")
        held = self.club.process.rows("SELECT held FROM messages WHERE id = ?", said.ts)
        assert held == [("rule" if silent else "",)]

    async def edit(self, who: str, said: Message, text: str) -> None:
        self.club.said.append(text)
        await self.people[who].edit(said, text)

    async def delete(self, who: str, said: Message) -> None:
        await self.people[who].delete(said)

    def number(self, said: Message) -> str:
        return said.ts

    def id_of(self, who: str) -> str:
        return self.people[who].id

    async def stands(self, said: Message) -> bool:
        return not said.deleted

    async def ask(self, who: str, command: str) -> str:
        typed = await self.people[who].command(self.channel, "/chat", command)
        await typed.acked()
        told = await typed.done()
        assert told.messages == []
        return told.text

    async def check_in(self, who: str, filled: Mapping[str, str]) -> str:
        person = self.people[who]
        view = await (await (await person.press(self.opening, "Check in")).acked()).opened()
        await self.club.until(lambda: view.words != WAITING)
        assert "name no patient" in view.words
        typed = {LABELS[name]: value for name, value in filled.items() if value}
        await (await person.submit(view, typed)).acked()
        return view.words

    async def press_help(self, who: str) -> str:
        pressed = await self.people[who].press(self.opening, "Help")
        await pressed.acked()
        return (await pressed.done()).text

    async def take(self, who: str, page: str) -> str:
        person = self.people[who]
        asked = next(one for one in person.inbox if one.text == page)
        assert f"{self.club.workspace.url}archives/{self.channel.id}" in page
        pressed = await person.press(asked, "I take it")
        await pressed.acked()
        return (await pressed.done()).text

    async def told(self, who: str) -> list[str]:
        return [one.text for one in self.people[who].inbox]

    async def public(self) -> list[str]:
        return [one.text for one in self.club.by_bot(self.channel)]

    async def published(self) -> list[str]:
        files = await self.club.files_in(self.channel, ".html")
        return [one.content.decode() for one in files]

    async def kill(self) -> None:
        await self.club.process.kill()
        await self.club.start()


async def test_a_hostile_hour_on_slack(tmp_path: Path) -> None:
    async with on_slack(tmp_path) as club:
        venue = Workspace(club)
        hour = Hour(venue)
        await club.start()
        await club.later(minutes=10)
        await venue.opened()
        await hour.people_check_in_and_talk()
        await hour.patients_are_kept_out()
        await hour.trolls_come()
        await hour.somebody_is_in_danger()
        await hour.somebody_calls_and_the_program_dies()
        await hour.words_are_taken_back()
        await hour.it_ends()
