"""What rooms are called."""

from __future__ import annotations

from bot.engine.agenda import Room
from bot.engine.rooms import places, room_name, whereabouts
from bot.engine.wording import plain

HOME, AWAY = Room("local", "urojc"), Room("slack", "C04UROJC")


def test_rooms_are_named_by_platform_where_that_tells_them_apart() -> None:
    assert places((HOME,)) == {}
    assert places((HOME, AWAY)) == {"local:urojc": "built-in room", "slack:C04UROJC": "Slack"}
    second = Room("local", "second")
    assert places((HOME, second)) == {
        "local:urojc": "room urojc",
        "local:second": "room second",
    }
    channels = (Room("discord", "345678901234567890"), Room("discord", "9"), Room("other", "x"))
    assert list(places(channels).values()) == [
        "Discord channel …7890",
        "Discord channel 9",
        "other channel x",
    ]


def test_channels_whose_ids_end_alike_are_named_in_full() -> None:
    ids = ("345678901234567890", "445678901234567890")
    channels = [Room("discord", one) for one in ids]
    assert [room_name(channel) for channel in channels] == ["Discord channel …7890"] * 2
    assert list(places(channels).values()) == [f"Discord channel {one}" for one in ids]


def test_a_room_elsewhere_is_named_as_people_know_it_from_here() -> None:
    rooms = (HOME, AWAY, Room("discord", "345678901234567890"), Room("discord", "9"))
    home, slack, first, second = rooms
    assert plain(whereabouts(rooms, slack, home)) == "on Slack"
    assert plain(whereabouts(rooms, home, slack)) == "in the built-in room"
    assert plain(whereabouts(rooms, first, slack)) == "in the Discord channel …7890"
    assert plain(whereabouts((home, Room("local", "b")), home, Room("local", "b"))) == (
        "in room urojc"
    )
    assert whereabouts(rooms, first, second) == ("in ", first), "a link, on its own platform"
