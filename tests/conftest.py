"""Shared by all tests: one page cache for a whole run, so that no page is read by OCR twice."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session", autouse=True)
def page_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    folder = shared / "page-cache"
    os.environ["PACKETGEN_CACHE"] = str(folder)
    return folder
