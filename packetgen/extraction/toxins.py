"""Toxin treatments: product, units, whether given, planned or requested, when, how often."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from packetgen.documents.text import PageText
from packetgen.extraction.dates import labelled
from packetgen.extraction.doses import COSMETIC, PENDING, PRODUCT, PRODUCTS, Status, doses, interval_weeks
from packetgen.extraction.model import Assertion, Finding, Site, Toxin
from packetgen.extraction.muscles import SIDES, listed, tables
from packetgen.extraction.place import Passage, evidence, passages
from packetgen.extraction.toxin_columns import flow_sheets
from packetgen.extraction.vocabulary import muscle_named, muscle_pattern

RECORD = re.compile(
    r"procedure note|injection (?:record|log|visit|sheet)|flow ?sheet|(?:treatment|injections?|injected|given"
    r"|performed) today|\bwasted?\b|\blot\b|chemodenervation|\badministered\b|\binjected\b",
    re.IGNORECASE,
)
PROCEDURE_DATE = re.compile(
    r"\b(?:Date of (?:procedure|service|injection)|Visit|Seen|DOS|Date)\b[ ]*[:]*[ ]*", re.IGNORECASE
)
ORGAN = re.compile(r"\bintradetrusor|\bdetrusor\b|\bbladder\b|\b52287\b|\btrigone\b|\bcystoscop", re.IGNORECASE)
EACH_AXILLA = re.compile(
    r"(?P<units>\d{2,3}) ?(?:U|units?) (?:(?:in |to |into )?each|per) (?:axilla|armpit|underarm|side)", re.IGNORECASE
)
HALVES = re.compile(r"\((?P<units>\d{2,3}) ?/ ?(?P=units)\)")
INJECTED = re.compile(
    rf"(?:(?P<side>left|right|L|R) )?(?P<muscle>{muscle_pattern().pattern}) (?:was |were )?injected with", re.IGNORECASE
)
TOTAL = re.compile(
    r"(?:^|[ ]{2,})\W*total\b[^\n]*?(?P<n>\d{2,4})\s*(?:units?|u)?\s*(?:(?:right|left)\b.*)?$"
    r"|^\W*(?P<alone>\d{2,4}) ?(?:U|units?)(?:[ ]+\d{1,2} sites?)?\s*$",
    re.IGNORECASE | re.MULTILINE,
)
TOTAL_WITHIN = 260  # characters after the last row
HEAD_WITHIN = 220  # characters before the first row


def find_toxins(page: PageText) -> list[Finding]:
    """Treatments given, planned and requested: tables of muscles, sentences with units, earlier and next sessions.

    Units belong to the product that the passage names, else to the only product that the page names.
    """
    medical = [passage.said for passage in passages(page) if not COSMETIC.search(passage.said)]
    products = {PRODUCTS[m["product"].lower()] for said in medical for m in PRODUCT.finditer(said)}
    only = next(iter(products)) if len(products) == 1 else None
    found: dict[tuple[str, float | None, str, str | None], Finding] = {}
    for finding in (*flow_sheets(page), *_from_tables(page, only), *_from_passages(page, only)):
        if isinstance(finding.value, Toxin):
            value = finding.value
            same = [key for key in found if key[:3] == (value.product, value.units, value.status)]
            twin = next((k for k in same if k[3] is None or value.date is None or k[3] == value.date), None)
            kept = found.get(twin) if twin else None
            if kept is None:
                found[(value.product, value.units, value.status, value.date)] = finding
            elif isinstance(kept.value, Toxin) and _tells_more(value, kept.value):
                del found[twin]  # type: ignore[arg-type]
                found[(value.product, value.units, value.status, value.date)] = finding
    asked = {(product, units) for product, units, status, _ in found if status == "requested"}
    return [f for key, f in found.items() if key[2:] != ("planned", None) or key[:2] not in asked]


def _tells_more(one: Toxin, other: Toxin) -> bool:
    return (len(one.sites), one.date is not None) > (len(other.sites), other.date is not None)


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
        value = Toxin(
            product,
            status,
            units,
            _procedure_date(page) if status == "given" else None,
            interval_weeks(page.text),
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
    found = passages(page)
    for dose in doses(page, found, only):
        index = found.index(dose.passage)
        value = Toxin(
            dose.product, dose.status, dose.units, dose.day, dose.weeks, _sites(page, found, index, dose.units)
        )
        assertion: Assertion = "present" if dose.status == "given" else "planned"
        yield Finding(value, assertion, (dose.passage.evidence("toxin"),), dose.day)


def _sites(page: PageText, found: Sequence[Passage], index: int, units: float) -> tuple[Site, ...]:
    """The muscles that the passage lists, or the one after or before it, where they add up to the dose."""
    said = found[index].said
    each = EACH_AXILLA.search(said) or (HALVES.search(said) if re.search(r"axilla", page.text, re.IGNORECASE) else None)
    if each and 2 * float(each["units"]) == units:
        return tuple(Site("axilla", side, units / 2) for side in ("left", "right"))
    for first, last in ((index, index), (index, index + 1), (index - 1, index), (index + 1, index + 1)):
        if first >= 0 and last < len(found):
            sites = listed(page.text, found[first].start, found[last].end)
            if sites and abs(sum(site.units or 0 for site in sites) - units) < 0.01:
                return sites
    if ORGAN.search(said):
        return (Site("detrusor", None, units),)
    injected = INJECTED.search(said)
    if injected:
        side = injected["side"]
        return (Site(muscle_named(injected["muscle"]), SIDES[side.lower()] if side else None, units),)
    return ()
