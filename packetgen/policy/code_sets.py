"""The code sets of the field, from packetgen/knowledge/: ICD-10-CM, HCPCS, CPT, and which of them go together."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import Annotated, Literal

from pydantic import Field, model_validator

from packetgen import yamlfile
from packetgen.case import Area, Indication, Product
from packetgen.policy.model import Confidence
from packetgen.resources import KNOWLEDGE
from packetgen.yamlfile import Strict

Cpt = Annotated[str, Field(pattern=r"^[0-9]{5}$")]
Codes = tuple[Annotated[str, Field(pattern=r"^[A-Z][0-9]{2}(\.[0-9A-Z]{1,4})?$")], ...]


class Cited(Strict):
    """A fact with its source; as_of: when the source said so."""

    source: str
    as_of: date
    confidence: Confidence

    @property
    def citation(self) -> str:
        """The source and its date, as outputs print it."""
        return f"{self.source} (as of {self.as_of.isoformat()})"


class IcdTable(Cited):
    """knowledge/icd10.yaml: the titles of one fiscal year."""

    fiscal_year: int
    valid_from: date
    valid_until: date
    titles: dict[str, str]


class CodesOfIndication(Cited):
    """Diagnosis and procedure codes of an indication. Codes are beginnings of codes.

    codes        say the indication
    usual        the right ones in words, to suggest
    depends      accepted by some plans
    wrong        often written instead, and say another disease
    with_one_of  beginnings of codes of which one must stand beside it
    """

    indication: Indication
    codes: Codes
    usual: str
    depends: Codes = ()
    wrong: Codes = ()
    with_one_of: Codes = ()
    procedures: tuple[Cpt, ...]


class Unbillable(Cited):
    """A code that no claim takes, and what to write instead."""

    code: str
    instead: str
    why: str


class Exclusion(Cited):
    """Codes that must not stand beside each other."""

    one: Codes
    other: Codes


class TitleWords(Strict):
    """A property that titles of codes state or deny. example: a code with words that contradict its title."""

    name: str
    yes: str
    no: str
    example: str

    def said(self, text: str) -> bool | None:
        """What a text says of it: yes, no, or nothing (or both)."""
        yes, no = (re.search(pattern, text, re.IGNORECASE) is not None for pattern in (self.yes, self.no))
        return None if yes == no else yes


class DrugCodes(Cited):
    """A product's HCPCS code and its vials, in units of the product. cosmetic_ndc: beginnings of package codes."""

    product: Product
    brand: str
    hcpcs: str
    units_per_billing_unit: Annotated[int, Field(gt=0)]
    vials: tuple[int, ...]
    vials_confidence: Confidence
    cosmetic_vials: tuple[int, ...] = ()
    cosmetic_ndc: tuple[str, ...] = ()


class Procedure(Cited):
    """A procedure in plain words. sides: whether it is for one side or for both; adds_to: codes it stands beside."""

    cpt: Cpt
    plain: str
    sides: Literal["one", "both"] | None = None
    areas: tuple[Area, ...] = ()
    muscles: tuple[int, int] | None = None
    adds_to: tuple[Cpt, ...] = ()
    not_with: tuple[Cpt, ...] = ()
    hospital_authorization: bool = False


class WrongProcedure(Cited):
    """A procedure code that is no injection of a toxin, or ended."""

    cpt: Cpt
    why: str


class HospitalRule(Cited):
    """Medicare's prior authorization of hospital outpatient services: the drugs it is for, and how long it holds."""

    hcpcs: tuple[str, ...]
    tracking_number_days: Annotated[int, Field(gt=0)]


class CodeRules(Strict):
    """knowledge/codes.yaml."""

    indications: tuple[CodesOfIndication, ...]
    unbillable: tuple[Unbillable, ...]
    excludes: tuple[Exclusion, ...]
    title_words: tuple[TitleWords, ...]
    drugs: tuple[DrugCodes, ...]
    procedures: tuple[Procedure, ...]
    wrong_procedures: tuple[WrongProcedure, ...]
    hospital: HospitalRule

    @model_validator(mode="after")
    def _procedures_known(self) -> CodeRules:
        known = {procedure.cpt for procedure in self.procedures}
        named = {cpt for rule in self.indications for cpt in rule.procedures}
        if named - known:
            raise ValueError(f"procedures: {', '.join(sorted(named - known))} not described")
        return self

    def of(self, indication: str) -> CodesOfIndication:
        """The codes of an indication."""
        return next(rule for rule in self.indications if rule.indication == indication)

    def drug(self, product: str) -> DrugCodes:
        """The codes of a product."""
        return next(drug for drug in self.drugs if drug.product == product)

    def procedure(self, cpt: str) -> Procedure | None:
        """A procedure of the field."""
        return next((procedure for procedure in self.procedures if procedure.cpt == cpt), None)

    def procedures_told(self, codes: Iterable[str]) -> str:
        """Procedure codes with what they are: "64615 (…)"."""
        return " or ".join(f"{p.cpt} ({p.plain})" for p in self.procedures if p.cpt in tuple(codes))


@cache
def icd_table() -> IcdTable:
    """The table of diagnosis codes that ships."""
    return yamlfile.read(KNOWLEDGE / "icd10.yaml", IcdTable)


@cache
def code_rules() -> CodeRules:
    """Which codes go together."""
    return yamlfile.read(KNOWLEDGE / "codes.yaml", CodeRules)
