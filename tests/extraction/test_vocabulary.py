"""Every entry of a vocabulary is tested by its own example."""

from __future__ import annotations

import re

import pytest

from packetgen.extraction import vocabulary as v
from packetgen.extraction.about import summarise
from packetgen.extraction.denial import find_denial
from packetgen.extraction.denial_words import denial_reasons
from packetgen.extraction.diagnoses import find_diagnoses
from packetgen.extraction.finer import finer_kind
from packetgen.extraction.frequency import find_frequency
from packetgen.extraction.frequency_words import FrequencyWords, frequency_words
from packetgen.extraction.model import Range
from packetgen.extraction.numerals import as_digits
from packetgen.extraction.responses import find_responses
from packetgen.extraction.safety import find_safety
from packetgen.extraction.scores import find_scores
from packetgen.extraction.sections import section_at
from packetgen.extraction.therapies import find_therapies

FAILED = {"ineffective", "not_tolerated", "contraindicated", "partial_response"}
CUES = [(status.status, cue.example) for status in v.therapy_status().statuses for cue in status.cues]


@pytest.mark.parametrize(("status", "example"), CUES)
def test_a_status_is_read_from_its_example(page_text, status: str, example: str) -> None:
    assert status in {f.value.status for f in find_therapies(page_text(example))}


@pytest.mark.parametrize("cue", v.therapy_status().nothing_told, ids=lambda c: c.example)
def test_what_is_denied_or_feared_tells_no_failure(page_text, cue) -> None:  # type: ignore[no-untyped-def]
    said = cue.example
    assert re.search(v.therapy_status().filled(cue.words), said, re.IGNORECASE)
    assert not {f.value.status for f in find_therapies(page_text(said))} & FAILED


def test_what_bars_a_drug_and_what_is_to_be_started_are_read_from_their_examples(page_text) -> None:
    words = v.therapy_status()
    for cue, status in ((words.barred, "contraindicated"), (words.to_start, "planned")):
        assert [f.value.status for f in find_therapies(page_text(cue.example))] == [status]
    assert [f.value.role for f in find_therapies(page_text(words.to_prevent.example))] == ["preventive"]
    assert [f.value.role for f in find_therapies(page_text("Nurtec 75 mg as needed."))] == ["acute"]


def test_a_cue_that_names_no_list_is_refused() -> None:
    raw = v.therapy_status().model_dump()
    raw["to_start"]["words"] = "<nowhere>"
    with pytest.raises(ValueError, match="no list is named 'nowhere'"):
        v.TherapyStatuses.model_validate(raw)


RESPONSES = [*v.responses().measures, v.responses().share, v.responses().lasted]


@pytest.mark.parametrize("entry", RESPONSES, ids=lambda e: e.example.text)
def test_a_change_under_treatment_is_read_from_its_example(page_text, entry) -> None:  # type: ignore[no-untyped-def]
    (finding,) = find_responses(page_text(f"Botox was given in May.\n\n{entry.example.text}"))
    assert (finding.value.before, finding.value.after) == (entry.example.before, entry.example.after)


@pytest.mark.parametrize(
    "said",
    [
        "Goal: headache days from 22 to 9 per month.",
        "On topiramate headache days fell from 22 to 18 per month.",
        "Her sister's headache days fell from 22 to 9.",
    ],
)
def test_a_goal_another_drug_and_a_relative_are_no_response_to_toxin(page_text, said: str) -> None:
    assert find_responses(page_text(f"Botox was given in May.\n\n{said}")) == []


def test_what_is_only_thought_of_is_read_from_its_example(page_text) -> None:
    assert {f.value.status for f in find_therapies(page_text(v.therapy_status().hypothetical.example))} == {
        "hypothetical"
    }


def test_another_indication_is_read_from_its_examples(page_text) -> None:
    words = v.therapy_status().other_indication
    for example in (words.example, words.denied_example):
        (finding,) = find_therapies(page_text(example))
        assert finding.value.role == "other_indication", example


@pytest.mark.parametrize("entry", v.sections().sections, ids=lambda e: e.kind)
def test_a_heading_is_read_from_its_example(page_text, entry) -> None:
    page = page_text(f"A note.\n\n{entry.example}\nA line below it.")
    assert section_at(page, page.text.index("line below")) == entry.kind


@pytest.mark.parametrize("entry", v.instruments().scores, ids=lambda e: e.instrument)
def test_a_score_is_read_from_its_example(page_text, entry) -> None:  # type: ignore[no-untyped-def]
    found = [(f.value.instrument, f.value.value) for f in find_scores(page_text(entry.example.text))]
    assert (entry.instrument, entry.example.value) in found


@pytest.mark.parametrize("entry", v.conditions().conditions, ids=lambda e: e.name)
def test_a_disease_is_read_from_its_example(page_text, entry) -> None:  # type: ignore[no-untyped-def]
    assert entry.name in {f.value.name for f in find_diagnoses(page_text(entry.example))}


