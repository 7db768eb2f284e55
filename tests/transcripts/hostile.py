"""Texts that try to be more than text."""

from __future__ import annotations

from html.parser import HTMLParser

from hypothesis import strategies as st

FRAGMENTS = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "</div></article></main>",
    "<!--", "-->", "<b>", "<", ">", "&", "&lt;", "&amp;", "&#60;", "\"", "'", "`", "``",
    "```", "*", "**", "***", "_", "__", "~", "~~", "|", "||", "[", "]", "(", ")",
    "[a](javascript:alert(1))", "[a](https://e.org/x)", "[https://a.org](https://b.org)",
    "![a](https://e.org/i.png)", "javascript:alert(1)", "data:text/html,x",
    "<javascript:alert(1)>", "<https://e.org/a_b*c|label>", "<https://e.org>",
    "<mailto:a@e.org>", "<@emma>", "<@!emma|Em>", "<@nobody>", "<#C1|general>", "<!here>",
    "<t:1796760000:F>", "<t:999999999999>", "<!date^1796760000^{date}|soon>", "<:smile:123>",
    "https://e.org/a_(b)?x=1&y=\"2\"", "HTTPS://E.org.", "http://", "10.1016/j.x.2020.01",
    "doi:10.1056/NEJMoa2214122.", "> quote", ">>> all", "\n", "\n\n", "\n> ", "\r\n", "\r",
    "\t", " ", "  ", "    ", "# h", "- a", "+ a", "1. a", "2) a", "===", "---", "***",
    "| a | b |", "|---|---|", "[^1]: x", "[a]: javascript:x", "{{ x }}", "{% x %}", "$x$",
    "\\", "\\*", ":::", "!", "@a", "=1+1", "+1", "-1", "=HYPERLINK(\"x\")", "＝1", ";=1",
    "\x00", "\x07", "\x1b[31m", "\x7f", "\x85", "\x9b", "\u2028", "\u200b", "\u202e",
    "\u2066", "\ufeff", "\ud800", "\udfff", "é", "سؤال", "👩‍⚕️", "word", "two words", "A1: ",
)  # fmt: skip

texts = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=4), max_size=12).map("".join)
"""Fragments of all kinds, in any order."""

stored = texts.map(lambda text: text.encode("utf-8", "replace").decode("utf-8"))
"""What a store can hold: no lone surrogates."""


class Page(HTMLParser):
    """What a browser would find: elements with attributes, and the text that is seen."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.crossed = False
        self.text = ""
        self._apart = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in ("meta", "br", "rect", "path"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        self.crossed |= not self.open or self.open.pop() != tag

    def handle_data(self, data: str) -> None:
        self.text += data
        self._apart += f" {data}"

    def handle_comment(self, data: str) -> None:
        self.elements.append(("!--", {"data": data}))

    @property
    def words(self) -> str:
        """The text with elements told apart, every run of white space as one space."""
        return " ".join(self._apart.split())

    @property
    def tags(self) -> set[str]:
        """The names of all elements."""
        return {tag for tag, _ in self.elements}

    @property
    def links(self) -> list[str]:
        """Where links lead."""
        return [attributes["href"] for tag, attributes in self.elements if tag == "a"]
