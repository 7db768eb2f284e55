"""Which lines of a text are quoted from others, and how they are taken out again.

People quote as Markdown does it, with `>` before a line, or `>>>` before all that follows, as
Discord has it; what is forwarded on Discord and Slack is stored like that as well. Slack's `&gt;`
is a `>` before it is stored (`bot.platforms.slack.text.plain_of`). A quotation is known by its
words, line by line: what is quoted in part, or said again without the mark, is not.

Lines are compared bare, on both sides by the same function: what is copied from a screen has lost
the marks of emphasis, and typographic signs, blanks and capitals change on the way.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import islice

TAKEN_OUT = "[…]"
"""What stands in the place of a quoted line that is taken out."""

SHORTEST, FEWEST = 12, 3
"""Characters or words from which on nobody writes a line by chance that somebody else wrote."""

_QUOTED = re.compile(r"(\s*(?:> ?)+)(.+)")
_QUOTED_ON = re.compile(r"\s*>>>")
_MAY_QUOTE = re.compile(r"(?m)^\s*>")
_OF_OTHERS = re.compile(
    r"\s*>(?![:;=8]['-]?[()\[\]{}/\\|<>DOPopc3](?!\w)|[._-]{1,3}[<>](?!\w)|<(?![@#!:\w]))"
)
"""The beginning of a line that is not its author's; `>:(` and `>_<` are faces."""

_LABEL = re.compile(
    r"(?i)[\W_]*(?:[tqa]|topic|question|answer)\s?#?[0-9]{1,2}[a-e]?(?![^\W_])[\W_]*"
)
_NAMED = re.compile(
    r"<(?:(?:@[!&]?|\#|!subteam\^)[^\s<>|]{1,100}(?:\|(?P<name>[^<>\n]*))?(?:>|\Z)"
    r"|a?:(?P<emoji>\w{1,64}):[0-9]{1,25}>)"
)
"""A mention as it is kept, with a name or without, or an emoji of a server; a cut may end it."""

_HANDLE = re.compile(r"(?<![^\W_])@[\w.-]+")
_COLON = re.compile(r":[*_~`|]{0,3}\s|：")
_MOST_BEFORE, _MOST_COLONS = 80, 3
"""Characters before a quotation in which its author may stand, and colons that may end them."""

_UNSEEN = "*_~|`\\'’‘‛ʼ´′\u00ad\u034f\u061c\u180e\ufeff"
_UNSEEN_RANGES = ((0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0xFE00, 0xFE0F))
"""Marks of emphasis on any platform, apostrophes, and what has no width."""

_BETWEEN = '!"#$%&()+,-./:;<=>?@[]^{}×÷、。〃〈〉《》「」『』【】！（），：；？'
_BETWEEN_RANGES = (
    (0xA1, 0xA9),
    (0xAB, 0xB1),
    (0xB6, 0xB8),
    (0xBB, 0xBB),
    (0xBF, 0xBF),
    (0x2010, 0x205E),
)
"""What stands between words, beside blanks."""


def _table() -> dict[int, str | None]:
    def codes(signs: str, ranges: Iterable[tuple[int, int]]) -> Iterator[int]:
        yield from map(ord, signs)
        for first, last in ranges:
            yield from range(first, last + 1)

    blanks: dict[int, str | None] = dict.fromkeys(codes(_BETWEEN, _BETWEEN_RANGES), " ")
    return blanks | dict.fromkeys(codes(_UNSEEN, _UNSEEN_RANGES), None)


_FOLDED = _table()


def lines_of(text: str) -> frozenset[str]:
    """Return the lines of a text, bare, by which it is known where others quote it.

    They stand there also without the label at their beginning, as people quote them, and without
    mentions. Lines that quote somebody are not its own; short ones are known only where they are
    the whole text.
    """
    written = [line for line in text.split("\n") if line.strip()]
    own = [line for line in written if not _OF_OTHERS.match(line)]
    whole = map(_bare, own if len(written) == 1 else ())
    long = (form for line in own for form in _long(line, _unlabelled))
    return frozenset((*whole, *long)) - {""}


def _long(line: str, parts: Callable[[str], Iterable[str]]) -> Iterator[str]:
    """Yield the bare forms of a line and of its parts, where nobody writes them by chance."""
    for reading in _readings(line):
        for part in (reading, *parts(reading)):
            bare = _without_signs(part)
            words = min(len(bare.split()), len(part.split()))  # 10:30 is one
            if len(bare) >= SHORTEST or words >= FEWEST:
                yield bare


def _unlabelled(reading: str) -> Iterator[str]:
    if label := _LABEL.match(reading):
        yield reading[label.end() :]


def _unattributed(reading: str) -> Iterator[str]:
    """Yield what follows a name, or whatever else stands before a colon at the beginning."""
    for colon in islice(_COLON.finditer(reading, 0, _MOST_BEFORE), _MOST_COLONS):
        yield reading[colon.end() :]


def _bare(line: str) -> str:
    """Return a line as it is compared: its words, and who is mentioned by name; maybe empty."""
    return _without_signs(next(_readings(line)))


def _readings(line: str) -> Iterator[str]:
    """Yield a line with the names of those whom it mentions, and without mentions.

    A mention that is kept without a name reads as `@name` where it is copied from a screen.
    """
    if "<" in line:
        yield _NAMED.sub(lambda one: one["name"] or one["emoji"] or "", line)
    else:
        yield line
    if "@" in line:
        yield _HANDLE.sub("", _NAMED.sub(lambda one: one["emoji"] or "", line))


def _without_signs(text: str) -> str:
    """Return the words of a text, folded, with single blanks; each step reads it once."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    return " ".join(text.casefold().translate(_FOLDED).split())


def quotes(text: str) -> bool:
    """Whether anything is quoted in a text."""
    return ">" in text and _MAY_QUOTE.search(text) is not None


def quoted_in(text: str) -> frozenset[str]:
    """Return the lines that a text quotes, bare, once or within a quotation.

    They stand there also without who said them, and without mentions, but for short ones.
    """
    if not quotes(text):
        return frozenset()
    lines = (words for _, words, is_quoted in _parts(text) if is_quoted)
    return frozenset(form for words in lines for form in _forms(words))


def _forms(words: str) -> Iterator[str]:
    if bare := _bare(words):
        yield bare
    yield from _long(words, _unattributed)


def without(text: str, lines: Collection[str], *, cut: bool = False) -> str:
    """Return a text without these `lines` (bare) where it quotes them; see `TAKEN_OUT`.

    Where the text is `cut` off its last line may be the beginning of one of them.
    """
    if not lines or not quotes(text):
        return text
    parts = list(_parts(text))
    last = len(parts) - 1 if cut else -1
    return "\n".join(
        f"{mark}{TAKEN_OUT}" if is_quoted and _is_one(words, lines, cut=n == last) else mark + words
        for n, (mark, words, is_quoted) in enumerate(parts)
    )


def _is_one(words: str, lines: Collection[str], *, cut: bool) -> bool:
    for bare in _forms(words):
        if bare in lines or (cut and any(line.startswith(bare) for line in lines)):
            return True
    return False


def _parts(text: str) -> Iterator[tuple[str, str, bool]]:
    """Yield each line as the mark before it, its words, and whether it is quoted."""
    goes_on = False
    for line in text.split("\n"):
        goes_on = goes_on or _QUOTED_ON.match(line) is not None
        quoted = _QUOTED.fullmatch(line)
        mark, words = quoted.groups() if quoted else ("", line)
        yield mark, words, bool(quoted or goes_on) and bool(words.strip())
