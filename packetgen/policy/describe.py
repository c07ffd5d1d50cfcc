"""A plan's rules as text for people, and how two versions differ."""

from __future__ import annotations

from collections.abc import Iterator

from packetgen.errors import BadCaseFile
from packetgen.policy.comparisons import Need
from packetgen.policy.schema import Coverage, Policy, PolicyFile


def describe(payer: PolicyFile, indication: str | None = None) -> str:
    """What a plan asks for, by indication and kind of request. Raises BadCaseFile for an indication without rules."""
    known = {name for policy in payer.policies for coverage in policy.coverage for name in coverage.indications}
    if indication and indication not in known:
        raise BadCaseFile(
            f"{payer.payer} has no rules here for {indication}",
            where="--indication",
            fix=f"It has rules for {', '.join(sorted(known))}.",
        )
    lines = [f"{payer.id}: {payer.payer}, {payer.line_of_business}"]
    for policy in payer.policies:
        for coverage in policy.coverage:
            if indication is None or indication in coverage.indications:
                lines += ["", *_coverage(policy, coverage)]
    return "\n".join(lines) + "\n"


def _coverage(policy: Policy, coverage: Coverage) -> Iterator[str]:
    names = ", ".join(name.replace("_", " ") for name in coverage.indications)
    yield f"{names}: {', '.join(coverage.kinds).replace('_', ' ')}; {', '.join(coverage.products)}"
    yield f"  {name(policy)}, {dates(policy)}"
    for rule in (*coverage.criteria, *policy.general):
        only = f" ({', '.join(rule.kinds)})" if rule.kinds and rule not in coverage.criteria else ""
        yield f"  - {rule.id}: {rule.says}{only}"
        yield f"      {comparison_text(rule)}"
        yield f"      {rule.confidence or coverage.confidence} confidence; {rule.source or coverage.source}"
    if coverage.months:
        yield f"  Authorized for {coverage.months} months."


def name(policy: Policy) -> str:
    """Number and title."""
    return f"{policy.number}, {policy.title}" if policy.number else f"{policy.title} (number not known)"


def dates(policy: Policy) -> str:
    """When it is in force and when it was compared with the plan's text."""
    since = f"effective {policy.effective}" if policy.effective else "effective date not known"
    until = f", until {policy.expires}" if policy.expires else ""
    return f"{since}{until}, reviewed {policy.reviewed}"


def comparison_text(need: Need) -> str:
    """A comparison with what it is set to: "frequency: fact headache_days, at_least 15"."""
    parts = need.all_of or need.any_of
    if parts:
        return f"{need.comparison.replace('_', ' ')}: " + "; ".join(comparison_text(part) for part in parts)
    value = need.model_dump(exclude_unset=True, by_alias=True)[need.comparison]
    return f"{need.comparison}: {_text(value)}"


def _text(value: object) -> str:
    if value == {}:
        return "any code that says it"
    if isinstance(value, dict) and "class" in value:
        drugs = f" ({', '.join(value['drugs'])})" if value.get("drugs") else ""
        return f"{value['class']}{drugs}"
    if isinstance(value, dict):
        return ", ".join(f"{key} {_text(item)}" for key, item in value.items())
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(_text(item) for item in value)}]"
    return str(value)
