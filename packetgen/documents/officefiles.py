"""Word, RTF and OpenDocument files made harmless before LibreOffice opens them: nothing is fetched."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from packetgen.errors import UnreadableInput
from packetgen.limits import MAX_FILE_BYTES

ZIPPED = (".docx", ".odt")
RTF = ".rtf"
EXTERNAL = re.compile(rb"<Relationship\b[^>]*TargetMode=\"External\"[^>]*/>")
HYPERLINK = b'/relationships/hyperlink"'
# Destinations of RTF that bring in other files or programs.
RTF_FETCHING = re.compile(rb"\\(?:object|objdata|field|template|includepicture)\b", re.IGNORECASE)


def is_office(source: Path) -> bool:
    """Whether LibreOffice must make a PDF of it."""
    return source.suffix.lower() in (*ZIPPED, RTF)


def without_outside_links(source: Path, folder: Path) -> Path:
    """A copy in `folder` that refers to no other file or address; raises UnreadableInput for what cannot be one."""
    suffix = source.suffix.lower()
    if suffix in ZIPPED:
        return _zipped(source, folder / f"harmless{suffix}")
    return _rtf(source, folder / "harmless.rtf")


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
