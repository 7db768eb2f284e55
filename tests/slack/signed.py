"""The app over HTTP: signed requests to its address, as Slack sends them without Socket Mode."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import aiohttp
from slack_sdk.signature import SignatureVerifier

from tests.slack.basics import JSON
from tests.slack.deliveries import Deliveries, Delivery

if TYPE_CHECKING:
    from tests.slack.world import Workspace


@dataclass(frozen=True)
class Reply:
    """What the app answered."""

    status: int
    text: str
    headers: Mapping[str, str]


class Signed:
    """Sends what is to be delivered to the app's address, signed."""

    def __init__(self, deliveries: Deliveries) -> None:
        self.deliveries = deliveries
        deliveries.signed = self
        self._session: aiohttp.ClientSession | None = None
        self._running: set[asyncio.Task[None]] = set()

    @property
    def world(self) -> Workspace:
        return self.deliveries.world

    def bring(self, delivery: Delivery) -> bool:
        """Send something to the app; False if no address is known."""
        if not self.world.application.url_for(delivery.kind):
            return False
        task = asyncio.create_task(self._post(delivery, delivery.attempt))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return True

    def request(self, delivery: Delivery) -> tuple[bytes, dict[str, str]]:
        """Return the body and the signed headers of a delivery."""
        payload = delivery.payload
        if delivery.kind == "events_api":
            body, kind = json.dumps(payload).encode(), "application/json"
        else:
            form = (
                payload if delivery.kind == "slash_commands" else {"payload": json.dumps(payload)}
            )
            body, kind = urlencode(form).encode(), "application/x-www-form-urlencoded"
        headers = {"Content-Type": kind} | self.sign(body)
        if delivery.attempt:
            headers["X-Slack-Retry-Num"] = str(delivery.attempt)
            headers["X-Slack-Retry-Reason"] = delivery.reason
        return body, headers

    def sign(self, body: bytes, at: float | None = None, secret: str = "") -> dict[str, str]:
        """Return the headers that say who sent a body, at a real time in seconds.

        The app holds them against its own clock, so the world's clock has no part in it.
        """
        told = str(int(time.time() if at is None else at))
        verifier = SignatureVerifier(secret or self.world.application.signing_secret)
        signature = verifier.generate_signature(timestamp=told, body=body)
        return {"X-Slack-Request-Timestamp": told, "X-Slack-Signature": signature or ""}

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """Send a request to the app as it is."""
        if self._session is None:
            self._session = aiohttp.ClientSession()
        async with self._session.post(url, data=body, headers=headers) as response:
            return Reply(response.status, await response.text(), response.headers)

    async def verify_url(self) -> bool:
        """Send the challenge that an address must answer (url_verification)."""
        challenge = {"token": self.world.application.verification_token, "challenge": "3eZbrw1a"}
        body = json.dumps(challenge | {"type": "url_verification"}).encode()
        headers = {"Content-Type": "application/json"} | self.sign(body)
        reply = await self.post(self.world.application.request_url, body, headers)
        return reply.status == 200 and "3eZbrw1a" in reply.text

    async def _post(self, delivery: Delivery, attempt: int) -> None:
        body, headers = self.request(delivery)
        url = self.world.application.url_for(delivery.kind)
        try:
            async with asyncio.timeout(self.deliveries.seconds):
                reply = await self.post(url, body, headers)
        except TimeoutError:
            self.deliveries.fail(delivery, attempt, "http_timeout")
        except aiohttp.ClientError:
            self.deliveries.fail(delivery, attempt, "connection_failed")
        else:
            if 200 <= reply.status < 300:
                self.deliveries.acknowledge(delivery, _answer(reply.text))
            elif reply.headers.get("X-Slack-No-Retry") == "1":
                self.deliveries.give_up(delivery, "http_error")
            else:
                self.deliveries.fail(delivery, attempt, "http_error")

    async def close(self) -> None:
        """Send nothing more."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        if self._session is not None:
            await self._session.close()


def _answer(text: str) -> JSON | None:
    """Read what an acknowledgement carries: JSON, or words for the person."""
    if not text.strip():
        return None
    try:
        told = json.loads(text)
    except ValueError:
        return {"text": text}
    return told if isinstance(told, dict) else None
