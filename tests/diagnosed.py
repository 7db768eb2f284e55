"""`rounds doctor` as an operator runs it, and what it found under which heading."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.typed import Ended, free_port, rounds

ALIKE = {
    "title": "A chat",
    "zone": "Australia/Sydney",
    "window": "48h",
    "topics": '{every: 1h, ask: ["What was asked?", "What was found?"]}',
}
"""What agendas say whatever they are held on."""


@dataclass(frozen=True)
class Diagnosed(Ended):
    """What the doctor left."""

    def where(self, heading: str) -> dict[str, bool]:
        """Return what was found under a heading that begins so, and whether it was right."""
        found: dict[str, bool] = {}
        under = False
        for line in self.lines:
            if not line.startswith(" "):
                under = bool(line) and line.startswith(heading)
            elif under and (match := re.match(r"  (✓ ok|✗ no)  (.+?)(?:: |:?$)", line)):
                found[match[2]] = match[1] == "✓ ok"
        return found

    def wrong(self, heading: str) -> list[str]:
        """Return what was found under a heading that was not right."""
        return [what for what, ok in self.where(heading).items() if not ok]


def write_agenda(place: Path, name: str, keys: Mapping[str, str]) -> None:
    """Write an agenda into the folder of agendas of `place`."""
    text = "".join(f"{key}: {value}\n" for key, value in (ALIKE | dict(keys)).items())
    (place / "chats" / f"{name}.yaml").write_text(text, "utf-8")


async def diagnosed(place: Path, secrets: Mapping[str, str], **more: str) -> Diagnosed:
    """Run the doctor with these settings; no token may ever be shown."""
    given = {"PORT": str(free_port())} | dict(secrets) | more
    ended = await asyncio.to_thread(partial(rounds, "doctor", cwd=place, **given))
    told = [text for name, text in (dict(secrets) | more).items() if text and "TOKEN" in name]
    assert not [token for token in told if token in ended.out + ended.err]
    return Diagnosed(ended.code, ended.out, ended.err)
