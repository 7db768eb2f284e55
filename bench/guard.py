"""What the privacy guard and the safety rules find, what they take wrongly for it, and their cost.

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
from datetime import UTC, datetime
from pathlib import Path

from bot.safety.conduct import Breach, Recent, Saying, watch
from bot.safety.guard import look
from bot.safety.rules import load
from bot.safety.words import Lexicon

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
    "i want to ", "she said i want to die laughing ", "n i g ", "a b c d ", "f@", "1a ", "> \n",
    "<@1> ", "@everyone ", "https://a.b/ ", "https://é.b ", "a.b ", "[.]", "/ .", "t.me/",
    "\t", "* ", "_a", "mrn  ", "mrn: (", "mrn 1 ", "dob: it's ", "born in a ", "née le 1 ",
    "admitted on ", "underwent a ", "seen on 1 ", "he is 9", "93M ", "93 years",
    "100 years old ", "in room 1 ", "icu bed 1 ", "nhs 9434765 ", "medicare 1", "patient: A ",
    "my patient is ", "Mr A", "Mrs a ",
    "Mr van der ", "Frau ", "/patients/1", "/patient?a=1", "call (020) ", "1 Aa Bb Cc Dd ",
    "udi (01)", "12 Is ", "P.O. Box ", "Unit a ", "x ext. 1", "call me on ", "DOB |*_ ", "Aa Bb ",
    "é.é.é. ", "– ", "1–", "MRN – ", "mrn:\n", "a-a", "“\u200b", "0a:1", "0a-1", "died, ",
    "admitted – Monday ", "patient - A ", "my patient (A", "my patient “A", "?pat_id=", ". ",
    "\ufdfa", "\ufdfa.", "e\u0301",
)  # fmt: skip
"""Repeated to a large text, each of these makes some pattern begin again and again."""

NOW = datetime(2026, 12, 7, 20, tzinfo=UTC)
WORD = re.compile(r"\w+")
AT_NAME = re.compile(r"(?<!\w)@(\w+)")


def measure(*, quick: bool) -> None:
    """Print the tables."""
    _alarms("sentences of abstracts", BENIGN)
    _alarms("messages of a chat", CHAT)
    _found(LABELLED)
    lexicon = Lexicon(load())
    for what, path in (("sentences of abstracts", BENIGN), ("messages of a chat", CHAT)):
        _heard(what, path, lexicon)
    _breaches(CHAT, lexicon)
    parts = _parts(lexicon)
    _cost(BENIGN, parts, quick=quick)
    _worst(parts)


def _parts(lexicon: Lexicon) -> dict[str, Callable[[str], object]]:
    """Return what looks at a message, by its name, and all of it together."""

    def conduct(text: str) -> object:
        saying = Saying(NOW, text, blocked_domains=("evil.example",), allow_words=("penis",))
        return watch(Recent(), saying, lexicon)

    def together(text: str) -> None:
        look(text)
        lexicon.distress(text)
        conduct(text)

    return {
        "guard": look,
        "distress": lexicon.distress,
        "conduct": conduct,
        "together": together,
    }


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


def _heard(what: str, path: Path, lexicon: Lexicon) -> None:
    texts = [str(line["text"]) for line in _lines(path)]
    if texts:
        cries = sum(map(lexicon.distress, texts))
        severe = sum(map(lexicon.severe, texts))
        print(f"  {cries:>5} cries and {severe} severe words in {len(texts):,} {what}")


def _breaches(path: Path, lexicon: Lexicon) -> None:
    """Replay a chat, each author by themselves: as it is, and with every @name taken to ping."""
    for what, pings in (("as said", False), ("with @names counted as mentions", True)):
        recents: dict[object, Recent] = {}
        found: Counter[Breach] = Counter()
        people = [line for line in _lines(path) if line["author"] != "host"]
        for line in people:
            key, text = (line["session"], line["author"]), str(line["text"])
            mentions = len(set(AT_NAME.findall(text))) if pings else None
            saying = Saying(datetime.fromisoformat(str(line["ts"])), text, mentions)
            recents[key], breaches = watch(recents.get(key, Recent()), saying, lexicon)
            found.update(breaches)
        if people:
            kinds = ", ".join(f"{count} {one.name.lower()}" for one, count in found.items())
            print(f"  breaches by {len(people):,} messages of participants, {what}: {kinds or 0}")


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


def _cost(path: Path, parts: dict[str, Callable[[str], object]], *, quick: bool) -> None:
    texts = [str(line["text"]) for line in _lines(path)][: 2_000 if quick else None]
    if not texts:
        return
    floor = _seconds(lambda text: [*WORD.finditer(text)], texts) / len(texts)
    for name, part in parts.items():
        ours = _seconds(part, texts) / len(texts)
        print(
            f"  {name:>8}: {ours * 1e6:.0f} us a message (goal {AVERAGE_GOAL * 1e6:.0f}), "
            f"{ours / floor:.1f}x of finding its words ({floor * 1e6:.1f} us)"
        )


def _worst(parts: dict[str, Callable[[str], object]]) -> None:
    for name, part in parts.items():
        took = {piece: _seconds(part, [piece * (LARGE // len(piece))]) for piece in ADVERSARIAL}
        worst = max(took, key=lambda piece: took[piece])
        print(
            f"  {name:>8}: {took[worst] * 1e3:.1f} ms for {LARGE:,} characters at worst (goal "
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
