"""What people make of a name: its parts run together, initials, handles, a given name in Han.

Each rule here finds a form that no word of everyday has, or leaves it alone where one has it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.transcripts.common_words import is_never_a_name
from bot.transcripts.spelling import JOINERS, TOKEN, folded

SHORTEST_RUN = 5
"""Letters that the parts of a double name have at least where they are run together: MaryAnne."""

SHORTEST_NUMBERED = 4
"""Letters that a word of a name has at least which is known with digits behind it: souza123."""

_MOST_DIGITS = 4
DIGITS = "0123456789"
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_CLITICS = "وفبلكהובלמשכ"
_BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\}")
_CUTS = re.compile(r"\s[|/·•–—-]\s|,")
_DOUBLE = re.compile(r"[^\W_]+(?:[-\u2010\u2011][^\W_]+)+")
_INITIALS = re.compile(r"(?<![^\W_])[A-Z](?:(?:\.[ -]?|-| )[A-Z](?![^\W_])){1,3}")

_ABBREVIATIONS = (
    "AB AC AD AE AF AG AI AM AP AR AS BC BD BE BI BM BP BS CA CC CD CE CF CI CK CL CM CN "
    "CO CP CR CS CT CV DC DM DR DS DT EC ED EF EM EP ER ET EU FC FU GA GI GP GU HB HD HF "
    "HR HT IC ID II IL IM IN IP IQ IR IS IT IU IV JC KG LA LH LN LR LV MB MD ML MM MR MS "
    "MV NA NB NE NK NO NP NR NS OA OC OK OP OR OS OT PA PC PE PH PI PM PN PO PR PS PT QA "
    "QC QI QT RA RN RP RR RS RT SC SD SE SI SR SS ST TB TC TM TP TV TX UA UC UI UK UN UP "
    "US UT UV VA VS VT WA WE ADT AKI BMI BMJ BPH BRCA CBC CKD CNS COPD COVID CRP CVD DNA "
    "DRE ECG EEG EMA FDA GFR HIV HPV ICU LDL LUTS MRI NCI NHS NICE NIH PCR PET PSA PTSD "
    "QOL RCT RNA TNM TRT TRUS UTI WHO"
)
MEANS_SOMETHING = frozenset(_ABBREVIATIONS.split())
"""Initials that doctors and everybody write for something else: nobody is called so alone."""

_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003134f]{3,4}")
_ENDS_IN_HAN = (
    "医生 醫生 医师 醫師 大夫 老师 老師 教授 护士 護士 护师 主任 院长 院長 博士 先生 女士 "
    "小姐 同学 同學 学生 學生 患者 病人 家属 家屬 大学 大學 医院 醫院 医学 醫學 健康 和平 "
    "平安 文化 文明 光明 希望 未来 未來 阳光 陽光 海洋 东方 東方 建设 建設 胜利 勝利 解放 "
    "国庆 國慶 中国 中國 北京 上海 手术 手術 治疗 治療 研究 前列 肾脏 腎臟 泌尿 肿瘤 腫瘤 "
    "癌症 快乐 快樂 先輩 看護 医療 会長 社長 部長"
)
HAN_WORDS = frozenset(_ENDS_IN_HAN.split())
"""Words of everyday and of people's work: where a name ends in one, it is no given name."""

_BEFORE = frozenset("谢謝问問和跟与與同对對给給请請是见見叫让讓像由意")
_BEHIND = frozenset("的说說是在和跟与與也你您老医醫先女同提问問认認谈談讲講写寫们們呢吗嗎吧想觉覺")
"""What often stands right before and right behind a given name: thanks, asks, with; says, of."""

DENSE = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
    r"\U00020000-\U0003134f]"
)
"""A letter of a script that has no spaces between words, or few."""

_IS_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003134f]")


def doubles(name: str) -> Iterator[tuple[str, ...]]:
    """Yield the parts of each double name (Mary-Anne) within a name."""
    for found in _DOUBLE.findall(name):
        yield tuple(re.split("[-\u2010\u2011]", found))


def initials(name: str) -> Iterator[str]:
    """Yield the initials that stand in a name, run together: JP for J.P. and for J.-P. Morgan."""
    for found in _INITIALS.findall(name):
        yield "".join(letter for letter in found if letter.isalpha())


def handles(words: Sequence[str]) -> Iterator[str]:
    """Yield what is made of a name's folded words: msouza, marias; `is_handle` says how written."""
    first, last = words[0], words[-1]
    if len(last) > 2:
        yield first[0] + last
    if len(first) > 2:
        yield first + last[0]


def is_handle(raw: str) -> bool:
    """Whether a word is written as an initial with a name, which no other word is: MSouza."""
    initial_first = raw[:2].isupper() and raw[2:].islower()
    initial_last = raw[0].isupper() and raw[-1].isupper() and raw[1:-1].islower()
    return len(raw) > 3 and (initial_first or initial_last)


def without_number(word: str) -> str:
    """Return a word without up to four digits at its end; empty where it has none, or is short."""
    bare = word.rstrip(DIGITS)
    digits = len(word) - len(bare)
    return bare if 0 < digits <= _MOST_DIGITS and len(bare) >= SHORTEST_NUMBERED else ""


def given_name(name: str) -> str:
    """Return the given name of three or four letters of Han: 小明 of 王小明; empty for none."""
    if not _HAN.fullmatch(name) or name[-2:] in HAN_WORDS:
        return ""
    return name[-2:]


def stands_alone(text: str, start: int, end: int) -> bool:
    """Whether letters of Han are no part of other words, as 小明 is in 大小明显.

    They are a name where a side of them has no such letter, or one that stands beside names.
    """
    before, behind = text[start - 1 : start], text[end : end + 1]
    if not (_IS_HAN.match(before) and _IS_HAN.match(behind)):
        return True
    return before in _BEFORE or behind in _BEHIND


def with_joiners(name: str) -> str:
    """Return the pattern of a name in a script without spaces, whatever nobody sees within it."""
    if not DENSE.search(name):
        return re.escape(name)
    return f"{JOINERS}*".join(map(re.escape, name))


def ways(name: str) -> set[str]:
    """Return a name, and what is left of it without brackets, additions and titles."""
    bare = _CUTS.split(_BRACKETED.sub(" ", name))[0]
    said = [word for word in TOKEN.findall(bare) if not is_never_a_name(folded(word))]
    return {name, bare, " ".join(said)}


def without_marks(name: str) -> str:
    """Return a name with its apostrophes left out: ONeil."""
    return name.replace("'", "").replace("\u2019", "")


def parts_of(word: str) -> set[str]:
    """Return a word of a name, without its digits, and its parts: Kidney and Doc of KidneyDoc."""
    bare = word.strip(DIGITS)
    is_one = bare[1:].islower() or bare.isupper() or not bare.isascii()
    return {word, bare, *(() if is_one else _PARTS.findall(bare))}


def forms(word: str) -> Sequence[str]:
    """Return a word, and without what is often added to a name: an s, digits, a letter before."""
    if len(word) <= 3:
        return (word,)
    found = [word]
    if word[-1] == "s":
        found.append(word[:-1])
    if word[-1].isdigit() and (numberless := without_number(word)):
        found.append(numberless)
    if word[0] in _CLITICS:
        found.append(word[1:])
    return found
