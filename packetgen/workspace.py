"""Where a clinic keeps things: an inbox, its cases, and a ledger of what came and what was sent.

The ledger is SQLite. Its schema grows by appending to MIGRATIONS, never by changing an entry that has shipped; the
file remembers in `user_version` how many of them it has.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from packetgen import yamlfile
from packetgen.case import Case, Provider, read_case
from packetgen.errors import BadCaseFile, PacketgenError
from packetgen.files import held, private_folder, write_atomic
from packetgen.limits import LEDGER_SECONDS
from packetgen.resources import FORM_MAPS, LETTERS, PACKAGE, PAYERS

LEDGER = "packetgen.db"
SETTINGS = "settings.yaml"
WATCHING = ".watching"  # locked by the one watcher
CHANGING = ".changing"  # locked by whoever moves files: a watcher for one file, a backup for all of them

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE IF NOT EXISTS files (
            sha256 TEXT NOT NULL, name TEXT NOT NULL, taken_at TEXT NOT NULL, went TEXT NOT NULL, place TEXT NOT NULL,
            case_id TEXT, why TEXT NOT NULL)""",
        """CREATE TABLE IF NOT EXISTS events (
            id INTEGER PRIMARY KEY, case_id TEXT NOT NULL, kind TEXT NOT NULL, happened_on TEXT NOT NULL, due TEXT,
            reference TEXT NOT NULL, note TEXT NOT NULL, logged_at TEXT NOT NULL)""",
    ),
    (
        # A file that came. source: where it was dropped, as bytes; place: where it lies, from the workspace;
        # target: where it is going; part_of, same_as: another arrival; hint: the folder it was dropped in.
        """CREATE TABLE arrivals (
            id INTEGER PRIMARY KEY, name TEXT NOT NULL, hint TEXT NOT NULL DEFAULT '', source BLOB NOT NULL,
            sha256 TEXT NOT NULL, state TEXT NOT NULL, place TEXT NOT NULL, target TEXT NOT NULL DEFAULT '',
            went TEXT NOT NULL DEFAULT '', kind TEXT NOT NULL DEFAULT '', case_id TEXT NOT NULL DEFAULT '',
            why TEXT NOT NULL DEFAULT '', part_of INTEGER REFERENCES arrivals, same_as INTEGER REFERENCES arrivals,
            tries INTEGER NOT NULL DEFAULT 0, came_at TEXT NOT NULL)""",
        "CREATE INDEX arrivals_by_content ON arrivals (sha256)",
        "CREATE INDEX arrivals_by_state ON arrivals (state)",
        """INSERT INTO arrivals (name, source, sha256, state, place, went, case_id, why, came_at)
            SELECT name, x'', sha256, 'done', place, went, coalesce(case_id, ''), why, taken_at FROM files""",
        "DROP TABLE files",
        # What each page of a filed document shows, to know it when it comes again.
        """CREATE TABLE pages (
            arrival INTEGER NOT NULL REFERENCES arrivals, number INTEGER NOT NULL, digest TEXT NOT NULL)""",
        "CREATE INDEX pages_by_digest ON pages (digest)",
        # Cases that must be built again, by their folder from the workspace.
        "CREATE TABLE builds (folder TEXT PRIMARY KEY)",
        # What a decision says: units allowed, first and last day, and the letter, from the workspace.
        "ALTER TABLE events ADD COLUMN units INTEGER",
        "ALTER TABLE events ADD COLUMN starts_on TEXT",
        "ALTER TABLE events ADD COLUMN ends_on TEXT",
        "ALTER TABLE events ADD COLUMN document TEXT NOT NULL DEFAULT ''",
        "CREATE INDEX events_by_case ON events (case_id)",
    ),
    (
        # The follow-up. corrects: the event that this one replaces; reasons: of a denial, comma between them.
        "ALTER TABLE events ADD COLUMN corrects INTEGER REFERENCES events",
        *(
            f"ALTER TABLE events ADD COLUMN {column} TEXT NOT NULL DEFAULT ''"
            for column in (
                "channel",
                "contact",
                "promised",
                "next_step",
                "outcome",
                "packet",
                "level",
                "units_for",
                "reasons",
            )
        ),
        "ALTER TABLE events ADD COLUMN received_on TEXT",
        "ALTER TABLE events ADD COLUMN peer_to_peer_by TEXT",
        "ALTER TABLE events ADD COLUMN treatments INTEGER",
        "ALTER TABLE events ADD COLUMN minutes INTEGER",
    ),
    (
        # Events on a server (tracking/store.py). carried: it is there; identity: of this workspace among others there.
        "ALTER TABLE events ADD COLUMN carried INTEGER NOT NULL DEFAULT 0",
        "CREATE TABLE identity AS SELECT lower(hex(randomblob(8))) AS id",
    ),
    ("ALTER TABLE events ADD COLUMN logged_by TEXT NOT NULL DEFAULT ''",),  # the person, on the review page
)

