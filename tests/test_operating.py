"""Each promise of docs/operating.md names the tests that keep it; some of these stand here."""

from __future__ import annotations

import ast
import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from bot.cli.upkeep import TO_BACK_UP, TO_RESTORE
from bot.store.address import Address
from bot.store.opening import opened
from bot.store.schema import newest
from bot.transcripts.rendering import render
from tests.invariants.pair import pair
from tests.invariants.process import Process, program
from tests.postgres import Server
from tests.store.old_stores import CHAT, put, spoil

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "operating.md").read_text("utf-8")

MARK = re.compile(r"\[\^([\w-]+)\](?!:)")
"""A footnote's mark, which stands after what its tests keep."""

KEPT_AS_A_WHOLE = ("permission", "scope", "the process that leads")
"""Tables, by their first heading, whose tests stand at the sentence before them."""

NO_PROMISE = (
    "Where `rounds` is written below",
    "So that it goes on without a terminal",
    "The tokens stand in `/etc/rounds.env`",
    "[uv]: ",
    "[After an absence](#after-an-absence) has all of it",
    "see [Two processes](#two-processes)",
    "1. Open the [developer portal]",
    "2. Under Bot choose Reset Token",
    "Slack takes no commands in threads",
    "What is done, what must hold, and what came of it",
    "The folder has to be on a disk of the machine",
    "Let whatever sits in front of several processes",
    "The server must be reached itself",
    "It must reach the server itself",
    "The old rows stay in the server's files",
    "Worth an alert:",
    "This is `/usr/local/sbin/rounds-status`",
)
"""How parts of the page begin that are instructions, or warn of what is not promised."""

AGENDA = """\
title: A club
zone: UTC
starts: 2099-01-01 12:00
window: 3h
rooms: [{local: club}]
moderators: {local: [henry]}
topics: [{ask: "Why?", after: 0m}]
"""


# ---------------------------------------------------------------- the page


def definitions() -> dict[str, list[str]]:
    """Return the tests that stand under each footnote."""
    found = re.findall(r"^\[\^([\w-]+)\]: (.+)$", PAGE, re.MULTILINE)
    assert len(dict(found)) == len(found), "a footnote is defined twice"
    return {label: re.findall(r"`([^`]+)`", tests) for label, tests in found}


def blocks() -> Iterator[str]:
    """Yield paragraphs, items of lists and rows of tables; no code, and no tables made by tests."""
    text = re.sub(r"<!-- ([\w-]+) -->.*?<!-- /\1 -->", "", PAGE, flags=re.DOTALL)
    text = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    block: list[str] = []
    for line in [*text.split("\n"), ""]:
        is_code = line.startswith("    ") and not block
        is_new = re.match(r"\s*(\d+\.|-)\s|\|", line)
        if is_code or is_new or not line.strip() or re.match(r"#|\[\^", line):
            if block:
                yield " ".join(block)
            block = []
        if line.strip() and not is_code and not re.match(r"#|\[\^", line):
            block.append(line.strip())


def rest_of(block: str) -> str:
    """Return what stands in a block behind its last mark."""
    return re.split(r"\[\^[\w-]+\]", block)[-1].strip(" .;:|") if MARK.search(block) else block


def test_every_mark_has_its_tests_and_every_footnote_its_mark() -> None:
    marks = MARK.findall(PAGE)
    assert len(set(marks)) == len(marks), "a mark stands twice"
    assert set(marks) == definitions().keys()
    assert [label for label, tests in definitions().items() if not tests] == []


def test_every_test_that_the_page_names_is_there() -> None:
    there: dict[str, set[str]] = {}
    missing = []
    for label, tests in definitions().items():
        for one in tests:
            file, _, name = one.partition("::")
            if file not in there:
                path = ROOT / file
                text = path.read_text("utf-8") if path.is_file() else ""
                functions = (ast.FunctionDef, ast.AsyncFunctionDef)
                tree = ast.walk(ast.parse(text))
                there[file] = {node.name for node in tree if isinstance(node, functions)}
            if not name.startswith("test_") or name not in there[file]:
                missing.append(f"[^{label}] {one}")
    assert missing == []


def test_every_sentence_names_its_test_or_promises_nothing() -> None:
    """Whoever adds a promise adds a footnote with the test that keeps it."""
    unkept, header = [], ""
    for block in blocks():
        if block.startswith("|"):
            cells = [cell.strip() for cell in block.strip("|").split("|")]
            is_line = set(block) <= set("|- ")
            header = header or cells[0]
            if is_line or cells[0] == header or header in KEPT_AS_A_WHOLE:
                continue
            if not MARK.search(block):
                unkept.append(block)
            continue
        header = ""
        rest = rest_of(block)
        if rest and not rest.startswith(NO_PROMISE) and "tests/" not in rest:
            unkept.append(rest)
    assert unkept == []


# ---------------------------------------------------------------- promises kept here


