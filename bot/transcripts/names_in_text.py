"""Finds people's names in texts, and puts what stands for them in their place.

1.  A whole name is replaced, whatever its letters' case, accents and what stands between its words
    (at most three characters of one line): "kofi  mensah", "Kofi-Mensah", "kofimensah".
2.  Each word of a name is replaced where it stands alone, also with an s behind it, but for what
    names nobody: titles, professions, places, the words of everyday (`common_words.txt`). A word
    that is a first name and something else (Will, Grace) is replaced where it is written like a
    name: with a capital within a sentence, or addressed. A word of two letters needs its case.
3.  Behind an @ every word of a name is one, and so is a first letter with the last word: @kmensah.
    A topic's label (T1) never is. Elsewhere such a handle needs its capitals (MSouza), initials
    theirs (JP), and a word with digits behind it (souza123) is not in capitals, as trials are.
4.  A word that is part of several people's names stands for none of them: LEFT_OUT. Words that the
    chat's own agenda has, such as the authors' names of its paper, are replaced only behind an @ or
    as a part of a whole name: else a pseudonym would stand for the author of a cited paper.
5.  In scripts without spaces between words a whole name is replaced wherever its letters stand, a
    given name in Han (小明 of 王小明) where they are no part of another word.
6.  An address that holds somebody's name, and one that leads to a profile or to a message on a
    platform, is left out.

What this cannot find: nicknames, misspelt names, inflected ones, and descriptions.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from bot.transcripts.common_words import is_doubtful, is_never_a_name
from bot.transcripts.made_of_names import (
    DENSE,
    JOINERS,
    MEANS_SOMETHING,
    SHORTEST_RUN,
    UNSEEN,
    doubles,
    given_name,
    handles,
    initials,
    is_handle,
    stands_alone,
    with_joiners,
    without_number,
)

LEFT_OUT = "[name left out]"
LINK_LEFT_OUT = "[link left out]"

_LETTER = (
    r"[^\s\x00-/:-@\[-`{-\u00a9\u00ab-\u00b1\u00b4\u00b6-\u00b9\u00bb\u00bf\u00d7\u00f7"
    r"\u060c\u061b\u061f\u06d4\u2000-\u2bff\u3000-\u3004\u3007-\u3020\u30fb"
    r"\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\ufe00-\ufe0f\ufeff"
    r"\U0001f000-\U0001faff\U000e0000-\U000e01ef]"
)
_TOKEN = re.compile(f"{_LETTER}+(?:{JOINERS}+{_LETTER}+)*")
"""A run of letters, digits and the marks upon them; what nobody sees within it does not end it."""

_ASCII_TOKEN = re.compile("[0-9A-Za-z]+")
"""The same where a text is ASCII alone, in half the time."""

_LABEL = re.compile(r"[AQTaqt][0-9]{1,2}")
"""What names a topic; whoever is called so takes nobody's label away."""

_IN_ADDRESS = 6
"""Letters that a whole name has at least which is looked for within an address."""

_NUMBERED = re.compile(r"[0-9](?<=[A-Za-z]{4}[0-9])")
_GAP = re.compile(r"[^\n]{0,3}")
_LETTERS = str.maketrans(
    {"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ħ": "h"}
)
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_CLITICS = "وفبلكהובלמשכ"
_ENDS_SENTENCE = ".!?:;\n•|(“\"'‘*>[-–—"
_BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\}")
_CUTS = re.compile(r"\s[|/·•–—-]\s|,")


def folded(word: str) -> str:
    """Return a word without case, accents and invisible joiners."""
    if word.isascii():
        return word.lower()
    parts = unicodedata.normalize("NFKD", word).casefold().translate(_LETTERS)
    return "".join(c for c in parts if unicodedata.category(c) not in ("Mn", "Cf"))


def words_of(text: str) -> list[str]:
    """Return the words of a text, folded."""
    return [word for word in map(folded, _TOKEN.findall(text)) if word]


class _Whole(NamedTuple):
    words: tuple[str, ...]
    instead: str | None  # None: it is somebody's who is shown by name, and stays


