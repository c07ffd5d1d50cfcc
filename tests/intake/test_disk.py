"""A disk that is really full, at one point after another: nothing is lost, nothing is half, and it is said in words."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from packetgen import pipeline
from packetgen.cli import main
from packetgen.errors import PacketgenError
from packetgen.files import sha256_of
from packetgen.intake.watch import watch
from packetgen.resources import SAMPLES
from packetgen.workspace import Workspace, make_workspace
from tests.intake.conftest import drop, make_clinic, no_build
from tests.intake.quick import quick_read
from tests.intake.test_faults import account, digest, kept

KB, MB = 1024, 1024**2


@dataclass
class Disk:
    """A small disk of its own, of which all but so many bytes can be taken away."""

    folder: Path

    def leave(self, free: int) -> None:
        self.give_back()
        with (self.folder / "fill").open("wb") as fill:
            os.posix_fallocate(fill.fileno(), 0, max(1, shutil.disk_usage(self.folder).free - free))

    def give_back(self) -> None:
        (self.folder / "fill").unlink(missing_ok=True)


@contextmanager
def mounted(size: int) -> Iterator[Disk]:
    with tempfile.TemporaryDirectory() as name:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", name], check=True)
        try:
            yield Disk(Path(name))
        finally:
            subprocess.run(["umount", "--lazy", name], check=True)


def watched(clinic: Workspace) -> list[str]:
    """One pass; what could not be done."""
    told: list[str] = []
    try:
        list(watch(clinic, told.append, once=True, quiet=0.0, read=quick_read, build=no_build))
    except PacketgenError as error:  # not even the ledger can be opened
        told.append(str(error))
    return told


@pytest.fixture
def passed_as_root(request: pytest.FixtureRequest) -> bool:
    """Whether the test was run already, in a namespace where one may mount: only root may do so here."""
    if os.geteuid() == 0:
        return False
    test = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", request.node.nodeid]
    subprocess.run(["unshare", "--map-root-user", "--mount", *test], cwd=request.config.rootpath, check=True)
    return True


def test_wherever_a_full_disk_stops_the_watcher_every_file_is_in_one_place_once_there_is_room(
    passed_as_root: bool,
) -> None:
    if passed_as_root:
        return
    contents = {f"{n}.txt": f"2026-0142 {n} {'x' * 9 * KB}".encode() for n in range(3)} | {"bad.txt": b"damaged"}
    stopped = 0
    for free in range(0, 400 * KB, 8 * KB):
        with mounted(2 * MB) as disk:
            clinic = make_clinic(disk.folder / "clinic")
            for name, content in contents.items():
                drop(clinic, name, content)
            disk.leave(free)
            told = watched(clinic)
            stopped += bool(told)
            assert kept(clinic) == Counter(map(digest, contents.values())), free
            disk.give_back()
            list(watch(clinic, pytest.fail, once=True, quiet=0.0, read=quick_read, build=no_build))
            assert account(clinic) == kept(clinic) == Counter(map(digest, contents.values())), free
    assert 5 < stopped < 50  # from none of its writes to all of them


def test_on_a_scanners_own_disk_that_is_full_nothing_is_lost_either(passed_as_root: bool, tmp_path: Path) -> None:
    """The inbox lies elsewhere: files are copied, not renamed, onto the disk that is full."""
    if passed_as_root:
        return
    inbox = tmp_path / "scans"
    inbox.mkdir()
    for free in (0, 60 * KB, 120 * KB, 400 * KB):
        with mounted(2 * MB) as disk:
            clinic = make_clinic(disk.folder / "clinic")
            (clinic.folder / "settings.yaml").write_text(f"inbox: {inbox}\n")
            clinic = make_workspace(clinic.folder)
            scan = drop(clinic, "scan.txt", b"2026-0142 " + b"x" * 100 * KB)
            content = scan.read_bytes()
            disk.leave(free)
            watched(clinic)
            assert kept(clinic) == Counter([digest(content)]), free
            disk.give_back()
            list(watch(clinic, pytest.fail, once=True, quiet=0.0, read=quick_read, build=no_build))
            assert account(clinic) == Counter([digest(content)]) and not any(inbox.iterdir())


@pytest.mark.slow
def test_a_build_on_a_full_disk_says_so_and_leaves_the_packet_that_was_there(
    passed_as_root: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if passed_as_root:
        return
    with mounted(16 * MB) as disk:
        case = disk.folder / "case" / "case.yaml"
        shutil.copytree(SAMPLES / "chronic-migraine-uhc", case.parent, ignore=shutil.ignore_patterns("packet"))
        pipeline.build(case)
        before = {path.name: sha256_of(path) for path in (case.parent / "packet").iterdir()}
        case.write_text(case.read_text().replace("units: 155", "units: 150"))
        disk.leave(3 * MB)
        done = CliRunner().invoke(main, ["build", str(case)])
        assert done.exit_code == 1
        assert "the disk is full: 3.0 MB are free, about 12 MB are needed" in done.output
        monkeypatch.setattr(pipeline, "WORK_BYTES", -16 * MB)  # as if there were enough: it fills while it builds
        for free in (0, 40 * KB, 300 * KB, 700 * KB, 1200 * KB):
            disk.leave(free)
            with pytest.raises(PacketgenError, match="the disk is full"):
                pipeline.build(case)
            assert {path.name: sha256_of(path) for path in (case.parent / "packet").iterdir()} == before, free
        disk.give_back()
        pipeline.build(case)
        assert sha256_of(case.parent / "packet" / "packet.pdf") != before["packet.pdf"]
