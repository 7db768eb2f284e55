"""What can go wrong between the bot and Slack's Web API, as plain methods that a test calls."""

from __future__ import annotations

import fnmatch
import math
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.slack.basics import JSON

Kind = Literal["cut before", "cut after", "answer", "hang", "late"]
RATE_LIMITED: JSON = {"ok": False, "error": "ratelimited"}
TIERS = {
    1: ("apps.connections.open",),
    20: (
        "conversations.archive",
        "conversations.list",
        "conversations.unarchive",
        "reactions.remove",
        "usergroups.list",
        "usergroups.users.list",
    ),
    50: (
        "chat.delete",
        "chat.update",
        "conversations.history",
        "conversations.info",
        "conversations.join",
        "conversations.open",
        "conversations.replies",
        "reactions.add",
        "reactions.get",
        "team.info",
    ),
    100: (
        "chat.postEphemeral",
        "conversations.members",
        "files.completeUploadExternal",
        "files.getUploadURLExternal",
        "files.info",
        "users.info",
        "views.open",
        "views.publish",
        "views.push",
        "views.update",
    ),
}
"""How often a minute each method may be asked (the methods' pages; apis/web-api/rate-limits)."""


@dataclass
class Fault:
    """Something that happens to the next `times` requests of a method, of one channel if named."""

    kind: Kind
    method: str
    times: int = 1
    seconds: float = 0.0
    status: int = 0
    body: JSON | str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    channel: str = ""

    def meets(self, method: str, args: JSON) -> bool:
        """Tell whether it happens to a request."""
        where = args.get("channel") or args.get("channel_id")
        return fnmatch.fnmatchcase(method, self.method) and self.channel in ("", where)


@dataclass
class Limit:
    """`burst` requests at once, then one every so many seconds; each channel apart, or not."""

    method: str
    burst: int
    every: float
    per_channel: bool = False
    naming: str = ""
    """The argument that requests give which count; empty: all count."""
    free_at: dict[tuple[str, str], float] = field(default_factory=dict)
    """When every request made so far will be paid for, by method and channel."""

    def wait(self, method: str, args: JSON, now: float) -> float:
        """Count a request; return the seconds to wait if it is one too many, else 0."""
        if self.naming and not args.get(self.naming):
            return 0.0
        key = method, str(args.get("channel", "")) if self.per_channel else ""
        paid = max(self.free_at.get(key, now), now) + self.every
        over = paid - now - self.burst * self.every
        if over > 1e-6:
            return over
        self.free_at[key] = paid
        return 0.0


class Faults:
    """Faults of the Web API. A method is `"chat.postMessage"`, `"conversations.*"` or `"*"`.

    Where a `channel` is named, requests about others meet no fault.

    Uploads of bytes are the method "upload", uses of a response_url "response_url". Faults come
    in the order in which they were asked for; `waiting` are those that no request has met yet.
    """

    def __init__(self) -> None:
        self.waiting: list[Fault] = []
        self.limits: list[Limit] = []

    def cut_after(self, method: str, times: int = 1, *, channel: str = "") -> None:
        """Do what is asked, then cut the connection in place of an answer."""
        self.waiting.append(Fault("cut after", method, times, channel=channel))

    def cut_before(self, method: str, times: int = 1) -> None:
        """Cut the connection without having done anything."""
        self.waiting.append(Fault("cut before", method, times))

    def hang(self, method: str, seconds: float, times: int = 1, *, channel: str = "") -> None:
        """Let the request wait `seconds` before anything is done."""
        self.waiting.append(Fault("hang", method, times, seconds, channel=channel))

    def late(self, method: str, seconds: float, times: int = 1) -> None:
        """Do what is asked, and answer `seconds` later, when it may be so no longer."""
        self.waiting.append(Fault("late", method, times, seconds))

    def too_many(
        self, method: str, times: int = 1, retry_after: int = 1, *, channel: str = ""
    ) -> None:
        """Answer 429, with the whole seconds to wait."""
        headers = {"Retry-After": str(retry_after)}
        fault = Fault("answer", method, times, 0.0, 429, RATE_LIMITED, headers, channel)
        self.waiting.append(fault)

    def fail(
        self,
        method: str,
        times: int = 1,
        status: int = 503,
        body: Any = None,
        *,
        channel: str = "",
    ) -> None:
        """Answer with a failure of Slack's own; its body is no JSON unless one is given."""
        text = "<html>Service Unavailable</html>" if body is None else body
        fault = Fault("answer", method, times, 0.0, status, text, channel=channel)
        self.waiting.append(fault)

    def refuse(self, method: str, error: str, times: int = 1, **more: Any) -> None:
        """Answer `"ok": false` with this error, whatever the rules say."""
        body = {"ok": False, "error": error} | more
        self.waiting.append(Fault("answer", method, times, 0.0, 200, body))

    # ------------------------------------------------------------ limits, on the real clock

    def limit(
        self,
        method: str,
        most: int,
        seconds: float,
        *,
        per_channel: bool = False,
        naming: str = "",
    ) -> Limit:
        """Let a method be asked `most` times at once and in `seconds`; then 429.

        With `naming` only requests count that give this argument; others are never too many.
        """
        made = Limit(method, most, seconds / most, per_channel, naming)
        self.limits.append(made)
        return made

    def one_a_second(self, burst: int = 3, seconds: float = 1.0) -> Limit:
        """Let a message a second be posted in each channel, a few at once (rate limits page)."""
        made = Limit("chat.postMessage", burst, seconds, per_channel=True)
        self.limits.append(made)
        return made

    def tiers(self) -> None:
        """Let every method be asked as often a minute as its tier says."""
        for most, methods in TIERS.items():
            for method in methods:
                self.limit(method, most, 60.0)

    def forget(self) -> None:
        """Let nothing more go wrong."""
        self.waiting.clear()
        self.limits.clear()

    def next(self, method: str, args: JSON, now: float) -> Fault | None:
        """Return what happens to this request, and count it."""
        for fault in self.waiting:
            if fault.meets(method, args):
                fault.times -= 1
                if fault.times <= 0:
                    self.waiting.remove(fault)
                return fault
        for limit in self.limits:
            if fnmatch.fnmatchcase(method, limit.method):
                wait = limit.wait(method, args, now)
                if wait > 0:
                    headers = {"Retry-After": str(math.ceil(wait))}
                    return Fault("answer", method, 1, 0.0, 429, RATE_LIMITED, headers)
        return None
