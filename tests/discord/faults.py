"""What can go wrong between the bot and Discord, as plain methods that a test calls."""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass
from typing import Literal

from tests.discord.basics import JSON

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
    headers: dict[str, str] | None = None

    def meets(self, method: str, path: str) -> bool:
        wanted, _, pattern = self.route.partition(" ")
        return wanted in ("*", method) and fnmatch.fnmatchcase(path, pattern)


class Faults:
    """Faults of the HTTP side. A route is `"POST /channels/*/messages"`, `"* *"` is every one.

    A star stands for anything, slashes too. Faults come in the order in which they were asked
    for; `waiting` are those that no request has met yet.
    """

    def __init__(self) -> None:
        self.waiting: list[Fault] = []

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
        body: JSON = {
            "message": "You are being rate limited.",
            "retry_after": retry_after,
            "global": everywhere,
        }
        headers = {
            "Retry-After": str(max(1, round(retry_after))),
            "Via": "1.1 google",  # without it discord.py takes it for a ban by Cloudflare
            "X-RateLimit-Scope": "global" if everywhere else "user",
        }
        if everywhere:
            headers["X-RateLimit-Global"] = "true"
        self.waiting.append(Fault("answer", route, times, 0.0, 429, body, headers))

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

    def next(self, method: str, path: str) -> Fault | None:
        """Return what happens to this request, and count it."""
        for fault in self.waiting:
            if fault.meets(method, path):
                fault.times -= 1
                if fault.times <= 0:
                    self.waiting.remove(fault)
                return fault
        return None
