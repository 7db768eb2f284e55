"""Commands at the desk: what is done, what is answered, what is refused and to whom."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from bot.desk.asking import MOST_BADGES, Desk, Reply, WayIn, as_moderator
from bot.engine.actions import Post, PostKind, Thread
from bot.engine.agenda import Agenda, Override, Reading, Room, Schedule
from bot.engine.checkin import CheckIn
from bot.engine.commands import COMMANDS
from bot.engine.consent import Consent
from bot.engine.errors import Refused
from bot.engine.people import Person
from bot.engine.signals import CheckedIn, Delivered, Hindered
from bot.engine.state import Stage
from bot.engine.wording import plain
from bot.intake.runner import Runner
from bot.intake.watch import lookout
from tests.house import START, House, house, moderator, person, room_of, urojc, way_in

CLUB = replace(
    urojc(),
    schedule=Schedule(singles=(datetime(2026, 12, 7, 7, 0), datetime(2027, 1, 4, 7, 0))),  # noqa: DTZ001  wall times
)
OTHER = urojc("bcsm", moderators=("zoe",))
ROOM = room_of(CLUB)
HENRY = moderator(CLUB)
ANN, BOB = person("Ann"), person("Bob")
ZOE = moderator(OTHER)


def desk_of(at: House) -> Desk:
    return Desk(at.runner, at.store, at.catalogue, way_in)


async def told(at: House, text: str, by: Person = HENRY, room: Room = ROOM) -> str:
    return plain((await desk_of(at).ask(text, by, room, at.clock())).words)


async def refused(at: House, text: str, by: Person, room: Room = ROOM) -> str:
    with pytest.raises(Refused) as refusal:
        await desk_of(at).ask(text, by, room, at.clock())
    return str(refusal.value)


async def test_a_moderator_starts_a_chat_and_is_told_what_comes(tmp_path: Path) -> None:
    async with house(tmp_path, CLUB, OTHER, now=START + timedelta(days=1)) as at:
        answer = await told(at, "start urojc")
        assert answer == (
            "International Urology Journal Club is open as urojc-2026-12-08. "
            "Next: T2, 2026-12-08 02:00 UTC. The chat closes 2026-12-09 20:00 UTC."
        )
        chat = await at.chat("urojc-2026-12-08")
        assert (chat.stage, chat.opened_by) == (Stage.OPEN, "local:henry")
        assert chat.following == datetime.fromisoformat("2027-01-03T20:00:00Z")


async def test_a_chat_started_on_a_date_with_an_agenda_of_its_own_has_it(tmp_path: Path) -> None:
    club = urojc()
    paper = Reading(citation="Another paper.")
    series = replace(club, dates={date(2026, 12, 7): Override(reading=paper)})
    async with house(tmp_path, series) as at:
        await told(at, "start urojc")
        chat = await at.chat("urojc-2026-12-07")
        assert chat.agenda.reading == paper


async def test_a_second_start_while_one_runs_is_refused(tmp_path: Path) -> None:
    async with house(tmp_path, CLUB) as at:
        await told(at, "start urojc")
        assert (
            "is running already, as urojc-2026-12-07. "
            "End it with /chat close before you start another."
            in await refused(at, "start urojc", HENRY)
        )
        await told(at, "close")
        assert "urojc-2026-12-07-2" in await told(at, "start urojc")


async def test_a_wrong_name_is_answered_with_the_nearest(tmp_path: Path) -> None:
    async with house(tmp_path, CLUB, OTHER) as at:
        assert await refused(at, "start urocj", HENRY) == (
            "There is no series urocj. Did you mean urojc?"
        )
        assert await refused(at, "start zzz", HENRY) == (
            "There is no series zzz. There are: urojc."
        )


async def test_who_moderates_none_learns_no_series_by_asking_for_one(tmp_path: Path) -> None:
    async with house(tmp_path, CLUB, OTHER) as at:
        answers = {await refused(at, f"start {name}", ANN) for name in ("zzz", "urocj", "urojc")}
        assert len(answers) == 1
        assert "for the moderators" in answers.pop()


async def test_who_does_not_moderate_a_series_cannot_start_it(tmp_path: Path) -> None:
    async with house(tmp_path, CLUB, OTHER) as at:
        for who in (ANN, ZOE):
            assert "for the moderators" in await refused(at, "start urojc", who)
        assert "bcsm-2026-12-07" in await told(at, "start bcsm", ZOE, ROOM)


async def test_help_shows_what_the_person_may_ask(tmp_path: Path) -> None:
    async with house(tmp_path, CLUB) as at:
        assert await told(at, "commands", ANN) == (
            "/chat catchup — new topics since you last spoke, and answers with most replies\n"
            "/chat checkin — say who you are, and how transcripts show you\n"
            "/chat withdraw — take what you said so far out of the transcript\n"
            "/chat forget me — be taken out of every chat; it cannot be undone\n"
            "/chat help — call a moderator, privately\n"
            "/chat commands — what can be asked"
        )
        assert (await told(at, "", HENRY)).count("\n") == len(COMMANDS) - 1


async def test_status_tells_stage_topics_people_and_what_comes(tmp_path: Path) -> None:
    async with house(tmp_path, CLUB) as at:
        await told(at, "start urojc")
        await at.live()
        await at.say(ROOM, ANN, "T1: yes")
        assert await told(at, "status") == (
            "International Urology Journal Club (urojc-2026-12-07) is open.\n"
            "1 of 3 topics posted. 1 participant, 1 message.\n"
            "Next: T2, 2026-12-07 02:00 UTC. The chat closes 2026-12-08 20:00 UTC."
        )
        await told(at, "pause")
        assert "is paused." in await told(at, "status")
        await told(at, "close")
        assert "closed 2026-12-06 20:00 UTC." in await told(at, "status")


async def test_status_tells_of_posts_that_are_held_up(tmp_path: Path) -> None:
    async with house(tmp_path, CLUB) as at:
        await told(at, "start urojc")
        at.clock.advance(timedelta(seconds=30))
        assert "2 posts could not be delivered yet." in await told(at, "status")


async def test_list_tells_what_runs_and_what_comes_of_ones_own_series(tmp_path: Path) -> None:
    async with house(tmp_path, CLUB, OTHER, now=START - timedelta(days=1)) as at:
        assert await told(at, "list") == (
            "urojc: International Urology Journal Club opens 2026-12-06 20:00 UTC\n"
            "urojc: International Urology Journal Club opens 2027-01-03 20:00 UTC\n"
        )
        await told(at, "start urojc")
        assert (await told(at, "list")).startswith("urojc-2026-12-06: running, closes ")
        room = room_of(OTHER)
        assert await told(at, "list", ZOE, room) == "No chat runs and none is planned."


async def test_the_transcript_is_handed_out_of_the_running_or_the_last_chat(tmp_path: Path) -> None:
    async with house(tmp_path, CLUB) as at:
        await told(at, "start urojc")
        reply = await desk_of(at).ask("transcript csv", HENRY, ROOM, at.clock())
        assert (reply.chat, reply.transcript) == ("urojc-2026-12-07", "csv")
        await told(at, "close")
        assert isinstance(await desk_of(at).ask("transcript", HENRY, ROOM, at.clock()), Reply)


async def test_a_chat_is_named_by_its_id_by_whoever_moderates_it(tmp_path: Path) -> None:
    async with house(tmp_path, CLUB, OTHER) as at:
        await told(at, "start urojc")
        await told(at, "start bcsm", ZOE, room_of(OTHER))
        desk = desk_of(at)
        elsewhere = await desk.ask(
            "transcript md urojc-2026-12-07", HENRY, room_of(OTHER), at.clock()
        )
        assert (elsewhere.chat, elsewhere.transcript) == ("urojc-2026-12-07", "md")
        here = await desk.ask("transcript", ZOE, room_of(OTHER), at.clock())
        assert here.chat == "bcsm-2026-12-07"
        for who in (ZOE, ANN):
            sentence = await refused(at, "transcript html urojc-2026-12-07", who)
            assert sentence.startswith("There is no chat urojc-2026-12-07 that you moderate.")
        assert (await refused(at, "transcript html nope-2026-12-07", HENRY)).startswith(
            "There is no chat nope-2026-12-07 that you moderate."
        )


STEWARD = Person("discord", "5", "Steward", steward=True)


async def test_a_steward_of_one_room_moderates_nothing_of_another(tmp_path: Path) -> None:
    channel = Room("discord", "99")
    other = replace(OTHER, agenda=replace(OTHER.agenda, rooms=(channel,)))
    club = replace(
        CLUB, agenda=replace(CLUB.agenda, rooms=(*CLUB.agenda.rooms, Room("discord", "77")))
    )
    async with house(tmp_path, club, other) as at:
        await told(at, "start urojc")
        assert "for the moderators" in await refused(at, "start urojc", STEWARD, channel)
        assert (await refused(at, "transcript md urojc-2026-12-07", STEWARD, channel)).startswith(
            "There is no chat"
        )
        assert "urojc" not in await told(at, "list", STEWARD, channel)
        assert "No chat is held here" in await refused(at, "list", STEWARD, Room("discord", "1"))
        assert "bcsm-2026-12-07" in await told(at, "start bcsm", STEWARD, channel)
        own = await desk_of(at).ask(
            "transcript md urojc-2026-12-07", STEWARD, Room("discord", "77"), at.clock()
        )
        assert own.chat == "urojc-2026-12-07"


async def test_a_question_in_a_threads_chat_is_about_that_chat(tmp_path: Path) -> None:
    """Two chats run in one channel; each has a thread."""
    channel = Room("discord", "99")
    clubs = [replace(one, agenda=replace(one.agenda, rooms=(channel,))) for one in (CLUB, OTHER)]
    async with house(tmp_path, *clubs) as at:
        for one, thread in zip(clubs, ("500", "600"), strict=True):
            await told(at, f"start {one.name}", STEWARD, channel)
            hangs = Thread("Journal club", timedelta(hours=48))
            post = Post(channel, PostKind.OPENING, ("Welcome",), opens=hangs)
            chat = f"{one.name}-2026-12-07"
            opening = Delivered(at.clock(), f"{chat}/2/0", post, thread, "Welcome", thread)
            await at.runner.handle(opening)
        for one, thread in ((clubs[1], "600"), (clubs[0], "500")):  # the channel's own is clubs[0]
            reply = await desk_of(at).ask("status", STEWARD, channel, at.clock(), thread)
            assert reply.chat == f"{one.name}-2026-12-07"
            closed = await desk_of(at).ask("close", STEWARD, channel, at.clock(), thread)
            assert closed.chat == f"{one.name}-2026-12-07"


async def test_the_status_names_the_rooms_that_refuse_and_why(tmp_path: Path) -> None:
    channel = Room("discord", "99")
    club = replace(CLUB, agenda=replace(CLUB.agenda, rooms=(channel,)))
    async with house(tmp_path, club) as at:
        started = await desk_of(at).ask("start urojc", STEWARD, channel, at.clock())
        post = Post(channel, PostKind.OPENING, ("Welcome",))
        why = "the permission Send Messages is missing."
        await at.runner.handle(Hindered(at.clock(), f"{started.chat}/2/0", post, why))
        at.clock.advance(timedelta(minutes=1))
        status = await told(at, "status", STEWARD, channel)
        assert f"\nNothing can be posted in discord:99: {why}\n" in status
        assert status.endswith("2 posts could not be delivered yet.")


async def test_a_question_in_a_thread_of_long_ago_is_about_its_chat(tmp_path: Path) -> None:
    channel = Room("discord", "99")
    club = replace(CLUB, agenda=replace(CLUB.agenda, rooms=(channel,)))
    async with house(tmp_path, club) as at:
        held = []
        for n in range(10):
            started = await desk_of(at).ask("start urojc", STEWARD, channel, at.clock())
            hangs = Thread("Journal club", timedelta(hours=48))
            post = Post(channel, PostKind.OPENING, ("Welcome",), opens=hangs)
            key = f"{started.chat}/2/0"
            await at.runner.handle(Delivered(at.clock(), key, post, f"{n}00", "", f"{n}00"))
            held.append(started.chat)
            at.clock.advance(timedelta(minutes=1))
            await desk_of(at).ask("close", STEWARD, channel, at.clock())
            at.clock.advance(timedelta(days=7))
        for thread, chat in (("000", held[0]), ("300", held[3]), ("900", held[9])):
            reply = await desk_of(at).ask("transcript md", STEWARD, channel, at.clock(), thread)
            assert reply.chat == chat


async def test_a_moderator_gets_a_link_of_their_own(tmp_path: Path) -> None:
    async with house(tmp_path, CLUB) as at:
        assert await told(at, "link") == (
            "The organizers' pages: https://pages.test/in/henry\n"
            "The link is for you alone and works for 7 days."
        )


# ---------------------------------------------------------------- links for other platforms

CHANNEL, FURTHER = Room("discord", "77"), Room("discord", "88")
ROLES = Person("discord", "5", "Ann", frozenset({"role:1", "role:2", "role:3"}))


def on_discord(room: Room, *listed: str) -> Agenda:
    return replace(CLUB.agenda, rooms=(room,), moderators={"discord": listed} if listed else {})


def known(by: Person, *agendas: Agenda, room: Room = CHANNEL) -> tuple[set[str], bool]:
    """Return the roles that a link tells of somebody, and whether that they are a steward."""
    told = as_moderator(by, room, agendas)
    assert (told.platform, told.id, told.name) == (by.platform, by.id, by.name)
    return set(told.badges), told.steward


def test_a_link_tells_the_roles_that_agendas_name_and_no_others() -> None:
    assert known(ROLES, on_discord(FURTHER, "role:2", "role:9")) == ({"role:2"}, False)
    both = (on_discord(FURTHER, "role:2"), on_discord(CHANNEL, "role:3"))
    assert known(ROLES, *both) == ({"role:2", "role:3"}, False)
    assert known(ROLES, on_discord(CHANNEL)) == (set(), False)


def test_whoever_is_named_needs_no_role_and_no_right() -> None:
    named = replace(ROLES, steward=True)
    assert known(named, on_discord(CHANNEL, "user:5", "role:1")) == (set(), False)
    assert known(named, on_discord(CHANNEL, "5"), on_discord(FURTHER, "role:1")) == (
        {"role:1"},
        False,
    )


def test_a_link_tells_of_a_right_where_an_agenda_of_the_room_names_nobody() -> None:
    steward = replace(ROLES, steward=True)
    assert known(steward, on_discord(CHANNEL)) == (set(), True)
    assert known(steward, on_discord(FURTHER)) == (set(), False)
    assert known(steward, on_discord(CHANNEL, "role:9")) == (set(), False)
    assert known(ROLES, on_discord(CHANNEL)) == (set(), False)


def test_of_very_many_roles_the_first_ones_that_agendas_name_are_told() -> None:
    many = tuple(f"role:{n}" for n in range(100))
    roles, _ = known(replace(ROLES, badges=frozenset(many)), on_discord(CHANNEL, *many))
    assert roles == set(many[:MOST_BADGES])


@dataclass
class Asked:
    """Who was given a link, and in which room."""

    person: Person
    room: Room


async def link_asked(at: House, by: Person, room: Room) -> Asked:
    given: list[Asked] = []

    def way(person: Person, where: Room, now: datetime) -> WayIn:
        given.append(Asked(person, where))
        return way_in(person, where, now)

    await Desk(at.runner, at.store, at.catalogue, way).ask("link", by, room, at.clock())
    (asked,) = given
    return asked


async def test_a_link_is_of_the_person_and_the_room_in_which_they_asked(tmp_path: Path) -> None:
    series = replace(CLUB, agenda=on_discord(CHANNEL))
    async with house(tmp_path, series) as at:
        asked = await link_asked(at, replace(ROLES, steward=True), CHANNEL)
        assert asked == Asked(replace(ROLES, badges=frozenset(), steward=True), CHANNEL)
        for who in (ROLES, STEWARD):
            assert "for the moderators" in await refused(at, "link", who, FURTHER)
        assert "for the moderators" in await refused(at, "link", ROLES, CHANNEL)


async def test_whoever_moderates_on_one_date_alone_gets_a_link(tmp_path: Path) -> None:
    guest = Override(moderators={"discord": ("role:2",)})
    series = replace(CLUB, agenda=on_discord(CHANNEL, "role:9"), dates={date(2026, 12, 7): guest})
    async with house(tmp_path, series) as at:
        assert (await link_asked(at, ROLES, CHANNEL)).person.badges == {"role:2"}


async def test_a_link_also_tells_the_roles_by_which_somebody_moderated_what_is_past(
    tmp_path: Path,
) -> None:
    before = replace(CLUB, agenda=replace(CLUB.agenda, moderators={"discord": ("role:1",)}))
    async with house(tmp_path, before) as at:
        chat = await at.plan(before, START + timedelta(hours=1))
        at.series["urojc"] = replace(CLUB, agenda=on_discord(CHANNEL, "role:2"))
        assert (await link_asked(at, ROLES, CHANNEL)).person.badges == {"role:1", "role:2"}
        async with at.store.writing() as tables:
            await tables.connection.run("UPDATE events SET body = '{}' WHERE chat = ?", (chat,))
        assert (await link_asked(at, ROLES, CHANNEL)).person.badges == {"role:2"}


async def test_participants_are_refused_what_is_for_moderators(tmp_path: Path) -> None:
    async with house(tmp_path, CLUB) as at:
        await told(at, "start urojc")
        for command in COMMANDS:
            if not command.everybody:
                text = command.example
                assert f"/chat {command.name} is for the moderators" in await refused(at, text, ANN)


async def test_moderators_of_another_series_of_the_room_see_no_chat_of_this_one(
    tmp_path: Path,
) -> None:
    both = replace(OTHER, agenda=replace(OTHER.agenda, rooms=(ROOM,)))
    async with house(tmp_path, CLUB, both) as at:
        await told(at, "start urojc")
        assert "for the moderators" in await refused(at, "transcript", ZOE)
        assert "urojc" not in await told(at, "list", ZOE)
        assert "https://pages.test/in/zoe" in await told(at, "link", ZOE)


async def test_help_on_discord_leaves_out_what_discord_asks_for_and_names_the_menus(
    tmp_path: Path,
) -> None:
    channel = Room("discord", "5")
    club = replace(CLUB, agenda=on_discord(channel, "user:7"))
    henry = Person("discord", "7", "Henry")
    async with house(tmp_path, club) as at:
        told_henry = await told(at, "commands", henry, channel)
        assert "/chat place — correct a message's topic\n" in told_henry
        assert told_henry.endswith("There too: Place under a topic — correct its topic")
        told_ann = await told(at, "commands", Person("discord", "8", "Ann"), channel)
        assert told_ann.endswith("There too: Withdraw — take that one of yours out")


async def test_a_moderator_who_asks_where_no_chat_is_held_is_told_so(tmp_path: Path) -> None:
    elsewhere = Room(ROOM.platform, "elsewhere")
    async with house(tmp_path, CLUB) as at:
        for question in ("status", "list", "transcript"):
            told_henry = await refused(at, question, HENRY, elsewhere)
            assert told_henry == "No chat is held here. Ask in the channel of the chat."


async def test_before_the_opening_catching_up_says_when_it_opens(tmp_path: Path) -> None:
    async with house(tmp_path, CLUB) as at:
        await at.plan(CLUB, START + timedelta(days=1))
        assert await told(at, "catchup", ANN) == (
            "International Urology Journal Club has not opened yet. It opens 2026-12-07 20:00 UTC."
        )


async def test_in_an_empty_room_nothing_is_asked_of_a_chat(tmp_path: Path) -> None:
    async with house(tmp_path, CLUB) as at:
        assert await refused(at, "status", HENRY) == "No chat is held in this room yet."
        assert await refused(at, "catchup", ANN) == "No chat is held in this room yet."
        assert "Open one with /chat start SERIES" in await refused(at, "next", HENRY)


async def test_catching_up_tells_what_was_asked_and_answered_since_one_spoke(
    tmp_path: Path,
) -> None:
    async with house(tmp_path, CLUB) as at:
        await told(at, "start urojc")
        await at.live()
        await at.say(ROOM, ANN, "T1: my answer")
        assert await told(at, "catchup", ANN) == (
            "Since you last wrote, 2026-12-06 20:00 UTC:\n"
            "Nothing new was asked, and no answer has a reply yet."
        )
        await at.live(timedelta(hours=7))
        answer = await at.say(ROOM, BOB, "A2 the  control\ngroup " + "is odd " * 60)
        await at.say(ROOM, HENRY, "why?", reply_to=answer)
        caught_up = await told(at, "catchup", ANN)
        first, asked, answered = caught_up.strip().split("\n")
        assert first == "Since you last wrote, 2026-12-06 20:00 UTC:"
        assert asked == "T2: Is the comparison group the right one?"
        assert answered.startswith("T2, Bob (1 reply): A2 the control group is odd")
        assert answered.endswith("…")
        new = await told(at, "catchup", person("Cat"))
        assert new.startswith("You have not written in this chat yet; this is all of it.\nT1: ")


async def test_catching_up_never_shows_what_was_withdrawn(tmp_path: Path) -> None:
    async with house(tmp_path, CLUB) as at:
        await told(at, "start urojc")
        await at.live()
        answer = await at.say(ROOM, BOB, "T1: the postman")
        await at.say(ROOM, ANN, "who?", reply_to=answer)
        await told(at, "withdraw", BOB)
        assert "postman" not in await told(at, "catchup", person("Cat"))


async def test_catching_up_calls_people_as_transcripts_do_and_not_by_names_they_hide(
    tmp_path: Path,
) -> None:
    hidden = Person("local", "p-cat", "Catherine Quillwort")
    async with house(tmp_path, CLUB) as at:
        await told(at, "start urojc")
        await at.live()
        await at.say(ROOM, hidden, "T1: hello")
        for by, said in (
            (hidden, CheckIn(consent=Consent.PSEUDONYM)),
            (BOB, CheckIn(name="Robert Ash")),
        ):
            await at.runner.handle(CheckedIn(at.clock(), ROOM, by, "urojc", said))
        answer = await at.say(ROOM, BOB, "T1: as Catherine Quillwort **said**, <@p-cat>")
        await at.say(ROOM, HENRY, "why?", reply_to=answer)
        caught_up = await told(at, "catchup", ANN)
    assert "Robert Ash (1 reply): T1: as " in caught_up
    assert "said" in caught_up
    for gone in ("Quillwort", "p-cat", "**"):
        assert gone not in caught_up


async def test_moderators_are_told_that_messages_are_held_not_what_is_in_them(
    tmp_path: Path,
) -> None:
    async with house(tmp_path, CLUB) as at:
        await told(at, "start urojc")
        assert (
            await told(at, "review")
            == "Nothing is held back in International Urology Journal Club."
        )
        for number in range(1, 13):
            at.clock.advance(timedelta(seconds=1))
            await at.say(ROOM, ANN, f"Message {number}: write to a{number}@example.org")
        answer = await told(at, "review")
        assert "a3@example.org" not in answer
        assert answer.count("Ann, ") == 10
        assert answer.count("for a patient's sake") == 10
        assert "These are the latest 10" in answer
        message = (
            answer.rpartition("/chat clear ")[0].rpartition("/chat clear ")[2].partition(")")[0]
        )
        await told(at, f"clear {message}")
        assert f"/chat clear {message})" not in await told(at, "review")
        await told(at, f"hold {message}")
        assert "by a moderator: " in await told(at, "review")


async def test_a_topic_by_which_a_patient_could_be_known_is_refused_and_kept_nowhere(
    tmp_path: Path,
) -> None:
    text = "topic My patient Maria Lopez, MRN 00482913, bled: what would you do?"
    async with house(tmp_path, CLUB) as at:
        await told(at, "start urojc")
        await at.live()
        assert await refused(at, text, HENRY) == (
            "Nothing is posted: this topic seems to have a name and a record number, by which a "
            "patient could be known. It would stand in the room and in every transcript. Word it "
            "so that nobody can be known by it, and ask again with /chat topic."
        )
        assert "for the moderators" in await refused(at, text, ANN)
        assert len((await at.chat("urojc-2026-12-07")).topics) == 3
        await at.live()
        async with at.store.reading() as tables:
            kept = await tables.connection.rows(
                "SELECT body FROM events UNION ALL SELECT body FROM outbox "
                "UNION ALL SELECT text FROM messages"
            )
        assert not [row for row in kept if "Lopez" in str(row) or "00482913" in str(row)]
        assert "T4 is added" in await told(at, "topic An elderly patient bled: what would you do?")


async def test_an_edit_that_comes_just_before_a_clearance_is_not_cleared_unseen(
    tmp_path: Path,
) -> None:
    async with house(tmp_path, CLUB) as at:
        await told(at, "start urojc")
        await at.live()
        message = await at.say(ROOM, ANN, "T1: write to club@example.org")
        at.clock.advance(timedelta(minutes=5))
        await at.edit(ROOM, message, "My patient Maria Lopez, MRN 00482913")
        at.clock.advance(timedelta(seconds=5))
        assert await refused(at, f"clear {message}", HENRY) == (
            "This message was edited at 20:05:00 UTC. Look at it again as it is worded now, then "
            "clear it. It is held back until then."
        )
        assert (await at.message(ROOM, message)).held
        at.clock.advance(timedelta(minutes=1))
        assert await told(at, f"clear {message}") == (
            f"Message {message} is cleared as it was worded 2026-12-06 20:05 UTC: that wording is "
            "in the transcript. A later one is held back again if something is seen in it. Undo "
            f"it with /chat hold {message}."
        )
        assert not (await at.message(ROOM, message)).held


@pytest.mark.parametrize("how", ["hold {}", "hold {} remove", "remove {}"])
async def test_a_post_of_rounds_own_is_not_held_and_it_is_told_what_can_be_done(
    tmp_path: Path, how: str
) -> None:
    async with house(tmp_path, CLUB) as at:
        await told(at, "start urojc")
        await at.live()
        chat = await at.chat("urojc-2026-12-07")
        own = chat.topics[0].posts[0].ref
        assert await refused(at, how.format(own), HENRY) == (
            f"Message {own} is a post of Rounds' own: it cannot be held back, and what it says "
            "stays in transcripts. Before you publish a transcript, take it out of the file. If "
            "the post quotes what somebody said, hold that message: the post is changed then, too."
        )
        assert "for the moderators" in await refused(at, how.format(own), ANN)
        assert (await at.chat(chat.id)).seq == chat.seq, "nothing is noted"


async def test_who_asks_to_be_forgotten_is_told_what_is_gone_and_what_stays(tmp_path: Path) -> None:
    async with house(tmp_path, CLUB) as at:
        await told(at, "start urojc")
        first = await at.say(ROOM, ANN, "T1: an opinion that I regret")
        await at.say(ROOM, BOB, f"<@{ANN.id}|Ann> is right", reply_to=first)
        assert "cannot be undone" in await refused(at, "forget", ANN)
        answer = await told(at, "forget me", ANN)
        assert "the words of 1 message in 1 chat" in answer
        assert "urojc-2026-12-07" in answer
        assert "Backups" in answer
        gone = await at.message(ROOM, first)
        assert (gone.text, gone.name, gone.author[:1]) == ("", "somebody erased", "#")
        at.clock.advance(timedelta(seconds=1))
        again = await at.say(ROOM, ANN, "T1: another opinion")
        kept = await at.message(ROOM, again)
        assert (kept.text, kept.author) == ("T1: another opinion", ANN.id)
        async with at.store.reading() as tables:
            rows = await tables.connection.rows("SELECT text FROM messages")
        assert not [text for (text,) in rows if "regret" in text or f"<@{ANN.id}|" in text]


async def test_who_stands_in_an_agenda_is_not_forgotten_but_told_so(tmp_path: Path) -> None:
    async with house(tmp_path, CLUB) as at:
        await told(at, "start urojc")
        answer = await refused(at, "forget me", HENRY)
        assert "International Urology Journal Club" in answer
        assert "would come back" in answer


async def test_a_chat_goes_on_after_somebody_was_forgotten(tmp_path: Path) -> None:
    async with house(tmp_path, CLUB) as at:
        await told(at, "start urojc")
        await at.say(ROOM, ANN, "Hello")
        await told(at, "forget me", ANN)
        assert "T2 is posted" in await told(at, "next")
        assert "is closed" in await told(at, "close")


async def test_a_flood_hides_nothing_that_moderators_have_to_look_at(tmp_path: Path) -> None:
    async with house(tmp_path, CLUB) as at:
        await told(at, "start urojc")
        at.simulation.runner = Runner(at.store, lookout())
        async with at.simulation.runner.running():
            await at.say(ROOM, BOB, "Write to bob@example.org")
            for number in range(40):
                at.clock.advance(timedelta(milliseconds=10))
                await at.say(ROOM, ANN, f"{number}")
            answer = await told(at, "review")
    assert answer.count("by a rule: ") == 9
    assert "Bob, " in answer
    assert "what a rule of conduct holds last of all" in answer


async def test_who_mutes_somebody_is_told_whom_until_when_and_how_to_undo_it(
    tmp_path: Path,
) -> None:
    async with house(tmp_path, CLUB, now=START + timedelta(hours=1)) as at:
        await told(at, "start urojc")
        await at.say(ROOM, ANN, "Rude")
        minutes = "2026-12-06 21:30 UTC"
        assert await told(at, "mute ann 30m") == (
            f"ann is muted until {minutes}. Undo it with /chat mute {ANN.id} 0m."
        )
        assert (await told(at, f"mute {ANN.id} 0m")).startswith(f"{ANN.id} can write again, ")
