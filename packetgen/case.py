"""case.yaml: all that a person types about one request, checked to the line."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from packetgen import yamlfile
from packetgen.errors import BadCaseFile
from packetgen.yamlfile import Strict

KG_PER_LB = 0.45359237
FIRST_YEAR, LAST_YEAR = 1900, 2199
FILED = "filed"  # folder beside case.yaml
FILED_DENIALS = f"{FILED}/denials"
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
    "clinic_note", "consult", "procedure_note", "headache_diary", "questionnaire", "intake_form", "lab_report",
    "pharmacy_history", "denial_letter", "letter", "other",
]  # fmt: skip

Side = Literal["left", "right", "both"]
Area = Literal["axillae", "palms", "soles", "face", "scalp"]
LineOfBusiness = Literal[
    "commercial", "marketplace", "medicare", "medicare_advantage", "part_d", "medicaid", "medicaid_managed_care",
    "tricare", "fehb", "workers_compensation",
]  # fmt: skip
Channel = Literal["portal", "fax", "phone", "mail"]
AppealLevel = Literal["internal", "second", "external"]


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


def page_numbers(pages: str) -> frozenset[int]:
    """The pages that a list like "1-3, 7" names."""
    numbers: set[int] = set()
    for part in pages.split(","):
        first, _, last = part.partition("-")
        numbers |= set(range(int(first), int(last or first) + 1))
    return frozenset(numbers)


def _several(value: object) -> object:
    return [value] if isinstance(value, str) else value or []


def _once(forms: tuple[str, ...]) -> tuple[str, ...]:
    twice = sorted({form for form in forms if forms.count(form) > 1})
    if twice:
        raise ValueError(f"{', '.join(twice)} is named twice")
    return forms


def check_day(value: date) -> date:
    """A day near enough to reckon deadlines from; raises ValueError for a year that is mistyped."""
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise ValueError(f"the year must lie between {FIRST_YEAR} and {LAST_YEAR}")
    return value


Day = Annotated[date, AfterValidator(check_day)]
Npi = Annotated[str, AfterValidator(_check_npi)]
# Pages of a document: "3" or "1-3, 7".
Pages = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,3}(-[1-9][0-9]{0,3})?( *, *[1-9][0-9]{0,3}(-[1-9][0-9]{0,3})?)*$")]
InnerPath = Annotated[str, AfterValidator(_check_path)]
Text = Annotated[str, Field(min_length=1, max_length=400)]
State = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Zip = Annotated[str, Field(pattern=r"^[0-9]{5}(-[0-9]{4})?$")]
FormId = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,64}$")]
# One form, or several in the order in which they go into the packet.
FormIds = Annotated[tuple[FormId, ...], BeforeValidator(_several), AfterValidator(_once)]
Icd10 = Annotated[str, Field(pattern=r"^[A-Z][0-9][0-9A-Z](\.[0-9A-Z]{1,4})?$")]
Cpt = Annotated[str, Field(pattern=r"^[0-9]{5}$")]


class Request(Strict):
    """What the plan is asked for.

    other_icd10, other_cpt  further codes of the same request
    hcpcs, billing_units    the drug's code on the claim, and how many of its units
    modifiers               of the procedure and the drug, as on the claim
    ndc                     package code, from the box
    side, area              where it is injected: a side of face, neck or body; an area of skin
    vials, discarded_units  size in units of each vial to be opened, and what of them is thrown away
    tracking_number         of Medicare's prior authorization of hospital outpatient services (UTN), and its date
    authorization  number of the earlier authorization that this request continues
    form           the form to fill (packetgen forms list), or several, when they are not those the plan's folder names
    """

    kind: RequestKind = "initial"
    indication: Indication
    product: Product = "onabotulinumtoxinA"
    icd10: Icd10
    other_icd10: tuple[Icd10, ...] = ()
    cpt: Cpt
    other_cpt: tuple[Cpt, ...] = ()
    hcpcs: Annotated[str, Field(pattern=r"^[A-Z][0-9]{4}$")] | None = None
    billing_units: Annotated[int, Field(gt=0)] | None = None
    modifiers: tuple[Annotated[str, Field(pattern=r"^[A-Z0-9]{2}$")], ...] = ()
    ndc: Annotated[str, Field(pattern=r"^[0-9]{4,5}-[0-9]{3,4}-[0-9]{1,2}$")] | None = None
    side: Side | None = None
    area: Area | None = None
    units: Annotated[int | float, Field(gt=0, le=20_000)]
    interval_weeks: Annotated[int, Field(gt=0, le=52)] = 12
    treatments: Annotated[int, Field(gt=0, le=12)] | None = None
    vials: tuple[Annotated[int, Field(gt=0)], ...] = ()
    discarded_units: Annotated[int, Field(ge=0)] | None = None
    benefit: Literal["medical", "pharmacy"] = "medical"
    place_of_service: Literal["office", "hospital_outpatient", "ambulatory_surgery_center"] = "office"
    urgency: Literal["standard", "expedited"] = "standard"
    start_date: Day
    tracking_number: Text | None = None
    tracking_number_date: Day | None = None
    urgent_reason: Text | None = None
    authorization: Text | None = None
    dispensing: Literal["office", "specialty_pharmacy", "retail_pharmacy", "mail_order"] | None = None
    days_supply: Annotated[int, Field(gt=0, le=366)] | None = None
    form: FormIds = ()


class Patient(Strict):
    """The patient, as the plan knows them."""

    first_name: Text
    last_name: Text
    birth_date: Day
    sex: Literal["F", "M", "X"]
    phone: Text | None = None
    address: Text | None = None
    city: Text | None = None
    state: State | None = None
    zip: Zip | None = None
    mrn: Text | None = None
    allergies: Text | None = None
    middle_initial: Annotated[str, Field(pattern=r"^[A-Z]$")] | None = None
    work_phone: Text | None = None
    cell_phone: Text | None = None
    email: Text | None = None
    weight: Annotated[str, Field(pattern=r"^[0-9]{1,3}(\.[0-9]+)? (kg|lb)$")] | None = None
    height: Annotated[str, Field(pattern=r"^[0-9]{1,3}(\.[0-9]+)? (cm|in)$")] | None = None

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}"

    @property
    def weight_kg(self) -> float | None:
        """The weight in kilograms."""
        number, _, unit = (self.weight or "").partition(" ")
        return float(number) * (KG_PER_LB if unit == "lb" else 1) if number else None


class Coverage(Strict):
    """Another insurance of the patient."""

    carrier: Text
    member_id: Text | None = None
    group: Text | None = None
    insured: Text | None = None


class Insurance(Strict):
    """Whom to ask, and the patient's numbers there.

    line           the kind of plan: deadlines depend on it
    insured        whose policy it is, as the plan writes the name
    state          the state whose law the plan is under: it may prescribe the form
    rx_*           as on the pharmacy card
    only_coverage  the patient has no other insurance: no second plan, Medicare or Medicaid
    """

    payer: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,64}$")]
    plan: Text | None = None
    line: LineOfBusiness | None = None
    member_id: Text
    group: Text | None = None
    fax: Text | None = None
    phone: Text | None = None
    insured: Text | None = None
    state: State | None = None
    rx_bin: Annotated[str, Field(pattern=r"^[0-9]{6}$")] | None = None
    rx_pcn: Text | None = None
    rx_group: Text | None = None
    rx_id: Text | None = None
    secondary: Coverage | None = None
    medicare_id: Text | None = None
    medicaid_id: Text | None = None
    only_coverage: bool = False


class Provider(Strict):
    """Who asks. signature: a picture of it, drawn on the letter once this very person has signed off."""

    name: Text
    npi: Npi
    specialty: Text
    practice: Text
    phone: Text
    fax: Text
    signature: InnerPath | None = None
    credential: Literal["MD", "DO", "NP", "PA"] | None = None
    tax_id: Text | None = None
    address: Text | None = None
    city: Text | None = None
    state: State | None = None
    zip: Zip | None = None
    contact: Text | None = None
    contact_phone: Text | None = None
    contact_email: Text | None = None
    first_name: Text | None = None
    last_name: Text | None = None
    email: Text | None = None
    license: Text | None = None
    dea: Annotated[str, Field(pattern=r"^[A-Z]{2}[0-9]{7}$")] | None = None


class Pharmacy(Strict):
    """Who dispenses the drug when the clinic does not."""

    name: Text
    phone: Text | None = None
    fax: Text | None = None
    address: Text | None = None
    city: Text | None = None
    state: State | None = None
    zip: Zip | None = None
    npi: Npi | None = None
    tax_id: Text | None = None


class PrimaryCare(Strict):
    """The patient's primary care provider."""

    name: Text
    phone: Text | None = None
    fax: Text | None = None


