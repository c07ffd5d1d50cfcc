"""What each view of a case shows, as its template takes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from packetgen import pipeline
from packetgen.chart.decide import ADDABLE
from packetgen.chart.decisions import read_log
from packetgen.packet.sheet import LETTER
from packetgen.packet.signoff import NEVER_WAIVED, attestation
from packetgen.packet.snapshot import changes
from packetgen.policy.appeal import COURSES
from packetgen.review.acts import PREPARED
from packetgen.review.exhibit_page import exhibits_of
from packetgen.review.facts import ADDED, AMOUNTS, CHOICES, rows_of
from packetgen.review.glance import VERDICTS, glance, questions
from packetgen.review.live import Review

PACKET_PAGE = "packet"
TABS = {
    "": "Facts",
    "glance": "At a glance",
    "letter": "Letter",
    "form": "Form",
    "exhibits": "Exhibits",
    "packet": "Packet",
    "changes": "Changes",
    "signing": "Sign-off",
}


def shell(review: Review, name: str) -> dict[str, Any]:
    """What every view of a case shows: whose it is, how far it is, and the chart's pages."""
    expected = len(read_log(review.folder))  # before anything is read: a later decision is then a conflict, not lost
    checked = review.checked()
    rows = rows_of(checked.chart)
    return {
        "checked": checked,
        "case": checked.case,
        "assessment": checked.assessment,
        "tabs": TABS,
        "tab": "" if name == "facts" else name,
        "expected": expected,
        "rows": rows,
        "decided": sum(row.fact.decided_by is not None for row in rows),
        "decisions": checked.decisions[::-1],
        "sizes": {f"{d.label}-{page.number}": [page.width, page.height] for d in checked.documents for page in d.pages},
        "labels": {document.sha256: document.label for document in checked.documents},
        "added": ADDED,
        "choices": CHOICES,
        "provable": [row for row in rows if getattr(row.fact.value, "kind", "") in ADDABLE or row.fact.id in AMOUNTS],
        "verdicts": VERDICTS,
        "prepared": PREPARED,
    }


def _facts(review: Review, checked: pipeline.Checked) -> dict[str, Any]:
    numbered = list(enumerate(checked.assessment.criteria, 1))  # as the packet numbers them; what is open comes first
    criteria = sorted(numbered, key=lambda one: one[1].verdict == "met")
    return {"problems": checked.problems, "criteria": criteria, "courses": COURSES}


def _glance(review: Review, checked: pipeline.Checked) -> dict[str, Any]:
    return {"answers": glance(checked), "asked": questions(), "problems": checked.problems}


def _letter(review: Review, checked: pipeline.Checked) -> dict[str, Any]:
    return {"letter": review.letter(), "edits": [d for d in checked.decisions[::-1] if d.event == "letter"]}


def _form(review: Review, checked: pipeline.Checked) -> dict[str, Any]:
    built = review.build()
    first = {part.title: part.first_page for part in built.packet.parts[::-1]}
    return {
        "forms": [(form, first[form.title]) for form in built.forms],
        "sizes": _packet_sizes(built) | _chart_sizes(checked),
        "start": f"{PACKET_PAGE}-{first[built.forms[0].title]}",
    }


def _exhibits(review: Review, checked: pipeline.Checked) -> dict[str, Any]:
    built = review.build()
    return {"listed": exhibits_of(built), "problems": built.choice.problems}


def _packet(review: Review, checked: pipeline.Checked) -> dict[str, Any]:
    built = review.build()
    return {"built": built, "sizes": _packet_sizes(built), "start": f"{PACKET_PAGE}-1"}


def _changes(review: Review, checked: pipeline.Checked) -> dict[str, Any]:
    built = review.build()
    before, since = review.compared_with()
    return {"since": since, "changes": changes(before, built.said) if before else None}


def _signing(review: Review, checked: pipeline.Checked) -> dict[str, Any]:
    built = review.build()
    before, since = review.compared_with()
    return {
        "sizes": _packet_sizes(built) | _chart_sizes(checked),
        "start": f"{PACKET_PAGE}-1",
        "built": built,
        "credential": checked.case.provider.credential or checked.case.provider.name.partition(", ")[2],
        "attestation": attestation(),
        "never": [problem for problem in built.required if problem.code in NEVER_WAIVED],
        "void": [problem for problem in built.problems if problem.code == "sign_off_void"],
        "doubts": [problem for problem in built.problems if problem.severity == "doubt"],
        "since": since,
        "changes": changes(before, built.said) if before else (),
    }


VIEWS: dict[str, Callable[[Review, pipeline.Checked], dict[str, Any]]] = {
    "facts": _facts,
    "glance": _glance,
    "letter": _letter,
    "form": _form,
    "exhibits": _exhibits,
    "packet": _packet,
    "changes": _changes,
    "signing": _signing,
}
NEED_PACKET = ("form", "exhibits", "packet", "changes", "signing")


def _chart_sizes(checked: pipeline.Checked) -> dict[str, list[float]]:
    return {f"{d.label}-{page.number}": [page.width, page.height] for d in checked.documents for page in d.pages}


def _packet_sizes(built: pipeline.Built) -> dict[str, list[float]]:
    return {f"{PACKET_PAGE}-{number}": [*LETTER] for number in range(1, built.packet.page_count + 1)}
