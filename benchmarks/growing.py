"""How time and memory grow, with pages of one case and with cases of a batch, and what a second core gives.

`python -m benchmarks.growing [--pages 10,100,1000] [--cases 1,10,100]`. Memory is that of the largest process.
A thousand cases, each of another patient: `python -m benchmarks.growing --pages 10 --cases 1000`, about half an hour
on two cores. One core and all are compared by pinning everything, since one build alone already uses a second core.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.building import make_case
from packetgen.children import cores

PAGES, CASES = (10, 100, 1000), (1, 10, 100)
ON_CORES_CASES = 12
NOTE = """Progress note
Date: 10/02/2026
Patient: {first} Whitfield   DOB: 03/17/1984   MRN: {number:08d}

Chronic migraine (G43.709). Headache on 22 of the last 30 days, 14 of them migraine, 6 to 12 hours each, for 9 months.
Tried and failed: topiramate 100 mg daily for 12 weeks, no benefit; propranolol 80 mg daily for 10 weeks, no benefit.
Plan: onabotulinumtoxinA 155 units every 12 weeks.
Electronically signed by Lena Ortiz, MD
"""
FIRST = ("Dana", "Ann", "Rose", "Maria", "Ruth", "Clara", "Nora", "Ida")


@dataclass(frozen=True, slots=True)
class Cost:
    """What a run took: seconds, and megabytes of its largest process."""

    seconds: float
    megabytes: float


ON_CORES = (
    "import os, runpy, sys; os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[:int(sys.argv.pop(1))]));"
    "runpy.run_module('packetgen', run_name='__main__')"
)


def cost(command: Sequence[str], cache: Path, on: int = cores()) -> Cost:
    """Run packetgen with a cache of its own, on so many cores with all that it starts, and wait for it."""
    environment = {**os.environ, "PACKETGEN_CACHE": str(cache)}
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-c", ON_CORES, str(on), *command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode in (0, 3), (command, process.returncode)
    return Cost(time.perf_counter() - start, used.ru_maxrss / 1024)


def pages(folder: Path, counts: Sequence[int]) -> dict[int, Cost]:
    """A first build of one case of so many text pages."""
    found = {}
    for count in counts:
        case = make_case(folder / f"pages-{count}", count, 0)
        found[count] = cost(["build", str(case)], folder / f"cache-{count}")
    return found


def make_cases(folder: Path, count: int) -> Path:
    """So many small cases, each of another patient with a note of a page."""
    sample = (make_case(folder / "model", 1, 0)).read_text()
    for number in range(count):
        case = folder / "cases" / f"{number:05d}"
        case.mkdir(parents=True)
        first = FIRST[number % len(FIRST)]
        text = sample[: sample.index("documents:")] + "documents: [note.txt]\n"
        text = (
            text.replace("2026-0142", f"2026-{number:05d}").replace("Dana", first).replace("00418827", f"{number:08d}")
        )
        (case / "case.yaml").write_text(text)
        (case / "note.txt").write_text(NOTE.format(first=first, number=number))
    return folder / "cases"


def cases(folder: Path, counts: Sequence[int]) -> tuple[dict[int, Cost], dict[int, Cost], Cost]:
    """A batch of so many cases by their number, the most again with nothing changed; some on one core and on all."""
    found = {}
    for count in counts:
        made = make_cases(folder / f"cases-{count}", count)
        found[count] = cost(["batch", f"{made}/**/case.yaml"], folder / "cache")
    again = cost(["batch", f"{made}/**/case.yaml"], folder / "cache")
    by_cores = {}
    made = make_cases(folder / "cases-on-cores", ON_CORES_CASES)
    for number in sorted({1, cores()}):  # one build alone already uses a second core, where there is one
        by_cores[number] = cost(["batch", f"{made}/**/case.yaml"], folder / f"cache-of-{number}", on=number)
        for packet in made.glob("*/packet"):
            shutil.rmtree(packet)
    return found, by_cores, again


def main(
    page_counts: Sequence[int] = PAGES, case_counts: Sequence[int] = CASES
) -> tuple[dict[int, Cost], dict[int, Cost]]:
    """Print the tables; the costs by pages and by cases."""
    with tempfile.TemporaryDirectory() as name:
        by_pages = pages(Path(name), page_counts)
        by_cases, by_cores, again = cases(Path(name), case_counts)
    print(
        "First build of one case of text pages\n\n"
        "| pages | seconds | seconds a page | largest process, MB |\n|---|---|---|---|"
    )
    for count, took in by_pages.items():
        print(f"| {count:,} | {took.seconds:.1f} | {took.seconds / count:.3f} | {took.megabytes:.0f} |")
    print("\nA batch of small cases\n\n| cases | seconds | seconds a case | largest process, MB |\n|---|---|---|---|")
    for count, took in by_cases.items():
        print(f"| {count:,} | {took.seconds:.1f} | {took.seconds / count:.2f} | {took.megabytes:.0f} |")
    largest = max(by_cases)
    print(f"\nThe same {largest:,} cases with nothing changed: {again.seconds:.1f} s.")
    for workers, took in by_cores.items():
        times = by_cores[1].seconds / took.seconds
        print(
            f"{ON_CORES_CASES} cases on {workers} core{'s' if workers > 1 else ''}: {took.seconds:.1f} s, "
            f"{times:.2f} times as fast as on one"
        )
    return by_pages, by_cases


def numbers(text: str) -> tuple[int, ...]:
    """ "10,100" as numbers."""
    return tuple(int(part) for part in text.split(","))


def arguments() -> argparse.ArgumentParser:
    """The sizes that may be chosen."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--pages", type=numbers, default=PAGES, help="pages of a case, such as 10,100,1000")
    parser.add_argument("--cases", type=numbers, default=CASES, help="cases of a batch, such as 1,10,100,1000")
    return parser


if __name__ == "__main__":
    chosen = arguments().parse_args()
    main(chosen.pages, chosen.cases)
