"""Reading, side by side with other tools in one run: `python -m benchmarks.reading`.

OCRmyPDF is compared when it is on PATH (`pip install ocrmypdf` in an environment of its own).
"""

from __future__ import annotations

import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pypdfium2
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from benchmarks.corpus import DAMAGE, TEXTS, error_rate, one_bit, page, skewed, text_of, truth_of, write_page
from packetgen.children import cores
from packetgen.documents.cache import PageCache
from packetgen.documents.model import Document, ToRead
from packetgen.documents.ocr import engine_version
from packetgen.documents.read import read_documents
from packetgen.documents.textlayer import read_layer

FAX_PAGES, TEXT_PAGES, LONG_CHART = 10, 300, 500


def read(folder: Path, *files: Path) -> tuple[Document, ...]:
    """Read files with an empty cache."""
    with tempfile.TemporaryDirectory(dir=folder) as work:
        documents, _ = read_documents([ToRead(f.name, f) for f in files], Path(work), PageCache(Path(work) / "cache"))
        return documents


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def damage_table(folder: Path) -> None:
    print("\nError rates by kind of damage (5 pages each)\n")
    print("| damage | character error rate | word error rate |\n|---|---|---|")
    for kind in DAMAGE:
        files = [write_page(folder, number, kind) for number in range(len(TEXTS))]
        texts = [text_of(document.page(1)) for document in read(folder, *files)]
        pairs = [(text, truth_of(number)) for number, text in enumerate(texts)]
        letters = sum(error_rate(text, truth) for text, truth in pairs) / len(pairs)
        words = sum(error_rate(text.split(), truth.split()) for text, truth in pairs) / len(pairs)
        print(f"| {kind} | {letters:.2%} | {words:.2%} |")


def fax(folder: Path) -> Path:
    """Ten pages of 200-dpi fax, a little askew."""
    sheets = [one_bit(skewed(0.6)(page(TEXTS[n % len(TEXTS)] + TEXTS[(n + 1) % len(TEXTS)]))) for n in range(FAX_PAGES)]
    path = folder / "fax.tif"
    sheets[0].save(path, save_all=True, append_images=sheets[1:], compression="group4", dpi=(200, 200))
    return path


def fax_truth(number: int) -> str:
    return f"{truth_of(number % len(TEXTS))} {truth_of((number + 1) % len(TEXTS))}"


def against_ocrmypdf(folder: Path) -> tuple[float, float | None]:
    """Print the table; our seconds and OCRmyPDF's, where it is on PATH."""
    source = fax(folder)
    found: list[Document] = []
    own = seconds(lambda: found.extend(read(folder, source)))
    own_errors = sum(error_rate(text_of(p), fax_truth(p.number - 1)) for p in found[0].pages) / FAX_PAGES
    print(f"\n{FAX_PAGES} pages of 200-dpi fax\n\n| | seconds | character error rate |\n|---|---|---|")
    print(f"| packetgen | {own:.1f} | {own_errors:.2%} |")
    if not shutil.which("ocrmypdf"):
        print("| OCRmyPDF | not on PATH | |")
        return own, None
    import img2pdf

    scan, done = folder / "fax.pdf", folder / "ocrmypdf.pdf"
    scan.write_bytes(img2pdf.convert(str(source)))
    command = ["ocrmypdf", "--jobs", "2", "--output-type", "pdf", "--optimize", "0", str(scan), str(done)]
    other = seconds(lambda: subprocess.run(command, check=True, capture_output=True))
    errors = 0.0
    for number, sheet in enumerate(pypdfium2.PdfDocument(done)):
        text = " ".join(sheet.get_textpage().get_text_range().split())
        errors += error_rate(text, fax_truth(number)) / FAX_PAGES
    print(f"| OCRmyPDF, 2 jobs | {other:.1f} | {errors:.2%} |\n\npacketgen takes {own / other:.2f} of its time.")
    return own, other


def text_chart(path: Path, pages: int) -> Path:
    canvas = Canvas(str(path), pagesize=(612, 792))
    for number in range(pages):
        for row, line in enumerate((*TEXTS[number % 5], *TEXTS[(number + 1) % 5], *TEXTS[(number + 2) % 5])):
            canvas.drawString(54, 750 - 15 * row, line)
        canvas.drawString(54, 40, f"Page {number + 1} of {pages}")
        canvas.showPage()
    canvas.save()
    return path


def against_pdfplumber(folder: Path) -> tuple[float, float]:
    """Print the table; our seconds and those of the plain loop."""
    import pdfplumber

    source = text_chart(folder / "chart.pdf", TEXT_PAGES)
    plain: list[list[str]] = []
    layers: list[list[str]] = []

    def loop() -> None:
        with pdfplumber.open(source) as pdf:
            for sheet in pdf.pages:
                plain.append(sorted(word["text"] for word in sheet.extract_words()))
                sheet.close()

    def layer_loop() -> None:
        for sheet in pypdfium2.PdfDocument(source):
            layers.append(sorted(word.text for word in read_layer(sheet).words))

    other, layer = seconds(loop), seconds(layer_loop)
    whole = seconds(lambda: read(folder, source))
    same = sum(a == b for a, b in zip(plain, layers, strict=True))
    print(
        f"\n{TEXT_PAGES} text pages\n\n| | seconds |\n|---|---|\n| pdfplumber, extract_words in a loop | {other:.2f} |"
    )
    print(f"| packetgen, words and what is visible of them | {layer:.2f} |")
    print(f"| packetgen, all of read_documents (cleaning, lines, cache) | {whole:.2f} |")
    print(f"\nSame words on {same} of {TEXT_PAGES} pages; {layer / other:.2f} and {whole / other:.2f} of the time.")
    return whole, other


def memory(folder: Path) -> None:
    source = text_chart(folder / "long.pdf", LONG_CHART)
    code = "import sys; from pathlib import Path; from benchmarks.reading import read; read(*map(Path, sys.argv[1:]))"
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    subprocess.run([sys.executable, "-c", code, str(folder), str(source)], check=True)
    peak = max(before, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024
    print(f"\nPeak memory of one process for a chart of {LONG_CHART} text pages: {peak:.0f} MB")


def main(damage: bool = True) -> dict[str, tuple[float, float | None]]:
    """Print all tables; our seconds and the other's, by what was read."""
    Image.MAX_IMAGE_PIXELS = None
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        memory(folder)
        found = {f"{TEXT_PAGES} text pages: pdfplumber": against_pdfplumber(folder)}
        found[f"{FAX_PAGES} fax pages: OCRmyPDF"] = against_ocrmypdf(folder)
        if damage:
            damage_table(folder)
    return found


if __name__ == "__main__":
    print(f"{platform.machine()}, {cores()} cores, Python {platform.python_version()}, {engine_version()}")
    main()
