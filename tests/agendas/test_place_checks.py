"""People and channels of platforms on which a chat has no room, or the wrong one."""

from __future__ import annotations

import pytest

from tests.agendas.given import said_of, series

ON_DISCORD = 'rooms: [{discord: "100000000000000000"}]\n'
ON_SLACK = "rooms: [{slack: C1}]\n"
ONCE = "starts: 2026-12-07 07:00\n"


@pytest.mark.parametrize(
    ("lines", "place", "words"),
    [
        (
            "moderators: {discord: 500000000000000000}",
            "1:14",
            'no room on Discord. Add {discord: "123456789012345678"} to rooms, or delete discord',
        ),
        ("moderators: {local: [henry], discord: []}", "1:30", "no room on Discord"),
        ("moderators: {slack: U1}", "1:14", "no room on Slack. Add {slack:"),
        (
            "dates: {2026-12-07: {moderators: {discord: 500000000000000000}}}",
            "1:35",
            "no room on Discord",
        ),
        ("guests: {discord: role:500000000000000000}", "1:10", "no room on Discord"),
        (ON_DISCORD + "guests: {local: elena}", "2:10", "no room of Rounds itself. Add {local:"),
        ("alerts: {discord: 500000000000000000}", "1:10", "no room on Discord"),
        (ON_DISCORD + "alerts: {slack: C1}", "2:10", "no room on Slack"),
        ("notify: {discord: role:500000000000000000}", "1:10", "no room on Discord"),
        (ON_SLACK + "notify: {discord: role:500000000000000000}", "2:10", "no room on Discord"),
        # what is private would be public
        (
            ON_DISCORD + 'alerts: {discord: "100000000000000000"}',
            "2:19",
            "This is a room of the chat",
        ),
        (
            ON_DISCORD + "alerts: {discord: 100000000000000000}",
            "2:19",
            "This is a room of the chat",
        ),
        (ON_SLACK + "alerts: {slack: C1}", "2:17", "that only they can see"),
        (
            (
                "rooms: [{discord: 100000000000000000}, {discord: 200000000000000000}, "
                "{local: x}]\n"
                "alerts: {discord: 200000000000000000}"
            ),
            "2:19",
            "This is a room of the chat",
        ),
        # what would never happen
        (
            ON_DISCORD + "notify: {discord: role:500000000000000000}\nreminders: []",
            "2:1",
            "Only reminders notify, and reminders: [] sends none",
        ),
        (
            ONCE + "archive: channel",
            "2:1",
            'can be archived, and the chat has no room there. Add {slack: "C0123456789"} to rooms',
        ),
        (ONCE + ON_DISCORD + "archive: channel", "3:1", "has no room there"),
        (
            ON_SLACK + "archive: channel",
            "2:1",
            "no other could be held there. Write a single time (starts: 2026-12-07 07:00), or",
        ),
        (
            ON_SLACK + "archive: channel\nstarts: [2026-12-07 07:00, 2026-12-14 07:00]",
            "2:1",
            "After the first chat",
        ),
    ],
)
def test_what_would_have_no_effect_or_a_bad_one_is_told_once_at_its_place(
    lines: str, place: str, words: str
) -> None:
    (said,) = said_of(lines)
    assert said.startswith(f"{place}: ")
    assert words in said


@pytest.mark.parametrize(
    "lines",
    [
        ON_DISCORD + "moderators: {local: henry}",  # who have the organizers' pages
        ON_DISCORD + "dates: {2026-12-07: {moderators: {local: amelia}}}",
        ON_DISCORD
        + "moderators: {discord: 500000000000000000}\nguests: {discord: 600000000000000000}",
        ON_DISCORD
        + "alerts: {discord: 200000000000000000}\nnotify: {discord: role:500000000000000000}",
        ON_DISCORD + "alerts: {}\nnotify: {}\nreminders: []",
        (
            "rooms: [{discord: 100000000000000000, slack: C1}]\n"
            "alerts: {discord: 200000000000000000, slack: C2}"
        ),
        (
            "rooms: [{local: '5'}, {discord: 100000000000000000}]\n"
            "alerts: {discord: 500000000000000000}"
        ),  # another platform's room
        "threads: per_topic",  # where there are threads
        ONCE + ON_SLACK + "archive: channel",
        ONCE + "archive: channel\nrooms: [{discord: 100000000000000000}, {slack: C1}, {local: x}]",
        ON_SLACK + "moderators: {slack: [U1, 'user:W2', 'group:S3']}\nguests: {slack: U2}",
        "hashtag: '#x'\npublish: true",
        ON_DISCORD,  # without a hashtag its threads, and answers to its posts, are the chat
    ],
)
def test_what_goes_together_is_no_mistake(lines: str) -> None:
    assert series(lines)


@pytest.mark.parametrize(
    "rooms",
    ["[{discord: general}]", "[{dicsord: 1}]", "[{dc: 1}]", "[discord]", "[]", "[{}]", "discord"],
)
def test_nothing_is_said_of_platforms_while_it_is_not_clear_where_the_rooms_are(rooms: str) -> None:
    (said,) = said_of(
        f"rooms: {rooms}\n"
        f"alerts: {{discord: 500000000000000000}}\nguests: {{discord: 600000000000000000}}"
    )
    assert said.startswith("1:")


@pytest.mark.parametrize("rooms", ["[{slcak: C1}]", "[{dc: 1}]", "[slack]", "[]", "slack"])
def test_nothing_is_said_of_an_archive_while_it_is_not_clear_where_the_rooms_are(
    rooms: str,
) -> None:
    (said,) = said_of(f"{ONCE}rooms: {rooms}\narchive: channel")
    assert said.startswith("2:")


def test_a_wrong_id_and_a_missing_room_are_told_together() -> None:
    said = said_of("moderators: {discord: henry}\nalerts: {discord: mods}")
    assert [line.partition(": ")[0] for line in said] == ["1:14", "1:23", "2:10", "2:19"]


def test_an_archived_channel_without_a_room_on_slack_and_with_many_dates_is_told_as_both() -> None:
    said = said_of("archive: channel")
    assert [line.partition(": ")[0] for line in said] == ["1:1", "1:1"]