NEW_SETTINGS = """\
# What this workspace should know. All of it is optional.

# inbox: /srv/scans        # watch this folder instead of inbox/, such as a scanner's share
# polling: true            # for a share that tells of no changes: look every few seconds instead of waiting for events
# watch: true             # the review page watches the inbox, too, without --watch
# tracking: postgresql://packetgen@db.clinic.example/packetgen   # keep what was sent and answered on a server
# provider:                # goes into the draft of a new case
#   name: "Lena Ortiz, MD"
#   npi: "1234567893"
#   specialty: neurology
#   practice: Cedar Hill Neurology
#   phone: 555-0100
#   fax: 555-0101
"""


class Settings(yamlfile.Strict):
    """settings.yaml. watch: the review page watches the inbox; provider: who asks in the draft of a new case;
    tracking: a PostgreSQL server for the events.
    """

    inbox: Path | None = None
    polling: bool = False
    watch: bool = False
    tracking: str | None = None
    provider: Provider | None = None


@dataclass(frozen=True, slots=True)
class Workspace:
    """A clinic's folder. The ledger knows where each file that came is."""

    folder: Path
    settings: Settings

    @property
    def inbox(self) -> Path:
        """Where scans are dropped."""
        return self.folder / (self.settings.inbox or "inbox")

    @property
    def incoming(self) -> Path:
        """What was taken from the inbox and is being worked on."""
        return self.folder / "incoming"

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

    @property
    def originals(self) -> Path:
        """Faxes of several patients and archives, whole; their parts went on by themselves."""
        return self.folder / "originals"

    @property
    def work(self) -> Path:
        """What lies between two steps; emptied when a watcher starts."""
        return self.folder / ".work"

    @property
    def payers(self) -> tuple[Path, ...]:
        """Where the rules of plans are: the clinic's own first, then those that ship."""
        return (self.folder / "payer_forms", PAYERS)

    @contextmanager
    def ledger(self) -> Iterator[sqlite3.Connection]:
        """A connection inside one transaction: all of it is kept, or nothing.

        Raises PacketgenError when the ledger is locked by another program, damaged, or the disk is full.
        """
        with _told(), closing(sqlite3.connect(self.folder / LEDGER, timeout=LEDGER_SECONDS)) as connection:
            connection.execute("PRAGMA synchronous=FULL")
            with connection:
                yield connection

    @contextmanager
    def ledger_kept_open(self) -> Iterator[None]:
        """Keep the ledger's log between transactions: whoever closes the ledger last would clear it each time."""
        with closing(sqlite3.connect(self.folder / LEDGER)) as connection:
            with _told():
                connection.execute("SELECT count(*) FROM builds").fetchone()
            yield

    @contextmanager
    def locked(self, name: str, *, wait: bool) -> Iterator[None]:
        """Hold a lock of this workspace: WATCHING or CHANGING. A lock dies with its process.

        Raises BadCaseFile when another process holds it and `wait` is false.
        """
        with held(os.open(self.folder / name, os.O_RDWR | os.O_CREAT, 0o600)) as descriptor:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            except BlockingIOError:
                raise BadCaseFile(
                    "another packetgen is at work here", where=str(self.folder), fix="Let it end, or stop it first."
                ) from None
            yield

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


@contextmanager
def _told() -> Iterator[None]:
    """An error of the ledger in words."""
    try:
        yield
    except sqlite3.Error as failure:
        raise PacketgenError(
            f"the ledger cannot be used ({failure})",
            where=LEDGER,
            fix="Look whether the disk is full or another program holds it; nothing was lost.",
        ) from None


