"""Help is called, on Discord and on Slack: held by the program, killed and started on the way."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.engine.summons import IN_DANGER
from tests.discord.people import Member
from tests.discord.places import Channel
from tests.discord.threads import Thread
from tests.invariants.on_discord import OnDiscord, on_discord

LINES = '{GB: "Samaritans: call 116 123", any: "https://findahelpline.com"}'
CRY = "I want to kill myself"


@dataclass(frozen=True)
class Safe:
    """A chat on Discord with two moderators on call, Henry first; its thread is open."""

    club: OnDiscord
    channel: Channel
    thread: Thread
    ines: Member

    def told(self, who: Member, what: str = "") -> list[str]:
        return [text for text in self.club.told(who) if what in text]

    async def is_told(self, who: Member, what: str, times: int = 1) -> str:
        """Wait until somebody was told this so often; return the last."""
        await self.club.until(lambda: len(self.told(who, what)) >= times)
        assert len(self.told(who, what)) == times, self.club.told(who)
        return self.told(who, what)[-1]


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[Safe]:
    async with on_discord(tmp_path) as club:
        ines, channel = club.guild.member("Ines"), club.guild.channel("journal-club")
        both = f'["user:{club.henry.id}", "user:{ines.id}"]'
        club.agenda(
            "urojc",
            channel,
            {"0m": "First?"},
            moderators=f"{{discord: {both}, local: [henry]}}",
            moderators_on_call=f"{{discord: {both}}}",
            help_lines=LINES,
        )
        await club.start()
        thread = await club.open("urojc", channel)
        await club.posted(thread, "T1")
        yield Safe(club, channel, thread, ines)
        club.check_posts()
        club.check_log()


async def test_help_reaches_one_moderator_after_the_other_until_one_takes_it(at: Safe) -> None:
    club, maria, henry, ines = at.club, at.club.maria, at.club.henry, at.ines
    answer = await club.ask("help", at.thread, maria)
    assert answer.text.startswith(f"<@{henry.id}> is told now, with a link to this place.")
    assert answer.text.endswith("What can be asked: /chat commands")
    page = await at.is_told(henry, "asks for a moderator")
    assert f"https://discord.com/channels/{club.guild.id}/{at.thread.id}" in page
    assert f"<@{maria.id}> asks" in page
    again = await club.ask("help", at.thread, maria)
    assert "called already" in again.text
    await club.process.kill()
    await club.later(minutes=2)
    await club.start()
    await at.is_told(ines, "asks for a moderator")
    message = next(one for one in ines.inbox if "asks for a moderator" in one.content)
    taken = await (await ines.press(message, "I take it")).done()
    assert "You have the call of" in taken.text
    await at.is_told(henry, f"<@{ines.id}> has taken the call")
    comes = await at.is_told(maria, f"<@{ines.id}> of The urojc chat has your call")
    assert "will write to you" in comes
    late = next(one for one in henry.inbox if "asks for a moderator" in one.content)
    refused = await (await henry.press(late, "I take it")).done()
    assert refused.text.startswith("Ines has taken this call already")
    await club.later(hours=1)
    await club.settled()
    assert len(at.told(henry, "asks for a moderator")) == 1
    assert club.posts(at.thread) == ["T1"], "nothing is said in public"


async def test_help_is_called_from_the_opening_post_and_about_a_message(at: Safe) -> None:
    club, joao, henry = at.club, at.club.joao, at.club.henry
    opening = next(one for one in at.channel.messages if one.components)
    pressed = await (await club.maria.press(opening, "Help")).done()
    assert IN_DANGER in pressed.text
    await at.is_told(henry, "asks for a moderator in The urojc chat,")
    rude = await club.say(club.maria, at.thread, "T1: zounds and more of it")
    chosen = await (await joao.menu("Help", rude)).done()
    assert "with a link to this message" in chosen.text
    page = await at.is_told(henry, "about this message")
    assert f"/channels/{club.guild.id}/{at.thread.id}/{rude.id}" in page
    assert "zounds" not in page
    assert "You have the call" in (await club.ask("take", at.thread, henry)).text
    assert "You have the call" in (await club.ask("take", at.thread, henry)).text
    assert "Nobody waits" in (await club.ask("take", at.thread, henry)).text


async def test_a_cry_for_help_is_answered_privately_and_kept_from_the_transcript(at: Safe) -> None:
    club, maria, henry = at.club, at.club.maria, at.club.henry
    said = await club.say(maria, at.thread, f"T1: {CRY}")
    told = await at.is_told(maria, "you need not be alone")
    assert "https://findahelpline.com" in told
    assert "Samaritans" not in told
    assert CRY not in told
    page = await at.is_told(henry, "may be a cry for help")
    assert f"/{at.thread.id}/{said.id}" in page
    assert CRY not in page
    await maria.edit(said, "T1: I am fine")
    club.said.append("I am fine")
    held = "SELECT held FROM messages WHERE id = ? AND text LIKE '%fine%'"
    await club.until_stored(lambda: club.process.rows(held, str(said.id)) == [("distress",)])
    assert said in at.thread.messages, "nothing is removed"
    assert "its author may need help" in (await club.ask("review", at.thread)).text
    await at.is_told(henry, "may be a cry for help")
    await club.process.kill()
    await club.start()
    await club.later(minutes=3)
    await at.is_told(at.ines, "may be a cry for help")
    assert len(at.told(maria, "you need not be alone")) == 1
    assert club.posts(at.thread) == ["T1"], "nothing is said in public"


async def test_who_takes_no_direct_messages_is_passed_over_and_moderators_learn_it(
    at: Safe,
) -> None:
    club, maria, henry = at.club, at.club.maria, at.club.henry
    henry.user.refuses_dms = maria.user.refuses_dms = True
    await club.say(maria, at.thread, CRY)
    await at.is_told(at.ines, "may be a cry for help")
    await at.is_told(at.ines, "have not been told where help is")
