"""Outside programs: found, started, bounded in time and memory, and killed with all their children."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from packetgen.errors import MissingProgram, ProgramFailed
from packetgen.limits import GRACE_SECONDS

STOPPING = (signal.SIGINT, signal.SIGTERM)
Started = TypeVar("Started")

# macOS does not let a process bound its address space
LIMITED = 'ulimit -c 0; ulimit -v "$1" 2>/dev/null; shift; exec "$@"'
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
    around = ["/bin/sh", "-c", '"$@" & read -r _; kill -9 0', "sh", *argv]
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
    """Hold back Ctrl-C and SIGTERM for a moment, such as a start: in its midst it would lose what was started."""
    if threading.current_thread() is not threading.main_thread():
        yield  # Python handles signals in the main thread only
        return
    held: list[int] = []
    before: dict[signal.Signals, Any] = {}
    try:
        for number in STOPPING:
            before[number] = signal.signal(number, lambda came, _: held.append(came)) or signal.SIG_DFL
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for came in held:
            signal.raise_signal(came)


def _start(
    argv: Sequence[str],
    output: int,
    memory_bytes: int | None,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
    given: int = subprocess.DEVNULL,
) -> subprocess.Popen[bytes]:
    """Start a program without a core file and within its memory.

    A shell sets that, since Python code between fork and exec (preexec_fn) may wait for a lock that another thread
    held at the fork, and then the parent waits for ever.
    """
    kept = {key: os.environ[key] for key in KEPT_ENVIRONMENT if key in os.environ}
    return subprocess.Popen(
        ["/bin/sh", "-c", LIMITED, "sh", str(memory_bytes // 1024 if memory_bytes else "unlimited"), *argv],
        stdin=given,
        stdout=output,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env={**kept, "OMP_THREAD_LIMIT": "1", **(environment or {})},
        start_new_session=True,
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
