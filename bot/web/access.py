"""Who somebody is: signed links for moderators, signed cookies for everybody."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from bot.desk.asking import WayIn
from bot.engine.agenda import Room
from bot.engine.people import Person
from bot.store.tables import Tables
from bot.web.passes import Pass

LINK_LASTS = timedelta(days=7)
MODERATOR_STAYS = timedelta(days=30)
PARTICIPANT_STAYS = timedelta(days=365)

LENT_LINK_LASTS = timedelta(hours=1)
LENT_STAYS = timedelta(hours=24)
"""For what rests on a role or a right on another platform. An agenda is read again within
seconds, so whoever is struck from it is out at once; but nobody tells Rounds when a role is taken
away there, and it asks for no list of members. What was true when somebody typed /chat link is
believed for a day; then they type it again, and their platform says anew who they are."""

_AHEAD = timedelta(minutes=5)
"""How far in the future something may have been issued: clocks of two processes differ."""

STUB = 6
"""Letters behind a message's number."""

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

    @classmethod
    async def of(cls, tables: Tables) -> Access:
        """Return that of a store, which gets a secret where it has none."""
        return cls(await tables.secret("signing", secrets.token_urlsafe(32)))

    # ------------------------------------------------------------ links

    def way_in(self, whom: Pass, base_url: str, now: datetime) -> WayIn:
        """Return the address by which somebody comes in, and for how long it opens."""
        if whom.is_own:
            return WayIn(self.link_for(whom.person.id, base_url, now), LINK_LASTS)
        lasts = LENT_LINK_LASTS if whom.is_lent else LINK_LASTS
        sealed = self._sealed("pass in a link", _fields(whom, now + lasts))
        return WayIn(f"{base_url.rstrip('/')}/enter?pass={sealed}", lasts)

    def link_for(self, person_id: str, base_url: str, now: datetime) -> str:
        """Return the link of a built-in room's moderator, who comes in by it until it ends."""
        until = int((now + LINK_LASTS).timestamp())
        query = {
            "person": person_id,
            "until": str(until),
            "key": self._sign("enter", person_id, str(until)),
        }
        return f"{base_url.rstrip('/')}/enter?{urlencode(query, quote_via=quote)}"

    def entering(self, person_id: str, until: str, key: str, now: datetime) -> Visitor | None:
        """Return the moderator whom a link names, or None where it was changed or has expired."""
        if not _is_same(self._sign("enter", person_id, until), key):
            return None
        if now.timestamp() >= int(until):
            return None
        return Visitor(Person("local", person_id, person_id), came_by_link=True)

    def pass_in_link(self, sealed: str, now: datetime) -> Pass | None:
        """Return the pass in a link, or None where it was changed or has expired."""
        fields = self._unsealed("pass in a link", sealed)
        if fields is None or now.timestamp() >= fields[0]:
            return None
        return _pass(fields)

    # ------------------------------------------------------------ cookies

    def cookie(self, visitor: Visitor, now: datetime) -> tuple[str, int]:
        """Return a cookie's value and how many seconds it lasts."""
        kind = "moderator" if visitor.came_by_link else "participant"
        fields = [kind, visitor.person.id, visitor.person.name, int(now.timestamp())]
        stays = MODERATOR_STAYS if visitor.came_by_link else PARTICIPANT_STAYS
        return self._sealed("cookie", fields), int(stays.total_seconds())

    def visitor(self, cookie: str, now: datetime) -> Visitor | None:
        """Return whom a cookie names, or None where it was changed or has expired."""
        fields = self._unsealed("cookie", cookie)
        if fields is None:
            return None
        kind, person_id, name, issued = fields
        came_by_link = kind == "moderator"
        if not _lasts(issued, MODERATOR_STAYS if came_by_link else PARTICIPANT_STAYS, now):
            return None
        return Visitor(Person("local", person_id, name), came_by_link)

    def pass_cookie(self, whom: Pass, now: datetime) -> tuple[str, int]:
        """Return the value of a cookie that holds a pass, and how many seconds it lasts."""
        stays = LENT_STAYS if whom.is_lent else MODERATOR_STAYS
        return self._sealed("pass", _fields(whom, now)), int(stays.total_seconds())

    def pass_in_cookie(self, cookie: str, now: datetime) -> Pass | None:
        """Return the pass in a cookie, or None where it was changed or has expired."""
        fields = self._unsealed("pass", cookie)
        if fields is None:
            return None
        found = _pass(fields)
        stays = LENT_STAYS if found.is_lent else MODERATOR_STAYS
        return found if _lasts(fields[0], stays, now) else None

    # ------------------------------------------------------------ forms

    def stub(self, visitor: Visitor, ticket: str) -> str:
        """Return the letters by which what was posted with a ticket is known again.

        Six of 32 are not met by chance: two messages of somebody whose letters are the same would
        be taken for one that was sent twice, and the second would be lost.
        """
        signature = self._sign("ticket", visitor.person.id, ticket).encode()
        digest = hashlib.sha256(signature).digest()
        return "".join(_LETTERS[byte % len(_LETTERS)] for byte in digest[:STUB])

    # ------------------------------------------------------------ signing

    def _sealed(self, purpose: str, fields: list[Any]) -> str:
        """Return fields as a text that only this house can have written, for this purpose."""
        written = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
        body = _encoded(written.encode("utf-8", "replace"))
        return f"{body}.{self._sign(purpose, body)}"

    def _unsealed(self, purpose: str, sealed: str) -> list[Any] | None:
        """Return the fields of a sealed text, or None where it is none of this house's."""
        body, _, key = sealed.partition(".")
        if not _is_same(self._sign(purpose, body), key):
            return None
        fields: list[Any] = json.loads(_decoded(body))
        return fields

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


def _fields(whom: Pass, at: datetime) -> list[Any]:
    """Return what is written of a pass: a moment, who, and what their platform said of them."""
    person = whom.person
    room = whom.room.name if whom.room is not None else ""
    moment, badges = int(at.timestamp()), sorted(person.badges)
    return [moment, person.platform, person.id, whom.plain_name, badges, room]


def _pass(fields: list[Any]) -> Pass:
    _at, platform, person_id, name, badges, room = fields
    person = Person(platform, person_id, name, frozenset(badges), steward=bool(room))
    return Pass(person, Room(platform, room) if room else None)


def _lasts(issued: int, stays: timedelta, now: datetime) -> bool:
    return -_AHEAD <= now - datetime.fromtimestamp(issued, UTC) < stays


def _is_same(signature: str, key: str) -> bool:
    return hmac.compare_digest(signature.encode(), key.encode("utf-8", "replace"))


def _random(length: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(length))


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
