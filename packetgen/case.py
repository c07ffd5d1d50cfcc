"""case.yaml: all that a person types about one request, checked to the line."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from packetgen import yamlfile
from packetgen.errors import BadCaseFile
from packetgen.yamlfile import Strict

FILED = "filed"  # folder beside case.yaml
RequestKind = Literal["initial", "continuation", "dose_change", "appeal"]
Indication = Literal[
    "chronic_migraine", "cervical_dystonia", "axillary_hyperhidrosis", "blepharospasm", "hemifacial_spasm",
    "strabismus", "upper_limb_spasticity", "lower_limb_spasticity", "sialorrhea", "overactive_bladder",
    "neurogenic_detrusor_overactivity",
]  # fmt: skip
Product = Literal[
    "onabotulinumtoxinA", "abobotulinumtoxinA", "incobotulinumtoxinA", "rimabotulinumtoxinB", "daxibotulinumtoxinA"
]
DocumentKind = Literal[
    "clinic_note", "consult", "procedure_note", "headache_diary", "questionnaire", "intake_form",
    "pharmacy_history", "denial_letter", "letter", "other",
]  # fmt: skip


def _check_npi(value: str) -> str:
    """National Provider Identifier: ten digits, Luhn check over 80840 + NPI (45 CFR 162.406)."""
    if not re.fullmatch(r"[0-9]{10}", value):
        raise ValueError("an NPI has ten digits")
    total = 0
    for position, digit in enumerate(reversed("80840" + value)):
        doubled = int(digit) * (2 if position % 2 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    if total % 10:
        raise ValueError("the NPI's check digit is wrong; one of its digits is mistyped")
    return value


def _check_path(value: str) -> str:
    if re.match(r"[A-Za-z]:|\\\\|/|~|[a-z]+://", value) or ".." in Path(value.replace("\\", "/")).parts:
        raise ValueError("must be a path inside the case folder")
    return value


Npi = Annotated[str, AfterValidator(_check_npi)]
InnerPath = Annotated[str, AfterValidator(_check_path)]
Text = Annotated[str, Field(min_length=1, max_length=400)]


class Request(Strict):
    """What the plan is asked for."""

    kind: RequestKind = "initial"
    indication: Indication
    product: Product = "onabotulinumtoxinA"
    icd10: Annotated[str, Field(pattern=r"^[A-Z][0-9][0-9A-Z](\.[0-9A-Z]{1,4})?$")]
    cpt: Annotated[str, Field(pattern=r"^[0-9]{5}$")]
    units: Annotated[int, Field(gt=0, le=1000)]
    interval_weeks: Annotated[int, Field(gt=0, le=52)] = 12
    treatments: Annotated[int, Field(gt=0, le=12)] | None = None
    benefit: Literal["medical", "pharmacy"] = "medical"
    place_of_service: Literal["office", "hospital_outpatient", "ambulatory_surgery_center"] = "office"
    urgency: Literal["standard", "expedited"] = "standard"
    start_date: date


class Patient(Strict):
    """The patient, as the plan knows them."""

    first_name: Text
    last_name: Text
    birth_date: date
    sex: Literal["F", "M", "X"]
    phone: Text | None = None
    address: Text | None = None
    city: Text | None = None
    state: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] | None = None
    zip: Annotated[str, Field(pattern=r"^[0-9]{5}(-[0-9]{4})?$")] | None = None
    mrn: Text | None = None
    allergies: Text | None = None

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}"


class Insurance(Strict):
    """Whom to ask, and the patient's numbers there."""

    payer: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,64}$")]
    plan: Text | None = None
    member_id: Text
    group: Text | None = None
    fax: Text | None = None
    phone: Text | None = None


class Provider(Strict):
    """Who asks."""

    name: Text
    npi: Npi
    specialty: Text
    practice: Text
    phone: Text
    fax: Text
    credential: Literal["MD", "DO", "NP", "PA"] | None = None
    tax_id: Text | None = None
    address: Text | None = None
    city: Text | None = None
    state: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] | None = None
    zip: Annotated[str, Field(pattern=r"^[0-9]{5}(-[0-9]{4})?$")] | None = None
    contact: Text | None = None


class CaseDocument(Strict):
    """One document of the chart. `kind` overrides what the program would recognise; `password` opens a locked PDF."""

    path: InnerPath
    password: Text | None = None
    kind: DocumentKind | None = None

    @model_validator(mode="before")
    @classmethod
    def _plain_path(cls, value: object) -> object:
        return {"path": value} if isinstance(value, str) else value


class Case(Strict):
    """One case. `folder` and `file` are where it was read, not something a person types."""

    case: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,63}$")]
    request: Request
    patient: Patient
    insurance: Insurance
    provider: Provider
    documents: Annotated[tuple[CaseDocument, ...], Field(min_length=1)]
    denial: InnerPath | None = None
    folder: Annotated[Path, Field(exclude=True)] = Path()

    @field_validator("folder", mode="before")
    @classmethod
    def _not_typed(cls, value: object, info: ValidationInfo) -> object:
        if isinstance(value, str):
            raise ValueError("unknown key")
        return value

    @field_validator("documents")
    @classmethod
    def _named_once(cls, documents: tuple[CaseDocument, ...]) -> tuple[CaseDocument, ...]:
        paths = [document.path for document in documents]
        twice = sorted({path for path in paths if paths.count(path) > 1})
        if twice:
            raise ValueError(f"listed twice: {', '.join(twice)}")
        return documents


def read_case(path: Path) -> Case:
    """Read a case file; raise BadCaseFile naming the line of every mistake.

    What the watched folder filed into the case (its folder filed/) follows the documents that a person listed.
    The documents must lie inside the folder of the case file, also after symbolic links are followed.
    """
    if path.is_dir():
        path = path / "case.yaml"
    if not path.is_file():
        raise BadCaseFile("no such case file", where=str(path), fix="Give the path of a case.yaml.")
    case = yamlfile.read(path, Case, BadCaseFile)
    folder = path.resolve().parent
    case = case.model_copy(update={"documents": (*case.documents, *_filed(folder, case))})
    for document in case.documents:
        target = (folder / document.path).resolve()
        if not target.is_relative_to(folder):
            raise BadCaseFile(
                f"{document.path} leads out of the case folder",
                where=path.name,
                fix="Copy the document into the case folder.",
            )
        if not target.is_file():
            raise BadCaseFile(
                f"there is no file {document.path}",
                where=path.name,
                fix="Correct the path under documents:, or put the file there.",
            )
    return case.model_copy(update={"folder": folder})


def _filed(folder: Path, case: Case) -> tuple[CaseDocument, ...]:
    """The documents of filed/ that the case file does not name itself, by name."""
    named = {document.path for document in case.documents}
    files = sorted(path for path in (folder / FILED).glob("[!.]*") if path.is_file())
    paths = [f"{FILED}/{path.name}" for path in files]
    return tuple(CaseDocument(path=path) for path in paths if path not in named)
