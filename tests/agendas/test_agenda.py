"""Agendas: what is read from them, and what is said about every mistake, at which place."""

from __future__ import annotations

import os
import re
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.agendas.agenda import load_chats, parse_agenda, read_agenda
from bot.agendas.mistakes import AgendaMistakes, Mistake
from bot.engine.agenda import Agenda, Override, Reading, Room, Schedule, Series, Topic
from bot.engine.people import Person, Role, role_in
from tests.agendas.given import NOW, RIGHT, agenda, mistakes_in, said_of, series

COMPLETE = """\
title: International Urology Journal Club
hashtag: "#urojc"
zone: Australia/Sydney
schedule:
  every: first monday at 07:00       # or: thursday at 21:00
  except: [2027-01-04]               # or: rrule: "FREQ=MONTHLY;BYDAY=1MO" with at: "07:00"
  also: [2027-01-11 07:00]           # or, instead of schedule, starts: 2026-12-07 07:00
window: 48h                          # 30m, 1h, 48h, 2d
rooms: [{local: urojc}, {discord: 123456789012345678, slack: C0123456789}]
threads: per_topic
moderators: {local: [henry], discord: [role:100000000000000000,
  "user:200000000000000000", 1234567890123456789]}
alerts: {discord: 423456789012345678, slack: C9876543210}
guests: {local: elena, discord: "role:300000000000000000"}
reminders: [1h, 7d]
notify: {discord: role:789000000000000000, slack: "group:S123"}
publish: true
after_close: keep
keep: 12w
welcome: |
  Say who you are, where you work, and any conflict of interest.
reading:
  citation: "Author A. Title. Journal 2026."
  doi: https://doi.org/10.1016/j.x
  url: https://example.org/x
  authors: [A, B]
topics:
  - {ask: "What question did the authors try to answer?", after: 0m}
  - {ask: "Would this change your practice?", after: 6h}
closing: Thank you. The transcript follows.
dates:
  2026-12-07: {start: "21:00", reading: {citation: Another}, topics: {every: 5m, ask: [A, B]}}
  2027-02-01: {welcome: Hello, moderators: {local: [amelia]}}
"""


def test_every_key_of_an_agenda_is_read() -> None:
    assert parse_agenda(COMPLETE, "some/where/urojc.yaml", NOW) == Series(
        name="urojc",
        agenda=Agenda(
            title="International Urology Journal Club",
            zone="Australia/Sydney",
            window=timedelta(hours=48),
            rooms=(
                Room("local", "urojc"),
                Room("discord", "123456789012345678"),
                Room("slack", "C0123456789"),
            ),
            topics=(
                Topic("What question did the authors try to answer?", timedelta(0)),
                Topic("Would this change your practice?", timedelta(hours=6)),
            ),
            hashtag="#urojc",
            moderators={
                "local": ("henry",),
                "discord": (
                    "role:100000000000000000",
                    "user:200000000000000000",
                    "1234567890123456789",
                ),
            },
            guests={"local": ("elena",), "discord": ("role:300000000000000000",)},
            welcome="Say who you are, where you work, and any conflict of interest.",
            reading=Reading(
                "Author A. Title. Journal 2026.", "10.1016/j.x", "https://example.org/x", ("A", "B")
            ),
            closing="Thank you. The transcript follows.",
            reminders=(timedelta(days=7), timedelta(hours=1)),
            keep_late=True,
            keep=timedelta(weeks=12),
            thread_per_topic=True,
            publish=True,
            alerts={"discord": "423456789012345678", "slack": "C9876543210"},
            notify={"discord": "role:789000000000000000", "slack": "group:S123"},
        ),
        schedule=Schedule(
            rrule="FREQ=MONTHLY;BYDAY=1MO",
            at=time(7),
            skipped=frozenset({date(2027, 1, 4)}),
            singles=(datetime(2027, 1, 11, 7),),  # noqa: DTZ001  wall time
        ),
        dates={
            date(2026, 12, 7): Override(
                start=time(21),
                topics=(Topic("A", timedelta(0)), Topic("B", timedelta(minutes=5))),
                reading=Reading("Another"),
            ),
            date(2027, 2, 1): Override(welcome="Hello", moderators={"local": ("amelia",)}),
        },
    )


