"""Tesseract on one page image: words with boxes and confidences, turned upright and cleaned where that reads better."""

from __future__ import annotations

import importlib
import math
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from packetgen.documents.boxes import without_check_boxes
from packetgen.documents.layout import in_columns, lines_of, skew_of
from packetgen.documents.model import Box, Line, Word
from packetgen.documents.tables import Rules, in_rows, without_rules
from packetgen.errors import ProgramFailed
from packetgen.limits import OCR_SECONDS_PER_PAGE, PROBE_SECONDS
from packetgen.programs import TESSERACT, run

# One uniform block: other modes dropped columns (3) or lone digits (11) of a ruled diary.
PAGE_SEGMENTATION = 6
JUNK_BELOW = 30.0  # confidence 0-100: table rules and specks read as letters
RULING = set("|_-—–=~.,:;'`\"[]{}()/\\")
GOOD = 85.0  # mean confidence of a page that needs no second try
STRAIGHT = 1.5  # degrees: more skew than this turns 1 into 4
STRAIGHT_TABLE = 0.4  # degrees: more than this hides where a table's rows end
STRAIGHTER = 15.0  # that straightening may cost: Tesseract is as sure of digits that lie askew, and reads them wrong
GAIN = 5.0  # that a second try must bring, to be believed
POOR = 55.0  # below it a page may lie on its side
TWO_LINES = 26.0  # points: a table's row of this height may hold more than a line
INK = 128
LIBRARIES = ("pypdfium2.raw", "pytesseract.pytesseract", "PIL.ImageDraw", "PIL.ImageFilter", "PIL.TiffImagePlugin")
ROTATE = re.compile(rb"Rotate: (\d+)")


@dataclass(frozen=True, slots=True)
class Reading:
    """What OCR made of an image.

    skew   degrees by which the page lies downhill
    turn   degrees clockwise that the image was turned
    ruled  whether it holds a table's rules
    """

    lines: tuple[Line, ...]
    skew: float
    turn: int = 0
    ruled: bool = False

    @property
    def words(self) -> tuple[Word, ...]:
        """All words, line by line."""
        return tuple(word for line in self.lines for word in line.words)

    @property
    def quality(self) -> float:
        """Mean confidence of the words that hold letters or digits, 0-100; 0 without any."""
        scores = [word.confidence or 0.0 for word in self.words if re.search(r"\w\w", word.text)]
        return sum(scores) / len(scores) if scores else 0.0


def engine_version() -> str:
    """Version of the installed Tesseract, for the cache; raises MissingProgram."""
    path = TESSERACT.require()
    try:
        return run([path, "--version"], seconds=PROBE_SECONDS).decode(errors="replace").split("\n")[0]
    except ProgramFailed:
        return "unknown"


def load_libraries() -> None:
    """Import here, once, what every child would import for itself."""
    for name in LIBRARIES:
        importlib.import_module(name)


def first_readings(pictures: Sequence[Any], dpi: int, images: Sequence[Path]) -> list[Reading]:
    """Grey pictures as they lie, by one Tesseract for all: to begin takes it as long as a few lines of print.

    images: where `read_image` would keep them.
    """
    prepared = [_prepared(picture, dpi) for picture in pictures]
    rows = _tesseract([one.print for one in prepared], dpi, images)
    return [_reading(*page, dpi) for page in zip(prepared, rows, images, strict=True)]


