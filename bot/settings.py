"""Settings: from the environment and the command line to values, with every mistake at once."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from bot import setting_values as values
from bot.agendas.mistakes import shown
from bot.engine.errors import RoundsError
from bot.store.address import LOOKS_LIKE, Address, is_address, read_address
from bot.store.holding import Holder
from bot.store.opening import Where

T = TypeVar("T")

NAMES = (
    "HOST",
    "PORT",
    "ROUNDS_URL",
    "ROUNDS_CHATS",
    "ROUNDS_DATA",
    "DATABASE_URL",
    "ROUNDS_LOG",
    "ROUNDS_LOG_FORMAT",
    "ROUNDS_METRICS",
    "DISCORD_TOKEN",
    "DISCORD_API",
    "SLACK_BOT_TOKEN",
    "SLACK_APP_TOKEN",
    "SLACK_SIGNING_SECRET",
    "SLACK_API",
)
"""The environment's names that Rounds reads; each is explained in docs/operating.md."""

OPTIONS = {
    "HOST": "--host",
    "PORT": "--port",
    "ROUNDS_CHATS": "--chats",
    "ROUNDS_DATA": "--data",
}
"""The options of the command line that stand for a setting and win over it."""

STORE = "rounds.db"
"""The store's file in the folder of data."""

