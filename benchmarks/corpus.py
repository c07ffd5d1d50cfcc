"""Pages of known text, damaged as clinics' scanners and fax machines damage them. Everyone in them is invented."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from packetgen.documents.model import Page
from packetgen.resources import FONTS

DPI = 200
TEXTS: tuple[tuple[str, ...], ...] = (
    (
        "Cedar Hill Neurology   Progress note",
        "Patient: Whitfield, Dana   DOB: 03/17/1984   MRN: 00418827",
        "",
        "History of Present Illness",
        "She reports headache on 22 of the last 30 days, 14 of which",
        "were full migraines. Untreated headaches last 6 to 12 hours.",
        "This pattern has been present for 16 months.",
        "Attacks bring photophobia and nausea. No aura.",
        "",
        "Prior preventive treatment",
        "Topiramate 100 mg daily 03/2024 to 08/2024. Stopped for",
        "cognitive slowing and paresthesias.",
        "Amitriptyline 50 mg nightly 09/2024 to 02/2025. No benefit.",
        "Propranolol contraindicated because of asthma.",
    ),
    (
        "Lakeside Dermatology   New patient intake",
        "Patient: Osei, Kwame   DOB: 11/02/1990   Member ID: 884120077",
        "",
        "Axillary hyperhidrosis since age 16, both sides.",
        "HDSS grade 4. Sweat soaks shirts within 20 minutes.",
        "Aluminum chloride 20% nightly for 6 weeks, skin irritation.",
        "Glycopyrrolate 1 mg twice a day for 2 months, dry mouth.",
        "Gravimetric test: 182 mg in 5 minutes right, 167 mg left.",
        "",
        "Plan",
        "Request onabotulinumtoxinA 100 units, 50 units each axilla.",
        "Repeat not before 16 weeks. Starch iodine test done.",
    ),
    (
        "Riverbend Movement Disorders   Procedure note",
        "Patient: Lindqvist, Maja   DOB: 06/30/1966   MRN: 77120045",
        "",
        "Cervical dystonia with left torticollis and head tremor.",
        "TWSTRS severity 19, disability 14, pain 11.5, total 44.5.",
        "Injected abobotulinumtoxinA 500 units under EMG guidance:",
        "left splenius capitis 200 units",
        "right sternomastoid 150 units",
        "left levator scapulae 150 units",
        "Complications: none. Lot C4471A, expires 05/2027.",
        "Last treatment 08/14/2026, 12 weeks ago. Benefit 70 percent.",
    ),
    (
        "Mesa Pelvic Health   Clinic note",
        "Patient: Alvarado, Rosa   DOB: 01/25/1958   Member ID: W304417790",
        "",
        "Overactive bladder with urge incontinence, 5 episodes a day.",
        "Three day diary: 14 voids a day, 3 at night, 4 pads.",
        "Oxybutynin ER 10 mg for 8 weeks, dry mouth and confusion.",
        "Mirabegron 50 mg for 10 weeks, no improvement.",
        "Post void residual 40 ml by scanner. Urine culture negative.",
        "Willing to catheterize if needed.",
        "Plan: onabotulinumtoxinA 100 units by cystoscopy.",
    ),
    (
        "Summit Physiatry   Follow up",
        "Patient: Novak, Peter   DOB: 09/09/1971   MRN: 55310927",
        "",
        "Right spastic hemiparesis after stroke on 02/11/2024.",
        "MAS: elbow flexors 3, wrist flexors 2, finger flexors 3.",
        "Baclofen 10 mg three times a day, sedation. Tizanidine 4 mg",
        "stopped after 3 weeks for low blood pressure.",
        "Splinting and occupational therapy twice a week continue.",
        "Request incobotulinumtoxinA 300 units: biceps 100 units,",
        "flexor digitorum superficialis 100 units, flexor carpi 100.",
    ),
)


def page(lines: tuple[str, ...], dpi: int = DPI) -> Image.Image:
    """A Letter page of 11-point type, grey levels."""
    font = ImageFont.truetype(str(FONTS / "NotoSans-Regular.ttf"), round(11 * dpi / 72))
    image = Image.new("L", (round(8.5 * dpi), 11 * dpi), 255)
    draw = ImageDraw.Draw(image)
    for row, line in enumerate(lines):
        draw.text((0.9 * dpi, 0.9 * dpi + row * 16 * dpi / 72), line, font=font, fill=0)
    return image


def skewed(degrees: float) -> Callable[[Image.Image], Image.Image]:
    return lambda image: image.rotate(degrees, fillcolor=255, resample=Image.Resampling.BICUBIC)


def turned(degrees: int) -> Callable[[Image.Image], Image.Image]:
    return lambda image: image.rotate(degrees, expand=True)


def one_bit(image: Image.Image) -> Image.Image:
    return image.convert("1", dither=Image.Dither.NONE)


def standard_fax(image: Image.Image) -> Image.Image:
    """204 x 98 dots an inch: every other row is lost."""
    return one_bit(image.resize((image.width, image.height // 2)))


def noisy(image: Image.Image) -> Image.Image:
    chance = random.Random(7)  # noqa: S311 - the same page each time
    image = image.copy()
    points = image.load()
    for _ in range(image.width * image.height // 120):
        points[chance.randrange(image.width), chance.randrange(image.height)] = chance.choice((0, 255))
    return image


def bordered(image: Image.Image) -> Image.Image:
    image = image.copy()
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 70, image.height), fill=0)
    draw.rectangle((0, 0, image.width, 50), fill=0)
    return image


def grey(image: Image.Image) -> Image.Image:
    """Tinted paper with a shadow."""
    shade = Image.linear_gradient("L").resize(image.size).point(lambda level: 200 - level // 5)
    return ImageChops.darker(image.point(lambda level: max(level, 40)), shade)


def compressed(image: Image.Image) -> Image.Image:
    raw = io.BytesIO()
    image.save(raw, "JPEG", quality=20)
    return Image.open(raw)


def shrunk(dpi: int) -> Callable[[Image.Image], Image.Image]:
    return lambda image: image.resize((image.width * dpi // DPI, image.height * dpi // DPI), Image.Resampling.LANCZOS)


# kind of damage: (what is done, dots an inch of the result across and down, highest character error rate allowed)
DAMAGE: dict[str, tuple[Callable[[Image.Image], Image.Image], tuple[int, int], float]] = {
    "none": (lambda image: image, (DPI, DPI), 0.005),
    "fine fax": (one_bit, (DPI, DPI), 0.005),
    "standard fax": (standard_fax, (DPI, DPI // 2), 0.01),
    "skew 1": (skewed(1), (DPI, DPI), 0.005),
    "skew 3": (skewed(-3), (DPI, DPI), 0.005),
    "skew 5": (skewed(5), (DPI, DPI), 0.005),
    "skew -5": (skewed(-5), (DPI, DPI), 0.005),
    "turned 90": (turned(90), (DPI, DPI), 0.005),
    "turned 180": (turned(180), (DPI, DPI), 0.005),
    "turned 270": (turned(270), (DPI, DPI), 0.005),
    "noise": (noisy, (DPI, DPI), 0.03),
    "blur": (lambda image: image.filter(ImageFilter.GaussianBlur(1.6)), (DPI, DPI), 0.005),
    "JPEG 20": (compressed, (DPI, DPI), 0.005),
    "black border": (bordered, (DPI, DPI), 0.005),
    "grey paper": (grey, (DPI, DPI), 0.005),
    "100 dpi": (shrunk(100), (100, 100), 0.01),
}


def write_page(folder: Path, number: int, kind: str) -> Path:
    """The text of that number with that damage, as a TIFF file."""
    damage, dpi, _ = DAMAGE[kind]
    path = folder / f"{number}-{kind.replace(' ', '-')}.tif"
    image = damage(page(TEXTS[number]))
    image.save(path, dpi=dpi, compression="group4" if image.mode == "1" else "tiff_lzw")
    return path


def text_of(read: Page) -> str:
    """The words of a page in reading order."""
    return " ".join(word.text for line in read.lines for word in line.words)


def truth_of(number: int) -> str:
    """What the page of that number says."""
    return " ".join(" ".join(TEXTS[number]).split())


def error_rate(found: str | list[str], truth: str | list[str]) -> float:
    """Character error rate of texts, word error rate of lists of words: edits over the length of the truth."""
    from rapidfuzz.distance import Levenshtein

    return Levenshtein.distance(found, truth) / len(truth)
