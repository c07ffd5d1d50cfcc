"""What a map may write: facts in the sandbox, formats, and what is said when something is wrong."""

from __future__ import annotations

from datetime import date

import pytest

from packetgen.forms.expressions import Facts, constants
from packetgen.forms.view import context_of


@pytest.fixture
def facts(told) -> Facts:
    patient = told.case.patient.model_copy(update={"phone": "(512) 555-0142", "zip": "78701-1234"})
    case = told.case.model_copy(update={"patient": patient})
    return Facts(context_of(case, told.chart, told.assessment))


def ask(facts: Facts, expression: str):
    facts.check(expression, ValueError)
    said = facts.ask(expression, ValueError)
    return said if said is None or isinstance(said, bool) else said.text


@pytest.mark.parametrize(
    ("expression", "written"),
    [
        ("patient.birth_date | date", "03/17/1984"),
        ('patient.birth_date | date("YYYYMMDD")', "19840317"),
        ('patient.birth_date | date("MM")', "03"),
        ("patient.phone | digits", "5125550142"),
        ('patient.phone | phone("###-###-####")', "512-555-0142"),
        ('patient.phone | phone("area")', "512"),
        ('patient.phone | phone("line")', "0142"),
        ('provider.phone | phone("area")', None),
        ("provider.phone | phone", "555-0100"),
        ("patient.zip | chars(1, 5)", "78701"),
        ("patient.zip | chars(7, 10)", "1234"),
        ('request.kind | choice(initial="New", continuation="Renewal")', "New"),
        ('request.kind | choice(continuation="Renewal")', "initial"),
        ('at_least(current.headache_days, 15) | yes_no("1", "2")', "1"),
        ('at_least(current.hours_per_day, 4) | yes_no("1", "2")', None),
        ("patient.sex == 'F'", True),
        ("patient.city ~ ', ' ~ patient.state", None),
        ("'every ' ~ request.interval_weeks ~ ' weeks'", "every 12 weeks"),
        ("provider.contact or provider.name", "Lena Ortiz, MD"),
        ("patient.mrn is none", True),
        ("insurance.group | upper", None),
    ],
)
def test_a_fact_is_written_as_the_form_wants_it(facts: Facts, expression: str, written: object) -> None:
    assert ask(facts, expression) == written


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("patient.birth_dat", "there is no fact patient.birth_dat; did you mean patient.birth_date?"),
        ("patient.city or patient.twon", "there is no fact patient.twon"),
        ("patient", "it gives something, not words"),
        ("trials", "it gives a list, not words"),
        ("patient.birth_date", "it is a date"),
        ("patient.birth_date | digitz", "No filter named 'digitz'"),
        ("patient.first_name | date", "Invalid isoformat"),
        ("patient.__class__", "there is no fact"),
        ("day(", "unexpected"),
    ],
)
def test_a_wrong_expression_says_why(facts: Facts, expression: str, why: str) -> None:
    with pytest.raises(ValueError, match=why.replace("?", r"\?")):
        ask(facts, expression)


def test_a_value_keeps_the_places_of_every_fact_that_it_was_written_with(facts: Facts) -> None:
    said = facts.ask("current.headache_days ~ ' and ' ~ trials[0].drug | upper", ValueError)
    assert [place.exhibit_page for place in said.places] == ["A-1", "A-2"]
    assert facts.ask("patient.first_name", ValueError).places == ()


def test_the_texts_that_an_expression_may_give_are_known_before_it_is_asked() -> None:
    assert constants("'A' if patient.sex == 'F' else ('B' or case)") == {"A", "B"}
    assert constants('request.kind | choice(initial="New", appeal="Old")') == {"New", "Old"}


def test_a_date_object_and_an_iso_date_are_written_alike(facts: Facts) -> None:
    facts.context |= {"first": date(2026, 1, 2), "second": "2026-01-02"}
    assert ask(facts, "first | date") == ask(facts, "second | date") == "01/02/2026"