def test_a_chat_with_a_channel_of_its_own_can_have_it_archived() -> None:
    lines = "starts: 2026-12-07 07:00\nrooms: [{slack: C1}]\narchive: channel"
    assert series(lines).agenda.archive_channel is True


def test_what_may_be_left_out_has_a_default() -> None:
    read = series().agenda
    assert read.reminders == (timedelta(hours=24), timedelta(minutes=15))
    assert read.keep_late is False
    assert read.keep is None
    assert (read.hashtag, read.welcome, read.closing, read.reading) == ("", "", "", None)
    assert (read.moderators, read.guests) == ({}, {})
    assert (read.thread_per_topic, read.publish, read.archive_channel) == (False, False, False)
    assert (read.alerts, read.notify) == ({}, {})


def test_no_reminders_are_written_as_an_empty_list() -> None:
    assert series("reminders: []").agenda.reminders == ()


def test_words_that_yaml_would_turn_into_something_else_stay_what_was_written() -> None:
    read = series(
        'hashtag: NO\ntitle: on\nwelcome: 010\nclosing: 1e3\nmoderators: {local: [yes, "no"]}\n'
        "schedule: {rrule: FREQ=WEEKLY;BYDAY=TH, at: 21:00}\n"
    )
    assert read.agenda.hashtag == "#NO"
    assert read.agenda.title == "on"
    assert (read.agenda.welcome, read.agenda.closing) == ("010", "1e3")
    assert read.agenda.moderators == {"local": ("yes", "no")}
    assert read.schedule.at == time(21)


def test_an_id_is_the_same_with_and_without_quotes() -> None:
    lines = (
        "rooms: [{discord: 1234567890123456789}]\nalerts: {discord: 2234567890123456789}\n"
        "moderators: {discord: [3234567890123456789, role:4234567890123456789]}\n"
        "notify:\n  discord: role:5234567890123456789\n"
    )
    plain = series(lines).agenda
    assert plain == series(re.sub(r"((?:role:)?\d{19})", r'"\1"', lines)).agenda
    assert plain.rooms == (Room("discord", "1234567890123456789"),)
    assert plain.alerts == {"discord": "2234567890123456789"}


def test_people_on_discord_are_known_by_what_the_agenda_says() -> None:
    read = series(
        'rooms: [{discord: "100000000000000000"}]\n'
        'moderators: {discord: ["500000000000000000", "user:600000000000000000", '
        '"role:700000000000000000"]}\n'
        'guests: {discord: ["800000000000000000", "role:900000000000000000"]}\n'
    ).agenda

    def role(number: str, *badges: str) -> Role:
        return role_in(read, Person("discord", number, "x", frozenset(badges)))

    assert [
        role("500000000000000000"),
        role("600000000000000000"),
        role("000000000000000000", "role:700000000000000000"),
    ] == [Role.MODERATOR] * 3
    assert [role("800000000000000000"), role("000000000000000000", "role:900000000000000000")] == [
        Role.GUEST
    ] * 2
    assert [
        role("700000000000000000"),
        role("900000000000000000"),
        role("000000000000000000", "role:500000000000000000"),
    ] == [Role.PARTICIPANT] * 3


def test_each_of_many_topics_may_have_a_thread_of_its_own() -> None:
    asks = ", ".join(f"Question {n}" for n in range(120))
    read = series(f"threads: per_topic\ntopics: {{every: 10m, ask: [{asks}]}}").agenda
    assert (len(read.topics), read.thread_per_topic) == (120, True)


