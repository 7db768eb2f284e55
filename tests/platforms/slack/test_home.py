"""What somebody finds in the Home tab on Slack, and what Start does there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.engine.agenda import Room
from bot.engine.state import Stage
from bot.platforms.answering import FAILED
from bot.platforms.platform import Coming, Held, Overview, Running
from bot.platforms.slack.home import NOTHING, SHOWN, home
from tests.house import START as NOW
from tests.house import urojc
from tests.platforms.slack_asked import CHAT, MODES, Club, club, online
from tests.slack.blocks import check_view
from tests.slack.channels import Channel
from tests.slack.people import Person
from tests.slack.views import View

CLUB = "International Urology Journal Club"
CLOSES = "<!date^1796760000^{date_long}, {time}|2026-12-08 20:00 UTC>"
OPENS = "<!date^1797192000^{date_long}, {time}|2026-12-13 20:00 UTC>"


@pytest.fixture
async def at(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> AsyncIterator[Club]:
    """Give the club with its app."""
    caplog.set_level("INFO", "bot")
    async with club(tmp_path) as found, online(found):
        yield found


async def opened(at: Club, person: Person) -> View:
    """Let somebody open the Home tab; return it as it then is."""
    before = len(published(at))
    await person.open_home()
    return await republished(at, person, before)


async def republished(at: Club, person: Person, before: int) -> View:
    """Return somebody's Home tab when it was published once more."""
    await at.until(lambda: len(published(at)) > before and published(at)[-1].status)
    assert person.home is not None
    return person.home


def published(at: Club) -> list[Any]:
    return at.server.calls("views.publish")


def lines(view: View, heading: str) -> list[str]:
    """Return the texts below a heading."""
    found: list[str] = []
    below = False
    for block in view.blocks:
        if block["type"] == "header":
            below = block["text"]["text"] == heading
        elif below and block["type"] == "section":
            found.append(block["text"]["text"])
    return found


def headings(view: View) -> list[str]:
    return [block["text"]["text"] for block in view.blocks if block["type"] == "header"]


def buttons(view: View) -> list[dict[str, Any]]:
    return [block["accessory"] for block in view.blocks if "accessory" in block]


async def with_private_channel(at: Club, *members: Person) -> Channel:
    """Let a series "board" be held in a private channel; nobody is named as its moderator."""
    slack = at.server.workspace
    channel = slack.channel("board", private=True, creator=at.sam, members=members)
    one = urojc("board")
    agenda = replace(one.agenda, title="Board meeting", rooms=(Room("slack", channel.id),))
    at.at.series["board"] = replace(one, agenda=replace(agenda, moderators={}))
    return channel


# ---------------------------------------------------------------- what is shown


@pytest.mark.parametrize("mode", MODES)
async def test_what_runs_and_what_comes_is_shown_with_channel_time_and_topics(
    tmp_path: Path, mode: str
) -> None:
    async with club(tmp_path) as at, online(at, mode):
        await at.start()
        view = await opened(at, at.ann)
        assert headings(view) == ["Running now", "Coming up"]
        assert lines(view, "Running now") == [
            f"*{CLUB}* in <#{at.channel.id}>\nCloses {CLOSES}. 1 of 3 topics posted."
        ]
        assert sorted(lines(view, "Coming up")) == sorted(
            f"*{CLUB}* in <#{channel.id}>\nOpens {OPENS}." for channel in (at.channel, at.other)
        )
        assert buttons(view) == []
        foot = view.blocks[-1]["elements"][0]["text"]
        assert foot.startswith(
            "In a channel `/chat commands` lists what you can ask there. As of <!date^"
        )
        assert at.henry.home is None


async def test_the_tab_is_brought_up_to_date_when_it_is_opened_again(at: Club) -> None:
    view = await opened(at, at.ann)
    assert lines(view, "Running now") == ["No chat runs now."]
    await at.start()
    await at.ask(at.henry, "next")
    await at.ask(at.henry, "pause")
    assert lines(view, "Running now") == ["No chat runs now."]
    view = await opened(at, at.ann)
    assert lines(view, "Running now")[0].endswith(
        "2 of 3 topics posted.\nPaused: the next topic waits for a moderator."
    )
    await at.ask(at.henry, "close")
    assert lines(await opened(at, at.ann), "Running now") == ["No chat runs now."]


