"""Single settings: each is read from its text, or answered.

Every function here raises ValueError with the rest of a sentence that begins with the setting's
name. Of a secret there is nothing in it.
"""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

LEVELS = ("debug", "info", "warning", "error")
"""From which level on the log can be written."""

LOG_FORMS = ("lines", "json")
"""How the log can be written: a line a record for people, or a JSON object for programs."""

BOT_HINT = "Give the Bot User OAuth Token, xoxb-... (api.slack.com/apps, OAuth & Permissions)."
"""Where the bot's token on Slack is found."""

APP_HINT = (
    "Give an app-level token with the scope connections:write, xapp-... (api.slack.com/apps, Basic "
    "Information, App-Level Tokens)."
)
"""Where the app's token on Slack is found."""

SIGNING_HINT = "Give the Signing Secret (api.slack.com/apps, Basic Information, App Credentials)."
"""Where the secret is found with which Slack signs."""

_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")


def read_host(text: str) -> str:
    """Read the name or address of a network interface."""
    try:
        return str(ipaddress.ip_address(text.strip("[]")))
    except ValueError:
        if _HOST.fullmatch(text) and not re.fullmatch(r"[0-9.]+", text):
            return text
    raise ValueError(
        "write the name or address of a network interface, like 127.0.0.1 (this machine alone) "
        "or 0.0.0.0 (every interface), without http:// and without a port."
    )


def read_port(text: str) -> int:
    """Read the number of a port."""
    if re.fullmatch(r"[0-9]{1,5}", text) and 1 <= int(text) <= 65_535:
        return int(text)
    raise ValueError("write a number from 1 to 65535.")


def read_url(text: str) -> str:
    """Read the address of a server, without a path; return it without a slash at the end."""
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
        read_host(text)
    except ValueError:
        return False
    return True


def read_level(text: str) -> str:
    """Read from which level on the log is written."""
    if text.lower() in LEVELS:
        return text.lower()
    raise ValueError(f"write one of {', '.join(LEVELS)}.")


def read_listening(text: str) -> tuple[str, int]:
    """Read where to listen, as HOST:PORT, or PORT for this machine alone."""
    host, colon, port = text.rpartition(":")
    try:
        return (read_host(host) if colon else "127.0.0.1"), read_port(port)
    except ValueError:
        raise ValueError(
            "write the address to listen at as HOST:PORT, like 127.0.0.1:9100 or [::1]:9100."
        ) from None


def read_form(text: str) -> str:
    """Read how the log is written."""
    if text.lower() in LOG_FORMS:
        return text.lower()
    raise ValueError(f"write one of {', '.join(LOG_FORMS)}.")


# ---------------------------------------------------------------- platforms


def read_discord_token(text: str) -> str:
    """Read the token of a bot on Discord, a secret."""
    if text.lower().startswith("bot "):
        raise ValueError("begins with “Bot ”, which Rounds adds itself. Give the token alone.")
    return _secret(text, r"[A-Za-z0-9._~+/=-]+")


def _secret(text: str, pattern: str, kind: str = "token") -> str:
    if any(char.isspace() for char in text):
        raise ValueError(f"has white space in it, which no {kind} has. Copy the {kind} once more.")
    if not re.fullmatch(pattern, text):
        raise ValueError(
            f"holds a sign that no {kind} has, such as a quotation mark. Give the {kind} alone."
        )
    return text


def read_bot_token(text: str) -> str:
    """Read the token of a bot on Slack, a secret."""
    if text.startswith("xoxe"):
        raise ValueError(
            "is a token that expires within a day. Switch token rotation off for the app (OAuth & "
            f"Permissions), or make the app anew of its manifest. {BOT_HINT}"
        )
    if not text.startswith("xoxb-"):
        raise ValueError(f"is no bot's token. {BOT_HINT}")
    return _secret(text, r"xoxb-[A-Za-z0-9-]+")


def read_app_token(text: str) -> str:
    """Read the token with which an app opens connections to Slack, a secret."""
    if not text.startswith("xapp-"):
        raise ValueError(f"is no app-level token. {APP_HINT}")
    return _secret(text, r"xapp-[A-Za-z0-9-]+")


def read_signing_secret(text: str) -> str:
    """Read the secret with which Slack signs its requests."""
    if text.startswith(("xox", "xapp-")):
        raise ValueError(f"is a token. {SIGNING_HINT}")
    return _secret(text, r"[A-Za-z0-9]+", "secret")


def read_discord_api(text: str) -> str:
    """Read the address of Discord's API; return it without a slash at the end."""
    head, version, rest = text.rstrip("/").rpartition("/v10")
    if not version or rest:
        raise ValueError(_DISCORD_API)
    return f"{_api(head, _DISCORD_API)}{version}"


def read_slack_api(text: str) -> str:
    """Read the address of Slack's Web API; return it with a slash at the end."""
    head, last, rest = text.rstrip("/").rpartition("/api")
    if not last or rest:
        raise ValueError(_SLACK_API)
    return f"{_api(head, _SLACK_API)}{last}/"


_DISCORD_API = (
    "write the address of Discord's API in its version 10, like http://127.0.0.1:9000/api/v10, or "
    "unset it for Discord's own."
)
_SLACK_API = (
    "write the address of Slack's Web API, like http://127.0.0.1:9000/api/, or unset it for "
    "Slack's own."
)


def _api(text: str, sentence: str) -> str:
    """Read the address of an API; raises ValueError with `sentence`."""
    if "?" in text or "#" in text:
        raise ValueError(sentence)
    try:
        parts = urlsplit(text)
        server = read_url(f"{parts.scheme}://{parts.netloc}")
    except ValueError:
        raise ValueError(sentence) from None
    if not re.fullmatch(r"(/[A-Za-z0-9._~-]+)*", parts.path):
        raise ValueError(sentence)
    return f"{server}{parts.path}"
