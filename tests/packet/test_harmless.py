"""Whatever acts in a document of the chart, or is hidden in it, stays out of the packet."""

from __future__ import annotations

from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from packetgen import typeset
from packetgen.documents.cache import PageCache
from packetgen.documents.model import ToRead
from packetgen.documents.read import read_documents
from packetgen.extraction.model import DocumentSummary
from packetgen.packet.bind import bind
from packetgen.packet.choose import choose
from packetgen.packet.verify import _active
from packetgen.policy.model import Assessment

SCRIPT = Dictionary(S=Name.JavaScript, JS=String("app.alert('here')"))
PROGRAM = Dictionary(S=Name.Launch, F=String("calc.exe"))


def annotation(kind: str, **more: object) -> Dictionary:
    return Dictionary({"/Type": Name.Annot, "/Subtype": Name("/" + kind), "/Rect": [40, 40, 200, 90], **more})


def hostile(path: Path) -> Path:
    canvas = typeset.new_canvas(str(path))
    for row in range(12):
        typeset.draw(canvas, 54, 740 - 18 * row, f"Line {row} of a note that reads well", typeset.REGULAR, 10)
    canvas.save()
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.attachments["secret.txt"] = b"hidden in the chart"
        attached = pdf.attachments["secret.txt"].obj
        pdf.Root.OpenAction = SCRIPT
        pdf.Root.AA = Dictionary(WC=SCRIPT)
        pdf.Root.Names.JavaScript = Dictionary(Names=Array([String("run"), SCRIPT]))
        page = pdf.pages[0].obj
        page.AA = Dictionary(O=PROGRAM)
        field = annotation("Widget", **{"/FT": Name.Tx, "/T": String("Dose"), "/V": String("155"), "/AA": SCRIPT})
        field = pdf.make_indirect(field)
        page.Annots = pdf.make_indirect(Array([
            annotation("Link", **{"/A": PROGRAM}),
            annotation("Link", **{"/A": Dictionary(S=Name.URI, URI=String("https://elsewhere.invalid/"))}),
            annotation("FileAttachment", **{"/FS": attached}),
            annotation("Screen", **{"/A": Dictionary(S=Name.Rendition, OP=0)}),
            field,
        ]))  # fmt: skip
        pdf.Root.AcroForm = Dictionary(Fields=Array([field]), XFA=String("<xdp/>"))
        pdf.save(path)
    return path


def test_no_script_action_or_file_of_a_document_reaches_the_packet(told, tmp_path: Path) -> None:
    source = hostile(tmp_path / "note.pdf")
    with pikepdf.open(source) as pdf:
        assert _active(pdf) >= {"/JavaScript", "/Launch", "/URI", "/Rendition", "/EmbeddedFile", "/Filespec"}
    documents, _ = read_documents([ToRead("note.pdf", source)], tmp_path, PageCache(tmp_path / "cache"))
    case = told.case.model_copy(update={"documents": told.case.documents[:1]})
    choice = choose(case, documents, [DocumentSummary("A", "clinic_note")], {"A-1"})
    assessment = Assessment(told.assessment.reference, ())
    packet = bind(case, assessment, documents, choice, [], [], "not signed", tmp_path)
    with pikepdf.open(packet.pdf) as pdf:
        assert _active(pdf) == set()
        assert not {"/AcroForm", "/Names", "/OpenAction", "/AA"} & set(pdf.Root.keys())
        assert b"hidden in the chart" not in b"".join(
            found.read_bytes() for found in pdf.objects if isinstance(found, pikepdf.Stream) and "/Filter" in found
        )
    assert "Line 11 of a note" in " ".join(word.text for word in documents[0].pages[0].words)
