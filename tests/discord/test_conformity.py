"""Requests are held against Discord's own description."""

from __future__ import annotations

from typing import Any

import pytest

from tests.discord import conformity
from tests.discord.calls import Call
from tests.discord.server import ROUTES

pytestmark = pytest.mark.skipif(not conformity.is_there(), reason=conformity.ABSENT)

MESSAGES = "/channels/123456789012345678/messages"


def problems(method: str, path: str, body: Any = None, **query: str) -> list[str]:
    """Return what is wrong with a request."""
    return list(conformity.description().problems(Call(method, path, query, body)))


@pytest.mark.parametrize(
    ("method", "path", "body", "query"),
    [
        ("POST", MESSAGES, {"content": "T1", "nonce": "a" * 25, "enforce_nonce": True}, {}),
        ("POST", MESSAGES, {"content": "T1", "allowed_mentions": {"parse": [], "users": [1]}}, {}),
        ("POST", MESSAGES, {"attachments": [{"id": 0, "filename": "a.txt"}]}, {}),
        ("GET", MESSAGES, None, {"limit": "100", "after": "123456789012345678"}),
        ("POST", f"{MESSAGES}/1/threads", {"name": "x", "auto_archive_duration": 4320}, {}),
    ],
)
def test_what_discord_describes_is_no_problem(
    method: str, path: str, body: Any, query: dict[str, str]
) -> None:
    assert problems(method, path, body, **query) == []


@pytest.mark.parametrize(
    ("method", "path", "body", "query", "said"),
    [
        ("POST", "/channels/1/shout", None, {}, "no such route"),
        ("POST", MESSAGES, {"content": "T1", "nonce": "a" * 26}, {}, "nonce"),
        ("POST", MESSAGES, {"content": 3}, {}, "content"),
        ("POST", MESSAGES, None, {}, "the body"),
        ("GET", MESSAGES, None, {"limit": "101"}, "limit"),
        ("GET", MESSAGES, None, {"since": "1"}, "since"),
        ("GET", MESSAGES, {"limit": 3}, {}, "a body"),
        ("POST", f"{MESSAGES}/1/threads", {"name": "x" * 101}, {}, "name"),
        ("POST", f"{MESSAGES}/1/threads", {"name": "x", "auto_archive_duration": 77}, {}, "77"),
    ],
)
def test_what_discord_does_not_describe_is_a_problem(
    method: str, path: str, body: Any, query: dict[str, str], said: str
) -> None:
    [problem] = problems(method, path, body, **query)
    assert said in problem


def test_an_answer_that_lacks_something_is_a_problem() -> None:
    call = Call("GET", f"{MESSAGES}/123456789012345678", {}, status=200, answer={"id": "1"})
    assert list(conformity.description().answer_problems(call)) != []


def test_every_route_of_ours_is_one_of_discord_s() -> None:
    described = conformity.description()
    unknown = [
        f"{method} {path}" for method, path, _ in ROUTES if described.route(method, path) is None
    ]
    assert unknown == []
