"""Forms as plans send them, each with one thing that breaks programs: made here, since theirs are theirs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String
from reportlab.pdfgen.canvas import Canvas

MULTILINE, RADIO, COMBO, EDIT, COMB, RICH = 1 << 12, 1 << 15, 1 << 17, 1 << 18, 1 << 24, 1 << 25
FORMS: dict[str, Callable[[Sheet], None]] = {}


@dataclass
class Sheet:
    """A form in the making. map: field -> expression; shows: field -> what must be read in it; ticked: on-states."""

    pdf: Any
    map: dict[str, str] = field(default_factory=dict)
    shows: dict[str, str] = field(default_factory=dict)
    ticked: dict[str, str] = field(default_factory=dict)
    y: float = 700.0

    def add(self, name: str, kind: str, *, page: int = 0, width: float = 200, height: float = 18, tied: bool = True,
            at: tuple[float, float] | None = None, **more: Any) -> Any:  # fmt: skip
        self.y -= height + 10 if at is None else 0
        x, y = at or (100, self.y)
        made = Dictionary(Type=Name.Annot, Subtype=Name.Widget, FT=Name("/" + kind), T=String(name), F=4,
                          DA=String("/Helv 0 Tf 0 g"), Rect=[x, y, x + width, y + height])  # fmt: skip
        for key, value in more.items():
            if value is None:
                del made[f"/{key}"]
            else:
                made[f"/{key}"] = value
        made = self.pdf.make_indirect(made)
        self.on_page(made, page)
        if tied:
            self.pdf.Root.AcroForm.Fields.append(made)
        return made

    def on_page(self, made: Any, page: int = 0) -> None:
        target = self.pdf.pages[page].obj
        if "/Annots" not in target:
            target.Annots = Array()
        target.Annots.append(made)

    def says(self, name: str, text: str, shows: str | None = None) -> None:
        self.map[name] = repr(text)
        self.shows[name] = shows or text

    def states(self, *names: str) -> Any:
        empty = self.pdf.make_stream(b"", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 12, 12])
        return Dictionary(N=Dictionary({f"/{name}": empty for name in (*names, "Off")}))


def form(make: Callable[[Sheet], None]) -> Callable[[Sheet], None]:
    FORMS[make.__name__] = make
    return make


def draft(folder: Path, name: str) -> Sheet:
    """The form of that name, made; its file is folder/awkward/<name>.pdf."""
    target = folder / "awkward" / f"{name}.pdf"
    target.parent.mkdir(parents=True, exist_ok=True)
    canvas = Canvas(str(target), pagesize=(612, 792), invariant=1)
    for _ in range(2):
        canvas.drawString(40, 750, f"Awkward form: {name.replace('_', ' ')}")
        canvas.showPage()
    canvas.save()
    options: dict[str, Any] = {}
    with pikepdf.open(target, allow_overwriting_input=True) as pdf:
        pdf.Root.AcroForm = pdf.make_indirect(Dictionary(Fields=Array(), DA=String("/Helv 0 Tf 0 g")))
        sheet = Sheet(pdf)
        options = FORMS[name](sheet) or {}
        pdf.save(target, **{key: value for key, value in options.items() if key != "after"})
    if after := options.get("after"):
        after(target)
    return sheet


@form
def comb_cells(sheet: Sheet) -> None:
    sheet.add("npi", "Tx", Ff=COMB, MaxLen=10)
    sheet.says("npi", "1234567893")
    sheet.add("date", "Tx", Ff=COMB, MaxLen=8, Q=1)
    sheet.map["date"], sheet.shows["date"] = 'patient.birth_date | date("MMDDYYYY")', "03171984"
    sheet.add("short", "Tx", Ff=COMB, MaxLen=9, Q=2)
    sheet.says("short", "55-1")


@form
def several_lines(sheet: Sheet) -> None:
    sheet.add("reason", "Tx", Ff=MULTILINE, height=60)
    sheet.says("reason", "Failed topiramate and propranolol.\nNeither was tolerated for longer than eight weeks.")
    sheet.add("tall", "Tx", height=40)
    sheet.says("tall", "one line in a tall field")


@form
def odd_on_states(sheet: Sheet) -> None:
    for name, state in (
        ("space", "On State 1"),
        ("umlaut", "Ja-äöü"),
        ("zero", "0"),
        ("hash", "a#b"),
        ("long", "x" * 60),
    ):
        sheet.add(name, "Btn", width=12, height=12, AP=sheet.states(state), AS=Name.Off)
        sheet.map[name] = "patient.sex == 'F'"
        sheet.ticked[name] = state
    sheet.add("no", "Btn", width=12, height=12, AP=sheet.states("Yes"), AS=Name.Off)
    sheet.map["no"] = "patient.sex == 'M'"


@form
def boxes_without_appearances(sheet: Sheet) -> None:
    sheet.add("lone", "Btn", width=12, height=12)
    sheet.map["lone"], sheet.ticked["lone"] = "true", "Yes"
    sheet.add("valued", "Btn", width=12, height=12, MK=Dictionary(BC=[0], CA=String("4")), BS=Dictionary(W=1))
    sheet.map["valued"], sheet.ticked["valued"] = "true", "Yes"


def group(sheet: Sheet, name: str, states: list[str], looks: bool = True, **more: Any) -> Any:
    parent = sheet.pdf.make_indirect(Dictionary(FT=Name.Btn, T=String(name), Ff=RADIO, Kids=Array(), **more))
    for index, state in enumerate(states):
        x = 100 + 30 * index
        kid = Dictionary(Type=Name.Annot, Subtype=Name.Widget, Parent=parent, Rect=[x, sheet.y, x + 12, sheet.y + 12])
        if looks:
            kid.AP, kid.AS = sheet.states(state), Name.Off
        made = sheet.pdf.make_indirect(kid)
        parent.Kids.append(made)
        sheet.on_page(made)
    sheet.pdf.Root.AcroForm.Fields.append(parent)
    sheet.y -= 30
    return parent


@form
def radio_groups(sheet: Sheet) -> None:
    group(sheet, "named", ["initial", "continuation"])
    sheet.map["named"], sheet.ticked["named"] = "request.kind", "initial"
    group(sheet, "numbered", ["0", "1", "2"], Opt=[String("New"), String("Renewal"), String("Other")])
    sheet.map["numbered"], sheet.ticked["numbered"] = "request.kind | choice(initial='Renewal')", "1"
    group(sheet, "same_words", ["0", "1"], Opt=[String("Yes"), String("Yes")])
    sheet.map["same_words"], sheet.ticked["same_words"] = "'1'", "1"
    group(sheet, "bare", ["", ""], looks=False)
    sheet.map["bare"], sheet.ticked["bare"] = "'1'", "1"
    group(sheet, "answered", ["Y", "N"], V=Name.Y)
    sheet.map["answered"] = "none"


@form
def choices(sheet: Sheet) -> None:
    pairs = Array([Array([String("TX"), String("Texas")]), Array([String("OK"), String("Oklahoma")])])
    sheet.add("state", "Ch", Ff=COMBO, Opt=pairs)
    sheet.map["state"], sheet.shows["state"] = "'TX'", "Texas"
    sheet.add("list", "Ch", height=50, Opt=Array([String("standard"), String("expedited")]))
    sheet.map["list"], sheet.shows["list"] = "request.urgency", "standard"
    sheet.add("free", "Ch", Ff=COMBO | EDIT, Opt=Array([String("Neurology")]))
    sheet.says("free", "Headache medicine")


@form
def shared_names(sheet: Sheet) -> None:
    sheet.add("member", "Tx")
    sheet.add("member", "Tx", page=1, at=(100, 600), width=300)
    sheet.says("member", "918273645")
    parent = sheet.pdf.make_indirect(Dictionary(FT=Name.Tx, T=String("name"), Kids=Array(), DA=String("/Helv 9 Tf")))
    for page, width in ((0, 200), (1, 120)):
        x0, y0 = 100, 500
        kid = Dictionary(Type=Name.Annot, Subtype=Name.Widget, Parent=parent, Rect=[x0, y0, x0 + width, y0 + 16])
        made = sheet.pdf.make_indirect(kid)
        parent.Kids.append(made)
        sheet.on_page(made, page)
    sheet.pdf.Root.AcroForm.Fields.append(parent)
    sheet.says("name", "Dana Whitfield")


@form
def right_to_left(sheet: Sheet) -> None:
    for name, text in (("hebrew", "דנה כהן"), ("arabic", "محمد علي"), ("mixed", "Dana (דנה) Cohen 12")):
        sheet.add(name, "Tx")
        sheet.says(name, text)


@form
def letters_that_fonts_lack(sheet: Sheet) -> None:
    sheet.add("letters", "Tx", DA=String("/Symb 12 Tf 0 g"))
    sheet.says("letters", "≥ 15 d, Nguyễn, ½ – “x” Ж Ω €")


@form
def scripts(sheet: Sheet) -> None:
    code = Dictionary(S=Name.JavaScript, JS=String("event.value = 'wrong'; app.alert('hello')"))
    sheet.add("total", "Tx", AA=Dictionary(C=code, F=code, K=code, V=code))
    sheet.says("total", "155")
    button = sheet.add("reset", "Btn", Ff=1 << 16, A=Dictionary(S=Name.ResetForm))
    button.AA = Dictionary(U=code)
    sheet.pdf.Root.OpenAction = code
    sheet.pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("start"), code])))
    sheet.pdf.Root.AcroForm.CO = Array([sheet.pdf.Root.AcroForm.Fields[0]])
    sheet.pdf.pages[0].obj.AA = Dictionary(O=code)


@form
def sealed(sheet: Sheet) -> None:
    sheet.add("seal", "Sig", V=Dictionary(Type=Name.Sig, Filter=Name("/Adobe.PPKLite"), Reference=Array()))
    sheet.pdf.Root.AcroForm.SigFlags = 3
    sheet.pdf.Root.Perms = Dictionary(DocMDP=Dictionary(Type=Name.Sig))
    sheet.add("name", "Tx")
    sheet.says("name", "Dana Whitfield")


@form
def inherited_attributes(sheet: Sheet) -> None:
    top = sheet.pdf.make_indirect(
        Dictionary(T=String("section"), FT=Name.Tx, Ff=COMB, MaxLen=5, DA=String("/Helv 11 Tf"), Q=1, Kids=Array())
    )
    middle = sheet.pdf.make_indirect(Dictionary(T=String("part"), Parent=top, Kids=Array(), TU=String("ZIP code")))
    top.Kids.append(middle)
    kid = sheet.pdf.make_indirect(
        Dictionary(Type=Name.Annot, Subtype=Name.Widget, T=String("zip"), Parent=middle, Rect=[100, 600, 200, 620])
    )
    middle.Kids.append(kid)
    sheet.on_page(kid)
    sheet.pdf.Root.AcroForm.Fields.append(top)
    sheet.says("section.part.zip", "78701")


@form
def no_default_appearance(sheet: Sheet) -> None:
    del sheet.pdf.Root.AcroForm.DA
    sheet.add("name", "Tx", DA=None)
    sheet.says("name", "Dana Whitfield")


@form
def not_in_the_form(sheet: Sheet) -> None:
    sheet.add("orphan", "Tx", tied=False)
    sheet.says("orphan", "found all the same")


@form
def written_into_the_page(sheet: Sheet) -> None:
    made = Dictionary(Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T=String("direct"), Rect=[100, 600, 300, 620])
    sheet.pdf.pages[0].obj.Annots = Array([made])
    sheet.says("direct", "found all the same")


@form
def turned_pages(sheet: Sheet) -> None:
    sheet.pdf.pages[0].obj.Rotate = 90
    sheet.pdf.pages[1].obj.Rotate = 270
    sheet.pdf.pages[1].obj.CropBox = [50, 40, 600, 780]
    sheet.add("turned", "Tx", at=(300, 200), width=18, height=200, MK=Dictionary(R=90))
    sheet.says("turned", "turned with its page")
    sheet.add("plain", "Tx", at=(340, 200), width=18, height=200)
    sheet.says("plain", "says nothing of a turn")
    sheet.add("other", "Tx", page=1, at=(340, 200), width=40, height=200, MK=Dictionary(R=270), Ff=MULTILINE)
    sheet.says("other", "turned the other way, in two lines or so of it")
    sheet.add("box", "Btn", page=1, at=(300, 200), width=12, height=12, AP=sheet.states("Yes"), MK=Dictionary(R=270))
    sheet.map["box"], sheet.ticked["box"] = "true", "Yes"


@form
def upside_down(sheet: Sheet) -> None:
    sheet.pdf.pages[0].obj.Rotate = 180
    sheet.add("name", "Tx", MK=Dictionary(R=180))
    sheet.says("name", "Dana Whitfield")
    sheet.add("sideways", "Tx", page=1, at=(300, 200), width=18, height=200, MK=Dictionary(R=90))
    sheet.says("sideways", "runs upwards")


@form
def locked_against_changes(sheet: Sheet) -> dict[str, Any]:
    sheet.add("name", "Tx")
    sheet.says("name", "Dana Whitfield")
    allow = pikepdf.Permissions(modify_form=False, modify_other=False, extract=False)
    return {"encryption": pikepdf.Encryption(owner="secret", user="", allow=allow)}


@form
def damaged(sheet: Sheet) -> dict[str, Any]:
    sheet.add("name", "Tx")
    sheet.says("name", "Dana Whitfield")

    def break_it(path: Path) -> None:
        raw = path.read_bytes()
        path.write_bytes(raw[: raw.rindex(b"xref")] + b"xref\n0 1\ngarbage\n")

    return {"after": break_it, "object_stream_mode": pikepdf.ObjectStreamMode.disable}


@form
def its_own_grandparent(sheet: Sheet) -> None:
    made = sheet.add("loop", "Tx")
    parent = sheet.pdf.make_indirect(Dictionary(Kids=Array([made])))
    parent.Parent = parent
    made.Parent = parent
    sheet.says("loop", "still filled")


@form
def hybrid_xfa(sheet: Sheet) -> None:
    sheet.add("form1[0].Page1[0].Name[0]", "Tx")
    sheet.says("form1[0].Page1[0].Name[0]", "Dana Whitfield")
    packet = sheet.pdf.make_stream(b"<xdp:xdp xmlns:xdp='http://ns.adobe.com/xdp/'/>")
    sheet.pdf.Root.AcroForm.XFA = Array([String("template"), packet])
    sheet.pdf.Root.AcroForm.NeedAppearances = True
    sheet.pdf.Root.Perms = Dictionary(UR3=Dictionary(Type=Name.Sig))


@form
def rich_text(sheet: Sheet) -> None:
    sheet.add("rich", "Tx", Ff=RICH | MULTILINE, height=40, RV=String("<body><p>old</p></body>"), V=String("old"))
    sheet.says("rich", "new and plain")


@form
def type_sizes_and_sides(sheet: Sheet) -> None:
    for name, size, side in (("left", 0, 0), ("middle", 9, 1), ("right", 24, 2), ("tiny", 4, 0)):
        sheet.add(name, "Tx", DA=String(f"/Helv {size} Tf 0 g"), Q=side)
        sheet.says(name, f"written {name}")
    sheet.add("low", "Tx", height=9)
    sheet.says("low", "in a low field")
    sheet.add("narrow", "Tx", width=14)
    sheet.says("narrow", "TX")


@form
def answers_in_the_blank(sheet: Sheet) -> None:
    sheet.add("name", "Tx", V=String("MM/DD/YYYY"), DV=String("MM/DD/YYYY"))
    sheet.map["name"] = "patient.phone"
    sheet.add("agree", "Btn", width=12, height=12, AP=sheet.states("Yes"), AS=Name.Yes, V=Name.Yes)
    sheet.map["agree"] = "false"
    sheet.add("kept", "Tx", V=String("form 123"))
    sheet.says("kept", "x")


@form
def hidden_fields(sheet: Sheet) -> None:
    sheet.add("seen", "Tx")
    sheet.says("seen", "Dana Whitfield")
    sheet.add("hidden", "Tx", F=2)
    sheet.add("flat", "Tx", width=0, height=0)


@form
def preprinted_signs(sheet: Sheet) -> None:
    sheet.pdf.pages[0].contents_add(b"q BT /F1 12 Tf 100 705 Td (\\(     \\)       -) Tj ET Q")
    sheet.add("phone", "Tx", DA=String("/Helv 9 Tf"))
    sheet.says("phone", "512 555-0142")
