"""Sentences as clinicians write them, and what they must and must not be read as."""

from __future__ import annotations

import pytest

from packetgen.extraction.about import summarise
from packetgen.extraction.dates import dates_in
from packetgen.extraction.diagnoses import find_diagnoses
from packetgen.extraction.diary import find_diary
from packetgen.extraction.frequency import find_frequency
from packetgen.extraction.identity import find_identity
from packetgen.extraction.model import Range
from packetgen.extraction.place import passages
from packetgen.extraction.scores import find_scores
from packetgen.extraction.therapies import find_therapies
from packetgen.extraction.toxins import find_toxins

FAILED = {"ineffective", "not_tolerated", "contraindicated", "partial_response"}


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("02/11/2025", "2025-02-11"), ("9/3/24", "2024-09-03"), ("2025-02-11", "2025-02-11"),
        ("27.02.2025", "2025-02-27"), ("1-Nov-24", "2024-11-01"), ("17 Jan 1979", "1979-01-17"),
        ("March 14, 1981", "1981-03-14"), ("2024-OCT-28", "2024-10-28"), ("3/2023", "2023-03"),
        ("May 2022", "2022-05"), ("2025 -02-27", "2025-02-27"), ("27.02,2025", "2025-02-27"),
        ("2024-0CT-28", "2024-10-28"),
    ],
)  # fmt: skip
def test_a_date_is_read(text: str, day: str) -> None:
    assert [iso for _, _, iso in dates_in(f"on {text} she")] == [day]


@pytest.mark.parametrize("text", ["13/45/2024", "118/74", "1/2", "22/30 days"])
def test_what_is_no_date_is_not_read_as_one(text: str) -> None:
    assert dates_in(text) == []


@pytest.mark.parametrize(
    ("said", "drug", "status"),
    [
        ("No response to topiramate after 3 months.", "topiramate", "ineffective"),
        ("No history of topiramate use.", "topiramate", "never_tried"),
        ("Mother failed topiramate.", "topiramate", "family_only"),
        ("Topiramate 50 mg BID 3/2023 - 7/2023. Stopped for word-finding difficulty.", "topiramate", "not_tolerated"),
        ("Propranolol LA 120 mg daily 8/2023 - 12/2023. No reduction in headache days.", "propranolol", "ineffective"),
        ("Propranolol contraindicated due to asthma.", "propranolol", "contraindicated"),
        ("If Botox is denied, will consider Qulipta 60 mg.", "atogepant", "hypothetical"),
        ("Will start topiramate 25 mg.", "topiramate", "planned"),
        ("Artane 2 mg TID stopped 2015 (dry mouth).", "trihexyphenidyl", "not_tolerated"),
        ("tizanidine 4 mg TID x 8 wks - low BP 88/50, stopped 1/2023", "tizanidine", "not_tolerated"),
        (
            "Family History\n  Problem       Relation    Comment\n  Migraine      Mother      controlled on Depakote",
            "divalproex",
            "family_only",
        ),
    ],
)
def test_how_a_trial_went(page_text, said: str, drug: str, status: str) -> None:  # type: ignore[no-untyped-def]
    found = {f.value.drug: f for f in find_therapies(page_text(said))}
    assert found[drug].value.status == status
    if status in ("never_tried", "family_only", "hypothetical", "planned"):
        assert found[drug].assertion != "present"


def test_a_trial_has_dose_dates_and_its_place(page_text) -> None:  # type: ignore[no-untyped-def]
    (finding,) = find_therapies(page_text("• Propranolol LA 120 mg daily 8/2023 - 12/2023. No reduction in HA days."))
    value = finding.value
    assert (value.dose, value.unit, value.start, value.stop) == (120, "mg", "2023-08", "2023-12")
    assert finding.evidence[0].quote.startswith("• Propranolol LA 120 mg")


@pytest.mark.parametrize(
    "said",
    [
        "Atenolol 25 mg daily for blood pressure.",
        "Takes rizatriptan 10 mg as needed.",
        "Patient asks about topiramate.",
        "Topiramate and amitriptyline were reviewed.",
        "You must have tried two drugs, or be unable to take them. Group A: oxybutynin, trospium.",
        "You must have tried, or be unable to take, one of oxybutynin and trospium.",
        "Benztropine (Cogentin) [x]",
    ],
)
def test_no_failure_is_invented(page_text, said: str) -> None:  # type: ignore[no-untyped-def]
    assert not {f.value.status for f in find_therapies(page_text(said))} & FAILED


