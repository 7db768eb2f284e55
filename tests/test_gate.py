"""One gate: whatever leaves the store with somebody's words passes `Edition` or `Showing`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_rules import BOT, ROOT, broken, broken_in

GATES = {"Edition", "Showing", "showing_of"}
"""What knows holds and consents: `bot.transcripts.edition` and `bot.engine.showing`."""

# ---------------------------------------------------------------- SQL

SELECTS_WORDS = {
    "bot/store/carrying.py": "blanks in a backup what is blank in the store; shows nobody anything",
    "bot/store/forgetting.py": "looks for what has to go",
    "bot/store/pages.py": "rows of a room, which bot/web/rows.py has shown by Showing",
    "bot/store/quoting.py": "looks for quotations, to take them out",
    "bot/store/review.py": "what is held back, which bot/desk/answers.py lists without its words",
    "bot/store/spoken.py": "rows of transcripts, which Edition passes on",
    "bot/store/tables.py": "whole rows, for those who hear, place and blank",
}
"""The files whose SQL reads what people said, and why."""


def written_in(node: ast.expr) -> str:
    """Return the text of a string, with the names of what stands in its braces."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        return "".join(
            ast.unparse(part.value) if isinstance(part, ast.FormattedValue) else written_in(part)
            for part in node.values
        )
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return written_in(node.left) + written_in(node.right)
    return ""


def selects_words(tree: ast.Module) -> Iterator[str]:
    """Find SQL that reads the words of messages: their column, all columns, or whole rows."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant | ast.JoinedStr | ast.BinOp):
            continue
        text = written_in(node)
        read = re.search(r"\bSELECT\b(.*?)\bFROM\b", text, re.DOTALL)
        if (
            read
            and re.search(r"\bmessages\b", text[read.start() :])
            and re.search(r"\btext\b|(?<!COUNT\()\*|MESSAGE_COLUMNS", read[1])
        ):
            yield f"line {node.lineno} reads what people said: {' '.join(read[0].split())[:80]}"


@pytest.mark.parametrize(
    "text",
    [
        "'SELECT text FROM messages'",
        "'SELECT key, m.text, at FROM messages m'",
        "'SELECT * FROM messages'",
        "'SELECT m.* FROM messages m'",
        "f'SELECT {MESSAGE_COLUMNS} FROM messages WHERE key = ?'",
        "'SELECT key, ' 'text ' 'FROM messages'",
        "'SELECT key, ' + 'text' + ' FROM messages'",
        "'SELECT SUBSTR(p.text, 1, 160) FROM chats c LEFT JOIN messages p ON 1'",
    ],
)
def test_the_rule_sees_sql_that_reads_words(text: str) -> None:
    assert broken(selects_words, text)


@pytest.mark.parametrize(
    "text",
    [
        "'SELECT COUNT(*) FROM messages'",
        "'SELECT key FROM messages WHERE said = 1'",
        "'SELECT CAST(at AS TEXT) FROM messages'",
        "'SELECT text FROM notices'",
        "'a text FROM messages'",
    ],
)
def test_the_rule_lets_sql_pass_that_reads_no_words(text: str) -> None:
    assert not broken(selects_words, text)


def test_few_files_read_what_people_said() -> None:
    known = [ROOT / name for name in SELECTS_WORDS]
    assert broken_in(selects_words, [path for path in BOT if path not in known]) == []
    for path in known:
        assert broken_in(selects_words, [path]), f"{path.name} is excepted, and needs it no more"


# ---------------------------------------------------------------- words of rows

HAS_OTHER_WORDS = {
    "bot/agendas": "what organizers wrote in YAML",
    "bot/cli/doctor.py": "what is wrong with an agenda",
    "bot/engine/closing.py": "quotations, made by bot/dispatch/quotations.py behind the gate",
    "bot/engine/floor.py": "looks for the hashtag of a chat",
    "bot/engine/hearing.py": "makes a row of what was said",
    "bot/engine/showing.py": "the gate itself",
    "bot/engine/steering.py": "the question of a topic",
    "bot/dispatch/outbox.py": "what we said ourselves in a built-in room",
    "bot/platforms": "what comes in, before it is kept",
    "bot/recording.py": "a recording, which is read in",
    "bot/intake/rewording.py": "compares words with those before",
    "bot/safety": "looks at what comes in",
    "bot/store/address.py": "the address of a database",
    "bot/store/carrying.py": "looks for quotations of it, to take them out",
    "bot/store/codec.py": "writes a row",
    "bot/store/postgres_line.py": "the address of a database",
    "bot/transcripts/page.py": "a function that escapes; answers have been shown by summary.py",
    "bot/transcripts/sheet.py": "draws the words of a picture",
    "bot/intake/watch.py": "has what comes in looked at",
    "bot/web/forgetting.py": "an answer of the server",
    "bot/web/talk.py": "compares a form with what it has posted before",
    "bot/web/texts.py": "rows that bot/web/rows.py has let through",
    "bot/intake/work.py": "compares words with those before",
}
"""The files, and folders, that read something called `text` on no way to an output, and why."""

WITHIN = {
    "bot/transcripts/course.py", "bot/transcripts/to_csv.py", "bot/transcripts/to_html.py",
    "bot/transcripts/to_json.py", "bot/transcripts/to_markdown.py",
}  # fmt: skip
"""Formats: they are given lines by bot/transcripts/build.py, which has them from an Edition."""

FURTHER = {
    "bot/transcripts/summary.py",
    "bot/transcripts/excerpts.py",
    "bot/web/rows.py",
}
"""Files that show words, and pass the gate themselves."""


def reads_words(tree: ast.Module) -> Iterator[str]:
    """Find what reads a `text` in a file that does not import the gate."""
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    if GATES & {alias.name for node in imports for alias in node.names}:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == "text":
            yield f"line {node.lineno} reads {ast.unparse(node)} and knows no holds and consents"
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "getattr":
            names = [one.value for one in node.args if isinstance(one, ast.Constant)]
            if "text" in names:
                yield f"line {node.lineno} reads {ast.unparse(node)}"


@pytest.mark.parametrize(
    "text", ["said = row.text", "f'{message.text}'", "getattr(row, 'text')", "rows[0].text[:3]"]
)
def test_the_rule_sees_words_that_pass_no_gate(text: str) -> None:
    assert broken(reads_words, text)
    assert not broken(reads_words, f"from bot.transcripts.edition import Edition\n{text}")


def is_known(path: Path) -> bool:
    name = str(path.relative_to(ROOT))
    return name in WITHIN or any(
        name == one or name.startswith(f"{one}/") for one in HAS_OTHER_WORDS
    )


def test_whatever_shows_words_knows_holds_and_consents() -> None:
    assert broken_in(reads_words, [path for path in BOT if not is_known(path)]) == []
    for name in FURTHER:
        text = (ROOT / name).read_text("utf-8")
        assert ".text" in text
        assert "showing_of" in text or "Edition" in text


def test_no_exception_is_left_that_nothing_needs() -> None:
    for name in (*HAS_OTHER_WORDS, *WITHIN):
        path = ROOT / name
        files = sorted(path.rglob("*.py")) if path.is_dir() else [path]
        assert broken_in(reads_words, files), f"{name} is excepted, and needs it no more"