def _program(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/bin/sh\n{text}\n", "utf-8")
    file.chmod(0o755)
    return file


def test_the_timers_script_mails_what_is_amiss_and_nothing_else(tmp_path: Path) -> None:
    """As cron starts it: in another folder, with hardly any environment; the page's own lines."""
    ((script,),) = [re.findall(r"^```\n(#!/bin/sh\n.*?)^```", PAGE, re.DOTALL | re.MULTILINE)]
    place, mailed = tmp_path / "rounds", tmp_path / "mailed"
    settings = tmp_path / "rounds.env"
    _program(
        place / ".venv" / "bin" / "rounds",
        f'PYTHONPATH="{ROOT}" exec "{sys.executable}" -m bot "$@"',
    )
    _program(tmp_path / "bin" / "mail", f'cat > "{mailed}"')
    text = script.replace("/srv/rounds", str(place)).replace("/etc/rounds.env", str(settings))
    timer = _program(tmp_path / "rounds-status", text)

    def ring() -> str:
        mailed.unlink(missing_ok=True)
        path = f"{tmp_path / 'bin'}:/usr/bin:/bin"
        subprocess.run([timer], cwd="/", env={"PATH": path}, check=False, timeout=60)
        return mailed.read_text("utf-8") if mailed.exists() else ""

    assert "There is no store in “data”." in ring()
    settings.write_text("ROUNDS_DATA='our data'\n", "utf-8")
    assert "There is no store in “our data”." in ring(), "it has the service's settings"
    (place / "our data").mkdir()
    asyncio.run(put(newest(), place / "our data" / "rounds.db"))
    assert ring() == "", "all is well, for no chat is to come"
    spoil(place / "our data" / "rounds.db")
    assert "rounds.db is damaged" in ring()


def run(*command: str | Path, **environment: str) -> str:
    """Run a program to its end; return what it printed."""
    ended = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_rounds_and_python_m_bot_are_the_same_program() -> None:
    script = Path(sys.executable).with_name("rounds")
    if not script.exists():
        pytest.skip("rounds is not installed here")
    by_name, by_module = run(script, "--help"), run(sys.executable, "-m", "bot", "--help")
    assert "status" in by_name
    assert by_name == by_module


def test_what_a_database_needs_is_installed_with_the_rest() -> None:
    pinned = (ROOT / "requirements.lock").read_text("utf-8")
    assert re.search(r"^asyncpg==[\d.]+ \\\n    --hash=sha256:", pinned, re.MULTILINE)


async def transcript(address: Address) -> bytes:
    async with opened(address) as store, store.reading() as tables:
        chat = await tables.chat(CHAT)
        assert chat is not None
        return b"".join([part async for part in render(tables, chat, "json")])


async def test_a_database_comes_back_from_postgresqls_own_backup(
    tmp_path: Path, postgres: Server, database: Address
) -> None:
    """By the two commands that the page and `rounds backup` name."""
    await put(newest(), database)
    before = await transcript(database)
    tools = {"DATABASE_URL": database.text, "PATH": f"{postgres.programs}:{os.environ['PATH']}"}
    in_there = f"cd {tmp_path} && "
    await asyncio.to_thread(run, "sh", "-c", in_there + TO_BACK_UP, **tools)
    async with opened(database) as store, store.writing() as tables:
        await tables.connection.run("UPDATE messages SET text = 'something else'")
        await tables.connection.run("DELETE FROM secrets")
    assert await transcript(database) != before
    await asyncio.to_thread(run, "sh", "-c", in_there + TO_RESTORE, **tools)
    assert await transcript(database) == before
    async with opened(database) as store, store.writing() as tables:
        assert await tables.secret("signing", "another") == "only-for-tests"


async def readiness(process: Process, wanted: int) -> None:
    """Wait until `/readyz` answers so."""
    async with asyncio.timeout(30), aiohttp.ClientSession() as session:
        while True:
            async with session.get(f"{process.url}/readyz") as answer:
                if answer.status == wanted:
                    return
            await asyncio.sleep(0.2)


async def test_where_the_stores_folder_is_moved_nothing_is_acknowledged_until_it_is_back(
    tmp_path: Path,
) -> None:
    async with program(tmp_path) as process:
        (process.chats / "club.yaml").write_text(AGENDA, "utf-8")
        await process.start()
        await readiness(process, 200)
        async with process.moderator() as henry:
            await henry.say("club", "/chat start club")
        async with process.guest("club", "Ann") as ann:
            assert (await ann.say("club", "before")).status == 200
            process.data.rename(tmp_path / "away")
            assert (await ann.say("club", "meanwhile")).status == 503
            await readiness(process, 503)
            (tmp_path / "away").rename(process.data)
            await readiness(process, 200)
            assert (await ann.say("club", "afterwards")).status == 200
        said = "SELECT text FROM messages WHERE role = 'participant' ORDER BY at"
        assert process.rows(said) == [("before",), ("afterwards",)]


async def test_with_a_database_no_file_is_made(tmp_path: Path, database: Address) -> None:
    async with program(tmp_path, environment={"DATABASE_URL": database.text}) as process:
        (process.chats / "club.yaml").write_text(AGENDA, "utf-8")
        await process.start()
        async with process.moderator() as henry:
            assert "is open" in (await henry.say("club", "/chat start club")).words
        assert await process.stop() == 0
    assert {path.name for path in tmp_path.rglob("*")} == {"chats", "club.yaml", "log.txt"}


async def test_a_process_takes_few_connections_and_one_while_it_stands_by(
    tmp_path: Path, database: Address
) -> None:
    async with pair(tmp_path, database) as two:
        ours = (
            "SELECT COUNT(*) FROM pg_stat_activity WHERE application_name LIKE 'rounds%' "
            "AND datname = current_database()"
        )
        await two.first.start()
        await asyncio.sleep(1)
        ((leads,),) = await two.rows(ours)
        assert leads in range(2, 8)
        await two.second.start(stands_by=True)
        standing = f"{ours} AND application_name LIKE '%{two.second.id} %'"
        assert await two.rows(standing) == [(1,)]
