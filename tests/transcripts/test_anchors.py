"""Anchors within a page."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from bot.transcripts.anchors import Anchors
from tests.transcripts.club import AWAY, HOME
from tests.transcripts.hostile import texts


def test_a_message_is_found_by_its_platforms_id() -> None:
    assert Anchors([HOME]).of(str(HOME), "17") == "m-17"
    assert Anchors([HOME]).of(str(HOME), "urojc-2026-12-07.2.0") == "m-urojc-2026-12-07.2.0"
    assert Anchors([HOME, AWAY]).of(str(AWAY), "1733515800.000100") == "m-r2-1733515800.000100"


@given(texts, texts, st.sampled_from([[HOME], [HOME, AWAY]]))
def test_whatever_the_ids_are_each_has_its_own_anchor_that_a_link_can_name(
    one: str, other: str, rooms: list[object]
) -> None:
    anchors = Anchors(rooms)  # type: ignore[arg-type]
    found = {anchors.of(str(room), id_) for room in (HOME, AWAY, "another") for id_ in (one, other)}
    assert len(found) == 3 * len({one, other})
    assert all(re.fullmatch(r"m-[A-Za-z0-9._-]+", anchor) for anchor in found)
