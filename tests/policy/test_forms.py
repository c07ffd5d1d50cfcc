"""Which form a request uses: what the case names, then what a law prescribes, then the plan's rules."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from packetgen.case import Case, PlanDates, Representative, Request
from packetgen.errors import BadCaseFile
from packetgen.forms.formmap import load_map
from packetgen.policy.catalog import form_problems, forms_for, list_payers
from packetgen.policy.schema import FormRule, PrescribedForms
from packetgen.resources import PAYERS
from packetgen.yamlfile import read

ASKED = {
    "indication": "chronic_migraine",
    "icd10": "G43.709",
    "cpt": "64615",
    "units": 155,
    "start_date": "2026-12-08",
}


@dataclass(frozen=True)
class Told:
    case: Case


def chosen(told, *rules: FormRule, line: str = "commercial", state: str | None = None, **request) -> tuple[str, ...]:
    payer = list_payers()[0].model_copy(update={"form": ("own-form",), "forms": rules, "line_of_business": line})
    case = told.case.model_copy(
        update={
            "request": told.case.request.model_copy(update=request),
            "insurance": told.case.insurance.model_copy(update={"state": state}),
        }
    )
    return forms_for(payer, case)


def asked_of_the_plan(told, state: str, **request) -> list[str]:
    payer = list_payers()[0].model_copy(update={"payer": "Acme Health", "line_of_business": "commercial"})
    case = told.case.model_copy(
        update={
            "request": told.case.request.model_copy(update=request),
            "insurance": told.case.insurance.model_copy(update={"state": state}),
        }
    )
    return [f"{p.who}, {p.severity}: {p.what} {p.fix}" for p in form_problems(payer, case)]


def test_a_form_that_nobody_is_sure_of_is_to_be_confirmed_with_the_plan(told) -> None:
    (asked,) = asked_of_the_plan(told, "TX", benefit="medical")
    assert asked.startswith("plan, doubt: That Acme Health wants this form is not sure: Texas standard request form")
    assert "Is texas-nofr001 the form that you want for this request?" in asked
    assert asked_of_the_plan(told, "MI", benefit="pharmacy")
    assert asked_of_the_plan(told, "CA", benefit="pharmacy") == []
    assert asked_of_the_plan(told, "TX", form=("texas-nofr001",)) == []


def test_an_appeal_by_a_representative_has_the_appointment_beside_the_redetermination(told) -> None:
    asked = {"line": "part_d", "benefit": "pharmacy", "kind": "appeal"}
    alone = told.case.model_copy(update={"representative": None})
    someone = Representative(name="Marcus Whitfield", relationship="spouse")
    acting = told.case.model_copy(update={"representative": someone})
    assert chosen(Told(alone), **asked) == ("cms-part-d-redetermination",)
    assert chosen(Told(acting), **asked) == ("cms-part-d-redetermination", "cms-1696")
    assert chosen(Told(acting), **asked, form=("general-request",)) == ("general-request",)


def test_a_plan_and_a_case_may_name_several_forms_in_order(told) -> None:
    rule = FormRule.model_validate({"form": ["plan-request", "plan-drug-data"], "kinds": ["initial"]})
    assert chosen(told, rule) == ("plan-request", "plan-drug-data")
    several = Request.model_validate({**ASKED, "form": ["general-request", "cms-1696"]})
    assert several.form == ("general-request", "cms-1696")
    assert Request.model_validate({**ASKED, "form": "cms-1696"}).form == ("cms-1696",)
    with pytest.raises(ValueError, match="cms-1696 is named twice"):
        Request.model_validate({**ASKED, "form": ["cms-1696", "cms-1696"]})


@pytest.mark.parametrize(
    ("form", "asked"),
    [
        ("own-form", {}),
        ("own-form", {"state": "OK"}),
        ("", {"state": "TX", "kind": "appeal"}),
        ("", {"line": "medicare_advantage", "kind": "appeal"}),
        ("own-form", {"state": "TX", "line": "medicaid"}),
        ("own-form", {"state": "CA"}),
        ("texas-nofr001", {"state": "TX"}),
        ("texas-nofr002", {"state": "TX", "benefit": "pharmacy"}),
        ("california-61-211", {"state": "CA", "benefit": "pharmacy"}),
        ("massachusetts-standard", {"state": "MA", "benefit": "pharmacy"}),
        ("michigan-fis-2288", {"state": "MI", "benefit": "pharmacy"}),
        ("cms-part-d-determination", {"line": "part_d", "benefit": "pharmacy"}),
        ("cms-part-d-redetermination", {"line": "part_d", "benefit": "pharmacy", "kind": "appeal"}),
        ("cms-20027", {"line": "medicare", "kind": "appeal"}),
        ("own-form", {"line": "medicare"}),
        ("general-request", {"state": "TX", "form": ("general-request",)}),
    ],
)
def test_the_form_follows_line_state_benefit_and_kind(told, form: str, asked: dict[str, str]) -> None:
    assert chosen(told, **asked) == ((form,) if form else ())


def test_the_form_of_a_first_appeal_is_none_for_the_next_and_its_lack_is_told(told) -> None:
    first = {"line": "part_d", "benefit": "pharmacy", "kind": "appeal"}
    upheld = told.case.model_copy(update={"plan_dates": PlanDates(level="internal")})
    assert chosen(told, **first) == ("cms-part-d-redetermination",)
    assert chosen(Told(upheld), **first) == ()
    (asked,) = asked_of_the_plan(told, "OK", kind="appeal")
    assert asked.startswith("plan, note: No appeal form of Acme Health is known here")


def test_a_plans_own_appeal_form_is_used_when_its_data_names_it(told) -> None:
    assert chosen(told, FormRule(form=("plan-appeal",), kinds=("appeal",)), kind="appeal") == ("plan-appeal",)
    assert chosen(told, FormRule(form=("plan-pharmacy",), benefit="pharmacy"), kind="appeal", benefit="pharmacy") == ()


def test_a_law_comes_before_a_rule_of_the_plan(told) -> None:
    rules = FormRule(form=("plan-appeal",), kinds=("appeal",)), FormRule(form=("plan-pharmacy",), benefit="pharmacy")
    assert chosen(told, *rules, kind="appeal", benefit="pharmacy") == ("plan-appeal",)
    assert chosen(told, *rules, state="TX", benefit="pharmacy") == ("texas-nofr002",)
    assert chosen(told, *rules, state="OK", benefit="pharmacy") == ("plan-pharmacy",)
    assert chosen(told, *rules) == ("own-form",)


def test_every_form_that_is_named_is_there() -> None:
    prescribed = read(PAYERS / "prescribed.yaml", PrescribedForms)
    named = {form for rule in (*prescribed.forms, *prescribed.also) for form in rule.form}
    for payer in list_payers():
        named |= {*payer.form, *(form for rule in payer.forms for form in rule.form)}
    for form in named:
        assert load_map(form).id == form


def test_an_unknown_form_is_refused_with_the_known_ones() -> None:
    with pytest.raises(BadCaseFile, match="general-request"):
        load_map("no-such-form")
