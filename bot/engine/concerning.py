"""What an author is told, alone, of a message in which something was seen.

What was seen is named by its kind, never quoted: these words wait in the outbox.
"""

from __future__ import annotations

from collections.abc import Collection

from bot.engine import conduct, steps
from bot.engine.actions import Spot, Words
from bot.engine.messages import Hold, id_in
from bot.engine.state import Chat

DISTRESS = Hold.DISTRESS.value
"""The concern for an author, not for a patient."""

KINDS = {
    "name": "a name",
    "address": "an address",
    "birth_date": "a date of birth",
    "date": "the exact date of an event",
    "age": "an age over 89",
    "phone": "a telephone or fax number",
    "email": "an e-mail address",
    "social_security": "a social security number",
    "health_number": "a national health or identity number",
    "record_number": "a record number",
    "account": "an account or card number",
    "licence": "a licence or certificate number",
    "vehicle": "a vehicle's number",
    "device": "a device's number",
    "link": "a link to a record",
    "ip": "an IP address",
    "bed": "a room or bed",
    "unread": "more than can be looked at",
}
"""What each concern is called."""

HOW_TO_EDIT = {
    "discord": "Open the message's menu and choose Edit Message.",
    "slack": "Point at the message, open its menu (⋮) and choose Edit message.",
}


def kinds(concerns: tuple[str, ...]) -> str:
    """Name what was seen: `an e-mail address and a record number`."""
    named = [KINDS.get(concern, concern) for concern in concerns]
    *most, last = named
    return f"{', '.join(most)} and {last}" if most else last


def told_author(chat: Chat, event: steps.Flagged | steps.Unflagged) -> Words:
    """Tell an author what was seen in a message and what to do, or that all is well now."""
    where = Spot(event.room, event.thread, id_in(event.message))
    title = chat.agenda.title
    if isinstance(event, steps.Unflagged):
        return (f"Thank you. Your message in {title} is in its transcript again: ", where)
    may_hide = conduct.may_hide(chat, event.room, event.person)
    if DISTRESS not in event.concerns and (may_hide or event.message in chat.order.hidden):
        return _removed(title, event, where)
    how = HOW_TO_EDIT.get(event.room.platform, "")
    seen = (
        f"Your message in {title} seems to have {kinds(event.concerns)}, by which a patient could "
        "be known. Others in the room can see it: please change it so that nobody can be known by "
        f"it. {how} Until then Rounds holds it back: it counts, but what it says is in no "
        "transcript. If it is about no patient, leave it as it is; a moderator can clear it.\n"
    )
    return (seen, where)


def told_below(concerns: tuple[str, ...]) -> str:
    """Tell an author what was seen in a message, below it in a room of Rounds' own."""
    return (
        f"Only you see this: your message seems to have {kinds(concerns)}, by which a patient "
        "could be known. Rounds holds it back: it counts, but nobody reads it. Change it with ⋯ "
        "so that nobody can be known by it, and it is shown again. If it is about no patient, "
        "leave it as it is; a moderator can clear it."
    )


def told_asker(concerns: tuple[str, ...]) -> str:
    """Tell a moderator what was seen in a topic that they asked, and what to do."""
    return (
        f"Nothing is posted: this topic seems to have {kinds(concerns)}, by which a patient could "
        "be known. It would stand in the room and in every transcript. Word it so that nobody can "
        "be known by it, and ask again with /chat topic."
    )


def told_at_form(what: str, seen: Collection[str]) -> str:
    """Tell somebody why `what`, as they wrote it, cannot stand beside their name, and what to do.

    `seen` has concerns and rules of conduct.
    """
    if concerns := tuple(one for one in seen if one in KINDS):
        return (
            f"{what} seems to have {kinds(concerns)}, by which a patient could be known. Leave it "
            "out: it would stand in transcripts."
        )
    if conduct.SEVERE in seen:
        return (
            f"{what} has words that moderators look at. Write it without them. If it is what you "
            "are called, ask a moderator: an agenda can allow words."
        )
    if "invitation" in seen:
        return f"{what} has an invitation to another place. Leave it out."
    return f"{what} has a link to a site that is not wanted here. Leave it out."


def _removed(title: str, event: steps.Flagged, where: Spot) -> Words:
    """Tell an author that their message was taken out of the room."""
    seen = (
        f"Your message in {title} seems to have {kinds(event.concerns)}, by which a patient could "
        "be known. Rounds takes it out of the room and holds it back: it counts, but what it says "
        "is in no transcript. If you still see it there, please delete it. Write it anew so that "
        "nobody can be known by it. If it is about no patient, a moderator can clear it, and it "
        "will be in the transcript. It stood here: "
    )
    return (seen, where)
