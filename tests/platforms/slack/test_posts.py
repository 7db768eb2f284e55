"""What is done on Slack is done once, in the right place, and pings nobody."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.engine.actions import Amend, Archive, Moment, Post, PostKind, Tell, Whisper, privately
from bot.engine.agenda import Room
from bot.engine.buttons import CHECK_IN
from bot.platforms.platform import (
    Errand,
    File,
    Hindered,
    Impossible,
    NotThere,
    Receipt,
    Unreachable,
)
from bot.platforms.slack.posts import FILES_WITHIN, Posts
from bot.platforms.slack.signals import moment_of
from tests.slack.channels import Channel
from tests.slack.server import Server, serving

KEY = "urojc-2026-12-07/2/0"
AT = datetime(2026, 12, 6, 20, tzinfo=UTC)


class Set:
    """A Slack with a channel and a moderator, and what posts there."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.workspace = server.workspace
        self.channel: Channel = self.workspace.channel("journal-club")
        self.room = Room("slack", self.channel.id)
        self.henry = self.workspace.user("Henry")
        token = self.workspace.application.bot_token
        client = AsyncWebClient(token, server.api, retry_handlers=[])
        self.posts = Posts(client, self.workspace.bot.id)

    @property
    def now(self) -> datetime:
        return self.workspace.now()

    def notice(self, *words: str | Moment | Room) -> Post:
        return Post(self.room, PostKind.NOTICE, words)

    def topic(self) -> Post:
        words = ("T1: What next?\n\n", "Next: T2, ", Moment(AT), ".")
        return Post(self.room, PostKind.TOPIC, words, 1)

    async def post(
        self,
        post: Post,
        since: datetime | None = None,
        files: tuple[File, ...] = (),
        key: str = KEY,
    ) -> Receipt:
        return await self.posts.post(post, Errand(key, post, self.now, since, files))

    def texts(self) -> list[str]:
        return [one.text for one in self.channel.messages if one.author is self.workspace.bot]


@pytest.fixture
async def on() -> AsyncIterator[Set]:
    async with serving() as server:
        yield Set(server)


async def test_a_topic_stands_in_the_channel_and_its_thread_is_its_own(on: Set) -> None:
    receipt = await on.post(on.topic())
    (message,) = [one for one in on.channel.messages if one.author is on.workspace.bot]
    assert receipt.ref == receipt.thread == message.ts
    assert receipt.at == moment_of(message.ts)
    assert message.text.startswith("T1: What next?")
    assert f"<!date^{int(AT.timestamp())}^" in message.text
    assert f"<t:{int(AT.timestamp())}:F>" in receipt.text, "as transcripts know times"
    assert [block["type"] for block in message.blocks] == ["section", "context"]


async def test_buttons_stand_below_a_text_that_is_whole_and_bear_the_chats_id(on: Set) -> None:
    words = ("Welcome. " * 330, "Next: T1, ", Moment(AT), ". <!here>")
    post = Post(on.room, PostKind.OPENING, words, buttons=(CHECK_IN,))
    await on.post(post)
    (message,) = [one for one in on.channel.messages if one.author is on.workspace.bot]
    *said, row = message.blocks
    (button,) = row["elements"]
    assert (button["text"]["text"], button["value"]) == (
        "Check in",
        "rounds/checkin/urojc-2026-12-07",
    )
    shown = " ".join(block["text"]["text"] for block in said)
    assert shown.split() == message.text.split(), "the blocks hide the text"
    assert message.pings == []


async def test_nobody_is_pinged_whatever_is_said(on: Set) -> None:
    await on.post(on.notice(f"<!here> @channel <@{on.henry.id}> & <b>"))
    (message,) = [one for one in on.channel.messages if one.author is on.workspace.bot]
    assert message.pings == []
    assert "&lt;!here&gt;" in message.text


async def test_a_reminder_pings_the_group_that_the_agenda_names(on: Set) -> None:
    group = on.workspace.group("readers", on.henry)
    post = Post(on.room, PostKind.REMINDER, ("Soon.",), notify=f"group:{group.id}")
    await on.post(post)
    assert on.texts() == [f"<!subteam^{group.id}> Soon."]


@pytest.mark.parametrize("route", ["chat.postMessage"])
async def test_a_connection_that_is_cut_after_the_commit_makes_no_second_post(
    on: Set, route: str
) -> None:
    began = on.now
    on.server.faults.cut_after(route)
    with pytest.raises(Unreachable):
        await on.post(on.topic())
    on.workspace.shift(timedelta(hours=3))
    await on.henry.say(on.channel, "Is it open?")
    receipt = await on.post(on.topic(), since=began)
    assert len(on.texts()) == 1
    assert receipt.ref == receipt.thread


