"""What must hold of chats on platforms: what stands there is what the program knows and did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from bot.engine.messages import Message
from bot.engine.pace import ON_TIME
from bot.engine.people import Role
from bot.engine.state import Chat
from tests.storm.chats import Held
from tests.storm.clock import Span
from tests.storm.findings import Finding
from tests.storm.outside import Spoken


def of_the_spoken(
    held: Held, spoken: Sequence[Spoken], messages: Mapping[str, Message]
) -> Iterator[Finding]:
    """Everything that was said on a platform is known once, as it stands there, at its topics."""
    rows = {
        message.id: message
        for message in messages.values()
        if message.room == held.room and message.role is not Role.BOT and message.said
    }
    for one in spoken:
        name, row = f"message {one.id} of {held.id}", rows.pop(one.id, None)
        if row is None:
            if one.text is not None:  # what was deleted before it was heard of need not be known
                yield Finding("lost", name, one.at)
            continue
        if (row.text, row.withdrawn) != (one.text or "", one.text is None):
            yield Finding("lost", f"the last wording of {name}", one.at)
        if row.author != one.author:
            yield Finding("other", f"{name} has another author", one.at)
        if one.text is not None and row.topics != one.topics:
            what = f"{name} stands under {row.topics} in place of {one.topics}"
            yield Finding("transcript", what, one.at)
    for number, row in rows.items():
        yield Finding("doubled", f"message {number} of {held.id} was never said", row.at)


def of_the_posts(
    held: Held, chat: Chat, posts: Sequence[str], excused: Sequence[Span]
) -> Iterator[Finding]:
    """In the channel and its threads every topic stands once, in order, and so does the rest.

    One alone is missing rightly: whose moment passed while the program was away until the end.
    """
    expected = [f"T{number}" for number in range(1, len(held.dues) + 1)]
    topics = [post for post in posts if post in expected]
    dues = [topic.due for topic in chat.topics]  # as they were moved, where one was late
    for topic, due in zip(expected, dues, strict=True):
        times = Counter(topics)[topic]
        away = any(a <= due + ON_TIME and held.closes_at <= b for a, b in excused)
        if times > 1 or (times < 1 and not away):
            kind = "doubled" if times else "lost"
            yield Finding(kind, f"{topic} stands {times} times on {held.platform}", due)
    if topics != expected and sorted(topics) == sorted(expected):
        yield Finding("order", f"on {held.platform} topics stand as {topics}", held.dues[0])
    for word in ("Welcome", "Closed"):
        if posts.count(word) != 1:
            kind = "doubled" if word in posts else "lost"
            yield Finding(kind, f"{word} stands {posts.count(word)} times on {held.platform}", None)
