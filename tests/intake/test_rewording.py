"""Words that closing posts quote are changed by others than the runner: by whoever erases."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from bot.cli import departure
from bot.engine.messages import Message
from bot.engine.signals import ForgetAsked
from bot.intake import rewording
from bot.store import queue
from tests.dispatch.test_quotations import HERE, SECRET, THERE, closing_in, club, discuss, kinds
from tests.house import START, House, house, person

HOUR = timedelta(hours=1)


async def held(h: House) -> tuple[str, str]:
    """Hold a chat with one quotation; return it and the message."""
    chat = await h.start(club())
    message = await discuss(h, THERE, SECRET, 1)
    await h.live(49 * HOUR)
    assert SECRET in await closing_in(h, HERE)
    return chat, message


async def blank(h: House, key: str) -> None:
    """Blank a message as whoever erases does, beside the runner."""
    async with h.store.writing() as tables, rewording.watched(tables, h.clock()):
        tables.erases = True
        await tables.connection.run("UPDATE messages SET text = '' WHERE key = ?", (key,))


async def test_what_is_blanked_beside_the_runner_leaves_the_closing_posts(tmp_path: Path) -> None:
    async with house(tmp_path, club()) as h:
        chat, message = await held(h)
        await blank(h, f"{THERE}/{message}")
        assert await closing_in(h, HERE) == "", "in the same transaction"
        async with h.store.reading() as tables:
            assert len(await queue.lanes(tables.connection)) == 1
        assert (await kinds(h, chat))[-1] == "QuotesChanged"
        await h.outbox.deliver()
        assert (await closing_in(h, HERE)).endswith("In room second: 2 participants, 2 messages.")


async def test_what_is_not_quoted_can_be_blanked_without_a_change_of_posts(tmp_path: Path) -> None:
    async with house(tmp_path, club()) as h:
        chat, _message = await held(h)
        unquoted = await h.say(THERE, person("Bo"), "late")
        before = await closing_in(h, HERE)
        await blank(h, f"{THERE}/{unquoted}")
        assert await closing_in(h, HERE) == before
        assert "QuotesChanged" not in await kinds(h, chat)


async def test_who_is_erased_is_quoted_no_more(tmp_path: Path) -> None:
    async with house(tmp_path, club(share_names=True)) as h:
        chat = await h.start(club(share_names=True))
        await discuss(h, THERE, SECRET, 1, by="Annabel")
        await h.live(49 * HOUR)
        assert "(Annabel, 1 reply)" in await closing_in(h, HERE)
        whom = await departure.found(h.store, "local:p-annabel", lambda _key: (), h.clock())
        await departure.erase(h.store, whom, h.clock())
        assert await closing_in(h, HERE) == ""
        await h.outbox.deliver()
        closing = await closing_in(h, HERE)
        assert (await h.chat(chat)).quoted
    assert "Annabel" not in closing
    assert SECRET not in closing


async def test_a_chat_whose_log_is_broken_keeps_nobody_from_being_erased(tmp_path: Path) -> None:
    async with house(tmp_path, club()) as h:
        broken = await h.start(club())
        await discuss(h, THERE, SECRET, 1, by="Annabel")
        await h.live(49 * HOUR)
        await h.start(club())
        await h.say(THERE, person("Annabel"), "T1: another answer", message="1")
        async with h.store.writing() as tables:
            await tables.connection.run(
                "UPDATE events SET body = '{}' WHERE chat = ? AND seq > 1", (broken,)
            )
        await h.runner.handle(ForgetAsked(h.clock(), "local:p-annabel"))
        assert (await h.message(THERE, "1")).text == ""


async def test_what_is_kept_no_longer_is_quoted_no_longer(tmp_path: Path) -> None:
    series = club(keep=timedelta(days=30))
    async with house(tmp_path, series) as h:
        await h.start(series)
        await discuss(h, THERE, SECRET, 1)
        await h.live(49 * HOUR)
        assert SECRET in await closing_in(h, HERE)
        await h.live(timedelta(days=31))
        assert (await closing_in(h, HERE)).endswith("In room second: 2 participants, 2 messages.")
        assert SECRET.encode() not in b"".join(
            one.read_bytes() for one in tmp_path.iterdir() if one.is_file()
        )


def test_only_another_wording_counts_as_a_change() -> None:
    seen = rewording.Rewordings()
    message = Message("c", THERE, "1", said=True, at=START, text="a")
    seen.see(None, message)
    seen.see(message, message._replace(topics=(2,), edited=True))
    seen.see(message._replace(said=False), message._replace(text="b"))
    assert list(seen.all(START)) == []
    seen.see(message, message._replace(text="b"))
    assert [(chat, signal.messages) for chat, signal in seen.all(START)] == [
        ("c", frozenset({message.key}))
    ]
    assert list(seen.all(START)) == [], "each once"
