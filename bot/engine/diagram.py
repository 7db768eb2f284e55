"""The stages of a chat as a diagram, drawn from the table that decides them."""

from __future__ import annotations

from bot.engine.state import STAGES, Stage


def stages() -> str:
    """Return a Mermaid state diagram."""
    lines = ["stateDiagram-v2", f"    [*] --> {Stage.PLANNED}: Planned"]
    for stage, moves in STAGES.items():
        lines += [f"    {stage} --> {after}: {event.__name__}" for event, after in moves.items()]
        if not moves:
            lines.append(f"    {stage} --> [*]")
    return "\n".join(lines)
