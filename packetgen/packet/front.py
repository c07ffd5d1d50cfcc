"""The pages that packetgen draws itself: the cover, and the crosswalk from criterion to page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packetgen import typeset
from packetgen.case import Case
from packetgen.chart import words
from packetgen.documents.model import Box
from packetgen.extraction.model import Evidence
from packetgen.packet.drawing import (
    BLUE,
    FLOOR,
    GREY,
    INK,
    LEADING,
    LINE,
    MARGIN,
    NOTICE,
    SMALL,
    WIDTH,
    rule,
    say,
    table_head,
    tag,
)
from packetgen.packet.leftout import Row as LeftOutRow
from packetgen.packet.leftout import draw_left_out
from packetgen.packet.marks import Overlay, draw_overlays
from packetgen.packet.model import Part
from packetgen.packet.sheet import LETTER
from packetgen.policy.model import Assessment, Criterion
from packetgen.typeset import BOLD, ITALIC, REGULAR

VERDICTS = {"met": "Met", "not_met": "Not met", "missing": "Not documented", "check": "See evidence"}
HEADINGS = {"appeal": "Appeal of a denial"}
HOW_TO_READ = "Criteria in the sender's words. Exhibit pages are live links; the number stands in the margin there."
COLUMNS = (22.0, 146.0, 80.0, 178.0, 90.0)  # number, criterion, verdict, chart, exhibit
QUOTE_CHARACTERS = 170
PLACES = 4
ONE_COLUMN = 18
ON_THE_COVER = {"age", "specialty", "product_one_of", "units_at_most", "interval"}  # comparisons of the request itself
MOST_LINES = 40  # of a row, so that it fits on a page


@dataclass(frozen=True, slots=True)
class FrontLink:
    """A link drawn on a front page: page is 1-based; box in points from the top left; number is the criterion's."""

    page: int
    box: Box
    evidence: Evidence
    number: int


PageLink = tuple[int, Box, int]  # the page it is on, where, and the page it leads to


@dataclass(frozen=True, slots=True)
class Row:
    """A laid-out row of the crosswalk. shows: (font, line)."""

    number: int
    criterion: Criterion
    says: tuple[str, ...]
    shows: tuple[tuple[str, str], ...]
    height: float


def lay_out(assessment: Assessment) -> list[list[Row]]:
    """The crosswalk's rows, a list for each of its pages."""
    pages: list[list[Row]] = [[]]
    room = LETTER[1] - MARGIN - FLOOR - 92
    for number, criterion in enumerate(assessment.criteria, 1):
        row = _row(number, criterion)
        if row.height > room and pages[-1]:
            pages.append([])
            room = LETTER[1] - MARGIN - FLOOR - 60
        pages[-1].append(row)
        room -= row.height
    return pages


def _row(number: int, criterion: Criterion) -> Row:
    says = typeset.wrap(criterion.text, REGULAR, SMALL, COLUMNS[1] - 8)
    shows = [(BOLD, line) for line in typeset.wrap(shown(criterion), BOLD, SMALL, COLUMNS[3] - 8)]
    quoted = criterion.evidence[0].quote if criterion.evidence and criterion.verdict != "missing" else ""
    if quoted and quoted not in shown(criterion):
        quote = f"“{_short(quoted)}”"
        shows += [(ITALIC, line) for line in typeset.wrap(quote, ITALIC, SMALL, COLUMNS[3] - 8)]
    if len(shows) > MOST_LINES:
        shows = [*shows[: MOST_LINES - 1], (REGULAR, "… and more, which the letter tells")]
    lines = max(len(says), len(shows), len(shown_places(criterion)))
    return Row(number, criterion, tuple(says), tuple(shows), lines * LEADING + 9)


def shown(criterion: Criterion) -> str:
    """What the chart shows of a criterion, for the plan."""
    text = (criterion.shown or "Not documented in the enclosed chart").replace("; ", "\n")
    return words.capital(text)


def _short(quote: str) -> str:
    quote = quote.lstrip("-•*· ")
    return quote if len(quote) <= QUOTE_CHARACTERS else quote[:QUOTE_CHARACTERS].rsplit(" ", 1)[0] + " …"


def shown_places(criterion: Criterion) -> list[Evidence]:
    """The places that the crosswalk cites: one for each exhibit page, the most telling first, no more than PLACES."""
    return list({place.exhibit_page: place for place in reversed(criterion.evidence)}.values())[::-1][:PLACES]