async def test_a_post_that_is_only_looked_for_is_found_or_not_said(on: Set) -> None:
    began, looked_for = on.now, replace(on.topic(), only_found=True)
    with pytest.raises(NotThere):
        await on.post(looked_for, since=began)
    assert on.texts() == []
    made = await on.post(on.topic())
    found = await on.post(looked_for, since=began)
    assert (found.ref, found.thread) == (made.ref, made.thread)
    assert len(on.texts()) == 1


async def test_equal_words_of_another_action_are_another_post(on: Set) -> None:
    began = on.now
    await on.posts.post(
        on.notice("Again."), Errand("urojc-2026-12-07/1/0", on.notice("Again."), on.now)
    )
    await on.post(on.notice("Again."), since=began)
    assert len(on.texts()) == 2


async def test_files_come_below_the_words_once(on: Set) -> None:
    began = on.now
    files = (File("chat.png", b"\x89PNG", "Five messages."),)
    on.server.faults.cut_after("files.completeUploadExternal")
    with pytest.raises(Unreachable):
        await on.post(on.notice("Closed."), files=files)
    await on.post(on.notice("Closed."), since=began, files=files)
    attached = [file.name for one in on.channel.messages for file in one.files]
    assert attached == ["chat.png"]
    assert on.texts().count("Closed.") == 1


async def test_however_much_was_said_since_the_first_try_the_post_is_found(on: Set) -> None:
    """Which end of a long history Slack gives for its oldest moment alone is not known."""
    began = on.now
    on.server.faults.cut_after("chat.postMessage")
    with pytest.raises(Unreachable):
        await on.post(on.topic())
    for number in range(450):
        await on.henry.say(on.channel, f"{number}")
    for on.workspace.pages_from_oldest in (False, True):
        await on.post(on.topic(), since=began)
    assert len(on.texts()) == 1


REFUSED = {
    "files:write": "the scope files:write is missing",
    "file_uploads_disabled": "the workspace takes no files",
    "not_allowed_here": "Slack refuses it (not_allowed_here)",
}


@pytest.mark.parametrize("refusal", REFUSED)
async def test_a_file_that_is_refused_is_left_out_and_told_and_holds_nothing_up(
    on: Set, refusal: str
) -> None:
    if refusal == "files:write":
        on.workspace.application.revoke("files:write")
    else:
        on.server.faults.refuse("files.completeUploadExternal", refusal)
    receipt = await on.post(on.notice("Closed."), files=(File("chat.png", b"\x89PNG"),))
    assert receipt.lacking.startswith(f"chat.png could not be sent: {REFUSED[refusal]}")
    assert on.texts() == ["Closed."]
    tell = Tell(privately("slack"), (on.henry.id,), "", ("It is over.",))
    on.workspace.application.revoke("files:write")
    two = (File("chat.html", b"<p>"), File("chat.png", b"\x89PNG"))
    receipt = await on.posts.tell(tell, Errand(KEY, tell, on.now, files=two))
    assert receipt.lacking.startswith("chat.html and chat.png could not be sent: the scope files:")
    assert [one.text for one in on.henry.inbox] == ["It is over."]


@pytest.mark.parametrize("method", ["upload", "files.getUploadURLExternal"])
async def test_words_wait_a_while_for_their_file_and_then_go_without_it(
    on: Set, method: str
) -> None:
    began = on.now
    files = (File("chat.png", b"\x89PNG"),)
    on.server.faults.fail(method, times=9)
    for minutes in (0, 1):
        on.workspace.shift(timedelta(minutes=minutes))
        with pytest.raises(Unreachable):
            await on.post(on.notice("Closed."), since=began, files=files)
    on.workspace.shift(FILES_WITHIN)
    receipt = await on.post(on.notice("Closed."), since=began, files=files)
    assert "chat.png could not be sent: Slack" in receipt.lacking
    assert on.texts() == ["Closed."]


async def test_where_the_channel_is_shut_when_its_file_comes_both_wait(on: Set) -> None:
    began = on.now
    files = (File("chat.png", b"\x89PNG"),)
    on.server.faults.refuse("files.completeUploadExternal", "not_in_channel")
    with pytest.raises(Hindered, match="invite"):
        await on.post(on.notice("Closed."), files=files)
    receipt = await on.post(on.notice("Closed."), since=began, files=files)
    assert receipt.lacking == ""
    assert on.texts() == ["Closed.", ""]


async def test_a_topic_is_given_other_words_when_it_is_over(on: Set) -> None:
    receipt = await on.post(on.topic())
    amend = Amend(on.room, 1, ("T1: What next?\n\nClosed.",), receipt.ref)
    for _ in range(2):
        await on.posts.amend(amend, Errand("c/9/0", amend, on.now))
    assert on.texts() == ["T1: What next?\n\nClosed."]


