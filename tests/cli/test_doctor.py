"""What `rounds doctor` says of this machine and of Discord, also as operators run it."""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import discord
import pytest

from bot.cli.doctor import DISCORD, SLACK, WIDTH, diagnose, lines
from bot.cli.store_checks import HERE
from bot.platforms.discord.commands import ChatCommands
from bot.platforms.discord.needs import NEEDS, intents, invite_link
from bot.platforms.discord.sync import sync
from bot.platforms.finding import Finding, Report
from bot.settings import Settings
from bot.store.holding import Holder, held
from bot.store.sqlite import SqliteStore, opened
from tests.diagnosed import Diagnosed, diagnosed, write_agenda
from tests.discord.faults import Fault
from tests.discord.guild import Guild
from tests.discord.people import Member
from tests.discord.places import Channel
from tests.discord.rules import Permission
from tests.discord.server import Server, pointed_at, serving
from tests.typed import AGENDA, ROOT, environment, free_port

OPERATING = (ROOT / "docs" / "operating.md").read_text("utf-8")
TOKEN = "bot-token"


def clock() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Return a folder with an agenda without Discord in `chats`."""
    (tmp_path / "chats").mkdir()
    (tmp_path / "chats" / "urojc.yaml").write_text(AGENDA, "utf-8")
    return tmp_path


def settings_in(place: Path, **more: object) -> Settings:
    given = {"chats": place / "chats", "data": place / "data", "port": free_port()}
    return Settings(**(given | more))  # type: ignore[arg-type]


def found_of(what: str, settings: Settings) -> Finding:
    """Return what is found of this machine under a name."""
    report = asyncio.run(diagnose(settings, clock))
    (found,) = [one for one in report.findings if (one.where, one.what) == (HERE, what)]
    return found


def files_below(folder: Path) -> set[Path]:
    return set(folder.rglob("*"))


# ---------------------------------------------------------------- this machine


def test_a_machine_that_is_ready_is_all_right_and_nothing_is_made_on_it(place: Path) -> None:
    before = files_below(place)
    report = asyncio.run(diagnose(settings_in(place), clock))
    found = [one.what for one in report.findings]
    assert found == ["Agendas", "Store", "Address", "Not used", "Not used"]
    assert [one.where for one in report.findings[3:]] == [DISCORD, SLACK]
    assert report.wrong == 0
    assert "rounds run makes it" in report.findings[1].sentence
    assert files_below(place) == before


def test_every_mistake_of_an_agenda_is_told_with_its_place(place: Path) -> None:
    wrong = AGENDA.replace("48h", "soon").replace("Australia/Sydney", "Mars")
    (place / "chats" / "meded.yaml").write_text(wrong, "utf-8")
    report = asyncio.run(diagnose(settings_in(place), clock))
    told = [one.what.rpartition("/")[2] for one in report.findings if not one.ok]
    assert told == ["meded.yaml:2:7", "meded.yaml:4:9"]
    assert report.findings[0].sentence == "urojc can be read."


def test_a_folder_without_agendas_is_told(place: Path) -> None:
    report = asyncio.run(diagnose(settings_in(place, chats=place / "nowhere"), clock))
    assert [one.ok for one in report.findings] == [False, True, True, True, True]
    assert (report.findings[0].what, report.findings[0].where) == ("Agendas", HERE)
    assert re.search(
        r"nowhere”: The folder of agendas cannot be read.*--chats DIR", report.findings[0].sentence
    )
    assert not any(":1:1" in line for line in lines(report))


async def test_a_store_that_is_there_can_be_written_also_while_it_is_used(place: Path) -> None:
    settings = settings_in(place)
    settings.data.mkdir()
    empty = await asyncio.to_thread(found_of, "Store", settings)
    assert (empty.ok, "no chat in it yet" in empty.sentence) == (True, True)
    store = SqliteStore(settings.store)
    await store.open()
    try:
        found = await asyncio.to_thread(found_of, "Store", settings)
    finally:
        await store.close()
    assert (found.ok, str(settings.store) in found.sentence) == (True, True)
    assert found.sentence.endswith("can be written.")


async def test_who_serves_a_store_is_told(place: Path) -> None:
    settings = settings_in(place)
    holder = Holder.here("rounds run", clock(), settings.url)
    async with held(settings.store, holder), opened(settings.store):
        found = await asyncio.to_thread(found_of, "Store", settings)
    assert (found.ok, found.sentence.endswith(f" In use: {holder}.")) == (True, True)
    found = await asyncio.to_thread(found_of, "Store", settings)
    assert found.sentence.endswith("can be written."), "nobody serves it any more"


def test_a_file_in_place_of_the_stores_folder_is_told(place: Path) -> None:
    (place / "data").write_text("in the way", "utf-8")
    found = found_of("Store", settings_in(place))
    assert (found.ok, "is a file where a folder is needed" in found.sentence) == (False, True)
    found = found_of("Store", settings_in(place, data=place / "data" / "below"))
    assert (found.ok, "is a file where a folder is needed" in found.sentence) == (False, True)


def test_something_else_under_the_stores_name_is_told(place: Path) -> None:
    settings = settings_in(place)
    settings.data.mkdir()
    settings.store.write_bytes(b"no database at all, but long enough")
    assert not found_of("Store", settings).ok
    settings.store.unlink()
    settings.store.mkdir()
    assert not found_of("Store", settings).ok
    settings.store.rmdir()
    settings.store.touch()  # what SQLite leaves that was stopped before its first page
    assert found_of("Store", settings).ok


AS_NOBODY = """
import asyncio, datetime, os, pathlib, sys
from bot.cli.doctor import diagnose
from bot.settings import Settings
settings = Settings(data=pathlib.Path(sys.argv[1]), port=int(sys.argv[2]))
def report():
    return asyncio.run(diagnose(settings, lambda: datetime.datetime.now(datetime.UTC)))
