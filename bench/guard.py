"""What the privacy guard finds, what it takes for an identifier and is none, and what it costs.

    python -m bench.guard [--quick]

Real data stand beside the project (`../shared/data`); what is not there is said and left out. Time
is the processor's. Floor: one regular expression that finds the words of the same texts.
"""

from __future__ import annotations

import argparse
import json
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from bot.safety.guard import look

DATA = Path(__file__).resolve().parents[1] / "../shared/data"
BENIGN = DATA / "phi_benign_dev/pubmedqa.jsonl"
LABELLED = DATA / "phi_pos_dev/presidio_synth_v2.jsonl"
CHAT = DATA / "pstweetchat_dev/messages.jsonl"

AVERAGE_GOAL, WORST_GOAL = 100e-6, 10e-3  # seconds
LARGE = 100_000  # characters

ADVERSARIAL = (
    "a", " ", "1", "1 ", "1-", "(1", "+1 ", "12.", "1.1.1.1 ", "@", "a@", "a@b.c", "::", "a:1 ",
    "http://a/", "mrn ", "mrn: 1", "DOB ", "born on 1/", "90 year old ", "turned 9", "ward 1 bed ",
    "card 4111 ", "phone 1234567 ", "address: 1", "lives at ", "12 Main ", "Box 123 ", "A1", "İ",
    "my patient Maria ", "Mrs Smith ", "078-05-1120 ", "NHS number ", "serial number A", "ẞ1",
)  # fmt: skip
"""Repeated to a large text, each of these makes some pattern begin again and again."""

WORD = re.compile(r"\w+")


def measure(*, quick: bool) -> None:
    """Print the tables."""
    _alarms("sentences of abstracts", BENIGN)
    _alarms("messages of a chat", CHAT)
    _found(LABELLED)
    _cost(BENIGN, quick=quick)
    _worst()


def _lines(path: Path) -> list[dict[str, object]]:
    if not path.exists():
        print(f"  {path.parent.name} is not there, so it is left out")
        return []
    return [json.loads(line) for line in path.read_text("utf-8").split("\n") if line]


def _alarms(what: str, path: Path) -> None:
    texts = [str(line["text"]) for line in _lines(path)]
    if texts:
        alarms = sum(1 for text in texts if look(text))
        rate = 1000 * alarms / len(texts)
        print(f"  {alarms:>5} findings in {len(texts):,} {what}: {rate:.2f} in 1,000 (goal 1)")


def _found(path: Path) -> None:
    there: Counter[str] = Counter()
    found: Counter[str] = Counter()
    for line in _lines(path):
        findings = look(str(line["text"]))
        for kind, start, end in line["label"]:  # type: ignore[attr-defined]
            there[kind] += 1
            found[kind] += any(one.start < end and start < one.end for one in findings)
    for kind, count in there.most_common():
        share = found[kind] / count
        print(f"  {share:>6.1%} of {count:>4} {kind.lower().replace('_', ' ')}")


def _cost(path: Path, *, quick: bool) -> None:
    texts = [str(line["text"]) for line in _lines(path)][: 2_000 if quick else None]
    if not texts:
        return
    floor = _seconds(lambda text: [*WORD.finditer(text)], texts) / len(texts)
    ours = _seconds(look, texts) / len(texts)
    print(
        f"  {ours * 1e6:.0f} us a message (goal {AVERAGE_GOAL * 1e6:.0f}), "
        f"{ours / floor:.1f}x of finding its words ({floor * 1e6:.1f} us)"
    )


def _worst() -> None:
    took = {piece: _seconds(look, [piece * (LARGE // len(piece))]) for piece in ADVERSARIAL}
    worst = max(took, key=lambda piece: took[piece])
    print(
        f"  {took[worst] * 1e3:.1f} ms for {LARGE:,} characters at worst (goal "
        f"{WORST_GOAL * 1e3:.0f}), of {len(ADVERSARIAL)} kinds; it is {worst!r} repeated"
    )


def _seconds(work: Callable[[str], object], texts: Iterable[str] | Sequence[str]) -> float:
    """Return the processor's time, the best of three."""
    best = float("inf")
    for _ in range(3):
        began = time.process_time()
        for text in texts:
            work(text)
        best = min(best, time.process_time() - began)
    return best


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="less of everything")
    measure(quick=parser.parse_args().quick)
