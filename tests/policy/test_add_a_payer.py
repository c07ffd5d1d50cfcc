"""docs/add-a-payer.md, followed to the letter in a copy of the checkout."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from packetgen.errors import BadDataFile
from packetgen.policy.catalog import list_payers
from packetgen.policy.comparisons import COMPARISONS, Need
from packetgen.resources import SHIPPED
from packetgen.yamlfile import parse

PAGE = (SHIPPED / "docs" / "add-a-payer.md").read_text("utf-8")
BLOCK = re.compile(r"^```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = ".venv/bin/packetgen"
POLICY = "payer_forms/acme/policy.yaml"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name in ("packetgen", "payer_forms", "templates", "samples"):
        shutil.copytree(SHIPPED / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def run(block: str, folder: Path) -> subprocess.CompletedProcess[str]:
    commands = block.replace(COMMAND, f"{sys.executable} -m packetgen")
    return subprocess.run(
        ["sh", "-ec", commands], cwd=folder, capture_output=True, text=True, check=False, timeout=120,
        env={"PATH": "/usr/bin:/bin", "HOME": str(folder), "PYTHONPATH": str(folder)},
    )  # fmt: skip


@pytest.mark.slow
def test_the_page_leads_to_a_working_payer(checkout: Path) -> None:
    policy = checkout / POLICY
    done: subprocess.CompletedProcess[str] | None = None
    ran = 0
    for match in BLOCK.finditer(PAGE):
        text = match["text"]
        if match["kind"] == "yaml":
            assert POLICY in PAGE[: match.start()].splitlines()[-2]
            policy.parent.mkdir(exist_ok=True)
            policy.write_text((policy.read_text() if policy.exists() else "") + text)
        elif match["kind"] == "sh":
            done = run(text, checkout)
            ran += 1
            assert done.stdout, done.stderr
            assert "Traceback" not in done.stderr
            assert done.returncode in (0, 3), done.stderr
        elif not text.startswith("acme/policy.yaml:"):
            assert done
            assert done.stdout == text
    assert ran == 4


def test_the_mistake_that_the_page_shows_is_told_in_these_words(tmp_path: Path) -> None:
    blocks = list(BLOCK.finditer(PAGE))
    lines = next(b["text"] for b in blocks if b["kind"] == "yaml").splitlines(keepends=True)
    told = next(b["text"] for b in blocks if b["text"].startswith("acme/policy.yaml:")).strip()
    number = int(told.split(":")[1])
    lines[number - 1] = lines[number - 1].replace("minimum_days:", "minimum_day:")
    policy = tmp_path / "acme" / "policy.yaml"
    policy.parent.mkdir()
    policy.write_text("".join(lines))
    with pytest.raises(BadDataFile) as caught:
        list_payers(tmp_path)
    assert str(caught.value).splitlines()[0] == told


def test_the_page_names_every_comparison_with_an_example_that_is_one() -> None:
    rows = re.findall(r"^\| `(.+?)` \|", PAGE, re.MULTILINE)
    needs = [parse(row, Need, "row") for row in rows]
    assert {need.comparison for need in needs} == set(COMPARISONS)
