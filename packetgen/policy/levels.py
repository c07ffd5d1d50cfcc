"""Which review follows a denial, and who decides it: packetgen/knowledge/appeal_levels.yaml."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache
from typing import Annotated, Literal

from pydantic import Field

from packetgen import yamlfile
from packetgen.case import AppealLevel, Case, LineOfBusiness
from packetgen.errors import Problem, Who
from packetgen.extraction.model import Denial, Finding
from packetgen.policy.code_sets import Cited
from packetgen.policy.deadlines import line_of
from packetgen.resources import KNOWLEDGE
from packetgen.yamlfile import Strict


class NextLevel(Cited):
    """The review that follows what was denied.

    named  only when the letter names that step
    body   who decides; empty: the plan
    """

    lines: Annotated[tuple[LineOfBusiness, ...], Field(min_length=1)]
    denied: Literal["request", AppealLevel]
    name: str
    named: str = ""
    body: str = ""
    note: str = ""


class _File(Strict):
    levels: tuple[NextLevel, ...]


@cache
def next_levels() -> tuple[NextLevel, ...]:
    """All steps, those that a letter must name before the others."""
    return yamlfile.read(KNOWLEDGE / "appeal_levels.yaml", _File).levels


def next_level(case: Case, letter: Denial) -> NextLevel | None:
    """The review that follows the denial of a case; None where none is known."""
    line, denied = line_of(case), case.plan_dates.level or "request"
    fitting = (level for level in next_levels() if line in level.lines and level.denied == denied)
    return next((level for level in fitting if not level.named or level.named in letter.levels), None)


def decided_by(case: Case, letter: Denial | None) -> str:
    """Who decides the appeal of a case in the plan's place; empty when the plan does, or nothing is appealed."""
    level = next_level(case, letter) if letter and case.request.kind == "appeal" else None
    return level.body if level else ""


def first_denial(letter: Denial, findings: Iterable[Finding]) -> Finding | None:
    """The oldest denial in the chart that is older than the letter that an appeal answers."""
    told = [f for f in findings if isinstance(f.value, Denial) and f.value.reasons and f.value.date]
    earlier = [f for f in told if isinstance(f.value, Denial) and (f.value.date or "") < (letter.date or "")]
    return min(earlier, key=lambda f: f.as_of or "", default=None)


def as_denied(case: Case, letter: Denial | None, findings: Iterable[Finding]) -> tuple[Case, tuple[Problem, ...]]:
    """The case with day and level of its denial as the letter gives them where a person typed none; what is open.

    The fax of an appeal is the letter's for appeals, and none where another body decides.
    """
    if letter is None:
        return case, ()
    level, problems = _level_denied(case, letter)
    dated = case.plan_dates.denial_dated or (date.fromisoformat(letter.date) if letter.date else None)
    dates = case.plan_dates.model_copy(update={"denial_dated": dated, "level": level})
    case = case.model_copy(update={"plan_dates": dates})
    if case.request.kind != "appeal":
        return case, problems
    fax = None if decided_by(case, letter) else letter.appeal_fax or case.insurance.fax
    case = case.model_copy(update={"insurance": case.insurance.model_copy(update={"fax": fax})})
    return case, (*problems, *_open(case, letter, findings))


def _level_denied(case: Case, letter: Denial) -> tuple[AppealLevel | None, tuple[Problem, ...]]:
    """A letter that answers an appeal, without a level in the case file, is held for the first's and asked about."""
    if case.plan_dates.level or not letter.upheld:
        return case.plan_dates.level, ()
    what = "The letter answers an appeal, and the case file does not say of which level; the first is supposed."
    fix = "Which appeal does it deny? Enter plan_dates: {level: internal}, second or external."
    return "internal", (_doubt(case, what, fix, "front_desk"),)


def _open(case: Case, letter: Denial, findings: Iterable[Finding]) -> Iterator[Problem]:
    """What is open about the review that an appeal asks for."""
    level = next_level(case, letter)
    if level is None:
        what = "Which review follows, and who decides it, is not known for this kind of plan and level."
        yield _doubt(case, what, "What is our next step, and where do we send it?", "plan")
    elif level.note or level.confidence != "high":
        what = f"The next step is a {level.name} ({level.citation})."
        yield _doubt(case, what, level.note or "Is this the plan's next step?", "plan")
    if case.plan_dates.level and first_denial(letter, findings) is None:
        what = "The plan's first decision is not among the documents, so the letter cannot name it."
        yield _doubt(case, what, "Add the first denial letter to the documents of the case.", "front_desk")


def _doubt(case: Case, what: str, fix: str, who: Who) -> Problem:
    return Problem("appeal_level", case.denial or "denial", what, fix, who, "doubt")