if os.geteuid() == 0:  # who may write everywhere
    report()  # reads the modules, where nobody else may be let in
    os.setresuid(65534, 65534, 65534)
print(next(one.sentence for one in report().findings if one.what == "Store" and not one.ok))
"""


@pytest.mark.parametrize("inner", ["data", "data/below/it"])
def test_a_folder_that_may_not_be_written_is_told(place: Path, inner: str) -> None:
    (place / "data").mkdir()
    place.chmod(0o500)
    (place / "data").chmod(0o500)
    try:
        told = subprocess.run(
            [sys.executable, "-c", AS_NOBODY, place / inner, str(free_port())],
            cwd=ROOT,
            env=environment(),
            capture_output=True,
            encoding="utf-8",
            check=True,
        )
    finally:
        place.chmod(0o700)
    assert told.stdout.startswith("This user may not write in “")


@contextlib.contextmanager
def running(*arguments: str, port: int, cwd: Path) -> Iterator[None]:
    """Run another process until something listens at `port`, and end it afterwards."""
    process = subprocess.Popen(
        [sys.executable, "-m", *arguments],
        cwd=cwd,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(1000):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.02)
        yield
    finally:
        process.terminate()
        process.wait(20)


def test_a_port_that_another_program_has_is_told(place: Path) -> None:
    settings = settings_in(place)
    server = ("http.server", str(settings.port), "--bind", "127.0.0.1")
    with running(*server, port=settings.port, cwd=place):
        found = found_of("Address", settings)
    assert not found.ok
    assert f"Port {settings.port} is taken by another program." in found.sentence


def test_a_port_where_something_mute_listens_is_told(place: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        settings = settings_in(place, port=mute.getsockname()[1])

        def hang_up() -> None:
            mute.accept()[0].close()

        answering = threading.Thread(target=hang_up)
        answering.start()
        found = found_of("Address", settings)
        answering.join()
    assert not found.ok


def test_an_address_that_this_machine_has_not_is_told(place: Path) -> None:
    found = found_of("Address", settings_in(place, host="192.0.2.1"))
    assert (found.ok, "has no address" in found.sentence) == (False, True)


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "localhost"])
def test_an_address_where_rounds_serves_already_is_right(place: Path, host: str) -> None:
    settings = settings_in(place, host=host)
    serving = ("bot", "run", "--host", host, "--port", str(settings.port))
    with running(*serving, port=settings.port, cwd=place):
        found = found_of("Address", settings)
        other = found_of("Address", settings_in(place, port=settings.port, data=place / "other"))
    assert (found.ok, "serves" in found.sentence) == (True, True)
    assert (other.ok, "Rounds serves another store at" in other.sentence) == (False, True)


# ---------------------------------------------------------------- the lines


def test_every_line_fits_the_narrowest_terminal_and_no_word_is_lost() -> None:
    sentence = "Without it " + "nothing of what people say arrives here, " * 5
    report = Report((Finding("Token", DISCORD, False, sentence), Finding("Server", DISCORD, True)))
    written = lines(report)
    assert all(len(line) <= WIDTH for line in written)
    assert " ".join(" ".join(written).split()).startswith(
        f"Discord ✗ no Token: {' '.join(sentence.split())} ✓ ok Server 1 thing is to be mended."
    )


def test_a_heading_stands_once_above_what_was_found_there() -> None:
    findings = (
        Finding("Store", HERE, True),
        Finding("View Channel", "#journal-club", True),
        Finding("Send Messages", "#journal-club", True),
    )
    assert lines(Report(findings, "https://discord.com/x")) == [
        "This machine",
        "  ✓ ok  Store",
        "",
        "#journal-club",
        "  ✓ ok  View Channel",
        "  ✓ ok  Send Messages",
        "",
        "All is well.",
        "The bot is invited, with exactly what it needs, here:",
        "https://discord.com/x",
    ]


def test_names_from_discord_cannot_drive_a_terminal() -> None:
    report = Report((Finding("Server", "#a\x1b[2J\nb", True, "Club\x07 \u202e."),))
    assert all(line.isprintable() for line in lines(report))


# ---------------------------------------------------------------- Discord, in a process


@dataclass
class Club:
    """A Discord with a server in which everything is ready, and an agenda for it."""

    discord: Server
    place: Path
    guild: Guild
    room: Channel
    alerts: Channel
    maria: Member

    def write(self, name: str = "urojc", **changes: str) -> None:
        """Write an agenda, with some of its lines changed."""
        keys = {
            "schedule": "{every: first monday at 07:00}",
            "rooms": f'[{{discord: "{self.room.id}"}}]',
            "moderators": f'{{discord: ["user:{self.maria.id}"]}}',
            "alerts": f'{{discord: "{self.alerts.id}"}}',
        }
        write_agenda(self.place, name, keys | changes)

    async def doctor(self, **more: str) -> Diagnosed:
        """Run the doctor with the bot's token."""
        api = {"DISCORD_API": self.discord.api}
        return await diagnosed(self.place, {"DISCORD_TOKEN": TOKEN}, **(api | more))