class _Token(NamedTuple):
    start: int
    end: int
    raw: str
    word: str


class NamesInText:
    """Replaces names.

    `hidden` are names and what stands for each, `shown` names that stay where they stand whole,
    `spared` words that name nobody alone unless they are addressed, `shared` words that may name
    somebody who stays: alone they do too.
    """

    def __init__(
        self,
        hidden: Iterable[tuple[str, str]],
        shown: Iterable[str] = (),
        spared: Collection[str] = (),
        shared: Collection[str] = (),
    ) -> None:
        self._wholes: dict[tuple[str, str], list[_Whole]] = {}  # by their first two words
        self._words: dict[str, str] = {}
        self._cased: dict[str, str] = {}  # short words, which need their case
        self._addressed: dict[str, str] = {}  # behind an @
        self._squashed: dict[str, str] = {}
        self._handles: dict[str, str] = {}  # written as an initial with a name
        self._dense: dict[str, str] = {}
        self._given: dict[str, str] = {}  # of names in Han
        self._spared = frozenset(spared)
        self._shared = frozenset(shared)
        for name, instead in hidden:
            self._hide(name, instead)
        kept: set[str] = set()  # names in scripts without spaces that stay
        for name in shown:
            kept.update(UNSEEN.sub("", raw) for raw in _TOKEN.findall(name) if DENSE.search(raw))
            if len(words := tuple(words_of(name))) > 1:
                self._wholes.setdefault((words[0], words[1]), []).append(_Whole(words, None))
        for wholes in self._wholes.values():
            wholes.sort(key=lambda whole: (-len(whole.words), whole.instead is None))
        self._kept = frozenset(kept)
        in_han = sorted({*self._dense, *self._given, *kept}, key=len, reverse=True)
        self._found_dense = re.compile("|".join(map(with_joiners, in_han)) or r"(?!)")
        self._telling = self._first_words()
        self._beginnings: dict[str, list[str]] = {}  # of names that addresses may hold
        for name in self._squashed:
            if len(name) >= _IN_ADDRESS:
                self._beginnings.setdefault(name[:_IN_ADDRESS], []).append(name)

    def __bool__(self) -> bool:
        """Whether any name is to be replaced."""
        return bool(self._addressed or self._dense)

    @property
    def words(self) -> frozenset[str]:
        """The words, folded, that are replaced where they stand alone and nothing spares them."""
        return frozenset({*self._words, *self._squashed, *map(folded, self._cased), *self._given})

    # ------------------------------------------------------------ names

    def _hide(self, name: str, instead: str) -> None:
        for one in _ways(name):
            words = tuple(words_of(one))
            if len(words) > 1:
                self._wholes.setdefault((words[0], words[1]), []).append(_Whole(words, instead))
                if len(run := "".join(words)) > 2 or not run.isascii():
                    _add(self._squashed, run, instead)
                _add(self._addressed, words[0][0] + words[-1], instead)  # @kmensah
                if not is_never_a_name(words[-1]):
                    for handle in handles(words):
                        _add(self._handles, handle, instead)
        if not _TOKEN.search(name) and name.strip() and not name.strip().isascii():
            _add(self._dense, name.strip(), instead)  # a name of signs alone
        for raw in dict.fromkeys([*_TOKEN.findall(name), *_TOKEN.findall(_without_marks(name))]):
            if not _LABEL.fullmatch(raw):
                self._hide_word(raw, instead)
        self._hide_forms(name, instead)

    def _hide_forms(self, name: str, instead: str) -> None:
        for parts in doubles(_without_marks(name)):
            run = folded("".join(parts))
            is_a_name = not all(is_never_a_name(folded(part)) for part in parts)
            if is_a_name and len(run) >= SHORTEST_RUN and not is_never_a_name(run):
                _add(self._words, run, instead)
        for letters in initials(name):
            _add(self._addressed, letters.lower(), instead)
            if letters not in MEANS_SOMETHING:
                _add(self._cased, letters, instead)
                spaced = tuple(letters.lower())  # J.P.
                whole = _Whole(spaced, instead)
                self._wholes.setdefault((spaced[0], spaced[1]), []).append(whole)

    def _hide_word(self, raw: str, instead: str) -> None:
        if DENSE.search(raw):
            if len(raw) > 1:
                _add(self._dense, UNSEEN.sub("", raw), instead)
            if given := given_name(UNSEEN.sub("", raw)):
                _add(self._given, given, instead)
            return
        without_digits = raw.strip("0123456789")
        parts = _PARTS.findall(without_digits) if not _is_one_case(without_digits) else ()
        for part in {raw, without_digits, *parts}:
            word = folded(part)
            if not word or (part != raw and len(word) < 3):
                continue
            _add(self._addressed, word, instead)
            if is_never_a_name(word) or word.isdigit():
                continue
            if len(word) > 2:
                _add(self._words, word, instead)
            elif len(word) == 2:
                _add(self._cased, part, instead)

    def _first_words(self) -> set[str]:
        """Return the folded words without which a text without @ and other letters has no name."""
        firsts = {
            whole.words[0]
            for wholes in self._wholes.values()
            for whole in wholes
            if whole.instead is not None
        }
        alone = {*self._words, *self._squashed, *map(folded, self._cased)}
        alone |= set(self._handles)
        return firsts | alone | {f"{word}s" for word in alone}

    # ------------------------------------------------------------ texts

    def replaced(self, text: str) -> str:
        """Return a text in which something else stands for each name; links are not looked into."""
        if self._dense and not text.isascii():
            text = self._found_dense.sub(self._in_han, text)
        if not self or not self._may_name_somebody(text):
            return text
        tokens = [
            _Token(match.start(), match.end(), match[0], folded(match[0]))
            for match in (_ASCII_TOKEN if text.isascii() else _TOKEN).finditer(text)
        ]
        pieces: list[str] = []
        done = at = 0
        while at < len(tokens):
            taken, instead = self._at(text, tokens, at)
            if instead is not None:
                first, last = tokens[at], tokens[at + taken - 1]
                pieces += text[done : first.start], instead
                done = last.end
            at += taken
        return "".join([*pieces, text[done:]]) if pieces else text

    def _in_han(self, match: re.Match[str]) -> str:
        name = match[0] if match[0] in self._dense else UNSEEN.sub("", match[0])
        if name in self._dense:
            return self._dense[name]
        is_spared = name in self._kept or name in self._spared or name in self._shared
        if is_spared or not stands_alone(match.string, *match.span()):
            return match[0]
        return self._given[name]

    def _may_name_somebody(self, text: str) -> bool:
        """Whether a text has a word of a name, or one in other letters: most texts have neither."""
        if "@" in text or _NUMBERED.search(text):
            return True
        is_ascii = text.isascii()
        words = (_ASCII_TOKEN if is_ascii else _TOKEN).findall(text)
        is_in_other_letters = not (is_ascii or all(map(str.isascii, words)))
        return is_in_other_letters or not self._telling.isdisjoint(map(str.lower, words))

    def _at(self, text: str, tokens: Sequence[_Token], at: int) -> tuple[int, str | None]:
        """Return how many words are one name from here on, and what stands for it, if anything."""
        following = tokens[at + 1].word if at + 1 < len(tokens) else ""
        for whole in self._begun_by(tokens[at].word, following):
            if _is_there(text, tokens, at, whole.words):
                return len(whole.words), whole.instead
        return 1, self._alone(text, tokens[at])

    def _begun_by(self, word: str, following: str) -> Iterable[_Whole]:
        found: Iterable[_Whole] = self._wholes.get((word, following), ())
        if following.endswith("s"):  # Kofi Mensahs
            found = [*found, *self._wholes.get((word, following[:-1]), ())]
        return found

    def _alone(self, text: str, token: _Token) -> str | None:
        word = token.word
        forms = _forms(word)
        if self._shared and not self._shared.isdisjoint(forms):
            return None
        numberless = without_number(word) if word[-1:].isdigit() else ""
        if text[token.start - 1 : token.start] == "@":
            for one in (word, numberless):
                if one in self._addressed:
                    return self._addressed[one]
        if token.raw in self._cased and word not in self._spared:
            return self._cased[token.raw]
        for one in forms:
            if one == numberless and (word in self._spared or token.raw.isupper()):
                continue
            if one in self._handles and one not in self._spared and is_handle(token.raw):
                return self._handles[one]
            if one in self._squashed and one not in self._spared:
                return self._squashed[one]
            if one in self._words and one not in self._spared:
                if is_doubtful(one) and (one == numberless or not _is_like_a_name(text, token)):
                    continue
                return self._words[one]
        return None

    def names_somebody(self, url: str) -> bool:
        """Whether an address holds a name: a whole one, or a word of four letters and more."""
        words = words_of(url)
        together = "".join(words)
        return any(
            together.startswith(name, at)
            for at in range(len(together) - _IN_ADDRESS + 1)
            for name in self._beginnings.get(together[at : at + _IN_ADDRESS], ())
        ) or any(
            word in self._words and len(word) > 3 and not is_doubtful(word)
            and word not in self._spared
            for word in words
        )  # fmt: skip


