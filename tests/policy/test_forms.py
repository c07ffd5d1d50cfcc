"""Which form a request uses: the first rule of the plan that fits, unless the case file names one."""

from __future__ import annotations

import pytest

from packetgen.errors import BadCaseFile
from packetgen.forms.formmap import load_map
from packetgen.policy.catalog import list_payers
from packetgen.policy.schema import FormRule

RULES = (
    FormRule(form="appeal-form", kinds=("appeal",)),
    FormRule(form="texas-pharmacy", states=("TX",), benefit="pharmacy"),
    FormRule(form="texas-medical", states=("TX",), benefit="medical"),
)


def form_for(told, state: str | None = None, **request) -> str:
    payer = list_payers()[0].model_copy(update={"form": "own-form", "forms": RULES})
    case = told.case.model_copy(
        update={
            "request": told.case.request.model_copy(update=request),
            "insurance": told.case.insurance.model_copy(update={"state": state}),
        }
    )
    return payer.form_for(case)


def test_the_first_rule_that_fits_counts(told) -> None:
    assert form_for(told) == "own-form"
    assert form_for(told, state="TX") == "texas-medical"
    assert form_for(told, state="TX", benefit="pharmacy") == "texas-pharmacy"
    assert form_for(told, state="TX", kind="appeal") == "appeal-form"
    assert form_for(told, state="OK") == "own-form"


def test_a_form_that_the_case_names_comes_first(told) -> None:
    assert form_for(told, state="TX", form="general-request") == "general-request"


def test_every_form_that_a_plan_names_is_there() -> None:
    for payer in list_payers():
        for form in (payer.form, *(rule.form for rule in payer.forms)):
            assert load_map(form).id == form


def test_an_unknown_form_is_refused_with_the_known_ones() -> None:
    with pytest.raises(BadCaseFile, match="general-request"):
        load_map("no-such-form")
