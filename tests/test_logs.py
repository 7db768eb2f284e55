"""What the log shows, and what it keeps to itself, as a process writes it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def log_of(script: str, level: str = "info", form: str = "lines") -> str:
    """Return what a process writes to standard error that keeps its log and runs `script`."""
    start = f"""
        import asyncio, logging
        from bot.logs import keep_log
        keep_log({level!r}, {form!r})
        log = logging.getLogger("bot.here")
    """
    program = textwrap.dedent(start) + textwrap.dedent(script)
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert ended.stdout == ""
    return ended.stderr


def test_a_record_is_one_line_with_its_time_in_utc() -> None:
    line = log_of('log.warning("%s waits", "urojc-2026-12-07/3/0")')
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z WARNING bot\.here: "
        r"urojc-2026-12-07/3/0 waits\n",
        line,
    )


def test_an_exception_is_named_with_its_places_and_without_what_it_says() -> None:
    written = log_of(
        """
        def fall():
            said = "I have the disease myself"
            raise ValueError(said) from KeyError(said)
        try:
            fall()
        except ValueError:
            log.exception("It could not be done.")
        """
    )
    assert "It could not be done." in written
    assert "  ValueError\n" in written
    assert re.search(r"^  .*:\d+ in fall$", written, re.MULTILINE)
    assert "disease" not in written


def test_a_task_that_nobody_waited_for_is_told_without_what_it_says() -> None:
    written = log_of(
        """
        async def main():
            async def fall():
                raise ValueError("I have the disease myself")
            task = asyncio.create_task(fall())
            await asyncio.sleep(0)
            del task
        asyncio.run(main())
        """
    )
    assert "Task exception was never retrieved" in written
    assert "ValueError" in written
    assert "disease" not in written


def test_the_database_does_not_write_rows_to_the_log_even_at_debug() -> None:
    written = log_of(
        """
        import aiosqlite
        async def main():
            async with aiosqlite.connect(":memory:") as database:
                await database.execute_fetchall("SELECT ?", ("I have the disease myself",))
        log.debug("Something small happened.")
        asyncio.run(main())
        """,
        level="debug",
    )
    assert "Something small happened." in written
    assert "disease" not in written


def test_what_is_below_the_level_is_left_out() -> None:
    assert log_of('log.info("hello"); log.warning("hello")', level="error") == ""


def test_a_record_cannot_drive_a_terminal() -> None:
    written = log_of(r"""log.warning("%s", "a\x1b[2J\u202eb\r")""")
    assert written.rstrip("\n").isprintable()


def test_discord_says_nothing_of_voice_and_everything_else() -> None:
    written = log_of(
        """
        import discord
        async def main():
            async with discord.Client(intents=discord.Intents.none()):
                logging.getLogger("discord.client").warning("The shard is behind.")
        asyncio.run(main())
        """
    )
    assert "The shard is behind." in written
    assert "voice" not in written


def test_where_discord_found_no_way_is_not_told_at_every_try() -> None:
    written = log_of(
        """
        try:
            raise ConnectionError("no way")
        except ConnectionError:  # as in discord.py's Client.connect
            logging.getLogger("discord.client").exception("Attempting a reconnect in %.2fs", 0.5)
        """
    )
    assert written == ""


def test_a_request_that_ends_as_the_server_stops_waiting_for_it_is_no_fault() -> None:
    written = log_of(
        """
        from aiohttp import web
        over = asyncio.Event()
        async def slow(request):
            await over.wait()
            return web.Response()
        async def main():
            app = web.Application()
            app.router.add_get("/", slow)
            runner = web.AppRunner(app, shutdown_timeout=5)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            _, writer = await asyncio.open_connection(*runner.addresses[0])
            writer.write(b"GET / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n")
            while not (there := runner.server.connections) or not there[0]._request_in_progress:
                await asyncio.sleep(0.01)
            ending = asyncio.create_task(runner.cleanup())
            while there[0]._handler_waiter is None:
                await asyncio.sleep(0)
            over.set()
            there[0]._handler_waiter.cancel()  # as the end of its time does
            await ending
            logging.getLogger("aiohttp.server").error("Everything else is told.")
        asyncio.run(main())
        """
    )
    assert "InvalidStateError" not in written
    assert "Everything else is told." in written


def test_slacks_libraries_write_nothing_for_they_would_quote_what_was_said() -> None:
    written = log_of(
        """
        from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
        from slack_sdk.web.async_client import AsyncWebClient
        app = AsyncApp(client=AsyncWebClient(token="xoxb-1"), signing_secret="s")
        body = '{"type":"event_callback","event":{"type":"message","text":"my disease"}}'
        asyncio.run(app.async_dispatch(AsyncBoltRequest(body=body, headers={})))
        logging.getLogger("slack_sdk.web").error("my disease")
        log.info("The rest is written.")
        """
    )
    assert "disease" not in written
    assert written.count("\n") == 1


# ---------------------------------------------------------------- JSON


def objects_of(script: str, level: str = "info") -> list[dict[str, object]]:
    """Return the records that a process writes as JSON, one from each line."""
    return [json.loads(line) for line in log_of(script, level, "json").splitlines()]


def test_a_record_in_json_has_its_sentence_and_its_values_apart() -> None:
    (record,) = objects_of(
        """
        from bot.engine.agenda import Room
        key, room = "urojc-2026-12-07/3/0", Room("local", "urojc")
        log.warning("%s waits in %s, %d", key, room, 3, extra={"key": key, "room": room})
        """
    )
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", str(record.pop("time")))
    assert record == {
        "level": "warning",
        "logger": "bot.here",
        "message": "urojc-2026-12-07/3/0 waits in local:urojc, 3",
        "sentence": "%s waits in %s, %d",
        "values": ["urojc-2026-12-07/3/0", "local:urojc", 3],
        "key": "urojc-2026-12-07/3/0",
        "room": "local:urojc",
    }


def test_a_record_in_json_is_one_line_whatever_is_in_it() -> None:
    script = (
        r"""log.warning("%s", "a\nb\u2028c\x1b[2J\x85d\r\x00" + chr(0xd800)); log.info("a\nb")"""
    )
    written = log_of(script, form="json")
    assert len(written.splitlines()) == 2
    assert written.isascii()
    assert written.replace("\n", "").isprintable()
    assert json.loads(written.splitlines()[0])["message"] == "a\nb\u2028c\x1b[2J\x85d\r\x00\ud800"


def test_an_exception_in_json_has_its_kind_and_places_and_not_what_it_says() -> None:
    (record,) = objects_of(
        """
        def fall():
            said = "I have the disease myself"
            raise ValueError(said) from KeyError(said)
        try:
            fall()
        except ValueError as error:
            log.exception("It could not be done.", extra={"text": str(error)})
        """
    )
    told = record["exception"]
    assert isinstance(told, dict)
    assert told["kind"] == "ValueError"
    assert str(told["places"][-1]).endswith(" in fall")
    assert "disease" not in json.dumps(record)


def test_what_a_library_adds_to_a_record_is_not_written() -> None:
    (record,) = objects_of(
        """logging.getLogger("aiohttp.server").warning("Cut.", extra={"body": "my disease"})"""
    )
    assert record["message"] == "Cut."
    assert "disease" not in json.dumps(record)


def test_numbers_that_json_does_not_know_are_words() -> None:
    (record,) = objects_of("""log.info("%s %s %s", float("nan"), True, None)""")
    assert record["values"] == ["nan", True, "None"]


@pytest.mark.parametrize("form", ["lines", "json"])
def test_a_record_that_cannot_be_put_into_words_is_told_by_its_place(form: str) -> None:
    written = log_of("""log.error("%d of %s", "my disease")""", form=form)
    assert "cannot be put into words (TypeError)" in written
    assert written.count("\n") == 1
    assert "disease" not in written
    assert "Traceback" not in written
