"""A clinic's workspace with two invented patients."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from packetgen.resources import SAMPLES
from packetgen.workspace import Workspace, make_workspace


@pytest.fixture
def clinic(tmp_path: Path) -> Workspace:
    """Case 2026-0142 of a Medicaid plan and case 2026-0157 of a commercial plan."""
    workspace = make_workspace(tmp_path / "clinic")
    for sample in ("chronic-migraine-uhc", "chronic-migraine-aetna"):
        shutil.copytree(SAMPLES / sample, workspace.cases / sample, ignore=shutil.ignore_patterns("packet"))
    return workspace