def draw_front(
    path: Path,
    case: Case,
    assessment: Assessment,
    rows: Sequence[Sequence[Row]],
    left_out: Sequence[Sequence[LeftOutRow]],
    parts: Sequence[Part],
    pages: Mapping[str, int],
    overlays: Sequence[Overlay],
    draft: str,
) -> tuple[list[FrontLink], list[PageLink]]:
    """Draw cover, crosswalk, the list of pages left out, and after them the overlays, so that all share their fonts.

    Returns the crosswalk's links and those to whole pages, recorded where they were drawn.
    parts: all parts of the packet with their pages. pages: packet page of each exhibit page ("A-2" -> 9).
    """
    canvas = typeset.new_canvas(str(path), LETTER, lean=True)
    contents = _cover(canvas, case, assessment, parts, draft)
    canvas.showPage()
    links: list[FrontLink] = []
    for index, page_rows in enumerate(rows):
        _crosswalk(canvas, assessment, page_rows, pages, index, links, contents)
        canvas.showPage()
    for listed in left_out:
        draw_left_out(canvas, listed)
        canvas.showPage()
    draw_overlays(canvas, overlays)
    canvas.save()
    return links, contents


def _cover(canvas: Any, case: Case, assessment: Assessment, parts: Sequence[Part], draft: str) -> list[PageLink]:
    request, provider = case.request, case.provider
    y = LETTER[1] - MARGIN - 26
    contact = f"Phone {provider.phone} · Fax {provider.fax}"
    with tag(canvas, "P"):
        say(canvas, MARGIN, y, provider.practice, BOLD, 12, BLUE)
        say(canvas, LETTER[0] - MARGIN - typeset.width_of(contact, REGULAR, 9), y, contact, REGULAR, 9, GREY)
    rule(canvas, y - 8)
    y -= 52
    with tag(canvas, "H1"):
        say(canvas, MARGIN, y, HEADINGS.get(request.kind, "Prior authorization request"), BOLD, 22, BLUE)
    y -= 20
    with tag(canvas, "P"):
        line = f"{request.product} for {request.indication.replace('_', ' ')}"
        say(canvas, MARGIN, y, line, REGULAR, 13, INK)
    y -= 26
    if draft:
        canvas.setStrokeColor(INK)
        canvas.setLineWidth(1.2)
        canvas.rect(MARGIN, y - 16, WIDTH, 24)
        with tag(canvas, "P"):
            say(canvas, MARGIN + 8, y - 8, f"DRAFT, not for submission: {draft}", BOLD, 10, INK)
        y -= 38
    for row, (name, value) in enumerate(_identification(case, assessment), 1):
        with tag(canvas, "TH", row):
            say(canvas, MARGIN, y, name, BOLD, 10.5, GREY)
        with tag(canvas, "TD", row):
            for text in typeset.wrap(value, REGULAR, 10.5, WIDTH - 96):
                say(canvas, MARGIN + 96, y, text, REGULAR, 10.5, INK)
                y -= 14.5
        y -= 3.5
    links = _contents(canvas, y - 10, parts)
    y = FLOOR + 14
    with tag(canvas, "P"):
        for text in typeset.wrap(NOTICE, REGULAR, 8, WIDTH):
            say(canvas, MARGIN, y, text, REGULAR, 8, GREY)
            y -= 10
    return links


def _identification(case: Case, assessment: Assessment) -> list[tuple[str, str]]:
    """Whom it concerns and what is asked, by what a plan files requests by."""
    request, provider, insurance = case.request, case.provider, case.insurance
    reference = assessment.reference
    kind = request.kind.replace("_", " ").capitalize()
    to = assessment.addressee + (f", fax {insurance.fax}" if insurance.fax else "")
    address = ", ".join(
        part for part in (insurance.plan, f"group {insurance.group}" if insurance.group else "") if part
    )
    return [
        ("To", to),
        ("Patient", f"{case.patient.name}, born {words.day(case.patient.birth_date)}"),
        ("Member ID", insurance.member_id + (f", {address}" if address else "")),
        ("Request", f"{kind}: {request.units} units every {request.interval_weeks} weeks, "
                    f"beginning {words.day(request.start_date)}"),
        ("Codes", f"ICD-10 {request.icd10} · CPT {request.cpt}"),
        ("Urgency", request.urgency.capitalize()),
        ("Benefit", f"{request.benefit.capitalize()}, {request.place_of_service.replace('_', ' ')}"),
        ("Policy", reference.described),
        ("Prescriber", f"{provider.name}, {provider.specialty} · NPI {provider.npi}"),
        ("Return fax", provider.fax),
        ("Case", case.case),
    ]  # fmt: skip