@pytest.fixture
async def club(tmp_path: Path) -> AsyncIterator[Club]:
    (tmp_path / "chats").mkdir()
    async with serving() as server:
        guild = server.world.guild("Urology Club")
        guild.grant(Permission.MANAGE_THREADS | Permission.CREATE_EVENTS)
        room, alerts = guild.channel("journal-club"), guild.channel("moderators")
        alerts.deny(Permission.VIEW_CHANNEL, guild.everyone)
        alerts.grant(Permission.VIEW_CHANNEL)
        with pointed_at(server):
            async with discord.Client(intents=intents()) as client:
                await client.login(TOKEN)
                await sync(ChatCommands(client))
        server.requests.clear()
        found = Club(server, tmp_path, guild, room, alerts, guild.member("Maria"))
        found.write()
        yield found
        assert server.problems == []


async def test_a_set_up_that_is_ready_ends_with_0_and_the_invitation(club: Club) -> None:
    before = files_below(club.place)
    ended = await club.doctor()
    assert (ended.code, ended.err) == (0, "")
    assert all(" ✗ " not in line for line in ended.lines)
    link = invite_link(club.discord.world.application.id)
    assert ended.lines[-3:] == [
        "All is well.",
        "The bot is invited, with exactly what it needs, here:",
        link,
    ]
    assert all(len(line) <= WIDTH for line in ended.lines if line != link)
    assert files_below(club.place) == before
    assert club.discord.gateway.sessions == {}
    assert {call.method for call in club.discord.requests} == {"GET"}


async def test_what_is_missing_is_told_room_by_room_and_ends_with_1(club: Club) -> None:
    club.room.deny(Permission.MANAGE_THREADS)
    club.alerts.deny(Permission.ATTACH_FILES)
    other = club.guild.channel("meded")
    other.deny(Permission.READ_MESSAGE_HISTORY)
    club.write("meded", rooms=f'[{{discord: "{other.id}"}}]')
    club.write("second", moderators='{discord: ["role:123456789012345678"]}')
    ended = await club.doctor()
    assert (ended.code, ended.err) == (1, "")
    room = f"#journal-club in Urology Club ({club.room.id}), room of second and urojc"
    assert room in " ".join(ended.lines)
    role = "moderator role:123456789012345678"
    assert ended.wrong("#journal-club") == ["Manage Threads", role]
    assert ended.wrong("#meded") == ["Read Message History"]
    assert ended.wrong("#moderators") == ["Attach Files"]
    assert ended.wrong("Discord") == ended.wrong("This machine") == []
    assert "4 things are to be mended." in ended.lines


