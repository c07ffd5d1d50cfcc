"""Policies by date: expired, overridden, old; and what the commands print of them."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from packetgen.case import PolicyOverride
from packetgen.cli import main
from packetgen.errors import BadCaseFile, BadDataFile
from packetgen.policy.assess import assess
from packetgen.policy.catalog import list_payers, load_payer, load_policy, read_policies
from packetgen.policy.difference import difference, named_policy
from packetgen.policy.example_runs import base_charts, run_examples
from packetgen.policy.examples import Example, case_of, chart_of
from packetgen.policy.model import Assessment
from packetgen.resources import PAYERS

SERVICE = date(2026, 12, 8)
OVERRIDE = PolicyOverride(number="CS2026D0017AP", reason="the plan said by phone on 12/01 that it still uses it")


def plan_folder(folder: Path, old: str = "", new: str = "", payer: str = "uhc-community") -> Path:
    """The folder of one payer, with a text replaced in its policy."""
    target = folder / payer
    target.mkdir()
    text = (PAYERS / payer / "policy.yaml").read_text("utf-8")
    assert old in text
    (target / "policy.yaml").write_text(text.replace(old, new, 1), "utf-8")
    shutil.copy(PAYERS / "examples.yaml", folder)
    return folder


def judged(folder: Path, today: date, override: PolicyOverride | None = None) -> Assessment:
    base = base_charts()["chronic_migraine"]
    example = Example(chart="chronic_migraine", says="", expect={"others": "met"})
    payer, rules = load_policy(
        "uhc-community", "chronic_migraine", "initial", "onabotulinumtoxinA", SERVICE, folder, override
    )
    return assess(case_of(example, base, "uhc-community", SERVICE), chart_of(example, base), payer, rules, today)


@pytest.fixture
def expired(tmp_path: Path) -> Path:
    return plan_folder(tmp_path, "effective: 2026-01-01\n", "effective: 2026-01-01\n    expires: 2026-11-30\n")


def test_an_expired_policy_is_refused_with_the_line_to_write(expired: Path) -> None:
    with pytest.raises(BadCaseFile) as caught:
        judged(expired, SERVICE)
    assert "CS2026D0017AP expired on 2026-11-30" in str(caught.value)
    assert 'policy_override: {number: "CS2026D0017AP", reason: …}' in str(caught.value)


def test_an_override_of_another_policy_does_not_help(expired: Path) -> None:
    with pytest.raises(BadCaseFile, match="expired"):
        judged(expired, SERVICE, PolicyOverride(number="another", reason="x"))


def test_the_reason_of_an_override_goes_into_the_manifest_and_the_worklist(expired: Path) -> None:
    assessment = judged(expired, SERVICE, OVERRIDE)
    assert assessment.reference.override == OVERRIDE.reason
    assert any(p.code == "policy_expired" and OVERRIDE.reason in p.what for p in assessment.problems)


def test_a_newer_policy_takes_the_place_of_an_expired_one(expired: Path) -> None:
    path = expired / "uhc-community" / "policy.yaml"
    head, _, rest = path.read_text("utf-8").partition("policies:\n")
    policies, _, examples = rest.partition("examples:\n")
    newer = policies.replace("expires: 2026-11-30", "expires: 2027-12-31").replace("2026-01-01\n", "2026-12-01\n", 1)
    newer = newer.replace("number: CS2026D0017AP", "number: CS2027D0017AQ")
    path.write_text(f"{head}policies:\n{newer}{policies}examples:\n{examples}", "utf-8")
    assert judged(expired, SERVICE).reference.number == "CS2027D0017AQ"


@pytest.mark.parametrize(("days", "warned"), [(180, False), (181, True)])
def test_a_policy_that_was_not_compared_for_long_is_told(tmp_path: Path, days: int, warned: bool) -> None:
    today = date.fromordinal(date(2026, 11, 24).toordinal() + days)
    codes = {problem.code: problem.severity for problem in judged(plan_folder(tmp_path), today).problems}
    assert ("policy_stale" in codes) == warned
    assert codes.get("policy_stale", "note") == "note"


def test_an_appeal_is_judged_as_the_first_request() -> None:
    _, first = load_policy("aetna", "chronic_migraine", "initial", "onabotulinumtoxinA", SERVICE)
    _, appeal = load_policy("aetna", "chronic_migraine", "appeal", "onabotulinumtoxinA", SERVICE)
    assert first == appeal


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("at_least: 15", "at_most: 15", "unknown key; did you mean 'at_least'?"),
        ("age: {at_least: 18}", "age: {at_least: 18}, units_at_most: 5", "exactly one"),
        ("fact: headache_days, at_least: 15", "fact: headache_days", "needs at_least or more_than"),
        ("confidence: high", "confidence: sure", "'high', 'medium' or 'low'"),
        ("id: headache_days", "id: diagnosis", "two criteria for chronic_migraine have the id diagnosis"),
        ("id: uhc-community", "id: another", "the folder is 'uhc-community'"),
        ("diagnosis: {name: migraine,", "diagnosis: {nam: migraine,", "unknown key 'nam'; a Diagnosis has"),
    ],
)  # fmt: skip
def test_a_broken_policy_stops_with_file_and_what_is_wrong(tmp_path: Path, old: str, new: str, told: str) -> None:
    payer = "western-health" if old.startswith("age") else "uhc-community"
    folder = plan_folder(tmp_path, old, new, payer)
    with pytest.raises(BadDataFile) as caught:
        list_payers(folder)
    assert told in str(caught.value)
    assert f"{payer}/policy.yaml" in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("chart: chronic_migraine,", "chart: migraine,", "no chart 'migraine'"),
        ("without: [months, midas, erenumab]", "without: [mont]", "'mont' is not in the chart"),
        ("expect: {others: met}", "expect: {headach: met}", "no criterion 'headach'"),
        ("units: 195", "units: -1", "request.units"),
    ],
)
def test_a_broken_example_is_told_by_its_sentence(tmp_path: Path, old: str, new: str, told: str) -> None:
    folder = plan_folder(tmp_path, old, new)
    with pytest.raises(BadDataFile, match="example '") as caught:
        list(run_examples(load_payer("uhc-community", folder), folder))
    assert told in str(caught.value)


def test_a_changed_number_is_told_with_the_old_one(tmp_path: Path) -> None:
    folder = plan_folder(tmp_path, "at_least: 15", "at_least: 14")
    changed = read_policies(folder / "uhc-community" / "policy.yaml").policies[0]
    told = list(difference(named_policy("uhc-community"), changed))
    assert told == [
        "chronic migraine (initial; onabotulinumtoxinA):",
        "  Headache on 15 or more days a month: frequency: fact headache_days, at_least 15 -> "
        "frequency: fact headache_days, at_least 14",
    ]


def test_a_criterion_taken_away_or_a_use_no_longer_covered_is_told(tmp_path: Path) -> None:
    folder = plan_folder(tmp_path, "    general:\n      - {id: interval", "    general:\n      - {id: gap")
    changed = named_policy(str(folder / "uhc-community" / "policy.yaml"))
    told = list(difference(named_policy("uhc-community:CS2026D0017AP"), changed))
    assert told[0] == "everywhere:"
    assert any(line.startswith("  no longer asked: Not more often") for line in told)
    assert any(line.startswith("  newly asked: Not more often") for line in told)
    gone = list(difference(named_policy("uhc-commercial"), named_policy("bcbs-nc")))
    assert "  no longer covered here" in gone


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["list"], "aetna: Aetna, commercial"),
        (["show", "aetna", "--indication", "chronic_migraine"], "CPB 0113"),
        (["test", "mercy-care"], "0 wrong"),
        (["diff", "aetna", "aetna"], "They ask the same."),
        (["diff", "uhc-commercial", "uhc-community"], "-> CS2026D0017AP"),
    ],
)
def test_the_commands(arguments: list[str], told: str) -> None:
    done = CliRunner().invoke(main, ["payers", *arguments])
    assert done.exit_code == 0, done.output
    assert told in done.output


def test_show_of_one_indication_says_nothing_of_others() -> None:
    done = CliRunner().invoke(main, ["payers", "show", "aetna", "--indication", "chronic_migraine"])
    assert "cervical" not in done.output


def test_a_wrong_example_is_told_with_what_was_found(tmp_path: Path) -> None:
    folder = plan_folder(tmp_path, "expect: {others: met}", "expect: {others: missing}")
    wrong = [outcome for outcome in run_examples(load_payer("uhc-community", folder), folder) if not outcome.holds]
    assert {outcome.verdict for outcome in wrong} == {"met"}
    assert all(outcome.why for outcome in wrong)


def test_a_kind_of_plan_is_named_as_the_case_names_it() -> None:
    payer, rules = load_policy("generic-commercial", "cervical_dystonia", "initial", "onabotulinumtoxinA", SERVICE)
    base = base_charts()["cervical_dystonia"]
    example = Example(chart="cervical_dystonia", says="", expect={"others": "met"})
    case = case_of(example, base, "generic-commercial", SERVICE)
    named = case.model_copy(update={"insurance": case.insurance.model_copy(update={"plan": "Blue Plains Health"})})
    chart = chart_of(example, base)
    assert assess(named, chart, payer, rules, SERVICE).reference.payer == "Blue Plains Health"
    assert assess(case, chart, payer, rules, SERVICE).reference.payer == "Commercial plan"


def test_what_only_the_plan_can_answer_is_a_question_and_no_criterion_of_the_packet() -> None:
    payer, rules = load_policy("uhc-commercial", "axillary_hyperhidrosis", "initial", "onabotulinumtoxinA", SERVICE)
    base = base_charts()["axillary_hyperhidrosis"]
    example = Example(chart="axillary_hyperhidrosis", says="", expect={"others": "met"})
    case = case_of(example, base, "uhc-commercial", SERVICE)
    assessment = assess(case, chart_of(example, base), payer, rules, SERVICE)
    assert [question.id for question in assessment.questions] == ["benefit"]
    assert "benefit" not in {criterion.id for criterion in assessment.criteria}
    asked = next(problem for problem in assessment.problems if problem.code == "benefit_check")
    assert (asked.who, asked.settled_by) == ("plan", "the member's benefit document")