@pytest.mark.parametrize("entry", v.document_kinds().kinds, ids=lambda e: e.kind)
def test_a_kind_is_read_from_its_example(page_text, entry) -> None:  # type: ignore[no-untyped-def]
    assert summarise([page_text(entry.example)]).kind == entry.kind


@pytest.mark.parametrize("entry", v.document_kinds().finer, ids=lambda e: e.kind)
def test_a_finer_kind_is_read_from_its_example(entry) -> None:  # type: ignore[no-untyped-def]
    for kind in entry.of:
        assert finer_kind(kind, entry.example) == entry.kind


WAYS = [(words.reason, way) for words in denial_reasons().reasons for way in words.ways]


@pytest.mark.parametrize(("reason", "way"), WAYS, ids=lambda part: getattr(part, "example", part))
def test_a_denial_reason_is_read_from_its_example(page_text, reason, way) -> None:  # type: ignore[no-untyped-def]
    assert re.search(way.pattern, " ".join(as_digits(way.example).split()), re.IGNORECASE)
    (finding,) = find_denial([page_text(way.example)])
    assert reason in {reason.reason for reason in finding.value.reasons}
    assert all(reason.quote in way.example for reason in finding.value.reasons)


@pytest.mark.parametrize("entry", v.concerns().concerns, ids=lambda e: e.name)
def test_a_concern_is_denied_and_affirmed_by_its_examples(page_text, entry) -> None:  # type: ignore[no-untyped-def]
    for text, told in ((entry.denied, "negated"), (entry.affirmed, "affirmed")):
        (finding,) = [f for f in find_safety(page_text(text)) if f.value.concern == entry.name]
        assert (finding.assertion == "negated") == (told == "negated"), text


@pytest.mark.parametrize(
    ("concern", "text", "told"),
    [
        ("neuromuscular disease", "No NMJ disorder, no Lambert Eaton.", "negated"),
        ("neuromuscular disease", "Myasthenic crisis in 2019.", "present"),
        ("neuromuscular disease", "Denies MG or other neuromuscular disorder.", "negated"),
        ("infection at the injection sites", "Injection sites clean, no cellulitis.", "negated"),
        ("infection at the injection sites", "Folliculitis of the left axilla today.", "present"),
        ("pregnancy", "UPT neg today.", "negated"),
        ("pregnancy", "She is trying to conceive.", "present"),
        ("breastfeeding", "Nursing her baby, 4 months old.", "present"),
        ("earlier reaction to a botulinum toxin", "No allergic reaction after prior Botox.", "negated"),
        ("earlier reaction to a botulinum toxin", "Dysport: hives in 2021.", "present"),
        ("aminoglycosides", "On inhaled tobramycin.", "present"),
        ("urinary retention", "No retention of urine.", "negated"),
        ("urinary retention", "Unable to void after the last session.", "present"),
        ("swallowing or breathing trouble", "No trouble swallowing.", "negated"),
        ("swallowing or breathing trouble", "Two aspiration pneumonias last year.", "present"),
        ("cosmetic toxin in the last months", "Paperwork mentions Botox forehead lines 15 u at a medspa.", "present"),
        ("cosmetic toxin in the last months", "Denies cosmetic Botox.", "negated"),
    ],
)
def test_a_concern_is_read_in_other_words(page_text, concern: str, text: str, told: str) -> None:
    assert told in {f.assertion for f in find_safety(page_text(text)) if f.value.concern == concern}


@pytest.mark.parametrize(
    "text", ["Risks including dysphagia were discussed.", "Counselled on urinary retention.", "Mother has myasthenia."]
)
def test_advice_and_relatives_are_no_concern_of_the_patient(page_text, text: str) -> None:
    assert [f.assertion for f in find_safety(page_text(text))] in ([], ["family"])


def test_every_drug_has_a_source_and_no_name_stands_for_two_drugs() -> None:
    names: dict[str, str] = {}
    for drug in v.drugs().drugs:
        assert drug.source
        for name in (drug.generic, *drug.names):
            assert names.setdefault(name.lower(), drug.generic) == drug.generic, name


@pytest.mark.parametrize("said", frequency_words().examples, ids=lambda s: s.example[:60])
def test_how_often_the_head_aches_is_read_from_each_example(page_text, said) -> None:  # type: ignore[no-untyped-def]
    told = [
        f"{letter}{amount.low:g}-{amount.high:g}" if isinstance(amount, Range) else f"{letter}{amount:g}"
        for finding in find_frequency(page_text(said.example))
        for letter, amount in zip("HMhm", _amounts_of(finding), strict=True)
        if amount is not None
    ]
    assert sorted(told) == sorted(said.told)


def _amounts_of(finding):  # type: ignore[no-untyped-def]
    v = finding.value
    return v.headache_days_per_month, v.migraine_days_per_month, v.hours_per_day, v.months


def test_a_pattern_of_frequency_that_names_no_list_is_refused() -> None:
    raw = frequency_words().model_dump()
    raw["headache"][0]["words"] = "<nowhere> 5"
    with pytest.raises(ValueError, match="no list is named 'nowhere'"):
        FrequencyWords.model_validate(raw)
