"""What it costs to take a message in from Slack until it is on the disk and acknowledged.

    python -m bench.slack [--quick]

The events come from a Slack in another process (`bench/workspace.py`), a hundred on their way at
once: over a real WebSocket (Socket Mode), and as signed requests to a real server. *Bolt alone*
acknowledges each of them, with a listener that does nothing. *The store alone* writes the rows that
came of them, in as many transactions as the runner made of them. *One after the other* is the rate
of whoever does both in turn, 1 / (1/a + 1/b). *Rounds* is the whole way: Bolt, reader, door,
runner, rules, commit, and only then the acknowledgement. Every figure is the best of several runs,
taken in turn. After that 100 events a second, where what counts is how long each takes from its
leaving to its acknowledgement, beside Bolt alone at the same rate and a bare commit.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import statistics
import tempfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient

from bench import corpus
from bench.discord import Run, Watch, best, one_commit, store_alone
from bench.discord_house import at_share, now, until, way_in
from bench.workspace import Sent, Workspace, elsewhere
from bot.desk.asking import Desk
from bot.desk.door import HouseDoor
from bot.dispatch.enclosures import Enclosures
from bot.dispatch.outbox import Outbox
from bot.engine.agenda import Room
from bot.engine.messages import Message
from bot.engine.people import Person
from bot.engine.signals import StartAsked
from bot.intake.runner import Changed, Runner
from bot.intake.watch import lookout
from bot.platforms.slack.adapter import Secrets, Slack
from bot.platforms.slack.manifest import EVENTS_PATH
from bot.serving import pass_over_what_stays
from bot.store.sqlite import opened
from bot.web.hooks import route

TURNS = 3
UNDER_WAY = 100
STEADY = 100


@dataclass
class Commits:
    """How many messages each transaction wrote, and the keys of all of them."""

    sizes: list[int] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    def notice(self, changed: Changed) -> None:
        """Take note of a commit."""
        if changed.messages:
            self.sizes.append(len(changed.messages))
            self.keys += changed.messages


@dataclass(frozen=True)
class Taken:
    """What a run took: the machine, what the other side saw, and what was written."""

    run: Run
    sent: Sent
    rows: Sequence[Message] = ()
    sizes: Sequence[int] = ()


@contextlib.asynccontextmanager
async def _listening(app: web.Application) -> AsyncIterator[str]:
    """Serve an application on a free port for a block; give the address of its events."""
    server = web.AppRunner(app, access_log=None)
    await server.setup()
    site = web.TCPSite(server, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{server.addresses[0][1]}{EVENTS_PATH}"
    finally:
        await server.cleanup()


async def _send(workspace: Workspace, count: int, rate: float, url: str) -> tuple[Run, Sent]:
    gc.collect()
    watch = Watch()
    sent = await workspace.send(UNDER_WAY, rate, url)
    return watch.read(count), sent


async def bolt_alone(workspace: Workspace, count: int, rate: float, *, signed: bool) -> Taken:
    """Let Bolt alone acknowledge what was prepared."""
    client = AsyncWebClient(workspace.bot_token, workspace.api)
    app = AsyncApp(client=client, signing_secret=workspace.secret if signed else None)

    @app.event("message")
    async def nothing() -> None:
        """Do nothing."""

    async with contextlib.AsyncExitStack() as stack:
        url = ""
        if signed:

            async def events(request: web.Request) -> web.Response:
                came = AsyncBoltRequest(body=await request.text(), headers={**request.headers})
                answer = await app.async_dispatch(came)
                return web.Response(status=answer.status, text=answer.body)

            served = web.Application()
            served.router.add_post(EVENTS_PATH, events)
            url = await stack.enter_async_context(_listening(served))
        else:
            asking = AsyncWebClient(workspace.app_token, workspace.api)
            handler = AsyncSocketModeHandler(app, workspace.app_token, web_client=asking)
            await handler.connect_async()  # type: ignore[no-untyped-call]
            stack.push_async_callback(handler.close_async)
            await workspace.heard()
        taken = Taken(*await _send(workspace, count, rate, url))
    if not signed:
        await workspace.alone()
    return taken


async def rounds(
    workspace: Workspace, database: Path, count: int, rate: float, *, signed: bool
) -> Taken:
    """Let Rounds take in what was prepared."""
    app_token, secret = ("", workspace.secret) if signed else (workspace.app_token, "")
    async with opened(database) as store, contextlib.AsyncExitStack() as stack:
        runner = Runner(store, lookout())
        enclosures = Enclosures(store, runner)
        outbox = Outbox(store, runner, {}, now, enclose=enclosures.of)
        door = HouseDoor(Desk(runner, store, dict, way_in), outbox, enclosures, now)
        given = Secrets(workspace.bot_token, app_token, secret)
        slack = Slack(given, door, now, lambda: None, tuple, workspace.api)
        await stack.enter_async_context(runner.running())
        await _open_chat(runner, Room("slack", workspace.channel))
        url = ""
        if signed:
            served = web.Application()
            served.add_routes([route(EVENTS_PATH, slack.hooks[EVENTS_PATH])])
            url = await stack.enter_async_context(_listening(served))
        running = asyncio.create_task(slack.run())
        try:
            await until(lambda: slack.is_current, running)
            commits = Commits()
            runner.watch(commits.notice)
            run, sent = await _send(workspace, count, rate, url)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
        async with store.reading() as tables:
            rows = await tables.messages(commits.keys)
    if not signed:
        await workspace.alone()
    if len(rows) != count:
        raise RuntimeError(f"{len(rows)} of {count} messages are kept")
    return Taken(run, sent, rows, commits.sizes)


async def _open_chat(runner: Runner, room: Room) -> None:
    """Open a chat in the channel, as a moderator does."""
    plan = replace(corpus.chat_of()[0].agenda, rooms=(room,), moderators={"slack": ("U1",)})
    henry = Person("slack", "U1", "Henry")
    await runner.handle(StartAsked(corpus.OPENS, room, henry, corpus.CHAT, "urojc", plan))


async def compare(workspace: Workspace, folder: Path, count: int, *, signed: bool) -> None:
    """Print what Bolt, the store and Rounds manage."""
    ids = await workspace.prepare(count, 1)
    library: list[Run] = []
    stored: list[Run] = []
    ours: list[Run] = []
    sizes: Sequence[int] = ()
    for turn in range(TURNS):
        library.append((await bolt_alone(workspace, len(ids), 0, signed=signed)).run)
        name = f"{'signed' if signed else 'socket'}-{turn}"
        whole = await rounds(workspace, folder / f"{name}.db", len(ids), 0, signed=signed)
        ours.append(whole.run)
        sizes = whole.sizes
        stored.append(await store_alone(folder / f"{name}-store.db", whole.rows, sizes))
    bare, written, all_of_it = best(library), best(stored), best(ours)
    rate = 1 / (1 / bare.rate + 1 / written.rate)
    processor = bare.processor + written.processor
    _print("Bolt alone", bare.rate, bare.processor)
    _print("the store alone", written.rate, written.processor)
    _print("one after the other", rate, processor)
    _print(
        "Rounds", all_of_it.rate, all_of_it.processor,
        f"{all_of_it.rate / rate:.2f}x, by the processor "
        f"{processor / all_of_it.processor:.2f}x; {statistics.mean(sizes):.0f} in a commit",
    )  # fmt: skip
    print(f"own work on the loop {(all_of_it.loop - bare.loop) * 1e6:>29.1f}")


def _print(what: str, rate: float, processor: float, more: str = "") -> None:
    print(f"{what:<20} {rate:>10,.0f} {processor * 1e6:>18.1f}   {more}".rstrip())


async def steadily(workspace: Workspace, folder: Path, seconds: int, *, signed: bool) -> None:
    """Print how long an event takes where so many come in a second."""
    ids = await workspace.prepare(STEADY * seconds, 2)
    bare = sorted((await bolt_alone(workspace, len(ids), STEADY, signed=signed)).sent.each)
    database = folder / f"{'signed' if signed else 'socket'}-steady.db"
    whole = await rounds(workspace, database, len(ids), STEADY, signed=signed)
    took = sorted(whole.sent.each)
    commits = one_commit(database, whole.rows[:STEADY])
    print(
        f"{STEADY}/s offered        event to acknowledgement p50 {at_share(took, 0.5):.2f} ms, "
        f"p99 {at_share(took, 0.99):.2f} ms   Bolt alone p50 {at_share(bare, 0.5):.2f} ms, "
        f"p99 {at_share(bare, 0.99):.2f} ms   a bare commit p50 {at_share(commits, 0.5):.2f} ms, "
        f"p99 {at_share(commits, 0.99):.2f} ms"
    )


async def measure(*, quick: bool) -> None:
    """Print the tables."""
    pass_over_what_stays()
    count, seconds = (1_000, 2) if quick else (5_000, 8)
    for signed in (False, True):
        how = "signed requests" if signed else "Socket Mode"
        print(f"Taking a message in from Slack, by {how}: {' ' * (16 - len(how))}"
              "a second and µs of the processor")  # fmt: skip
        with tempfile.TemporaryDirectory() as name:
            async with elsewhere() as workspace:
                await compare(workspace, Path(name), count, signed=signed)
                await steadily(workspace, Path(name), seconds, signed=signed)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true")
    asyncio.run(measure(quick=parser.parse_args().quick))
