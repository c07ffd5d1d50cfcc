"""Word, RTF, OpenDocument and HTML files made harmless before LibreOffice opens them: nothing is fetched."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from packetgen.errors import UnreadableInput
from packetgen.limits import MAX_FILE_BYTES

ZIPPED = (".docx", ".odt")
PLAIN = (".rtf", ".html", ".htm")
EXTERNAL = re.compile(rb"<Relationship\b[^>]*TargetMode=\"External\"[^>]*/>")
HYPERLINK = b'/relationships/hyperlink"'
FETCHING = ("script", "link", "iframe", "object", "embed", "img", "style", "base", "meta", "video", "audio", "source")
# Destinations of RTF that bring in other files or programs.
RTF_FETCHING = re.compile(rb"\\(?:object|objdata|field|template|includepicture)\b", re.IGNORECASE)


def is_office(source: Path) -> bool:
    """Whether LibreOffice must make a PDF of it."""
    return source.suffix.lower() in (*ZIPPED, *PLAIN)


def without_outside_links(source: Path, folder: Path) -> Path:
    """A copy in `folder` that refers to no other file or address; raises UnreadableInput for what cannot be one."""
    suffix = source.suffix.lower()
    if suffix in ZIPPED:
        return _zipped(source, folder / f"harmless{suffix}")
    if suffix == ".rtf":
        return _rtf(source, folder / "harmless.rtf")
    return _html(source, folder / "harmless.html")


def _zipped(source: Path, target: Path) -> Path:
    try:
        with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
            if sum(info.file_size for info in old.infolist()) > MAX_FILE_BYTES:
                raise UnreadableInput("unpacks to more than can be read", where=source.name)
            for info in old.infolist():
                content = old.read(info)
                if info.filename.endswith(".rels"):
                    content = EXTERNAL.sub(lambda m: m[0] if HYPERLINK in m[0] else b"", content)
                new.writestr(info.filename, content)
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError):
        raise UnreadableInput("is damaged", where=source.name) from None
    return target


def _rtf(source: Path, target: Path) -> Path:
    content = source.read_bytes()
    if not content.lstrip().startswith(b"{\\rtf"):
        raise UnreadableInput("is not RTF", where=source.name)
    with target.open("wb") as out:
        out.write(RTF_FETCHING.sub(rb"\\ignored", content))
    return target


def _html(source: Path, target: Path) -> Path:
    """The page's own text and tables: no scripts, styles, images or addresses."""
    from lxml import html

    try:
        tree = html.fromstring(source.read_bytes())
    except Exception:  # noqa: BLE001 - lxml raises several kinds; the file is named
        raise UnreadableInput("is not HTML", where=source.name) from None
    for element in list(tree.iter()):
        if not isinstance(element.tag, str) or element.tag.lower() in FETCHING:
            if element.getparent() is not None:
                element.drop_tree()
            continue
        for name in list(element.attrib):
            if name.lower() not in ("colspan", "rowspan", "border"):
                del element.attrib[name]
    with target.open("wb") as out:
        out.write(html.tostring(tree, encoding="utf-8", doctype="<!doctype html>"))
    return target
