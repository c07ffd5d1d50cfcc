"""A clinic's template, checked before it is used: names it may not know, blocks it lacks, and how it comes out."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import get_args

from packetgen.case import RequestKind
from packetgen.errors import BadDataFile, PacketgenError
from packetgen.letters.model import Material
from packetgen.letters.templates import Template, passage_environment, sources, word_environment
from packetgen.letters.wordfile import statements
from packetgen.letters.write import draft

# What a plan must find in a letter that asks for a treatment, by the template's own words for it.
REQUIRED = {
    "patient.name": "the patient's name",
    "birth_date": "the patient's birth date",
    "insurance.member_id": "the member number",
    "provider.name": "the prescriber",
    "provider.npi": "the NPI",
    "provider.phone": "a phone number for the reviewer",
    "passages.request": "what is requested",
    "passages.diagnosis": "the diagnosis",
    "passages.severity": "the severity",
    "in trials": "the table of treatments tried",
    "in matches": "the table of the policy's criteria",
    "in enclosed": "the list of enclosures",
    "in references": "the references",
    "Signature": "a place for the signature",
}


def lint(template: Template, material: Material, known: Collection[str]) -> Iterator[str]:
    """What is wrong with a template, whatever the case. known: the names that it may use."""
    text = _source(template.docx)
    if template.name in get_args(RequestKind):
        yield from (f"lacks {what} ({name})" for name, what in REQUIRED.items() if name not in text)
    for path, names in _names(template, material.case.request.indication):
        yield from (f"{path.name} uses {name}, which no letter has" for name in sorted(names - {*known, "passages"}))


def tried(template: Template, material: Material, folder: Path) -> str:
    """What happens when a letter from this template is written and proved for a case: empty when nothing goes wrong."""
    try:
        draft(material, template, folder)
    except PacketgenError as failure:
        return f"{failure.where}: {failure.what}"
    return ""


def _source(docx: Path) -> str:
    """The words and tags of a template as it stands; raises BadDataFile when it is no Word file."""
    return "\n".join(statement.text for statement in statements(docx))


def _names(template: Template, indication: str) -> Iterator[tuple[Path, set[str]]]:
    """The variables of the Word file and of each file of passages."""
    import docxtpl
    import jinja2
    from jinja2 import meta, nodes

    from packetgen.sandbox import FAULTS, why

    environment = passage_environment(template.folders)
    try:
        document = docxtpl.DocxTemplate(template.docx)
        yield template.docx, set(document.get_undeclared_template_variables(word_environment()))
        for path in sources(template, indication)[1:]:
            parsed = environment.parse(path.read_text("utf-8"))
            imported = {node.target for node in parsed.find_all(nodes.Import)}
            yield path, meta.find_undeclared_variables(parsed) - imported - {"cite"}
    except FAULTS as failure:
        line = f", line {failure.lineno}" if isinstance(failure, jinja2.TemplateSyntaxError) else ""
        raise BadDataFile(
            f"cannot be read: {why(failure)}",
            where=f"{template.name}{line}",
            fix="Correct the tag.",
        ) from None
