"""That whoever asks on Discord is answered: in time, alone, in words, whatever goes wrong."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench.corpus import messages
from bot.engine.actions import Moment
from bot.engine.agenda import Room
from bot.engine.messages import Message
from bot.platforms.answering import FAILED, UNSHOWN
from bot.platforms.discord.replies import NOT_HERE, parts, whole_text
from tests.discord.interactions import NoAnswer
from tests.platforms.asked import CHAT, Club, club, online

CALLBACK = "POST /interactions/*"
EDIT = "PATCH /webhooks/*"
FOLLOW_UP = "POST /webhooks/*"


@pytest.fixture
async def at(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> AsyncIterator[Club]:
    """Give the club with its bot, its chat running."""
    caplog.set_level("DEBUG", "bot")
    async with club(tmp_path) as found, online(found.server, found.door):
        await found.start()
        yield found


def logged(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    """Return what the replies wrote into the log."""
    return [
        (one.levelname, one.getMessage())
        for one in caplog.records
        if one.name == "bot.platforms.discord.replies"
    ]


# ---------------------------------------------------------------- words


def test_a_long_text_is_cut_after_lines_else_after_words_else_anywhere() -> None:
    assert parts("one\ntwo\nthree", 8) == ["one\ntwo", "three"]
    assert parts("one two three", 8) == ["one two", "three"]
    assert parts("onetwothree", 4) == ["onet", "woth", "ree"]
    assert parts("one\n two", 5) == ["one", "two"]
    assert parts("exactly8", 8) == ["exactly8"]
    assert parts("12345678\n9", 8) == ["12345678", "9"]
    assert all(len(part) <= 50 for part in parts("a few words in a line\n" * 40, 50))


def test_no_message_is_blank_and_there_is_always_one() -> None:
    assert parts("") == ["Done."]
    assert parts("one\n" + " " * 30 + "\ntwo", 8) == ["one", "two"]


def test_what_people_wrote_is_no_markdown_and_times_and_links_stay_whole() -> None:
    at = datetime(2026, 12, 7, tzinfo=UTC)
    words = ("*a* `b` __c__ ~~d~~ ||e||\n# f\n> g\n[h](https://x.test)\n", Moment(at), " ")
    text = whole_text((*words, Room("discord", "17"), " <@5|Ann _Lee_> https://x.test/a_b_c*d"))
    assert text.startswith(r"\*a\* \`b\` \_\_c\_\_ \~\~d\~\~ \|\|e\|\|")
    assert "\n\\# f\n\\> g\n\\[h]" in text
    assert text.endswith("<t:1796601600:F> <#17> <@5> https://x.test/a_b_c*d")


async def test_an_answer_of_any_length_is_shown_whole_to_one_person_and_pings_nobody(
    at: Club,
) -> None:
    said = [
        await at.say(
            at.ann, f"T1: {n} #urojc @everyone **bold** {at.henry.mention} " + "and so on " * 30
        )
        for n in range(12)
    ]
    for one in said:
        for n in range(2):
            await at.say(at.henry, f"why? {n} #urojc", reply_to=one)
    for number in range(4, 24):
        await at.ask(at.henry, "topic", text=f"Question {number}? " + "which of them " * 20)
        await at.ask(at.henry, "next")
    answer = await at.ask(at.sam, "catchup")
    await at.server.until(lambda: "T1: 4 #urojc" in answer.text)  # said last
    assert "**bold**" not in answer.text
    assert len(answer.messages) > 2
    assert all(len(one.content) <= 2000 for one in answer.messages)
    assert all(one.flags & 64 for one in answer.messages)
    assert not any(one.pinged for one in answer.messages)
    for number in range(4, 6):
        assert f"T{number}: Question {number}?" in answer.text
    written = [one for one in at.server.requests if one.path.startswith("/webhooks/")]
    shown = [one.form for one in written if one.method in ("PATCH", "POST")]
    assert len(shown) >= len(answer.messages)
    assert all(form["allowed_mentions"]["parse"] == [] for form in shown)


# ---------------------------------------------------------------- in time


async def test_everything_is_acknowledged_before_anything_is_done(at: Club) -> None:
    """The house cannot answer: its store is held by somebody who writes."""
    async with at.at.store.writing():
        answer = await at.henry.command(at.channel, "chat topic", text="What next?")
        await answer.first()
        assert (answer.deferred, answer.thinking, answer.ephemeral) == (True, True, True)
        await asyncio.sleep(0.05)
        assert answer.thinking
    assert "T4 is added" in (await answer.done()).text


async def test_commands_are_answered_in_time_while_a_long_transcript_is_made(at: Club) -> None:
    """Discord's three seconds hold for every command that comes meanwhile."""
    async with at.at.store.writing() as tables:
        for some in batches(one._replace(room=at.room) for one in messages(100_000)):
            await tables.put_messages(some)
    transcript = await at.henry.command(at.channel, "chat transcript", format="html")
    await transcript.first()
    meanwhile = [await at.henry.command(at.channel, "chat status")]
    while transcript.thinking:
        await meanwhile[-1].first()
        meanwhile.append(await at.ann.command(at.channel, "chat commands"))
    assert "is open" in (await meanwhile[0].done(60)).text
    for one in meanwhile[1:]:
        assert "/chat catchup" in (await one.done(60)).text
    (file,) = transcript.files
    assert file.name == f"{CHAT}.html.zip"
    assert len(file.content) > 1_000_000


