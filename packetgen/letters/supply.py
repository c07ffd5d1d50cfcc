"""The drug as it is billed: its code, package, vials and what is discarded of them, as the case file gives them."""

from __future__ import annotations

from dataclasses import dataclass

from packetgen.case import Case
from packetgen.chart import words
from packetgen.policy.code_sets import code_rules


@dataclass(frozen=True, slots=True)
class Supply:
    """Empty texts where the case file names no vials.

    hcpcs      of the case file, else of the product; empty where that is not sure
    billed     billing units, as typed
    modifiers  of procedure and drug, as typed
    ndc        package code, as typed
    vials      "1 vial of 200 units"
    discarded  units that are left of the vials; empty for none
    """

    hcpcs: str
    billed: str
    modifiers: str
    ndc: str
    vials: str
    discarded: str

    @property
    def words(self) -> list[str]:
        """All that it says."""
        return [self.hcpcs, self.billed, self.modifiers, self.ndc, self.vials, self.discarded]


def supply_of(case: Case) -> Supply:
    """How the drug of a request is billed. The dose is drawn from whole vials; what is left of them is discarded."""
    request, drug = case.request, code_rules().drug(case.request.product)
    left = sum(request.vials) - request.units
    return Supply(
        request.hcpcs or (drug.hcpcs if drug.confidence == "high" else ""),
        str(request.billing_units or ""),
        ", ".join(request.modifiers),
        request.ndc or "",
        words.vials(request.vials),
        f"{left:g}" if request.vials and left > 0 else "",
    )
