"""Takes a person out of the store at their wish, and says where more of them may stand.

Who they are is looked up first, and shown to whoever asks for it, so that nobody is erased who was
not meant. What is printed afterwards names nobody: it may stand in a log for long.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.agendas.agenda import load_chats
from bot.agendas.mistakes import shown
from bot.cli.faults import Stopped
from bot.cli.stores import opened
from bot.engine.agenda import OWN
from bot.engine.erasing import is_erased
from bot.engine.rooms import platform_name, room_name
from bot.intake import farewell
from bot.intake.runner import Store
from bot.store import forgetting
from bot.store import shown as shown_to_all
from bot.store.forgetting import Known, Removed
from bot.store.opening import Where
from bot.store.shown import Shown
from bot.store.tables import Tables
from bot.transcripts.phrases import count

PLATFORMS = (OWN, "discord", "slack")

TRIES, APART = 300, 0.1
"""How often, and how many seconds apart, the store's log is tried to be cut off: others read it."""

LISTED = 20
"""People named where several are meant, and chats in a line of the report."""

WAYS = "local:ID, discord:ID or slack:ID, as “author” and “room” tell it in transcript.json"


@dataclass(frozen=True, slots=True)
class Found:
    """Somebody who may be erased, what would go, and which public transcripts have their words."""

    who: Known
    would_go: Removed
    published: tuple[Shown, ...] = ()

    @property
    def platform(self) -> str:
        """Where they are known by their id."""
        return self.who.key.partition(":")[0]

    @property
    def id(self) -> str:
        """Their id there."""
        return self.who.key.partition(":")[2]


class _Enough(Exception):
    """Nothing of this transaction is to be kept."""


async def found(
    store: Store, given: str, naming: Callable[[str], Sequence[str]], now: datetime
) -> Found:
    """Return whom `given` means, and what would go; nothing is changed.

    `naming` returns the paths of agendas that list a person's key. Raises Stopped, with what to do
    or give instead, where they are listed, where it is nobody, or where it may be several.
    """
    async with store.reading() as tables:
        key = await _key(tables, given)
        who = await forgetting.known(tables.connection, key)
        published = await shown_to_all.with_words_of(tables.connection, key)
    if agendas := naming(key):
        raise Stopped(
            f"{shown(given)} stands in {', '.join(agendas)}, among its people. Take them out there "
            "first, or they come back with the next chat. Then run this again."
        )
    would_go = await _tried(store, key, now)
    if not would_go.anything:
        raise Stopped(_nobody(given))
    return Found(who, would_go, tuple(published))


async def _tried(store: Store, key: str, now: datetime) -> Removed:
    """Return what would go: it is removed, and the transaction is not kept."""
    removed = Removed()
    with contextlib.suppress(_Enough):
        async with store.writing() as tables:
            removed = await farewell.erase(tables, key, now)
            raise _Enough
    return removed


async def erase(store: Store, whom: Found, now: datetime) -> Removed:
    """Erase somebody; return what was removed, once it is on the disk."""
    async with store.writing() as tables:
        return await farewell.erase(tables, whom.who.key, now)


async def left_the_disk(cut_off: Callable[[], Awaitable[bool]]) -> bool:
    """Wait until nothing that was taken away is in the store's files; False: others hold it up."""
    for _ in range(TRIES):
        if await cut_off():
            return True
        await asyncio.sleep(APART)
    return False


# ---------------------------------------------------------------- who is meant


async def _key(tables: Tables, given: str) -> str:
    given = _bare(given)
    platform, colon, person = given.partition(":")
    if colon and platform in PLATFORMS and person:
        if is_erased(person):
            raise Stopped("This is the pseudonym of somebody who is erased already.")
        return given
    by_id = await forgetting.with_id(tables.connection, given)
    by_name = await forgetting.called(tables.connection, given)
    several = {one.key: one for one in (*by_id, *by_name) if not is_erased(one.key.split(":")[1])}
    if not several:
        return f"{OWN}:{given}"  # a moderator who never wrote
    if len(several) > 1:
        raise Stopped(_ambiguous(given, list(several.values())))
    ((key, who),) = several.items()
    if not by_id and not key.startswith(f"{OWN}:"):
        raise Stopped(_only_a_name(given, who))
    return key


def _bare(given: str) -> str:
    """Return an id as it was copied: `<@123>`, `<@!123|Ann>` and `user:123` are the id 123."""
    given = given.strip().encode("utf-8", "replace").decode()
    mention = re.fullmatch(r"<@!?([^|<>]+)(?:\|[^<>]*)?>", given)
    return mention[1] if mention else given.removeprefix("user:").removeprefix("@")


def _nobody(given: str) -> str:
    return (
        f"Nothing of {shown(given)} is in this store. Name a person by {WAYS}; somebody in the "
        "built-in room also by the name they had there, in the same letters."
    )


def _ambiguous(given: str, several: Sequence[Known]) -> str:
    lines = [f"  {described(one)}" for one in several[:LISTED]]
    more = [f"  and {len(several) - LISTED:,} more"] if len(several) > LISTED else []
    return "\n".join(
        [f"{shown(given)} may be one of {len(several):,}. Give the first word:", *lines, *more]
    )


def _only_a_name(given: str, who: Known) -> str:
    platform = platform_name(who.key.partition(":")[0])
    return (
        f"Somebody on {platform} was called {shown(given)}, but a name there can be anybody's. "
        f"Give the id if it is this person:\n  {described(who)}"
    )


def described(who: Known) -> str:
    """Say in a line who somebody is, beginning with their key."""
    names = " and ".join(shown(name) for name in who.names[:5])
    called = f", called {names}" if names else ""
    last = f", the last on {who.last:%Y-%m-%d}" if who.last else ""
    said = f": {count(who.said, 'message')} in {count(who.chats, 'chat')}{last}" if who.said else ""
    return f"{who.key}{called}{said}"


