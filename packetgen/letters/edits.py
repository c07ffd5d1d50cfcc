"""A letter's paragraphs as a person changed them on the review page, written into the Word file."""

from __future__ import annotations

import copy
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from packetgen.chart.decide import does_not_fit
from packetgen.chart.decisions import Decision
from packetgen.errors import Problem
from packetgen.files import write_atomic
from packetgen.letters.model import CITED_PAGE, EXHIBIT_LINK, LINK_COLOUR, label_of
from packetgen.letters.wordfile import W, text_of
from packetgen.letters.zipped import with_fixed_times


def plain(text: str) -> str:
    """A paragraph as a person types it: with common spaces and hyphens, and as `Decision.before` keeps it."""
    return " ".join(text.replace("\u00a0", " ").replace("\u2011", "-").split())


def apply_edits(docx: Path, edits: Iterable[Decision]) -> tuple[Problem, ...]:
    """Change the paragraphs of a Word file as people decided; an empty text takes a paragraph out.

    Problems name decisions about a paragraph that the letter does not hold, or holds twice.
    """
    import docx as word

    document = word.Document(str(docx))
    problems = []
    for edit in edits:
        found = [p for p in document.paragraphs if plain(text_of(p._p, docx.name)) == edit.before]
        if len(found) != 1:
            problems.append(does_not_fit(edit, "the letter does not hold the paragraph that was changed any more"))
        else:
            _set(found[0], (edit.after or {}).get("text", ""))
    raw = io.BytesIO()
    document.save(raw)
    write_atomic(docx, with_fixed_times(raw))
    return tuple(problems)


def _set(paragraph: Any, text: str) -> None:
    """Give a paragraph other words, in the type of its first ones; "Ex. A-2" becomes a link."""
    if not text:
        paragraph._p.getparent().remove(paragraph._p)
        return
    first = next(paragraph._p.iter(f"{W}r"), None)
    style = None if first is None else first.find(f"{W}rPr")
    for child in list(paragraph._p):
        if child.tag != f"{W}pPr":
            paragraph._p.remove(child)
    at = 0
    for cited in CITED_PAGE.finditer(text):
        _add_run(paragraph._p, text[at : cited.start()], style)
        _add_link(paragraph, f"{cited[1]}-{cited[2]}", style)
        at = cited.end()
    _add_run(paragraph._p, text[at:], style)


def _add_link(paragraph: Any, page: str, style: Any) -> None:
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import RGBColor
    from docx.text.run import Run

    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), paragraph.part.relate_to(EXHIBIT_LINK + page, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    run = Run(_add_run(link, label_of(page), style), paragraph)
    run.font.color.rgb = RGBColor.from_string(LINK_COLOUR)
    paragraph._p.append(link)


def _add_run(parent: Any, text: str, style: Any) -> Any:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    run = OxmlElement("w:r")
    if style is not None:
        run.append(copy.deepcopy(style))
    told = OxmlElement("w:t")
    told.text = text
    told.set(qn("xml:space"), "preserve")
    run.append(told)
    if text:
        parent.append(run)
    return run
