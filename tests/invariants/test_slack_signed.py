"""What Slack did not sign, or long ago, or what comes twice is answered 401; nothing happens."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlencode

from tests.invariants.on_slack import HOOK, OnSlack, on_slack
from tests.slack.channels import Channel

OLD = 5 * 60 + 5
"""Seconds after which a request is too old (Verifying requests from Slack, "Step-by-step")."""

TABLES = ("events", "messages", "outbox", "reactions", "chats")


def stored(club: OnSlack) -> list[list[tuple[object, ...]]]:
    """Return everything that the store has."""
    return [sorted(club.process.rows(f"SELECT * FROM {table}"), key=repr) for table in TABLES]


def event(club: OnSlack, channel: Channel, text: str) -> bytes:
    """Write what Slack would send if Maria said this."""
    ts = channel.new_ts()
    said = {"type": "message", "channel": channel.id, "channel_type": "channel", "ts": ts}
    said |= {"user": club.maria.id, "text": text, "event_ts": ts}
    club.said.append(text)
    body = {"type": "event_callback", "event_id": f"Ev{ts}", "team_id": club.workspace.id}
    return json.dumps(body | {"event": said}).encode()


async def send(club: OnSlack, body: bytes, headers: Mapping[str, str], kind: str = "json") -> int:
    """Send a request to the program's address; return the status of the answer."""
    type_ = {"json": "application/json", "form": "application/x-www-form-urlencoded"}[kind]
    told = {"Content-Type": type_, **headers}
    return (await club.slack.signed.post(club.process.url + HOOK, body, told)).status


async def test_wrong_old_tampered_and_replayed_requests_change_nothing(
    tmp_path: Path,
) -> None:
    async with on_slack(tmp_path, signed=True) as club:
        channel, sign = club.series("journal", "0m"), club.slack.signed.sign
        await club.start()
        await club.later(minutes=10)
        await club.posted_in(channel, "Welcome", "T1")
        await club.settled()
        body = event(club, channel, "T1: Maria says this")
        command = {"command": "/chat", "text": "close", "channel_id": channel.id}
        command |= {"user_id": club.henry.id, "team_id": club.workspace.id, "trigger_id": "1"}
        form = urlencode(command).encode()
        before = stored(club)
        for words, kind in ((body, "json"), (form, "form")):
            right, long_ago = sign(words), sign(words, at=time.time() - OLD)
            told, signature = "X-Slack-Request-Timestamp", "X-Slack-Signature"
            for headers in (
                {},
                sign(words, secret="another"),
                long_ago,
                sign(words, at=time.time() + OLD),
                right | {told: long_ago[told]},
                {told: right[told]},
                {signature: right[signature]},
                right | {signature: "v0="},
                right | {signature: "v0=é"},
                right | {told: "today"},
            ):
                assert await send(club, words, headers, kind) == 401, headers
            assert await send(club, words + b" ", right, kind) == 401
            assert await send(club, words.replace(b"T1", b"T2") + b"&", right, kind) == 401
            assert await send(club, b"{" + words, {}, kind) == 401, "nor is it read"
        assert stored(club) == before
        assert "could not be taken in" not in club.log

        once, at = sign(body), time.time()
        assert await send(club, body, once) == 200
        await club.is_kept("journal-2034-12-04", ["T1: Maria says this"])
        await club.settled()
        after = stored(club)
        assert after != before
        retry = {"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_timeout"}
        for headers in (once, once | retry):
            assert await send(club, body, headers) == 401, "somebody replays it"
        again = sign(body, at=at + 1) | retry
        assert await send(club, body, again) == 200, "Slack itself delivers again"
        assert await send(club, body, sign(body, at=at - OLD) | retry) == 401
        assert stored(club) == after

        form = urlencode(command | {"text": "topic Once?", "trigger_id": "2"}).encode()
        once = sign(form)
        assert await send(club, form, once, "form") == 200
        added = "SELECT COUNT(*) FROM events WHERE kind = 'TopicAdded'"
        await club.until_stored(lambda: club.process.rows(added) == [(1,)])
        assert await send(club, form, once, "form") == 401
        await club.settled()
        assert club.process.rows(added) == [(1,)], "a command is done once"
        assert len(club.log.splitlines()) < 50
