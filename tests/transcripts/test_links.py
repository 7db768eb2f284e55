"""Links and DOIs."""

from __future__ import annotations

import pytest

from bot.transcripts import links
from bot.transcripts.links import Link, Links, addresses

NEJM = "https://doi.org/10.1056/nejmoa2214122", "10.1056/nejmoa2214122"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see https://doi.org/10.1056/NEJMoa2214122.", [NEJM]),
        ("http://dx.doi.org/10.1056/NEJMoa2214122?x=1#y", [NEJM]),
        ("doi:10.1056/NEJMoa2214122, and again 10.1056/nejmoa2214122", [NEJM, NEJM]),
        ("https://doi.org/10.1016%2Fs0140", [("https://doi.org/10.1016%2Fs0140", "")]),
        ("(https://e.org/a_(b)?x=1).", [("https://e.org/a_(b)?x=1", "")]),
        ("[x](https://e.org/x) <https://e.org/y|z>", [("https://e.org/x", ""),
                                                      ("https://e.org/y", "")]),
        ("10.1016/S0140-6736(20)30183-5", [("https://doi.org/10.1016/s0140-6736(20)30183-5",
                                            "10.1016/s0140-6736(20)30183-5")]),
        ("http:// 10.1 1.10.1016/x javascript:alert(1) nothing", []),
    ],
)  # fmt: skip
def test_addresses_are_found_however_they_are_written(
    text: str, found: list[tuple[str, str]]
) -> None:
    assert list(addresses(text)) == found


def test_a_person_counts_once_for_a_link_and_dois_come_first() -> None:
    gathered = Links()
    gathered.gather("https://e.org https://e.org", "local:ann", "Ann")
    gathered.gather("https://e.org", "local:ann", "Ann Again")
    gathered.gather("https://f.org", "local:ann", "Ann")
    for name in ("Bo", "Cy", "Di"):
        gathered.gather("https://f.org 10.1056/NEJMoa2214122", f"local:{name}", name)
    assert gathered.by_people() == (
        Link(*NEJM, ("Bo", "Cy", "Di"), 0),
        Link("https://f.org", "", ("Ann", "Bo", "Cy"), 1),
        Link("https://e.org", "", ("Ann",), 0),
    )
    assert gathered.further == 0


def test_beyond_a_thousand_links_further_ones_are_only_counted() -> None:
    gathered = Links()
    for number in range(links.MOST + 3):
        gathered.gather(f"https://e.org/{number}", "local:ann", "Ann")
    gathered.gather("https://e.org/0", "local:bo", "Bo")
    assert len(gathered.by_people()) == links.MOST
    assert gathered.by_people()[0].people == ("Ann", "Bo")
    assert gathered.further == 3
