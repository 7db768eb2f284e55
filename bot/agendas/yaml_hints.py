"""What PyYAML cannot read, said so that somebody who knows no YAML can mend it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.agendas.mistakes import START, Flaw, Mark, printable, shown

if TYPE_CHECKING:
    import yaml


def explain(error: yaml.MarkedYAMLError, text: str) -> Flaw:
    """Return where the fault of `text` is and what to write instead.

    PyYAML names the place where it gave up; the fault is often earlier, at the opening bracket
    or quote, which is then the place returned.
    """
    here = _mark(error.problem_mark) or START
    there = _mark(error.context_mark) or here
    lines = text.split("\n")
    problem = error.problem or ""
    context = error.context or ""
    if hard := _hard_space(lines, there, here):
        return Flaw(hard, _HARD_SPACE)
    if problem.startswith("mapping values are not allowed"):
        return _stray_colon(lines, here)
    if "flow" in context and "scalar" not in context:
        return _in_brackets(lines, there, here, problem)
    if "quoted scalar" in context:
        return _in_quotes(there, here, problem)
    if "expected <block end>" in problem:
        return _block_end(lines, here, problem)
    for words, sentence in _AT_CONTEXT:
        if words in problem or words in context:
            return Flaw(there, sentence)
    for words, sentence in _AT_PROBLEM:
        if words in problem:
            return Flaw(here, sentence)
    return Flaw(
        here,
        f"YAML cannot read this ({printable(problem)[:80]}). Put texts in quotes, and let the "
        "keys of one level begin in the same column.",
    )


def _begins_with(signs: str) -> str:
    return f"A text that begins with {signs} needs quotes around the whole of it."


_INDENT = (
    "This line is not indented like the lines that it belongs to. Keys of one level, and the "
    "dashes of one list, begin in the same column."
)
_NO_COLON = (
    "This line has no key followed by a colon and a space. Write it as KEY: VALUE; if it goes on "
    "with the text of the line before, indent it further than that line's key."
)
_HARD_SPACE = (
    "The space here is a no-break space, as word processors and web pages write it, and to YAML "
    "it is no space. Type a plain space in its place."
)
_TAB = (
    "There is a tab here. YAML allows only spaces between a key and its value and at the "
    "beginning of a line; replace the tab."
)
_BLOCK_TEXT = (
    "After | or > the text begins on the next line. If the text itself begins with | or >, put "
    "quotes around the whole of it."
)
_AT = (
    f"{_begins_with('@')} A person's name is written without @; on Discord and Slack people, "
    "roles and groups are written by their ids."
)
_DASH = (
    "A list begins on a line of its own: put the dash on the next line, indented. If the dash "
    "belongs to a text, put quotes around the text."
)
_DIRECTIVE = (
    "A line that begins with % is a directive to YAML, which agendas do not have. Delete it, or "
    "put quotes around the text."
)

_AT_CONTEXT = (
    ("could not find expected ':'", _NO_COLON),
    ("while scanning an alias", _begins_with("*")),
    ("while scanning an anchor", _begins_with("&")),
    ("while scanning a tag", _begins_with("!")),
    ("while parsing a tag", _begins_with("!")),
    ("while parsing a node", _begins_with("!")),
    ("while scanning a block scalar", _BLOCK_TEXT),
    ("directive", _DIRECTIVE),
)
"""PyYAML's words, and the sentence to show where the construct begins."""

_AT_PROBLEM = (
    ("found character '\\t'", _TAB),
    ("found character '@'", _AT),
    ("cannot start any token", _begins_with("` or %")),
    ("sequence entries are not allowed here", _DASH),
    ("mapping keys are not allowed here", _begins_with("?")),
    ("expected '<document start>', but found '<stream end>'", _DIRECTIVE),
    ("expected '<document start>'", _INDENT),
)
"""PyYAML's words, and the sentence to show where it gave up."""


def _hard_space(lines: list[str], *places: Mark) -> Mark | None:
    """Find a no-break space where YAML wants a space: before a line, after a colon or a dash."""
    for place in places:
        line = lines[place.line - 1] if place.line <= len(lines) else ""
        if found := re.search(r"(?:^ *|[\w\"']:|^ *-)\u00a0", line):
            return Mark(place.line, found.end())
    return None


