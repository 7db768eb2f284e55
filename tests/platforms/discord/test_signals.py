"""What discord.py makes of Discord's payloads becomes what was said, edited, deleted, liked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.engine import events
from bot.engine.agenda import Room
from bot.engine.floor import chat_of
from bot.engine.fold import apply
from bot.engine.hearing import hear
from bot.engine.labels import labels
from bot.engine.messages import Attachment, Message
from bot.engine.people import Person, Role
from bot.engine.signals import Deleted, Edited, Reacted, ReactionsCleared, Said
from bot.engine.state import Chat
from bot.platforms.discord.signals import Reader, where
from bot.transcripts.clock import Clock
from bot.transcripts.markup import written
from bot.transcripts.plain_text import PlainText
from tests.discord import posting
from tests.discord.basics import Dispatch
from tests.discord.messages import Draft, File
from tests.discord.people import Webhook
from tests.discord.rules import Permission
from tests.discord.server import serving
from tests.discord.threads import Thread
from tests.engine.script import OPENS, Script, agenda
from tests.platforms.listener import NOW, Offline, listening


def room_of(offline: Offline) -> Room:
    return Room("discord", str(offline.channel.id))


async def thread_of(offline: Offline) -> Thread:
    """Return a thread that hangs from a message of its own."""
    olga = offline.guild.owner
    opening = await olga.say(offline.channel, "Tonight")
    thread = await olga.start_thread(opening, "Journal club")
    offline.hear()
    return thread


# ---------------------------------------------------------------- where and who


async def test_what_is_said_in_a_channel_has_its_author_its_own_time_and_its_room() -> None:
    offline = Offline()
    offline.world.set(datetime(2026, 12, 7, 1, 2, 3, 456000, tzinfo=UTC))
    ann = offline.guild.member("Ann Lee", nick="Ann")
    message = await ann.say(offline.channel, "T1: yes")
    assert offline.said() == Said(
        at=datetime(2026, 12, 7, 1, 2, 3, 456000, tzinfo=UTC),
        room=room_of(offline),
        id=str(message.id),
        author=Person("discord", str(ann.id), "Ann"),
        text="T1: yes",
    )


async def test_a_threads_room_is_the_channel_in_which_it_hangs() -> None:
    offline = Offline()
    thread = await thread_of(offline)
    await offline.guild.member("Ann").say(thread, "hello")
    said = offline.said()
    assert (said.room, said.thread) == (room_of(offline), str(thread.id))


async def test_a_thread_that_discord_py_keeps_needs_nobody_to_name_its_parent() -> None:
    offline = Offline()
    thread = await thread_of(offline)
    await offline.guild.member("Ann").say(thread, "hello")
    offline.hear()
    reader = Reader(offline.world.bot.id, lambda _: None)
    (said,) = reader.speech(offline.listener.messages[-1])
    assert (said.room, said.thread) == (room_of(offline), str(thread.id))


async def test_a_thread_that_discord_py_has_dropped_is_found_by_its_parent() -> None:
    offline = Offline()
    thread = await thread_of(offline)
    thread.archive_by_hand()
    ann = offline.guild.member("Ann", permissions=Permission.MANAGE_THREADS)
    offline.hear()
    assert offline.listener.get_channel(thread.id) is None
    offline.listener.archived = {thread.id: offline.channel.id}
    message = await ann.say(thread, "hello")
    said = offline.dispatches.pop()  # before it, the thread opens again
    offline.dispatches.clear()
    offline.dispatches.append(said)
    heard = offline.said()
    assert (heard.room, heard.thread, heard.author.steward) == (
        room_of(offline), str(thread.id), True,
    )  # fmt: skip
    thread.remove(message)
    assert offline.hear() == [Deleted(NOW, room_of(offline), str(message.id), str(thread.id))]


def test_what_nobody_knows_as_a_thread_is_a_channel() -> None:
    assert where(5, {7: 6}.get) == (Room("discord", "5"), None)
    assert where(7, {7: 6}.get) == (Room("discord", "6"), "7")


async def test_somebodys_roles_are_badges() -> None:
    offline = Offline()
    panel, staff = offline.guild.role("Panel"), offline.guild.role("Staff")
    await offline.guild.member("Ann", roles=[panel, staff]).say(offline.channel, "hello")
    assert offline.said().author.badges == {f"role:{panel.id}", f"role:{staff.id}"}


async def test_whoever_has_manage_threads_in_the_channel_is_a_steward_also_in_its_threads() -> None:
    offline = Offline()
    thread = await thread_of(offline)
    ann = offline.guild.member("Ann")
    for place in (offline.channel, thread):
        await ann.say(place, "hello")
        assert not offline.said().author.steward
    offline.channel.grant(Permission.MANAGE_THREADS, ann)
    offline.hear()
    for place in (offline.channel, thread):
        await ann.say(place, "hello")
        assert offline.said().author.steward


async def test_rights_are_those_of_the_moment() -> None:
    offline = Offline()
    staff = offline.guild.role("Staff", Permission.MANAGE_THREADS)
    henry = offline.guild.member("Henry", roles=[staff])
    await henry.say(offline.channel, "one")
    assert offline.said().author.steward
    staff.deny(Permission.MANAGE_THREADS)
    offline.hear()
    await henry.say(offline.channel, "two")
    assert not offline.said().author.steward
    staff.grant(Permission.MANAGE_THREADS)
    offline.channel.deny(Permission.MANAGE_THREADS, staff)
    offline.hear()
    await henry.say(offline.channel, "three")
    assert not offline.said().author.steward


async def test_the_owner_of_a_guild_is_a_steward() -> None:
    offline = Offline()
    await offline.guild.owner.say(offline.channel, "hello")
    assert offline.said().author.steward


# ---------------------------------------------------------------- who does not count, what is none


async def test_webhooks_and_other_bots_speak_as_bots() -> None:
    offline = Offline()
    await offline.guild.member("Polly", bot=True).say(offline.channel, "beep")
    assert offline.said().author.role is Role.BOT
    await Webhook(offline.channel, "Ann Lee").say("through a proxy")
    del offline.told[-1].data["author"]["bot"]  # Discord's documentation promises it nowhere
    webhook = offline.said().author
    assert (webhook.role, webhook.name, webhook.steward) == (Role.BOT, "Ann Lee", False)


@pytest.mark.parametrize("kind", [20, 23], ids=["command", "menu"])
async def test_another_bots_answer_to_a_command_is_what_it_says_once_it_says_it(kind: int) -> None:
    offline = Offline()
    answer = await offline.guild.member("Polly", bot=True).say(offline.channel, "42 of 60")
    (announced,) = offline.told
    announced.data.update(type=kind, flags=128, content="")
    answered = Dispatch("MESSAGE_UPDATE", {**announced.data, "flags": 0, "content": "42 of 60"})
    assert offline.hear() == [], "it is thinking"
    offline.dispatches.append(answered)
    said = offline.said()
    assert (said.id, said.text, said.author.role) == (str(answer.id), "42 of 60", Role.BOT)


async def test_our_own_messages_are_no_signals() -> None:
    offline = Offline()
    message = await offline.guild.bot.say(offline.channel, "T1: the control group?")
    await offline.guild.bot.edit(message, "T1: the comparison?")
    assert offline.hear() == []
    assert len(offline.listener.messages) == 2


async def test_what_discord_itself_says_is_no_signal() -> None:
    offline = Offline()
    olga = offline.guild.owner
    offline.world.set(NOW - timedelta(hours=1))
    old = await olga.say(offline.channel, "from an hour ago")
    offline.world.set(NOW)
    offline.hear()
    await olga.pin(old)
    await olga.start_thread(old, "Late thread")
    names = [dispatch.data.get("type") for dispatch in offline.dispatches]
    assert {6, 18, 21} <= set(names), "a pin, a thread's notice and its starter"
    said = offline.hear()
    assert {signal.id for signal in said} == {str(old.id)}, "told anew: it is pinned, has a thread"
    assert all(isinstance(signal, Said) for signal in said)


async def test_direct_messages_are_no_signals() -> None:
    offline = Offline()
    ann = offline.guild.member("Ann")
    message = await ann.whisper("hello bot")
    await ann.react(message, "👍")
    await ann.unreact(message, "👍")
    message.place.clear_reactions(message)
    message.place.clear_reactions(message, "👍")
    await ann.edit(message, "hello again")
    message.place.remove(message)
    assert len(offline.told) == 7
    assert offline.hear() == []


async def test_a_payload_without_an_author_says_nothing() -> None:
    offline = Offline()
    ann = offline.guild.member("Ann")
    message = await ann.say(offline.channel, "hello")
    await ann.edit(message, "hello again")
    for dispatch in offline.told:
        dispatch.data.pop("author", None)
        dispatch.data.pop("member", None)
    assert offline.hear() == []
    assert len(offline.listener.messages) == 2


async def test_only_people_whose_roles_a_message_does_not_tell_need_to_be_asked_for() -> None:
    offline = Offline()
    ann = offline.guild.member("Ann")
    await ann.say(offline.channel, "hello")
    message = await ann.say(offline.channel, "hello, as a history tells it")
    await offline.guild.owner.pin(message)
    await offline.guild.member("Polly", bot=True).say(offline.channel, "beep")
    await Webhook(offline.channel, "Proxy").say("hello")
    del offline.told[-1].data["author"]["bot"]
    for dispatch in offline.told[1:]:
        dispatch.data.pop("member", None)
    offline.hear()
    reader, messages = offline.listener.reader, offline.listener.messages
    assert [reader.needs_member(one) for one in messages] == [
        False, True, True, False, False, False,
    ]  # fmt: skip


# ---------------------------------------------------------------- replies and forwards


async def test_a_reply_names_what_it_answers_also_where_that_is_deleted() -> None:
    offline = Offline()
    ann = offline.guild.member("Ann")
    first = await ann.say(offline.channel, "one")
    offline.hear()
    await ann.say(offline.channel, "two", reply_to=first)
    assert offline.said().reply_to == str(first.id)
    answer = await ann.say(offline.channel, "three", reply_to=first)
    await offline.guild.owner.delete(first)
    await ann.edit(answer, "three!")
    said, edited = offline.hear()[-2:]
    assert isinstance(said, Said)
    assert said.reply_to == str(first.id)
    assert isinstance(edited, Edited)


async def test_a_forward_is_no_reply_and_its_words_are_quoted_with_its_files() -> None:
    offline = Offline()
    ann = offline.guild.member("Ann")
    elsewhere = offline.guild.channel("elsewhere")
    first = await ann.say(
        elsewhere,
        "T2: I would not\nT3 neither",
        attachments=[File("scan.png", b"123", "image/png")],
    )
    offline.hear()
    await ann.say(offline.channel, forward=first)
    said = offline.said()
    assert said.reply_to is None
    assert said.text == "> T2: I would not\n> T3 neither"
    assert labels(said.text) == ()
    assert [file.name for file in said.attachments] == ["scan.png"]


# ---------------------------------------------------------------- text


async def test_a_mention_of_a_person_gets_their_name_and_stays_one_piece() -> None:
    offline = Offline()
    ann, bob = offline.guild.member("Ann Lee"), offline.guild.member("Bob", nick="Bob (he)")
    await ann.say(offline.channel, f"{bob.mention} <@!{ann.id}> A1 I agree")
    for dispatch in offline.told:
        (him,) = (one for one in dispatch.data["mentions"] if one["id"] == str(bob.id))
        him["member"] = bob.payload(with_user=False)
    text = offline.said().text
    assert text == f"<@{bob.id}|Bob (he)> <@{ann.id}|Ann Lee> A1 I agree"
    assert labels(text) == (1,)
    assert shown(text) == "@Bob (he) @Ann Lee A1 I agree"


async def test_a_name_in_a_mention_names_no_topic_and_no_hashtag() -> None:
    offline = Offline()
    ann = offline.guild.member("Ann")
    joker = offline.guild.member("T2: <b> #urojc |\n`x`")
    await ann.say(offline.channel, f"{joker.mention} hello")
    text = offline.said().text
    assert text == f"<@{joker.id}|T2: b urojc `x`> hello"
    assert labels(text) == ()
    assert "#urojc" not in text


async def test_roles_and_channels_get_their_names_and_unknown_ones_stay() -> None:
    offline = Offline()
    ann, panel = offline.guild.member("Ann"), offline.guild.role("Panel", mentionable=True)
    text = f"{panel.mention} see <#{offline.channel.id}>, <#1>, <@1> and <@&1>"
    await ann.say(offline.channel, text)
    said = offline.said().text
    assert said == (
        f"<@&{panel.id}|Panel> see <#{offline.channel.id}|journal-club>, <#1>, <@1> and <@&1>"
    )
    assert shown(said) == "@Panel see #journal-club, #1, @1 and @1"


@pytest.mark.parametrize(
    "text",
    [
        "<:T1:123456789012345678> A2 yes",
        "<a:PartyUro:123456789012345678> hello",
        "at <t:1796000000:F> or </chat catchup:123456789012345678>",
        "**a < b** and `code` > nothing",
        "@everyone look",
    ],
)
async def test_everything_else_stays_as_it_was_typed(text: str) -> None:
    offline = Offline()
    await offline.guild.member("Ann").say(offline.channel, text)
    assert offline.said().text == text


def shown(text: str) -> str:
    return written(text, PlainText({}, Clock("UTC")), "discord")


# ---------------------------------------------------------------- files, stickers, polls, previews


async def test_a_file_is_kept_as_name_type_size_and_address() -> None:
    offline = Offline()
    offline.world.address = "https://cdn.example"
    await offline.guild.member("Ann").say(
        offline.channel, attachments=[File("scan.png", b"12345", "image/png"), File("raw", b"1")]
    )
    for dispatch in offline.told:
        del dispatch.data["attachments"][1]["content_type"]
    said = offline.said()
    scan, raw = said.attachments
    assert scan == Attachment("scan.png", "image/png", 5, scan.url)
    assert scan.url.startswith("https://cdn.example/attachments/")
    assert (said.text, raw.type) == ("", "application/octet-stream")


@pytest.mark.parametrize(
    ("number", "kind", "end"),
    [(1, "image/png", ".png"), (2, "image/apng", ".png"), (3, "application/json", ".json"),
     (4, "image/gif", ".gif"), (99, "application/octet-stream", ".png")],
)  # fmt: skip
async def test_a_sticker_is_kept_like_a_file(number: int, kind: str, end: str) -> None:
    offline = Offline()
    await offline.guild.member("Ann").say(offline.channel, stickers=["Scalpel"])
    offline.dispatches[-1].data["sticker_items"][0]["format_type"] = number
    (sticker,) = offline.said().attachments
    assert (sticker.name, sticker.type, sticker.size) == ("Scalpel", kind, 0)
    assert sticker.url.startswith("https://")
    assert sticker.url.endswith(end)


async def test_a_poll_is_its_question_and_its_answers() -> None:
    offline = Offline()
    heart = {"name": "rounds", "id": "123456789012345678"}
    await offline.guild.member("Ann").say(
        offline.channel,
        poll={
            "question": {"text": "T1: would you operate?"},
            "answers": [
                {"poll_media": {"text": "Yes"}},
                {"poll_media": {"text": "No", "emoji": {"name": "🛑", "id": None}}},
                {"poll_media": {"text": "Ask me later", "emoji": heart}},
            ],
        },
    )
    said = offline.said()
    assert said.text == "T1: would you operate?\n- Yes\n- 🛑 No\n- :rounds: Ask me later"


async def test_a_link_preview_is_no_edit_and_left_out() -> None:
    offline = Offline()
    ann = offline.guild.member("Ann")
    message = await ann.say(offline.channel, "see https://doi.org/10.1/x")
    said = offline.said()
    message.embeds = [{"type": "link", "title": "A paper", "description": "T3: shown by Discord"}]
    offline.channel.tell_message("MESSAGE_UPDATE", message)
    assert offline.hear() == [said]


# ---------------------------------------------------------------- edits and deletions


async def test_an_edit_says_the_message_anew_and_when_it_was_edited() -> None:
    offline = Offline()
    thread = await thread_of(offline)
    offline.world.set(OPENS)
    ann = offline.guild.member("Ann")
    message = await ann.say(thread, "T1: yes", attachments=[File("scan.png", b"1", "image/png")])
    offline.hear()
    offline.world.set(OPENS + timedelta(minutes=5))
    posting.edit(message, ann.user, {"content": "T2: no", "attachments": []})
    said, edited = offline.hear()
    assert isinstance(said, Said)
    assert (said.at, said.text, said.attachments) == (OPENS, "T2: no", ())
    assert edited == Edited(
        OPENS + timedelta(minutes=5), room_of(offline), str(message.id), "T2: no", str(thread.id)
    )


async def test_a_deletion_is_told_at_the_time_given() -> None:
    offline = Offline()
    ann = offline.guild.member("Ann")
    thread = await thread_of(offline)
    for place, name in ((offline.channel, None), (thread, str(thread.id))):
        message = await ann.say(place, "hello")
        offline.hear()
        await ann.delete(message)
        assert offline.hear() == [Deleted(NOW, room_of(offline), str(message.id), name)]


async def test_a_bulk_deletion_is_one_for_each_message() -> None:
    offline = Offline()
    ann = offline.guild.member("Ann")
    messages = [await ann.say(offline.channel, f"{n}") for n in range(3)]
    offline.hear()
    await offline.guild.owner.delete(*messages)
    assert offline.hear() == [Deleted(NOW, room_of(offline), str(one.id)) for one in messages]


# ---------------------------------------------------------------- reactions


async def test_an_emoji_is_put_and_taken_back() -> None:
    offline = Offline()
    ann = offline.guild.member("Ann Lee", nick="Ann")
    message = await ann.say(offline.channel, "hello")
    offline.hear()
    await ann.react(message, "👍")
    await ann.unreact(message, "👍")
    put, taken = offline.hear()
    by = Person("discord", str(ann.id), "Ann")
    assert put == Reacted(NOW, room_of(offline), str(message.id), by, "👍")
    assert isinstance(taken, Reacted)
    assert (taken.by.key, taken.emoji, taken.removed) == (by.key, "👍", True)


@pytest.mark.parametrize(
    ("emoji", "text"),
    [("rounds:123456789012345678", ":rounds:"), (":123456789012345678", ":123456789012345678:")],
)
async def test_a_guilds_own_emoji_is_told_by_its_name(emoji: str, text: str) -> None:
    offline = Offline()
    ann = offline.guild.member("Ann")
    message = await ann.say(offline.channel, "hello")
    offline.hear()
    await ann.react(message, emoji)
    (put,) = offline.hear()
    assert isinstance(put, Reacted)
    assert put.emoji == text


async def test_reactions_of_bots_and_our_own_are_those_of_bots() -> None:
    offline = Offline()
    message = await offline.guild.member("Ann").say(offline.channel, "hello")
    offline.hear()
    for person in (offline.guild.member("Polly", bot=True), offline.guild.bot):
        await person.react(message, "👍")
    await offline.guild.bot.unreact(message, "👍")
    reactions = offline.hear()
    assert len(reactions) == 3
    assert all(isinstance(one, Reacted) and one.by.role is Role.BOT for one in reactions)


async def test_reactions_are_cleared_all_or_one_emoji() -> None:
    offline = Offline()
    ann = offline.guild.member("Ann")
    message = await ann.say(offline.channel, "hello")
    await ann.react(message, "👍")
    await ann.react(message, "🎉")
    offline.hear()
    await offline.guild.owner.clear_reactions(message, "🎉")
    await offline.guild.owner.clear_reactions(message)
    room, number = room_of(offline), str(message.id)
    assert offline.hear() == [
        ReactionsCleared(NOW, room, number, "🎉"),
        ReactionsCleared(NOW, room, number),
    ]


# ---------------------------------------------------------------- any order, any loss


def club(room: Room, thread: str) -> Chat:
    """Return an open chat in that room whose topics are posted in that thread."""
    chat = Script(agenda("0m", "6h", rooms=(room,), hashtag="#urojc")).it
    for event in (
        events.Opened(OPENS),
        events.ThreadOpened(OPENS, room, thread, thread),
        events.TopicOpened(OPENS, 1),
        events.TopicPosted(OPENS, 1, room, "t1"),
        events.TopicOpened(OPENS + timedelta(hours=6), 2),
        events.TopicPosted(OPENS + timedelta(hours=6), 2, room, "t2"),
    ):
        chat = apply(chat, event)
    return chat


WORDS = st.sampled_from(("T1: yes", "T2: no", "I agree", "T1-T2: both", "https://example.org"))


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_any_order_repetition_and_loss_of_payloads_gives_the_same_row(data: st.DataObject) -> None:
    """What may be lost is the message itself, where an edit told it, and all edits but the last."""
    offline = Offline()
    guild, world = offline.guild, offline.world
    ann = guild.member("Ann")
    opening = posting.post(offline.channel, guild.owner.user, Draft("Tonight"))
    thread = posting.start_thread(opening, guild.owner.user, "Journal club", 4320)
    offline.hear()
    world.set(OPENS)
    files = [File("a.png", b"1"), File("b.png", b"2")][: data.draw(st.integers(0, 2))]
    message = posting.post(thread, ann.user, Draft(data.draw(WORDS), files))
    for minute in data.draw(st.lists(st.integers(1, 600), max_size=3)):
        world.set(world.now() + timedelta(minutes=minute))
        keeps = [{"id": str(one.id)} for one in message.attachments[data.draw(st.integers(0, 1)) :]]
        change = {"content": data.draw(WORDS), "attachments": keeps}
        posting.edit(message, ann.user, change)
        if data.draw(st.booleans()):
            thread.tell_message("MESSAGE_UPDATE", message)  # a preview
    edits = [one.data["edited_timestamp"] for one in offline.told]
    last = edits.index(edits[-1])
    deleted = data.draw(st.booleans())
    if deleted:
        thread.remove(message)
    sent = offline.told

    def row() -> Message | None:
        known: Message | None = None
        chat = club(room_of(offline), str(thread.id))
        for signal in offline.hear():
            assert isinstance(signal, Said | Edited | Deleted)
            known = hear(chat, known, None, signal)
        return known

    in_order = row()
    kept = [one for n, one in enumerate(sent) if n >= last or data.draw(st.booleans())]
    twice = data.draw(st.lists(st.sampled_from(kept), max_size=3))
    offline.dispatches[:] = data.draw(st.permutations(kept + twice))
    assert row() == in_order
    assert in_order is not None
    if not deleted:
        assert in_order.text == message.content
        assert len(in_order.attachments) == len(message.attachments)


async def test_an_edit_that_adds_the_hashtag_brings_the_message_into_the_chat() -> None:
    offline = Offline()
    offline.world.set(OPENS + timedelta(hours=1))
    chat = club(room_of(offline), "1")
    ann = offline.guild.member("Ann")
    message = await ann.say(offline.channel, "T1: yes")
    assert chat_of([chat], offline.said(), None) is None
    offline.world.set(OPENS + timedelta(hours=2))
    await ann.edit(message, "T1: yes #urojc")
    said, edited = offline.hear()
    assert isinstance(said, Said)
    assert isinstance(edited, Edited)
    assert chat_of([chat], said, None) is chat
    row = hear(chat, hear(chat, None, None, said), None, edited)
    assert (row.at, row.text, row.edited) == (OPENS + timedelta(hours=1), "T1: yes #urojc", True)


# ---------------------------------------------------------------- over the wire


async def test_a_conversation_over_the_wire_gives_the_same_signals() -> None:
    async with serving() as server:
        offline = Offline(server.world)
        async with listening(server) as listener:
            ann = offline.guild.member("Ann")
            henry = offline.guild.member("Henry", permissions=Permission.MANAGE_THREADS)
            opening = await henry.say(offline.channel, "Tonight")
            thread = await henry.start_thread(opening, "Journal club")
            first = await ann.say(thread, "T1: yes", attachments=[File("scan.png", b"1")])
            await ann.edit(first, "T1: no")
            await ann.say(thread, f"{ann.mention} indeed", reply_to=first)
            await henry.react(first, "👍")
            await henry.unreact(first, "👍")
            await offline.guild.owner.delete(first, await ann.say(thread, "oops"))
            last = await ann.say(offline.channel, "the end")
            await server.until(lambda: any(one.id == str(last.id) for one in listener.signals))
        assert listener.signals == offline.hear()
        assert len(listener.signals) == 12
