"""The files that came, as the ledger knows them: each step is written down before it is done, and can be done again.

taking   on its way from where it was dropped (`source`) to incoming/ (`place`)
taken    in incoming/, to be read
moving   decided; on its way from `place` to `target`
done     at `place`
gone     left the inbox before it was taken
"""

from __future__ import annotations

import os
import sqlite3
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from packetgen.errors import PacketgenError
from packetgen.files import finish_move, move, private_folder, sha256_of, write_atomic
from packetgen.intake.names import readable, safe
from packetgen.workspace import Workspace

State = Literal["taking", "taken", "moving", "done", "gone"]
Went = Literal["filed", "needs filing", "quarantined", "duplicate", "split", ""]
REASON = ".why.txt"


@dataclass(frozen=True, slots=True)
class Arrival:
    """One file that came.

    name     as it was dropped, below the inbox, with what cannot be seen written out
    hint     the folder it was dropped in
    place    where it lies, from the workspace; target: where it is going
    why      the reason in words, where a person must look
    part_of  the fax or archive it was in; same_as: what it is a duplicate of
    tries    how often reading it was begun
    """

    id: int
    name: str
    hint: str
    source: Path
    sha256: str
    state: State
    place: str
    target: str = ""
    went: Went = ""
    kind: str = ""
    case_id: str = ""
    why: str = ""
    part_of: int | None = None
    same_as: int | None = None
    tries: int = 0


COLUMNS = ("id", "name", "hint", "source", "sha256", "state", "place", "target", "went", "kind", "case_id", "why",
           "part_of", "same_as", "tries")  # fmt: skip
SELECT = f"SELECT {', '.join(COLUMNS)} FROM arrivals"  # noqa: S608 - constant


def find(workspace: Workspace, where: str, *values: object) -> tuple[Arrival, ...]:
    """The arrivals that a condition of SQL picks, in the order they came unless it orders them."""
    order = "" if "ORDER BY" in where else " ORDER BY id"
    with workspace.ledger() as ledger:
        rows = ledger.execute(f"{SELECT} WHERE {where}{order}", values).fetchall()
    return tuple(_arrival(row) for row in rows)


def _arrival(row: tuple[object, ...]) -> Arrival:
    values = dict(zip(COLUMNS, row, strict=True))
    values["source"] = Path(os.fsdecode(values["source"]))  # type: ignore[arg-type]
    return Arrival(**values)  # type: ignore[arg-type]


def add(ledger: sqlite3.Connection, source: Path, name: str, hint: str, part_of: int | None, why: str) -> None:
    """Write down a file that is about to be taken into incoming/. why: it goes to a person unread, and this is why."""
    values = (readable(name), readable(hint), os.fsencode(source), sha256_of(source), why, part_of, _now())
    row = ledger.execute(
        "INSERT INTO arrivals (name, hint, source, sha256, why, part_of, came_at, state, place) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, 'taking', '')",
        values,
    ).lastrowid
    ledger.execute("UPDATE arrivals SET place = ? WHERE id = ?", (f"incoming/{row}-{safe(source.name)}", row))


def take(workspace: Workspace, source: Path) -> None:
    """Move a file out of the inbox into incoming/. Raises OSError when it cannot; it is then still in the inbox."""
    where = "state = 'taking' AND source = ?"
    for begun in find(workspace, where, os.fsencode(source)):  # a full disk, say, cut it off
        finish_taking(workspace, begun)
    if not source.exists():
        return
    inside = source.relative_to(workspace.inbox)
    hint = "" if inside.parent == Path() else str(inside.parent)
    with workspace.ledger() as ledger:
        add(ledger, source, str(inside), hint, None, "")
    for begun in find(workspace, where, os.fsencode(source)):
        finish_taking(workspace, begun)


def finish_taking(workspace: Workspace, arrival: Arrival) -> None:
    """Bring a file that is being taken into incoming/. One that left the inbox, or is another by now, is let go.

    Raises OSError when it cannot be moved: it is still where it was, and a part of a fax waits there.
    """
    try:
        there = finish_move(arrival.source, workspace.folder / arrival.place, arrival.sha256)
    except OSError:
        if arrival.part_of is None:
            set_state(workspace, arrival, "gone")  # it stays in the inbox, and is a new arrival when it can be taken
        raise
    set_state(workspace, arrival, "taken" if there else "gone")


