"""The command over many cases: batch."""

from __future__ import annotations

import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from packetgen.errors import ExitCode

if TYPE_CHECKING:
    from packetgen.batch import Outcome

WORST_FIRST = (
    ExitCode.safety_stop,
    ExitCode.internal_error,
    ExitCode.missing_program,
    ExitCode.unreadable_input,
    ExitCode.bad_usage,
    ExitCode.draft,
    ExitCode.complete,
)
RESULT = {
    ExitCode.safety_stop: "STOPPED",
    ExitCode.internal_error: "FAILED",
    ExitCode.missing_program: "FAILED",
    ExitCode.unreadable_input: "UNREAD",
    ExitCode.bad_usage: "BAD CASE",
    ExitCode.draft: "draft",
    ExitCode.complete: "complete",
}


@click.command()
@click.argument("patterns", nargs=-1, required=True, metavar="CASES…")
@click.option("--jobs", type=click.IntRange(1), help="Cases at a time; otherwise one a core.")
@click.option("--scheduler", metavar="tcp://HOST:PORT", help="Build on this Dask cluster instead of this machine.")
def batch(patterns: tuple[str, ...], jobs: int | None, scheduler: str | None) -> None:
    """Build the packets of many cases; one that fails stops no other.

    A line for each case as it is done, then how many are complete, drafts, or not built; the exit code is that of the
    worst. Run it again to go on where it was cut off: what has not changed is not built again.

    Example: packetgen batch 'clinic/cases/**/case.yaml'
    """
    from packetgen.batch import find_cases, run_here, run_on_cluster

    cases = find_cases(patterns)
    start = time.monotonic()
    click.echo(f"{'result':10}{'pages':>6}{'seconds':>11}  case")
    seen: Counter[ExitCode] = Counter()
    for outcome in run_on_cluster(cases, scheduler) if scheduler else run_here(cases, jobs):
        seen[outcome.code] += 1
        _clear()
        click.echo(_row(outcome))
        _status(seen.total(), len(cases), time.monotonic() - start)
    _clear()
    counts = ", ".join(f"{seen[code]} {RESULT[code]}" for code in reversed(WORST_FIRST) if seen[code])
    click.echo(f"{len(cases)} cases in {time.monotonic() - start:.1f} s: {counts}")
    sys.exit(int(next(code for code in WORST_FIRST if seen[code])))


def _row(outcome: Outcome) -> str:
    """A line of the table; below it why the packet is not complete."""
    time_taken = f"{outcome.seconds:.1f}" if outcome.built else "as it was"
    row = f"{RESULT[outcome.code]:10}{outcome.pages or '–':>6}{time_taken:>11}  {_name(outcome.case_file)}"
    return f"{row}\n{'':29}{outcome.said}" if outcome.said else row


def _name(case_file: Path) -> str:
    here = Path.cwd()
    return str(case_file.relative_to(here) if case_file.is_relative_to(here) else case_file)


def _status(done: int, total: int, seconds: float) -> None:
    """On a terminal, one line below the table that is written over."""
    if sys.stderr.isatty() and done < total:
        left = round((total - done) * seconds / done)
        click.echo(f"{done} of {total} cases, about {left} s left", nl=False, err=True)


def _clear() -> None:
    if sys.stderr.isatty():
        click.echo(f"\r{'':60}\r", nl=False, err=True)
