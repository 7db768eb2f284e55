"""Words and keys, as Discord takes them."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.engine.actions import Moment, Spot, Who
from bot.engine.agenda import Room
from bot.platforms.discord.text import LONGEST, nonce_of, text_of

AT = datetime(2026, 12, 6, 20, 0, 0, 999_999, tzinfo=UTC)


def test_a_time_is_shown_in_the_readers_zone_and_a_room_as_a_link() -> None:
    words = ("Opens ", Moment(AT), " in ", Room("discord", "123"), " and ", Room("slack", "C1"))
    assert text_of(words) == "Opens <t:1796587200:F> in <#123> and slack:C1"


def test_a_mention_is_written_without_the_name_that_is_kept_with_it() -> None:
    kept = "<@5|Ann Lee> of <@&7|Panel> in <#9|club>, <@!5> and <b|c>"
    assert text_of((kept,)) == "<@5> of <@&7> in <#9>, <@!5> and <b|c>"


def test_white_space_at_the_ends_goes_as_it_does_on_discord() -> None:
    assert text_of(("\n Welcome. \n\n", " ")) == "Welcome."


def test_nothing_is_longer_than_discord_takes() -> None:
    assert len(text_of(("x" * 5000,))) == LONGEST


def test_a_nonce_is_the_actions_own_and_as_long_as_discord_takes() -> None:
    keys = [f"urojc-2026-12-07/{seq}/{n}" for seq in range(100) for n in range(5)]
    nonces = [nonce_of(key) for key in keys]
    assert len(set(nonces)) == len(keys)
    assert {len(nonce) for nonce in nonces} == {25}
    assert nonce_of("urojc-2026-12-07/2/0") == "LkHE9XTF_4e_fGWWV9vgVbYKU"


def test_a_person_of_discord_is_mentioned_and_another_one_called_by_a_bare_name() -> None:
    assert text_of((Who("5", "discord", "Lee"), " asks")) == "<@5> asks"
    assert text_of((Who("U1", "slack", "*Mei* [x](http://e.org) @everyone"),)) == (
        "Mei xhttp://e.org everyone"
    )
    assert text_of((Who("U1", "slack"),)) == "somebody on Slack"
    assert text_of((Who("#gone", "discord", "somebody erased"),)) == "somebody erased"


def test_a_place_without_a_link_is_the_channel_or_thread_that_it_is_in() -> None:
    assert text_of((Spot(Room("discord", "1"), "2", "3"),)) == "<#2>"
    assert text_of((Spot(Room("slack", "C1"), None, "3"),)) == "slack:C1"
