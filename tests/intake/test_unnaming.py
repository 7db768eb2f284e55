"""Names leave what others wrote where they are somebody's who goes, and nobody else's."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.engine.checkin import CheckIn
from bot.engine.commands import AddTopic
from bot.engine.consent import Consent
from bot.engine.messages import Attachment
from bot.engine.people import Person
from bot.engine.signals import Asked, CheckedIn, Edited, ForgetAsked, Left, Said, Woke
from bot.intake.unnaming import standing, unname_everywhere
from bot.store import checkins
from tests.house import House, house, moderator, person, room_of, urojc

CLUB = urojc()  # its paper is by A Smith and B Jones; people are named where they say nothing
OTHER = urojc("meded")
ROOM = room_of(CLUB)
KOFI = Person("local", "p-kofikofikofi", "Kofi Mensah")
ANNAN = Person("local", "p-annanannanan", "Kofi Annan")
SMITH = Person("local", "p-smithsmithsm", "John Smith")
GRACE = Person("local", "p-gracegracegr", "Grace Will")
BEA, HENRY = person("Bea"), moderator(CLUB)


async def after(at: House, who: Person, *texts: str) -> tuple[list[str], int]:
    """Let Bea write texts and somebody be forgotten; return her texts, and in how many a name may
    still stand.
    """
    if not await held(at):
        await at.start(CLUB)
    await at.say(ROOM, who, "T1: yes")
    said = [await at.say(ROOM, BEA, text) for text in texts]
    foretold = await told(at, who)
    async with at.store.writing() as tables:
        left = (await unname_everywhere(tables, who.key)).left
    assert foretold == left, "it is said before it is done"
    await at.runner.handle(ForgetAsked(at.clock(), who.key))
    return [(await at.message(ROOM, message)).text for message in said], len(left)


async def held(at: House) -> bool:
    async with at.store.reading() as tables:
        return bool(await tables.lines(CLUB.name))


async def told(at: House, who: Person) -> frozenset[str]:
    async with at.store.reading() as tables:
        return await standing(tables, who.key)


async def test_a_whole_name_and_each_of_its_words_go(tmp_path: Path) -> None:
    async with house(tmp_path, CLUB) as at:
        texts, left = await after(
            at, KOFI, "Kofi Mensah", "kofi's point", "mensah, @kofi", "Coffee"
        )
    assert texts == ["[name left out]", "[name left out]'s point",
                     "[name left out], @[name left out]", "Coffee"]  # fmt: skip
    assert left == 0


async def test_what_a_handle_is_made_of_goes_too(tmp_path: Path) -> None:
    handle = replace(KOFI, name="KofiMensah23")
    async with house(tmp_path, CLUB) as at:
        texts, left = await after(at, handle, "Kofi said", "kofimensah23", "@mensah")
    assert texts == ["[name left out] said", "[name left out]", "@[name left out]"]
    assert left == 0


async def test_a_name_with_an_umlaut_goes_in_each_of_its_spellings(tmp_path: Path) -> None:
    for at_home, name in (("1", "Jürgen Möller"), ("2", "Juergen Moeller")):
        async with house(tmp_path / at_home, CLUB) as at:
            texts, left = await after(
                at, replace(KOFI, name=name), "Jürgen said", "Juergen Moeller",
                "https://x.example/J%C3%BCrgen", "Jurgis",
            )  # fmt: skip
        assert texts == ["[name left out] said", "[name left out]",
                         "https://x.example/[name left out]", "Jurgis"]  # fmt: skip
        assert left == 0


async def test_what_may_be_somebody_elses_name_stays_and_is_told(tmp_path: Path) -> None:
    async with house(tmp_path, CLUB) as at:
        await at.start(CLUB)
        await at.say(ROOM, ANNAN, "T1: me too")
        texts, left = await after(
            at, KOFI, "Kofi Mensah said", "Kofi Annan said", "Kofi said", "@kofi", "Mensah said"
        )
    assert texts == ["[name left out] said", "Kofi Annan said", "Kofi said", "@kofi",
                     "[name left out] said"]  # fmt: skip
    assert left == 3


async def test_a_word_of_somebody_elses_handle_stays_too(tmp_path: Path) -> None:
    async with house(tmp_path, CLUB) as at:
        await at.start(CLUB)
        await at.say(ROOM, replace(ANNAN, name="KofiAnnan"), "T1: me too")
        texts, left = await after(at, KOFI, "Kofi said", "Ko\u0301fi Ménsah said")
    assert (texts, left) == (["Kofi said", "[name left out] said"], 1)


async def test_of_two_of_one_name_the_name_of_who_stays_stays(tmp_path: Path) -> None:
    namesake = Person("discord", "42", "Kofi  MENSAH")
    async with house(tmp_path, CLUB) as at:
        await at.start(CLUB)
        await at.runner.handle(
            CheckedIn(at.clock(), ROOM, namesake, "urojc", CheckIn(name=namesake.name))
        )
        texts, left = await after(at, KOFI, "I am with Kofi Mensah")
    assert (texts, left) == (["I am with Kofi Mensah"], 1)


async def test_an_author_of_the_paper_stays_where_their_name_stands_alone(tmp_path: Path) -> None:
    async with house(tmp_path, CLUB) as at:
        texts, left = await after(at, SMITH, "As Smith et al. show", "John Smith, do you?")
    assert texts == ["As Smith et al. show", "[name left out], do you?"]
    assert left == 1


async def test_words_of_everyday_stay_where_they_are_words(tmp_path: Path) -> None:
    async with house(tmp_path, CLUB) as at:
        texts, left = await after(
            at, GRACE, "I will say grace", "I thank Grace", "Grace Will is right", "Grace said so"
        )
    assert texts == ["I will say grace", "I thank [name left out]", "[name left out] is right",
                     "Grace said so"]  # fmt: skip
    assert left == 1, "a sentence may begin with either"


@pytest.mark.parametrize("wish", [Consent.PSEUDONYM, Consent.OUT])
async def test_a_name_that_a_pseudonym_stood_for_goes_also_where_it_may_be_anothers(
    tmp_path: Path, wish: Consent
) -> None:
    async with house(tmp_path, CLUB) as at:
        await at.start(CLUB)
        await at.say(ROOM, ANNAN, "T1: me too")
        await at.runner.handle(CheckedIn(at.clock(), ROOM, KOFI, "urojc", CheckIn(consent=wish)))
        texts, left = await after(at, KOFI, "Kofi said")
    assert (texts, left) == (["[name left out] said"], 0)


async def test_names_go_from_what_others_disclose_and_from_what_their_files_are_called(
    tmp_path: Path,
) -> None:
    file = Attachment("kofi_mensah_poster.pdf", "application/pdf", 9, "https://files.example/1")
    profile = Attachment("poster.pdf", "application/pdf", 9, "https://files.example/kofi-mensah")
    said = CheckIn("Bea", interest="I work for Kofi Mensah")
    async with house(tmp_path, CLUB) as at:
        await at.start(CLUB)
        await at.say(ROOM, KOFI, "T1: yes")
        await at.runner.handle(CheckedIn(at.clock(), ROOM, BEA, "urojc", said))
        await at.runner.handle(
            Said(at.clock(), ROOM, "f", BEA, "Here", attachments=(file, profile))
        )
        await at.runner.handle(ForgetAsked(at.clock(), KOFI.key))
        files = (await at.message(ROOM, "f")).attachments
        async with at.store.reading() as tables:
            kept = await checkins.of(tables.connection, "urojc", BEA.key)
    assert files == (replace(file, name="[name left out]_poster.pdf"), replace(profile, url=""))
    assert kept == replace(said, interest="I work for [name left out]")


async def test_an_edit_that_is_told_once_more_brings_no_name_and_no_id_back(tmp_path: Path) -> None:
    async with house(tmp_path, CLUB) as at:
        await at.start(CLUB)
        await at.say(ROOM, KOFI, "T1: yes")
        about = await at.say(ROOM, BEA, "T1: no", message="about")
        calling = await at.say(ROOM, BEA, "T1: no", message="calling")
        at.clock.advance(timedelta(minutes=1))
        edits = [Edited(at.clock(), ROOM, about, "as kofi says"),
                 Edited(at.clock(), ROOM, calling, f"so says <@{KOFI.id}|you know>")]  # fmt: skip
        for edit in edits:
            await at.runner.handle(edit)
        await at.runner.handle(ForgetAsked(at.clock(), KOFI.key))
        for edit in edits:  # as a platform is read back after a restart
            await at.runner.handle(edit)
        assert (await at.message(ROOM, about)).text == "as [name left out] says"
        assert KOFI.id not in (await at.message(ROOM, calling)).text
        at.clock.advance(timedelta(minutes=1))
        await at.edit(ROOM, about, "as nobody says")
        assert (await at.message(ROOM, about)).text == "as nobody says"


async def test_of_another_series_it_is_told_that_a_whole_name_stands_there(tmp_path: Path) -> None:
    async with house(tmp_path, CLUB, OTHER) as at:
        await at.start(OTHER)
        elsewhere = await at.say(room_of(OTHER), BEA, "Kofi Mensah told me; Kofi Mensahs do")
        again = await at.say(room_of(OTHER), BEA, "Kofi Mensahs")
        texts, left = await after(at, KOFI, "Kofi Mensah")
        assert (texts, left) == (["[name left out]"], 1)
        assert "Kofi Mensah told me" in (await at.message(room_of(OTHER), elsewhere)).text
        assert (await at.message(room_of(OTHER), again)).text == "Kofi Mensahs"


async def test_who_leaves_one_series_keeps_their_name_in_another(tmp_path: Path) -> None:
    async with house(tmp_path, CLUB, OTHER) as at:
        for series in (CLUB, OTHER):
            await at.start(series)
            await at.say(room_of(series), KOFI, "T1: yes", message=f"k-{series.name}")
            await at.say(room_of(series), BEA, "So says Kofi", message=f"b-{series.name}")
        await at.runner.handle(Left(at.clock(), KOFI.key, ("urojc",)))
        assert (await at.message(ROOM, "b-urojc")).text == "So says [name left out]"
        assert (await at.message(room_of(OTHER), "b-meded")).text == "So says Kofi"


async def rows(at: House) -> str:
    """Return the log and what waits, as the store has it."""
    async with at.store.reading() as tables:
        found = await tables.connection.rows(
            "SELECT body FROM events UNION ALL SELECT body FROM outbox WHERE state = 'waiting'"
        )
    return " ".join(body for (body,) in found)


@pytest.mark.parametrize("leaves", [False, True])
async def test_names_go_from_topics_that_were_added_and_from_their_posts(
    tmp_path: Path, leaves: bool
) -> None:
    async with house(tmp_path, CLUB) as at:
        chat = await at.start(CLUB)
        await at.ask("extend 20d", HENRY, ROOM)
        await at.say(ROOM, KOFI, "T1: yes")
        await at.say(ROOM, BEA, "So said Mensah", message="b")
        await at.ask("topic Shall we do as Kofi Mensah?", HENRY, ROOM)
        await at.live(timedelta(days=10))
        await at.runner.handle(Asked(at.clock(), ROOM, HENRY, AddTopic("Is mensah's paper sound?")))
        at.clock.advance(timedelta(days=5))  # its post waits
        await at.runner.handle(Woke(at.clock()), chat)
        assert (await rows(at)).lower().count("mensah") >= 3, "two topics, and a post that waits"
        await at.runner.handle(
            Left(at.clock(), KOFI.key, ("urojc",)) if leaves else ForgetAsked(at.clock(), KOFI.key)
        )
        assert "mensah" not in (await rows(at)).lower()
        await at.live()
        added = (await at.chat(chat)).topics[3:]
        assert [topic.ask for topic in added] == [
            "Shall we do as [name left out]?",
            "Is [name left out]'s paper sound?",
        ]
        posts = [(await at.message(ROOM, topic.posts[0].ref)).text for topic in added]
        assert all("[name left out]" in text for text in posts)
        assert not [text for text in posts if "mensah" in text.lower()]
        assert (await at.message(ROOM, "b")).text == "So said [name left out]"


async def test_names_in_the_agendas_own_topics_are_its_organizers(tmp_path: Path) -> None:
    asks = ("Is Kofi Mensah's trial sound?",)
    club = urojc(questions=asks)
    async with house(tmp_path, club) as at:
        chat = await at.start(club)
        await at.say(ROOM, KOFI, "T1: yes")
        await at.runner.handle(ForgetAsked(at.clock(), KOFI.key))
        assert tuple(topic.ask for topic in (await at.chat(chat)).topics) == asks
