"""The names, ages, beds and addresses that the guard must find, and what it must leave alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from bot.safety.findings import Kind


class Cases(NamedTuple):
    """Texts of a kind: `find` with the part that is the identifier, `leave` without any."""

    find: tuple[tuple[str, str], ...]
    leave: tuple[str, ...]


PEOPLE: Mapping[Kind, Cases] = {
    Kind.NAME: Cases(
        find=(
            ("my patient Maria had it too", "Maria"),
            ("My Patient Maria", "Maria"),
            ("my pt. Maria", "Maria"),
            ("my **patient**  Maria", "Maria"),
            ("Our patient, João Souza, refused", "João Souza"),
            ("my patient is Maria Lopez", "Maria Lopez"),
            ("my patient is called Maria", "Maria"),
            ("the patient is named Maria", "Maria"),
            ("a patient named Ann Lee", "Ann Lee"),
            ("our patient Ahmed", "Ahmed"),
            ("Patient: Maria Lopez", "Maria Lopez"),
            ("Patient: LOPEZ, Maria", "LOPEZ, Maria"),
            ("Pt name: Maria Lopez", "Maria Lopez"),
            ("Mrs O'Brien was happy", "O'Brien"),
            ("Mrs jones", "jones"),
            ("MRS JONES", "JONES"),
            ("Mr. J. Smith", "J. Smith"),
            ("Mr.Jones", "Jones"),
            ("Mr  Jones", "Jones"),
            ("Mr van der Berg", "van der Berg"),
            ("Mr Slepička", "Slepička"),
            ("Mr Smith presented with haematuria", "Smith"),
            ("Mr Smith's catheter, Mr Smith said", "Smith"),
            ("my patient (Maria Lopez) bled", "Maria Lopez"),
            ("the patient, Maria Lopez, bled", "Maria Lopez"),
            ("My pt Mrs. Lopez", "Lopez"),
            ("Mrs. A. Lopez-Garcia", "A. Lopez-Garcia"),
            ("Frau Meier", "Meier"),
            ("Herr Meier", "Meier"),
            ("Mme Dupont", "Dupont"),
            ("Sra. Garcia", "Garcia"),
        ),
        leave=(
            "Dr Smith, Dr. Jones and Prof Miller disagree.",
            "Mr and Mrs are titles; the Ms. was submitted",
            "Miss rates were high. PT 12345 is no name.",
            "my patients do well; our patient population; this patient group",
            "Our patient Advocate said",
            "our patient Portal, My Patient Experience, Our Patient Immunisation",
            "My patient, However, did",
            "this patient Pembrolizumab; my patient Sadly progressed; this patient Nephrectomy?",
            "My patient Had BCG; this patient Declined",
            "my patient African American; my patient is African American",
            "Patient: Why Me? Patient: Gleason Score 9",
            "the patient called Tuesday",
            "a patient, New York; the patient, Upper Tract Disease, died",
            "Patient: Active Surveillance wanted; Patient: Yes, Doctor",
            "my patient (Lynch Syndrome), my patient: What to do?",
            "MR imaging, MRS imaging, MRS DATA, mRS score",
            "Mr Smith's paper",
            "Mr Smith et al, and Mr John Smith's second talk",
            "Mr Smith presented the data",
            "thanks Mr Smith; thank you, Mr Smith; I agree with Mr Smith",
            "Mr Chairman, Frau Dr. Meier, Mme le Professeur",
        ),
    ),
    Kind.AGE: Cases(
        find=(
            ("a 93-year-old man", "93"),
            ("a lady aged 91, on warfarin", "91"),
            ("male, age 95", "95"),
            ("94 yo F with stones", "94"),
            ("she is 101 years old", "101"),
            ("a 101-year-old woman", "101"),
            ("he turned 90 last week", "90"),
            ("93M with haematuria", "93"),
            ("T2: 93F, frail", "93"),
            ("she is 93", "93"),
            ("93-years-old", "93"),
            ("94/F on warfarin", "94"),
            ("a 94 M with stones", "94"),
            ("he is 90 years of age", "90"),
            ("aged 93y", "93"),
            ("age:93", "93"),
            ("my oldest was 93 yo", "93"),
        ),
        leave=(
            "patients aged 65-90 years; those ≥ 90 years old were excluded",
            "patients 90 years or older, octogenarians, 89-year-old",
            "men aged 90 years or older, mean age 91 (SD 4), support averaged 98 days, age 95% CI",
            "a 72-year-old man with a PSA of 4.51 ng/ml",
            "over 90 years old, older than 90 years old",
            "between 18 and 95 years old",
            "aged 90+",
            "a 100-year-old vaccine; BCG is 100 years old; a 95-year-old hospital",
            "She is 95% sure; he is 98 on room air; he was 110 kg; she is 93 days out",
            "$95M raised by 100M people; temp 98F, at 101F",
        ),
    ),
    Kind.BED: Cases(
        find=(
            ("the man in ward 7B, bed 12", "ward 7B, bed 12"),
            ("she lies in room 412", "room 412"),
            ("Bed 4 on ward 9", "Bed 4 on ward 9"),
            ("he is in ICU, bed 12", "bed 12"),
            ("look at ICU bed 4 please", "bed 4"),
            ("room 412, bed 2", "room 412, bed 2"),
        ),
        leave=(
            "Room for improvement; bed rest; bay leaves; ward rounds",
            "in bed 5 days; ICU bed 4 days",
            "Session in room 412",
            "12 ICU beds, bed 12 of the garden",
        ),
    ),
    Kind.ADDRESS: Cases(
        find=(
            ("lives at 12 rue des Lilas, Lyon", "12 rue des Lilas, Lyon"),
            ("she is living at Hauptstraße 12", "Hauptstraße 12"),
            ("221B Baker Street", "221B Baker Street"),
            ("1600 Pennsylvania Ave", "1600 Pennsylvania Ave"),
            ("at 12 Oak Dr, Springfield", "12 Oak Dr"),
            ("P.O. Box 1234", "P.O. Box 1234"),
        ),
        leave=(
            "Top 5 Papers Dr Smith chose",
            "In 2019 European Urology Dr Smith said",
            "A1: 3 Great Points Dr Smith",
            "1 Thanks Dr Smith",
            "KEYNOTE 564 Trial Drive",
            "CHECKMATE 274 Is The Way",
            "see Box 2019",
            "Phase 3 Trial Close, Top 10 Papers Place, Level 1 Evidence Way",
            "living at 2500 m altitude, living at home with 2 children",
            "The points to address: 1. toxicity, 2. cost",
        ),
    ),
}
