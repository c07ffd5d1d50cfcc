"""What a Word file says: every sentence and table row of its body, headers, footers and notes, as a reader sees it.

Read from the XML, since a person may have edited it: text in tracked insertions, boxes and content controls is
printed too, and deleted text is not.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packetgen.errors import BadDataFile, SafetyStop
from packetgen.letters.model import CITED_PAGE, EXHIBIT_LINK, exhibit_page_of, label_of

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
PRINTED = re.compile(r"word/(?:document|header\d*|footer\d*|footnotes|endnotes)\.xml")
UNSEEN = {f"{W}{name}" for name in ("del", "moveFrom", "rPr", "pPr", "instrText", "sdtPr", "tblPr", "trPr", "tcPr")}
UNSEEN.add("{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback")
SIGNS = {f"{W}tab": "\t", f"{W}br": "\n", f"{W}cr": "\n", f"{W}noBreakHyphen": "\u2011"}
COUNTED_FIELDS = ("PAGE", "NUMPAGES", "SECTIONPAGES")
STILL_FIELDS = (*COUNTED_FIELDS, "HYPERLINK")
ENCLOSURE = re.compile(r"Ex\.\s([A-Z]+)\s{2,}(?=\S)")
SENTENCE_END = re.compile(r"(?<=[.!?\]])(?<!\bEx\.)(?<!\b[DMS]r\.)(?<!\bMs\.)(?<!\bMrs\.)[ ]+(?=[A-Z\[])")


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence or table row, and the exhibit pages it cites, or the exhibit it lists."""

    text: str
    cites: tuple[str, ...]


def statements(docx: Path) -> tuple[Statement, ...]:
    """Everything a Word file says, body first.

    Raises BadDataFile when it is no Word file, and SafetyStop for a field that changes by itself or a link whose words
    name another page than it leads to.
    """
    return tuple(statement for block in blocks(docx) for statement in block.statements)


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, or the cells of a table row, as printed, and what it says.

    style   of its first paragraph, by its name in the file; empty when it has none
    in_row  whether it is a table row
    body    whether it stands in the document itself, not in a header, footer or note
    """

    texts: tuple[str, ...]
    statements: tuple[Statement, ...]
    style: str
    in_row: bool
    body: bool


def blocks(docx: Path) -> Iterator[Block]:
    """The paragraphs and table rows of a Word file, body first; raises as `statements` does."""
    for index, (root, links) in enumerate(_parts(docx)):
        for block in _blocks(root):
            for paragraph in block:
                _check_links(paragraph, links, docx.name)
            texts = tuple(text_of(paragraph, docx.name) for paragraph in block)
            in_row = block[0].getparent().tag == f"{W}tc"
            said = tuple(_row(texts) if in_row else _sentences(texts[0]))
            style = block[0].find(f"{W}pPr/{W}pStyle")
            yield Block(texts, said, "" if style is None else style.get(f"{W}val", ""), in_row, index == 0)


def title_of(docx: Path) -> str:
    """The title in the file's properties; empty when it has none."""
    import docx as word

    return word.Document(str(docx)).core_properties.title or ""


def fonts_of(docx: Path) -> set[str]:
    """The fonts of a Word file: of its printed parts, and of the styles that they use."""
    import docx as word

    printed = [root for root, _ in _parts(docx)]
    used = {style.get(f"{W}val") for root in printed for style in root.iter(f"{W}pStyle", f"{W}rStyle", f"{W}tblStyle")}
    styles = word.Document(str(docx)).styles.element.iter(f"{W}style")
    inside = [style for style in styles if style.get(f"{W}styleId") in used or style.get(f"{W}default") == "1"]
    named = [fonts.get(f"{W}ascii") for root in (*printed, *inside) for fonts in root.iter(f"{W}rFonts")]
    return {name for name in named if name}


