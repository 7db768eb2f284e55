"""Ids, stamps, users and refusals: what every other file here is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.slack.world import Workspace

JSON = dict[str, Any]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def stamp(at: datetime) -> str:
    """Write an instant as a message's `ts`: seconds, a dot, six digits."""
    micros = (at - EPOCH) // MICROSECOND
    return f"{micros // 1_000_000}.{micros % 1_000_000:06d}"


def stamp_time(ts: str) -> datetime:
    """Return the instant that a `ts` holds; raises ValueError."""
    seconds, _, rest = ts.partition(".")
    return EPOCH + timedelta(
        seconds=int(seconds), microseconds=int((rest or "0")[:6].ljust(6, "0"))
    )


def seconds_of(at: datetime) -> int:
    """Write an instant in whole seconds, as `created` and `event_time` are."""
    return int((at - EPOCH).total_seconds())


def slack_id(prefix: str, number: int) -> str:
    """Return an id as Slack makes them: a letter that tells the kind, ten capitals and digits."""
    digits = ""
    for _ in range(9):
        number, rest = divmod(number, 36)
        digits = DIGITS[rest] + digits
    return f"{prefix}0{digits}"


class Refusal(Exception):
    """What Slack answers with `"ok": false`: the name of the error, and what it says besides."""

    def __init__(
        self, error: str, more: Mapping[str, Any] | None = None, status: int = 200
    ) -> None:
        super().__init__(error)
        self.error = error
        self.more = dict(more or {})
        self.status = status
        self.headers: dict[str, str] = {}

    def payload(self) -> JSON:
        return {"ok": False, "error": self.error} | self.more


@dataclass(eq=False)
class User:
    """Somebody with an account in the workspace; a bot's has the ids of its bot and app too."""

    workspace: Workspace = field(repr=False)
    id: str
    name: str
    admin: bool = False
    owner: bool = False
    bot: bool = False
    bot_id: str = ""
    app_id: str = ""
    display_name: str = ""
    guest: bool = False
    deactivated: bool = False
    zone: str = "America/Chicago"

    @property
    def mention(self) -> str:
        return f"<@{self.id}>"

    @property
    def handle(self) -> str:
        """The user name, which people hardly see."""
        return self.name.lower().replace(" ", ".")

    def payload(self) -> JSON:
        """Write the account as users.info does."""
        body: JSON = {
            "id": self.id,
            "team_id": self.workspace.id,
            "name": self.handle,
            "deleted": self.deactivated,
            "profile": self.profile(),
            "is_bot": self.bot,
            "is_app_user": False,
            "updated": seconds_of(self.workspace.created),
        }
        if self.deactivated:
            return body
        return body | {
            "color": "9f69e7",
            "real_name": self.name,
            "tz": self.zone,
            "tz_label": "Central Standard Time",
            "tz_offset": -21600,
            "is_admin": self.admin or self.owner,
            "is_owner": self.owner,
            "is_primary_owner": self.owner,
            "is_restricted": self.guest,
            "is_ultra_restricted": False,
            "is_email_confirmed": True,
            "who_can_share_contact_card": "EVERYONE",
        }

    def profile(self) -> JSON:
        """Write how the account is shown."""
        body: JSON = {
            "title": "",
            "phone": "",
            "skype": "",
            "real_name": self.name,
            "real_name_normalized": self.name,
            "display_name": self.display_name,
            "display_name_normalized": self.display_name,
            "fields": None,
            "status_text": "",
            "status_emoji": "",
            "status_expiration": 0,
            "avatar_hash": "g0000000000",
            "team": self.workspace.id,
        }
        if self.bot:
            body |= {"bot_id": self.bot_id, "api_app_id": self.app_id, "always_active": False}
        return body
