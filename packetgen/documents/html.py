"""The text of an HTML page as a person sees it: paragraphs as lines, table rows as rows. Nothing is run or fetched."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from packetgen.errors import UnreadableInput

UNSEEN = {"script", "style", "head", "template", "noscript", "iframe", "object"}
BLOCKS = {
    "p", "div", "br", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "section", "article", "header", "footer",
    "table", "tr", "pre", "blockquote", "dl", "dt", "dd", "hr", "body",
}  # fmt: skip
COLUMN_GAP = 3


def text_of_html(content: bytes, name: str) -> str:
    """The page as lines of text; raises UnreadableInput."""
    from lxml import etree, html

    try:
        tree = html.fromstring(content)
    except (etree.LxmlError, ValueError, AssertionError):
        raise UnreadableInput("is not HTML", where=name, fix="Open it in a browser and print it to PDF.") from None
    lines = "".join(pieces(tree)).split("\n")
    return "\n".join(line.strip() if "   " not in line else line.rstrip() for line in lines)


def pieces(element: Any) -> Iterator[str]:
    """The text of an element and what follows it, with a new line where a block begins or ends."""
    if not isinstance(element.tag, str) or element.tag in UNSEEN:
        yield element.tail or ""
        return
    if element.tag == "table":
        yield "\n" + _table(element) + "\n"
    else:
        block = element.tag in BLOCKS
        yield "\n" if block else ""
        yield _single(element.text)
        for child in element:
            yield from pieces(child)
        yield "\n" if block else ""
    yield _single(element.tail)


def _single(text: str | None) -> str:
    """Text with its blanks as one, as a browser shows it."""
    if not text:
        return ""
    words = " ".join(text.split())
    return f"{' ' if text[0].isspace() else ''}{words}{' ' if words and text[-1].isspace() else ''}"


def _table(element: Any) -> str:
    """Rows of cells at the columns' places."""
    rows = [
        [" ".join("".join(cell.itertext()).split()) for cell in row if cell.tag in ("td", "th")]
        for row in element.iter("tr")
    ]
    widths = [
        max(len(row[column]) for row in rows if column < len(row)) for column in range(max(map(len, rows), default=0))
    ]
    return "\n".join(
        "".join(cell.ljust(width + COLUMN_GAP) for cell, width in zip(row, widths, strict=False)).rstrip()
        for row in rows
    )
