"""What was read once is kept: pages and the clean exhibit, by content, for this build and any later one.

The cache is private (0600 in 0700) and bounded; a damaged entry is a miss. Its key is the file's bytes plus
everything that could change what is read from them.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

from packetgen import files
from packetgen.documents.model import Box, Line, Page, Word
from packetgen.limits import OCR_DPI, PAGE_CACHE_BYTES

READER_VERSION = "2"  # raise it whenever the same file would be read otherwise


class PageCache:
    """Pages and exhibits by content, in `folder` (default: $PACKETGEN_CACHE or ~/.cache/packetgen)."""

    def __init__(self, folder: Path | None = None) -> None:
        default = os.environ.get("PACKETGEN_CACHE") or Path.home() / ".cache" / "packetgen"
        self.folder = files.private_folder(folder or Path(default))

    def key(self, sha256: str, suffix: str, engine: str) -> str:
        """Name of the entry for a file: its bytes, how it is read, and by which engine."""
        return hashlib.sha256(f"{sha256} {suffix} {READER_VERSION} {OCR_DPI} {engine}".encode()).hexdigest()

    def get(self, key: str) -> tuple[tuple[Page, ...], Path] | None:
        """Pages and exhibit kept under `key`, or None."""
        pages, exhibit = self.folder / f"{key}.json", self.folder / f"{key}.pdf"
        try:
            content = json.loads(pages.read_text("utf-8"))
            if content["exhibit"] != files.sha256_of(exhibit):
                return None
            found = tuple(_page(item) for item in content["pages"])
        except (OSError, ValueError, KeyError, TypeError):
            return None
        os.utime(exhibit)
        return found, exhibit

    def put(self, key: str, pages: tuple[Page, ...], exhibit: Path) -> Path:
        """Keep pages and exhibit; returns where the exhibit now lies."""
        kept = self.folder / f"{key}.pdf"
        files.write_atomic(kept, exhibit.read_bytes())
        content = {"exhibit": files.sha256_of(kept), "pages": [asdict(page) for page in pages]}
        files.write_atomic(self.folder / f"{key}.json", json.dumps(content, separators=(",", ":")))
        self._stay_bounded(kept)
        return kept

    def _stay_bounded(self, newest: Path) -> None:
        """Remove the entries that were used longest ago until the cache is small enough."""
        exhibits = sorted(self.folder.glob("*.pdf"), key=lambda path: path.stat().st_mtime)
        total = sum(path.stat().st_size for path in self.folder.iterdir())
        for exhibit in exhibits:
            if total <= PAGE_CACHE_BYTES or exhibit == newest:
                break
            for path in (exhibit, exhibit.with_suffix(".json")):
                if path.exists():
                    total -= path.stat().st_size
                    path.unlink(missing_ok=True)


def _page(item: dict[str, Any]) -> Page:
    lines = tuple(
        Line(tuple(Word(word["text"], Box(**word["box"]), word["confidence"]) for word in line["words"]))
        for line in item["lines"]
    )
    return Page(item["number"], item["width"], item["height"], item["rotation"], item["source"], lines)
