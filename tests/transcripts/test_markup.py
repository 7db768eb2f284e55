"""The mark-up that people type."""

from __future__ import annotations

import pytest
from hypothesis import given

from bot.transcripts.characters import visible
from bot.transcripts.markup import emoji, is_plain, mentioned, trimmed, written
from tests.transcripts.hostile import texts


class Shown:
    """A writer that shows each piece in brackets."""

    def plain(self, text: str) -> str:
        return text

    def styled(self, style: str, inner: str) -> str:
        return f"⟨{style} {inner}⟩"

    def code(self, text: str) -> str:
        return f"⟨code {text}⟩"

    def block(self, text: str) -> str:
        return f"⟨block {text}⟩"

    def quote(self, inner: str) -> str:
        return f"⟨quote {inner}⟩"

    def link(self, url: str, label: str) -> str:
        return f"⟨{url} {label}⟩"

    def mention(self, person: str, label: str) -> str:
        return f"⟨@{person} {label}⟩"

    def moment(self, at: int) -> str:
        return f"⟨at {at // 1_000_000}⟩"


SAME = [
    ("nothing here", "nothing here"),
    ("`a < b` and ``c ` d``", "⟨code a < b⟩ and ⟨code c ` d⟩"),
    ("```\none\ntwo\n```", "⟨block one\ntwo⟩"),
    ("```python\nx = 1\n```", "⟨block x = 1⟩"),
    ("```just a word```", "⟨block just a word⟩"),
    ("a ` b", "a ` b"),
    ("`*not* bold`", "⟨code *not* bold⟩"),
    ("_slanted_", "⟨em slanted⟩"),
    ("snake_case_name, 2*3*4, a_b", "snake_case_name, 2*3*4, a_b"),
    ("* a list * of stars *", "* a list * of stars *"),
    ("at https://e.org/_(b)?x=1, yes", "at ⟨https://e.org/_(b)?x=1 https://e.org/_(b)?x=1⟩, yes"),
    ("(https://e.org)", "(⟨https://e.org https://e.org⟩)"),
    ("HTTP://E.org!", "⟨HTTP://E.org HTTP://E.org⟩!"),
    ("http:// nothing", "http:// nothing"),
    ("[the paper](https://e.org/a_(b))", "⟨https://e.org/a_(b) the paper⟩"),
    ("[click](javascript:alert(1))", "[click](javascript:alert(1))"),
    ("[https://good.org](https://evil.org)", "[https://good.org](https://evil.org)"),
    ("[mail](mailto:a@e.org)", "⟨mailto:a@e.org mail⟩"),
    ("doi:10.1016/j.x.2020.01.", "doi:⟨https://doi.org/10.1016/j.x.2020.01 10.1016/j.x.2020.01⟩."),
    ("https://doi.org/10.1016/j.x", "⟨https://doi.org/10.1016/j.x https://doi.org/10.1016/j.x⟩"),
    ("version 2.10.1234/5", "version 2.10.1234/5"),
    ("<@123> <@!123> <@U1|maria>", "⟨@123 123⟩ ⟨@123 123⟩ ⟨@U1 maria⟩"),
    ("<@&99> <!subteam^S1|@doctors>", "@99 @doctors"),
    ("<#123> <#C1|general>", "#123 #general"),
    ("<!here> <!channel|x>", "@here @channel"),
    ("<:smile:123> <a:wave:9>", ":smile: :wave:"),
    ("<t:1796760000:F> <t:1796760000>", "⟨at 1796760000⟩ ⟨at 1796760000⟩"),
    ("<!date^1796760000^{date} at {time}|soon>", "⟨at 1796760000⟩"),
    ("<t:999999999999:F>", "<t:999999999999:F>"),
    ("<https://e.org/x|the paper> <https://e.org>", "⟨https://e.org/x the paper⟩ ⟨https://e.org https://e.org⟩"),
    ("<mailto:a@e.org|write>", "⟨mailto:a@e.org write⟩"),
    ("<https://evil.org|https://good.org>", "⟨https://evil.org https://evil.org⟩"),
    ("<https://evil.org|WWW.good.org>", "⟨https://evil.org https://evil.org⟩"),
    ("<javascript:alert(1)|x> <script>", "<javascript:alert(1)|x> <script>"),
    ("a < b > c", "a < b > c"),
    ("> quoted\n> twice\nanswer", "⟨quote quoted\ntwice⟩answer"),
    (">>> all\nof it", "⟨quote all\nof it⟩"),
    ("> quoted\r\nanswer", "⟨quote quoted⟩answer"),
    ("https://e.org\x1b[31m", "⟨https://e.org https://e.org⟩␛[31m"),
    ("not > quoted", "not > quoted"),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "shown"), SAME)
