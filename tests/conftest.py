"""Shared by all tests: one page cache for a whole run, and a small case with a chart made of findings on two pages."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from packetgen.case import Case
from packetgen.chart.model import Chart
from packetgen.chart.reconcile import reconcile
from packetgen.documents.model import Box, Document, Page
from packetgen.extraction.model import (
    Diagnosis,
    DocumentSummary,
    Evidence,
    Extraction,
    Finding,
    HeadacheFrequency,
    Therapy,
    Value,
)
from packetgen.letters.model import Material
from packetgen.policy.assess import assess
from packetgen.policy.catalog import load_policy
from packetgen.policy.model import Assessment


@pytest.fixture(scope="session", autouse=True)
def page_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    folder = shared / "page-cache"
    os.environ["PACKETGEN_CACHE"] = str(folder)
    return folder


@dataclass
class Told:
    case: Case
    chart: Chart
    assessment: Assessment
    documents: tuple[Document, ...]
    findings: tuple[Finding, ...]

    @property
    def material(self) -> Material:
        return Material(self.case, self.chart, self.assessment, self.documents, self.findings)


def found(value: Value, page: int, quote: str) -> Finding:
    return Finding(
        value, "present", (Evidence("A", page, (Box(54, 100, 300, 112),), quote, None, "test"),), "2026-10-02"
    )


def tell(*findings: Finding) -> Told:
    case = Case.model_validate(
        {
            "case": "2026-0001",
            "request": {"indication": "chronic_migraine", "icd10": "G43.709", "cpt": "64615", "units": "155",
                        "start_date": "2026-12-08"},
            "patient": {"first_name": "Zoë <b>", "last_name": "Nguyễn & Söhne", "birth_date": "1984-03-17", "sex": "F"},
            "insurance": {"payer": "uhc-community", "member_id": "918273645"},
            "provider": {"name": "Lena Ortiz, MD", "npi": "1234567893", "specialty": "neurology",
                         "practice": "Cedar Hill", "phone": "555-0100", "fax": "555-0101"},
            "documents": ["visit.pdf"],
        }
    )  # fmt: skip
    payer, policy = load_policy("uhc-community", "chronic_migraine", "initial", "onabotulinumtoxinA", date(2026, 12, 8))
    summary = DocumentSummary("A", "clinic_note", "2026-10-02")
    chart = reconcile(Extraction((summary,), findings))
    pages = tuple(Page(number, 612, 792, 0, "text", ()) for number in (1, 2))
    document = Document("A", "visit.pdf", "0" * 64, pages, Path("none.pdf"))
    return Told(case, chart, assess(case, chart, payer, policy, date(2026, 11, 25)), (document,), findings)


@pytest.fixture
def told() -> Told:
    return tell(
        found(Diagnosis("chronic migraine", "G43.709", "chronic_migraine"), 2, "Chronic migraine (G43.709)"),
        found(HeadacheFrequency(22.0, 14.0), 1, "headache on 22 of the last 30 days, 14 migraine"),
        found(
            Therapy("topiramate", "antiepileptic", "preventive", "ineffective", 100.0, "mg", None, "2024-03",
                    "2024-08", "No <5 % benefit & \x0b{{ 7*7 }} ≥ 李"),
            2,
            "Topiramate 100 mg 03/2024 - 08/2024",
        ),
    )  # fmt: skip
