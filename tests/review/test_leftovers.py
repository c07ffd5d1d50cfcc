"""What a killed server leaves is removed by the next one, and of two builds of one case the second waits."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from packetgen import pipeline
from packetgen.files import COPIES, private_folder, sha256_of, sole_use, work_folder
from packetgen.resources import SAMPLES
from tests.patience import PATIENCE, a_program, until


def test_a_work_folder_that_a_killed_process_left_is_removed_and_one_in_use_stays(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys; from pathlib import Path; from packetgen.files import work_folder\n"
        "with work_folder(Path(sys.argv[1])) as work:\n"
        "    (work / 'page').write_bytes(b'x'); os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    killed = subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    assert killed.returncode == -signal.SIGKILL
    (left,) = tmp_path.iterdir()
    with work_folder(tmp_path) as first:
        assert not left.exists()
        with work_folder(tmp_path) as second:
            assert {first, second} == set(tmp_path.iterdir())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_killed_review_leaves_copies_that_the_next_one_removes(tmp_path: Path) -> None:
    shutil.copytree(SAMPLES / "chronic-migraine-aetna", tmp_path / "case")
    command = [sys.executable, "-m", "packetgen", "review", str(tmp_path / "case" / "case.yaml"), "--no-browser"]

    def copies() -> set[Path]:
        return {path.parent for path in (tmp_path / "case").glob(f"packet/{COPIES}*/*")}

    for end in (signal.SIGKILL, signal.SIGTERM):
        left = copies()
        with a_program(command) as server:
            assert server.stdout.readline().startswith("Review: ")
            until(lambda left=left: server.poll() is not None or (copies() and not copies() & left))
            assert len(copies()) == 1
            server.send_signal(end)
            server.wait(20)
    assert list((tmp_path / "case" / "packet").iterdir()) == []


@pytest.mark.slow
def test_two_builds_of_one_case_at_once_leave_one_whole_packet(tmp_path: Path) -> None:
    shutil.copytree(SAMPLES / "chronic-migraine-aetna", tmp_path / "case")
    command = [sys.executable, "-m", "packetgen", "build", str(tmp_path / "case" / "case.yaml")]
    builds = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]
    assert [build.wait(120) for build in builds] == [3, 3]
    folder = tmp_path / "case" / "packet"
    outputs = json.loads((folder / "manifest.json").read_text())["outputs"]
    assert {name: sha256_of(folder / name) for name in outputs} == outputs
    assert {path.name for path in folder.iterdir()} == {*outputs, "manifest.json"}


@pytest.mark.slow
def test_a_build_waits_for_another_of_the_same_case(tmp_path: Path) -> None:
    shutil.copytree(SAMPLES / "chronic-migraine-aetna", tmp_path / "case", ignore=shutil.ignore_patterns("packet"))
    output = private_folder(tmp_path / "case" / "packet")
    build = threading.Thread(target=pipeline.build, args=(tmp_path / "case" / "case.yaml",))
    with sole_use(output):
        build.start()
        build.join(1.0)
        assert build.is_alive() and list(output.iterdir()) == []  # else its work folder would be there at once
    build.join(PATIENCE)
    assert (output / "packet.pdf").is_file()
