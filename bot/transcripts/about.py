"""What an edition says of itself at its head: what it holds, and what is left out of it."""

from __future__ import annotations

from collections.abc import Mapping

from bot.engine import wording
from bot.engine.showing import Audience, Silence
from bot.transcripts.editions import Begun

NAMES = {
    Audience.ORGANIZERS: "Organizers’ edition",
    Audience.PUBLIC: "Public edition",
    Audience.RESEARCH: "Research edition",
}
"""What editions are called."""

_FOR_MODERATORS = (
    "It is for the moderators of this chat alone: everybody stands in it under their own name, "
    "and what is held back for review is marked."
)
_SOME_PSEUDONYMS = (
    "Pseudonyms stand for those who want one, in this file alone: in another file the same person "
    "has another one."
)
_ALL_PSEUDONYMS = (
    "Pseudonyms stand for everybody, in this file alone: in another file the same person has "
    "another one."
)
_AGREED = "What people said is here only where they agreed to it when they checked in."
_NO_LISTS = (
    "There is no list of links, of mentions or of answers, and files are told by their type and "
    "size alone."
)
_MEANWHILE = ("that came while this file was made", "that came while this file was made")
_NOT_KEPT = ("that is no longer kept", "that are no longer kept")
_WHY = {
    Silence.HELD: ("that is held back for review", "that are held back for review"),
    Silence.UNCHECKED: ("whose author has not checked in", "whose authors have not checked in"),
    Silence.OUT: (
        "whose author does not want to be in the transcript",
        "whose authors do not want to be in the transcript",
    ),
    Silence.ERASED: ("of somebody who was erased", "of people who were erased"),
    Silence.LATE: ("that came after the close", "that came after the close"),
    Silence.BLANKED: _NOT_KEPT,
    Silence.UNASKED: _NOT_KEPT,
    Silence.UNNOTED: _MEANWHILE,
}


def sentences(begun: Begun) -> list[str]:
    """Say what an edition holds and what not."""
    if begun.audience is Audience.ORGANIZERS:
        return [_FOR_MODERATORS]
    said = []
    if begun.audience is Audience.RESEARCH:
        said = [_ALL_PSEUDONYMS, _AGREED, _times(begun), _NO_LISTS]
    elif begun.pseudonyms:
        said = [_SOME_PSEUDONYMS]
    return [*said, left_out(begun.left_out)]


def in_one(begun: Begun) -> str:
    """Say the same in one paragraph that begins with the edition's name."""
    return " ".join([f"{NAMES[begun.audience]}.", *sentences(begun)])


def _times(begun: Begun) -> str:
    step = begun.edition.chat.agenda.round_times
    if not step:
        return "Times are exact."
    return (
        f"Times are rounded down to steps of {wording.duration(step)} (UTC); within a step "
        "messages stand in an order drawn by lot."
    )


def left_out(counted: Mapping[Silence, int]) -> str:
    """Say how many messages are not in an edition, and why; always how many were withdrawn."""
    withdrawn = counted.get(Silence.WITHDRAWN, 0)
    verb = "was" if withdrawn == 1 else "were"
    parts = [f"{withdrawn:,} {'message' if withdrawn == 1 else 'messages'} that {verb} withdrawn"]
    parts += [
        f"{number:,} {words[number != 1]}"
        for why, words in _WHY.items()
        if (number := counted.get(why, 0))
    ]
    *most, last = parts
    listed = f"{', '.join(most)} and {last}" if most else last
    return f"Left out: {listed}."
