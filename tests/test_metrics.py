"""What is counted, in the text that Prometheus reads, of chats that were really held."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.dispatch.outbox import Outbox
from bot.engine import commands
from bot.engine.actions import Post, PostKind
from bot.engine.errors import Refused
from bot.engine.signals import Asked, Deleted, Edited, Reacted, Said
from bot.intake.runner import Runner
from bot.metrics import Metrics
from bot.platforms.local_adapter import LocalRooms
from bot.store import queue
from bot.store.address import Address
from tests.house import START, House, house, moderator, person, room_of, urojc
from tests.invariants.process import program

ROOT = Path(__file__).resolve().parents[1]
MINUTE = timedelta(minutes=1)
ID = "urojc-2026-12-07"


@dataclass
class Platform:
    is_connected: bool = True
    is_current: bool = False
    connections: int = 3


class Ticks:
    """A clock of seconds that the test moves."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


class Counting:
    """A house whose signals pass a runner that measures."""

    def __init__(self, h: House) -> None:
        self.house = h
        self.ticks = Ticks()
        self.metrics = Metrics(self.ticks, h.clock)
        self.runner: Runner = self.metrics.runner(h.store)
        platforms = {"local": LocalRooms()}
        self.outbox = Outbox(h.store, self.runner, platforms, h.clock)
        self.rang_at: datetime | None = None
        self.platforms: dict[str, Platform] = {}
        self.leads = True

    async def told(self) -> dict[str, float]:
        """Return every sample by its name and labels, as a program that reads the text has it."""
        with contextlib.ExitStack() as stack:
            if self.leads:
                house = self.metrics.of_a_house(self.house.store, self.platforms, self)
                stack.enter_context(house)
            body, kind = await self.metrics.write()
        assert kind.startswith("text/plain; version=1.0.0")
        return {
            of(sample.name, **sample.labels): sample.value
            for family in text_string_to_metric_families(body.decode())
            for sample in family.samples
        }


@contextlib.asynccontextmanager
async def counting(folder: Path) -> AsyncIterator[Counting]:
    async with house(folder) as h:
        found = Counting(h)
        async with found.runner.running():
            yield found


def of(name: str, **labels: str) -> str:
    return name + json.dumps(labels, sort_keys=True)


async def test_what_people_do_is_counted_by_platform_and_kind(tmp_path: Path) -> None:
    async with counting(tmp_path) as c:
        await c.house.start(urojc())
        room, now, ann = room_of(urojc()), c.house.clock(), person("Ann")
        for number in range(3):
            await c.runner.handle(Said(now, room, str(number), ann, "T1: Yes."))
        await c.runner.handle(Edited(now + MINUTE, room, "1", "T1: No."))
        await c.runner.handle(Deleted(now + MINUTE, room, "2"))
        await c.runner.handle(Reacted(now + MINUTE, room, "1", ann, "👍"))
        told = await c.told()
        kinds = {
            kind: told[of("rounds_messages_total", platform="local", kind=kind)]
            for kind in ("said", "edited", "deleted", "reaction")
        }
        assert kinds == {"said": 3, "edited": 1, "deleted": 1, "reaction": 1}
        assert told[of("rounds_ingest_seconds_count", platform="local")] == 6
        assert told[of("rounds_commits_total")] == 6


async def test_who_stands_by_says_so_and_nothing_of_a_store_that_another_one_serves(
    tmp_path: Path,
) -> None:
    async with counting(tmp_path) as c:
        assert (await c.told())[of("rounds_leads")] == 1
        c.leads = False
        told = await c.told()
        assert told[of("rounds_leads")] == 0
        assert of("rounds_store_read") not in told
        assert of("rounds_commits_total") in told


async def test_the_time_from_a_message_to_its_commit_is_measured(tmp_path: Path) -> None:
    async with counting(tmp_path) as c:
        await c.house.start(urojc())
        said = Said(c.house.clock(), room_of(urojc()), "1", person("Ann"), "Yes.")
        taking = c.runner.take_in(said)
        c.ticks.now += 0.3
        await taking
        told = await c.told()
        assert told[of("rounds_ingest_seconds_sum", platform="local")] == pytest.approx(0.3)
        assert told[of("rounds_ingest_seconds_bucket", platform="local", le="0.25")] == 0
        assert told[of("rounds_ingest_seconds_bucket", platform="local", le="0.5")] == 1


