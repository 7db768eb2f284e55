"""What Slack answers instead of doing what was asked, in words for those who can mend it.

Names of errors: each method's page in Slack's documentation (reference/methods), and what they
have in common there.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import timedelta

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.engine.actions import is_private
from bot.engine.agenda import Room
from bot.platforms.platform import Hindered, Impossible, Unreachable
from bot.platforms.slack.errors import PASSING, TOKEN, name_of, retry_after, why_of

CUT = (aiohttp.ClientError, OSError, TimeoutError)
"""What slack_sdk lets through where a request finds no way or gets no answer."""

INVITE = "/invite @rounds"
"""What a member of a channel types there to invite the bot."""

REINSTALL = (
    "Install the app again (api.slack.com/apps, Install App), copy the Bot User OAuth Token into "
    "SLACK_BOT_TOKEN, and start Rounds again."
)
PASTE_AGAIN = (
    "Paste the manifest again (rounds slack manifest; api.slack.com/apps, App Manifest), then "
    "install the app again (Install App)."
)

_ARCHIVED = (
    "the channel is archived. Unarchive it (its name, Settings), or name another in the agenda."
)
_LIMITED = (
    "the workspace does not let the bot post in the channel. Let it (the channel's name, Settings, "
    "Posting permissions; for the workspace its administrators)."
)
_NO_WAY_IN = (
    "Slack refuses the app in this workspace. Let an administrator approve it (Slack's Admin, "
    "Manage apps), then look with rounds doctor."
)

HINDRANCES = {
    "not_in_channel": f"the bot is not in the channel. Invite it: {INVITE}",
    "channel_not_found": (
        "the channel is not there, or it is private and the bot is not in it. Invite the bot "
        f"({INVITE}), or put the right channel's id into the agenda."
    ),
    "is_archived": _ARCHIVED,
    "is_inactive": _ARCHIVED,
    "restricted_action": _LIMITED,
    "restricted_action_read_only_channel": _LIMITED,
    "restricted_action_thread_only_channel": _LIMITED,
    "restricted_action_non_threadable_channel": _LIMITED,
    "restricted_action_thread_locked": (
        "an administrator has locked the thread. Let them unlock it, or close the chat with "
        "/chat close and start another."
    ),
    "posting_to_channel_denied": _LIMITED,
    "ekm_access_denied": _LIMITED,
    "no_permission": f"the bot may not do it there. Is it in the channel? {INVITE}",
    "messages_tab_disabled": (
        "people take no messages of the app. Switch its Messages Tab on (api.slack.com/apps, App "
        "Home)."
    ),
    "file_uploads_disabled": "the workspace takes no files. Let its administrators allow uploads.",
    "storage_limit_reached": "the workspace has no room for files left. Delete some, or extend it.",
    "plan_upgrade_required": (
        "the workspace's plan has no user groups. Name people by their ids (U...) in the agenda."
    ),
    "no_such_subteam": (
        "there is no such user group. Put the right id (group:S...) into the agenda."
    ),
    "invalid_auth": (
        "Slack refuses the token, or requests from this address. Copy the Bot User OAuth Token "
        "(api.slack.com/apps, OAuth & Permissions) into SLACK_BOT_TOKEN and start Rounds again; "
        "look at Allowed IP Address Ranges there."
    ),
    "not_authed": f"Slack got no token. {REINSTALL}",
    "not_allowed_token_type": (
        "Slack takes another kind of token here: SLACK_BOT_TOKEN begins with xoxb-, "
        "SLACK_APP_TOKEN with xapp-."
    ),
    "token_revoked": f"Slack says that the token was revoked. {REINSTALL}",
    "token_expired": (
        f"Slack says that the token has expired. Switch token rotation off. {REINSTALL}"
    ),
    "account_inactive": (f"Slack says that the app was removed from the workspace. {REINSTALL}"),
    "accesslimited": (
        "Slack takes no requests from this network. Look at Allowed IP Address Ranges "
        "(api.slack.com/apps, OAuth & Permissions)."
    ),
    "access_denied": _NO_WAY_IN,
    "app_access_restricted": _NO_WAY_IN,
    "forbidden_team": _NO_WAY_IN,
    "team_access_not_granted": _NO_WAY_IN,
    "two_factor_setup_required": _NO_WAY_IN,
}
"""What somebody can mend, by Slack's name of it."""

