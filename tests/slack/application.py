"""The app as its owner sees it at api.slack.com: tokens, scopes, events, commands, shortcuts."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.slack.basics import JSON, Refusal

if TYPE_CHECKING:
    from tests.slack.basics import User

SCOPES = (
    "app_mentions:read",
    "channels:history",
    "channels:join",
    "channels:manage",
    "channels:read",
    "chat:write",
    "commands",
    "files:read",
    "files:write",
    "groups:history",
    "groups:read",
    "groups:write",
    "im:history",
    "im:read",
    "im:write",
    "mpim:history",
    "mpim:read",
    "reactions:read",
    "reactions:write",
    "team:read",
    "usergroups:read",
    "users:read",
)
"""What the app of a test is granted unless the test says otherwise."""


@dataclass(frozen=True)
class Shortcut:
    """A shortcut as the app's manifest has it; `kind` is "message" or "global"."""

    callback_id: str
    name: str
    kind: str = "message"


@dataclass(eq=False)
class Application:
    """What api.slack.com holds of the app, and its installation in the workspace."""

    id: str
    user: User
    bot_token: str = "xoxb-1-bot"
    app_token: str = "xapp-1-app"
    signing_secret: str = "8f742231b10e8888abcd99yyyzzz85a5"
    verification_token: str = field(default_factory=lambda: secrets.token_urlsafe(18))
    scopes: set[str] = field(default_factory=lambda: set(SCOPES))
    app_scopes: set[str] = field(default_factory=lambda: {"connections:write"})
    events: set[str] | None = None
    """The bot events that are subscribed to; None stands for all of them."""
    commands: set[str] = field(default_factory=lambda: {"/chat"})
    shortcuts: list[Shortcut] = field(default_factory=list)
    home_tab: bool = True
    interactive: bool = True
    socket_mode: bool = True
    request_url: str = ""
    """Where events, commands and interactions go when Socket Mode is off."""
    command_url: str = ""
    interaction_url: str = ""
    revoked: str = ""
    """Why the tokens no longer count: "token_revoked", "account_inactive"; empty if they do."""

    def install(self, manifest: JSON) -> None:
        """Take scopes, events, commands, shortcuts and addresses from an app manifest.

        Raises KeyError for a manifest without what Slack requires of one.
        """
        features, settings = manifest.get("features", {}), manifest.get("settings", {})
        self.user.name = features.get("bot_user", {}).get("display_name", self.user.name)
        self.scopes = set(manifest["oauth_config"]["scopes"]["bot"])
        subscribed = settings.get("event_subscriptions", {})
        self.events = set(subscribed.get("bot_events", ()))
        self.commands = {one["command"] for one in features.get("slash_commands", ())}
        self.shortcuts = [
            Shortcut(one["callback_id"], one["name"], one["type"])
            for one in features.get("shortcuts", ())
        ]
        self.home_tab = bool(features.get("app_home", {}).get("home_tab_enabled"))
        interactivity = settings.get("interactivity", {})
        self.interactive = bool(interactivity.get("is_enabled"))
        self.socket_mode = bool(settings.get("socket_mode_enabled"))
        self.request_url = subscribed.get("request_url", "")
        self.interaction_url = interactivity.get("request_url", "")
        urls = [one.get("url", "") for one in features.get("slash_commands", ())]
        self.command_url = urls[0] if urls else ""

    def grant(self, *scopes: str) -> None:
        """Let the app be installed again with these scopes besides."""
        self.scopes.update(scopes)

    def revoke(self, *scopes: str) -> None:
        """Let the app be installed again without these scopes."""
        self.scopes.difference_update(scopes)

    def subscribed(self, *names: str) -> bool:
        """Tell whether one of these bot events is subscribed to."""
        return self.events is None or not self.events.isdisjoint(names)

    def require(self, *scopes: str, app_level: bool = False) -> None:
        """Raise missing_scope unless one of these scopes is granted."""
        own = self.app_scopes if app_level else self.scopes
        if own.isdisjoint(scopes):
            told = {"needed": ",".join(scopes), "provided": ",".join(sorted(own))}
            raise Refusal("missing_scope", told)

    def use_http(self, url: str) -> None:
        """Turn Socket Mode off: events, commands and interactions go to this address, signed."""
        self.socket_mode, self.request_url = False, url
        self.command_url = self.interaction_url = ""

    def url_for(self, kind: str) -> str:
        """Return where a delivery goes over HTTP; all have one address unless they were told."""
        own = {"slash_commands": self.command_url, "interactive": self.interaction_url}
        return own.get(kind) or self.request_url
