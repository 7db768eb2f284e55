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
5.  A name that has ä, ö, ü, ø or å is one with ae, oe, ue or aa too, and the other way round
    (`bot.transcripts.spelling`).
6.  In scripts without spaces between words a whole name is replaced wherever its letters stand, a
    given name in Han (小明 of 王小明) where they are no part of another word.
7.  An address that holds somebody's name, also behind percent signs, and one that leads to a
    profile or to a message on a platform, is left out.

What this cannot find: nicknames, misspelt names, inflected ones, and descriptions.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from bot.transcripts.common_words import is_doubtful, is_never_a_name
from bot.transcripts.encoded import ESCAPE, RUN, readings
from bot.transcripts.made_of_names import (
    DENSE,
    DIGITS,
    MEANS_SOMETHING,
    SHORTEST_RUN,
    doubles,
    forms,
    given_name,
    handles,
    initials,
    is_handle,
    parts_of,
    stands_alone,
    ways,
    with_joiners,
    without_marks,
    without_number,
)
from bot.transcripts.spelling import (
    IS_WRITTEN_OUT,
    TOKEN,
    UNSEEN,
    folded,
    spellings,
    words_of,
    written_out,
)

LEFT_OUT = "[name left out]"
LINK_LEFT_OUT = "[link left out]"

_ASCII_TOKEN = re.compile("[0-9A-Za-z]+")
"""The same where a text is ASCII alone, in half the time."""

_LABEL = re.compile(r"[AQTaqt][0-9]{1,2}")
"""What names a topic; whoever is called so takes nobody's label away."""

_IN_ADDRESS = 6
"""Letters that a whole name has at least which is looked for within an address."""

