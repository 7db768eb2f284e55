"""Ids of channels, people, roles and groups, as Discord and Slack show them.

Every function here raises ValueError with a sentence that says what to write instead.
"""

from __future__ import annotations

import re

from bot.agendas.mistakes import shown

DISCORD_ID = r"[1-9]\d{16,19}"
"""A number of 64 bits, written in decimal (Discord's reference, "Snowflakes").

Its first 42 bits are the milliseconds since 2015, so that it has had 17 digits and more since the
end of that January, before Discord was open to anybody; 20 are the most that 64 bits can have.
"""

SLACK_CHANNEL = r"[CDG][A-Z0-9]{1,20}"
SLACK_USER = r"[UW][A-Z0-9]{1,20}"
SLACK_GROUP = r"S[A-Z0-9]{1,20}"
"""Slack's ids begin with a letter for their kind; those of people with U or W."""


def read_discord_channel(text: str) -> str:
    """Read the id of a Discord channel."""
    given = text.strip()
    if _is(DISCORD_ID, given):
        return given
    linked = re.search(rf"(?:/channels/[^/]+/|^<?#)({DISCORD_ID})(?!\d)", given, re.ASCII)
    if linked:
        raise ValueError(
            f'{shown(text)} is a link. Write the number of the channel alone: "{linked[1]}"'
        )
    raise ValueError(
        f"{shown(text)} is no Discord channel id. It is a number {_DIGITS}: {_DEVELOPER_MODE}, "
        f'right-click the channel, choose Copy Channel ID, and write discord: "{_SUCH_AS}"'
    )


def read_discord_person(text: str) -> str:
    """Read a person or a role on Discord: `123` or `user:123`, or `role:123`."""
    given = text.strip()
    if _is(rf"(?:role:|user:)?{DISCORD_ID}", given):
        return given
    if meant := _discord_meant(given):
        raise ValueError(f'{shown(text)} is not how a Discord id is written. Write "{meant}"')
    if re.match(r"role\b|<?@&", given, re.IGNORECASE):
        raise ValueError(f"{shown(text)} holds no id. {_ROLE_BY_ID}")
    raise ValueError(
        f"{shown(text)} is no Discord id. People are written by their number, {_DIGITS}: "
        f'{_DEVELOPER_MODE}, right-click the person, choose Copy User ID, and write "{_SUCH_AS}". '
        f'A role is written "role:{_SUCH_AS}", with the number that Copy Role ID gives under '
        "Server Settings, Roles."
    )


def read_discord_notified(text: str) -> str:
    """Read whom a reminder pings on Discord: `role:123`, and nobody else."""
    given = text.strip()
    if _is(rf"role:{DISCORD_ID}", given):
        return given
    if _calls_everybody(given):
        raise ValueError(
            f"{shown(text)} would call everybody. Only one role can be notified: make one that "
            f'people take who want to be reminded, and write "role:{_SUCH_AS}" with its id.'
        )
    if re.match(r"user\b|<?@!?\d", given, re.IGNORECASE):
        raise ValueError(f"Only a role can be notified, no single person. {_ROLE_BY_ID}")
    meant = _discord_meant(given) or given
    if meant.startswith("role:") and meant != given:
        raise ValueError(f'{shown(text)} is not how a role is written. Write "{meant}"')
    if _is(DISCORD_ID, meant):
        raise ValueError(
            f"Only a role can be notified, and {shown(text)} does not say that it is one. If it "
            f'is the id of a role, write "role:{meant}"'
        )
    raise ValueError(f"{shown(text)} is no id of a role. {_ROLE_BY_ID}")


def read_slack_channel(text: str) -> str:
    """Read the id of a Slack channel."""
    given = text.strip()
    if _is(SLACK_CHANNEL, given):
        return given
    linked = re.search(rf"(?:/archives/|/client/\w+/|^<?#)({SLACK_CHANNEL})(?!\w)", given, re.ASCII)
    if linked:
        raise ValueError(
            f'{shown(text)} is a link. Write the id of the channel alone: "{linked[1]}"'
        )
    raise ValueError(
        f"{shown(text)} is no Slack channel id. It begins with C and stands at the end of the "
        'channel’s details; write slack: "C0123456789"'
    )


def read_slack_person(text: str) -> str:
    """Read a person or a user group on Slack: `U123` or `user:U123`, or `group:S123`."""
    given = text.strip()
    if _is(rf"(?:user:)?{SLACK_USER}|group:{SLACK_GROUP}", given):
        return given
    if meant := _slack_meant(given):
        raise ValueError(f'{shown(text)} is not how a Slack id is written. Write "{meant}"')
    raise ValueError(
        f"{shown(text)} is no Slack id. People are written by their member ID: open the person’s "
        'profile, choose Copy member ID in its menu, and write "U0123456789". A user group is '
        'written "group:S0123456789", with the id that Copy group ID gives in the group’s menu.'
    )


def read_slack_notified(text: str) -> str:
    """Read whom a reminder notifies on Slack: `group:S123`, and nobody else."""
    given = text.strip()
    if _is(rf"group:{SLACK_GROUP}", given):
        return given
    if _calls_everybody(given):
        raise ValueError(
            f"{shown(text)} would call everybody. Only one user group can be notified: make one "
            'for those who want to be reminded, and write "group:S0123456789" with its id.'
        )
    meant = _slack_meant(given) or ""
    if meant.startswith("group:"):
        raise ValueError(f'{shown(text)} is not how a user group is written. Write "{meant}"')
    raise ValueError(
        f"{shown(text)} is no id of a Slack user group, which alone can be notified. Choose Copy "
        'group ID in the group’s menu, and write "group:S0123456789"'
    )


_SUCH_AS = "123456789012345678"

_DIGITS = "of 17 to 20 digits"

_DEVELOPER_MODE = "turn on Developer Mode in Discord’s User Settings, under Advanced"

_ROLE_BY_ID = (
    f"A role is written by its number, {_DIGITS}: {_DEVELOPER_MODE}, right-click the role under "
    f'Server Settings, Roles, choose Copy Role ID, and write "role:{_SUCH_AS}"'
)


def _is(pattern: str, text: str) -> bool:
    return re.fullmatch(pattern, text, re.ASCII) is not None


def _discord_meant(text: str) -> str | None:
    """Return the id that is meant by a mention (`<@&123>`) or by stray signs (`role: 123`)."""
    found = re.fullmatch(
        rf"<?(@&|@!?|role|user|group|id)?[\s:=]*<?(@&|@!?)?({DISCORD_ID})>?",
        text,
        re.ASCII | re.IGNORECASE,
    )
    if not found or found[0] == found[3]:
        return None
    signs = {(found[1] or "").casefold(), found[2]}
    return f"role:{found[3]}" if signs & {"@&", "role", "group"} else found[3]


def _slack_meant(text: str) -> str | None:
    """Return the id that is meant by a mention (`<@U123|ann>`), a link or stray signs."""
    signs = r"\W*(?:https://\S+/team/)?(?:subteam|group|role|user|id)?\W*"
    found = re.fullmatch(
        rf"{signs}(?:(?P<group>{SLACK_GROUP})|(?P<user>{SLACK_USER}))(?:\|[^>]*)?\W*",
        text,
        re.ASCII,
    )
    if not found:
        return None
    return f"group:{found['group']}" if found["group"] else found["user"]


def _calls_everybody(text: str) -> bool:
    word = re.sub(r"^(?:role|group)\b|[^a-z]", "", text.casefold())
    return word in ("everyone", "everybody", "here", "channel", "all")
