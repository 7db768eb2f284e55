"""Ids of channels, people, roles and groups: as they are written, and what is written instead."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.agendas import ids

Read = Callable[[str], str]

CHANNEL, PERSON, NOTIFIED = (
    ids.read_discord_channel,
    ids.read_discord_person,
    ids.read_discord_notified,
)
LONG = "1234567890123456789"


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (CHANNEL, LONG),
        (CHANNEL, "80351110224678912"),
        (CHANNEL, "18446744073709551615"),
        (PERSON, LONG),
        (PERSON, f"user:{LONG}"),
        (PERSON, f"role:{LONG}"),
        (PERSON, "role:123456789012345678"),
        (NOTIFIED, "role:789012345678901234"),
        (ids.read_slack_channel, "C0123456789"),
        (ids.read_slack_channel, "G01"),
        (ids.read_slack_notified, "group:S123"),
        (ids.read_slack_person, "U0123456789"),
        (ids.read_slack_person, "W012A3CDE"),
        (ids.read_slack_person, "user:U0123456789"),
        (ids.read_slack_person, "group:S123"),
    ],
)
def test_an_id_is_kept_as_it_is_written(read: Read, text: str) -> None:
    assert read(text) == text
    assert read(f" {text}\n") == text


@pytest.mark.parametrize(
    ("read", "text", "instead"),
    [
        (CHANNEL, "<#123456789012345678>", '"123456789012345678"'),
        (CHANNEL, "#123456789012345678", '"123456789012345678"'),
        (
            CHANNEL,
            "https://discord.com/channels/111111111111111111/222222222222222222",
            '"222222222222222222"',
        ),
        (
            CHANNEL,
            "https://canary.discord.com/channels/111111111111111111/222222222222222222/333333333333333333",
            '"222222222222222222"',
        ),
        (PERSON, "<@123456789012345678>", '"123456789012345678"'),
        (PERSON, "<@!123456789012345678>", '"123456789012345678"'),
        (PERSON, "@123456789012345678", '"123456789012345678"'),
        (PERSON, "User: 123456789012345678", '"123456789012345678"'),
        (PERSON, "<@&123456789012345678>", '"role:123456789012345678"'),
        (PERSON, "@&123456789012345678", '"role:123456789012345678"'),
        (PERSON, "role: 123456789012345678", '"role:123456789012345678"'),
        (PERSON, "Role:123456789012345678", '"role:123456789012345678"'),
        (PERSON, "role 123456789012345678", '"role:123456789012345678"'),
        (PERSON, "role:<@&123456789012345678>", '"role:123456789012345678"'),
        (PERSON, "group:123456789012345678", '"role:123456789012345678"'),
        (NOTIFIED, "<@&123456789012345678>", '"role:123456789012345678"'),
        (NOTIFIED, "role: 123456789012345678", '"role:123456789012345678"'),
        (NOTIFIED, "123456789012345678", '"role:123456789012345678"'),
        (ids.read_slack_channel, "<#C123|club>", '"C123"'),
        (ids.read_slack_channel, "#C123", '"C123"'),
        (ids.read_slack_channel, "https://club.slack.com/archives/C123/p1796587200", '"C123"'),
        (ids.read_slack_channel, "https://app.slack.com/client/T1/C123", '"C123"'),
        (ids.read_slack_person, "<@U123>", '"U123"'),
        (ids.read_slack_person, "<@W123|ann>", '"W123"'),
        (ids.read_slack_person, "@U123", '"U123"'),
        (ids.read_slack_person, "user: U123", '"U123"'),
        (ids.read_slack_person, "https://club.slack.com/team/U123", '"U123"'),
        (ids.read_slack_person, "S123", '"group:S123"'),
        (ids.read_slack_person, "role:S123", '"group:S123"'),
        (ids.read_slack_person, "<!subteam^S123|@club>", '"group:S123"'),
        (ids.read_slack_notified, "S123", '"group:S123"'),
        (ids.read_slack_notified, "group: S123", '"group:S123"'),
        (ids.read_slack_notified, "<!subteam^S123>", '"group:S123"'),
        (ids.read_slack_notified, "<!subteam^S123|@club>", '"group:S123"'),
    ],
)
def test_an_id_in_other_signs_is_answered_with_what_to_write(
    read: Read, text: str, instead: str
) -> None:
    with pytest.raises(ValueError, match=f"{instead}$"):
        read(text)
    assert read(instead.strip('"'))


@pytest.mark.parametrize(
    ("read", "text", "where"),
    [
        (CHANNEL, "general", "Copy Channel ID"),
        (CHANNEL, "#general", "Copy Channel ID"),
        (CHANNEL, "role:123456789012345678", "Copy Channel ID"),
        (CHANNEL, "0123", "Copy Channel ID"),
        (CHANNEL, "\u0661", "Copy Channel ID"),
        (CHANNEL, "1.23457E+18", "Copy Channel ID"),
        (CHANNEL, "1" * 21, "Copy Channel ID"),
        (CHANNEL, "1" * 16, "a number of 17 to 20 digits"),
        (CHANNEL, "<#123>", "a number of 17 to 20 digits"),
        (PERSON, "1234567890123456", "their number, of 17 to 20 digits"),
        (PERSON, "user:1234567890123456", "their number, of 17 to 20 digits"),
        (PERSON, "role:123", "its number, of 17 to 20 digits"),
        (NOTIFIED, "role:123", "its number, of 17 to 20 digits"),
        (PERSON, "henry", "Copy User ID"),
        (PERSON, "@henry", "Copy User ID"),
        (PERSON, "henry#1234", "Copy User ID"),
        (PERSON, "user:henry", "Copy User ID"),
        (PERSON, "Moderators", "Copy Role ID"),
        (PERSON, "role:Moderators", "Copy Role ID"),
        (PERSON, "role:", "Copy Role ID"),
        (PERSON, "@&Moderators", "Copy Role ID"),
        (NOTIFIED, "Journal Club", "Copy Role ID"),
        (NOTIFIED, "role:club", "Copy Role ID"),
        (NOTIFIED, "role:0", "Copy Role ID"),
        (NOTIFIED, "user:123456789012345678", "no single person"),
        (NOTIFIED, "<@123456789012345678>", "no single person"),
        (ids.read_slack_channel, "general", "begins with C"),
        (ids.read_slack_channel, "c0123", "begins with C"),
        (ids.read_slack_channel, "https://club.slack.com/team/U123", "begins with C"),
        (ids.read_slack_person, "henry", "Copy member ID"),
        (ids.read_slack_person, "@henry", "Copy member ID"),
        (ids.read_slack_person, "user:henry", "Copy member ID"),
        (ids.read_slack_person, "group:doctors", "Copy group ID"),
        (ids.read_slack_person, "user:S123x", "Copy group ID"),
        (ids.read_slack_person, "U0123, U4567", "Copy member ID"),
        (ids.read_slack_person, "C0123456789", "Copy member ID"),
        (ids.read_slack_person, "323456789012345678", "Copy member ID"),
        (ids.read_slack_notified, "doctors", "Copy group ID"),
        (ids.read_slack_notified, "group:doctors", "Copy group ID"),
        (ids.read_slack_notified, "U123", "Copy group ID"),
    ],
)
def test_a_name_is_answered_with_where_the_id_is_found(read: Read, text: str, where: str) -> None:
    with pytest.raises(ValueError, match=where):
        read(text)


@pytest.mark.parametrize("read", [NOTIFIED, ids.read_slack_notified])
@pytest.mark.parametrize(
    "text",
    [
        "@everyone", "everyone", "@here", "here", "@channel", "<!here>", "<!channel>", "Everyone",
        "role:everyone", "role:@everyone", "role: here", "group:@everyone", "@all", "everybody",
    ],
)  # fmt: skip
def test_nobody_can_be_made_to_call_everybody(read: Read, text: str) -> None:
    with pytest.raises(ValueError, match=r"would call everybody\. Only one "):
        read(text)
