"""What is said privately because of a call for a moderator: to whom it is, and in which words.

Nothing of it quotes a message; a link leads there. What a person may feel is never said to them:
they are told where help is, what Rounds does, and what it does not.
"""

from __future__ import annotations

from bot.engine import calling, steps
from bot.engine.actions import Moment, Piece, Spot, Tell, Who, Words, privately
from bot.engine.agenda import OWN, outer_platforms
from bot.engine.calls import EVERYBODY, Call
from bot.engine.concerning import DISTRESS
from bot.engine.erasing import is_erased
from bot.engine.errors import Refused
from bot.engine.messages import id_in
from bot.engine.state import Chat
from bot.engine.telling import moderators_on

IN_DANGER = "If somebody is in danger right now, call your local emergency number."

WHAT_ELSE = "What can be asked: /chat commands"

_LOOK = {
    False: "Please look, and write to them privately:",
    True: "Please look, and be there for them with care; nobody can write privately there:",
}

NOT_TOLD = {
    steps.Asking.WORDS: (
        "Rounds could not write to them privately, for they take no direct messages: they have "
        "not been told where help is."
    ),
    steps.Asking.PERSON: (
        "Rounds could not write to them privately, for they take no direct messages: they have "
        "not been told who comes."
    ),
}
"""What moderators learn of a person who cannot be told anything."""

# ---------------------------------------------------------------- to whom


def tells(chat: Chat, event: steps.OfCall) -> list[Tell]:
    """Return what is said privately because of an event about a call."""
    call = chat.calls.get(event.number)
    if call is None:
        return []
    match event:
        case steps.Called(asked=steps.Asking.WORDS):
            return _to_person(call, "author", to_author(chat, call))
        case steps.Paged(whom=whom):
            return _to_all(chat, call) if whom == EVERYBODY else _to_one(chat, call, whom)
        case steps.Taken():
            return [*_others_learn(chat, call), *_asker_learns(call, to_asker(chat, call))]
        case steps.Unanswered():
            return _asker_learns(call, unanswered(chat, call))
        case steps.Unreached(whom=whom) if whom == call.key:
            about, words = f"unreached{len(call.unreached)}", unreached(call)
            if call.taken_by:
                return _to_who_came(call, about, words)
            return _to_those_asked(chat, call, about, words)
    return []


def tells_again(chat: Chat, event: steps.Flagged | steps.Unflagged) -> list[Tell]:
    """Return what whoever looks after somebody is told when they write so, or do again.

    Who came because of such words comes before who came because they were asked for.
    """
    if isinstance(event, steps.Unflagged) or DISTRESS not in event.concerns:
        return []
    person = f"{event.room.platform}:{event.person}"
    by_words, by_asking = (
        calling.looks_after(chat, person, event.at, asked)
        for asked in (steps.Asking.WORDS, steps.Asking.PERSON)
    )
    call, again = (by_words, " again") if by_words else (by_asking, "")
    if call is None:
        return []
    written = (
        f"In {chat.agenda.title} the person whose call you took has written something that may "
        f"be a cry for help{again}. It is held back from the transcript: "
    )
    return _to_who_came(call, "again", (written, _spot(event)))


def _to_one(chat: Chat, call: Call, whom: str) -> list[Tell]:
    platform, _, name = whom.partition(":")
    if platform == OWN:
        return []  # they have the pages
    page = len(call.pages)
    line = privately(platform, f"call{call.number}/{page}")
    words = page_words(chat, call)
    if name.startswith("role:"):
        channel = chat.agenda.alerts.get(platform, "")
        return [Tell(line, (), channel, words, notify=name, call=call.number, page=page)]
    return [Tell(line, (name,), "", words, call=call.number, page=page)]


def _to_all(chat: Chat, call: Call) -> list[Tell]:
    """Tell all moderators, and the channels of alerts beside them."""
    page = len(call.pages)
    told = []
    for platform in outer_platforms(chat.agenda):
        words = page_words(chat, call)
        people = _but(moderators_on(chat, platform), call, platform)
        if people:
            line = privately(platform, f"call{call.number}/{page}")
            told.append(Tell(line, people, "", words, call=call.number, page=page))
        if channel := chat.agenda.alerts.get(platform, ""):
            line = privately(platform, f"call{call.number}/{page}/alerts")
            told.append(Tell(line, (), channel, words, call=call.number, page=page))
    return told


def _but(people: tuple[str, ...], call: Call, platform: str) -> tuple[str, ...]:
    own = call.person if platform == call.room.platform else None
    return tuple(person for person in people if person != own)


