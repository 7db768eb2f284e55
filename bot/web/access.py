"""Who somebody is: signed links for moderators, signed cookies for everybody."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlencode

from bot.engine.people import Person

LINK_LASTS = timedelta(days=7)
MODERATOR_STAYS = timedelta(days=30)
PARTICIPANT_STAYS = timedelta(days=365)

_AHEAD = timedelta(minutes=5)
"""How far in the future something may have been issued: clocks of two processes differ."""

_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"  # none that is taken for another


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody whom a valid cookie names; `came_by_link` is true of moderators alone."""

    person: Person
    came_by_link: bool


@dataclass(frozen=True, slots=True)
class Access:
    """Signs and reads links and cookies; `secret` is the store's, the same in every process."""

    secret: str

    # ------------------------------------------------------------ links

    def link_for(self, person_id: str, base_url: str, now: datetime) -> str:
        """Return the address by which the moderator `person_id` comes in until LINK_LASTS ends."""
        until = int((now + LINK_LASTS).timestamp())
        query = {
            "person": person_id,
            "until": str(until),
            "key": self._sign("enter", person_id, str(until)),
        }
        return f"{base_url.rstrip('/')}/enter?{urlencode(query, quote_via=quote)}"

    def entering(self, person_id: str, until: str, key: str, now: datetime) -> Visitor | None:
        """Return the moderator whom a link names, or None where it was changed or has expired."""
        if not hmac.compare_digest(
            self._sign("enter", person_id, until).encode(), key.encode("utf-8", "replace")
        ):
            return None
        if now.timestamp() >= int(until):
            return None
        return Visitor(Person("local", person_id, person_id), came_by_link=True)

    # ------------------------------------------------------------ cookies

    def cookie(self, visitor: Visitor, now: datetime) -> tuple[str, int]:
        """Return a cookie's value and how many seconds it lasts."""
        kind = "moderator" if visitor.came_by_link else "participant"
        fields = [kind, visitor.person.id, visitor.person.name, int(now.timestamp())]
        body = _encoded(json.dumps(fields, ensure_ascii=False).encode())
        stays = MODERATOR_STAYS if visitor.came_by_link else PARTICIPANT_STAYS
        return f"{body}.{self._sign('cookie', body)}", int(stays.total_seconds())

    def visitor(self, cookie: str, now: datetime) -> Visitor | None:
        """Return whom a cookie names, or None where it was changed or has expired."""
        body, _, key = cookie.partition(".")
        if not hmac.compare_digest(
            self._sign("cookie", body).encode(), key.encode("utf-8", "replace")
        ):
            return None
        kind, person_id, name, issued = json.loads(_decoded(body))
        came_by_link = kind == "moderator"
        age = now - datetime.fromtimestamp(issued, UTC)
        stays = MODERATOR_STAYS if came_by_link else PARTICIPANT_STAYS
        if not -_AHEAD <= age < stays:
            return None
        return Visitor(Person("local", person_id, name), came_by_link)

    # ------------------------------------------------------------ forms

    def stub(self, visitor: Visitor, ticket: str) -> str:
        """Return the three letters by which what was posted with a ticket is known again."""
        signature = self._sign("ticket", visitor.person.id, ticket).encode()
        digest = hashlib.sha256(signature).digest()
        return "".join(_LETTERS[byte % len(_LETTERS)] for byte in digest[:3])

    def _sign(self, *parts: str) -> str:
        """Sign parts; the first says what for, so that no signature serves another purpose."""
        message = json.dumps(parts).encode()  # no two lists of parts are written alike
        return _encoded(hmac.digest(self.secret.encode(), message, hashlib.sha256))


def new_participant(name: str, before: Visitor | None = None) -> Visitor:
    """Return somebody who joins under a name: with a new id, or as who they were `before`."""
    person_id = before.person.id if before else f"p-{_random(12)}"
    return Visitor(Person("local", person_id, name), came_by_link=False)


def new_ticket() -> str:
    """Return a value for a form: what is posted twice with it is said once."""
    return _random(12)


def _random(length: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(length))


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
