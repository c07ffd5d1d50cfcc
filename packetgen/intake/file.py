"""One file of the inbox: to its case, to a person, or into quarantine; never lost, never twice.

What is done is first written down (`arrivals`), so that after a crash the same step is done again or completed.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from packetgen import assembly, pipeline  # noqa: F401 - a build's last stage: not first met in a thread
from packetgen.case import read_case
from packetgen.documents.cache import PageCache
from packetgen.documents.read import keep_reading
from packetgen.errors import PacketgenError, UnreadableInput
from packetgen.files import private_folder, sha256_of
from packetgen.intake import arrivals, batches
from packetgen.intake.archives import unpack
from packetgen.intake.arrivals import Arrival
from packetgen.intake.decide import Told, folder_in_case, place_of, told_by
from packetgen.intake.drafts import write_draft
from packetgen.intake.match import Seen
from packetgen.intake.names import ARCHIVE, hides_something, safe
from packetgen.intake.people import Known, People
from packetgen.intake.reading import Reading, read_file
from packetgen.limits import MAX_ARCHIVES_IN_ARCHIVES, MAX_TRIES
from packetgen.workspace import CHANGING, Workspace

Reader = Callable[[Path, str, Path], Reading]
Builder = Callable[[Path], str]


@dataclass(frozen=True, slots=True)
class Piece:
    """A file made of an arrival: a part of a fax, or what was in an archive. why: a person must look at it unread."""

    path: Path
    name: str
    hint: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of an arrival: the arrival with its target, and what the ledger keeps with it."""

    arrival: Arrival
    digests: Sequence[str] = ()
    told: Told | None = None
    case_folder: Path | None = None
    pieces: Sequence[Piece] = ()


def build_case(case_file: Path) -> str:
    """Build a case again; its state in words. What stops it is told, and stops nothing else."""
    try:
        built = pipeline.build(case_file)
    except PacketgenError as error:
        return f"not built: {error}"
    state = f"draft: {built.packet.draft}" if built.packet.draft else "complete"
    return f"packet of {built.packet.page_count} pages, {state}"


