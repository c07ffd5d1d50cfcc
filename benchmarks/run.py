"""All benchmarks in one run, both sides: `python -m benchmarks.run [--pages …] [--cases …] [--large N] [--write]`.

Prints tables; --write also puts them into docs/benchmarks.md, between its two marks, and their picture beside it.
OCRmyPDF and qpdf are compared when they are on PATH. On two cores with nothing else to do it takes about six minutes.
"""

from __future__ import annotations

import contextlib
import io
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from PIL import Image

from benchmarks import building, denials, extraction, filling, growing, plot, reading, watching
from packetgen.children import cores
from packetgen.documents.ocr import engine_version
from packetgen.limits import QUIET_SECONDS
from packetgen.resources import SAMPLES
from packetgen.review.live import render

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"
BEGIN, END = "<!-- python -m benchmarks.run writes from here -->\n", "<!-- to here -->\n"
LIBRARIES = ("pypdfium2", "pikepdf", "pypdf", "pdfplumber", "reportlab", "docxtpl")
LARGE = 100
STARTS = 5
FAX_PAGES = 16  # of the measure of throughput
Budget = tuple[str, float, str, float]  # what, measured, its unit, the limit


def machine() -> str:
    """The machine and all versions, on a few lines."""
    name = next(
        (line.split(":")[1].strip() for line in _cpuinfo() if line.startswith("model name")), platform.machine()
    )
    programs = [f"{program} {_version_of(program)}" for program in ("ocrmypdf", "qpdf", "soffice")]
    libraries = [f"{library} {version(library)}" for library in LIBRARIES]
    return (
        f"{name}, {cores()} cores, load {os.getloadavg()[0]:.1f} at the start; Python {platform.python_version()},\n"
        f"{engine_version()}, {', '.join(programs)};\n{', '.join(libraries)}."
    )


def _cpuinfo() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text().splitlines() if path.is_file() else []


def _version_of(program: str) -> str:
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=60).stdout
    except OSError:
        return "not on PATH"
    found = re.search(r"\d[\d.]+\d", said)
    return found.group(0) if found else "of unknown version"


def starting(folder: Path) -> dict[str, float]:
    """Seconds of the least run of each of these, of which the check has its pages in the cache."""
    sample = str(SAMPLES / "chronic-migraine-uhc" / "case.yaml")
    commands = {
        "python, nothing": ["-c", "pass"],
        "packetgen --help": ["-m", "packetgen", "--help"],
        "packetgen check": ["-m", "packetgen", "check", sample],
    }
    environment = {**os.environ, "PACKETGEN_CACHE": str(folder / "cache")}
    found = {}
    for name, command in commands.items():
        run = [sys.executable, *command]
        found[name] = building.best_of(
            STARTS, lambda run=run: subprocess.run(run, capture_output=True, env=environment)
        )
    print("| | seconds |\n|---|---|")
    for name, took in found.items():
        print(f"| {name} | {took:.3f} |")
    return found


def throughput(folder: Path) -> dict[int, float]:
    """Scanned pages a minute by cores."""
    case = building.make_case(folder / "scans", 1, FAX_PAGES)
    code = "import os, sys; os.sched_setaffinity(0, set(list(os.sched_getaffinity(0))[:int(sys.argv[3])]));"
    code += "from pathlib import Path; from benchmarks.reading import read; read(*map(Path, sys.argv[1:3]))"
    found = {}
    for number in sorted({1, cores()}):
        command = [sys.executable, "-c", code, str(folder), str(case.parent / "fax.tif"), str(number)]
        took = building.best_of(1, lambda command=command: subprocess.run(command, check=True))
        found[number] = FAX_PAGES / took * 60
    return found


