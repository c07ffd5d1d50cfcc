"""Many cases at once, on this machine and on a real Dask cluster of scheduler and worker processes on loopback."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from packetgen.batch import find_cases
from packetgen.errors import BadCaseFile
from packetgen.resources import SAMPLES
from tests.patience import until

from .conftest import packetgen

pytestmark = pytest.mark.slow
GOOD = ("cervical-dystonia", "axillary-hyperhidrosis", "overactive-bladder", "upper-limb-spasticity")


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    """Four samples."""
    for sample in GOOD:
        shutil.copytree(SAMPLES / sample, tmp_path / "cases" / sample, ignore=shutil.ignore_patterns("packet"))
    return tmp_path / "cases"


def packets(cases: Path) -> dict[str, str]:
    """SHA-256 of every file that was built; of a manifest without the digest of the program's files, which other tests
    may touch meanwhile."""
    files = sorted(path for path in cases.glob("*/packet/*") if path.is_file())
    return {str(path.relative_to(cases)): hashlib.sha256(_content(path)).hexdigest() for path in files}


def _content(path: Path) -> bytes:
    if path.name != "manifest.json":
        return path.read_bytes()
    account = json.loads(path.read_bytes())
    del account["built_from"]
    return json.dumps(account).encode()


def results(table: str) -> dict[str, str]:
    """The word at each case."""
    rows = re.findall(r"(?m)^(BAD CASE|\S+) .* (\S+)/case\.yaml$", table)
    return {Path(name).name: word for word, name in rows}


def test_cases_are_found_by_file_folder_and_pattern_each_once(cases: Path) -> None:
    found = find_cases([f"{cases}/**/case.yaml", str(cases / GOOD[0]), str(cases / GOOD[1] / "case.yaml")])
    assert sorted(path.parent.name for path in found) == sorted(GOOD)
    with pytest.raises(BadCaseFile, match="no case file there"):
        find_cases([str(cases / "*.txt")])


def test_one_failing_case_stops_no_other_and_a_second_run_goes_on(cases: Path) -> None:
    (cases / GOOD[0] / "case.yaml").write_text("case: 7\npatientt: {}\n")
    shutil.copytree(SAMPLES / "wrong-patient", cases / "wrong-patient", ignore=shutil.ignore_patterns("packet"))
    first = packetgen("batch", f"{cases}/*/case.yaml")
    assert first.returncode == 5, first.stderr
    assert results(first.stdout) == {
        GOOD[0]: "BAD CASE", "wrong-patient": "STOPPED", GOOD[1]: "draft", GOOD[2]: "draft", GOOD[3]: "draft",
    }  # fmt: skip
    assert "5 cases in" in first.stdout and "3 draft, 1 BAD CASE, 1 STOPPED" in first.stdout
    assert "patientt: unknown key" in first.stdout
    before = packets(cases)
    second = packetgen("batch", str(cases / GOOD[1]), str(cases / GOOD[2]), str(cases / GOOD[3]))
    assert second.returncode == 3
    assert second.stdout.count("as it was") == 3
    assert packets(cases) == before


def test_a_build_that_is_killed_is_named_and_leaves_nothing_for_the_next_run(cases: Path) -> None:
    batch = subprocess.Popen(
        [sys.executable, "-m", "packetgen", "batch", f"{cases}/*/case.yaml", "--jobs", "2"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    until(lambda: list(cases.glob("*/packet/.packetgen-work-*")))
    psutil.Process(batch.pid).children()[0].kill()
    out, err = batch.communicate(timeout=120)
    assert batch.returncode == 1, err
    assert sorted(results(out).values()) == ["FAILED", "draft", "draft", "draft"]
    again = packetgen("batch", f"{cases}/*/case.yaml")
    assert sorted(results(again.stdout).values()) == ["draft"] * 4
    assert not list(cases.glob("*/packet/.packetgen-work-*"))


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and two workers; its address and the workers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{probe.getsockname()[1]}"
    dask = [sys.executable, "-m", "dask"]
    start = {"cwd": tmp_path, "start_new_session": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    port = address.rsplit(":", 1)[1]
    scheduler = subprocess.Popen([*dask, "scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard"], **start)
    workers = [
        subprocess.Popen([*dask, "worker", address, "--nthreads", "1", "--no-dashboard"], **start) for _ in range(2)
    ]
    try:
        yield address, workers
    finally:
        for process in (*workers, scheduler):
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def test_a_cluster_of_which_a_worker_dies_builds_the_same_bytes(
    cases: Path, tmp_path: Path, cluster: tuple[str, list[subprocess.Popen[bytes]]]
) -> None:
    address, workers = cluster
    here = tmp_path / "here"
    shutil.copytree(cases, here)
    assert packetgen("batch", f"{here}/*/case.yaml").returncode == 3
    batch = subprocess.Popen(
        [sys.executable, "-m", "packetgen", "batch", f"{cases}/*/case.yaml", "--scheduler", address],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while len(list(cases.glob("*/packet/.packetgen-work-*"))) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    os.killpg(workers[0].pid, signal.SIGKILL)
    out, err = batch.communicate(timeout=180)
    assert batch.returncode == 3, out + err
    assert list(results(out).values()) == ["draft"] * 4
    assert packets(cases) == packets(here)


def test_a_scheduler_that_is_not_there_is_named(cases: Path) -> None:
    done = packetgen("batch", f"{cases}/*/case.yaml", "--scheduler", "tcp://127.0.0.1:9")
    assert done.returncode == 1
    assert "tcp://127.0.0.1:9: no Dask scheduler answers" in done.stderr
    assert "dask scheduler" in done.stderr
