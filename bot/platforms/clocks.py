"""Whether this machine's clock agrees with a platform's, whose times messages bear."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from bot.platforms.finding import Finding

DATE_STEP = timedelta(seconds=1)
"""A Date header has whole seconds (RFC 9110 section 5.6.7)."""

MOST_APART = timedelta(seconds=2)
"""How far this machine's clock may be from a platform's."""


def date_of(header: str) -> datetime | None:
    """Read a Date header (RFC 9110 section 5.6.7); None: it is none."""
    try:
        date = parsedate_to_datetime(header)
    except ValueError:
        return None
    return date.astimezone(UTC) if date.tzinfo else None


def compared(platform: str, date: datetime | None, before: datetime, after: datetime) -> Finding:
    """Compare this machine's clock, read before and after a request, with the answer's date.

    `platform` is the name that people know, and the heading of what is found.
    """
    if date is None:
        return Finding("Clock", platform, True, f"{platform} does not state its time here.")
    ahead = before - (date + DATE_STEP)
    behind = date - after
    if max(ahead, behind) <= MOST_APART:
        return Finding("Clock", platform, True, f"It agrees with {platform}'s.")
    seconds = f"{max(ahead, behind).total_seconds():,.0f} seconds"
    wrong = f"{seconds} {'ahead of' if ahead > behind else 'behind'} {platform}'s"
    return Finding(
        "Clock",
        platform,
        False,
        f"This machine's is {wrong}, so topics come at wrong times and answers count for wrong "
        "ones. Let the machine set it by the network: sudo timedatectl set-ntp true on Linux, "
        "System Settings, Date & Time on macOS; for a container, on the machine that runs it.",
    )
