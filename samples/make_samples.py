"""Make the sample cases: `python samples/make_samples.py`. Every patient, clinic and number is invented."""

from __future__ import annotations

import io
import json
import random
from calendar import monthrange
from datetime import date
from pathlib import Path

import img2pdf
import pikepdf
from other_cases import ALL, Sample
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas

from packetgen.resources import FONTS, SAMPLES

MARK = "SYNTHETIC SAMPLE - NOT A REAL PATIENT"
INK = HexColor("#1f2d3d")


def note(path: Path, clinic: str, header: str, pages: list[list[str]]) -> None:
    """A visit note with a text layer. A line that begins with # is a heading."""
    path.parent.mkdir(parents=True, exist_ok=True)
    canvas = Canvas(str(path), pagesize=(612, 792), invariant=1)
    canvas.setTitle("Synthetic visit note")
    for number, lines in enumerate(pages, 1):
        canvas.setFillColor(INK)
        canvas.setFont("Helvetica-Bold", 13)
        canvas.drawString(54, 744, clinic)
        canvas.setFont("Helvetica", 9.5)
        canvas.drawString(54, 728, header)
        canvas.setLineWidth(0.8)
        canvas.line(54, 721, 558, 721)
        y = 700.0
        for line in lines:
            if line.startswith("#"):
                y -= 8
                canvas.setFont("Helvetica-Bold", 11)
                canvas.drawString(54, y, line[1:].strip())
                y -= 17
            else:
                canvas.setFont("Helvetica", 10)
                for column, cell in enumerate(line.split("\t")):
                    canvas.drawString(54 + (0, 140, 230, 360)[column], y, cell)
                y -= 14.5
        canvas.line(54, 52, 558, 52)
        canvas.setFont("Helvetica", 8)
        canvas.drawString(54, 40, MARK)
        canvas.drawRightString(558, 40, f"Page {number} of {len(pages)}")
        canvas.showPage()
    canvas.save()


def fax(path: Path, pages: list[list[str]]) -> None:
    """A 200-dpi black-and-white fax (CCITT G4), a little askew, with a fax header line on each page."""
    path.parent.mkdir(parents=True, exist_ok=True)
    plain = ImageFont.truetype(str(FONTS / "NotoSans-Regular.ttf"), 31)
    bold = ImageFont.truetype(str(FONTS / "NotoSans-Bold.ttf"), 34)
    small = ImageFont.truetype(str(FONTS / "DejaVuSansMono.ttf"), 22)
    images = []
    for number, lines in enumerate(pages, 1):
        image = Image.new("L", (1700, 2200), 255)
        draw = ImageDraw.Draw(image)
        y = 180
        for line in lines:
            draw.text((160, y), line.lstrip("# "), font=bold if line.startswith("#") else plain, fill=0)
            y += 62 if line.startswith("#") else 50
        draw.text((160, 2090), MARK, font=small, fill=0)
        image = image.rotate(-0.6, fillcolor=255, resample=Image.Resampling.BICUBIC)
        ImageDraw.Draw(image).text(
            (120, 24), f"09/15/2026 14:02   FROM: 555-0188   PAGE {number}/{len(pages)}", font=small, fill=0
        )
        images.append(image.convert("1", dither=Image.Dither.NONE))
    images[0].save(path, save_all=True, append_images=images[1:], compression="group4", dpi=(200, 200))


def diary(
    path: Path, header: str, months: list[tuple[int, int]], headache: int, migraine: int
) -> list[dict[str, object]]:
    """A scanned (300-dpi) headache diary, a ruled page a month; returns what its rows count."""
    path.parent.mkdir(parents=True, exist_ok=True)
    chance = random.Random(20261124)  # noqa: S311 - the sample must be the same each time
    font = ImageFont.truetype(str(FONTS / "NotoSans-Regular.ttf"), 44)
    bold = ImageFont.truetype(str(FONTS / "NotoSans-Bold.ttf"), 50)
    columns = (220, 640, 1030, 1420, 1760)
    counts: list[dict[str, object]] = []
    scans = []
    for year, month in months:
        days = monthrange(year, month)[1]
        sick = set(chance.sample(range(1, days + 1), headache))
        worst = set(chance.sample(sorted(sick), migraine))
        image = Image.new("L", (2550, 3300), 252)
        draw = ImageDraw.Draw(image)
        draw.text((220, 150), f"Headache diary - {date(year, month, 1):%B %Y}", font=bold, fill=20)
        draw.text((220, 235), header, font=font, fill=20)
        y = 340
        for x, title in zip(columns, ("Date", "Headache", "Migraine", "Hours", "Medication"), strict=True):
            draw.text((x, y), title, font=bold, fill=20)
        long_days = treated = 0
        for day in range(1, days + 1):
            y += 88
            draw.line((200, y - 8, 2350, y - 8), fill=205, width=2)
            cells = [f"{month:02}/{day:02}/{year}", "no", "", "", ""]
            if day in sick:
                hours = chance.choice((5, 6, 8, 10, 12)) if day in worst else chance.choice((2, 3, 4, 5, 6))
                cells = [cells[0], "yes", "yes" if day in worst else "no", str(hours), ""]
                if day in worst and treated < 8:
                    cells[4] = "rizatriptan"
                    treated += 1
                long_days += hours >= 4
            for x, cell in zip(columns, cells, strict=True):
                draw.text((x, y), cell, font=font, fill=20)
        draw.text((220, 3210), MARK, font=ImageFont.truetype(str(FONTS / "NotoSans-Regular.ttf"), 34), fill=60)
        scan = path.with_name(f"scan-{month:02}.png")
        image.point(lambda value: 0 if value < 170 else 255).convert("1").save(scan, dpi=(300, 300))
        scans.append(scan)
        counts.append(
            {
                "month": f"{year}-{month:02}",
                "days_recorded": days,
                "headache_days": headache,
                "migraine_days": migraine,
                "days_4h_or_more": long_days,
                "acute_medication_days": treated,
            }
        )
    with pikepdf.open(io.BytesIO(img2pdf.convert([str(scan) for scan in scans], nodate=True))) as pdf:
        if "/ID" in pdf.trailer:
            del pdf.trailer.ID
        pdf.save(path, deterministic_id=True)
    for scan in scans:
        scan.unlink()
    return counts


