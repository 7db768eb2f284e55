"""What became of a storm, as a table of faults and how often they were survived."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tests.storm.clock import Span
from tests.storm.course import Instant, Told
from tests.storm.findings import Finding


@dataclass
class Line:
    """One kind of fault."""

    instants: int = 0
    failed: set[int] = field(default_factory=set)
    lost: int = 0
    doubled: int = 0
    order: int = 0
    other: int = 0
    longest: timedelta = timedelta(0)
    felt: int = 0


@dataclass
class Report:
    """Everything that the runs brought."""

    seed: int
    database: str = "SQLite"
    lines: dict[str, Line] = field(default_factory=dict)
    unlaid: list[Finding] = field(default_factory=list)
    messages: int = 0
    topics: int = 0
    chats: int = 0

    def add(self, told: Told, findings: Sequence[Finding]) -> None:
        """Count a run; each finding is laid to the instant that is nearest to it."""
        self.messages += len(told.talk.lines) + len(told.spoken)
        self.chats += len(told.chats)
        self.topics += sum(len(held.dues) for held in told.chats)
        for instant in told.instants:
            line = self.lines.setdefault(instant.kind, Line())
            line.instants += 1
            line.felt += instant.refused > 0
            if instant.ended and instant.settled:
                line.longest = max(line.longest, instant.settled - instant.ended)
        for finding in findings:
            laid = _laid_to(told.instants, finding.at)
            if laid is None:
                self.unlaid.append(finding)
                continue
            line = self.lines[laid.kind]
            line.failed.add(laid.number)
            match finding.kind:
                case "lost":
                    line.lost += 1
                case "doubled":
                    line.doubled += 1
                case "order":
                    line.order += 1
                case _:
                    line.other += 1

    @property
    def instants(self) -> int:
        return sum(line.instants for line in self.lines.values())

    @property
    def failed(self) -> int:
        return sum(len(line.failed) for line in self.lines.values()) + len(self.unlaid)

    @property
    def survived(self) -> bool:
        return not self.failed

    @property
    def table(self) -> str:
        """The table in Markdown, below a line that says of what."""
        title = (
            f"{self.database}, {datetime.now(UTC):%Y-%m-%d}, seed {self.seed}: {self.instants:,} "
            f"instants in {self.chats} chats of 48 hours, with {self.topics:,} topics and "
            f"{self.messages:,} acknowledged messages.\n\n"
        )
        head = (
            "| fault | instants | felt | survived | lost | doubled | out of order | other "
            "| longest until all due was done |\n|---|---|---|---|---|---|---|---|---|\n"
        )
        rows = [
            f"| {kind} | {line.instants} | {line.felt} | {line.instants - len(line.failed)} "
            f"| {line.lost} | {line.doubled} | {line.order} | {line.other} | "
            f"{line.longest.total_seconds():.1f} s |"
            for kind, line in sorted(self.lines.items())
        ]
        return title + head + "\n".join(rows)


def _laid_to(instants: Sequence[Instant], at: datetime | None) -> Instant | None:
    """Return the instant to which something is laid: the nearest one to its moment."""
    met = [(one, one.span) for one in instants if one.span is not None]
    if len(met) == 1:
        return met[0][0]
    if at is None or not met:
        return None

    def distance(pair: tuple[Instant, Span]) -> timedelta:
        began, settled = pair[1]
        return max(began - at, at - settled, timedelta(0))

    return min(met, key=distance)[0]
