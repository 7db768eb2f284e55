"""Which topics a text names, as people name them: `A3: ...`, `T1a`, `A1-A4:`, `... A2 #tag`.

A label is a letter and a number: T (topic), Q (question) or A (answer), or one of those words.
It counts in four places, and nowhere else:

- at the start of a line, after nothing but mentions, hashtags, emoji, mark-up, a list's number,
  a greeting or an interjection: `@host A1 I agree`, `Hi all! T2. Yes`, `**A3** - no`;
- before a colon anywhere in a line: `My A6: ...`, `Corrections: A6: ...`;
- at the very end, before hashtags and links, in a capital letter: `Feedback helps A3 #tag`;
- in a correction: `Should be A2`, `Oops forgot A2 on that last tweet!`.

Quoted lines (`>`), code, struck-out words, links, handles and hashtags are not read.

A label stands apart from its sentence, or it is something else of the same spelling: a road, a
sheet of paper, a quarter of a year, a tumour's stage, a hormone, an MRI sequence. So at the start
of a line a bare label does not count if the words after it make it part of the sentence (`A4 was
between`, `T3 is low`) or give it another sense (`T2 lesions`, `q4 hours`, `A2 receptor`). At the
end it does not count after a word that leads up to it (`I missed Q3`, `stage T2`), nor does a T
in a line about tumours, imaging or hormones. Several T in a row, and a list with commas, need a
colon, a full stop or a capital letter after them. What a host says of the rules (`answer with
A1, A2`) does not count. With a colon at the start of a line a label always counts. `A1c`, `T1D`
and `T2D` are none. The words are in `bot/engine/senses.py`.

Where a line can be read both ways the rule takes the other sense: a message whose label is missed
is still tied by its thread, by what it answers or by its time; one under a false topic is wrong.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from bot.engine.senses import follows_otherwise, is_finding, is_medical, leads_up

if TYPE_CHECKING:
    from collections.abc import Iterator

READ = 10_000
"""Characters of a text that are read for labels; Discord's longest message has 4,000."""

MOST = 50
"""Labels of one line that are looked at."""

# ---- What is not read. A skipped word (mention, hashtag, emoji, link) becomes a symbol, which may
# stand around a label; code and struck-out words become a letter, which may not stand before one.
_SYMBOL = "\ufffc"
_LETTER = "x"
_CODE = re.compile(r"```.*?(?:```|\Z)|``(?!`)[^\n]*?``|`[^`\n]+`", re.DOTALL)
_STRUCK = re.compile(r"~~[^~\n]+~~|(?<![\w~])~(?=[^\s~])[^~\n]*(?<!\s)~(?![\w~])")
_SKIPPED = re.compile(
    r"<(?:[@#!/]|a?:\w|t:|id:|https?:|mailto:|tel:)[^<>\n]{0,2000}>"  # Discord's and Slack's own
    r"|\[[^\[\]\n]{0,300}\]\([^()\s]{0,2000}\)"  # a link in Markdown
    r"|https?://\S+|www\.\S+"
    r"|@\w+|#(?<![^\W_]#)(?=[0-9_]*[^\W0-9_])\w+"
    r"|:[a-z+][a-z0-9_+'-]+:(?::skin-tone-[0-9]:)?"
)
_QUOTED = re.compile(r"\s*(?:>|&gt;)")
_QUOTED_ON = re.compile(r"\s*(?:>>>|&gt;&gt;&gt;)")
_READABLE = re.compile(r"[^\W_]")

