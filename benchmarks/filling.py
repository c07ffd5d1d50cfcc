"""Filling a form, side by side with a plain fill by pypdf and by pikepdf: `python -m benchmarks.filling`.

All write the same texts into the text fields of the same blank. packetgen also works out what they are, ticks
boxes, makes a flat copy, and proves on pictures that each value is whole and seen; the plain fills do none of it. What
a reader of the file then sees is counted by pdfium on the flattened page.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import pikepdf
import pypdf
import pypdfium2
from pikepdf.form import DefaultAppearanceStreamGenerator, Form

from benchmarks.building import best_of
from packetgen import pipeline
from packetgen.files import private_folder
from packetgen.forms.fill import fill_form
from packetgen.forms.formmap import load_map
from packetgen.resources import PAYERS, SAMPLES

FORM = "general-request"
TIMES = 3


def with_pypdf(blank: Path, told: dict[str, str], target: Path) -> None:
    """Clone, set, write: the lines of pypdf's own guide."""
    writer = pypdf.PdfWriter(clone_from=blank)
    for page in writer.pages:
        writer.update_page_form_field_values(page, told, auto_regenerate=False)
    writer.write(target)


def with_pikepdf(blank: Path, told: dict[str, str], target: Path) -> None:
    """Set each field through pikepdf's form interface, which draws it."""
    with pikepdf.open(blank) as pdf:
        form = Form(pdf, DefaultAppearanceStreamGenerator)
        for name, text in told.items():
            form[name].value = text
        pdf.save(target)


def seen(pdf: Path, told: dict[str, str]) -> int:
    """How many of the texts a reader sees whole, once the fields are drawn into the page."""
    with pypdfium2.PdfDocument(pdf) as document:
        document.init_forms()
        words = ""
        for page in document:
            page.flatten()
        for number in range(len(document)):
            words += " " + document[number].get_textpage().get_text_range()
    plain = "".join(words.split())
    return sum("".join(text.split()) in plain for text in told.values())


def measure(folder: Path) -> dict[str, tuple[float, int, int]]:
    """Seconds, texts seen whole, and texts, by who filled."""
    work = private_folder(folder / "work")
    checked = pipeline.check(SAMPLES / "chronic-migraine-uhc" / "case.yaml", work)
    form = load_map(FORM)
    blank = PAYERS / form.blank
    filled = fill_form(checked.case, checked.chart, checked.assessment, form, folder)
    told = {field.name: field.value for field in filled.fields if not field.ticked and _is_text(blank, field.name)}
    ours = best_of(TIMES, lambda: fill_form(checked.case, checked.chart, checked.assessment, form, folder))
    found = {"packetgen, proved": (ours, seen(filled.pdf, told), len(told))}
    for name, fill in (("pypdf, plain", with_pypdf), ("pikepdf, plain", with_pikepdf)):
        target = folder / f"{name[:6]}.pdf"
        took = best_of(TIMES, lambda fill=fill, target=target: fill(blank, told, target))  # type: ignore[misc]
        found[name] = (took, seen(target, told), len(told))
    return found


def _is_text(blank: Path, name: str) -> bool:
    with pikepdf.open(blank) as pdf:
        return any(name == field.T and field.get("/FT") == "/Tx" for field in pdf.Root.AcroForm.Fields)


def main() -> dict[str, float]:
    """Print the table; the seconds by who filled."""
    with tempfile.TemporaryDirectory() as name:
        found = measure(Path(name))
    print(f"The form {FORM} with the texts of the sample case\n")
    print("| | seconds | texts seen whole |\n|---|---|---|")
    for who, (took, whole, texts) in found.items():
        print(f"| {who} | {took:.2f} | {whole} of {texts} |")
    return {who: took for who, (took, _, _) in found.items()}


if __name__ == "__main__":
    main()
