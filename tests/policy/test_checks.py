"""Codes, doses, earlier treatments and benefit: what is caught, and which right answer is given."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from packetgen.case import Case
from packetgen.chart.reconcile import reconcile
from packetgen.documents.model import Box
from packetgen.extraction.model import (
    Diagnosis,
    DiaryMonth,
    DocumentSummary,
    Evidence,
    Extraction,
    Finding,
    HeadacheFrequency,
    Site,
    Toxin,
    Value,
)
from packetgen.letters.label import labelled
from packetgen.policy.checks import check_request
from packetgen.policy.code_sets import code_rules, icd_table
from packetgen.policy.dose_sets import dose_rules
from packetgen.policy.known_errors import errors_in, known_errors
from packetgen.policy.model import Check, PolicyReference

POLICY = PolicyReference("Plan", "1", "Botulinum Toxins", date(2026, 1, 1), date(2026, 1, 1), "its text", "high")
REQUEST = {
    "indication": "chronic_migraine", "icd10": "G43.709", "cpt": "64615", "units": 155, "start_date": "2026-09-08",
}  # fmt: skip
ONABOT = "onabotulinumtoxinA"


def case_of(insurance: dict[str, str] | None = None, patient: dict[str, str] | None = None, **request: Any) -> Case:
    return Case.model_validate(
        {
            "case": "x1",
            "request": {**REQUEST, **request},
            "patient": {
                "first_name": "Dana", "last_name": "Whitfield", "birth_date": "1984-03-17", "sex": "F",
                **(patient or {}),
            },
            "insurance": {"payer": "uhc-community", "member_id": "918273645", **(insurance or {})},
            "provider": {
                "name": "L", "npi": "1234567893", "specialty": "neurology", "practice": "C", "phone": "5", "fax": "5",
            },
            "documents": ["note.txt"],
        }
    )  # fmt: skip


def read(*told: Value | tuple[Value, str]) -> Extraction:
    """Values as if read from a note, each with its quote."""
    found = []
    for page, item in enumerate(told, 1):
        value, quote = item if isinstance(item, tuple) else (item, f"q{page}")
        evidence = Evidence("A", page, (Box(0, 0, 1, 1),), quote, None, "t")
        status = getattr(value, "status", "given")
        found.append(Finding(value, "present" if status == "given" else "planned", (evidence,), "2026-08-02"))
    return Extraction((), tuple(found))


def checks(*told: Value | tuple[Value, str], policy: PolicyReference = POLICY, **request: Any) -> tuple[Check, ...]:
    return check_request(case_of(**request), reconcile(read(*told)), policy)


def flagged(found: tuple[Check, ...], name: str) -> Check:
    hits = [check for check in found if check.id == name and check.verdict != "met"]
    assert hits, f"{name} not flagged: {[(c.id, c.verdict) for c in found]}"
    return hits[0]


def verdict(found: tuple[Check, ...], name: str) -> str | None:
    return next((check.verdict for check in found if check.id == name), None)


def given(units: float | None, day: str | None, product: str = ONABOT) -> Toxin:
    return Toxin(product, "given", units, day)


def policy_of(payer: str, number: str, title: str) -> PolicyReference:
    return PolicyReference(payer, number, title, date(2026, 1, 1), date(2026, 1, 1), "s", "high")


CODE = Diagnosis("chronic migraine", "G43.709", "chronic_migraine")
HYPERHIDROSIS = {"indication": "axillary_hyperhidrosis", "icd10": "L74.510", "cpt": "64650", "units": 100}
COMMERCIAL = policy_of("UnitedHealthcare commercial", "2026T0004W", "Botulinum Toxins")

# Rows of wrong statements that go round: what a clinic would have typed or its chart would say, the check that catches
# it, and the right answer that it must name.
WRONG_STATEMENTS: list[tuple[str, tuple[Any, ...], dict[str, Any], str, str]] = [
    ("1: G44.209 as chronic migraine", (), {"icd10": "G44.209"}, "diagnosis_code", "G43.709"),
    ("2: G24.01 as cervical dystonia", (), {"indication": "cervical_dystonia", "icd10": "G24.01", "cpt": "64616"},
     "diagnosis_code", "G24.3"),
    ("3: 64650 for migraine", (), {"cpt": "64650"}, "procedure_code", "64615"),
    ("3: 64650 for cervical dystonia", (), {"indication": "cervical_dystonia", "icd10": "G24.3", "cpt": "64650"},
     "procedure_code", "64616"),
    ("3: 64650 for the bladder", (), {"indication": "overactive_bladder", "icd10": "N32.81", "cpt": "64650"},
     "procedure_code", "52287"),
    ("4: migraine units for glabellar lines", ((Toxin(ONABOT, "given", 155, "2026-01-02"),
     "155 units, glabellar lines"),),
     {}, "dose_cosmetic", "20"),
    ("5: 64640 for underarms", (), {**HYPERHIDROSIS, "cpt": "64640"}, "procedure_code", "64650"),
    ("5: 64650 for the face", (), {**HYPERHIDROSIS, "area": "face"}, "procedure_code", "64653"),
    ("5: 64650 for the palms", (), {**HYPERHIDROSIS, "area": "palms"}, "procedure_code", "64999"),
    ("6: G43.701 called intractable", ((Diagnosis("chronic migraine", "G43.701"),
     "Chronic migraine, intractable G43.701"),),
     {}, "code_words", "not intractable, with status migrainosus"),
    ("7: G43.709 called intractable", ((CODE, "Chronic migraine, intractable (G43.709)"),), {}, "code_words",
     "not intractable, without status migrainosus"),
    ("8: G43.E09 called without aura", ((Diagnosis("chronic migraine", "G43.E09"), "Migraine without aura G43.E09"),),
     {}, "code_words", "with aura"),
    ("9: bare G35", (), {"indication": "neurogenic_detrusor_overactivity", "icd10": "N31.9", "cpt": "52287",
                         "units": 200, "other_icd10": ["G35"]}, "code_unbillable", "G35.A"),
    ("9: bare G35 in the chart", (Diagnosis("multiple sclerosis", "G35"),), {}, "code_unbillable", "G35.A"),
    ("10: L33646 as nerve conduction", (), {"policy": policy_of("NGS", "L33646", "Nerve Conduction Studies")},
     "known_error", "botulinum toxins"),
    ("10: L34635 as EEG", (), {"policy": policy_of("WPS", "L34635", "EEG")}, "known_error", "botulinum toxins"),
    ("11: 2026D0017 as bevacizumab", (), {"policy": policy_of("UHC", "2026D0017", "Bevacizumab")}, "known_error",
     "2026D0017AN is Botulinum"),
    ("12: another number for UHC commercial", (), {"policy": COMMERCIAL}, "known_error", "2026D0017AN"),
    ("12: steps for UHC commercial", ((CODE, "UHC commercial needs 3 classes and a 50% drop"),), {}, "known_error",
     "no step therapy"),
    ("13: three classes for Aetna", ((CODE, "Aetna needs 3 oral classes"),), {}, "known_error", "2 of 4 classes"),
    ("14: four hours", ((given(155, "2026-01-02"), "Botox, reconstituted, used within 4 hours"),), {}, "known_error",
     "24"),
    ("14: 50-unit vial", (), {"vials": [50, 50, 50, 50]}, "vial", "100, 200"),
    ("15: always seven days", ((CODE, "Medicare Advantage PA is always 7 days"),), {}, "known_error", "72 hours"),
    ("16: sixty days from the notice", ((CODE, "Part D appeal: 60 days from the notice date"),), {}, "known_error",
     "65"),
    ("17: 195 as the label's dose", ((Toxin(ONABOT, "planned", 195), "195 U is the FDA migraine dose"),), {},
     "known_error", "155"),
    ("17: 195 units requested", (), {"units": 195}, "dose_label", "155"),
    ("18: Heckmann for Botox", ((CODE, "Heckmann 2001 supports Botox 50 U"),), {}, "known_error", "abobotulinumtoxinA"),
    ("19: PREEMPT 1 positive", ((CODE, "PREEMPT 1 positive on its primary outcome"),), {}, "known_error", "missed"),
    ("20: J1745", (), {"hcpcs": "J1745"}, "drug_code", "J0585"),
    ("21: 96372", (), {"cpt": "96372"}, "procedure_code", "64615"),
    ("21: 96372 beside", (), {"other_cpt": ["96372"]}, "procedure_codes", "not billed with chemodenervation"),
    ("22: episodic migraine", (HeadacheFrequency(12.0),), {}, "label_disease", "15"),
    ("23: jaw covered", ((CODE, "Botox is covered for TMJ and bruxism"),), {}, "known_error", "unproven"),
]  # fmt: skip

FREQUENT_ERRORS: list[tuple[str, tuple[Any, ...], dict[str, Any], str, str]] = [
    ("chronic and episodic migraine together", (), {"other_icd10": ["G43.009"]}, "codes_exclude", "exclude each other"),
    ("chronic with aura and migraine with aura", (), {"icd10": "G43.E09", "other_icd10": ["G43.109"]}, "codes_exclude",
     "exclude each other"),
    ("a heading instead of a code", (), {"icd10": "G43.70"}, "diagnosis_code", "no complete code"),
    ("a heading that wants the side", (), {"indication": "hemifacial_spasm", "icd10": "G51.3", "cpt": "64612"},
     "code_unbillable", "G51.31"),
    ("R51.9", (), {"icd10": "R51.9"}, "diagnosis_code", "G43.709"),
    ("G43.909", (), {"icd10": "G43.909"}, "diagnosis_code", "G43.709"),
    ("G43.109", (), {"icd10": "G43.109"}, "diagnosis_code", "G43.E09"),
    ("R61 for axillae: warned, not refused", (), {**HYPERHIDROSIS, "icd10": "R61"}, "diagnosis_code", "L74.510"),
    ("M54.2 for cervical dystonia", (), {"indication": "cervical_dystonia", "icd10": "M54.2", "cpt": "64616"},
     "diagnosis_code", "G24.3"),
    ("G24.9 for cervical dystonia", (), {"indication": "cervical_dystonia", "icd10": "G24.9", "cpt": "64616"},
     "diagnosis_code", "G24.3"),
    ("hemiplegia and its stroke code", (), {"indication": "upper_limb_spasticity", "icd10": "G81.11", "cpt": "64642",
                                            "other_icd10": ["I69.351"]}, "codes_exclude", "exclude each other"),
    ("axillae with the migraine procedure", (), {**HYPERHIDROSIS, "cpt": "64615"}, "procedure_code", "64650"),
    ("64612 beside 64615", (), {"other_cpt": ["64612"]}, "procedure_codes", "same session"),
    ("both guidances", (), {"other_cpt": ["95873", "95874"]}, "procedure_codes", "same session"),
    ("deleted procedure", (), {"indication": "cervical_dystonia", "icd10": "G24.3", "cpt": "64613"}, "procedure_code",
     "64616"),
    ("modifier 50 on 64615", (), {"modifiers": ["50"]}, "modifier_50", "both sides already"),
    ("modifier 50 on 64650", (), {**HYPERHIDROSIS, "modifiers": ["50"]}, "modifier_50", "both sides already"),
    ("both sides of the neck without modifier 50", (), {"indication": "cervical_dystonia", "icd10": "G24.3",
                                                        "cpt": "64616", "side": "both"}, "modifier_50", "modifier 50"),
    ("JW and JZ", (), {"modifiers": ["JW", "JZ"]}, "waste", "one of them"),
    ("JZ though 45 are discarded", (), {"vials": [200], "modifiers": ["JZ"]}, "waste", "JW"),
    ("neither JW nor JZ", (), {"vials": [200], "modifiers": ["25"]}, "waste", "JW"),
    ("JW though nothing is discarded", (), {"vials": [200], "units": 200, "modifiers": ["JW"]}, "waste", "JZ"),
    ("given and discarded are not the vials", (), {"vials": [200], "discarded_units": 40}, "waste", "45 are left"),
    ("a vial too many", (), {"vials": [100, 100, 100]}, "waste", "avoidable"),
    ("fewer units in the vials", (), {"vials": [100]}, "waste", "100 units are in the vials"),
    ("more billing units than the dose", (), {"billing_units": 200}, "billing_units", "155"),
    ("Dysport billed by the unit", (), {"indication": "cervical_dystonia", "icd10": "G24.3", "cpt": "64616",
                                        "product": "abobotulinumtoxinA", "units": 500, "billing_units": 500},
     "billing_units", "100 billing units"),
    ("cosmetic package", (), {"ndc": "0023-9232-01"}, "ndc", "cosmetic"),
    ("cosmetic package, eleven digits", (), {"ndc": "00023-9232-01"}, "ndc", "cosmetic"),
    ("Dysport's code with Botox", (), {"hcpcs": "J0586"}, "drug_code", "J0585"),
    ("child without weight", (), {"indication": "upper_limb_spasticity", "icd10": "G80.1", "cpt": "64642", "units": 100,
                                  "patient": {"birth_date": "2018-01-01"}}, "dose_label", "weight"),
    ("too soon", (given(155, "2026-07-01"),), {}, "interval", "09/23/2026"),
    ("earlier treatments too close", (given(155, "2026-06-01"), given(155, "2026-04-01")), {}, "interval_before",
     "61 days"),
    ("every ten weeks", (), {"interval_weeks": 10}, "interval_requested", "12"),
    ("more than 400 with the cosmetic ones", (given(200, "2026-07-01"), given(64, "2026-08-01",
     f"{ONABOT} (cosmetic)")),
     {}, "units_together", "419"),
    ("the chart plans another dose", (Toxin(ONABOT, "planned", 200),), {}, "dose_chart", "200"),
    ("the chart plans another product", (Toxin("abobotulinumtoxinA", "planned", 500),), {}, "dose_chart",
     "abobotulinum"),
    ("left code, right side", (), {"indication": "hemifacial_spasm", "icd10": "G51.32", "cpt": "64612",
     "side": "right"},
     "side", "left"),
    ("five muscles in a limb of up to four", (Toxin(ONABOT, "planned", 250, None, None, tuple(
        Site(m, "left", 50) for m in ("biceps", "brachialis", "brachioradialis", "pronator teres",
     "flexor carpi radialis")
     )),), {"indication": "upper_limb_spasticity", "icd10": "G81.12", "cpt": "64642", "units": 250},
     "procedure_muscles",
     "64644"),
    ("neurogenic bladder without its cause", (), {"indication": "neurogenic_detrusor_overactivity", "icd10": "N31.9",
                                                  "cpt": "52287", "units": 200}, "code_of_cause", "cause"),
    ("no pharmacy under the pharmacy benefit", (), {"benefit": "pharmacy"}, "pharmacy", "no pharmacy is named"),
    ("clinic buys, pharmacy benefit", (), {"benefit": "pharmacy", "dispensing": "office"}, "benefit",
     "medical benefit"),
]  # fmt: skip


@pytest.mark.parametrize(("told", "request_", "name", "right"), [row[1:] for row in WRONG_STATEMENTS + FREQUENT_ERRORS],
                         ids=[row[0] for row in WRONG_STATEMENTS + FREQUENT_ERRORS])  # fmt: skip
def test_a_wrong_statement_is_caught_and_the_right_one_named(
    told: tuple[Any, ...], request_: dict[str, Any], name: str, right: str
) -> None:
    check = flagged(checks(*told, **request_), name)
    assert right in check.why
    assert check.source
    assert check.ask
    assert check.problem is not None


def test_a_sound_request_is_met_in_every_check() -> None:
    planned = Toxin(ONABOT, "planned", 155)
    found = checks(
        (CODE, "Chronic migraine without aura, not intractable, without status migrainosus (G43.709)"),
        planned,
        given(155, "2026-06-16"),
        hcpcs="J0585", billing_units=155, vials=[200], discarded_units=45, modifiers=["JW"], ndc="0023-3921-02",
    )  # fmt: skip
    assert {check.verdict for check in found} == {"met"}
    assert {"interval", "units_together", "waste", "dose_chart", "drug_code"} <= {check.id for check in found}


@pytest.mark.parametrize("rule", code_rules().indications, ids=lambda rule: rule.indication)
def test_every_code_of_an_indication_has_a_title_and_the_wrong_ones_are_refused(rule: Any) -> None:
    titles = icd_table().titles
    for beginning in rule.codes:
        assert any(code.startswith(beginning) for code in titles), beginning
    for code in (code for code in titles if code.startswith(rule.wrong)):
        found = checks(indication=rule.indication, icd10=code, cpt=rule.procedures[0])
        assert verdict(found, "diagnosis_code") == "not_met"
    sound = next(code for code in titles if code.startswith(rule.codes))
    assert verdict(checks(indication=rule.indication, icd10=sound, cpt=rule.procedures[0]), "diagnosis_code") == "met"


def test_a_code_outside_the_table_is_looked_up_not_refused() -> None:
    check = flagged(checks(other_icd10=["E11.9"]), "code_unknown")
    assert (check.verdict, check.severity) == ("check", "doubt")


def test_a_treatment_after_the_tables_fiscal_year_is_told_as_a_note() -> None:
    check = flagged(checks(start_date="2026-12-08"), "code_year")
    assert check.severity == "note"
    assert "2026" in check.why


def test_a_note_with_two_codes_is_not_held_against_one_of_them() -> None:
    quote = "Chronic migraine, not intractable (G43.709). Before: intractable (G43.719)"
    assert verdict(checks((CODE, quote)), "code_words") is None


def test_above_the_label_within_preempt_asks_for_a_reason_and_beyond_it_is_not_met() -> None:
    assert verdict(checks(units=195), "dose_label") == "check"
    assert verdict(checks(units=196), "dose_label") == "not_met"
    assert flagged(checks(units=196), "dose_label").severity == "doubt"


def test_units_of_a_muscle_above_the_label_are_named() -> None:
    sites = (Site("temporalis", "left", 35), Site("temporalis", "right", 35), Site("frontalis", None, 85))
    check = flagged(checks(Toxin(ONABOT, "planned", 155, None, None, sites)), "dose_muscles")
    assert check.verdict == "not_met"
    assert "temporalis: 70 units" in check.why


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ({"indication": "hemifacial_spasm", "icd10": "G51.31", "cpt": "64612"}, "does not name hemifacial spasm"),
        ({"product": "abobotulinumtoxinA"}, "labelled for it: Botox"),
        ({"patient": {"birth_date": "2010-01-01"}}, "from 18 years, the patient is 16"),
    ],
)
def test_what_the_label_does_not_name_is_called_off_label(request_: dict[str, Any], words: str) -> None:
    check = flagged(checks(**request_), "label")
    assert check.why.startswith("off-label")
    assert words in check.why


@pytest.mark.parametrize(
    ("weight", "units", "expected"), [("20 kg", 160, "met"), ("20 kg", 161, "not_met"), ("100 lb", 300, "met")]
)
def test_a_childs_dose_is_limited_by_weight(weight: str, units: int, expected: str) -> None:
    child = {"birth_date": "2018-01-01", "weight": weight}
    found = checks(indication="lower_limb_spasticity", icd10="G80.1", cpt="64642", units=units, patient=child)
    assert verdict(found, "dose_label") == expected


def test_units_of_another_product_are_never_added() -> None:
    found = checks(given(500, "2026-08-01", "abobotulinumtoxinA"))
    assert verdict(found, "units_together") == "met"
    assert "cannot be added" in flagged(found, "other_toxin").why


@pytest.mark.parametrize(("day", "expected"), [("2026-06-16", "met"), ("2026-06-17", "not_met"), ("2026-06", "check"),
                                               ("2026-05", "met"), ("2026-07", "not_met")])  # fmt: skip
def test_the_interval_is_84_days_and_a_month_without_a_day_is_any_of_its_days(day: str, expected: str) -> None:
    assert verdict(checks(given(155, day)), "interval") == expected


def test_one_session_told_twice_counts_once() -> None:
    told = (given(155, "2026-07-01"), given(155, "2026-07"), given(None, "2026-07-01"))
    assert "310 units" in next(c.why for c in checks(*told) if c.id == "units_together")


def test_a_session_without_units_leaves_the_sum_open() -> None:
    assert verdict(checks(given(None, "2026-07-01")), "units_together") == "check"


def test_the_newest_plan_is_the_plan() -> None:
    def planned(units: float, day: str) -> Finding:
        toxin = Toxin(ONABOT, "planned", units)
        place = Evidence("A", 1, (Box(0, 0, 1, 1),), f"{units} units", None, "t")
        return Finding(toxin, "planned", (place,), day)

    older, newer = planned(155, "2026-01-02"), planned(195, "2026-08-02")
    for found in ((older, newer), (newer, older)):
        chart = reconcile(Extraction((), found))
        assert "195" in flagged(check_request(case_of(), chart, POLICY), "dose_chart").why
        assert verdict(check_request(case_of(units=195), chart, POLICY), "dose_chart") == "met"


@pytest.mark.parametrize(("day", "expected"), [("2026-07-02", "check"), ("2026-08-31", None), ("2026-08", None)])
def test_a_diary_of_a_time_after_the_newest_note_is_told(day: str, expected: str | None) -> None:
    place = Evidence("B", 1, (Box(0, 0, 1, 1),), "q", None, "t")
    diary = Finding(DiaryMonth("2026-08", 31, 20), "present", (place,), "2026-08-31")
    chart = reconcile(Extraction((DocumentSummary("A", "clinic_note", day),), (diary,)))
    assert verdict(check_request(case_of(), chart, POLICY), "diary_after_note") == expected


def test_cosmetic_units_of_another_product_are_not_held_against_botoxs_label() -> None:
    told = (Toxin("abobotulinumtoxinA (cosmetic)", "given", 50, "2026-01-01"), "Dysport 50 units, glabellar lines")
    assert verdict(checks(told), "dose_cosmetic") is None


def test_an_earlier_milder_time_does_not_make_an_initial_request_episodic() -> None:
    told = (HeadacheFrequency(10.0, when="baseline"), HeadacheFrequency(22.0))
    assert verdict(checks(*told), "label_disease") is None
    assert verdict(checks(*told, kind="continuation"), "label_disease") == "check"


def test_a_limit_that_was_not_read_says_why_it_does_not_decide() -> None:
    limb = {"indication": "upper_limb_spasticity", "icd10": "G81.11", "cpt": "64644", "units": 300}
    assert "confidence is medium" in flagged(checks(**limb), "dose_label").why


def test_myobloc_has_doses_in_thousands() -> None:
    found = checks(indication="cervical_dystonia", icd10="G24.3", cpt="64616", units=5000, vials=[5000],
                   product="rimabotulinumtoxinB", hcpcs="J0587", billing_units=50, modifiers=["JZ"])  # fmt: skip
    assert {check.verdict for check in found if check.id in ("drug_code", "waste", "procedure_code")} == {"met"}
    assert verdict(found, "units_together") is None


def test_strabismus_has_doses_of_half_units() -> None:
    request = {"indication": "strabismus", "icd10": "H50.00", "cpt": "67345"}
    assert case_of(**request, units="2.5").request.units == 2.5
    assert repr(case_of(**request, units="5").request.units) == "5"
    assert "no whole number" in flagged(checks(**request, units=2.5), "billing_units").why


def test_a_letter_says_the_limit_of_the_patients_age_and_weight() -> None:
    def most(**changes: object) -> str:
        return str(labelled(case_of(**changes)).most)

    assert most() == "155 units a treatment"
    assert most(indication="blepharospasm") == "200 units in 30 days"
    assert most(indication="upper_limb_spasticity") == "400 units in three months"
    child = {"indication": "upper_limb_spasticity", "patient": {"birth_date": "2018-01-01"}}
    assert most(**child) == "None"
    light = labelled(
        case_of(indication="upper_limb_spasticity", patient={"birth_date": "2018-01-01", "weight": "20 kg"})
    )
    assert str(light.most) == "120 units a treatment" and light.above
    assert labelled(case_of(patient={"birth_date": "2012-01-01"})).too_young
    assert labelled(case_of(indication="sialorrhea")).off_label


def test_a_continuation_needs_the_date_of_the_last_treatment() -> None:
    assert flagged(checks(kind="continuation"), "interval").verdict == "missing"
    assert flagged(checks(given(155, None), kind="continuation"), "session_undated").verdict == "check"


MEDICARE = {"insurance": {"line": "medicare"}, "place_of_service": "hospital_outpatient"}


@pytest.mark.parametrize(
    ("request_", "name", "expected"),
    [
        ({"tracking_number": "U1", "tracking_number_date": "2026-05-11"}, "tracking_number", "met"),
        ({"tracking_number": "U1", "tracking_number_date": "2026-05-10"}, "tracking_number", "not_met"),
        ({}, "tracking_number", "missing"),
        ({"place_of_service": "office"}, "authorization_needed", "check"),
        ({"indication": "cervical_dystonia", "icd10": "G24.3", "cpt": "64616"}, "authorization_needed", "check"),
    ],
)
def test_medicare_in_hospitals_wants_a_tracking_number_of_120_days(
    request_: dict[str, Any], name: str, expected: str
) -> None:
    assert verdict(checks(**{**MEDICARE, **request_}), name) == expected


def test_every_known_error_is_found_in_its_example_only() -> None:
    for error in known_errors():
        assert error in errors_in(error.example), error.name
        assert error not in errors_in(error.counterexample), error.name
        assert error not in errors_in(error.right), error.name


def test_every_title_word_contradicts_in_its_example() -> None:
    for entry in code_rules().title_words:
        title = next(title for code, title in icd_table().titles.items() if code in entry.example)
        assert {entry.said(title), entry.said(entry.example)} == {True, False}, entry.name


def test_every_cosmetic_use_is_found_in_its_example() -> None:
    for use in dose_rules().cosmetic:
        found = checks((Toxin(ONABOT, "given", 155, "2026-01-01"), use.example))
        assert f"{use.units:g}" in flagged(found, "dose_cosmetic").why


def test_no_fact_of_less_than_high_confidence_decides() -> None:
    for use in dose_rules().labelled:
        if use.confidence != "high" and use.per_session and use.age_from >= 18:
            rule = code_rules().of(use.indication)
            code = next(code for code in icd_table().titles if code.startswith(rule.codes))
            found = checks(indication=use.indication, icd10=code, cpt=rule.procedures[0], units=int(use.per_session))
            assert verdict(found, "dose_label") == "check", use.indication
