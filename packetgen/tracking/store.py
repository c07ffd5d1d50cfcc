"""Where events are kept: in the workspace's ledger, or on a PostgreSQL server that several machines share.

With a server, the ledger's table is the way there: what the watched folder logs together with a filing, or what was
logged before there was a server, is carried over at the next use. Each such event goes under its origin, so that it
arrives once, however often the way is cut off.
"""

from __future__ import annotations

import ipaddress
import os
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import unquote, urlsplit

from packetgen.errors import BadCaseFile, MissingProgram, PacketgenError
from packetgen.limits import LEDGER_SECONDS
from packetgen.workspace import SETTINGS, Workspace

if TYPE_CHECKING:
    from pg8000.native import Connection

PASSWORD = "PGPASSWORD"  # noqa: S105 - the name of a variable
SERVER_PORT = 5432
TABLE = """CREATE TABLE IF NOT EXISTS events (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, case_id TEXT NOT NULL, kind TEXT NOT NULL,
    happened_on TEXT NOT NULL, due TEXT, reference TEXT NOT NULL DEFAULT '', note TEXT NOT NULL DEFAULT '',
    logged_at TEXT NOT NULL, units INTEGER, starts_on TEXT, ends_on TEXT, document TEXT NOT NULL DEFAULT '',
    corrects BIGINT REFERENCES events, channel TEXT NOT NULL DEFAULT '', contact TEXT NOT NULL DEFAULT '',
    promised TEXT NOT NULL DEFAULT '', next_step TEXT NOT NULL DEFAULT '', outcome TEXT NOT NULL DEFAULT '',
    packet TEXT NOT NULL DEFAULT '', level TEXT NOT NULL DEFAULT '', units_for TEXT NOT NULL DEFAULT '',
    reasons TEXT NOT NULL DEFAULT '', received_on TEXT, peer_to_peer_by TEXT, treatments INTEGER, minutes INTEGER,
    origin TEXT UNIQUE)"""
NEWEST = "logged_by"  # the column that an older table lacks


class Execute(Protocol):
    """A way to the database."""

    def __call__(self, statement: str, /, **values: object) -> list[Any]:
        """Run one statement with its :named values and give the rows."""


@contextmanager
def events_of(workspace: Workspace, *, writing: bool = False) -> Iterator[Execute]:
    """The table `events` in one transaction: all of it is kept, or nothing. `writing`: no one else writes meanwhile.

    Raises PacketgenError when the ledger or the server cannot be used, BadCaseFile for a wrong address.
    """
    if workspace.settings.tracking is None:
        with workspace.ledger() as ledger:
            if writing:
                ledger.execute("BEGIN IMMEDIATE")
            yield lambda statement, /, **values: ledger.execute(statement, values).fetchall()
        return
    _carry_over(workspace, workspace.settings.tracking)
    with _transaction(workspace.settings.tracking) as server:
        if writing:
            server("LOCK TABLE events IN SHARE ROW EXCLUSIVE MODE")
        yield server


def forget_events(workspace: Workspace, case_id: str) -> None:
    """Remove every event of a case, wherever events are kept."""
    with events_of(workspace, writing=True) as events:
        events("DELETE FROM events WHERE case_id = :case_id", case_id=case_id)
    with workspace.ledger() as ledger:
        ledger.execute("PRAGMA secure_delete = ON")
        ledger.execute("DELETE FROM events WHERE case_id = ?", (case_id,))


@contextmanager
def _transaction(address: str) -> Iterator[Execute]:
    try:
        from pg8000.exceptions import DatabaseError, InterfaceError
    except ImportError:
        raise MissingProgram("no driver for PostgreSQL is installed", fix="pip install 'packetgen[server]'") from None
    try:
        server = _connect(address)
        try:
            server.run("START TRANSACTION")
            yield server.run
            server.run("COMMIT")
        finally:
            server.close()  # what was not committed is undone
    except (DatabaseError, InterfaceError, OSError) as failure:
        raise PacketgenError(
            f"the tracking server cannot be used ({type(failure).__name__})",
            where=_without_password(address),
            fix=f"Look whether it runs, and at the address in {SETTINGS} and ${PASSWORD}; nothing was lost.",
        ) from None


def _connect(address: str) -> Connection:
    """A connection, encrypted and to a known host unless it stays on this machine; the table is there."""
    from pg8000.native import Connection

    url = urlsplit(address)
    if url.scheme != "postgresql" or not url.hostname or not url.username or len(url.path) < 2 or url.password:
        raise BadCaseFile(
            "is no address of a tracking server",
            where=f"{SETTINGS}, tracking",
            fix=f"Write postgresql://USER@HOST/DATABASE, and give the password in ${PASSWORD}.",
        )
    server = Connection(
        unquote(url.username),
        host=url.hostname,
        port=url.port or SERVER_PORT,
        database=unquote(url.path[1:]),
        password=os.environ.get(PASSWORD),
        timeout=LEDGER_SECONDS,
        ssl_context=None if _is_here(url.hostname) else ssl.create_default_context(),
        application_name="packetgen",
    )
    known = "SELECT 1 FROM information_schema.columns WHERE table_name = 'events' AND column_name = :name"
    if not server.run(known, name=NEWEST):
        server.run("SELECT pg_advisory_lock(hashtext('packetgen'))")  # two that come first at once
        server.run(TABLE)
        server.run(f"ALTER TABLE events ADD COLUMN IF NOT EXISTS {NEWEST} TEXT NOT NULL DEFAULT ''")
        server.run("SELECT pg_advisory_unlock(hashtext('packetgen'))")
    return server


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _without_password(address: str) -> str:
    url = urlsplit(address)
    return f"postgresql://{url.hostname}{url.path}"


def _carry_over(workspace: Workspace, address: str) -> None:
    """Bring the ledger's events to the server, each once, and note in the ledger that they are there."""
    with workspace.ledger() as ledger:
        cursor = ledger.execute("SELECT * FROM events WHERE NOT carried ORDER BY id")
        names = [column[0] for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        ((workspace_id,),) = ledger.execute("SELECT id FROM identity").fetchall()
    if not rows:
        return
    with _transaction(address) as server:
        for row in rows:
            _carry(server, row, workspace_id)
    with workspace.ledger() as ledger:
        ledger.executemany("UPDATE events SET carried = 1 WHERE id = ?", [(row["id"],) for row in rows])


def _carry(server: Execute, row: Mapping[str, object], workspace_id: str) -> None:
    """Insert one event of a ledger, unless it is there; what it corrects has a number of the server's."""
    known = {name: value for name, value in row.items() if name not in ("id", "carried", "corrects")}
    names, marks = ", ".join(known), ", ".join(f":{name}" for name in known)
    server(
        f"INSERT INTO events ({names}, origin, corrects) VALUES ({marks}, :origin, "  # noqa: S608 - columns of the ledger
        "(SELECT id FROM events WHERE origin = :corrected)) ON CONFLICT (origin) DO NOTHING",
        **known,
        origin=f"{workspace_id}:{row['id']}",
        corrected=f"{workspace_id}:{row['corrects']}",
    )
