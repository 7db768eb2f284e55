"""Whether what an agenda says of people and channels fits the rooms of its chat."""

from __future__ import annotations

from collections.abc import Iterator

from bot.agendas.form import EXAMPLES, AgendaForm, RoomForm, known_keys
from bot.agendas.form_filling import Path, find, key_mark, mark_of
from bot.agendas.key_names import meant
from bot.agendas.mistakes import Flaw
from bot.agendas.yaml_tree import Items, Mapping
from bot.engine.agenda import Room

_ON = {"local": "of Rounds itself", "discord": "on Discord", "slack": "on Slack"}


def place_flaws(form: AgendaForm, root: Mapping, rooms: tuple[Room, ...]) -> Iterator[Flaw]:
    """Yield what is said of places and people where it has no effect, or a bad one.

    `form` and `root` tell what was written, and where; `rooms` are the chat's.
    """
    held_on = _platforms(root)
    for path in _by_platform(root):
        if held_on and path[-1] not in held_on:
            room = EXAMPLES[f"rooms.{path[-1]}"].removeprefix("rooms: [").removesuffix("]")
            words = f"The chat has no room {_ON[str(path[-1])]}. Add {room} to rooms, or delete"
            yield Flaw(key_mark(root, path), f"{words} {path[-1]} here.")
    for platform, channel in form.alerts or ():
        if channel and Room(platform, channel) in rooms:
            words = (
                "This is a room of the chat, where everybody would read what is for moderators "
                "alone. Write the id of a channel that only they can see; without alerts they "
                "are sent direct messages."
            )
            yield Flaw(mark_of(root, ("alerts", platform)), words)
    notified = [name for _, name in form.notify or () if name]
    if notified and form.reminders == []:
        words = "Only reminders notify, and reminders: [] sends none. Delete one of the two."
        yield Flaw(key_mark(root, ("notify",)), words)
    if form.archive:
        yield from _archive_flaws(form, root, held_on)


def _archive_flaws(form: AgendaForm, root: Mapping, held_on: set[str] | None) -> Iterator[Flaw]:
    at = key_mark(root, ("archive",))
    if held_on and "slack" not in held_on:
        words = (
            "Only a channel on Slack can be archived, and the chat has no room there. Add "
            '{slack: "C0123456789"} to rooms, or delete archive.'
        )
        yield Flaw(at, words)
    if form.schedule is not None or len(form.starts or ()) > 1:
        words = (
            "After the first chat the channel would be archived, and no other could be held there. "
            f"Write a single time ({EXAMPLES['starts']}), or delete archive."
        )
        yield Flaw(at, words)


def _platforms(root: Mapping) -> set[str] | None:
    """Return on which platforms rooms are written, rightly or wrongly; None if it is not clear."""
    rooms = find(root, ("rooms",))
    known = known_keys(RoomForm)
    found: set[str] = set()
    for room in rooms.items if isinstance(rooms, Items) else ():
        if not isinstance(room, Mapping):
            return None
        for key in room.pairs:
            platform = key if key in known else meant(key, known)
            if platform is None:
                return None
            found.add(platform)
    return found or None


def _by_platform(root: Mapping) -> Iterator[Path]:
    """Yield the way to every platform whose rooms are needed for what is named there.

    Moderators of Rounds' own rooms need none: they have the organizers' pages.
    """
    dates = find(root, ("dates",))
    on_dates = dates.pairs if isinstance(dates, Mapping) else ()
    moderators: list[Path] = [("moderators",), *(("dates", day, "moderators") for day in on_dates)]
    people: list[Path] = [("guests",), ("moderators_on_call",), ("members_only",)]
    others: list[Path] = [*people, ("alerts",), ("notify",)]
    for path in moderators + others:
        named = find(root, path)
        for platform in named.pairs if isinstance(named, Mapping) else ():
            of_rounds = platform == "local" and path in people
            if platform in ("discord", "slack") or of_rounds:
                yield (*path, platform)
