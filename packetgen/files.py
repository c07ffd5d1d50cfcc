"""Writing files: the one way a file that a person may see comes to be."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import io
import json
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from packetgen.errors import BadDataFile, PacketgenError, ProgramFailed
from packetgen.limits import LEAST_FREE_BYTES

if TYPE_CHECKING:
    import pikepdf

WORK = ".packetgen-work-"
AUDIT = "audit.jsonl"  # file beside case.yaml: who looked at the case and changed it; nothing is built from it
COPIES = ".review-"  # work folders of pages that a person looks at
_held: set[int] = set()


def _let_go() -> None:
    """In a child process: close its copies, or a reader that outlives a killed parent would keep the next one out."""
    for descriptor in _held:
        os.close(descriptor)
    _held.clear()


os.register_at_fork(after_in_child=_let_go)


@contextmanager
def held(descriptor: int) -> Iterator[int]:
    """A descriptor that carries a lock: closed at the end, and in every child process at its start."""
    _held.add(descriptor)
    try:
        yield descriptor
    finally:
        if descriptor in _held:
            _held.remove(descriptor)
            os.close(descriptor)


@contextmanager
def sole_use(folder: Path) -> Iterator[None]:
    """Wait until no other process, nor thread, uses `folder` in this way; the lock dies with its process."""
    with held(os.open(folder, os.O_RDONLY | os.O_DIRECTORY)) as descriptor:
        with contextlib.suppress(OSError):  # a disk without locks
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield


def write_atomic(path: Path, data: bytes | str, mode: int = 0o600) -> None:
    """Write `data` to `path` so that a reader sees the old file or the whole new one, never a part."""
    raw = data.encode("utf-8") if isinstance(data, str) else data
    handle, name = tempfile.mkstemp(prefix=".writing-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(raw)
            out.flush()
            os.fsync(out.fileno())
        written = Path(name)
        written.chmod(mode)
        written.replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def pdf_bytes(pdf: pikepdf.Pdf, *, packed: bool = False) -> bytes:
    """A PDF whose bytes depend on its content only. packed: its objects are compressed together."""
    from pikepdf import ObjectStreamMode

    mode = ObjectStreamMode.generate if packed else ObjectStreamMode.preserve
    content = io.BytesIO()
    pdf.save(content, deterministic_id=True, object_stream_mode=mode)
    return content.getvalue()


def save_pdf(pdf: pikepdf.Pdf, target: Path, *, packed: bool = False) -> None:
    """Write such a PDF. By way of memory: when the disk is full, qpdf ends the whole process."""
    target.write_bytes(pdf_bytes(pdf, packed=packed))


def move(source: Path, target: Path) -> None:
    """Move a file and never overwrite one: atomic on one disk; copied, compared, then removed across two.

    Raises FileExistsError when `target` is taken. On any OSError the file is still at `source`, and only there. A
    process killed in between leaves both, which `finish_move` completes.
    """
    try:
        os.link(source, target, follow_symlinks=False)
    except (FileExistsError, FileNotFoundError):
        raise
    except OSError:  # another disk, or one that has no hard links
        _copy(source, target)
    try:
        sync_folder(target.parent)
        source.unlink()
    except OSError:
        target.unlink(missing_ok=True)
        raise
    sync_folder(source.parent)
    with contextlib.suppress(PermissionError):  # someone else's file, on a share
        target.chmod(0o600)


def finish_move(source: Path, target: Path, sha256: str) -> bool:
    """Move, or complete a move that was cut off; the content has that SHA-256. False when it is at neither place."""
    there = target.is_file() and sha256_of(target) == sha256
    if there:
        if source.is_file() and (source.samefile(target) or (_on_other_disk(source, target) and _same(source, sha256))):
            source.unlink()
        return True
    if not source.is_file() or not _same(source, sha256):
        return False
    move(source, target)
    return True


def _same(path: Path, sha256: str) -> bool:
    return sha256_of(path) == sha256


def _on_other_disk(one: Path, other: Path) -> bool:
    return one.stat().st_dev != other.stat().st_dev


def _copy(source: Path, target: Path) -> None:
    """Copy to a free name, durable and compared byte for byte by its digest, or leave nothing."""
    handle, name = tempfile.mkstemp(prefix=".writing-", dir=target.parent)
    copy = Path(name)
    try:
        with os.fdopen(handle, "wb") as out, source.open("rb") as data:
            shutil.copyfileobj(data, out)
            out.flush()
            os.fsync(out.fileno())
        if sha256_of(copy) != sha256_of(source):
            raise OSError(errno.EIO, "the copy is not like the original", str(target))
        if target.exists():
            raise FileExistsError(errno.EEXIST, "is taken", str(target))
        copy.replace(target)
    except BaseException:
        copy.unlink(missing_ok=True)
        raise


def sync_folder(folder: Path) -> None:
    """Make a rename in `folder` durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def private_folder(path: Path) -> Path:
    """Make `path` (and its parents) if needed, readable by this user only."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def refuse_writable_by_all(path: Path) -> None:
    """Raise BadDataFile for a file or folder of rules that anyone on this computer can change."""
    mode = path.stat().st_mode if path.exists() else 0
    if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:  # in a folder like /tmp no one can change another's files
        raise BadDataFile("anyone on this computer can change it", where=str(path), fix=f"chmod o-w {path}")


@contextmanager
def work_folder(beside: Path, prefix: str = WORK) -> Iterator[Path]:
    """A private folder on the same disk as `beside`, removed whatever happens; what a kill left goes at the next."""
    _remove_left(beside, prefix)
    folder, descriptor = _claimed_folder(beside, prefix)
    with held(descriptor):
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _claimed_folder(beside: Path, prefix: str) -> tuple[Path, int]:
    """A new folder, locked while its process lives. Another process may have taken it for left before it was locked."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=prefix, dir=beside))
        with contextlib.suppress(FileNotFoundError):
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            with contextlib.suppress(OSError):  # a disk without locks; nothing is taken for left there
                fcntl.flock(descriptor, fcntl.LOCK_EX)
            if folder.is_dir():
                return folder, descriptor
            os.close(descriptor)


