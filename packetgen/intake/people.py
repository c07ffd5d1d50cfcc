"""Whose cases there are, also those whose case file is a draft or has a mistake: their documents must find them too."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from packetgen import yamlfile
from packetgen.errors import BadCaseFile
from packetgen.intake.match import Person, parts_of
from packetgen.tracking.events import CLOSED, stage_of, standing
from packetgen.workspace import Workspace

ANSWERED = ("approved", *CLOSED)


class _Loose(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Patient(_Loose):
    first_name: str = ""
    last_name: str = ""
    birth_date: date | None = None
    mrn: str | None = None
    middle_initial: str | None = None


class _Coverage(_Loose):
    member_id: str | None = None


class _Insurance(_Coverage):
    payer: str = ""
    rx_id: str | None = None
    secondary: _Coverage | None = None
    medicare_id: str | None = None
    medicaid_id: str | None = None


class _CaseFile(_Loose):
    """What of a case file tells whose it is."""

    case: str
    patient: _Patient = _Patient()
    insurance: _Insurance = _Insurance()


@dataclass(frozen=True, slots=True)
class Known:
    """A case and whose it is. folder: where it lies."""

    case_id: str
    folder: Path
    person: Person


@dataclass(slots=True)
class People:
    """The cases of a workspace, read again only when their file has changed.

    unreadable  case files that do not even say whose they are
    """

    workspace: Workspace
    unreadable: tuple[Path, ...] = ()
    _read: dict[Path, tuple[tuple[int, int], Known | None]] = field(default_factory=dict)

    def all(self) -> tuple[Known, ...]:
        """Every case that says whose it is."""
        fresh: dict[Path, tuple[tuple[int, int], Known | None]] = {}
        for path in self.workspace.case_files():
            try:
                facts = (path.stat().st_mtime_ns, path.stat().st_size)
            except OSError:
                continue
            kept = self._read.get(path)
            fresh[path] = kept if kept and kept[0] == facts else (facts, _known(path))
        self._read = fresh
        self.unreadable = tuple(path for path, (_, known) in fresh.items() if known is None)
        return tuple(known for _, known in fresh.values() if known)

    def closed(self) -> frozenset[str]:
        """Ids of the cases that need nothing more: the plan has said yes, or the request was withdrawn."""
        stages = {case: stage_of(events) for case, events in standing(self.workspace).items()}
        return frozenset(case for case, stage in stages.items() if stage and stage.kind in ANSWERED)


def _known(path: Path) -> Known | None:
    try:
        read = yamlfile.read(path, _CaseFile, BadCaseFile)
    except BadCaseFile:
        return None
    patient, insurance = read.patient, read.insurance
    secondary = insurance.secondary.member_id if insurance.secondary else None
    numbers = (insurance.member_id, insurance.rx_id, secondary, insurance.medicare_id, insurance.medicaid_id)
    person = Person(
        parts_of(f"{patient.first_name} {patient.middle_initial or ''}"),
        parts_of(patient.last_name),
        patient.birth_date.isoformat() if patient.birth_date else None,
        tuple(number for number in numbers if number),
        patient.mrn,
    )
    return Known(read.case, path.parent, person)
