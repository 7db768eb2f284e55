"""One hour in which everything happens that a safe room is for, the same on every platform.

Every message has a word of its own that is in no other: what must not be shown is looked for by
it. After each step it is looked whom it was told privately to, and that nobody else was.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

from tests.invariants.club import LONG, Club
from tests.invariants.hostile_room import (
    ARCHIVED,
    BERENICE,
    BY_RULES,
    CHAT,
    GONE,
    GRIMBOLD,
    HENRY,
    INES,
    ISOLDE,
    KINDS,
    LEFT_OUT,
    LEOCADIA,
    LUDOVIC,
    MESSAGES,
    MODERATORS,
    NAMED,
    NEVER_TOLD,
    NOT_PUBLIC,
    OCTAVIA,
    OTTOLINE,
    OUT,
    PARTICIPANTS,
    PEOPLE,
    PEREGRINE,
    PSEUDONYM,
    STAYS,
    THADDEUS,
    TITLE,
    UNNAMED,
    WILHELMINA,
    WITHDRAWN,
    Venue,
    flood,
)


@dataclass
class Hour:
    """The hour itself; `heard` is what everybody was told until now."""

    venue: Venue

    def __post_init__(self) -> None:
        self.heard: dict[str, list[str]] = {who: [] for who in PEOPLE}

    @property
    def club(self) -> Club:
        return self.venue.club

    # ------------------------------------------------------------ what is looked at

    async def is_told(self, **words: str | tuple[str, ...]) -> dict[str, str]:
        """Wait until these people, and nobody else, were told just this more, each in turn.

        What they were told is given by patterns. Returns the last of each.
        """
        parts = {who: (one,) if isinstance(one, str) else one for who, one in words.items()}
        async with asyncio.timeout(LONG):
            for who, wanted in parts.items():
                while len(await self._news(who)) < len(wanted):  # noqa: ASYNC110  nothing tells it
                    await asyncio.sleep(0.02)
        news = {who: one for who in PEOPLE if (one := await self._news(who))}
        assert set(news) == set(parts), news
        for who, wanted in parts.items():
            assert len(news[who]) == len(wanted), news
            for part, told in zip(wanted, news[who], strict=True):
                assert re.search(part, told), (who, told)
                assert not any(word in told for word in (*GONE, *STAYS, *NEVER_TOLD)), told
            self.heard[who] += news[who]
        return {who: self.heard[who][-1] for who in parts}

    async def call(self, page: str, **parts: str) -> dict[str, str]:
        """See that the first on call is asked to come, or on pages all moderators at once."""
        whom = MODERATORS if self.venue.is_page else (HENRY,)
        return await self.is_told(**dict.fromkeys(whom, page), **parts)

    async def next_one_takes(self, page: str, **parts: str) -> None:
        """Let nobody come for two minutes; the next one is asked, and takes the call."""
        await self.club.later(minutes=2, seconds=1)
        if not self.venue.is_page:
            await self.is_told(Ines=page)
            parts[HENRY] = "has taken the call"
        taken = await self.venue.take(INES, self.heard[INES][-1])
        assert self.venue.is_page or "You have the call" in taken
        await self.is_told(**parts)

    async def nobody_is_told(self) -> None:
        """See that nobody was told anything more."""
        assert {who: one for who in PEOPLE if (one := await self._news(who))} == {}

    async def _news(self, who: str) -> list[str]:
        told = await self.venue.told(who)
        assert told[: len(self.heard[who])] == self.heard[who], who
        return told[len(self.heard[who]) :]

    async def review(self, **whose: int) -> None:
        """See that moderators learn whose messages are held back, and not what they say."""
        listed = await self.venue.ask(HENRY, "review")
        found = {who: listed.count(f"{who}, ") for who in PEOPLE if f"{who}, " in listed}
        assert found == whose, listed
        assert not any(word in listed for word in (*GONE, *STAYS, *NEVER_TOLD)), listed

    async def is_blank(self, *words: str) -> None:
        """Wait until the store has no message with any of these words."""
        found = " OR ".join("text LIKE ?" for _ in words)
        sql, like = f"SELECT 1 FROM messages WHERE {found}", [f"%{word}%" for word in words]
        await self.club.until_stored(lambda: not self.club.process.rows(sql, *like))

    # ------------------------------------------------------------ the hour

    async def people_check_in_and_talk(self) -> None:
        """Somebody wants a pseudonym, somebody is not to be in the transcript, others say so."""
        at = self.venue
        for who, filled in ((OTTOLINE, PSEUDONYM), (THADDEUS, OUT), (WILHELMINA, NAMED)):
            assert f"You are checked in for {TITLE}" in await at.check_in(who, filled)
        await at.say(OTTOLINE, "T1: quillwort made no difference, n = 324")
        await at.say(THADDEUS, "T1: zephyrine, as Ottoline says")
        await at.say(BERENICE, "T1: I agree with Ottoline, marigold; so does Thaddeus")
        await self.nobody_is_told()

    async def patients_are_kept_out(self) -> None:
        """An identifier is told to its author alone: changed, cleared, or held to the end."""
        at = self.venue
        changed = await at.say(BERENICE, "T1: my case cobaltine, MRN 00482913")
        await self.is_told(Berenice="our message.* seems to have a record number")
        await self.review(Berenice=1)
        cleared = await at.say(OTTOLINE, "T1: the vermilion protocol is at desk@example.org")
        await self.is_told(Ottoline="an e-mail address")
        held = await at.say(LEOCADIA, "T1: saffron was born then, DOB 03/04/1956")
        await self.is_told(Leocadia="a date of birth")
        await at.say(BERENICE, "T1: marjoram is what I take, Leocadia", to=held)
        await self.review(Berenice=1, Ottoline=1, Leocadia=1)
        await at.edit(BERENICE, changed, "T1: my case larkspur, without a number")
        if not at.is_page:
            await self.is_told(Berenice=f"Thank you. .*{TITLE} is in its transcript again")
        await self.review(Ottoline=1, Leocadia=1)
        assert await at.stands(changed)
        number = at.number(cleared)
        assert "for the moderators" in await at.ask(LEOCADIA, f"clear {number}")
        assert "is cleared" in await at.ask(HENRY, f"clear {number}")
        await self.review(Leocadia=1)
        await self.nobody_is_told()

    async def trolls_come(self) -> None:
        """Step after step: a notice, a hold, a slow room that ends, silence; each can be undone."""
        at, club = self.venue, self.club
        await at.say(BERENICE, "T1: penis, and faggots for supper, tansy")
        await self.nobody_is_told()
        await self.moderators_are_told(
            "words that moderators look at", OCTAVIA, "costmary, I hope you die"
        )
        await self.is_held(
            "an invitation to another place", OCTAVIA, "fenugreek, discord.gg/abc123"
        )
        await self.is_held("a link to a site", LUDOVIC, "galangal at https://m.casino.example/win")
        await at.flood(GRIMBOLD, [*flood("A", 8), "ragwort, the ninth"])
        told = await self.is_told(
            Grimbold=("Nothing is held back yet", "This message is held back")
        )
        assert "much within a short time" in told[GRIMBOLD]
        await club.later(seconds=11)
        await at.flood(GRIMBOLD, [*flood("B", 7), "ragwort"])
        slowed = "the room slowed down|within the next minute"
        await self.alerted(slowed, "held back" if at.is_page else "The moderators are told")
        if at.slows:
            await at.is_slow(True)
            await club.later(minutes=10)
            await at.is_slow(False)
        else:
            await club.later(minutes=1, seconds=1)
        await at.flood(GRIMBOLD, [*flood("C", 7), "ragwort"])
        await self.alerted(
            "muted for ten minutes", "what you write until|write again in ten minutes"
        )
        await at.kill()
        await at.is_silent(GRIMBOLD, True)
        await self.nobody_is_told()
        await self.it_is_undone()

    async def moderators_are_told(self, what: str, who: str, text: str) -> None:
        """See that moderators alone learn of a message, and that nothing happens to it."""
        said = await self.venue.say(who, f"T1: {text}")
        await self.is_told(**dict.fromkeys(MODERATORS, what))
        assert await self.venue.stands(said)

    async def is_held(self, what: str, who: str, text: str) -> None:
        """See that a message is held and its author told."""
        await self.venue.say(who, f"T1: {text}")
        await self.is_told(**{who: f"{what}.*This message is held back"})

    async def alerted(self, moderators: str, author: str) -> None:
        """See that moderators are told of what went too far, once, and its author what follows."""
        told = await self.is_told(Grimbold=author, **dict.fromkeys(MODERATORS, moderators))
        assert "much within a short time" in told[HENRY]

    async def it_is_undone(self) -> None:
        """See each step in the log: who took it, why, and how to undo it; undo the last."""
        at = self.venue
        assert "for the moderators" in await at.ask(LUDOVIC, "log")
        log = await at.ask(HENRY, "log")
        for step in (
            r"Rule flood told .+, alone: .+ \(much within a short time\)",
            r"Rule flood held .+ \(much within a short time\)\. Undo: /chat clear ",
            r"Rule invitation held .+\. Undo: /chat clear ",
            r"Rule blocked.?_link held .+\. Undo: /chat clear ",
            *([r"Rule flood slowed .+\. Undo: /chat slow off"] if at.slows else []),
            r"The moderators were told of .+ \(words that moderators look at\)",
            r"cleared .+\. Undo: /chat hold ",
        ):
            assert re.search(step, log), (step, log)
        assert not any(word in log for word in (*GONE, *STAYS, *NEVER_TOLD)), log
        undo = re.findall(r"Rule flood muted .+? until .+? Undo: /chat (mute \S+ 0m)", log)[-1]
        await at.ask(HENRY, undo)
        if not at.is_page:
            await self.is_told(Grimbold="You can write in .* again")
        await self.club.later(seconds=11)  # or it went on with the flood
        await at.is_silent(GRIMBOLD, False)
        await self.nobody_is_told()

    async def somebody_is_in_danger(self) -> None:
        """The author alone is told where help is; moderators, one by one, until one comes."""
        at = self.venue
        before = await at.public()
        said = await at.say(WILHELMINA, "T1: I want to kill myself, heliotrope")
        told = await self.call("may be a cry for help", Wilhelmina="you need not be alone")
        assert "Samaritans: call 116 123" in told[WILHELMINA], "the line of her country"
        assert "findahelpline" not in told[WILHELMINA]
        await at.say(BERENICE, "T1: chervil, I write to you", to=said)
        await self.next_one_takes("may be a cry for help")
        assert await at.public() == before, "nothing about it is said in the room"
        assert await at.stands(said), "nothing is removed"
        await self.review(Leocadia=1, Wilhelmina=1, **BY_RULES)

    async def somebody_calls_and_the_program_dies(self) -> None:
        """Help reaches a moderator; what was told before a power cut is not told once more."""
        at = self.venue
        first = await at.say(PEREGRINE, "T1: bergamot, and Thaddeus knows why")
        await at.say(BERENICE, "T1: lovage, you say?", to=first)
        await at.press_help(PEREGRINE)
        own = {PEREGRINE: "You will see here who comes"} if at.is_page else {}
        await self.call("asks for a moderator", **own)
        await at.kill()
        await at.say(PEREGRINE, "T1: peppercorn")
        await self.nobody_is_told()
        assert "called already" in await at.ask(PEREGRINE, "help")
        await self.next_one_takes("asks for a moderator", Peregrine="has your call")

    async def words_are_taken_back(self) -> None:
        """Somebody withdraws all, somebody deletes one, somebody is forgotten."""
        at = self.venue
        await self.club.later(minutes=15)
        second = "SELECT 1 FROM messages WHERE chat = ? AND text LIKE 'T2: What was found?%'"
        await self.club.until_stored(lambda: self.club.process.rows(second, CHAT))
        await at.say(ISOLDE, "T2: oleander")
        await at.say(ISOLDE, "T2: nasturtium, says Isolde")
        assert "is out of the transcript" in await at.ask(ISOLDE, "withdraw")
        await at.delete(BERENICE, await at.say(BERENICE, "T2: hyssop"))
        await self.is_blank("oleander", "nasturtium", "hyssop")
        forgotten = await at.ask(PEREGRINE, "forget me")
        assert "You are forgotten" in forgotten
        await self.is_blank("bergamot", "peppercorn")
        await at.say(ISOLDE, "T2: tamarind, the rest stays withdrawn")
        caught_up = await at.ask(GRIMBOLD, "catchup")
        assert [word for word in GONE if word in caught_up] == []
        await self.nobody_is_told()

    # ------------------------------------------------------------ what is left of it

    async def it_ends(self) -> None:
        """See the closing post, and every edition of the transcript in every format."""
        club, at = self.club, self.venue
        await club.later(hours=1)
        await club.until_stored(lambda: club.process.rows(ARCHIVED, CHAT))
        await club.settled()
        people, messages = PARTICIPANTS, MESSAGES + at.tries
        said = [one for one in await at.public() if one.startswith("Closed")]
        assert [f"{people} participants wrote {messages} messages." in one for one in said] == [
            True
        ]
        self.is_public("what is published", *await at.published())
        for edition in ("organizers", "public", "research"):
            files = await self.exported(edition)
            assert sorted(files) == sorted(KINDS)
            for kind, text in files.items():
                assert [word for word in GONE if word in text] == [], (edition, kind)
                if edition != "organizers":
                    self.is_public(f"{edition}.{kind}", text)
                if edition == "public":
                    assert [word for word in STAYS if word not in text] == [], kind
            self.is_counted(edition, json.loads(files["json"]))

    async def exported(self, edition: str) -> dict[str, str]:
        """Export an edition by the command line; return its files by their endings."""
        out = self.club.process.folder / edition
        formats = ",".join(KINDS)
        ended = await self.club.process.run(
            "export", CHAT, "--edition", edition, "--to", formats, "--out", str(out)
        )
        assert ended.code == 0, ended.err
        return {path.suffix[1:]: path.read_text("utf-8") for path in out.iterdir()}

    def is_public(self, what: str, *texts: str) -> None:
        """See that nothing stands there that not everybody may read."""
        away = (*GONE, *NOT_PUBLIC, *map(self.venue.id_of, UNNAMED))
        assert [word for text in texts for word in away if word in text] == [], what

    def is_counted(self, edition: str, transcript: dict[str, Any]) -> None:
        """See that what is not shown is counted all the same, and said to be left out."""
        counts, messages = transcript["counts"], MESSAGES + self.venue.tries
        assert (counts["participants"], counts["messages"]) == (PARTICIPANTS, messages), edition
        assert counts["withdrawn"] == WITHDRAWN, edition
        assert [one["messages"] for one in transcript["topics"]][1] == 1, "what stayed"
        if edition == "organizers":
            marks = Counter(one.get("held", "") for one in transcript["messages"])
            assert marks["privacy"], marks
        else:
            held = sum(BY_RULES.values()) + 2
            assert transcript["left_out"] == {**LEFT_OUT, "held": held}, edition
