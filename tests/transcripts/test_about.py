"""What an edition says of itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.engine.showing import Audience, Showing, Silence
from bot.transcripts import about
from bot.transcripts.cast import Cast
from bot.transcripts.edition import Edition
from bot.transcripts.editions import Begun
from bot.transcripts.masked import Masked
from bot.transcripts.numbers import Numbers
from tests.transcripts.club import AGENDA, CHAT


def begun(audience: Audience, step: timedelta = timedelta(minutes=15)) -> Begun:
    chat = replace(CHAT, agenda=replace(AGENDA, round_times=step))
    showing = Showing(chat, audience)
    return Begun(Masked(showing, Cast(showing, [], {}, b""), Numbers()), {Silence.HELD: 2})


def test_the_organizers_edition_says_that_it_is_for_moderators_alone() -> None:
    said = about.in_one(Begun(Edition(Showing(CHAT, Audience.ORGANIZERS))))
    assert said.startswith("Organizers’ edition. It is for the moderators of this chat alone")


def test_the_research_edition_says_all_that_was_done_to_it() -> None:
    said = about.in_one(begun(Audience.RESEARCH))
    for part in ("Pseudonyms stand for everybody", "agreed", "steps of 15 min (UTC)", "by lot",
                 "no list of links", "type and size", "0 messages that were withdrawn",
                 "2 that are held back for review"):  # fmt: skip
        assert part in said
    assert "Times are exact." in about.in_one(begun(Audience.RESEARCH, timedelta(0)))


def test_the_public_edition_says_how_many_are_left_out_and_of_pseudonyms_if_there_are_any() -> None:
    assert about.in_one(begun(Audience.PUBLIC)) == (
        "Public edition. Left out: 0 messages that were withdrawn and 2 that are held back for "
        "review."
    )


def test_what_is_left_out_is_counted_by_why() -> None:
    assert about.left_out({}) == "Left out: 0 messages that were withdrawn."
    said = about.left_out({Silence.WITHDRAWN: 1, Silence.OUT: 1, Silence.HELD: 1, Silence.LATE: 3})
    assert said == (
        "Left out: 1 message that was withdrawn, 1 that is held back for review, 1 whose author "
        "does not want to be in the transcript and 3 that came after the close."
    )
    every = about.left_out(dict.fromkeys(Silence, 2))
    assert "unasked" not in every
