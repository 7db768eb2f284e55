"""What can go wrong between the bot and Slack's Web API, as plain methods that a test calls."""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.slack.basics import JSON

Kind = Literal["cut before", "cut after", "answer", "hang"]
RATE_LIMITED: JSON = {"ok": False, "error": "ratelimited"}


@dataclass
class Fault:
    """Something that happens to the next `times` requests of a method."""

    kind: Kind
    method: str
    times: int = 1
    seconds: float = 0.0
    status: int = 0
    body: JSON | str | None = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Limit:
    """So many requests in so many seconds, for each method, or for each channel of a method."""

    method: str
    most: int
    seconds: float
    per_channel: bool = False
    windows: dict[tuple[str, str], list[float]] = field(default_factory=dict)

    def wait(self, method: str, args: JSON, now: float) -> float:
        """Count a request; return the seconds to wait if it is one too many, else 0."""
        key = method, str(args.get("channel", "")) if self.per_channel else ""
        inside = [one for one in self.windows.get(key, []) if now - one < self.seconds]
        over = len(inside) >= self.most
        self.windows[key] = inside if over else [*inside, now]
        return inside[0] + self.seconds - now if over else 0.0


class Faults:
    """Faults of the Web API. A method is `"chat.postMessage"`, `"conversations.*"` or `"*"`.

    Uploads of bytes are the method "upload", uses of a response_url "response_url". Faults come
    in the order in which they were asked for; `waiting` are those that no request has met yet.
    """

    def __init__(self) -> None:
        self.waiting: list[Fault] = []
        self.limits: list[Limit] = []

    def cut_after(self, method: str, times: int = 1) -> None:
        """Do what is asked, then cut the connection in place of an answer."""
        self.waiting.append(Fault("cut after", method, times))

    def cut_before(self, method: str, times: int = 1) -> None:
        """Cut the connection without having done anything."""
        self.waiting.append(Fault("cut before", method, times))

    def hang(self, method: str, seconds: float, times: int = 1) -> None:
        """Let the request wait `seconds` before anything is done."""
        self.waiting.append(Fault("hang", method, times, seconds))

    def too_many(self, method: str, times: int = 1, retry_after: int = 1) -> None:
        """Answer 429, with the whole seconds to wait."""
        headers = {"Retry-After": str(retry_after)}
        self.waiting.append(Fault("answer", method, times, 0.0, 429, RATE_LIMITED, headers))

    def fail(self, method: str, times: int = 1, status: int = 503, body: Any = None) -> None:
        """Answer with a failure of Slack's own; its body is no JSON unless one is given."""
        text = "<html>Service Unavailable</html>" if body is None else body
        self.waiting.append(Fault("answer", method, times, 0.0, status, text))

    def refuse(self, method: str, error: str, times: int = 1, **more: Any) -> None:
        """Answer `"ok": false` with this error, whatever the rules say."""
        body = {"ok": False, "error": error} | more
        self.waiting.append(Fault("answer", method, times, 0.0, 200, body))

    def limit(self, method: str, most: int, seconds: float, *, per_channel: bool = False) -> Limit:
        """Let a method be asked `most` times in `seconds`, on the real clock; then 429."""
        made = Limit(method, most, seconds, per_channel)
        self.limits.append(made)
        return made

    def forget(self) -> None:
        """Let nothing more go wrong."""
        self.waiting.clear()
        self.limits.clear()

    def next(self, method: str, args: JSON, now: float) -> Fault | None:
        """Return what happens to this request, and count it."""
        for fault in self.waiting:
            if fnmatch.fnmatchcase(method, fault.method):
                fault.times -= 1
                if fault.times <= 0:
                    self.waiting.remove(fault)
                return fault
        for limit in self.limits:
            if fnmatch.fnmatchcase(method, limit.method):
                wait = limit.wait(method, args, now)
                if wait > 0:
                    headers = {"Retry-After": str(max(1, round(wait + 0.5)))}
                    return Fault("answer", method, 1, 0.0, 429, RATE_LIMITED, headers)
        return None