def _parts(docx: Path) -> Iterator[tuple[Any, dict[str, str]]]:
    """Root of each printed part, with the targets of its links; the document itself first."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        with zipfile.ZipFile(docx) as archive:
            names = [name for name in archive.namelist() if PRINTED.fullmatch(name)]
            for name in sorted(names, key=lambda name: (name != "word/document.xml", name)):
                relations = name.replace("word/", "word/_rels/") + ".rels"
                links: dict[str, str] = {}
                if relations in archive.namelist():
                    listed = etree.fromstring(archive.read(relations), parser)
                    links = {item.get("Id"): item.get("Target", "") for item in listed}
                yield etree.fromstring(archive.read(name), parser), links
    except (zipfile.BadZipFile, etree.XMLSyntaxError, OSError, KeyError):
        raise BadDataFile("is not a Word file (.docx)", where=docx.name, fix="Save it from Word as .docx.") from None


def _blocks(root: Any) -> Iterator[list[Any]]:
    """The paragraphs of each table row together, every other paragraph alone; nothing twice, in reading order."""
    for element in root.iter(f"{W}tr", f"{W}p"):
        inside = [ancestor.tag for ancestor in element.iterancestors()]
        if f"{W}tr" in inside or UNSEEN & set(inside):
            continue
        if element.tag == f"{W}p":
            yield [element]
        elif row := [p for p in element.iter(f"{W}p") if not UNSEEN & {a.tag for a in p.iterancestors()}]:
            yield row


def text_of(paragraph: Any, name: str) -> str:
    """The words of a paragraph as printed; a field that counts pages is left out."""
    text, fields = "", []  # the fields open here: [instruction, whether its result has begun]
    for element in _seen(paragraph):
        kind = element.get(f"{W}fldCharType") if element.tag == f"{W}fldChar" else None
        if kind == "begin":
            fields.append(["", False])
        elif kind == "separate" and fields:
            fields[-1][1] = True
        elif kind == "end" and fields:
            fields.pop()
        elif element.tag in (f"{W}instrText", f"{W}fldSimple"):
            instruction = (element.text if element.tag == f"{W}instrText" else element.get(f"{W}instr")) or ""
            _check_field(instruction, fields, name)
        elif element.tag == f"{W}t":
            counting = [word for word, _ in fields] + [
                _field_word(a.get(f"{W}instr")) for a in element.iterancestors(f"{W}fldSimple")
            ]
            text += "" if set(counting) & set(COUNTED_FIELDS) else element.text or ""
        else:
            text += SIGNS.get(element.tag, "")
    return text


def _check_field(instruction: str, fields: list[list[Any]], name: str) -> None:
    """Note which field is open; one that changes by itself would print what no one proved."""
    word = _field_word(instruction)
    if fields and not fields[-1][0]:
        fields[-1][0] = word
    elif fields or not word:
        return
    if word and word not in STILL_FIELDS:
        raise SafetyStop(
            f"holds a {word} field, whose text changes by itself", where=name, fix="Type the text instead of the field."
        )


def _field_word(instruction: str | None) -> str:
    """The first word of a field's instruction, which says what it is."""
    return ((instruction or "").split() or [""])[0].upper()


def _seen(paragraph: Any) -> Iterator[Any]:
    """The elements of a paragraph that are printed, in order; not those of a box inside it, which has its own."""
    for element in paragraph:
        if element.tag == f"{W}p" or (element.tag in UNSEEN and element.tag != f"{W}instrText"):
            continue
        yield element
        yield from _seen(element)


def _check_links(paragraph: Any, links: dict[str, str], name: str) -> None:
    for link in paragraph.iter(f"{W}hyperlink"):
        target = links.get(link.get(RELATION, ""), "")
        if not target.startswith(EXHIBIT_LINK):
            continue
        said = "".join(element.text or "" for element in link.iter(f"{W}t"))
        if [f"{exhibit}-{page}" for exhibit, page in CITED_PAGE.findall(said)] != [exhibit_page_of(target)]:
            raise SafetyStop(
                f'a link reads "{said}", but leads to {label_of(target.removeprefix(EXHIBIT_LINK))}',
                where=name,
                fix="Correct the words of the citation, or type it anew without a link.",
            )


def _row(texts: Sequence[str]) -> list[Statement]:
    text = " | ".join(texts)
    return [Statement(text, cited_in(text))] if any(texts) else []


def _sentences(text: str) -> Iterator[Statement]:
    """The sentences of a paragraph; a quotation is not cut."""
    if listed := ENCLOSURE.match(text):
        yield Statement(text, (listed.group(1),))
        return
    start = 0
    for end in (*SENTENCE_END.finditer(text), None):
        if end and text.count("“", 0, end.start()) > text.count("”", 0, end.start()):
            continue
        sentence = text[start : end.start() if end else len(text)].strip()
        if sentence:
            yield Statement(sentence, cited_in(sentence))
        start = end.end() if end else len(text)


def cited_in(text: str) -> tuple[str, ...]:
    """The exhibit pages that a text cites, in order: "A-2"."""
    return tuple(f"{exhibit}-{page}" for exhibit, page in CITED_PAGE.findall(text))