# ---- A label, or several joined: three kinds, by how they are written. The letter comes first in
# the pattern, so that the search can leap from one to the next.
_NUMBER = r"(?:0?[1-9]|[1-9][0-9])(?![0-9])"
_PART = r"(?:[a-eA-E](?![^\W_])| ?\([a-eA-E]\))?(?![^\W_])"
_REST = rf"[.#]?{_NUMBER}{_PART}"
_JOIN = r"(?: ?[/&+,–—-] ?| (?:and|to|thru|through) | )"
_ALONE = rf"{_NUMBER}{_PART}(?=(?: ?[/&+,–—-] ?[0-9]{{1,2}}){{0,8}}[*_]* ?[:：])"  # A1-4:
_GROUP = re.compile(
    r"[QATqat](?=[.# ]?#?[0-9]|[oOuUnN])"
    r"(?<![^\W_].)(?<![=$/\\#@].)(?<![^\W_][-.&'’].)"
    r"(?!(?<=[Aa])1[Cc](?![^\W_])|(?<=T)[12]D(?![^\W_]))"
    rf"(?:(?P<letters>{_REST}(?:{_JOIN}(?:[QATqat]{_REST}|{_ALONE})){{0,8}}+)"
    rf"|(?P<word>(?i:(?<=t)opic|(?<=q)uestion|(?<=a)ns(?:wer)?)\.? ?#?{_NUMBER}{_PART})"
    rf"|(?P<spaced>(?<=[QAT]) #?{_NUMBER}{_PART}))"
)
_EACH = re.compile(r"([^QATqat0-9]*(?:to|thr[uough]+)?[^QATqat0-9]*)([QATqat]?)[.#]?([0-9]{1,2})")
_RANGE = frozenset({"-", "–", "—", "to", "thru", "through"})
_HINT = re.compile(  # a digit that may end a label: the quick way out
    r"[0-9](?:(?<=[QATqat][0-9])|(?<=[QATqat][.# ][0-9])|(?<=[cnrsCNRS][0-9])"
    r"|(?<=[cnrsCNRS.][ #][0-9])|(?<=[QATqatcnrsCNRS. ][ .#]#[0-9]))"
)
_WIDEST = len("question. #")  # before its digit

# ---- What may stand before a label at the start of a line.
_GAP = r"(?:[^\w\n=$/\\]|_)"
_HELLO = (
    r"(?:hi+|hiya|hello+|hey+|heya|howdy|hola|greetings|welcome|gm|yo|g['’]?day|morning|evening"
    r"|afternoon|good (?:morning|afternoon|evening|day|night)|happy \w+day"
    r"|thanks|thank you|thx|ty)"
)
_WHOM = (
    r"(?:all|everyone|every1|everybody|folks|friends|team|there|again|y['’]?all|you|guys|gang"
    r"|peeps|colleagues|from|to|the|and|so|much|hi|hello|world|twitter)"
)
_AH = (
    r"(?:ok|okay|oops|whoops|sorry|yes|yep|yeah|no|so|well|ah|oh|hmm+|wow|lol|also|next|finally"
    r"|re|corrections?|edit|edited|update|again|repost|cont(?:inue)?d?"
    r"|(?:great|good|tough|nice|excellent|interesting) (?:questions?|q|one|topic))"
)
_LABEL_NEXT = r"(?=[QATqat][.# ]{0,2}[0-9]|(?i:topic|question|ans))"
_LEAD = re.compile(
    rf"{_GAP}*+(?:[0-9]{{1,2}}(?:[.)\ufe0f\u20e3]|/[0-9]{{0,2}}){_GAP}*+{_LABEL_NEXT})?"
    rf"(?:(?i:rt|mt|qt|via|cc) ?{_SYMBOL}{_GAP}*+)?"
    rf"(?:(?i:{_HELLO})(?![^\W_])(?:{_GAP}++(?i:{_WHOM})(?![^\W_]))*+"
    rf"(?:{_GAP}*+{_LABEL_NEXT}|[^\n]{{0,60}}?(?:[.!…]| [–—-])\s{_GAP}*+{_LABEL_NEXT})"
    rf"|(?i:{_AH}) ?[^\w\s'’\"“]{_GAP}*+{_LABEL_NEXT})?"
)

