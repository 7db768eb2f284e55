"""Checking in on Slack: the button, the window, the form; to one person alone, and always."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.engine.actions import Post, PostKind
from bot.engine.buttons import CHECK_IN
from bot.engine.checkin import CheckIn
from bot.engine.consent import Consent
from bot.platforms.answering import FAILED
from bot.platforms.platform import Errand
from bot.platforms.slack.forms import AGREED, UNOPENED, WAITING
from bot.platforms.slack.people import NAMES_LAST
from bot.platforms.slack.posts import Posts
from bot.store import checkins
from tests.platforms.slack_asked import CHAT, MODES, Club, club, online
from tests.slack.answers import Answer
from tests.slack.messages import Message
from tests.slack.people import Person
from tests.slack.views import NotOffered, View

RULES = "Be kind, *always*. <!channel>\nWrite nothing by which a patient could be known."
FILLED = {
    "Name to be shown": "Dr Ann Lee",
    "Role": "nurse",
    "Country": "Norway",
    "Conflict of interest": "Speaker for <!here> & *friends*",
    "In transcripts": "pseudonym",
}
ANN = CheckIn("Dr Ann Lee", "nurse", "NO", "Speaker for <!here> & *friends*", Consent.PSEUDONYM)


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[Club]:
    """Give the club with its app, its chat running."""
    async with club(tmp_path) as found, online(found):
        await found.start()
        yield found


async def kept(at: Club, person: Person) -> CheckIn | None:
    async with at.at.store.reading() as tables:
        return await checkins.of(tables.connection, "urojc", f"slack:{person.id}")


def change(at: Club, **agenda: Any) -> None:
    """Let the agenda say something else, for the chats that begin from now on."""
    series = at.at.series["urojc"]
    at.at.series["urojc"] = replace(series, agenda=replace(series.agenda, **agenda))


async def opening(at: Club) -> Message:
    """Let the opening stand in the channel, as it is posted."""
    client = AsyncWebClient(at.server.workspace.application.bot_token, at.server.api)
    post = Post(at.room, PostKind.OPENING, ("Welcome.",), buttons=(CHECK_IN,))
    receipt = await Posts(client, at.server.workspace.bot.id).post(
        post, Errand(f"{CHAT}/2/0", post, at.at.clock())
    )
    found = at.channel.find(receipt.ref)
    assert found is not None
    return found


async def shown(at: Club, answer: Answer) -> View:
    """Return the window that is opened, when it is filled."""
    view = await (await answer.acked()).opened()
    await at.until(lambda: view.words != WAITING)
    return view


async def form(at: Club, person: Person) -> View:
    return await shown(at, await person.command(at.channel, "/chat", "checkin"))


async def sent(person: Person, view: View, **more: str) -> Answer:
    return await (await person.submit(view, FILLED | more)).acked()


def filled_in(view: View) -> dict[str, str]:
    """Return what stands in the fields when the window opens."""
    found = {}
    for block in view.blocks:
        if block["type"] == "input":
            one = block["element"]
            chosen = one.get("initial_option", {}).get("value", "")
            found[block["label"]["text"]] = one.get("initial_value", chosen)
    return found


@pytest.mark.parametrize("mode", MODES)
async def test_the_command_opens_a_form_and_the_window_says_what_was_understood(
    tmp_path: Path, mode: str
) -> None:
    async with club(tmp_path) as at, online(at, mode):
        await at.start()
        before = len(at.channel.messages)
        view = await form(at, at.ann)
        assert view.title == "Check in"
        assert list(filled_in(view)) == list(FILLED)
        await sent(at.ann, view)
        assert "Name: Dr Ann Lee" in view.words
        assert "Country: Norway" in view.words
        assert await kept(at, at.ann) == ANN
        assert len(at.channel.messages) == before, "nobody else sees anything"


async def test_the_form_comes_filled_in_and_is_changed_at_any_time(at: Club) -> None:
    first = await form(at, at.ann)
    assert filled_in(first) == dict.fromkeys(FILLED, "") | {"In transcripts": "named"}
    await sent(at.ann, first)
    again = await form(at, at.ann)
    assert filled_in(again) == FILLED | {"Country": "NO"}
    same = {name: text for name, text in filled_in(again).items() if name != "In transcripts"}
    await sent(at.ann, again, **same, **{"In transcripts": "out"})
    assert await kept(at, at.ann) == replace(ANN, consent=Consent.OUT)


async def test_who_was_left_out_and_only_states_a_role_stays_out(tmp_path: Path) -> None:
    async with club(tmp_path) as at, online(at):
        change(at, consent=Consent.OUT)
        await at.start()
        view = await form(at, at.ann)
        there = filled_in(view)
        assert there["In transcripts"] == "out"
        kept_so = {"In transcripts": there["In transcripts"]}
        await (await at.ann.submit(view, kept_so | {"Role": "nurse"})).acked()
        assert await kept(at, at.ann) == CheckIn(role="nurse", consent=Consent.OUT)


async def test_nothing_needs_to_be_said_but_how_transcripts_may_show_somebody(at: Club) -> None:
    view = await form(at, at.ann)
    await (await at.ann.submit(view, {"In transcripts": "named"})).acked()
    assert await kept(at, at.ann) == CheckIn()
    assert view.words.count("not stated") == 3


async def test_the_button_of_the_opening_opens_the_form_of_its_chat(at: Club) -> None:
    view = await shown(at, await at.ann.press(await opening(at), "Check in"))
    assert CHAT in view.body["private_metadata"]
    await sent(at.ann, view)
    assert await kept(at, at.ann) == ANN


async def test_the_button_works_after_a_restart_and_after_the_end_and_so_does_an_open_form(
    tmp_path: Path,
) -> None:
    async with club(tmp_path) as at:
        async with online(at):
            await at.start()
            stands = await opening(at)
            open_form = await shown(at, await at.ann.press(stands, "Check in"))
        await at.at.live(timedelta(days=5))
        async with online(at):
            await sent(at.ann, open_form)
            assert await kept(at, at.ann) == ANN
            late = await shown(at, await at.sam.press(stands, "Check in"))
            await sent(at.sam, late, Role="patient")
            found = await kept(at, at.sam)
            assert found is not None
            assert found.role == "patient"


async def test_rules_stand_above_the_fields_and_are_agreed_to_by_sending(tmp_path: Path) -> None:
    async with club(tmp_path) as at, online(at):
        change(at, rules=RULES)
        await at.start()
        view = await form(at, at.ann)
        assert RULES in view.words
        assert AGREED in view.words
        assert all(
            block["text"]["type"] == "plain_text"
            for block in view.blocks
            if block["type"] == "section"
        ), "nothing in it is a mention or a mark"
        await sent(at.ann, view)
        assert "agreed to its rules" in view.words


async def test_what_cannot_be_taken_is_told_beside_its_field(at: Club) -> None:
    view = await form(at, at.ann)
    answer = await sent(at.ann, view, **{"Name to be shown": "Rounds"})
    assert list(answer.errors) == ["name"]
    assert "reads like the name" in answer.errors["name"]
    assert await kept(at, at.ann) is None
    await sent(at.ann, view)
    assert await kept(at, at.ann) == ANN


async def test_what_a_patient_could_be_known_by_is_refused_beside_its_field(at: Club) -> None:
    view = await form(at, at.ann)
    answer = await sent(
        at.ann,
        view,
        **{"Name to be shown": "Ann, DOB 03/04/1956", "Conflict of interest": "a@example.org"},
    )
    assert "seems to have a date of birth" in answer.errors["name"]
    assert "seems to have an e-mail address" in answer.errors["interest"]
    assert await kept(at, at.ann) is None
    await sent(at.ann, view)
    assert await kept(at, at.ann) == ANN


async def test_slack_takes_nothing_that_is_too_long_or_not_offered(at: Club) -> None:
    view = await form(at, at.ann)
    for field, text in (
        ("Name to be shown", "x" * 61),
        ("Conflict of interest", "x" * 301),
        ("Role", "king"),
        ("Country", "Atlantis"),
    ):
        with pytest.raises(NotOffered):
            await at.ann.submit(view, FILLED | {field: text})


async def test_where_no_chat_is_held_the_window_says_so(at: Club) -> None:
    lobby = at.server.workspace.channel("lobby", members=(at.ann,))
    view = await shown(at, await at.ann.command(lobby, "/chat", "CheckIn"))
    assert "No chat is held here" in view.words


async def test_where_no_window_can_be_opened_that_is_said(at: Club) -> None:
    at.server.faults.refuse("views.open", "expired_trigger_id")
    answer = await at.ann.command(at.channel, "/chat", "checkin")
    (told,) = await answer.heard_privately()
    assert told.text == UNOPENED


async def test_a_form_is_acknowledged_in_time_also_where_slack_does_not_say_who_sends_it(
    at: Club,
) -> None:
    view = await form(at, at.ann)
    at.at.clock.advance(NAMES_LAST)
    at.server.faults.hang("users.info", 10)
    await sent(at.ann, view)  # in three seconds, as everything in these tests
    assert "Name: Dr Ann Lee" in view.words
    at.server.faults.forget()


async def test_while_the_store_cannot_be_read_the_window_says_so(at: Club) -> None:
    view = await form(at, at.ann)
    await at.disk.close()
    await sent(at.ann, view)
    assert FAILED in view.words
    other = await form(at, at.sam)
    assert FAILED in other.words


async def test_the_most_roles_with_the_longest_names_and_rules_fit(tmp_path: Path) -> None:
    async with club(tmp_path) as at, online(at):
        roles = tuple(f"{number:02} " + "r" * 37 for number in range(24))
        change(at, roles=roles, rules="Be kind. " * 166, title="The " + "long " * 80 + "title")
        await at.start()
        view = await form(at, at.ann)
        await sent(at.ann, view, Role=roles[23])
        found = await kept(at, at.ann)
        assert found is not None
        assert found.role == roles[23]
