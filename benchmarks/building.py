"""Building, side by side with the plain chain on the same inputs: `python -m benchmarks.building`.

The plain chain is what a clinic would script: OCRmyPDF over the scans, LibreOffice over the letter, qpdf to put all
together. It needs ocrmypdf, soffice and qpdf on PATH; it reads nothing, links nothing and proves nothing.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import img2pdf
from PIL import Image

from benchmarks.corpus import TEXTS, one_bit, page, skewed
from packetgen import office, pipeline, typeset
from packetgen.children import cores
from packetgen.resources import SAMPLES

VISIT_PAGES, TEXT_PAGES, FAX_PAGES = 4, 16, 10
ROUNDS = 3
SAMPLE = SAMPLES / "chronic-migraine-uhc"


def lines_of(number: int) -> tuple[str, ...]:
    """A page of the sample's patient that differs from every other."""
    return (
        *TEXTS[0],
        f"Sheet {number}: pulse {60 + number}, pressure {110 + number}/{70 + number}, weight {130 + number} lb.",
    )


def make_case(folder: Path, text_pages: int = TEXT_PAGES, fax_pages: int = FAX_PAGES) -> Path:
    """A case of a visit note, more text pages and scanned ones, all of which go into the packet."""
    folder.mkdir(parents=True)
    shutil.copy(SAMPLE / "notes" / "2026-10-02-visit.pdf", folder / "visit.pdf")
    canvas = typeset.new_canvas(str(folder / "chart.pdf"))
    for number in range(text_pages):
        for row, line in enumerate((*lines_of(number), *lines_of(number + 40))):
            typeset.draw(canvas, 54, 740 - 18 * row, line, typeset.REGULAR, 10)
        canvas.showPage()
    canvas.save()
    sheets = [one_bit(skewed(0.6)(page([*lines_of(100 + n), *lines_of(200 + n)]))) for n in range(fax_pages)]
    if sheets:
        tiff = {"save_all": True, "append_images": sheets[1:], "compression": "group4", "dpi": (200, 200)}
        sheets[0].save(folder / "fax.tif", **tiff)
    case = (SAMPLE / "case.yaml").read_text()
    documents = f"documents:\n  - visit.pdf\n  - {{path: chart.pdf, pages: 1-{text_pages}}}\n"
    documents += f"  - {{path: fax.tif, pages: 1-{fax_pages}}}\n" if sheets else ""
    (folder / "case.yaml").write_text(case[: case.index("documents:")] + documents)
    return folder / "case.yaml"


@dataclass(frozen=True)
class Cost:
    """Seconds of the clock, and of all processors that the programs started took together."""

    clock: float
    processors: float


def cost(work: Callable[[], object]) -> Cost:
    start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    work()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(time.perf_counter() - start, used)


def least(costs: Sequence[Cost]) -> Cost:
    """The least of each, since others on the machine can only add."""
    return Cost(min(one.clock for one in costs), min(one.processors for one in costs))


def row(name: str, found: Cost) -> None:
    print(f"| {name} | {found.clock:.2f} | {found.processors:.2f} |")


def best_of(times: int, work: Callable[[], object]) -> float:
    """The least seconds of several runs."""
    return least([cost(work) for _ in range(times)]).clock


def build(case: Path, cache: Path) -> None:
    environment = {**os.environ, "PACKETGEN_CACHE": str(cache)}
    command = [sys.executable, "-m", "packetgen", "build", str(case)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert done.returncode in (0, 3), done.stderr


def plain_chain(folder: Path, made: Path, target: Path) -> None:
    """OCR the scans, convert the letter, and put form, letter and chart into one file."""
    scan, read = target.with_name("fax.pdf"), target.with_name("fax-ocr.pdf")
    scan.write_bytes(img2pdf.convert(str(folder / "fax.tif")))
    run = ["ocrmypdf", "--jobs", str(cores()), "--output-type", "pdf", "--optimize", "0", str(scan), str(read)]
    subprocess.run(run, check=True, capture_output=True)
    profile = f"-env:UserInstallation={target.with_name('profile').as_uri()}"
    letter = [shutil.which("soffice") or "libreoffice", profile, "--headless", "--convert-to", "pdf", "--outdir"]
    subprocess.run([*letter, str(target.parent), str(made / "letter.docx")], check=True, capture_output=True)
    form = next(made.glob("form-*.pdf"))
    parts = [form, target.with_name("letter.pdf"), folder / "visit.pdf", folder / "chart.pdf", read]
    subprocess.run(["qpdf", "--empty", "--pages", *map(str, parts), "--", str(target)], check=True)


def corrections(case: Path, cache: Path) -> tuple[list[Cost], list[Cost]]:
    """Builds after each of four corrections, by the command and in a running process, as the review page builds."""
    corrected, in_review = [], []
    os.environ["PACKETGEN_CACHE"] = str(cache)
    with office.kept():
        for before, after in (("units: 155", "units: 150"), ("units: 150", "units: 155")) * 2:
            case.write_text(case.read_text().replace(before, after))
            corrected.append(cost(lambda: build(case, cache)))
            in_review.append(cost(lambda: pipeline.build(case)))
    return corrected, in_review


def main() -> dict[str, float]:
    """Print the table; the seconds of each row by its name."""
    Image.MAX_IMAGE_PIXELS = None
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        case = make_case(work / "case")
        made, cache, plain = case.parent / "packet", work / "cache", work / "plain.pdf"
        programs = all(shutil.which(program) for program in ("ocrmypdf", "qpdf", "soffice"))
        first, other = [], []
        for _ in range(ROUNDS):  # by turns, so that what else the machine does weighs on both
            shutil.rmtree(cache, ignore_errors=True)
            shutil.rmtree(made, ignore_errors=True)
            first.append(cost(lambda: build(case, cache)))
            if programs:
                other.append(cost(lambda: plain_chain(case.parent, made, plain)))
        again = [cost(lambda: build(case, cache)) for _ in range(ROUNDS)]
        corrected, in_review = corrections(case, cache)
        pages = f"{VISIT_PAGES + TEXT_PAGES} text pages and {FAX_PAGES} pages of fax at 200 dpi"
        print(f"A case of {pages}; least of {ROUNDS} rounds")
        print("\n| | seconds | of processors |\n|---|---|---|")
        row("packetgen, first build", least(first))
        row("packetgen, nothing changed", least(again))
        row("packetgen, after a correction", least(corrected))
        print(f"| the same in a running process, as the review page builds | {least(in_review).clock:.2f} | |")
        if programs:
            row("ocrmypdf, soffice, qpdf", least(other))
            ratios = ", ".join(f"{ours.clock / theirs.clock:.2f}" for ours, theirs in zip(first, other, strict=True))
            print(f"\nFirst build: {ratios} of the chain in each round.")
        print(f"Unchanged: {least(again).clock / least(first).clock:.3f} of the first.")
        letter = plain.with_name("letter.pdf")
        inputs = [
            *(case.parent / n for n in ("visit.pdf", "chart.pdf", "fax.tif")),
            next(made.glob("form-*.pdf")),
            letter,
        ]
        total = sum(path.stat().st_size for path in inputs if path.is_file())
        packet = (made / "packet.pdf").stat().st_size
        print(f"Bytes: packet {packet:,}, its inputs {total:,} ({packet / total:.2f}).")
    took = {"first": first, "corrected": corrected, "in_review": in_review, "chain": other}
    return {name: least(costs).clock for name, costs in took.items() if costs}


if __name__ == "__main__":
    main()