def test_a_byte_order_mark_and_windows_line_ends_change_nothing() -> None:
    expected = parse_agenda(COMPLETE, "urojc.yaml", NOW)
    windows = COMPLETE.replace("\n", "\r\n").encode()
    assert parse_agenda(b"\xef\xbb\xbf" + windows, "urojc.yaml", NOW) == expected
    assert parse_agenda(COMPLETE.encode(), "urojc.yaml", NOW) == expected


def test_a_comment_after_a_value_is_a_comment() -> None:
    read = series('window: 2h   # 30m, 1h\ntitle: "Ward #3" #3\nclosing: Thanks.  # goodbye\n')
    assert read.agenda.window == timedelta(hours=2)
    assert read.agenda.title == "Ward #3"
    assert read.agenda.closing == "Thanks."


WRONG = [
    # hashtags and other signs
    ("hashtag: #urojc", "1:10", 'so hashtag is empty. Put quotes around it: "#urojc"'),
    ("hashtag:\n  #urojc", "2:3", "is a comment, so hashtag is empty"),
    (
        "topics:\n  - ask: What about #urojc today\n    after: 0m",
        "2:21",
        'Put quotes around the whole text: "What about #urojc today"',
    ),
    ("topics: {every: 5m, ask: [\nWhat about #urojc today\n]}", "2:12", "is a comment"),
    ("topics:\n  - {ask: About #urojc, after: 0m}", "2:17", "the closing bracket is not seen"),
    ("rooms: [{discord: #general}]", "1:19", "“#general}]” is a comment"),
    ("closing: How many # of cores?", "1:19", "is a comment and is dropped"),
    ("closing: Thanks\n  #urojc", "2:3", "is a comment and is dropped"),
    ("closing: How\n  #many\n  cores", "2:3", "cuts the text in two"),
    ("welcome: | #urojc\n  Hello", "1:12", "is a comment and is dropped"),
    ("moderators: {local: @henry}", "1:21", "begins with @ needs quotes"),
    ('moderators: {local: "@henry"}', "1:21", "without its sign: “henry”"),
    ("title: *Rounds*", "1:8", "begins with * needs quotes"),
    ("title: `Rounds`", "1:8", "needs quotes"),
    ("title: %Rounds", "1:8", "needs quotes"),
    ("title: & more", "1:8", "begins with & needs quotes"),
    ("closing: > 60 years", "1:10", "After | or > the text begins on the next line"),
    ("title: {{ title }}", "1:9", "A key is a word"),
    # colons, commas, question marks, quotes
    ("title: Rounds: the case", "1:14", 'quotes around a text that holds one: title: "Rounds: the'),
    ("topics: [{ask: What next?, after: 0m}]", "1:25", "needs quotes around the whole of it"),
    ("topics: [{ask: What next: this, after: 0m}]", "1:25", "needs quotes around the whole of it"),
    ("topics: [{ask: This, or that, after: 0m}]", "1:22", "“or that” stands alone between commas"),
    ("topics: {every: 5m, ask: [What next: this]}", "1:27", "cut in two at the colon"),
    ("topics:\n  - What next: surgery", "2:5", "quotes around the whole of a text"),
    ('title: "Rounds" now', "1:17", "Text stands after the closing quote"),
    ('title: "Rounds', "1:8", "The quote that opens here is never closed"),
    ('title: "a\\d"', "1:11", "a backslash has a meaning of its own"),
    ('title: "\\UFFFFFFFF"', "1:1", "Look for a backslash"),
    ('title: "\\e[31m"', "1:8", "a character that cannot be seen (U+001B)"),
    ('title: ""', "1:8", "There is no text between the quotes"),
    # lines and columns
    ("title:Rounds\nhashtag: x", "1:6", "A space is missing after this colon: title: Rounds"),
    ("hashtag: x\n  guests: {}", "2:3", "not indented like the lines that it belongs to"),
    ("schedule:\n\tevery: thursday at 21:00", "2:1", "There is a tab here"),
    ("topics:\n-{ask: x, after: 0m}", "2:1", "A space is missing after this dash"),
    ("topics:\n -ask: x", "2:2", "Put a space after the dash"),
    ("topics: - x", "1:9", "put the dash on the next line"),
    ("title: x\nthis is no key\nhashtag: x", "2:1", "Write it as KEY: VALUE"),
    ("rooms: [{local: x}\nhashtag: x", "1:8", "The [ that opens here is not closed"),
    ("rooms: [{local: x}]]", "1:20", "has no opening bracket"),
    # YAML's machinery
    ("title: &a Rounds", "1:8", "“&a” is an anchor"),
    ("title: *a", "1:8", "“*a” is an alias"),
    ("title: !x Rounds", "1:8", "“!x” is a tag"),
    ("title: !!str Rounds", "1:8", "“!str” is a tag"),
    ("<<: {title: x}", "1:1", "no merge keys"),
    ("title: x\ntitle: y", "2:1", "“title” stands twice; it is already on line 1"),
    ("? [a]\n: b", "1:3", "A key is a word"),
    # keys
    ("titel: x", "1:1", "“titel” is no key here. Write title"),
    ("timezone: x", "1:1", "Write zone"),
    ("questions: x", "1:1", "Write topics"),
    ("moderator: {local: x}", "1:1", "Write moderators"),
    ("every: thursday at 21:00", "1:1", "It stands under schedule"),
    ("doi: 10.1000/x", "1:1", "It stands under reading"),
    ("xyzzy: 1", "1:1", "Delete it, or write one of title, hashtag, zone"),
    ("\u00a0guests: {local: x}", "1:1", "without the stray character: guests"),
    ("reading: {autors: x}", "1:11", "Write authors"),
    ("topics: [{ask: x, at: 0m}]", "1:19", "Write after"),
    ("topics: {evry: 5m, ask: [x]}", "1:10", "Write every"),
    ("moderators: {teams: [x]}", "1:14", "write one of local, discord, slack"),
    # values
    ("window: 48", "1:9", "“48” is no length of time. Write a number with m, h or d, such as 48h"),
    ("window: 90 minutes", "1:9", "such as 90m"),
    ("window: 0m", "1:9", "at least 1m and at most 31d"),
    ("window: 32d", "1:9", "at least 1m and at most 31d"),
    ("window: [48h]", "1:9", "window cannot be a list. Write it like window: 48h"),
    ("window:", "1:8", "window is empty. Write it like window: 48h"),
    ("window: ~", "1:9", "window is empty"),
    ("zone: EST", "1:7", "Write zone: America/New_York"),
    ("zone: Australia/Sidney", "1:7", "Write zone: Australia/Sydney"),
    ("schedule: {every: thursday at 9pm}", "1:19", "Write it like 21:00"),
    ("schedule: thursday at 21:00", "1:11", "Write it like schedule: {every: first monday"),
    ("schedule: {every: biweekly}", "1:19", "every 2 weeks on thursday"),
    ('schedule: {rrule: "FREQ=HOURLY", at: "07:00"}', "1:19", "A chat cannot be hourly"),
    ("starts: 2026-12-07", "1:9", "lacks the date or the time"),
    ("starts: 7 Dec 2026 9pm", "1:9", "“7 Dec 2026 9pm” is no date and time. Write it like 2026-"),
    ("starts: 2026-02-30 07:00", "1:9", "The calendar has no 2026-02-30"),
    ("starts: 7.12.2026 07:00", "1:9", "Write year, month and day like 2026-12-07"),
    ("starts: [2026-12-07 07:00, 2026-12-08 24:00]", "1:28", "00:00, on the next day"),
    ("rooms: {local: x}", "1:8", "rooms cannot be keys with values"),
    ("rooms: []", "1:8", "rooms is empty"),
    ("rooms: [{local: my room}]", "1:17", "such as my-room"),
    ("rooms: [{discord: general}]", "1:19", "Copy Channel ID"),
    (
        "rooms: [{discord: https://discord.com/channels/1/234567890123456789}]",
        "1:19",
        'alone: "234567890123456789"',
    ),
    ("rooms: [{slack: general}]", "1:17", "is no Slack channel id"),
    ("after_close: yes", "1:14", "Write keep"),
    ("threads: per-topic", "1:10", "Write per_chat"),
    ("threads: [per_topic]", "1:10", "Write it like threads: per_topic"),
    ("publish: on", "1:10", "Write true or false"),
    ("archive: true", "1:10", "Write channel"),
    ("archive: [channel]", "1:10", "Write it like archive: channel"),
    ("archives: channel", "1:1", "Write archive"),
    ("dates: {2026-12-07: {archive: channel}}", "1:22", "holds for all dates"),
    ("rooms: [{slack: C1}]\nmoderators: {slack: [U1, henry]}", "2:26", "Copy member ID"),
    ("rooms: [{slack: C1}]\nguests: {slack: [group: S5]}", "2:18", 'Write "group:S5", without'),
    ("thread: per_topic", "1:1", "Write threads"),
    ("mention: role:500000000000000000", "1:1", "Write notify"),
    ("alerts: 5", "1:9", "Write it like alerts: {discord:"),
    ("notify: role:500000000000000000", "1:9", "Write it like notify: {discord:"),
    ("notify: {local: x}", "1:10", "It stands under rooms, moderators or guests"),
    ("dates: {2026-12-07: {publish: true}}", "1:22", "holds for all dates"),
    (
        "rooms: [{discord: 100000000000000000}]\nalerts: {discord: [5]}",
        "2:19",
        "Write it like alerts: {discord:",
    ),
    (
        "rooms: [{discord: 100000000000000000}]\nnotify: {discord: [role:500000000000000000]}",
        "2:19",
        "Write it like notify: {disc",
    ),
    (
        "rooms: [{discord: 100000000000000000}]\nnotify: {discord: @everyone}",
        "2:19",
        "written by their ids",
    ),
    (
        'rooms: [{discord: 100000000000000000}]\nnotify: {discord: "@here"}',
        "2:19",
        "would call everybody",
    ),
    (
        (
            "rooms: [{discord: 100000000000000000}]\n"
            "moderators: {discord: [500000000000000000, henry]}"
        ),
        "2:44",
        "Copy User ID",
    ),
    (
        "rooms: [{discord: 100000000000000000}]\nguests: {discord: role:Authors}",
        "2:19",
        "Copy Role ID",
    ),
    (
        "rooms: [{discord: 100000000000000000}]\nguests: {discord: [role: 500000000000000000]}",
        "2:20",
        'Write "role:500000000000000000", without',
    ),
    (
        (
            "rooms: [{discord: 100000000000000000}]\n"
            "dates: {2026-12-07: {moderators: {discord: <@500000000000000000>}}}"
        ),
        "2:44",
        'Write "500000000000000000"',
    ),
    ("reminders: [24h, 5]", "1:18", "is no length of time"),
    ("reminders: [0m]", "1:13", "at least 1m"),
    ("reading: Smith 2026", "1:10", "reading cannot be a single text"),
    ("reading: {doi: 11.1/x}", "1:16", "is no DOI"),
    ("reading: {url: javascript:alert(1)}", "1:16", "beginning with https://"),
    ("hashtag: two words", "1:10", "Write one word"),
    ("dates: {7 December: {welcome: x}}", "1:9", "is no date"),
    ("dates: {reading: {citation: x}}", "1:9", "reading belongs under a date"),
    ("topics: [What next]", "1:10", "topic 1 cannot be a single text"),
]


