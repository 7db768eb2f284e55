"""Figures in words, the same on a page, in Markdown and in a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from bot.engine import wording
from bot.engine.agenda import ROLES
from bot.engine.checkin import NONE, NOT_STATED, country_name
from bot.engine.erasing import is_erased
from bot.engine.messages import Attachment, Hold, Timing
from bot.engine.rooms import places, platform_name
from bot.engine.showing import Silence
from bot.engine.state import Chat, Stage
from bot.store.codec import stamp
from bot.transcripts.characters import one_line
from bot.transcripts.clock import Clock, span, utc
from bot.transcripts.edition import Stated
from bot.transcripts.links import Link
from bot.transcripts.summary import Highlight, Step, Summary, TopicSummary

LATE = "said after the close; its text is not kept"
WITHDRAWN = "withdrawn by its author"
ERASED = "erased"
HELD = "held back for review"
BLANKED = "no longer kept"
FILES = "Files stay on the platform where they were shared; links to them may stop working."


_WHY_HELD: Mapping[str, str] = {
    Hold.PRIVACY: f"{HELD}: a patient could be known by it",
    Hold.DISTRESS: f"{HELD}: its author may need help",
    Hold.RULE: f"{HELD}: by a rule",
    Hold.MODERATOR: f"{HELD}: by a moderator",
    Silence.OUT: "its author does not want to be in the transcript",
    Silence.UNCHECKED: f"{HELD}: its author has not checked in",
    Silence.UNASKED: "its words are not in this edition",
}
"""What stands where words are held back, by why; never what they are."""


def silence(
    timing: str,
    withdrawn: object,
    *,
    has_files: bool,
    author: str = "",
    held: str = "",
    chat: Chat | None = None,
) -> str:
    """Say why a message has no text; empty where its files are what it says."""
    if withdrawn:
        return WITHDRAWN
    if is_erased(author):
        return ERASED
    if held:
        return _WHY_HELD.get(held, HELD)
    if timing == Timing.LATE and not has_files:
        return LATE
    return BLANKED if chat is not None and chat.blanked and not has_files else ""


def instead(answer: Highlight) -> str:
    """Say what stands for an answer's words where there are none."""
    return _WHY_HELD.get(answer.held, HELD) if answer.held else "no words"


def noun(number: int, of_one: str) -> str:
    """Return what so many are called: `message` of one, else `messages`."""
    return of_one if number == 1 else plural(of_one)


def count(number: int, noun: str) -> str:
    """Write `1 message`, `1,204 messages`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {plural(noun)}"


def plural(noun: str) -> str:
    """Return a noun's plural."""
    return {"person": "people", "reply": "replies"}.get(noun, f"{noun}s")


def window(chat: Chat, clock: Clock) -> str:
    """Write from when to when a chat ran, in its zone."""
    length = span((chat.ends_at - chat.opens_at).total_seconds())
    return (
        f"{clock.long(chat.opens_at)} to {clock.long(chat.ends_at)} ({chat.agenda.zone}), {length}"
    )


def window_utc(chat: Chat) -> str:
    """Write from when to when a chat ran, in UTC, to the second."""
    opens, ends = (at.replace(microsecond=0) for at in (chat.opens_at, chat.ends_at))
    return f"{utc(stamp(opens))} to {utc(stamp(ends))}"


def venue(chat: Chat) -> str:
    """Say where a chat was held: `in the built-in room, on Discord and on Slack`."""
    platforms = dict.fromkeys(room.platform for room in chat.agenda.rooms)
    *others, last = [
        "in the built-in room" if platform == "local" else f"on {platform_name(platform)}"
        for platform in platforms
    ]
    return f"{', '.join(others)} and {last}" if others else last


def state(chat: Chat) -> str:
    """Say how a chat stands where it is not simply over, or not all of it is here any more."""
    return " ".join(part for part in (_stage(chat), _blanked(chat)) if part)


def _blanked(chat: Chat) -> str:
    if chat.blanked is None:
        return ""
    return (
        f"What people said was removed on {chat.blanked.at:%-d %B %Y}, "
        f"{wording.duration(chat.blanked.keep)} after the end, with their names and those of "
        "their files. The counts are what they were."
    )


def _stage(chat: Chat) -> str:
    match chat.stage:
        case Stage.PLANNED:
            return "This chat has not opened yet."
        case Stage.OPEN:
            return "This chat is still open; more may follow."
        case Stage.CANCELLED:
            return "This chat was cancelled."
        case Stage.MISSED:
            return "This chat was missed: nobody was there to open it."
    return ""


def number(value: float) -> str:
    """Write `3` or `3.5`."""
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"


def hour(step: Step, clock: Clock) -> str:
    """Write an hour of the window: `Mon 7 Dec 07:00 to 08:00`."""
    return f"{clock.short(step.at)} to {clock.wall(step.at + timedelta(hours=1))}"


