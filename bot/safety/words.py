"""Finds words of self-harm and severe words in what somebody says; it judges nobody."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from bot.safety import sites
from bot.safety.folding import STOP, disguised, folded, pieces_of, spelled, unquoted, words
from bot.safety.phrase_tree import Tree
from bot.safety.rules import Rules, Tongue

REACH = 3
"""Words before a phrase in which a report of it stands, and before the report who reports."""


class Lexicon:
    """The words of the rules, made ready to be searched for; made once, and never changed."""

    __slots__ = (
        "_after", "_before", "_distress", "_harmless", "_severe", "invitations", "reach", "rules"
    )  # fmt: skip

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.reach = max(rules.limits.longest, rules.new_accounts.limits.longest)
        self.invitations = sites.inviting(rules.invitations)
        self._distress = Tree((phrase, one) for one in rules.distress for phrase in one.phrases)
        self._severe = Tree((phrase, None) for phrase in rules.severe)
        self._harmless = Tree((phrase, None) for phrase in rules.harmless)
        self._after = {
            one.language: Tree((phrase, None) for phrase in one.unless_followed_by)
            for one in rules.distress
        }
        self._before = {
            one.language: Tree(
                ((phrase, None) for phrase in one.unless_preceded_by), backwards=True
            )
            for one in rules.distress
        }

    def distress(self, text: str) -> bool:
        """Whether somebody says of themselves that they want to die or to hurt themselves.

        Lines that quote (`>`) and words that are told of others are left out. Only the first
        LONGEST characters are looked at.
        """
        pieces = words(unquoted(text))
        for start in self._distress.starts(pieces):
            for end, tongue in self._distress.at(pieces, start):
                if not self._is_something_else(pieces, start, end, tongue):
                    return True
        return False

    def severe(self, text: str, allowed: Collection[str] = ()) -> bool:
        """Whether a severe word stands in a text, in quotes or not, also in a plain disguise.

        `allowed` are words or phrases that the series talks about; a severe phrase that is one of
        them, or holds one, is left alone, and so is one within a harmless phrase of the rules.
        """
        whole = folded(text)
        return self.severe_in(whole, pieces_of(whole), allowed)

    def severe_in(self, text: str, pieces: list[str], allowed: Collection[str] = ()) -> bool:
        """Whether a severe word stands in a text that is folded, of which these are the words."""
        readings = [pieces, disguised(text, pieces) or [], *([word] for word in spelled(pieces))]
        found = [said for reading in readings for said in self._severe_phrases(reading)]
        if not found:
            return False
        free = {" ".join(word for word in words(one) if word != STOP) for one in allowed}
        return any(" ".join(said) not in free and free.isdisjoint(said) for said in found)

    def _severe_phrases(self, pieces: list[str]) -> Iterator[list[str]]:
        found = _spans(self._severe, pieces)
        harmless = _spans(self._harmless, pieces) if found else []
        free = {place for start, end in harmless for place in range(start, end)}
        for start, end in found:
            said = [place for place in range(start, end) if pieces[place] != STOP]
            if not free.issuperset(said):
                yield [pieces[place] for place in said]

    def _is_something_else(self, pieces: list[str], start: int, end: int, tongue: Tongue) -> bool:
        """Whether what stands around a phrase makes it no word about its author."""
        if any(True for _ in self._after[tongue.language].at(pieces, end)):
            return True
        if any(True for _ in self._before[tongue.language].at(pieces, start - 1, -1)):
            return True
        for place in range(start - 1, max(-1, start - 1 - REACH), -1):
            if pieces[place] == STOP:
                return False
            if pieces[place] in tongue.reports:
                before = pieces[max(0, place - REACH) : place]
                return tongue.own.isdisjoint(_last_sentence(before))
        return False


def _spans(tree: Tree, pieces: list[str]) -> list[tuple[int, int]]:
    """Return where phrases of a tree begin and end."""
    return [(start, end) for start in tree.starts(pieces) for end, _ in tree.at(pieces, start)]


def _last_sentence(pieces: list[str]) -> list[str]:
    """Return the words behind the last STOP."""
    for place in range(len(pieces) - 1, -1, -1):
        if pieces[place] == STOP:
            return pieces[place + 1 :]
    return pieces