def _to_those_asked(chat: Chat, call: Call, about: str, words: Words) -> list[Tell]:
    """Tell everybody who was asked to come, but whoever has come. Own rooms have pages."""
    whom: dict[str, list[str]] = {}
    for key in call.paged:
        platform, _, name = key.partition(":")
        if platform != OWN and key not in call.unreached:
            whom.setdefault(platform, []).append(name)
    channels = call.times_all > 0
    told = []
    for platform in outer_platforms(chat.agenda) if channels else whom:
        names = whom.get(platform, [])
        others = _but(moderators_on(chat, platform), call, platform) if channels else ()
        people = [
            name
            for name in dict.fromkeys([*names, *others])
            if not name.startswith("role:")  # nobody can write to one
            and f"{platform}:{name}" != call.taken_by
        ]
        line = privately(platform, f"call{call.number}/{about}")
        if people:
            told.append(Tell(line, tuple(people), "", words, call=call.number))
        channel = chat.agenda.alerts.get(platform, "")
        if channel and (channels or any(name.startswith("role:") for name in names)):
            line = privately(platform, f"call{call.number}/{about}/alerts")
            told.append(Tell(line, (), channel, words, call=call.number))
    return told


def _to_who_came(call: Call, about: str, words: Words) -> list[Tell]:
    """Tell whoever took a call; in Rounds' own rooms they have the pages."""
    platform, _, person = call.taken_by.partition(":")
    line = privately(platform, f"call{call.number}/{about}")
    return [] if platform == OWN else [Tell(line, (person,), "", words, call=call.number)]


def _others_learn(chat: Chat, call: Call) -> list[Tell]:
    words: Words = (
        _who(call.taken_by, call.taken_by_name),
        f" has taken the call in {chat.agenda.title}: ",
        _spot(call),
    )
    return _to_those_asked(chat, call, "taken", words)


def _asker_learns(call: Call, words: Words) -> list[Tell]:
    if call.asked is not steps.Asking.PERSON:
        return []
    return _to_person(call, "taken" if call.taken_by else "unanswered", words)


def _to_person(call: Call, about: str, words: Words) -> list[Tell]:
    """Tell the person whom a call is about; in Rounds' own rooms the page does."""
    if call.room.platform == OWN or is_erased(call.person):
        return []
    line = privately(call.room.platform, f"call{call.number}/{about}")
    return [Tell(line, (call.person,), "", words, call=call.number)]


# ---------------------------------------------------------------- to moderators


def asks(chat: Chat, call: Call) -> Words:
    """Tell a moderator who calls, where, since when, and who cannot be told anything."""
    who = Who(call.person, call.room.platform, call.name)
    title = chat.agenda.title
    words: list[Piece]
    if call.asked is steps.Asking.WORDS:
        written = f"A message in {title} may be a cry for help. It was written by "
        done = (
            ". Its author is told privately where help is, and the message is held back from the "
            f"transcript; in the room nothing is said. {_LOOK[call.room.platform == OWN]} "
        )
        words = [written, who, ", ", Moment(call.at), done, _spot(call)]
    else:
        about = " about this message" if call.message else ""
        words = [
            who, f" asks for a moderator in {title}{about}, ", Moment(call.at), ": ", _spot(call),
        ]  # fmt: skip
    if call.key in call.unreached:
        words.append(f"\n{NOT_TOLD[call.asked]}")
    return tuple(words)


def page_words(chat: Chat, call: Call) -> Words:
    """Ask a moderator to come: what they are to know, how to take the call, and who is next."""
    how = "\nTake the call with the button, or with /chat take in the room. "
    return (*asks(chat, call), how, _who_else(call))


def _who_else(call: Call) -> str:
    whom, _ = call.pages[-1]
    if whom == EVERYBODY:
        times = f", for the {ordinal(call.times_all)} time" if call.times_all > 1 else ""
        return f"All moderators are asked now{times}."
    asked = len(call.pages)
    again = f" This is the {ordinal(asked)} time that somebody is asked." if asked > 1 else ""
    return f"In two minutes the next one is asked.{again}"


def ordinal(number: int) -> str:
    """Write `1st`, `2nd`, `13th`."""
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if 10 <= number % 100 <= 20 else ending}"


def yours(chat: Chat, call: Call) -> Words:
    """Tell a moderator that a call is theirs, and what is to be done."""
    who = Who(call.person, call.room.platform, call.name)
    if call.room.platform == OWN:
        then = "Go to them in the room: "
    elif call.asked is steps.Asking.WORDS:
        then = (
            "They were told where help is, not that you come: write to them privately, as a "
            "person. If somebody is in danger, call for help where they are. Clear the message "
            "with /chat clear when it may be shown: "
        )
    else:
        then = "They are told that you will write to them: please do so privately. "
    told = ". Whoever else was asked is told so. "
    return ("You have the call of ", who, f" in {chat.agenda.title}{told}{then}", _spot(call))


