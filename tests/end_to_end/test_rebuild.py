"""A packet is built again when anything that went into it has changed, and only then."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pikepdf
import pytest

from packetgen.resources import SAMPLES

from .conftest import packetgen

pytestmark = pytest.mark.slow
UNCHANGED = "Nothing has changed since this packet was built."


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cases") / "aetna"
    shutil.copytree(SAMPLES / "chronic-migraine-aetna", folder, ignore=shutil.ignore_patterns("packet"))
    assert packetgen("build", folder / "case.yaml").returncode == 3
    return folder


def test_what_has_not_changed_is_not_built_again(folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in (folder / "packet").iterdir()}
    done = packetgen("build", folder / "case.yaml")
    assert (done.returncode, done.stderr) == (3, "")
    assert UNCHANGED in done.stdout
    assert "DRAFT on every page" in done.stdout
    assert {path.name: path.read_bytes() for path in (folder / "packet").iterdir()} == before


@pytest.mark.parametrize("changed", ["case.yaml", "packet/packet.pdf", "packet/worklist.md", "decisions.jsonl"])
def test_any_change_builds_it_anew(folder: Path, changed: str) -> None:
    path = folder / changed
    before = path.read_bytes() if path.exists() else b""
    path.write_bytes(before + b"\n" if before else b"")
    done = packetgen("build", folder / "case.yaml")
    assert done.returncode == 3, done.stderr
    assert UNCHANGED not in done.stdout
    assert UNCHANGED in packetgen("build", folder / "case.yaml").stdout


def test_a_signature_field_can_be_asked_for_and_passes_the_proof(folder: Path) -> None:
    done = packetgen("build", folder / "case.yaml", "--signature-field")
    assert UNCHANGED not in done.stdout
    with pikepdf.open(folder / "packet" / "packet.pdf") as pdf:
        (field,) = pdf.Root.AcroForm.Fields
        assert field.FT == "/Sig"
        assert "/V" not in field
    assert packetgen("verify", folder / "packet" / "packet.pdf").returncode == 0


def test_a_locked_file_needs_its_passphrase_and_goes_when_it_is_no_longer_wanted(folder: Path) -> None:
    assert packetgen("build", folder / "case.yaml", "--encrypt").returncode == 2
    done = packetgen("build", folder / "case.yaml", "--max-pages", "4")
    parts = sorted(path.name for path in (folder / "packet").glob("packet-*.pdf"))
    assert parts[0].startswith("packet-part-1-of-")
    assert all(name in done.stdout for name in parts)
    done = packetgen("verify", folder / "packet" / parts[0])
    assert (done.returncode, done.stdout.strip()[-9:]) == (0, "unchanged")
    (folder / "packet" / parts[1]).write_bytes(b"%PDF-1.7")
    assert packetgen("verify", folder / "packet" / parts[1]).returncode == 5
    account = json.loads((folder / "packet" / "manifest.json").read_text())
    assert set(parts) < set(account["outputs"])
    packetgen("build", folder / "case.yaml")
    assert list((folder / "packet").glob("packet-*.pdf")) == []
