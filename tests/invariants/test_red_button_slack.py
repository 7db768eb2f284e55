"""Help is called on Slack: held by the program, killed and started on the way."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.invariants.on_slack import OnSlack, on_slack
from tests.slack.channels import Channel
from tests.slack.messages import Message
from tests.slack.people import Person

LINES = '{GB: "Samaritans: call 116 123", any: "https://findahelpline.com"}'
CRY = "I want to kill myself"


@dataclass(frozen=True)
class Safe:
    """A chat on Slack that Henry opened, with Henry and Ines on call, in this order."""

    club: OnSlack
    channel: Channel
    ines: Person

    def told(self, who: Person, what: str = "") -> list[Message]:
        return [one for one in who.inbox if what in one.text]

    async def is_told(self, who: Person, what: str) -> Message:
        """Wait until somebody was told this; return it, for it is told once."""
        await self.club.until(lambda: self.told(who, what))
        (told,) = self.told(who, what)
        return told


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[Safe]:
    async with on_slack(tmp_path) as club:
        ines = club.workspace.user("Ines")
        both = f'slack: ["{club.henry.id}", "{ines.id}"]'
        channel = club.series(
            "urojc",
            "0m",
            moderators=both,
            starts="2099-01-05 07:00",
            moderators_on_call=f"{{{both}}}",
            help_lines=LINES,
        )
        await ines.join(channel)
        await club.start()
        await club.henry.command(channel, "/chat", "start urojc")
        await club.until(lambda: "T1" in club.posts_in(channel))
        yield Safe(club, channel, ines)
        assert club.posts_in(channel) == ["Welcome", "T1"], "nothing more is said in public"


async def test_help_reaches_one_moderator_after_the_other_until_one_takes_it(at: Safe) -> None:
    club, maria, henry, ines = at.club, at.club.maria, at.club.henry, at.ines
    opening = club.by_bot(at.channel)[0]
    pressed = await maria.press(opening, "Help")
    await club.until(lambda: pressed.told)
    assert pressed.told[-1].text.startswith(
        f"<@{henry.id}> is told now, with a link to this place."
    )
    assert pressed.told[-1].text.endswith("What can be asked: /chat commands")
    page = await at.is_told(henry, "asks for a moderator")
    assert f"/archives/{at.channel.id}" in page.text
    assert f"<@{maria.id}> asks" in page.text
    again = await maria.command(at.channel, "/chat", "help")
    await club.until(lambda: again.told)
    assert "called already" in again.told[-1].text
    await club.process.kill()
    await club.later(minutes=2)
    await club.start()
    message = await at.is_told(ines, "asks for a moderator")
    taken = await ines.press(message, "I take it")
    await club.until(lambda: taken.told)
    assert "You have the call of" in taken.told[-1].text
    await at.is_told(henry, f"<@{ines.id}> has taken the call")
    comes = await at.is_told(maria, f"<@{ines.id}> of The urojc chat has your call")
    assert "will write to you" in comes.text
    late = await henry.press(page, "I take it")
    await club.until(lambda: late.told)
    assert "has taken this call already" in late.told[-1].text


async def test_help_is_called_about_a_message_with_a_link_to_it(at: Safe) -> None:
    club, joao, henry = at.club, at.club.joao, at.club.henry
    rude = await club.say(club.maria, "T1: zounds and more of it", channel=at.channel)
    chosen = await joao.shortcut("Help", rude)
    await club.until(lambda: chosen.told)
    assert "with a link to this message" in chosen.told[-1].text
    page = await at.is_told(henry, "about this message")
    assert f"/archives/{at.channel.id}/p{rude.ts.replace('.', '')}" in page.text
    assert "zounds" not in page.text


async def test_a_cry_for_help_is_answered_privately_and_held(at: Safe) -> None:
    club, maria, henry = at.club, at.club.maria, at.club.henry
    said = await club.say(maria, f"T1: {CRY}", channel=at.channel)
    told = await at.is_told(maria, "you need not be alone")
    assert "https://findahelpline.com" in told.text
    assert CRY not in told.text
    page = await at.is_told(henry, "may be a cry for help")
    assert f"p{said.ts.replace('.', '')}" in page.text
    assert CRY not in page.text
    held = "SELECT held FROM messages WHERE id = ?"
    await club.until_stored(lambda: club.process.rows(held, said.ts) == [("distress",)])
    assert said in at.channel.messages
