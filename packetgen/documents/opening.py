"""Files -> clean PDFs and what their pages show: in child processes, a stretch of pages each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from packetgen import office, pdfium
from packetgen.children import ChildFailed, each_in_a_child
from packetgen.documents import clean
from packetgen.documents.layout import in_columns, lines_of
from packetgen.documents.model import Done, FileRemark, Page, Progress, Remark, ToRead, Viewable
from packetgen.documents.officefiles import is_office, without_outside_links
from packetgen.documents.tables import NO_RULES, in_rows
from packetgen.documents.textlayer import Layer, covered, read_layer
from packetgen.errors import ProgramFailed, UnreadableInput
from packetgen.limits import MAX_FILE_BYTES, READER_MEMORY_BYTES, READER_SECONDS, READER_SECONDS_PER_PAGE

STRETCH = 40  # pages a child reads: few enough to use all cores, enough to be worth a process
PICTURE_SHARE = 0.3  # of the page's area: with more of it a picture, the text layer may not cover the print
NOTHING = Layer((), 0, (), 0.0)
Shown = tuple[list[Page], list[Layer]]


@dataclass(frozen=True, slots=True)
class Task:
    """A file on its way into a Document. folder: its own, private. office: its PDF, when LibreOffice made one."""

    label: str
    source: ToRead
    folder: Path
    sha256: str
    office: Path | None = None

    @property
    def clean(self) -> Path:
        """The clean PDF."""
        return self.folder / "clean.pdf"

    @property
    def exhibit(self) -> Path:
        """The clean PDF, upright and searchable."""
        return self.folder / "exhibit.pdf"


@dataclass(slots=True)
class Opened:
    """The pages of a file with their text layers' words, and what else each shows (its layer without the words).

    broken: pages that crashed or hung their reader; their content must not travel on.
    remarks: on the file as a whole; its first page carries them.
    """

    pages: list[Page] = field(default_factory=list)
    layers: list[Layer] = field(default_factory=list)
    broken: set[int] = field(default_factory=set)
    remarks: tuple[FileRemark, ...] = ()


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Pages first, first + 1, … of a clean PDF; rotations: what each was turned."""

    task: Task
    first: int
    rotations: tuple[int, ...]


def open_all(tasks: Sequence[Task], progress: Progress | None = None) -> dict[str, Opened | UnreadableInput]:
    """Open every file, by label; a file that cannot be opened gives why, a page that cannot be read is `broken`."""
    progress = progress or (lambda _: None)
    found: dict[str, Opened | UnreadableInput] = {}
    stretches: list[_Stretch] = []
    for task, cleaned in _clean_all([_with_office(task) for task in tasks]):
        if isinstance(cleaned, UnreadableInput):
            found[task.label] = cleaned
        else:
            found[task.label] = Opened(broken=set(cleaned.broken), remarks=cleaned.remarks)
            starts = range(0, len(cleaned.turned), STRETCH)
            stretches += [_Stretch(task, start + 1, cleaned.turned[start : start + STRETCH]) for start in starts]
            progress(Viewable(task.label, task.source.path, task.clean, len(cleaned.turned)))
    for stretch, (pages, layers) in _read_all(stretches, progress):
        opened = found[stretch.task.label]
        assert isinstance(opened, Opened)  # noqa: S101 - for the type checker
        opened.pages += [
            replace(page, source="none", remarks=()) if page.number in opened.broken else page for page in pages
        ]
        opened.layers += layers
        opened.broken |= {page.number for page in pages if page.source == "none"}
    for opened in found.values():
        if isinstance(opened, Opened) and opened.remarks:
            first = opened.pages[0]
            opened.pages[0] = replace(first, remarks=(*opened.remarks, *first.remarks))
    return found