def test_each_drug_keeps_its_own_words(page_text) -> None:  # type: ignore[no-untyped-def]
    found = {
        f.value.drug: f.value.status
        for f in find_therapies(page_text("Tried amitriptyline - no benefit; still taking candesartan 16 mg."))
    }
    assert found == {"amitriptyline": "ineffective", "candesartan": "current"}


@pytest.mark.parametrize(
    ("said", "days", "migraine", "hours", "months"),
    [
        ("HA 22/30d, >4h, x11mo. ~14 mig/mo.", 22, 14, Range(4, None), 11),
        ("She has 15-20 headache days per month.", Range(15, 20), None, None, None),
        ("Headache on 21 of the last 30 days, 13 of which were full migraines.", 21, 13, None, None),
        ("Headaches 18 days a month. Untreated attacks last 8-12 hours.", 18, None, Range(8, 12), None),
    ],
)
def test_frequency(page_text, said, days, migraine, hours, months) -> None:  # type: ignore[no-untyped-def]
    (finding,) = find_frequency(page_text(said))
    v = finding.value
    assert (v.headache_days_per_month, v.migraine_days_per_month, v.hours_per_day, v.months) == (
        days, migraine, hours, months,
    )  # fmt: skip


@pytest.mark.parametrize(
    "said",
    [
        "Goal: fewer than 10 headache days per month.",
        "Criteria: 15 or more headache days per month.",
        "Mother has 20 headache days per month.",
        "Topiramate for 3 months for migraine.",
    ],
)
def test_goals_criteria_and_relatives_are_no_frequency(page_text, said: str) -> None:  # type: ignore[no-untyped-def]
    assert find_frequency(page_text(said)) == []


def test_thresholds_and_ranges_are_no_scores(page_text) -> None:  # type: ignore[no-untyped-def]
    assert find_scores(page_text("HIT-6 >= 60 required. MIDAS 400. HDSS score of 3 or 4 needed.")) == []


def test_a_flowsheet_gives_each_score_its_date(page_text) -> None:  # type: ignore[no-untyped-def]
    table = "Date          MIDAS            HIT-6\n03/02/2023    38  (Grade IV)   63\n10/29/2024    --               68"
    found = {(f.value.instrument, f.value.value, f.value.date) for f in find_scores(page_text(table))}
    assert found == {("MIDAS", 38, "2023-03-02"), ("HIT-6", 63, "2023-03-02"), ("HIT-6", 68, "2024-10-29")}


def test_a_requested_toxin_is_not_a_given_one(page_text) -> None:  # type: ignore[no-untyped-def]
    (finding,) = find_toxins(page_text("Submit PA for onabotulinumtoxinA 155 units IM every 12 weeks."))
    v = finding.value
    assert (v.status, v.units, v.interval_weeks, finding.assertion) == ("requested", 155, 12, "planned")


def test_identity(page_text) -> None:  # type: ignore[no-untyped-def]
    header = "Patient: Okafor, Denise M     MRN: 00418827     DOB: 03/14/1981     Sex: F"
    (finding,) = find_identity(page_text(header))
    v = finding.value
    assert (v.name, v.mrn, v.birth_date) == ("Denise M Okafor", "00418827", "1981-03-14")


def test_a_diary_is_counted_from_its_rows(page_text) -> None:  # type: ignore[no-untyped-def]
    sheet = "\n".join(
        [
            "Date          Headache     Migraine     Hours      Medication",
            "07/01/2026    yes          yes          8 h        rizatriptan",
            "07/02/2026    no           -            -          -",
            "07/03/2026    yes          no           4          -",
            "07/04/2026    (no entry)",
            "07/05/2026    yes          no           90 min     naproxen",
            "07/06/2026    yes          yes          all day    rizatriptan",
            "07/06/2026    yes          yes          all day    rizatriptan",
        ]
    )
    (finding,) = find_diary([page_text(sheet)])
    v = finding.value
    assert (v.month, v.days_recorded, v.headache_days, v.migraine_days, v.days_4h_or_more, v.acute_medication_days) == (
        "2026-07", 5, 4, 2, 3, 3,
    )  # fmt: skip


