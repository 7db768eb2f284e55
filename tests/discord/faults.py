"""What can go wrong between the bot and Discord, as plain methods that a test calls."""

from __future__ import annotations

import fnmatch
import math
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from tests.discord.basics import JSON

VIA = "1.1 google"
"""A 429 without this header is taken by discord.py for a ban by Cloudflare."""
Kind = Literal["cut before", "cut after", "answer", "hang"]


@dataclass
class Fault:
    """Something that happens to the next `times` requests of a route."""

    kind: Kind
    route: str
    times: int = 1
    seconds: float = 0.0
    status: int = 0
    body: JSON | None = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Limit:
    """A rate limit: so many requests to each path of a route in so many seconds."""

    route: str
    most: int
    seconds: float
    windows: dict[str, tuple[float, int]] = field(default_factory=dict)

    def count(self, path: str, now: float) -> dict[str, str]:
        """Count a request, and return what Discord's headers say of it."""
        began, used = self.windows.get(path, (now, 0))
        if now - began >= self.seconds:
            began, used = now, 0
        self.windows[path] = began, used + 1
        left = began + self.seconds - now
        return {
            "X-RateLimit-Limit": str(self.most),
            "X-RateLimit-Remaining": str(max(0, self.most - used - 1)),
            "X-RateLimit-Reset": str(time.time() + left),
            "X-RateLimit-Reset-After": f"{left:.3f}",
            "X-RateLimit-Bucket": f"{zlib.crc32(self.route.encode()):08x}",
            **({"X-RateLimit-Scope": "user", "Via": VIA} if used >= self.most else {}),
        }


def meets(route: str, method: str, path: str) -> bool:
    """Tell whether a request goes to a route, written as `"POST /channels/*/messages"`."""
    wanted, _, pattern = route.partition(" ")
    return wanted in ("*", method) and fnmatch.fnmatchcase(path, pattern)


class Faults:
    """Faults of the HTTP side. A route is `"POST /channels/*/messages"`, `"* *"` is every one.

    A star stands for anything, slashes too. Faults come in the order in which they were asked
    for; `waiting` are those that no request has met yet.
    """

    def __init__(self) -> None:
        self.waiting: list[Fault] = []
        self.limits: list[Limit] = []

    def cut_after(self, route: str, times: int = 1) -> None:
        """Do what is asked, then cut the connection in place of an answer."""
        self.waiting.append(Fault("cut after", route, times))

    def cut_before(self, route: str, times: int = 1) -> None:
        """Cut the connection without having done anything."""
        self.waiting.append(Fault("cut before", route, times))

    def hang(self, route: str, seconds: float, times: int = 1) -> None:
        """Let the request wait `seconds` before anything is done."""
        self.waiting.append(Fault("hang", route, times, seconds))

    def too_many(
        self, route: str, times: int = 1, retry_after: float = 0.05, *, everywhere: bool = False
    ) -> None:
        """Answer 429, with the seconds to wait; `everywhere` is the global rate limit."""
        body = _limited(retry_after, everywhere=everywhere)
        headers = {
            "Retry-After": str(math.ceil(retry_after)),
            "Via": VIA,
            "X-RateLimit-Scope": "global" if everywhere else "user",
        }
        if everywhere:
            headers["X-RateLimit-Global"] = "true"
        self.waiting.append(Fault("answer", route, times, 0.0, 429, body, headers))

    def limit(self, route: str, most: int, seconds: float) -> None:
        """Let each path of a route be asked `most` times in `seconds`, on the real clock.

        The headers say how much is left, as Discord's do; whoever asks more often gets 429.
        """
        self.limits.append(Limit(route, most, seconds))

    def fail(self, route: str, times: int = 1, status: int = 500) -> None:
        """Answer with a failure of Discord's own."""
        body: JSON = {"message": f"{status}: Internal Server Error", "code": 0}
        self.waiting.append(Fault("answer", route, times, 0.0, status, body))

    def refuse(self, route: str, status: int, code: int, message: str, times: int = 1) -> None:
        """Answer with a refusal, whatever the rules say."""
        body: JSON = {"message": message, "code": code}
        self.waiting.append(Fault("answer", route, times, 0.0, status, body))

    def forget(self) -> None:
        """Let nothing more go wrong."""
        self.waiting.clear()
        self.limits.clear()

    def count(self, method: str, path: str, now: float) -> dict[str, str]:
        """Count a request against its rate limit; return the headers that tell of it."""
        for limit in self.limits:
            if meets(limit.route, method, path):
                return limit.count(path, now)
        return {}

    def next(self, method: str, path: str, headers: Mapping[str, str]) -> Fault | None:
        """Return what happens to this request, and count it."""
        if "X-RateLimit-Scope" in headers:
            after = float(headers["X-RateLimit-Reset-After"])
            return Fault("answer", "", 1, 0.0, 429, _limited(after), {"Retry-After": "1"})
        for fault in self.waiting:
            if meets(fault.route, method, path):
                fault.times -= 1
                if fault.times <= 0:
                    self.waiting.remove(fault)
                return fault
        return None


def _limited(after: float, *, everywhere: bool = False) -> JSON:
    return {
        "message": "You are being rate limited.",
        "retry_after": after,
        "global": everywhere,
    }
