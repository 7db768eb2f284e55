"""What is held back, withdrawn or unwanted gets out nowhere, whatever came before and after it."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import aiohttp
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.cli.export import export
from bot.engine.agenda import Room, Series
from bot.engine.checkin import CheckIn
from bot.engine.consent import Consent
from bot.engine.errors import Refused
from bot.engine.messages import Message
from bot.engine.people import Person
from bot.engine.showing import EDITIONS, Audience
from bot.engine.signals import CheckedIn
from bot.transcripts.rendering import FORMATS
from tests.house import House, house, moderator, urojc
from tests.web.served import Guest, served

HERE, THERE = Room("local", "urojc"), Room("local", "second")
NAMES = ("Qorvalian Ostrova", "Zephyrinda Kalt", "Wolfrik Amberg")
EMAIL = " write to mrs.jones@example.org"
ADDS = " as I see it"
STEPS = ("said", "answered", "quoted", "quoted", "seen", "edited", "mended", "held", "cleared",
         "withdrew", "deleted", "named", "pseudonym", "out", "exported", "reopened",
         "closed")  # fmt: skip

Step = tuple[str, int, int]
"""What is done, by whom, and to which of the messages there are."""

steps = st.lists(
    st.tuples(st.sampled_from(STEPS), st.integers(0, 2), st.integers(0, 30)),
    min_size=4,
    max_size=18,
)


def club(consent: Consent, *, require_checkin: bool) -> Series:
    """Return a journal club in two rooms, whose closing posts quote one another by name."""
    series = urojc(questions=("What next?",))
    agenda = replace(
        series.agenda, rooms=(HERE, THERE), share_names=True, consent=consent, reading=None,
        require_checkin=require_checkin,
    )  # fmt: skip
    return replace(series, agenda=agenda)


@dataclass
class History:
    """What was done, and every word that was ever said; each is said once."""

    folder: Path
    series: Series
    said: list[tuple[Room, str, Person]] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    wishes: dict[str, Consent] = field(default_factory=dict)
    cleared: set[str] = field(default_factory=set)
    """The wordings that a moderator has cleared; others with an address in them stay in."""
    wordings: dict[str, str] = field(default_factory=dict)
    """What each message says by now."""
    chat: str = ""
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def word(self) -> str:
        """Return a word that stands nowhere else."""
        letters = f"{next(self._numbers):03}".translate(str.maketrans("0123456789", "bcdfghjklm"))
        self.words.append(f"zqx{letters}vw")
        return self.words[-1]

    async def do(self, h: House, step: Step) -> None:
        """Take a step; one that the house refuses changes nothing."""
        what, who, which = step
        person = Person("local", f"p-{who}", NAMES[who])
        h.clock.advance(timedelta(minutes=1))
        room, message, author = self.said[which % len(self.said)] if self.said else (HERE, "", None)
        henry = moderator(self.series)
        with contextlib.suppress(Refused):
            match what:
                case "said" | "answered" | "seen" | "quoted":
                    text = self.word() + (EMAIL if what == "seen" else "")
                    if what == "quoted" and message:
                        first = self.wordings[message].partition("\n")[0]
                        text = f"{text}{ADDS}\n> **{first}**"
                    at = (
                        room
                        if what in ("answered", "quoted") and message
                        else (HERE, THERE)[which % 2]
                    )
                    reply = message if what == "answered" and message else None
                    self.said.append((at, f"m{len(self.said) + 1}", person))
                    self.wordings[self.said[-1][1]] = text
                    await h.say(at, person, text, message=self.said[-1][1], reply_to=reply)
                case "edited" | "mended" if message:
                    text = self.word() + (EMAIL if what == "edited" else "")
                    self.wordings[message] = text
                    await h.edit(room, message, text)
                case "held" | "cleared" if message:
                    command = "hold" if what == "held" else "clear"
                    await h.ask(f"{command} {message}", henry, room)
                    if what == "cleared":
                        self.cleared.add(self.wordings[message])
                case "deleted" if message:
                    await h.delete(room, message)
                case "withdrew":
                    await h.ask("withdraw", person, HERE)
                case "named" | "pseudonym" | "out":
                    wish = Consent(what)
                    signal = CheckedIn(h.clock(), HERE, person, "urojc", CheckIn(consent=wish))
                    await h.runner.handle(signal)
                    self.wishes[person.key] = wish
                    await h.live()
                case "exported":
                    edition = EDITIONS[who]
                    file, out = self.folder / "rounds.db", self.folder / "steps"
                    await export(file, self.chat, FORMATS, out, edition, h.clock())
                case "closed":
                    await h.ask("close", henry, HERE)
        assert author is None or author.id


@contextlib.asynccontextmanager
async def lived(history: History, done: list[Step]) -> AsyncIterator[House]:
    """Live through a history, in as many houses as it takes; give the last one."""
    opened = contextlib.AsyncExitStack()
    async with opened:
        h = await opened.enter_async_context(house(history.folder, history.series))
        history.chat = await h.start(history.series)
        for step in done:
            if step[0] == "reopened":
                at = h.clock()
                await opened.aclose()
                h = await opened.enter_async_context(house(history.folder, history.series, now=at))
                continue
            await history.do(h, step)
        await h.live(timedelta(minutes=1))
        yield h


async def rows(h: House, history: History) -> list[Message]:
    """Return the messages of people as the store has them."""
    async with h.store.reading() as tables:
        return await tables.messages([f"{room}/{id_}" for room, id_, _ in history.said])


# ---------------------------------------------------------------- what may be where


def stands(history: History, row: Message) -> bool:
    """Whether a room may show a message: it stands and is not held."""
    strict = history.series.agenda.require_checkin
    return not (
        row.withdrawn
        or row.held
        or (EMAIL in row.text and row.text not in history.cleared)
        or (strict and f"local:{row.author}" not in history.wishes)
    )


def allowed_words(history: History, kept: list[Message], shown: list[Message]) -> set[str]:
    """Return the words of what is shown, but for those quoted there of what is not."""

    def words(rows: list[Message], *, quoted: bool) -> set[str]:
        lines = [line for row in rows for line in row.text.split("\n")]
        return {
            w for w in history.words for one in lines if w in one and (one[:1] == ">") is quoted
        }

    hidden = [row for row in kept if row not in shown]
    return words(shown, quoted=False) | words(shown, quoted=True) - words(hidden, quoted=False)


def in_room(history: History, kept: list[Message]) -> set[str]:
    """Return the words that a room may show: those that stand and are not held."""
    return allowed_words(history, kept, [row for row in kept if stands(history, row)])


def in_edition(history: History, kept: list[Message], edition: Audience) -> set[str]:
    """Return the words that an edition may have: of those who want to be in it."""
    shown = []
    for row in kept:
        wish = history.wishes.get(f"local:{row.author}")
        if edition is Audience.RESEARCH and wish is None:
            continue
        wish = wish or history.series.agenda.consent
        if wish is not Consent.OUT and stands(history, row):
            shown.append(row)
    return allowed_words(history, kept, shown)


def hidden_names(history: History) -> set[str]:
    """Return the words of the names of those who are not to be named in public."""
    usual, strict = history.series.agenda.consent, history.series.agenda.require_checkin
    hidden = set()
    for n, name in enumerate(NAMES):
        wish = history.wishes.get(f"local:p-{n}")
        if (wish or usual) is not Consent.NAMED or (strict and wish is None):
            hidden |= set(name.split())
    return hidden


def found(history: History, output: str) -> set[str]:
    """Return the words that stand in an output."""
    return {word for word in history.words if word in output}


# ---------------------------------------------------------------- every way out


async def check(h: House, history: History) -> None:
    """Look at every output for what may not be there."""
    kept = await rows(h, history)
    room, public = in_room(history, kept), in_edition(history, kept, Audience.PUBLIC)
    for edition in EDITIONS:
        out = history.folder / "out"
        allowed = in_edition(history, kept, edition)
        stored = history.folder / "rounds.db"
        for file in await export(stored, history.chat, FORMATS, out, edition, h.clock()):
            text = file.read_text("utf-8")
            assert found(history, text) <= allowed, (edition, file.name)
            names = set() if edition is Audience.ORGANIZERS else hidden_names(history)
            names |= (
                {w for n in NAMES for w in n.split()} if edition is Audience.RESEARCH else set()
            )
            assert not {name for name in names if name in text}, (edition, file.name)
            if edition is Audience.ORGANIZERS:
                assert found(history, text) == allowed, file.name
    async with (
        served(h) as place,
        place.guest(name="Looker") as guest,
        place.moderator() as henry,
    ):
        for name in (HERE.name, THERE.name):
            page = (await guest.get(f"/rooms/{name}?chat={history.chat}")).text
            assert found(history, page) <= room, name
            asked = await guest.say(name, "/chat catchup")
            assert found(history, asked.text) <= public, "catch-up"
        for path in (
            f"/chats/{history.chat}",
            "/",
            *(
                f"/chats/{history.chat}/transcript.{wanted}?edition={edition}"
                for wanted in FORMATS
                for edition in EDITIONS
            ),
        ):
            allowed = in_edition(history, kept, Audience.ORGANIZERS)
            assert found(history, (await henry.get(path)).text) <= allowed, path
        assert found(history, await streamed(h, history, guest)) <= room, "live"
    async with h.store.reading() as tables:
        posts = await tables.connection.rows("SELECT text FROM messages WHERE role = 'bot'")
        queued = await tables.connection.rows("SELECT body FROM outbox")
        logged = await tables.connection.rows("SELECT body FROM events")
    closings = "\n".join(text for (text,) in posts)
    assert found(history, closings) <= public, "closing quotations"
    assert not {name for name in hidden_names(history) if name in closings}, "closing quotations"
    assert not found(history, repr((queued, logged))), "outbox and log"


async def streamed(h: House, history: History, guest: Guest) -> str:
    """Return what an open page is told when every message is touched once more."""
    heard: list[bytes] = []
    async with guest.session.get(f"{guest.url}/rooms/{HERE.name}/live") as stream:

        async def listen() -> None:
            with contextlib.suppress(aiohttp.ClientError):
                while chunk := await stream.content.readany():
                    heard.append(chunk)

        listening = asyncio.create_task(listen())
        looker = Person("local", "p-looker", "Looker")
        for room, message, _ in history.said:
            h.clock.advance(timedelta(seconds=1))
            await h.put_emoji(room, message, looker, "👍")
        await asyncio.sleep(0.5 if history.said else 0)  # changes are sent together
        listening.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await listening
    return b"".join(heard).decode("utf-8", "replace")


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(done=steps, consent=st.sampled_from(Consent), require_checkin=st.booleans())
@example(
    done=[("said", 0, 0), ("answered", 1, 0), ("answered", 2, 0), ("closed", 0, 0), ("held", 0, 0)],
    consent=Consent.NAMED,
    require_checkin=False,
)
@example(
    done=[("said", 0, 1), ("answered", 1, 0), ("answered", 2, 0), ("closed", 0, 0), ("out", 0, 0)],
    consent=Consent.NAMED,
    require_checkin=False,
)
@example(
    done=[
        ("said", 0, 1),
        ("answered", 1, 0),
        ("pseudonym", 0, 0),
        ("closed", 0, 0),
        ("exported", 1, 0),
    ],
    consent=Consent.NAMED,
    require_checkin=False,
)
@example(
    done=[("seen", 0, 1), ("answered", 1, 0), ("cleared", 0, 0), ("exported", 1, 0),
          ("edited", 0, 0), ("reopened", 0, 0), ("withdrew", 1, 0)],
    consent=Consent.PSEUDONYM,
    require_checkin=False,
)  # fmt: skip
@example(
    done=[("said", 0, 0), ("quoted", 1, 0), ("answered", 2, 1), ("closed", 0, 0), ("held", 0, 0)],
    consent=Consent.NAMED,
    require_checkin=False,
)
@example(
    done=[("named", 1, 0), ("named", 2, 0), ("named", 0, 0), ("said", 0, 0), ("held", 0, 0),
          ("quoted", 1, 0), ("answered", 2, 1), ("cleared", 0, 0), ("out", 0, 0)],
    consent=Consent.NAMED,
    require_checkin=True,
)  # fmt: skip
async def test_no_word_gets_out_that_is_held_withdrawn_or_unwanted(
    done: list[Step], consent: Consent, require_checkin: bool
) -> None:
    series = club(consent, require_checkin=require_checkin)
    with tempfile.TemporaryDirectory() as folder:
        history = History(Path(folder), series)
        async with lived(history, done) as h:
            await check(h, history)
