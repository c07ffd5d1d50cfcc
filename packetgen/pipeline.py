"""The whole story: documents -> findings -> chart -> assessment -> form and letter -> packet.

Reading begins as soon as it can; the stages after it (`judging`, `assembly`) are imported meanwhile.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from packetgen import office
from packetgen.case import read_case
from packetgen.documents.cache import PageCache
from packetgen.documents.model import Progress, ToRead
from packetgen.documents.read import read_documents
from packetgen.errors import SafetyStop
from packetgen.files import enough_room, private_folder, sole_use, work_folder
from packetgen.limits import WORK_BYTES, WORK_OF_INPUTS
from packetgen.packet.fresh import digest_of_inputs, output_of
from packetgen.packet.wanted import NO_VARIANT, VARIANTS, Wanted
from packetgen.packet.wanted import PACKET as PACKET  # the review page and the command line name it, too
from packetgen.policy.catalog import load_policy
from packetgen.workspace import payer_folder

if TYPE_CHECKING:
    from packetgen.stages import Built as Built
    from packetgen.stages import Checked as Checked
    from packetgen.stages import Reading as Reading


def check(case_file: Path, work: Path, progress: Progress | None = None) -> Checked:
    """Read the chart of a case and judge it by the plan's policy; nothing is written but the page cache.

    progress: told of each document that can be looked at, and of the pages as they are read.
    """
    reading = read_chart(case_file, work, progress)
    from packetgen.judging import judge

    return judge(reading)


def read_chart(case_file: Path, work: Path, progress: Progress | None = None) -> Reading:
    """The first, slow half of `check`: all that depends on no decision but those about pages."""
    case = read_case(case_file)
    request = case.request
    payer, policy = load_policy(
        case.insurance.payer,
        request.indication,
        request.kind,
        request.product,
        request.start_date,
        payer_folder(case.folder, case.insurance.payer),
        case.policy_override,
    )
    case = case.on_line(payer.line_of_business)
    sources = [ToRead(d.path, case.folder / d.path, d.password or "") for d in case.documents]
    documents, problems = read_documents(sources, work, PageCache(), progress, meanwhile=_load_stages)
    from packetgen.judging import find

    return find(case, documents, payer, policy, problems, progress)


def _load_stages() -> None:
    """Import all that comes after the reading, and load what it knows: done while Tesseract reads the first pages."""
    import docxtpl  # noqa: F401

    import packetgen.assembly  # noqa: F401
    from packetgen.extraction.ready import make_ready

    make_ready()


def build(
    case_file: Path,
    folder: Path | None = None,
    progress: Progress | None = None,
    wanted: Wanted = NO_VARIANT,
    reading: Reading | None = None,
) -> Built:
    """Build the packet of a case into `folder` (default: packet/ beside the case file), and a variant that is wanted.

    reading: the case as it was just read, which is then not read again.
    Of two that build into one folder the second waits.
    A SafetyStop takes an earlier packet.pdf away: it may hold what must not be sent.
    """
    folder = private_folder(folder or output_of(case_file))
    room = enough_room(folder, _work_bytes(case_file))
    with sole_use(folder), work_folder(folder) as work, room, office.started(work):
        built_from = digest_of_inputs(case_file, folder, wanted)
        try:
            reading = reading or read_chart(case_file, work, progress)
            from packetgen.assembly import assemble
            from packetgen.judging import judge

            return assemble(judge(reading), wanted, built_from, work, folder)
        except SafetyStop:
            for old in (folder / PACKET, *folder.glob(VARIANTS)):
                old.unlink(missing_ok=True)
            raise


def _work_bytes(case_file: Path) -> int:
    """About how much room a build needs on the disk of its case."""
    case = read_case(case_file)
    inputs = sum((case.folder / document.path).stat().st_size for document in case.documents)
    return WORK_BYTES + WORK_OF_INPUTS * inputs
