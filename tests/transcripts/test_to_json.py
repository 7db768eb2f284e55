"""The transcript for programs."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.engine.messages import Attachment, Message, Timing
from tests.transcripts.club import (
    CHAT,
    HOME,
    LOG,
    OPENS,
    REACTIONS,
    SIGNALS,
    after,
    club,
    heard,
    written,
)
from tests.transcripts.hostile import stored


async def test_it_holds_the_keys_that_were_promised() -> None:
    found = json.loads(await club("json"))
    assert found["format"] == "rounds-transcript/1"
    assert {
        "id": "urojc-2026-12-07",
        "series": "urojc",
        "title": "International Urology Journal Club <b>& friends</b>",
        "hashtag": "#urojc",
        "zone": "Australia/Sydney",
        "opens_at": "2026-12-06T20:00:00Z",
        "closes_at": "2026-12-08T20:00:00Z",
        "closed_at": "2026-12-08T20:00:00Z",
    }.items() <= found["chat"].items()
    assert {
        "participants": 6,
        "moderators": 2,
        "messages": 15,
        "by_moderators": 2,
        "early": 1,
        "late": 1,
        "edited": 1,
        "withdrawn": 2,
        "unplaced": 1,
    }.items() <= found["counts"].items()
    assert {
        "number": 1,
        "text": "What question did the authors try to answer?",
        "posted_at": "2026-12-06T20:00:00Z",
        "messages": 8,
        "participants": 6,
        "first_answer_seconds": 150.0,
    }.items() <= found["topics"][0].items()
    assert {
        "id": "m4",
        "at": "2026-12-06T20:04:00Z",
        "author": "kofi",
        "name": "Kofi Mensah",
        "role": "participant",
        "text": "A1: Survival, see https://doi.org/10.1056/NEJMoa2214122.",
        "timing": "on_time",
        "topics": [1],
        "placed_by": "label",
        "reply_to": "t1",
        "edited": False,
        "withdrawn": False,
        "reactions": {"👍": 2, "<b>": 1},
    }.items() <= found["messages"][6].items()


async def test_a_topic_that_was_left_out_keeps_its_number_and_has_no_times() -> None:
    found = json.loads(await club("json"))
    assert [topic["number"] for topic in found["topics"]] == [1, 2, 3, 4, 5]
    assert found["topics"][2]["posted_at"] is None
    assert found["topics"][2]["first_answer_seconds"] is None
    assert found["topics"][2]["skipped"] is True


async def test_a_chat_that_runs_has_no_end_yet() -> None:
    found = json.loads(await written("json", heard(CHAT, SIGNALS), LOG[:-1]))
    assert found["chat"]["closed_at"] is None


async def test_withdrawn_and_late_messages_keep_their_rows_without_text() -> None:
    messages = {m["id"]: m for m in json.loads(await club("json"))["messages"]}
    for id_ in ("m16", "1733515860.000200"):
        assert messages[id_]["withdrawn"] is True
        assert messages[id_]["text"] == ""
        assert messages[id_]["reactions"] == {}
    assert messages["m18"]["timing"] == "late"
    assert messages["m18"]["text"] == ""


async def test_a_file_that_was_shared_is_named() -> None:
    messages = {m["id"]: m for m in json.loads(await club("json"))["messages"]}
    assert messages["m8"]["attachments"][0] == {
        "name": "forest <plot> \u202efdp.png",
        "type": "image/png",
        "size": 182044,
        "url": "https://cdn.example/f?a=1&b=2",
    }


async def test_messages_stand_in_the_order_of_their_time_whatever_order_they_came_in() -> None:
    found = json.loads(await club("json"))["messages"]
    places = [(m["at"], f"{m['room']}/{m['id']}") for m in found]
    assert places == sorted(places)
    backwards = list(reversed(heard(CHAT, SIGNALS)))
    assert await written("json", backwards, LOG, REACTIONS) == await club("json")


@settings(max_examples=40, deadline=None)
@given(text=stored, name=stored, emoji=stored, id_=stored.filter(bool))
async def test_whatever_people_type_comes_back_as_it_was_and_moves_no_cursor(
    text: str, name: str, emoji: str, id_: str
) -> None:
    message = Message(
        CHAT.id, HOME, id_, said=True, at=OPENS, author=f"u{name}", name=name, text=text,
        attachments=(Attachment(name, "text/plain", 1, text),),
    )  # fmt: skip
    data = await written("json", [message], reactions=[(message.key, "local:ann", emoji)])
    (found,) = json.loads(data)["messages"]
    assert (found["id"], found["text"], found["name"]) == (id_, text, name)
    assert found["reactions"] == {emoji: 1}
    assert found["attachments"][0]["url"] == text
    assert not any(ord(c) < 32 and c != "\n" for c in data.decode())
    assert not set(data.decode()) & {chr(code) for code in (*range(0x7F, 0xA0), 0x202E, 0x2066)}


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3000), st.sampled_from(list(Timing))), max_size=12))
async def test_no_message_is_lost_between_the_pages_of_the_store(
    said: list[tuple[int, Timing]],
) -> None:
    messages = [
        Message(CHAT.id, HOME, f"{n}", said=True, at=after(seconds=at), author="ann", timing=timing)
        for n, (at, timing) in enumerate(said)
    ]
    found = json.loads(await written("json", messages))["messages"]
    assert [m["id"] for m in found] == [m.id for m in sorted(messages, key=lambda m: (m.at, m.key))]
