"""What can be pressed at posts: the opening's buttons, below all that it says."""

from __future__ import annotations

from bot.engine import buttons
from bot.engine.actions import Post, PostKind
from tests.engine.script import Script, agenda


def test_every_button_has_a_name_and_a_short_label() -> None:
    assert set(buttons.OPENING) <= set(buttons.LABELS)
    assert all(0 < len(label) <= 24 for label in buttons.LABELS.values())


def test_what_a_platform_keeps_of_a_button_names_the_chat_and_fits_discords_100_characters() -> (
    None
):
    kept = buttons.pressed_as(buttons.CHECK_IN, "urojc-2026-12-07")
    assert kept == "rounds/checkin/urojc-2026-12-07"
    assert len(kept) <= 100
    assert buttons.chat_pressed(kept) == "urojc-2026-12-07"
    assert [buttons.chat_pressed(other) for other in ("", "other/checkin/x", "rounds/x")] == [
        ""
    ] * 3


def test_buttons_stand_below_the_whole_opening_and_at_nothing_else() -> None:
    chat = Script(agenda("0m", "6h", welcome="A word. " * 700))
    chat.passes("72h")
    posts = [action for action in chat.actions if isinstance(action, Post)]
    opening = [post for post in posts if post.kind is PostKind.OPENING]
    assert len(opening) > 1
    assert [post.buttons for post in opening[:-1]] == [()] * (len(opening) - 1)
    assert opening[-1].buttons == buttons.OPENING
    assert not any(post.buttons for post in posts if post.kind is not PostKind.OPENING)