OF_FILES = frozenset({"file_uploads_disabled", "missing_scope", "storage_limit_reached"})
"""What is in a file's way alone, where words could be posted before it."""

_MAKE_ANOTHER = (
    "Make another (api.slack.com/apps, Basic Information, App-Level Tokens) with the scope "
    "connections:write, and set SLACK_APP_TOKEN to it."
)
_APP_TOKEN_WRONG = {
    "invalid_auth": "Slack refuses it.",
    "missing_scope": "It has not the scope connections:write.",
    "not_allowed_token_type": "It is no app-level token.",
    "token_revoked": "It was revoked.",
}

_TOO_MANY_POSTS = "rate_limited"


class TokenRefused(Hindered):
    """Slack takes the token no longer, whatever is asked; whoever supervises the app logs it."""

    def __init__(self, why: str) -> None:
        super().__init__(why, logged=True)


@contextlib.contextmanager
def translated(room: Room | None) -> Iterator[None]:
    """Raise Unreachable, Hindered or Impossible for what slack_sdk raises.

    `room` is where something is done, None where it is done in none. What is raised holds nothing
    that people wrote; slack_sdk's own text holds the whole answer.
    """
    try:
        yield
    except SlackApiError as error:
        raise refusal_of(error, room) from None
    except CUT as failure:
        raise Unreachable(f"Slack did not answer ({type(failure).__name__}).") from None


def refusal_of(error: SlackApiError, room: Room | None = None) -> Unreachable | Impossible:
    """Return what an error of the Web API means for what was asked."""
    wait, name = retry_after(error), name_of(error)
    if wait is not None or name == _TOO_MANY_POSTS:
        until = None if wait is None else timedelta(seconds=wait)
        return Unreachable("Slack's rate limit is reached.", until)
    if name in PASSING or name.startswith("HTTP 5"):
        return Unreachable(f"Slack is out of order ({name}).")
    if name.startswith("HTTP "):
        return Unreachable(
            f"Slack does not answer as it should ({name}). Something between may refuse it; where "
            "SLACK_API is set, is it right?"
        )
    if name in TOKEN:
        return TokenRefused(HINDRANCES[name])
    if name == "missing_scope" or name in HINDRANCES:
        return Hindered(_in(room, sentence_of(why_of(error))))
    return Impossible(sentence_of(name))


def app_token_wrong(error: SlackApiError) -> str:
    """Say what is wrong with SLACK_APP_TOKEN where apps.connections.open says so; else empty."""
    why = _APP_TOKEN_WRONG.get(name_of(error))
    return f"{why} {_MAKE_ANOTHER}" if why else ""


def sentence_of(why: str) -> str:
    """Say what an error means, by Slack's name of it: `missing_scope: chat:write`, say."""
    name, _, scopes = why.partition(": ")
    if name == "missing_scope":
        return missing(scopes)
    return HINDRANCES.get(name, f"Slack refuses it ({name}).")


def missing(scopes: str) -> str:
    """Say which scopes are missing (`chat:write`, or several with commas), and what to do."""
    several = "," in scopes
    named = f"the scopes {scopes} are" if several else f"the scope {scopes} is"
    return f"{named if scopes else 'a scope is'} missing. {PASTE_AGAIN}"


def _in(room: Room | None, sentence: str) -> str:
    """Say which channel is meant where words go to moderators privately."""
    if room is None or not is_private(room):
        return sentence
    return sentence.replace("the channel", "the channel of alerts", 1)