# ---- What may stand after it.
_COLON = re.compile(r"[)\]\"”’]?[*_]*\s?[:：]")
_SET_OFF = re.compile(  # a colon inside a line that is no smiley, no time, no list of labels
    r"[*_]* ?[:：](?!['-]?[()|\\/\]]|['-]?[DPpo3](?![^\W_])|[,;\"”'’…]|\.\.|[0-9]|[QATqat][0-9])"
)
_MARKUP = re.compile(r"[*_]+")
_TAIL = re.compile(r"[.!)\]*_~]*+(?:[^\w\n?]|_)*+\Z")
_BREAK = re.compile(
    r"[)\]](?![0-9])|[.!;|…](?![0-9])|>(?![QATqat=0-9])|\s?/\s|-\s(?!(?:and|or|to)\b)"
    r"|\s*(?:[–—|…→⇒]|-->?|=>|\.\.)|\s+-(?![0-9])|\s+[\"“‘]"
    r"|\s*[^\w\s,/&+()'’\"“”=%$°*?<>^:.–—-]"
)
_DOTS = re.compile(r"\s*(?:\.\.|…)")
_ON = re.compile(r"(?:[/-](?![QATqat]?[0-9])|,?\s+\(?)[*_]*(?=[^\W_])")

# ---- What a correction and a host's rules say before it.
_MEANT = re.compile(
    r"(?:(?P<sure>\bshould(?:['’]ve| have)? (?:be|been|say|read)|\bmeant(?: to (?:be|say|put|type"
    r"|write))?|\bsupposed to be|\bmake that|\bforgot(?: to (?:add|put|include|say|type|use))?)"
    r"|\b(?:that|this|it|one|tweet|post|message|answer|reply)(?:['’]s| is| was))"
    r"(?: (?:for|an?|the|my|labell?ed|tagged|marked|under|to))* [\"“'‘(*]?\Z",
    re.IGNORECASE,
)
_MEANT_END = re.compile(r"[\"”'’)*]?(?:\s*(?:[^\w\s?-]|\Z)| (?:on|in|to|from|not|instead)\b)")
_RULE = re.compile(
    r"\b(?:(?:preface|prefix|precede|prepend|begin|start|answer|respond|reply|label|tag|number"
    r"|mark|format|post)\w*\b[^.!?]*?\b(?:with|by|as|like)|use|using)"
    r"(?:[^\w.!?]|_|\b(?:an?|the|your|and|or|then|letters?|[qat][0-9]{1,2})\b)*\Z",
    re.IGNORECASE,
)

_Parts = list[tuple[str, str, str]]
"""Of each label in a group: what joins it to the one before, its letter if any, its number."""


def labels(text: str) -> tuple[int, ...]:
    """Return the topics that `text` names, ascending, each once; numbers from 1 to 99.

    `text` is what was typed, in a platform's own mark-up (Discord's `<@123>`, Slack's `<@U12|x>`
    with `&amp; &lt; &gt;` decoded). Only its first `READ` characters are read. The rules stand at
    the head of this module; whether such topics exist is the caller's to see.
    """
    text = text[:READ]
    if _HINT.search(text) is None:
        return ()
    found: set[int] = set()
    last = True
    for line in reversed(_readable(text)):
        if _HINT.search(line) is not None:
            found |= _named(line, last=last)
        last = last and _READABLE.search(line) is None
    return tuple(sorted(found))


def _readable(text: str) -> list[str]:
    """Return the text's lines without what is not read."""
    if "`" in text:
        text = _CODE.sub(_LETTER, text)
    if "\n" in text or ">" in text or "&gt;" in text:
        lines = []
        for line in text.splitlines():
            if _QUOTED_ON.match(line):
                break
            if not _QUOTED.match(line):
                lines.append(line)
        text = "\n".join(lines)
    if "~" in text:
        text = _STRUCK.sub(_LETTER, text)
    return _SKIPPED.sub(_SYMBOL, text).split("\n")