def set_state(workspace: Workspace, arrival: Arrival, state: State) -> None:
    """Write down how far a file is."""
    with workspace.ledger() as ledger:
        ledger.execute("UPDATE arrivals SET state = ? WHERE id = ?", (state, arrival.id))


def count_try(workspace: Workspace, arrival: Arrival) -> None:
    """Write down that reading a file begins: one that ends the program each time must not do so for ever."""
    with workspace.ledger() as ledger:
        ledger.execute("UPDATE arrivals SET tries = tries + 1 WHERE id = ?", (arrival.id,))


def uncount_try(workspace: Workspace, arrival: Arrival) -> None:
    """Write down that a try did not count: the disk was full or a program missing, which is not the file's fault."""
    with workspace.ledger() as ledger:
        ledger.execute("UPDATE arrivals SET tries = tries - 1 WHERE id = ?", (arrival.id,))


def read_anew(workspace: Workspace, arrival: Arrival) -> None:
    """A file in incoming/ that was changed or removed there: what was decided of it does not hold."""
    path = workspace.folder / arrival.place
    state, digest = ("taken", sha256_of(path)) if path.is_file() else ("gone", arrival.sha256)
    with workspace.ledger() as ledger:
        ledger.execute("UPDATE arrivals SET state = ?, sha256 = ? WHERE id = ?", (state, digest, arrival.id))
    raise PacketgenError(f"it was {'changed' if state == 'taken' else 'removed'} in incoming/ while it was filed")


def decide(ledger: sqlite3.Connection, decided: Arrival) -> None:
    """Write down where a file goes, before it goes."""
    ledger.execute(
        "UPDATE arrivals SET state = 'moving', target = ?, went = ?, kind = ?, case_id = ?, why = ?, same_as = ? "
        "WHERE id = ?",
        (decided.target, decided.went, decided.kind, decided.case_id, decided.why, decided.same_as, decided.id),
    )


def finish_moving(workspace: Workspace, arrival: Arrival) -> Arrival:
    """Bring a decided file to its target, with the reason beside it."""
    target = workspace.folder / arrival.target
    private_folder(target.parent)
    if target.exists() and sha256_of(target) != arrival.sha256:  # a person put another file there meanwhile
        target = free_place(target.parent, target.name)
        arrival = replace(arrival, target=str(target.relative_to(workspace.folder)))
        with workspace.ledger() as ledger:
            decide(ledger, arrival)
    if arrival.why:
        write_atomic(target.with_name(target.name + REASON), arrival.why + "\n")
    if not finish_move(workspace.folder / arrival.place, target, arrival.sha256):
        read_anew(workspace, arrival)
    (workspace.folder / f"{arrival.place}{REASON}").unlink(missing_ok=True)  # where it waited for a person
    with workspace.ledger() as ledger:
        ledger.execute("UPDATE arrivals SET state = 'done', place = target, target = '' WHERE id = ?", (arrival.id,))
    return replace(arrival, state="done", place=arrival.target, target="")


def follow(workspace: Workspace, arrival: Arrival, path: Path) -> None:
    """Write down that a person filed an arrival at `path`, below a case; the case is to be built again."""
    place = path.relative_to(workspace.folder)
    folder = "/".join(place.parts[:2])
    with workspace.ledger() as ledger:
        ledger.execute(
            "UPDATE arrivals SET went = 'filed', place = ?, case_id = ?, why = 'filed by hand' WHERE id = ?",
            (str(place), place.parts[1], arrival.id),
        )
        ledger.execute("INSERT OR IGNORE INTO builds (folder) VALUES (?)", (folder,))
    (workspace.folder / f"{arrival.place}{REASON}").unlink(missing_ok=True)


def free_place(folder: Path, name: str) -> Path:
    """A name in `folder` that nothing has: "scan.pdf", else "scan (2).pdf"."""
    place, number = folder / name, 2
    while place.exists() or place.is_symlink():
        place = folder / f"{Path(name).stem} ({number}){Path(name).suffix}"
        number += 1
    return place


def put_back(workspace: Workspace, path: Path) -> None:
    """A file in incoming/ that the ledger does not know, say after a restore: back into the inbox."""
    move(path, free_place(workspace.inbox, path.name.partition("-")[2] or path.name))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
