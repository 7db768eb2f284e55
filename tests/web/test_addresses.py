"""Addresses lead to what they name, whatever it is called."""

from __future__ import annotations

from bot.web.addresses import checkin_path, message_path, place_path, room_path


def test_addresses_hold_any_name() -> None:
    assert room_path("a/b c?d#é") == "/rooms/a%2Fb%20c%3Fd%23%C3%A9"
    assert message_path("x", "c.1/2") == "/rooms/x/messages/c.1%2F2"
    assert checkin_path("x", "a&b") == "/rooms/x/checkin?chat=a%26b"


def test_a_message_is_found_in_its_room_on_whichever_page_it_stands() -> None:
    assert place_path("x", "1/a") == "/rooms/x?at=1%2Fa#m-1%2Fa"
    assert place_path("x", "") == "/rooms/x"
