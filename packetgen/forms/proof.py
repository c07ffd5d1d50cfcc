"""A filled form is read back from its flat pages: every value lies in its field, as a viewer shows it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from packetgen.documents.model import Box
from packetgen.errors import SafetyStop
from packetgen.forms.model import FilledField

PROOF_DPI = 100
LEAST_INK = 0.02  # share of a ticked box that its mark blackens


def prove(form: str, flat: Path, fields: Sequence[FilledField]) -> None:
    """Raise SafetyStop naming the first field whose value is not drawn in its box."""
    import pypdfium2

    document = pypdfium2.PdfDocument(flat)
    try:
        for number in sorted({filled.page for filled in fields}):
            page = document[number - 1]
            text, height = page.get_textpage(), page.get_height()
            picture = page.render(scale=PROOF_DPI / 72, grayscale=True).to_pil()
            for filled in (f for f in fields if f.page == number):
                box = filled.box
                read = text.get_text_bounded(box.x0 - 1, height - box.bottom - 1, box.x1 + 1, height - box.top + 1)
                shown = _letters(filled.value) in _letters(read) or _is_ticked(picture, box)
                if not shown:
                    raise SafetyStop(
                        f"field {filled.name} on page {number} does not show its value",
                        where=f"form-{form}.pdf",
                        fix="Open the form and look at the field; report it with the blank form.",
                    )
    finally:
        document.close()


def _letters(text: str) -> str:
    return "".join(text.split())


def _is_ticked(picture: object, box: Box) -> bool:
    """Whether there is ink inside a box, its frame left out."""
    scale, frame = PROOF_DPI / 72, 2.0
    area = (box.x0 + frame, box.top + frame, box.x1 - frame, box.bottom - frame)
    inside = picture.crop(tuple(round(value * scale) for value in area))  # type: ignore[attr-defined]
    dark = sum(count for level, count in enumerate(inside.histogram()) if level < 128)
    return box.width < 30 and dark >= LEAST_INK * inside.width * inside.height
