"""Text of the samples beyond the first migraine cases. Every patient, clinic and number is invented."""

from __future__ import annotations

from typing import NamedTuple


class Sample(NamedTuple):
    """A case: what its case.yaml says, the pages of its documents, and what a build must end with."""

    folder: str
    case: str
    kind: str
    indication: str
    icd10: str
    cpt: str
    units: int
    patient: tuple[str, str, str, str]  # first name, last name, birth date, sex
    member: str
    clinic: str
    provider: tuple[str, str]  # name, specialty
    documents: dict[str, list[list[str]]]
    exit_code: int

    @property
    def header(self) -> str:
        """The line that every page of its notes carries under the clinic's name."""
        first, last, born, _ = self.patient
        year, month, day = born.split("-")
        return f"Patient: {last}, {first}    DOB: {month}/{day}/{year}"


CONTINUATION = Sample(
    "chronic-migraine-continuation", "2026-0171", "continuation", "chronic_migraine", "G43.709", "64615", 155,
    ("Priya", "Raman", "1988-06-02", "F"), "WQ20418837", "Cedar Hill Neurology", ("Lena Ortiz, MD", "neurology"),
    {
        "notes/2026-10-16-visit.pdf": [
            [
                "Date of service: 10/16/2026    Member ID: WQ20418837", "Progress note - office visit",
                "# Chief Complaint", "Follow-up of chronic migraine under onabotulinumtoxinA.",
                "# History of Present Illness",
                "Ms. Raman is a 38-year-old woman with chronic migraine without aura.",
                "Before Botox she had headache on 23 days a month, 15 of them migraine.",
                "Now she has headache on 9 days a month, 4 of them migraine.",
                "Headaches last 5 to 8 hours a day.",
                "Botox gave good relief for eleven weeks, then it wears off.",
                "She missed 1 day of work in three months; before treatment it was 4 days a month.",
                "No visit to an emergency room since Botox began; before there were two ER visits in six months.",
                "# Prior preventive treatment",
                "- Topiramate 100 mg daily 02/2025 - 06/2025. Stopped for word-finding trouble.",
                "- Nortriptyline 50 mg nightly 07/2025 - 11/2025. No reduction in headache days.",
                "# Acute treatment",
                "- Sumatriptan 100 mg at onset, 4 days a month.",
            ],
            [
                "# Scores", "Date\tMIDAS\tHIT-6", "12/10/2025\t71\t68", "10/16/2026\t18\t54",
                "# Botulinum toxin treatments",
                "OnabotulinumtoxinA 155 units on 01/09/2026, no adverse effect.",
                "OnabotulinumtoxinA 155 units on 04/10/2026, no adverse effect.",
                "OnabotulinumtoxinA 155 units on 07/24/2026, mild neck pain for two days.",
                "# Exam", "Alert and fluent. Cranial nerves intact. No ptosis. Strength 5/5.",
                "No neuromuscular disease. Not pregnant. No infection at the injection sites.",
                "# Assessment",
                "Chronic migraine without aura, not intractable, without status migrainosus (G43.709), improved.",
                "# Plan",
                "Request prior authorization for onabotulinumtoxinA 155 units IM every 12 weeks.",
                "Repeat HIT-6 at each visit; stop if headache days return to the old count for two cycles.",
                "Electronically signed by Lena Ortiz, MD, neurology, on 10/16/2026",
            ],
        ],
    },
    3,
)  # fmt: skip