@pytest.mark.parametrize(("lines", "place", "words"), WRONG, ids=[row[0][:40] for row in WRONG])
def test_a_mistake_is_told_at_its_place_with_what_to_write(
    lines: str, place: str, words: str
) -> None:
    said = said_of(lines)
    assert [line for line in said if line.startswith(f"{place}: ") and words in line], said


@pytest.mark.parametrize(
    "lines", [row[0] for row in WRONG if row[0].count("\n") == 0], ids=lambda lines: lines[:40]
)
def test_one_mistake_is_told_once(lines: str) -> None:
    assert len(said_of(lines)) == 1


def test_all_mistakes_of_a_file_are_told_at_once_in_the_order_of_its_lines() -> None:
    source = """\
hashtag: #cardiojc
zone: EST
window: 48
schedule:
  every: first monday at 9pm
rooms: [{local: my room}]
topics:
  - {ask: "First", after: 0m}
  - {ask: "Second", after: 0}
  - {ask: "Third", after: 5m}
  - {ask: "Fourth", after: 5m}
reading: {doi: x, autors: [y]}
title: Rounds: the case
clsing: Thank you
moderators: {local: &a [henry]}
window: 2h
"""
    places = [(m.line, m.column) for m in mistakes_in(source)]
    assert places == [
        (1, 10), (2, 7), (3, 9), (5, 10), (6, 17), (9, 28), (11, 28), (12, 16), (12, 19),
        (13, 14), (14, 1), (15, 21), (16, 1),
    ]  # fmt: skip


