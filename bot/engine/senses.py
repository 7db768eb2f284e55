"""What `A4`, `Q3` or `T2` can mean besides a topic, told by the words around it."""

from __future__ import annotations

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# ---- After a label of any letter, in small letters: it is part of the sentence.
_JOINED = _words("was were wasn't weren't wasn’t weren’t and or nor vs versus which etc between")

# ---- After T: imaging, staging, thyroid, spine, diabetes, immunology.
_T_STEMS = tuple(
    sorted(
        _words(
            """adenocarcinoma axial carcinoma contrast coronal dermatome diabet flair fracture
            gadolin hormone hyperintens hyperthyroid hypointens hypothyroid intens isointens lesion
            lymphocyt mellitus metasta neoplasm nodul parapleg prolong relaxation sagittal shorten
            signal spinal staging thyro toxicosis tumor tumour urothelial vertebra weight"""
        )
    )
)
_T_WORDS = _words(
    """w wi mr mri mrs scan scans sequence sequences stir fse tse gre se ge fs fatsat gad star shine
    mapping stage stages staged disease level levels cell cells helper dm dms tsh ft3 ft4 nmol pmol
    rcc tcc bcc scc ucc nsclc mibc nmibc utuc hcc hg lg cis g1 g2 g3 spine cord"""
)
# Common words, which begin an answer too: in small letters alone (`T1 Patients need ...`).
_T_PLAIN = _words(
    """cancer cancers mass masses patient patients pts cases image images imaging values times ratio
    bright dark uptake map maps conversion concentration concentrations supplement supplements
    supplementation replacement therapy monotherapy kidney bladder renal prostate rectal gastric
    glottic inversion syndrome group groups compared correlates correlated increases increased
    decreases decreased rises rose falls fell
    is are isn't aren't isn’t aren’t has had shows showed remains remained appears"""
)
_T_HEADS = ("tumor", "tumour", "carcinoma", "lesion", "neoplasm", "weighted", "fracture", "mri")
_MODAL = _words("should may might must will could can would")
_MODAL_AFTER = _words("be have also not")
_T_RESULT = _words("low high normal raised elevated suppressed reduced increased decreased post")
_T_RESULT_OF = _words("grade risk signal intensity contrast gad and but with while")
_T_FOUND = _words("on at with after before")  # `T1 on MRI`, `T2 at diagnosis`
_T_FOUND_AFTER = _words("mri ct mr imaging turbt tur re biopsy diagnosis presentation cis lvi")
_T_STAGE = re.compile(
    r"[cpyCPY]{0,2}(?:N[0-3xX][a-c]?|M[01xX]|T[aisx0-4][a-d]?|[CLS][1-7])(?:[NM]|\Z)"
)
_T_MEASURE = re.compile(
    r"\s*(?:[0-9]+[.,][0-9]|[0-9]+\s?(?:ng|pg|nmol|pmol|mcg|cm|mm|ms|%|of\s[0-9])|[pPnN]\s?[=<>])"
)

# ---- After A: anatomy, receptors, paper, roads.
_A_WORDS = _words(
    """pulley pulleys receptor receptors segment segments adenosine agonist agonists antagonist
    antagonists allele alleles antitrypsin adrenergic adrenoceptor adrenoceptors antigen antigens
    milk casein paper poster posters size sized sheet sheets format print prints printer road
    motorway subunit subunits domain domains isoform isoforms subtype subtypes"""
)

# ---- After Q: intervals, quarters, quartiles, and what is announced.
_Q_WORDS = _words(
    """h hr hrs hour hours hourly d day days w wk wks week weeks month months mo min mins minute
    minutes prn am pm result results earnings revenue revenues sales report reports budget growth
    profit profits journal journals quartile range of coenzyme supplement supplements coming next
    up soon follows"""
)
_Q_NOW = _words("coming up next live now here")
_YEAR = re.compile(r"\s*(?:(?:20|19|['’])[0-9]{2}(?![0-9])|[fF][yY]\s?['’]?[0-9]+)")

