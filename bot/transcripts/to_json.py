"""Writes a transcript as JSON, one message a line."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any

from bot.engine.showing import Audience, Silence
from bot.engine.state import Chat
from bot.store.checkins import Crowd
from bot.store.codec import files_of, numbers_of, stamp
from bot.transcripts import about
from bot.transcripts.build import Batch, Line, Transcript
from bot.transcripts.clock import utc
from bot.transcripts.editions import Begun
from bot.transcripts.erratum import Erratum, Kind
from bot.transcripts.summary import Highlight, Summary, TopicSummary

_encode = json.JSONEncoder(ensure_ascii=False, separators=(", ", ": ")).encode
_TROUBLESOME = re.compile(
    r"[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)


async def to_json(transcript: Transcript, batches: AsyncIterator[Batch]) -> AsyncIterator[bytes]:
    """Yield the file in chunks of UTF-8."""
    summary = transcript.summary
    begun = transcript.begun
    head = {
        "format": "rounds-transcript/1",
        "edition": begun.audience.value,
        "about": about.in_one(begun),
        **({"left_out": _left_out(begun)} if begun.audience is not Audience.ORGANIZERS else {}),
        "chat": _chat(summary.chat),
        "counts": _counts(summary),
        "topics": [_topic(topic) for topic in summary.topics],
        "summary": _summary(summary),
        "rules": summary.rules,
    }
    body = ",\n".join(f"{_encode(name)}: {_encode(value)}" for name, value in head.items())
    yield _safe(f'{{{body},\n"messages": [')
    separator = "\n"
    async for batch in batches:
        messages = (
            _message(line, batch.reactions.get(line.key), begun) | _stated(batch, line)
            for line in batch.lines
        )
        yield _safe(separator + ",\n".join(map(_encode, messages)))
        separator = ",\n"
    after = f',\n"erratum": {_encode(_erratum(begun.erratum))}' if begun.erratum else ""
    yield _safe(f"\n]{after}}}\n")


def _safe(text: str) -> bytes:
    """Escape what JSON allows but a terminal or an editor would obey; it stands in strings only."""
    return _TROUBLESOME.sub(lambda match: f"\\u{ord(match[0]):04x}", text).encode("utf-8")


def _time(at: datetime | None) -> str | None:
    return None if at is None else utc(stamp(at))


def _stated(batch: Batch, line: Line) -> dict[str, Any]:
    """Return what somebody says of themselves, if they checked in; null: they do not state it."""
    said = batch.stated.get(line.key)
    if said is None:
        return {}
    return {"stated": {"role": said.role or None, "conflict_of_interest": said.interest or None}}


def _crowd(crowd: Crowd) -> dict[str, Any]:
    """Return who took part; those who did not state a role or a country are under ""."""
    return {
        "new": crowd.new,
        "returning": crowd.returning,
        "checked_in": crowd.checked_in,
        "roles": dict(crowd.roles),
        "countries": dict(crowd.countries),
    }


def _chat(chat: Chat) -> dict[str, Any]:
    agenda = chat.agenda
    reading = agenda.reading
    return {
        "id": chat.id,
        "series": chat.series,
        "title": agenda.title,
        "hashtag": agenda.hashtag,
        "zone": agenda.zone,
        "opens_at": _time(chat.opens_at),
        "closes_at": _time(chat.closes_at),
        "closed_at": _time(chat.closed_at),
        **({"blanked_at": _time(chat.blanked.at)} if chat.blanked else {}),
        "rooms": [str(room) for room in agenda.rooms],
        "reading": None
        if reading is None
        else {
            "citation": reading.citation,
            "doi": reading.doi,
            "url": reading.url,
            "authors": list(reading.authors),
        },
    }


def _counts(summary: Summary) -> dict[str, int]:
    counts = summary.counts
    names = ("participants", "moderators", "messages", "by_moderators", "early", "late", "edited",
             "withdrawn", "unplaced", "guests", "replies", "with_files")  # fmt: skip
    beside: tuple[str, ...] = ()
    if summary.chat.agenda.members_only or counts.visitors:
        beside = ("visitors", "by_visitors")
    return {name: getattr(counts, name) for name in (*names, *beside)}


def _topic(topic: TopicSummary) -> dict[str, Any]:
    return {
        "number": topic.number,
        "text": topic.ask,
        "posted_at": _time(topic.posted_at),
        "messages": topic.messages,
        "participants": topic.participants,
        "first_answer_seconds": None
        if topic.first_answer is None
        else topic.first_answer.total_seconds(),
        "skipped": topic.skipped,
        "most_replied": [_highlight(answer) for answer in topic.most_replied],
        "most_reacted": [_highlight(answer) for answer in topic.most_reacted],
    }


def _highlight(answer: Highlight) -> dict[str, Any]:
    return {"id": answer.id, "room": answer.room, "times": answer.times}


def _summary(summary: Summary) -> dict[str, Any]:
    busiest = summary.busiest
    rooms = [
        {"room": str(one.room), "participants": one.participants, "messages": one.messages}
        for one in summary.shares
    ]
    return {
        **({"rooms": rooms} if rooms else {}),
        "people": _crowd(summary.crowd),
        "median_per_person": summary.median,
        "most_per_person": summary.most,
        "busiest_hour": None
        if busiest is None
        else {"from": _time(busiest.at), "messages": busiest.messages},
        "hours": [{"from": _time(hour.at), "messages": hour.messages} for hour in summary.hours],
        "links": [
            {"url": link.url, "doi": link.doi, "people": len(link.people) + link.others}
            for link in summary.links
        ],
    }


def _left_out(begun: Begun) -> dict[str, int]:
    counted = {why.value: begun.left_out[why] for why in Silence if begun.left_out.get(why)}
    return {"withdrawn": 0, **counted}


def _erratum(erratum: Erratum) -> dict[str, Any]:
    return {
        "since": _time(erratum.since),
        "corrections": [
            {
                "kind": one.kind.value,
                "lines": list(one.lines),
                **(
                    {"from": list(one.before), "to": list(one.after)}
                    if one.kind is Kind.MOVED
                    else {}
                ),
            }
            for one in erratum.corrections
        ],
    }


def _message(
    line: Line, reactions: Sequence[tuple[str, int]] | None, begun: Begun
) -> dict[str, Any]:
    return {
        "id": line.id,
        "at": utc(line.at),
        "author": line.author,
        "name": line.name,
        "role": line.role,
        "text": line.text,
        "timing": line.timing,
        "topics": list(numbers_of(line.topics)),
        "placed_by": line.placed_by,
        "reply_to": line.reply_to or None,
        "edited": bool(line.edited),
        "withdrawn": bool(line.withdrawn),
        **({"held": line.held} if begun.audience is Audience.ORGANIZERS else {}),
        "reactions": dict(reactions or ()),
        "attachments": [
            {"name": file.name, "type": file.type, "size": file.size, "url": file.url}
            for file in files_of(line.files)
        ],
        "room": line.room,
    }
