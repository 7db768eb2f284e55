"""What an error of Slack's Web API says: how long to wait, whether to try again, and why.

The library's own text of an error holds the whole answer, and with it what people wrote: it goes
into no log. Rate limits: apis/web-api/rate-limits; names of errors: each method's page.
"""

from __future__ import annotations

from typing import Any

from slack_sdk.errors import SlackApiError

RATE_LIMITED = "ratelimited"

WAITS = 30.0
"""Seconds to wait where Slack says that there were too many calls and not how long to wait."""

SHORTEST = 1.0
"""Seconds to wait at least: Slack tells whole ones."""

PASSING = frozenset(
    {
        "external_channel_migrating",
        "fatal_error",
        "internal_error",
        "message_limit_exceeded",
        "org_login_required",
        "request_timeout",
        "service_unavailable",
        "team_added_to_org",
        "update_failed",
    }
)
"""Errors that are Slack's own and pass by themselves."""

TOKEN = frozenset(
    {"account_inactive", "invalid_auth", "not_authed", "token_expired", "token_revoked"}
)
"""Errors that say that the token counts no longer, whatever is asked."""


def name_of(error: SlackApiError) -> str:
    """Return Slack's name of an error; of an answer without one its status: `HTTP 503`."""
    name = _field(error, "error")
    return name if isinstance(name, str) and name else f"HTTP {_status(error)}"


def why_of(error: SlackApiError) -> str:
    """Return the name of an error, with the scope that is missing."""
    needed = _field(error, "needed")
    return f"{name_of(error)}: {needed}" if isinstance(needed, str) else name_of(error)


def retry_after(error: SlackApiError) -> float | None:
    """Return the seconds to wait after too many calls; None: it is another error."""
    if _status(error) != 429 and name_of(error) != RATE_LIMITED:
        return None
    headers = {str(name).lower(): value for name, value in dict(error.response.headers).items()}
    value = headers.get("retry-after")
    value = value[0] if isinstance(value, list) and value else value
    try:
        return max(SHORTEST, float(str(value)))
    except ValueError:
        return WAITS


def is_refusal(error: SlackApiError) -> bool:
    """Whether Slack refuses just this until somebody changes something there.

    A call that failed on its way, and a token that counts no longer, are no refusal; nor is that
    of a whole network.
    """
    name = name_of(error)
    passes = name.startswith("HTTP ") or name in PASSING | TOKEN | {"accesslimited"}
    return _status(error) < 500 and not passes


def _status(error: SlackApiError) -> int:
    response = error.response
    return int(getattr(response, "status_code", 0) or getattr(response, "status", 0) or 0)


def _field(error: SlackApiError, name: str) -> Any:
    data = getattr(error.response, "data", None)
    return data.get(name) if isinstance(data, dict) else None
