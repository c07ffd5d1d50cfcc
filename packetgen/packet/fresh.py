"""Whether a packet must be built again: the digest of everything that went into it is kept in its manifest."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from packetgen.files import AUDIT, sha256_of
from packetgen.packet.wanted import MANIFEST, NO_VARIANT, Wanted
from packetgen.programs import SOFFICE, TESSERACT
from packetgen.resources import FORM_MAPS, LETTERS, PACKAGE, PAYERS

OWN_DATA = ("templates", "payer_forms")  # of a workspace, two folders up from its case


@dataclass(frozen=True, slots=True)
class Earlier:
    """A packet that was built before from the very same. parts: (first page, last page, title)."""

    page_count: int
    parts: tuple[tuple[int, int, str], ...]
    draft: str
    exit_code: int


def output_of(case_file: Path) -> Path:
    """Where the packet of a case goes when nobody says otherwise."""
    return (case_file if case_file.is_dir() else case_file.parent) / "packet"


def built_before(case_file: Path, output: Path, wanted: Wanted = NO_VARIANT) -> Earlier | None:
    """What lies in `output`, when building would give the same again; None when it must be built.

    A locked file is made anew each time: its passphrase is kept nowhere.
    """
    try:
        account: dict[str, Any] = json.loads((output / MANIFEST).read_bytes())
        if wanted.passphrase or account["built_from"] != digest_of_inputs(case_file, output, wanted):
            return None
        if any(sha256_of(output / name) != known for name, known in account["outputs"].items()):
            return None
        parts = tuple((part["first_page"], part["last_page"], part["title"]) for part in account["parts"])
        return Earlier(account["page_count"], parts, account["draft"] or "", account["exit_code"])
    except (OSError, ValueError, KeyError, TypeError):
        return None  # none, or of another version


def digest_of_inputs(case_file: Path, output: Path, wanted: Wanted) -> str:
    """SHA-256 over every file of the case but those of `output`, the program with its data, what is wanted, the day.

    A rule may be out of date tomorrow, so the day counts. The programs that are started count by size and time.
    """
    case_folder = (case_file if case_file.is_dir() else case_file.parent).resolve()
    digest = hashlib.sha256(f"{date.today()} {wanted} {case_file.name}".encode())
    own = [case_folder.parent.parent / name for name in OWN_DATA]
    for folder in (case_folder, PACKAGE, PAYERS, LETTERS, FORM_MAPS, *own):
        for path in _files(folder, output.resolve()):
            digest.update(f"{path.relative_to(folder)} {_content(path)}\n".encode())
    for program in (TESSERACT, SOFFICE):
        if found := program.find():
            stat = Path(found).stat()
            digest.update(f"{found} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _files(folder: Path, output: Path) -> Iterator[Path]:
    """Every file that could be read, in a fixed order; not the hidden ones nor what Python compiled or `output` holds.

    Another build may be at work in there: a folder that goes meanwhile is passed over.
    """
    for name, folders, files in os.walk(folder):
        inside = [one for one in folders if not one.startswith(".") and one != "__pycache__"]
        folders[:] = sorted(one for one in inside if Path(name, one) != output)
        for file in sorted(files):
            if not file.startswith(".") and file != AUDIT and (path := Path(name, file)).is_file():
                yield path


def _content(path: Path) -> str:
    """SHA-256 of a file; of one that is gone by now, or may not be read, that it is so."""
    try:
        return sha256_of(path)
    except OSError as error:
        return type(error).__name__
