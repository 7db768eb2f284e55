"""Slack's events and histories become what was said, edited, deleted and liked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.engine import events
from bot.engine.agenda import Room
from bot.engine.fold import apply
from bot.engine.hearing import hear
from bot.engine.labels import labels
from bot.engine.messages import Attachment, Message
from bot.engine.people import Person, Role
from bot.engine.signals import Deleted, Edited, Reacted, Said
from bot.engine.state import Chat
from bot.platforms.slack.signals import NAMED, Known, Wanted, moment_of, thread_of, ts_of
from tests.engine.script import OPENS, Script, agenda
from tests.platforms.slack_overheard import NOW, Overheard
from tests.slack import posting
from tests.slack.basics import stamp
from tests.slack.client import connected
from tests.slack.files import File, take_in
from tests.slack.messages import Draft
from tests.slack.server import serving

# ---------------------------------------------------------------- times


def test_a_ts_is_a_time_to_the_microsecond_and_back() -> None:
    at = datetime(2026, 12, 7, 1, 2, 3, 456789, tzinfo=UTC)
    assert moment_of("1796605323.456789") == at
    assert ts_of(at) == "1796605323.456789"


@given(st.integers(0, 10**11 - 1), st.integers(0, 999_999))
def test_every_ts_keeps_its_microseconds(seconds: int, micros: int) -> None:
    ts = f"{seconds}.{micros:06d}"
    assert ts_of(moment_of(ts)) == ts


@pytest.mark.parametrize("ts", ["", "123", "12.3", "1355517523.0000051", "-1.000000", "１.000000"])
def test_another_text_is_no_ts(ts: str) -> None:
    with pytest.raises(ValueError, match="six digits"):
        moment_of(ts)


# ---------------------------------------------------------------- who and where


async def test_what_is_said_in_a_channel_has_its_author_its_own_time_and_its_room() -> None:
    slack = Overheard()
    message = await slack.ann.say(slack.channel, "T1: yes")
    assert slack.said() == Said(
        at=datetime(2026, 12, 7, 1, 2, 3, 456789, tzinfo=UTC),
        room=Room("slack", slack.channel.id),
        id=message.ts,
        author=Person("slack", slack.ann.id, "Ann"),
        text="T1: yes",
    )


async def test_a_reply_stands_in_its_thread_and_answers_what_that_hangs_from() -> None:
    slack = Overheard()
    root = await slack.ann.say(slack.channel, "one")
    slack.hear()
    await slack.ann.say(slack.channel, "two", thread=root)
    said = slack.said()
    assert (said.room, said.thread, said.reply_to) == (slack.room, root.ts, root.ts)
    await slack.ann.edit(root, "one!")  # it now bears a thread_ts too
    anew, edited = slack.hear()
    assert isinstance(anew, Said)
    assert isinstance(edited, Edited)
    assert (anew.thread, anew.reply_to, edited.thread) == (None, None, None)


async def test_a_reply_that_is_sent_to_the_channel_too_is_the_same_message_however_told() -> None:
    slack = Overheard()
    root = await slack.ann.say(slack.channel, "one")
    slack.hear()
    reply = await slack.ann.say(slack.channel, "two", thread=root, broadcast=True)
    (event,) = slack.events
    assert event["subtype"] == "thread_broadcast"
    said = slack.said()
    assert (said.thread, said.reply_to) == (root.ts, root.ts)
    plain = {k: v for k, v in event.items() if k not in ("subtype", "root")}
    replied = {"type": "message", "subtype": "message_replied", "message": root.payload()}
    assert slack.read(plain) == (said,)
    assert slack.read(replied | {"channel": slack.channel.id, "ts": reply.ts}) == ()
    in_history = slack.reader.speech(slack.channel.id, reply.payload(), slack.known(event), NOW)
    assert in_history == (said,)


async def test_a_reply_that_is_sent_to_the_channel_later_is_no_edit() -> None:
    slack = Overheard()
    root = await slack.ann.say(slack.channel, "one")
    reply = await slack.ann.say(slack.channel, "two", thread=root)
    said = slack.hear()[-1]
    shown = reply.payload() | {"subtype": "thread_broadcast", "root": root.payload()}
    ts = slack.channel.new_ts()
    assert slack.told(subtype="message_changed", message=shown, ts=ts, event_ts=ts) == (said,)


async def test_somebody_of_whom_nothing_is_known_is_called_by_their_id() -> None:
    slack = Overheard()
    await slack.ann.say(slack.channel, "hello")
    (said,) = slack.reader.signals(slack.events[0], Known())
    assert isinstance(said, Said)
    assert said.author == Person("slack", slack.ann.id, slack.ann.id)


async def test_other_bots_speak_as_bots() -> None:
    slack = Overheard()
    (said,) = slack.told(subtype="bot_message", user=None, bot_id="B9", username="Polly")
    assert isinstance(said, Said)
    assert said.author == Person("slack", "B9", "Polly", role=Role.BOT)
    bot = {"user": "U9", "bot_id": "B9", "bot_profile": {"name": "Giphy"}}
    (said,) = slack.told(**bot)
    assert isinstance(said, Said)
    assert said.author == Person("slack", "U9", "Giphy", role=Role.BOT)
    named = {"type": "message", "channel": "C1", "ts": "1.000000", "username": "Polly"} | bot
    assert slack.reader.wanted(named).people == frozenset(), "it has a name of its own"


async def test_what_somebodys_own_app_posts_for_them_is_theirs() -> None:
    slack = Overheard()
    other = slack.world.other_bot("Voice Desk")
    await slack.ann.say(slack.channel, "T1: by voice", through=other)
    (event,) = slack.events
    assert event["bot_id"] == other.bot_id
    assert slack.said().author == Person("slack", slack.ann.id, "Ann")
    (unknown,) = slack.reader.signals(
        event, Known({slack.ann.id: Person("slack", slack.ann.id, slack.ann.id)})
    )
    (nobody,) = slack.reader.signals(event, Known())
    for told in (unknown, nobody):
        assert isinstance(told, Said)
        assert told.author == Person("slack", slack.ann.id, "Voice Desk", role=Role.BOT)


async def test_an_app_with_an_account_of_its_own_is_known_by_it() -> None:
    slack = Overheard()
    other = slack.world.other_bot("Giphy")
    await other.say(slack.channel, "T1: a picture")
    (event,) = slack.events
    assert slack.reader.wanted(event).people == {other.id}
    its = Person("slack", other.id, "Giphy", role=Role.BOT)
    (said,) = slack.reader.signals(event, Known({other.id: its}))
    assert isinstance(said, Said)
    assert said.author == its


async def test_our_own_posts_are_no_signals_whether_new_edited_or_answered() -> None:
    slack = Overheard()
    bot = slack.world.bot
    topic = posting.post(slack.channel, bot, Draft("T1: the control group?"))
    posting.edit(topic, bot, Draft("T1: the control group? Closed."))
    assert len(slack.events) == 2
    assert all(slack.reader.wanted(event) == Wanted() for event in slack.events)
    assert slack.hear() == []
    await slack.ann.say(slack.channel, "too small", thread=topic)
    assert slack.said().thread == topic.ts
    assert slack.told(user=None, bot_id=bot.bot_id, subtype="bot_message") == ()
    assert slack.told(user=bot.id) == ()


async def test_that_our_own_post_was_deleted_is_told() -> None:
    slack = Overheard()
    topic = posting.post(slack.channel, slack.world.bot, Draft("T1: the control group?"))
    slack.hear()
    await slack.world.owner.delete(topic)
    (deleted,) = slack.hear()
    assert isinstance(deleted, Deleted)
    assert deleted.id == topic.ts


# ---------------------------------------------------------------- what is nothing


async def test_what_slack_itself_says_is_no_signal() -> None:
    slack = Overheard()
    bob = slack.world.user("Bob")
    await bob.join(slack.channel)
    await bob.rename(slack.channel, "club")
    await bob.leave(slack.channel)
    await slack.ann.archive(slack.channel)
    assert {"channel_join", "channel_name", "channel_leave", "channel_archive"} <= {
        event.get("subtype") for event in slack.events
    }
    assert slack.hear() == []


@pytest.mark.parametrize(
    "subtype",
    ["channel_topic", "channel_purpose", "pinned_item", "reminder_add", "bot_add", "huddle_thread",
     "slackbot_response", "channel_posting_permissions", "ekm_access_denied", "message_replied",
     "reply_broadcast", "group_join", "sh_room_created", "assistant_app_thread"],
)  # fmt: skip
def test_notices_are_no_signals(subtype: str) -> None:
    assert Overheard().told(subtype=subtype) == ()


def test_slackbots_reminders_are_no_signals() -> None:
    slack = Overheard()
    assert slack.told(user="USLACKBOT", text="Reminder: vote") == ()


@pytest.mark.parametrize(
    "fields",
    [{"channel_type": "im"}, {"channel_type": "mpim"}, {"channel_type": "app_home"},
     {"channel": "D024BE91L", "channel_type": None}],
)  # fmt: skip
def test_private_messages_are_no_signals(fields: dict[str, Any]) -> None:
    slack = Overheard()
    assert slack.told() != ()
    assert slack.told(**fields) == ()
    assert slack.told(subtype="message_deleted", deleted_ts="1355517523.000001", **fields) == ()
    event = {"type": "message", "user": "U1", "channel": slack.channel.id, "text": "x"}
    assert slack.reader.wanted(event) != Wanted()
    assert slack.reader.wanted(event | fields) == Wanted()


async def test_a_whispered_word_and_its_reactions_are_no_signals() -> None:
    slack = Overheard()
    message = await slack.ann.whisper("hello bot")
    await slack.ann.react(message, "thumbsup")
    await slack.ann.edit(message, "hello again")
    await slack.ann.delete(message)
    assert len(slack.events) == 4
    assert slack.hear() == []


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"type": "message"},
        {"type": "message", "channel": "C1"},
        {"type": "message", "channel": "C1", "ts": "soon", "user": "U1", "text": "x"},
        {"type": "message", "channel": "C1", "ts": "1.000000", "text": "nobody"},
        {"type": "message", "channel": ["C1"], "ts": 1.0, "user": {}, "text": 5},
        {"type": "message", "channel": "C1", "ts": "1.000000", "subtype": "message_changed"},
        {"type": "message", "channel": "C1", "ts": "1.000000", "subtype": "message_deleted"},
        {"type": "reaction_added", "user": "U1", "reaction": "x", "event_ts": "1.000000"},
        {"type": "reaction_added", "item": {"type": "file", "file": "F1"}, "user": "U1"},
        {"type": "channel_rename", "channel": {"id": "C1", "name": "x"}},
        {"type": "team_join", "user": {"id": "U1"}},
    ],
)
def test_a_payload_without_its_parts_says_nothing(event: dict[str, Any]) -> None:
    slack = Overheard()
    assert slack.reader.signals(event, Known()) == ()
    slack.reader.wanted(event)


def test_fields_of_another_kind_are_left_out() -> None:
    slack = Overheard()
    (said,) = slack.told(files="none", attachments=[3], blocks=None, edited=[], thread_ts=9)
    assert isinstance(said, Said)
    assert (said.text, said.attachments, said.thread) == ("hello", (), None)


# ---------------------------------------------------------------- whom it needs to be known


async def test_the_author_and_who_is_mentioned_are_wanted() -> None:
    slack = Overheard()
    bob, group = slack.world.user("Bob"), slack.world.group("panel")
    other = slack.world.channel("other")
    await slack.ann.say(
        slack.channel, f"{bob.mention} <!subteam^{group.id}> <#{other.id}|> {slack.ann.mention}"
    )
    assert slack.reader.wanted(slack.events[0]) == Wanted(
        slack.channel.id, frozenset({slack.ann.id}), frozenset({bob.id, group.id, other.id})
    )


def test_a_channel_or_group_whose_name_stands_there_is_not_asked_for() -> None:
    slack = Overheard()
    text = "<#C123ABC|club> <!subteam^S123ABC|@panel> <@U123ABC|bob> <!here> <https://x.org|U5>"
    event = {"type": "message", "channel": "C1", "user": "U1", "ts": "1.000000", "text": text}
    assert slack.reader.wanted(event).named == {"U123ABC"}


def test_so_many_names_are_asked_for_and_no_more() -> None:
    slack = Overheard()
    text = " ".join(f"<@U{n}AAA>" for n in range(500))
    event = {"type": "message", "channel": "C1", "user": "U1", "ts": "1.000000", "text": text}
    wanted = slack.reader.wanted(event)
    assert len(wanted.named) == NAMED
    assert "U0AAA" in wanted.named


async def test_of_an_edit_the_one_is_wanted_who_wrote_it_and_of_a_deletion_nobody() -> None:
    slack = Overheard()
    message = await slack.ann.say(slack.channel, "hello")
    await slack.ann.edit(message, "hello!")
    await slack.ann.delete(message)
    wanted = [slack.reader.wanted(event).people for event in slack.events]
    assert wanted == [{slack.ann.id}, {slack.ann.id}, frozenset()]


# ---------------------------------------------------------------- text


async def test_mentions_get_names_links_their_addresses_and_signs_are_themselves() -> None:
    slack = Overheard()
    bob = slack.world.user("Bob T2: <b> #urojc |")
    await slack.ann.say(slack.channel, f"{bob.mention} A1 p < 0.05 & https://doi.org/10.1/x")
    text = slack.said().text
    assert text == f"<@{bob.id}|Bob T2: b urojc> A1 p < 0.05 & https://doi.org/10.1/x"
    assert labels(text) == (1,)


async def test_me_is_said_like_anything_else() -> None:
    slack = Overheard()
    await slack.ann.say(slack.channel, "A2 agrees", subtype="me_message")
    assert slack.said().text == "A2 agrees"


def test_blocks_are_read_where_there_is_no_text() -> None:
    slack = Overheard()
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "A1 *yes* &amp; <@U9|Bo>"}}
    (said,) = slack.told(text="", blocks=[section])
    assert isinstance(said, Said)
    assert said.text == "A1 *yes* & <@U9|Bo>"
    (said,) = slack.told(text="A1 no", blocks=[section])
    assert isinstance(said, Said)
    assert said.text == "A1 no"


def test_what_is_forwarded_stands_in_quoted_lines_with_its_files() -> None:
    slack = Overheard()
    scan = {"id": "F1", "name": "scan.png", "mimetype": "image/png", "size": 3, "permalink": "p"}
    shared = {"is_share": True, "is_msg_unfurl": True, "text": "T2: I &lt;3\nT3", "files": [scan]}
    (said,) = slack.told(text="see", attachments=[shared])
    assert isinstance(said, Said)
    assert said.text == "see\n> T2: I <3\n> T3"
    assert labels(said.text) == ()
    assert said.attachments == (Attachment("scan.png", "image/png", 3, "p"),)
    (said,) = slack.told(text="", attachments=[shared])
    assert isinstance(said, Said)
    assert said.text == "> T2: I <3\n> T3"


def test_previews_are_left_out() -> None:
    slack = Overheard()
    previews = [
        {"from_url": "https://x.org", "title": "A paper", "text": "T3: shown by Slack"},
        {"is_msg_unfurl": True, "text": "T3: a message whose link was pasted"},
    ]
    assert slack.told(attachments=previews) == slack.told()


# ---------------------------------------------------------------- files


async def test_a_file_is_kept_as_name_type_size_and_address() -> None:
    slack = Overheard()
    scan = take_in(slack.ann, File("scan.png", b"12345"))
    await slack.ann.say(slack.channel, "look", files=[scan])
    (event,) = slack.events
    event["files"][0]["mimetype"] = "image/png"
    said = slack.said()
    assert said.text == "look"
    assert said.attachments == (
        Attachment("scan.png", "image/png", 5, scan.payload()["permalink"]),
    )


def test_a_file_of_another_workspace_of_which_slack_tells_its_id_alone_is_kept_by_it() -> None:
    slack = Overheard()
    (said,) = slack.told(files=[{"id": "F9", "file_access": "check_file_info"}])
    assert isinstance(said, Said)
    assert said.attachments == (Attachment("F9", "application/octet-stream", 0, ""),)


def test_a_deleted_file_is_left_out_and_counts_as_a_change_of_its_message() -> None:
    slack = Overheard()
    a, b = ({"id": f"F{n}", "name": f"{n}.png", "permalink": f"p{n}"} for n in "ab")
    gone = {"id": "Fa", "mode": "tombstone"}
    (before,) = slack.told(files=[a, b], subtype="file_share")
    message = {"user": slack.ann.id, "text": "hello", "ts": "1355517523.000005"}
    changed = slack.told(subtype="message_changed", message=message | {"files": [gone, b]})
    both = slack.told(subtype="message_changed", message=message | {"files": [gone, gone]})
    assert [one.name for one in before.attachments] == ["a.png", "b.png"]  # type: ignore[union-attr]
    said, edited = changed
    assert isinstance(edited, Edited)
    assert [file.name for file in edited.attachments] == ["b.png"]
    chat = club(slack.room)
    rows = [
        row_of(chat, signals)
        for signals in ([before, said, edited, *both], [*both, *changed, before])
    ]
    assert rows[0] == rows[1]
    assert rows[0] is not None
    assert rows[0].attachments == ()


# ---------------------------------------------------------------- edits and deletions


async def test_an_edit_says_the_message_anew_and_when_it_was_edited() -> None:
    slack = Overheard()
    root = await slack.ann.say(slack.channel, "one")
    message = await slack.ann.say(slack.channel, "T1: yes", thread=root)
    slack.hear()
    said_at = slack.world.now()
    slack.world.set(said_at + timedelta(minutes=5))
    await slack.ann.edit(message, "T2: no")
    said, edited = slack.hear()
    assert isinstance(said, Said)
    assert (said.at, said.id, said.text) == (moment_of(message.ts), message.ts, "T2: no")
    assert edited == Edited(
        said_at + timedelta(minutes=5), slack.room, message.ts, "T2: no", root.ts
    )


async def test_a_preview_is_no_edit_and_after_an_edit_it_is_the_same_edit() -> None:
    slack = Overheard()
    message = await slack.ann.say(slack.channel, "see https://doi.org/10.1/x")
    said = slack.said()
    preview = {"attachments": [{"from_url": "https://doi.org/10.1/x", "text": "T3: a paper"}]}
    ts = stamp(slack.world.now() + timedelta(seconds=1))
    shown = message.payload() | preview
    assert slack.told(subtype="message_changed", message=shown, ts=ts, event_ts=ts) == (said,)
    await slack.ann.edit(message, "see https://doi.org/10.1/y")
    edited = slack.hear()
    shown = message.payload() | preview
    assert list(slack.told(subtype="message_changed", message=shown, ts=ts)) == edited


def test_an_edit_in_the_second_in_which_it_was_said_is_not_before_it() -> None:
    slack = Overheard()
    inner = {
        "user": slack.ann.id,
        "text": "T2: no",
        "ts": "1652635099.971779",
        "edited": {"user": slack.ann.id, "ts": "1652635099.000000"},
    }
    said, edited = slack.told(subtype="message_changed", message=inner)
    assert edited.at == said.at == moment_of("1652635099.971779")
    (first,) = slack.told(text="T1: yes", ts="1652635099.971779", event_ts="1652635099.971779")
    row = row_of(club(slack.room), [first, said, edited])
    assert row is not None
    assert (row.text, row.edited) == ("T2: no", True)


async def test_a_deletion_has_its_own_time_and_the_thread_of_its_message() -> None:
    slack = Overheard()
    root = await slack.ann.say(slack.channel, "one")
    reply = await slack.ann.say(slack.channel, "two", thread=root)
    slack.hear()
    slack.world.set(NOW)
    await slack.ann.delete(reply)
    await slack.ann.delete(root)
    assert slack.hear() == [
        Deleted(NOW, slack.room, reply.ts, root.ts),
        Deleted(NOW + timedelta(microseconds=1), slack.room, root.ts),
    ]


async def test_the_first_message_of_a_thread_that_is_deleted_leaves_a_sign_and_is_deleted() -> None:
    slack = Overheard()
    root = await slack.ann.say(slack.channel, "one")
    await slack.ann.say(slack.channel, "two", thread=root)
    slack.hear()
    slack.world.set(NOW)
    await slack.ann.delete(root)
    (event,) = slack.events
    assert (event["subtype"], event["message"]["subtype"]) == ("message_changed", "tombstone")
    assert slack.hear() == [Deleted(NOW, slack.room, root.ts)]
    read = slack.reader.speech(slack.channel.id, root.payload(), Known(), NOW)
    assert read == (Deleted(NOW, slack.room, root.ts),)
    await slack.ann.say(slack.channel, "still here?", thread=root)
    assert slack.said().thread == root.ts


def test_a_deletion_without_the_message_is_told() -> None:
    slack = Overheard()
    told = {"subtype": "message_deleted", "deleted_ts": "1355517523.000001", "user": None}
    assert slack.told(**told) == (
        Deleted(moment_of("1355517523.000005"), slack.room, "1355517523.000001"),
    )


# ---------------------------------------------------------------- reactions


async def test_an_emoji_is_put_and_taken_back_at_its_own_time() -> None:
    slack = Overheard()
    message = await slack.ann.say(slack.channel, "hello")
    slack.hear()
    slack.world.set(NOW)
    await slack.ann.react(message, "thumbsup::skin-tone-3")
    slack.world.set(NOW + timedelta(seconds=1))
    await slack.ann.unreact(message, "thumbsup::skin-tone-3")
    by, name = Person("slack", slack.ann.id, "Ann"), ":thumbsup::skin-tone-3:"
    assert slack.hear() == [
        Reacted(NOW, slack.room, message.ts, by, name),
        Reacted(NOW + timedelta(seconds=1), slack.room, message.ts, by, name, removed=True),
    ]


async def test_our_own_reactions_are_those_of_a_bot_and_nobody_is_asked_about_them() -> None:
    slack = Overheard()
    message = await slack.ann.say(slack.channel, "hello")
    slack.hear()
    posting.react(message, slack.world.bot, "eyes")
    assert slack.reader.wanted(slack.events[0]).people == frozenset()
    (reacted,) = slack.hear()
    assert isinstance(reacted, Reacted)
    assert reacted.by.role is Role.BOT


def test_reactions_to_files_are_no_signals() -> None:
    slack = Overheard()
    item = {"type": "file", "file": "F1", "channel": slack.channel.id, "ts": "1.000000"}
    event = {"type": "reaction_added", "user": "U1", "reaction": "x", "event_ts": "1.000000"}
    assert slack.reader.signals(event | {"item": item | {"type": "message"}}, Known()) != ()
    assert slack.reader.signals(event | {"item": item}, Known()) == ()


# ---------------------------------------------------------------- any order, any loss


def club(room: Room, thread: str = "1") -> Chat:
    """Return an open chat in that room whose first topic has that thread."""
    chat = Script(agenda("0m", "6h", rooms=(room,), hashtag="#urojc")).it
    for event in (
        events.Opened(OPENS),
        events.TopicOpened(OPENS, 1),
        events.TopicPosted(OPENS, 1, room, thread, thread),
        events.TopicOpened(OPENS + timedelta(hours=6), 2),
        events.TopicPosted(OPENS + timedelta(hours=6), 2, room, "t2"),
    ):
        chat = apply(chat, event)
    return chat


def row_of(chat: Chat, signals: Any) -> Message | None:
    known: Message | None = None
    for signal in signals:
        assert isinstance(signal, Said | Edited | Deleted)
        known = hear(chat, known, None, signal)
    return known


WORDS = st.sampled_from(("T1: yes", "T2: no", "I agree", "T1-T2: both", "https://example.org"))


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_any_order_repetition_and_loss_of_events_gives_the_same_rows(data: st.DataObject) -> None:
    """What may be lost is the message itself, where an edit told it, and all edits but the last.

    Two messages: one that a thread hangs from, and its reply, which may be sent to the channel.
    """
    slack = Overheard()
    world, bob = slack.world, slack.world.user("Bob")
    world.set(OPENS)
    slack.channel.members[bob.id] = bob
    topic = posting.post(slack.channel, world.bot, Draft("T1: the control group?"))
    slack.hear()
    files = [take_in(slack.ann, File(f"{n}.png", b"1")) for n in "ab"]
    root = posting.post(
        slack.channel,
        slack.ann,
        Draft(data.draw(WORDS), files=files[: data.draw(st.integers(0, 2))]),
    )
    world.shift(timedelta(seconds=1))
    parent = data.draw(st.sampled_from((root, topic)))
    broadcast = data.draw(st.booleans())
    reply = posting.post(
        slack.channel, bob, Draft(data.draw(WORDS), thread=parent.ts, broadcast=broadcast)
    )
    last: dict[str, int] = {root.ts: 0, reply.ts: 1}
    for message, author in data.draw(
        st.lists(st.sampled_from(((root, slack.ann), (reply, bob))), max_size=4)
    ):
        now = world.now() + timedelta(minutes=data.draw(st.integers(1, 600)))
        world.set(now)
        posting.edit(message, author, Draft(data.draw(WORDS)))
        last[message.ts] = len(slack.events) - 1
        if data.draw(st.booleans()):  # a preview
            slack.events.append(slack.events[-1] | {"event_ts": stamp(now + timedelta(seconds=3))})
    gone = []
    for message, author in ((reply, bob), (root, slack.ann)):
        if data.draw(st.booleans()):
            posting.delete(message, author)
            gone.append(message)
    sent = [*slack.events]
    chat = club(slack.room, topic.ts)

    def rows() -> dict[str, Message]:
        found: dict[str, Message] = {}
        for signal in slack.hear():
            assert isinstance(signal, Said | Edited | Deleted)
            found[signal.id] = hear(chat, found.get(signal.id), None, signal)
        return found

    def about(event: dict[str, Any]) -> str:
        inner = event.get("message") or event.get("previous_message") or event
        return str(inner["ts"])

    in_order = rows()
    kept = [
        event for n, event in enumerate(sent) if n >= last[about(event)] or data.draw(st.booleans())
    ]
    twice = data.draw(st.lists(st.sampled_from(kept), max_size=3))
    slack.events[:] = data.draw(st.permutations(kept + twice))
    assert rows() == in_order
    assert set(in_order) == {root.ts, reply.ts}
    for message in (root, reply):
        row = in_order[message.ts]
        assert row.thread == thread_of(message.payload())
        assert row.withdrawn == (message in gone)
        assert row.text == ("" if row.withdrawn else message.text)


# ---------------------------------------------------------------- over the wire


async def test_a_conversation_over_the_wire_gives_the_same_signals() -> None:
    async with serving() as server:
        slack = Overheard(server.workspace)
        async with connected(server) as client:
            topic = posting.post(slack.channel, slack.world.bot, Draft("T1: the control group?"))
            first = await slack.ann.say(slack.channel, "T1: p < 0.05", thread=topic)
            await slack.ann.edit(first, "T1: p > 0.05")
            await slack.ann.say(slack.channel, "me too", thread=topic, broadcast=True)
            await slack.ann.react(first, "thumbsup")
            await slack.ann.unreact(first, "thumbsup")
            root = await slack.ann.say(slack.channel, "oops", subtype="me_message")
            await slack.ann.say(slack.channel, "what?", thread=root)
            await slack.ann.delete(root)
            await slack.ann.delete(first)
            await slack.ann.say(slack.channel, "the end")
            others = len(slack.events) - 1  # slack_bolt drops our own
            await server.until(lambda: len(client.events) == others)
        arrived = sorted(client.events, key=lambda event: str(event["event_ts"]))
        signals = [signal for event in arrived for signal in slack.read(event)]
        assert signals == slack.hear()
        assert len(signals) == 11
