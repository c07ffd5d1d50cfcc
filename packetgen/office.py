"""Word and RTF -> PDF by LibreOffice, which needs a profile of its own and may exit 0 without a result."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

from packetgen.errors import MissingProgram, ProgramFailed
from packetgen.files import held, private_folder, work_folder
from packetgen.limits import LETTERS_OF_AN_OFFICE, SOFFICE_MEMORY_BYTES, SOFFICE_SECONDS
from packetgen.programs import SOFFICE, in_background, run

ATTEMPTS = 2
# An open document keeps LibreOffice running when a job that was handed to it has ended; its lock tells that it is open.
OPEN, IS_OPEN = "open.txt", ".~lock.open.txt#"


def started(folder: Path) -> contextlib.AbstractContextManager[object]:
    """LibreOffice, starting while the block works, so that its first `to_pdf` with this `folder` need not wait.

    A second soffice hands its job to the one that runs on the same profile, which then ends. Where LibreOffice is
    kept and waits, there is no need of it.
    """
    if SOFFICE.find() is None:
        return contextlib.nullcontext()  # `to_pdf` will say so
    make_ready(1)
    if any(one.waits for one in _kept):
        return contextlib.nullcontext()
    return _beside(folder / "soffice-1")


@contextlib.contextmanager
def kept(number: int = 1) -> Iterator[None]:
    """So many LibreOffices that wait for letters, of this process and of its children, from the first `started` on.

    Each has a private profile; one that hung is killed, and all are replaced now and then since their memory grows.
    Inside another such block there are no more of them.
    """
    if _kept:
        yield
        return
    with work_folder(Path(tempfile.gettempdir())) as folder, contextlib.ExitStack() as ending:
        for count in range(number):
            one = _Kept(private_folder(folder / str(count)))
            ending.callback(one.end)
            _kept.append(one)
        ending.callback(_kept.clear)
        yield


def make_ready(letters: int = 0) -> None:
    """Start what is kept, or another in its place; of use in the process that keeps it only.

    letters: how many more were made since.
    """
    for one in _kept:
        one.letters += letters
        with contextlib.suppress(OSError, MissingProgram):  # who converts without it will say so
            one.make_ready()


class _Kept:
    """A LibreOffice that waits for letters, one at a time. It is started and replaced by the process that keeps it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.owner, self.letters = folder, os.getpid(), 0
        self.process: subprocess.Popen[bytes] | None = None
        self.running = contextlib.ExitStack()
        self.starting = threading.Lock()

    def make_ready(self) -> None:
        """Start it, or another in its place; nothing is done in a child of its keeper, or while it is used."""
        if os.getpid() != self.owner:
            return
        with self.starting, self.lock() as free:
            dead = self.process is None or self.process.poll() is not None
            if free and (dead or self.letters > LETTERS_OF_AN_OFFICE):
                self.end()
                document = self.folder / OPEN
                document.touch()
                self.process, self.letters = self.running.enter_context(_beside(self.folder, str(document))), 0

    @property
    def waits(self) -> bool:
        """Whether it has started and takes letters: a job that comes before would end it."""
        return self.process is not None and (self.folder / IS_OPEN).exists()

    def end(self) -> None:
        """End it, and what it works on."""
        self.running.close()
        self.process = None
        (self.folder / IS_OPEN).unlink(missing_ok=True)

    def kill(self) -> None:
        """Let it work no more; its keeper starts another."""
        (self.folder / IS_OPEN).unlink(missing_ok=True)
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)

    @contextlib.contextmanager
    def lock(self) -> Iterator[bool]:
        """Use it, if nobody does."""
        with held(os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)) as descriptor:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                yield False
            else:
                yield True


_kept: list[_Kept] = []


def letter_to_pdf(source: Path, folder: Path) -> Path:
    """As `to_pdf`, of a letter of our own making: by a LibreOffice that is kept, where one is free.

    What others wrote never goes there: it could leave something behind for the letters after it.
    """
    for one in _kept:
        with one.lock() as free:
            if free and one.waits:
                try:
                    return _convert(one.folder, source, folder)
                except ProgramFailed:
                    one.kill()
                    break
    return to_pdf(source, folder)


def to_pdf(source: Path, folder: Path) -> Path:
    """The PDF of a file that LibreOffice Writer opens, in `folder`.

    Raises MissingProgram, or ProgramFailed after a second try.
    """
    for attempt in range(1, ATTEMPTS):
        with contextlib.suppress(ProgramFailed):
            return _convert(folder / f"soffice-{attempt}", source, folder)
    return _convert(folder / f"soffice-{ATTEMPTS}", source, folder)


def _convert(profile: Path, source: Path, folder: Path) -> Path:
    target = folder / f"{source.stem}.pdf"
    convert = ["--convert-to", "pdf:writer_pdf_Export", "--outdir", str(folder), str(source)]
    run(
        [*_command(profile), *convert], seconds=SOFFICE_SECONDS, memory_bytes=SOFFICE_MEMORY_BYTES, expects=target,
        environment=_temporary(profile),
    )  # fmt: skip
    return target


def _beside(profile: Path, *documents: str) -> contextlib.AbstractContextManager[subprocess.Popen[bytes]]:
    command = [*_command(profile), *documents]
    return in_background(command, memory_bytes=SOFFICE_MEMORY_BYTES, environment=_temporary(profile))


def _temporary(profile: Path) -> dict[str, str]:
    """Its temporary files go where its profile does: one that is killed leaves them."""
    return {"TMPDIR": str(profile.resolve())}


def _command(profile: Path) -> list[str]:
    """LibreOffice with this profile."""
    uri = private_folder(profile).resolve().as_uri()
    return [SOFFICE.require(), f"-env:UserInstallation={uri}", "--headless", "--norestore"]
