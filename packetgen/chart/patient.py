"""The wrong-patient guard: whose page is it? Compared on every page that says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from packetgen.case import Case
from packetgen.errors import Problem, SafetyStop
from packetgen.extraction.model import Finding, Identity

SAME_NAME = 80.0  # rapidfuzz ratio of two name parts, 0-100: room for one OCR error in a short name


def guard_patient(findings: Iterable[Finding], case: Case, paths: Mapping[str, str]) -> tuple[Problem, ...]:
    """Compare name, birth date, member and record numbers on every page with the case.

    paths: file of each document label, for messages. Raises SafetyStop naming file and page when a page is
    another patient's. A page read by OCR on which one identifier agrees and another is one character off is a
    Problem for a person; so is a page whose identifiers cannot be told apart from a namesake's.
    """
    problems = []
    for finding in findings:
        if not isinstance(finding.value, Identity) or not finding.evidence:
            continue
        agree, differ, nearly = _compare(finding.value, case)
        evidence = finding.evidence[0]
        where = f"{paths.get(evidence.document, evidence.document)}, page {evidence.page}"
        scanned = evidence.confidence is not None
        if not differ and not nearly:
            continue
        if differ or not scanned or not agree:
            raise SafetyStop(
                f"this page looks like another patient's: {_list([*differ, *nearly])} not as in the case",
                where=where,
                fix="Take the page out of the case, or correct the patient in case.yaml. No packet was written.",
            )
        problems.append(
            Problem(
                code="identity_unclear",
                where=where,
                what=f"{_list(nearly)} on this scanned page is one character off the case's.",
                fix="Is this page this patient's? Look at it and confirm.",
                who="front_desk",
                severity="doubt",
            )
        )
    return tuple(problems)


def _compare(seen: Identity, case: Case) -> tuple[list[str], list[str], list[str]]:
    """Names of the identifiers that agree, that differ, and that are one character off."""
    agree: list[str] = []
    differ: list[str] = []
    nearly: list[str] = []
    if seen.name is not None:
        (agree if _same_name(seen.name, case.patient.first_name, case.patient.last_name) else differ).append("name")
    pairs = (
        ("birth date", seen.birth_date, case.patient.birth_date.isoformat()),
        ("member number", seen.member_id, case.insurance.member_id),
        ("record number", seen.mrn, case.patient.mrn),
    )
    for label, read, typed in pairs:
        if read is None or typed is None:
            continue
        a, b = (re.sub(r"\W", "", text).lower() for text in (read, typed))
        distance = OSA.distance(a, b)
        (agree if distance == 0 else nearly if distance == 1 else differ).append(label)
    return agree, differ, nearly


def _same_name(seen: str, first_name: str, last_name: str) -> bool:
    """Whether every part of the last name, and the first name or its initial, is in the name as read."""
    left = re.findall(r"[^\W\d_]+", seen.lower())
    for part in re.findall(r"[^\W\d_]+", last_name.lower()):
        match = next((token for token in left if fuzz.ratio(token, part) >= SAME_NAME), None)
        if match is None:
            return False
        left.remove(match)
    first = re.findall(r"[^\W\d_]+", first_name.lower())
    return not left or any(fuzz.ratio(token, part) >= SAME_NAME or token == part[0] for token in left for part in first)


def _list(labels: list[str]) -> str:
    return " and ".join(labels)
