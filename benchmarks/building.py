"""Building, side by side with the plain chain on the same inputs: `python -m benchmarks.building`.

The plain chain is what a clinic would script: OCRmyPDF over the scans, LibreOffice over the letter, qpdf to put all
together. It needs ocrmypdf, soffice and qpdf on PATH; it reads nothing, links nothing and proves nothing.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import img2pdf
from PIL import Image

from benchmarks.corpus import TEXTS, one_bit, page, skewed
from packetgen import pipeline, typeset
from packetgen.children import cores
from packetgen.resources import SAMPLES

TEXT_PAGES, FAX_PAGES = 16, 10
SAMPLE = SAMPLES / "chronic-migraine-uhc"


def lines_of(number: int) -> tuple[str, ...]:
    """A page of the sample's patient that differs from every other."""
    return (
        *TEXTS[0],
        f"Sheet {number}: pulse {60 + number}, pressure {110 + number}/{70 + number}, weight {130 + number} lb.",
    )


def make_case(folder: Path) -> Path:
    """A case of 20 text pages and 10 scanned ones, all of which go into the packet."""
    folder.mkdir()
    shutil.copy(SAMPLE / "notes" / "2026-10-02-visit.pdf", folder / "visit.pdf")
    canvas = typeset.new_canvas(str(folder / "chart.pdf"))
    for number in range(TEXT_PAGES):
        for row, line in enumerate((*lines_of(number), *lines_of(number + 40))):
            typeset.draw(canvas, 54, 740 - 18 * row, line, typeset.REGULAR, 10)
        canvas.showPage()
    canvas.save()
    sheets = [one_bit(skewed(0.6)(page([*lines_of(100 + n), *lines_of(200 + n)]))) for n in range(FAX_PAGES)]
    sheets[0].save(folder / "fax.tif", save_all=True, append_images=sheets[1:], compression="group4", dpi=(200, 200))
    case = (SAMPLE / "case.yaml").read_text()
    documents = f"documents:\n  - visit.pdf\n  - {{path: chart.pdf, pages: 1-{TEXT_PAGES}}}\n"
    documents += f"  - {{path: fax.tif, pages: 1-{FAX_PAGES}}}\n"
    (folder / "case.yaml").write_text(case[: case.index("documents:")] + documents)
    return folder / "case.yaml"


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


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


def main() -> None:
    """Print the table."""
    print(f"{platform.machine()}, {cores()} cores, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}")
    Image.MAX_IMAGE_PIXELS = None
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        case = make_case(work / "case")
        made, cache, plain = case.parent / "packet", work / "cache", work / "plain.pdf"
        first = seconds(lambda: build(case, cache))
        again = min(seconds(lambda: build(case, cache)) for _ in range(3))
        corrected, in_review = [], []
        os.environ["PACKETGEN_CACHE"] = str(cache)
        for before, after in (("units: 155", "units: 150"), ("units: 150", "units: 155")) * 2:
            case.write_text(case.read_text().replace(before, after))
            corrected.append(seconds(lambda: build(case, cache)))
            in_review.append(seconds(lambda: pipeline.build(case)))
        print(
            f"\nA case of {4 + TEXT_PAGES} text pages and {FAX_PAGES} pages of 200-dpi fax\n\n| | seconds |\n|---|---|"
        )
        print(f"| packetgen, first build | {first:.1f} |")
        print(f"| packetgen, nothing changed | {again:.2f} |")
        print(f"| packetgen, after a correction | {min(corrected):.2f} |")
        print(f"| the same in a running process, as the review page builds | {min(in_review):.2f} |")
        if all(shutil.which(program) for program in ("ocrmypdf", "qpdf", "soffice")):
            other = seconds(lambda: plain_chain(case.parent, made, plain))
            print(f"| ocrmypdf, soffice, qpdf | {other:.1f} |")
            print(f"\nFirst build: {first / other:.2f} of the chain; unchanged: {again / first:.3f} of the first.")
        else:
            print("| ocrmypdf, soffice, qpdf | not all on PATH |")
        letter = plain.with_name("letter.pdf")
        inputs = [
            *(case.parent / n for n in ("visit.pdf", "chart.pdf", "fax.tif")),
            next(made.glob("form-*.pdf")),
            letter,
        ]
        total = sum(path.stat().st_size for path in inputs if path.is_file())
        packet = (made / "packet.pdf").stat().st_size
        print(f"Bytes: packet {packet:,}, its inputs {total:,} ({packet / total:.2f}).")


if __name__ == "__main__":
    main()