def may_name(text: str, words: Collection[str], alone: Collection[str]) -> bool:
    """Whether one of these words stands in a text as if it named somebody.

    `words` are those of a person's names, folded, `alone` those that are a whole name. Words of
    everyday count where they begin with a capital, those that name nobody only as a whole name.
    """
    for match in _TOKEN.finditer(text):
        for word in _forms(folded(match[0])):
            if word not in words or word.isdigit():
                continue
            never, doubtful = is_never_a_name(word), is_doubtful(word)
            if (never or len(word) == 1) and word not in alone:
                continue
            if not (never or doubtful) or match[0][0].isupper():
                return True
    return False


def _add(names: dict[str, str], name: str, instead: str) -> None:
    """Note what stands for a name; for one that is several people's stands nobody."""
    if name:
        names[name] = instead if names.get(name, instead) == instead else LEFT_OUT


def _ways(name: str) -> set[str]:
    """Return a name, and what is left of it without brackets, additions and titles."""
    bare = _CUTS.split(_BRACKETED.sub(" ", name))[0]
    said = [word for word in _TOKEN.findall(bare) if not is_never_a_name(folded(word))]
    return {name, bare, " ".join(said)}


def _without_marks(name: str) -> str:
    """Return a name with its apostrophes left out: ONeil."""
    return name.replace("'", "").replace("\u2019", "")


