"""Chart + Assessment -> a letter as .docx, from a clinic's Word template or as a person edited it, and as PDF."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packetgen import pdfium
from packetgen.documents.officefiles import without_outside_links
from packetgen.errors import BadDataFile, Problem, SafetyStop
from packetgen.files import write_atomic
from packetgen.letters.answers import left_to_a_person
from packetgen.letters.edits import apply_edits
from packetgen.letters.links import find_links
from packetgen.letters.model import EXHIBIT_LINK, LINK_COLOUR, Letter, Material, label_of
from packetgen.letters.proof import prove
from packetgen.letters.quotes import urgency_not_shown
from packetgen.letters.rows import Row
from packetgen.letters.templates import (
    Template,
    find_template,
    passage_environment,
    sources,
    untagged,
    word_environment,
)
from packetgen.letters.view import TABLES, context_of, exhibit_pages
from packetgen.letters.wordfile import Statement, statements, title_of
from packetgen.letters.zipped import with_fixed_times
from packetgen.office import letter_to_pdf, to_pdf
from packetgen.resources import LETTERS

# cite() leaves these private signs in a passage; no chart text can hold them, see templates.printable.
CITE_OPEN, CITE_CLOSE = "\ue000", "\ue001"
CITATION = re.compile(f"{CITE_OPEN}([A-Z0-9,-]*){CITE_CLOSE}")
PASSAGE = re.compile(r"## ([a-z_]+)\s*")
TABLE_HALF_POINTS = 19
HYPHEN_AT_LINE_END = "\ufffe"  # as pdfium tells it


def write_letter(
    material: Material, folder: Path, templates: Sequence[Path] = (LETTERS,), name: str | None = None
) -> Letter:
    """Write a letter into `folder` and prove it: each statement is supported by what it cites.

    templates  folders of templates, a clinic's own first
    name       of the template; None: the one for the kind of the request, or the edited letter that the case names

    Raises BadDataFile for a broken template, SafetyStop for a statement without support, ProgramFailed or
    MissingProgram when LibreOffice cannot convert it. The letter carries no date: its signer dates it.
    """
    template, edited = chosen(material, templates, name)
    made = compose(material, template, folder, edited)
    prove(made.docx, material, made.machine_made, made.own_words)
    pdf = (to_pdf if edited else letter_to_pdf)(made.docx, folder)
    _same_words(made.docx, pdf)
    made_from = (edited,) if edited else sources(template, material.case.request.indication)
    title = title_of(template.docx) or template.name
    of_request = template.name == material.case.request.kind
    left = (*left_to_a_person(material), *urgency_not_shown(material)) if of_request else ()
    return Letter(title, made.docx, pdf, find_links(made.docx, pdf), made_from, (*made.problems, *left))


def chosen(
    material: Material, templates: Sequence[Path] = (LETTERS,), name: str | None = None
) -> tuple[Template, Path | None]:
    """The template of a letter, and the Word file that a person made of it; see `write_letter`."""
    case = material.case
    template = find_template(name or case.request.kind, case.request.indication, templates)
    return template, case.folder / case.letter if name is None and case.letter else None


@dataclass(frozen=True, slots=True)
class Composed:
    """The Word file of a letter, not proved yet.

    machine_made  what the program itself wrote, when a person changed the letter: what differs is read more strictly
    own_words     of the template
    problems      name edits that have no effect
    """

    docx: Path
    machine_made: tuple[Statement, ...]
    own_words: frozenset[str]
    problems: tuple[Problem, ...]


def compose(material: Material, template: Template, folder: Path, edited: Path | None = None) -> Composed:
    """The Word file of a letter as people changed it. edited: the one that a person made of it, to be used instead."""
    of_request = template.name == material.case.request.kind
    docx = folder / ("letter.docx" if of_request else template.docx.name)
    write_atomic(docx, render(template, material))
    edits = material.edits if of_request else ()
    machine_made = statements(docx) if edited or edits else ()
    if edited:
        without_outside_links(edited, folder).replace(docx)
    problems = apply_edits(docx, edits) if edits else ()
    own_words = frozenset(s.text for s in statements(template.docx) if "{" not in s.text)
    return Composed(docx, machine_made, own_words, problems)


def draft(material: Material, template: Template, folder: Path, edited: Path | None = None) -> Path:
    """The Word file of a letter, proved; see `compose`."""
    made = compose(material, template, folder, edited)
    prove(made.docx, material, made.machine_made, made.own_words)
    return made.docx


def render(template: Template, material: Material) -> bytes:
    """Fill the Word template; the same inputs give the same bytes."""
    import docxtpl
    import jinja2

    from packetgen.sandbox import FAULTS, why

    context = context_of(material)
    document = docxtpl.DocxTemplate(template.docx)
    try:
        told = passages_of(template, context)
        paragraphs = {name: [_rich(document, text) for text in texts] for name, texts in told.items()}
        tables = {name: [_row(document, row) for row in context[name]] for name in TABLES}
        document.render({**context, **tables, "passages": paragraphs}, word_environment(), autoescape=True)
    except FAULTS as failure:
        line = f", line {failure.lineno}" if isinstance(failure, jinja2.TemplateSyntaxError) else ""
        raise BadDataFile(
            f"cannot be filled: {why(failure)}",
            where=f"{template.docx.name} or {template.passages.name}{line}",
            fix="Correct the name of the variable in the template.",
        ) from None
    raw = io.BytesIO()
    document.save(raw)
    return with_fixed_times(raw)


def passages_of(template: Template, context: dict[str, Any]) -> dict[str, list[str]]:
    """The paragraphs of each passage, by its name; citations as private signs."""

    import markupsafe

    def cite(said: Any) -> markupsafe.Markup:
        return markupsafe.Markup(CITE_OPEN + ",".join(exhibit_pages(said.places)) + CITE_CLOSE)  # noqa: S704 - labels only

    environment = passage_environment(template.folders)
    escaped = environment.get_template(template.passages.name).render(**context, cite=cite)
    text = str(markupsafe.Markup(escaped).unescape())  # noqa: S704 - back to plain text
    found: dict[str, list[str]] = {}
    for line in text.split("\n"):
        if heading := PASSAGE.fullmatch(line):
            found[heading[1]] = []
        elif line.strip():
            if not found:
                raise BadDataFile("text before the first ## heading", where=template.passages.name)
            list(found.values())[-1].append(re.sub(r" +", " ", line.strip()))
    return found


def _rich(document: Any, text: str) -> Any:
    """A paragraph with its citations as links to exhibit pages."""
    from docxtpl import RichText

    rich = RichText()
    for index, part in enumerate(CITATION.split(text)):
        if index % 2 == 0:
            rich.add(part)
        elif part:
            rich.add("(")
            _link_pages(document, rich, part.split(","))
            rich.add(")")
    rich.xml = untagged(rich.xml)
    return rich


def _link_pages(document: Any, rich: Any, pages: Sequence[str], size: int | None = None) -> None:
    """Exhibit pages as links; size: half points, None for the paragraph's own."""
    for index, page in enumerate(pages):
        if index:
            rich.add(", ", size=size)
        link = document.build_url_id(EXHIBIT_LINK + page)
        rich.add(label_of(page), url_id=link, color=LINK_COLOUR, size=size)


def _row(document: Any, row: Row) -> dict[str, Any]:
    """A table row for the template: its words, and `cited`, the links to where it was read."""
    from docxtpl import RichText

    cited = RichText()
    _link_pages(document, cited, exhibit_pages(row.places), TABLE_HALF_POINTS)
    return {**{name: getattr(row, name) for name in row.__slots__ if name != "places"}, "cited": cited}


def _same_words(docx: Path, pdf: Path) -> None:
    """Raise SafetyStop when the PDF lacks a character of the Word file: LibreOffice drops some without a word."""
    with pdfium.opened(pdf) as document:
        text = "".join(page.get_textpage().get_text_range() for page in document)
    printed = Counter(text.replace(HYPHEN_AT_LINE_END, "-"))
    written = Counter("".join(statement.text for statement in statements(docx)))
    if lost := sorted(sign for sign in written - printed if not sign.isspace() and sign not in "|\u2011"):
        raise SafetyStop(
            f"the PDF of the letter lacks {len(lost)} of its characters: {' '.join(lost[:10])}",
            where=docx.name,
            fix="Install fonts that have them (packetgen doctor), or write them otherwise.",
        )
