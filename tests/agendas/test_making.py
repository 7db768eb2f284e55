"""What a chat must have, and what its values must be to one another."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot.engine.agenda import Schedule, Topic
from tests.agendas.given import agenda, mistakes_in, said_of, series


@pytest.mark.parametrize(
    ("lines", "place", "words"),
    [
        ("topics: []", "1:9", "A chat needs at least one topic"),
        ("topics: [{}]", "1:10", "T1 is empty"),
        ("topics: [{ask: x}]", "1:10", "T1 has no time. Write after: 10m"),
        ("topics: [{after: 0m}]", "1:10", "T1 asks nothing"),
        ("topics: [{ask: x, after: 48h}]", "1:26", "T1 would come 48h after the opening"),
        ("topics:\n- {ask: x, after: 1h}\n- {ask: y, after: 60m}", "3:19", "same time as T1"),
        (
            "topics:\n- {ask: x, after: 1h}\n- {ask: y, after: 9m}",
            "3:19",
            "T2 (9m) would come before",
        ),
        ("topics: {every: 5m}", "1:9", "ask is missing"),
        ("topics: {ask: [x]}", "1:9", "every is missing"),
        ("topics: {every: 5m, ask: []}", "1:26", "No question is given"),
        ("topics: {every: 0m, ask: [x, y]}", "1:17", "All topics would come at once"),
        ("topics: {every: 24h, ask: [x, y, z, u]}", "1:34", "T3 would come 48h after the opening"),
        ("rooms: [{}]", "1:9", "This room is empty"),
        ("rooms: [{local: x}, {local: x}]", "1:21", "The room local:x stands twice"),
        ("reading: {}", "1:10", "The reading is empty"),
        ("dates: {2026-12-07: {reading: {}}}", "1:31", "The reading is empty"),
        ("dates: {2026-12-07: {topics: []}}", "1:30", "at least one topic"),
        ("dates: {2026-12-07: {topics: [{ask: x, after: 3d}]}}", "1:47", "T1 would come 72h"),
        ("schedule: {except: [2026-12-07]}", "1:11", "The recurrence is missing"),
        ("schedule: {}", "1:11", "The recurrence is missing"),
        ("schedule: {rrule: FREQ=DAILY}", "1:12", 'The time is missing. Write at: "07:00"'),
        ("schedule: {every: daily at 07:00, at: 07:00}", "1:35", "The time stands in every"),
        ("schedule: {every: daily at 07:00, from: 2026-12-01}", "1:35", "written at the end"),
        ("schedule: {every: daily at 07:00, rrule: FREQ=DAILY}", "1:35", "Both every and rrule"),
        ("schedule: {rrule: FREQ=DAILY;COUNT=2, at: 07:00}", "1:19", "Write from: 2026-11-26"),
        ("starts: []", "1:9", "No time is given"),
        ("schedule: {every: daily at 07:00}\nstarts: 2026-12-07 07:00", "2:1", "Keep one"),
    ],
)
def test_what_does_not_go_together_is_told_once_at_its_place(
    lines: str, place: str, words: str
) -> None:
    (said,) = said_of(lines)
    assert said.startswith(f"{place}: ")
    assert words in said


def test_the_last_topic_may_come_just_before_the_end() -> None:
    read = series("window: 1h\ntopics: {every: 59m, ask: [x, y]}")
    assert read.agenda.topics == (Topic("x", timedelta(0)), Topic("y", timedelta(minutes=59)))
    assert series("window: 1h\ntopics: {every: 0m, ask: [x]}")
    assert said_of("window: 1h\ntopics: {every: 60m, ask: [x, y]}")


def test_the_topics_of_a_date_are_measured_by_the_same_window() -> None:
    lines = "window: 1h\ndates: {2026-12-07: {topics: {every: 20m, ask: [a, b, c]}}}"
    assert series(lines).dates[date(2026, 12, 7)].topics
    assert "T4 would come 1h" in said_of(lines.replace("c]", "c, d]"))[0]


def test_topics_are_not_measured_by_a_window_that_cannot_be_read() -> None:
    assert len(said_of("window: soon\ntopics: [{ask: x, after: 30d}]")) == 1


def test_a_wrong_topic_does_not_hide_what_is_wrong_with_the_others() -> None:
    said = said_of(
        "window: 1h\n"
        "topics:\n"
        "  - {ask: a, after: 0m}\n"
        "  - {ask: b, after: soon}\n"
        "  - {ask: c, after: 0m}\n"
        "  - nothing\n"
        "  - {ask: d, after: 2h}\n"
    )
    assert [line.partition(": ")[0] for line in said] == ["4:21", "5:21", "6:5", "7:21"]
    assert "T3 comes at the same time as T1" in said[1]
    assert "T5 would come" in said[3]


def test_one_value_may_stand_for_a_list_of_one() -> None:
    read = series("starts: 2026-12-07 07:00\nmoderators: {local: henry}\nreading: {authors: A}")
    assert len(read.schedule.singles) == 1
    assert read.agenda.moderators == {"local": ("henry",)}
    assert read.agenda.reading is not None
    assert read.agenda.reading.authors == ("A",)
    lines = "schedule: {every: first monday at 07:00, except: 2027-01-04, also: 2027-01-11 07:00}"
    assert series(lines).schedule.skipped == {date(2027, 1, 4)}


def test_single_times_have_no_rule() -> None:
    read = series("starts: [2026-12-07 07:00, 2020-01-01 21:30]")
    assert read.schedule == Schedule(singles=read.schedule.singles)
    assert len(read.schedule.singles) == 2


def test_mistakes_of_dates_are_told_beside_mistakes_of_values() -> None:
    source = agenda("window: soon\nhashtag: two words\ndates: {2026-12-08: {welcome: x}}")
    assert [mistake.line for mistake in mistakes_in(source)] == [1, 2, 3]