async def test_without_a_token_the_rooms_on_discord_are_what_is_missing(club: Club) -> None:
    ended = await club.doctor(DISCORD_TOKEN="")
    assert ended.code == 1
    assert ended.where("Discord") == {"Token": False}
    assert "where urojc has a room" in " ".join(" ".join(ended.lines).split())
    assert club.discord.requests == []


async def test_a_refused_token_ends_with_1_and_is_not_printed(club: Club) -> None:
    ended = await club.doctor(DISCORD_TOKEN="MTIz.another.token")
    assert (ended.code, ended.err) == (1, "")
    assert ended.where("Discord") == {"Clock": True, "Token": False}
    assert "MTIz" not in " ".join(ended.lines)


async def test_a_discord_out_of_reach_is_a_sentence_and_1(club: Club) -> None:
    await club.discord.outage()
    ended = await club.doctor()
    assert (ended.code, ended.err) == (1, "")
    assert ended.where("Discord") == {"Connection": False}
    assert ended.where("This machine") == {"Agendas": True, "Store": True, "Address": True}


async def test_a_clock_that_is_wrong_is_told(club: Club) -> None:
    body = {"url": "wss://gateway.example.org"}
    date = {"Date": "Mon, 07 Dec 2020 07:00:00 GMT"}
    fault = Fault("answer", "GET /gateway", status=200, body=body, headers=date)
    club.discord.faults.waiting.append(fault)
    ended = await club.doctor()
    assert (ended.code, ended.where("Discord")["Clock"]) == (1, False)


async def test_it_runs_beside_the_bot_and_tells_that_it_serves(club: Club) -> None:
    port = free_port()
    given = {"DISCORD_TOKEN": TOKEN, "DISCORD_API": club.discord.api, "PORT": str(port)}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "run"),
        cwd=club.place,
        env=environment() | given,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await club.discord.until(lambda: len(club.discord.gateway.sessions) == 1)
        ended = await club.doctor(PORT=str(port))
        assert len(club.discord.gateway.sessions) == 1
    finally:
        process.terminate()
        await process.wait()
    assert ended.code == 0
    assert any("serves" in line for line in ended.lines)


# ---------------------------------------------------------------- what operators read


async def test_every_line_that_the_ten_steps_name_is_printed(club: Club) -> None:
    role = club.guild.role("readers", mentionable=True)
    club.write(notify=f'{{discord: "role:{role.id}"}}')
    printed = await club.doctor()
    refused = await club.doctor(DISCORD_API=f"http://127.0.0.1:{free_port()}/api/v10")
    readers = f'{{discord: "role:{role.id}"}}'
    club.write(forget_on_leave="true", moderators=readers, moderators_on_call=readers)
    minding = await club.doctor()
    section = OPERATING[OPERATING.index("in ten steps") :].partition("\n### ")[0]
    steps = re.split(r"^\d+\. ", section, flags=re.MULTILINE)[1:]
    assert len(steps) == 10
    for step in steps:
        named = re.findall(r"\*\*([^*]+)\*\*", step)
        assert named, step
        for name in named:
            assert any(
                re.match(rf"  (✓ ok|✗ no)  {re.escape(name)}\b", line)
                for line in printed.lines + refused.lines + minding.lines
            ), name


def test_the_lines_that_the_docs_show_are_the_lines_that_are_printed() -> None:
    shown = OPERATING[OPERATING.index("    #journal-club in Urology Club") :].partition("\n\n")[0]
    need = next(need for need in NEEDS if need.name == "Manage Threads")
    heading = "#journal-club in Urology Club (345678901234567890), room of urojc"
    sentence = f"{need.reason} Allow it to the bot under Edit Channel, Permissions."
    findings = (
        Finding("Channel", heading, True, "A text channel."),
        Finding("View Channel", heading, True),
        Finding("Manage Threads", heading, False, sentence),
    )
    printed = lines(Report(findings))
    assert [line.removeprefix("    ") for line in shown.splitlines()] == printed[
        : printed.index("")
    ]
