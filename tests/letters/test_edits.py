"""Paragraphs of a letter changed on the review page: what is written, what is blocked, and what does not fit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from packetgen.chart.decisions import Decision
from packetgen.errors import SafetyStop
from packetgen.letters.edits import plain
from packetgen.letters.model import Material
from packetgen.letters.templates import find_template
from packetgen.letters.wordfile import blocks
from packetgen.letters.write import compose, draft
from packetgen.resources import LETTERS
from tests.letters.charts import material


@pytest.fixture(scope="module")
def told() -> Material:
    return material("chronic_migraine")


def edited(told: Material, *changes: tuple[str, str]) -> Material:
    edits = [Decision("letter", "Lena Ortiz", "2026-11-25", before=a, after={"text": b}) for a, b in changes]
    return replace(told, edits=tuple(edits))


def written(told: Material, folder: Path) -> list[str]:
    made = compose(told, find_template("initial", "chronic_migraine", (LETTERS,)), folder)
    assert not made.problems, made.problems
    return [plain(block.texts[0]) for block in blocks(made.docx)]


def paragraph_with(told: Material, folder: Path, words: str) -> str:
    return next(text for text in written(replace(told, edits=()), folder) if words in text)


def test_a_changed_paragraph_keeps_its_citations_as_links(told: Material, tmp_path: Path) -> None:
    before = paragraph_with(told, tmp_path, "has headache on")
    after = before.replace("The patient has headache", "This patient has a headache")
    assert after != before
    template = find_template("initial", "chronic_migraine", (LETTERS,))
    docx = draft(edited(told, (before, after)), template, tmp_path)
    block = next(block for block in blocks(docx) if plain(block.texts[0]) == after)
    assert block.statements[0].cites
    first = docx.read_bytes()
    assert draft(edited(told, (before, after)), template, tmp_path).read_bytes() == first


def test_a_number_that_nothing_cited_says_is_blocked(told: Material, tmp_path: Path) -> None:
    before = paragraph_with(told, tmp_path, "has headache on")
    template = find_template("initial", "chronic_migraine", (LETTERS,))
    with pytest.raises(SafetyStop, match="29"):
        draft(edited(told, (before, "The patient has headache on 29 days a month (Ex. A-1).")), template, tmp_path)


def test_a_second_change_builds_on_the_first_and_an_empty_one_takes_out(told: Material, tmp_path: Path) -> None:
    before = paragraph_with(told, tmp_path, "I am glad to speak")
    once = edited(told, (before, "Please call me."), ("Please call me.", "Please call me at any time."))
    assert "Please call me at any time." in written(once, tmp_path)
    gone = edited(told, (before, ""))
    assert before not in written(gone, tmp_path)


def test_a_change_of_a_paragraph_that_is_not_there_is_told(told: Material, tmp_path: Path) -> None:
    template = find_template("initial", "chronic_migraine", (LETTERS,))
    (problem,) = compose(edited(told, ("No such words.", "Others.")), template, tmp_path).problems
    assert (problem.code, problem.severity) == ("decision_does_not_fit", "doubt")


def test_a_page_that_a_person_left_out_cannot_be_cited(told: Material, tmp_path: Path) -> None:
    before = paragraph_with(told, tmp_path, "has headache on")
    left_out = replace(edited(told, (before, before + " It is disabling.")), left_out=frozenset({"A-1"}))
    template = find_template("initial", "chronic_migraine", (LETTERS,))
    with pytest.raises(SafetyStop, match="no such page"):
        draft(left_out, template, tmp_path)
