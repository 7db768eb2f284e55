"""What the guard must find, by its kind, and what it must leave alone.

`MUST_FIND` holds a text and the part of it that is the identifier. All of it is made up: numbers
with check digits are published examples or were made for their check.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.safety.findings import Kind

MUST_FIND: Mapping[Kind, tuple[tuple[str, str], ...]] = {
    Kind.EMAIL: (
        ("Write to maria.souza@clinic.example.org please", "maria.souza@clinic.example.org"),
        ("it is o'brien+club@mail.example.", "o'brien+club@mail.example"),
        ("<a@b.co>", "a@b.co"),
    ),
    Kind.PHONE: (
        ("call me on 212-555-0147", "212-555-0147"),
        ("(212) 555-0147 ext", "(212) 555-0147"),
        ("ring 345-899-3560x4587", "345-899-3560x4587"),
        ("+44 7700 900 982", "+44 7700 900 982"),
        ("his number is +46 (0)8 928 571 38.", "+46 (0)8 928 571 38"),
        ("0049 30 901820", "0049 30 901820"),
        ("Tel: 467 3395", "467 3395"),
        ("01.84.17.61.18 for the family", "01.84.17.61.18"),
        ("bleep 9472 7916 if she bleeds", "9472 7916"),
        ("699 956 915 mobile", "699 956 915"),
        ("07700 900982 is her daughter", "07700 900982"),
    ),
    Kind.SOCIAL_SECURITY: (
        ("078-05-1120", "078-05-1120"),
        ("SSN 219 09 9999", "219 09 9999"),
        ("her social security number is 457555462", "457555462"),
    ),
    Kind.HEALTH_NUMBER: (
        ("NHS 943 476 5919", "943 476 5919"),
        ("943-476-5919", "943-476-5919"),
        ("756.9217.0769.85", "756.9217.0769.85"),
        ("529.982.247-25", "529.982.247-25"),
        ("93.05.18-223.61", "93.05.18-223.61"),
        ("811218-9876", "811218-9876"),
        ("19811218-9876", "19811218-9876"),
        ("4991 1866 5246", "4991 1866 5246"),
        ("2 55 08 14 168 025 38", "2 55 08 14 168 025 38"),
        ("255081416802538", "255081416802538"),
        ("130972 48022", "130972 48022"),
        ("2123 45670 1", "2123 45670 1"),
        ("12345678Z", "12345678Z"),
        ("RSSMRA85T10A562S", "RSSMRA85T10A562S"),
        ("code RSSMRA8RTMLARSNO", "RSSMRA8RTMLARSNO"),  # letters in the place of digits
        ("131052-308T", "131052-308T"),
        ("Medicare number 1EG4-TE5-MK73", "1EG4-TE5-MK73"),
        ("insurance no: A123456789", "A123456789"),
    ),
    Kind.RECORD_NUMBER: (
        ("MRN 00482913", "00482913"),
        ("mrn: 482-913-7", "482-913-7"),
        ("Hospital number is K123456", "K123456"),
        ("medical record #7719204", "7719204"),
        ("her chart no. 55-1234", "55-1234"),
        ("Patient ID = PT00912", "PT00912"),
        ("accession number S26-10422", "S26-10422"),
        ("Fallnummer 20261122", "20261122"),
    ),
    Kind.BIRTH_DATE: (
        ("DOB 03/04/1956", "03/04/1956"),
        ("D.O.B.: 1956-04-03", "1956-04-03"),
        ("born on 3 April 1956", "3 April 1956"),
        ("date of birth is April 3rd, 1956", "April 3rd, 1956"),
        ("geboren am 3.4.1956", "3.4.1956"),
        ("née le 03/04/1956", "03/04/1956"),
    ),
    Kind.DATE: (
        ("He was admitted on 12 March 2026 with retention", "12 March 2026"),
        ("discharged home on 3/4/26", "3/4/26"),
        ("died on March 3, 2025", "March 3, 2025"),
        ("admitted to St Mary's on 2026-03-12", "2026-03-12"),
        ("He was discharged 12/03/2026", "12/03/2026"),
    ),
    Kind.AGE: (
        ("a 93-year-old man", "93"),
        ("a lady aged 91, on warfarin", "91"),
        ("male, age 95", "95"),
        ("94 yo F with stones", "94"),
        ("she is 101 years old", "101"),
        ("he turned 90 last week", "90"),
    ),
    Kind.ADDRESS: (
        ("lives at 12 rue des Lilas, Lyon", "12 rue des Lilas, Lyon"),
        ("221B Baker Street", "221B Baker Street"),
        ("1600 Pennsylvania Ave", "1600 Pennsylvania Ave"),
        ("P.O. Box 1234", "P.O. Box 1234"),
    ),
    Kind.ACCOUNT: (
        ("card 4111 1111 1111 1111", "4111 1111 1111 1111"),
        ("4111111111111111", "4111111111111111"),
        ("pay to GB82WEST12345698765432", "GB82WEST12345698765432"),
        ("IBAN GB82 WEST 1234 5698 7654 32.", "GB82 WEST 1234 5698 7654 32"),
    ),
    Kind.LICENCE: (
        ("my driver's license number is F162823540116", "F162823540116"),
        ("licence no: 6940579", "6940579"),
    ),
    Kind.VEHICLE: (
        ("1M8GDM9AXKP042788", "1M8GDM9AXKP042788"),
        ("his 1HGCMFERXXABCDEFF", "1HGCMFERXXABCDEFF"),
        ("hit by a car, plate number AB12 CDE", "AB12 CDE"),
    ),
    Kind.DEVICE: (
        ("pacemaker serial number PX-4471982", "PX-4471982"),
        ("S/N: 88213A4", "88213A4"),
        ("IMEI 490154203237518", "490154203237518"),
    ),
    Kind.LINK: (
        ("https://ehr.example.org/patients/48213/notes", "https://ehr.example.org/patients/48213/notes"),
        ("see http://pacs.example/view?mrn=00482913", "http://pacs.example/view?mrn=00482913"),
    ),
    Kind.IP: (
        ("from 41.173.96.26 today", "41.173.96.26"),
        ("6e40:4041:c617:e898:c11:40d2:c669:2eb4", "6e40:4041:c617:e898:c11:40d2:c669:2eb4"),
        ("fe80::1ff:fe23:4567:890a", "fe80::1ff:fe23:4567:890a"),
    ),
    Kind.BED: (
        ("the man in ward 7B, bed 12", "ward 7B, bed 12"),
        ("she lies in room 412", "room 412"),
        ("Bed 4 on ward 9", "Bed 4 on ward 9"),
    ),
    Kind.NAME: (
        ("my patient Maria had it too", "Maria"),
        ("Our patient, João Souza, refused", "João Souza"),
        ("a patient named Ann Lee", "Ann Lee"),
        ("Mrs O'Brien was happy", "O'Brien"),
        ("Mr. J. Smith", "J. Smith"),
    ),
}  # fmt: skip

LEAVE_ALONE: tuple[str, ...] = (
    "n = 324, HR 0.72 (0.61-0.85), p < .001",
    "OR 2.31; 95% CI 1.02–5.23; P=0.045",
    "NCT01234567, ISRCTN12345678, EudraCT 2019-001234-56",
    "PMID 31234567, PMID: 28123456",
    "doi:10.1097/JU.0000000000002345, https://doi.org/10.1016/j.eururo.2026.01.012",
    "https://pubmed.ncbi.nlm.nih.gov/31234567/",
    "12/24 weeks, 6-12 months, 3/12, 24/7",
    "Between 1 January 2010 and 31 December 2012 all patients were included.",
    "Patients admitted from January 1, 2010 were followed until 2012-12-31.",
    "2000-2012, 2006–2013, 01/2000 - 12/2006",
    "Dr Smith, Dr. Jones and Prof Miller disagree.",
    "patients aged 65-90 years; those ≥ 90 years old were excluded",
    "patients 90 years or older, octogenarians, 89-year-old",
    "men aged 90 years or older, mean age 91 (SD 4), support averaged 98 days, age 95% CI",
    "discharged from VA hospitals between October 1, 1991, and September 30, 1993",
    "Patients admitted 1 January 2010 to 3 May 2012; version 1.2.3.4 of the software",
    "a 72-year-old man with a PSA of 4.51 ng/ml",
    "T1: too few patients. A2 #urojc @henry",
    "1,234,567 people; 10 000 000 doses; 0.000012345",
    "4/15 (27%), 39/6332 (0.6%), 120/80 mmHg",
    "J Urol 2026;215(3):1234-1241",
    "version 2.7.1.0, EC 3.1.1.11, 7.0.0.0",
    "12:20:39, 08:30-17:00, 20:00 UTC",
    "Room for improvement; bed rest; bay leaves; ward rounds",
    "Mr and Mrs are titles; the Ms. was submitted",
    "Miss rates were high. PT 12345 is no name.",
    "my patients do well; our patient population; this patient group",
    "born in 1956, born 3 weeks early",
    "The card game, account for bias, a license to operate",
    "call 5 of 12, text 3, phone a friend",
    "serial PSA, serial number needed, device closure",
    "ratio 1:2:3 and 10:20",
    "Gleason 3+4=7, ISUP 2, cT2N0M0, ECOG 0-1",
    "Bonferroni 0.05/12 = 0.0041666667",
    "@everyone and #BCSM, not an e-mail",
)
