"""Writing files: the one way a file that a person may see comes to be."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

WORK = ".packetgen-work-"


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


@contextmanager
def work_folder(beside: Path) -> Iterator[Path]:
    """A private folder on the same disk as `beside`, removed whatever happens; after a kill, by the next one."""
    for left in beside.glob(f"{WORK}*"):
        with _locked(left) as ours:
            if ours:
                shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=WORK, dir=beside))
    with _locked(folder):
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _locked(folder: Path) -> Iterator[bool]:
    """Hold a folder's lock, which dies with its process; False when another holds it or it is gone."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        yield False
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        ours = True
    except OSError:
        ours = False
    try:
        yield ours
    finally:
        os.close(descriptor)


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
