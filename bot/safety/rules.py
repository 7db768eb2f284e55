"""Reads the rule file: words of self-harm, severe words, invitations, and how much is a flood.

`load` reads `bot/safety/rules.yaml` once, when Rounds starts. What is wrong with the file is said
by a RuleMistake with its line and key; nothing in it is guessed or passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from importlib.resources import files
from typing import TypeVar

import yaml

from bot.safety.phrase_tree import Phrase, UnreadablePhrase, phrase_of

FILE = "rules.yaml"

KEPT = 64
"""Sayings of one person that are remembered; a limit that counts sayings lies below."""

Read = TypeVar("Read")


class RuleMistake(ValueError):
    """The rule file cannot be used; the text says where and why."""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many within so long."""

    most: int
    within: timedelta


@dataclass(frozen=True, slots=True)
class Tongue:
    """How somebody says in one language that they are in danger, and what is something else.

    A phrase is left alone where one of `unless_followed_by` follows it at once, where one of
    `unless_preceded_by` stands before it, and where a word of `reports` stands up to three words
    before it that no word of `own` precedes: then somebody else's words are told.
    """

    language: str
    phrases: tuple[Phrase, ...]
    unless_followed_by: tuple[Phrase, ...] = ()
    unless_preceded_by: tuple[Phrase, ...] = ()
    reports: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one person may say; of several limits each holds."""

    messages: tuple[Limit, ...] = ()
    characters: tuple[Limit, ...] = ()
    lines: tuple[Limit, ...] = ()
    links: tuple[Limit, ...] = ()
    attachments: tuple[Limit, ...] = ()
    mentions: tuple[Limit, ...] = ()
    duplicates: tuple[Limit, ...] = ()

    @property
    def longest(self) -> timedelta:
        """The longest of their windows."""
        windows = (limit.within for of in fields(self) for limit in getattr(self, of.name))
        return max(windows, default=timedelta(0))


@dataclass(frozen=True, slots=True)
class NewAccounts:
    """What an account may do that is younger than so many hours when it speaks."""

    hours: int
    limits: Limits


@dataclass(frozen=True, slots=True)
class Rules:
    """The rule file. `shortest_duplicate` counts letters and digits.

    A severe phrase is left alone that stands within one of `harmless`, which may be left out.
    """

    distress: tuple[Tongue, ...]
    severe: tuple[Phrase, ...]
    invitations: tuple[str, ...]
    limits: Limits
    shortest_duplicate: int
    everyone_counts: int
    new_accounts: NewAccounts
    harmless: tuple[Phrase, ...] = ()


def load() -> Rules:
    """Read the file that comes with Rounds; raises RuleMistake."""
    return read((files("bot.safety") / FILE).read_text("utf-8"))


def read(text: str, name: str = FILE) -> Rules:
    """Read a rule file's text; raises RuleMistake with the first thing that is wrong with it."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise RuleMistake(f"{name}:{line}: This is not YAML: {error.problem}.") from None
    except (yaml.YAMLError, ValueError, RecursionError):
        raise RuleMistake(f"{name}: This is not YAML, or not UTF-8.") from None
    if root is None:
        raise RuleMistake(f"{name}: The file is empty.")
    place = _Place(name, "", root)
    of = place.keys({field.name for field in fields(Rules)} - {"harmless"}, {"harmless"})
    return Rules(
        distress=tuple(_tongue(key, value) for key, value in of["distress"].pairs().items()),
        severe=_phrases(of["severe"]),
        invitations=tuple(of["invitations"].each(_address)),
        limits=_limits(of["limits"]),
        shortest_duplicate=of["shortest_duplicate"].number(1, 1000),
        everyone_counts=of["everyone_counts"].number(1, 100),
        new_accounts=_new_accounts(of["new_accounts"]),
        harmless=_phrases(of["harmless"]) if "harmless" in of else (),
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """A value of the file, and where it stands."""

    file: str
    key: str
    node: yaml.Node

    def wrong(self, why: str) -> RuleMistake:
        where = f"{self.file}:{self.node.start_mark.line + 1}: "
        return RuleMistake(f"{where}{self.key}: {why}" if self.key else f"{where}{why}")

    def pairs(self) -> dict[str, _Place]:
        """Return a mapping's values; raises RuleMistake for anything else and for a key twice."""
        if not isinstance(self.node, yaml.MappingNode):
            raise self.wrong("Here must stand keys with a colon behind each.")
        found: dict[str, _Place] = {}
        for key, value in self.node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else ""
            path = f"{self.key}.{name}" if self.key else str(name)
            if not name or name in found:
                why = "This key stands twice." if name else "A key is a word."
                raise _Place(self.file, path, key).wrong(why)
            found[name] = _Place(self.file, path, value)
        return found

    def keys(self, wanted: set[str], optional: Iterable[str] = ()) -> Mapping[str, _Place]:
        """Return a mapping that has these keys; raises RuleMistake for one too many or too few."""
        found = self.pairs()
        allowed = ", ".join(sorted({*wanted, *optional}))
        for name, value in found.items():
            if name not in wanted and name not in optional:
                raise value.wrong(f"There is no such key. The keys here are {allowed}.")
        for name in sorted(wanted - set(found)):
            raise self.wrong(f"The key {name} is missing.")
        return found

    def each(self, read: Callable[[_Place], Read]) -> list[Read]:
        """Return what each value of a list is read as; raises RuleMistake."""
        if not isinstance(self.node, yaml.SequenceNode):
            raise self.wrong("Here must stand a list, one value behind each dash.")
        return [read(_Place(self.file, self.key, value)) for value in self.node.value]

    def text(self) -> str:
        """Return a text that is not empty; raises RuleMistake."""
        if not isinstance(self.node, yaml.ScalarNode) or not self.node.value.strip():
            raise self.wrong("Here must stand a text.")
        return str(self.node.value).strip()

    def number(self, least: int, most: int) -> int:
        """Return a whole number between two; raises RuleMistake."""
        text = self.node.value if isinstance(self.node, yaml.ScalarNode) else ""
        is_one = len(text) <= 9 and text.isascii() and text.isdecimal()
        if not is_one or not least <= int(text) <= most:
            raise self.wrong(f"Here must stand a whole number from {least} to {most}.")
        return int(text)


def _tongue(language: str, place: _Place) -> Tongue:
    of = place.keys({"phrases"}, ("unless_followed_by", "unless_preceded_by", "reports", "own"))
    lists = {key: tuple(value.each(_phrase)) for key, value in of.items()}
    if not lists["phrases"]:
        raise of["phrases"].wrong("The list is empty. Leave the language out.")
    single: dict[str, frozenset[str]] = {}
    for key in ("reports", "own"):
        words = [way for phrase in lists.get(key, ()) for way in phrase.ways()]
        if any(len(way) != 1 for way in words):
            raise of[key].wrong("Here stand single words, with / between them.")
        single[key] = frozenset(way[0] for way in words)
    return Tongue(
        language,
        lists["phrases"],
        lists.get("unless_followed_by", ()),
        lists.get("unless_preceded_by", ()),
        **single,
    )


def _phrases(place: _Place) -> tuple[Phrase, ...]:
    """Return the phrases of all languages."""
    return tuple(phrase for value in place.pairs().values() for phrase in value.each(_phrase))


def _phrase(place: _Place) -> Phrase:
    try:
        return phrase_of(place.text())
    except UnreadablePhrase as error:
        raise place.wrong(str(error)) from None


def _address(place: _Place) -> str:
    text = place.text().lower()
    host, slash, _path = text.partition("/")
    if not slash or "." not in host or "://" in text or " " in text:
        raise place.wrong(
            "An address is written without https:// and with its first slash, as discord.gg/."
        )
    return text


def _limits(place: _Place) -> Limits:
    names = {field.name for field in fields(Limits)}
    found = place.keys(set(), names)
    read = {}
    for name, value in found.items():
        counts_sayings = name in ("messages", "duplicates")
        most = KEPT - 1 if counts_sayings else 1_000_000
        read[name] = tuple(value.each(lambda one, most=most: _limit(one, most)))  # type: ignore[misc]
    return Limits(**read)


def _limit(place: _Place, most: int) -> Limit:
    of = place.keys({"most", "seconds"})
    within = timedelta(seconds=of["seconds"].number(1, 86_400))
    return Limit(of["most"].number(0, most), within)


def _new_accounts(place: _Place) -> NewAccounts:
    of = place.keys({"hours", "limits"})
    return NewAccounts(of["hours"].number(0, 24 * 366), _limits(of["limits"]))