def _contents(canvas: Any, y: float, parts: Sequence[Part]) -> list[PageLink]:
    """The parts with their pages, each a link; set closer, then in two columns, when there are many."""
    with tag(canvas, "H2"):
        say(canvas, MARGIN, y, f"Contents: {parts[-1].last_page} pages, this one included", BOLD, 12, BLUE)
    rule(canvas, y - 6)
    y -= 22
    columns = 1 if len(parts) <= ONE_COLUMN else 2
    rows = -(-len(parts) // columns)
    step = min(15.5, (y - FLOOR - 30) / rows)
    size = min(10.0, step * 0.75)
    wide = (WIDTH - 24 * (columns - 1)) / columns
    links = []
    for index, part in enumerate(parts):
        left = MARGIN + (index // rows) * (wide + 24)
        baseline = y - (index % rows) * step
        _content(canvas, index + 1, part, left, left + wide, baseline, size)
        top = LETTER[1] - baseline
        links.append((1, Box(left, top - size, left + wide, top + 3), part.first_page))
    return links


def _content(canvas: Any, row: int, part: Part, left: float, right: float, y: float, size: float) -> None:
    span = str(part.first_page) if part.first_page == part.last_page else f"{part.first_page}–{part.last_page}"
    room = right - left - typeset.width_of(span, REGULAR, size) - 12
    lines = typeset.wrap(part.title, REGULAR, size, room)
    title = lines[0] + (" …" if len(lines) > 1 else "")
    with tag(canvas, "TD", row):
        say(canvas, left, y, title, REGULAR, size, INK)
    width = typeset.width_of(span, REGULAR, size)
    with tag(canvas, "TD", row):
        say(canvas, right - width, y, span, REGULAR, size, INK)
    canvas.setDash(1, 3)
    canvas.setStrokeColor(LINE)
    canvas.line(left + typeset.width_of(title, REGULAR, size) + 6, y + 2, right - width - 6, y + 2)
    canvas.setDash()


def _crosswalk(
    canvas: Any,
    assessment: Assessment,
    rows: Sequence[Row],
    pages: Mapping[str, int],
    index: int,
    links: list[FrontLink],
    contents: list[PageLink],
) -> None:
    y = LETTER[1] - MARGIN - 20
    reference = assessment.reference
    with tag(canvas, "H1"):
        say(canvas, MARGIN, y, "Criteria and where the chart shows them", BOLD, 15 if index == 0 else 11, BLUE)
    if index == 0:
        y -= 16
        with tag(canvas, "P"):
            say(canvas, MARGIN, y, f"{reference.payer} · {reference.described}", REGULAR, 9, GREY)
        y -= 12
        with tag(canvas, "P"):
            say(canvas, MARGIN, y, HOW_TO_READ, REGULAR, 9, GREY)
    y -= 12
    y = table_head(canvas, y, ("", "Criterion", "Verdict", "The chart", "Exhibit, page"), COLUMNS)
    for row in rows:
        _draw_row(canvas, row, y, pages, index + 2, links, contents)
        y -= row.height
        rule(canvas, y, 0.5)


def _draw_row(
    canvas: Any,
    row: Row,
    top: float,
    pages: Mapping[str, int],
    page: int,
    links: list[FrontLink],
    contents: list[PageLink],
) -> None:
    lefts = [MARGIN + 4 + sum(COLUMNS[:column]) for column in range(len(COLUMNS))]
    first = top - LEADING
    with tag(canvas, "TH", row.number):
        say(canvas, lefts[0], first, str(row.number), BOLD, SMALL, INK)
    with tag(canvas, "TD", row.number):
        for line, text in enumerate(row.says):
            say(canvas, lefts[1], first - line * LEADING, text, REGULAR, SMALL, INK)
    verdict = (
        "Incomplete" if row.criterion.verdict == "missing" and row.criterion.shown else VERDICTS[row.criterion.verdict]
    )
    with tag(canvas, "TD", row.number):
        say(canvas, lefts[2], first, verdict, BOLD, SMALL, INK)
    with tag(canvas, "TD", row.number):
        for line, (font, text) in enumerate(row.shows):
            say(canvas, lefts[3], first - line * LEADING, text, font, SMALL, INK)
    places = shown_places(row.criterion)
    with tag(canvas, "TD", row.number):
        for line, place in enumerate(places):
            to = pages[place.exhibit_page]
            box = _draw_link(canvas, lefts[4], first - line * LEADING, f"Ex. {place.exhibit_page}, p. {to}")
            links.append(FrontLink(page, box, place, row.number))
        if not places and row.criterion.comparisons and ON_THE_COVER.issuperset(row.criterion.comparisons):
            contents.append((page, _draw_link(canvas, lefts[4], first, "Cover, p. 1"), 1))


def _draw_link(canvas: Any, left: float, y: float, text: str) -> Box:
    """Underlined words, and the box that a click there hits."""
    say(canvas, left, y, text, REGULAR, SMALL, BLUE)
    width = typeset.width_of(text, REGULAR, SMALL)
    canvas.setStrokeColor(BLUE)
    canvas.setLineWidth(0.4)
    canvas.line(left, y - 1.6, left + width, y - 1.6)
    return Box(left - 1, LETTER[1] - y - 9, left + width + 1, LETTER[1] - y + 3)
