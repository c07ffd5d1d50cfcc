"""Check boxes on paper: a form that was printed, marked by hand, and scanned or faxed."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from benchmarks.corpus import DAMAGE, TEXTS, page
from packetgen.documents.boxes import without_check_boxes
from packetgen.documents.cache import PageCache
from packetgen.documents.model import ToRead
from packetgen.documents.read import read_documents
from packetgen.resources import FONTS

BOXES = (
    "Topiramate",
    "Propranolol",
    "Amitriptyline",
    "Venlafaxine",
    "Candesartan",
    "Glaucoma",
    "Asthma",
    "Kidney stones",
)


def form_with_boxes(marks: str, dpi: int = 200, side: float = 10.0) -> Image.Image:
    """An intake form. marks: for each row " " empty, "x" a cross, "v" a tick that leaves the box, "#" filled in."""
    font = ImageFont.truetype(str(FONTS / "NotoSans-Regular.ttf"), round(11 * dpi / 72))
    image = Image.new("L", (round(8.5 * dpi), 11 * dpi), 255)
    draw = ImageDraw.Draw(image)
    draw.text((dpi, 0.5 * dpi), "WHICH OF THESE HAVE YOU TRIED? Mark each box that applies to you", font=font, fill=0)
    for row, mark in enumerate(marks):
        x, y, s = dpi, round((1 + 0.3 * row) * dpi), round(side * dpi / 72)
        draw.rectangle((x, y, x + s, y + s), outline=0, width=dpi // 100)
        if mark == "x":
            draw.line((x + 2, y + 2, x + s - 2, y + s - 2), fill=0, width=3)
            draw.line((x + 2, y + s - 2, x + s - 2, y + 2), fill=0, width=3)
        if mark == "v":
            draw.line((x + 3, y + s // 2, x + s // 2, y + s - 3), fill=0, width=3)
            draw.line((x + s // 2, y + s - 3, x + s + 6, y - 8), fill=0, width=3)
        if mark == "#":
            draw.rectangle((x + 4, y + 4, x + s - 4, y + s - 4), fill=0)
        told = BOXES[row] + " or another of that kind, at any time"
        draw.text((x + s + 0.08 * dpi, y + s / 2), told, font=font, fill=0, anchor="lm")
    return image


def marks_read(folder: Path) -> dict[str, str]:
    """The box on the line of each name, of the form in that folder."""
    (folder / "work").mkdir()
    file = folder / "form.png"
    ((document,), _) = read_documents([ToRead(file.name, file)], folder / "work", PageCache(folder / "cache"))
    lines = [[word.text.strip("‘“.,'\"") for word in line.words] for line in document.page(1).lines]
    return {
        name: "".join(word for line in lines if name.split()[0] in line for word in line if word in "☐☒")
        for name in BOXES
    }


# At -5 degrees a box whose tick leaves it is not found; its row then has no box, and nothing is told of it.
@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "side"),
    [(kind, 10.0) for kind in DAMAGE if kind not in ("turned 180", "turned 270", "skew -5")]
    + [("none", 8.0), ("fine fax", 8.0), ("standard fax", 8.0), ("none", 14.0), ("standard fax", 14.0)],
)
def test_check_boxes_of_a_scan_are_read_as_ticked_or_not(tmp_path: Path, kind: str, side: float) -> None:
    marks = "x v#  xv"
    damage, dpi, _ = DAMAGE[kind]
    damage(form_with_boxes(marks, side=side)).save(tmp_path / "form.png", dpi=dpi)
    wanted = {name: "☐" if mark == " " else "☒" for mark, name in zip(marks, BOXES, strict=True)}
    assert marks_read(tmp_path) == wanted


def test_ordinary_print_holds_no_check_boxes() -> None:
    for number in range(len(TEXTS)):
        for size in (200, 300):
            assert without_check_boxes(page(TEXTS[number], size), size)[1] == ()
    for size in range(12, 80, 4):
        font = ImageFont.truetype(str(FONTS / "NotoSans-Regular.ttf"), size)
        image = Image.new("L", (2000, 300), 255)
        ImageDraw.Draw(image).text((20, 20), "ODBHEZ0 QR DOB 8888 == || {} PATIENT I.D. Nº ■", font=font, fill=0)
        assert without_check_boxes(image, 200)[1] == ()