def test_an_app_export_is_counted_by_its_days(page_text) -> None:  # type: ignore[no-untyped-def]
    export = "\n".join(
        [
            "Date,Start,End,Entry,Pain,Symptoms,Acute medication,Preventive taken",
            "2026-03-01,,,No headache,0,,,yes",
            "2026-03-02,08:00,09:30,Headache,3,,,yes",
            "2026-03-02,16:00,17:15,Headache,4,,,yes",
            "2026-03-03,22:00,02:00,Migraine,8,light;nausea,Maxalt-MLT 10 mg,yes",
            "2026-03-04,13:00,16:59,Headache,4,,,no",
            "2026-03-05,10:00,15:00,Migraine,5,,,yes",
        ]
    )
    (finding,) = find_diary([page_text(export)])
    v = finding.value
    assert (v.days_recorded, v.headache_days, v.migraine_days, v.days_4h_or_more, v.acute_medication_days) == (
        5, 4, 2, 2, 1,
    )  # fmt: skip


def test_days_a_month_are_a_frequency_not_a_duration(page_text) -> None:
    (finding,) = find_therapies(page_text("Rizatriptan 10 mg at onset, about 8 days a month."))
    assert finding.value.weeks is None


def test_the_reason_is_the_whole_clause(page_text) -> None:
    (finding,) = find_therapies(page_text("Amitriptyline 50 mg, 12 weeks. No reduction in headache days. Return soon."))
    assert finding.value.reason == "No reduction in headache days"


def test_a_quote_holds_no_heading_and_no_footer(page_text) -> None:
    page = page_text(
        "She slept well.\nAssessment\nChronic migraine (G43.709)\nstable today\n\n\nSYNTHETIC SAMPLE Page 2 of 4"
    )
    assert [passage.said for passage in passages(page)] == [
        "She slept well.",
        "Assessment",
        "Chronic migraine (G43.709) stable today",
        "SYNTHETIC SAMPLE Page 2 of 4",
    ]


def test_a_visit_note_that_speaks_of_a_diary_is_a_note(page_text) -> None:
    note = "Progress note - office visit\nChief complaint: migraine.\nHPI\n" + "She reports headaches.\n" * 30
    assert (
        summarise([page_text(note + "Headache diary reviewed. Start date of headache unknown.")]).kind == "clinic_note"
    )


def test_drugs_in_a_list_keep_their_own_doses(page_text) -> None:
    found = find_therapies(page_text("Acute treatment: rizatriptan 10 mg (limits to 2 d/wk), naproxen 500 mg."))
    assert {f.value.drug: f.value.dose for f in found} == {"rizatriptan": 10, "naproxen": 500}


def test_a_drug_without_a_dose_does_not_take_its_neighbours(page_text) -> None:
    found = find_therapies(page_text("Failed topiramate, amitriptyline 50 mg and propranolol 80 mg."))
    assert {f.value.drug: f.value.dose for f in found} == {"topiramate": None, "amitriptyline": 50, "propranolol": 80}


@pytest.mark.parametrize(
    ("said", "dose", "unit"),
    [
        ("topa 100 x3mo d/c cog SE", 100, None), ("venla 37.5 x10d stopped", 37.5, None),
        ("amitriptyline 25 qhs for fibromyalgia", 25, None), ("Levetiracetam 500 BID since the stroke", 500, None),
        ("baclofen 10 mg TID raised to 20 TID, sedated", 20, "mg"), ("topiramate 2019 to 2020", None, None),
        ("topiramate since 3/2023", None, None),
    ],
)  # fmt: skip
def test_a_dose_is_read_with_and_without_its_unit(page_text, said: str, dose: float | None, unit: str | None) -> None:
    (finding,) = find_therapies(page_text(said))
    assert (finding.value.dose, finding.value.unit) == (dose, unit)


def test_a_total_belongs_to_the_title_above_it(page_text) -> None:
    page = page_text("HIT-6 Headache Impact Test\n how often severe?   X\n\n   Total Score:   66   (range 36-78)")
    assert ("HIT-6", 66) in {(f.value.instrument, f.value.value) for f in find_scores(page)}
    assert "MIDAS" not in {f.value.instrument for f in find_scores(page)}


