"""Word and RTF -> PDF by LibreOffice, which needs a profile of its own and may exit 0 without a result."""

from __future__ import annotations

import contextlib
from pathlib import Path

from packetgen.errors import ProgramFailed
from packetgen.files import private_folder
from packetgen.limits import SOFFICE_MEMORY_BYTES, SOFFICE_SECONDS
from packetgen.programs import SOFFICE, in_background, run

ATTEMPTS = 2


def started(folder: Path) -> contextlib.AbstractContextManager[None]:
    """LibreOffice, starting while the block works, so that its first `to_pdf` with this `folder` need not wait.

    A second soffice hands its job to the one that runs on the same profile, which then ends.
    """
    if SOFFICE.find() is None:
        return contextlib.nullcontext()  # `to_pdf` will say so
    return in_background(_command(folder, 1), memory_bytes=SOFFICE_MEMORY_BYTES)


def to_pdf(source: Path, folder: Path) -> Path:
    """The PDF of a file that LibreOffice Writer opens, in `folder`.

    Raises MissingProgram, or ProgramFailed after a second try.
    """
    target = folder / f"{source.stem}.pdf"
    for attempt in range(1, ATTEMPTS + 1):
        convert = ["--convert-to", "pdf:writer_pdf_Export", "--outdir", str(folder), str(source)]
        command = [*_command(folder, attempt), *convert]
        try:
            run(command, seconds=SOFFICE_SECONDS, memory_bytes=SOFFICE_MEMORY_BYTES, expects=target)
        except ProgramFailed:
            if attempt == ATTEMPTS:
                raise
        else:
            break
    return target


def _command(folder: Path, attempt: int) -> list[str]:
    """LibreOffice with the profile of this attempt, in `folder`."""
    profile = private_folder(folder / f"soffice-{attempt}").resolve()
    return [SOFFICE.require(), f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore"]
