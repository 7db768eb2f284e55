"""That whoever asks on Slack is answered: in time, alone, in words, whatever goes wrong."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterable
from datetime import timedelta
from pathlib import Path

import pytest

from bench.corpus import messages
from bot.engine.messages import Message
from bot.platforms.answering import FAILED, UNSHOWN
from bot.platforms.slack.replies import CUT, LONGEST, USES, texts
from tests.platforms.slack_asked import CHAT, MODES, Club, club, online

ELSEWHERE = "It is on the organizers' pages: /chat link."


@pytest.fixture
async def at(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> AsyncIterator[Club]:
    """Give the club with its app, its chat running."""
    caplog.set_level("DEBUG", "bot")
    async with club(tmp_path) as found, online(found):
        await found.start()
        yield found


def logged(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    """Return what the replies wrote into the log."""
    return [
        (one.levelname, one.getMessage())
        for one in caplog.records
        if one.name == "bot.platforms.slack.replies"
    ]


# ---------------------------------------------------------------- words


def test_an_answer_has_at_most_as_many_messages_as_slack_takes() -> None:
    line = "a few words in a line\n"
    for lines in (1, 100, 500, 800, 5000):
        parts = texts((line * lines,))
        assert len(parts) <= USES
        assert all(len(part) <= LONGEST + len(CUT) for part in parts)
        whole = "\n".join(parts)
        assert parts[-1].endswith(CUT) == (whole.count(line.strip()) < lines)
    assert len(texts((line * 800,))) == USES
    assert texts(("",)) == ["Done."]
    assert texts(()) == ["Done."]


async def test_a_long_answer_is_shown_whole_to_one_person_and_pings_nobody(at: Club) -> None:
    topic = await at.post_topic(1, 3)
    for n in range(12):
        words = f"T1: {n} <!channel> @everyone {at.henry.mention} <b>&</b> " + "and so on " * 30
        await at.say(at.ann, words, topic)
    for number in range(4, 24):
        await at.ask(at.henry, f"topic Question {number}? " + "which of them " * 20)
        await at.ask(at.henry, "next")
    answer = await at.ask(at.sam, "catchup")
    await answer.done(words=2)
    await at.until(lambda: "Question 21?" in answer.text)
    assert 2 <= len(answer.ephemerals) <= USES
    assert all(one.user is at.sam for one in answer.ephemerals)
    assert not any(one.pings for one in answer.ephemerals)
    for number in range(4, 22):
        assert answer.text.count(f"Question {number}?") == 1


# ---------------------------------------------------------------- in time


@pytest.mark.parametrize("mode", MODES)
async def test_everything_is_acknowledged_before_anything_is_done(
    tmp_path: Path, mode: str
) -> None:
    """Slack does not say who asks, and the store is held by somebody who writes."""
    async with club(tmp_path) as at, online(at, mode):
        await at.start()
        at.server.faults.hang("users.info", 1.0)
        async with at.at.store.writing():
            answer = await at.sam.command(at.channel, "/chat", "status")
            change = await at.henry.command(at.channel, "/chat", "topic What next?")
            await answer.acked()
            await change.acked()
            assert (answer.text, change.text) == ("", "")
        assert "T4 is added" in (await change.done()).text
        assert "for the moderators" in (await answer.done()).text


async def test_commands_are_acknowledged_in_time_while_a_long_transcript_is_made(
    at: Club,
) -> None:
    """Slack's three seconds hold for every command that comes meanwhile."""
    async with at.at.store.writing() as tables:
        for some in batches(one._replace(room=at.room) for one in messages(40_000)):
            await tables.put_messages(some)
    transcript = await (await at.henry.command(at.channel, "/chat", "transcript html")).acked()
    meanwhile = []
    while not transcript.ephemerals:
        typed = await at.ann.command(at.channel, "/chat", "commands")
        meanwhile.append(await typed.acked())
        await typed.done(60)
    assert meanwhile
    assert all("/chat catchup" in one.text for one in meanwhile)
    (file,) = at.henry.inbox[-1].files
    assert file.name.startswith(f"{CHAT}.html")
    assert len(file.content) > 1_000_000


def batches(found: Iterable[Message]) -> Iterable[list[Message]]:
    rest = iter(found)
    while some := list(itertools.islice(rest, 1000)):
        yield some


# ---------------------------------------------------------------- ways to the person


async def test_an_answer_that_its_own_way_does_not_take_comes_another_way(
    at: Club, caplog: pytest.LogCaptureFixture
) -> None:
    at.server.faults.fail("response_url", 1, 404, "expired_url")
    answer = await (await at.henry.command(at.channel, "/chat", "status")).acked()
    (shown,) = await answer.heard_privately()
    assert shown.text.startswith("International Urology Journal Club")
    assert answer.ephemerals == []
    assert logged(caplog) == [
        ("INFO", "An answer's first way could not be answered on Slack: HTTP 404.")
    ]


