"""The project's tools: locks that fit, import rules that break, make that does nothing twice."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LOCKS = ("requirements.lock", "requirements-dev.lock")
PYTHONS = ("3.11", "3.12", "3.13")
SYSTEMS = ("linux", "darwin")

RUNTIME = [Requirement(text) for text in PROJECT["project"]["dependencies"]]
GROUPS = PROJECT["dependency-groups"]
BUILD = [Requirement(text) for text in GROUPS["build"]]
DEVELOP = [Requirement(text) for text in GROUPS["dev"] if isinstance(text, str)]


# ---------------------------------------------------------------- locks


def pinned(lock: str) -> dict[str, tuple[Requirement, int]]:
    """Return what a lock pins: name -> (its line, how many hashes)."""
    found: dict[str, tuple[Requirement, int]] = {}
    text = (ROOT / lock).read_text("utf-8").replace("\\\n", " ")
    for line in text.splitlines():
        if line.startswith("#") or not line.strip():
            continue
        stated, *hashes = re.split(r"\s--hash=", line)
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}\s*", one) for one in hashes), line
        one = Requirement(stated.strip())
        found[canonicalize_name(one.name)] = (one, len(hashes))
    return found


def version_of(one: Requirement) -> Version:
    (specifier,) = one.specifier
    assert specifier.operator == "=="
    return Version(specifier.version)


@pytest.mark.parametrize(
    ("lock", "wanted"), [(LOCKS[0], RUNTIME + BUILD), (LOCKS[1], RUNTIME + BUILD + DEVELOP)]
)
def test_a_lock_pins_everything_that_is_asked_for(lock: str, wanted: list[Requirement]) -> None:
    pins = pinned(lock)
    for one in wanted:
        pin, _hashes = pins[canonicalize_name(one.name)]
        assert version_of(pin) in one.specifier, f"run make lock: {one} against {pin}"


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_is_exact_and_has_its_hashes(lock: str) -> None:
    for name, (one, hashes) in pinned(lock).items():
        assert hashes, name
        assert version_of(one)
        assert one.url is None


def test_both_locks_pin_the_same_versions() -> None:
    develop = pinned(LOCKS[1])
    for name, (one, _hashes) in pinned(LOCKS[0]).items():
        assert develop[name][0].specifier == one.specifier


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("system", SYSTEMS)
def test_what_is_asked_for_is_pinned_on_every_system_and_python(system: str, python: str) -> None:
    here = {"python_version": python, "python_full_version": f"{python}.0", "sys_platform": system}
    here["platform_system"] = system.capitalize()
    here["platform_python_implementation"] = "CPython"
    pins = pinned(LOCKS[1])
    for one in RUNTIME + BUILD + DEVELOP:
        marker = pins[canonicalize_name(one.name)][0].marker
        assert marker is None or marker.evaluate(here), one


@pytest.mark.parametrize(
    "name", [*LOCKS, "Makefile", ".ci/run", "pyproject.toml", "Procfile", "docs/operating.md"]
)
def test_no_file_names_a_package_index_or_a_place_on_one_machine(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    assert not re.search(r"--(index|default-index|index-url|extra-index-url|find-links)[ =]", text)
    assert not re.search(r"pypi\.|pythonhosted|files?://|/(opt|root|work|home)/", text)
    if name.endswith(".lock"):
        assert "://" not in text


def test_every_dependency_has_its_reason() -> None:
    text = (ROOT / "docs" / "decisions.md").read_text("utf-8")
    rows = set(re.findall(r"^\| ([\w.-]+) \|", text, re.MULTILINE))
    for one in RUNTIME + BUILD + DEVELOP:
        assert one.name in rows, f"docs/decisions.md has no row for {one.name}"
    known = {one.name for one in RUNTIME + BUILD + DEVELOP}
    assert rows - {"library", "tool", "folder"} <= known, (
        "docs/decisions.md explains what is not used any more"
    )


# ---------------------------------------------------------------- import rules


BREACHES = {
    "Every file has its floor and imports only what is below it": (
        "bot/engine/pace.py",
        "from bot import settings",
    ),
    "Agendas have their own floors": (
        "bot/agendas/mistakes.py",
        "from bot.agendas import zones",
    ),
    "The command line has its own floors": (
        "bot/cli/terminal.py",
        "from bot.cli import upkeep",
    ),
    "What comes in has its own floors": (
        "bot/intake/floors.py",
        "from bot.intake import work",
    ),
    "The desk has its own floors": (
        "bot/desk/ledger.py",
        "from bot.desk import asking",
    ),
    "What goes out has its own floors": (
        "bot/dispatch/quotations.py",
        "from bot.dispatch import enclosures",
    ),
    "The clockwork has its own floors": (
        "bot/clockwork/retention.py",
        "from bot.clockwork import planner",
    ),
    "Discord and Slack know nothing of each other": (
        "bot/platforms/discord/text.py",
        "from bot.platforms.slack import text",
    ),
    "A platform knows the engine alone": (
        "bot/platforms/local_adapter.py",
        "from bot.store import tables",
    ),
    "Pages ask the desk and the store; they start and schedule nothing": (
        "bot/web/access.py",
        "from bot.dispatch import outbox",
    ),
    "Which database it is, only the composing files know": (
        "bot/intake/runner.py",
        "from bot.store.sqlite import SqliteStore",
    ),
    "What is handed out is noted first, where it is made": (
        "bot/web/organizers.py",
        "from bot.transcripts.rendering import render",
    ),
    "Every library is imported in its own place": (
        "bot/dispatch/outbox.py",
        "import apscheduler",
    ),
}
"""For each contract, a file and an import that breaks it."""


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of what import-linter looks at."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(
        ROOT / "bot", tmp_path / "bot", ignore=shutil.ignore_patterns("__pycache__", "static")
    )
    return tmp_path


def test_every_contract_of_imports_breaks_where_it_is_broken(copy: Path) -> None:
    contracts = {one["name"] for one in PROJECT["tool"]["importlinter"]["contracts"]}
    assert BREACHES.keys() == contracts
    for file, line in BREACHES.values():
        with (copy / file).open("a", encoding="utf-8") as source:
            source.write(f"\n{line}\n")
    told = lint_imports(copy)
    assert told.returncode == 1
    for name, (file, _line) in BREACHES.items():
        assert f"{name} BROKEN" in told.stdout
        assert f"{file.removesuffix('.py').replace('/', '.')} -> " in told.stdout


def test_a_new_file_without_a_floor_breaks_the_rules(copy: Path) -> None:
    (copy / "bot" / "helpers.py").write_text("", "utf-8")
    told = lint_imports(copy)
    assert told.returncode == 1
    assert "- bot.helpers" in told.stdout


# ---------------------------------------------------------------- make


def make(folder: Path, *arguments: str) -> str:
    told = subprocess.run(
        ["make", *arguments], cwd=folder, capture_output=True, text=True, check=True
    )
    return told.stdout


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """Return a folder in which everything counts as installed from the locks."""
    for name in ("Makefile", *LOCKS):
        shutil.copy(ROOT / name, tmp_path)
        os.utime(tmp_path / name, (1_000_000_000, 1_000_000_000))
    (tmp_path / ".venv").mkdir()
    for stamp in (".runs", ".develops"):
        (tmp_path / ".venv" / stamp).touch()
    return tmp_path


def test_what_is_installed_is_not_installed_again(installed: Path) -> None:
    assert "Installing" not in make(installed, "--dry-run", "check", "demo")


def test_a_changed_lock_is_installed(installed: Path) -> None:
    os.utime(installed / LOCKS[1], (4_000_000_000, 4_000_000_000))
    planned = make(installed, "--dry-run", "check")
    assert f"Installing {LOCKS[1]}" in planned
    assert "--require-hashes" in planned


def test_make_alone_lists_what_there_is(installed: Path) -> None:
    told = make(installed)
    phony = re.search(r"^\.PHONY: (.*)$", (installed / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert phony
    for target in phony[1].split():
        if target != "help":
            assert f"make {target} " in told


def test_a_python_that_is_too_old_is_told(installed: Path) -> None:
    (installed / ".venv" / ".runs").unlink()
    old = installed / "old"
    old.write_text("#!/bin/sh\nexit 1\n", "utf-8")
    old.chmod(0o755)
    nothing = installed / "empty"  # no uv on this PATH
    nothing.mkdir()
    told = subprocess.run(
        [str(shutil.which("make")), "demo", f"PYTHON={old}"],
        cwd=installed,
        env={**os.environ, "PATH": str(nothing)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode != 0
    assert "Rounds needs Python 3.11 or newer" in told.stderr


# ---------------------------------------------------------------- the program


def test_a_host_starts_the_program_with_the_command_that_exists() -> None:
    assert (ROOT / "Procfile").read_text("utf-8") == "web: python -m bot run\n"
    assert PROJECT["project"]["scripts"] == {"rounds": "bot.__main__:main"}
