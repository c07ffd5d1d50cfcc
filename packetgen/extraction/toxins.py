"""Toxin treatments: product, units, whether given, planned or requested, when, how often."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from packetgen.documents.text import PageText
from packetgen.extraction.dates import dates_in, labelled
from packetgen.extraction.doses import (
    BILLED,
    COSMETIC,
    PENDING,
    PRODUCT,
    PRODUCTS,
    UNITS,
    Dose,
    Status,
    doses,
    interval_weeks,
)
from packetgen.extraction.model import Assertion, Finding, Site, Toxin
from packetgen.extraction.muscle_tables import Session, sessions
from packetgen.extraction.muscles import SIDES, listed, tables
from packetgen.extraction.place import Passage, evidence, passages
from packetgen.extraction.toxin_columns import flow_sheets, ledgers
from packetgen.extraction.vocabulary import muscle_named, muscle_pattern

RECORD = re.compile(
    r"procedure note|injection (?:record|log|visit|sheet)|flow ?sheet|(?:treatment|injections?|injected|given"
    r"|performed) today|\bwasted?\b|\blot\b|chemodenervation|\badministered\b|\binjected\b"
    r"|\btoday:|\bdiscard(?:ed)?\b|\breconstituted\b|\bDOS\b|\bI gave\b|\bgave\b[^.\n]{0,40}\bas follows",
    re.IGNORECASE,
)
PLAN = re.compile(r"\bplan\b", re.IGNORECASE)
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
INJECTS = re.compile(
    r"^[ ]*(?:procedure|product|toxin|agent|drug|medication|(?:today'?s )?injections?(?: today| given)?\W|injected\W)"
    rf"[^\n]{{0,60}}?{PRODUCT.pattern}",
    re.IGNORECASE | re.MULTILINE,
)
TOTAL = re.compile(
    r"(?:^|[ ]{2,}|[.;] )\W*tot(?:al)?\b[^\n]*?(?P<n>\d{2,4})\s*(?:units?|u)?\s*(?:(?:right|left)\b.*)?$"
    r"|^\W*(?P<alone>\d{2,4}) ?(?:U|units?)(?:[ ]+\d{1,2} sites?)?\s*$",
    re.IGNORECASE | re.MULTILINE,
)
SAME_AGAIN = re.compile(
    r"^\W*(?:next|RTC|ROV|return|follow[- ]up|f/u|plan|repeat|same)\b.{0,60}\bsame\b|^\W*same again\b",
    re.IGNORECASE,
)
PROCEDURE = re.compile(
    r"^[ ]*(?:procedure|operation|title|CPT)\b[^\n]*(?:\n[ ]{4,}[^\n]*)?", re.IGNORECASE | re.MULTILINE
)
ONE_OR_BOTH = re.compile(r"\b(?:left|right|OD|OS|bilateral|both)\b", re.IGNORECASE)
EACH_SIDE = re.compile(r"(?P<units>\d{1,3}(?:\.\d)?) ?(?:U|units?) (?:each|per) (?:side|eye)", re.IGNORECASE)
IN_TOTAL = re.compile(r"\btotal\w*|\bin all\b|\baltogether\b|\bsum\b|\bcomes? to\b", re.IGNORECASE)
SENTENCES_BEFORE = 14  # that may tell the muscles of a sum
TOTAL_WITHIN = 260  # characters after the last row
HEAD_WITHIN = 220  # characters before the first row


def find_toxins(page: PageText) -> list[Finding]:
    """Treatments given, planned and requested: tables of muscles, sentences with units, earlier and next sessions.

    Units belong to the product that the passage names, else to the only product that the page names.
    """
    medical = [passage.said for passage in passages(page) if not COSMETIC.search(passage.said)]
    products = {PRODUCTS[m["product"].lower()] for said in medical for m in PRODUCT.finditer(said)}
    products = products or {BILLED[code] for code in BILLED if code in page.text}
    only = next(iter(products)) if len(products) == 1 else None
    found: dict[tuple[str, float | None, str, str | None], Finding] = {}
    told = [*flow_sheets(page, only), *ledgers(page, only)]
    spoken = list(_from_passages(page, only, told))
    tabled = list(_from_tables(page, only, [*told, *spoken]))
    for finding in (*told, *tabled, *spoken, *_same_again(page, [*tabled, *told, *spoken])):
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
    return _asked_once(list(found.values()))


def _asked_once(findings: list[Finding]) -> list[Finding]:
    """The findings without plans of what is requested; its muscles are those of the plan."""
    toxins = [(f, f.value) for f in findings if isinstance(f.value, Toxin)]
    plans = {(v.product, v.units): v for _, v in toxins if v.status == "planned" and v.date is None}
    asked = {(v.product, v.units) for _, v in toxins if v.status == "requested"}
    kept = []
    for finding, value in toxins:
        plan = plans.get((value.product, value.units))
        if value.status == "requested" and plan and not value.sites:
            kept.append(replace(finding, value=replace(value, sites=plan.sites)))
        elif value is not plan or (value.product, value.units) not in asked:
            kept.append(finding)
    return kept


def _tells_more(one: Toxin, other: Toxin) -> bool:
    return (len(one.sites), one.date is not None) > (len(other.sites), other.date is not None)


def _from_tables(page: PageText, only: str | None, others: Sequence[Finding]) -> Iterator[Finding]:
    read = [session for session in sessions(page) if session.when is None]
    lists = [Session(t.sites, t.start, t.end, None, _stated(page, t.end)) for t in tables(page.text)]
    for table in (*read, *(t for t in lists if not any(t.start < s.end and s.start < t.end for s in read))):
        head = page.text[max(0, table.start - HEAD_WITHIN) : table.start]
        product = (
            only
            or _confirmed(others, table.total)
            or _product_of(page.text[: table.start], head)
            or _product_of(page.text, "")
        )
        if product is None or not table.sites or not table.adds_up:
            continue
        planned = _last(PLAN, head) > _last(RECORD, head)
        status: Status = "given" if RECORD.search(page.text) and not planned else "planned"
        if status == "planned" and PENDING.search(page.text):
            status = "requested"
        day = _procedure_date(page) if status == "given" else None
        value = Toxin(product, status, table.total, day, interval_weeks(page.text), table.sites)
        place = evidence(page, table.start, table.end, "toxin_table")
        yield Finding(value, "present" if status == "given" else "planned", (place,), value.date)


def _last(pattern: re.Pattern[str], text: str) -> int:
    """Where a pattern is found last; -1 where it is not."""
    return max((match.start() for match in pattern.finditer(text)), default=-1)


def _confirmed(others: Sequence[Finding], units: float) -> str | None:
    """The one product of which the page tells a dose of so many units."""
    products = {f.value.product for f in others if isinstance(f.value, Toxin) and f.value.units == units}
    return products.pop() if len(products) == 1 else None


def _product_of(above: str, head: str) -> str | None:
    """The one product named right above a table, or the last in a line further above that names what is injected."""
    near = {PRODUCTS[match["product"].lower()] for match in PRODUCT.finditer(head)}
    named = list(INJECTS.finditer(above))
    if len(near) == 1:
        return near.pop()
    return PRODUCTS[named[-1]["product"].lower()] if named else None


def _stated(page: PageText, end: int) -> tuple[float, ...]:
    """The sum that a line after a list tells."""
    stated = TOTAL.search(page.text, end, end + TOTAL_WITHIN)
    return (float(stated["n"] or stated["alone"]),) if stated else ()


def _procedure_date(page: PageText) -> str | None:
    return next((day for _, _, day in labelled(PROCEDURE_DATE, page.text)), None)


def _from_passages(page: PageText, only: str | None, told: Sequence[Finding]) -> Iterator[Finding]:
    """Doses that sentences tell; one that names no product is of that of which a table tells the same units."""
    found = passages(page)
    for dose in doses(page, found, only):
        index = found.index(dose.passage)
        unnamed = only is None and not PRODUCT.search(dose.passage.said)
        value = Toxin(
            (_confirmed(told, dose.units) if unnamed else None) or dose.product,
            dose.status,
            dose.units,
            dose.day,
            dose.weeks,
            _sites(page, found, index, dose.units) or _of_the_procedure(page, found[index : index + 2], dose),
        )
        assertion: Assertion = "present" if dose.status == "given" else "planned"
        yield Finding(value, assertion, (dose.passage.evidence("toxin"),), dose.day)


def _same_again(page: PageText, given: Sequence[Finding]) -> Iterator[Finding]:
    """ "RTC 03/05/2026, same dose": the next session is as the one of this visit, or the last one dated."""
    values = [
        f.value
        for f in given
        if isinstance(f.value, Toxin) and f.value.status == "given" and "(" not in f.value.product
    ]
    last = max(values, key=lambda value: value.date or "today", default=None)  # letters come after digits
    if last is None or any(isinstance(f.value, Toxin) and f.value.status != "given" for f in given):
        return
    for passage in passages(page):
        if SAME_AGAIN.search(passage.said) and not UNITS.search(passage.said):
            days = dates_in(passage.said)
            value = Toxin(
                last.product, "planned", last.units, days[0][2] if days else None, interval_weeks(passage.said)
            )
            yield Finding(value, "planned", (passage.evidence("toxin_same_again"),), value.date)
            return


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
    if sites := _told_before(page, found, index, units):
        return sites
    if ORGAN.search(said):
        return (Site("detrusor", None, units),)
    injected = INJECTED.search(said)
    if injected:
        side = injected["side"]
        return (Site(muscle_named(injected["muscle"]), SIDES[side.lower()] if side else None, units),)
    return ()


def _told_before(page: PageText, found: Sequence[Passage], index: int, units: float) -> tuple[Site, ...]:
    """The muscles of the sentences before a sum, where they make it: "That gives a total of 22.5 units"."""
    if not IN_TOTAL.search(found[index].said):
        return ()
    for first in range(index - 1, max(-1, index - SENTENCES_BEFORE), -1):
        sites = listed(page.text, found[first].start, found[index].start)
        told = sum(site.units or 0 for site in sites)
        if abs(told - units) < 0.01:
            return sites
        if told > units:
            break
    return ()


def _of_the_procedure(page: PageText, told: Sequence[Passage], dose: Dose) -> tuple[Site, ...]:
    """The one muscle that the line of the procedure names, or the bladder, where a given dose names none."""
    if dose.status != "given" or "(" in dose.product:
        return ()
    line = " ".join(" ".join(PROCEDURE.findall(page.text)).split())
    if ORGAN.search(line) or (not dose.day and ORGAN.search(" ".join(passage.said for passage in told))):
        return (Site("detrusor", None, dose.units),)
    muscles = {muscle_named(name.group(0)) for name in muscle_pattern().finditer(line)}
    sides = {SIDES[side.lower()] for side in ONE_OR_BOTH.findall(line)}
    if len(muscles) != 1 or len(sides) != 1:
        return ()
    each = EACH_SIDE.search(told[0].said)
    if each and 2 * float(each["units"]) == dose.units:
        return tuple(Site(muscle, side, dose.units / 2) for muscle in muscles for side in ("left", "right"))
    return () if sides == {"bilateral"} else (Site(muscles.pop(), sides.pop(), dose.units),)
