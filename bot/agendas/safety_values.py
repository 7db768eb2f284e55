"""Single values of what an agenda says of safety.

Every function here raises ValueError with a sentence that says what to write instead.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import timedelta

from bot.agendas.mistakes import shown
from bot.agendas.values import read_duration, read_line, read_text
from bot.engine.agenda import ANYWHERE
from bot.engine.consent import Consent
from bot.engine.countries import COUNTRIES, country_of

LONGEST_WORD = 60
LONGEST_ROLE = 40
LONGEST_RULES = 1500
"""In characters. The rules go whole into one message of every platform, with buttons below."""

_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
"""A label of a domain name, RFC 1123 section 2.1, in small letters."""


_STEPS = ("1m", "2m", "3m", "5m", "6m", "10m", "15m", "30m", "1h", "2h", "4h", "6h", "12h")
"""Some that divide a day evenly, the shortest first."""


def read_word(text: str) -> str:
    """Read a word, or a few that belong together; return it in small letters."""
    word = unicodedata.normalize("NFKC", read_line(text)).casefold()
    if len(word) > LONGEST_WORD:
        raise ValueError(
            f"This is longer than {LONGEST_WORD} characters. Write single words: "
            "allow_words: [penis, breast]"
        )
    if not any(letter.isalnum() for letter in word):
        raise ValueError(f"{shown(text)} holds no letter. Write the word itself: penis")
    return word


def read_domain(text: str) -> str:
    """Read a domain alone; return it in small letters, as DNS has it (`xn--...`)."""
    given = text.strip()
    host = _host_of(given)
    domain = ascii_domain(host)
    if domain is None:
        raise ValueError(
            f"{shown(text)} is no domain. Give the domain alone, with its dot: example.com"
        )
    if host != given.rstrip("."):
        raise ValueError(f"{shown(text)} is more than a domain. Give the domain alone: {host}")
    return domain


def _host_of(text: str) -> str:
    """Return the host of an address, without `www.`, `*.`, a port or a name before an @."""
    host = re.sub(r"^[A-Za-z][A-Za-z0-9+.-]*:(?=//)|^[\s/]+", "", text).lstrip("/")
    host = re.split(r"[/?#\\]", host, maxsplit=1)[0].rpartition("@")[2]
    host = re.sub(r":\d*$", "", host).rstrip(".")
    return re.sub(r"^(?:\*?\.|www\.)+(?=[^.]+\.)", "", host, flags=re.IGNORECASE)


def ascii_domain(text: str) -> str | None:
    """Return a domain name as DNS has it, in small letters; None where it is none.

    Letters beyond ASCII become `xn--...` (RFC 3492). As browsers do (UTS 46, not transitional),
    `ß` stays itself, for a domain with `ss` is another one. A name has two labels or more, the
    last of which is no number, and at most 253 characters.
    """
    name = unicodedata.normalize("NFKC", text.lower()).lower()
    labels = [_ascii_label(label) for label in re.split("[.\u3002]", name)]
    if len(labels) < 2 or None in labels or (labels[-1] or "").isdigit():
        return None
    domain = ".".join(label for label in labels if label)
    return domain if len(domain) <= 253 else None


def _ascii_label(label: str) -> str | None:
    if not label.isascii():
        kinds = {unicodedata.category(sign)[0] for sign in label if sign != "-"}
        if unicodedata.category(label[0])[0] == "M" or not kinds <= {"L", "M", "N"}:
            return None
        label = f"xn--{label.encode('punycode').decode('ascii')}"
    return label if _LABEL.fullmatch(label) else None


def read_country(text: str) -> str:
    """Read a country's code in capitals, or `any`."""
    if text in COUNTRIES or text == ANYWHERE:
        return text
    if text.strip().casefold() == ANYWHERE:
        raise ValueError(f"{shown(text)} is written in small letters: {ANYWHERE}")
    if code := country_of(text):
        raise ValueError(
            f"{shown(text)} is not how a country is written here. Write {code} for "
            f"{COUNTRIES[code]}"
        )
    raise ValueError(
        f"{shown(text)} is no country. Write its two letters in capitals, such as US, GB or NO, "
        f"or {ANYWHERE} for everybody else."
    )


def read_rules(text: str) -> str:
    """Read the rules of a chat, of one or several lines, at most 1,500 characters."""
    rules = read_text(text)
    if len(rules) > LONGEST_RULES:
        raise ValueError(
            f"The rules have {len(rules):,} characters. Shorten them to {LONGEST_RULES:,}, so that "
            "they fit into one message, and put a link to the rest."
        )
    return rules


def read_role(text: str) -> str:
    """Read as what people may check in, at most 40 characters."""
    role = read_line(text)
    if len(role) > LONGEST_ROLE:
        raise ValueError(f"This is longer than {LONGEST_ROLE} characters. Shorten it: trainee")
    return role


def read_consent(text: str) -> Consent:
    """Read `named`, `pseudonym` or `out`."""
    try:
        return Consent(text.strip())
    except ValueError:
        raise ValueError(
            f"{shown(text)} cannot be chosen. Write named (people are shown by their names), "
            "pseudonym (by one of their own) or out (they are not in the transcript)."
        ) from None


def read_round_times(text: str) -> timedelta:
    """Read to what times are rounded: a divisor of a day, so that steps begin at midnight; or 0."""
    step = read_duration(text)
    day = timedelta(days=1)
    if not step:
        return step
    if step > day:
        raise ValueError("Times are rounded to 1d at most. Write 15m, 1h or 1d.")
    if day % step:
        like = [one for one in _STEPS if read_duration(one) < step][-1]
        raise ValueError(f"{shown(text)} does not divide a day evenly. Write {like}")
    return step
