"""Outside programs: found, started, bounded in time and memory, and killed with all their children."""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from packetgen.errors import MissingProgram, ProgramFailed
from packetgen.limits import GRACE_SECONDS

STOPPING = (signal.SIGINT, signal.SIGTERM)
Started = TypeVar("Started")

KEPT_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TESSDATA_PREFIX")


@dataclass(frozen=True, slots=True)
class Program:
    """An outside program: its command names (the first found is used) and how to install it."""

    names: tuple[str, ...]
    debian: str
    homebrew: str

    def find(self) -> str | None:
        """Path of the program, or None."""
        return next((path for name in self.names if (path := shutil.which(name))), None)

    def require(self) -> str:
        """Path of the program; MissingProgram with the line that installs it when it is absent."""
        path = self.find()
        if path is None:
            raise MissingProgram(
                f"{self.names[0]} is not installed",
                fix=f"Debian/Ubuntu: sudo apt-get install {self.debian}   macOS: brew install {self.homebrew}",
            )
        return path


TESSERACT = Program(("tesseract",), "tesseract-ocr tesseract-ocr-eng", "tesseract")
PDFTOPPM = Program(("pdftoppm",), "poppler-utils", "poppler")
PDFTOTEXT = Program(("pdftotext",), "poppler-utils", "poppler")
SOFFICE = Program(("soffice", "libreoffice"), "libreoffice-writer", "--cask libreoffice")


def run(
    argv: Sequence[str],
    *,
    seconds: float,
    memory_bytes: int | None = None,
    expects: Path | None = None,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> bytes:
    """Run a program in its own process group and return its standard output.

    argv          an argument list, never a shell line
    seconds       wall-clock limit; then the whole group is terminated, and killed after a grace time
    memory_bytes  address-space limit for the program and its children (None: no limit)
    expects       a file that the program must have written anew, not empty: some exit 0 when they fail
    environment   added to the few variables that are passed on

    Raises ProgramFailed; its message names the program and never what it printed, which may quote a chart.
    """
    name = Path(argv[0]).name
    if expects is not None:
        expects.unlink(missing_ok=True)
    start = partial(_start, argv, subprocess.PIPE, memory_bytes, folder, environment)
    with ended(start, end_process_group) as process:
        try:
            output, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            raise ProgramFailed(f"{name} did not finish within {seconds:g} s and was stopped") from None
    if process.returncode != 0:
        raise ProgramFailed(f"{name} failed with exit code {process.returncode}")
    if expects is not None and not (expects.is_file() and expects.stat().st_size):
        raise ProgramFailed(f"{name} said it succeeded but wrote nothing")
    return output


@contextlib.contextmanager
def in_background(
    argv: Sequence[str], *, memory_bytes: int | None = None, environment: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A program that runs beside the block and is ended, with its whole process group, at its end.

    Also when this process is killed: the shell around it reads from a pipe that only this process holds.
    """
    around = ["sh", "-c", '"$@" & read -r _; kill -9 0', "sh", *argv]
    output, given = subprocess.DEVNULL, subprocess.PIPE
    start = partial(_start, around, output, memory_bytes, environment=environment, given=given)
    with ended(start, end_process_group) as process:
        yield process


@contextlib.contextmanager
def ended(start: Callable[[], Started], end: Callable[[Started], None]) -> Iterator[Started]:
    """What `start` starts; it is ended whatever happens, also when Ctrl-C or SIGTERM comes while it starts."""
    started: Started | None = None
    try:
        with undisturbed():
            started = start()
        yield started
    finally:
        if started is not None:
            end(started)


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Hold back Ctrl-C and SIGTERM for a moment, such as a fork: Python drops what they raise in its hooks."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def begin_child(memory_bytes: int | None) -> None:
    """What a new process does first: be stopped like any other, stay within its memory, leave no core file."""
    for number in STOPPING:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if memory_bytes is not None:
        with contextlib.suppress(ValueError, OSError):  # macOS does not let a process bound its address space
            resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))


def _start(
    argv: Sequence[str],
    output: int,
    memory_bytes: int | None,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
    given: int = subprocess.DEVNULL,
) -> subprocess.Popen[bytes]:
    kept = {key: os.environ[key] for key in KEPT_ENVIRONMENT if key in os.environ}
    return subprocess.Popen(
        list(argv),
        stdin=given,
        stdout=output,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env={**kept, "OMP_THREAD_LIMIT": "1", **(environment or {})},
        start_new_session=True,
        preexec_fn=partial(begin_child, memory_bytes),
    )


def end_process_group(process: subprocess.Popen[bytes]) -> None:
    """Terminate, then kill, whatever is left of a process started in its own session."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
        except (ProcessLookupError, PermissionError):
            break
        try:
            process.wait(timeout=GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            continue
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe:
            pipe.close()
