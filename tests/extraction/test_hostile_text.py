"""Text that is made to keep the rules busy: their time grows with its length, not faster."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from packetgen.documents.text import PageText
from packetgen.extraction import vocabulary as v
from packetgen.extraction.denial import find_denial
from packetgen.extraction.extract import extract
from packetgen.extraction.place import passages
from packetgen.extraction.repair import repaired
from packetgen.limits import LONGEST_LINE, LONGEST_PASSAGE, MOST_COLUMNS
from tests.extraction.conftest import lay_out

pytestmark = pytest.mark.slow
SHORT, TIMES = 2_000, 5
AT_MOST = 2.0 * TIMES  # what is quadratic takes TIMES**2
PATTERN_SECONDS = 0.05  # of the processor
TOO_LITTLE = 0.15  # seconds of the processor that tell nothing
AGAIN_AND_AGAIN = (
    "a", "1", ".", "-", "(", "_", "rn", "a.", "a-", "a'", "$1", "1,", "1/", "1-", "O1", "a ", "1 ", "a\n", "1. ",
    "- ", "|  ", "[ ] ", "1 units ", "topiramate ", "topiramate, ", "topiramate 100 mg ",
    "topiramate 100 mg failed. ", "headache ", "headache days ", "days per month ", "MIDAS ", "MIDAS: ",
    "John Smith ", "Smith, John ", "DOB: ", "Member ID: ", "05/05/2026 ", "Dr. A. ", "12 weeks ",
)  # fmt: skip


def seconds(text: str) -> float:
    page = lay_out(text)
    start = time.process_time()
    extract([page.document])
    find_denial(repaired([page]))
    return time.process_time() - start


@pytest.mark.parametrize("part", AGAIN_AND_AGAIN)
def test_a_page_that_repeats_itself_takes_time_by_its_length(part: str) -> None:
    one, many = (part * (length // len(part)) + "!\n" for length in (SHORT, TIMES * SHORT))
    seconds("Headache on 22 days. Failed topiramate 100 mg.")  # vocabularies are read
    took = min(seconds(many) for _ in range(3))  # other work on the machine can only make it slower
    assert took < TOO_LITTLE or took < AT_MOST * max(seconds(one), seconds(one))


@pytest.mark.parametrize("part", ["a", "12", "topiramate", "DOB:", "MIDAS:", "units", "Denied:"])
def test_words_that_stand_far_apart_cost_no_more_than_on_paper(part: str) -> None:
    near, far = (f"{part}{' ' * blanks}{part}\n" * 5 for blanks in (MOST_COLUMNS - 20, 20 * MOST_COLUMNS))
    seconds("Headache on 22 days. Failed topiramate 100 mg.")
    took = seconds(far)
    assert took < TOO_LITTLE or took < 3 * max(seconds(near), seconds(near))


def patterns(vocabulary: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every pattern of a vocabulary, as it is checked when the file is read."""
    found: list[str] = []
    monkeypatch.setattr(v, "re", SimpleNamespace(**{**vars(re), "compile": found.append}))
    vocabulary.__wrapped__()  # type: ignore[attr-defined]
    monkeypatch.undo()
    return found


VOCABULARIES = (v.sections, v.therapy_status, v.responses, v.concerns, v.document_kinds, v.instruments, v.conditions)
HOSTILE = ("a", "1", "12 ", "a, ", "not ", f"a{' ' * (MOST_COLUMNS - 10)}")


@pytest.mark.parametrize("vocabulary", VOCABULARIES, ids=lambda of: of.__name__)
def test_no_pattern_of_a_vocabulary_takes_long_over_hostile_lines(
    vocabulary: Callable[[], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each over ten lines as long as a page can have them, at every place, headings where a line begins."""
    rules = [re.compile(pattern, re.IGNORECASE) for pattern in patterns(vocabulary, monkeypatch)]
    assert rules
    slow = []
    for rule in rules:
        for part in HOSTILE:
            line = f"{(part * LONGEST_LINE)[:LONGEST_LINE]}\n"
            start = time.process_time()
            if vocabulary is v.sections:
                assert not any(rule.fullmatch(line) for _ in range(10))
            else:
                sum(1 for _ in rule.finditer(line * 10))
            if time.process_time() - start > PATTERN_SECONDS:
                slow.append((part, rule.pattern))
    assert slow == []


def test_no_line_or_sentence_is_longer_than_paper_holds() -> None:
    page = lay_out("word " * 4_000)
    assert max(len(line) for line in page.text.split("\n")) <= LONGEST_LINE + len("word ")
    assert max(passage.end - passage.start for passage in passages(page)) <= LONGEST_PASSAGE
    assert page.text.count("word") == 4_000
    assert len(page.text) < 2 * len("word " * 4_000)
    columns = "|  " * 2_000
    assert len(lay_out(columns).text) < 2 * len(columns)
    for word, at in zip(page.words, page.starts, strict=True):
        assert page.text[at : at + 4] == word.text


def test_a_cut_sentence_keeps_its_words_and_places() -> None:
    page: PageText = lay_out("topiramate and propranolol " * 200)
    told = [page.quote_between(passage.start, passage.end) for passage in passages(page)]
    assert " ".join(told) == " ".join(word.text for word in page.words)
