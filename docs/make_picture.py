"""Make docs/packet.png, the picture in the README: `python docs/make_picture.py PACKET.pdf`."""

from __future__ import annotations

import sys
from pathlib import Path

import pypdfium2
from PIL import Image

PAGES = (1, 2, 3, 6, 9, 12)
DPI, GAP, COLUMNS = 62, 12, 3


def main(packet: Path) -> None:
    """Lay six pages of a packet side by side."""
    document = pypdfium2.PdfDocument(packet)
    pictures = [document[number - 1].render(scale=DPI / 72).to_pil() for number in PAGES]
    width, height = pictures[0].size
    rows = len(pictures) // COLUMNS
    sheet = Image.new("RGB", (COLUMNS * (width + GAP) + GAP, rows * (height + GAP) + GAP), "#c9d1d9")
    for index, picture in enumerate(pictures):
        row, column = divmod(index, COLUMNS)
        sheet.paste(picture, (GAP + column * (width + GAP), GAP + row * (height + GAP)))
    sheet.quantize(64).save(Path(__file__).with_name("packet.png"), optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
