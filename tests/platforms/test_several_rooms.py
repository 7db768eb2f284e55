"""One chat on Discord, on Slack and in a room of our own: what each is told of the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.platforms.several_house import SeveralHouse, on_several

SECRET = "a secret that was withdrawn"
HOSTILE = (
    "@everyone <!channel> **bold** [site](https://evil.example/x) `<@1>` https://evil.example/y_z "
)


def on_disk(folder: Path, words: str) -> list[str]:
    """Return the files in which words stand."""
    return [one.name for one in folder.iterdir() if words.encode() in one.read_bytes()]


async def where(house: SeveralHouse, words: str) -> set[str]:
    """Return in which columns words stand, but for those of people's messages and our own room."""
    found = set()
    for table, columns in (
        ("events", ("body",)),
        ("outbox", ("body", "key")),
        ("messages", ("text", "name")),
        ("chats", ("title",)),
    ):
        for column in columns:
            ours = " AND role = 'bot' AND room NOT LIKE 'local:%'" if table == "messages" else ""
            rows = await house.selected(
                f"SELECT 1 FROM {table} WHERE {column} LIKE '%{words}%'{ours}"
            )
            if rows:
                found.add(f"{table}.{column}")
    return found


async def test_each_room_is_told_what_the_others_said(tmp_path: Path) -> None:
    async with on_several(tmp_path) as house:
        await house.start()
        await house.discuss_on_discord("On Discord we wait.", 2)
        await house.discuss_on_slack("On Slack we operate.", 3)
        await house.discuss_on_slack("And watch <their> & pain.", 1)
        await house.discuss_here("T1: here too")
        await house.close()
        there, slack, here = (
            house.closing_on_discord().content,
            house.closing_on_slack().text,
            await house.closing_here(),
        )
        assert house.thread.locked
        assert house.thread.archived
        rows = await house.selected("SELECT room, text FROM messages WHERE text LIKE 'Closed:%'")
    on_slack = "• T1: “On Slack we operate.” (3 replies)\n• T1: “And watch {}” (1 reply)"
    on_discord = "Most answered on Discord:\n• T1: “On Discord we wait.” (2 replies)"
    shares = "On Slack: 2 participants, 6 messages."
    assert there.endswith(
        f"Here: 2 participants, 3 messages. {shares} In the built-in room: 1 participant, "
        f"1 message.\n\nMost answered on Slack:\n{on_slack.format('‹their> & pain.')}"
    )
    assert slack.endswith(
        "Here: 2 participants, 6 messages. On Discord: 2 participants, 3 messages. "
        f"In the built-in room: 1 participant, 1 message.\n\n{on_discord}"
    )
    assert here.endswith(f"{on_discord}\n\nMost answered on Slack:\n"
                         f"{on_slack.format('‹their> & pain.')}")  # fmt: skip
    kept = {str(room).partition(":")[0]: str(text) for room, text in rows}
    assert "Most answered" in kept["local"], "this row is the post itself"
    for platform in ("discord", "slack"):
        assert "Most answered" not in kept[platform], "of the others the store keeps no quotation"
    assert "Mia" not in there


async def test_hostile_words_and_names_are_quoted_as_nothing_but_text(tmp_path: Path) -> None:
    async with on_several(tmp_path) as house:
        house.ann = house.there.owner_guild.member("**Ann** @here")
        await house.start(share_names=True)
        await house.discuss_on_discord(HOSTILE + "x" * 1500)
        await house.discuss_on_slack(HOSTILE + "\u202ex" * 1500)
        await house.close()
        there, slack = house.closing_on_discord(), house.closing_on_slack()
    assert (there.mentions, there.mention_roles) == ([], [])
    assert not there.mention_everyone
    for text in (there.content, slack.text):
        quoted = text.split("Most answered")[1]
        assert "@\u200beveryone" in quoted
        for harm in ("@everyone", "<", "**", "](", "http", "`", "\u202e"):
            assert harm not in quoted, harm
        assert len(text) < 1950
    assert "Mia, 1 reply" in there.content
    assert "1 reply" in slack.text


