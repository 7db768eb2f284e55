"""Rules of the source that no tool knows; each is seen to fail on a text that breaks it."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
BOT = sorted((ROOT / "bot").rglob("*.py"))
ENGINE = sorted((ROOT / "bot" / "engine").rglob("*.py"))

Rule = Callable[[ast.Module], Iterator[str]]


def broken(rule: Rule, text: str, name: str = "text") -> list[str]:
    """Return where `text` breaks `rule`."""
    return [f"{name}: {finding}" for finding in rule(ast.parse(text))]


def broken_in(rule: Rule, paths: list[Path]) -> list[str]:
    """Return where these files break `rule`."""
    assert paths, "there is nothing to look at"
    return [
        finding
        for path in paths
        for finding in broken(rule, path.read_text("utf-8"), str(path.relative_to(ROOT)))
    ]


def imported(tree: ast.Module) -> dict[str, str]:
    """Return what each name of a module that was imported stands for, with its dots."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                names[alias.asname or top] = alias.name if alias.asname else top
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                names[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return names


def full_name(node: ast.expr, names: dict[str, str]) -> str:
    """Return `datetime.datetime.now` for `dt.now` if `dt` was imported so, else an empty text."""
    if isinstance(node, ast.Name):
        return names.get(node.id, "")
    if isinstance(node, ast.Attribute):
        owner = full_name(node.value, names)
        return f"{owner}.{node.attr}" if owner else ""
    return ""


# ---------------------------------------------------------------- the clock

CLOCKS = {
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "datetime.datetime.today",
    "datetime.date.today",
    "os.times",
    "uuid.uuid1",
}
TICKING = {"time", "sched", "timeit"}
NOT_CLOCKS = {"time.gmtime", "time.struct_time"}  # turn a time that is given into its parts


def reads_a_clock(tree: ast.Module) -> Iterator[str]:
    """Find every mention of something that tells the present time."""
    names = imported(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Name):
            name = full_name(node, names)
            module = name.partition(".")[0]
            if name in CLOCKS or (module in TICKING and "." in name and name not in NOT_CLOCKS):
                yield f"line {node.lineno} reads the clock: {name}"
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "time"
            and "loop" in ast.unparse(node.func.value)
        ):
            yield f"line {node.lineno} reads the event loop's clock"
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value.lower()
            if "current_timestamp" in text or "'now'" in text:
                yield f"line {node.lineno} lets the database read the clock"


@pytest.mark.parametrize(
    "text",
    [
        "from datetime import datetime\ndatetime.now()",
        "from datetime import UTC, datetime as moment\nmoment.now(UTC)",
        "import datetime\ndatetime.datetime.utcnow()",
        "import datetime as d\nd.date.today()",
        "from datetime import datetime\nclock = datetime.now",
        "import time\ntime.time()",
        "import time\ndef f(clock=time.monotonic): ...",
        "from time import perf_counter as tick\ntick()",
        "import time\ntime.strftime('%Y')",
        "import asyncio\nasyncio.get_running_loop().time()",
        "loop.time()",
        "sql = 'SELECT CURRENT_TIMESTAMP'",
        "sql = \"SELECT datetime('now')\"",
    ],
)
def test_the_rule_sees_a_clock_that_is_read(text: str) -> None:
    assert broken(reads_a_clock, text)


@pytest.mark.parametrize(
    "text",
    [
        "from datetime import datetime, time\nopens_at.time()\ndatetime.combine(day, time(21))",
        "def f(now): return now",
        "self._clock()",
        "import time\nconverter = time.gmtime",
    ],
)
def test_the_rule_lets_times_pass_that_are_given(text: str) -> None:
    assert not broken(reads_a_clock, text)


CLOCK_READERS = {
    "bot/clock.py": "it is the one that gives the time to all others",
    "bot/web/counts.py": "counts rest the longer the longer they took; no chat's time is in it",
}
"""The files that may read a clock, and why."""


def test_one_file_alone_reads_the_clock() -> None:
    readers = [ROOT / name for name in CLOCK_READERS]
    assert broken_in(reads_a_clock, [path for path in BOT if path not in readers]) == []
    for reader in readers:
        assert broken_in(reads_a_clock, [reader]), "an exception that nothing needs"


# ---------------------------------------------------------------- lengths of time


