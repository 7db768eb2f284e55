"""Which lines of a text are quoted from others, and how they are taken out again.

People quote as Markdown does it, with `>` before a line, or `>>>` before all that follows, as
Discord has it; what is forwarded on Discord and Slack is stored like that as well. A quotation is
known by its words, line by line: what is quoted in part, or said again without the mark, is not.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

TAKEN_OUT = "[…]"
"""What stands in the place of a quoted line that is taken out."""

SHORTEST, FEWEST = 12, 3
"""Characters or words from which on nobody writes a line by chance that somebody else wrote."""

_QUOTED = re.compile(r"(\s*(?:> ?)+)(.+)")
_QUOTED_ON = re.compile(r"\s*>>>")
_MAY_QUOTE = re.compile(r"(?m)^\s*>")
_LABEL = re.compile(r"(?i)\W*(?:[tqa]|topic|question|answer)\s?#?[0-9]{1,2}[a-e]?\b\W*")
_AROUND = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~“”„‘’«»…•–— \t\r\xa0"


def lines_of(text: str) -> frozenset[str]:
    """Return the lines of a text, bare, by which it is known where others quote it.

    They stand there also without the label at their beginning, as people quote them. Lines that
    quote somebody are not its own; short ones are known only where they are the whole text.
    """
    written = [line for line in text.split("\n") if line.strip()]
    own = [line for line in written if not line.lstrip().startswith(">")]
    whole = map(_bare, own if len(written) == 1 else ())
    return frozenset([*whole, *_long(own)])


def _long(lines: list[str]) -> Iterator[str]:
    lines = lines + [_LABEL.sub("", line, count=1) for line in lines if _LABEL.match(line)]
    for line in map(_bare, lines):
        if len(line) >= SHORTEST or len(line.split()) >= FEWEST:
            yield line


def _bare(line: str) -> str:
    """Return a line without what sets it off, and with single blanks."""
    return " ".join(line.strip(_AROUND).split()) or line.strip()


def quotes(text: str) -> bool:
    """Whether anything is quoted in a text."""
    return ">" in text and _MAY_QUOTE.search(text) is not None


def quoted_in(text: str) -> frozenset[str]:
    """Return the lines that a text quotes, bare, once or within a quotation."""
    if not quotes(text):
        return frozenset()
    return frozenset(_bare(words) for _, words, is_quoted in _parts(text) if is_quoted)


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
    bare = _bare(words)
    return bare in lines or (cut and any(line.startswith(bare) for line in lines))


def _parts(text: str) -> Iterator[tuple[str, str, bool]]:
    """Yield each line as the mark before it, its words, and whether it is quoted."""
    goes_on = False
    for line in text.split("\n"):
        goes_on = goes_on or _QUOTED_ON.match(line) is not None
        quoted = _QUOTED.fullmatch(line)
        mark, words = quoted.groups() if quoted else ("", line)
        yield mark, words, bool(quoted or goes_on) and bool(words.strip())
