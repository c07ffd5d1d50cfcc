"""How two versions of a policy differ, criterion by criterion."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from packetgen.errors import BadCaseFile
from packetgen.policy.catalog import load_payer, read_policies
from packetgen.policy.describe import comparison_text, dates
from packetgen.policy.schema import CriterionRule, Policy
from packetgen.resources import PAYERS

Place = tuple[str, str, str]  # indication, kind of request, product
NEVER = ""


def named_policy(name: str, folder: Path = PAYERS) -> Policy:
    """A policy by "payer", "payer:number" or the path of a policy.yaml: the newest where several fit.

    Raises BadCaseFile when there is no such policy.
    """
    path = Path(name)
    payer, _, number = name.partition(":")
    policies = (read_policies(path) if path.is_file() else load_payer(payer, folder)).policies
    found = [policy for policy in policies if path.is_file() or not number or policy.number == number]
    if not found:
        known = ", ".join(policy.number for policy in policies)
        raise BadCaseFile(f"no policy '{number}' of {payer}", where="payers diff", fix=f"There are: {known}.")
    return max(found, key=lambda policy: str(policy.effective or NEVER))


def difference(old: Policy, new: Policy) -> Iterator[str]:
    """What changed from one to the other, in lines; nothing when they ask the same."""
    if (old.number, dates(old)) != (new.number, dates(new)):
        yield f"{old.number}, {dates(old)}"
        yield f"-> {new.number}, {dates(new)}"
    before, after = _asked(old), _asked(new)
    changes: dict[str, list[Place]] = defaultdict(list)
    for place in sorted(before.keys() | after.keys()):
        for line in _changes(before.get(place), after.get(place)):
            changes[line].append(place)
    lines: dict[str, list[str]] = defaultdict(list)
    for line, places in changes.items():
        lines["everywhere" if set(places) == before.keys() | after.keys() else _told(places)].append(line)
    for where, told in lines.items():
        yield f"{where}:"
        yield from (f"  {line}" for line in told)


def _asked(policy: Policy) -> dict[Place, dict[str, CriterionRule]]:
    """The criteria by id, for each place that the policy rules."""
    return {
        (indication, kind, product): {rule.id: rule for rule in policy.criteria(coverage, kind)}
        for coverage in policy.coverage
        for indication in coverage.indications
        for kind in coverage.kinds
        for product in coverage.products
    }


def _changes(old: dict[str, CriterionRule] | None, new: dict[str, CriterionRule] | None) -> Iterator[str]:
    if old is None or new is None:
        yield "no longer covered here" if new is None else "newly covered here"
        return
    for name in dict.fromkeys((*old, *new)):
        if name not in new:
            yield f"no longer asked: {old[name].says}"
        elif name not in old:
            yield f"newly asked: {new[name].says} ({comparison_text(new[name])})"
        elif comparison_text(old[name]) != comparison_text(new[name]):
            yield f"{new[name].says}: {comparison_text(old[name])} -> {comparison_text(new[name])}"
        elif old[name].says != new[name].says:
            yield f"{old[name].says} -> {new[name].says}"


def _told(places: list[Place]) -> str:
    indications, kinds, products = (dict.fromkeys(place[part] for place in places) for part in range(3))
    names = ", ".join(name.replace("_", " ") for name in indications)
    return f"{names} ({', '.join(kinds).replace('_', ' ')}; {', '.join(products)})"