_NUMBERED = re.compile(r"[0-9](?<=[A-Za-z]{4}[0-9])")
_GAP = re.compile(r"[^\n]{0,3}")
_ENDS_SENTENCE = ".!?:;\n•|(“\"'‘*>[-–—"


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
        self._spared = set(spared)
        self._shared = frozenset(shared)
        for name, instead in hidden:
            self._hide(name, instead)
        kept: set[str] = set()  # names in scripts without spaces that stay
        for name in shown:
            kept.update(UNSEEN.sub("", raw) for raw in TOKEN.findall(name) if DENSE.search(raw))
            for spelling in spellings(name):
                if len(words := tuple(words_of(spelling))) > 1:
                    self._wholes.setdefault((words[0], words[1]), []).append(_Whole(words, None))
        for wholes in self._wholes.values():
            wholes.sort(key=lambda whole: (-len(whole.words), whole.instead is None))
        self._kept = frozenset(kept)
        in_han = sorted({*self._dense, *self._given, *kept}, key=len, reverse=True)
        self._found_dense = re.compile("|".join(map(with_joiners, in_han)) or r"(?!)")
        self._telling = self._first_words()
        self._written_out = self._with_letters_written_out()
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
        for one in (spelling for way in ways(name) for spelling in spellings(way)):
            words = tuple(words_of(one))
            if len(words) > 1:
                self._wholes.setdefault((words[0], words[1]), []).append(_Whole(words, instead))
                if len(run := "".join(words)) > 2 or not run.isascii():
                    _add(self._squashed, run, instead)
                _add(self._addressed, words[0][0] + words[-1], instead)  # @kmensah
                if not is_never_a_name(words[-1]):
                    for handle in handles(words):
                        _add(self._handles, handle, instead)
        if not TOKEN.search(name) and name.strip() and not name.strip().isascii():
            _add(self._dense, name.strip(), instead)  # a name of signs alone
        for raw in dict.fromkeys([*TOKEN.findall(name), *TOKEN.findall(without_marks(name))]):
            if not _LABEL.fullmatch(raw):
                self._hide_word(raw, instead)
                if len(written := spellings(raw)) > 1:
                    self._hide_spellings(raw, written, instead)
        self._hide_forms(name, instead)

    def _hide_forms(self, name: str, instead: str) -> None:
        spelled = spellings(without_marks(name))
        for parts in (parts for one in spelled for parts in doubles(one)):
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
        for part in parts_of(raw):
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

    def _hide_spellings(self, raw: str, spelled: Sequence[str], instead: str) -> None:
        """Note a word of a name with its letters written out, as the word itself is noted."""
        if not self._spared.isdisjoint(words := set(map(folded, spelled))):
            self._spared |= words
        bare = folded(raw.strip(DIGITS))
        for part in {part for one in spelled[1:] for part in (one, one.strip(DIGITS))}:
            word = folded(part)
            _add(self._addressed, word, instead)
            if is_never_a_name(bare) or is_never_a_name(word):
                continue
            if len(bare) > 2 and not is_doubtful(bare):
                _add(self._words, word, instead)
            elif len(bare) > 1:
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

    def _with_letters_written_out(self) -> frozenset[str]:
        """Return the words of names, folded, in which an ü or the like may be written out."""
        known = {
            word for wholes in self._wholes.values() for whole in wholes for word in whole.words
        }
        known |= self._telling | self._addressed.keys()
        return frozenset(filter(IS_WRITTEN_OUT.search, known))

    # ------------------------------------------------------------ texts

    def replaced(self, text: str) -> str:
        """Return a text in which something else stands for each name.

        Of links only those parts are looked into that hide a name behind percent signs.
        """
        if "%" in text and self and ESCAPE.search(text):
            text = RUN.sub(self._decoded, text)
        return self._in_words(text)

    def _decoded(self, run: re.Match[str]) -> str:
        read = readings(run[0])[1:] if "%" in run[0] else ()
        return LEFT_OUT if any(self._in_words(one) != one for one in read) else run[0]

    def _in_words(self, text: str) -> str:
        if self._dense and not text.isascii():
            text = self._found_dense.sub(self._in_han, text)
        if not self or not self._may_name_somebody(text):
            return text
        tokens = [
            _Token(match.start(), match.end(), match[0], self._read(match[0]))
            for match in (_ASCII_TOKEN if text.isascii() else TOKEN).finditer(text)
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

    def _read(self, raw: str) -> str:
        """Return a word, folded; as it is written out where that alone is a name: ue for an ü."""
        word = folded(raw)
        if raw.isascii() or not self._written_out or word in self._telling or is_never_a_name(word):
            return word
        written = folded(written_out(raw))
        return word if self._written_out.isdisjoint(forms(written)) else written

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
        words = (_ASCII_TOKEN if is_ascii else TOKEN).findall(text)
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
        found = forms(word)
        if self._shared and not self._shared.isdisjoint(found):
            return None
        numberless = without_number(word) if word[-1:].isdigit() else ""
        if text[token.start - 1 : token.start] == "@":
            for one in (word, numberless):
                if one in self._addressed:
                    return self._addressed[one]
        if token.raw in self._cased and word not in self._spared:
            return self._cased[token.raw]
        for one in found:
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
        return any(map(self._is_in_address, readings(url)))

    def _is_in_address(self, url: str) -> bool:
        words = [word for word in map(self._read, TOKEN.findall(url)) if word]
        together = "".join(words)
        return any(
            together.startswith(name, at)
            for at in range(len(together) - _IN_ADDRESS + 1)
            for name in self._beginnings.get(together[at : at + _IN_ADDRESS], ())
        ) or any(
            word in self._words and len(word) > 3 and not is_doubtful(word)
            and word not in self._spared
            for word in words
        ) or (not url.isascii() and self._found_dense.sub(self._in_han, url) != url)  # fmt: skip


def may_name(text: str, words: Collection[str], alone: Collection[str]) -> bool:
    """Whether one of these words stands in a text as if it named somebody.

    `words` are those of a person's names, folded, `alone` those that are a whole name. Words of
    everyday count where they begin with a capital, those that name nobody only as a whole name.
    """
    for match in TOKEN.finditer(text):
        raw = match[0]
        for word in {one for way in {raw, written_out(raw)} for one in forms(folded(way))}:
            if word not in words or word.isdigit():
                continue
            never, doubtful = is_never_a_name(word), is_doubtful(word)
            if (never or len(word) == 1) and word not in alone:
                continue
            if not (never or doubtful) or raw[0].isupper():
                return True
    return False


def _add(names: dict[str, str], name: str, instead: str) -> None:
    """Note what stands for a name; for one that is several people's stands nobody."""
    if name:
        names[name] = instead if names.get(name, instead) == instead else LEFT_OUT


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
