"""Everything that is counted, put together."""

from __future__ import annotations

import json
import statistics
from collections import Counter
from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cli.chat_screen import summary_lines
from bot.engine import events
from bot.engine.fold import apply
from bot.engine.messages import Message, RoomTally, Timing
from bot.engine.people import Person, Role
from bot.engine.signals import Said
from bot.transcripts.phrases import shares
from bot.transcripts.summary import Step, rules, step_of, summarise
from tests.transcripts.club import (
    AGENDA,
    AWAY,
    CHAT,
    CLOSES,
    HOME,
    LOG,
    OPENS,
    REACTIONS,
    SIGNALS,
    after,
    heard,
    kept,
    written,
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2880), st.integers(0, 6)), max_size=30))
async def test_median_maximum_and_busiest_hour_are_what_a_recount_gives(
    said: list[tuple[int, int]],
) -> None:
    messages = [
        Message(CHAT.id, HOME, f"{n}", said=True, at=after(minutes=at), author=f"{who}")
        for n, (at, who) in enumerate(said)
    ]
    async with kept(messages) as (tables, chat):
        summary, _ = await summarise(tables, chat)
    per_person = Counter(m.author for m in messages).values()
    assert summary.median == (statistics.median(per_person) if said else 0)
    assert summary.most == max(per_person, default=0)
    hours = Counter(min(at // 60, 47) for at, _ in said)
    assert [hour.messages for hour in summary.hours] == [hours[n] for n in range(48)]
    if said:
        busiest = min(n for n in range(48) if hours[n] == max(hours.values()))
        assert summary.busiest == Step(after(hours=busiest), hours[busiest])
    else:
        assert summary.busiest is None


async def test_topics_are_told_with_their_first_answers_and_best_ones() -> None:
    async with kept(heard(CHAT, SIGNALS), reactions=REACTIONS) as (tables, chat):
        summary, _ = await summarise(tables, chat)
    first, second, third, fourth, fifth = summary.topics
    assert first.first_answer == timedelta(minutes=2, seconds=30)
    assert second.first_answer == timedelta(minutes=4)
    assert [(best.id, best.times) for best in first.most_replied] == [("m3", 1), ("m4", 1)]
    assert first.most_replied[0].text == "Emma, urologist, no conflicts."
    assert [(best.id, best.times) for best in second.most_replied] == [("m10", 2)]
    assert [(best.id, best.times) for best in first.most_reacted] == [
        ("m4", 3),
        ("1733515800.000100", 1),
    ]
    assert (third.skipped, third.posted_at, third.messages) == (True, None, 0)
    assert (fourth.messages, fourth.participants) == (3, 2)
    assert (fifth.skipped, fifth.posted_at, fifth.first_answer) == (False, None, None)


async def test_an_answer_placed_before_its_topic_was_posted_is_no_first_answer() -> None:
    early = Message(CHAT.id, HOME, "1", said=True, at=after(hours=5), author="a", topics=(2,))
    later = early._replace(id="2", at=after(hours=7))
    async with kept([early, later]) as (tables, chat):
        summary, _ = await summarise(tables, chat)
    assert summary.topics[1].messages == 2
    assert summary.topics[1].first_answer == timedelta(hours=1)


async def test_the_first_answer_is_counted_from_the_room_that_had_the_topic_first() -> None:
    chat = apply(CHAT, events.TopicPosted(after(hours=6), 1, AWAY, "late", None))
    first = chat.topics[0].posts[0].at
    assert chat.topics[0].posted_at == first < after(hours=6)
    answer = Message(chat.id, AWAY, "1", said=True, at=after(hours=7), author="a", topics=(1,))
    async with kept([answer]) as (tables, _):
        summary, _ = await summarise(tables, chat)
    assert summary.topics[0].first_answer == after(hours=7) - first


async def test_three_answers_are_named_however_many_there_are() -> None:
    answers = [
        Message(CHAT.id, HOME, f"a{n}", said=True, at=after(minutes=n), author="a", topics=(1,),
                text=f"answer {n}")
        for n in range(6)
    ]  # fmt: skip
    answers[5] = answers[5]._replace(topics=(1, 2))
    replies = [
        Message(CHAT.id, HOME, f"r{n}.{k}", said=True, at=after(hours=1, minutes=k), author="b",
                reply_to=f"a{n}", topics=(1,))
        for n in range(6)
        for k in range(n)
    ]  # fmt: skip
    async with kept([*answers, *replies]) as (tables, chat):
        summary, _ = await summarise(tables, chat)
    assert [best.id for best in summary.topics[0].most_replied] == ["a5", "a4", "a3"]
    assert [best.id for best in summary.topics[1].most_replied] == ["a5"]


async def test_links_are_those_that_people_shared_in_the_window() -> None:
    async with kept(heard(CHAT, SIGNALS)) as (tables, chat):
        summary, _ = await summarise(tables, chat)
    assert [link.doi for link in summary.links if link.doi] == [
        "10.1056/nejmoa2214122",
        "10.1016/j.eururo.2020.01.001",
    ]
    assert summary.links[0].people == ("Kofi Mensah", "Emma Lindqvist")
    assert "javascript" not in " ".join(link.url for link in summary.links)


async def test_links_of_the_bot_and_those_before_and_after_the_window_are_not_listed() -> None:
    shared = Message(CHAT.id, HOME, "1", said=True, at=after(hours=1), author="a", name="Ann",
                     text="https://e.org/1")  # fmt: skip
    others = [
        shared._replace(id="2", text="https://e.org/2", role=Role.BOT),
        shared._replace(id="3", text="https://e.org/3", timing=Timing.EARLY),
        shared._replace(id="4", text="https://e.org/4", timing=Timing.LATE),
        shared._replace(id="5", text="https://e.org/5", said=False),
    ]
    async with kept([shared, *others]) as (tables, chat):
        summary, _ = await summarise(tables, chat)
    assert [link.url for link in summary.links] == ["https://e.org/1"]


async def test_a_name_that_changed_is_the_latest_one() -> None:
    first = Message(CHAT.id, HOME, "1", said=True, at=after(minutes=1), author="a", name="Zoe Old")
    later = first._replace(id="2", at=after(minutes=2), name="Amy New")
    mention = first._replace(id="3", at=after(minutes=3), author="b", text="<@a> <@c>")
    async with kept([first, later, mention]) as (tables, chat):
        _, names = await summarise(tables, chat)
    assert names == {"local": {"a": "Amy New"}}


async def test_an_early_close_ends_the_window_and_its_hours() -> None:
    log = [*LOG[:-1], events.Closed(after(hours=31, minutes=30), "local:henry")]
    at_the_end = Message(CHAT.id, HOME, "1", said=True, at=after(hours=31, minutes=30), author="a")
    async with kept([at_the_end], log) as (tables, chat):
        summary, _ = await summarise(tables, chat)
    assert len(summary.hours) == 32
    assert summary.hours[-1].messages == 1


async def test_what_is_said_at_the_very_end_is_in_the_last_hour() -> None:
    last = Message(CHAT.id, HOME, "1", said=True, at=CLOSES, author="a")
    async with kept([last]) as (tables, chat):
        summary, _ = await summarise(tables, chat)
    assert (len(summary.hours), summary.hours[-1].messages) == (48, 1)
    assert (len(summary.steps), summary.steps[-1].messages) == (48, 1)


def test_a_bar_is_as_wide_as_sixty_of_them_need() -> None:
    assert step_of(timedelta(minutes=30)) == timedelta(minutes=1)
    assert step_of(timedelta(hours=1)) == timedelta(minutes=1)
    assert step_of(timedelta(hours=48)) == timedelta(hours=1)
    assert step_of(timedelta(days=31)) == timedelta(days=1)


async def test_each_room_has_its_share_and_a_chat_in_one_room_has_none() -> None:
    messages = [
        Message(CHAT.id, room, f"{n}", said=True, at=after(minutes=n), author=who)
        for n, (room, who) in enumerate([(HOME, "ann"), (HOME, "bo"), (AWAY, "ann"), (HOME, "bo")])
    ]
    async with kept(messages) as (tables, chat):
        summary, _ = await summarise(tables, chat)
    assert summary.shares == (RoomTally(HOME, 3, 2), RoomTally(AWAY, 1, 1))
    assert summary.counts.participants == 3, "whoever writes on two platforms is two people"
    assert shares(summary) == [("Built-in room", 2, 3, 75), ("Slack", 1, 1, 25)]
    assert summary_lines(summary)[-7:-5] == [
        "Built-in room  2 participants  3 messages",
        "Slack          1 participant   1 message",
    ]
    async with kept(messages[:2]) as (tables, chat):
        summary, _ = await summarise(tables, chat)
    assert summary.shares == (RoomTally(HOME, 2, 2), RoomTally(AWAY, 0, 0)), "nobody wrote there"
    alone = replace(chat, agenda=replace(AGENDA, rooms=(HOME,)))
    assert replace(summary, chat=alone).shares == ()
    async with kept([]) as (tables, chat):
        summary, _ = await summarise(tables, chat)
    assert summary.shares == ()


def test_the_rules_speak_of_several_rooms_only_where_there_are_some() -> None:
    said = "Somebody who writes on two platforms is one person on each"
    assert said in rules(CHAT)
    assert said not in rules(replace(CHAT, agenda=replace(AGENDA, rooms=(HOME,))))


MEMBERS = replace(AGENDA, members_only={"local": ("ann",), "slack": ("U1",)})


def test_the_rules_say_who_counts_where_a_chat_is_its_members() -> None:
    said = "The chat is its members' in the built-in room and on Slack: whoever else writes is a"
    assert said in rules(replace(CHAT, agenda=MEMBERS))
    assert "visitor" not in rules(CHAT)


async def test_what_visitors_say_is_shown_and_counts_for_nothing_but_themselves() -> None:
    ann, di = Person("local", "ann", "Ann"), Person("local", "di", "Di")
    at = OPENS + timedelta(hours=1)
    chat = replace(CHAT, agenda=MEMBERS)
    said = [
        Said(at, HOME, "1", ann, "T1: https://example.com/a"),
        Said(at, HOME, "2", di, "T1: Yes! https://example.com/b", reply_to="1"),
        Said(at, HOME, "3", di, "T1: And again."),
    ]
    planned, *rest = LOG
    assert isinstance(planned, events.Planned)
    log = [replace(planned, agenda=MEMBERS), *rest]
    async with kept(heard(chat, said), log) as (tables, chat):
        summary, _ = await summarise(tables, chat)
    counts = summary.counts
    assert (counts.participants, counts.messages, counts.replies) == (1, 1, 0)
    assert (counts.visitors, counts.by_visitors) == (1, 2)
    assert [topic.participants for topic in summary.topics][:2] == [1, 0]
    assert not any(topic.most_replied for topic in summary.topics)
    assert [link.url for link in summary.links] == ["https://example.com/a"]
    text = (await written("md", heard(chat, said), log)).decode()
    assert "**Di**" in text
    assert "visitor" in text
    assert "And again" in text
    assert "| Visitors | 1, who wrote 2 messages |" in text
    data = json.loads(await written("json", heard(chat, said), log))
    assert '"visitors": 1' in json.dumps(data)
    page = (await written("html", heard(chat, said), log)).decode()
    assert '<i class="r">visitor</i>' in page


def test_the_rules_say_what_becomes_of_late_texts() -> None:
    assert "its text is not kept" in rules(CHAT)
    assert "late and kept" in rules(replace(CHAT, agenda=replace(AGENDA, keep_late=True)))
    assert rules(CHAT).count("\n") == 0
    assert after() == OPENS
