from __future__ import annotations

from packetgen.chart.decide import BY_HAND
from packetgen.chart.reconcile import reconcile
from packetgen.documents.model import Box
from packetgen.extraction.model import (
    DocumentSummary,
    Evidence,
    Extraction,
    Finding,
    HeadacheFrequency,
    Range,
    Therapy,
    Value,
)


def finding(value: Value, as_of: str = "2026-10-02", page: int = 1, assertion: str = "present") -> Finding:
    place = Evidence("A", page, (Box(0, 0, 1, 1),), f"quote {page}", None, "test")
    return Finding(value, assertion, (place,), as_of)  # type: ignore[arg-type]


def chart_of(*findings: Finding):  # type: ignore[no-untyped-def]
    return reconcile(Extraction((), findings))


def test_the_newest_value_leads_and_the_older_stands_against_it() -> None:
    chart = chart_of(
        finding(HeadacheFrequency(headache_days_per_month=12), "2026-01-05", 1),
        finding(HeadacheFrequency(headache_days_per_month=22), "2026-10-02", 2),
    )
    fact = chart.current.headache_days
    assert fact.value == 22
    assert [f.value.headache_days_per_month for f in fact.against] == [12]
    assert [p.code for p in chart.problems] == ["conflict"]


def test_notes_that_differ_by_a_day_agree() -> None:
    chart = chart_of(
        finding(HeadacheFrequency(headache_days_per_month=21), "2026-09-14", 1),
        finding(HeadacheFrequency(headache_days_per_month=22), "2026-10-02", 2),
    )
    assert chart.current.headache_days.against == ()
    assert len(chart.current.headache_days.evidence) == 2
    assert chart.problems == ()


def test_a_range_agrees_with_a_number_inside_it() -> None:
    chart = chart_of(
        finding(HeadacheFrequency(hours_per_day=Range(6, 12)), "2026-10-02", 1),
        finding(HeadacheFrequency(hours_per_day=8), "2026-09-14", 2),
    )
    assert chart.current.hours_per_day.against == ()


def test_family_and_planned_statements_prove_nothing() -> None:
    therapy = Therapy("divalproex", "antiepileptic", "preventive", "ineffective")
    chart = chart_of(finding(therapy, assertion="family"), finding(therapy, assertion="planned"))
    assert chart.therapies == ()


def test_one_drug_in_several_notes_is_one_trial_with_all_its_evidence() -> None:
    chart = chart_of(
        finding(
            Therapy(
                "topiramate", "antiepileptic", "preventive", "not_tolerated", 100, "mg", None, "2024-03", "2024-08"
            ),
            page=1,
        ),
        finding(Therapy("topiramate", "antiepileptic", "preventive", "unknown", 50, "mg"), page=2),
    )
    (fact,) = chart.therapies
    assert (fact.value.status, fact.value.dose, fact.value.start) == ("not_tolerated", 100, "2024-03")
    assert [e.page for e in fact.evidence] == [1, 2]


def test_trials_with_other_dates_are_a_conflict() -> None:
    def trial(start: str) -> Therapy:
        return Therapy("topiramate", "antiepileptic", "preventive", "ineffective", start=start)

    chart = chart_of(finding(trial("2024-03"), "2026-10-02", 1), finding(trial("2023-01"), "2026-09-14", 2))
    assert [p.code for p in chart.problems] == ["conflict"]
    assert chart.therapies[0].value.start == "2024-03"


def test_the_same_drug_for_another_disease_stays_apart() -> None:
    chart = chart_of(
        finding(Therapy("propranolol", "beta_blocker", "other_indication", "current")),
        finding(Therapy("propranolol", "beta_blocker", "preventive", "contraindicated")),
    )
    assert [f.value.role for f in chart.therapies] == ["preventive", "other_indication"]


def test_a_diary_month_with_unread_rows_is_not_counted_and_is_asked_for() -> None:
    from packetgen.documents.model import Box
    from packetgen.extraction.model import DiaryMonth, DocumentSummary, Evidence, Extraction, Finding

    row = Evidence("C", 2, (Box(0, 0, 1, 1),), "07/03/2026 y#s 6", 41.0, "diary_unclear")
    month = Finding(DiaryMonth("2026-07", 30, 14), "possible", (row,), "2026-07")
    chart = reconcile(Extraction((DocumentSummary("C", "headache_diary"),), (month,)))
    assert chart.diary == ()
    (problem,) = chart.problems
    assert (problem.code, problem.where, problem.severity) == ("diary_unclear", "Ex. C-2", "doubt")


def test_what_a_plans_denial_repeats_is_no_fact_of_the_patient() -> None:
    place = Evidence("B", 1, (Box(0, 0, 1, 1),), "22 headache days", None, "test")
    repeated = Finding(HeadacheFrequency(headache_days_per_month=9), "present", (place,), "2026-11-16")
    letter = DocumentSummary("B", "denial_letter", "2026-11-16")
    own = finding(HeadacheFrequency(headache_days_per_month=22))
    fact = reconcile(Extraction((letter,), (own, repeated))).current.headache_days
    assert fact is not None
    assert (fact.value, fact.against) == (22, ())


def test_what_a_person_found_in_a_plans_denial_stands() -> None:
    place = Evidence("B", 1, (Box(0, 0, 1, 1),), "22 headache days", None, BY_HAND)
    found = Finding(HeadacheFrequency(headache_days_per_month=22), "present", (place,), "2026-11-16")
    fact = reconcile(Extraction((DocumentSummary("B", "denial_letter"),), (found,))).current.headache_days
    assert fact is not None
    assert fact.value == 22
