"""Has a file arrived? One that opens may not have: a PDF cut at a tenth of its bytes opens with all its pages.

What a format says of its own end is looked at, never decoded: this reads a few bytes of a file that may be hostile.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import signal
import struct
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

TAIL = 2048
ZIP_TAIL = 66_000  # the end record and the longest comment behind it
MOST_DIRECTORIES = 10_000  # pages of a TIFF
TIFF_OFFSETS, TIFF_COUNTS = (273, 324), (279, 325)  # strips and tiles: where each lies, how long it is
TIFF_SIZES = {3: "H", 4: "I"}


def is_being_written(path: Path) -> bool:
    """Whether a process of this machine has the file open for writing, where the system can tell (Linux, own disk)."""
    lease = getattr(fcntl, "F_SETLEASE", None)
    if lease is None:
        return False
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        # a writer who comes now is told by a signal, whose default would end this process: take a harmless one
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, lease, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, lease, fcntl.F_UNLCK)
    except BlockingIOError:
        return True
    except OSError:  # another user's file, or a share: the system cannot tell
        return False
    finally:
        os.close(descriptor)
    return False


def is_whole(path: Path) -> bool:
    """Whether the file's end is there, as far as its format tells; True for formats that do not. Raises OSError."""
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        check = CHECKS.get(path.suffix.lower())
        if size == 0 or check is None:
            return size > 0
        with contextlib.suppress(struct.error, KeyError, ValueError, OverflowError):
            return check(file, size)
    return False


def _tail(file: BinaryIO, size: int, length: int) -> bytes:
    file.seek(max(0, size - length))
    return file.read(length)


def _pdf(file: BinaryIO, size: int) -> bool:
    """The end marker is there; a PDF made for the web has one at its start too, and says its own length."""
    head = file.read(1024)
    length = re.search(rb"/Linearized.{0,200}?/L\s+(\d+)", head, re.DOTALL)
    return (length is None or size >= int(length[1])) and b"%%EOF" in _tail(file, size, TAIL)


def _png(file: BinaryIO, size: int) -> bool:
    return b"IEND" in _tail(file, size, 64)


def _jpeg(file: BinaryIO, size: int) -> bool:
    return b"\xff\xd9" in _tail(file, size, TAIL)


def _zip(file: BinaryIO, size: int) -> bool:
    return b"PK\x05\x06" in _tail(file, size, ZIP_TAIL)


def _xml(file: BinaryIO, size: int) -> bool:
    """The outermost element is closed."""
    root = re.search(rb"<([A-Za-z_][\w:.-]*)", file.read(4096).replace(b"\0", b""))
    return root is not None and b"</" + root[1].lower() in _tail(file, size, TAIL).replace(b"\0", b"").lower()


def _heif(file: BinaryIO, size: int) -> bool:
    """Boxes, each with its length, up to the very end."""
    at = 0
    while at < size:
        file.seek(at)
        length, _ = struct.unpack(">I4s", file.read(8))
        if length == 1:
            (length,) = struct.unpack(">Q", file.read(8))
        if length == 0:  # up to the end
            return True
        at += max(length, 8)
    return at == size


def _tiff(file: BinaryIO, size: int) -> bool:
    """Every directory and every strip or tile lies within the file. BigTIFF is not looked at."""
    order = {b"II": "<", b"MM": ">"}[file.read(2)]
    version, at = struct.unpack(f"{order}HI", file.read(6))
    for _ in range(MOST_DIRECTORIES):
        if at == 0 or version != 42:
            return True
        file.seek(at)
        (count,) = struct.unpack(f"{order}H", file.read(2))
        entries = [struct.unpack(f"{order}HHI4s", file.read(12)) for _ in range(count)]
        (at,) = struct.unpack(f"{order}I", file.read(4))
        fields = {tag: _numbers(file, order, kind, length, value) for tag, kind, length, value in entries
                  if tag in (*TIFF_OFFSETS, *TIFF_COUNTS)}  # fmt: skip
        for offsets, counts in zip(TIFF_OFFSETS, TIFF_COUNTS, strict=True):
            strips = zip(fields.get(offsets, ()), fields.get(counts, ()), strict=False)
            if any(start + length > size for start, length in strips):
                return False
    return False


def _numbers(file: BinaryIO, order: str, kind: int, count: int, value: bytes) -> tuple[int, ...]:
    """The numbers of a TIFF field: inside its entry when they fit, else where the entry points."""
    form = f"{order}{count}{TIFF_SIZES[kind]}"
    length = struct.calcsize(form)
    if length > 4:
        file.seek(struct.unpack(f"{order}I", value)[0])
        value = file.read(length)
    return struct.unpack(form, value[:length])


CHECKS: dict[str, Callable[[BinaryIO, int], bool]] = {
    ".pdf": _pdf, ".png": _png, ".jpg": _jpeg, ".jpeg": _jpeg, ".tif": _tiff, ".tiff": _tiff, ".heic": _heif,
    ".heif": _heif, ".zip": _zip, ".docx": _zip, ".odt": _zip, ".xml": _xml, ".html": _xml, ".htm": _xml,
}  # fmt: skip
