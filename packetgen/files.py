"""Writing files: the one way a file that a person may see comes to be."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


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
    """A private folder on the same disk as `beside`, removed whatever happens."""
    folder = Path(tempfile.mkdtemp(prefix=".packetgen-work-", dir=beside))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


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
