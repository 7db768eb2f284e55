"""What is not as it must be after a run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Finding:
    """Something that is not as it must be; `at` is None where no moment can be named."""

    kind: str  # lost, doubled, order, window, late, transcript, other
    what: str
    at: datetime | None = None