def test_a_mistake_of_syntax_hides_no_mistake_of_another_section() -> None:
    said = said_of('closing: "never closed\nwindow: 48\nzone: EST\n')
    assert [line.partition(": ")[0] for line in said] == ["1:10", "2:9", "3:7"]


def test_what_is_missing_is_told_with_an_example_of_it() -> None:
    said = [str(mistake) for mistake in mistakes_in("hashtag: x\n", "a/b.yaml")]
    assert all(line.startswith("a/b.yaml:1:1: ") for line in said)
    for key in ("title", "zone", "window", "rooms", "topics"):
        assert [line for line in said if f"{key} is missing. Write {key}:" in line], key
    assert [line for line in said if "when the chat opens. Write schedule:" in line]
    assert len(said) == 6


def test_a_key_that_was_misspelt_is_not_missing_too() -> None:
    source = RIGHT.replace("title:", "titel:").replace("topics:", "questions:")
    assert [m.text for m in mistakes_in(source)] == [
        "“titel” is no key here. Write title",
        "“questions” is no key here. Write topics",
    ]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (b"", "The file is empty"),
        (b"\xef\xbb\xbf", "The file is empty"),
        (b"# nothing but a comment\n", "The file is empty"),
        (b"---\n", "The file is empty"),
        (b"hello", "An agenda is made of lines like title: My chat"),
        (b"- a\n- b\n", "An agenda is made of lines like title: My chat"),
        (RIGHT.encode("utf-16"), "saved as UTF-16"),
        (RIGHT.encode("utf-16-le"), "saved as UTF-16"),
        (RIGHT.encode("utf-16-be"), "saved as UTF-16"),
        (RIGHT.encode("utf-32"), "saved as UTF-16"),
        (b"[" * 1_048_577, "larger than 1024 KB"),
    ],
)
def test_a_mistake_of_the_whole_file_is_told_at_its_beginning(source: bytes, words: str) -> None:
    (mistake,) = mistakes_in(source)
    assert (mistake.line, mistake.column) == (1, 1)
    assert words in mistake.text