async def test_an_answer_later_than_half_an_hour_comes_another_way(at: Club) -> None:
    async with at.at.store.writing():
        answer = await (await at.henry.command(at.channel, "/chat", "topic Next?")).acked()
        at.server.workspace.shift(timedelta(minutes=31))
    (shown,) = await answer.heard_privately()
    assert "T4 is added" in shown.text


async def test_an_answer_whose_line_is_cut_is_given_again(at: Club) -> None:
    at.server.faults.cut_before("response_url")
    assert "is open" in await at.told(at.henry, "status")


async def test_an_answer_that_slack_puts_off_is_given_later(at: Club) -> None:
    at.server.faults.too_many("response_url", retry_after=1)
    assert "is open" in await at.told(at.henry, "status")


async def test_where_no_way_is_open_the_log_says_so_and_nothing_else_happens(
    at: Club, caplog: pytest.LogCaptureFixture
) -> None:
    at.server.faults.fail("response_url", 2, 500)
    at.server.faults.refuse("chat.postEphemeral", "channel_not_found", 2)
    await (await at.henry.command(at.channel, "/chat", "topic the postman")).acked()
    await at.until(lambda: sum(level == "ERROR" for level, _ in logged(caplog)) == 2)
    assert ("ERROR", "/chat failed, for Slack says: channel_not_found.") in logged(caplog)
    assert len((await at.at.chat(CHAT)).topics) == 4
    assert "postman" not in caplog.text
    assert "is open" in await at.told(at.henry, "status")


async def test_an_answer_that_cannot_be_shown_is_replaced_by_a_sentence(at: Club) -> None:
    at.server.faults.fail("response_url", 1, 500)
    at.server.faults.refuse("chat.postEphemeral", "msg_too_long")
    assert await at.told(at.henry, "status") == UNSHOWN


async def test_a_part_that_is_refused_leaves_the_others(
    at: Club, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(4, 40):
        await at.ask(at.henry, f"topic Question {number}? " + "which of them " * 20)
        await at.ask(at.henry, "next")
    before = len(at.server.calls("response_url"))
    at.server.faults.hang("response_url", 0.1)
    answer = await (await at.ann.command(at.channel, "/chat", "catchup")).acked()
    await at.until(lambda: len(at.server.calls("response_url")) > before)
    at.server.faults.fail("response_url", 1, 500)
    at.server.faults.refuse("chat.postEphemeral", "msg_too_long")
    await at.until(lambda: "Question 37?" in answer.text)
    assert answer.text.startswith("You have not written in this chat yet")
    assert ("ERROR", "/chat failed, for Slack says: msg_too_long.") in logged(caplog)
    assert answer.uses < USES


# ---------------------------------------------------------------- when something fails


async def test_a_failure_is_told_calmly_and_the_log_says_where_without_peoples_words(
    at: Club, caplog: pytest.LogCaptureFixture
) -> None:
    await at.disk.close()
    assert await at.told(at.henry, "topic the postman") == FAILED
    ((level, line),) = logged(caplog)
    assert level == "ERROR"
    assert line.startswith("/chat on Slack failed: ")
    assert ".py:" in line
    assert "postman" not in caplog.text
    assert "Traceback" not in caplog.text
    await at.disk.open()


# ---------------------------------------------------------------- files


@pytest.mark.parametrize(
    ("method", "error"),
    [
        ("conversations.open", "cannot_dm_bot"),
        ("files.getUploadURLExternal", "missing_scope"),
        ("files.completeUploadExternal", "file_uploads_disabled"),
    ],
)
async def test_a_file_that_cannot_be_sent_is_told_of_with_where_it_is(
    at: Club, caplog: pytest.LogCaptureFixture, method: str, error: str
) -> None:
    at.server.faults.refuse(method, error)
    told = await at.told(at.henry, "transcript md")
    assert told.startswith(
        "Organizers’ edition of the transcript of International Urology Journal Club"
    )
    assert f"{CHAT}.md could not be sent to you by direct message." in told
    assert told.endswith(ELSEWHERE)
    assert logged(caplog) == [("ERROR", f"/chat failed, for Slack says: {error}.")]


async def test_a_file_whose_way_breaks_is_told_of_too(
    at: Club, caplog: pytest.LogCaptureFixture
) -> None:
    await at.say(at.ann, "the postman")
    at.server.faults.cut_before("upload", times=5)
    assert (await at.told(at.henry, "transcript md")).endswith(ELSEWHERE)
    at.server.faults.forget()
    at.server.faults.fail("conversations.open")
    assert (await at.told(at.henry, "transcript md")).endswith(ELSEWHERE)
    assert len(logged(caplog)) == 2
    assert "postman" not in caplog.text
    assert at.henry.inbox == []
    await asyncio.sleep(0)
