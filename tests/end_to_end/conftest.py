"""The samples built once for all end-to-end tests, through the command line."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from packetgen.resources import SAMPLES


@dataclass(frozen=True)
class Run:
    folder: Path
    code: int
    out: str
    err: str


def packetgen(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "packetgen", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def build(sample: str, folder: Path) -> Run:
    done = packetgen("build", SAMPLES / sample / "case.yaml", "--output", folder)
    return Run(folder, done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="session")
def uhc(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return build("chronic-migraine-uhc", tmp_path_factory.mktemp("uhc"))


@pytest.fixture(scope="session")
def aetna(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return build("chronic-migraine-aetna", tmp_path_factory.mktemp("aetna"))