def test_another_encoding_is_told_at_the_first_character_that_is_not_utf8() -> None:
    source = agenda("welcome: Grüße").encode("latin-1")
    (mistake,) = mistakes_in(source)
    assert (mistake.line, mistake.column) == (1, 12)
    assert "Save it as UTF-8" in mistake.text


@pytest.mark.parametrize("unseen", ["\0", "\x1b", "\x7f", "\x85", "\u2028", "\r", "\ufffe"])
def test_a_character_that_no_editor_shows_is_told_at_its_place(unseen: str) -> None:
    (mistake,) = mistakes_in(agenda(f"hashtag: x\nwelcome: He{unseen}llo"))
    assert (mistake.line, mistake.column) == (2, 12)


# ---- files


def test_a_file_is_read_and_names_its_series(tmp_path: Path) -> None:
    (tmp_path / "cardio-jc_2.yaml").write_text(RIGHT)
    assert read_agenda(tmp_path / "cardio-jc_2.yaml").name == "cardio-jc_2"


@pytest.mark.parametrize(
    ("name", "instead"),
    [
        ("My Club.yaml", "my-club.yaml"),
        ("club.yml", "club.yaml"),
        ("Ähm.yaml", "hm.yaml"),
        ("club", "club.yaml"),
        ("-.yaml", "journal-club.yaml"),
        ("a" * 65 + ".yaml", "a" * 64 + ".yaml"),
    ],
)
def test_a_name_that_cannot_stand_in_a_chats_id_is_refused(name: str, instead: str) -> None:
    (mistake,) = mistakes_in(RIGHT, name)
    assert (mistake.line, mistake.column) == (1, 1)
    assert mistake.text.endswith(f"rename it to {instead}")


