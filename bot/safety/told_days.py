"""Days that their words tell: of a birth, and of what happened to one person."""

from __future__ import annotations

import re

from bot.safety.cue_rules import IS, Rule, words
from bot.safety.findings import Confidence, Kind

_MONTH = (
    r"(?:jan(?:uary|uar|vier)?|jän(?:ner)?|enero|gen(?:naio)?|feb(?:ruary|ruar|rero|braio)?"
    r"|f[ée]v(?:rier)?|mar(?:ch|s|zo)?|märz|maerz|apr(?:ile?)?|avr(?:il)?|abr(?:il)?|may(?:o)?|mai"
    r"|maggio|june?|juni|juin|junio|giugno|july?|juli|juillet|julio|luglio|aug(?:ust)?|ao[ûu]t"
    r"|agosto|sep(?:t(?:ember|embre)?|tiembre)?|setiembre|settembre|o[ck]t(?:ober|obre|ubre)?"
    r"|ottobre|nov(?:ember|embre|iembre)?|de[cz](?:ember)?|d[ée]c(?:embre)?|dic(?:iembre|embre)?)"
)
"""The months in English, German, French, Spanish and Italian, and as they are cut short."""

_NTH = r"(?:st|nd|rd|th|er|[.ºª°])?"
_NUMBERED = r"\d{1,2}(?: ?[-/.] ?|\. )\d{1,2}(?: ?[-/.] ?|\. )(?:\d{4}|\d{2})"
DAY = (
    rf"(?:\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}|{_NUMBERED}"
    rf"|\d{{1,2}}{_NTH}(?: of| de| di|,)?[ .-]?{_MONTH}\.?(?: de| del|,)?[ -]?(?:\d{{4}}|'?\d{{2}})"
    rf"|{_MONTH}\.? \d{{1,2}}{_NTH},? ?\d{{4}})"
)
"""A day with its year, in the forms that people write."""

_RUN_ON = (
    r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
    r"|(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])(?:19|20)\d\d"
    r"|(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:19|20)\d\d|\d\d? \d\d? (?:19|20)\d\d"
)
"""A day as eight digits, the year first or last; or with blanks alone between them."""

_NO_UNITS = r"(?! ?(?:%|patients?|pts|cases|months?|weeks?|days?|years?)\b)"
"""12/24/36 months are no day."""

_NOT_A_MONTH = r"(?!(?-i:may|mar|mai|ago|gen|dec|sep)\b)"
_UNITS = (
    r"(?! ?(?:%|[-–/:]|patients?|pts|cases|men|women|months?|weeks?|days?|years?|hours?|hrs"
    r"|respectively)|[.,]\d)"
)
_NO_YEAR = (
    rf"(?:\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {_NOT_A_MONTH}{_MONTH}\b"
    rf"|{_NOT_A_MONTH}{_MONTH}\.? \d{{1,2}}(?:st|nd|rd|th)?\b)(?! ?['’]?\d){_UNITS}"
)
"""A day and its month; words of small letters that mean something else are no month."""

_IN_FIGURES = (
    rf"(?:(?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12]\d|3[01])|(?:0?[1-9]|[12]\d|3[01])/(?:0?[1-9]|1[0-2]))"
    rf"(?!\d){_UNITS}(?! ?\()"
)
"""3/14 or 14/3; 3/14 patients is a part of them."""

_PLAIN = rf"(?!24/7\b)(?=\d{{1,2}}/(?:1[3-9]|[23]\d)|(?:1[3-9]|[23]\d)/){_IN_FIGURES}(?! of\b)"
"""One that is no half and no three quarters."""

_WEEKDAY = (
    r"(?:(?:(?:mon|tue(?:s)?|wed(?:nes)?|thu(?:r|rs)?|fri|sat(?:ur)?|sun)(?:day)?|(?:mon|diens"
    r"|donners|frei|sams|sonn)tag|mittwoch|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche"
    r"|lunes|martes|mi[ée]rcoles|jueves|viernes|s[áa]bado|domingo|(?:lune|marte|mercole|giove|vener)"
    r"d[iì]|sabato|domenica)[.,]{0,2} (?:the |den |le )?)?"
)
"""A day of the week, in the same languages, where people write one before the day."""

_AND = r"(?:(?: ?(?:[,;/\"'(-]|:\n?) ?[\"'(]?| |\n(?<=[:=] .)))?"
"""What people put between the word for an event and its day; a line break only behind a colon."""

