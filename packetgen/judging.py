"""Documents -> findings -> chart -> assessment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from packetgen.case import Case
from packetgen.chart.decide import decide_findings, findings_by_hand
from packetgen.chart.decisions import decisions_in, read_log
from packetgen.chart.model import Chart
from packetgen.chart.patient import guard_patient
from packetgen.chart.reconcile import reconcile
from packetgen.documents.model import Document, Progress
from packetgen.errors import Problem, UnreadableInput
from packetgen.extraction.extract import extract
from packetgen.extraction.model import Denial, Extraction, Finding
from packetgen.letters.model import Material
from packetgen.packet.choose import left_out_by_a_person, without_left_out
from packetgen.packet.manifest import read_manifest, sent_pages
from packetgen.packet.order import cited_order, relettered
from packetgen.packet.page_decisions import decide_pages
from packetgen.policy.appeal import Comparison, compare
from packetgen.policy.assess import assess
from packetgen.policy.by_hand import with_marked
from packetgen.policy.catalog import form_problems
from packetgen.policy.levels import as_denied
from packetgen.policy.model import Assessment
from packetgen.policy.schema import PolicyFile, RuleInForce
from packetgen.stages import Checked, Reading


def find(
    case: Case,
    documents: Sequence[Document],
    payer: PolicyFile,
    policy: RuleInForce,
    problems: Sequence[Problem],
    progress: Progress | None = None,
) -> Reading:
    """What the documents of a case say, and these in the order in which the criteria cite them."""
    case, of_pages = decide_pages(case, documents, decisions_in(read_log(case.folder)))
    kinds = {d.label: kind for d, typed in zip(documents, case.documents, strict=True) if (kind := case.kind_of(typed))}
    extraction = extract(without_left_out(case, documents), kinds, progress)
    of_patient = guard_patient(extraction.findings, case, {d.label: d.path for d in documents})
    problems = (*problems, *of_pages, *of_patient)
    return _in_cited_order(Reading(case, tuple(documents), extraction, payer, policy, problems))


def _in_cited_order(reading: Reading) -> Reading:
    """The same with its documents as the criteria cite them; what people decide does not move them."""
    case = reading.case
    chart = reconcile(reading.extraction, (), _earlier(case, reading.documents))
    assessed = assess(case, chart, reading.payer, reading.policy, date.today())
    order = cited_order(assessed, reading.documents)
    if order == sorted(order):
        return reading
    documents, extraction = relettered(reading.documents, reading.extraction, order)
    case = case.model_copy(update={"documents": tuple(case.documents[index] for index in order)})
    return replace(reading, case=case, documents=documents, extraction=extraction)


def judge(reading: Reading) -> Checked:
    """The second, quick half of `check`: the decisions in the case's log, the chart and the verdicts."""
    case, documents, payer = reading.case, reading.documents, reading.payer
    decisions = decisions_in(read_log(case.folder))
    extraction, not_fitting = decide_findings(reading.extraction, documents, decisions)
    chart = reconcile(extraction, decisions, _earlier(case, documents))
    extraction = replace(extraction, findings=(*extraction.findings, *findings_by_hand(chart)))
    denial = _denial(case, documents, extraction)
    letter = denial.value if denial and isinstance(denial.value, Denial) else None
    case, of_denial = as_denied(case, letter, extraction.findings)
    assessment = assess(case, chart, payer, reading.policy, date.today(), letter)
    assessment = with_marked(assessment, decisions, documents)
    of_request = (*assessment.problems, *of_denial, *form_problems(payer, case))
    problems = (*reading.problems, *not_fitting, *chart.problems, *of_request)
    compared = _compared(case, documents, chart, assessment, denial)
    return Checked(case, documents, extraction, chart, assessment, payer, problems, decisions, compared)


def _earlier(case: Case, documents: Sequence[Document]) -> frozenset[str]:
    """The documents, by label, of the packet that was approved before, where this request continues it."""
    if case.earlier is None:
        return frozenset()
    known = {entry.sha256 for entry in read_manifest(case.folder / case.earlier).inputs}
    return frozenset(document.label for document in documents if document.sha256 in known)


def _denial(case: Case, documents: Sequence[Document], extraction: Extraction) -> Finding | None:
    """What the case's denial letter says. Raises UnreadableInput when no reason was read in it."""
    if case.denial is None:
        return None
    label = next(d.label for d, typed in zip(documents, case.documents, strict=True) if typed.path == case.denial)
    found = [f for f in extraction.findings if f.kind == "denial" and f.evidence[0].document == label]
    told = [f for f in found if isinstance(f.value, Denial) and f.value.reasons]
    if not told and case.request.kind == "appeal":
        raise UnreadableInput(
            "no reason of a denial was read in it",
            where=case.denial,
            fix="Is it the whole letter? If its words are not known here, answer it by a letter of your own.",
        )
    return found[0] if found else None


def _compared(
    case: Case, documents: Sequence[Document], chart: Chart, assessment: Assessment, denial: Finding | None
) -> Comparison | None:
    """The denial against the chart and, where its manifest is given, the packet that was sent."""
    if denial is None or not (isinstance(denial.value, Denial) and denial.value.reasons):
        return None
    sent = sent_pages(read_manifest(case.folder / case.sent), documents) if case.sent else None
    return compare(assessment, denial, sent, chart)


def material_of(checked: Checked) -> Material:
    """What letters about a case are made of."""
    return Material(
        checked.case,
        checked.chart,
        checked.assessment,
        checked.documents,
        checked.extraction.findings,
        left_out_by_a_person(checked.case, checked.documents),
        checked.problems,
        denial=checked.denial,
        edits=tuple(decision for decision in checked.decisions if decision.event == "letter"),
    )
