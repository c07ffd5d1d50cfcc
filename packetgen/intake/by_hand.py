"""What waits in needs-filing/ is filed by a person: into a case, as a new case, cut into parts, or aside."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from packetgen.errors import BadCaseFile
from packetgen.files import private_folder
from packetgen.intake import arrivals, batches
from packetgen.intake.arrivals import Arrival
from packetgen.intake.decide import NOBODY
from packetgen.intake.drafts import patient_shown, payer_named
from packetgen.intake.file import Decision, Intake
from packetgen.intake.match import Comparison, Seen, compare
from packetgen.intake.people import Known
from packetgen.intake.reading import Reading
from packetgen.workspace import CHANGING

WAITING = "needs filing"
GONE = "someone else has filed it meanwhile"


@dataclass(frozen=True, slots=True)
class Beside:
    """A case and how the identifiers on the pages compare with its patient's."""

    case: Known
    found: Comparison


@dataclass(frozen=True, slots=True)
class Look:
    """A file that waits, read for the person who files it.

    beside   the cases with which something agrees, the best first
    cuts     the pages that begin a part, where the fax seems to be of several patients
    patient  whom its first page with name and birth date shows; payer: the plan it names
    """

    arrival: Arrival
    reading: Reading
    beside: tuple[Beside, ...]
    cuts: batches.Proposal | None
    patient: Seen
    payer: str


class ByHand(Intake):
    """Files what a person decides. Of two who file the same, the second is told."""

    def all_waiting(self) -> tuple[Arrival, ...]:
        """What a person must file, and what was set aside or could not be read."""
        found = arrivals.find(self.workspace, "state = 'done' AND went IN ('needs filing', 'quarantined')")
        return tuple(one for one in found if (self.workspace.folder / one.place).is_file())

    def look_at(self, number: int, work: Path) -> Look:
        """Read a file that waits. Raises BadCaseFile when it does not wait, UnreadableInput when it cannot be read."""
        arrival = self.waiting_file(number)
        path = self.workspace.folder / arrival.place
        reading = self.read(path, Path(arrival.name).name, private_folder(work))
        beside = [Beside(case, _compared(reading, case)) for case in self.people.all()]
        near = [one for one in beside if one.found.agree or one.found.near]
        near.sort(key=lambda one: (len(one.found.differ), -len(one.found.agree), -len(one.found.near)))
        texts = [page.text for page in reading.texts]
        return Look(
            arrival, reading, tuple(near), batches.propose(reading.pages), patient_shown(reading) or NOBODY,
            payer_named(self.workspace, texts) or "",
        )  # fmt: skip

    def into_case(self, look: Look, case: Known) -> Arrival:
        """File it in a case; what a plan's letter tells is logged."""
        return self._do(look, lambda arrival: self._filed(arrival, look.reading, case))

    def into_new_case(self, look: Look, patient: Seen, payer: str) -> Arrival:
        """Draft a case of a patient and a plan, and file it there."""

        def decide(arrival: Arrival) -> Decision:
            return self._filed(arrival, look.reading, self._new_case(arrival, look.reading, payer, patient))

        return self._do(look, decide)

    def set_aside(self, number: int, why: str) -> Arrival:
        """Into quarantine, with the reason."""
        with self.workspace.locked(CHANGING, wait=True):
            return self._carry_out(self._to_quarantine(self.waiting_file(number), why))

    def cut(self, look: Look, firsts: Sequence[int], by: str) -> tuple[Arrival, ...]:
        """Cut it before these pages (1-based); what became of its parts, which go their way as if each had come alone.

        Raises BadCaseFile when there are no such pages.
        """
        last = len(look.reading.pages)
        if not firsts or not all(1 < page <= last for page in firsts):
            raise BadCaseFile("there is no such page to cut before", fix=f"Give pages from 2 to {last}.")
        starts = sorted({1, *firsts})
        ends = [start - 1 for start in starts[1:]] + [last]
        parts = [batches.Part(first, end) for first, end in zip(starts, ends, strict=True)]
        told = f"Cut by {by}:\n" + "\n".join(f"  {part.pages}" for part in parts)
        whole = self._do(look, lambda arrival: self._split(arrival, self._parts(arrival, look.reading, parts), told))
        pieces = arrivals.find(self.workspace, "part_of = ? AND state = 'taken'", whole.id)
        return tuple(self.file(piece) for piece in pieces)

    def build_waiting(self) -> None:
        """Build the cases that got something."""
        for folder in self.to_build():
            self.rebuild(folder)

    def _do(self, look: Look, decide: Callable[[Arrival], Decision]) -> Arrival:
        with self.workspace.locked(CHANGING, wait=True):
            arrival = self.waiting_file(look.arrival.id)
            if arrival.sha256 != look.arrival.sha256:
                raise BadCaseFile(GONE, where=arrival.place)
            return self._carry_out(decide(replace(arrival, kind=look.reading.kind)))

    def waiting_file(self, number: int) -> Arrival:
        """A file that a person must file; raises BadCaseFile when it does not wait any more."""
        where = "CAST(id AS TEXT) = ? AND state = 'done' AND went = ?"  # as text: any number may come from a browser
        found = arrivals.find(self.workspace, where, str(number), WAITING)
        if not found or not (self.workspace.folder / found[0].place).is_file():
            raise BadCaseFile(GONE, fix="See what still waits.")
        return found[0]


def _compared(reading: Reading, case: Known) -> Comparison:
    """All pages together; an identifier that agrees on one page and differs on another differs."""
    found = [compare(seen, case.person) for seen in reading.seen if seen]
    differ = frozenset().union(*(page.differ for page in found))
    agree = frozenset().union(*(page.agree for page in found)) - differ
    return Comparison(agree, frozenset().union(*(page.near for page in found)) - agree - differ, differ)
