"""A hostile hour on Discord, held by the program."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from bot.engine.commands import COMMANDS
from bot.platforms.discord.commands import options_of
from tests.discord.messages import DEFAULT, Message
from tests.discord.people import Member
from tests.discord.rules import Permission
from tests.discord.threads import Thread
from tests.invariants.hostile_hour import Hour
from tests.invariants.hostile_room import (
    BERENICE,
    GONE,
    HENRY,
    INES,
    LEOCADIA,
    PEOPLE,
    SAFETY,
    SERIES,
    STARTS,
    TOPICS,
    WILHELMINA,
    WINDOW,
)
from tests.invariants.on_discord import OnDiscord, on_discord

A_YEAR = timedelta(days=365)

LONG_ANSWER = 1500
"""Characters of an answer after which another message may follow."""

LABELS = {"name": "Name to be shown", "role": "Role", "country": "Country",
          "interest": "Conflict of interest", "consent": "In transcripts"}  # fmt: skip


class Guild:
    """The chat's channel on Discord, and whoever is there."""

    is_page = False
    tries = 0
    slows = True

    def __init__(self, club: OnDiscord, **more: str) -> None:
        self.club = club
        self.channel = club.guild.channel("urology")
        club.discord.world.shift(-A_YEAR)  # or all their accounts were new
        self.people: dict[str, Member] = {
            who: club.henry if who == HENRY else club.guild.member(who) for who in PEOPLE
        }
        club.discord.world.shift(A_YEAR)
        on_call = ", ".join(f'"user:{self.people[who].id}"' for who in (HENRY, INES))
        club.agenda(
            SERIES,
            self.channel,
            TOPICS,
            WINDOW,
            STARTS,
            moderators=f"{{discord: [{on_call}]}}",
            moderators_on_call=f"{{discord: [{on_call}]}}",
            **SAFETY,
            **more,
        )

    @property
    def thread(self) -> Thread:
        (thread,) = self.channel.threads
        return thread

    async def opened(self) -> None:
        await self.club.thread(self.channel)
        await self.club.posted(self.thread, "T1")

    async def say(self, who: str, text: str, to: Message | None = None) -> Message:
        said = await self.club.say(self.people[who], self.thread, text, reply_to=to)
        kept = "SELECT 1 FROM messages WHERE id = ? AND said = 1"
        await self.club.until_stored(lambda: self.club.process.rows(kept, str(said.id)))
        return said

    async def flood(self, who: str, texts: Sequence[str]) -> None:
        for text in texts[:-1]:
            await self.club.say(self.people[who], self.thread, text)
            await asyncio.sleep(0.01)  # no two of them at the same instant
        await self.say(who, texts[-1])

    async def is_slow(self, slow: bool) -> None:
        await self.club.until(lambda: bool(self.thread.rate_limit_per_user) is slow)

    async def is_silent(self, who: str, silent: bool) -> None:
        await self.club.until(lambda: self.people[who].is_silenced is silent)

    async def edit(self, who: str, said: Message, text: str) -> None:
        self.club.said.append(text)
        await self.people[who].edit(said, text)

    async def delete(self, who: str, said: Message) -> None:
        await self.people[who].delete(said)

    def number(self, said: Message) -> str:
        return str(said.id)

    def id_of(self, who: str) -> str:
        return str(self.people[who].id)

    async def stands(self, said: Message) -> bool:
        return said in self.thread.messages

    async def ask(self, who: str, command: str) -> str:
        name, _, argument = command.partition(" ")
        (row,) = (one for one in COMMANDS if one.name == name)
        given = dict(zip((one.name for one in options_of(row)), argument.split(), strict=False))
        answer = await self.club.ask(name, self.thread, self.people[who], **given)
        told = ""
        while told != answer.text:  # what is long comes in several messages
            told = answer.text
            await asyncio.sleep(0.5 if len(told) > LONG_ANSWER else 0)
        return told

    async def check_in(self, who: str, filled: Mapping[str, str]) -> str:
        opening = next(one for one in self.channel.messages if one.components)
        rules = await (await self.people[who].press(opening, "Check in")).done()
        assert "name no patient" in rules.text
        assert rules.ephemeral
        form = await (await rules.press("Agree and check in")).first()
        typed = {
            LABELS[name]: value or "not stated" * (name == "role") for name, value in filled.items()
        }
        sent = await (await form.fill(typed)).done()
        assert sent.ephemeral
        return sent.text

    async def press_help(self, who: str) -> str:
        opening = next(one for one in self.channel.messages if one.components)
        told = await (await self.people[who].press(opening, "Help")).done()
        assert told.ephemeral
        return told.text

    async def take(self, who: str, page: str) -> str:
        member = self.people[who]
        asked = next(one for one in member.inbox if one.content == page)
        assert f"https://discord.com/channels/{self.club.guild.id}/" in page
        return (await (await member.press(asked, "I take it")).done()).text

    async def told(self, who: str) -> list[str]:
        return self.club.told(self.people[who])

    async def public(self) -> list[str]:
        bot = self.club.discord.world.bot
        places = (self.channel, self.thread)
        said = (one for place in places for one in place.messages if one.type == DEFAULT)
        return [one.content for one in said if one.author is bot]

    async def published(self) -> list[str]:
        posted = [one for place in (self.channel, self.thread) for one in place.messages]
        files = [one.file for message in posted for one in message.attachments]
        return [one.content.decode() for one in files if one.name.endswith(".html")]

    async def kill(self) -> None:
        await self.club.process.kill()
        await self.club.start()


async def test_a_hostile_hour_on_discord(tmp_path: Path) -> None:
    async with on_discord(tmp_path) as club:
        venue = Guild(club)
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


async def test_what_is_held_is_taken_out_of_the_room_where_the_agenda_says_so(
    tmp_path: Path,
) -> None:
    async with on_discord(tmp_path) as club:
        club.guild.bot_role.grant(Permission.MANAGE_MESSAGES)
        venue = Guild(club, hide="true")
        hour = Hour(venue)
        await club.start()
        await club.later(minutes=10)
        await venue.opened()
        seen = await venue.say(BERENICE, "T1: vermilion, MRN 00482913")
        await hour.is_told(Berenice="a record number.* Write it anew")
        cry = await venue.say(WILHELMINA, "T1: I want to kill myself, heliotrope")
        await hour.call("may be a cry for help", Wilhelmina="you need not be alone")
        both = await venue.say(LEOCADIA, "T1: saffron, MRN 00482914, I want to kill myself")
        await hour.call("may be a cry for help", Leocadia="you need not be alone")
        await club.until(lambda: seen not in venue.thread.messages)
        await club.process.kill()
        await club.start()
        await club.later(minutes=1)
        await hour.review(Berenice=1, Wilhelmina=1, Leocadia=1)
        assert await venue.stands(cry)
        assert await venue.stands(both), "a cry for help is never taken out"
        assert "is cleared" in await venue.ask(HENRY, f"clear {venue.number(seen)}")
        text = (await hour.exported("public"))["md"]
        assert "vermilion" in text
        assert [word for word in GONE if word in text and word != "00482913"] == []
        log = await venue.ask(HENRY, "log")
        assert "Rule privacy took a message out" in log
        await hour.nobody_is_told()