def test_the_circled_choice_of_a_short_scale(page_text) -> None:
    scale = "How would you rate your sweating? (HDSS)\n 1 never\n 2 tolerable\n(3) barely tolerable\n 4 intolerable"
    (finding,) = find_scores(page_text(scale))
    assert (finding.value.instrument, finding.value.value) == ("HDSS", 3)
    assert find_scores(page_text(scale.replace("(3)", " 3"))) == []
    assert find_scores(page_text(scale.replace(" 2 tol", "(2) tol"))) == []


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("MRN 3310-88-241     Ada Byron     DOB 1961-JUN-03", "Ada Byron"),
        ("Ada Byron-Noel  |  DOB 1956-12-30  |  MRN TRR-118820", "Ada Byron-Noel"),
        ("User,Ada Byron", "Ada Byron"), ("Visit Summary for the clinic   DOB 01/02/1980", None),
    ],
)  # fmt: skip
def test_a_name_without_a_label_stands_beside_the_birth_date(page_text, line: str, name: str | None) -> None:
    found = find_identity(page_text(line))
    assert (found[0].value.name if found else None) == name


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("NEURO CLINIC - f/u      9/3/24\nPt: Byron, A.   dob 11/30/79", "2024-09-03"),
        ("Name __Ada__   DOB __4/4/2004__   Today __1/7/2025__", "2025-01-07"),
        ("Diary\n07/01/2026 yes\n07/02/2026 no", None),
        ("Birth date,1988-12-19\nGenerated,2025-04-03 08:12", "2025-04-03"), ("DOB 01/02/1980\nA note.", None),
    ],
)  # fmt: skip
def test_a_document_is_dated_by_its_label_or_its_top(page_text, text: str, day: str | None) -> None:
    assert summarise([page_text(text)]).date == day


def test_family_history_ends_with_its_line(page_text) -> None:
    page = page_text("fhx: sis migr, on Emgality doing great\nmeds other: montelukast, fluoxetine 20 (dep)")
    statuses = {f.value.drug: f.value.status for f in find_therapies(page)}
    assert statuses["galcanezumab"] == "family_only"
    assert statuses["fluoxetine"] == "current"


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("Oxybutynin ER 10 mg for 8 weeks, dry mouth and confusion.", "not_tolerated"),
        ("Aluminum chloride 20% nightly for 6 weeks, skin irritation.", "not_tolerated"),
        ("Mirabegron 50 mg for 10 weeks, no improvement. Culture negative. Willing to catheterize if needed.",
         "ineffective"),
        ("Topiramate 100 mg daily. No benefit. Will consider others if denied.", "ineffective"),
    ],
)  # fmt: skip
def test_the_outcome_is_what_the_trials_own_words_tell(page_text, said: str, status: str) -> None:
    assert find_therapies(page_text(said))[0].value.status == status


def test_a_diary_row_that_cannot_be_read_makes_its_month_uncertain(page_text) -> None:
    rows = [f"07/{day:02}/2026   {'yes' if day % 2 else 'no':9}{'6' if day % 2 else ''}" for day in range(1, 15)]
    head = "Date         Headache    Hours\n"
    (clear,) = find_diary([page_text(head + "\n".join(rows))])
    assert (clear.assertion, clear.value.headache_days, clear.value.days_recorded) == ("present", 7, 14)
    for damaged in ("07/03/2026   ve5      6", "07/03/2026                  6"):
        (unclear,) = find_diary([page_text(head + "\n".join([*rows[:2], damaged, *rows[3:]]))])
        assert unclear.assertion == "possible"
        assert unclear.evidence[-1].quote == " ".join(damaged.split())
    (gap,) = find_diary([page_text(head + "\n".join([*rows[:2], "07/03/2026", *rows[3:]]))])
    assert (gap.assertion, gap.value.days_recorded) == ("present", 13)


