"""The renewal of an authorization: a draft of the next case, with the pages that the approved packet showed.

What they call headaches of now is the next case's baseline (`chart/reconcile.py`): the plan has seen it, and said yes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from packetgen.case import Case, read_case
from packetgen.errors import BadCaseFile
from packetgen.files import private_folder, sha256_of, write_atomic
from packetgen.packet.manifest import Manifest
from packetgen.packet.model import exhibit_pages
from packetgen.packet.wanted import MANIFEST
from packetgen.tracking.events import Event, built_packet, standing
from packetgen.workspace import Workspace

EARLIER = "earlier"  # folder of the new case
CASE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}")
OF_THIS_REQUEST_ONLY = {"start_date", "urgent_reason", "urgency", "tracking_number", "tracking_number_date"}
NOT_CARRIED = {"documents", "denial", "sent", "earlier", "letter", "policy_override", "plan_dates", "folder"}
WIDTH = 110


@dataclass(frozen=True, slots=True)
class Renewal:
    """A draft that was made. documents: of the earlier packet; rebuilt: that packet is not the one that was sent."""

    case_file: Path
    documents: tuple[str, ...]
    rebuilt: bool


def draft_renewal(workspace: Workspace, case_id: str, new_id: str) -> Renewal:
    """Draft the case that continues an approved one.

    Raises BadCaseFile when the case was not approved or has no packet, when a document is another than the packet
    showed, or when the new case is there already.
    """
    folder = workspace.cases / new_id
    if not CASE_ID.fullmatch(new_id) or folder.exists():
        told = "is there already" if folder.exists() else "is no number of a case"
        raise BadCaseFile(told, where=new_id, fix="Give another: letters, digits and hyphens.")
    case_file = workspace.case_of(case_id)
    case = read_case(case_file)
    events = standing(workspace).get(case_id, ())
    approved = next((event for event in reversed(events) if event.kind == "approved"), None)
    if approved is None:
        raise BadCaseFile("no approval is logged", where=case_id, fix=f"packetgen track log {case_id} approved …")
    built = built_packet(case_file)
    if built is None:
        raise BadCaseFile("there is no packet beside it", where=case_id, fix=f"packetgen build {case_file}")
    account, packet = built
    paths = _shown(account, case)
    sent = [event.packet for event in events[: events.index(approved)] if event.packet]
    for path in paths:
        target = folder / EARLIER / path
        private_folder(target.parent)
        write_atomic(target, (case.folder / path).read_bytes())
    write_atomic(folder / EARLIER / MANIFEST, (case_file.parent / "packet" / MANIFEST).read_bytes())
    write_atomic(folder / "case.yaml", "".join(_lines(case, approved, new_id, paths)))
    return Renewal(folder / "case.yaml", paths, bool(sent) and sent[-1] != packet)


def _shown(account: Manifest, case: Case) -> tuple[str, ...]:
    """The documents of which the packet held a page, but for the plan's own letter."""
    exhibits = {page.partition("-")[0] for page in exhibit_pages(account.parts)}
    paths = [entry for entry in account.inputs if entry.exhibit in exhibits and entry.path != case.denial]
    for entry in paths:
        file = case.folder / entry.path
        if not file.is_file() or sha256_of(file) != entry.sha256:
            raise BadCaseFile(
                "is not what the packet showed", where=entry.path, fix="Put it back, or build that packet again."
            )
    return tuple(entry.path for entry in paths)


def _lines(case: Case, approved: Event, new_id: str, paths: tuple[str, ...]) -> Iterator[str]:
    yield (
        f"# A draft that packetgen made: it continues case {case.case}. Nothing is sent from it.\n"
        '# Check it, fill in what stands as "missing", and remove the # there.\n'
    )
    typed = case.model_dump(mode="json", exclude_none=True, exclude_unset=True, exclude=NOT_CARRIED)
    request = {key: value for key, value in typed.pop("request").items() if key not in OF_THIS_REQUEST_ONLY}
    request |= {"kind": "continuation"} | ({"authorization": approved.reference} if approved.reference else {})
    yield _yaml({"case": new_id, "request": request})
    yield "  # start_date:   # missing: the planned day of the next treatment, YYYY-MM-DD\n"
    yield _yaml({key: value for key, value in typed.items() if key != "case"})
    yield _yaml({EARLIER: f"{EARLIER}/{MANIFEST}", "documents": [_document(case, path) for path in paths]})
    yield "# - notes/visit.pdf   # missing: the notes since then, but for those that the watched folder files\n"


def _document(case: Case, path: str) -> object:
    """A document as the earlier case lists it, in its new place."""
    listed = next(document for document in case.documents if document.path == path)
    known = listed.model_dump(mode="json", exclude_none=True, exclude_unset=True)
    return {**known, "path": f"{EARLIER}/{path}"} if len(known) > 1 else f"{EARLIER}/{path}"


def _yaml(part: Mapping[str, Any]) -> str:
    return yaml.safe_dump(dict(part), allow_unicode=True, sort_keys=False, width=WIDTH)
