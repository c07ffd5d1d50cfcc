"""Toxin treatments: product, units, whether given, planned or requested, when, how often."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

from packetgen.documents.text import PageText
from packetgen.extraction.context import assertion_of
from packetgen.extraction.dates import dates_in, labelled
from packetgen.extraction.model import Finding, Site, Toxin
from packetgen.extraction.muscles import listed, tables
from packetgen.extraction.place import Passage, evidence, passages

Status = Literal["given", "planned", "requested"]

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


PENDING = re.compile(
    r"\bPA\b (?:pending|with|submitted|sent|to)|\b(?:submit|send|request)\w* (?:the )?(?:PA|prior auth)", re.IGNORECASE
)
# "Previous: 05.12.2024 (155 U), 12.09.2024 (155 U)", "LAST 2024-JUL-22, 220 U Botox"
EARLIER = re.compile(r"^\W*(?:previous|prior|last|earlier)\b", re.IGNORECASE)
LATER = re.compile(r"^\W*(?:next|RTC|return|follow[- ]up|plan)\b", re.IGNORECASE)
BESIDE_DATE = 24  # characters between a date and its units
RECORD = re.compile(r"procedure note|injection record|chemodenervation|\badministered\b|\binjected\b", re.IGNORECASE)
PROCEDURE_DATE = re.compile(
    r"\b(?:Date of (?:procedure|service|injection)|Visit|Seen|DOS|Date)\b[ ]*[:]*[ ]*", re.IGNORECASE
)
TOTAL = re.compile(
    r"^\W*total\b[^\n]*?(?P<n>\d{2,3})\s*(?:units?|u)?\s*(?:(?:right|left)\b.*)?$|^\W*(?P<alone>\d{2,3}) ?U\s*$",
    re.IGNORECASE | re.MULTILINE,
)
TOTAL_WITHIN = 260  # characters after the last row
HEAD_WITHIN = 220  # characters before the first row


def find_toxins(page: PageText) -> list[Finding]:
    """Treatments given, planned and requested: tables of muscles, sentences with units, earlier and next sessions.

    Units belong to the product that the passage names, else to the only product that the page names.
    """
    products = {PRODUCTS[m["product"].lower()] for m in PRODUCT.finditer(page.text)}
    only = next(iter(products)) if len(products) == 1 else None
    found: dict[tuple[str, float | None, str, str | None], Finding] = {}
    for finding in (*_from_tables(page, only), *_from_passages(page, only)):
        if isinstance(finding.value, Toxin):
            value = finding.value
            same = [key for key in found if key[:3] == (value.product, value.units, value.status)]
            if not any(key[3] is None or value.date is None or key[3] == value.date for key in same):
                found[(value.product, value.units, value.status, value.date)] = finding
    return list(found.values())


def _from_tables(page: PageText, only: str | None) -> Iterator[Finding]:
    for table in tables(page.text):
        head = page.text[max(0, table.start - HEAD_WITHIN) : table.start]
        named = list(PRODUCT.finditer(head))
        product = PRODUCTS[named[-1]["product"].lower()] if named else only
        if product is None or not table.sites:
            continue
        stated = TOTAL.search(page.text, table.end, table.end + TOTAL_WITHIN)
        units = float(stated["n"] or stated["alone"]) if stated else table.total
        if stated and abs(units - table.total) > 0.01:
            continue  # a row was not read, or the note does not add up: a person must look
        end = stated.end() if stated else table.end
        planned = re.search(r"\bplan\b", head, re.IGNORECASE) is not None
        status: Status = "given" if RECORD.search(page.text) and not planned else "planned"
        if status == "planned" and PENDING.search(page.text):
            status = "requested"
        interval = INTERVAL.search(page.text)
        value = Toxin(
            product,
            status,
            units,
            _procedure_date(page) if status == "given" else None,
            float(interval["weeks"]) if interval else None,
            _sided(table.sites, page.text[table.end : end]),
        )
        place = evidence(page, table.start, end, "toxin_table")
        yield Finding(value, "present" if status == "given" else "planned", (place,), value.date)


def _sided(sites: tuple[Site, ...], total: str) -> tuple[Site, ...]:
    """Sites without a side get the one that the total's line names: "Total 300 U right side"."""
    side = re.search(r"\b(left|right) side\b", total, re.IGNORECASE)
    if side is None or any(site.side for site in sites):
        return sites
    return tuple(replace(site, side=side.group(1).lower()) for site in sites)


def _procedure_date(page: PageText) -> str | None:
    return next((day for _, _, day in labelled(PROCEDURE_DATE, page.text)), None)


def _from_passages(page: PageText, only: str | None) -> Iterator[Finding]:
    for passage in passages(page):
        dated = list(_dated(passage, only))
        yield from dated
        if not dated and (finding := _toxin(passage, only)):
            yield finding


def _dated(passage: Passage, only: str | None) -> Iterator[Finding]:
    """Earlier and next sessions: dates with their units."""
    said = passage.said
    earlier, later = EARLIER.search(said), LATER.search(said)
    if not (earlier or later) or NOT_A_DOSE.search(said):
        return
    product = PRODUCT.search(said)
    name = PRODUCTS[product["product"].lower()] if product else only
    if name is None:
        return
    for _, end, day in dates_in(said):
        units = UNITS.search(said, end, end + BESIDE_DATE)
        if units:
            status: Status = "given" if earlier else "planned"
            value = Toxin(name, status, float(units["units"]), day)
            yield Finding(value, "present" if earlier else "planned", (passage.evidence("toxin_session"),), day)


def _toxin(passage: Passage, only: str | None) -> Finding | None:
    said = passage.said
    product, units = PRODUCT.search(said), UNITS.search(said)
    name = PRODUCTS[product["product"].lower()] if product else only
    if not name or not units or NOT_A_DOSE.search(said) or assertion_of(passage) != "present":
        return None
    status: Status
    if ASKED.search(said):
        status = "requested"
    elif LATER.search(said):
        status = "planned"
    elif GIVEN.search(said):
        status = "given"
    elif product and PLANNED.search(said):
        status = "planned"
    else:
        return None
    if status == "planned" and product and PENDING.search(passage.page.text, passage.end):
        status = "requested"
    interval = INTERVAL.search(said)
    dates = dates_in(said)
    value = Toxin(
        name,
        status,
        float(units["units"]),
        dates[0][2] if dates and status == "given" else None,
        float(interval["weeks"]) if interval else None,
        listed(passage.page.text, passage.start, passage.end),
    )
    return Finding(value, "present" if status == "given" else "planned", (passage.evidence("toxin"),), value.date)
