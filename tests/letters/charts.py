"""A chart for each labelled indication, read by the rules of extraction from a note in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from packetgen.case import Case
from packetgen.chart.reconcile import reconcile
from packetgen.documents.model import Box, Document, Line, Page, Word
from packetgen.extraction.extract import extract
from packetgen.letters.model import Material
from packetgen.policy.model import Assessment, Criterion, PolicyReference

POLICY = PolicyReference(
    "Commercial plan", "B-7", "Botulinum toxins", date(2026, 1, 1), date(2026, 11, 1), "invented", "high"
)
HEAD = "Date of service: 10/02/2026\nProgress note - office visit\n\nHistory of Present Illness\n"
CLOSE = "No known neuromuscular disorder. Not pregnant. No infection at the injection sites.\n"


@dataclass(frozen=True)
class Told:
    """What a case asks for, and the note that it rests on, a form feed between pages."""

    icd10: str
    cpt: str
    units: int
    note: str


CHARTS = {
    "chronic_migraine": Told("G43.709", "64615", 155, """\
Ms. Roe is a 42-year-old woman with chronic migraine.
Before Botox she had headache on 23 days a month, 15 of them migraine.
Now she has headache on 9 days a month, 4 of them migraine. Headaches last 5 to 8 hours a day.
Botox gave good relief for eleven weeks, then it wears off.
She missed 5 days of work this month. She cannot drive during attacks.

Prior preventive treatment
- Topiramate 100 mg daily 02/2025 - 06/2025. Stopped for paresthesias.
- Propranolol contraindicated because of asthma.

Acute treatment
- Sumatriptan 100 mg at onset.
\f
Scores
Date          MIDAS   HIT-6
12/10/2025    71      68
10/02/2026    18      54

OnabotulinumtoxinA 155 units on 07/24/2026.
MRI of the brain was normal.
Assessment
Chronic migraine without aura, not intractable, without status migrainosus (G43.709)
Plan
Request prior authorization for onabotulinumtoxinA 155 units IM every 12 weeks.
Repeat HIT-6 at each visit; stop if no benefit after two cycles.
"""),
    "cervical_dystonia": Told("G24.3", "64616", 200, """\
Mr. Roe is a 65-year-old man with cervical dystonia since 2022.
He cannot drive, since he is unable to look over his shoulder.

Treatment so far
- Trihexyphenidyl 2 mg three times daily 03/2024 - 07/2024. Stopped for confusion.
- Baclofen 10 mg three times daily 08/2024 - 12/2024. No benefit.
\f
TWSTRS total 41: severity 19, disability 14, pain 8.
Ceruloplasmin was normal.
Assessment
Cervical dystonia (spasmodic torticollis), G24.3.
Plan
Request prior authorization for onabotulinumtoxinA 200 units IM every 12 weeks:
right splenius capitis 110 units, left splenius capitis 90 units.
Injection under EMG guidance.
"""),
    "axillary_hyperhidrosis": Told("L74.510", "64650", 100, """\
Ms. Roe is a 28-year-old woman with primary axillary hyperhidrosis.
She changes her shirt three times a day and avoids handshakes. HDSS 4.

Treatment so far
- Aluminum chloride 20 % nightly 01/2026 - 04/2026. No benefit.
- Glycopyrrolate 2 mg twice daily 05/2026 - 07/2026. Stopped for dry mouth.
\f
Gravimetry: right 182 mg/5 min, left 167 mg/5 min.
Assessment
Primary focal hyperhidrosis, axilla (L74.510), severe.
Plan
Request prior authorization for onabotulinumtoxinA 100 units, 50 units into each axilla.
"""),
    "blepharospasm": Told("G24.5", "64612", 50, """\
Ms. Roe is a 61-year-old woman with blepharospasm. She gave up driving and cannot read for long.

Treatment so far
- Clonazepam 0.5 mg nightly 01/2026 - 04/2026. No benefit.
\f
Jankovic Rating Scale 7 (severity 4, frequency 3).
Assessment
Benign essential blepharospasm G24.5
Plan
Request prior authorization for onabotulinumtoxinA 50 units every 12 weeks.
"""),
    "hemifacial_spasm": Told("G51.31", "64612", 25, """\
Mr. Roe is a 58-year-old man with hemifacial spasm on the right. He avoids speaking in public and cannot read.
MRI of the brain shows no structural lesion.

Treatment so far
- Carbamazepine 200 mg twice daily 01/2026 - 04/2026. Stopped for dizziness.
\f
Assessment
Clonic hemifacial spasm, right G51.31
Plan
Request prior authorization for onabotulinumtoxinA 25 units every 12 weeks.
"""),
    "strabismus": Told("H50.00", "67345", 5, """\
Mr. Roe is a 30-year-old man with strabismus. He cannot drive because of double vision.
Esotropia measures 25 prism diopters.
\f
Assessment
Esotropia, strabismus H50.00
Plan
Request prior authorization for onabotulinumtoxinA 5 units.
"""),
    "upper_limb_spasticity": Told("G81.11", "64642", 300, """\
Ms. Roe is a 68-year-old woman with right upper limb spasticity after a stroke in 03/2025.
She cannot dress without help.

