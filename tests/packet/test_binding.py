"""Random exhibits, of any size, turned, cropped, with comments, forms, locks and bookmarks, bound and read back."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import pikepdf
import pypdf
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from reportlab.pdfgen.canvas import Canvas

from packetgen import typeset
from packetgen.case import Case
from packetgen.documents.cache import PageCache
from packetgen.documents.model import Document, ToRead
from packetgen.documents.read import read_documents
from packetgen.extraction.model import DocumentSummary, Evidence
from packetgen.files import sha256_of
from packetgen.packet.bind import bind
from packetgen.packet.choose import choose
from packetgen.packet.manifest import Input, Manifest
from packetgen.packet.model import Insert, Packet
from packetgen.packet.verify import faults
from packetgen.policy.model import Assessment, Criterion

LOCK = "open sesame"


@dataclass(frozen=True)
class Leaf:
    width: int
    height: int
    turned: int
    cropped: int
    comment: bool
    field: bool
    cited: bool


LEAVES = st.builds(
    Leaf,
    st.integers(250, 1500),
    st.integers(250, 1500),
    st.sampled_from((0, 90, 180, 270)),
    st.sampled_from((0, 0, 15, 40)),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
EXHIBITS = st.lists(st.tuples(st.lists(LEAVES, min_size=1, max_size=7), st.booleans()), min_size=1, max_size=3)


def write(path: Path, leaves: list[Leaf], locked: bool, name: str) -> None:
    """A PDF whose page n reads "Tokenname-n", with a field and a bookmark that other exhibits have too."""
    canvas = Canvas(str(path))
    for number, leaf in enumerate(leaves, 1):
        canvas.setPageSize((leaf.width, leaf.height))
        canvas.setFont("Helvetica", 10)
        canvas.drawString(leaf.cropped + 60, leaf.height / 2, f"Token{name}-{number} was seen here today")
        for row in range(4):
            canvas.drawString(leaf.cropped + 60, leaf.height / 2 - 14 * (row + 1), "the text of a page that reads well")
        if leaf.field:
            canvas.acroForm.textfield(
                name="Name", value=f"Value{name}-{number}", x=60, y=leaf.height / 2 + 24, width=120, height=18
            )
        canvas.bookmarkPage(f"p{number}")
        canvas.addOutlineEntry("Progress note", f"p{number}")
        canvas.showPage()
    canvas.save()
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        for page, leaf in zip(pdf.pages, leaves, strict=True):
            page.obj.Rotate = leaf.turned
            c = leaf.cropped
            page.obj.CropBox = pikepdf.Array([c, c, leaf.width - c, leaf.height - c])
            if leaf.comment:
                link = pikepdf.Dictionary(
                    Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 99, 99],
                    A=pikepdf.Dictionary(S=pikepdf.Name.URI, URI=pikepdf.String("https://elsewhere.invalid/")),
                )  # fmt: skip
                notes = page.obj.get("/Annots", pikepdf.Array([]))
                notes.append(pdf.make_indirect(link))
                page.obj.Annots = notes
        lock = pikepdf.Encryption(owner="owner", user=LOCK) if locked else None
        pdf.save(path, encryption=lock) if lock else pdf.save(path)


def evidence(document: Document, number: int) -> Evidence:
    words = [w for w in document.page(number).words if w.text.startswith("Token")]
    return Evidence(document.label, number, (words[0].box,), words[0].text, None, "test")


def assemble(
    told, exhibits: list[tuple[list[Leaf], bool]], folder: Path
) -> tuple[Packet, list[Document], list[Evidence], Manifest]:
    sources = []
    for index, (leaves, locked) in enumerate(exhibits):
        path = folder / f"{index}.pdf"
        write(path, leaves, locked, "ABC"[index])
        sources.append(ToRead(path.name, path, LOCK if locked else ""))
    documents, _ = read_documents(sources, folder, PageCache(folder / "cache"))
    cited = [
        evidence(document, number)
        for document, (leaves, _) in zip(documents, exhibits, strict=True)
        for number, leaf in enumerate(leaves, 1)
        if leaf.cited
    ]
    reference = told.assessment.reference
    criteria = tuple(Criterion(f"c{n}", f"Criterion {n}", "met", "", (e,), reference) for n, e in enumerate(cited))
    assessment = Assessment(reference, criteria)
    case = told.case.model_dump(exclude={"folder"})
    case["documents"] = [source.path for source in sources]
    typed = Case.model_validate(case)
    summaries = [DocumentSummary(document.label, "clinic_note") for document in documents]
    choice = choose(typed, documents, summaries, {e.exhibit_page for e in cited})
    insert = typeset.new_canvas(str(folder / "letter.pdf"))
    typeset.draw(insert, 60, 700, "Letter", typeset.REGULAR, 12)
    insert.save()
    packet = bind(
        typed, assessment, documents, choice, [Insert("Letter", folder / "letter.pdf")], [], "not signed", folder
    )
    account = Manifest(
        typed.case, "0", "", 0, packet.draft, None, reference,
        tuple(Input(d.path, d.sha256, d.label, len(d.pages)) for d in documents), choice.left_out, packet.page_count,
        packet.parts, packet.citations, packet.links, (), {}, {"packet.pdf": sha256_of(packet.pdf)},
    )  # fmt: skip
    return packet, list(documents), cited, account


@pytest.mark.slow
@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(exhibits=EXHIBITS)
def test_no_page_is_lost_no_link_astray_and_no_field_joined(told, exhibits: list[tuple[list[Leaf], bool]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        packet, documents, cited, account = assemble(told, exhibits, Path(name))
        assert list(faults(packet.pdf, account)) == []
        pdf = pypdf.PdfReader(packet.pdf)
        texts = [page.extract_text() for page in pdf.pages]
        for (leaves, _), document in zip(exhibits, documents, strict=True):
            for number, leaf in enumerate(leaves, 1):
                pages = [n for n, text in enumerate(texts, 1) if f"Token{document.label}-{number} was" in text]
                wanted = packet.exhibit_pages.get(f"{document.label}-{number}")
                assert pages == ([wanted] if wanted else [])
                assert wanted is not None or not leaf.cited
                if leaf.field and wanted:
                    assert f"Value{document.label}-{number}" in texts[wanted - 1]
        ids = {page.indirect_reference.idnum: n for n, page in enumerate(pdf.pages, 1)}
        made = [a.get_object() for a in pdf.pages[1].get("/Annots", [])]
        to = [ids[link["/Dest"][0].idnum] for link in made]
        assert to == [packet.exhibit_pages[e.exhibit_page] for e in cited[: len(to)]]
        assert pdf.get_fields() is None
        assert all("/A" not in a.get_object() for page in pdf.pages for a in page.get("/Annots", []))
        assert [item.title for item in pdf.outline] == [part.title for part in packet.parts]
