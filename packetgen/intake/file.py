"""One finished file of the inbox: to its case, to a person, or into quarantine; never lost, never twice."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from packetgen import pipeline
from packetgen.case import FILED
from packetgen.chart.patient import belongs_to
from packetgen.documents.cache import PageCache
from packetgen.documents.model import ToRead
from packetgen.documents.problems import UNREAD
from packetgen.documents.read import read_documents
from packetgen.errors import PacketgenError, ProgramFailed, UnreadableInput
from packetgen.extraction.extract import extract
from packetgen.files import private_folder, sha256_of, write_atomic
from packetgen.workspace import Workspace

Went = Literal["filed", "needs filing", "quarantined", "duplicate"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where a file went and why. state: of the case's packet after it was built again, in words."""

    name: str
    went: Went
    place: Path
    case_id: str = ""
    why: str = ""
    state: str = ""


def file_one(workspace: Workspace, path: Path) -> Outcome:
    """Move a file out of the inbox to where it belongs, and write the ledger before the original goes.

    Raises PacketgenError when nothing can be decided, say because Tesseract is not installed; the file stays.
    """
    digest = sha256_of(path)
    if earlier := _earlier(workspace, digest):
        duplicate = Outcome(path.name, "duplicate", workspace.duplicates, why=f"The same file as {earlier}.")
        return _move(workspace, path, digest, duplicate)
    try:
        matches = _matches(workspace, path)
    except UnreadableInput as error:
        return _move(workspace, path, digest, Outcome(path.name, "quarantined", workspace.quarantine, why=str(error)))
    if len(matches) != 1:
        unfiled = Outcome(path.name, "needs filing", workspace.needs_filing, why=_why_unfiled(matches))
        return _move(workspace, path, digest, unfiled)
    case_id, case_file = matches[0]
    place = private_folder(case_file.parent / FILED)
    return replace(
        _move(workspace, path, digest, Outcome(path.name, "filed", place, case_id)), state=_rebuild(case_file)
    )


def _earlier(workspace: Workspace, digest: str) -> str | None:
    """Where the same file was put before, if it is still there."""
    with workspace.ledger() as ledger:
        places = ledger.execute("SELECT place FROM files WHERE sha256 = ?", (digest,)).fetchall()
    return next((place for (place,) in places if (workspace.folder / place).is_file()), None)


def _why_unfiled(matches: list[tuple[str, Path]]) -> str:
    found = f"{len(matches)} cases fit ({', '.join(case for case, _ in matches)})" if matches else "No case fits"
    return (
        f"{found}: a page is filed by itself only when two of name, birth date, member and record number agree and "
        f"none is in conflict. Move it into the right case's folder {FILED}/, or make a new case."
    )


def _matches(workspace: Workspace, path: Path) -> list[tuple[str, Path]]:
    """(case id, case file) of each case whose patient the file's pages name."""
    with tempfile.TemporaryDirectory(prefix="packetgen-") as work:
        documents, problems = read_documents([ToRead(path.name, path)], Path(work), PageCache())
        for problem in problems:
            if problem.code == UNREAD:
                raise UnreadableInput(problem.what, where=problem.where, fix=problem.fix)
        findings = extract(documents).findings
    return [(case.case, file) for file, case in workspace.readable_cases() if belongs_to(findings, case)]


def _move(workspace: Workspace, path: Path, digest: str, outcome: Outcome) -> Outcome:
    """Copy, check the copy, write the ledger, and only then take the original away."""
    place = _free_place(outcome.place, path.name, digest)
    if not place.exists():
        with tempfile.NamedTemporaryFile(dir=place.parent, prefix=".writing-") as copy:
            with path.open("rb") as source:
                shutil.copyfileobj(source, copy)
            copy.flush()
            if sha256_of(Path(copy.name)) != digest:
                raise ProgramFailed("the file changed while it was taken; it stays in the inbox")
            write_atomic(place, Path(copy.name).read_bytes())
    if outcome.why:
        write_atomic(place.with_name(place.name + ".why.txt"), outcome.why + "\n")
    now = datetime.now(UTC).isoformat(timespec="seconds")
    row = (digest, path.name, now, outcome.went, str(place.relative_to(workspace.folder)), outcome.case_id, outcome.why)
    with workspace.ledger() as ledger:
        ledger.execute("INSERT INTO files VALUES (?, ?, ?, ?, ?, ?, ?)", row)
    path.unlink()
    return replace(outcome, place=place)


def _free_place(folder: Path, name: str, digest: str) -> Path:
    """A name in `folder` that is free, or that already holds this very content."""
    place, number = folder / name, 2
    while place.exists() and sha256_of(place) != digest:
        place = folder / f"{Path(name).stem} ({number}){Path(name).suffix}"
        number += 1
    return place


def _rebuild(case_file: Path) -> str:
    """Build the case again; what stops it is told, and stops nothing else."""
    try:
        built = pipeline.build(case_file)
    except PacketgenError as error:
        return f"not built: {error}"
    state = f"draft: {built.packet.draft}" if built.packet.draft else "complete"
    return f"packet of {built.packet.page_count} pages, {state}"
