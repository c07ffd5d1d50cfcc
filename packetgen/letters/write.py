"""Chart + Assessment -> letter of medical necessity, as .docx from a clinic's Word template and as PDF."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from packetgen.case import Case
from packetgen.chart.model import Chart
from packetgen.chart.words import Said
from packetgen.documents.model import Document
from packetgen.errors import BadDataFile
from packetgen.extraction.model import Finding
from packetgen.files import write_atomic
from packetgen.letters.links import find_links
from packetgen.letters.model import EXHIBIT_LINK, Letter, label_of
from packetgen.letters.proof import prove
from packetgen.letters.view import Match, Month, Trial, context_of, exhibit_pages
from packetgen.office import to_pdf
from packetgen.policy.model import Assessment
from packetgen.resources import LETTERS

TITLE = "Letter of medical necessity"
NAME = "letter_of_medical_necessity"
# cite() leaves these private signs in a passage; no chart text can hold them, see _printable.
CITE_OPEN, CITE_CLOSE = "\ue000", "\ue001"
CITATION = re.compile(f"{CITE_OPEN}([A-Z0-9,-]*){CITE_CLOSE}")
NOT_PRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ue000-\uf8ff\ufffe\uffff]")
LINK_COLOUR = "1F4E79"
TABLE_HALF_POINTS = 19
ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)


def write_letter(
    case: Case,
    chart: Chart,
    assessment: Assessment,
    documents: Sequence[Document],
    findings: Sequence[Finding],
    folder: Path,
    templates: Path = LETTERS,
) -> Letter:
    """Write the letter into `folder` and prove it: each statement is supported by what it cites.

    Raises BadDataFile for a broken template, SafetyStop for a statement without support, ProgramFailed or
    MissingProgram when LibreOffice cannot convert it. The letter carries no date: its signer dates it.
    """
    template = templates / f"{NAME}.docx"
    context = context_of(case, chart, assessment, documents)
    docx = folder / "letter.docx"
    write_atomic(docx, _render(template, templates / "passages" / f"{case.request.indication}.j2", context))
    prove(docx, case, assessment, findings, context["enclosed"])
    pdf = to_pdf(docx, folder)
    return Letter(TITLE, docx, pdf, find_links(docx, pdf))


def _render(template: Path, passages: Path, context: dict[str, Any]) -> bytes:
    """Fill the Word template; the same inputs give the same bytes."""
    import docxtpl
    import jinja2

    for needed in (template, passages):
        if not needed.is_file():
            raise BadDataFile("there is no such template", where=needed.name, fix="Add it, or choose another request.")
    document = docxtpl.DocxTemplate(template)
    try:
        told = _passages(passages, context)
        paragraphs = {name: [_rich(document, text) for text in texts] for name, texts in told.items()}
        tables = {
            "diary": [_row(document, month) for month in context["diary"]],
            "trials": [_row(document, trial) for trial in context["trials"]],
            "matches": [_row(document, match) for match in context["matches"]],
        }
        document.render({**context, **tables, "passages": paragraphs}, _environment(autoescape=True), autoescape=True)
    except jinja2.TemplateError as failure:
        line = f", line {failure.lineno}" if isinstance(failure, jinja2.TemplateSyntaxError) else ""
        raise BadDataFile(
            f"cannot be filled: {failure.message}",
            where=f"{template.name} or {passages.name}{line}",
            fix="Correct the name of the variable in the template.",
        ) from None
    raw = io.BytesIO()
    document.save(raw)
    return with_fixed_times(raw)


def _environment(*, autoescape: bool) -> Any:
    """Templates and charts are not trusted: no code, no missing values."""
    from jinja2 import StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    return SandboxedEnvironment(undefined=StrictUndefined, autoescape=autoescape, trim_blocks=True, finalize=_no_none)


def _no_none(value: object) -> object:
    """None must not print as a word: a template has to ask whether a fact is there."""
    import jinja2

    if value is None:
        raise jinja2.UndefinedError("a value that the case does not have is printed; test it with {% if %} first")
    return value


def _passages(path: Path, context: dict[str, Any]) -> dict[str, list[str]]:
    """The paragraphs of each passage, by its name; citations as private signs."""

    def cite(said: Said | Trial | Month | Match) -> str:
        return CITE_OPEN + ",".join(exhibit_pages(said.places)) + CITE_CLOSE

    text = _environment(autoescape=False).from_string(path.read_text("utf-8")).render(**context, cite=cite)
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        if line.startswith("## "):
            name = line[3:].strip()
            found[name] = []
        elif line.strip():
            if not found:
                raise BadDataFile("text before the first ## heading", where=path.name)
            found[name].append(" ".join(line.split()))
    return found


def _rich(document: Any, text: str) -> Any:
    """A paragraph with its citations as links to exhibit pages."""
    from docxtpl import RichText

    rich = RichText()
    for index, part in enumerate(CITATION.split(text)):
        if index % 2 == 0:
            rich.add(_printable(part))
        else:
            rich.add("(")
            _link_pages(document, rich, part.split(","))
            rich.add(")")
    return rich


def _link_pages(document: Any, rich: Any, pages: Sequence[str], size: int | None = None) -> None:
    """Exhibit pages as links; size: half points, None for the paragraph's own."""
    for index, page in enumerate(pages):
        if index:
            rich.add(", ", size=size)
        link = document.build_url_id(EXHIBIT_LINK + page)
        rich.add(label_of(page), url_id=link, color=LINK_COLOUR, size=size)


def _row(document: Any, row: Trial | Month | Match) -> dict[str, Any]:
    """A table row for the template: its words, and `cited`, the links to where it was read."""
    from docxtpl import RichText

    cited = RichText()
    _link_pages(document, cited, exhibit_pages(row.places), TABLE_HALF_POINTS)
    names = [name for name in row.__slots__ if name != "places"]
    return {**{name: _printable(getattr(row, name)) for name in names}, "cited": cited}


def _printable(text: str) -> str:
    """Text that Word can hold: control and private signs of a chart's text become a visible mark."""
    return NOT_PRINTABLE.sub("\u25a1", text)


def with_fixed_times(raw: io.BytesIO) -> bytes:
    """The same zip with fixed times: the same content gives the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(zipfile.ZipInfo(name, ZIP_EPOCH), source.read(name), zipfile.ZIP_DEFLATED)
    return out.getvalue()