UHC_HEADER = "Patient: Whitfield, Dana    DOB: 03/17/1984    MRN: 00418827    Date of service: 10/02/2026"
UHC_NOTE = [
    [
        "Progress note - office visit    Member ID: 918273645",
        "# Chief Complaint", "Follow-up of migraine.",
        "# History of Present Illness",
        "Ms. Whitfield is a 42-year-old woman with chronic migraine.",
        "She reports headache on 22 of the last 30 days, 14 of which were full migraines.",
        "Untreated headaches last 6 to 12 hours.",
        "This headache pattern has been present for 16 months.",
        "Attacks bring throbbing pain with photophobia and nausea. She missed 5 days of work this month.",
        "No aura. She has never had onabotulinumtoxinA.",
    ],
    [
        "# Prior preventive treatment",
        "- Topiramate 100 mg daily 03/2024 - 08/2024. Stopped for cognitive slowing and paresthesias.",
        "- Amitriptyline 50 mg nightly 09/2024 - 02/2025. No reduction in headache days.",
        "- Propranolol contraindicated because of asthma.",
        "- Aimovig considered, not started.",
        "# Acute treatment",
        "- Rizatriptan 10 mg at onset, about 8 days a month.",
        "- Naproxen 500 mg as needed.",
    ],
    [
        "# Current Medications",
        "Medication\tDose\tHow taken", "Rizatriptan\t10 mg\tat onset of headache",
        "Naproxen\t500 mg\tas needed for headache", "Lisinopril\t10 mg\tdaily for blood pressure",
        "# Allergies", "No known drug allergies.",
        "# Family History", "Mother: migraine, controlled on Depakote.",
        "# Scores (copied forward)", "Date\tMIDAS\tHIT-6", "03/04/2026\t58\t65", "10/02/2026\t64\t67",
    ],
    [
        "# Exam", "Alert and fluent. Fundi sharp. Cranial nerves intact. Strength 5/5. Gait normal.",
        "No neuromuscular disease. Not pregnant. No infection at the injection sites.",
        "# Assessment",
        "Chronic migraine without aura, not intractable, without status migrainosus (G43.709)",
        "# Plan",
        "Request prior authorization for onabotulinumtoxinA 155 units IM every 12 weeks, 31 sites.",
        "Headache diary reviewed and attached. Return in 12 weeks.",
        "Electronically signed by Lena Ortiz, MD, neurology, on 10/02/2026",
    ],
]  # fmt: skip
UHC_FAX = [
    [
        "# NEUROLOGY CONSULTATION", "Patient: Whitfield, Dana    DOB: 03/17/1984", "Date of service: 09/14/2026", "",
        "# Reason for consultation", "Frequent headaches.", "",
        "# History of Present Illness",
        "Headaches on 21 days a month, most of them throbbing.",
        "Headaches last 6 to 12 hours without treatment.",
    ],
    [
        "Patient: Whitfield, Dana    DOB: 03/17/1984", "",
        "# Prior preventive treatment",
        "Topiramate 100 mg daily 03/2024 - 08/2024. Stopped for cognitive slowing.", "",
        "Amitriptyline 50 mg nightly 09/2024 - 02/2025. No benefit.",
    ],
    [
        "Patient: Whitfield, Dana    DOB: 03/17/1984", "",
        "# Assessment", "Chronic migraine without aura (G43.709).", "",
        "# Plan", "Return to Dr. Ortiz.", "", "Electronically signed by Omar Haddad, MD",
    ],
]  # fmt: skip
AETNA_HEADER = "Patient: Marsh, Colin    DOB: 07/22/1979    MRN: 00550193    Date of service: 10/05/2026"
AETNA_NOTE = [
    [
        "Progress note - office visit    Member ID: W204417790",
        "# History of Present Illness",
        "Mr. Marsh is a 47-year-old man with chronic migraine.",
        "He reports headache on 20 of the last 30 days, 11 of which were full migraines.",
        "# Prior preventive treatment",
        "- Topiramate 100 mg daily 01/2025 - 06/2025. No reduction in headache days.",
        "- Amitriptyline 50 mg nightly. No benefit.",
    ],
    [
        "# Assessment", "Chronic migraine without aura, intractable, without status migrainosus (G43.719)",
        "# Plan", "Request prior authorization for onabotulinumtoxinA 155 units IM every 12 weeks.",
        "Electronically signed by Lena Ortiz, MD, neurology, on 10/05/2026",
    ],
]  # fmt: skip
CASE = """\
# A synthetic sample: every person and number is invented.
case: {case}
request: {{kind: {kind}, indication: {indication}, product: onabotulinumtoxinA,
          icd10: {icd10}, cpt: "{cpt}", units: {units}, interval_weeks: 12, start_date: 2026-12-08}}
patient: {{first_name: {first}, last_name: {last}, birth_date: {born}, sex: {sex}, phone: 555-0142, mrn: "{mrn}"}}
insurance: {{payer: {payer}, plan: "{plan}", member_id: "{member}"}}
provider: {{name: "{provider}", npi: "1234567893", specialty: {specialty}, practice: {clinic},
           phone: 555-0100, fax: 555-0101}}
documents:
{documents}
"""


