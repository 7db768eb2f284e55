"""Names, addresses and beds that the words before them tell."""

from __future__ import annotations

import re

from bot.safety.cue_rules import Rule, words
from bot.safety.findings import Confidence, Kind
from bot.safety.no_names import NO_COLLEAGUE, NO_NAME, NO_TITLED

_CAPITAL, _SMALL = "A-ZÀ-ÖØ-ÞĀ-Ž", "a-zß-öø-ÿĀ-žḀ-ỹ"
_OF = (
    r"(?:(?:van(?: de[rn]?)?|von(?: der)?|de(?: la|l| los)?|della?|di|da|dos|du|la|le|el|al|ter|ten"
    r"|bin|zu)[ -])?"
)
_SINGLE = (
    rf"(?:[OD]['’]|Mc|Mac|Le|De|La|Di)?[{_CAPITAL}][{_SMALL}'’-]{{1,20}}"
    rf"(?:[{_CAPITAL}][{_SMALL}]{{1,20}})?(?!\w)"
)
_GIVEN = rf"{NO_NAME}{_SINGLE}"
"""A word that may be a name, and no other word that begins a heading or a sentence."""

_FULL = rf"{_GIVEN}(?: (?:[{_CAPITAL}]\. )?{_OF}{_GIVEN}){{1,2}}"
_CALLED = rf"{_GIVEN}(?: {_OF}{_GIVEN}){{0,2}}"
_SHOUTED = rf"[{_CAPITAL}][{_CAPITAL}'’-]{{1,20}}"
_LISTED = rf"(?:{_GIVEN}|{_SHOUTED}), ?(?:{_GIVEN}|{_SHOUTED})"
_PATIENT = r"(?:[Pp]atient|PATIENT|[Pp]t|PT)\b"

_TIMES = (
    r"(?! ?(?:days?|weeks?|months?|hours?|hrs|h|nights?|times|minutes|min|years?|patients|per|%|of"
    r"|more)\b|[.,]\d)"
)
_ROOM = rf"[A-Z]?\d{{1,4}}[A-Z]?\b{_TIMES}"
_ABED = rf"[A-Z]?\d{{1,3}}[A-Z]?\b{_TIMES}"
_NUMBER = r"(?:no\.? ?|# ?|number )?"
_HOUSE = re.compile(
    r"\b(?:icu|itu|hdu|ccu|nicu|picu|pacu|ward|unit|bay|patient|pt|man|woman|lady|gentleman|boy"
    r"|girl|lies|lying|nursed|isolated)\b|\broom \w{1,5},? (?:and )?bed\b"
    r"|\bbed \w{1,4},? (?:in |on |of )?room\b",
    re.IGNORECASE,
)
_SOMEBODY = re.compile(
    r"\b(?:she|he|her|him|patient|pt|man|woman|lady|gentleman|boy|girl|lies|lying|nursed|isolated"
    r"|admitted|ward|icu|itu|hdu|bed|bay|mother|father)\b",
    re.IGNORECASE,
)

_STOPS = r"(?=[.;!?]? *(?:$|\n)|[.;!?] )"
_MEASURE = r"(?!\d+ ?(?:m|ft|km|metres?|meters?|feet|miles?|years?|months?|%)\b)"
_DWELLING = (
    rf"(?:(?:the corner of|(?:flat|apt\.?|apartment|unit|number|no\.?) ?\w{{1,5}},?) )?{_MEASURE}"
    r"(?:\d{1,5}[A-Z]?,? (?:\d{1,5}[A-Z]?,? )?[^\W\d_]|(?:psc|cmr|box) \d"
    r"|(?:ul\.? )?(?-i:[A-ZÀ-ÞĀ-Ž])[\w'’.-]{2,30}(?: [\w'’.-]{1,20}){0,3},? \d{1,4}\b)[^\n]{0,50}?"
)
"""A house number before a street's name or behind it; not a height, and not "to address: 1."."""