def budgets(
    folder: Path, large: int, middle: dict[str, float], starts: dict[str, float], watched: float
) -> list[Budget]:
    """What the project wants to hold, measured; see the table that is printed."""
    note = building.make_case(folder / "s", 12 - building.VISIT_PAGES, 0)
    small = growing.cost(["build", str(note)], folder / "cache-s")
    small_after = building.least(building.corrections(note, folder / "cache-s")[0])
    case = building.make_case(folder / "l", large - building.VISIT_PAGES, large)
    big = growing.cost(["build", str(case)], folder / "cache-l")
    text = case.read_text()
    case.write_text(text.replace("units: 155", "units: 150"))
    after = building.cost(lambda: building.build(case, folder / "cache-l")).clock
    packet = case.parent / "packet" / "packet.pdf"
    picture = min(building.cost(lambda page=page: render(packet, page)).clock for page in (3, 4, 5))  # a page is kept
    scans = throughput(folder)
    per_core = scans[1]
    return [
        ("12 text pages: first build", small.seconds, "s", 4),
        ("12 text pages: after a correction", small_after.clock, "s", 2),
        ("20 text and 10 scanned pages: first build", middle["first"], "s", 18),
        ("20 text and 10 scanned pages: after a correction", middle["corrected"], "s", 2.5),
        (f"{large} text and {large} scanned pages: first build", big.seconds, "s", 140 * large / LARGE),
        (f"{large} text and {large} scanned pages: after a correction", after, "s", 6),
        (
            f"watched folder: from the drop to the new draft, {QUIET_SECONDS:.0f} s of it waiting for quiet",
            watched,
            "s",
            8,
        ),
        ("review page: from a correction to the rebuilt packet", middle["in_review"], "s", 2.5),
        ("review page: picture of a page", picture, "s", 0.15),
        ("packetgen --help", starts["packetgen --help"], "s", 0.15),
        ("packetgen check", starts["packetgen check"], "s", 1),
        ("seconds of one core for a scanned page", 60 / per_core, "s", 60 / 24),
        ("one core's time for scans, of that of all", per_core / scans[max(scans)], "", 1 / (0.95 * max(scans))),
        (f"largest process of a case of {2 * large} pages", big.megabytes, "MB", 300),
    ]


def show_budgets(rows: list[Budget]) -> None:
    """Print them; what does not hold is said to be so."""
    print("| | measured | at most | |\n|---|---|---|---|")
    for what, measured, unit, limit in rows:
        told = "holds" if measured <= limit else "**does not hold**"
        print(f"| {what} | {measured:.3g} {unit} | {limit:.3g} {unit} | {told} |")


@contextlib.contextmanager
def section(title: str, told: io.StringIO) -> Iterator[None]:
    """A heading, what is printed below it, and how long it took; on the terminal at once, and in `told`."""
    own = io.StringIO()
    start = time.monotonic()
    with contextlib.redirect_stdout(own):
        yield
    text = f"\n### {title}\n\n{own.getvalue().strip()}\n"
    print(f"{text}\n({time.monotonic() - start:.0f} s)", flush=True)
    told.write(text)


def fixed(work: Callable[[], Any]) -> None:
    """Run a benchmark that prints columns, and keep them columns."""
    print("```")
    work()
    print("```")


def main() -> None:
    """Run all, print all, and write the page when that is asked for."""
    parser = growing.arguments()
    parser.description = __doc__
    parser.add_argument("--large", type=int, default=LARGE, help="text pages, and as many scanned, of the large case")
    parser.add_argument("--write", action="store_true", help="put the tables and the picture into docs/")
    chosen = parser.parse_args()
    Image.MAX_IMAGE_PIXELS = None
    command = f"python -m benchmarks.run {' '.join(sys.argv[1:])}".strip()
    told = io.StringIO()
    told.write(
        f"{date.today()}, `{command}`: {machine()}\n\n"
        "![Seconds of packetgen and of others, and their growth](benchmarks.svg)\n"
    )
    print(told.getvalue())
    sys.argv = sys.argv[:1]  # the benchmarks below have arguments of their own
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with section("Starting", told):
            starts = starting(folder)
        with section("Reading", told):
            read = reading.main()
        with section("Building", told):
            built = building.main()
        with section("Filling a form", told):
            filled = filling.main()
        with section("Growth", told):
            by_pages, by_cases = growing.main(chosen.pages, chosen.cases)
        with section("The watched folder", told):
            watched = watching.main()
        with section("Budgets", told):
            show_budgets(budgets(folder, chosen.large, built, starts, watched))
        with section("Extraction", told):
            fixed(extraction.main)
            fixed(denials.main)
    if chosen.write:
        pairs = {title: pair for title, pair in read.items() if pair[1] is not None}
        if "chain" in built:
            pairs["30 pages: ocrmypdf, soffice, qpdf"] = (built["first"], built["chain"])
        pairs["a form: pypdf"] = (filled["packetgen, proved"], filled["pypdf, plain"])
        grown = {"pages": by_pages, "cases": by_cases}
        plot.draw(
            PAGE.with_suffix(".svg"), pairs, {k: {n: c.seconds for n, c in costs.items()} for k, costs in grown.items()}
        )
        before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
        PAGE.write_text(f"{before}{BEGIN}{told.getvalue()}{END}{rest.partition(END)[2]}", "utf-8")


if __name__ == "__main__":
    main()