USUAL = {
    "kind": "initial", "indication": "chronic_migraine", "cpt": "64615", "units": 155, "provider": "Lena Ortiz, MD",
    "specialty": "neurology", "clinic": "Cedar Hill Neurology",
}  # fmt: skip


def write_case(folder: Path, expected: dict[str, object], **values: str | int) -> None:
    (folder / "case.yaml").write_text(CASE.format(**{**USUAL, **values}))
    (folder / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")


DANA = {
    "icd10": "G43.709", "first": "Dana", "last": "Whitfield", "born": "1984-03-17", "sex": "F", "mrn": "00418827",
    "payer": "uhc-community", "plan": "Community Plan", "member": "918273645",
}  # fmt: skip


def other_case(sample: Sample) -> None:
    folder = SAMPLES / sample.folder
    for name, pages in sample.documents.items():
        note(folder / name, sample.clinic, sample.header, pages)
    first, last, born, sex = sample.patient
    provider, specialty = sample.provider
    write_case(
        folder, {"exit_code": sample.exit_code}, case=sample.case, kind=sample.kind, indication=sample.indication,
        icd10=sample.icd10, cpt=sample.cpt, units=sample.units, first=first, last=last, born=born, sex=sex,
        mrn=sample.case.replace("-", ""), payer="generic-commercial", plan="Open Access", member=sample.member,
        provider=provider, specialty=specialty, clinic=sample.clinic,
        documents="\n".join(f"  - {name}" for name in sample.documents),
    )  # fmt: skip


def main() -> None:
    """Write all samples."""
    for sample in ALL:
        other_case(sample)
    uhc = SAMPLES / "chronic-migraine-uhc"
    note(uhc / "notes/2026-10-02-visit.pdf", "Cedar Hill Neurology", UHC_HEADER, UHC_NOTE)
    fax(uhc / "scans/consult.tif", UHC_FAX)
    counts = diary(
        uhc / "scans/diary.pdf", "Patient: Dana Whitfield    DOB: 03/17/1984", [(2026, 7), (2026, 8), (2026, 9)], 21, 12
    )
    documents = (
        "  - notes/2026-10-02-visit.pdf\n  - scans/consult.tif\n  - {path: scans/diary.pdf, kind: headache_diary}"
    )
    write_case(uhc, {"exit_code": 0, "diary": counts}, case="2026-0142", documents=documents, **DANA)

    aetna = SAMPLES / "chronic-migraine-aetna"
    note(aetna / "visit.pdf", "Cedar Hill Neurology", AETNA_HEADER, AETNA_NOTE)
    write_case(
        aetna, {"exit_code": 3}, case="2026-0157", documents="  - visit.pdf", icd10="G43.719", first="Colin",
        last="Marsh", born="1979-07-22", sex="M", mrn="00550193", payer="aetna", plan="Open Choice",
        member="W204417790",
    )  # fmt: skip

    wrong = SAMPLES / "wrong-patient"
    note(wrong / "visit.pdf", "Cedar Hill Neurology", UHC_HEADER, UHC_NOTE)
    own, other = wrong / "own.pdf", wrong / "other.pdf"
    note(own, "Cedar Hill Neurology", UHC_HEADER, [["# Telephone encounter", "Patient asks about the request."]])
    note(other, "Cedar Hill Neurology", AETNA_HEADER, [["# Telephone encounter", "Patient reports a rash."]])
    with pikepdf.new() as calls, pikepdf.open(own) as first, pikepdf.open(other) as second:
        calls.pages.extend([*first.pages, *second.pages])
        calls.save(wrong / "calls.pdf", deterministic_id=True)
    own.unlink()
    other.unlink()
    write_case(wrong, {"exit_code": 5}, case="2026-0160", documents="  - visit.pdf\n  - calls.pdf", **DANA)


if __name__ == "__main__":
    main()