# ---- Before a label: words that lead up to it, and things that bear such numbers.
_LEADS_UP = _words(
    """a an the this that these some any each every no not all of for on in to at with from by than
    until till before after about near between and or nor vs vs. versus via per into over as like
    is are was were be been am do did does has have had missed miss missing skip skipped see saw
    seen read reading answer answers answered answering ask asked asking ready waiting love loved
    liked use using format formats formatted size sizes paper print road high low elevated raised
    reduced normal recurrent treat level levels group pulley question questions end hot"""
)
_NUMBERED = _words(
    """type types grade grades stage stages staged clinical pathological pathologic free total serum
    reverse axial sagittal figure fig fig. figures table tables appendix box panel room section
    vitamin coenzyme blood hg lg iqr cell gate hall row column seat zone grid audi galaxy model
    e.g. eg i.e. ie as"""
)
_OPENING = " \t\u00a0\"“'‘(*_"

# ---- In the same line as a T at the end.
_MEDICAL = re.compile(
    r"tumou?r|cancer|carcinoma|\bstag(?:e|ed|ing)\b|\bgrade\b|lesion|metasta|\btnm\b|\b[nm][01x]\b"
    r"|inva(?:sive|sion)|enhanced|cystectomy|nephrectomy|prostatectomy|\btur|\bbcg\b|weighted"
    r"|\bmri?\b|\bflair\b|\bstir\b|contrast|thyro|\btsh\b|hormone|vertebra|\bspin(?:e|al)\b|lymph"
    r"|diabet|insulin|baseline|postoperative",
    re.IGNORECASE,
)

_TWO_WORDS = re.compile(r"([^\W_]+(?:['’][^\W_]+)?)(?:(?:[^\w\n]|_)+([^\W_]+))?")


def follows_otherwise(letter: str, line: str, at: int) -> bool:
    """Say whether the words at `at`, right after a label of `letter` (A, Q or T), deny it."""
    words = _TWO_WORDS.match(line, at)
    if words is None:
        return False
    first, second = words[1], words[2] or ""
    if first in _JOINED:
        return True
    if letter == "A":
        return first in _A_WORDS or (first == "blood" and second in {"group", "type"})
    if letter == "Q":
        comes = first in {"is", "are"} and second in _Q_NOW
        return comes or first.lower() in _Q_WORDS or _YEAR.match(line, at) is not None
    return (
        _is_medical_word(first)
        or _is_medical_pair(first, second.lower(), line[words.end(1) : words.end(1) + 1])
        or _T_MEASURE.match(line, at) is not None
    )


def is_finding(line: str, at: int) -> bool:
    """Say whether a value or a finding stands at `at`: `TSH 0.1, T3: 5.2` or `T2: hyperintense`."""
    words = _TWO_WORDS.match(line, at)
    return words is not None and (words[1].isdigit() or words[1].lower().startswith(_T_STEMS))


def _is_medical_word(word: str) -> bool:
    small = word.lower()
    return (
        word in _T_PLAIN
        or small in _T_WORDS
        or small.startswith(_T_STEMS)
        or _T_STAGE.match(word) is not None
    )


def _is_medical_pair(first: str, second: str, between: str) -> bool:
    if first in _MODAL:
        return second in _MODAL_AFTER
    if first in _T_FOUND:
        return second in _T_FOUND_AFTER
    if first == "have":
        return second != "to"
    if first.lower() in _T_RESULT:
        return second in _T_RESULT_OF or between in {"", ",", ";"}
    return second.startswith(_T_HEADS) and first != "I"


def leads_up(line: str, at: int, *, to_colon: bool = False) -> bool:
    """Say whether the word before `at` makes a label there part of the sentence or of a name.

    Before a label and its colon only things that bear such numbers do (`Figure A1: ...`).
    """
    before = line[max(0, at - 30) : at].rstrip(_OPENING)
    word = before[before.rfind(" ") + 1 :].lower()
    if word.isdigit() and len(word) == 4:
        return True  # 2026 Q3
    return word in _NUMBERED or (not to_colon and word in _LEADS_UP)


def is_medical(line: str) -> bool:
    """Say whether a line is about tumours, imaging, thyroid function or the like."""
    return _MEDICAL.search(line) is not None
