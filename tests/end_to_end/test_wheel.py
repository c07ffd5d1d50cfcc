"""The wheel carries all it needs: installed elsewhere, it builds the sample's packet in an empty folder."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_the_installed_wheel_builds_the_sample_in_an_empty_folder(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("packetgen-*.whl")
    site = tmp_path / "site"
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(site), str(wheel)]
    subprocess.run(install, check=True, capture_output=True)
    empty = tmp_path / "empty"
    empty.mkdir()
    shutil.copytree(site / "packetgen" / "shipped" / "samples" / "chronic-migraine-uhc", empty / "case")
    # -P and PYTHONPATH: the wheel's packetgen, not the checkout's
    code = "import packetgen, sys; print(packetgen.__file__); from packetgen.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-P", "-c", code, "build", "case/case.yaml"],
        cwd=empty,
        env={**_environment(), "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.startswith(str(site)), done.stdout
    assert done.returncode == 0, done.stdout + done.stderr
    assert (empty / "case" / "packet" / "packet.pdf").is_file()


def _environment() -> dict[str, str]:
    import os

    return {key: value for key, value in os.environ.items() if key in ("PATH", "HOME", "PACKETGEN_CACHE", "LANG")}