async def test_what_cannot_be_committed_is_counted_apart_and_a_refusal_is_not(
    tmp_path: Path,
) -> None:
    async with counting(tmp_path) as c:
        series = urojc()
        with pytest.raises(Refused):
            await c.house.ask("pause", moderator(series), room_of(series))
        await c.house.disk.close()
        said = Said(c.house.clock(), room_of(series), "1", person("Ann"), "Yes.")
        with pytest.raises(Exception, match="store"):
            await c.runner.handle(said)
        told = await c.told()
        assert told[of("rounds_messages_failed_total", platform="local")] == 1
        assert told[of("rounds_messages_total", platform="local", kind="said")] == 0
        assert told[of("rounds_store_read")] == 0
        assert of("rounds_outbox_waiting", platform="local") not in told
        await c.house.disk.open()


async def test_how_late_a_topic_stood_in_its_room_is_measured(tmp_path: Path) -> None:
    async with counting(tmp_path) as c:
        await c.house.start(urojc())
        c.house.clock.advance(timedelta(hours=6))
        await c.runner.wake(c.house.clock())
        c.house.clock.advance(timedelta(seconds=7))
        await c.outbox.deliver()
        told = await c.told()
        assert told[of("rounds_topic_lateness_seconds_count", platform="local")] == 1
        assert told[of("rounds_topic_lateness_seconds_sum", platform="local")] == 7


async def test_a_topic_that_was_asked_for_early_is_not_late(tmp_path: Path) -> None:
    async with counting(tmp_path) as c:
        series = urojc()
        await c.house.start(series)
        _name, asked = commands.parse("next")
        await c.runner.handle(Asked(c.house.clock(), room_of(series), moderator(series), asked))
        await c.outbox.deliver()
        told = await c.told()
        assert told[of("rounds_topic_lateness_seconds_sum", platform="local")] == 0
        assert told[of("rounds_topic_lateness_seconds_count", platform="local")] == 1


async def test_what_waits_is_told_by_platform_with_its_age(tmp_path: Path) -> None:
    async with counting(tmp_path) as c:
        c.platforms["discord"] = Platform()
        told = await c.told()
        assert told[of("rounds_outbox_waiting", platform="discord")] == 0
        assert told[of("rounds_outbox_oldest_seconds", platform="discord")] == 0
        series = urojc()
        await c.house.start(series)
        post = Post(room_of(series), PostKind.NOTICE, ("Hello.",))
        async with c.house.store.writing() as tables:
            await queue.put(tables.connection, [(ID, 90, 0, post), (ID, 91, 0, post)], START)
        c.house.clock.advance(5 * MINUTE)
        told = await c.told()
        assert told[of("rounds_outbox_waiting", platform="local")] == 2
        assert told[of("rounds_outbox_oldest_seconds", platform="local")] == 300


async def test_platforms_chats_and_the_alarm_are_told_as_they_are(tmp_path: Path) -> None:
    async with counting(tmp_path) as c:
        c.platforms |= {"discord": Platform(), "slack": Platform(False, False, 0)}
        await c.house.start(urojc())
        c.rang_at = START
        c.house.clock.advance(timedelta(hours=6, minutes=2))
        told = await c.told()
        assert told[of("rounds_platform_connected", platform="discord")] == 1
        assert told[of("rounds_platform_current", platform="discord")] == 0
        assert told[of("rounds_platform_reconnects_total", platform="discord")] == 2
        assert told[of("rounds_platform_connected", platform="slack")] == 0
        assert told[of("rounds_platform_reconnects_total", platform="slack")] == 0
        assert told[of("rounds_chats", stage="open")] == 1
        assert told[of("rounds_chats_overdue")] == 1
        assert told[of("rounds_alarm_age_seconds")] == 6 * 3600 + 120
        assert told[of("rounds_store_read")] == 1


async def test_no_label_names_a_room_a_chat_or_a_person(tmp_path: Path) -> None:
    async with counting(tmp_path) as c:
        await c.house.start(urojc())
        room = room_of(urojc())
        await c.runner.handle(Said(START, room, "secret-id", person("Ann"), "A rare disease."))
        with c.metrics.of_a_house(c.house.store, {}, c):
            body, _kind = await c.metrics.write()
        text = body.decode()
        own = "\n".join(line for line in text.splitlines() if "rounds_" in line)
        assert not re.search(r"urojc|secret-id|disease|p-ann|Ann", own)
        labels = set(re.findall(r'[{,](\w+)="', own))
        assert labels == {"platform", "kind", "stage", "le"}
        assert "process_resident_memory_bytes" in text


