"""A thousand damaged copies of the samples' PDFs: each is read, or its pages and what is wrong with them are named."""

from __future__ import annotations

import random
from pathlib import Path

import pikepdf
import pytest

from packetgen.documents.cache import PageCache
from packetgen.documents.model import ToRead
from packetgen.documents.read import read_documents
from packetgen.resources import SAMPLES

pytestmark = pytest.mark.slow
SOURCES = sorted(path for path in SAMPLES.rglob("*.pdf") if "packet" not in path.parts and path.stat().st_size < 60_000)
MUTANTS = 1000


def mutant(raw: bytes, chance: random.Random) -> bytes:
    """Cut, or with bits flipped, stretches zeroed or stretches taken out."""
    how = chance.choice(("cut", "flip", "zero", "delete"))
    if how == "cut":
        return raw[: chance.randrange(len(raw))]
    changed = bytearray(raw)
    for _ in range(chance.choice((1, 5, 40))):
        at = chance.randrange(max(1, len(changed) - 200))
        end = at + chance.choice((1, 4, 200))
        if how == "flip":
            changed[at] ^= 1 << chance.randrange(8)
        else:
            changed[at:end] = bytes(len(changed[at:end])) if how == "zero" else b""
    return bytes(changed)


def test_every_mutant_is_read_or_named(tmp_path: Path) -> None:
    chance = random.Random(11)  # noqa: S311 - the same damage each time
    files = [tmp_path / f"{number}.pdf" for number in range(MUTANTS)]
    for file in files:
        file.write_bytes(mutant(chance.choice(SOURCES).read_bytes(), chance))
    documents, problems = read_documents(
        [ToRead(file.name, file) for file in files], tmp_path / "work", PageCache(tmp_path / "cache")
    )
    named = {problem.where.split(",")[0] for problem in problems}
    assert len(documents) == MUTANTS
    assert [d.path for d in documents if not any(page.words for page in d.pages) and d.path not in named] == []
    for document in documents:
        with pikepdf.open(document.exhibit) as exhibit:
            assert len(exhibit.pages) == len(document.pages)