def _remove_left(beside: Path, prefix: str) -> None:
    """Remove work folders that no living process holds."""
    for folder in beside.glob(f"{prefix}*"):
        with contextlib.suppress(OSError), held(os.open(folder, os.O_RDONLY | os.O_DIRECTORY)) as descriptor:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def enough_room(folder: Path, needed: int) -> Iterator[None]:
    """Refuse to start where the disk of `folder` has not so many bytes free, and say so when it fills meanwhile.

    Raises PacketgenError. A full disk shows itself in many ways: libraries and programs fail with errors of their own.
    """
    if shutil.disk_usage(folder).free < needed:
        raise _full(folder, needed)
    try:
        yield
    except (OSError, ProgramFailed) as failure:
        full = isinstance(failure, OSError) and failure.errno in (errno.ENOSPC, errno.EDQUOT)
        if full or shutil.disk_usage(folder).free < LEAST_FREE_BYTES:
            raise _full(folder, needed) from failure
        raise


def _full(folder: Path, needed: int) -> PacketgenError:
    free = shutil.disk_usage(folder).free / 1024**2
    return PacketgenError(
        f"the disk is full: {free:.1f} MB are free, about {needed / 1024**2:.0f} MB are needed",
        where=str(folder.parent),
        fix="Make room and try again; what was there is as it was.",
    )


@contextmanager
def appending(path: Path) -> Iterator[BinaryIO]:
    """A file to read and to append to, by one at a time; durable at the end."""
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+b") as log:
        fcntl.flock(log, fcntl.LOCK_EX)
        yield log
        log.flush()
        os.fsync(log.fileno())
    sync_folder(path.parent)


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, as hexadecimal."""
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def sha256(content: bytes | str) -> str:
    """SHA-256 of bytes, or of text as UTF-8, as hexadecimal."""
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


def json_text(content: object) -> str:
    """JSON text of plain values and frozen dataclasses."""
    from pydantic_core import to_jsonable_python

    return json.dumps(to_jsonable_python(content), indent=1, ensure_ascii=False) + "\n"
