"""A fax of several patients: where the patient changes, and whose no page is for sure.

Proposed, never guessed. A fax is cut only between pages that each show two identifiers of different people; a page
that shows none belongs to the pages around it only when nothing speaks against it, and else to a person's decision.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from packetgen.files import save_pdf, sync_folder
from packetgen.intake.match import RECORD, Person, Seen, compare
from packetgen.intake.reading import PageRead

SURE = 2  # identifiers that a page must show before a fax is cut at it


@dataclass(frozen=True, slots=True)
class Part:
    """Pages first to last (1-based) of a fax. why: what a person must decide about them, "" when they are sure."""

    first: int
    last: int
    why: str = ""

    @property
    def pages(self) -> str:
        """In words."""
        return f"page {self.first}" if self.first == self.last else f"pages {self.first} to {self.last}"


@dataclass(frozen=True, slots=True)
class Proposal:
    """How a fax of several patients may be cut. why: what keeps the program from cutting it itself, "" when nothing."""

    parts: tuple[Part, ...]
    why: str = ""

    @property
    def told(self) -> str:
        """In words, a line each part."""
        return "\n".join(f"  {part.pages}: {part.why or 'one patient'}" for part in self.parts)


def propose(pages: Sequence[PageRead]) -> Proposal | None:
    """How to cut a fax; None when its pages speak of no more than one person."""
    runs = _runs(pages)
    if len({run for run in runs if run is not None}) < 2:
        return None
    owners = _with_open_pages(pages, runs)
    parts = []
    start = 0
    for index in range(1, len(pages) + 1):
        if index == len(pages) or owners[index] != owners[start]:
            why = "" if owners[start] is not None else _question(pages, owners, start)
            parts.append(Part(start + 1, index, why))
            start = index
    weak = next((n for n, page in enumerate(pages, 1) if _is_first(runs, n - 1) and _is_weak(page)), None)
    why = f"page {weak} shows one identifier only, so that it is not sure whose it is" if weak else ""
    return Proposal(tuple(parts), why)


def _is_weak(page: PageRead) -> bool:
    return page.seen is not None and page.seen.count < SURE


def _runs(pages: Sequence[PageRead]) -> list[int | None]:
    """A number for each person in turn, for every page that says whose it is; None for the others.

    A page goes on with the person before it when something agrees and nothing is in conflict or doubtful.
    """
    runs: list[int | None] = []
    run, person = -1, Person()
    for page in pages:
        if page.seen is None:
            runs.append(None)
            continue
        found = compare(page.seen, person)
        if run >= 0 and not found.differ:
            same = bool(found.agree) and (not found.near or RECORD in found.agree)
            runs.append(run if same else None)
            if same:
                person = _merged(person, page.seen)
            continue
        run, person = run + 1, page.seen.as_person
        runs.append(run)
    return runs


def _merged(person: Person, seen: Seen) -> Person:
    """What is known of a person with what another page of theirs adds."""
    more = seen.as_person
    return Person(
        person.given or more.given,
        person.family or more.family,
        person.birth_date or more.birth_date,
        tuple(dict.fromkeys((*person.members, *more.members))),
        person.record or more.record,
    )


def _with_open_pages(pages: Sequence[PageRead], runs: Sequence[int | None]) -> list[int | None]:
    """The person of each page, also of pages that show none between two of one person or numbered on from one."""
    owners = list(runs)
    for index, page in enumerate(pages):
        if owners[index] is not None or page.seen is not None:
            continue
        before = owners[index - 1] if index else None
        after = next((run for run in runs[index + 1 :] if run is not None), None)
        if before is not None and not page.begins and (before == after or _numbered_on(pages, runs, index)):
            owners[index] = before
    return owners


def _numbered_on(pages: Sequence[PageRead], runs: Sequence[int | None], index: int) -> bool:
    """Whether "page 2 of 3" follows "page 1 of 3", in a count that ends where the patient changes.

    A fax machine's own count runs through all pages and says nothing.
    """
    one, two = pages[index - 1].numbered, pages[index].numbered
    if one is None or two is None or two != (one[0] + 1, one[1]) or two[0] > two[1]:
        return False
    return not any(_is_next(a.numbered, b.numbered, two[1]) for a, b in _changes(pages, runs))


def _changes(pages: Sequence[PageRead], runs: Sequence[int | None]) -> list[tuple[PageRead, PageRead]]:
    """The pages on both sides of each first page of a person."""
    return [(pages[n - 1], pages[n]) for n in range(1, len(pages)) if _is_first(runs, n)]


def _is_first(runs: Sequence[int | None], index: int) -> bool:
    """Whether the page at `index` is the first of a person other than the first one's."""
    run = runs[index]
    return run is not None and run not in runs[:index] and index > 0


def _is_next(one: tuple[int, int] | None, two: tuple[int, int] | None, of: int) -> bool:
    return one is not None and two is not None and one[1] == two[1] == of and two[0] == one[0] + 1


def _question(pages: Sequence[PageRead], owners: Sequence[int | None], index: int) -> str:
    """Why a person must say whose the page at `index` is."""
    if pages[index].seen is not None:
        return "shows too little, or reads too poorly, to tell whose it is. Please say whose it is"
    if index and index + 1 < len(pages) and owners[index - 1] is not None:
        return f"shows no name or number; it follows page {index} and may belong to it. Please say whose it is"
    return "shows no name or number. Please say whose it is"


def cut(exhibit: Path, parts: Sequence[Part], folder: Path) -> list[Path]:
    """Write each part as a new PDF into `folder`, in order."""
    import pikepdf

    made = []
    with pikepdf.open(exhibit) as pdf:
        for number, part in enumerate(parts, 1):
            with pikepdf.new() as out:
                out.pages.extend(pdf.pages[part.first - 1 : part.last])
                out.remove_unreferenced_resources()
                path = folder / f"{number:04}.pdf"
                save_pdf(out, path)
            made.append(path)
    sync_folder(folder)
    return made
