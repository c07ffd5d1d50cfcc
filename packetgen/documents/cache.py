"""What was read once is kept: pages and the clean exhibit, by content, for this build and any later one.

The cache is private (0600 in 0700) and bounded; a damaged entry is a miss. Its key is the file's bytes plus
everything that could change what is read from them.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from packetgen import files
from packetgen.documents.model import Box, Line, Page, Word
from packetgen.limits import OCR_DPI, PAGE_CACHE_BYTES

READER_VERSION = "10"  # raise it whenever the same file would be read otherwise


class PageCache:
    """Pages and exhibits by content, in `folder` (default: $PACKETGEN_CACHE or ~/.cache/packetgen)."""

    def __init__(self, folder: Path | None = None) -> None:
        default = os.environ.get("PACKETGEN_CACHE") or Path.home() / ".cache" / "packetgen"
        self.folder = files.private_folder(folder or Path(default))
        self.folder.chmod(0o700)

    def key(self, sha256: str, suffix: str) -> str:
        """Name of the entry for a file: its bytes, then how it is read."""
        how = hashlib.sha256(f"{suffix} {READER_VERSION} {OCR_DPI}".encode()).hexdigest()
        return f"{sha256}-{how[:16]}"

    def entries(self, sha256: str) -> list[Path]:
        """All that is kept of a file, however it was read."""
        return sorted(self.folder.glob(f"{sha256}-*"))

    def get(self, key: str, engine: Callable[[], str], exhibit: Path) -> tuple[Page, ...] | None:
        """Pages kept under `key`, and their exhibit copied to `exhibit`; None when there are none.

        engine: asked for the OCR engine's version only when OCR was used; another version is a miss.
        """
        try:
            content = json.loads((self.folder / f"{key}.json").read_text("utf-8"))
            pages = tuple(_page(item) for item in content["pages"])
            shutil.copyfile(self.folder / f"{key}.pdf", exhibit)
            if content["exhibit"] != files.sha256_of(exhibit):
                return None
            if content["engine"] is not None and content["engine"] != engine():
                return None
        except (OSError, ValueError, KeyError, TypeError):
            return None
        with contextlib.suppress(OSError):  # another build may have made room
            os.utime(self.folder / f"{key}.pdf")
        return pages

    def put(self, key: str, pages: tuple[Page, ...], exhibit: Path, engine: str | None) -> None:
        """Keep pages and exhibit. engine: the version that read them, None when no OCR was needed."""
        kept = self.folder / f"{key}.pdf"
        files.write_atomic(kept, exhibit.read_bytes())
        content = {"exhibit": files.sha256_of(exhibit), "engine": engine, "pages": [_plain(page) for page in pages]}
        files.write_atomic(self.folder / f"{key}.json", json.dumps(content, separators=(",", ":")))
        for page in pages:
            (self.folder / f"{key}-{page.number}.page").unlink(missing_ok=True)
        self._stay_bounded(kept)

    def get_page(self, key: str, number: int, engine: str) -> Page | None:
        """A page that OCR read in a build that did not end or whose other pages failed; None when there is none."""
        try:
            content = json.loads((self.folder / f"{key}-{number}.page").read_text("utf-8"))
            return _page(content["page"]) if content["engine"] == engine else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def put_page(self, key: str, page: Page, engine: str) -> None:
        """Keep one page that OCR read."""
        content = {"engine": engine, "page": _plain(page)}
        files.write_atomic(self.folder / f"{key}-{page.number}.page", json.dumps(content, separators=(",", ":")))

    def _stay_bounded(self, newest: Path) -> None:
        """Remove the entries that were used longest ago until the cache is small enough."""
        sizes: dict[Path, tuple[float, int]] = {}
        for path in self.folder.iterdir():
            with contextlib.suppress(OSError):  # another build may have removed it
                sizes[path] = (path.stat().st_mtime, path.stat().st_size)
        total = sum(size for _, size in sizes.values())
        oldest_first = sorted((path for path in sizes if path.suffix != ".json"), key=lambda path: sizes[path][0])
        for entry in oldest_first:
            if total <= PAGE_CACHE_BYTES or entry == newest:
                break
            for path in (entry, entry.with_suffix(".json")):
                total -= sizes.get(path, (0.0, 0))[1]
                path.unlink(missing_ok=True)


def _plain(page: Page) -> list[Any]:
    """A page as plain lists; dataclasses.asdict takes twenty times as long."""
    lines = [
        [[w.text, w.box.x0, w.box.top, w.box.x1, w.box.bottom, w.confidence] for w in line.words] for line in page.lines
    ]
    return [page.number, page.width, page.height, page.rotation, page.source, lines, list(page.remarks)]


def _page(plain: list[Any]) -> Page:
    number, width, height, rotation, source, lines, remarks = plain
    read = tuple(Line(tuple(Word(text, Box(*box), sure) for text, *box, sure in line)) for line in lines)
    return Page(number, width, height, rotation, source, read, tuple(remarks))