async def test_where_nothing_runs_or_comes_the_tab_says_what_it_is_for(at: Club) -> None:
    at.at.series.clear()
    view = await opened(at, at.ann)
    assert headings(view) == ["No chat runs and none is planned"]
    assert lines(view, headings(view)[0]) == [NOTHING]


async def test_other_tabs_of_the_app_change_nothing(at: Club) -> None:
    await at.ann.open_home("messages")
    await opened(at, at.henry)
    await at.told(at.ann, "help")
    assert [call.args["user_id"] for call in published(at)] == [at.henry.id]
    assert at.ann.home is None


# ---------------------------------------------------------------- who sees what


async def test_chats_of_private_channels_are_shown_to_whoever_is_in_them(at: Club) -> None:
    board = await with_private_channel(at, at.ann)
    assert "open as" in await at.told(at.sam, "start board", board)
    assert "*Board meeting*" in lines(await opened(at, at.ann), "Running now")[0]
    assert "*Board meeting*" in (await opened(at, at.sam)).words
    view = await opened(at, at.henry)
    assert "Board" not in str(view.body)
    assert lines(view, "Running now") == ["No chat runs now."]


async def test_whoever_may_start_a_chat_sees_it_without_being_in_its_channel(at: Club) -> None:
    board = await with_private_channel(at)
    admin = at.server.workspace.user("Olga", admin=True)
    view = await opened(at, admin)
    assert f"{board.id} board" in [button["value"] for button in buttons(view)]
    assert "open as" in await at.told(at.sam, "start board", board)
    assert "*Board meeting*" in lines(await opened(at, admin), "Running now")[0]


async def test_guests_see_the_chats_of_their_own_channels_alone(at: Club) -> None:
    guest = at.server.workspace.user("Gwen", guest=True)
    at.other.members[guest.id] = guest
    view = await opened(at, guest)
    assert [line.split("\n")[0] for line in lines(view, "Coming up")] == [
        f"*{CLUB}* in <#{at.other.id}>"
    ]


async def test_of_a_chat_in_several_channels_those_are_named_that_somebody_sees(
    at: Club,
) -> None:
    channel = await with_private_channel(at)
    rooms = (at.room, Room("slack", channel.id))
    series = at.at.series["urojc"]
    at.at.series["urojc"] = replace(series, agenda=replace(series.agenda, rooms=rooms))
    await at.start()
    (line,) = lines(await opened(at, at.ann), "Running now")
    assert line.startswith(f"*{CLUB}* in <#{at.channel.id}>\n")
    (line,) = lines(await opened(at, at.sam), "Running now")
    assert line.startswith(f"*{CLUB}* in <#{at.channel.id}>, <#{channel.id}>\n")


async def test_a_channel_of_which_slack_tells_nothing_is_not_shown(
    at: Club, caplog: pytest.LogCaptureFixture
) -> None:
    await with_private_channel(at, at.ann)
    at.server.faults.refuse("conversations.members", "fetch_members_failed")
    assert "Board" not in (await opened(at, at.ann)).words
    assert "conversations.members" in caplog.text


# ---------------------------------------------------------------- Start


@pytest.mark.parametrize("mode", MODES)
async def test_whoever_moderates_a_series_starts_a_chat_of_it(tmp_path: Path, mode: str) -> None:
    async with club(tmp_path) as at, online(at, mode):
        view = await opened(at, at.henry)
        assert lines(view, "Start a chat now") == [
            f"*{CLUB}* in <#{at.channel.id}>\n`/chat start urojc`"
        ]
        (button,) = buttons(view)
        assert button["confirm"]["text"]["text"].startswith(f"{CLUB} opens now")
        before = len(published(at))
        await (await at.henry.press(view, "Start")).acked()
        view = await republished(at, at.henry, before)
        assert view.blocks[0]["text"]["text"].startswith(
            f"{CLUB} is open as {CHAT}. Next: T2, <!date"
        )
        assert lines(view, "Running now")[0].startswith(f"*{CLUB}* in <#{at.channel.id}>")
        assert "Start a chat now" not in headings(view)
        chat = await at.at.chat(CHAT)
        assert (chat.stage, chat.agenda.rooms) == (Stage.OPEN, (at.room,))
        assert "is open as" not in (await opened(at, at.henry)).words


