"""How a page of any size lies on a Letter sheet, with free margins for stamp, tab, marks and DRAFT."""

from __future__ import annotations

from dataclasses import dataclass

from packetgen.documents.model import Box

LETTER = (612.0, 792.0)
# Free margins in points: left for criterion numbers, right for the tab, top for DRAFT, bottom for the stamp.
LEFT, RIGHT, TOP, BOTTOM = 30.0, 26.0, 24.0, 34.0


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of width x height points and the page on it: scaled by `scale`, its top left at (x, top)."""

    width: float
    height: float
    scale: float
    x: float
    top: float

    def box(self, box: Box) -> Box:
        """A box of the page as it lies on the sheet (points from the sheet's top left)."""
        return Box(
            self.x + box.x0 * self.scale,
            self.top + box.top * self.scale,
            self.x + box.x1 * self.scale,
            self.top + box.bottom * self.scale,
        )

    def back(self, box: Box) -> Box:
        """A box of the sheet as it lies on the page."""
        return Box(
            (box.x0 - self.x) / self.scale,
            (box.top - self.top) / self.scale,
            (box.x1 - self.x) / self.scale,
            (box.bottom - self.top) / self.scale,
        )


def place(width: float, height: float) -> Sheet:
    """Lay a page on a Letter sheet, landscape when the page is; never enlarged, shrunk only as far as needed."""
    sheet_width, sheet_height = LETTER if width <= height else LETTER[::-1]
    scale = min(1.0, (sheet_width - LEFT - RIGHT) / width, (sheet_height - TOP - BOTTOM) / height)
    x = LEFT + (sheet_width - LEFT - RIGHT - width * scale) / 2
    return Sheet(sheet_width, sheet_height, scale, x, TOP)


def whole() -> Sheet:
    """A page that packetgen drew for the sheet itself."""
    return Sheet(*LETTER, 1.0, 0.0, 0.0)
