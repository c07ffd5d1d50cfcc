"""What this machine has of what packetgen needs."""

from __future__ import annotations

import shutil
from dataclasses import dataclass

from packetgen.errors import ProgramFailed
from packetgen.limits import PROBE_SECONDS
from packetgen.programs import PDFTOPPM, SOFFICE, TESSERACT, Program, run


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
