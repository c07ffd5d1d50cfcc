"""Removing what this program keeps of a patient: what it read and built, its history, the whole case."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from packetgen.case import Case, read_case
from packetgen.chart.decisions import LOG
from packetgen.documents.cache import PageCache
from packetgen.files import AUDIT, COPIES, WORK, sha256_of
from packetgen.intake.arrivals import REASON
from packetgen.packet.fresh import output_of
from packetgen.tracking.store import forget_events
from packetgen.workspace import CHANGING, LEDGER, Workspace, folder_around, open_workspace

HISTORY = (LOG, AUDIT)
# Arrivals of a case: filed in it, the same as one that was, or a fax whose every part was.
_OURS = """SELECT id FROM arrivals WHERE case_id = :case
    OR same_as IN (SELECT id FROM arrivals WHERE case_id = :case)
    OR (id IN (SELECT part_of FROM arrivals WHERE case_id = :case)
        AND id NOT IN (SELECT part_of FROM arrivals WHERE case_id != :case AND part_of IS NOT NULL))"""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """removed: how many files; left: files that hold this patient's pages and could not go, each with why."""

    removed: int
    left: tuple[str, ...] = ()


def forget(case_file: Path, *, history: bool, chart: bool) -> Forgotten:
    """Remove the pages kept of a case and the packets that were built of it.

    history  also what people decided, signed and looked at, and its events in the ledger or on the tracking server
    chart    also the case folder with its documents, and what the ledger knows of each file that was filed in it;
             with it goes the history. Raises BadCaseFile when the case cannot be read.
    """
    case = read_case(case_file)
    around, cache = folder_around(case.folder), PageCache()
    workspace = open_workspace(around) if around else None
    kept = [path for digest in _digests(case) for path in cache.entries(digest)]
    paths = [*kept, output_of(case.folder), *case.folder.glob(f"{COPIES}*"), *case.folder.glob(f"{WORK}*")]
    if history or chart:
        paths += [case.folder / name for name in HISTORY]
    left: list[str] = []
    if workspace and (history or chart):
        forget_events(workspace, case.case)
    if workspace and chart:
        with workspace.locked(CHANGING, wait=True):
            mine, left = _arrived(workspace, case.case)
            paths += [*mine, case.folder]
            removed = sum(_remove(path) for path in paths)
            _forget_arrivals(workspace, case)
        return Forgotten(removed, tuple(left))
    return Forgotten(sum(_remove(path) for path in [*paths, *([case.folder] if chart else [])]))


def _digests(case: Case) -> list[str]:
    """SHA-256 of every file in the case folder: each may have been read once."""
    return [sha256_of(path) for path in case.folder.rglob("*") if path.is_file()]


def _remove(path: Path) -> int:
    """Remove a file or folder; how many files that were."""
    if path.is_dir() and not path.is_symlink():
        count = sum(inner.is_file() for inner in path.rglob("*"))
        shutil.rmtree(path)
        return count
    if path.is_file():
        path.unlink()
        return 1
    return 0


def _arrived(workspace: Workspace, case_id: str) -> tuple[list[Path], list[str]]:
    """What came for this case and lies outside of it: to be removed, and what holds other patients' pages, too."""
    with workspace.ledger() as ledger:
        rows = ledger.execute(f"SELECT place FROM arrivals WHERE id IN ({_OURS})", {"case": case_id}).fetchall()  # noqa: S608
        shared = ledger.execute(
            f"SELECT place FROM arrivals WHERE id IN (SELECT part_of FROM arrivals WHERE case_id = :case) "  # noqa: S608
            f"AND id NOT IN ({_OURS})", {"case": case_id},
        ).fetchall()  # fmt: skip
    files = [workspace.folder / place for (place,) in rows if place]
    reasons = [file.with_name(file.name + REASON) for file in files]
    return [*files, *reasons], [f"{place}: holds pages of other patients, too" for (place,) in shared]


def _forget_arrivals(workspace: Workspace, case: Case) -> None:
    """Take the files of a case out of the ledger, and what is freed out of its file."""
    with workspace.ledger() as ledger:
        ledger.execute("PRAGMA secure_delete = ON")
        ours = [row[0] for row in ledger.execute(_OURS, {"case": case.case}).fetchall()]
        for number in ours:
            ledger.execute("DELETE FROM pages WHERE arrival = ?", (number,))
            ledger.execute("DELETE FROM arrivals WHERE id = ?", (number,))
        ledger.execute("DELETE FROM builds WHERE folder = ?", (f"cases/{case.folder.name}",))
    with closing(sqlite3.connect(workspace.folder / LEDGER)) as ledger:
        ledger.execute("VACUUM")
        ledger.execute("PRAGMA wal_checkpoint(TRUNCATE)")