def read_image(picture: Any, dpi: int, folder: Path, name: str, first: Reading | None = None) -> Reading:
    """Read a page's picture (PIL, grey) of `dpi`. To be called in a child process: Tesseract may hang.

    A page that lies askew is read again straightened. One that reads poorly is tried again without specks, and turned
    as Tesseract's own detection says; a try counts only when it reads better, so that nothing good is lost.
    """
    best = first or _read(picture, dpi, folder / f"{name}.tif")
    if best.quality < POOR:
        for turn in _turns(folder / f"{name}.tif"):
            turned = picture.rotate(-turn, expand=True)
            reading = _read(turned, dpi, folder / f"{name}-{turn}.tif", turn)
            if reading.quality > best.quality + GAIN:
                best, picture = reading, turned
            if best.quality >= GOOD:
                break
    askew = 0.0
    if abs(best.skew) > (STRAIGHT_TABLE if best.ruled else STRAIGHT):
        level = _rotated(picture, best.skew)
        reading = _read(level, dpi, folder / f"{name}-straight.tif", best.turn)
        if reading.quality >= best.quality - STRAIGHTER and len(reading.words) >= 0.8 * len(best.words):
            askew, best, picture = best.skew, reading, level
    if best.quality < GOOD:
        from PIL import ImageFilter

        clean = _read(picture.filter(ImageFilter.MedianFilter(3)), dpi, folder / f"{name}-clean.tif", best.turn)
        if clean.quality > best.quality + GAIN and len(clean.words) >= 0.6 * len(best.words):
            best = clean
    best = replace(best, lines=in_columns(best.lines))
    return _as_it_lies(best, askew, picture, dpi) if askew else best


def _rotated(picture: Any, degrees: float) -> Any:
    from PIL import Image

    return picture.rotate(degrees, resample=Image.Resampling.BICUBIC, fillcolor=255)


def _as_it_lies(level: Reading, askew: float, picture: Any, dpi: int) -> Reading:
    """The words of a straightened page at the places they have on the page, which lies `askew` by these degrees."""
    angle = math.radians(askew)
    across, down = picture.width * 36 / dpi, picture.height * 36 / dpi  # the page's middle, in points

    def back(word: Word) -> Word:
        x, y = (word.box.x0 + word.box.x1) / 2 - across, (word.box.top + word.box.bottom) / 2 - down
        x, y = x * math.cos(angle) - y * math.sin(angle), x * math.sin(angle) + y * math.cos(angle)
        sine, cosine = abs(math.sin(angle)), math.cos(angle)
        half = (word.box.width * cosine + word.box.height * sine) / 2
        tall = (word.box.width * sine + word.box.height * cosine) / 2
        x, y = x + across, y + down
        return replace(word, box=Box(x - half, y - tall, x + half, y + tall))

    lines = tuple(Line(tuple(back(word) for word in line.words)) for line in level.lines)
    return Reading(lines, askew + level.skew, level.turn, level.ruled)


def _turns(image: Path) -> tuple[int, ...]:
    """Turns to try, in degrees clockwise: the one that Tesseract detects first, then the others."""
    path = TESSERACT.require()
    try:
        found = ROTATE.search(run([path, str(image), "-", "--psm", "0"], seconds=OCR_SECONDS_PER_PAGE))
    except ProgramFailed:
        found = None  # too few letters to tell
    first = int(found.group(1)) if found else 0
    return tuple(dict.fromkeys(turn for turn in (first, 180, 90, 270) if turn))