def figures(summary: Summary, clock: Clock) -> list[tuple[str, str]]:
    """Return every figure of the whole chat as (what, how many)."""
    counts = summary.counts
    people = f"{counts.participants:,}"
    if counts.guests:
        people += f", {count(counts.guests, 'guest')} among them"
    moderators = f"{counts.moderators:,}"
    if counts.by_moderators:
        moderators += f", who wrote {count(counts.by_moderators, 'message')}"
    busiest = "none"
    if summary.busiest:
        busiest = f"{hour(summary.busiest, clock)}, {count(summary.busiest.messages, 'message')}"
    return [
        ("Participants", people),
        ("Moderators", moderators),
        *_visitors(summary),
        ("Messages", f"{counts.messages:,}"),
        ("Median per participant", f"{number(summary.median)}, most {summary.most:,}"),
        ("Busiest hour", busiest),
        *_crowd(summary),
        ("Replies", f"{counts.replies:,}"),
        ("With a file", f"{counts.with_files:,}"),
        ("Under no topic", f"{counts.without_topic:,}"),
        ("Edited", f"{counts.edited:,}"),
        ("Early", f"{counts.early:,}"),
        ("Late", f"{counts.late:,}"),
        ("Withdrawn", f"{counts.withdrawn:,}"),
    ]


def _crowd(summary: Summary) -> list[tuple[str, str]]:
    """Return who took part: new or returning; and what they are, where check-ins are asked for."""
    crowd = summary.crowd
    came = [("New or returning", f"{crowd.new:,} new, {crowd.returning:,} returning")]
    agenda = summary.chat.agenda
    is_asked = agenda.rules or agenda.require_checkin or agenda.roles != ROLES
    if not (crowd.new or crowd.returning) or not (crowd.checked_in or is_asked):
        return came
    countries = [(country_name(code), people) for code, people in crowd.countries]
    return [*came, ("Roles", _listed(crowd.roles)), ("Countries", _listed(countries))]


def _listed(counted: Sequence[tuple[str, int]]) -> str:
    return ", ".join(f"{people:,} {one_line(what) or NOT_STATED}" for what, people in counted)


def stated(said: Stated) -> list[str]:
    """Say what somebody says of themselves: their role, and their conflict of interest."""
    role = [one_line(said.role)] if said.role else []
    if not said.interest:
        return role
    none = "no conflict of interest"
    return [*role, none if said.interest == NONE else f"conflict of interest: {said.interest}"]


def _visitors(summary: Summary) -> list[tuple[str, str]]:
    """Return the figure of visitors, where a chat is its members' or somebody was one."""
    counts = summary.counts
    if not (summary.chat.agenda.members_only or counts.visitors):
        return []
    wrote = f", who wrote {count(counts.by_visitors, 'message')}" if counts.by_visitors else ""
    return [("Visitors", f"{counts.visitors:,}{wrote}")]


def shares(summary: Summary) -> list[tuple[str, int, int, int]]:
    """Return each room's share as (name, participants, messages, per cent of all messages).

    Empty for a chat that is held in one room, or in which nobody wrote.
    """
    names = places(summary.chat.agenda.rooms)
    whole = max(1, sum(one.messages for one in summary.shares))
    return [
        (
            (name := names[str(one.room)])[:1].upper() + name[1:],
            one.participants,
            one.messages,
            round(100 * one.messages / whole),
        )
        for one in summary.shares
    ]


def posted(topic: TopicSummary, clock: Clock) -> str:
    """Say when a topic was posted."""
    if topic.posted_at is not None:
        return clock.short(topic.posted_at)
    return unposted(topic)


def unposted(topic: TopicSummary) -> str:
    """Say why a topic does not stand in a room."""
    return "left out" if topic.skipped else "not posted"


def first_answer(topic: TopicSummary) -> str:
    """Say how soon a topic was answered; a dash where it was not."""
    if topic.first_answer is None:
        return "–"
    seconds = topic.first_answer.total_seconds()
    return "under 1 s" if seconds < 1 else span(seconds)


def sharers(link: Link) -> list[str]:
    """Return who shared a link: the first ones by name, then how many more."""
    names = [one_line(name) or "somebody" for name in link.people]
    return [*names, f"{link.others:,} more"] if link.others else names


def size(octets: int) -> str:
    """Write a file's size: `640 bytes`, `182 kB`, `1.2 MB`."""
    if octets < 1000:
        return f"{max(octets, 0)} bytes"
    if octets < 999_500:
        return f"{octets / 1000:.0f} kB"
    return f"{octets / 1_000_000:,.1f} MB"


def kind(file: Attachment) -> str:
    """Write what a file is of which no more is told: `image/png, 182 kB`; or that it was there."""
    return f"{file.type}, {size(file.size)}" if file.type else "a file"


def nothing(*, is_everything: bool) -> str:
    """Say that there are no messages, in the chat itself or in this edition of it."""
    return "Nothing was said in this chat." if is_everything else "This edition has no messages."
