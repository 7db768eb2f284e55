"""Words with a capital letter that are no patient's name, and titles of a colleague."""

from __future__ import annotations

import re
from collections.abc import Iterable


def any_of(choices: Iterable[str]) -> str:
    """Return a pattern of the longest of these words; it reads what they begin with once."""
    ways: dict[str, list[str]] = {}
    for word in choices:
        ways.setdefault(word[:1], []).append(word[1:])
    is_over = ways.pop("", None) is not None
    rest = "|".join(re.escape(letter) + any_of(ends) for letter, ends in ways.items())
    return f"(?:{rest}){'?' if is_over else ''}" if rest else ""


_JOINING = """
a about after again all already also although always am an and another any are as asked asks
arrived at be because been before being both but by came called can cannot clearly could currently
denied denies did didn didn't died do does doesn't don't during each either eventually ever every
failed finally first for from further get gets given goes got had hadn't has hasn't have having he
her here hers him his how however i if in initially interestingly mr mrs ms miss frau herr mme into
is isn't it its just last lastly later like luckily many may might more most much must my need
needed needs never next no none not now of often on once one only or other our out over perhaps
post pre probably rarely really recently refused refuses reported reports said same saw says second
she should showed shows similarly since so some sometimes soon still such suddenly than thank
thankfully thanks that the their them then there therefore these they third this those though three
thus to today together tomorrow too took two under underwent unfortunately until up upon us usually
very via wanted wants was wasn't we well went were what when whenever where whether which while who
whom whose why will with within without won't would yes yet yesterday you your agree ok okay right
thx lol omg imo imho great good nice poor bad best maybe
"""
"""What sentences and headings are made of."""

_BEHIND_PATIENT = """
access activation activism acuity adherence admission advisory advocacy advocate advocates age aged
aid aids alert alliance anxiety app apps assessment association awareness barriers benefit benefits
blood board burden care case cases centered centred centric characteristics charter choice choices
clinic club code cohort cohorts comfort communication community compliance concerns conference
consent convenience cost costs council counseling counselling data day decision decisions
demographics doctor dose education educational empowerment engagement evaluation experience
experiences expert experts factors feedback file files flow focus follow forum foundation group
groups guide guidance guideline guidelines handout handouts health history hotline hub
identification identifier impact income info information input interview interviews involvement
journey journeys leaflet leaflets level line list management materials meeting monitoring name
navigation navigator navigators needs network newsletter number numbers nurse nurses online opinion
organisation organisations organization organizations oriented outcome outcomes page panel panels
participation partner partners partnership pathway pathways perception perspective perspectives
physician physicians population populations portal portals position power preference preferences
preparation privacy profile profiles program programme protection quality question questions
ratings reaction recall record records recruitment referral registry related relevant
representative representatives response rights risk rounds safety sample satisfaction screening
selection self series service services setting specific stories story stratification subgroup
subgroups summary support survey surveys survival testimonials testimony tolerance transfer
transport treatment trials update values version view views voice voices volume waiting week years
"""
"""What stands behind "patient" in names of things."""

_OF_PEOPLE = """
african north south east west united kingdom new world national international royal afro algerian
american arab arabic argentinian asian asians australian austrian bangladeshi belgian black
brazilian british buddhist canadian caribbean caucasian catholic chilean chinese christian
colombian croatian cuban czech danish dutch egyptian english ethiopian european filipino finnish
french german ghanaian greek hindu hispanic hungarian indian indigenous indonesian iranian iraqi
irish israeli italian jamaican japanese jehovah jehovah's jewish kenyan korean latina latino
lebanese malay maori mexican moroccan muslim native nepali nigerian norwegian pakistani persian
peruvian polish polynesian portuguese puerto roman romanian russian saudi scottish serbian sikh
singaporean somali spanish sudanese swedish swiss syrian thai tunisian turkish ugandan ukrainian
vietnamese welsh white zulu
"""
"""What somebody's people and their country are called."""

_OF_MEDICINE = """
accuracy bosniak charlson child clavien clinical crohn crohn's cushing doc dr ecog foley gleason
grade hodgkin hodgkin's hospital karnofsky lynch male female medical medicaid medicare metastatic
monday tuesday wednesday thursday friday saturday sunday january february march may june july
august september october november december peyronie peyronie's pi-rads prof professor professor's
prostate bladder kidney cancer upper lower tract early late advanced high low phase standard active
surveillance watchful waiting disease symptoms diagnosis chief complaint hormone radiation
chemotherapy immunotherapy castration salvage adjuvant neoadjuvant partial radical open
laparoscopic positive negative renal robotic stage study surgical t-cell trial tumor tumour type
psma pembro diabetic smoker pregnant frail obese surgery chemo options figure table video photo
"""
"""What cases are described by."""

_WORDS = " ".join((_JOINING, _BEHIND_PATIENT, _OF_PEOPLE, _OF_MEDICINE)).split()

NO_NAME = (  # Ahmed, Fred and Reed are names
    rf"(?!{any_of(sorted({word.capitalize() for word in _WORDS}))}(?!\w)"
    r"|[A-Z]\w{1,20}(?:tion|ally|dly|fully|ably|ously|ently|antly|ately|kely|ssing"
    r"|ating|uring|[kv]ing|mab|nib|amide|platin|taxel|ectomy|plasty|oscopy|otomy|ostomy|itis|osis"
    r"|uria|ology|graphy|pathy|therapy)\b"
    r"|(?!\w{0,20}(?:[ahm]med|yed|eed|fred|[vjlha]ed)\b)[A-Z]\w{1,20}ed\b)"
)
"""Looks ahead: a word with a capital letter is none of these."""

_TITLED = """
Chair Chairman Chairperson President Speaker Moderator Editor Curie Doktor Dr Prof Professor
Professorin Professeur Docteur Doctor le la les Kollege Kollegin Bean Hyde Right Wrong Universe
World and are as at but can did does for from had has have her his how imaging in into is it its
may not of on one or our said says she should that the their them then there they this to too two
was were what when who will with would you your SCORE SCORES IMAGING SPECTRA WAS IS AND OR DATA
VOXEL SCAN SCANS STUDY STUDIES IN OF ON AT WITH SPECTROSCOPY METABOLITES FINDINGS PEAK Präsident
Präsidentin Number Ref You
"""
NO_TITLED = rf"(?!{any_of(sorted(_TITLED.split()))}(?!\w))"
"""Looks ahead: behind a title stands no office and no word that names nobody."""

NO_COLLEAGUE = (
    r"(?!(?i:['’]s)?,? (?i:et al|and (?:colleagues|co-?workers)|frcs|consultant|(?:our |the )?"
    r"(?:chair|moderator|speaker|author|surgeon|urologist|oncologist)\b"
    r"|(?:(?:very |really )?(?:great|good|nice|excellent|first|second|last|recent|new|own) )?"
    r"(?:paper|article|study|trial|talk|lecture|slides?|point|question|comment|tweet|post|editorial"
    r"|review|series|technique|group|team|data|argument|book|chapter|presentation)s?\b"
    r"|(?:published|lectured|tweeted|chaired|moderated|authored|co-?authored)\b"
    r"|wrote (?:the|a|an|in)\b"
    r"|presented (?:the|a|an|his|her|their|our|this|that|these|data|results|findings|slides?|it)\b"
    r"(?! (?:same|following) (?:day|night|morning|week))))"
)
"""Looks ahead: what is said of whoever has this title shows them to be a colleague."""
