"""Fills the agenda's form from the tree of its file; what does not fit becomes a flaw."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from bot.agendas.fields import Form, PeopleForm
from bot.agendas.form import (
    EXAMPLES,
    AgendaForm,
    AlertsForm,
    DateForm,
    EvenTopicsForm,
    Fault,
    Misfit,
    NotifyForm,
    ReadingForm,
    RoomForm,
    ScheduleForm,
    TopicForm,
    filled,
    known_keys,
)
from bot.agendas.key_names import unknown
from bot.agendas.mistakes import Flaw, Mark, shown
from bot.agendas.yaml_tree import Items, Mapping, Node, Scalar

Path = tuple[str | int, ...]
"""The way from the root of a tree to one of its values: keys and places in lists."""

FREE_TEXT = frozenset(
    {
        *("title", "hashtag", "ask", "welcome", "closing", "citation", "authors"),
        *("rules", "roles", "help_lines"),
    }
)
"""The keys whose text is prose, in which a # is more likely a hashtag than a comment."""


def fill(root: Mapping) -> tuple[AgendaForm, list[Flaw]]:
    """Return the form with everything that could be read, and a flaw for everything else.

    A wrong value is reported, taken out, and the rest is read again, so that all flaws of a
    file are found in one go and the later checks work with what is right.
    """
    flaws = dict(_silent(root, ()))
    data = _plain(root)
    gone: set[Path] = set()
    for path in flaws:
        node = find(root, path)
        if isinstance(node, Scalar) and node.bare:
            _take_out(data, path)
    while isinstance(misfits := filled(data), list):
        for misfit in misfits:
            path = _path(root, misfit.way)
            if any(path[:n] in gone for n in range(len(path))):
                continue
            if misfit.fault is Fault.KEY:
                gone.add(path)  # what stands under a wrong date cannot be judged
            if misfit.fault is Fault.UNKNOWN:
                flaws.pop(path, None)  # it does not matter what else is wrong with it
            flaws.setdefault(path, _flaw(root, path, misfit))
            _take_out(data, path)
    return misfits, list(flaws.values())


def find(root: Node, path: Path) -> Node | None:
    """Return the value at `path`, None if there is none."""
    node: Node | None = root
    for step in path:
        if isinstance(node, Mapping) and isinstance(step, str):
            node = node.pairs[step].value if step in node.pairs else None
        elif isinstance(node, Items) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
        else:
            return None
    return node


def mark_of(root: Node, path: Path) -> Mark:
    """Return where the value at `path` begins, or the nearest value around it.

    An item of a single text that stands for a list of one is that text.
    """
    while (node := find(root, path)) is None:
        path = path[:-1]
    return node.at


def key_mark(root: Node, path: Path) -> Mark:
    """Return where the key at the end of `path` stands."""
    around = find(root, path[:-1])
    pair = around.pairs.get(str(path[-1])) if isinstance(around, Mapping) else None
    return pair.key.at if pair else mark_of(root, path)


def _plain(node: Node) -> Any:
    """Return the tree as Python's own values; None for a value that is broken or not there."""
    if isinstance(node, Scalar):
        return node.text if _has_text(node) else None
    if isinstance(node, Mapping):
        return {key: _plain(pair.value) for key, pair in node.pairs.items()}
    if isinstance(node, Items):
        return [_plain(item) for item in node.items]
    return None


def _take_out(data: Any, path: Path) -> None:
    """Remove the value at `path`; in a list None takes its place, so that places stay."""
    for step in path[:-1]:
        data = data[step]
    if isinstance(data, list) and isinstance(path[-1], int):
        data[path[-1]] = None
    elif isinstance(data, dict):
        data.pop(path[-1], None)


def _has_text(node: Scalar) -> bool:
    return not (node.plain and node.text in _NOTHING)


_NOTHING = ("", "~", "null", "Null", "NULL")


def _silent(node: Node, path: Path) -> Iterator[tuple[Path, Flaw]]:
    """Find what YAML passes over in silence: values that are not there, texts cut off by a #."""
    if isinstance(node, Items):
        for place, item in enumerate(node.items):
            yield from _silent(item, (*path, place))
    elif isinstance(node, Mapping):
        for key, pair in node.pairs.items():
            yield from _silent(pair.value, (*path, key))
    elif isinstance(node, Scalar) and node.bare:
        words = (
            f"{shown(str(path[-1]))} stands alone between commas. Inside braces a text that holds "
            'a comma needs quotes around the whole of it: {ask: "First this, then that"}'
        )
        yield path, Flaw(node.at, words)
    elif isinstance(node, Scalar):
        flaw = _cut_off(node, path) if _has_text(node) else _nothing(node, path)
        if flaw:
            yield path, flaw


def _nothing(node: Scalar, path: Path) -> Flaw:
    name = _name(path)
    if node.dropped and re.match(r"#\w", node.dropped.text):
        return Flaw(
            node.dropped.at,
            f"To YAML {shown(node.dropped.text)} is a comment, so {name} is empty. Put quotes "
            f'around it: "{shown(node.dropped.text)[1:-1]}"',
        )
    return Flaw(node.at, f"{name} is empty. Write it like {_example(path)} or delete it.")


