"""Tables, forms and sentences of tables.yaml are read as it says."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from packetgen.extraction.model import Score
from packetgen.extraction.muscle_tables import sessions
from packetgen.extraction.muscles import tables
from packetgen.extraction.scores import find_scores

TABLES = yaml.safe_load((Path(__file__).parent / "tables.yaml").read_text("utf-8"))


@pytest.mark.parametrize("example", TABLES["scores"], ids=lambda e: " ".join(e["text"].split())[:60])
def test_what_a_table_or_sentence_says_of_scores(page_text, example) -> None:  # type: ignore[no-untyped-def]
    assert {_written(finding.value) for finding in find_scores(page_text(example["text"]))} == set(example["told"])


@pytest.mark.parametrize("example", TABLES["muscles"], ids=lambda e: " ".join(e["text"].split())[:60])
def test_what_a_table_says_of_muscles(page_text, example) -> None:  # type: ignore[no-untyped-def]
    page = page_text(example["text"])
    read = list(sessions(page))
    assert all(session.adds_up for session in read)
    sites = [site for one in read or tables(page.text) for site in one.sites]
    assert {" ".join(filter(None, (s.muscle, s.side, f"{s.units:g}"))) for s in sites} == set(example["told"])


def _written(score: Score) -> str:
    parts = ", ".join(f"{name} {_part(value)}" for name, value in score.subscores)
    value = "-" if score.value is None else f"{score.value:g}"
    return f"{score.instrument} {value}" + (f": {parts}" if parts else "")


def _part(value: float | str | tuple[float, ...]) -> str:
    if isinstance(value, tuple):
        return " ".join(f"{one:g}" for one in value)
    return f"{value:g}" if isinstance(value, float) else value
