"""Where a clinic keeps things: an inbox, its cases, and a ledger of what came and what was sent."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from packetgen.case import Case, read_case
from packetgen.errors import BadCaseFile, PacketgenError
from packetgen.files import private_folder
from packetgen.resources import LETTERS

LEDGER = "packetgen.db"
SCHEMA = """
CREATE TABLE IF NOT EXISTS files (
    sha256 TEXT NOT NULL, name TEXT NOT NULL, taken_at TEXT NOT NULL, went TEXT NOT NULL, place TEXT NOT NULL,
    case_id TEXT, why TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS files_by_content ON files (sha256);
CREATE TABLE IF NOT EXISTS events (
    id INTEGER PRIMARY KEY, case_id TEXT NOT NULL, kind TEXT NOT NULL, happened_on TEXT NOT NULL, due TEXT,
    reference TEXT NOT NULL, note TEXT NOT NULL, logged_at TEXT NOT NULL
);
"""


@dataclass(frozen=True, slots=True)
class Workspace:
    """A clinic's folder. The ledger is SQLite; files are where the ledger says."""

    folder: Path

    @property
    def inbox(self) -> Path:
        """Where scans are dropped."""
        return self.folder / "inbox"

    @property
    def cases(self) -> Path:
        """A folder for each case, with its case.yaml."""
        return self.folder / "cases"

    @property
    def needs_filing(self) -> Path:
        """What a person must file, each with its reason beside it."""
        return self.folder / "needs-filing"

    @property
    def quarantine(self) -> Path:
        """What cannot be read, each with its reason beside it."""
        return self.folder / "quarantine"

    @property
    def duplicates(self) -> Path:
        """What had come before, kept and not filed twice."""
        return self.folder / "duplicates"

    @contextmanager
    def ledger(self) -> Iterator[sqlite3.Connection]:
        """A connection inside one transaction: all of it is kept, or nothing."""
        connection = sqlite3.connect(self.folder / LEDGER, timeout=30)
        try:
            with connection:
                connection.execute("PRAGMA journal_mode=WAL")
                connection.execute("PRAGMA synchronous=FULL")
                yield connection
        finally:
            connection.close()

    def case_files(self) -> tuple[Path, ...]:
        """The case.yaml of every case."""
        return tuple(sorted(self.cases.glob("*/case.yaml")))

    def readable_cases(self) -> Iterator[tuple[Path, Case]]:
        """Every case whose file can be read; a broken one does not stop the others."""
        for path in self.case_files():
            try:
                yield path, read_case(path)
            except PacketgenError:
                continue

    def case_of(self, case_id: str) -> Path:
        """The file of the case with that id; raises BadCaseFile when there is none."""
        for path, case in self.readable_cases():
            if case.case == case_id:
                return path
        raise BadCaseFile(f"no case {case_id}", where=str(self.cases), fix="See packetgen track status.")


def make_workspace(folder: Path) -> Workspace:
    """Make a workspace, or complete one; nothing that is there is changed."""
    workspace = Workspace(private_folder(folder))
    for part in (
        workspace.inbox,
        workspace.cases,
        workspace.needs_filing,
        workspace.quarantine,
        workspace.duplicates,
    ):
        private_folder(part)
    with workspace.ledger() as ledger:
        ledger.executescript(SCHEMA)
    (folder / LEDGER).chmod(0o600)
    return workspace


def letter_folders(case_folder: Path) -> tuple[Path, ...]:
    """Where the templates of a case's letters are: templates/letters of its workspace, then those that ship."""
    own = case_folder.parent.parent
    return (own / "templates" / "letters", LETTERS) if (own / LEDGER).is_file() else (LETTERS,)


def open_workspace(folder: Path) -> Workspace:
    """The workspace in `folder`; raises BadCaseFile when it is none."""
    if not (folder / LEDGER).is_file():
        raise BadCaseFile("is not a workspace", where=str(folder), fix=f"Make one: packetgen init {folder}")
    return make_workspace(folder)