class Intake:
    """Files a workspace's arrivals. read and build do the two long steps."""

    def __init__(self, workspace: Workspace, read: Reader = read_file, build: Builder = build_case) -> None:
        self.workspace, self.read, self.build = workspace, read, build
        self.people = People(workspace)

    def tidy(self) -> None:
        """After a crash: put back into the inbox what the ledger does not know, and empty the work folder."""
        workspace = self.workspace
        waiting = self.waiting()
        for path in sorted(workspace.incoming.iterdir()):
            if path.name.startswith("."):
                path.unlink()  # a copy that was cut off; its original is where it was
            elif f"incoming/{path.name}" not in {arrival.place for arrival in waiting}:
                arrivals.put_back(workspace, path)
        if not any(arrival.state == "taking" for arrival in waiting):
            for left in workspace.work.iterdir():
                shutil.rmtree(left, ignore_errors=True)

    def follow_hands(self) -> None:
        """A file that a person moved out of needs-filing/ or quarantine/ into a case: the ledger follows it there."""
        workspace = self.workspace
        moved = [one for one in arrivals.find(workspace, "state = 'done' AND went IN ('needs filing', 'quarantined')")
                 if not (workspace.folder / one.place).exists()]  # fmt: skip
        if not moved:
            return
        known = {arrival.place for arrival in arrivals.find(workspace, "went = 'filed'")}
        by_hand = {sha256_of(path): path for path in workspace.cases.glob("*/filed/**/*")
                   if path.is_file() and str(path.relative_to(workspace.folder)) not in known}  # fmt: skip
        for arrival in moved:
            if path := by_hand.get(arrival.sha256):
                arrivals.follow(workspace, arrival, path)

    def take(self, path: Path) -> bool:
        """Move a file out of the inbox; True. Raises OSError or PacketgenError when it must stay there."""
        with self.workspace.locked(CHANGING, wait=True):
            arrivals.take(self.workspace, path)
        return True

    def waiting(self) -> tuple[Arrival, ...]:
        """What was taken and not filed yet; what failed before comes last."""
        return arrivals.find(self.workspace, "state IN ('taking', 'taken', 'moving') ORDER BY tries, id")

    def finish(self, arrival: Arrival) -> Arrival | None:
        """Complete a move that was begun; None when the file is in incoming/ now, to be filed."""
        with self.workspace.locked(CHANGING, wait=True):
            if arrival.state == "moving":
                return arrivals.finish_moving(self.workspace, arrival)
            if arrival.state == "taking":
                arrivals.finish_taking(self.workspace, arrival)
            return None

    def file(self, arrival: Arrival) -> Arrival:
        """Read a file that was taken, decide where it belongs, and bring it there.

        Raises PacketgenError or OSError when nothing can be decided, say because Tesseract is not installed or the
        disk is full; it stays in incoming/ and is tried again.
        """
        workspace = self.workspace
        arrivals.count_try(workspace, arrival)
        try:
            with tempfile.TemporaryDirectory(dir=workspace.work) as work:
                decision = self._decide(replace(arrival, tries=arrival.tries + 1), Path(work))
            with workspace.locked(CHANGING, wait=True):
                return self._carry_out(decision)
        except (PacketgenError, OSError):
            arrivals.uncount_try(workspace, arrival)
            raise

    def _carry_out(self, decision: Decision) -> Arrival:
        """Write the decision down, then do it."""
        workspace, arrival = self.workspace, decision.arrival
        if not arrivals.find(
            workspace, "id = ? AND place = ? AND state IN ('taken', 'done')", arrival.id, arrival.place
        ):
            raise PacketgenError("someone else has filed it meanwhile", where=arrival.place)
        path = workspace.folder / arrival.place
        if not path.is_file() or sha256_of(path) != arrival.sha256:
            arrivals.read_anew(workspace, arrival)
        self._write_down(decision)
        for piece in arrivals.find(workspace, "state = 'taking' AND part_of = ?", arrival.id):
            arrivals.finish_taking(workspace, piece)
        shutil.rmtree(self._pieces(arrival), ignore_errors=True)
        return arrivals.finish_moving(workspace, arrival)

    def to_build(self) -> tuple[str, ...]:
        """The folders of the cases that got something new."""
        with self.workspace.ledger() as ledger:
            return tuple(folder for (folder,) in ledger.execute("SELECT folder FROM builds ORDER BY folder"))

    def rebuild(self, folder: str) -> str:
        """Build one of them again; its state in words, "" when another has built it meanwhile.

        After a crash it is built again; a failure is not repeated.
        """
        try:
            with self.workspace.locked(CHANGING, wait=True):
                return self.build(self.workspace.folder / folder / "case.yaml") if folder in self.to_build() else ""
        finally:
            with self.workspace.ledger() as ledger:
                ledger.execute("DELETE FROM builds WHERE folder = ?", (folder,))

    def _decide(self, arrival: Arrival, work: Path) -> Decision:
        """What becomes of a file; each check that can settle it without reading comes first."""
        path, name = self.workspace.folder / arrival.place, Path(arrival.name).name
        if arrival.why:
            return self._to_person(arrival, arrival.why)
        if hides_something(arrival.source.name):
            return self._to_quarantine(
                arrival, "Its name holds signs that cannot be seen. Rename it and drop it again."
            )
        if arrival.tries > MAX_TRIES:
            return self._to_quarantine(arrival, f"Reading it failed {MAX_TRIES} times. Print it to a new PDF.")
        if earlier := self._same_file(arrival):
            return self._linked(arrival, earlier, f"The same file as {earlier.place}.")
        try:
            if path.suffix.lower() == ARCHIVE:
                return self._unpacked(arrival, path, name, work)
            reading = self.read(path, name, work)
        except UnreadableInput as error:
            return self._to_quarantine(arrival, str(error))
        arrival = replace(arrival, kind=reading.kind)
        if proposal := batches.propose(reading.pages):
            return self._cut(arrival, reading, proposal, work)
        if earlier := self._same_pages(reading):
            return self._linked(arrival, earlier, f"Its pages are those of {earlier.place}.")
        return self._placed(arrival, reading)

    def _placed(self, arrival: Arrival, reading: Reading) -> Decision:
        belongs = place_of(reading, arrival.hint, self.people)
        if belongs.went != "filed":
            digests = [page.digest for page in reading.pages]
            return replace(self._to_person(arrival, belongs.why), digests=digests)
        if belongs.case and (listed := _listed(arrival, belongs.case)):
            place = listed.relative_to(self.workspace.folder)
            known = replace(arrival, case_id=belongs.case.case_id)
            return self._linked(known, None, f"The same file as {place}, which the case has already.")
        case = belongs.case or self._new_case(arrival, reading, belongs.payer, belongs.patient)
        return self._filed(arrival, reading, case)

    def _filed(self, arrival: Arrival, reading: Reading, case: Known) -> Decision:
        """Into a case, with what a plan's letter tells."""
        inside, name = folder_in_case(reading), safe(Path(arrival.name).name)
        told = told_by(reading, case.folder / "case.yaml", date.today())
        if told and told.kind == "denied":
            name = f"{told.happened_on} {name}"  # the newest denial is the last by name
        target = arrivals.free_place(case.folder / inside, name)
        going = self._going(arrival, target, went="filed", case_id=case.case_id, why="")
        return Decision(going, [page.digest for page in reading.pages], told, case.folder)

    def _new_case(self, arrival: Arrival, reading: Reading, payer: str, patient: Seen) -> Known:
        case_id = f"draft-{arrival.id:04}"
        document = f"{folder_in_case(reading)}/{safe(Path(arrival.name).name)}"
        write_draft(self.workspace, case_id, reading, patient, payer, document)
        return next(case for case in self.people.all() if case.case_id == case_id)

    def _cut(self, arrival: Arrival, reading: Reading, proposal: batches.Proposal, work: Path) -> Decision:
        """A fax of several patients: cut into parts, each filed by itself, when all cuts are sure."""
        told = f"A fax of several patients, {arrival.name}:\n{proposal.told}"
        if proposal.why:
            return self._to_person(arrival, f"{told}\nPlease cut and file it by hand: {proposal.why}.")
        return self._split(arrival, self._parts(arrival, reading, proposal.parts), told)

    def _parts(self, arrival: Arrival, reading: Reading, parts: Sequence[batches.Part]) -> list[Piece]:
        """The parts of a fax as files of their own."""
        paths = batches.cut(reading.exhibit, parts, self._kept(arrival))
        for path, part in zip(paths, parts, strict=True):
            keep_reading(path, [text.page for text in reading.texts[part.first - 1 : part.last]], PageCache())
        names = [f"{Path(arrival.name).stem}, {part.pages}.pdf" for part in parts]
        whys = [part.why and f"{part.pages} of {arrival.name} {part.why}." for part in parts]
        return [Piece(path, name, arrival.hint, why) for path, name, why in zip(paths, names, whys, strict=True)]

    def _unpacked(self, arrival: Arrival, path: Path, name: str, work: Path) -> Decision:
        if self._depth(arrival) > MAX_ARCHIVES_IN_ARCHIVES:
            raise UnreadableInput("is an archive in an archive in an archive", where=name, fix="Unpack it by hand.")
        members = unpack(path, name, self._kept(arrival))
        hints = [str(Path(arrival.hint) / member.hint) if member.hint else arrival.hint for member in members]
        pieces = [Piece(m.path, m.name, hint) for m, hint in zip(members, hints, strict=True)]
        return self._split(
            arrival, pieces, f"Unpacked from {arrival.name}:\n" + "\n".join(f"  {p.name}" for p in pieces)
        )

    def _kept(self, arrival: Arrival) -> Path:
        """A new folder for pieces, which must outlive the reading: the ledger tells where they are before they move."""
        folder = self._pieces(arrival)
        shutil.rmtree(folder, ignore_errors=True)
        return private_folder(folder)

    def _pieces(self, arrival: Arrival) -> Path:
        return self.workspace.work / f"pieces-{arrival.id}"

    def _depth(self, arrival: Arrival) -> int:
        depth = 1
        while arrival.part_of is not None:
            (arrival,) = arrivals.find(self.workspace, "id = ?", arrival.part_of)
            depth += 1
        return depth

    def _same_file(self, arrival: Arrival) -> Arrival | None:
        """An earlier arrival with the same bytes that is still where it was put."""
        return self._still_there(arrivals.find(
            self.workspace, "sha256 = ? AND id <> ? AND state IN ('moving', 'done') AND went IN "
            "('filed', 'needs filing', 'split')", arrival.sha256, arrival.id
        ))  # fmt: skip

    def _same_pages(self, reading: Reading) -> Arrival | None:
        """An earlier arrival that has all of these pages; None when one of them has too little to be known by."""
        digests = {page.digest for page in reading.pages}
        if "" in digests or not any(page.seen for page in reading.pages):
            return None
        marks = ", ".join("?" * len(digests))
        having = (  # marks only, no text of a file
            f"SELECT arrival FROM pages WHERE digest IN ({marks}) GROUP BY arrival HAVING count(DISTINCT digest) = ?"  # noqa: S608
        )
        found = arrivals.find(self.workspace, f"id IN ({having})", *digests, len(digests))
        return self._still_there(found)

    def _still_there(self, found: Sequence[Arrival]) -> Arrival | None:
        return next((one for one in found if (self.workspace.folder / (one.target or one.place)).is_file()), None)

    def _linked(self, arrival: Arrival, earlier: Arrival | None, why: str) -> Decision:
        target = arrivals.free_place(self.workspace.duplicates, safe(Path(arrival.name).name))
        return Decision(self._going(arrival, target, went="duplicate", why=why, same_as=earlier and earlier.id))

    def _to_person(self, arrival: Arrival, why: str) -> Decision:
        target = arrivals.free_place(self.workspace.needs_filing, safe(Path(arrival.name).name))
        return Decision(self._going(arrival, target, went="needs filing", why=why))

    def _to_quarantine(self, arrival: Arrival, why: str) -> Decision:
        target = arrivals.free_place(self.workspace.quarantine, safe(Path(arrival.name).name))
        return Decision(self._going(arrival, target, went="quarantined", why=why))

    def _split(self, arrival: Arrival, pieces: Sequence[Piece], why: str) -> Decision:
        target = arrivals.free_place(self.workspace.originals, safe(Path(arrival.name).name))
        return Decision(self._going(arrival, target, went="split", why=why), pieces=pieces)

    def _going(self, arrival: Arrival, target: Path, **known: object) -> Arrival:
        relative = str(target.relative_to(self.workspace.folder))
        return replace(arrival, state="moving", target=relative, **known)  # type: ignore[arg-type]

    def _write_down(self, decision: Decision) -> None:
        """The decision with all that follows from it, in one transaction."""
        arrival = decision.arrival
        with self.workspace.ledger() as ledger:
            arrivals.decide(ledger, arrival)
            if decision.pieces:  # its pages are those of its parts from now on
                ledger.execute("DELETE FROM pages WHERE arrival = ?", (arrival.id,))
            for piece in decision.pieces:
                arrivals.add(ledger, piece.path, piece.name, piece.hint, arrival.id, piece.why)
            ledger.executemany(
                "INSERT INTO pages (arrival, number, digest) VALUES (?, ?, ?)",
                [(arrival.id, number, digest) for number, digest in enumerate(decision.digests, 1) if digest],
            )
            if decision.case_folder:
                folder = str(decision.case_folder.relative_to(self.workspace.folder))
                ledger.execute("INSERT OR IGNORE INTO builds (folder) VALUES (?)", (folder,))
            if decision.told:
                _log(ledger, arrival, decision.told)


def _listed(arrival: Arrival, case: Known) -> Path | None:
    """The very same file among the documents that a person put into a case."""
    try:
        documents = read_case(case.folder / "case.yaml").documents
    except PacketgenError:  # a draft
        return None
    paths = [case.folder / document.path for document in documents]
    return next((path for path in paths if sha256_of(path) == arrival.sha256), None)


def _log(ledger: sqlite3.Connection, arrival: Arrival, told: Told) -> None:
    """What a plan's letter tells becomes an event of its case."""
    row = {
        "case_id": arrival.case_id, "kind": told.kind, "happened_on": told.happened_on.isoformat(),
        "due": told.due.isoformat() if told.due else None, "reference": told.reference, "note": told.note,
        "logged_at": datetime.now(UTC).isoformat(timespec="seconds"), "units": told.units, "starts_on": told.starts_on,
        "ends_on": told.ends_on, "document": arrival.target, "reasons": told.reasons,
        "peer_to_peer_by": told.peer_to_peer_by, "units_for": told.units_for,
    }  # fmt: skip
    names = ", ".join(row)
    marks = ", ".join("?" * len(row))
    ledger.execute(f"INSERT INTO events ({names}) VALUES ({marks})", tuple(row.values()))  # noqa: S608 - constant