@pytest.mark.parametrize(
    ("said", "assertion"),
    [
        ("No MS, no neurogenic bladder.", "negated"), ("She does not have chronic migraine.", "negated"),
        ("No evidence of chronic migraine.", "negated"), ("No change in chronic migraine since May.", "present"),
        ("No aura, chronic migraine persists.", "present"), ("Chronic migraine, not intractable.", "present"),
        ("RESOLVED: Episodic tension-type headache", "historical"), ("Mother: migraine.", "family"),
        ("Chronic migraine versus medication overuse", "possible"), ("? cervical dystonia", "possible"),
        ("Not OAB - this is stress incontinence.", "negated"), ("Lower face not involved (not Meige).", "negated"),
        ("The code does not support the service (leg spasticity).", "present"),
        ("Blepharospasm considered but strictly one-sided.", "negated"),
        ("Chronic migraine is defined as headache on 15 days a month.", "hypothetical"),
        ("Botox is approved for chronic migraine, which this patient has.", "present"),
        ("Seen with her mother for chronic migraine.", "present"),
        ("Migraine in his thirties, none for decades.", "historical"),
        ("Episodic migraine that transformed to daily headache.", "historical"),
    ],
)  # fmt: skip
def test_what_a_note_asserts_of_a_disease(page_text, said: str, assertion: str) -> None:
    assert find_diagnoses(page_text(said))[-1].assertion == assertion


CALENDAR = """Name: Ada Byron   N = no headache   H = headache   M = migraine   (S) = took sumatriptan
                 SEPTEMBER 2025
+----------+----------+----------+----------+----------+----------+----------+
|   SUN    |   MON    |   TUE    |   WED    |   THU    |   FRI    |   SAT    |
+----------+----------+----------+----------+----------+----------+----------+
|          | 1        | 2        | 3        | 4        | 5        | 6        |
|          | H 2h     |  N       | M 9h     | M all day| H 3h     |  N       |
|          |          |          | (S)      | (S)      |          |          |
+----------+----------+----------+----------+----------+----------+----------+
| 7        | 8        | 9        | 10       | 11       | 12       | 13       |
| H 5h     |          |  N       |  N       | H 4h     |  N       |  N       |
+----------+----------+----------+----------+----------+----------+----------+
"""
NOTEBOOK = """Ada Byron   headache notebook   MAY 2025
Thu 5/1   10:45p to 3:15a    (M)  Relpax
Fri 5/2   4:00p to 6:00p     (T)
Sat 5/3 - none
Sun 5/4 - none
Tue 5/6   11:00a to noon     (T)
   "      8:00p to 11:30p    (T)  Advil
Wed 5/7   all day            (M)  Advil
Thu 5/8 - none
Fri 5/9 - none
"""
EXPORT = """legend: evt 0=clear 1=headache 2=migraine | dur_min | rx_prn ZMT=Zomig
yyyymmdd;evt;dur_min;rx_prn;steps
20251124;0;;;11509
20251125;2;410;ZMT;3936
20251126;1;95;;11694
20251128;1;240;NPX;11722
20251205;0;;;8307
20251205;1;45;;
20251206;0;;;4267
"""


@pytest.mark.parametrize(
    ("diary", "counts"),
    [
        (CALENDAR, {"2025-09": (12, 6, 2, 4, 2)}),
        (NOTEBOOK, {"2025-05": (8, 4, 2, 3, 3)}),
        (EXPORT, {"2025-11": (4, 3, 1, 2, 2), "2025-12": (2, 1, 0, 0, 0)}),
    ],
)  # fmt: skip
def test_diaries_that_are_no_table(page_text, diary: str, counts: dict[str, tuple[int, ...]]) -> None:
    found = {
        f.value.month: (
            f.value.days_recorded, f.value.headache_days, f.value.migraine_days, f.value.days_4h_or_more,
            f.value.acute_medication_days,
        )
        for f in find_diary([page_text(diary)])
    }  # fmt: skip
    assert found == counts


@pytest.mark.parametrize(
    "text",
    [
        "To: Appeals Department, Tall Grass Mutual\nTo the reviewing physician:\nYou refused Xeomin on May 30, 2025, "
        "saying that oral treatment had not been tried. I write to correct that, and ask you to overturn it.\n"
        "Baclofen was stopped: he became confused. Fax 605-555-0176.",
        "Re: denied request of 05/30/2025. I am writing to appeal your denial. Not medically necessary, you say. "
        "Topiramate failed. The appeal is due in 180 days.",
    ],
)
def test_a_letter_to_the_plan_about_its_denial_is_no_denial(page_text, text: str) -> None:
    assert summarise([page_text(text)]).kind == "letter"


def test_a_denial_that_tells_how_to_appeal_is_one(page_text) -> None:
    text = (
        "Your request for Botox is denied. You may ask us to overturn this decision. If you want to appeal, write "
        "within 180 days; your doctor may ask for a peer-to-peer call at 605-555-0176."
    )
    assert summarise([page_text(text)]).kind == "denial_letter"
