"""A reader for the tests that need thousands of files: a text that names a case is that case's patient's page."""

from __future__ import annotations

from pathlib import Path

from packetgen.errors import UnreadableInput
from packetgen.intake.match import Seen
from packetgen.intake.reading import PageRead, Reading

PATIENTS = {
    "2026-0142": Seen("Dana Whitfield", "1984-03-17", record="00418827"),
    "2026-0157": Seen("Colin Marsh", "1979-07-22", record="00550193"),
}


def quick_read(path: Path, name: str, work: Path) -> Reading:
    """What `read_file` gives, for a text like "2026-0142 anything"; "damaged" cannot be read."""
    text = path.read_bytes().decode("utf-8", "replace")
    if "damaged" in text:
        raise UnreadableInput("is damaged", where=name)
    return Reading("clinic_note", (PageRead(PATIENTS.get(text[:9])),), (), None, work / "none.pdf")