def agendas_naming(folder: Path, key: str, now: datetime) -> list[str]:
    """Return the paths of agendas that list somebody, as moderator, guest, on call or member.

    One with mistakes counts where the id stands anywhere in it: it may be mended. Raises Stopped
    where there is no agenda to look into.
    """
    platform, _, person = key.partition(":")
    series, mistakes = load_chats(folder, now)
    if any(one.file == str(folder) for one in mistakes):
        raise Stopped(
            f"There is no agenda in {shown(str(folder), 200)} to be looked into, and who stands in "
            "one comes back with its next chat. Name the folder of the agendas: --chats DIR; where "
            "there are none, say --without-agendas."
        )
    wrong = [Path(file) for file in dict.fromkeys(one.file for one in mistakes)]
    return [str(folder / f"{one.name}.yaml") for one in series if one.lists(platform, person)] + [
        str(path) for path in wrong if _stands_in(path, person)
    ]


def _stands_in(path: Path, person: str) -> bool:
    try:
        text = path.read_bytes().decode("utf-8", "replace")
    except OSError:
        return False
    return re.search(rf"(?<!\w){re.escape(person)}(?!\w)", text) is not None


# ---------------------------------------------------------------- what is told


def what_goes(removed: Removed) -> list[str]:
    """Say in lines what goes, or went."""
    counts = [
        (removed.messages, "message", "of theirs, which still count"),
        (removed.texts, "text", "of these"),
        (removed.files, "message", "with names of files and links to them"),
        (removed.reactions, "reaction", "that they put"),
        (
            len(removed.others),
            "message",
            "of others, but only what names, mentions or quotes them there",
        ),
        (removed.entries, "entry", "of chats' logs that names them"),
        (removed.waiting, "post", "that waited to be sent to them"),
        (removed.checkins, "check-in", "with what they said of themselves"),
    ]
    return [f"  {_count(number, noun)} {what}" for number, noun, what in counts if number]


def _count(number: int, noun: str) -> str:
    return f"{number:,} entries" if noun == "entry" and number != 1 else count(number, noun)


def what_stays(removed: Removed, published: Sequence[Shown], where: Where) -> list[str]:
    """Say in lines where more of somebody may stand, which Rounds cannot or may not take away."""
    lines: list[str] = []
    outer = [one for one in removed.stood if one.room.platform != OWN]
    for room in dict.fromkeys(one.room for one in outer):
        total = sum(one.messages for one in outer if one.room == room)
        lines.append(
            f"  {room_name(room, whole=True)}: {count(total, 'message')} as the platform has them. "
            "They are deleted there, by their author or a moderator."
        )
    chats = list(dict.fromkeys(one.chat for one in removed.stood))
    if chats:
        lines.append(
            f"  Transcripts of {_listed(chats)} that were posted, sent or downloaded before. Where "
            "one is published, write it anew with rounds export."
        )
    lines += _published(published)
    if removed.named:
        lines.append(
            f"  {count(len(removed.named), 'message')} of others in which a name of theirs may "
            "stand: it is also a word, stands in the agenda, may be somebody else's name, or was "
            "written in another series. Their authors can change them."
        )
    if isinstance(where, Path):
        beside = sorted(where.parent.glob(f"{where.stem}-*{where.suffix}"))
        lines += [f"  {path}, an earlier store. Remove it once nobody needs it." for path in beside]
    else:
        lines.append(
            "  Old pages of the database, until PostgreSQL uses them again. VACUUM FULL writes "
            "tables anew; logs that are archived and replicas have rules of their own."
        )
    lines += [f"  The log of {chat}, which is broken and was left." for chat in removed.broken]
    lines.append(f"  Backups that were made before. {_of_restoring(where)}")
    return lines


def _published(published: Sequence[Shown]) -> list[str]:
    lines = [
        f"  A public transcript of {one.chat}, published {one.at:%Y-%m-%d %H:%M} UTC. The next one "
        "says in its erratum that something was taken back."
        for one in published[:LISTED]
    ]
    more = len(published) - LISTED
    return [*lines, f"  {count(more, 'more public transcript')}."] if more > 0 else lines


def _of_restoring(where: Where) -> str:
    if isinstance(where, Path):
        return (
            "A restore erases the person again as long as the store that it replaces can be read."
        )
    return "pg_restore brings the person back: then erase them again."


def _listed(chats: Sequence[str]) -> str:
    more = f" and {len(chats) - LISTED:,} more" if len(chats) > LISTED else ""
    return ", ".join(chats[:LISTED]) + more


async def erase_in(
    where: Where,
    chats: Path | None,
    given: str,
    now: datetime,
    agree: Callable[[Found], bool],
    say: Callable[[str], None],
) -> bool:
    """Erase a person from a store, beside whoever uses it, if `agree` says so.

    `chats` is the folder of the agendas; None: there are none. Returns whether it was done. Raises
    Stopped where nobody is meant for sure, or the person may come back with an agenda.
    """

    def naming(key: str) -> Sequence[str]:
        return agendas_naming(chats, key, now) if chats else ()

    async with opened(where) as store:
        whom = await found(store, given, naming, now)
        if not agree(whom):
            return False
        removed = await erase(store, whom, now)
        gone = await left_the_disk(store.cut_off)
    say("Erased:")
    for line in what_goes(removed):
        say(line)
    if not gone:
        say(
            "  The words are still in the store's log: somebody has been reading it for long. "
            "They go with the next change."
        )
    say("Where more may stand:")
    for line in what_stays(removed, whom.published, where):
        say(line)
    if chats is None:
        say("  Agendas, which were not looked into. Who stands in one comes back with its chats.")
    return True
