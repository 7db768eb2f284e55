"""A Discord and a Slack beside a run: a chat is held in a channel of each, by people of theirs."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Protocol

from bot.platforms.slack.manifest import manifest
from tests.discord.messages import Message as DiscordMessage
from tests.discord.people import Member
from tests.discord.places import Channel as DiscordChannel
from tests.discord.server import Server as Discord
from tests.discord.server import serving as serving_discord
from tests.slack.channels import Channel as SlackChannel
from tests.slack.messages import Message as SlackMessage
from tests.slack.people import Person
from tests.slack.server import Server as Slack
from tests.slack.server import serving as serving_slack
from tests.storm.chats import Held
from tests.storm.talk import MARK
from tests.storm.turns import TOGETHER, Turns

TABLES = [[f"{name}{n}" for n in range(1, TOGETHER + 1)] for name in ("Ann", "Bob", "Cleo")]
PAUSE = (0.4, 2.5)
STOPS_AFTER = timedelta(minutes=5)
"""So long after the last topic people talk: what is said after the end is kept in other runs."""


@dataclass(frozen=True)
class Spoken:
    """What stands on a platform in the end: `text` is None where it was deleted."""

    room: str
    id: str
    author: str
    text: str | None
    topics: tuple[int, ...]
    at: datetime


class Voice(Protocol):
    """People on a platform who take turns, and always say to which topic something belongs."""

    async def say(self, words: str, chance: Random) -> None:
        """Say something about a topic that stands there, if one does."""
        ...

    async def edit(self, words: str, chance: Random) -> None:
        """Give something one's own another wording, if there is anything."""
        ...

    async def delete(self, chance: Random) -> None:
        """Delete something of one's own, if there is anything."""
        ...

    def spoken(self, room: str) -> list[Spoken]:
        """Return what stands there."""
        ...


def topic_of(text: str) -> int | None:
    """Return the topic whose post this is."""
    number = text.partition(":")[0].removeprefix("T")
    return int(number) if text[:1] == "T" and number.isdigit() else None


class OnDiscord:
    """People who write labels in the chat's thread."""

    def __init__(self, members: Sequence[Member], channel: DiscordChannel) -> None:
        self._world = members[0].guild.world
        self._turns = Turns(members)
        self._channel = channel
        self._own: list[tuple[DiscordMessage, int, Member]] = []

    async def say(self, words: str, chance: Random) -> None:
        bot = self._world.bot
        posts = [one for thread in self._channel.threads for one in thread.messages]
        topics = [topic_of(one.content) for one in posts if one.author is bot]
        there = [number for number in topics if number is not None]
        turn = self._turns.take(self._world.now())
        if there and turn:
            topic, thread = chance.choice(there), self._channel.threads[0]
            whose, member = turn
            said = await member.say(thread, f"T{topic}: {words}")
            self._turns.spoke(whose, (said.at, said.at))
            self._own.append((said, topic, member))

    async def edit(self, words: str, chance: Random) -> None:
        standing = [one for one in self._own if not one[0].deleted]
        if standing:
            message, topic, member = chance.choice(standing)
            await member.edit(message, f"T{topic}: {words}")

    async def delete(self, chance: Random) -> None:
        standing = [one for one in self._own if not one[0].deleted]
        if standing:
            message, _, member = chance.choice(standing)
            await member.delete(message)

    def spoken(self, room: str) -> list[Spoken]:
        return [
            Spoken(
                room,
                str(one.id),
                str(member.id),
                None if one.deleted else one.content,
                (topic,),
                one.at,
            )
            for one, topic, member in self._own
        ]