class Representative(Strict):
    """Who acts for the patient towards the plan."""

    name: Text
    relationship: Text
    phone: Text | None = None
    fax: Text | None = None
    email: Text | None = None
    address: Text | None = None
    city: Text | None = None
    state: State | None = None
    zip: Zip | None = None


class PolicyOverride(Strict):
    """Use the policy of this number although it has expired; the reason is printed in the packet's manifest."""

    number: Text
    reason: Text


class CaseDocument(Strict):
    """One document of the chart.

    password   opens a locked PDF
    kind       overrides what the program would recognise
    pages      go into the packet whether anything on them is cited or not
    release    pages that look specially protected and may go out, each with the reason
    leave_out  pages that prove nothing and stay out, each with the reason
    """

    path: InnerPath
    password: Text | None = None
    kind: DocumentKind | None = None
    pages: Pages | None = None
    release: dict[Pages, Text] = Field({})
    leave_out: dict[Pages, Text] = Field({})

    @model_validator(mode="before")
    @classmethod
    def _plain_path(cls, value: object) -> object:
        return {"path": value} if isinstance(value, str) else value


class PlanDates(Strict):
    """What has passed between clinic and plan so far; deadlines are counted from these.

    channel           by which it was sent; of mail the receipt must be known
    denial_dated      the date on the letter
    level             of the appeal that was sent or denied; none: the first request
    authorized_until  last day of the authorization
    """

    submitted: Day | None = None
    channel: Channel | None = None
    received_by_plan: Day | None = None
    denial_dated: Day | None = None
    level: AppealLevel | None = None
    authorized: Day | None = None
    authorized_until: Day | None = None


