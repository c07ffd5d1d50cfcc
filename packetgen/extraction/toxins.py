"""Toxin treatments: product, units, whether given, planned or requested, when, how often."""

from __future__ import annotations

import re
from typing import Literal

from packetgen.documents.text import PageText
from packetgen.extraction.context import assertion_of
from packetgen.extraction.dates import dates_in
from packetgen.extraction.model import Finding, Toxin
from packetgen.extraction.place import Passage, passages

PRODUCTS = {
    "botox": "onabotulinumtoxinA", "onabotulinumtoxina": "onabotulinumtoxinA", "dysport": "abobotulinumtoxinA",
    "abobotulinumtoxina": "abobotulinumtoxinA", "xeomin": "incobotulinumtoxinA",
    "incobotulinumtoxina": "incobotulinumtoxinA", "myobloc": "rimabotulinumtoxinB",
    "rimabotulinumtoxinb": "rimabotulinumtoxinB", "daxxify": "daxibotulinumtoxinA",
    "daxibotulinumtoxina": "daxibotulinumtoxinA",
}  # fmt: skip
PRODUCT = re.compile(r"\b(?P<product>" + "|".join(PRODUCTS) + r")\b", re.IGNORECASE)
UNITS = re.compile(
    r"(?<![\d.])(?P<units>\d{2,3})[ ]?(?:units?|u)\b(?![ ]*(?:vial|x[ ]?\d|per[ ]0\.1|/))", re.IGNORECASE
)
INTERVAL = re.compile(r"(?:every|q)[ ]?(?P<weeks>\d{1,2})[ -]?(?:w|wks?|weeks?)\b", re.IGNORECASE)
ASKED = re.compile(r"\b(?:PA|prior auth\w*|request\w*|submit\w*|approval|authorization)\b", re.IGNORECASE)
PLANNED = re.compile(r"\b(?:plan\w*|next|will|start|schedule\w*|recommend\w*)\b", re.IGNORECASE)
GIVEN = re.compile(r"\b(?:administered|injected|given|received|got|last|previous\w*|treated with)\b", re.IGNORECASE)
NOT_A_DOSE = re.compile(r"\b(?:may go|up to|maximum|declined|cosmetic|vials?|criteria|label)\b", re.IGNORECASE)


def find_toxins(page: PageText) -> list[Finding]:
    """One finding for each passage that names a product with its units and what was or is to be done."""
    return [finding for passage in passages(page) if (finding := _toxin(passage))]


def _toxin(passage: Passage) -> Finding | None:
    said = passage.said
    product, units = PRODUCT.search(said), UNITS.search(said)
    if not product or not units or NOT_A_DOSE.search(said) or assertion_of(passage) != "present":
        return None
    status: Literal["given", "planned", "requested"]
    if ASKED.search(said):
        status = "requested"
    elif GIVEN.search(said):
        status = "given"
    elif PLANNED.search(said):
        status = "planned"
    else:
        return None
    interval = INTERVAL.search(said)
    dates = dates_in(said)
    value = Toxin(
        PRODUCTS[product["product"].lower()],
        status,
        float(units["units"]),
        dates[0][2] if dates and status == "given" else None,
        float(interval["weeks"]) if interval else None,
    )
    return Finding(value, "present" if status == "given" else "planned", (passage.evidence("toxin"),))
