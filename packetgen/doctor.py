"""What this machine has of what packetgen needs."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from packetgen.errors import ProgramFailed
from packetgen.letters.wordfile import fonts_of
from packetgen.limits import PROBE_SECONDS
from packetgen.programs import PDFTOPPM, SOFFICE, TESSERACT, Program, run
from packetgen.resources import LETTERS

SYNCED = ("dropbox", "onedrive", "google drive", "googledrive", "mobile documents", "com~apple~clouddocs", "icloud",
          "box sync", "nextcloud", "creative cloud files")  # fmt: skip

# Fonts with the widths of others, which so break lines alike, and the Debian packages that have them.
SAME_WIDTHS = {
    "Calibri": ("Carlito", "fonts-crosextra-carlito"),
    "Cambria": ("Caladea", "fonts-crosextra-caladea"),
    "Arial": ("Liberation Sans", "fonts-liberation"),
    "Times New Roman": ("Liberation Serif", "fonts-liberation"),
    "Courier New": ("Liberation Mono", "fonts-liberation"),
}


@dataclass(frozen=True, slots=True)
class Examined:
    """One need: whether it is there, its version, or how to get it."""

    name: str
    found: bool
    detail: str


def examine() -> tuple[Examined, ...]:
    """Look for every outside program and font."""
    return (
        _program("Tesseract (OCR)", TESSERACT, "--version"),
        _program("LibreOffice (letters)", SOFFICE, "--version"),
        _program("Poppler (form proofs)", PDFTOPPM, "-v"),
        *_fonts(LETTERS),
    )


def _program(name: str, program: Program, ask: str) -> Examined:
    path = program.find()
    if path is None:
        return Examined(name, False, f"sudo apt-get install {program.debian}  |  brew install {program.homebrew}")
    try:
        version = run([path, ask], seconds=PROBE_SECONDS).decode(errors="replace").splitlines()
    except ProgramFailed as failure:
        return Examined(name, False, f"{path}: {failure.what}")
    return Examined(name, True, f"{version[0].strip()}  {path}" if version else path)


def _fonts(templates: Path) -> Iterator[Examined]:
    """The fonts of the Word templates in a folder, each with those that use it; one of the same widths will do."""
    used: dict[str, list[str]] = {}
    for template in sorted(templates.glob("*.docx")):
        for font in sorted(fonts_of(template)):
            used.setdefault(font, []).append(template.name)
    for font, names in used.items():
        yield _font(font, names[0] if len(names) == 1 else f"{len(names)} templates")


def _font(font: str, of: str) -> Examined:
    """Whether fontconfig has a font."""
    name = f"Font {font}"
    if shutil.which("fc-match") is None:
        return Examined(name, True, "not looked for: fc-match is absent")
    there = run(["fc-match", "-f", "%{family}", font], seconds=PROBE_SECONDS).decode(errors="replace")
    other, package = SAME_WIDTHS.get(font, (font, ""))
    if font in there or other in there:
        return Examined(name, True, f"{there.split(',')[0]}, for {of}")
    how = f"sudo apt-get install {package}" if package else "install it, or set the template in another font"
    return Examined(name, False, f"{how} (of {of})")


def examine_folder(folder: Path) -> tuple[Examined, ...]:
    """Whether a program of this machine copies a folder of patients' data elsewhere; whether its disk is encrypted;
    and the fonts of its own templates."""
    whole = folder.resolve()
    name = next((part for part in whole.parts if part.casefold().startswith(SYNCED)), "")
    synced = f"{name} copies it to another company; keep it elsewhere" if name else "no folder that is copied elsewhere"
    encrypted = _on_encrypted_disk(whole)
    disk = {True: "encrypted", False: "not encrypted: whoever has the disk reads it", None: "cannot be told here"}
    return (
        Examined("Copies of the folder", not name, synced),
        Examined("Disk of the folder", encrypted is not False, disk[encrypted]),
        *_fonts(whole / "templates" / "letters"),
    )


def _on_encrypted_disk(path: Path) -> bool | None:
    """Whether the disk of a path is encrypted as a whole; None when that cannot be told."""
    if sys.platform == "darwin":
        try:
            return b"FileVault is On" in run(["fdesetup", "status"], seconds=PROBE_SECONDS)
        except (ProgramFailed, OSError):
            return None
    device = path.stat().st_dev
    waiting = [Path(f"/sys/dev/block/{os.major(device)}:{os.minor(device)}")]
    if not waiting[0].exists():
        return None  # a share, or a file system without a disk of its own
    while waiting:
        disk = waiting.pop()
        kind = disk / "dm" / "uuid"
        if kind.is_file() and kind.read_text().startswith("CRYPT-"):
            return True
        waiting += (disk / "slaves").glob("*")
    return False
