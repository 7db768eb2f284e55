"""What people are told who take back what they said: what is gone, and what may remain, where."""

from __future__ import annotations

from collections.abc import Sequence

from bot.engine import wording
from bot.engine.actions import Moment, Piece, Words
from bot.engine.floor import is_shared
from bot.store.forgetting import Spoke
from bot.store.shown import Shown

MOST = 10
"""Chats and editions that are named; the others are counted."""

_QUOTED = (
    "• What others wrote. Lines in which they quoted you behind > in that chat are taken out too; "
    "parts of lines, what is quoted from now on, and words said again without that mark stay.\n"
)
_BACKUPS = (
    "• Backups that whoever runs Rounds has made before. They decide for how long they keep them; "
    "one that is brought back {} again.\n"
)


def forgotten(spoke: Sequence[Spoke], published: Sequence[Shown], named: int = 0) -> Words:
    """Tell somebody who was forgotten what is gone, and where more of them may stand.

    `named` counts others' messages in which a name of theirs may still stand.
    """
    chats = list(dict.fromkeys(one.chat for one in spoke))
    words: list[Piece] = ["You are forgotten. What Rounds kept of you is deleted"]
    if spoke:
        said = f"{wording.count(len(spoke), 'message')} in {wording.count(len(chats), 'chat')}"
        words.append(f": the words of {said}, your name, your reactions and your check-ins. Your ")
        words.append("messages still count, as those of somebody whom nobody can name.\n")
    else:
        words.append("; no message of yours was among it.\n")
    words.append("Where more of you may stand, which Rounds cannot take away:\n")
    for room in dict.fromkeys(one.room for one in spoke if is_shared(one.room.platform)):
        count = wording.count(sum(one.room == room for one in spoke), "message")
        words += ["• ", room, f": {count} as the platform has them. Delete them there.\n"]
    words += _named(named)
    words += _published(published)
    if chats:
        words.append(_QUOTED)
        more = f" and {len(chats) - MOST} more" if len(chats) > MOST else ""
        words.append(
            f"• Transcripts of {', '.join(chats[:MOST])}{more} that moderators had made, or that "
            "were posted. Ask them to delete theirs.\n"
        )
    words.append(_BACKUPS.format("forgets you"))
    words.append("What you write from now on is kept again.")
    return tuple(words)


def beside(published: Sequence[Shown]) -> Words:
    """Tell somebody who withdrew something where else it may stand."""
    return (
        "\nWhere it may stand all the same, which Rounds cannot take away:\n",
        _QUOTED,
        *_published(published),
        "• Transcripts that moderators had made before, or that were posted.\n",
        _BACKUPS.format("takes it out").rstrip(),
    )


def _named(named: int) -> list[Piece]:
    if not named:
        return []
    told = (
        f"• What others wrote: in {wording.count(named, 'message')} a name of yours may still "
        "stand. It is also a word, stands in the agenda, may be somebody else's name, or is in a "
        "series that is not yours. Their authors can change them.\n"
    )
    return [told]


def _published(published: Sequence[Shown]) -> list[Piece]:
    words: list[Piece] = []
    for one in published[:MOST]:
        words += [f"• A public transcript of {one.chat}, published ", Moment(one.at)]
        words.append(". The next one says in its erratum that this was taken back.\n")
    if len(published) > MOST:
        words.append(f"• {len(published) - MOST} more public transcripts.\n")
    return words