def takes_seconds_of_a_length(tree: ast.Module) -> Iterator[str]:
    """Find `.seconds`, which leaves out whole days and is negative for no length of time."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in ("seconds", "microseconds"):
            yield f"line {node.lineno}: use total_seconds() in place of .{node.attr}"


def test_the_rule_sees_the_seconds_of_a_length() -> None:
    assert broken(takes_seconds_of_a_length, "late = (at - due).seconds")
    assert not broken(takes_seconds_of_a_length, "late = (at - due).total_seconds()")


def test_no_length_of_time_is_cut_to_the_seconds_of_its_last_day() -> None:
    assert broken_in(takes_seconds_of_a_length, BOT) == []


# ---------------------------------------------------------------- the log

LEVELS = {"debug", "info", "warning", "error", "exception", "critical", "log"}
SPOKEN = {"text", "words", "body", "content", "payload", "message", "messages", "row", "rows"}
SPOKEN |= {"signal", "said", "raw", "line", "args", "name", "action", "event"}


def logs_what_people_said(tree: ast.Module) -> Iterator[str]:
    """Find a call of a log whose sentence is put together, or that is given what may hold text."""
    for node in ast.walk(tree):
        if not (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in LEVELS
            and ast.unparse(node.func.value) in ("log", "_log", "logger", "logging", "self._log")
        ):
            continue
        sentence, *values = node.args[1:] if node.func.attr == "log" else node.args
        if not (isinstance(sentence, ast.Constant) and isinstance(sentence.value, str)):
            yield f"line {node.lineno}: the sentence of a log is a plain text with %s in it"
        for value in (*values, *(given.value for given in node.keywords)):
            for part in ast.walk(value):
                word = part.attr if isinstance(part, ast.Attribute) else ""
                word = part.id if isinstance(part, ast.Name) else word
                if word.lower().removeprefix("_") in SPOKEN:
                    yield f"line {node.lineno}: {word} may hold what somebody said"


@pytest.mark.parametrize(
    "text",
    [
        'log.info(f"heard {message}")',
        'log.info("heard " + text)',
        'log.info("heard %s" % text)',
        'log.info("heard {}".format(text))',
        'log.info("heard %s", message.text)',
        'log.info("heard %s", message.text[:10])',
        'log.warning("heard %r", signal)',
        'logging.error("heard %s", action.words)',
        'log.log(10, "heard %s", str(row))',
        'log.info("heard", extra={"key": message.text})',
        "log.error(error)",
    ],
)
def test_the_rule_sees_a_log_that_may_hold_what_people_said(text: str) -> None:
    assert broken(logs_what_people_said, text)


def test_the_rule_lets_keys_and_counts_be_logged() -> None:
    assert not broken(logs_what_people_said, 'log.info("%s waits: %s", key, at.isoformat())')
    assert not broken(logs_what_people_said, 'log.info("%s waits", key, extra={"key": key})')
    assert not broken(logs_what_people_said, 'log.error("%s", type(error).__name__)')
    assert not broken(logs_what_people_said, "math.log(text)")


def test_no_log_is_given_what_people_said() -> None:
    assert broken_in(logs_what_people_said, BOT) == []


# ---------------------------------------------------------------- the engine

PURE = {
    "__future__",
    "abc",
    "bisect",
    "collections",
    "contextlib",
    "dataclasses",
    "datetime",
    "difflib",
    "enum",
    "functools",
    "heapq",
    "itertools",
    "math",
    "operator",
    "re",
    "statistics",
    "string",
    "textwrap",
    "types",
    "typing",
    "unicodedata",
}
"""Modules of the standard library that touch nothing outside."""

IMPURE = {"open", "input", "print", "eval", "exec", "compile", "__import__", "breakpoint"}
BY_CHANCE = {"hash", "id"}  # differ from one process to the next


def reaches_outside(tree: ast.Module) -> Iterator[str]:
    """Find what the engine may not use: the world, chance, and everything not in `PURE`."""
    for node in ast.walk(tree):
        modules: list[str] = []
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            modules = [node.module or ""]
        elif isinstance(node, ast.Name) and node.id in IMPURE:
            yield f"line {node.lineno} uses {node.id}"
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in BY_CHANCE:
            yield f"line {node.lineno} calls {ast.unparse(node.func)}"
        for module in modules:
            own = module == "bot.engine" or module.startswith("bot.engine.")
            if not own and module.partition(".")[0] not in PURE:
                yield f"line {getattr(node, 'lineno', 0)} imports {module}"


@pytest.mark.parametrize(
    "text",
    [
        "import random",
        "import time",
        "import os",
        "from asyncio import sleep",
        "import yaml",
        "from bot.store import tables",
        "import bot.settings",
        "open('x')",
        "key = hash(text)",
        "reader = open",
    ],
)
def test_the_rule_sees_an_engine_that_reaches_outside(text: str) -> None:
    assert broken(reaches_outside, text)


def test_the_engine_touches_nothing_outside() -> None:
    assert sys.stdlib_module_names >= PURE
    assert broken_in(reaches_outside, ENGINE) == []


# ---------------------------------------------------------------- tests mirror sources

TESTED_ELSEWHERE = {
    "__main__.py": "tests/cli/test_commands.py runs it",
    "agendas/fields.py": "tests/agendas/test_form.py and tests/agendas/test_values.py read each",
    "desk/answers.py": "tests/desk/test_asking.py asks for every answer",
    "engine/actions.py": "values; tests/store/test_codec.py writes and reads each",
    "engine/audience.py": "names",
    "engine/dues.py": "tests/engine/test_chat.py lets every moment come",
    "engine/events.py": "values; tests/store/test_codec.py writes and reads each",
    "engine/measures.py": "values; tests/store/test_codec.py writes and reads each",
    "engine/measuring.py": "tests/engine/test_conduct.py reads who is told what, and what is done",
    "engine/order.py": "tests/engine/test_conduct.py and tests/engine/test_fold.py",
    "engine/messages.py": "values; tests/engine/test_hearing.py",
    "engine/signals.py": "values; tests/engine/test_chat.py and tests/engine/test_hearing.py",
    "platforms/discord/bell.py": "tests/invariants/test_red_button.py presses every button",
    "platforms/slack/bell.py": "tests/invariants/test_red_button_slack.py presses every button",
    "web/notices.py": "tests/web/test_calling.py sees calls as everybody does",
    "engine/calls.py": "tests/engine/test_calling.py lets calls come, be paged and taken",
    "engine/summons.py": "tests/engine/test_calling.py reads who is told what",
    "engine/concerning.py": "tests/engine/test_holds.py reads what authors are told",
    "engine/safety_asks.py": "tests/engine/test_commands.py reads every command",
    "engine/state.py": "values; tests/engine/test_chat.py",
    "engine/steps.py": "values; tests/store/test_codec.py writes and reads each",
    "engine/steering.py": "tests/engine/test_chat.py asks for every change",
    "intake/floors.py": "test_work.py and test_runner.py beside it speak in many rooms",
    "clock.py": "a line; tests/invariants/clocked.py puts another one in its place",
    "cli/invocation.py": "tests/cli/test_commands.py runs every command",
    "intake/naming.py": "test_recollection.py beside it names people, test_work.py messages",
    "intake/noting.py": "tests/intake/test_work.py looks at everything that it writes",
    "platforms/finding.py": "values; tests/cli/test_doctor.py prints them",
    "platforms/platform.py": "what a platform promises; tests/dispatch/test_outbox.py relies on it",
    "safety/cues.py": "tests/safety/test_guard.py, with every case of tests/safety/cases.py",
    "safety/ages.py": "tests/safety/test_guard.py, with the cases of tests/safety/cases.py",
    "safety/cue_rules.py": "tests/safety/test_guard.py, with the cases of tests/safety/cases.py",
    "safety/no_names.py": "tests/safety/test_guard.py, with the cases of names",
    "safety/places.py": "tests/safety/test_guard.py, with the cases of addresses and links",
    "safety/telephones.py": "tests/safety/test_guard.py, with the cases of telephones",
    "safety/told_days.py": "tests/safety/test_guard.py, with the cases of births and dates",
    "safety/told_numbers.py": "tests/safety/test_guard.py, with the cases of numbers",
    "safety/told_people.py": "tests/safety/test_guard.py, with the cases of names and beds",
    "safety/findings.py": "values; tests/safety/test_guard.py",
    "safety/rules.py": "tests/safety/test_rule_file.py reads the file, rightly and wrongly written",
    "safety/shapes.py": "tests/safety/test_guard.py, with every case of tests/safety/cases.py",
    "cli/situation.py": "values; tests/cli/test_status.py and tests/cli/test_status_screen.py",
    "setting_values.py": "tests/test_settings.py reads every setting, rightly and wrongly written",
    "store/errors.py": "a name",
    "store/leavers.py": "tests/desk/test_leaving.py lets people leave",
    "store/shown.py": "tests/desk/test_remains.py takes back what published transcripts show",
    "store/speakers.py": "tests/intake/test_recollection.py names people",
    "store/review.py": "tests/desk/test_asking.py lists what is held",
    "intake/watch.py": "tests/intake/test_work.py says what is held and what is not",
}
"""Source files without a test file of their own, and where they are tested."""


def test_every_source_file_has_a_test_file() -> None:
    missing = []
    for path in (ROOT / "bot").rglob("*.py"):
        inner = path.relative_to(ROOT / "bot")
        own = ROOT / "tests" / inner.with_name(f"test_{path.name}")
        if path.name != "__init__.py" and not own.exists():
            missing.append(str(inner))
    assert sorted(missing) == sorted(TESTED_ELSEWHERE)