def _read(picture: Any, dpi: int, image: Path, turn: int = 0) -> Reading:
    """One reading of a picture, which is kept as `image`."""
    prepared = _prepared(picture, dpi)
    return _reading(prepared, _tesseract([prepared.print], dpi, [image])[0], image, dpi, turn)


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A picture without its check boxes and rules. print: nor what stands in tall cells, which are read one by one."""

    wiped: Any
    print: Any
    rules: Rules
    cells: tuple[Box, ...]
    check_boxes: tuple[Word, ...]


def _prepared(picture: Any, dpi: int) -> _Prepared:
    wiped, check_boxes = without_check_boxes(picture, dpi)
    wiped, rules = without_rules(wiped, dpi)
    cells = tuple(rules.cells(at_least=TWO_LINES))
    return _Prepared(wiped, _blanked(wiped, cells, dpi) if cells else wiped, rules, cells, tuple(check_boxes))


def _reading(page: _Prepared, rows: Sequence[Sequence[Word]], image: Path, dpi: int, turn: int = 0) -> Reading:
    """The words that Tesseract read, those in tall cells and the check boxes, in lines."""
    in_cells = _in_cells(page.wiped, page.cells, dpi, image) if page.cells else []
    skew = skew_of(rows) if page.rules.skew is None else page.rules.skew
    lines = lines_of((*(word for row in rows for word in row), *in_cells, *page.check_boxes), skew)
    return Reading(in_rows(lines, page.rules), skew, turn, ruled=page.rules.skew is not None)


def _tesseract(pictures: Sequence[Any], dpi: int, images: Sequence[Path]) -> list[list[list[Word]]]:
    """The words of each picture line by line; the pictures are kept as `images`."""
    from pytesseract.pytesseract import run_tesseract

    os.environ["OMP_THREAD_LIMIT"] = "1"
    for picture, image in zip(pictures, images, strict=True):
        picture.save(image, dpi=(dpi, dpi))  # not packed: Tesseract reads it at once
    source = images[0]
    if len(images) > 1:
        source = source.with_name(f"{source.stem}-and-more.txt")
        source.write_text("".join(f"{image}\n" for image in images))
    base = source.with_suffix("")
    run_tesseract(
        str(source),
        str(base),
        extension="tsv",
        lang="eng",
        config=f"--dpi {dpi} --psm {PAGE_SEGMENTATION} -c tessedit_create_tsv=1",
        timeout=OCR_SECONDS_PER_PAGE,
    )
    table = base.with_suffix(".tsv").read_text("utf-8")
    return [_rows(table, number, 72 / dpi) for number in range(1, len(images) + 1)]


def _blanked(picture: Any, cells: Iterable[Box], dpi: int) -> Any:
    from PIL import ImageDraw

    picture = picture.copy()
    for cell in cells:
        ImageDraw.Draw(picture).rectangle(_inside(cell, dpi), fill=255)
    return picture


def _inside(cell: Box, dpi: int) -> tuple[int, int, int, int]:
    """A cell's inside in points of the picture."""
    scale = dpi / 72
    return (
        round(cell.x0 * scale) + 2, round(cell.top * scale) + 2, round(cell.x1 * scale) - 2,
        round(cell.bottom * scale) - 2,
    )  # fmt: skip


def _in_cells(picture: Any, cells: Sequence[Box], dpi: int, image: Path) -> list[Word]:
    """What stands in the cells, read as one column of them: lines of neighbours at other heights confuse Tesseract."""
    from PIL import Image

    crops = [(box, picture.crop(box)) for cell in cells if (box := _inside(cell, dpi))[2] > box[0] and box[3] > box[1]]
    crops = [(box, crop) for box, crop in crops if crop.getextrema()[0] < INK]
    gap = dpi // 8
    height = sum(crop.height + gap for _, crop in crops) + gap
    column = Image.new("L", (max((crop.width for _, crop in crops), default=0) + 2 * gap, height), 255)
    starts, top = [], gap
    for box, crop in crops:
        column.paste(crop, (gap, top))
        starts.append((top, (box[0] - gap, box[1] - top)))
        top += crop.height + gap
    words = []
    for row in _tesseract([column], dpi, [image.with_name(f"{image.stem}-cells.tif")])[0]:
        for word in row:
            middle = (word.box.top + word.box.bottom) / 2 * dpi / 72
            across, down = next(shift for start, shift in reversed(starts) if start - gap <= middle)
            words.append(replace(word, box=word.box.moved(across * 72 / dpi, down * 72 / dpi)))
    return words


def _rows(table: str, page: int, scale: float) -> list[list[Word]]:
    """A page's words by Tesseract's own lines; what looks like a table's ruling is left out."""
    rows: dict[tuple[str, ...], list[Word]] = {}
    for entry in table.splitlines()[1:]:
        cells = entry.split("\t")
        if len(cells) < 12 or cells[:2] != ["5", str(page)]:
            continue
        text, confidence = cells[11].strip(), float(cells[10])
        text = re.sub(
            r"^[|~=—_-]+(?=[^\W\d])|^[|~=—_]+(?=\d)|(?<=\w)[|~=—_]+$", "", text
        )  # a ruling or a wide gap read as signs
        if not text or _is_ruling(text, confidence):
            continue
        left, top, width, height = (int(cell) * scale for cell in cells[6:10])
        rows.setdefault(tuple(cells[1:5]), []).append(
            Word(text, Box(left, top, left + width, top + height), confidence)
        )
    return [row for row in rows.values() if row]


def _is_ruling(text: str, confidence: float) -> bool:
    return confidence < 0 or (set(text) <= RULING and (confidence < JUNK_BELOW or set(text) <= set("|_—=~")))
