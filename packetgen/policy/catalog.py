"""The payers that ship, the policy in force on a day, and the words of the questions."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

from packetgen import yamlfile
from packetgen.case import Case, PolicyOverride
from packetgen.errors import BadCaseFile, BadDataFile, Problem, Who
from packetgen.policy.comparisons import Need
from packetgen.policy.schema import FormRule, Policy, PolicyFile, PrescribedForm, PrescribedForms, RuleInForce
from packetgen.resources import KNOWLEDGE, PAYERS
from packetgen.yamlfile import Strict


def list_payers(*folders: Path) -> tuple[PolicyFile, ...]:
    """All payers, by id; of folders (otherwise those that ship) the first that has one counts.

    Raises BadDataFile naming file and line of a broken policy.
    """
    found = {
        path.parent.name: path for folder in reversed(folders or (PAYERS,)) for path in folder.glob("*/policy.yaml")
    }
    return tuple(read_policies(found[payer]) for payer in sorted(found))


def load_payer(payer: str, folder: Path = PAYERS) -> PolicyFile:
    """One payer by its id. Raises BadCaseFile, with the known ones, when there is none."""
    path = folder / payer / "policy.yaml"
    if not path.is_file():
        known = ", ".join(found.parent.name for found in sorted(folder.glob("*/policy.yaml")))
        raise BadCaseFile(f"no plan '{payer}'", where="insurance.payer", fix=f"Known plans: {known}.")
    return read_policies(path)


def forms_for(payer: PolicyFile, case: Case, folder: Path = PAYERS) -> tuple[str, ...]:
    """The forms of a request, in order: what the case file names, else what a law prescribes or the plan wants.

    What a law wants beside them follows, unless the case file names the forms.
    """
    if case.request.form:
        return case.request.form
    chosen, also = _form_rules(payer, case, folder)
    beside = [form for rule in also for form in rule.form]
    return tuple(dict.fromkeys((*_own(payer, case, chosen), *beside)))


def _own(payer: PolicyFile, case: Case, chosen: FormRule | None) -> tuple[str, ...]:
    """The form of the rule that fits, else the payer's for requests: one for requests is none for an appeal."""
    if chosen:
        return chosen.form
    return () if case.request.kind == "appeal" else payer.form


def form_problems(payer: PolicyFile, case: Case, folder: Path = PAYERS) -> tuple[Problem, ...]:
    """What to ask the plan: whether it wants the form of a law's rule that is not sure, or one of its own."""
    if case.request.form:
        return ()
    chosen, also = _form_rules(payer, case, folder)
    prescribed = [rule for rule in (chosen, *also) if isinstance(rule, PrescribedForm)]
    unsure = tuple(_to_confirm(rule, payer) for rule in prescribed if rule.confidence == "low")
    return unsure if _own(payer, case, chosen) else (*unsure, _no_appeal_form(payer.named_in(case)))


def _no_appeal_form(payer: str) -> Problem:
    return Problem(
        "no_appeal_form",
        "the form of the appeal",
        f"No appeal form of {payer} is known here, so the letter goes without one.",
        "Does the plan want a form of its own for this appeal? Fill it and send it along, or add it "
        "(docs/add-a-form.md) and name it in the case file (request: form).",
        "plan",
        "note",
    )


def _to_confirm(rule: PrescribedForm, payer: PolicyFile) -> Problem:
    named = ", ".join(rule.form)
    return Problem(
        "form_to_confirm",
        f"form {named}",
        f"That {payer.payer} wants this form is not sure: {rule.source}.",
        f"Is {named} the form that you want for this request? Name the right one in the case file (request: form).",
        "plan",
        "doubt",
    )


def _form_rules(payer: PolicyFile, case: Case, folder: Path) -> tuple[FormRule | None, tuple[PrescribedForm, ...]]:
    """The first rule that fits, if any, and the rules of what goes beside its form."""
    line = case.insurance.line or payer.line_of_business
    prescribed = yamlfile.read(folder / "prescribed.yaml", PrescribedForms)
    rules = (*(rule for rule in prescribed.forms if line in rule.lines), *payer.forms)
    also = tuple(rule for rule in prescribed.also if line in rule.lines and rule.fits(case))
    return next((rule for rule in rules if rule.fits(case)), None), also


def load_policy(
    payer: str,
    indication: str,
    kind: str,
    product: str,
    on: date,
    folder: Path = PAYERS,
    override: PolicyOverride | None = None,
) -> tuple[PolicyFile, RuleInForce]:
    """The payer's rules for this request in force on the date of service; an appeal is judged as the first request.

    Raises BadCaseFile when the payer is unknown, no policy rules the request, or the policy has expired and the case
    file does not name it as its override: never a guess.
    """
    read = load_payer(payer, folder)
    kind = "initial" if kind == "appeal" else kind
    begun = [
        (policy, coverage)
        for policy in read.policies
        for coverage in policy.coverage
        if _begins(policy) <= on and coverage.fits(indication, kind, product)
    ]
    if not begun:
        raise BadCaseFile(
            f"{read.payer} has no policy here for {indication}, {kind}, {product} on {on.isoformat()}",
            where="request",
            fix=f"See packetgen payers show {payer}; add its rules (docs/add-a-payer.md), correct the request, or use "
            "the plan generic-commercial.",
        )
    in_force = [found for found in begun if found[0].expires is None or on <= found[0].expires]
    policy, coverage = max(in_force or begun, key=lambda found: _begins(found[0]))
    reason = "" if in_force else _override(policy, on, override)
    return read, RuleInForce(policy, coverage, policy.criteria(coverage, kind), reason)


def _begins(policy: Policy) -> date:
    return policy.effective or date.min


def _override(policy: Policy, on: date, override: PolicyOverride | None) -> str:
    """The reason to use an expired policy. Raises BadCaseFile when the case file gives none for this one."""
    if override is None or override.number != policy.number:
        raise BadCaseFile(
            f"{policy.number} expired on {policy.expires}, before the date of service {on.isoformat()}",
            where="request.start_date",
            fix="Add the plan's new policy to payer_forms/, or say in the case file that the old one is to be used: "
            f'policy_override: {{number: "{policy.number}", reason: …}}.',
        )
    return override.reason


def read_policies(path: Path) -> PolicyFile:
    """Read a policy.yaml. Raises BadDataFile naming its folder and line."""
    try:
        read = yamlfile.read(path, PolicyFile)
    except BadDataFile as failure:
        failure.where = f"{path.parent.name}/{failure.where}"
        raise
    if read.id != path.parent.name:
        raise BadDataFile(f"id is '{read.id}', but the folder is '{path.parent.name}'", where=str(path))
    return read


class Question(Strict):
    """What to ask when a criterion is open, whom, and which document would settle it."""

    ask: str
    who: Who = "clinician"
    settled_by: str = ""


class Questions(Strict):
    """knowledge/questions.yaml: by topic ("frequency.headache_days"), or by comparison ("score")."""

    questions: dict[str, Question]


@cache
def _questions() -> dict[str, Question]:
    return yamlfile.read(KNOWLEDGE / "questions.yaml", Questions).questions


def question_for(need: Need) -> Question:
    """The general question of a comparison; of several, that of the first."""
    parts = need.all_of or need.any_of
    if parts:
        return question_for(parts[0])
    known = _questions()
    return known.get(need.topic) or known[need.comparison]