DYSTONIA = Sample(
    "cervical-dystonia", "2026-0180", "initial", "cervical_dystonia", "G24.3", "64616", 200,
    ("Walter", "Brandt", "1961-01-29", "M"), "GC5520917", "Lakeside Movement Disorders",
    ("Ines Moreau, MD", "neurology"),
    {
        "notes/2026-09-22-consult.pdf": [
            [
                "Date of service: 09/22/2026    Member ID: GC5520917", "Consultation - movement disorders",
                "# History of Present Illness",
                "Mr. Brandt is a 65-year-old man with cervical dystonia since 2022.",
                "He has never had a botulinum toxin.",
                "His head turns to the left and tilts to the right, with pain in the right side of the neck.",
                "He cannot drive, since he is unable to look over his right shoulder.",
                "Reading is limited to ten minutes, and he gave up his work as a proofreader.",
                "# Treatment so far",
                "- Trihexyphenidyl 2 mg three times daily 03/2024 - 07/2024. Stopped for confusion.",
                "- Baclofen 10 mg three times daily 08/2024 - 12/2024. No benefit.",
                "- Physical therapy 01/2025 - 04/2025. No benefit.",
            ],
            [
                "# Exam",
                "On examination the head is turned 30 degrees to the left with laterocollis to the right.",
                "The right splenius and the right sternocleidomastoid are hypertrophied.",
                "Denies dysphagia. No known neuromuscular disorder. No infection at the injection sites.",
                "TWSTRS total 41: severity 19, disability 14, pain 8.",
                "# Investigations",
                "MRI of the brain and cervical spine shows no structural lesion. Ceruloplasmin was normal.",
                "# Assessment", "Cervical dystonia (spasmodic torticollis), G24.3.",
                "# Plan",
                "Request prior authorization for onabotulinumtoxinA 200 units IM every 12 weeks:",
                "right splenius capitis 80 units, right sternocleidomastoid 40 units, left splenius capitis 50 units,",
                "right levator scapulae 30 units.",
                "Injection under EMG guidance. Repeat TWSTRS four weeks after each treatment.",
                "Electronically signed by Ines Moreau, MD, neurology, on 09/22/2026",
            ],
        ],
    },
    3,
)  # fmt: skip

AXILLA = Sample(
    "axillary-hyperhidrosis", "2026-0184", "initial", "axillary_hyperhidrosis", "L74.510", "64650", 100,
    ("Noor", "Haddad", "1997-11-08", "F"), "HX7710246", "Harbor Dermatology", ("Tom Eklund, MD", "dermatology"),
    {
        "notes/2026-10-05-visit.pdf": [
            [
                "Date of service: 10/05/2026    Member ID: HX7710246", "Progress note - office visit",
                "# History of Present Illness",
                "Ms. Haddad is a 28-year-old woman with primary axillary hyperhidrosis since the age of 15.",
                "Sweating is bilateral and symmetric, and it stops during sleep.",
                "She changes her shirt three times a day and avoids handshakes and light-colored clothing.",
                "She gave up her job in sales because of soaked shirts.",
                "HDSS 4.",
                "# Treatment so far",
                "- Aluminum chloride 20 % nightly 01/2026 - 04/2026. No benefit.",
                "- Glycopyrrolate 2 mg twice daily 05/2026 - 07/2026. Stopped for dry mouth and blurred vision.",
            ],
            [
                "# Exam", "Both axillae wet within minutes. Skin intact. No infection at the injection sites.",
                "Gravimetry: right 182 mg/5 min, left 167 mg/5 min.",
                "Starch-iodine test positive over both axillae.",
                "TSH and fasting glucose were normal; no secondary cause was found.",
                "Not pregnant. No known neuromuscular disorder.",
                "# Assessment", "Primary focal hyperhidrosis, axilla (L74.510), severe.",
                "# Plan",
                "Request prior authorization for onabotulinumtoxinA 100 units, 50 units into each axilla.",
                "Reassess HDSS four weeks after treatment.",
                "Electronically signed by Tom Eklund, MD, dermatology, on 10/05/2026",
            ],
        ],
    },
    3,
)  # fmt: skip

