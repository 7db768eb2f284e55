"""What is done on Discord is done once, in the right place, and pings nobody."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.engine.actions import (
    Amend,
    Archive,
    KeepOpen,
    Moment,
    Post,
    PostKind,
    Tell,
    Thread,
    privately,
)
from bot.engine.agenda import Room
from bot.engine.buttons import CHECK_IN
from bot.platforms.discord.posts import WITHOUT_FILE, Posts
from bot.platforms.discord.refusals import missing_in
from bot.platforms.platform import (
    Errand,
    File,
    Hindered,
    Impossible,
    NotThere,
    Receipt,
    ThreadGone,
    Unreachable,
)
from tests.discord.basics import id_time
from tests.discord.client import Client, connected
from tests.discord.guild import Guild
from tests.discord.people import Member
from tests.discord.places import Channel
from tests.discord.rules import Permission
from tests.discord.server import Server, serving
from tests.discord.threads import Thread as ThreadThere

KEY = "urojc-2026-12-07/2/0"
TEXT = "Welcome to the club."
HOURS_48 = timedelta(hours=48)
MANY = 5
PICTURE = File("chat.png", b"\x89PNG", "Five messages.")
BOTH = ("send_messages", "attach_files")


class Set:
    """A Discord with a guild, a channel, a moderator, and what posts there."""

    def __init__(self, server: Server, client: Client, channel: Channel) -> None:
        self.server = server
        self.client = client
        self.posts = Posts(client)
        self.channel = channel
        self.guild: Guild = channel.owner_guild
        self.henry = self.guild.member("Henry")
        self.room = Room("discord", str(channel.id))

    @property
    def now(self) -> datetime:
        return self.server.world.now()

    def opening(self, words: tuple[str | Moment | Room, ...] = (TEXT,)) -> Post:
        return Post(
            self.room, PostKind.OPENING, words, opens=Thread("Urology Journal Club", HOURS_48)
        )

    async def post(
        self,
        post: Post,
        since: datetime | None = None,
        files: tuple[File, ...] = (),
        key: str = KEY,
    ) -> Receipt:
        return await self.posts.post(post, Errand(key, post, self.now, since, files))

    async def thread(self) -> ThreadThere:
        await self.post(self.opening())
        (thread,) = self.channel.threads
        return thread

    def told(self, *people: Member, channel: str = "") -> Tell:
        ids = tuple(str(person.id) for person in people)
        return Tell(privately("discord"), ids, channel, ("It is over.",))

    async def tell(self, tell: Tell, since: datetime | None = None) -> Receipt:
        return await self.posts.tell(tell, Errand(KEY, tell, self.now, since))

    def texts(self, there: Channel | ThreadThere) -> list[str]:
        """Return what the bot has said in a place."""
        bot = self.server.world.bot
        return [one.content for one in there.messages if one.author is bot and one.content]


@pytest.fixture
async def on() -> AsyncIterator[Set]:
    async with serving() as server:
        channel = server.world.guild("Urology").channel("journal-club")
        async with connected(server) as client:
            yield Set(server, client, channel)


# ---------------------------------------------------------------- posting


async def test_an_opening_stands_in_the_channel_and_a_thread_hangs_from_it(on: Set) -> None:
    receipt = await on.post(on.opening())
    (message,) = on.channel.messages
    (thread,) = on.channel.threads
    assert message.content == receipt.text == TEXT
    assert receipt == Receipt(id_time(message.id), str(message.id), TEXT, str(thread.id))
    assert (thread.name, thread.auto_archive_duration) == ("Urology Journal Club", 4320)


async def test_buttons_bear_their_names_and_the_chats_id_and_nothing_is_remembered(on: Set) -> None:
    await on.post(replace(on.opening(), buttons=(CHECK_IN,)))
    (message,) = on.channel.messages
    (row,) = message.components
    (button,) = row["components"]
    assert button["label"] == "Check in"
    assert button["custom_id"] == "rounds/checkin/urojc-2026-12-07"
    assert not on.client.persistent_views


async def test_a_thread_of_more_than_three_days_is_left_alone_for_seven(on: Set) -> None:
    opens = Thread("Long", timedelta(days=3, minutes=1))
    await on.post(replace(on.opening(), opens=opens))
    assert on.channel.threads[0].auto_archive_duration == 10080


async def test_what_is_said_into_a_thread_stands_there(on: Set) -> None:
    thread = await on.thread()
    post = Post(on.room, PostKind.TOPIC, ("T1: What next?",), topic=1, into=str(thread.id))
    receipt = await on.post(post, key="urojc-2026-12-07/3/0")
    assert on.texts(thread) == ["T1: What next?"]
    assert on.texts(on.channel) == [TEXT]
    assert receipt.thread is None


async def test_nobody_is_pinged_whatever_is_said(on: Set) -> None:
    role = on.guild.role("Everybody's", mentionable=True)
    text = f"@everyone @here {on.henry.mention} {role.mention}"
    await on.post(on.opening((text,)))
    assert on.channel.messages[0].content == text
    assert on.channel.messages[0].pinged == set()


async def test_a_reminder_pings_the_one_role_that_the_agenda_names(on: Set) -> None:
    named, other = (on.guild.role(name, mentionable=True) for name in ("club", "other"))
    post = Post(on.room, PostKind.REMINDER, (f"Soon. {other.mention}",), notify=f"role:{named.id}")
    receipt = await on.post(post)
    (message,) = on.channel.messages
    assert message.content == receipt.text == f"<@&{named.id}> Soon. {other.mention}"
    assert message.pinged == {named}


async def test_a_role_on_call_is_pinged_in_the_channel_of_alerts_where_the_call_can_be_taken(
    on: Set,
) -> None:
    role = on.guild.role("On call", mentionable=True)
    tell = on.told(channel=str(on.channel.id))
    await on.tell(replace(tell, notify=f"role:{role.id}", call=3, page=1))
    (message,) = on.channel.messages
    assert message.pinged == {role}
    (row,) = message.components
    assert [(one["label"], one["custom_id"]) for one in row["components"]] == [
        ("I take it", "rounds/take/urojc-2026-12-07/3")
    ]


async def test_a_picture_comes_with_what_it_shows_for_those_who_do_not_see_it(on: Set) -> None:
    post = Post(on.room, PostKind.CLOSING, ("Closed.",))
    await on.post(post, files=(File("chat.png", b"\x89PNG", "Five messages."),))
    (attached,) = on.channel.messages[0].attachments
    assert (attached.file.name, attached.file.content) == ("chat.png", b"\x89PNG")
    assert attached.file.description == "Five messages."


async def test_where_a_file_is_too_large_the_words_go_without_it_and_say_so(on: Set) -> None:
    on.server.faults.refuse("POST /channels/*/messages", 413, 40005, "Request entity too large")
    post = Post(on.room, PostKind.TRANSCRIPT, ("The transcript.",))
    receipt = await on.post(post, files=(File("a.html", b"x"),))
    (message,) = on.channel.messages
    assert message.content == receipt.text == f"The transcript.\n{WITHOUT_FILE}"
    assert message.attachments == []


@pytest.mark.parametrize("in_thread", [False, True])
async def test_where_no_file_may_be_attached_the_words_go_without_it_and_it_is_told(
    on: Set, in_thread: bool
) -> None:
    thread = await on.thread() if in_thread else None
    on.channel.deny(Permission.ATTACH_FILES)
    into = str(thread.id) if thread else None
    post = Post(on.room, PostKind.CLOSING, ("Closed.",), into=into)
    receipt = await on.post(post, files=(PICTURE,), key="urojc-2026-12-07/9/0")
    assert on.texts(thread or on.channel) == ["Closed."]
    assert receipt.text == "Closed."
    assert receipt.lacking == (
        "chat.png could not be sent: the permission Attach Files is missing. "
        "Give it to the bot there."
    )


async def test_words_whose_answer_was_lost_are_not_said_again_and_still_told_to_lack_their_file(
    on: Set,
) -> None:
    on.channel.deny(Permission.ATTACH_FILES)
    post, began = Post(on.room, PostKind.CLOSING, ("Closed.",)), on.now
    on.server.faults.refuse("POST /channels/*/messages", 403, 50013, "Missing Permissions")
    on.server.faults.cut_after("POST /channels/*/messages")
    with pytest.raises(Unreachable):
        await on.post(post, files=(PICTURE,))
    on.server.world.shift(timedelta(hours=1))  # no nonce is known for so long
    receipt = await on.post(post, since=began, files=(PICTURE,))
    assert on.texts(on.channel) == ["Closed."]
    assert receipt.lacking.startswith("chat.png could not be sent: ")


async def test_where_nothing_may_be_said_at_all_it_waits_and_names_both_permissions(
    on: Set,
) -> None:
    on.channel.deny(Permission.ATTACH_FILES | Permission.SEND_MESSAGES)
    await on.server.until(
        lambda: len(missing_in(on.client.get_channel(on.channel.id), BOTH)) == len(BOTH)
    )
    post = Post(on.room, PostKind.CLOSING, ("Closed.",))
    with pytest.raises(Hindered, match="the permissions Send Messages and Attach Files"):
        await on.post(post, files=(PICTURE,))
    assert on.channel.messages == []


# ---------------------------------------------------------------- once


async def test_the_same_action_again_is_the_same_message(on: Set) -> None:
    receipts = [await on.post(on.opening()) for _ in range(3)]
    assert len(set(receipts)) == 1
    assert len(on.channel.messages) == len(on.channel.threads) == 1


@pytest.mark.parametrize(
    "route", ["POST /channels/*/messages", "POST /channels/*/messages/*/threads"]
)
async def test_a_connection_that_is_cut_after_the_commit_makes_no_second_post(
    on: Set, route: str
) -> None:
    began = on.now
    on.server.faults.cut_after(route)
    with pytest.raises(Unreachable):
        await on.post(on.opening())
    receipt = await on.post(on.opening(), since=began)
    assert on.texts(on.channel) == [TEXT]
    assert [str(thread.id) for thread in on.channel.threads] == [receipt.thread]


async def test_a_post_that_is_only_looked_for_is_found_or_not_said(on: Set) -> None:
    began, looked_for = on.now, replace(on.opening(), only_found=True)
    with pytest.raises(NotThere):
        await on.post(looked_for, since=began)
    assert on.texts(on.channel) == []
    made = await on.post(on.opening())
    on.server.world.shift(timedelta(hours=3))
    found = await on.post(looked_for, since=began)
    assert (found.ref, found.thread) == (made.ref, made.thread)
    assert on.texts(on.channel) == [TEXT]


async def test_long_after_a_doubtful_try_the_post_is_looked_for(on: Set) -> None:
    """By then Discord has forgotten the nonce."""
    began = on.now
    on.server.faults.cut_after("POST /channels/*/messages")
    with pytest.raises(Unreachable):
        await on.post(on.opening(("  Welcome \n to the club.  ",)))
    on.server.world.shift(timedelta(hours=3))
    for n in range(MANY):
        await on.henry.say(on.channel, f"Is it open? {n}")
    receipt = await on.post(on.opening(("  Welcome \n to the club.  ",)), since=began)
    first, *_ = on.channel.messages
    assert receipt.ref == str(first.id)
    assert receipt.at == id_time(first.id)
    assert len([one for one in on.channel.messages if one.content.startswith("Welcome")]) == 1


async def test_the_same_words_of_an_earlier_chat_or_of_somebody_else_are_not_taken_for_it(
    on: Set,
) -> None:
    await on.post(Post(on.room, PostKind.NOTICE, (TEXT,)))
    on.server.world.shift(timedelta(hours=1))
    await on.henry.say(on.channel, TEXT)
    receipt = await on.posts.post(
        on.opening(), Errand("urojc-2027-01-04/2/0", on.opening(), on.now, on.now)
    )
    assert len(on.channel.messages) == 3
    assert receipt.ref == str(on.channel.messages[-1].id)


async def test_a_rate_limit_is_waited_for_and_a_long_one_is_said(on: Set) -> None:
    on.server.faults.too_many("POST /channels/*/messages", times=2)
    await on.post(on.opening())
    assert on.texts(on.channel) == [TEXT]


# ---------------------------------------------------------------- the end


async def test_threads_are_locked_and_archived_in_one_request_each(on: Set) -> None:
    thread = await on.thread()
    await on.posts.archive(Archive(on.room, (str(thread.id),)), on.now)
    assert (thread.locked, thread.archived) == (True, True)
    patches = [call for call in on.server.requests if call.method == "PATCH"]
    assert [call.body for call in patches] == [{"archived": True, "locked": True}]
    await on.posts.archive(Archive(on.room, (str(thread.id),)), on.now)
    assert len([call for call in on.server.requests if call.method == "PATCH"]) == 1


@pytest.mark.parametrize("by_hand", ["archive_by_hand", "lock"])
async def test_a_thread_that_was_put_away_or_locked_by_hand_ends_as_the_others(
    on: Set, by_hand: str
) -> None:
    thread = await on.thread()
    getattr(thread, by_hand)()
    await on.posts.archive(Archive(on.room, (str(thread.id),)), on.now)
    assert (thread.locked, thread.archived) == (True, True)


@pytest.mark.parametrize("is_put_away_by_hand", [False, True])
async def test_a_thread_that_a_moderator_unlocked_stays_unlocked_when_its_closing_changes(
    on: Set, *, is_put_away_by_hand: bool
) -> None:
    thread = await on.thread()
    into = replace(on.opening(("Closed.",)), into=str(thread.id), opens=None)
    closing = (await on.post(into, key="urojc-2026-12-07/9/0")).ref
    await on.posts.archive(Archive(on.room, (str(thread.id),)), on.now)
    thread.unlock()
    thread.unarchive_by_hand()
    if is_put_away_by_hand:
        thread.archive_by_hand()
    words = ("Closed. Other words.",)
    amend = Amend(on.room, None, words, closing, recalls=True, into=into.into, put_away=True)
    await on.posts.amend(amend, Errand("urojc-2026-12-07/12/0", amend, on.now))
    assert on.texts(thread)[-1] == "Closed. Other words."
    assert (thread.locked, thread.archived) == (False, is_put_away_by_hand)


async def test_a_thread_that_was_left_taken_out_is_put_away_again(on: Set) -> None:
    """As after an end between the two requests: it is locked, and no longer archived."""
    thread = await on.thread()
    into = replace(on.opening(("Closed.",)), into=str(thread.id), opens=None)
    closing = (await on.post(into, key="urojc-2026-12-07/9/0")).ref
    thread.lock()
    words = ("Closed. Other words.",)
    amend = Amend(on.room, None, words, closing, recalls=True, into=into.into, put_away=True)
    await on.posts.amend(amend, Errand("urojc-2026-12-07/12/0", amend, on.now))
    assert (thread.locked, thread.archived) == (True, True)


async def test_a_thread_that_is_gone_is_away(on: Set) -> None:
    thread = await on.thread()
    thread.delete()
    assert await on.posts.archive(Archive(on.room, (str(thread.id),)), on.now)


async def test_a_thread_that_was_put_away_by_hand_is_opened_again_by_the_next_post(on: Set) -> None:
    thread = await on.thread()
    thread.archive_by_hand()
    topic = Post(on.room, PostKind.TOPIC, ("T1: What next?",), topic=1, into=str(thread.id))
    await on.post(topic, key="urojc-2026-12-07/3/0")
    assert on.texts(thread) == ["T1: What next?"]
    assert not thread.archived
    thread.archive_by_hand()
    thread.lock()
    on.channel.deny(Permission.MANAGE_THREADS)
    with pytest.raises(Hindered, match="locked"):
        await on.post(replace(topic, topic=2), key="urojc-2026-12-07/4/0")


async def test_a_thread_is_kept_open_by_a_change_that_leaves_it_as_it_was(on: Set) -> None:
    thread = await on.thread()
    on.server.world.shift(timedelta(days=6))
    await on.posts.keep_open(KeepOpen(on.room, (str(thread.id), "5")), on.now)
    patches = [call.body for call in on.server.requests if call.method == "PATCH"]
    assert patches == [{"auto_archive_duration": 4320}, {"auto_archive_duration": 10080}]
    thread.archive_by_hand()
    await on.posts.keep_open(KeepOpen(on.room, (str(thread.id),)), on.now)
    assert thread.archived, "what a moderator has put away stays away"


# ---------------------------------------------------------------- privately


async def test_everybody_who_is_named_is_written_to_once(on: Set) -> None:
    ann = on.guild.member("Ann")
    began = on.now
    on.server.faults.cut_after("POST /channels/*/messages")
    with pytest.raises(Unreachable):
        await on.tell(on.told(on.henry, ann))
    on.server.world.shift(timedelta(hours=1))
    await on.tell(on.told(on.henry, ann), since=began)
    assert [one.content for one in on.henry.inbox] == ["It is over."]
    assert [one.content for one in ann.inbox] == ["It is over."]


async def test_a_private_channel_takes_the_place_of_direct_messages(on: Set) -> None:
    private = on.guild.channel("moderators")
    await on.tell(on.told(on.henry, channel=str(private.id)))
    assert on.texts(private) == ["It is over."]
    assert on.henry.inbox == []


async def test_a_private_channel_that_takes_no_file_gets_the_words_without_it(on: Set) -> None:
    private = on.guild.channel("moderators")
    private.deny(Permission.ATTACH_FILES)
    tell = on.told(channel=str(private.id))
    file = File("urojc-2026-12-07.html", b"<p>")
    receipt = await on.posts.tell(tell, Errand(KEY, tell, on.now, None, (file,)))
    assert on.texts(private) == ["It is over."]
    assert receipt.lacking.startswith("urojc-2026-12-07.html could not be sent: the permission ")


async def test_who_takes_no_direct_messages_does_not_keep_others_from_theirs(on: Set) -> None:
    ann = on.guild.member("Ann")
    on.henry.user.refuses_dms = True
    await on.tell(on.told(on.henry, ann))
    assert len(ann.inbox) == 1


async def test_where_nobody_can_be_told_it_says_so(on: Set) -> None:
    on.henry.user.refuses_dms = True
    roles = Tell(privately("discord"), ("role:1", "12345"), "", ("x",))
    for tell in (on.told(on.henry), on.told(), roles):
        with pytest.raises(Impossible, match="nobody can be told privately"):
            await on.tell(tell)


# ---------------------------------------------------------------- refusals


async def test_a_missing_permission_is_named_as_discord_names_it(on: Set) -> None:
    thread = await on.thread()
    into = replace(on.opening(), into=str(thread.id), opens=None)
    for permission, post, name in (
        (Permission.SEND_MESSAGES, on.opening(), "Send Messages"),
        (Permission.SEND_MESSAGES_IN_THREADS, into, "Send Messages in Threads"),
    ):
        on.channel.deny(permission)
        await on.server.until(lambda: True)
        with pytest.raises(Hindered, match=f"the permission {name} is missing"):
            await on.post(post, key="other/1/0")
        on.channel.grant(permission)


async def test_a_thread_that_may_not_be_made_leaves_one_opening(on: Set) -> None:
    began = on.now
    on.channel.deny(Permission.CREATE_PUBLIC_THREADS)
    for _ in range(2):
        with pytest.raises(Hindered, match="Create Public Threads"):
            await on.post(on.opening(), since=began)
    on.channel.grant(Permission.CREATE_PUBLIC_THREADS)
    await on.post(on.opening(), since=began)
    assert on.texts(on.channel) == [TEXT]
    assert len(on.channel.threads) == 1


@pytest.mark.parametrize(
    ("route", "status", "code"),
    [
        ("POST /channels/*/messages", 403, 50007),
        ("POST /channels/*/messages", 403, 50278),
        ("POST /users/@me/channels", 400, 50033),
        ("GET /users/*", 404, 10013),
        ("POST /users/@me/channels", 403, 40003),
        ("POST /channels/*/messages", 418, 0),
    ],
)
async def test_whoever_cannot_be_told_keeps_it_from_none_of_the_others(
    on: Set, route: str, status: int, code: int
) -> None:
    maria = on.guild.member("Maria")
    on.server.faults.refuse(route, status, code, "No")
    await on.tell(on.told(on.henry, maria))
    assert [one.content for one in maria.inbox] == ["It is over."]
    assert on.henry.inbox == []


async def test_whoever_could_not_be_told_for_now_is_told_after_the_others(on: Set) -> None:
    maria, began = on.guild.member("Maria"), on.now
    on.server.faults.cut_before("GET /users/*", times=5)
    with pytest.raises(Unreachable):
        await on.tell(on.told(on.henry, maria))
    on.server.faults.forget()
    await on.tell(on.told(on.henry, maria), since=began)
    assert [[one.content for one in person.inbox] for person in (on.henry, maria)] == [
        ["It is over."],
        ["It is over."],
    ]


async def test_people_who_all_take_no_messages_are_tried_no_more(on: Set) -> None:
    on.server.faults.refuse("POST /channels/*/messages", 403, 50278, "No", times=2)
    with pytest.raises(Impossible, match="nobody can be told privately"):
        await on.tell(on.told(on.henry, on.guild.member("Maria")))


async def test_what_is_not_there_any_more_is_said(on: Set) -> None:
    thread = await on.thread()
    thread.delete()
    into = replace(on.opening(), into=str(thread.id), opens=None)
    with pytest.raises(ThreadGone):
        await on.post(into, key="other/1/0")
    on.channel.delete()
    with pytest.raises(Hindered, match="the channel is not there"):
        await on.post(into, key="other/1/0")
    with pytest.raises(Hindered, match="the channel is not there"):
        await on.post(on.opening(), key="other/2/0")


async def test_a_channel_without_text_threads_is_named(on: Set) -> None:
    on.guild.most_threads = 0
    with pytest.raises(Hindered, match="as many active threads as Discord allows"):
        await on.post(on.opening())