class OnSlack:
    """People who write in the topics' threads."""

    def __init__(self, people: Sequence[Person], channel: SlackChannel) -> None:
        self._workspace = people[0].workspace
        self._turns = Turns(people)
        self._channel = channel
        self._own: list[tuple[SlackMessage, int, Person]] = []

    async def say(self, words: str, chance: Random) -> None:
        bot = self._workspace.bot
        posts = [(one, topic_of(one.text)) for one in self._channel.messages if one.author is bot]
        topics = [(post, number) for post, number in posts if number is not None]
        turn = self._turns.take(self._workspace.now())
        if topics and turn:
            post, number = chance.choice(topics)
            whose, person = turn
            said = await person.say(self._channel, words, thread=post)
            self._turns.spoke(whose, (said.at, said.at))
            self._own.append((said, number, person))

    async def edit(self, words: str, chance: Random) -> None:
        standing = [one for one in self._own if not one[0].deleted]
        if standing:
            message, _, person = chance.choice(standing)
            await person.edit(message, words)

    async def delete(self, chance: Random) -> None:
        standing = [one for one in self._own if not one[0].deleted]
        if standing:
            message, _, person = chance.choice(standing)
            await person.delete(message)

    def spoken(self, room: str) -> list[Spoken]:
        return [
            Spoken(room, one.ts, person.id, None if one.deleted else one.text, (topic,), one.at)
            for one, topic, person in self._own
        ]


class Outside:
    """The two platforms, and who talks there."""

    def __init__(self, discord: Discord, slack: Slack) -> None:
        self.discord = discord
        self.slack = slack
        guild, workspace = discord.world.guild("Urology"), slack.workspace
        self.channel = guild.channel("journal-club")
        self.there = workspace.channel("journal-club")
        workspace.application.install(manifest(""))
        self._henry, self._also_henry = guild.member("Henry"), workspace.user("Henry")
        self.voices: dict[str, Sequence[Voice]] = {
            "discord": [
                OnDiscord([guild.member(one) for one in together], self.channel)
                for together in TABLES
            ],
            "slack": [
                OnSlack([workspace.user(one) for one in together], self.there)
                for together in TABLES
            ],
        }

    @property
    def environment(self) -> dict[str, str]:
        """What the program is told of them."""
        application = self.slack.workspace.application
        return {
            "DISCORD_TOKEN": self.discord.world.application.token,
            "DISCORD_API": self.discord.api,
            "SLACK_BOT_TOKEN": application.bot_token,
            "SLACK_APP_TOKEN": application.app_token,
            "SLACK_API": self.slack.api,
        }

    @property
    def rooms(self) -> tuple[tuple[str, str, str], ...]:
        """For each platform its name, the channel's id, and the moderator."""
        return (
            ("discord", str(self.channel.id), f"user:{self._henry.id}"),
            ("slack", self.there.id, self._also_henry.id),
        )

    @property
    def is_connected(self) -> bool:
        """Whether the program has a connection to both."""
        return bool(self.discord.gateway.lines and self.slack.sockets.lines)

    def moved(self, by: timedelta) -> None:
        """Let the platforms' clocks jump with the program's."""
        self.discord.world.shift(by)
        self.slack.workspace.shift(by)

    def posts(self) -> dict[str, list[str]]:
        """Return the first words of what the bot said in each chat, by platform, in order."""
        bot, other = self.discord.world.bot, self.slack.workspace.bot
        inside = [one for thread in self.channel.threads for one in thread.messages]
        said = [one.content for one in (*self.channel.messages, *inside) if one.author is bot]
        there = [one.text for one in self.there.messages if one.author is other]
        return {
            "discord": [text.split()[0].rstrip(":") for text in said if text],
            "slack": [text.split()[0].rstrip(":") for text in there if text],
        }


async def speak(
    voice: Voice, held: Held, now: Callable[[], datetime], over: asyncio.Event, chance: Random
) -> None:
    """Let people say, change and delete things until the last topic was talked about."""
    number = 0
    while not over.is_set():
        await asyncio.sleep(chance.uniform(*PAUSE))
        if now() > held.dues[-1] + STOPS_AFTER:
            return
        what, number = chance.random(), number + 1
        words = f"{MARK} {held.name} {chance.randrange(10**9)} {number}"
        if what < 0.12:
            await voice.edit(f"{words} (edited)", chance)
        elif what < 0.18:
            await voice.delete(chance)
        else:
            await voice.say(words, chance)


@contextlib.asynccontextmanager
async def outside() -> AsyncIterator[Outside]:
    """Give both platforms for a block."""
    async with serving_discord(checked=False) as discord, serving_slack() as slack:
        yield Outside(discord, slack)
