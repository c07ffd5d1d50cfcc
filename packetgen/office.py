"""Word and RTF -> PDF by LibreOffice, which needs a profile of its own and may exit 0 without a result."""

from __future__ import annotations

from pathlib import Path

from packetgen.errors import ProgramFailed
from packetgen.files import private_folder
from packetgen.limits import SOFFICE_MEMORY_BYTES, SOFFICE_SECONDS
from packetgen.programs import SOFFICE, run

ATTEMPTS = 2


def to_pdf(source: Path, folder: Path) -> Path:
    """The PDF of a file that LibreOffice Writer opens, in `folder`.

    Raises MissingProgram, or ProgramFailed after a second try.
    """
    soffice = SOFFICE.require()
    target = folder / f"{source.stem}.pdf"
    for attempt in range(1, ATTEMPTS + 1):
        profile = private_folder(folder / f"soffice-{attempt}").resolve()
        try:
            run(
                [
                    soffice,
                    f"-env:UserInstallation={profile.as_uri()}",
                    "--headless",
                    "--norestore",
                    "--convert-to",
                    "pdf:writer_pdf_Export",
                    "--outdir",
                    str(folder),
                    str(source),
                ],
                seconds=SOFFICE_SECONDS,
                memory_bytes=SOFFICE_MEMORY_BYTES,
                expects=target,
            )
        except ProgramFailed:
            if attempt == ATTEMPTS:
                raise
        else:
            break
    return target