_NOT_A_SPAN = rf"(?! ?(?:to|through|until|till|and|[-–]) ?(?:the )?(?:\d|{_MONTH}\b))"
_WHO = r"(?:him|her|them|me|(?:the|this|that|my|our) (?:patient|man|woman|lady|gentleman|boy|girl))"
_PLACE = r"(?: (?:to|from|at|in|into|home|under|by|for|with)(?: [\w'’.&-]{1,20}){0,3}?)?"

_YEAR = re.compile(r"(?:1[89]|20)\d\d")


def _within_memory(day: str) -> bool:
    """Whether a day is of somebody whose data are protected: they are for fifty years (160.103)."""
    year = _YEAR.search(day)
    return year is None or int(year[0]) >= 1970


def _dated(*, cues: tuple[str, ...], what: str, without_year: str = "") -> Rule:
    either = rf"(?P<it>{DAY})\b{_NOT_A_SPAN}{_NO_UNITS}"
    if without_year:
        either = rf"(?:{either}|(?P<it2>{without_year}){_NOT_A_SPAN})"
    pattern = words(rf"{what}{_AND}{_WEEKDAY}{either}")
    return Rule(Kind.DATE, Confidence.LIKELY, cues, pattern, _within_memory)


DAYS: tuple[Rule, ...] = (
    Rule(
        Kind.BIRTH_DATE,
        Confidence.SURE,
        ("dob", "d.o.b", "d/o/b", "date of birth", "birth date", "birthdate", "birthday",
         "geburtsdatum", "geburtstag", "date de naissance", "fecha de nacimiento",
         "data di nascita"),
        words(
            r"(?:d[./]?o[./]?b\.?|date of birth|birth ?date|birthday|geburts(?:datum|tag)"
            r"|date de naissance|fecha de nacimiento|data di nascita)"
            rf"(?: ?\([dmy/. -]{{2,12}}\))?{IS}(?:\. ?)?"
            rf"(?:(?:it'?s|on|am|le|el|il|the) ){{0,2}}[(,]?{_WEEKDAY}(?P<it>{DAY}|{_RUN_ON})\b"
        ),
    ),
    Rule(
        Kind.BIRTH_DATE,
        Confidence.SURE,
        ("born", "geboren", "geb.", "geb ", "née ", "né ", "nee ", "ne le", "nacido", "nacida",
         "nato ", "nata "),
        words(
            r"(?:born|geboren|geb\.?|n[ée]e?|nacid[oa]|nat[oa])"
            r"(?: (?:in|at|en|à|a)(?: [\w'’.-]{1,20}){1,3}?(?=,| on| am| le| el| il))?"
            rf"(?:,? (?:is|was|on|am|le|el|il|the)){{0,2}}[ :;(,/\"'-]{{1,3}}\n?"
            rf"{_WEEKDAY}(?P<it>{DAY})\b"
        ),
    ),
    _dated(
        cues=("admitted", "readmitted", "discharged", "operated", "transferred", "died", "deceased",
              "passed away"),
        what=r"(?:(?:re-?)?admitted|discharged|died|deceased|passed away|operated|transferred)"
        rf"(?: on {_WHO})?(?:{_PLACE} (?:on|upon)(?: the)?| home)?:?",
        without_year=rf"{_NO_YEAR}|(?:(?<=admitted )|(?<=discharged )){_PLAIN}"
        rf"|(?<= on ){_IN_FIGURES}",
    ),
    _dated(
        cues=("biopsied", "seen on", "seen in clinic", "seen in the clinic", "seen in a&e",
              "seen in ed ", "reviewed on", "diagnosed on", "surgery on",
              "delivered on"),
        what=r"(?<!as )(?:biopsied|seen|reviewed|diagnosed|surgery|delivered)"
        rf"{_PLACE}(?: (?:on|upon)(?: the)?)?",
    ),
    _dated(
        cues=("underwent",),
        what=r"underwent(?: [\w'’/+-]{1,24}){1,6}? on(?: the)?",
    ),
    _dated(
        cues=("date of admission", "date of discharge", "date of death", "date of surgery",
              "date of operation", "date of procedure", "date of visit", "date of biopsy",
              "admission date", "discharge date", "surgery date", "procedure date",
              "operation date", "admission:", "discharge:", "admission on", "discharge on",
              "admission -", "discharge -", "admission ;", "discharge ;"),
        what=r"(?:date of (?:admission|discharge|death|surgery|operation|procedure|visit|biopsy)"
        r"|(?:admission|discharge|surgery|procedure|operation)(?: date)?)"
        rf"{IS}(?:on )?(?:the )?\(?",
        without_year=_NO_YEAR,
    ),
)  # fmt: skip