class Case(Strict):
    """One case. `folder` is where it was read, not something a person types.

    provider   who orders the treatment
    servicing  who gives it; `same` when it is the provider
    denial     the letter or explanation of benefits that denies; it is a document of the case, too
    sent       manifest.json of the packet that was denied: what the plan had
    earlier    manifest.json of the packet that was approved before, where this request continues it
    """

    case: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,63}$")]
    request: Request
    patient: Patient
    insurance: Insurance
    provider: Provider
    servicing: Provider | None = None
    pharmacy: Pharmacy | None = None
    primary_care: PrimaryCare | None = None
    representative: Representative | None = None
    documents: Annotated[tuple[CaseDocument, ...], Field(min_length=1)]
    denial: InnerPath | None = None
    sent: InnerPath | None = None
    earlier: InnerPath | None = None
    letter: Annotated[InnerPath, Field(pattern=r"\.docx$")] | None = None
    policy_override: PolicyOverride | None = None
    plan_dates: PlanDates = PlanDates()
    folder: Annotated[Path, Field(exclude=True)] = Path()

    @model_validator(mode="before")
    @classmethod
    def _same_provider(cls, value: object) -> object:
        if isinstance(value, dict) and value.get("servicing") == "same":
            return {**value, "servicing": value.get("provider")}
        return value

    def kind_of(self, document: CaseDocument) -> DocumentKind | None:
        """The kind of a document that a person gave it; the denial is a denial letter."""
        return document.kind or ("denial_letter" if document.path == self.denial else None)

    def on_line(self, line: LineOfBusiness) -> Case:
        """The case with the kind of plan that its payer's policy file names, where the case file names none."""
        if self.insurance.line:
            return self
        return self.model_copy(update={"insurance": self.insurance.model_copy(update={"line": line})})

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

    What the watched folder filed into the case (its folder filed/) follows the documents that a person listed; the
    newest letter in filed/denials/ is the case's denial when the case file names none.
    The documents must lie inside the folder of the case file, also after symbolic links are followed.
    """
    if path.is_dir():
        path = path / "case.yaml"
    if not path.is_file():
        raise BadCaseFile("no such case file", where=str(path), fix="Give the path of a case.yaml.")
    case = yamlfile.read(path, Case, BadCaseFile)
    folder = path.resolve().parent
    denial = case.denial or _filed_denial(folder)
    case = case.model_copy(update={"denial": denial})
    case = case.model_copy(update={"documents": (*case.documents, *_denial(case), *_filed(folder, case))})
    for named in (
        *(document.path for document in case.documents),
        *filter(None, [case.letter, case.denial, case.sent, case.earlier]),
    ):
        target = (folder / named).resolve()
        if not target.is_relative_to(folder):
            raise BadCaseFile(
                f"{named} leads out of the case folder", where=path.name, fix="Copy the file into the case folder."
            )
        if not target.is_file():
            raise BadCaseFile(
                f"there is no file {named}",
                where=path.name,
                fix="Correct its path there, or put the file in its place.",
            )
    return case.model_copy(update={"folder": folder})


def _denial(case: Case) -> tuple[CaseDocument, ...]:
    """The denial as a document, when the list does not name it itself."""
    if case.denial is None or case.denial in [document.path for document in case.documents]:
        return ()
    return (CaseDocument(path=case.denial, kind="denial_letter"),)


def _filed(folder: Path, case: Case) -> tuple[CaseDocument, ...]:
    """The documents of filed/ that the case file does not name itself, by name."""
    named = {document.path for document in case.documents}
    files = sorted(path for path in (folder / FILED).glob("[!.]*") if path.is_file())
    paths = [f"{FILED}/{path.name}" for path in files]
    return tuple(CaseDocument(path=path) for path in paths if path not in named)


def _filed_denial(folder: Path) -> str | None:
    """The newest denial letter that was filed: their names begin with the day of the decision."""
    names = sorted(path.name for path in (folder / FILED_DENIALS).glob("[!.]*") if path.is_file())
    return f"{FILED_DENIALS}/{names[-1]}" if names else None