def _cut_off(node: Scalar, path: Path) -> Flaw | None:
    """Tell a hashtag from a comment after prose.

    `#` and a letter or digit is a hashtag. `# ` begins a comment, unless it holds the end of the
    sentence: “How many # of cores do you take?”
    """
    if node.dropped is None or FREE_TEXT.isdisjoint({_last_key(path), path[0]}):
        return None
    dropped = node.dropped.text
    ends_there = dropped[-1] in ".?!" and node.text.rstrip()[-1:] not in ".?!:"
    if not re.match(r"#\w", dropped) and not (node.plain and ends_there):
        return None
    whole = f"{node.text} {dropped}" if node.plain else dropped
    return Flaw(
        node.dropped.at,
        f"To YAML {shown(dropped)} is a comment and is dropped. Put quotes around the whole text: "
        f'"{shown(whole, 60)[1:-1]}"',
    )


def _path(root: Mapping, way: tuple[str | int, ...]) -> Path:
    """Return the part of a misfit's way that is a path of the tree.

    Names of alternatives (`<list>`) are left out, and so is the 0 of a single text that was
    taken for a list of one.
    """
    path: Path = ()
    for step in way:
        if find(root, (*path, step)) is not None:
            path = (*path, step)
    return path


def _flaw(root: Mapping, path: Path, misfit: Misfit) -> Flaw:
    at = mark_of(root, path)
    match misfit.fault:
        case Fault.KEY if path[0] == "dates" and str(path[-1]) in known_keys(DateForm):
            words = (
                f"{path[-1]} belongs under a date. Write dates: {{2026-12-07: {{{path[-1]}: ...}}}}"
            )
            return Flaw(key_mark(root, path), words)
        case Fault.KEY:
            return Flaw(key_mark(root, path), misfit.text)
        case Fault.UNKNOWN:
            return Flaw(key_mark(root, path), unknown(str(path[-1]), _keys_at(path)))
        case Fault.VALUE:
            return Flaw(at, misfit.text)
        case Fault.EMPTY:
            return Flaw(at, f"{_name(path)} is empty. Write it like {_example(path)}")
        case Fault.SHAPE:
            return Flaw(at, _misshapen(find(root, path), path))


def _misshapen(node: Node | None, path: Path) -> str:
    example = _example(path)
    if isinstance(node, Mapping) and " " in next(iter(node.pairs), ""):
        return (
            f"{_name(path)} is cut in two at the colon. Put quotes around the whole of a text that "
            f"holds a colon. Write it like {example}"
        )
    if isinstance(node, Mapping) and (whole := _id_cut_in_two(node)):
        return f'{_name(path)} is cut in two at the colon. Write "{whole}", without a space.'
    kinds = {Mapping: "keys with values", Items: "a list"}
    kind = kinds.get(type(node), "a single text")
    return f"{_name(path)} cannot be {kind}. Write it like {example}"


def _id_cut_in_two(node: Mapping) -> str | None:
    """Return `role:123` of what was written with a space in it, which makes it a mapping."""
    for key, pair in node.pairs.items():
        if key.casefold() in ("role", "user", "group") and isinstance(pair.value, Scalar):
            return f"{key.casefold()}:{shown(pair.value.text)[1:-1]}"
    return None


def _name(path: Path) -> str:
    """Name a value in a sentence: `window`, `topic 3`, `ask 2`."""
    if path and isinstance(path[-1], int):
        word = _last_key(path)
        return f"{word.removesuffix('s')} {path[-1] + 1}"
    return _last_key(path) or "the file"


def _last_key(path: Path) -> str:
    return next((step for step in reversed(path) if isinstance(step, str)), "")


def _keys(path: Path) -> list[str]:
    """Return the keys on the way, without `dates` and its date."""
    keys = [step for step in path if isinstance(step, str)]
    return keys[2:] if keys[:1] == ["dates"] and len(keys) > 1 else keys


def _example(path: Path) -> str:
    """Return how the value at `path` is written, or what is around it."""
    keys = _keys(path)
    on_date = path[:1] == ("dates",)
    if path[-2:] == ("topics", "ask"):
        return EXAMPLES["topics.every"]
    while keys:
        dotted = ".".join(keys)
        if on_date and f"dates.{dotted}" in EXAMPLES:
            return EXAMPLES[f"dates.{dotted}"]
        if dotted in EXAMPLES:
            return EXAMPLES[dotted]
        keys.pop()
    return EXAMPLES["dates" if on_date else "title"]


_FORMS: dict[str, type[Form]] = {
    "topics": TopicForm,
    "schedule": ScheduleForm,
    "reading": ReadingForm,
    "rooms": RoomForm,
    "moderators": PeopleForm,
    "guests": PeopleForm,
    "moderators_on_call": PeopleForm,
    "members_only": PeopleForm,
    "alerts": AlertsForm,
    "notify": NotifyForm,
}


def _keys_at(path: Path) -> tuple[str, ...]:
    """Return the keys that are known where the key at the end of `path` stands."""
    keys = _keys(path)[:-1]
    form: type[Form] = AgendaForm
    if keys:
        form = _FORMS[keys[0]]
        if keys[0] == "topics" and not isinstance(path[-2], int):
            form = EvenTopicsForm
    elif len(path) > 2:
        form = DateForm
    return known_keys(form)
