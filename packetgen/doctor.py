"""What this machine has of what packetgen needs."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from packetgen.errors import ProgramFailed
from packetgen.limits import PROBE_SECONDS
from packetgen.programs import PDFTOPPM, SOFFICE, TESSERACT, Program, run

SYNCED = ("dropbox", "onedrive", "google drive", "googledrive", "mobile documents", "com~apple~clouddocs", "icloud",
          "box sync", "nextcloud", "creative cloud files")  # fmt: skip


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
        _letter_font(),
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


def _letter_font() -> Examined:
    """The letters are set in Calibri; Carlito has the same widths."""
    name = "Calibri or Carlito"
    if shutil.which("fc-list") is None:
        return Examined(name, True, "not looked for: fc-list is absent")
    fonts = run(["fc-list", ":", "family"], seconds=PROBE_SECONDS).decode(errors="replace").lower()
    found = "carlito" in fonts or "calibri" in fonts
    return Examined(name, found, "installed" if found else "sudo apt-get install fonts-crosextra-carlito")


def examine_folder(folder: Path) -> tuple[Examined, ...]:
    """Whether a program of this machine copies a folder of patients' data elsewhere; whether its disk is encrypted."""
    whole = folder.resolve()
    name = next((part for part in whole.parts if part.casefold().startswith(SYNCED)), "")
    synced = f"{name} copies it to another company; keep it elsewhere" if name else "no folder that is copied elsewhere"
    encrypted = _on_encrypted_disk(whole)
    disk = {True: "encrypted", False: "not encrypted: whoever has the disk reads it", None: "cannot be told here"}
    return (
        Examined("Copies of the folder", not name, synced),
        Examined("Disk of the folder", encrypted is not False, disk[encrypted]),
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