def batches(found: Iterable[Message]) -> Iterable[list[Message]]:
    rest = iter(found)
    while some := list(itertools.islice(rest, 1000)):
        yield some


async def test_what_comes_too_late_is_not_done_and_ends_nothing(
    at: Club, caplog: pytest.LogCaptureFixture
) -> None:
    for status, code in ((404, 10062), (400, 40060)):
        at.server.faults.refuse(CALLBACK, status, code, "Unknown interaction")
        answer = await at.henry.command(at.channel, "chat topic", text="Too late?")
        with pytest.raises(NoAnswer):
            await answer.first(0.3)
    assert len((await at.at.chat(CHAT)).topics) == 3
    assert [level for level, _ in logged(caplog)] == ["DEBUG", "DEBUG"]
    assert "T4 is added" in await at.told(at.henry, "topic", text="In time?")


async def test_an_acknowledgement_whose_answer_was_lost_still_leads_to_the_answer(
    at: Club, caplog: pytest.LogCaptureFixture
) -> None:
    at.server.faults.cut_after(CALLBACK)
    assert "T4 is added" in await at.told(at.henry, "topic", text="What next?")
    at.server.faults.cut_before(CALLBACK)
    assert "T5 is added" in await at.told(at.henry, "topic", text="And then?")
    assert logged(caplog) == []


async def test_without_a_way_to_discord_nothing_is_done(
    at: Club, caplog: pytest.LogCaptureFixture
) -> None:
    at.server.faults.cut_before(CALLBACK, times=2)
    answer = await at.henry.command(at.channel, "chat topic", text="Is anybody there?")
    with pytest.raises(NoAnswer):
        await answer.first(0.5)
    assert len((await at.at.chat(CHAT)).topics) == 3
    ((level, line),) = logged(caplog)
    assert level == "ERROR"
    assert line.startswith("/chat topic on Discord failed: ServerDisconnectedError at ")


# ---------------------------------------------------------------- when something fails


async def test_a_failure_is_told_calmly_and_the_log_says_where_without_peoples_words(
    at: Club, caplog: pytest.LogCaptureFixture
) -> None:
    await at.at.disk.close()
    answer = await at.ask(at.henry, "topic", text="the postman")
    assert (answer.text, answer.ephemeral) == (FAILED, True)
    ((level, line),) = logged(caplog)
    assert level == "ERROR"
    assert line.startswith("/chat topic on Discord failed: ")
    assert ".py:" in line
    assert "postman" not in caplog.text
    assert "Traceback" not in answer.text + caplog.text
    await at.at.disk.open()


async def test_an_answer_that_discord_refuses_is_replaced_by_a_sentence(
    at: Club, caplog: pytest.LogCaptureFixture
) -> None:
    at.server.faults.refuse(EDIT, 400, 50035, "Invalid Form Body")
    assert await at.told(at.henry, "status") == UNSHOWN
    assert logged(caplog) == [
        ("ERROR", "/chat status could not be answered on Discord: HTTP 400, code 50035.")
    ]


async def test_an_answer_that_nobody_waits_for_any_more_is_no_error(
    at: Club, caplog: pytest.LogCaptureFixture
) -> None:
    at.server.faults.refuse(EDIT, 401, 50027, "Invalid Webhook Token", times=2)
    await (await at.henry.command(at.channel, "chat status")).first()
    await at.server.until(lambda: len(logged(caplog)) == 2)
    assert {level for level, _ in logged(caplog)} == {"DEBUG"}
    assert "is open" in await at.told(at.henry, "status")


async def test_a_part_that_is_refused_leaves_the_first_one(
    at: Club, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(4, 24):
        await at.ask(at.henry, "topic", text=f"Question {number}? " + "which of them " * 20)
        await at.ask(at.henry, "next")
    at.server.faults.refuse(FOLLOW_UP, 400, 50035, "Invalid Form Body")
    answer = await at.ask(at.ann, "catchup")
    await at.server.until(lambda: logged(caplog))
    assert answer.text.startswith("You have not written in this chat yet")
    assert len(answer.messages) == 1


# ---------------------------------------------------------------- files


async def test_a_file_over_discords_limit_is_not_sent_and_it_is_said_where_it_is(
    at: Club,
) -> None:
    at.server.world.application.largest_file = 100
    answer = await at.ask(at.henry, "transcript", format="md")
    assert answer.files == []
    assert answer.text.startswith(
        "Organizers’ edition of the transcript of International Urology Journal Club"
    )
    assert f"{CHAT}.md is larger than Discord takes here (0.0 MiB)." in answer.text
    assert answer.text.endswith("It is on the organizers' pages: /chat link.")


async def test_a_file_that_discord_refuses_as_too_large_is_told_of_in_the_same_way(
    at: Club, caplog: pytest.LogCaptureFixture
) -> None:
    at.server.faults.refuse(EDIT, 413, 40005, "Request entity too large")
    answer = await at.ask(at.henry, "transcript", format="md")
    assert answer.files == []
    assert answer.text.endswith("It is on the organizers' pages: /chat link.")
    assert logged(caplog) == []


# ---------------------------------------------------------------- who asks


async def test_a_place_that_is_none_of_a_server_is_refused(at: Club) -> None:
    """Discord offers the commands in servers alone; what comes from elsewhere is answered too."""
    for one in at.server.world.application.commands[None]:
        one["contexts"], one["dm_permission"] = [0, 1], True
    conversation = at.server.world.conversation(at.ann.user)
    answer = await (await at.ann.command(conversation, "chat commands")).done()
    assert answer.text == NOT_HERE