Treatment so far
- Baclofen 10 mg three times daily 06/2025 - 10/2025. Stopped for sedation.
- Tizanidine 4 mg three times daily 11/2025 - 02/2026. No benefit.
\f
MODIFIED ASHWORTH SCALE, right arm, 10/12/2026
Elbow flexors      3
Wrist flexors      3
Finger flexors     2

DAS: hygiene 3, dressing 2, limb position 2, pain 1
Assessment
Spastic hemiplegia affecting the right dominant side, upper limb spasticity (G81.11).
Plan
Request prior authorization for onabotulinumtoxinA 300 units IM every 12 weeks:
right biceps brachii 200 units, right flexor carpi radialis 100 units.
"""),
    "lower_limb_spasticity": Told("G81.11", "64642", 450, """\
Mr. Roe is a 66-year-old man with right lower limb spasticity after a stroke in 03/2025.
He needs two people for transfers and had three falls.

Treatment so far
- Baclofen 10 mg three times daily 06/2025 - 10/2025. Stopped for sedation.
\f
Assessment
Spastic hemiplegia affecting the right dominant side, lower limb spasticity (G81.11).
Plan
Request prior authorization for onabotulinumtoxinA 450 units IM every 12 weeks.
A higher dose is needed because 400 units wore off in week 8.
"""),
    "sialorrhea": Told("K11.7", "64611", 100, """\
Mr. Roe is a 71-year-old man with chronic sialorrhea and Parkinson disease. He soaks shirts and avoids social meals.

Treatment so far
- Glycopyrrolate 1 mg twice daily 05/2026 - 07/2026. Stopped for confusion.
\f
DSFS 7
Assessment
Chronic sialorrhea K11.7
Plan
Request prior authorization for onabotulinumtoxinA 100 units every 12 weeks.
"""),
    "overactive_bladder": Told("N32.81", "52287", 100, """\
Ms. Roe is a 60-year-old woman with overactive bladder. She no longer leaves the house without pads.

Treatment so far
- Oxybutynin ER 10 mg daily 01/2025 - 04/2025. Stopped for dry mouth.
- Mirabegron 50 mg daily 05/2025 - 09/2025. No benefit.
\f
PVR 30 mL. Urine culture no growth.
Assessment
Overactive bladder with urge incontinence (N32.81).
Plan
Request prior authorization for intradetrusor onabotulinumtoxinA 100 units.
She is willing and able to self-catheterize.
"""),
    "neurogenic_detrusor_overactivity": Told("N31.9", "52287", 200, """\
Mr. Roe is a 38-year-old man with neurogenic detrusor overactivity after a spinal cord injury.
He needs pads and wakes four times a night.

Treatment so far
- Oxybutynin ER 10 mg daily 01/2025 - 04/2025. No benefit.
\f
Urodynamics show detrusor overactivity.
Assessment
Neurogenic detrusor overactivity N31.9
Plan
Request prior authorization for intradetrusor onabotulinumtoxinA 200 units.
"""),
}  # fmt: skip


def page(number: int, text: str) -> Page:
    """A page whose words stand at their column."""
    lines = []
    for row, line in enumerate(text.splitlines()):
        words, column = [], 0
        for part in line.split(" "):
            if part:
                words.append(
                    Word(part, Box(54 + 6 * column, 60 + 14 * row, 54 + 6 * (column + len(part)), 72 + 14 * row))
                )
            column += len(part) + 1
        if words:
            lines.append(Line(tuple(words)))
    return Page(number, 612, 792, 0, "text", tuple(lines))


def document_of(note: str) -> Document:
    pages = tuple(page(number, text) for number, text in enumerate(note.split("\f"), 1))
    return Document("A", "visit.pdf", "0" * 64, pages, Path("none.pdf"))


def material(indication: str, kind: str = "initial", **changed: object) -> Material:
    """What letters about the chart of an indication are made of. changed: of the request."""
    told = CHARTS[indication]
    case = Case.model_validate(
        {
            "case": "2026-0001",
            "request": {"kind": kind, "indication": indication, "icd10": told.icd10, "cpt": told.cpt,
                        "units": str(told.units), "start_date": "2026-12-08", **changed},
            "patient": {"first_name": "Jo", "last_name": "Roe", "birth_date": "1984-03-17", "sex": "X"},
            "insurance": {"payer": "aetna", "member_id": "918273645"},
            "provider": {"name": "Lena Ortiz, MD", "npi": "1234567893", "specialty": "neurology",
                         "practice": "Cedar Hill", "phone": "555-0100", "fax": "555-0101"},
            "documents": ["visit.pdf"],
        }
    )  # fmt: skip
    documents = (document_of(HEAD + told.note + CLOSE),)
    read = extract(documents)
    chart = reconcile(read)
    criteria = tuple(
        Criterion("diagnosis", f"Diagnosis of {fact.value.name}", "met", "", fact.evidence, POLICY, "", fact.value.name)
        for fact in chart.diagnoses[:1]
    )
    return Material(case, chart, Assessment(POLICY, criteria), documents, read.findings)
