"""When topics come that could not come at their own moments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

ON_TIME = timedelta(seconds=10)
"""What comes this much after its moment still comes on time."""

APART = timedelta(minutes=2)
"""How far apart overdue topics are posted, so that nobody is flooded."""

USUAL = timedelta(minutes=10)
"""The distance of topics where the agenda shows none (the median of live chats)."""


def after_delay(
    due: datetime, opened_at: datetime, waiting: Mapping[int, datetime], closes_at: datetime
) -> dict[int, datetime]:
    """Give the `waiting` topics new moments after one that was `due` came late, at `opened_at`.

    Those overdue by then follow two minutes apart. A delay of up to two minutes moves no others;
    after a longer one they keep their distance to the topic before them. Where that leads past
    the end of the window they keep their own moments as far as they can, and where even that
    leads past it, all are spread evenly over what is left.
    """
    for keeps_distance in (opened_at - due > APART, False):
        moments: dict[int, datetime] = {}
        last_due, last = due, opened_at
        for number, own in waiting.items():
            distance = own - last_due if keeps_distance else min((own - last_due) / 2, APART)
            last = last + APART if own <= opened_at else max(own, last + distance)
            last_due = own
            moments[number] = last
        if last < closes_at:
            return moments
    step = (closes_at - opened_at) / (len(waiting) + 1)
    return {number: opened_at + step * n for n, number in enumerate(waiting, 1)}


def appended(
    last: datetime | None, dues: Sequence[datetime], added_at: datetime, closes_at: datetime
) -> datetime:
    """Say when an added topic comes: after the `last` one, at the distance of the last two.

    Where that is past the end, it comes halfway between the last one and the end; where that
    moment has passed when it is added, it comes at once.
    """
    if last is None:
        return added_at
    earlier = sorted(due for due in dues if due < last)
    due = last + (last - earlier[-1] if earlier else USUAL)
    if due >= closes_at:
        due = last + (closes_at - last) / 2
    return max(due, added_at)
