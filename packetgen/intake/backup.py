"""A workspace in one file, and back: every file with its digest, the ledger copied while it is in use."""

from __future__ import annotations

import io
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from packetgen.errors import BadCaseFile, UnreadableInput
from packetgen.files import sha256_of, sync_folder, work_folder
from packetgen.workspace import CHANGING, LEDGER, WATCHING, Workspace

ACCOUNT = "backup.json"  # the last member: the digest of every other
LEFT_OUT = (LEDGER, f"{LEDGER}-wal", f"{LEDGER}-shm", WATCHING, CHANGING, ".work")


def write_backup(workspace: Workspace, archive: Path) -> int:
    """Write the backup; how many files it holds. A watcher waits meanwhile. Raises BadCaseFile."""
    if archive.resolve().is_relative_to(workspace.folder.resolve()):
        raise BadCaseFile("lies in the workspace itself", where=str(archive), fix="Put the backup on another disk.")
    with workspace.locked(CHANGING, wait=True), work_folder(archive.resolve().parent) as work:
        part = work / archive.name
        digests: dict[str, str] = {}
        copy = work / LEDGER
        with closing(sqlite3.connect(workspace.folder / LEDGER)) as ledger, closing(sqlite3.connect(copy)) as target:
            ledger.backup(target)
        with tarfile.open(part, "w", format=tarfile.PAX_FORMAT) as tar:
            for path, name in [*_files(workspace.folder), (copy, LEDGER)]:
                digests[name] = sha256_of(path)
                tar.add(path, name, recursive=False)
            _add_account(tar, digests)
        part.chmod(0o600)
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(archive)
    sync_folder(archive.resolve().parent)
    return len(digests)


def _files(folder: Path) -> Iterator[tuple[Path, str]]:
    """Every plain file with its path inside the workspace; half-written ones and links are left out."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        left_out = name.parts[0] in LEFT_OUT or path.name.startswith(".writing-") or path.is_symlink()
        if path.is_file() and not left_out:
            yield path, str(name)


def _add_account(tar: tarfile.TarFile, digests: dict[str, str]) -> None:
    content = json.dumps(digests).encode()
    entry = tarfile.TarInfo(ACCOUNT)
    entry.size, entry.mode = len(content), 0o600
    tar.addfile(entry, io.BytesIO(content))


def read_backup(archive: Path, folder: Path) -> int:
    """Make a workspace in `folder` from a backup; how many files. Nothing is made unless all is as it was.

    Raises BadCaseFile when the folder is there already, UnreadableInput when the backup is damaged or is none.
    """
    if folder.exists():
        raise BadCaseFile("is there already", where=str(folder), fix="Restore into a new folder, then compare.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=".packetgen-restore-", dir=folder.parent))
    try:
        with tarfile.open(archive) as tar:
            tar.extractall(work, filter="data")
        digests: dict[str, str] = json.loads((work / ACCOUNT).read_text("utf-8"))
        wrong = [name for name, digest in digests.items() if sha256_of(work / name) != digest]
        if wrong or LEDGER not in digests:
            raise ValueError("digests")
        (work / ACCOUNT).unlink()
        work.replace(folder)
    except (OSError, ValueError, tarfile.TarError, EOFError):
        raise UnreadableInput(
            "is damaged or no backup of a workspace", where=str(archive), fix="Take an older backup; nothing was made."
        ) from None
    finally:
        shutil.rmtree(work, ignore_errors=True)
    sync_folder(folder.parent)
    return len(digests)
