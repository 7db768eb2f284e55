"""A chat on a terminal: how it goes, in one picture or line by line, and how it was attended."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import datetime

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from bot.agendas.mistakes import printable
from bot.cli.terminal import in_columns, say, width
from bot.engine import wording
from bot.engine.messages import Tally
from bot.engine.state import Chat, Stage, TopicState
from bot.transcripts import phrases
from bot.transcripts.clock import Clock
from bot.transcripts.summary import Summary

QUESTION_WIDTH = 60
"""Characters of a topic's question."""

LEAST_WIDTH, FIGURES_WIDTH = 20, 56
"""Characters that are left to a question on a narrow terminal; those of the figures beside it."""


def summary_lines(summary: Summary) -> list[str]:
    """Write how a chat was attended: its figures, then a line for each topic."""
    chat, clock = summary.chat, Clock(summary.chat.agenda.zone)
    room = (width() or QUESTION_WIDTH + FIGURES_WIDTH) - FIGURES_WIDTH
    topics = [
        (
            f"T{topic.number}",
            _cut(topic.ask, min(QUESTION_WIDTH, max(LEAST_WIDTH, room))),
            phrases.count(topic.messages, "message"),
            phrases.count(topic.participants, "person"),
            f"first after {phrases.first_answer(topic)}"
            if topic.first_answer is not None
            else "no answer",
        )
        for topic in summary.topics
    ]
    return [
        f"{chat.agenda.title}, {phrases.window(chat, clock)}",
        *in_columns(phrases.figures(summary, clock)),
        *in_columns(
            [
                (where, phrases.count(people, "participant"), phrases.count(messages, "message"))
                for where, people, messages, _ in phrases.shares(summary)
            ]
        ),
        *in_columns(topics),
    ]


class DemoScreen:
    """Shows how a chat goes: on a terminal in one picture, elsewhere a line for each topic."""

    def __init__(self) -> None:
        self._console = Console()
        self._live: Live | None = None
        self._told = 0  # topics that stand in the lines already
        self.first = ""  # the line that was said first, which may have scrolled away

    @contextlib.contextmanager
    def lit(self) -> Iterator[None]:
        """Keep the picture on the terminal while the block runs; its last state stays."""
        if not self._console.is_terminal:
            yield
            return
        with Live(console=self._console, refresh_per_second=10) as self._live:
            yield
        self._live = None

    def says(self, line: str) -> None:
        """Print a line of its own, above the picture."""
        self.first = self.first or line
        if self._live is not None:
            self._live.console.print(Text(printable(line)), soft_wrap=True)
        else:
            say(line)

    def shows(self, chat: Chat, tally: Tally, now: datetime) -> None:
        """Show how the chat stands at `now`, its own time."""
        if self._live is not None:
            self._live.update(picture(chat, tally, now))
            return
        for topic in chat.topics[self._told :]:
            if topic.opened_at is None:
                break
            self._told = topic.number
            after = _span((topic.opened_at - chat.opens_at).total_seconds())
            people = wording.count(tally.participants, "participant")
            say(f"{after:>11}  T{topic.number}: {_cut(topic.ask)} ({people} so far)")


def picture(chat: Chat, tally: Tally, now: datetime) -> Group:
    """Draw a chat: a bar over its window, its topics, who took part so far."""
    window = (chat.closes_at - chat.opens_at).total_seconds()
    gone = min(max((now - chat.opens_at).total_seconds(), 0.0), window)
    bar = Table.grid(padding=(0, 1))
    bar.add_row(
        ProgressBar(total=window, completed=gone, width=40),
        Text(f"{_span(gone)} of {_span(window)}"),
        Text(_state(chat), style="bold"),
    )
    counts = Text(
        f"{wording.count(tally.participants, 'participant')}, "
        f"{wording.count(tally.messages, 'message')}"
    )
    topics = Table.grid(padding=(0, 1))
    answered = {topic.number: topic.messages for topic in tally.topics}
    for topic in chat.topics:
        topics.add_row(*_row(topic, answered.get(topic.number, 0)))
    return Group(Text(printable(chat.agenda.title), style="bold"), bar, topics, counts)


def _row(topic: TopicState, answers: int) -> tuple[Text, Text, Text]:
    posted = topic.opened_at is not None
    style = "" if posted else "dim"
    return (
        Text(f"T{topic.number}", style="bold" if posted else "dim"),
        Text(_cut(topic.ask), style=style),
        Text(wording.count(answers, "answer") if posted else "", style=style),
    )


def _state(chat: Chat) -> str:
    if chat.stage is Stage.OPEN:
        return "paused" if chat.paused else "open"
    return chat.stage.value if chat.stage is Stage.PLANNED else "closed"


def _span(seconds: float) -> str:
    hours, minutes = divmod(round(seconds / 60), 60)
    return " ".join([f"{hours} h"] * bool(hours) + [f"{minutes} min"] * bool(minutes or not hours))


def _cut(text: str, width: int = QUESTION_WIDTH) -> str:
    line = printable(" ".join(text.split()))
    return line if len(line) <= width else f"{line[: width - 1].rstrip()}…"
