"""Discord says no: the program lives, other chats go on, and nothing that was said is lost."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path

from tests.discord.rules import Permission
from tests.discord.world import INVITED
from tests.invariants.on_discord import OnDiscord, on_discord
from tests.web.served import Guest

ASKS = {"0m": "First?", "10m": "Second?", "20m": "Third?"}
TOKEN = "Discord refuses the token"
INTENT = "The Message Content Intent is not granted"


@contextlib.asynccontextmanager
async def at_home(club: OnDiscord) -> AsyncIterator[Guest]:
    """Let a chat be held in the built-in room, which must go on whatever Discord says."""
    async with club.process.moderator() as henry:
        assert "is open as club-" in (await henry.say("club", "/chat start club")).words
        yield henry
        assert "is closed" in (await henry.say("club", "/chat close")).words
        await club.settled_in("club")
        said = club.process.rows("SELECT text FROM messages WHERE room = 'local:club' ORDER BY at")
        assert [str(text).split()[0] for (text,) in said] == ["Welcome", "T1:", "Closed:"]


async def test_a_refused_token_and_a_missing_intent_are_tried_once_a_minute(
    tmp_path: Path,
) -> None:
    async with on_discord(tmp_path, token="its-own-token") as club:
        application = club.discord.world.application
        channel = club.guild.channel("journal")
        club.agenda("meded", channel, ASKS, "48h", "2034-12-04 07:00")
        await club.process.start()
        await club.until(lambda: club.logged(TOKEN))
        async with at_home(club):
            await club.passes(lambda: len(club.sent("GET", "/users/@me")) == 2, step=25)
            tries = [call.at for call in club.sent("GET", "/users/@me")]
            assert min(later - sooner for sooner, later in pairwise(tries)) >= timedelta(minutes=1)
            assert len(club.logged(TOKEN)) == 1
            await club.later(minutes=10)

            application.message_content = False
            application.token = "its-own-token"
            await club.passes(lambda: club.logged(INTENT))
            assert channel.messages == []
            application.message_content = True
            await club.later(minutes=1)
            await club.connected()
            thread = await club.thread(channel)
            await club.posted(thread, "T1")
            await club.say(club.maria, thread, "T1: Maria is here")
            await club.is_kept("meded-2034-12-04", ["T1: Maria is here"])

            application.message_content = False
            club.discord.gateway.lose_sessions()
            await club.passes(lambda: len(club.logged(INTENT)) == 2, step=20)
            await club.say(club.joao, thread, "João said this meanwhile")
            await club.later(minutes=10)
            application.message_content = True
            await club.connected()
            await club.posted(thread, "T1", "T2")
            await club.is_kept(
                "meded-2034-12-04", ["T1: Maria is here", "João said this meanwhile"]
            )
            assert len(club.logged(INTENT)) == 2

            application.token = "another-token"
            await club.discord.gateway.close(4004)
            refused_again = ("platforms.standing", TOKEN)
            await club.passes(lambda: len(club.logged(*refused_again)) == 2, step=20)
            await club.later(minutes=10)
            application.token = "its-own-token"
            await club.connected()
            await club.posted(thread, "T1", "T2", "T3")


BEFORE = {
    "View Channel": Permission.VIEW_CHANNEL,
    "Send Messages": Permission.SEND_MESSAGES,
    "Create Public Threads": Permission.CREATE_PUBLIC_THREADS,
    "Send Messages in Threads": Permission.SEND_MESSAGES_IN_THREADS,
}
"""What a chat needs from its opening on, by its name in Discord."""


def name_of(permission: str) -> str:
    return permission.lower().replace(" ", "-")


async def test_what_a_missing_permission_holds_up_comes_when_it_is_given(tmp_path: Path) -> None:
    async with on_discord(tmp_path) as club:
        channels = {}
        alerts, quiet, unled = map(club.guild.channel, ("alerts", "quiet", "unled"))
        for permission, flag in BEFORE.items():
            name = name_of(permission)
            channels[permission] = club.guild.channel(name)
            channels[permission].deny(flag)
            club.agenda(name, channels[permission], ASKS, "48h", "2034-12-04 07:00")
        at_seven = "2034-12-04 07:00"
        told_in = f'{{discord: "{alerts.id}"}}'
        club.agenda("quiet", quiet, ASKS, "48h", at_seven, alerts=told_in)
        by_role = f'{{discord: ["role:{club.guild.role("Moderators").id}"]}}'
        club.agenda("unled", unled, ASKS, "48h", at_seven, moderators=by_role)
        for channel in (quiet, unled):
            channel.deny(Permission.SEND_MESSAGES)
        other = club.guild.channel("other")
        club.agenda("other", other, ASKS, "48h", "2034-12-04 07:00")
        await club.start()
        await club.announced(*sorted((*map(name_of, channels), "quiet", "unled", "other")))
        async with at_home(club):
            await club.later(minutes=10)
            await club.posted(await club.thread(other), "T1")
            for permission, channel in channels.items():
                name = name_of(permission)
                await club.until(partial(club.told_of, name))
                (told,) = club.told_of(name)
                assert permission in told
                assert f"<#{channel.id}>" in told
                (line,) = club.logged(f"{name}-2034-12-04/")
                assert permission in line
                assert f"discord:{channel.id}" in line
            await club.until(lambda: alerts.messages)
            assert "the permission Send Messages is missing" in alerts.messages[0].content
            await club.until(lambda: club.logged("unled-", "nobody can be told privately"))
            assert club.told_of("quiet") == club.told_of("unled") == []
            await club.later(minutes=10)
            await club.posted(other.threads[0], "T1", "T2")

            for permission, channel in channels.items():
                channel.grant(BEFORE[permission])
                await club.posted(channel, "Welcome")
                await club.posted(await club.thread(channel), "T1")
            for channel in channels.values():
                assert club.posts(channel.threads[0]) == ["T1"], "the next one is not due yet"
            await club.later(minutes=2)
            for channel in channels.values():
                await club.posted(channel.threads[0], "T1", "T2")
            for permission in channels:
                await club.until(partial(club.told_of, name_of(permission), "goes on"))
                assert len(club.told_of(name_of(permission))) == 2
                assert "goes on" in club.told_of(name_of(permission))[1]


LATER = {
    "View Channel": Permission.VIEW_CHANNEL,
    "Send Messages in Threads": Permission.SEND_MESSAGES_IN_THREADS,
    "Read Message History": Permission.READ_MESSAGE_HISTORY,
}
"""What a chat needs that has its thread."""

AT_THE_END = {
    "Manage Threads": Permission.MANAGE_THREADS,
}

FILES = "Attach Files"
"""What holds nothing up: words go out without the picture below them."""


async def test_a_permission_that_is_taken_in_the_middle_of_a_chat_ends_nothing(
    tmp_path: Path,
) -> None:
    async with on_discord(tmp_path) as club:
        flags = LATER | AT_THE_END | {FILES: Permission.ATTACH_FILES}
        channels = {name: club.guild.channel(name_of(name)) for name in (*flags, "other")}
        for permission, channel in channels.items():
            club.agenda(name_of(permission), channel, ASKS, "2h")
        await club.start()
        threads, kept = {}, {}
        for permission, channel in channels.items():
            threads[permission] = await club.open(name_of(permission), channel)
            await club.posted(threads[permission], "T1")
            kept[permission] = [f"Maria before {permission} is taken"]
            await club.say(club.maria, threads[permission], kept[permission][0])
        async with at_home(club):
            for permission, flag in flags.items():
                channels[permission].deny(flag)
            for permission, thread in threads.items():
                await club.say(club.joao, thread, f"João while {permission} is missing")
                kept[permission] += [f"João while {permission} is missing"]
            await club.process.kill()
            await club.start()
            await club.later(minutes=10)
            silent = {"View Channel", "Send Messages in Threads"}
            for permission in silent:
                await club.until(partial(club.told_of, name_of(permission)))
                (told,) = club.told_of(name_of(permission))
                assert permission in told
            for permission in threads.keys() - silent:
                await club.posted(threads[permission], "T1", "T2")
            await club.later(minutes=10)
            for permission in threads.keys() - silent:
                await club.posted(threads[permission], "T1", "T2", "T3")
            unread = name_of("Read Message History")
            await club.until(partial(club.told_of, unread, "cannot be read back"))
            await club.is_kept(f"{name_of('View Channel')}-2034-12-04", kept["View Channel"][:1])

            for permission, flag in LATER.items():
                channels[permission].grant(flag)
            await club.until(partial(club.told_of, unread, "can be read back again"))
            assert len(club.told_of(unread)) == 2
            for permission in silent:
                await club.posted(threads[permission], "T1", "T2")
            for permission, texts in kept.items():
                await club.is_kept(f"{name_of(permission)}-2034-12-04", texts)
            assert [club.posts(threads[one]) for one in silent] == [["T1", "T2"]] * 2
            await club.later(minutes=2)
            for thread in threads.values():
                await club.posted(thread, "T1", "T2", "T3")

            await club.later(hours=2)
            for permission, flag in AT_THE_END.items():
                await club.until(partial(club.told_of, name_of(permission), "cannot be closed"))
                (told,) = club.told_of(name_of(permission), "cannot be closed")
                assert permission in told
                channels[permission].grant(flag)
            for permission, thread in threads.items():
                await club.posted(thread, "T1", "T2", "T3", "Closed")
                await club.until(lambda: thread.locked and thread.archived)  # noqa: B023  awaited
                pictures = [len(one.attachments) for one in thread.messages if one.attachments]
                assert pictures == ([] if permission == FILES else [1])
            lacking = partial(club.told_of, name_of(FILES), "could not be sent")
            await club.until(lacking)
            (told,) = lacking()
            assert f"-2034-12-04.png could not be sent: the permission {FILES} is missing" in told
            assert len(club.logged(name_of(FILES), "went out without a file")) == 1
            for permission, texts in kept.items():
                await club.is_kept(f"{name_of(permission)}-2034-12-04", texts)


async def test_what_is_deleted_shut_full_or_left_stops_no_other_chat(tmp_path: Path) -> None:
    async with on_discord(tmp_path) as club:
        elsewhere, crowded = map(club.discord.world.guild, ("Elsewhere", "Crowded"))
        also_henry = club.also_in(elsewhere, club.henry)
        club.also_in(elsewhere, club.maria)
        places = dict.fromkeys(("channel", "thread", "shut", "other"), club.guild)
        places |= {"left": elsewhere, "full": crowded}
        channels = {name: guild.channel(name) for name, guild in places.items()}
        channels["shut"].deny(Permission.MANAGE_THREADS)
        crowded.most_threads = 0
        for name, channel in channels.items():
            starts = "2034-12-04 07:00" if name == "full" else "2099-01-05 07:00"
            club.agenda(name, channel, ASKS, "48h", starts)
        await club.start()
        threads, kept = {}, {}
        for name in channels.keys() - {"full"}:
            who = also_henry if name == "left" else club.henry
            threads[name] = await club.open(name, channels[name], who)
            await club.posted(threads[name], "T1")
            kept[name] = [f"Maria in {name}", f"Maria in #{name}"]
            await club.say(club.maria, threads[name], kept[name][0])
            await club.say(club.maria, channels[name], kept[name][1])
            await club.is_kept(f"{name}-2034-12-04", kept[name])
        async with at_home(club):
            channels["channel"].delete()
            threads["thread"].delete()
            threads["shut"].archive_by_hand()
            threads["shut"].lock()
            elsewhere.remove_bot()
            await club.say(club.maria, threads["left"], "Maria while the bot is away")

            await club.later(minutes=10)
            await club.posted(threads["other"], "T1", "T2")
            for name, why in {
                "channel": "the channel is not there",
                "thread": "was deleted. The chat goes on in the channel itself",
                "shut": "the thread is archived and locked",
                "full": "as many active threads as Discord allows",
                "left": "the bot is not in the channel's server",
            }.items():
                await club.until(partial(club.told_of, name))
                (told,) = club.told_of(name)
                assert why in told
            another = await club.thread(channels["thread"])
            await club.posted(channels["thread"], "Welcome", "T2")
            await club.say(club.joao, another, "João in another thread")
            kept["thread"].append("João in another thread")
            await club.process.kill()
            await club.start()
            for name, texts in kept.items():
                await club.is_kept(f"{name}-2034-12-04", texts)

            threads["shut"].unlock()
            threads["shut"].unarchive_by_hand()
            await club.posted(threads["shut"], "T1", "T2")
            elsewhere.invite_bot(INVITED)
            kept["left"].append("Maria while the bot is away")
            await club.posted(threads["left"], "T1", "T2")
            await club.is_kept("left-2034-12-04", kept["left"])
            crowded.most_threads = 1000
            await club.later(minutes=5)
            await club.posted(await club.thread(channels["full"]), "T1")

            await club.later(hours=48)
            for name in ("other", "left", "thread"):
                thread = another if name == "thread" else threads[name]
                await club.until(lambda: thread.locked and thread.archived)  # noqa: B023  awaited
            for name, texts in kept.items():
                await club.is_kept(f"{name}-2034-12-04", texts)


async def test_an_outage_at_the_start_and_one_of_hours_in_the_middle(tmp_path: Path) -> None:
    async with on_discord(tmp_path) as club:
        channel = club.guild.channel("journal")
        asks = {"0m": "First?", "1h": "Second?", "2h": "Third?", "10h": "Fourth?"}
        club.agenda("urojc", channel, asks, "48h", "2034-12-04 07:00")
        await club.discord.outage()
        await club.process.start()
        async with at_home(club):
            await club.until(lambda: club.logged("Discord cannot be reached"))
            await club.later(minutes=10)
            await club.discord.recover()
            await club.connected()
            thread = await club.thread(channel)
            await club.posted(thread, "T1")
            await club.say(club.maria, thread, "Maria before the outage")

            await club.discord.outage()
            await club.passes(lambda: len(club.logged("Discord cannot be reached")) == 2)
            await club.later(hours=5)
            await club.say(club.joao, thread, "João at the end of it")
            await club.discord.recover()
            await club.connected()
            await club.posted(thread, "T1", "T2")
            await club.later(minutes=2)
            await club.posted(thread, "T1", "T2", "T3")
            await club.is_kept(
                "urojc-2034-12-04", ["Maria before the outage", "João at the end of it"]
            )
            assert len(club.logged("Discord cannot be reached")) == 2
