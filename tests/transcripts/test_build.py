"""Lines in order, a batch at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator

from bot.engine.messages import Message
from bot.engine.showing import Audience
from bot.engine.state import Chat
from bot.store.tables import Tables
from bot.transcripts.build import Batch, batches, build
from bot.transcripts.editions import begin
from tests.transcripts.club import CHAT, HOME, REACTIONS, SIGNALS, after, heard, kept

BATCH = 120


async def lines(tables: Tables, chat: Chat) -> AsyncIterator[Batch]:
    """Yield the lines of the organizers' edition."""
    begun = await begin(tables, chat, Audience.ORGANIZERS)
    async for batch in batches(tables, chat, begun, BATCH):
        yield batch


async def test_a_long_chat_comes_in_batches_that_together_hold_every_message_once() -> None:
    count = 2 * BATCH + 7
    messages = [
        Message(CHAT.id, HOME, f"{n}", said=n != 5, at=after(seconds=n // 40), author="ann")
        for n in range(count)
    ]
    reactions = [(message.key, "local:bo", "👍") for message in messages]
    async with kept(reversed(messages), reactions=reactions) as (tables, chat):
        found = [
            batch
            async for batch in batches(
                tables, chat, await begin(tables, chat, Audience.ORGANIZERS), BATCH
            )
        ]
    assert [len(batch.lines) for batch in found] == [BATCH, BATCH, 6]
    keys = [line.key for batch in found for line in batch.lines]
    assert keys == [m.key for m in sorted(messages, key=lambda m: (m.at, m.key)) if m.said]
    for batch in found:
        assert all(batch.reactions[line.key] == [("👍", 1)] for line in batch.lines)


async def test_a_chat_that_fills_its_last_batch_has_no_empty_one_after_it() -> None:
    messages = [
        Message(CHAT.id, HOME, f"{n}", said=True, at=after(seconds=n), author="ann")
        for n in range(BATCH)
    ]
    async with kept(messages) as (tables, chat):
        assert [
            len(batch.lines)
            async for batch in batches(
                tables, chat, await begin(tables, chat, Audience.ORGANIZERS), BATCH
            )
        ] == [BATCH]
    async with kept([]) as (tables, chat):
        assert [
            batch
            async for batch in batches(
                tables, chat, await begin(tables, chat, Audience.ORGANIZERS), BATCH
            )
        ] == []


async def test_reactions_stand_in_order_of_their_number_and_not_on_what_was_withdrawn() -> None:
    async with kept(heard(CHAT, SIGNALS), reactions=REACTIONS) as (tables, chat):
        (batch,) = [
            batch
            async for batch in batches(
                tables, chat, await begin(tables, chat, Audience.ORGANIZERS), BATCH
            )
        ]
    assert batch.reactions["local:urojc/m4"] == [("👍", 2), ("<b>", 1)]
    assert "local:urojc/m16" not in batch.reactions


async def test_a_transcript_knows_its_chat_and_the_people_whom_it_mentions() -> None:
    async with kept(heard(CHAT, SIGNALS)) as (tables, chat):
        transcript = await build(tables, chat)
    assert transcript.chat == CHAT
    assert transcript.names == {
        "local": {"emma": "Emma Lindqvist", "kofi": "Kofi Mensah"},
        "slack": {"U0HENRY": "Henry"},
    }
