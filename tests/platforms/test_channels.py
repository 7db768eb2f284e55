"""What agendas ask of the channels that they name."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from bot.engine.agenda import Agenda, Override, Room, Schedule, Series, Topic
from bot.platforms.channels import Channel, channels_of


def series(name: str, *rooms: Room, **more: object) -> Series:
    agenda = Agenda(name, "UTC", timedelta(hours=1), rooms, (Topic("Why?", timedelta(0)),))
    return Series(name, replace(agenda, **more), Schedule())  # type: ignore[arg-type]


def test_a_channel_comes_once_with_all_that_agendas_ask_of_it() -> None:
    room, other = Room("discord", "1"), Room("discord", "2")
    urojc = series(
        "urojc",
        room,
        other,
        Room("local", "urojc"),
        Room("slack", "C1"),
        moderators={"discord": ("role:7", "8"), "local": ("henry",)},
        notify={"discord": "role:9", "slack": "group:S1"},
        alerts={"discord": "3", "slack": "C2"},
    )
    urojc = replace(
        urojc,
        dates={
            date(2026, 12, 7): Override(moderators={"discord": ("8", "user:10")}),
            date(2027, 1, 4): Override(),
        },
    )
    meded = series("meded", room, notify={"discord": "role:9"}, alerts={"discord": "3"})
    moderators = ("role:7", "8", "user:10")
    assert channels_of([urojc, meded], "discord") == (
        Channel("1", ("urojc", "meded"), (), ("role:9",), moderators),
        Channel("2", ("urojc",), (), ("role:9",), moderators),
        Channel("3", (), ("urojc", "meded")),
    )


def test_roles_on_call_are_of_the_channel_of_alerts_and_people_of_the_room() -> None:
    urojc = series(
        "urojc",
        Room("discord", "1"),
        moderators={"discord": ("role:7", "8")},
        on_call={"discord": ("8", "role:9", "user:10"), "slack": ("U1",)},
        alerts={"discord": "3"},
    )
    room, alerts = channels_of([urojc], "discord")
    assert (room.id, room.on_call) == ("1", ("user:10",)), "who moderates is looked at as such"
    assert (alerts.id, alerts.on_call) == ("3", ("role:9",))


def test_a_channel_tells_at_the_end_of_which_chats_it_is_archived() -> None:
    own = series("case", Room("slack", "C1"), archive_channel=True)
    other = series("urojc", Room("slack", "C1"), Room("slack", "C2"))
    first, second = channels_of([own, other], "slack")
    assert (first.archives, second.archives) == (("case",), ())


def test_a_heading_names_what_uses_a_channel() -> None:
    both = Channel("C1", ("urojc", "meded"), ("case",))
    assert both.heading("#club (C1)") == "#club (C1), room of urojc and meded, alerts of case"
    assert Channel("C1", alerts=("case",)).heading("#x") == "#x, alerts of case"


def test_agendas_without_discord_ask_for_no_channel() -> None:
    local = series("urojc", Room("local", "urojc"), moderators={"local": ("henry",)})
    assert channels_of([local], "discord") == ()


def test_each_platform_has_its_own_channels() -> None:
    club = series("urojc", Room("slack", "C1"), alerts={"slack": "C2"}, notify={"slack": "group:S"})
    assert channels_of([club], "slack") == (
        Channel("C1", ("urojc",), (), ("group:S",)),
        Channel("C2", (), ("urojc",)),
    )
