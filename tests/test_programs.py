from __future__ import annotations

import contextlib
import os
import resource
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from packetgen.children import ChildFailed, beside, each_in_a_child
from packetgen.errors import ProgramFailed, SafetyStop
from packetgen.files import work_folder, write_atomic
from packetgen.programs import KEPT_ENVIRONMENT, run
from tests.patience import until


def alive(marker: str) -> bool:
    """Whether a process with the marker in its command line is there, also after a moment to die in."""
    for _ in range(50):
        lines = []
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                lines.append(path.read_bytes())
        if not any(marker.encode() in line for line in lines):
            return False
        time.sleep(0.1)
    return True


def test_a_hanging_program_dies_with_its_children(tmp_path: Path) -> None:
    marker = str(time.time_ns())
    started = time.monotonic()
    with pytest.raises(ProgramFailed, match="did not finish"):
        run(["sh", "-c", f"sleep 300.{marker} & sleep 301.{marker}"], seconds=0.5)
    assert time.monotonic() - started < 8
    if sys.platform == "linux":
        assert not alive(marker)


def test_success_without_the_expected_file_is_a_failure(tmp_path: Path) -> None:
    with pytest.raises(ProgramFailed, match="wrote nothing"):
        run(["true"], seconds=5, expects=tmp_path / "out.pdf")


def test_an_old_result_does_not_pass_for_a_new_one(tmp_path: Path) -> None:
    old = tmp_path / "out.pdf"
    old.write_text("old")
    with pytest.raises(ProgramFailed):
        run(["true"], seconds=5, expects=old)


def test_a_failure_does_not_repeat_what_the_program_said() -> None:
    with pytest.raises(ProgramFailed) as caught:
        run(["sh", "-c", "echo Whitfield >&2; exit 3"], seconds=5)
    assert "Whitfield" not in str(caught.value)
    assert "exit code 3" in str(caught.value)


LIMITS: dict[str, Any] = {"seconds": lambda _: 20, "memory_bytes": 2 * 1024**3}


def behave(how: str) -> str:
    if how == "loop":
        time.sleep(60)
    if how == "die":
        os._exit(9)
    if how == "eat":
        return "x" * 4 * 1024**3
    if how == "raise":
        raise ValueError("Whitfield")
    if how == "stop":
        raise SafetyStop("another patient's", where="a.pdf, page 2")
    return how


def test_one_bad_item_never_stops_the_others() -> None:
    items = ["a", "loop", "die", "raise", "b"]
    results = dict(each_in_a_child(behave, items, seconds=lambda _: 2, memory_bytes=2 * 1024**3))
    assert results[0] == "a"
    assert results[4] == "b"
    reasons = [r.reason for i in (1, 2, 3) if isinstance(r := results[i], ChildFailed)]
    assert reasons == ["too slow", "crashed", "failed"]
    assert "Whitfield" not in repr(results)


def test_what_is_done_meanwhile_is_done_once_and_while_the_first_work(tmp_path: Path) -> None:
    done: list[bool] = []

    def let_go() -> None:
        (tmp_path / "go").touch()
        done.append(True)

    results = each_in_a_child(wait_for, [tmp_path / "go"] * 3, **LIMITS, workers=1, meanwhile=let_go)
    assert [result for _, result in results] == ["came"] * 3
    assert done == [True]
    assert list(each_in_a_child(wait_for, [], **LIMITS, meanwhile=let_go)) == []
    assert done == [True]


def wait_for(path: Path) -> str:
    until(path.exists)
    return "came"


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS has no address-space limit")
def test_a_child_that_eats_memory_is_stopped() -> None:
    ((_, result),) = each_in_a_child(behave, ["eat"], seconds=lambda _: 20, memory_bytes=1024**3)
    assert isinstance(result, ChildFailed)
    assert result.reason == "too big"


def test_our_own_errors_come_through_whole() -> None:
    with pytest.raises(SafetyStop, match="another patient") as caught:
        list(each_in_a_child(behave, ["stop"], seconds=lambda _: 5, memory_bytes=2 * 1024**3))
    assert caught.value.where == "a.pdf, page 2"


def test_an_interrupted_write_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "packet.pdf"
    write_atomic(target, b"old")
    with pytest.raises(TypeError):
        write_atomic(target, 3)  # type: ignore[arg-type]
    assert target.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["packet.pdf"]
    assert target.stat().st_mode & 0o777 == 0o600


def test_a_work_folder_that_a_killed_process_left_goes_and_one_in_use_stays(tmp_path: Path) -> None:
    program = (
        "import os, sys, pathlib; from packetgen.files import work_folder\n"
        "with work_folder(pathlib.Path(sys.argv[1])): os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False)
    (left,) = tmp_path.iterdir()
    with work_folder(tmp_path) as first:
        assert not left.exists()
        with work_folder(tmp_path) as second:
            assert first.exists() and second.exists()
    assert not list(tmp_path.iterdir())


def done(path: Path) -> str:
    """Who did it; dies instead when told so."""
    with path.open("a") as log:
        log.write("begun\n")
    if path.with_name("log.dies").exists():
        path.with_name("log.dies").unlink()
        os._exit(9)
    return str(os.getpid())


def test_work_beside_is_done_in_a_child_and_again_here_when_the_child_dies(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with beside(partial(done, log)) as value:
        assert value() != str(os.getpid())
    (tmp_path / "log.dies").touch()
    with beside(partial(done, tmp_path / "log")) as value:
        assert value() == str(os.getpid())
    assert log.read_text().count("begun") == 3


def test_work_beside_raises_our_own_errors_and_ends_with_its_block(tmp_path: Path) -> None:
    with beside(partial(behave, "stop")) as value, pytest.raises(SafetyStop, match="another patient"):
        value()
    began = time.monotonic()
    with pytest.raises(ValueError, match="elsewhere"), beside(partial(behave, "loop")):
        raise ValueError("elsewhere")
    assert time.monotonic() - began < 10


def test_a_program_in_the_background_dies_with_a_killed_parent(tmp_path: Path) -> None:
    marker = str(time.time_ns())
    parent = (
        "import os, sys, time; from packetgen.programs import in_background\n"
        f"with in_background(['sh', '-c', 'sleep 60; echo {marker}']): print('in', flush=True); time.sleep(60)"
    )
    process = subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE)
    assert process.stdout and process.stdout.readline() == b"in\n"
    process.kill()
    process.wait()
    process.stdout.close()
    assert not alive(f"echo {marker}")


def test_a_program_gets_few_variables_and_leaves_no_core(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the environment holds may be a secret, and what a crash leaves behind a patient's."""
    monkeypatch.setenv("PGPASSWORD", "secret")
    printed = run(["sh", "-c", "ulimit -c; env"], seconds=5).decode().splitlines()
    assert printed[0] == "0"
    names = {line.partition("=")[0] for line in printed[1:]}
    assert names <= {*KEPT_ENVIRONMENT, "OMP_THREAD_LIMIT", "PWD", "SHLVL", "_"}
    ((_, limits),) = each_in_a_child(_core_limits, ["any"], seconds=lambda _: 5, memory_bytes=1024**3)
    assert limits == (0, 0)


def _core_limits(_: str) -> tuple[int, int]:
    return resource.getrlimit(resource.RLIMIT_CORE)
