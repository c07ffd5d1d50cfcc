"""The route of the benefit: who pays for the drug and where it is given, and what that asks for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from packetgen.case import Case
from packetgen.chart import words
from packetgen.policy.code_sets import HospitalRule, code_rules
from packetgen.policy.model import Check


def check_benefit(case: Case) -> Iterator[Check]:
    """The checks of benefit, supply and place of service."""
    request = case.request
    if request.benefit == "pharmacy" and request.dispensing == "office":
        yield Check(
            "benefit",
            "Benefit and supply agree",
            "check",
            "a drug that the clinic buys and bills is paid under the medical benefit, not under the pharmacy benefit",
            "meaning of the two benefits",
            "Who buys the drug? Correct request.benefit or request.dispensing.",
        )
    if request.benefit == "pharmacy" and request.dispensing != "office" and case.pharmacy is None:
        yield Check(
            "pharmacy",
            "The pharmacy that sends the drug",
            "missing",
            "the request is under the pharmacy benefit, and no pharmacy is named",
            "meaning of the two benefits",
            "Which specialty pharmacy does the plan want? Add it under pharmacy:.",
            severity="note",
        )
    if case.insurance.line == "medicare":
        yield from _medicare(case, code_rules().hospital)


def _medicare(case: Case, rule: HospitalRule) -> Iterator[Check]:
    """Medicare fee-for-service asks for it in hospital outpatient departments only, for certain pairs of codes."""
    request, rules = case.request, code_rules()
    drug = request.hcpcs or rules.drug(request.product).hcpcs
    procedures = [
        p.cpt for c in (request.cpt, *request.other_cpt) if (p := rules.procedure(c)) and p.hospital_authorization
    ]
    pair = f"{drug} with {procedures[0] if procedures else request.cpt}"
    if request.place_of_service != "hospital_outpatient" or not procedures or drug not in rule.hcpcs:
        yield Check(
            "authorization_needed",
            f"Medicare asks for authorization of {pair}",
            "check",
            "Medicare fee-for-service asks for it in hospital outpatient departments only, for 64612 or 64615 with "
            f"{', '.join(rule.hcpcs)}",
            rule.citation,
            "Is a request needed at all? Keep the records for the claim; drug and procedure are billed for one date.",
            severity="note",
        )
        return
    yield _tracking_number(case, rule, pair)


def _tracking_number(case: Case, rule: HospitalRule, pair: str) -> Check:
    request = case.request
    text = f"Tracking number (UTN) for {pair}, both on one date of service"
    decided = request.tracking_number_date
    if request.tracking_number is None or decided is None:
        days = rule.tracking_number_days
        why = f"a hospital outpatient department needs a decision first; its number holds {days} days"
        ask = "When the decision comes, enter request.tracking_number and request.tracking_number_date."
        return Check("tracking_number", text, "missing", why, rule.citation, ask, severity="note")
    until = decided + timedelta(days=rule.tracking_number_days)
    ok = decided <= request.start_date <= until
    why = f"{request.tracking_number} of {words.day(decided)} holds until {words.day(until)}"
    why += "" if ok else f"; the treatment is on {words.day(request.start_date)}"
    ask = "" if ok else f"Treat by {words.day(until)}, or ask for a new decision."
    return Check("tracking_number", text, "met" if ok else "not_met", why, rule.citation, ask, severity="required")