def test_what_cannot_be_read_as_a_file_is_a_mistake_of_the_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "folder.yaml").mkdir()
    for name, words in (
        ("none.yaml", "There is no such file or folder"),
        ("folder.yaml", "This is a folder"),
        ("pipe.yaml", "no ordinary file"),
        ("a\0b.yaml", "no such file"),
        ("x" * 300 + ".yaml", "cannot be read: File name too long"),
    ):
        with pytest.raises(AgendaMistakes) as caught:
            read_agenda(tmp_path / name)
        assert words in str(caught.value)
        assert ":1:1: " in str(caught.value)


def test_a_folder_gives_its_series_and_all_mistakes(tmp_path: Path) -> None:
    (tmp_path / "b.yaml").write_text(RIGHT)
    (tmp_path / "a.yaml").write_text(RIGHT)
    (tmp_path / "wrong.yaml").write_text(agenda("window: 48"))
    (tmp_path / "old.yml").write_text(RIGHT)
    (tmp_path / ".hidden.yaml").write_text("x")
    (tmp_path / "README.md").write_text("x")
    (tmp_path / "b.yaml~").write_text("x")
    found, mistakes = load_chats(tmp_path, NOW)
    assert [one.name for one in found] == ["a", "b"]
    assert [Path(m.file).name for m in mistakes] == ["old.yml", "wrong.yaml"]
    assert str(mistakes[1]).startswith(f"{tmp_path}/wrong.yaml:1:9: “48” is no length of time")


def test_a_folder_without_agendas_is_told(tmp_path: Path) -> None:
    _, (empty,) = load_chats(tmp_path)
    _, (missing,) = load_chats(tmp_path / "nowhere")
    assert "There is no agenda in this folder" in empty.text
    assert "No such file or directory" in missing.text


# ---- anything at all


def assert_only_mistakes(source: str | bytes) -> None:
    """Read anything: a series comes out, or mistakes at places that exist, in plain words."""
    try:
        parse_agenda(source, "x.yaml", NOW)
        mistakes: tuple[Mistake, ...] | None = None
    except AgendaMistakes as wrong:
        mistakes = wrong.mistakes
    assert mistakes is None or mistakes
    text = source if isinstance(source, str) else source.decode("utf-8", "replace")
    lines = text.removeprefix("\ufeff").split("\n")
    for mistake in mistakes or ():
        assert 1 <= mistake.line <= len(lines)
        assert 1 <= mistake.column <= len(lines[mistake.line - 1]) + 1
        assert mistake.text.isprintable()
        assert len(mistake.text) < 800


