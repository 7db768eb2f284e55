"""What Discord answers instead of doing what was asked, in words for those who can mend it.

Codes: Discord's documentation, topics/opcodes-and-status-codes "JSON".
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from datetime import timedelta

import discord

from bot.platforms.discord.address import CUT
from bot.platforms.discord.needs import NEEDS
from bot.platforms.platform import Hindered, Impossible, Unreachable

UNKNOWN_CHANNEL = 10003
UNKNOWN_MEMBER = 10007
UNKNOWN_MESSAGE = 10008
UNKNOWN_USER = 10013
TOO_LARGE = 40005
MISSING_ACCESS = 50001
CANNOT_SEND_TO_THIS_USER = 50007
MISSING_PERMISSIONS = 50013
THREAD_IS_ARCHIVED = 50083
THREAD_IS_LOCKED = 160005
THREAD_EXISTS = 160004
TOO_MANY_THREADS = 160006

NO_MEMBER = (UNKNOWN_MEMBER, UNKNOWN_USER)
"""Of whoever is not in a server: they left, or are no more."""

TOKEN_AGAIN_AFTER = timedelta(minutes=1)
"""How long what was refused with the token waits; 10,000 such answers in ten minutes shut the
machine out (topics/rate-limits "Invalid Request Limit")."""

LOGIN_REFUSED = (
    "Discord refuses the token. Reset it in the developer portal (Bot, Reset Token) and put the "
    "new one into DISCORD_TOKEN."
)
GONE = (
    "the channel is not there: it was deleted, or the bot is not in its server. Put the right "
    "channel's id into the agenda, or invite the bot again."
)

NOT_IN_THE_SERVER = (
    "the bot is not in the channel's server, or does not see the channel (Missing Access). Invite "
    "it again with the link of rounds doctor, or give it View Channel there."
)

NO_FILES = "the permission Attach Files is missing. Give it to the bot there."

_SENTENCES = {
    10004: "the bot is not in the server. Invite it again with the link of rounds doctor.",
    MISSING_ACCESS: (
        "the bot does not see the channel (Missing Access). Give it View Channel there."
    ),
    THREAD_IS_ARCHIVED: "the thread is archived and locked. Open it again.",
    THREAD_IS_LOCKED: "the thread is locked. Unlock it, or give the bot Manage Threads.",
    TOO_MANY_THREADS: "the server has as many active threads as Discord allows. Archive some.",
    40001: "Discord takes the bot for not authorized. Look at its token with rounds doctor.",
}

_NAMES = {need.flag: need.name for need in NEEDS}


@contextlib.contextmanager
def translated(channel: object, needed: Sequence[str]) -> Iterator[None]:
    """Raise Unreachable, Hindered or Impossible for what discord.py raises.

    `channel` is where something is done (if it is known), `needed` the permissions for it, by
    discord.py's names.
    """
    try:
        yield
    except discord.RateLimited as limited:
        wait = timedelta(seconds=limited.retry_after)
        raise Unreachable("Discord's rate limit is reached.", wait) from None
    except discord.HTTPException as failure:
        raise _of(failure, channel, needed) from None  # its own text may quote what was sent
    except CUT as failure:
        why = f"Discord did not answer ({type(failure).__name__})."
        raise Unreachable(why) from None


def _of(
    failure: discord.HTTPException, channel: object, needed: Sequence[str]
) -> Unreachable | Impossible:
    status, code = failure.status, failure.code
    if status == 429:
        return Unreachable("Discord's rate limit is reached.", _retry_after(failure))
    if status >= 500:
        return Unreachable(f"Discord is out of order (HTTP {status}).")
    if code == UNKNOWN_CHANNEL:
        return Hindered(GONE)
    if code == MISSING_ACCESS and channel is None:
        return Hindered(NOT_IN_THE_SERVER)
    if status == 401:
        return Hindered(_SENTENCES.get(code, LOGIN_REFUSED), TOKEN_AGAIN_AFTER)
    if code in _SENTENCES:
        return Hindered(_SENTENCES[code])
    if status == 403:
        return Hindered(_missing(channel, needed, code))
    return Impossible(f"Discord refuses it (HTTP {status}, code {code}).")


def _retry_after(failure: discord.HTTPException) -> timedelta | None:
    try:
        return timedelta(seconds=float(failure.response.headers["Retry-After"]))
    except (KeyError, ValueError):
        return None


def _missing(channel: object, needed: Sequence[str], code: int) -> str:
    """Name the permissions that are missing, as Discord names them."""
    missing = missing_in(channel, needed)
    if not missing:
        names = " or ".join(_NAMES[flag] for flag in needed)
        return f"Discord misses a permission (code {code}): look at {names} there."
    names = " and ".join(missing)
    if len(missing) == 1:
        return f"the permission {names} is missing. Give it to the bot there."
    return f"the permissions {names} are missing. Give them to the bot there."


def missing_in(channel: object, needed: Sequence[str]) -> list[str]:
    """Return the names of the needed permissions that the bot lacks there, as far as is known."""
    if not isinstance(channel, discord.TextChannel | discord.Thread):
        return []
    guild = channel.guild
    if guild.me is None or (isinstance(channel, discord.Thread) and channel.parent is None):
        return []
    able = channel.permissions_for(guild.me)
    return [_NAMES[flag] for flag in needed if not getattr(able, flag)]
