"""Where people come in."""

from __future__ import annotations

from dataclasses import replace

from bot.engine.agenda import Room
from bot.web.access import Access
from bot.web.ways_in import moderator_lines, room_lines
from tests.house import START, urojc

ACCESS = Access("one secret")


def test_each_room_and_each_moderator_has_a_line_however_many_series_name_them() -> None:
    one = urojc()
    rooms = (Room("local", "urojc"), Room("discord", "123456789012345678"))
    named = {"local": ("henry", "ann"), "discord": ("123456789012345678",)}
    series = replace(one, agenda=replace(one.agenda, rooms=rooms, moderators=named))
    assert room_lines([series, series], "http://h") == ["Room urojc: http://h/rooms/urojc"]
    assert moderator_lines([series, series], ACCESS, "http://h", START) == [
        f"Moderator {name}: {ACCESS.link_for(name, 'http://h', START)}" for name in ("henry", "ann")
    ]