async def test_what_is_withdrawn_after_the_close_leaves_every_closing_post(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", "bot")
    async with on_several(tmp_path) as house:
        await house.start()
        await house.discuss_on_discord(SECRET, 2)
        edited = await house.discuss_on_slack("a secret that was edited", 2)
        await house.discuss_on_slack("This stays.", 1)
        await house.close()
        assert SECRET in house.closing_on_slack().text
        assert "a secret that was edited" in house.closing_on_discord().content
        assert await where(house, "a secret") == set(), "no event, no action, no receipt has it"
        await house.withdraw(house.ann)
        await house.mia.edit(edited, "better words")
        await house.until(lambda: SECRET not in house.closing_on_slack().text)
        await house.until(lambda: "better words" in house.closing_on_discord().content)
        await house.is_amended()
        there, slack, here = (
            house.closing_on_discord().content,
            house.closing_on_slack().text,
            await house.closing_here(),
        )
        assert house.thread.locked, "as it was before"
        assert house.thread.archived
    assert "Most answered" not in slack
    assert slack.endswith("In the built-in room: nobody wrote.")
    assert "On Discord: 2 participants, 3 messages" in slack, "the counts are those of the close"
    for text in (there, here):
        assert "“better words” (2 replies)" in text
        assert "This stays." in text
        assert "a secret" not in text
    assert on_disk(tmp_path, "a secret") == []
    assert "a secret" not in caplog.text


async def test_a_lost_answer_finds_the_first_post_although_its_quotations_have_changed(
    tmp_path: Path,
) -> None:
    async with on_several(tmp_path) as house:
        await house.start()
        gone = await house.discuss_on_discord(SECRET, 1)
        edited = await house.discuss_on_slack("first words", 1)
        thread = house.thread.id
        house.on_discord.faults.cut_after(f"POST /channels/{thread}/messages")
        house.on_slack.faults.cut_after("chat.postMessage")
        await house.later(hours=49)
        await house.until(lambda: closed(house))
        house.on_discord.world.nonces.clear()  # as after a few minutes
        await house.ann.delete(gone)
        await house.mia.edit(edited, "second words")
        await house.until(lambda: SECRET not in house.closing_on_slack().text)
        await house.until(lambda: "second words" in house.closing_on_discord().content)
        await house.is_amended()
        there = [one.content for one in house.thread.messages]
    assert sum(text.startswith("Closed:") for text in there) == 1
    assert house.closing_on_slack()


def closed(house: SeveralHouse) -> bool:
    """Whether the closing post stands on both platforms, whatever we know of it."""
    there = [one.content for one in house.thread.messages]
    slack = [one.text for one in house.channel.messages]
    return all(any(text.startswith("Closed:") for text in texts) for texts in (there, slack))


async def test_where_slack_lets_nobody_edit_any_more_the_post_is_deleted(tmp_path: Path) -> None:
    async with on_several(tmp_path) as house:
        await house.start()
        await house.discuss_on_discord(SECRET, 1)
        await house.close()
        closing = house.closing_on_slack()
        house.on_slack.faults.refuse("chat.update", "edit_window_closed")
        await house.withdraw(house.ann)
        await house.until(lambda: closing not in house.channel.messages)
        await house.is_amended()


async def test_a_post_in_an_archived_channel_is_changed_once_somebody_unarchives_it(
    tmp_path: Path,
) -> None:
    async with on_several(tmp_path) as house:
        await house.start(archive_channel=True, alerts={"discord": str(house.private.id)})
        await house.discuss_on_discord(SECRET, 1)
        await house.close()
        assert house.channel.archived
        await house.withdraw(house.ann)
        await house.until(lambda: any("cannot be changed" in text for text in house.told()))
        assert any("the channel is archived. Unarchive it" in text for text in house.told())
        assert SECRET in house.closing_on_slack().text
        await house.mia.unarchive(house.channel)
        await house.until(lambda: SECRET not in house.closing_on_slack().text)
        await house.is_amended()
