"""Names in the inbox: what is junk, what hides what it is, and a name that is safe to keep a file under."""

from __future__ import annotations

import os
import re
import unicodedata
from pathlib import Path

# Hidden, temporary and partial names: half-made copies, and droppings of file managers and storage boxes.
JUNK_NAMES = ("thumbs.db", "desktop.ini", "ehthumbs.db", "__macosx", "lost+found", "$recycle.bin")
JUNK_STARTS = (".", "~", "@", "#")
JUNK_ENDS = (".part", ".partial", ".crdownload", ".tmp", ".temp", ".download", ".filepart", ".swp", ".lock", "~")
LONGEST = 120  # bytes of a kept name, so that a number and ".why.txt" still fit behind it
LONGEST_SUFFIX = 10
ARCHIVE = ".zip"


def is_junk(name: str) -> bool:
    """Whether a file or folder of that name is left alone."""
    low = name.lower()
    return low in JUNK_NAMES or low.startswith(JUNK_STARTS) or low.endswith(JUNK_ENDS)


def hides_something(name: str) -> bool:
    """Whether a name holds what a person cannot see: line breaks, controls, letters that turn the reading direction.

    Such a name can make "fdp.exe" look like "exe.pdf"; a byte that is no text has no readable name at all.
    """
    return any(unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Zl", "Zp") for sign in name)


def readable(name: str) -> str:
    """A name as text for ledger and screen: what cannot be seen is written out."""
    text = os.fsencode(name).decode("utf-8", "backslashreplace")
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)


def safe(name: str) -> str:
    """A name to keep a file under: no separators, nothing unseen, not hidden, not too long, the same suffix."""
    plain = re.sub(r"[\\/:*?\"<>|]", "_", "".join("_" if hides_something(sign) else sign for sign in name))
    plain = plain.strip(" .") or "file"
    stem, suffix = Path(plain).stem, Path(plain).suffix
    if len(suffix) > LONGEST_SUFFIX:
        stem, suffix = plain, ""
    kept = stem.encode()[: LONGEST - len(suffix.encode())].decode("utf-8", "ignore").rstrip(" .")
    return (f"_{kept}" if is_junk(kept + suffix) else kept) + suffix
