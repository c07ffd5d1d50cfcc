"""The text layer of a page as its viewer sees it: words with boxes, from pdfium.

pdfium gives the same words as pdfplumber about ten times faster (benchmarks/). Words that no one can see are told
apart, since a hidden layer may say what the page does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from packetgen.documents.model import Box, Word
from packetgen.documents.tables import NO_RULES, Rules, rules_of, strokes_of

BLANKS = frozenset((0, 9, 10, 13, 32, 160))
INK_DPI = 100
MOST_POINTS = 4_000_000  # of the picture that ink is looked for in: a page of several feet is looked at from afar
LEAST_CONTRAST = 24  # of 255, between the lightest and the darkest point of a word's box
DARK = 128
LEAST_BOX, LARGEST_BOX = 6.0, 18.0  # points: the side of a check box
INSET = 0.22  # of its side: the border and what touches it
TICKED = 0.06  # of a check box's inside that is dark
BLANK_SHARE = 0.0004  # of the page's points that are dark: less is dust
EDGE = 0.03  # of the page, left out of that count: borders and holes


@dataclass(frozen=True, slots=True)
class Layer:
    """What a page shows before any OCR.

    words     visible, as the text layer has them
    hidden    how many more no one can see
    pictures  boxes of the images drawn on the page
    ink       share of dark points inside the page's edges
    rules     straight strokes, as of tables
    """

    words: tuple[Word, ...]
    hidden: int
    pictures: tuple[Box, ...]
    ink: float
    rules: Rules = NO_RULES

    @property
    def is_blank(self) -> bool:
        """Nothing is on it."""
        return not self.words and self.ink < BLANK_SHARE


def read_layer(page: Any) -> Layer:
    """Read the text layer of a pdfium page that is upright and at the origin."""
    import pypdfium2.raw as pdfium

    words = list(words_in(page))
    scale = min(INK_DPI / 72, (MOST_POINTS / (page.get_width() * page.get_height())) ** 0.5)
    picture = page.render(scale=scale, grayscale=True).to_pil()
    seen = tuple(word for word in words if _contrast(picture, word.box, scale) >= LEAST_CONTRAST)
    paths = list(page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH]))
    ticks = tuple(_check_boxes(paths, page.get_height(), picture, scale, seen))
    rules = rules_of(strokes_of(page, paths))
    return Layer((*seen, *ticks), len(words) - len(seen), tuple(_pictures(page)), _ink(picture), rules)


def looks_wrong(words: Sequence[Word]) -> bool:
    """Whether a text layer is garbage: signs that are no letters, one letter a word, or words without vowels."""
    if len(words) < 10:
        return False
    odd = sum(any(_is_odd(letter) for letter in word.text) for word in words)
    single = sum(len(word.text) == 1 for word in words)
    long = [word.text.lower() for word in words if len(word.text) >= 4 and word.text.isascii() and word.text.isalpha()]
    mute = sum(not set(text) & set("aeiouy") for text in long)
    return odd > 0.1 * len(words) or single > 0.7 * len(words) or (len(long) >= 10 and mute > 0.3 * len(long))


def _is_odd(letter: str) -> bool:
    code = ord(letter)
    return letter == "\ufffd" or 0xE000 <= code <= 0xF8FF or code < 32


def words_in(page: Any) -> Iterator[Word]:
    """Runs of letters between blanks, with the union of their boxes; pdfium puts the blanks where lines end."""
    import pypdfium2.raw as pdfium

    text = page.get_textpage()
    height = page.get_height()
    rect = pdfium.FS_RECTF()
    letters: list[str] = []
    x0 = y0 = x1 = y1 = 0.0
    for index in range(text.count_chars()):
        code = pdfium.FPDFText_GetUnicode(text.raw, index)
        if code in BLANKS:
            if letters:
                yield Word("".join(letters), Box(x0, height - y1, x1, height - y0))
                letters = []
            continue
        pdfium.FPDFText_GetLooseCharBox(text.raw, index, rect)
        if letters:
            x0, x1 = min(x0, rect.left), max(x1, rect.right)
            y0, y1 = min(y0, rect.bottom), max(y1, rect.top)
        else:
            x0, x1, y0, y1 = rect.left, rect.right, rect.bottom, rect.top
        letters.append(chr(code) if code != 2 else "-")  # pdfium's sign for a hyphen at a line's end
    if letters:
        yield Word("".join(letters), Box(x0, height - y1, x1, height - y0))
    text.close()


def _pictures(page: Any) -> Iterator[Box]:
    """Boxes of the images, also of those inside form XObjects."""
    import pypdfium2.raw as pdfium

    for image in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE]):
        yield _on_page(image, page.get_height())


def _check_boxes(
    paths: Sequence[Any], height: float, picture: Any, scale: float, words: Sequence[Word]
) -> Iterator[Word]:
    """Drawn check boxes as words: a small empty square reads "☐", one with ink inside "☒"."""
    found: set[tuple[int, int]] = set()
    for path in paths:
        box = _on_page(path, height)
        at = (round(box.x0 / 4), round(box.top / 4))
        square = LEAST_BOX <= box.width <= LARGEST_BOX and abs(box.width - box.height) <= 2
        if not square or at in found or any(box.holds(w.box.x0 + 1, (w.box.top + w.box.bottom) / 2) for w in words):
            continue
        found.add(at)
        inset = INSET * box.width
        inside = Box(box.x0 + inset, box.top + inset, box.x1 - inset, box.bottom - inset)
        yield Word("☒" if dark_share(picture, inside, scale) > TICKED else "☐", box)


def _on_page(item: Any, height: float) -> Box:
    """The bounds of an object on a page of that height, also inside form XObjects."""
    left, bottom, right, top = item.get_bounds()
    corners = [(left, bottom), (left, top), (right, bottom), (right, top)]
    form = item.container
    while form is not None:
        matrix = form.get_matrix()
        corners = [matrix.on_point(x, y) for x, y in corners]
        form = form.container
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return Box(min(xs), height - max(ys), max(xs), height - min(ys))


def dark_share(picture: Any, box: Box, scale: float) -> float:
    """Share of a box's points that are dark, in a page's grey picture of `scale` points to a PDF point."""
    inside = picture.crop(tuple(round(value * scale) for value in (box.x0, box.top, box.x1, box.bottom)))
    return float(sum(inside.histogram()[:DARK]) / max(1, inside.width * inside.height))


def text_in(text: Any, height: float, box: Box) -> str:
    """What a pdfium text page reads in a box, a point of room around it; height: of the page."""
    return str(text.get_text_bounded(box.x0 - 1, height - box.bottom - 1, box.x1 + 1, height - box.top + 1))


def letters_of(text: str) -> str:
    """Only its letters and digits, in lower case: what two readings of the same words have in common."""
    return "".join(letter for letter in text.lower() if letter.isalnum())


def _contrast(picture: Any, box: Box, scale: float) -> int:
    area = (int(box.x0 * scale), int(box.top * scale), int(box.x1 * scale) + 1, int(box.bottom * scale) + 1)
    if area[2] <= 0 or area[3] <= 0 or area[0] >= picture.width or area[1] >= picture.height:
        return 0  # outside of the page
    low, high = picture.crop(area).getextrema()
    return int(high) - int(low)


def _ink(picture: Any) -> float:
    across, down = int(picture.width * EDGE), int(picture.height * EDGE)
    inside = picture.crop((across, down, picture.width - across, picture.height - down))
    dark = sum(inside.histogram()[:DARK])
    return float(dark / max(1, inside.width * inside.height))


def covered(pictures: Iterable[Box], width: float, height: float) -> float:
    """Share of the page that its images cover, at most 1; overlaps count twice."""
    area = sum(
        max(0.0, min(b.x1, width) - max(b.x0, 0)) * max(0.0, min(b.bottom, height) - max(b.top, 0)) for b in pictures
    )
    return min(1.0, area / (width * height))
