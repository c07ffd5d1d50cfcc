"""coverage.md: what to ask the plan by phone, with what the caller needs at hand."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Literal

from pydantic import Field

from packetgen import yamlfile
from packetgen.case import Case, LineOfBusiness
from packetgen.chart import words
from packetgen.packet.worklist import plain
from packetgen.policy.code_sets import Cited, code_rules
from packetgen.resources import KNOWLEDGE
from packetgen.yamlfile import Strict


class Question(Strict):
    """One question, and for whom it is not; known: the field of the case that may answer it."""

    ask: str
    lines: tuple[LineOfBusiness, ...] = ()
    except_lines: tuple[LineOfBusiness, ...] = ()
    benefit: Literal["medical", "pharmacy"] | None = None
    known: Literal["line", "benefit", "dispensing", "place_of_service"] | None = None


class QuestionSection(Strict):
    """Questions under one heading."""

    title: str
    questions: Annotated[tuple[Question, ...], Field(min_length=1)]


class Savings(Strict):
    """What is said of the manufacturer's savings program, and the plans that it is never for."""

    government_lines: tuple[LineOfBusiness, ...]
    not_for: str
    maybe: str


class CoverageQuestions(Cited):
    """knowledge/coverage_questions.yaml."""

    sections: tuple[QuestionSection, ...]
    savings: Savings


@cache
def coverage_questions() -> CoverageQuestions:
    """All questions."""
    return yamlfile.read(KNOWLEDGE / "coverage_questions.yaml", CoverageQuestions)


def coverage_sheet(case: Case, payer: str) -> str:
    """The sheet as Markdown. payer: the plan's name."""
    request, insurance, patient = case.request, case.insurance, case.patient
    named = _named(case, payer)
    codes = f"{named['drug_code']} × {named['billing_units']}, CPT {request.cpt}, {request.icd10}"
    rows = [
        ("Plan", f"{payer}, {insurance.plan}" if insurance.plan and insurance.plan not in payer else payer),
        ("Phone", insurance.phone or "on the member's card"),
        ("Member", f"{patient.name}, born {words.day(patient.birth_date)}, {insurance.member_id}"),
        ("Group", insurance.group or "not given"),
        ("Provider", f"{case.provider.name}, NPI {case.provider.npi}, {case.provider.practice}"),
        ("Request", f"{request.units} units of {named['brand']} ({request.product}), {codes}"),
        ("First day", words.day(request.start_date)),
    ]
    text = f"# Coverage check for case {case.case}\n\nAsk the plan by phone before the request is sent.\n\n"
    text += "| | |\n| --- | --- |\n" + "".join(f"| {name} | {plain(value)} |\n" for name, value in rows)
    for section in coverage_questions().sections:
        questions = [question for question in section.questions if _is_asked(question, case)]
        text += f"\n## {section.title}\n\n" + "".join(_item(question, case, named) for question in questions)
    text += f"\n{_savings(case)}\n\nDate of call, name of the person, reference of the call: ______________________\n"
    return text


def _named(case: Case, payer: str) -> dict[str, str]:
    """What questions may name."""
    request, drug = case.request, code_rules().drug(case.request.product)
    return {
        "payer": payer,
        "brand": drug.brand,
        "product": request.product,
        "drug_code": request.hcpcs or drug.hcpcs,
        "billing_units": f"{request.billing_units or request.units / drug.units_per_billing_unit:g}",
        "cpt": request.cpt,
        "icd10": request.icd10,
        "units": str(request.units),
        "interval_weeks": str(request.interval_weeks),
        "practice": case.provider.practice,
        "start_date": words.day(request.start_date),
    }


def _is_asked(question: Question, case: Case) -> bool:
    line = case.insurance.line
    if question.benefit not in (None, case.request.benefit):
        return False
    return line is None or ((not question.lines or line in question.lines) and line not in question.except_lines)


def _item(question: Question, case: Case, named: dict[str, str]) -> str:
    known = getattr(case.insurance if question.known == "line" else case.request, question.known or "", None)
    said = f" (So far: {plain(str(known).replace('_', ' '))}.)" if known else ""
    return f"- [ ] {plain(question.ask.format_map(named))}{said}\n      Answer: ______________________\n"


def _savings(case: Case) -> str:
    savings = coverage_questions().savings
    return savings.not_for if case.insurance.line in savings.government_lines else savings.maybe
