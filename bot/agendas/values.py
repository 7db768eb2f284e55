"""Single values of an agenda: each is read from the text that was written, or answered.

Every function here raises ValueError with a sentence that says what to write instead.
"""

from __future__ import annotations

import re
from datetime import timedelta

from bot.agendas.mistakes import shown
from bot.engine.commands import parse_duration


def read_text(text: str) -> str:
    """Read prose of one or several lines."""
    kept = text.strip()
    if not kept:
        raise ValueError("There is no text between the quotes. Write it, or delete this key.")
    return kept


def read_line(text: str) -> str:
    """Read prose of one line, at most 200 characters."""
    line = " ".join(read_text(text).split())
    if len(line) > 200:
        raise ValueError("This is longer than 200 characters. Shorten it to one line.")
    return line


def read_name(text: str) -> str:
    """Read the name of a person."""
    name = read_line(text)
    if name.startswith(("@", "#")):
        raise ValueError(f"Write the name without its sign: {shown(name.lstrip('@# '))}")
    return name


def read_hashtag(text: str) -> str:
    """Read a hashtag, with its sign or without; return it with the sign."""
    tag = read_line(text).lstrip("#")
    if not re.fullmatch(r"\w{1,100}", tag):
        raise ValueError(
            f"{shown(text)} is no hashtag. Write one word in straight quotes: hashtag: "
            f'"#{re.sub(r"[^A-Za-z0-9_]", "", tag)[:40] or "urojc"}"'
        )
    return f"#{tag}"


def read_duration(text: str) -> timedelta:
    """Read a length of time: `30m`, `48h`, `2d`, `1h 30m`."""
    try:
        return parse_duration(text)
    except ValueError:
        number = re.match(r"\s*(\d{1,4})\s*([a-zA-Z]?)", text)
        like = f"{number[1]}{(number[2] or 'h').lower()}" if number else "48h"
        example = like if like[-1] in "mhd" else "48h"
        raise ValueError(
            f"{shown(text)} is no length of time. Write a number with m, h or d, such as {example}"
        ) from None


def read_window(text: str) -> timedelta:
    """Read how long a chat is open: more than nothing, at most 31 days."""
    window = read_duration(text)
    if not timedelta(0) < window <= timedelta(days=31):
        raise ValueError("A chat is open for at least 1m and at most 31d. Write it like 48h or 1h.")
    return window


def read_reminder(text: str) -> timedelta:
    """Read how long before a chat people are reminded: at most 31 days."""
    before = read_duration(text)
    if not timedelta(0) < before <= timedelta(days=31):
        raise ValueError("A reminder comes at least 1m and at most 31d before a chat. Write 24h.")
    return before


def read_keep(text: str) -> timedelta:
    """Read for how long words are kept after a chat: `90d`, `12w`; a day to ten years."""
    given = re.fullmatch(r"\s*([0-9]{1,4})\s*([dw])\s*", text, re.IGNORECASE)
    days = int(given[1]) * (7 if given[2] in "wW" else 1) if given else 0
    if not 1 <= days <= 3650:
        raise ValueError(
            f"{shown(text)} is no time for which words are kept. Write a number of days or weeks "
            "after the end, such as 90d or 12w, up to 3650d; to keep them for good delete this key."
        )
    return timedelta(days=days)


def read_after_close(text: str) -> bool:
    """Read `keep` or `drop`; return whether late messages keep their text."""
    if text not in ("keep", "drop"):
        raise ValueError(
            f"{shown(text)} cannot be chosen. Write keep (the text of late messages is kept) or "
            "drop (they are only counted)."
        )
    return text == "keep"


def read_threads(text: str) -> bool:
    """Read `per_chat` or `per_topic`; return whether each topic has a thread of its own."""
    if text not in ("per_chat", "per_topic"):
        raise ValueError(
            f"{shown(text)} cannot be chosen. Write per_chat (one thread for the whole chat) or "
            "per_topic (a thread for each topic)."
        )
    return text == "per_topic"


def read_archive(text: str) -> bool:
    """Read `channel`, the one thing that can be archived; return True."""
    if text != "channel":
        raise ValueError(
            f"{shown(text)} cannot be chosen. Write channel (the chat's Slack channel is archived "
            "at the end), or delete archive."
        )
    return True


def read_switch(text: str) -> bool:
    """Read `true` or `false`, which may also be written `yes` or `no`."""
    answers = {"true": True, "yes": True, "false": False, "no": False}
    answer = answers.get(text.strip().casefold())
    if answer is None:
        raise ValueError(f"{shown(text)} cannot be chosen. Write true or false.")
    return answer


def read_doi(text: str) -> str:
    """Read a DOI, bare or as an address; return it bare."""
    doi = re.sub(r"^(?:https?://(?:dx\.)?doi\.org/|doi:\s*)", "", text.strip(), flags=re.IGNORECASE)
    if not re.fullmatch(r"10\.\d{4,9}/\S{1,300}", doi):
        raise ValueError(f"{shown(text)} is no DOI. A DOI begins with 10., such as 10.1000/xyz123")
    return doi


def read_url(text: str) -> str:
    """Read an address of the web; no other scheme is taken."""
    url = text.strip()
    if not re.fullmatch(r"https?://[^\s<>\"]{1,2000}", url, re.IGNORECASE):
        raise ValueError(f"{shown(text)} is no address. Write it whole, beginning with https://")
    return url


def read_local(text: str) -> str:
    """Read the name of a room of Rounds' own, which stands in addresses."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", text):
        like = re.sub(r"[^A-Za-z0-9_-]+", "-", text.strip(" #")).strip("-")[:64] or "urojc"
        raise ValueError(
            f"{shown(text)} cannot stand in an address. Name the room with letters, digits, dash "
            f"and underscore, at most 64, such as {like}"
        )
    return text