async def test_a_channels_maker_starts_what_names_no_moderators_and_others_have_no_button(
    at: Club,
) -> None:
    view = await opened(at, at.sam)
    assert [button["value"] for button in buttons(view)] == [f"{at.other.id} meded"]
    assert buttons(await opened(at, at.ann)) == []
    admin = at.server.workspace.user("Olga", admin=True)
    assert [button["value"] for button in buttons(await opened(at, admin))] == [
        f"{at.other.id} meded"
    ]


async def test_what_was_started_meanwhile_is_refused_with_a_sentence(at: Club) -> None:
    view = await opened(at, at.henry)
    await at.start()
    before = len(published(at))
    await (await at.henry.press(view, "Start")).acked()
    view = await republished(at, at.henry, before)
    assert view.blocks[0]["text"]["text"].startswith(f"{CLUB} is running already, as {CHAT}.")
    assert len(lines(view, "Running now")) == 1


async def test_who_moderates_no_longer_when_pressing_is_refused(at: Club) -> None:
    view = await opened(at, at.henry)
    at.forget_moderators()
    before = len(published(at))
    await (await at.henry.press(view, "Start")).acked()
    view = await republished(at, at.henry, before)
    assert "for the moderators" in view.blocks[0]["text"]["text"]
    assert buttons(view) == []


async def test_start_is_acknowledged_before_anything_is_done(at: Club) -> None:
    view = await opened(at, at.henry)
    async with at.at.store.writing():
        await (await at.henry.press(view, "Start")).acked()
        assert view.words == (at.henry.home or view).words
    await at.until(lambda: "is open as" in (at.henry.home or view).words)


# ---------------------------------------------------------------- when something fails


async def test_a_house_that_fails_says_so_in_the_tab(
    at: Club, caplog: pytest.LogCaptureFixture
) -> None:
    await at.disk.close()
    assert (await opened(at, at.ann)).words == FAILED
    assert "The Home tab on Slack failed: " in caplog.text
    await at.disk.open()
    assert "Coming up" in headings(await opened(at, at.ann))


async def test_a_tab_that_slack_does_not_take_is_logged_and_ends_nothing(
    at: Club, caplog: pytest.LogCaptureFixture
) -> None:
    at.server.faults.refuse("views.publish", "not_enabled")
    await at.ann.open_home()
    await at.until(lambda: "The Home tab failed, for Slack says: not_enabled." in caplog.text)
    assert "Coming up" in headings(await opened(at, at.ann))


# ---------------------------------------------------------------- much of it


def test_however_much_there_is_slack_takes_it() -> None:
    room = Room("slack", "C0123456789")
    title = "A & B <urology> *club* " * 30
    running = Running("a-2026-12-07", "a", title, (room,) * 30, NOW, 1, 3, paused=True)
    coming = Coming(title, (room,) * 30, NOW + timedelta(days=1))
    series = [Held(f"series-{n}", title, (room,) * 30) for n in range(50)]
    overview = Overview(NOW, (running,) * 200, (coming,) * 200, tuple(series))
    view = home(overview, {room}, {one.name: room for one in series}, "&amp;" * 1000)
    check_view(view)
    assert len(view["blocks"]) <= 100
    texts = [block["text"]["text"] for block in view["blocks"] if block["type"] == "section"]
    assert texts.count("and 180 more") == 2
    assert texts.count("and 30 more") == 1
    assert sum("accessory" in block for block in view["blocks"]) == SHOWN