LETTERS = st.text(alphabet="[]{}:,#&*!|>'\"%@`-? \n\t\\~<abc019é\u00a0\ufeff\r\0“”", max_size=12)


@given(st.text())
@example('title: "\\UFFFFFFFF"')
@example("%YAML " + "1" * 5000 + ".1\n---\na: b")
@example("dates:\n  reading: {x: y}\n  start: [z]")
@example("topics: {<list>: x}\n")
@example("'[key]': {a: b}\ndates: {'[key]': {a: b}}")
@settings(max_examples=200, deadline=None)
def test_any_text_is_a_series_or_mistakes(text: str) -> None:
    assert_only_mistakes(text)


@given(st.binary())
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_a_series_or_mistakes(data: bytes) -> None:
    assert_only_mistakes(data)


@given(
    st.lists(
        st.tuples(
            st.integers(0, len(COMPLETE)),
            st.integers(0, 30),
            LETTERS
            | st.sampled_from(COMPLETE.splitlines(keepends=True))
            | st.sampled_from(
                ["dates:", "start: 02:30", "2027-03-14", "[]", "{}", ": x", "every: 10m", " #x"]
            ),
        ),
        min_size=1,
        max_size=6,
    )
)
@settings(max_examples=300, deadline=None)
def test_a_right_agenda_with_anything_put_into_it_is_a_series_or_mistakes(
    edits: list[tuple[int, int, str]],
) -> None:
    text = COMPLETE
    for place, cut, put in edits:
        text = text[:place] + put + text[place + cut :]
    assert_only_mistakes(text)


ALIASES = 'a: &a ["x","x","x","x","x","x","x","x","x"]\n' + "".join(
    f"{new}: &{new} [{','.join([f'*{old}'] * 9)}]\n"
    for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)
MERGES = "a0: &a0 {x: y}\n" + "".join(
    f"a{n}: &a{n}\n  <<: [{','.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 300)
)


@pytest.mark.parametrize(
    "source",
    [
        ALIASES,
        MERGES,
        "[" * 100_000,
        "[" * 1_048_576,
        "{" * 1_000_000,
        "[" + "[]," * 300_000,
        "- " * 500_000,
        "? " * 500_000,
        ": " * 500_000,
        "a: " + "[" * 50 + "]" * 50,
        "topics: " + "{a: " * 400 + "b" + "}" * 400,
        "k: v\n" * 200_000,
        "".join(f"k{n}: v\n" for n in range(9_000)),
        "\t" * 1_000_000,
        "\n" * 1_000_000,
        "#\n" * 500_000,
        '"' * 1_000_001,
        "title: " + "x " * 500_000,
        "schedule: {every: " + "monday and " * 50_000 + "}",
        "%" * 1_000_000,
        "\0" * 1_000_000,
    ],
    ids=lambda source: f"{source[:12]!r} of {len(source)}",
)
def test_a_file_that_is_made_to_hang_a_reader_is_refused(source: str) -> None:
    assert_only_mistakes(source)
    assert mistakes_in(source)


def test_bombs_of_aliases_are_told_at_their_first_anchor() -> None:
    assert len(ALIASES) < 414
    first = min(mistakes_in(ALIASES + RIGHT), key=lambda m: m.column == 1)
    assert (first.line, first.column) == (1, 4)
    assert "“&a” is an anchor" in first.text


@pytest.mark.parametrize(
    "rule",
    [
        'rrule: "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=5", at: "07:00", from: 2000-01-01',
        'rrule: "FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO;BYMONTH=6", at: "07:00"',
        'rrule: "FREQ=MONTHLY;INTERVAL=999;BYMONTHDAY=31", at: "07:00", from: 2026-12-01',
    ],
)
def test_a_rule_that_never_or_hardly_ever_happens_does_not_hang(rule: str) -> None:
    assert_only_mistakes(agenda(f"schedule: {{{rule}}}"))