def _is_one_case(word: str) -> bool:
    return word[1:].islower() or word.isupper() or not word.isascii()


def _forms(word: str) -> Sequence[str]:
    """Return a word, and without what is often added to a name: an s, digits, a letter before."""
    if len(word) <= 3:
        return (word,)
    forms = [word]
    if word[-1] == "s":
        forms.append(word[:-1])
    if word[-1].isdigit() and (numberless := without_number(word)):
        forms.append(numberless)
    if word[0] in _CLITICS:
        forms.append(word[1:])
    return forms


def _is_there(text: str, tokens: Sequence[_Token], at: int, words: Sequence[str]) -> bool:
    if at + len(words) > len(tokens):
        return False
    for n, word in enumerate(words):
        said = tokens[at + n].word
        if said != word and not (n == len(words) - 1 and said == f"{word}s"):
            return False
        if n and not _GAP.fullmatch(text, tokens[at + n - 1].end, tokens[at + n].start):
            return False
    return True


def _is_like_a_name(text: str, token: _Token) -> bool:
    """Whether a word that may be a name is written like one."""
    if not token.raw[0].isupper() or (token.raw.isupper() and len(token.raw) > 1):
        return token.raw[0] == folded(token.raw[0]) and not token.raw.isascii()  # without case
    before = text[max(0, token.start - 40) : token.start].rstrip(" \t")
    if before and before[-1] not in _ENDS_SENTENCE:
        return True
    return text[token.end : token.end + 1] in (",", ":")
