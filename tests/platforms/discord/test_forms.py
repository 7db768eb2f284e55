"""Checking in on Discord: the button, the rules, the form; to one person alone, and always."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.engine.actions import Post, PostKind
from bot.engine.buttons import CHECK_IN
from bot.engine.checkin import CheckIn
from bot.engine.consent import Consent
from bot.platforms.discord.posts import Posts
from bot.platforms.platform import Errand
from bot.store import checkins
from tests.discord.basics import JSON
from tests.discord.commands import NotOffered
from tests.discord.interactions import Answer, press
from tests.discord.messages import Message
from tests.discord.people import Member
from tests.platforms.asked import CHAT, Bot, Club, club, online

RULES = "Be kind, *always*.\nWrite nothing by which a patient could be known."
FILLED = {
    "Name to be shown": "Dr Ann Lee",
    "Role": "nurse",
    "Country": "norway",
    "Conflict of interest": "Speaker for <@1> @everyone",
    "In transcripts": "pseudonym",
}
ANN = CheckIn("Dr Ann Lee", "nurse", "NO", "Speaker for <@1> @everyone", Consent.PSEUDONYM)


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[Club]:
    """Give the club with its bot, its chat running."""
    async with club(tmp_path) as found, online(found.server, found.door):
        await found.start()
        yield found


async def kept(at: Club, member: Member) -> CheckIn | None:
    async with at.at.store.reading() as tables:
        return await checkins.of(tables.connection, "urojc", f"discord:{member.id}")


def give_rules(at: Club) -> None:
    """Let the agenda have rules, for the chats that begin from now on."""
    series = at.at.series["urojc"]
    at.at.series["urojc"] = replace(series, agenda=replace(series.agenda, rules=RULES))


async def opening(at: Club, bot: Bot, chat: str = CHAT) -> Message:
    """Let the opening stand in the channel, as it is posted."""
    post = Post(at.room, PostKind.OPENING, ("Welcome.",), buttons=(CHECK_IN,))
    await Posts(bot).post(post, Errand(f"{chat}/2/0", post, at.at.clock()))
    return at.channel.messages[-1]


def fields(answer: Answer) -> dict[str, JSON]:
    assert answer.type == 9, "a form"
    return {one["label"]: one["component"] for one in answer.modal["components"]}


def filled_in(answer: Answer) -> dict[str, Any]:
    """Return what stands in a form when it opens."""
    return {
        label: one.get("value")
        if one["type"] == 4
        else next((o["value"] for o in one["options"] if o.get("default")), None)
        for label, one in fields(answer).items()
    }


async def form(at: Club, member: Member) -> Answer:
    return await (await member.command(at.channel, "chat checkin")).first()


async def sent(answer: Answer, **more: str) -> Answer:
    return await (await answer.fill(FILLED | more)).done()


async def test_the_command_opens_a_form_and_the_answer_says_what_was_understood(at: Club) -> None:
    answer = await form(at, at.ann)
    assert list(fields(answer)) == list(FILLED)
    told = await sent(answer)
    assert told.ephemeral
    assert "Name: Dr Ann Lee" in told.text
    assert "Country: Norway" in told.text
    assert await kept(at, at.ann) == ANN
    assert at.channel.messages == [], "nobody else sees anything"


async def test_what_people_write_pings_nobody_and_is_no_markdown(at: Club) -> None:
    told = await sent(await form(at, at.ann), **{"Name to be shown": "**Ann**"})
    assert r"\*\*Ann\*\*" in told.text
    for message in told.messages:
        assert not message.mentions
        assert not message.mention_everyone


async def test_the_form_comes_filled_in_and_is_changed_at_any_time(at: Club) -> None:
    first = await form(at, at.ann)
    assert filled_in(first) == {
        "Name to be shown": None,
        "Role": "not stated",
        "Country": None,
        "Conflict of interest": None,
        "In transcripts": "named",
    }
    await sent(first)
    again = await form(at, at.ann)
    assert filled_in(again) == FILLED | {"Country": "Norway"}
    await (await again.fill({"In transcripts": "out", "Role": "not stated"})).done()
    assert await kept(at, at.ann) == replace(ANN, role="", consent=Consent.OUT)


async def test_who_was_left_out_and_only_states_a_role_stays_out(tmp_path: Path) -> None:
    async with club(tmp_path) as at, online(at.server, at.door):
        series = at.at.series["urojc"]
        out = replace(series.agenda, consent=Consent.OUT)
        at.at.series["urojc"] = replace(series, agenda=out)
        await at.start()
        answer = await form(at, at.ann)
        assert filled_in(answer)["In transcripts"] == "out"
        told = await (await answer.fill({"Role": "nurse"})).done()
        assert "In transcripts: left out" in told.text
        assert await kept(at, at.ann) == CheckIn(role="nurse", consent=Consent.OUT)


async def test_the_button_of_the_opening_opens_the_form_of_its_chat(tmp_path: Path) -> None:
    async with club(tmp_path) as at, online(at.server, at.door) as bot:
        await at.start()
        stands = await opening(at, bot)
        answer = await (await press(at.ann, stands, "Check in")).first()
        assert answer.modal["custom_id"] == f"rounds/checkin/{CHAT}"
        await sent(answer)
        assert await kept(at, at.ann) == ANN


async def test_the_button_works_after_a_restart_and_after_the_end_and_so_does_an_open_form(
    tmp_path: Path,
) -> None:
    async with club(tmp_path) as at:
        async with online(at.server, at.door) as bot:
            await at.start()
            stands = await opening(at, bot)
            open_form = await (await press(at.ann, stands, "Check in")).first()
        await at.at.live(timedelta(days=5))
        async with online(at.server, at.door):
            await sent(open_form)
            assert await kept(at, at.ann) == ANN
            late = await (await press(at.sam, stands, "Check in")).first()
            await sent(late, Role="patient")
            found = await kept(at, at.sam)
            assert found is not None
            assert found.role == "patient"


async def test_rules_stand_before_the_form_and_are_shown_once(tmp_path: Path) -> None:
    async with club(tmp_path) as at, online(at.server, at.door) as bot:
        give_rules(at)
        await at.start()
        stands = await opening(at, bot)
        rules = await (await press(at.ann, stands, "Check in")).done()
        assert rules.ephemeral
        assert RULES in rules.text
        assert await kept(at, at.ann) is None
        answer = await (await rules.press("Agree and check in")).first()
        assert "agreed to its rules" in (await sent(answer)).text
        assert (await form(at, at.ann)).type == 9, "whoever agreed is not asked again"


async def test_what_cannot_be_taken_is_told_and_the_form_comes_again_as_it_was_typed(
    at: Club,
) -> None:
    told = await sent(await form(at, at.ann), Country="Atlantis")
    assert "no country that Rounds knows" in told.text
    assert told.ephemeral
    assert await kept(at, at.ann) is None
    again = await (await told.press("Correct it")).first()
    assert filled_in(again) == FILLED | {"Country": "Atlantis"}
    assert "You are checked in" in (await sent(again)).text
    assert filled_in(await form(at, at.ann))["Country"] == "Norway", "nothing of it is remembered"


async def test_what_a_patient_could_be_known_by_is_refused_and_says_where_it_stands(
    at: Club,
) -> None:
    more = {"Conflict of interest": "I treat MRN 00482913"}
    told = await sent(await form(at, at.ann), **more)
    assert "The conflict of interest seems to have a record number" in told.text
    assert "00482913" not in told.text
    assert told.ephemeral
    assert await kept(at, at.ann) is None
    again = await (await told.press("Correct it")).first()
    assert filled_in(again) == FILLED | more
    assert "You are checked in" in (await sent(again)).text


async def test_discord_takes_nothing_that_is_too_long_or_no_role(at: Club) -> None:
    answer = await form(at, at.ann)
    for field, text in (
        ("Name to be shown", "x" * 61),
        ("Conflict of interest", "x" * 301),
        ("Role", "king"),
    ):
        with pytest.raises(NotOffered):
            await answer.fill(FILLED | {field: text})


async def test_where_no_chat_is_held_that_is_said(at: Club) -> None:
    elsewhere = at.guild.channel("lobby")
    answer = await (await at.ann.command(elsewhere, "chat checkin")).done()
    assert answer.text == "No chat is held here. Check in where the chat is held."
    assert answer.ephemeral


async def test_the_most_roles_with_the_longest_names_fit_into_the_form(tmp_path: Path) -> None:
    async with club(tmp_path) as at, online(at.server, at.door):
        series = at.at.series["urojc"]
        roles = tuple(f"{number:02} " + "r" * 37 for number in range(24))
        agenda = replace(series.agenda, roles=roles, title="The " + "long " * 50 + "title")
        at.at.series["urojc"] = replace(series, agenda=agenda)
        await at.start()
        answer = await form(at, at.ann)
        assert len(fields(answer)["Role"]["options"]) == 25
        await (await answer.fill({"Role": roles[23]})).done()
        found = await kept(at, at.ann)
        assert found is not None
        assert found.role == roles[23]
