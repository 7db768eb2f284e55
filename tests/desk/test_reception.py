"""Checking in: the right form at any time, kept once for a series, told to that person alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.desk.asking import Desk
from bot.desk.bell import Place
from bot.desk.reception import Reception
from bot.engine.agenda import Agenda, Room, Schedule, Series
from bot.engine.checkin import CheckIn, Unfit
from bot.engine.consent import Consent
from bot.engine.errors import Refused
from bot.engine.people import Person
from bot.engine.wording import plain
from bot.intake.watch import lookout
from bot.store import checkins
from tests.house import START, House, house, moderator, person, room_of, urojc, way_in

RULES = "Be kind.\nWrite nothing by which a patient could be known.\n"
DAY = timedelta(days=1)


def with_rules(series: Series, **more: object) -> Series:
    agenda: Agenda = replace(series.agenda, rules=RULES, **more)  # type: ignore[arg-type]
    wall = datetime(2026, 12, 9, 7, 0)  # noqa: DTZ001  a wall time
    return replace(series, agenda=agenda, schedule=Schedule(singles=(wall,)))


CLUB = with_rules(urojc())
OTHER = urojc("bcsm", moderators=("zoe",))
ROOM = room_of(CLUB)
HERE = Place(ROOM)
HENRY, ANN = moderator(CLUB), person("Ann")
SAID = {"role": "nurse", "country": "Norway", "interest": "none", "consent": "out"}
NURSE = CheckIn("", "nurse", "NO", "none", Consent.OUT)


def reception_of(at: House) -> Reception:
    return Reception(at.runner, at.store, at.catalogue)


async def check_in(at: House, typed: dict[str, str], by: Person = ANN, place: Place = HERE) -> str:
    return plain(await reception_of(at).check_in(typed, by, place, at.clock()))


async def kept(at: House, series: str = "urojc") -> dict[str, CheckIn]:
    async with at.store.reading() as tables:
        return dict(await checkins.of_series(tables.connection, series))


async def test_the_form_has_the_series_own_rules_and_roles(tmp_path: Path) -> None:
    async with house(tmp_path, with_rules(urojc(), roles=("surgeon",)), OTHER) as at:
        await at.start(at.series["urojc"])
        form = await reception_of(at).form(ANN, HERE, at.clock())
        assert (form.series, form.rules, form.roles) == ("urojc", RULES.strip(), ("surgeon",))
        assert (form.called, form.given, form.is_required) == ("Ann", None, False)


async def test_what_somebody_said_is_kept_and_stands_in_the_form_the_next_time(
    tmp_path: Path,
) -> None:
    async with house(tmp_path, CLUB) as at:
        await at.start(CLUB)
        told = await check_in(at, SAID)
        assert "Role: nurse" in told
        assert "agreed to its rules" in told
        assert await kept(at) == {ANN.key: NURSE}
    async with house(tmp_path, CLUB, now=START + 30 * DAY) as at:  # after a restart
        form = await reception_of(at).form(ANN, HERE, at.clock())
        assert form.given == NURSE
        await check_in(at, {**form.filled_in, "consent": "named"})
        assert (await kept(at))[ANN.key].consent is Consent.NAMED


async def test_people_check_in_before_there_is_a_chat_before_it_opens_and_after_its_end(
    tmp_path: Path,
) -> None:
    async with house(tmp_path, CLUB, OTHER) as at:
        await check_in(at, SAID | {"role": "nurse"})
        chat = await at.plan(CLUB, START + timedelta(hours=1))
        await check_in(at, SAID | {"role": "patient"})
        assert (await kept(at))[ANN.key].role == "patient"
        await at.live(timedelta(days=5))
        assert (await at.chat(chat)).stage == "archived"
        await check_in(at, SAID | {"role": "trainee"})
        assert (await kept(at))[ANN.key].role == "trainee"
        assert await kept(at, "bcsm") == {}


async def test_a_button_is_about_its_own_chat_where_several_are_held_in_a_room(
    tmp_path: Path,
) -> None:
    second = with_rules(replace(OTHER, agenda=replace(OTHER.agenda, rooms=(ROOM,))))
    async with house(tmp_path, CLUB, second) as at:
        first = await at.start(CLUB)
        await at.live(timedelta(days=3))
        other = await at.start(second)
        assert (await reception_of(at).form(ANN, HERE, at.clock())).series == "bcsm"
        await check_in(at, SAID, place=Place(ROOM, chat=first))
        await check_in(at, {}, place=Place(ROOM, chat=other))
        assert (await kept(at), await kept(at, "bcsm")) == (
            {ANN.key: NURSE},
            {ANN.key: CheckIn()},
        )


async def test_nobody_checks_in_for_a_chat_of_another_room(tmp_path: Path) -> None:
    async with house(tmp_path, CLUB, OTHER) as at:
        other = await at.start(OTHER)
        form = await reception_of(at).form(ANN, Place(ROOM, chat=other), at.clock())
        assert form.series == "urojc", "the button stands elsewhere: the form is that of this room"
        with pytest.raises(Refused, match="No chat is held here"):
            await reception_of(at).form(ANN, Place(Room("local", "kitchen")), at.clock())


async def test_faults_are_told_beside_their_fields_and_nothing_is_kept(tmp_path: Path) -> None:
    async with house(tmp_path, CLUB) as at:
        await at.start(CLUB)
        with pytest.raises(Unfit) as unfit:
            await check_in(at, SAID | {"role": "king", "name": "Henry"})
        assert set(unfit.value.faults) == {"role", "name"}
        assert await kept(at) == {}


@pytest.mark.parametrize("field", ["name", "interest"])
@pytest.mark.parametrize(
    ("words", "seen"),
    [
        ("Ann, MRN 00482913", "a record number"),
        ("Ann ann@example.org", "an e-mail address"),
        ("About my patient Maria", "a name"),
        ("Mrs Lee, 12 Elm Street", "an address"),
    ],
)
async def test_what_a_patient_could_be_known_by_is_refused_and_kept_nowhere(
    tmp_path: Path, field: str, words: str, seen: str
) -> None:
    async with house(tmp_path, CLUB) as at:
        await at.start(CLUB)
        with pytest.raises(Unfit) as unfit:
            await check_in(at, SAID | {field: words})
        (told,) = unfit.value.faults.values()
        assert list(unfit.value.faults) == [field]
        assert seen in told
        assert "Leave it out" in told
        assert words not in told
        assert await kept(at) == {}
    assert words.encode() not in b"".join(one.read_bytes() for one in tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "interest"),
    [
        ("Mrs Anna Miller", "Advisory board of Bayer; speaker for Pfizer in 2024"),
        ("Mr. Smith, RN", "Grant NIH R01 CA123456"),
        ("Dr O'Neil", "none"),
        ("Miss Jones", "Shares of ACME; see https://example.org/coi"),
    ],
)
async def test_what_people_are_called_and_disclose_is_taken(
    tmp_path: Path, name: str, interest: str
) -> None:
    async with house(tmp_path, CLUB, lookout=lookout()) as at:
        await at.start(CLUB)
        await check_in(at, SAID | {"name": name, "interest": interest})
        assert (await kept(at))[ANN.key].name == name


@pytest.mark.parametrize("field", ["name", "interest"])
@pytest.mark.parametrize(
    ("words", "seen"),
    [
        ("Paki shop", "words that moderators look at"),
        ("Ann discord.gg/abcdef", "an invitation to another place"),
        ("Ann of spam.example", "a link to a site that is not wanted here"),
    ],
)
async def test_severe_words_invitations_and_unwanted_sites_do_not_stand_beside_names(
    tmp_path: Path, field: str, words: str, seen: str
) -> None:
    club = with_rules(urojc(), blocked_domains=("spam.example",))
    async with house(tmp_path, club, lookout=lookout()) as at:
        await at.start(club)
        with pytest.raises(Unfit) as unfit:
            await check_in(at, SAID | {field: words})
        assert seen in unfit.value.faults[field]
        assert await kept(at) == {}


async def test_words_that_the_agenda_allows_stand_beside_names_too(tmp_path: Path) -> None:
    club = with_rules(urojc(), allow_words=("paki",))
    async with house(tmp_path, club, lookout=lookout()) as at:
        await at.start(at.series["urojc"])
        await check_in(at, SAID | {"name": "Ann Paki"})
        assert (await kept(at))[ANN.key].name == "Ann Paki"


async def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    async with house(tmp_path, CLUB) as at:
        await at.start(CLUB)
        with pytest.raises(Unfit) as unfit:
            await check_in(
                at, SAID | {"role": "king", "name": "Henry", "interest": "a@example.org"}
            )
        assert set(unfit.value.faults) == {"role", "name", "interest"}


async def test_a_moderator_may_have_their_own_name_and_is_never_held_back(tmp_path: Path) -> None:
    async with house(tmp_path, with_rules(urojc(), require_checkin=True)) as at:
        await at.start(at.series["urojc"])
        await check_in(at, {"name": "Henry"}, by=HENRY)
        assert (await kept(at))[HENRY.key].name == "Henry"
        assert not (await reception_of(at).form(HENRY, HERE, at.clock())).is_required
        assert (await reception_of(at).form(ANN, HERE, at.clock())).is_required


async def test_checking_in_is_in_no_log(tmp_path: Path) -> None:
    async with house(tmp_path, CLUB) as at:
        chat = await at.start(CLUB)
        before = (await at.chat(chat)).seq
        await check_in(at, SAID | {"name": "Quillfeather", "interest": "Speaker for Quill"})
        assert (await at.chat(chat)).seq == before
        async with at.store.reading() as tables:
            for table in ("events", "outbox", "messages"):
                rows = await tables.connection.rows(f"SELECT * FROM {table}")
                assert "Quill" not in str(rows)


async def test_typed_the_command_tells_what_holds(tmp_path: Path) -> None:
    async with house(tmp_path, CLUB) as at:
        await at.start(CLUB)
        desk = Desk(at.runner, at.store, at.catalogue, way_in)
        told = plain((await desk.ask("checkin", ANN, ROOM, at.clock())).words)
        assert "You have not checked in" in told
        await check_in(at, SAID)
        told = plain((await desk.ask("checkin", ANN, ROOM, at.clock())).words)
        assert "Role: nurse" in told
