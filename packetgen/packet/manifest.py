"""manifest.json: every input, part, link and page left out, with the rules and templates that were used.

It is what `packetgen verify` holds a packet against, so it is read back as strictly as it is written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from packetgen import __version__
from packetgen.case import Case
from packetgen.documents.model import Document
from packetgen.errors import Problem, UnreadableInput
from packetgen.forms.model import FilledForm
from packetgen.packet.model import Citation, LeftOut, Packet, Part, exhibit_pages
from packetgen.packet.signoff import VOID
from packetgen.policy.model import Assessment, PolicyReference


@dataclass(frozen=True, slots=True)
class Input:
    """A document of the chart."""

    path: str
    sha256: str
    exhibit: str
    pages: int


@dataclass(frozen=True, slots=True)
class FormValue:
    """A field of a form (by its title), its page there, and the exhibit pages that its value rests on."""

    form: str
    field: str
    page: int
    exhibit_pages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Manifest:
    """The account of a packet.

    exit_code       of the build, and built_from: the digest of all that went into it
    links           of every live link, its page and the page it leads to
    required, doubts  open items of the worklist, a void signature not among them
    build           what a signer signs; the packet states it in its properties
    rules, outputs  SHA-256 by file name
    """

    case: str
    packetgen: str
    built_from: str
    exit_code: int
    draft: str | None
    signed_by: str | None
    policy: PolicyReference
    inputs: tuple[Input, ...]
    left_out: tuple[LeftOut, ...]
    page_count: int
    parts: tuple[Part, ...]
    citations: tuple[Citation, ...]
    links: tuple[tuple[int, int], ...]
    form_fields: tuple[FormValue, ...]
    rules: Mapping[str, str]
    outputs: Mapping[str, str]
    required: int = 0
    doubts: int = 0
    build: str = ""


def manifest(
    case: Case,
    assessment: Assessment,
    documents: Sequence[Document],
    left_out: Sequence[LeftOut],
    forms: Sequence[FilledForm],
    packet: Packet,
    signed_by: str | None,
    outputs: Mapping[str, str],
    rules: Mapping[str, str],
    built_from: str,
    exit_code: int,
    problems: Sequence[Problem],
    build: str,
) -> Manifest:
    """The account of a packet. outputs, rules: SHA-256 by file name."""
    there = packet.exhibit_pages
    return Manifest(
        case.case,
        __version__,
        built_from,
        exit_code,
        packet.draft or None,
        signed_by,
        assessment.reference,
        tuple(Input(d.path, d.sha256, d.label, len(d.pages)) for d in documents),
        tuple(left_out),
        packet.page_count,
        packet.parts,
        packet.citations,
        packet.links,
        tuple(
            FormValue(
                form.title,
                f.name,
                f.page,
                tuple(dict.fromkeys(p.exhibit_page for p in f.evidence if p.exhibit_page in there)),
            )
            for form in forms
            for f in form.fields
        ),
        dict(rules),
        dict(outputs),
        sum(problem.severity == "required" and problem.code != VOID for problem in problems),
        sum(problem.severity == "doubt" for problem in problems),
        build,
    )


def read_manifest(path: Path) -> Manifest:
    """Read a manifest.json; raises UnreadableInput."""
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(Manifest).validate_json(path.read_bytes())
    except OSError:
        raise UnreadableInput("is not beside the packet", where=path.name, fix="Build the packet again.") from None
    except ValidationError:
        raise UnreadableInput(
            "is not a manifest of this version", where=path.name, fix="Build the packet again."
        ) from None


def sent_pages(sent: Manifest, documents: Sequence[Document]) -> dict[str, int]:
    """The page of a sent packet of each exhibit page of these documents that it held; known by their content."""
    labels = {document.sha256: document.label for document in documents}
    now = {entry.exhibit: labels[entry.sha256] for entry in sent.inputs if entry.sha256 in labels}
    held = ((page.partition("-"), place) for page, place in exhibit_pages(sent.parts).items())
    return {f"{now[exhibit]}-{number}": place for (exhibit, _, number), place in held if exhibit in now}
