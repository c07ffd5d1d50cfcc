"""The story so far: documents -> findings -> chart -> assessment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from packetgen.case import Case, read_case
from packetgen.chart.model import Chart
from packetgen.chart.patient import guard_patient
from packetgen.chart.reconcile import reconcile
from packetgen.documents.cache import PageCache
from packetgen.documents.model import Document
from packetgen.documents.read import read_documents
from packetgen.errors import ExitCode, Problem
from packetgen.extraction.extract import extract
from packetgen.extraction.model import Extraction
from packetgen.policy.assess import assess
from packetgen.policy.catalog import load_policy
from packetgen.policy.model import Assessment
from packetgen.policy.schema import PolicyFile


@dataclass(frozen=True, slots=True)
class Checked:
    """A case read and judged, before anything is written."""

    case: Case
    documents: tuple[Document, ...]
    extraction: Extraction
    chart: Chart
    assessment: Assessment
    payer: PolicyFile
    problems: tuple[Problem, ...]

    @property
    def exit_code(self) -> ExitCode:
        """Draft when something required is missing or doubtful."""
        return ExitCode.draft if needs_a_person(self.problems) else ExitCode.complete


def needs_a_person(problems: Sequence[Problem]) -> bool:
    """Whether any problem keeps the packet a draft."""
    return any(problem.severity != "note" for problem in problems)


def check(case_file: Path, work: Path) -> Checked:
    """Read the chart of a case and judge it by the plan's policy; nothing is written but the page cache."""
    case = read_case(case_file)
    payer, policy = load_policy(
        case.insurance.payer,
        case.request.indication,
        case.request.kind,
        case.request.product,
        case.request.start_date,
    )
    sources = [(document.path, case.folder / document.path) for document in case.documents]
    documents, read_problems = read_documents(sources, work, PageCache())
    kinds = {d.label: typed.kind for d, typed in zip(documents, case.documents, strict=True) if typed.kind}
    extraction = extract(documents, kinds)
    patient_problems = guard_patient(extraction.findings, case, {d.label: d.path for d in documents})
    chart = reconcile(extraction)
    assessment = assess(case, chart, payer, policy, date.today())
    problems = (*read_problems, *patient_problems, *chart.problems, *assessment.problems)
    return Checked(case, documents, extraction, chart, assessment, payer, problems)