def _stray_colon(lines: list[str], at: Mark) -> Flaw:
    """Tell a colon in a text from a line that stands too far to the right."""
    line = lines[at.line - 1]
    dash = re.match(r"\s*-(?=[^\s-])", line)
    if dash:
        return Flaw(Mark(at.line, dash.end()), "A space is missing after this dash.")
    key = re.fullmatch(r"(\s*(?:- +)*)([\w-]+)\s*", line[: at.column - 1])
    if key is None:
        return Flaw(
            at,
            "A colon followed by a space ends a key. Put quotes around a text that holds one: "
            f"{_quoted_line(line)}",
        )
    above = at.line - 1
    while above > 1 and not lines[above - 1].strip():
        above -= 1
    joined = re.match(r"(\s*(?:- +)*)([A-Za-z_]+):(\S.*)", lines[above - 1]) if above else None
    if joined:
        return Flaw(
            Mark(above, joined.end(2) + 1),
            f"A space is missing after this colon: {joined[2]}: {_short(joined[3])}",
        )
    return Flaw(Mark(at.line, len(key[1]) + 1), _INDENT)


def _quoted_line(line: str) -> str:
    """Show how the text of a line is put in quotes."""
    parts = re.match(r"\s*(?:- +)?(?:([\w-]+): +)?(.*)", line)
    key, value = (parts[1], parts[2]) if parts else (None, line)
    quoted = '"' + _short(value.strip().strip("\"'“”").replace('"', "'")) + '"'
    return f"{key}: {quoted}" if key else quoted


def _short(text: str) -> str:
    return shown(text, most=50)[1:-1]


def _in_brackets(lines: list[str], opened: Mark, at: Mark, problem: str) -> Flaw:
    if opened == at:  # the text ended where a value should be: the bracket is further up
        brackets = [n for n, line in enumerate(lines[: at.line], 1) if re.search(r"[\[{]", line)]
        opened = Mark(brackets[-1], 1) if brackets else opened
    swallowed = _comment_between(lines, opened.line, at.line)
    if swallowed:
        return swallowed
    sign = lines[opened.line - 1][opened.column - 1 : opened.column]
    if problem.endswith(("'?'", "':'")):
        return Flaw(
            at,
            "Inside { } or [ ] a text that holds a question mark, a colon or a comma needs quotes "
            'around the whole of it: {ask: "What next?", after: 10m}',
        )
    ended = problem.endswith("'<stream end>'")
    if (ended or at.line > opened.line) and sign in ("{", "["):
        closing = "}" if sign == "{" else "]"
        where = "" if ended else f" before line {at.line}"
        return Flaw(
            opened,
            f"The {sign} that opens here is not closed{where}. Add the missing comma or {closing}.",
        )
    return Flaw(
        at,
        "A comma or a closing bracket is missing before this, or a comma is too many. Put quotes "
        "around the whole of a text that holds brackets or quotes.",
    )


def _comment_between(lines: list[str], first: int, last: int) -> Flaw | None:
    """Find a `#` that hides the rest of one of the lines `first` to `last`."""
    for number in range(first, min(last, len(lines)) + 1):
        unquoted = _QUOTED.sub(lambda found: "x" * len(found[0]), lines[number - 1])
        hidden = re.search(r"\s(#\w[^\r]*)", unquoted)
        if hidden:
            return Flaw(
                Mark(number, hidden.start(1) + 1),
                f"To YAML {shown(hidden[1])} is a comment, so the closing bracket is not seen. "
                "Put quotes around the whole text that holds the #.",
            )
    return None


_QUOTED = re.compile(r'"(?:\\.|[^"\\])*"|(?<=[\s\[{,:])\'(?:\'\'|[^\'])*\'')


def _in_quotes(opened: Mark, at: Mark, problem: str) -> Flaw:
    if "end of stream" in problem or "document separator" in problem:
        return Flaw(
            opened,
            "The quote that opens here is never closed. Close it, and write quotes inside the "
            "text as “ ” or ’.",
        )
    return Flaw(
        at,
        "In double quotes a backslash has a meaning of its own. Put the text in single quotes, "
        "or write the backslash twice.",
    )


def _block_end(lines: list[str], at: Mark, problem: str) -> Flaw:
    before = lines[at.line - 1][: at.column - 1].rstrip() if at.line <= len(lines) else ""
    if problem.endswith(("']'", "'}'", "','")):
        return Flaw(
            at,
            "This closing bracket or comma has no opening bracket. Delete it, or put quotes "
            "around the whole text.",
        )
    if before.endswith(('"', "'")):
        return Flaw(
            at,
            "Text stands after the closing quote. Put quotes around the whole text, and write "
            "quotes inside it as “ ” or ’.",
        )
    above = lines[at.line - 2] if at.line > 1 else ""
    if problem.endswith("'<scalar>'") and above.lstrip().startswith("#"):
        return Flaw(
            Mark(at.line - 1, len(above) - len(above.lstrip()) + 1),
            "A line that begins with # is a comment and cuts the text in two. Put quotes around "
            "the whole text.",
        )
    return Flaw(at, _INDENT)


def _mark(mark: yaml.Mark | None) -> Mark | None:
    return Mark(mark.line + 1, mark.column + 1) if mark else None
