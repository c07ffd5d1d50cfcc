"""A clinic's workspace for the tests of the watched folder; every patient is invented."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from packetgen.intake.arrivals import Arrival
from packetgen.intake.file import Reader
from packetgen.intake.reading import read_file
from packetgen.intake.watch import watch
from packetgen.resources import SAMPLES
from packetgen.workspace import Workspace, make_workspace

UHC = SAMPLES / "chronic-migraine-uhc"
DANA = "Patient: Dana Whitfield   DOB: 03/17/1984   MRN: 00418827"
COLIN = "Patient: Colin Marsh   DOB: 07/22/1979   MRN: 00550193"


def add_case(workspace: Workspace, case_id: str, first: str, last: str, born: str, mrn: str, member: str) -> Path:
    """A case file of an invented patient, made from a sample's."""
    text = (UHC / "case.yaml").read_text()
    text = text[: text.index("documents:")] + "documents: [note.txt]\n"
    for old, new in (("2026-0142", case_id), ("Dana", first), ("Whitfield", last), ("1984-03-17", born),
                     ("00418827", mrn), ("918273645", member)):  # fmt: skip
        text = text.replace(old, new)
    folder = workspace.cases / case_id
    folder.mkdir()
    (folder / "case.yaml").write_text(text)
    (folder / "note.txt").write_text(f"Progress note\nPatient: {first} {last}\n")
    return folder


def make_clinic(folder: Path) -> Workspace:
    """A workspace with the cases of Dana Whitfield and Colin Marsh."""
    workspace = make_workspace(folder)
    add_case(workspace, "2026-0142", "Dana", "Whitfield", "1984-03-17", "00418827", "918273645")
    add_case(workspace, "2026-0157", "Colin", "Marsh", "1979-07-22", "00550193", "W204417790")
    return workspace


@pytest.fixture
def clinic(tmp_path: Path) -> Workspace:
    return make_clinic(tmp_path / "clinic")


@pytest.fixture
def quick_clinic() -> Iterator[Workspace]:
    """The same in memory where the system has such a folder: thousands of files, each synced several times."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield make_clinic(Path(folder) / "clinic")


def drop(workspace: Workspace, name: str, content: str | bytes | Path) -> Path:
    """Put a file into the inbox, whole."""
    target = workspace.inbox / name
    target.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, Path):
        shutil.copyfile(content, target)
    else:
        target.write_bytes(content.encode() if isinstance(content, str) else content)
    return target


def no_build(case_file: Path) -> str:
    return "built" if case_file.is_file() else "no case"


def file_all(
    workspace: Workspace, read: Reader = read_file, trouble: Callable[[str], None] = pytest.fail
) -> dict[str, Arrival]:
    """File what lies in the inbox, building nothing: the arrivals by name."""
    outcomes = watch(workspace, trouble, once=True, quiet=0.0, read=read, build=no_build)
    return {outcome.name: outcome for outcome in outcomes if isinstance(outcome, Arrival)}


def why(workspace: Workspace, arrival: Arrival) -> str:
    """The reason beside a file."""
    return (workspace.folder / f"{arrival.place}.why.txt").read_text()
