"""The bot as its developer sees it: a token, the intents that were granted, its commands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.discord.basics import JSON, User
from tests.discord.rules import Refusal, bad_form, too_long

SUBCOMMAND, GROUP = 1, 2
STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, _, NUMBER = range(3, 11)
CHAT_INPUT, _, MESSAGE_MENU = 1, 2, 3


@dataclass(eq=False)
class Application:
    """What the developer portal holds."""

    id: int
    token: str
    user: User
    owner: User
    message_content: bool = True
    members: bool = False
    presences: bool = False
    interactions_endpoint: str | None = None
    largest_file: int = 10 * 1024 * 1024
    """Bytes of a file that an answer may bear (`attachment_size_limit`)."""
    commands: dict[int | None, list[JSON]] = field(default_factory=dict)
    """What was registered, by guild; under None stands what is there in every guild."""

    @property
    def flags(self) -> int:
        """The privileged intents as granted to an app of fewer than 10,000 users ("limited")."""
        return self.presences << 13 | self.members << 15 | self.message_content << 19

    def payload(self) -> JSON:
        return {
            "id": str(self.id),
            "name": self.user.name,
            "icon": None,
            "description": "",
            "summary": "",
            "type": None,
            "bot": self.user.payload(),
            "owner": self.owner.payload(),
            "team": None,
            "bot_public": True,
            "bot_require_code_grant": False,
            "verify_key": "0" * 64,
            "flags": self.flags,
            "flags_new": str(self.flags),
            "hook": True,
            "is_monetized": False,
            "is_verified": False,
            "redirect_uris": [],
            "interactions_endpoint_url": self.interactions_endpoint,
            "role_connections_verification_url": None,
            "approximate_guild_count": 1,
            "approximate_user_install_count": 0,
            "approximate_user_authorization_count": 0,
            "explicit_content_filter": 0,
            "eligible_oauth2_scopes": ["bot", "applications.commands"],
            "integration_types_config": {"0": {}},
        }

    def register(self, guild: int | None, wanted: list[JSON], new_id: Callable[[], int]) -> None:
        """Take these for all commands of a guild, or of everywhere (bulk overwrite)."""
        kept = {(one["type"], one["name"]): one["id"] for one in self.commands.get(guild, [])}
        registered = []
        for command in wanted:
            kind = command.get("type", CHAT_INPUT)
            _check_command(command)
            known = kept.get((kind, command["name"]))
            number = new_id()
            registered.append(
                self._defaults(guild)
                | {field: value for field, value in command.items() if value is not None}
                | {"type": kind, "id": known or str(number), "version": str(number)}
            )
        names = [(one["type"], one["name"]) for one in registered]
        if len(set(names)) < len(names):
            raise bad_form("name", "Application command names must be unique")
        if sum(one["type"] == CHAT_INPUT for one in registered) > 100:
            raise Refusal(400, 30032, "Maximum number of application commands reached (100)")
        self.commands[guild] = registered

    def _defaults(self, guild: int | None) -> JSON:
        where: JSON = {} if guild is None else {"guild_id": str(guild)}
        return where | {
            "application_id": str(self.id),
            "description": "",
            "default_member_permissions": None,
            "dm_permission": True,
            "contexts": None,
            "integration_types": [0],
            "nsfw": False,
        }


def _check_command(command: JSON) -> None:
    """Refuse what Discord does (interactions/application-commands)."""
    name = command["name"]
    if not 1 <= len(name) <= 32:
        raise too_long("name", 32)
    if command.get("type", CHAT_INPUT) == CHAT_INPUT:
        if name != name.lower() or " " in name:
            raise bad_form("name", "Command name is invalid", "APPLICATION_COMMAND_INVALID_NAME")
        _check_options(command)
        if _length(command) > 8000:
            raise bad_form("", "Command exceeds maximum size (8000)")


def _check_options(holder: JSON) -> None:
    if not 1 <= len(holder.get("description", "")) <= 100:
        raise bad_form("description", "Must be between 1 and 100 in length.")
    options = holder.get("options", [])
    if len(options) > 25:
        raise too_long("options", 25)
    optional = False
    for option in options:
        if option["type"] not in (SUBCOMMAND, GROUP):
            if option.get("required") and optional:
                raise bad_form("options", "Required options must be placed before non-required")
            optional = optional or not option.get("required")
        if len(option.get("choices", [])) > 25:
            raise too_long("choices", 25)
        _check_options(option)


def _length(holder: JSON) -> int:
    """Count the characters of the names, descriptions and values of a command."""
    own = len(holder["name"]) + len(holder.get("description", ""))
    own += sum(len(one["name"]) + len(str(one["value"])) for one in holder.get("choices", []))
    return own + sum(_length(option) for option in holder.get("options", []))
