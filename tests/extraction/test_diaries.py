"""Each diary of diaries.yaml is counted as it says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from packetgen.extraction.diary import find_diary
from packetgen.extraction.diary_times import lasted
from packetgen.extraction.diary_vocabulary import diary_words
from packetgen.extraction.diary_words import told
from packetgen.extraction.drugnames import drug_named
from packetgen.extraction.overuse import medication_overuse

DIARIES = yaml.safe_load((Path(__file__).parent / "diaries.yaml").read_text("utf-8"))


@pytest.mark.parametrize("diary", DIARIES, ids=lambda d: d["what"])
def test_a_diary_is_counted(page_text, diary) -> None:  # type: ignore[no-untyped-def]
    found = find_diary([page_text(page) for page in diary["text"].split("\f")])
    counts = {
        f.value.month: [
            f.value.days_recorded, f.value.headache_days, f.value.migraine_days, f.value.days_4h_or_more,
            f.value.acute_medication_days,
        ]
        for f in found
    }  # fmt: skip
    assert counts == diary["counts"]
    assert [f.value.month for f in found if f.assertion == "possible"] == diary.get("possible", [])


def _examples(*kinds: str) -> list[str]:
    return [entry.example for kind in kinds for entry in getattr(diary_words(), kind)]


@pytest.mark.parametrize("said", _examples("headache", "migraine", "no_migraine"))
def test_an_entry_tells_of_a_headache(said: str) -> None:
    assert told(said)["headache"] == "yes"
    assert (told(said).get("migraine") == "yes") == (said in _examples("migraine"))


@pytest.mark.parametrize(
    ("kind", "headache"), [("none", "no"), ("missing", "no entry"), ("doubtful", "?"), ("elsewhere", "?")]
)
def test_an_entry_tells_of_none_or_is_missing_or_not_clear(kind: str, headache: str) -> None:
    assert {told(said)["headache"] for said in _examples(kind)} == {headache}


def test_what_was_taken_and_what_was_not() -> None:
    assert {told(f"headache, {said}")["acute"] for said in _examples("taken")} == {"yes"}
    assert {told(f"headache, {said}")["acute"] for said in _examples("untreated", "not_taken")} == {"no"}


@pytest.mark.parametrize("duration", diary_words().durations, ids=lambda d: d.example)
def test_how_long_words_say(duration) -> None:  # type: ignore[no-untyped-def]
    assert lasted(duration.example) == ("?" if duration.hours is None else f"{duration.hours * 60:g} min")


@pytest.mark.parametrize(
    ("said", "minutes"),
    [
        ("6h 20m", "380 min"), ("3h10", "190 min"), ("3.5 hrs", "210 min"), ("3 1/2 hours", "210 min"),
        ("5-6 hrs", "300 min"), ("2-6 hrs", "?"), (">4h", "240 min"), ("< 4 hrs", "239 min"), ("4+ hrs", "240 min"),
        ("45m", "45 min"), ("noon to 8 pm", "480 min"), ("9am-5pm", "480 min"), ("11p - 3a", "240 min"),
        ("2-5 pm", "180 min"), ("10-2 pm", "240 min"), ("22:30-02:00", "210 min"), ("0700-1130", "270 min"),
        ("from 4 pm to bed (10 pm)", "360 min"), ("duration 06:15", "375 min"),
        ("24n OOm", "1440 min"), ("Ih 0@m", "60 min"), ("Th 15m", "?"),
        ("maxalt at 7am and again 9am", ""), ("pain 7/10", ""), ("9 am maxalt", ""),
    ],
)  # fmt: skip
def test_how_long_numbers_say(said: str, minutes: str) -> None:
    assert lasted(said) == minutes


def test_days_of_acute_medicine_are_held_against_the_thresholds_of_overuse(page_text) -> None:  # type: ignore[no-untyped-def]
    def overuse(took: list[str]) -> list[tuple[str, int, int]]:
        rows = "\n".join(f"9/{day} headache 5 hrs, {what}" for day, what in enumerate(took, 1))
        (month,) = find_diary([page_text(f"Headache log, September 2025\n{rows}")])
        return [(found.name, found.days, found.threshold) for found in month.value.overuse]

    assert overuse(["Maxalt"] * 10 + ["no meds"] * 3) == [("triptan", 10, 10)]
    assert overuse(["Maxalt"] * 9 + ["no meds"] * 3) == []
    assert overuse(["ibuprofen"] * 14) == []
    assert overuse(["ibuprofen"] * 15) == [("simple analgesic", 15, 15)]
    assert overuse(["Excedrin"] * 11) == [("combination analgesic", 11, 10)]
    assert overuse(["Maxalt", "ibuprofen"] * 5) == [("acute medicine in all", 10, 10)]
    assert overuse(["Nurtec"] * 15) == []
    assert overuse(["took a pill"] * 12) == [("acute medicine in all", 12, 10)]


@pytest.mark.parametrize("rule", medication_overuse().rules, ids=lambda r: r.name)
def test_a_rule_of_overuse_names_drugs_that_are_known(rule) -> None:  # type: ignore[no-untyped-def]
    assert rule.classes or rule.drugs
    assert all(drug_named(name).generic == name for name in rule.drugs)


def test_a_row_that_ocr_may_have_lost_makes_the_month_uncertain(page_text) -> None:  # type: ignore[no-untyped-def]
    rows = [
        f"{day} 9/{number} headache 5 hrs"
        for number, day in enumerate(["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"], 1)
    ]

    def read(rows: list[str]) -> tuple[str, int]:
        page = page_text("\n".join(["Headache log, September 2025", *rows]))
        (month,) = find_diary([replace(page, page=replace(page.page, source="ocr"))])
        return month.assertion, month.value.days_recorded

    assert read(rows) == ("present", 7)
    assert read([*rows[:2], *rows[3:]]) == ("present", 6)  # a day that nobody wrote down
    assert read([*rows[:2], "Wed 99/3 headache 5 hrs", *rows[3:]]) == ("possible", 6)
    assert read([*rows[:2], "Wed 99/03 headache 5 hrs", *rows[3:]]) == (
        "present",
        7,
    )
    assert read([*rows[:2], "Wed 9/9 headache 5 hrs", *rows[3:]]) == ("possible", 7)  # out of order
