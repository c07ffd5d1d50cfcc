"""The cases of a workspace, and where each stands: told from the ledger and from the account of the last build.

Nothing is built or read for it, so that a list of hundreds is there at once.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from packetgen.case import read_case
from packetgen.errors import ExitCode, PacketgenError
from packetgen.files import AUDIT, sha256
from packetgen.packet.fresh import output_of
from packetgen.packet.wanted import MANIFEST, PACKET
from packetgen.tracking.due import Followed, Task, by_day, followed
from packetgen.tracking.events import CLOSED, stage_of
from packetgen.workspace import Workspace

State = Literal[
    "needs facts", "needs review", "ready to sign", "signed", "sent", "denied", "appeal due", "approved", "closed"
]
APPEAL = "appeal"  # the task of the deadline rules


@dataclass(frozen=True, slots=True)
class Listed:
    """A case in the list.

    key      its name in addresses, which tells nothing of the patient
    case     as its file says, with what is logged and due; None when the file cannot be read
    name     its number, or its folder when the file cannot be read
    why      what the state rests on, in words
    next     the first thing to do whose day is known
    """

    key: str
    case_file: Path
    name: str
    state: State
    why: str
    case: Followed | None = None
    next: Task | None = None


def key_of(case_file: Path) -> str:
    """The name of a case in addresses."""
    return sha256(case_file.parent.name)[:16]


def case_with(workspace: Workspace, key: str) -> Path | None:
    """The case file that a key names; a key is only compared, never made a path of."""
    return next((path for path in workspace.case_files() if key_of(path) == key), None)


def list_cases(workspace: Workspace) -> list[Listed]:
    """All cases: those with the earliest day to do something first."""
    known, _ = followed(workspace)
    rows = [_row(one) for one in known]
    rows += _unread(workspace, {row.case_file for row in rows})
    return sorted(rows, key=lambda row: (row.next is None, row.next and row.next.day, row.name))


def follow(workspace: Workspace, case_file: Path) -> Followed | None:
    """One case with what is logged and due; None when its file cannot be followed."""
    return next((one for one in followed(workspace)[0] if one.case.folder == case_file.parent.resolve()), None)


def _row(one: Followed) -> Listed:
    case_file = one.case.folder / "case.yaml"
    dated = next((task for task in by_day([one]) if task.day), None)
    state, why = _stands(one, case_file)
    return Listed(key_of(case_file), case_file, one.case.case, state, why, one, dated)


def _unread(workspace: Workspace, known: set[Path]) -> Iterator[Listed]:
    """Cases whose file says too little or has a mistake: what the watched folder drafted, say."""
    for path in workspace.case_files():
        if path.resolve() in known:
            continue
        try:
            why = f"another case file has the same number, {read_case(path).case}"
        except PacketgenError as error:
            why = str(error)
        yield Listed(key_of(path), path, path.parent.name, "needs facts", why)


def _stands(one: Followed, case_file: Path) -> tuple[State, str]:
    """Where a case stands: with the plan when something was sent, else on the way to its signature."""
    stage = stage_of(one.events)
    if stage is None:
        return _unsent(case_file)
    why = f"{stage.kind.replace('_', ' ')} on {stage.happened_on:%m/%d/%Y}"
    if stage.kind in CLOSED:
        return "closed", why
    if stage.kind == "approved":
        return "approved", why
    if stage.kind == "denied":
        return ("appeal due" if any(task.id == APPEAL and task.day for task in one.tasks) else "denied"), why
    return "sent", why


def _unsent(case_file: Path) -> tuple[State, str]:
    """Where the packet stands by its own account, unless a file of the case is newer."""
    output = output_of(case_file)
    account = _account(output)
    if account is None:
        return "needs review", "no packet was built yet"
    signer = account.get("signed_by")
    if _changed_since(case_file, output):
        return "needs review", f"changed since {f'{signer} signed' if signer else 'the packet was built'}"
    if account.get("exit_code") == ExitCode.safety_stop:
        return "needs review", "the sign-off is void"
    required, doubts = account.get("required"), account.get("doubts")
    if required:
        return "needs facts", f"{required} open item{'s' if required > 1 else ''}"
    if signer:
        return "signed", f"by {signer}"
    if required is None or doubts:
        return "needs review", f"{doubts} doubt{'s' if doubts > 1 else ''}" if doubts else account.get("draft") or ""
    return "ready to sign", "nothing is open"


def _account(output: Path) -> dict[str, Any] | None:
    """The account of the packet that lies there; only what the list needs of it is looked at."""
    try:
        account = json.loads((output / MANIFEST).read_bytes())
    except (OSError, ValueError):
        return None
    return account if isinstance(account, dict) and (output / PACKET).is_file() else None


def _changed_since(case_file: Path, output: Path) -> bool:
    """Whether a file of the case came or was changed after the packet was built."""
    built = (output / MANIFEST).stat().st_mtime_ns
    found = (path for path in case_file.parent.rglob("*") if output not in path.parents and path.name != AUDIT)
    stats = [path.stat() for path in found if path.is_file()]
    return any(max(stat.st_mtime_ns, stat.st_ctime_ns) > built for stat in stats)  # a move keeps the first of them