SPASTICITY = Sample(
    "upper-limb-spasticity", "2026-0190", "initial", "upper_limb_spasticity", "G81.11", "64644", 300,
    ("Rosa", "Delgado", "1958-04-19", "F"), "GC4409138", "Northgate Rehabilitation",
    ("Ann Whitlock, MD", "physical medicine and rehabilitation"),
    {
        "notes/2026-10-12-visit.pdf": [
            [
                "Date of service: 10/12/2026    Member ID: GC4409138", "Progress note - spasticity clinic",
                "# History of Present Illness",
                "Ms. Delgado is a 68-year-old woman with right upper limb spasticity after a stroke in 03/2025.",
                "Her husband needs twenty minutes to wash the palm; hygiene is limited by the closed fist.",
                "She cannot dress without help.",
                "# Treatment so far",
                "- Baclofen 10 mg three times daily 06/2025 - 10/2025. Stopped for sedation.",
                "- Tizanidine 4 mg three times daily 11/2025 - 02/2026. No benefit.",
                "- Occupational therapy 04/2025 - 09/2026. Partial benefit.",
            ],
            [
                "# Exam", "MODIFIED ASHWORTH SCALE, right arm, 10/12/2026",
                "Elbow flexors\t3", "Wrist flexors\t3", "Finger flexors\t3",
                "DAS: hygiene 3, dressing 2, limb position 2, pain 1",
                "No fixed contracture. No infection at the injection sites. No known neuromuscular disorder.",
                "# Assessment", "Spastic hemiplegia affecting the right dominant side, upper limb spasticity (G81.11).",
                "# Plan",
                "Request prior authorization for onabotulinumtoxinA 300 units IM every 12 weeks:",
                "right biceps brachii 100 units, right flexor carpi radialis 50 units,",
                "right flexor carpi ulnaris 50 units, right flexor digitorum superficialis 50 units,",
                "right flexor digitorum profundus 50 units.",
                "Injection under ultrasound guidance. Repeat MAS and DAS six weeks after treatment.",
                "Electronically signed by Ann Whitlock, MD, physical medicine and rehabilitation, on 10/12/2026",
            ],
        ],
    },
    3,
)  # fmt: skip

BLADDER = Sample(
    "overactive-bladder", "2026-0195", "initial", "overactive_bladder", "N32.81", "52287", 100,
    ("Helen", "Achterberg", "1966-08-30", "F"), "GC3017726", "Riverside Urology", ("Paul Nakamura, MD", "urology"),
    {
        "notes/2026-09-28-visit.pdf": [
            [
                "Date of service: 09/28/2026    Member ID: GC3017726", "Progress note - office visit",
                "# History of Present Illness",
                "Ms. Achterberg is a 60-year-old woman with overactive bladder and urge incontinence for five years.",
                "She plans each day around a bathroom and no longer leaves the house without pads.",
                "She wakes three times a night and works part time only since last year.",
                "# Treatment so far",
                "- Oxybutynin ER 10 mg daily 01/2025 - 04/2025. Stopped for dry mouth and constipation.",
                "- Mirabegron 50 mg daily 05/2025 - 09/2025. No benefit.",
                "- Bladder training with pelvic floor therapy 10/2025 - 02/2026. No benefit.",
            ],
            [
                "# Bladder diary",
                "Date\tVoids\tUrge leaks\tPads", "09/21/2026\t13\t5\t4", "09/22/2026\t12\t4\t4", "09/23/2026\t14\t6\t5",
                "# Exam and tests", "PVR 30 mL. Urinalysis negative, urine culture no growth.",
                "No urinary retention. No known neuromuscular disorder. Not pregnant.",
                "# Assessment", "Overactive bladder with urge incontinence (N32.81).",
                "# Plan",
                "Request prior authorization for intradetrusor onabotulinumtoxinA 100 units, 20 sites.",
                "She is willing and able to self-catheterize and was taught on 09/28/2026.",
                "PVR check two weeks after treatment.",
                "Electronically signed by Paul Nakamura, MD, urology, on 09/28/2026",
            ],
        ],
    },
    3,
)  # fmt: skip

ALL = (CONTINUATION, DYSTONIA, AXILLA, SPASTICITY, BLADDER)
