"""Where a file belongs that has been read, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from packetgen.case import FILED, FILED_DENIALS, read_case
from packetgen.errors import PacketgenError
from packetgen.intake.arrivals import Went
from packetgen.intake.drafts import patient_shown, payer_named
from packetgen.intake.match import NAME, RECORD, Comparison, Seen, compare, compare_names, document_fits, parts_of
from packetgen.intake.people import Known, People
from packetgen.intake.reading import APPROVAL, DENIAL, Reading
from packetgen.policy.deadlines import Event, deadlines_after

HOW = f"Move it into the right case's folder {FILED}/, and the ledger follows; or write a case.yaml for a new case."
NOBODY = Seen()
TWO = "two of name, birth date, member and record number must agree, and none be in conflict"


@dataclass(frozen=True, slots=True)
class Belongs:
    """Where a document belongs: to a case, a new case of a patient and a plan, or to a person's decision, with why."""

    went: Went
    case: Known | None = None
    payer: str = ""
    patient: Seen = NOBODY
    why: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What a plan's letter tells, for the ledger. due: the day by which to act next; reasons: with commas between."""

    kind: Literal["denied", "approved"]
    happened_on: date
    due: date | None
    reference: str
    note: str
    units: int | None = None
    units_for: str = ""
    starts_on: str | None = None
    ends_on: str | None = None
    reasons: str = ""
    peer_to_peer_by: str | None = None


def place_of(reading: Reading, hint: str, people: People) -> Belongs:
    """Find the one case that a document fits, or say why there is none. hint: the folder it was dropped in."""
    known = people.all()
    hinted = [case for case in known if _hint(hint, case)]
    fitting = [
        case for case in known if document_fits(reading.seen, case.person) or _fits_with_hint(reading, hint, case)
    ]
    if hinted and any(case not in hinted for case in fitting):
        fitting = [case for case in fitting if case in hinted]
        if not fitting:
            return _ask(f"it was dropped in {hint}/, but its pages are those of another case's patient")
    if not fitting and hinted:
        return _ask(f"it was dropped in {hint}/, but its pages do not show that they are that patient's")
    if not fitting:
        return _new(reading, known, people)
    if len({case.person for case in fitting}) > 1:
        return _ask(f"the pages fit more than one patient: {_ids(fitting)}")
    closed = people.closed()
    chosen = [case for case in fitting if case.case_id not in closed] or fitting
    if len(chosen) > 1:
        return _ask(f"the patient has more than one case: {_ids(chosen)}")
    return Belongs("filed", chosen[0])


def _ask(why: str) -> Belongs:
    return Belongs("needs filing", why=f"Please file this by hand: {why}.\n{HOW}")


def _ids(cases: Sequence[Known]) -> str:
    return ", ".join(case.case_id for case in cases)


def _hint(hint: str, case: Known) -> str:
    """Which identifier of a case the folder gives that a file was dropped in, "" for none."""
    for folder in Path(hint).parts:
        if folder.casefold() == case.case_id.casefold():
            return "case"
        if case.person.record and folder.strip() == case.person.record:
            return RECORD
        if case.person.family and compare_names(parts_of(folder), case.person, scanned=False) == "same":
            return NAME
    return ""


def _fits_with_hint(reading: Reading, hint: str, case: Known) -> bool:
    """Whether the folder, which a person chose, and another identifier on the pages make two."""
    label = _hint(hint, case)
    if not label:
        return False
    found = [compare(seen, case.person) for seen in reading.seen if seen]
    agree = frozenset({label}).union(*(page.agree for page in found))
    return len(agree) > 1 and not any(page.differ or page.near for page in found)


def _new(reading: Reading, known: Sequence[Known], people: People) -> Belongs:
    """A new case when plan and patient are readable and nobody known is too much like them."""
    close = [case for case in known if any(_is_close(compare(seen, case.person)) for seen in reading.seen if seen)]
    if close:
        return _ask(f"it is nearly, but not surely, the patient's of {_ids(close)}: {TWO}")
    if people.unreadable:
        names = ", ".join(path.parent.name for path in people.unreadable)
        return _ask(f"no case fits, but the case file of {names} cannot be read and may be this patient's")
    seen = [one for one in reading.seen if one]
    if any(compare(other, one.as_person).differ for one in seen for other in seen):
        return _ask("its pages do not agree on whose they are")
    patient = patient_shown(reading)
    if patient is None:
        return _ask(f"no case fits ({TWO}), and no name with a birth date can be read for a new one")
    payer = payer_named(people.workspace, [page.text for page in reading.texts])
    if payer is None:
        return _ask("no case fits, and it names no plan, or more than one, for a new case")
    return Belongs("filed", payer=payer, patient=patient)


def _is_close(found: Comparison) -> bool:
    return len(found.agree | found.near) > 1


def folder_in_case(reading: Reading) -> str:
    """Where a document of this kind lies in its case's folder."""
    return FILED_DENIALS if reading.kind == DENIAL else FILED


def told_by(reading: Reading, case_file: Path, today: date) -> Told | None:
    """What a plan's letter tells; None for other documents, and for an approval that shows no number and no dates."""
    day = date.fromisoformat(reading.day) if reading.day and len(reading.day) == len("YYYY-MM-DD") else today
    if reading.kind == DENIAL:
        denial = reading.denial
        decided = date.fromisoformat(denial.date) if denial and denial.date and len(denial.date) == 10 else day
        note = ", ".join(r.reason.replace("_", " ") for r in denial.reasons) if denial else ""
        due = _appeal_by(reading, case_file, decided)
        return Told(
            "denied", decided, due, (denial.reference if denial else None) or "", note,
            reasons=",".join(dict.fromkeys(r.reason for r in denial.reasons)) if denial else "",
            peer_to_peer_by=denial.p2p_deadline if denial else None,
        )  # fmt: skip
    approval = reading.approval
    if reading.kind == APPROVAL and approval and (approval.number or approval.ends_on):
        return Told("approved", day, None, approval.number or "", "as read from the letter: please compare",
                    approval.units, approval.units_for, approval.starts_on, approval.ends_on)  # fmt: skip
    return None


def _appeal_by(reading: Reading, case_file: Path, decided: date) -> date | None:
    """The last working day to appeal: by letter and rules, or by the letter alone while the case is a draft."""
    try:
        case = read_case(case_file)
    except PacketgenError:
        stated = reading.denial.appeal_deadline if reading.denial else None
        return date.fromisoformat(stated) if stated else None
    found = deadlines_after(Event("denied", decided, level=case.plan_dates.level, letter=reading.denial), case)
    appeal = next((deadline for deadline in found if deadline.id == "appeal" and deadline.due), None)
    return (appeal.act_by or appeal.due) if appeal else None