PEOPLE: tuple[Rule, ...] = (
    Rule(
        Kind.BED,
        Confidence.LIKELY,
        ("bed ", "room ", "ward ", "bay "),
        words(
            rf"(?:(?P<it>(?:(?:ward|room|bay) [A-Z]?\d{{1,4}}[A-Z]?,? (?:and )?bed {_ABED}"
            r"|bed [A-Z]?\d{1,3}[A-Z]?,? (?:in |on |of )?(?:ward|room|bay) [A-Z]?\d{1,4}[A-Z]?))\b"
            rf"|(?P<it2>bed {_NUMBER}{_ABED}))"
        ),
        near=_HOUSE,
    ),
    Rule(
        Kind.BED,
        Confidence.LIKELY,
        ("in room ", "in bed ", "room no", "room #", "bed no", "bed #"),
        words(
            rf"(?:in )?(?P<it>(?:room {_NUMBER}{_ROOM}|bed {_NUMBER}{_ABED}))"
        ),
        near=_SOMEBODY,
    ),
    Rule(
        Kind.ADDRESS,
        Confidence.SURE,
        ("lives at", "living at", "resides at", "residing at", "home address", "address is",
         "address:"),
        words(
            r"(?:(?:liv|resid)(?:es|ing) at|home address(?: is| ?[:,;-])?|address(?: is|:))\s{1,3}"
            rf"(?P<it>{_DWELLING}){_STOPS}"
        ),
        lambda it: "@" not in it,
    ),
    Rule(
        Kind.NAME,
        Confidence.LIKELY,
        ("my patient", "our patient", "my pt", "our pt", "this patient", "the patient", "a patient",
         "patient named", "patient called", "pt named", "pt called"),
        re.compile(
            rf"(?:(?:[Mm]y|MY|[Oo]ur|[Tt]his) {_PATIENT}"
            rf"(?:[.,]? (?P<it>{_CALLED})|(?: ?[:;]| -)[ \n](?P<it5>{_FULL})"
            rf"| ?\((?P<it6>{_CALLED})(?=[,)])|,? ?[\"'](?P<it7>{_CALLED})(?=[\"']))"
            rf"|(?:(?:[Mm]y|[Oo]ur|[Tt]his|[Tt]he|[Aa]) )?{_PATIENT}"
            r"(?:(?:(?:,| is| was| who is)? (?:named|called)|'s name is) "
            rf"[\"']?(?P<it2>{_CALLED})| is (?P<it3>{_FULL})"
            rf"|(?:, | ?\()[\"']?(?P<it4>{_FULL})(?=[,)\"'])| [\"'](?P<it8>{_FULL})(?=[\"'])))"
        ),
    ),
    Rule(
        Kind.NAME,
        Confidence.LIKELY,
        ("patient:", "pt:", "patient :", "pt :", "patient -", "pt -", "patient ;", "pt ;",
         "patient;", "pt;", "patient name", "patient's name", "pt name", "pt's name",
         "name of patient", "name of the patient"),
        re.compile(
            rf"(?:{_PATIENT} ?:[ \n\"']{{0,3}}(?P<it>{_FULL}|{_LISTED})"
            rf"|(?<!\w )(?<!\w-){_PATIENT}(?: - | ?; ?)[\"']?(?P<it3>{_FULL})"
            rf"|(?:{_PATIENT}(?:['’]s)? (?:[Nn]ame|NAME)|[Nn]ame of (?:the )?patient)"
            rf"(?: is| was)?[ :;=\"'\n-]{{1,4}}"
            rf"(?P<it2>{_LISTED}|{_CALLED}|{_SHOUTED}(?: {_SHOUTED})?))"
        ),
    ),
    Rule(
        Kind.NAME,
        Confidence.LIKELY,
        ("mrs", "mr ", "mr.", "ms ", "ms.", "miss ", "frau ", "herr ", "mme", "mlle", "madame ",
         "monsieur ", "sra", "señora ", "señor ", "signora ", "signor ", "mevrouw ", "meneer "),
        re.compile(
            r"(?<!@)(?<![Tt]hanks )(?<![Tt]hanks, )(?<![Tt]hank you )(?<![Tt]hank you, )"
            r"(?<![Tt]hanks to )(?<![Aa]gree with )"
            r"(?:(?:M(?:rs|r|s|me|lle)|Sra)\.?|Miss|Frau|Herrn?|Madame|Monsieur|[Ss]eñora?"
            r"|[Ss]ignora?|[Mm]evrouw|[Mm]eneer) ?"
            rf"(?P<it>{NO_TITLED}(?>(?:[{_CAPITAL}]\. ?){{0,2}}{_OF}{_SINGLE}"
            rf"(?: {_OF}{_GIVEN}){{0,2}}|[{_CAPITAL}]\.(?!\w))){NO_COLLEAGUE}"
            rf"|Mrs\.? (?P<it2>{NO_TITLED}[{_SMALL}]{{3,20}})\b"
            rf"|MRS\.? (?P<it3>{NO_TITLED}{_SHOUTED})\b"
        ),
    ),
)  # fmt: skip
