"""Archives that scanners and portals send: unpacked safely, each file then goes its own way.

No name inside an archive becomes a path; what is packed beyond the limits, locked or damaged is refused as a whole.
"""

from __future__ import annotations

import stat
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from packetgen.children import ChildFailed, each_in_a_child
from packetgen.errors import UnreadableInput
from packetgen.intake.names import is_junk, safe
from packetgen.limits import ARCHIVE_SECONDS, MAX_ARCHIVE_BYTES, MAX_ARCHIVE_MEMBERS, READER_MEMORY_BYTES

CHUNK = 1024**2
LOCKED = 0x1  # bit of a member's flags


@dataclass(frozen=True, slots=True)
class Member:
    """A file that was unpacked. name, hint: its own name and its folder, as the archive has them."""

    path: Path
    name: str
    hint: str


def unpack(archive: Path, name: str, folder: Path) -> list[Member]:
    """Unpack into `folder`, in a child process. name: how a person knows it. Raises UnreadableInput."""
    (result,) = (found for _, found in each_in_a_child(
        _unpack, [(archive, name, folder)], seconds=lambda _: ARCHIVE_SECONDS, memory_bytes=READER_MEMORY_BYTES
    ))  # fmt: skip
    if isinstance(result, ChildFailed):
        raise UnreadableInput("cannot be unpacked: it is damaged", where=name, fix="Ask for it again.")
    if not result:
        raise UnreadableInput("holds no documents", where=name, fix="Ask for it again.")
    return result


def _unpack(task: tuple[Path, str, Path]) -> list[Member]:
    archive, name, folder = task
    with zipfile.ZipFile(archive) as packed:
        wanted = [info for info in packed.infolist() if _is_wanted(info)]
        if len(wanted) > MAX_ARCHIVE_MEMBERS:
            raise UnreadableInput(f"holds more than {MAX_ARCHIVE_MEMBERS} files", where=name, fix="Unpack it by hand.")
        if any(info.flag_bits & LOCKED for info in wanted):
            raise UnreadableInput("is locked with a password", where=name, fix="Unpack it by hand.")
        left = MAX_ARCHIVE_BYTES
        members = []
        for number, info in enumerate(wanted, 1):
            inside = PurePosixPath(info.filename.replace("\\", "/"))
            path = folder / f"{number:04}-{safe(inside.name)}"
            left -= _write(packed, info, path, left, name)
            hint = "" if inside.parent == PurePosixPath() else str(inside.parent)
            members.append(Member(path, inside.name, hint))
        return members


def _is_wanted(info: zipfile.ZipInfo) -> bool:
    """A plain file that is not junk: no folder, no link."""
    mode = info.external_attr >> 16
    plain = not info.is_dir() and (mode == 0 or stat.S_IFMT(mode) in (0, stat.S_IFREG))
    return plain and not any(is_junk(part) for part in PurePosixPath(info.filename).parts if part.strip("./"))


def _write(packed: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path, left: int, name: str) -> int:
    """Write one member, counted while it is unpacked: what the archive says of its size may be a lie."""
    size = 0
    with packed.open(info) as source, path.open("xb") as out:
        while data := source.read(CHUNK):
            size += len(data)
            if size > left:
                raise UnreadableInput(
                    f"unpacks to more than {MAX_ARCHIVE_BYTES // 1024**2} MB", where=name, fix="Unpack it by hand."
                )
            out.write(data)
    return size
