"""What commands print: verdicts, problems, progress."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

    from packetgen.documents.model import Done, Progress, Viewable
    from packetgen.errors import Problem
    from packetgen.policy.model import Assessment, Check, Criterion

VERDICT_WORDS = {"met": "MET", "not_met": "NOT MET", "missing": "MISSING", "check": "CHECK"}


def progress() -> Progress:
    """Give a function that tells of OCR: on a terminal one line written over, elsewhere a line every ten pages."""
    import time

    from packetgen.documents.model import Viewable

    start = time.monotonic()

    def tell(told: Viewable | Done) -> None:
        if isinstance(told, Viewable) or told.stage != "scans":
            return
        done, total = told.done, told.of
        minutes = max(time.monotonic() - start, 0.001) / 60
        left = round((total - done) * minutes / done * 60)
        text = f"Reading scans: page {done} of {total}, {done / minutes:.0f} pages a minute, {left} s left"
        if sys.stderr.isatty():
            click.echo(f"\r{text:78}" if done < total else f"\r{'':78}\r", nl=False, err=True)
        elif done % 10 == 0 and done < total:
            click.echo(text, err=True)

    return tell


def print_assessment(assessment: Assessment) -> None:
    """Each criterion with its verdict, why, and the exhibit pages; the checks of the request; its deadlines."""
    from packetgen.chart import words

    click.echo(f"{assessment.reference.payer} · {assessment.reference.citation}")
    for criterion in (*assessment.criteria, *assessment.questions):
        _print_verdict(criterion)
    click.echo("Codes, dose, dates")
    for check in assessment.checks:
        _print_verdict(check)
    for deadline in assessment.deadlines:
        day = words.day(deadline.due) if deadline.due else "unknown"
        click.echo(f"  {day:10} {deadline.text}: {deadline.counted}")


def _print_verdict(judged: Criterion | Check) -> None:
    places = ", ".join(dict.fromkeys(f"Ex. {e.exhibit_page}" for e in judged.evidence))
    click.echo(f"  {VERDICT_WORDS[judged.verdict]:8} {judged.text}")
    click.echo(f"           {judged.why}{f' ({places})' if places else ''}")


def print_problems(problems: Sequence[Problem]) -> None:
    """Each problem on a line of the error output."""
    for problem in problems:
        click.echo(f"  [{problem.severity}] {problem.where}: {problem.what}", err=True)
