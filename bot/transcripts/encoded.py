"""What an address says to who reads it: without percent signs, its host in its own letters.

`J%C3%BCrgen`, and `J%FCrgen` of old pages, are Jürgen (RFC 3986); so is what was encoded twice.
`xn--mller-kva` is müller (RFC 3492). What cannot be decoded stays as it is.
"""

from __future__ import annotations

import re

_ROUNDS = 3
"""How often an address is decoded at most; each who passes one on may have encoded it anew."""

_IN_ASCII = re.compile(r"(?<![\w-])xn--([0-9a-z-]{1,59})(?![\w-])", re.IGNORECASE)
_ESCAPES = re.compile("(?:%[0-9A-Fa-f]{2})+")

ESCAPE = re.compile("%[0-9A-Fa-f]{2}")
RUN = re.compile(r"[^\s/?&=#<>()|\[\]\"'`]+")
"""A part of an address, or a word."""


def readings(address: str) -> list[str]:
    """Return an address, and what it reads when it is decoded, step by step."""
    found = [address]
    while len(found) <= _ROUNDS and "%" in found[-1]:
        decoded = _ESCAPES.sub(_decoded, found[-1])
        if decoded == found[-1]:
            break
        found.append(decoded)
    in_letters = _IN_ASCII.sub(_in_letters, found[-1])
    return found if in_letters == found[-1] else [*found, in_letters]


def _decoded(match: re.Match[str]) -> str:
    octets = bytes.fromhex(match[0].replace("%", ""))
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return octets.decode("latin-1")


def _in_letters(match: re.Match[str]) -> str:
    try:
        return match[1].encode("ascii").decode("punycode")
    except UnicodeError:
        return match[0]
