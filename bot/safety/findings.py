"""What was found in a text."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Kind(StrEnum):
    """What a patient could be known by, as its author is told.

    After the identifiers of HIPAA's Safe Harbor (45 CFR 164.514(b)(2)(i)), as far as text shows
    them.
    """

    NAME = "a name"
    ADDRESS = "an address"
    BIRTH_DATE = "a date of birth"
    DATE = "the exact date of an event"
    AGE = "an age over 89"
    PHONE = "a telephone or fax number"
    EMAIL = "an e-mail address"
    SOCIAL_SECURITY = "a social security number"
    HEALTH_NUMBER = "a national health or identity number"
    RECORD_NUMBER = "a record number"
    ACCOUNT = "an account or card number"
    LICENCE = "a licence or certificate number"
    VEHICLE = "a vehicle's number"
    DEVICE = "a device's number"
    LINK = "a link to a record"
    IP = "an IP address"
    BED = "a room or bed"
    UNREAD = "more than can be looked at"


class Confidence(IntEnum):
    """How sure a finding is."""

    LIKELY = 1  # its shape and the words around it
    SURE = 2  # its check digits, or words that say what it is


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """`text[start:end]` may be of that kind."""

    start: int
    end: int
    kind: Kind
    confidence: Confidence
