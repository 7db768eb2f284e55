"""Numbers that their words tell: of records, health services, licences, devices, accounts."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import starmap

from bot.safety import check_digits
from bot.safety.cue_rules import CODE, COUNTED, IS, Rule, has_digits, words
from bot.safety.findings import Confidence, Kind


def _card(text: str) -> bool:
    return has_digits(7)(text) and len(re.sub(r"\D", "", text)) <= 19


_BENEFICIARY = words(r"[1-9][A-Z][A-Z0-9]\d[A-Z][A-Z0-9]\d[A-Z]{2}\d\d")


def _medicare(it: str) -> bool:
    """Australia's card by its check; the United States' by its form (CMS, MBI format, 2017)."""
    return (it.isdecimal() and check_digits.medicare(it)) or bool(_BENEFICIARY.fullmatch(it))


_NATIONAL: tuple[tuple[str, str, tuple[int, ...], Callable[[str], bool]], ...] = (
    ("nhs", r"\d", (10,), check_digits.nhs),
    ("chi", r"\d", (10,), check_digits.community_health),
    ("bsn", r"\d", (9,), check_digits.bsn),
    ("pesel", r"\d", (11,), check_digits.pesel),
    ("nhi", "[A-Z0-9]", (7,), check_digits.new_zealand),
    ("kvnr", "[A-Z0-9]", (10,), check_digits.german),
    ("krankenversichertennummer", "[A-Z0-9]", (10,), check_digits.german),
    ("rijksregister", r"\d", (11,), check_digits.belgian),
    ("niss", r"\d", (11,), check_digits.belgian),
    ("fødselsnummer", r"\d", (11,), check_digits.norwegian),
    ("personnummer", r"\d", (12, 10), check_digits.swedish),
    ("cpf", r"\d", (11,), check_digits.cpf),
    ("aadhaar", r"\d", (12,), check_digits.aadhaar),
    ("dni", "[A-Z0-9]", (9,), check_digits.spanish),
    ("nie", "[A-Z0-9]", (9,), check_digits.spanish),
    ("codice fiscale", "[A-Z0-9]", (16,), check_digits.italian),
    ("sécurité sociale", r"\d", (15,), check_digits.nir),
    ("ahv", r"\d", (13,), check_digits.ahv),
    ("medicare", "[A-Z0-9]", (11, 10), _medicare),
)
"""Words for a national number, its signs, how many, and its check; nothing else need say it."""


def _national(word: str, sign: str, lengths: tuple[int, ...], check: Callable[[str], bool]) -> Rule:
    ways = "|".join(rf"{sign}(?:[ .-]?{sign}){{{length - 1}}}(?!{sign})" for length in lengths)
    return Rule(
        Kind.HEALTH_NUMBER,
        Confidence.SURE,
        (word,),
        words(rf"{re.escape(word)}\b{IS}(?P<it>{ways})"),
        lambda it: check(re.sub(r"[ .-]", "", it)),
    )


NUMBERS: tuple[Rule, ...] = (
    Rule(
        Kind.RECORD_NUMBER,
        Confidence.SURE,
        ("mrn", "mr#", "mr #", "medical record", "accession n", "specimen n", "encounter n",
         "unit number", "nhc", "fallnummer", "patientennummer", "dossier n"),
        words(
            r"(?:mrn|mr(?= ?#)|medical records?|accession|specimen|encounter|unit|nhc|fallnummer"
            rf"|patientennummer|dossier){IS}"
            r"(?:(?P<it2>\d{2,4}(?: \d{2,4}){1,3}(?![\w.,/%-]{0,3}\w))"
            rf"|{CODE}){COUNTED}"
        ),
        has_digits(4),
    ),
    Rule(
        Kind.RECORD_NUMBER,
        Confidence.SURE,
        ("hospital n", "hospital id", "hospital #", "hosp n", "hosp. n", "hosp.n", "hosp id",
         "hosp #",
         "chart ", "chart:", "chart#", "record n", "patient id", "patient n", "patient #", "pt id",
         "case n", "file n", "file #"),
        words(
            rf"(?:hosp(?:ital|\.)?|chart|record|patient|pt|case|file){IS}{CODE}{COUNTED}"
        ),
        has_digits(5),  # "patient number 1234 was randomised"
    ),
    Rule(
        Kind.LICENCE,
        Confidence.SURE,
        ("licen",),
        words(rf"licen[cs]e(?: plate)?{IS}(?!CC-|GPL|MIT|BSD){CODE}"),
        has_digits(5),
    ),
    Rule(
        Kind.VEHICLE,
        Confidence.SURE,
        ("number plate", "plate n", "registration plate", "license plate", "licence plate"),
        words(
            r"(?:number|license|licence|registration)? ?plate(?: (?:number|no\.?))?"
            rf"{IS}(?P<it>(?=[A-Z0-9 -]{{0,9}}\d)[A-Z0-9]{{1,4}}[ -]?[A-Z0-9]{{2,5}})\b"
        ),
        has_digits(1),
    ),
    Rule(
        Kind.VEHICLE,
        Confidence.SURE,
        ("vin",),
        words(rf"vin\b{IS}(?P<it>[A-HJ-NPR-Z0-9]{{17}})\b"),
    ),
    Rule(
        Kind.DEVICE,
        Confidence.SURE,
        ("serial n", "serial #", "s/n", "sn:", "sn#", "sn #", "device id", "device n", "imei",
         "implant n", "udi", "lot n"),
        words(
            r"(?:serial|s/n|sn|device|imei|implant|udi|lot)"
            rf"(?:{IS}{CODE}|(?<=udi)[ :=#-]{{0,4}}(?P<it2>\(01\) ?\d{{14}}"
            r"(?: ?\(\d\d\) ?[A-Z0-9]{1,20}){0,4}))"
        ),
        has_digits(4),
    ),
    Rule(
        Kind.SOCIAL_SECURITY,
        Confidence.SURE,
        ("ssn", "social security", "soc sec"),
        words(
            rf"(?:ssn|social security|soc\.? sec\.?){IS}"
            r"(?P<it>\d{3}[- .]?\d{2}[- .]?\d{4})\b"
        ),
    ),
    Rule(
        Kind.HEALTH_NUMBER,
        Confidence.SURE,
        ("nhs n", "nhs #", "nhs:", "chi n", "health card", "health number", "insurance n",
         "insurance id", "medicare n", "medicare #", "medicare:", "medicare id", "medicaid n",
         "medicaid #", "medicaid:", "medicaid id", "member id", "policy n", "national id", "ohip",
         "personal number", "versichertennummer", "phn"),
        words(
            r"(?:nhs|chi|health card|health|insurance|medicare|medicaid|member|policy|national"
            rf"|ohip|personal|versichertennummer|phn)(?: card)?{IS}"
            r"(?P<it>(?=[A-Z0-9 -]{0,9}\d)[A-Z0-9]{2,14}"
            rf"(?:[ -](?=[A-Z0-9]{{0,4}}\d)[A-Z0-9]{{2,5}}){{0,3}})\b{COUNTED}"
        ),
        has_digits(5),
    ),
    *starmap(_national, _NATIONAL),
    Rule(
        Kind.ACCOUNT,
        Confidence.SURE,
        ("card", "account n", "account #", "acct"),
        words(rf"(?:credit |debit )?(?:card|account|acct){IS}(?P<it>\d[\d -]{{5,22}}\d)\b"),
        _card,
    ),
)  # fmt: skip
