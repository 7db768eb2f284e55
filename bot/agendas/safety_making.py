"""Makes of a filled form what an agenda says of safety, and compares it with the rest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bot.agendas.fields import people_of
from bot.agendas.form import EXAMPLES, AgendaForm
from bot.agendas.form_filling import find, mark_of
from bot.agendas.mistakes import Flaw, shown
from bot.agendas.yaml_tree import Items
from bot.agendas.yaml_tree import Mapping as Written
from bot.engine.agenda import ROLES, Agenda
from bot.engine.consent import Consent

MOST_ROLES = 24
"""A choice on Discord has 25 places, and one is for whoever does not say."""


def with_safety(agenda: Agenda, form: AgendaForm) -> Agenda:
    """Return the agenda with what the form says of safety."""
    roles = tuple(role for role in form.roles or () if role)
    return replace(
        agenda,
        hide=bool(form.hide),
        allow_words=_once(form.allow_words),
        blocked_domains=_once(form.blocked_domains),
        help_lines={place: line for place, line in (form.help_lines or {}).items() if line},
        on_call=people_of(form.moderators_on_call),
        rules=form.rules or "",
        require_checkin=bool(form.require_checkin),
        roles=roles or ROLES,
        consent=form.consent or Consent.NAMED,
        members_only=people_of(form.members_only),
        forget_on_leave=bool(form.forget_on_leave),
        round_times=agenda.round_times if form.round_times is None else form.round_times,
    )


def _once(texts: list[str | None] | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts or () if text))


def safety_flaws(form: AgendaForm, root: Written) -> Iterator[Flaw]:
    """Yield what is said of safety that cannot be, beside what else the file says."""
    yield from _roles_flaws(form, root)
    yield from _members_flaws(root)
    yield from _on_call_flaws(form, root)


def _roles_flaws(form: AgendaForm, root: Written) -> Iterator[Flaw]:
    if form.roles is None:
        return
    if not form.roles:
        words = f"No role is given. Write {EXAMPLES['roles']}, or delete roles."
        yield Flaw(mark_of(root, ("roles",)), words)
    if len(form.roles) > MOST_ROLES:
        words = (
            f"There are {len(form.roles)} roles. A choice holds {MOST_ROLES}; join some of them."
        )
        yield Flaw(mark_of(root, ("roles", MOST_ROLES)), words)
    seen: set[str] = set()
    for place, role in enumerate(form.roles):
        if role and role.casefold() in seen:
            words = f"The role {shown(role)} stands twice. Delete one."
            yield Flaw(mark_of(root, ("roles", place)), words)
        seen.add((role or "").casefold())


def _members_flaws(root: Written) -> Iterator[Flaw]:
    """Yield the lists that are empty: nobody's messages would count."""
    members = find(root, ("members_only",))
    for platform, pair in members.pairs.items() if isinstance(members, Written) else ():
        if isinstance(pair.value, Items) and not pair.value.items:
            words = (
                "No member is listed, so nobody's messages would count. Write "
                f"{EXAMPLES['members_only']}, or delete {platform} here."
            )
            yield Flaw(mark_of(root, ("members_only", platform)), words)


# ---------------------------------------------------------------- who is on call


def _on_call_flaws(form: AgendaForm, root: Written) -> Iterator[Flaw]:
    """Yield who is on call and could do nothing, or could not be told."""
    told_in_channel = form.alerts is not None and form.alerts.discord is not None
    for platform, names in form.moderators_on_call or ():
        for place, name in enumerate(names or ()):
            if name is None:
                continue
            at = mark_of(root, ("moderators_on_call", platform, place))
            if (when := _idle(form, platform, name)) is not None:
                words = (
                    f"{shown(name)} is on call, but does not moderate{when}: moderators lists "
                    f"others {_ON[platform]}. Add {name} there, or delete it here."
                )
                yield Flaw(at, words)
            elif platform == "discord" and name.startswith("role:") and not told_in_channel:
                words = (
                    "Rounds does not see who has a role on Discord, and can write to none of them "
                    f"alone. Write user ids, or add {EXAMPLES['alerts.discord']}, the channel "
                    "where the role is told."
                )
                yield Flaw(at, words)


def _idle(form: AgendaForm, platform: str, name: str) -> str | None:
    """Return when somebody on call would not moderate: `""` for always, None for never."""
    dates = (form.dates or {}).items()
    own = [(f" on {day}", one.moderators) for day, one in dates if one and one.moderators]
    for when, moderators in [("", form.moderators), *own]:
        if not _may_moderate(name, people_of(moderators).get(platform, ())):
            return when
    return None


_ON = {"local": "in the rooms of Rounds", "discord": "on Discord", "slack": "on Slack"}


def _may_moderate(name: str, listed: tuple[str, ...]) -> bool:
    """Whether a list of moderators may mean somebody.

    Who has a role or is in a group is not known here. Without a list the platform says who
    moderates.
    """
    bare = {one.removeprefix("user:") for one in listed}
    by_badge = any(one.startswith(("role:", "group:")) for one in listed)
    alone = not name.startswith(("role:", "group:"))
    return not listed or name.removeprefix("user:") in bare or (alone and by_badge)