def _clean_all(tasks: Sequence[Task]) -> Iterator[tuple[Task, clean.Cleaned | UnreadableInput]]:
    if not tasks:
        return
    import pikepdf  # noqa: F401 - here, once, what every child would import for itself
    import pypdfium2  # noqa: F401

    results = each_in_a_child(_clean, tasks, seconds=lambda _: READER_SECONDS, memory_bytes=READER_MEMORY_BYTES)
    for index, result in results:
        if isinstance(result, ChildFailed):
            what = f"cannot be read: {result.reason} ({result.detail})"
            where = tasks[index].source.path
            yield tasks[index], UnreadableInput(what, where=where, fix="Print it to a new PDF, or scan it again.")
        else:
            yield tasks[index], result


def _with_office(task: Task) -> Task:
    """A Word, RTF or OpenDocument file made a PDF by LibreOffice; any other as it is. Failures show when opened."""
    if not is_office(task.source.file):
        return task
    try:
        harmless = without_outside_links(task.source.file, task.folder)
        return replace(task, office=office.to_pdf(harmless, task.folder))
    except (UnreadableInput, ProgramFailed):
        return task


def _clean(task: Task) -> clean.Cleaned | UnreadableInput:
    """In a child: write the clean PDF."""
    source = task.source
    try:
        if source.file.stat().st_size > MAX_FILE_BYTES:
            raise UnreadableInput(f"is larger than {MAX_FILE_BYTES // 1024**2} MB", where=source.path, fix="Split it.")
        pdf = clean.to_pdf(task.office or source.file, task.folder, source.path)
        return clean.clean(pdf, task.clean, source.path, source.password)
    except UnreadableInput as refusal:
        return refusal


def _read_all(stretches: Sequence[_Stretch], progress: Progress) -> list[tuple[_Stretch, Shown]]:
    """What all stretches show, in the order of their pages; one that fails is read again page by page."""
    if not stretches:
        return []
    found: dict[int, Shown] = {}
    done, of = 0, sum(len(stretch.rotations) for stretch in stretches)
    results = each_in_a_child(
        _read,
        stretches,
        seconds=lambda s: READER_SECONDS + READER_SECONDS_PER_PAGE * len(s.rotations),
        memory_bytes=READER_MEMORY_BYTES,
    )
    for index, result in results:
        stretch = stretches[index]
        if not isinstance(result, ChildFailed):
            found[index] = result
        elif len(stretch.rotations) == 1:
            lost = Page(stretch.first, *clean.LETTER, stretch.rotations[0], "none", ())
            found[index] = [lost], [NOTHING]
        else:
            singles = [_Stretch(stretch.task, stretch.first + n, (turn,)) for n, turn in enumerate(stretch.rotations)]
            parts = [part for _, part in _read_all(singles, lambda _: None)]
            found[index] = [p for pages, _ in parts for p in pages], [layer for _, layers in parts for layer in layers]
        done += len(stretch.rotations)
        progress(Done("pages", done, of))
    return [(stretch, found[index]) for index, stretch in enumerate(stretches)]


def _read(stretch: _Stretch) -> Shown:
    """In a child: the text layers of a stretch of pages."""
    with pdfium.opened(stretch.task.clean) as document:
        read = [
            _shown(document[number - 1], number, turn) for number, turn in enumerate(stretch.rotations, stretch.first)
        ]
    return [page for page, _ in read], [layer for _, layer in read]


def _shown(sheet: Any, number: int, rotation: int) -> tuple[Page, Layer]:
    """What a pdfium page shows by its text layer; it is closed."""
    width, height = sheet.get_size()
    layer = read_layer(sheet)
    sheet.close()
    remarks: list[Remark] = ["blank"] if layer.is_blank else []
    remarks += ["hidden_text"] if layer.hidden and covered(layer.pictures, width, height) < PICTURE_SHARE else []
    lines = in_columns(in_rows(lines_of(layer.words), layer.rules))
    page = Page(number, width, height, rotation, "text", lines, tuple(remarks))
    return page, replace(layer, words=(), rules=NO_RULES)
