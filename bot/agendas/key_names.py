"""Which key is meant by what people write for one, and where a key belongs that stands wrong."""

from __future__ import annotations

import difflib
import re

from bot.agendas import safety_form
from bot.agendas.form import EXAMPLES
from bot.agendas.mistakes import shown


def meant(key: str, known: tuple[str, ...]) -> str | None:
    """Return which of the `known` keys somebody meant who wrote `key`, None if none is near."""
    word = key[:60].casefold()
    said = [name for name in _MEANT.get(word, ()) if name in known]
    return next(iter(said or difflib.get_close_matches(word, known, n=1, cutoff=0.6)), None)


def unknown(key: str, known: tuple[str, ...]) -> str:
    """Say of a key that it is none here, and what may be meant by it."""
    said = f"{shown(key)} is no key here."
    bare = re.sub(r"\W", "", key)
    if bare in known:
        dash = " Put a space after the dash." if key.startswith("-") else ""
        return f"{said}{dash or f' Write it without the stray character: {bare}'}"
    if name := meant(key, known):
        return f"{said} Write {name}"
    if key in _ELSEWHERE:
        return f"{said} {_ELSEWHERE[key]}"
    if " " in key:
        return f"{said} Put quotes around the whole of a text that holds a colon or a comma."
    return f"{said} Delete it, or write one of {', '.join(known)}"


_MEANT = {
    **dict.fromkeys(("name", "chat", "heading", "subject"), ("title", "local")),
    **dict.fromkeys(("timezone", "time_zone", "tz"), ("zone",)),
    **dict.fromkeys(("when", "recurrence", "repeat", "frequency"), ("schedule", "every")),
    **dict.fromkeys(("duration", "length", "lasts", "hours"), ("window",)),
    **dict.fromkeys(("channel", "channels", "room", "place", "where"), ("rooms",)),
    **dict.fromkeys(("host", "hosts", "mods", "moderator"), ("moderators",)),
    **dict.fromkeys(("questions", "agenda"), ("topics", "ask")),
    **dict.fromkeys(("question", "text", "topic", "q"), ("ask", "topics")),
    **dict.fromkeys(("time", "minute", "offset"), ("after", "at", "start")),
    "at": ("after", "start"),
    **dict.fromkeys(("paper", "article", "literature"), ("reading",)),
    **dict.fromkeys(("intro", "opening", "introduction", "greeting"), ("welcome",)),
    **dict.fromkeys(("end", "ending", "goodbye", "outro", "thanks"), ("closing",)),
    **dict.fromkeys(("link", "href", "address"), ("url",)),
    **dict.fromkeys(("reference", "title"), ("citation",)),
    **dict.fromkeys(("tag", "hash"), ("hashtag",)),
    **dict.fromkeys(("overrides", "exceptions"), ("dates", "except")),
    **dict.fromkeys(("skip", "skips", "not", "exclude"), ("except",)),
    **dict.fromkeys(("extra", "plus", "add"), ("also",)),
    **dict.fromkeys(("ping", "pings", "mention", "mentions", "notifications"), ("notify",)),
    **dict.fromkeys(("warnings", "private", "staff"), ("alerts",)),
    **dict.fromkeys(("public", "share", "attach"), ("publish", "share_names")),
    **dict.fromkeys(("names", "authors_shown", "anonymous"), ("share_names",)),
    "late": ("after_close",),
    **dict.fromkeys(("retention", "kept", "expires", "expiry", "delete_after"), ("keep",)),
    **dict.fromkeys(("remove", "delete", "hidden"), ("hide",)),
    **dict.fromkeys(("allow", "allowed", "allowed_words", "allowlist"), ("allow_words",)),
    **dict.fromkeys(("block", "blocked", "blocklist", "domains"), ("blocked_domains",)),
    **dict.fromkeys(("helplines", "hotlines", "crisis_lines"), ("help_lines",)),
    **dict.fromkeys(("on_call", "oncall"), ("moderators_on_call",)),
    **dict.fromkeys(("rule", "code_of_conduct", "conduct", "guidelines"), ("rules",)),
    **dict.fromkeys(("checkin", "check_in", "require_check_in"), ("require_checkin",)),
    **dict.fromkeys(("professions", "occupations"), ("roles",)),
    **dict.fromkeys(("members", "verified", "participants"), ("members_only",)),
    **dict.fromkeys(("forget", "right_to_be_forgotten"), ("forget_on_leave",)),
    **dict.fromkeys(("rounding", "round"), ("round_times",)),
}
"""What people write for a key, and which key may be meant."""

_ELSEWHERE = {
    **dict.fromkeys(
        ("every", "rrule", "except", "also", "at", "from"),
        "It stands under schedule: schedule: {every: first monday at 07:00}",
    ),
    "ask": "It stands under topics: " + EXAMPLES["topics"],
    "after": "It stands under topics: " + EXAMPLES["topics"],
    "start": "It stands under a date in dates; the time of all chats stands in schedule.",
    "starts": "It stands at the left margin, instead of schedule.",
    **dict.fromkeys(
        ("citation", "doi", "url", "authors"), "It stands under reading: " + EXAMPLES["reading"]
    ),
    "local": "It stands under rooms, moderators or guests.",
    **dict.fromkeys(
        ("discord", "slack"),
        "It stands under rooms, moderators, guests, members_only, alerts or notify.",
    ),
    **dict.fromkeys(
        (
            *("title", "hashtag", "zone", "schedule", "window", "rooms", "threads"),
            *("guests", "keep"),
            *("alerts", "notify", "publish", "share_names", "archive", "closing"),
            *safety_form.EXAMPLES,
        ),
        "It stands at the left margin and holds for all dates.",
    ),
    **dict.fromkeys(
        ("reminders", "after_close", "dates", "topics", "reading", "welcome", "moderators"),
        "It stands at the left margin.",
    ),
    "<<": "Agendas have no merge keys; write the values out.",
}
"""Keys that are known at another place."""