@pytest.mark.parametrize("platform", ["local", "discord", "slack"])
def test_most_marks_mean_the_same_everywhere(typed: str, shown: str, platform: str) -> None:
    assert written(typed, Shown(), platform) == shown


@pytest.mark.parametrize(
    ("typed", "discord", "slack"),
    [
        ("*a*", "⟨em a⟩", "⟨strong a⟩"),
        ("**a b**", "⟨strong a b⟩", "**a b**"),
        ("***a***", "⟨strong ⟨em a⟩⟩", "***a***"),
        ("__a__", "⟨u a⟩", "__a__"),
        ("~~a~~", "⟨s a⟩", "~~a~~"),
        ("~a~", "~a~", "⟨s a⟩"),
        ("*a _b_ c*", "⟨em a ⟨em b⟩ c⟩", "⟨strong a ⟨em b⟩ c⟩"),
        ("**see https://e.org**", "⟨strong see ⟨https://e.org https://e.org⟩⟩", None),
        ("*a\nb*", "*a\nb*", "*a\nb*"),
        ("> *a* `b`", "⟨quote ⟨em a⟩ ⟨code b⟩⟩", "⟨quote ⟨strong a⟩ ⟨code b⟩⟩"),
    ],
)
def test_stars_and_waves_mean_what_they_mean_on_their_platform(
    typed: str, discord: str, slack: str | None
) -> None:
    assert written(typed, Shown(), "discord") == discord
    assert written(typed, Shown(), "local") == discord
    if slack is not None:
        assert written(typed, Shown(), "slack") == slack


def test_a_quotation_within_a_quotation_stays_as_it_is_typed() -> None:
    assert written("> a\n> > b", Shown(), "local") == "⟨quote a\n> b⟩"


@given(texts)
def test_a_text_that_is_plain_is_one_piece(text: str) -> None:
    if is_plain(text):
        assert written(text, Shown(), "discord") == visible(text)


@pytest.mark.parametrize(
    "piece",
    ["*", "*a ", "_a ", "~a ", "`", "```", "[", "[a](http://", "[a](http://x", "<", "<@", ">",
     "\n>", "http://x", "1", "10.1234/", "((", "https://x)", "*_~`", "> *a", "h", "\\", "[a](https://x(y"],
)  # fmt: skip
def test_forty_thousand_hostile_characters_are_read_to_their_end(piece: str) -> None:
    text = piece * (40_000 // len(piece))
    assert written(text, Shown(), "discord")
    assert written(text, Shown(), "slack")


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://e.org/a).", "https://e.org/a"),
        ("https://e.org/a_(b)", "https://e.org/a_(b)"),
        ("https://e.org/a[1]", "https://e.org/a[1]"),
        ("https://e.org/a]", "https://e.org/a"),
        ("https://e.org/?q=x!?", "https://e.org/?q=x"),
        ("...", ""),
    ],
)
def test_an_address_ends_before_the_punctuation_of_its_sentence(url: str, kept: str) -> None:
    assert trimmed(url) == kept


def test_people_are_mentioned_by_their_platforms_id() -> None:
    text = "<@123> and <@!456>, <@U1|maria>, <@&789> is a role, <#5> a channel, < @6>"
    assert list(mentioned(text)) == ["123", "456", "U1"]
    assert list(mentioned("nobody@e.org")) == []


@pytest.mark.parametrize(
    ("name", "shown"),
    [("👍", "👍"), ("<:rounds:123>", ":rounds:"), ("a:wave:9", ":wave:"), ("+1:x", "+1:x")],
)
def test_a_platforms_own_emoji_is_shown_by_its_name(name: str, shown: str) -> None:
    assert emoji(name) == shown
