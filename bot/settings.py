"""Settings: from the environment and the command line to values, with every mistake at once."""

from __future__ import annotations

import difflib
import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from bot.agendas.mistakes import shown
from bot.engine.errors import RoundsError

T = TypeVar("T")

NAMES = (
    "HOST",
    "PORT",
    "ROUNDS_URL",
    "ROUNDS_CHATS",
    "ROUNDS_DATA",
    "ROUNDS_LOG",
    "DISCORD_TOKEN",
    "DISCORD_API",
)
"""The environment's names that Rounds reads; each is explained in docs/operating.md."""

OPTIONS = {
    "HOST": "--host",
    "PORT": "--port",
    "ROUNDS_CHATS": "--chats",
    "ROUNDS_DATA": "--data",
}
"""The options of the command line that stand for a setting and win over it."""

LEVELS = ("debug", "info", "warning", "error")

_PREFIX = "ROUNDS_"
_DISCORD = "DISCORD_"
_LIKE = 0.7  # how alike two names are, from 0 to 1, for one to be the other misspelt
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  named, not bound


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator decides; paths are relative to where Rounds was started, or absolute."""

    host: str = "127.0.0.1"  # a name or an address to listen at
    port: int = 8080
    public_url: str = ""  # empty: http://host:port
    chats: Path = Path("chats")  # the folder of the agendas
    data: Path = Path("data")  # the folder of the store
    log: str = "info"  # one of LEVELS
    discord_token: str = field(default="", repr=False)  # secret; empty: no Discord
    discord_api: str = ""  # empty: Discord's own

    @property
    def url(self) -> str:
        """The address under which people reach the pages, without a slash at the end."""
        if self.public_url:
            return self.public_url
        host = f"[{self.near}]" if ":" in self.near else self.near
        return f"http://{host}:{self.port}"

    @property
    def near(self) -> str:
        """The name or address under which this machine itself reaches what listens."""
        return _EVERYWHERE.get(self.host, self.host)

    @property
    def store(self) -> Path:
        """The file of the store."""
        return self.data / "rounds.db"


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
    (`{"PORT": "9000"}` for `--port 9000`); they win. An empty value counts as none. Raises
    WrongSettings with every mistake at once.
    """
    given, default = _Given(environment, options or {}), Settings()
    settings = Settings(
        host=given.take("HOST", _host, default.host),
        port=given.take("PORT", _port, default.port),
        public_url=given.take("ROUNDS_URL", _url, default.public_url),
        chats=given.take("ROUNDS_CHATS", Path, default.chats),
        data=given.take("ROUNDS_DATA", Path, default.data),
        log=given.take("ROUNDS_LOG", _level, default.log),
        discord_token=given.take("DISCORD_TOKEN", _token, default.discord_token, secret=True),
        discord_api=given.take("DISCORD_API", _api, default.discord_api),
    )
    mistakes = [*given.mistakes, *_unknown(environment)]
    if mistakes:
        raise WrongSettings(mistakes)
    return settings


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
        text, source = self._environment.get(name, "").strip(), name
        if name in self._options:
            text, source = self._options[name].strip(), OPTIONS[name]
        if not text:
            return default
        try:
            return parse(text)
        except ValueError as error:
            subject = source if secret else f"{source} is {shown(text, 80)}:"
            self.mistakes.append(f"{subject} {error}")
            return default


def _host(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text.strip("[]")))
    except ValueError:
        if _HOST.fullmatch(text) and not re.fullmatch(r"[0-9.]+", text):
            return text
    raise ValueError(
        "write the name or address of a network interface, like 127.0.0.1 (this machine alone) "
        "or 0.0.0.0 (every interface), without http:// and without a port."
    )


def _port(text: str) -> int:
    if re.fullmatch(r"[0-9]{1,5}", text) and 1 <= int(text) <= 65_535:
        return int(text)
    raise ValueError("write a number from 1 to 65535.")


def _url(text: str) -> str:
    sentence = (
        "write the address under which people open the pages, like https://chat.example.org, "
        "with nothing after the host or its port."
    )
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ValueError(sentence) from None
    host = parts.hostname or ""
    bare = f"[{host}]" if ":" in host else host
    if (
        parts.scheme not in ("http", "https")
        or not _is_host(host)
        or parts.netloc.lower() != (bare if port is None else f"{bare}:{port}")
        or parts.path not in ("", "/")
        or "?" in text
        or "#" in text
    ):
        raise ValueError(sentence)
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _is_host(text: str) -> bool:
    try:
        _host(text)
    except ValueError:
        return False
    return True


def _level(text: str) -> str:
    if text.lower() in LEVELS:
        return text.lower()
    raise ValueError(f"write one of {', '.join(LEVELS)}.")


def _token(text: str) -> str:
    """Read a secret: what is raised must not hold any of it."""
    if text.lower().startswith("bot "):
        raise ValueError("begins with “Bot ”, which Rounds adds itself. Give the token alone.")
    if any(char.isspace() for char in text):
        raise ValueError("has white space in it, which no token has. Copy the token once more.")
    if not re.fullmatch(r"[A-Za-z0-9._~+/=-]+", text):
        raise ValueError(
            "holds a sign that no token has, such as a quotation mark. Give the token alone."
        )
    return text


def _api(text: str) -> str:
    sentence = (
        "write the address of Discord's API in its version 10, like "
        "http://127.0.0.1:9000/api/v10, or unset it for Discord's own."
    )
    head, version, rest = text.rstrip("/").rpartition("/v10")
    if not version or rest or "?" in head or "#" in head:
        raise ValueError(sentence)
    try:
        parts = urlsplit(head)
        server = _url(f"{parts.scheme}://{parts.netloc}")
    except ValueError:
        raise ValueError(sentence) from None
    if not re.fullmatch(r"(/[A-Za-z0-9._~-]+)*", parts.path):
        raise ValueError(sentence)
    return f"{server}{parts.path}{version}"


def _unknown(environment: Mapping[str, str]) -> list[str]:
    """Report names that begin like ours and are none of them."""
    return [
        f"{shown(name, 80)} is no setting. {_instead(name)}"
        for name in sorted(environment)
        if name not in NAMES and (name.upper().startswith(_PREFIX) or _is_near_discord(name))
    ]


def _instead(name: str) -> str:
    near_discord = _is_near_discord(name)
    candidates = [one for one in NAMES if one.startswith(_DISCORD)] if near_discord else NAMES
    known = {_without_prefix(candidate): candidate for candidate in candidates}
    cutoff = 0.0 if near_discord else 0.6
    near = difflib.get_close_matches(_without_prefix(name.upper()), known, n=1, cutoff=cutoff)
    if near:
        return f"Did you mean {known[near[0]]}?"
    return f"There are {', '.join(NAMES)}; unset this one."


def _is_near_discord(name: str) -> bool:
    """Say whether it is one of Discord's names misspelt: other programs have such names too."""
    own = [_without_prefix(known) for known in NAMES if known.startswith(_DISCORD)]
    rest = name.upper().removeprefix(_DISCORD)
    near = difflib.get_close_matches(rest, own, n=1, cutoff=_LIKE)
    return rest != name.upper() and (bool(near) or not {*own}.isdisjoint(rest.split("_")))


def _without_prefix(name: str) -> str:
    return name.removeprefix(_PREFIX).removeprefix(_DISCORD)
