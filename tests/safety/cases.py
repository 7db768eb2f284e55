"""What the guard must find, and what it must leave alone, kind by kind.

All of it is made up: numbers with check digits are published examples or were made for their check.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.safety.findings import Kind
from tests.safety.cases_of_people import PEOPLE, Cases

CASES: Mapping[Kind, Cases] = {
    **PEOPLE,
    Kind.EMAIL: Cases(
        find=(
            ("Write to maria.souza@clinic.example.org please", "maria.souza@clinic.example.org"),
            ("it is o'brien+club@mail.example.", "o'brien+club@mail.example"),
            ("<a@b.co>", "a@b.co"),
        ),
        leave=(
            "@everyone and #BCSM, not an e-mail",
            "T1: too few patients. A2 #urojc @henry",
            "measured @ 3.0 T, twice @night",
        ),
    ),
    Kind.PHONE: Cases(
        find=(
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
            ("please call 212 555 0187 after six", "212 555 0187"),
            ("Ph: 0412345678", "0412345678"),
            ("tel (020) 7946 0958", "(020) 7946 0958"),
            ("the ward is (020) 7946 0958", "(020) 7946 0958"),
            ("Tel. 030/1234567", "030/1234567"),
            ("text 07700 900123 with the result", "07700 900123"),
            ("call 212-555-0147 ext. 442", "212-555-0147 ext. 442"),
            ("Phone:\t467  3395", "467  3395"),
            ("contact her son on 4673 3951", "4673 3951"),
        ),
        leave=(
            "n = 324, HR 0.72 (0.61-0.85), p < .001",
            "2000-2012, 2006–2013, 01/2000 - 12/2006",
            "1,234,567 people; 10 000 000 doses; 0.000012345",
            "12:20:39, 08:30-17:00, 20:00 UTC",
            "call 5 of 12, text 3, phone a friend",
            "PMID 31234567, PMID: 28123456",
            "Journal club 07.12.2026 20:00",
            "call for papers, deadline 2026-12-31",
            "text us before 07.12.2026",
            "registered on 2026-12-07",
            "registered as 2019-001234-12",
            "ISRCTN registry number 12345678",
            "ClinicalTrials.gov number NCT 01234567",
            "The number of patients 1234567 was never reached",
            "Cell counts 1234567; the number is 1 234 567",
            "T-cell 10 000 000, one call 10 000 000 times",
            "Bonferroni 0.05/12 = 0.0041666667",
        ),
    ),
    Kind.SOCIAL_SECURITY: Cases(
        find=(
            ("078-05-1120", "078-05-1120"),
            ("SSN 219 09 9999", "219 09 9999"),
            ("her social security number is 457555462", "457555462"),
            ("**SSN:**  219099999", "219099999"),
        ),
        leave=(
            "666-12-3456 is never given, nor is 123-45-0000",
            "social security covers 62 of 100",
        ),
    ),
    Kind.HEALTH_NUMBER: Cases(
        find=(
            ("NHS 943 476 5919", "943 476 5919"),
            ("943-476-5919", "943-476-5919"),
            ("NHS 9434765919", "9434765919"),
            ("NHS\t9434765919", "9434765919"),
            ("CHI 0101560123", "0101560123"),
            ("BSN 111222333", "111222333"),
            ("NHI ZZZ0016", "ZZZ0016"),
            ("PESEL 44051401359", "44051401359"),
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
            ("Medicare 1EG4-TE5-MK73", "1EG4-TE5-MK73"),
            ("insurance no: A123456789", "A123456789"),
        ),
        leave=(
            "Medicare 12345 patients; Medicare 2012-2015; Medicare: 20123 beneficiaries",
            "NHS 2019, and the NHS 1234567890 times over",
            "chi 2 = 10.52, chi-squared 12.5",
            "CHI 4501560123 is of no day",
        ),
    ),
    Kind.RECORD_NUMBER: Cases(
        find=(
            ("MRN 00482913", "00482913"),
            ("mrn: 482-913-7", "482-913-7"),
            ("MRN:  482913", "482913"),
            ("MRN:\t482913", "482913"),
            ("**MRN:** 482913", "482913"),
            ("__MRN__ | 482913", "482913"),
            ("MRN (482913)", "482913"),
            ("MRN 482 913", "482 913"),
            ("MR# 482913", "482913"),
            ("medical record number (MRN) 482913", "482913"),
            ("MRN 482913 patient stable", "482913"),
            ("Hospital number is K123456", "K123456"),
            ("Hospital  number:  K123456", "K123456"),
            ("Hosp no A48213", "A48213"),
            ("medical record #7719204", "7719204"),
            ("her chart no. 55-1234", "55-1234"),
            ("look at chart 48213", "48213"),
            ("file no 48213", "48213"),
            ("Patient ID = PT00912", "PT00912"),
            ("patient_id: 4821377", "4821377"),
            ("accession number S26-10422", "S26-10422"),
            ("Fallnummer 20261122", "20261122"),
        ),
        leave=(
            "NCT01234567, ISRCTN12345678, EudraCT 2019-001234-56",
            "patient number 1234 was randomised",
            "case no. 1234; patient numbers: 12345; medical records 12345 patients",
            "chart: 1234 patients; chart 12345 patients again",
            "PROSPERO record number CRD42020123456, GEO accession number GSE123456",
            "record numbers: 2012-2015, case number 2019",
            "MR imaging, MR #3 of 4",
        ),
    ),
    Kind.BIRTH_DATE: Cases(
        find=(
            ("DOB 03/04/1956", "03/04/1956"),
            ("DOB:  03/04/1956", "03/04/1956"),
            ("**DOB:** 03/04/1956", "03/04/1956"),
            ("DOB (03/04/1956)", "03/04/1956"),
            ("D.O.B.: 1956-04-03", "1956-04-03"),
            ("DOB 03-Apr-1956", "03-Apr-1956"),
            ("DOB 04MAR1956", "04MAR1956"),
            ("DOB 19560304", "19560304"),
            ("date of birth (dd/mm/yyyy): 03/04/1956", "03/04/1956"),
            ("date of birth: 03 04 1956", "03 04 1956"),
            ("born on 3 April 1956", "3 April 1956"),
            ("born in Lyon on 3 April 1956", "3 April 1956"),
            ("date of birth is April 3rd, 1956", "April 3rd, 1956"),
            ("geboren am 3.4.1956", "3.4.1956"),
            ("geboren am 3. April 1956", "3. April 1956"),
            ("Geburtsdatum 03.04.1956", "03.04.1956"),
            ("geb. 03.04.1956", "03.04.1956"),
            ("née le 03/04/1956", "03/04/1956"),
            ("née le 3 avril 1956", "3 avril 1956"),
            ("nee le 3 fevrier 1956", "3 fevrier 1956"),
            ("nacido el 3 de abril de 1956", "3 de abril de 1956"),
            ("nata il 3 aprile 1956", "3 aprile 1956"),
        ),
        leave=(
            "born in 1956, born 3 weeks early",
            "infants born at our hospital between 8/1/97 and 1/8/99",
            "nato a Roma; die Studie ist geboren; née de rien",
            "DOB is on the form",
        ),
    ),
    Kind.DATE: Cases(
        find=(
            ("He was admitted on 12 March 2026 with retention", "12 March 2026"),
            ("discharged home on 3/4/26", "3/4/26"),
            ("died on March 3, 2025", "March 3, 2025"),
            ("admitted to St Mary's on 2026-03-12", "2026-03-12"),
            ("He was discharged 12/03/2026", "12/03/2026"),
            ("admitted on 12 March 2026 and discharged late", "12 March 2026"),
            ("date of admission: 12 March 2026", "12 March 2026"),
            ("admission date 12/03/2026", "12/03/2026"),
            ("Discharge date:\t12/03/2026", "12/03/2026"),
            ("seen on 12/03/2026 in clinic", "12/03/2026"),
            ("we operated on him on 12 March 2026", "12 March 2026"),
            ("she underwent TURBT on 12/03/2026", "12/03/2026"),
            ("admitted on 12 March with sepsis", "12 March"),
            ("operated on 14 May under spinal", "14 May"),
            ("discharged 3/14", "3/14"),
            ("readmitted on 12 March 2026", "12 March 2026"),
            ("seen in A&E on 12 March 2026", "12 March 2026"),
        ),
        leave=(
            "12/24 weeks, 6-12 months, 3/12, 24/7",
            "Between 1 January 2010 and 31 December 2012 all patients were included.",
            "Patients admitted from January 1, 2010 were followed until 2012-12-31.",
            "discharged from VA hospitals between October 1, 1991, and September 30, 1993",
            "Patients admitted 1 January 2010 to 3 May 2012; version 1.2.3.4 of the software",
            "William Halsted died on 7 September 1922",
            "died 12/24/36 months",
            "admitted 24/7, discharged 1/2, admitted 3/4 of them",
            "died 3/14, discharged 3/14 patients, died in 3/14 (21%)",
            "of the 30 who died 12 may have had sepsis",
            "presented at a congress on 12 March 2026",
        ),
    ),
    Kind.ACCOUNT: Cases(
        find=(
            ("card 4111 1111 1111 1111", "4111 1111 1111 1111"),
            ("4111111111111111", "4111111111111111"),
            ("Account  no:  12345678", "12345678"),
            ("pay to GB82WEST12345698765432", "GB82WEST12345698765432"),
            ("IBAN GB82 WEST 1234 5698 7654 32.", "GB82 WEST 1234 5698 7654 32"),
        ),
        leave=(
            "The card game, account for bias, on account of 12 events",
            "4111 1111 1111 1112 does not check",
        ),
    ),
    Kind.LICENCE: Cases(
        find=(
            ("my driver's license number is F162823540116", "F162823540116"),
            ("licence no: 6940579", "6940579"),
        ),
        leave=("a license to operate", "licence 2019", "license: CC-BY-4.0"),
    ),
    Kind.VEHICLE: Cases(
        find=(
            ("1M8GDM9AXKP042788", "1M8GDM9AXKP042788"),
            ("his 1HGCMFERXXABCDEFF", "1HGCMFERXXABCDEFF"),
            ("hit by a car, plate number AB12 CDE", "AB12 CDE"),
        ),
        leave=(
            "1M8GDM9A1KP042788 does not check",
            "vincristine 12, a growth plate, plate number 4",
        ),
    ),
    Kind.DEVICE: Cases(
        find=(
            ("pacemaker serial number PX-4471982", "PX-4471982"),
            ("S/N: 88213A4", "88213A4"),
            ("SN: 12345678", "12345678"),
            ("UDI (01)00643169001763", "(01)00643169001763"),
            ("IMEI 490154203237518", "490154203237518"),
        ),
        leave=(
            "serial PSA, serial number needed, device closure",
            "SN: negative in 12; a lot no. 3",
        ),
    ),
    Kind.LINK: Cases(
        find=(
            (
                "https://ehr.example.org/patients/48213/notes",
                "https://ehr.example.org/patients/48213/notes",
            ),
            ("see http://pacs.example/view?mrn=00482913", "http://pacs.example/view?mrn=00482913"),
            ("in ehr.example.org/patients/48213", "ehr.example.org/patients/48213"),
            ("open /patient?id=48213", "/patient?id=48213"),
            ("pacs/study?accession=4821377", "pacs/study?accession=4821377"),
        ),
        leave=(
            "https://pubmed.ncbi.nlm.nih.gov/31234567/",
            "doi:10.1097/JU.0000000000002345, https://doi.org/10.1016/j.eururo.2026.01.012",
            "https://x.org/patients/stage-2",
            "https://x.org/patient/guideline-2024",
            "https://x.org/records/2020, https://x.org/visit/202601",
            "https://clinicaltrials.gov/ct2/show/record/NCT01234567",
            "https://pubmed.ncbi.nlm.nih.gov/?term=patient:2020",
            "visits/year and patients/2020",
        ),
    ),
    Kind.IP: Cases(
        find=(
            ("from 41.173.96.26 today", "41.173.96.26"),
            ("6e40:4041:c617:e898:c11:40d2:c669:2eb4", "6e40:4041:c617:e898:c11:40d2:c669:2eb4"),
            ("fe80::1ff:fe23:4567:890a", "fe80::1ff:fe23:4567:890a"),
        ),
        leave=("version 2.7.1.0, EC 3.1.1.11, 7.0.0.0", "ratio 1:2:3 and 10:20"),
    ),
}

MUST_FIND = {kind: cases.find for kind, cases in CASES.items()}

RESULTS = (
    "OR 2.31; 95% CI 1.02–5.23; P=0.045",
    "4/15 (27%), 39/6332 (0.6%), 120/80 mmHg",
    "J Urol 2026;215(3):1234-1241",
    "Gleason 3+4=7, ISUP 2, cT2N0M0, ECOG 0-1",
)
"""What is like no kind at all."""

LEAVE_ALONE = (*(text for cases in CASES.values() for text in cases.leave), *RESULTS)
