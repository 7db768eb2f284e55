"""What people say of themselves at a check-in, once for a series, and how it is read.

1.  Everything but what they want of transcripts may be left open: then it counts as “not stated”.
    Whoever gives no name is shown by the one they have where they write.
2.  A role is one of the agenda's. A country is kept as its code (ISO 3166-1 alpha-2).
3.  A conflict of interest is written in their own words; “none” says that there is none.
4.  Sending the form is agreeing to the rules that stand in it.
5.  What holds is what they said last; it holds for every chat of the series, also for one that is
    over, whose transcript is made anew from it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from bot.engine.consent import Consent
from bot.engine.countries import COUNTRIES, country_of
from bot.engine.errors import Refused
from bot.engine.names import MOST_TYPED, clean_name, in_one_line

NAME, ROLE, COUNTRY, INTEREST, CONSENT = FIELDS = (
    "name", "role", "country", "interest", "consent",
)  # fmt: skip
"""The fields of the form, in their order."""

LONGEST_INTEREST = 300
"""Characters in a conflict of interest."""

NONE = "none"
"""What is kept where somebody says that they have no conflict of interest."""

NOT_STATED = "not stated"

_NO_CONFLICT = frozenset(
    {"none", "no", "nil", "nothing", "n/a", "na", "-", "no conflict", "no conflicts",
     "no conflict of interest", "no conflicts of interest", "none to declare",
     "nothing to declare", "nothing to disclose", "none to disclose"}
)  # fmt: skip

CONSENTS: Mapping[Consent, str] = MappingProxyType(
    {
        Consent.NAMED: "With my name",
        Consent.PSEUDONYM: "Under a pseudonym; the organizers see my name",
        Consent.OUT: "Leave what I say out; it is only counted",
    }
)
"""What can be chosen for transcripts, in the words of the form."""


@dataclass(frozen=True, slots=True)
class CheckIn:
    """What somebody said of themselves; what is empty they did not state.

    `country` is a code of ISO 3166-1, `interest` is NONE where they have none.
    """

    name: str = ""
    role: str = ""
    country: str = ""
    interest: str = ""
    consent: Consent = Consent.NAMED


@dataclass(frozen=True, slots=True)
class Form:
    """What is asked at the check-in of a series, for one person.

    `usual` is what holds for those who never checked in, `given` what this person said before,
    `called` the name that they have where they write. `is_required`: what they say is held back
    until they check in. `reserved` are names that others may not give themselves.
    """

    series: str
    title: str
    rules: str
    roles: tuple[str, ...]
    usual: Consent
    is_required: bool
    called: str
    given: CheckIn | None = None
    reserved: frozenset[str] = frozenset()

    @property
    def filled_in(self) -> Mapping[str, str]:
        """What stands in the fields when the form opens: what holds for this person now.

        So nobody is shown otherwise than before who only states their role.
        """
        if self.given is None:
            return {NAME: "", ROLE: "", COUNTRY: "", INTEREST: "", CONSENT: self.usual.value}
        return {
            NAME: self.given.name,
            ROLE: self.given.role if self.given.role in self.roles else "",
            COUNTRY: self.given.country,
            INTEREST: self.given.interest,
            CONSENT: self.given.consent.value,
        }


class Unfit(Refused):
    """A form that cannot be taken as it is; `faults` has a sentence for each field at fault."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__(" ".join(faults.values()))
        self.faults = faults


def read(form: Form, typed: Mapping[str, str]) -> CheckIn:
    """Return what somebody says of themselves, made harmless.

    Raises Unfit with a sentence for every field that has to be written otherwise.
    """
    faults: dict[str, str] = {}
    reading = {
        NAME: lambda text: _name(text, form.reserved),
        ROLE: lambda text: _role(text, form.roles),
        COUNTRY: _country,
        INTEREST: _interest,
    }
    said: dict[str, str] = {}
    for field, read_field in reading.items():
        try:
            said[field] = read_field(in_one_line(typed.get(field, "")[:MOST_TYPED]))
        except Refused as fault:
            faults[field] = str(fault)
    try:
        consent = Consent(typed.get(CONSENT, "").strip().lower() or form.filled_in[CONSENT])
    except ValueError:
        faults[CONSENT] = f"Choose one of {', '.join(Consent)}."
    if faults:
        raise Unfit(faults)
    return CheckIn(said[NAME], said[ROLE], said[COUNTRY], said[INTEREST], consent)


def _name(text: str, reserved: Collection[str]) -> str:
    return clean_name(text, reserved) if text else ""


def _role(text: str, roles: Collection[str]) -> str:
    if not text or text.casefold() == NOT_STATED:
        return ""
    for role in roles:
        if role.casefold() == text.casefold():
            return role
    raise Refused(f"Choose a role of the list: {', '.join(roles)}; or leave it open.")


def _country(text: str) -> str:
    if not text or text.casefold() == NOT_STATED:
        return ""
    code = country_of(text)
    if code is None:
        raise Refused(
            "This is no country that Rounds knows. Write its name in English or its two letters, "
            "such as Norway or NO; or leave it open."
        )
    return code


def _interest(text: str) -> str:
    if len(text) > LONGEST_INTEREST:
        raise Refused(
            f"A conflict of interest has at most {LONGEST_INTEREST} characters; this one has more. "
            "Shorten it."
        )
    if text.casefold().rstrip(".! ") in _NO_CONFLICT:
        return NONE
    if text and not any(map(str.isalnum, text)):
        raise Refused("There is nothing in it that can be read. Write it in words, or none.")
    return text


# ---------------------------------------------------------------- said again


def country_name(code: str) -> str:
    """Return what a country is called; a code that is not known stays as it is."""
    return COUNTRIES.get(code, code)


def understood(form: Form, said: CheckIn) -> str:
    """Tell somebody what was understood, and how it is changed."""
    stated = [
        f"Name: {said.name or f'{form.called}, as you have it here'}",
        f"Role: {said.role or NOT_STATED}",
        f"Country: {country_name(said.country) or NOT_STATED}",
        f"Conflict of interest: {said.interest or NOT_STATED}",
        f"In transcripts: {_WISHES[said.consent]}",
    ]
    agreed = " You agreed to its rules." if form.rules else ""
    return (
        f"You are checked in for {form.title}.{agreed}\n\n"
        + "\n".join(stated)
        + "\n\nIt holds for all its chats. Change it at any time: /chat checkin"
    )


_WISHES = {
    Consent.NAMED: "with your name",
    Consent.PSEUDONYM: "under a pseudonym; the organizers see your name",
    Consent.OUT: "left out; what you say is only counted",
}


def not_yet(form: Form) -> str:
    """Tell somebody that they have not checked in, and what holds until they do."""
    held = " What you write is held back until you do." if form.is_required else ""
    return (
        f"You have not checked in for {form.title}.{held} In transcripts until then: "
        f"{_WISHES[form.usual]}."
    )
