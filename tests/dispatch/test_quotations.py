"""What a closing post says of the chat's other rooms, in a house with several rooms of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.dispatch.enclosures import Enclosures
from bot.dispatch.outbox import Outbox
from bot.dispatch.quotations import Quotations
from bot.engine.actions import Amend, Post, PostKind
from bot.engine.agenda import Room, Series
from bot.engine.checkin import CheckIn
from bot.engine.consent import Consent
from bot.engine.messages import Attachment
from bot.engine.people import Person
from bot.engine.signals import CheckedIn, Said
from bot.platforms.local_adapter import LocalRooms
from bot.platforms.platform import Errand, Receipt, Unreachable
from bot.store.codec import decode_event
from tests.house import House, house, moderator, person, room_of, urojc

HERE, THERE, THIRD = room_of(urojc()), Room("local", "second"), Room("local", "third")
HOUR = timedelta(hours=1)
SECRET = "a secret that was withdrawn"


def club(*rooms: Room, **fields: object) -> Series:
    """Return a journal club of two topics in several rooms."""
    series = urojc(questions=("What next?", "And then?"))
    agenda = replace(series.agenda, rooms=rooms or (HERE, THERE), reading=None, welcome="")
    return replace(series, agenda=replace(agenda, **fields))  # type: ignore[arg-type]


async def discuss(h: House, room: Room, said: str, replies: int, by: str = "Ann") -> str:
    """Let somebody say something in a room, and that many others answer."""
    h.clock.advance(timedelta(seconds=1))
    message = await h.say(room, person(by), said)
    for n in range(replies):
        await h.say(room, person(f"Other{n}"), f"answer {n}", reply_to=message)
    return message


async def closing_in(h: House, room: Room) -> str:
    """Return the closing post of a room as it stands there."""
    async with h.store.reading() as tables:
        rows = await tables.connection.rows(
            "SELECT text FROM messages WHERE room = ? AND role = 'bot' ORDER BY at DESC, key DESC",
            (str(room),),
        )
    return next(str(text) for (text,) in rows if "Closed:" in text or "Here:" in text or not text)


async def kinds(h: House, chat: str) -> list[str]:
    """Return the kinds of what happened to a chat since it was counted."""
    async with h.store.reading() as tables:
        rows = await tables.connection.rows(
            "SELECT kind, body FROM events WHERE chat = ? ORDER BY seq", (chat,)
        )
    log = [type(decode_event(*row)).__name__ for row in rows]
    return log[log.index("Summarised") :]


async def test_each_room_is_told_how_much_was_said_where_and_what_others_answered_most(
    tmp_path: Path,
) -> None:
    series = club()
    async with house(tmp_path, series) as h:
        await h.start(series)
        await discuss(h, HERE, "Here we wait and see.", 1)
        for replies, said in ((1, "One answer."), (3, "Three."), (2, "Two."), (2, "Too late.")):
            await discuss(h, THERE, said, replies)
        await h.say(THERE, person("Ann"), "Nobody answers this.")
        await h.live(7 * HOUR)
        await discuss(h, THERE, "Of the second topic.", 1)
        await h.live(48 * HOUR)
        here, there = await closing_in(h, HERE), await closing_in(h, THERE)
    assert here.endswith(
        "Here: 2 participants, 2 messages. In room second: 4 participants, 15 messages.\n\n"
        "Most answered in room second:\n"
        "• T1: “Three.” (3 replies)\n"
        "• T1: “Two.” (2 replies)\n"
        "• T1: “Too late.” (2 replies)\n"
        "• T2: “Of the second topic.” (1 reply)"
    )
    assert there.endswith(
        "Here: 4 participants, 15 messages. In room urojc: 2 participants, 2 messages.\n\n"
        "Most answered in room urojc:\n• T1: “Here we wait and see.” (1 reply)"
    )
    assert "4 participants wrote 17 messages" in here, "the chat's people, each once"


async def test_a_chat_in_one_room_says_nothing_of_rooms(tmp_path: Path) -> None:
    series = club(HERE)
    async with house(tmp_path, series) as h:
        chat = await h.start(series)
        await discuss(h, HERE, "We wait and see.", 1)
        await h.live(48 * HOUR)
        closing = await closing_in(h, HERE)
        assert not {"Quoted", "ClosingPosted"} & set(await kinds(h, chat))
    assert "Here" not in closing
    assert "answered" not in closing


async def test_without_replies_only_the_counts_are_said(tmp_path: Path) -> None:
    series = club()
    async with house(tmp_path, series) as h:
        await h.start(series)
        await h.say(THERE, person("Ann"), "Nobody answers this.")
        await h.live(48 * HOUR)
        here, there = await closing_in(h, HERE), await closing_in(h, THERE)
    assert here.endswith("Here: nobody wrote. In room second: 1 participant, 1 message.")
    assert there.endswith("Here: 1 participant, 1 message. In room urojc: nobody wrote.")


@pytest.mark.parametrize(("share", "shown"), [(True, "(Ann, 1 reply)"), (False, "(1 reply)")])
async def test_authors_are_named_only_where_the_agenda_says_so(
    tmp_path: Path, share: bool, shown: str
) -> None:
    series = club(share_names=share)
    async with house(tmp_path, series) as h:
        await h.start(series)
        await discuss(h, THERE, "We wait.", 1)
        await h.live(48 * HOUR)
        assert (await closing_in(h, HERE)).endswith(f"• T1: “We wait.” {shown}")
        assert ("Ann" in await closing_in(h, HERE)) is share


async def test_what_stands_under_several_topics_is_quoted_once(tmp_path: Path) -> None:
    series = club()
    async with house(tmp_path, series) as h:
        await h.start(series)
        await h.live(7 * HOUR)
        await discuss(h, THERE, "T1, T2: both.", 1)
        await h.live(48 * HOUR)
        closing = await closing_in(h, HERE)
    assert closing.endswith(":\n• T1, T2: “T1, T2: both.” (1 reply)")


async def test_moderators_own_replies_and_late_ones_make_no_quotation(tmp_path: Path) -> None:
    series = club()
    async with house(tmp_path, series) as h:
        await h.start(series)
        own = await h.say(THERE, person("Ann"), "I answer myself.")
        await h.say(THERE, person("Ann"), "Yes.", reply_to=own)
        lead = await h.say(THERE, moderator(series), "A moderator's line.")
        await h.say(THERE, person("Ann"), "Yes.", reply_to=lead)
        gone = await discuss(h, THERE, SECRET, 2)
        await h.delete(THERE, gone)
        await h.live(48 * HOUR)
        assert "answered" not in await closing_in(h, HERE)


async def test_a_file_without_words_is_said_to_be_one(tmp_path: Path) -> None:
    series = club()
    async with house(tmp_path, series) as h:
        await h.start(series)
        scan = (Attachment("scan.png", "image/png", 5, "https://files.test/scan.png"),)
        await h.runner.handle(Said(h.clock(), THERE, "f1", person("Ann"), "", attachments=scan))
        await h.say(THERE, person("Bo"), "A stone?", reply_to="f1")
        await h.live(48 * HOUR)
        closing = await closing_in(h, HERE)
    assert closing.endswith("• T1: a file without words (1 reply)")


# ---------------------------------------------------------------- lengths


async def test_what_does_not_fit_is_left_out_the_least_answered_first(tmp_path: Path) -> None:
    rooms = (HERE, THERE, *(Room("local", f"r{n}") for n in range(9)))
    series = club(*rooms)
    async with house(tmp_path, series) as h:
        await h.start(series)
        for n, room in enumerate(rooms[1:]):
            for rank in range(3):
                await discuss(h, room, f"r{n} {rank} " + "word " * 100, 1 if n < 5 else 2)
        await h.live(48 * HOUR)
        closing = await closing_in(h, HERE)
    quoted = closing.count("• T1: “")
    assert len(closing) <= 4000
    assert len(closing) > 3500, "as many as fit"
    assert closing.endswith(f"\n{30 - quoted} more contributions did not fit here.")
    assert closing.count("(2 replies)") == 15, "the most answered ones all stand there"
    assert "“r0 0 " in closing, "of the least answered the last ones are left out first"
    assert "“r4 2 " not in closing


async def test_after_a_long_closing_text_the_other_rooms_have_a_post_of_their_own(
    tmp_path: Path,
) -> None:
    series = club(closing="Thank you all. " * 190)
    async with house(tmp_path, series) as h:
        chat = await h.start(series)
        await discuss(h, THERE, "We wait.", 1)
        await h.live(48 * HOUR)
        closing = await closing_in(h, HERE)
        assert (await kinds(h, chat)).count("ClosingPosted") == 2, "one in each room"
    assert closing.startswith("Here: nobody wrote. In room second: 2 participants, 2 messages.")
    assert closing.endswith("Most answered in room second:\n• T1: “We wait.” (1 reply)")


# ---------------------------------------------------------------- withdrawn


async def test_what_is_withdrawn_after_the_close_leaves_the_closing_post(tmp_path: Path) -> None:
    series = club(HERE, THERE, THIRD)
    async with house(tmp_path, series) as h:
        chat = await h.start(series)
        gone = await discuss(h, THERE, SECRET, 4)
        for n in range(3):
            await discuss(h, THERE, f"Another contribution {n}.", 1)
        await h.live(49 * HOUR)
        before = {room: await closing_in(h, room) for room in (HERE, THIRD)}
        assert all(SECRET in text for text in before.values())
        assert all("contribution 2" not in text for text in before.values())
        await h.delete(THERE, gone)
        await h.live()
        after = {room: await closing_in(h, room) for room in (HERE, THIRD)}
        assert (await kinds(h, chat)).count("QuotesChanged") == 1
    for room in (HERE, THIRD):
        assert SECRET not in after[room]
        assert "contribution 2" in after[room], "the next one moves up"
        fixed = before[room].split("Most answered")[0]
        assert after[room].startswith(fixed), "the counts stay those of the close"
        assert "In room second: 5 participants, 11 messages" in fixed


async def test_an_edit_after_the_close_changes_the_quotation(tmp_path: Path) -> None:
    series = club()
    async with house(tmp_path, series) as h:
        await h.start(series)
        message = await discuss(h, THERE, SECRET, 1)
        await h.live(49 * HOUR)
        await h.edit(THERE, message, "Better words.")
        await h.live()
        closing = await closing_in(h, HERE)
    assert closing.endswith("“Better words.” (1 reply)")


async def test_who_withdraws_everything_leaves_the_closing_posts_and_others_stay(
    tmp_path: Path,
) -> None:
    series = club()
    async with house(tmp_path, series) as h:
        chat = await h.start(series)
        await discuss(h, THERE, SECRET, 1, by="Bo")
        await discuss(h, THERE, "This stays.", 1)
        await h.live(49 * HOUR)
        await h.ask("withdraw", person("Cy"), THERE)
        assert "QuotesChanged" not in await kinds(h, chat), "nothing of Cy's is quoted"
        await h.ask("withdraw", person("Bo"), THERE)
        closing = await closing_in(h, HERE)
    assert SECRET not in closing
    assert "This stays." in closing


async def test_what_is_not_quoted_any_more_changes_nothing(tmp_path: Path) -> None:
    series = club()
    async with house(tmp_path, series) as h:
        chat = await h.start(series)
        unquoted = await h.say(THERE, person("Ann"), "Nobody answers this.")
        await discuss(h, THERE, "We wait.", 1)
        await h.live(49 * HOUR)
        await h.delete(THERE, unquoted)
        await h.live()
        assert "QuotesChanged" not in await kinds(h, chat)


@dataclass
class Reluctant(LocalRooms):
    """Rooms that cannot be reached for a while, and remember what they were asked."""

    asked: list[Errand] = field(default_factory=list)
    away: bool = False

    async def perform(self, errand: Errand) -> Receipt:
        self.asked.append(errand)
        if self.away:
            raise Unreachable("away")
        return await super().perform(errand)


def into(h: House, rooms: LocalRooms) -> None:
    """Let a house post into these rooms."""
    enclose = Enclosures(h.store, h.runner).of
    h.simulation.outbox = Outbox(h.store, h.runner, {"local": rooms}, h.clock, enclose=enclose)


async def test_a_post_of_our_own_loses_what_is_withdrawn_in_the_same_moment(
    tmp_path: Path,
) -> None:
    series, rooms = club(), Reluctant()
    async with house(tmp_path, series) as h:
        into(h, rooms)
        await h.start(series)
        gone = await discuss(h, THERE, SECRET, 1)
        await h.live(49 * HOUR)
        rooms.away = True
        await h.delete(THERE, gone)
        await h.live()
        assert await closing_in(h, HERE) == "", "until it can be worded anew"
        assert SECRET.encode() not in b"".join(
            one.read_bytes() for one in tmp_path.iterdir() if one.is_file()
        )
        rooms.away = False
        await h.live(timedelta(minutes=10))
        assert (await closing_in(h, HERE)).endswith("In room second: 2 participants, 2 messages.")


async def test_many_changes_before_its_turn_are_one_change_of_the_post(tmp_path: Path) -> None:
    series, rooms = club(), Reluctant()
    async with house(tmp_path, series) as h:
        into(h, rooms)
        chat = await h.start(series)
        message = await discuss(h, THERE, SECRET, 1)
        await h.live(49 * HOUR)
        rooms.away = True
        for n in range(20):
            h.clock.advance(timedelta(seconds=1))
            await h.edit(THERE, message, f"Wording {n}.")
        assert (await kinds(h, chat)).count("QuotesChanged") == 1
        rooms.away = False
        await h.live(timedelta(minutes=10))
        assert (await closing_in(h, HERE)).endswith("“Wording 19.” (1 reply)")
        await h.edit(THERE, message, "And one more.")
        await h.live()
        assert (await closing_in(h, HERE)).endswith("“And one more.” (1 reply)")


async def test_what_is_withdrawn_between_the_reading_and_the_saying_does_not_stay(
    tmp_path: Path,
) -> None:
    """The change comes while a platform is busy with the words that it makes untrue."""
    series = club()

    class Busy(LocalRooms):
        async def perform(self, errand: Errand) -> Receipt:
            post = errand.action
            recalls = isinstance(post, Post) and post.recalls and post.room == HERE
            if recalls and not withdrawn:
                withdrawn.append(gone)
                assert any(SECRET in str(piece) for piece in errand.further)
                await h.delete(THERE, gone)
            return await super().perform(errand)

    withdrawn: list[str] = []
    async with house(tmp_path, series) as h:
        into(h, Busy())
        await h.start(series)
        gone = await discuss(h, THERE, SECRET, 1)
        await h.live(49 * HOUR)
        assert withdrawn
        closing = await closing_in(h, HERE)
        assert SECRET not in closing
        assert closing.endswith("In room second: 2 participants, 2 messages.")
        assert SECRET.encode() not in b"".join(
            one.read_bytes() for one in tmp_path.iterdir() if one.is_file()
        )


async def test_people_s_words_stand_in_no_action_and_no_event(tmp_path: Path) -> None:
    series, rooms = club(share_names=True), Reluctant()
    async with house(tmp_path, series) as h:
        into(h, rooms)
        await h.start(series)
        await discuss(h, THERE, SECRET, 1, by="Annabel")
        await h.live(47 * HOUR)
        rooms.away = True
        await h.live(2 * HOUR)
        async with h.store.reading() as tables:
            rows = await tables.connection.rows("SELECT body FROM outbox WHERE state = 'waiting'")
            rows += await tables.connection.rows("SELECT body FROM events")
        recalled = [body for (body,) in rows if "recalls" in body]
        assert recalled
        for (body,) in rows:
            assert SECRET not in body
            assert "Annabel" not in body
        assert any(SECRET in str(one.further) for one in rooms.asked), "but they were said"


# ---------------------------------------------------------------- what the words can do


def flat(words: Sequence[object]) -> str:
    return "".join(map(str, words))


async def quoted(tmp_path: Path, said: str, room: Room = THERE, **fields: object) -> str:
    """Return how a message is quoted."""
    series = club(HERE, room, **fields)
    async with house(tmp_path, series) as h:
        chat = await h.start(series)
        ann = Person(room.platform, "U1", "**Ann** <@U9>")
        other = Person(room.platform, "U2", "Bo")
        await h.runner.handle(Said(h.clock(), room, "1", ann, said))
        await h.runner.handle(Said(h.clock(), room, "2", other, "yes", reply_to="1"))
        await h.live(timedelta(minutes=1))
        post = Post(HERE, PostKind.CLOSING, ("Closed.",), recalls=True)
        words = await Quotations(h.store, h.runner).of(await h.chat(chat), post, h.clock())
    return flat(words).split("T1: ")[1]


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("@everyone and @here", "@\u200beveryone and @\u200bhere"),
        ("`<@123>` ``<!channel>``", "@\u200b[name left out] ‹!channel>"),
        ("[our site](https://evil.example/x)", "our site"),
        ("see https://doi.org/10.1000/x_y and more", "see doi.org/10.1000/x_y and more"),
        ("**bold** __under__ ~~gone~~ plain", "bold under gone plain"),
        ("2 * 3 ** x, ||spoiler||, a\\b", "2 ∗ 3 ∗∗ x, ∣∣spoiler∣∣, a∖b"),
        ("p<0.05 & p > 0.01", "p<0.05 & p > 0.01"),
        ("> quoted before\nown words", "own words"),
        ("one\n\n# two\n- three", "one # two - three"),
        ("\u202egnp.exe", "gnp.exe"),
        ("שלום לכם", "\u2068שלום לכם\u2069"),
        ("x" * 4000, "x" * 159 + "…"),
    ],
)
async def test_what_people_write_can_do_nothing_elsewhere(
    tmp_path: Path, said: str, shown: str
) -> None:
    assert await quoted(tmp_path, said) == f"“{shown}” (1 reply)"


async def test_mentions_of_another_platform_become_names(tmp_path: Path) -> None:
    slack = Room("slack", "C1")
    said = "T1 <@U2|Bo Lee> and <!channel> in <#C9|club> <https://evil.example|here>"
    shown = await quoted(tmp_path, said, slack)
    assert shown.startswith("“T1 @\u200bBo and @\u200bchannel in #club here")
    assert "<" not in shown


async def test_a_name_is_as_harmless_as_what_was_said(tmp_path: Path) -> None:
    shown = await quoted(tmp_path, "words", share_names=True)
    assert shown == "“words” (∗∗Ann∗∗ ‹@\u200bU9>, 1 reply)"


async def test_a_room_s_quotations_are_recorded_before_they_are_said(tmp_path: Path) -> None:
    series, rooms = club(), Reluctant()
    async with house(tmp_path, series) as h:
        into(h, rooms)
        chat = await h.start(series)
        message = await discuss(h, THERE, "We wait.", 1)
        await h.live(47 * HOUR)
        rooms.away = True
        await h.live(2 * HOUR)
        found = await h.chat(chat)
    assert found.quoted == {HERE: {f"{THERE}/{message}"}}
    assert not found.closings
    assert not any(isinstance(one.action, Amend) for one in rooms.asked)


async def test_who_wants_no_name_is_quoted_without_it_and_who_wants_to_be_left_out_is_not(
    tmp_path: Path,
) -> None:
    series = club(share_names=True)
    async with house(tmp_path, series) as h:
        await h.start(series)
        await discuss(h, THERE, "what Ann says", 2)
        await discuss(h, THERE, "what Ann and Zeno think", 1, by="Zeno")
        await h.ask("close", moderator(series), HERE)
        assert "(Ann, 2 replies)" in await closing_in(h, HERE)
        for name, wish in (("Ann", Consent.PSEUDONYM), ("Zeno", Consent.OUT)):
            signal = CheckedIn(h.clock(), THERE, person(name), series.name, CheckIn(consent=wish))
            await h.runner.handle(signal)
            await h.live()
        said = await closing_in(h, HERE)
    assert "what [name left out] says” (2 replies)" in said
    assert "Ann" not in said
    assert "Zeno" not in said
