"""Messages in order, page by page."""

from __future__ import annotations

from bot.engine.messages import Message
from bot.store import spoken
from bot.store.opening import Where
from bot.store.spoken import BEGINNING, Reaction
from tests.transcripts.club import AWAY, CHAT, HOME, after, kept


def said(id_: str, minutes: int, **fields: object) -> Message:
    message = Message(CHAT.id, HOME, id_, said=True, at=after(minutes=minutes), author="ann")
    return message._replace(**fields)  # type: ignore[arg-type]


async def test_pages_follow_one_another_by_time_and_key(anywhere: Where) -> None:
    messages = [said("b", 2), said("a", 2), said("c", 1), said("d", 3, said=False)]
    async with kept(messages, where=anywhere) as (tables, chat):
        first = await spoken.page(tables.connection, chat.id, BEGINNING, 2)
        place = (first[-1].at, first[-1].key)
        second = await spoken.page(tables.connection, chat.id, place, 2)
    assert [row.id for row in (*first, *second)] == ["c", "a", "b"]


async def test_a_message_comes_with_the_one_it_answers_if_that_is_of_this_chat(
    anywhere: Where,
) -> None:
    messages = [
        said("a", 1, name="Ann", text="x" * 500),
        said("b", 2, reply_to="a"),
        said("c", 3, reply_to="nowhere"),
        said("d", 4, reply_to="e"),
        said("e", 1, chat="another"),
        said("f", 5, reply_to="g"),
        said("g", 1, said=False),
    ]
    async with kept(messages, where=anywhere) as (tables, chat):
        rows = await spoken.page(tables.connection, chat.id, BEGINNING, 10)
    found = {row.id: (row.reply_to, row.parent_name, row.parent_text) for row in rows}
    assert found == {
        "a": (None, None, None),
        "b": ("a", "Ann", "x" * 160),
        "c": ("nowhere", None, None),
        "d": ("e", None, None),
        "f": ("g", None, None),
    }


async def test_messages_are_found_by_their_keys(anywhere: Where) -> None:
    async with kept([said("a", 1), said("b", 2), said("c", 3, chat="another")], where=anywhere) as (
        tables,
        chat,
    ):
        found = await spoken.of_keys(
            tables.connection, chat.id, ["local:urojc/a", "local:urojc/c", "local:urojc/z"]
        )
    assert [(key, row.id) for key, row in found.items()] == [("local:urojc/a", "a")]


async def test_reactions_are_counted_between_two_places(anywhere: Where) -> None:
    messages = [said(id_, n) for n, id_ in enumerate("abc")]
    put = [(m.key, f"local:{who}", "👍") for m in messages for who in ("ann", "bo")]
    async with kept(
        messages, reactions=[*put, (messages[1].key, "local:ann", "🎉")], where=anywhere
    ) as (
        tables,
        chat,
    ):
        rows = await spoken.page(tables.connection, chat.id, BEGINNING, 10)
        places = [(row.at, row.key) for row in rows]
        found = await spoken.reactions(tables.connection, chat.id, places[1], places[1])
        everything = await spoken.reactions(tables.connection, chat.id, places[0], places[2])
    assert sorted(found) == [Reaction("local:urojc/b", "🎉", 1), Reaction("local:urojc/b", "👍", 2)]
    assert len(everything) == 4


async def test_texts_that_may_hold_a_link_a_doi_or_a_mention_are_found_and_no_other(
    anywhere: Where,
) -> None:
    texts = ("see HTTPS://e.org", "doi 10.1016/x", "hi <@bo>", "10 of 12", "and/or", "a@e.org")
    messages = [said(f"{n}", n, text=text) for n, text in enumerate(texts)]
    async with kept(messages, where=anywhere) as (tables, chat):
        first = await spoken.remarkable(tables.connection, chat.id, BEGINNING, 2)
        place = (first[-1].at, first[-1].key)
        second = await spoken.remarkable(tables.connection, chat.id, place, 2)
    assert [row.text for row in (*first, *second)] == list(texts[:3])


async def test_the_latest_name_of_somebody_is_known_by_platform_and_id(anywhere: Where) -> None:
    messages = [
        said("a", 1, name="First"),
        said("b", 3, name="Third"),
        said("c", 2, name="Second"),
        said("d", 4, name="Elsewhere", room=AWAY),
        said("e", 5, name="Bo", author="bo"),
    ]
    async with kept(messages, where=anywhere) as (tables, chat):
        found = await spoken.names(tables.connection, chat.id, "local", {"ann", "cy"})
        away = await spoken.names(tables.connection, chat.id, "slack", {"ann"})
    assert found == {"ann": "Third"}
    assert away == {"ann": "Elsewhere"}
