"""Which form a request uses: what the case names, then what a law prescribes, then the plan's rules."""

from __future__ import annotations

import pytest

from packetgen.errors import BadCaseFile
from packetgen.forms.formmap import load_map
from packetgen.policy.catalog import form_for, list_payers
from packetgen.policy.schema import FormRule, PrescribedForms
from packetgen.resources import PAYERS
from packetgen.yamlfile import read


def chosen(told, *rules: FormRule, line: str = "commercial", state: str | None = None, **request) -> str:
    payer = list_payers()[0].model_copy(update={"form": "own-form", "forms": rules, "line_of_business": line})
    case = told.case.model_copy(
        update={
            "request": told.case.request.model_copy(update=request),
            "insurance": told.case.insurance.model_copy(update={"state": state}),
        }
    )
    return form_for(payer, case)


@pytest.mark.parametrize(
    ("form", "asked"),
    [
        ("own-form", {}),
        ("own-form", {"state": "OK"}),
        ("own-form", {"state": "TX", "kind": "appeal"}),
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
        ("general-request", {"state": "TX", "form": "general-request"}),
    ],
)
def test_the_form_follows_line_state_benefit_and_kind(told, form: str, asked: dict[str, str]) -> None:
    assert chosen(told, **asked) == form


def test_a_law_comes_before_a_rule_of_the_plan(told) -> None:
    rules = FormRule(form="plan-appeal", kinds=("appeal",)), FormRule(form="plan-pharmacy", benefit="pharmacy")
    assert chosen(told, *rules, kind="appeal", benefit="pharmacy") == "plan-appeal"
    assert chosen(told, *rules, state="TX", benefit="pharmacy") == "texas-nofr002"
    assert chosen(told, *rules, state="OK", benefit="pharmacy") == "plan-pharmacy"
    assert chosen(told, *rules) == "own-form"


def test_every_form_that_is_named_is_there() -> None:
    prescribed = read(PAYERS / "prescribed.yaml", PrescribedForms).forms
    named = {rule.form for rule in prescribed}
    for payer in list_payers():
        named |= {payer.form, *(rule.form for rule in payer.forms)}
    for form in named:
        assert load_map(form).id == form


def test_an_unknown_form_is_refused_with_the_known_ones() -> None:
    with pytest.raises(BadCaseFile, match="general-request"):
        load_map("no-such-form")
