"""A filled form is read back from its flat pages: every value lies in its field, as a viewer shows it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from packetgen.documents.model import Box
from packetgen.documents.textlayer import dark_share, text_in
from packetgen.errors import SafetyStop
from packetgen.forms.model import FilledField

PROOF_DPI = 100
FRAME = 2.0  # points: the border of a field
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
                shown = _letters(filled.value) in _letters(text_in(text, height, box)) or _is_ticked(picture, box)
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


def _is_ticked(picture: Any, box: Box) -> bool:
    """Whether there is ink inside a small box, its frame left out."""
    inside = Box(box.x0 + FRAME, box.top + FRAME, box.x1 - FRAME, box.bottom - FRAME)
    return box.width < 30 and dark_share(picture, inside, PROOF_DPI / 72) >= LEAST_INK