async def test_a_long_topic_is_seen_to_be_over_too(on: Set) -> None:
    """Its signs are written in five characters each, so that no section can take them."""
    receipt = await on.post(on.topic())
    amend = Amend(on.room, 1, (f"T1: {'&' * 700}", "\n\nClosed."), receipt.ref)
    await on.posts.amend(amend, Errand("c/9/0", amend, on.now))
    (message,) = [one for one in on.channel.messages if one.author is on.workspace.bot]
    assert message.text.endswith("Closed.")
    assert message.blocks == [], "the text is what is seen"


async def test_a_channel_is_archived_only_if_it_exists_for_the_chat(on: Set) -> None:
    await on.posts.archive(Archive(on.room), on.now)
    assert not on.channel.archived
    for _ in range(2):
        await on.posts.archive(Archive(on.room, whole=True), on.now)
    assert on.channel.archived


async def test_a_whisper_is_seen_by_one_person(on: Set) -> None:
    await on.henry.join(on.channel)
    await on.posts.whisper(Whisper(on.room, on.henry.id, None, ("Late.",)), on.now)
    assert [one.text for one in on.henry.ephemerals] == ["Late."]
    assert on.texts() == []


async def test_a_whisper_whose_answer_is_lost_is_not_shown_twice(on: Set) -> None:
    await on.henry.join(on.channel)
    whisper = Whisper(on.room, on.henry.id, None, ("Late.",))
    on.server.faults.cut_after("chat.postEphemeral")
    await on.posts.whisper(whisper, on.now)
    assert [one.text for one in on.henry.ephemerals] == ["Late."]
    await on.server.outage()
    with pytest.raises(Unreachable):
        await on.posts.whisper(whisper, on.now)
    await on.server.recover()


async def test_people_and_groups_are_told_each_once(on: Set) -> None:
    ann = on.workspace.user("Ann")
    group = on.workspace.group("chairs", on.henry, ann)
    tell = Tell(privately("slack"), (on.henry.id, f"group:{group.id}"), "", ("It is over.",))
    await on.posts.tell(tell, Errand(KEY, tell, on.now))
    assert [one.text for one in on.henry.inbox] == ["It is over."]
    assert [one.text for one in ann.inbox] == ["It is over."]
    private = on.workspace.channel("chairs-only", private=True)
    there = replace(tell, channel=private.id)
    await on.posts.tell(there, Errand(KEY, there, on.now))
    assert [one.text for one in private.messages if one.author is on.workspace.bot] == [
        "It is over."
    ]


async def test_whose_account_was_deactivated_keeps_it_from_none_of_the_others(on: Set) -> None:
    ann, gone = on.workspace.user("Ann"), on.workspace.user("Bo")
    gone.deactivate()
    tell = Tell(privately("slack"), (gone.id, ann.id), "", ("It is over.",))
    await on.posts.tell(tell, Errand(KEY, tell, on.now))
    assert [one.text for one in ann.inbox] == ["It is over."]


async def test_a_refusal_of_one_person_or_group_keeps_it_from_none_of_the_others(on: Set) -> None:
    ann = on.workspace.user("Ann")
    tell = Tell(privately("slack"), ("group:S0GONE", on.henry.id, ann.id), "", ("It is over.",))
    on.server.faults.refuse("conversations.open", "no_permission")
    await on.posts.tell(tell, Errand(KEY, tell, on.now))
    assert [one.text for one in ann.inbox] == ["It is over."]
    assert on.henry.inbox == []
    alone = replace(tell, people=("group:S0GONE",))
    with pytest.raises(Hindered, match="no such user group"):
        await on.posts.tell(alone, Errand(KEY, alone, on.now))


async def test_whoever_could_not_be_reached_is_told_at_the_next_try_alone(on: Set) -> None:
    ann = on.workspace.user("Ann")
    tell = Tell(privately("slack"), (on.henry.id, ann.id), "", ("It is over.",))
    on.server.faults.cut_before("conversations.open")
    first = on.now
    with pytest.raises(Unreachable):
        await on.posts.tell(tell, Errand(KEY, tell, on.now))
    assert [one.text for one in ann.inbox] == ["It is over."]
    await on.posts.tell(tell, Errand(KEY, tell, on.now, first))
    assert [one.text for one in (*on.henry.inbox, *ann.inbox)] == ["It is over."] * 2


async def test_where_nobody_can_be_told_it_says_so(on: Set) -> None:
    nobody = Tell(privately("slack"), (), "", ("x",))
    with pytest.raises(Impossible, match="nobody can be told privately"):
        await on.posts.tell(nobody, Errand(KEY, nobody, on.now))


async def test_what_slack_refuses_is_said_by_what_is_to_be_done(on: Set) -> None:
    on.workspace.application.scopes.discard("chat:write.public")
    await on.workspace.owner.kick_bot(on.channel)
    with pytest.raises(Hindered, match="invite"):
        await on.post(on.notice("x"))
    await on.workspace.owner.invite_bot(on.channel)
    await on.workspace.owner.archive(on.channel)
    with pytest.raises(Hindered, match="archived"):
        await on.post(on.notice("x"))