_PREFIX = "ROUNDS_"
_PLATFORMS = ("DISCORD_", "SLACK_")
_LIKE = 0.7  # how alike two names are, from 0 to 1, for one to be the other misspelt
_MEANT = {
    "SLACK_TOKEN": "SLACK_BOT_TOKEN",
    "SLACK_API_TOKEN": "SLACK_BOT_TOKEN",
    "SLACK_SECRET": "SLACK_SIGNING_SECRET",
}
"""Names that are usual elsewhere for one of ours, and nearer to another by their letters."""
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  named, not bound


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator decides; paths are relative to where Rounds was started, or absolute."""

    host: str = "127.0.0.1"  # a name or an address to listen at
    port: int = 8080
    public_url: str = ""  # empty: http://host:port
    chats: Path = Path("chats")  # the folder of the agendas
    data: Path = Path("data")  # the folder of the store
    log: str = "info"  # one of setting_values.LEVELS
    discord_token: str = field(default="", repr=False)  # secret; empty: no Discord
    discord_api: str = ""  # empty: Discord's own
    slack_bot_token: str = field(default="", repr=False)  # secret; empty: no Slack
    slack_app_token: str = field(default="", repr=False)  # secret; given: Socket Mode
    slack_signing_secret: str = field(default="", repr=False)  # secret; else HTTP
    slack_api: str = ""  # empty: Slack's own
    log_form: str = "lines"  # one of setting_values.LOG_FORMS
    database: Address | None = field(default=None, repr=False)  # secret; None: a file
    metrics: tuple[str, int] | None = None  # where to listen for those who count; None: nowhere

    @property
    def url(self) -> str:
        """The address under which people reach the pages, without a slash at the end."""
        return self.public_url or self.near_url

    @property
    def near_url(self) -> str:
        """The address under which this machine itself reaches the pages, past what is in front."""
        host = f"[{self.near}]" if ":" in self.near else self.near
        return f"http://{host}:{self.port}"

    @property
    def near(self) -> str:
        """The name or address under which this machine itself reaches what listens."""
        return _EVERYWHERE.get(self.host, self.host)

    def served_by(self, now: datetime) -> Holder:
        """Return what this process tells others of itself where it serves, or would."""
        return Holder.here("rounds run", now, self.url, self.near_url)

    @property
    def store(self) -> Path:
        """The file of the store, where it is in a file."""
        return self.data / STORE

    @property
    def where(self) -> Where:
        """Where the store is: a database, or else a file."""
        return self.database or self.store


class WrongSettings(RoundsError):
    """Rounds cannot start with these settings; `mistakes` are sentences, one for each."""

    def __init__(self, mistakes: list[str]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(mistakes))


def read_settings(
    environment: Mapping[str, str], options: Mapping[str, str] | None = None
) -> Settings:
    """Read the settings.

    `options` are the values given on the command line, by the environment's name of the setting
    (`{"PORT": "9000"}` for `--port 9000`); they win, so that a folder named there is used and no
    database. An empty value counts as none. Raises WrongSettings with every mistake at once.
    """
    if options and options.get("ROUNDS_DATA"):
        environment = {name: environment[name] for name in environment if name != "DATABASE_URL"}
    given, default = _Given(environment, options or {}), Settings()
    settings = Settings(
        host=given.take("HOST", values.read_host, default.host),
        port=given.take("PORT", values.read_port, default.port),
        public_url=given.take("ROUNDS_URL", values.read_url, default.public_url),
        chats=given.take("ROUNDS_CHATS", Path, default.chats),
        data=given.take("ROUNDS_DATA", _read_folder, default.data, secret=True),
        database=given.take("DATABASE_URL", read_address, default.database, secret=True),
        log=given.take("ROUNDS_LOG", values.read_level, default.log),
        log_form=given.take("ROUNDS_LOG_FORMAT", values.read_form, default.log_form),
        metrics=given.take("ROUNDS_METRICS", values.read_listening, default.metrics),
        discord_token=given.take(
            "DISCORD_TOKEN", values.read_discord_token, default.discord_token, secret=True
        ),
        discord_api=given.take("DISCORD_API", values.read_discord_api, default.discord_api),
        slack_bot_token=given.take("SLACK_BOT_TOKEN", values.read_bot_token, "", secret=True),
        slack_app_token=given.take("SLACK_APP_TOKEN", values.read_app_token, "", secret=True),
        slack_signing_secret=given.take(
            "SLACK_SIGNING_SECRET", values.read_signing_secret, "", secret=True
        ),
        slack_api=given.take("SLACK_API", values.read_slack_api, default.slack_api),
    )
    mistakes = [*given.mistakes, *_lonely(given), *_unknown(environment)]
    if mistakes:
        raise WrongSettings(mistakes)
    return settings


def _read_folder(text: str) -> Path:
    """Read the folder of the store, or the store in it, which means its folder.

    Raises ValueError for an address, with nothing of it.
    """
    if is_address(text):
        raise ValueError(
            "is the name of a folder, and this is an address. That of a PostgreSQL database goes "
            f"into the environment, as DATABASE_URL, and looks like {LOOKS_LIKE}"
        )
    folder = Path(text)
    if folder.name == STORE and folder.is_file():  # the store itself was named
        return folder.parent
    return folder


class _Given:
    """Takes values one by one and remembers what was wrong."""

    def __init__(self, environment: Mapping[str, str], options: Mapping[str, str]) -> None:
        self._environment = environment
        self._options = options
        self.mistakes: list[str] = []

    def take(self, name: str, parse: Callable[[str], T], default: T, *, secret: bool = False) -> T:
        """Return a setting's value; `parse` raises ValueError with the rest of a sentence.

        The value of a secret is no part of that sentence.
        """
        text, source = self._text(name), name
        if option := self._options.get(name, "").strip():
            text, source = option, OPTIONS[name]
        if not text:
            return default
        try:
            return parse(text)
        except ValueError as error:
            subject = source if secret else f"{source} is {shown(text, 80)}:"
            self.mistakes.append(f"{subject} {error}")
            return default

    def has(self, name: str) -> bool:
        """Say whether the environment gives a setting, rightly or wrongly."""
        return bool(self._text(name))

    def _text(self, name: str) -> str:
        return self._environment.get(name, "").strip()


# ---------------------------------------------------------------- what belongs together


def _lonely(given: _Given) -> list[str]:
    """Report what of Slack is given without that which belongs to it."""
    app, signing = given.has("SLACK_APP_TOKEN"), given.has("SLACK_SIGNING_SECRET")
    if given.has("SLACK_BOT_TOKEN") and not app and not signing:
        sentence = (
            "SLACK_BOT_TOKEN is not enough by itself. For Socket Mode, which needs no public "
            f"address, set SLACK_APP_TOKEN. {values.APP_HINT} Or, where Slack can open "
            f"ROUNDS_URL, set SLACK_SIGNING_SECRET. {values.SIGNING_HINT}"
        )
        return [sentence]
    if not given.has("SLACK_BOT_TOKEN") and (app or signing):
        name = "SLACK_APP_TOKEN" if app else "SLACK_SIGNING_SECRET"
        return [f"{name} is of no use without SLACK_BOT_TOKEN. {values.BOT_HINT}"]
    return []


# ---------------------------------------------------------------- names


def _unknown(environment: Mapping[str, str]) -> list[str]:
    """Report names that begin like ours and are none of them."""
    return [
        f"{shown(name, 80)} is no setting. {_instead(name)}"
        for name in sorted(environment)
        if name not in NAMES and (name.upper().startswith(_PREFIX) or _is_near(name))
    ]


def _instead(name: str) -> str:
    rest = name.upper().removeprefix(_PREFIX)
    if rest in _MEANT:
        return f"Did you mean {_MEANT[rest]}?"
    prefix = next((one for one in _PLATFORMS if rest.startswith(one)), "")
    known = {_bare(candidate): candidate for candidate in NAMES if candidate.startswith(prefix)}
    cutoff = 0.0 if _is_near(name) else 0.6
    near = difflib.get_close_matches(_bare(rest), known, n=1, cutoff=cutoff)
    if near:
        return f"Did you mean {known[near[0]]}?"
    return f"There are {', '.join(NAMES)}; unset this one."


def _is_near(name: str) -> bool:
    """Say whether it is a platform's name misspelt: other programs have such names too."""
    prefix = next((one for one in _PLATFORMS if name.upper().startswith(one)), None)
    if prefix is None:
        return False
    rest = name.upper().removeprefix(prefix)
    own = [known.removeprefix(prefix) for known in NAMES if known.startswith(prefix)]
    words = {*rest.split("_")}
    return (
        name.upper() in _MEANT
        or any({*one.split("_")} <= words for one in own)
        or bool(difflib.get_close_matches(rest, own, n=1, cutoff=_LIKE))
    )


def _bare(name: str) -> str:
    """Return a name without what it has in common with others."""
    for prefix in (_PREFIX, *_PLATFORMS):
        name = name.removeprefix(prefix)
    return name