def unreached(call: Call) -> Words:
    """Say that the person whom a call is about cannot be told anything privately."""
    who = Who(call.person, call.room.platform, call.name)
    return ("This is about ", who, f". {NOT_TOLD[call.asked]} ", _spot(call))


# ---------------------------------------------------------------- to the person


def answer(chat: Chat, call: Call) -> Words:
    """Tell whoever asked for a moderator who has been told, and what follows.

    Raises Refused where nobody can be told.
    """
    if not _can_be_told(chat, call):
        raise Refused(
            f"No moderator of {chat.agenda.title} can be told privately, for its agenda names "
            f"nobody who can be written to. Ask in the room. {IN_DANGER}"
            f"{calling.help_also(chat.agenda, call.country)}\n{WHAT_ELSE}"
        )
    where = "this message" if call.message else "this place"
    whom = call.pages[-1][0] if call.pages else EVERYBODY
    told: Words
    if whom == EVERYBODY:
        told = (f"The moderators of {chat.agenda.title} are told now, with a link to {where}. ",)
    else:
        next_one = "If they do not take the call within two minutes, the next one is told. "
        told = (_on_call(whom), f" is told now, with a link to {where}. {next_one}")
    comes = "You will be told by direct message who comes"
    if call.room.platform == OWN:
        comes = "You will see here who comes"
    return (*told, f"{comes}. {IN_DANGER}\n{WHAT_ELSE}")


def _on_call(whom: str) -> Who | str:
    platform, _, name = whom.partition(":")
    is_group = name.startswith(("role:", "group:"))
    return "Whoever is on call" if is_group else Who(name, platform, name * (platform == OWN))


def _can_be_told(chat: Chat, call: Call) -> bool:
    agenda = chat.agenda
    own = [name for name in agenda.moderators.get(OWN, ()) if f"{OWN}:{name}" != call.key]
    if own and any(room.platform == OWN for room in agenda.rooms):
        return True
    if call.pages and call.pages[-1][0] != EVERYBODY:
        return True
    return bool(_to_all(chat, call))


def shown_to_person(chat: Chat, call: Call) -> Words:
    """Tell the person whom a call is about, on a page, how it stands."""
    if call.asked is steps.Asking.WORDS:
        return to_author(chat, call)
    if call.taken_by:
        return to_asker(chat, call)
    if not call.is_open:
        return unanswered(chat, call)
    return (
        f"A moderator of {chat.agenda.title} is called, since ",
        Moment(call.at),
        f". You will see here who comes. {IN_DANGER}",
    )


def to_asker(chat: Chat, call: Call) -> Words:
    """Tell whoever asked who has taken their call."""
    comes = "comes to you in the room" if call.room.platform == OWN else "will write to you"
    who = _who(call.taken_by, call.taken_by_name)
    return (who, f" of {chat.agenda.title} has your call, and {comes}.")


def unanswered(chat: Chat, call: Call) -> Words:
    """Tell whoever asked that nobody has come."""
    told = (
        f"No moderator of {chat.agenda.title} has taken your call yet; all of them were told, "
        f"several times. Call again with /chat help, or ask in the room. {IN_DANGER}"
    )
    return (told + calling.help_also(chat.agenda, call.country),)


def to_author(chat: Chat, call: Call) -> Words:
    """Tell the author of what may be a cry for help where help is, and what Rounds does."""
    said = (
        f"Something that you wrote in {chat.agenda.title} could be the words of somebody who is "
        "having a very hard time. Rounds cannot know whether it is so. If it is, you need not be "
        "alone with it: these people listen, and you can reach them now.\n"
        f"{calling.help_lines(chat.agenda, call.country)}\n"
        "If you are in danger right now, call your local emergency number.\n"
        "The moderators of this chat are asked privately to look after you; nobody else is told, "
        "and Rounds says nothing about it in the room. Your message stays where you wrote it, and "
        "is kept out of the transcript until a moderator has looked at it. If you meant something "
        "else, you need do nothing. It is this one: "
    )
    return (said, _spot(call))


# ---------------------------------------------------------------- shared


def _spot(about: Call | steps.Flagged) -> Spot:
    return Spot(about.room, about.thread, id_in(about.message))


def _who(key: str, name: str) -> Who:
    platform, _, person = key.partition(":")
    return Who(person, platform, name)