# ---------------------------------------------------------------- the program


AGENDA = """\
title: A club
zone: UTC
starts: 2099-01-01 12:00
window: 2h
rooms: [{local: club}]
moderators: {local: [henry]}
topics: [{ask: "First?", after: 0m}]
"""


def free_address() -> str:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return f"127.0.0.1:{free.getsockname()[1]}"


async def test_the_program_serves_them_at_an_address_of_their_own(tmp_path: Path) -> None:
    there = free_address()
    async with program(tmp_path, environment={"ROUNDS_METRICS": there}) as process:
        (process.chats / "club.yaml").write_text(AGENDA, "utf-8")
        await process.start()
        async with process.moderator() as henry:
            await henry.say("club", "/chat start club")
            assert (await henry.get("/metrics")).status == 404, "not where people come"
        async with process.guest("club", "Ann") as ann:
            await ann.say("club", "Hello.")
        text = ""
        async with aiohttp.ClientSession() as session:
            while 'rounds_topic_lateness_seconds_count{platform="local"} 1.0' not in text:
                answer = await session.get(f"http://{there}/metrics")
                text = await answer.text()
        assert 'rounds_messages_total{kind="said",platform="local"} 1.0' in text
        assert 'rounds_chats{stage="open"} 1.0' in text
        assert "rounds_event_loop_lag_seconds_count" in text
        assert await process.stop() == 0


def test_without_the_setting_nothing_of_it_is_loaded() -> None:
    script = "import sys, bot.cli.commands; print('prometheus_client' in sys.modules)"
    ended = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert ended.stdout == "False\n"


async def test_an_address_that_is_taken_is_told_by_the_settings_name(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        there = f"127.0.0.1:{taken.getsockname()[1]}"
        async with program(tmp_path, environment={"ROUNDS_METRICS": there}) as process:
            (process.chats / "club.yaml").write_text(AGENDA, "utf-8")
            with pytest.raises(AssertionError, match=f"cannot be served at {there}"):
                await process.start()


async def metrics_at(address: str) -> str:
    async with aiohttp.ClientSession() as session:
        return await (await session.get(f"http://{address}/metrics")).text()


async def test_who_stands_by_is_measured_too_and_takes_over_with_its_metrics(
    tmp_path: Path, database: Address
) -> None:
    here, there = free_address(), free_address()
    on_one = {"DATABASE_URL": database.text}
    (tmp_path / "second").mkdir()
    async with (
        program(tmp_path, environment=on_one | {"ROUNDS_METRICS": here}) as first,
        program(tmp_path / "second", environment=on_one | {"ROUNDS_METRICS": there}) as second,
    ):
        for process in (first, second):
            (process.chats / "club.yaml").write_text(AGENDA, "utf-8")
        await first.start()
        await second.start(stands_by=True)
        assert "rounds_leads 1.0" in await metrics_at(here)
        assert "rounds_leads 0.0" in await metrics_at(there)
        await first.kill()
        await second.serves()
        assert "rounds_leads 1.0" in await metrics_at(there)
        assert "This process leads." in second.log.read_text()


async def test_metrics_that_cannot_be_served_are_told_at_the_start_also_by_who_stands_by(
    tmp_path: Path, database: Address
) -> None:
    settings = {"DATABASE_URL": database.text, "ROUNDS_METRICS": (there := free_address())}
    (tmp_path / "second").mkdir()
    async with (
        program(tmp_path, environment=settings) as first,
        program(tmp_path / "second", environment=settings) as second,
    ):
        for process in (first, second):
            (process.chats / "club.yaml").write_text(AGENDA, "utf-8")
        await first.start()
        with pytest.raises(AssertionError, match=f"cannot be served at {there}"):
            await second.start(stands_by=True)


def test_without_the_library_it_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "chats").mkdir()
    (tmp_path / "prometheus_client.py").write_text(
        "raise ModuleNotFoundError('none', name='prometheus_client')\n"
    )
    script = (
        "import sys; sys.path.insert(0, '.'); "
        "from bot.cli.commands import run; sys.exit(run(['run']))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "ROUNDS_METRICS": "9", "PORT": free_address()[10:]},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode == 1
    assert f"{sys.executable} -m pip install prometheus-client" in ended.stderr
    assert f"uv pip install --python {sys.executable} prometheus-client" in ended.stderr
    assert "rounds[" not in ended.stderr, "another's package may have that name"
    assert "Traceback" not in ended.stderr