def make_workspace(folder: Path) -> Workspace:
    """Make a workspace, or complete one; nothing that is there is changed but the ledger's schema.

    Raises BadCaseFile when settings.yaml is wrong or the ledger was made by a newer packetgen.
    """
    private_folder(folder)
    if not (folder / SETTINGS).exists():
        write_atomic(folder / SETTINGS, NEW_SETTINGS)
    workspace = Workspace(folder, yamlfile.read(folder / SETTINGS, Settings, BadCaseFile))
    for part in (
        "inbox",
        "incoming",
        "cases",
        "needs-filing",
        "quarantine",
        "duplicates",
        "originals",
        ".work",
        "templates/letters",
        "templates/forms",
        "payer_forms",
    ):
        if part != "inbox" or workspace.settings.inbox is None:
            private_folder(folder / part)
    _migrate(workspace)
    (folder / LEDGER).chmod(0o600)
    return workspace


def letter_folders(case_folder: Path) -> tuple[Path, ...]:
    """Where the templates of a case's letters are: templates/letters of its workspace, then those that ship."""
    own = folder_around(case_folder)
    return (own / "templates" / "letters", LETTERS) if own else (LETTERS,)


def payer_folder(case_folder: Path, payer: str) -> Path:
    """Where the rules of a plan are: payer_forms of its workspace when it has that plan, else those that ship."""
    own = folder_around(case_folder)
    return own / "payer_forms" if own and (own / "payer_forms" / payer / "policy.yaml").is_file() else PAYERS


def map_folder(case_folder: Path, form: str) -> Path:
    """Where the map of a form is: templates/forms of its workspace when it has that form, else those that ship."""
    own = folder_around(case_folder)
    return (
        own / "templates" / "forms" if own and (own / "templates" / "forms" / f"{form}.yaml").is_file() else FORM_MAPS
    )


def folder_around(case_folder: Path) -> Path | None:
    """The workspace that a case lies in, if it lies in one."""
    folder = case_folder.resolve().parent.parent
    return folder if (folder / LEDGER).is_file() else None


def open_workspace(folder: Path) -> Workspace:
    """The workspace in `folder`; raises BadCaseFile when it is none."""
    if not (folder / LEDGER).is_file():
        raise BadCaseFile("is not a workspace", where=str(folder), fix=f"Make one: packetgen init {folder}")
    return make_workspace(folder)


def _migrate(workspace: Workspace) -> None:
    """Bring the ledger's schema up to date, all of it or nothing, whoever else is at it."""
    with workspace.ledger() as ledger:
        ledger.execute("PRAGMA journal_mode=WAL")
        if _version(ledger) == len(MIGRATIONS):
            return
        ledger.execute("BEGIN IMMEDIATE")
        version = _version(ledger)
        if version > len(MIGRATIONS):
            raise BadCaseFile(
                "was made by a newer packetgen",
                where=str(workspace.folder / LEDGER),
                fix="Use that version, or a newer.",
            )
        for statement in (statement for migration in MIGRATIONS[version:] for statement in migration):
            ledger.execute(statement)
        ledger.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")


def _version(ledger: sqlite3.Connection) -> int:
    return int(ledger.execute("PRAGMA user_version").fetchone()[0])


def refuse_loops(workspace: Workspace) -> None:
    """Raise BadCaseFile when watching the inbox would eat what the program writes, a home folder or the program.

    The inbox may lie in no folder of the workspace but its own, and may hold none of them.
    """
    inbox = workspace.inbox.resolve()
    own = [workspace.folder, workspace.cases, workspace.incoming, workspace.needs_filing, workspace.quarantine,
           workspace.duplicates, workspace.originals, workspace.work]  # fmt: skip
    outputs = [folder.resolve() for folder in own]
    eaten = [*outputs, Path.home().resolve(), PACKAGE]
    wrong = next((folder for folder in eaten if folder.is_relative_to(inbox)), None)
    wrong = wrong or next((folder for folder in outputs[1:] if inbox.is_relative_to(folder)), None)
    if wrong:
        raise BadCaseFile(
            f"cannot be watched: it would take {wrong} for scans",
            where=str(workspace.inbox),
            fix="Give the inbox a folder of its own, apart from the workspace's other folders.",
        )
    if not inbox.is_dir():
        raise BadCaseFile("there is no such inbox", where=str(workspace.inbox), fix=f"Make it, or correct {SETTINGS}.")