def _named(line: str, *, last: bool) -> set[int]:
    """Return the topics that one line names; `last`: nothing readable stands below it."""
    found: set[int] = set()
    start = -1
    for group in islice(_groups(line), MOST):
        if start < 0 and (lead := _LEAD.match(line)):
            start = lead.end()
        parts: _Parts = _EACH.findall(group[0])
        if (
            (group.start() == start and _starts(line, group, parts))
            or _introduces(line, group)
            or (last and _ends(line, group, parts))
            or _corrects(line, group)
        ):
            found |= _numbers(parts)
    return found


def _groups(line: str) -> Iterator[re.Match[str]]:
    """Yield what has the form of a label, or of several joined."""
    at = 0
    while (hint := _HINT.search(line, at)) is not None:
        group = _GROUP.search(line, max(at, hint.start() - _WIDEST))
        if group is None:
            return
        yield group
        at = group.end()


def _starts(line: str, group: re.Match[str], parts: _Parts) -> bool:
    """Whether a label at the start of its line stands apart from what follows."""
    end = group.end()
    if _COLON.match(line, end):
        return True
    letters = {letter.upper() for _, letter, _ in parts}
    if group.lastgroup == "spaced" or letters == {"Q", "A"} or _is_starred(line, group):
        return False
    if markup := _MARKUP.match(line, end):
        end = markup.end()
    if _TAIL.match(line, end):
        return True
    loose = len(parts) > 1 and ("T" in letters or "," in group[0])
    if _BREAK.match(line, end):
        return not (loose and _DOTS.match(line, end))
    on = _ON.match(line, end)
    if on is None or group.lastgroup == "word" or (loose and not line[on.end()].isupper()):
        return False
    return not follows_otherwise("T" if "T" in letters else min(letters), line, on.end())


def _is_starred(line: str, group: re.Match[str]) -> bool:
    """Whether a label bears a star of its own, as in `T2* imaging`, and is not set in bold."""
    before, after = line[: group.start()][-1:], line[group.end() :][:1]
    return after in {"*", "_"} and before not in {"*", "_"}


def _introduces(line: str, group: re.Match[str]) -> bool:
    """Whether a label inside a line is set off by its colon (`My A6: ...`)."""
    colon = _SET_OFF.match(line, group.end())
    if colon is None or group.lastgroup == "spaced":
        return False
    if leads_up(line, group.start(), to_colon=True) or _is_rule(line, group.start()):
        return False
    on = _ON.match(line, colon.end())
    return on is None or group[0][0] not in "Tt" or not is_finding(line, on.end())


def _ends(line: str, group: re.Match[str], parts: _Parts) -> bool:
    """Whether a label is the last thing said, and not the end of its sentence."""
    if group.lastgroup != "letters" or "," in group[0] or not _TAIL.match(line, group.end()):
        return False
    letters = {letter for _, letter, _ in parts}
    if len(letters) > 1 or letters & set("qat"):
        return False
    if leads_up(line, group.start()) or _is_rule(line, group.start()):
        return False
    return letters != {"T"} or not is_medical(line)


def _corrects(line: str, group: re.Match[str]) -> bool:
    """Whether a label corrects another message's (`Should be A2`)."""
    meant = _MEANT.search(line, max(0, group.start() - 60), group.start())
    if meant is None or not _MEANT_END.match(line, group.end()):
        return False
    return group[0][0] not in "Tt" or (meant["sure"] is not None and not is_medical(line))


def _is_rule(line: str, at: int) -> bool:
    """Whether what stands before `at` tells people how to label."""
    return _RULE.search(line, max(0, at - 80), at) is not None


def _numbers(parts: _Parts) -> set[int]:
    """Return the numbers of `A3`, `A4/A5` or `A1-A4`; the last means all four."""
    found: set[int] = set()
    previous = 0
    for join, _, digits in parts:
        number = int(digits)
        if previous and join.strip() in _RANGE:
            found.update(range(min(previous, number), max(previous, number) + 1))
        found.add(number)
        previous = number
    return found
