"""The address of a PostgreSQL database, as hosts give it; its password is shown nowhere."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

SCHEMES = ("postgresql", "postgres")
MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
"""How a connection is encrypted, from not at all to with a certificate that is verified."""

LOOKS_LIKE = "postgresql://USER:PASSWORD@HOST:5432/NAME"

_LIKE_ONE = re.compile(r"[\w+.-]+:(/|[^/]*@)")
"""`postgresql:/u:p@h/d`, to which a slash is lacking, and `u:p@h/d`, without a scheme."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a database is, and who asks for it. It shows itself as its host and its name."""

    text: str = field(repr=False)

    def __str__(self) -> str:
        parts = urlsplit(self.text)
        options = dict(parse_qsl(parts.query))
        host = parts.netloc.rpartition("@")[2] or options.get("host", "")
        named = options.get("dbname") or options.get("database", "")
        name = unquote(parts.path.lstrip("/")) or named
        return f"{host}/{name}" if host else name


def is_address(text: str) -> bool:
    """Say whether a text is meant as the address of a database, rightly or wrongly written.

    A folder whose name looks like one can be written as `./NAME`. What is taken for a folder is
    shown in sentences and made; an address, whose password that would tell, is not.
    """
    return "://" in text or _LIKE_ONE.match(text) is not None


def read_address(text: str) -> Address:
    """Read an address.

    Raises ValueError with the rest of a sentence that begins with its name; nothing of the text is
    in it, for a part of it is a secret.
    """
    if any(char.isspace() for char in text):
        raise ValueError("has white space in it, which no address has. Copy it once more.")
    unreadable = (
        f"is no address of a database. Write it like {LOOKS_LIKE}; in the password "
        "write @ as %40, : as %3A, / as %2F, ? as %3F and # as %23."
    )
    try:
        parts = urlsplit(text)
        _port = parts.port
    except ValueError:
        raise ValueError(unreadable) from None
    if parts.netloc.count("@") > 1 or "@" in parts.path + parts.query:
        raise ValueError(unreadable)  # a part of the password stands where others are shown
    if parts.scheme not in SCHEMES:
        raise ValueError(f"is no address of a PostgreSQL database. Write it like {LOOKS_LIKE}")
    options = dict(parse_qsl(parts.query))
    if parts.fragment or not (parts.hostname or options.get("host")):
        raise ValueError(
            f"names no host. Write it like {LOOKS_LIKE}; in the password write # as %23 and ? as "
            "%3F."
        )
    if not (parts.path.strip("/") or options.get("dbname") or options.get("database")):
        raise ValueError(f"names no database. Write it like {LOOKS_LIKE}")
    mode = options.get("sslmode", MODES[0])
    if mode not in MODES:
        raise ValueError(f"has an sslmode that there is not. Write one of {', '.join(MODES)}.")
    return Address(text)
