"""Do the codes of the request say what is asked for, and go together? Each answer names the right code."""

from __future__ import annotations

from collections.abc import Iterator

from packetgen.case import Case
from packetgen.chart import words
from packetgen.chart.model import Chart
from packetgen.errors import Severity
from packetgen.policy.code_sets import CodeRules, Procedure, code_rules, icd_table
from packetgen.policy.model import Check, Verdict


def check_codes(case: Case, chart: Chart) -> Iterator[Check]:
    """The checks of diagnosis, procedure, drug and modifier codes of a request."""
    rules = code_rules()
    yield _diagnosis(case, rules)
    yield _in_chart(case, chart)
    yield from _table(case)
    yield from _unbillable(case, chart, rules)
    yield from _excluded(case, rules)
    yield from _beside(case, chart, rules)
    yield from _titles(chart, rules)
    yield _procedure(case, rules)
    yield from _together(case, rules)
    yield from _muscles(case, chart, rules)
    yield from _sides(case, rules)
    yield from _drug(case, rules)


def _diagnosis(case: Case, rules: CodeRules) -> Check:
    request = case.request
    rule = rules.of(request.indication)
    code, title = request.icd10, icd_table().titles.get(request.icd10)
    text = f"Diagnosis code of {request.indication.replace('_', ' ')}"
    told = f"{code} ({title})" if title else code
    ask = f"Which is the diagnosis? Write {rule.usual} on the request, where the note supports it."
    verdict: Verdict = "check"
    if code.startswith(rule.wrong):
        verdict, why = "not_met", f"{told} is not {request.indication.replace('_', ' ')}; that is {rule.usual}"
    elif code.startswith(rule.codes) and title:
        verdict, why = "met", told
    elif code.startswith(rule.codes):
        why = f"{code} is no complete code of the table; the usual code is {rule.usual}"
    elif code.startswith(rule.depends):
        why = f"{told} is taken by some plans only; the usual code is {rule.usual}"
    else:
        why = f"{told} is not among the codes of {request.indication.replace('_', ' ')}: {rule.usual}"
    severity: Severity = "required" if verdict == "not_met" else "doubt"
    return Check("diagnosis_code", text, verdict, why, rule.citation, ask, severity=severity)


def _in_chart(case: Case, chart: Chart) -> Check:
    """Whether the code on the request is the one in the chart."""
    code = case.request.icd10
    named = chart.coded(code)
    text = f"The code on the request, {code}, is the chart's"
    if named:
        return Check("code", text, "met", f"{code} is in the chart", "the chart", evidence=named.evidence[:2])
    others = sorted({fact.value.icd10 for fact in chart.diagnoses if fact.value.icd10})
    why = f"the chart has {', '.join(others)}" if others else "the chart gives no code"
    ask = f"Is {code} right? Correct the case or the note."
    return Check("code", text, "check", why, "the chart", ask, who="clinician")


def _table(case: Case) -> Iterator[Check]:
    """Codes that the table does not hold, and a treatment outside the table's year."""
    table = icd_table()
    for code in (case.request.icd10, *case.request.other_icd10):
        if code not in table.titles and all(code != entry.code for entry in code_rules().unbillable):
            yield Check(
                "code_unknown",
                f"{code} is a valid diagnosis code",
                "check",
                "it is not in the table that ships, which holds the codes of this field only",
                table.citation,
                f"Is {code} a billable code, to its last digit? Look it up.",
            )
    start = case.request.start_date
    if not table.valid_from <= start <= table.valid_until:
        yield Check(
            "code_year",
            f"Diagnosis codes of {words.day(start)}",
            "check",
            f"the table is of fiscal year {table.fiscal_year}, which ended on {words.day(table.valid_until)}; "
            "the codes of the day of treatment may differ",
            table.citation,
            f"Is {case.request.icd10} still valid on {words.day(start)}? Look it up in the table of that fiscal year.",
            severity="note",
        )


def _unbillable(case: Case, chart: Chart, rules: CodeRules) -> Iterator[Check]:
    asked = (case.request.icd10, *case.request.other_icd10)
    for entry in rules.unbillable:
        told = [fact for fact in chart.diagnoses if fact.value.icd10 == entry.code]
        if entry.code in asked or told:
            yield Check(
                "code_unbillable",
                f"{entry.code} can be billed",
                "not_met",
                f"{entry.code} {entry.why}; instead: {entry.instead}",
                entry.citation,
                f"Which of {entry.instead} is it?",
                tuple(e for fact in told for e in fact.evidence[:1]),
                who="clinician",
                severity="required" if entry.code in asked else "doubt",
            )


def _excluded(case: Case, rules: CodeRules) -> Iterator[Check]:
    asked = (case.request.icd10, *case.request.other_icd10)
    for pair in rules.excludes:
        one, other = ([c for c in asked if c.startswith(codes)] for codes in (pair.one, pair.other))
        if one and other:
            yield Check(
                "codes_exclude",
                f"{one[0]} and {other[0]} on one request",
                "not_met",
                f"{one[0]} and {other[0]} exclude each other (Excludes1)",
                pair.citation,
                f"Which of the two is it, {one[0]} or {other[0]}? Leave out the other.",
                who="clinician",
                severity="required",
            )


def _beside(case: Case, chart: Chart, rules: CodeRules) -> Iterator[Check]:
    """A code that asks for the code of its cause beside it."""
    rule = rules.of(case.request.indication)
    told = [fact.value.icd10 for fact in chart.diagnoses if fact.value.icd10]
    if rule.with_one_of and not any(c.startswith(rule.with_one_of) for c in (*case.request.other_icd10, *told)):
        yield Check(
            "code_of_cause",
            "The code of the neurologic disease",
            "missing",
            f"{case.request.icd10} stands alone; no code of its cause is on the request or in the chart",
            rule.citation,
            "Which neurologic disease causes it? Add its code under request.other_icd10.",
            who="clinician",
        )


def _titles(chart: Chart, rules: CodeRules) -> Iterator[Check]:
    """Notes whose words contradict the title of the code beside them."""
    for fact in chart.diagnoses:
        title = icd_table().titles.get(fact.value.icd10 or "")
        for evidence in fact.evidence if title else ():
            if _codes_in(evidence.quote) > 1:
                continue  # words of one code must not be held against another
            against = [
                name.name
                for name in rules.title_words
                if title and None not in (said := (name.said(title), name.said(evidence.quote))) and said[0] != said[1]
            ]
            if against:
                yield Check(
                    "code_words",
                    f"{fact.value.icd10} agrees with the note's words",
                    "check",
                    f'{fact.value.icd10} is "{title}"; the note says otherwise of {", ".join(against)}',
                    icd_table().citation,
                    f"Which is right, the code or the words? {fact.value.icd10} means: {title}.",
                    (evidence,),
                    who="clinician",
                )
                break


def _codes_in(quote: str) -> int:
    return len({code for code in icd_table().titles if code in quote})


def _procedure(case: Case, rules: CodeRules) -> Check:
    request = case.request
    rule, known = rules.of(request.indication), rules.procedure(request.cpt)
    text = f"Procedure code of {request.indication.replace('_', ' ')}"
    right = [p.cpt for p in rules.procedures if request.area in p.areas] if request.area else list(rule.procedures)
    told = rules.procedures_told(right)
    wrong = next((entry for entry in rules.wrong_procedures if entry.cpt == request.cpt), None)
    source = known.citation if known else rule.citation
    if request.cpt in right:
        return Check("procedure_code", text, "met", rules.procedures_told([request.cpt]), source)
    if wrong:
        why = f"{wrong.cpt} {wrong.why}; it is {told}"
    elif known:
        why = f"{request.cpt} is {known.plain}; for this request it is {told}"
    else:
        why = f"{request.cpt} is not among the codes of this field; for this request it is {told}"
    verdict: Verdict = "not_met" if wrong or known else "check"
    ask = f"Correct the procedure code to {told}, or say why it is {request.cpt}."
    severity: Severity = "required" if verdict == "not_met" else "doubt"
    return Check("procedure_code", text, verdict, why, wrong.citation if wrong else source, ask, severity=severity)


def _together(case: Case, rules: CodeRules) -> Iterator[Check]:
    """Procedure codes beside each other: what excludes another, what needs one to add to, what ended."""
    codes = (case.request.cpt, *case.request.other_cpt)
    for entry in rules.wrong_procedures:
        if entry.cpt in case.request.other_cpt:
            yield _clash(f"{entry.cpt} beside {case.request.cpt}", f"{entry.cpt} {entry.why}", entry.citation)
    for procedure in (p for p in rules.procedures if p.cpt in codes):
        for other in sorted(set(procedure.not_with) & set(codes)):
            if procedure.cpt < other or procedure.cpt not in getattr(rules.procedure(other), "not_with", ()):
                why = f"{procedure.cpt} and {other} are not billed for the same session"
                yield _clash(f"{procedure.cpt} with {other}", why, procedure.citation)
        if procedure.adds_to and not set(procedure.adds_to) & set(codes):
            why = f"{procedure.cpt} ({procedure.plain}) only stands beside {', '.join(procedure.adds_to)}"
            yield _clash(f"{procedure.cpt} with its main code", why, procedure.citation)


def _clash(text: str, why: str, source: str) -> Check:
    ask = "Which one was done? Leave out the other, or correct the code."
    return Check("procedure_codes", text, "not_met", why, source, ask, severity="required")


def _muscles(case: Case, chart: Chart, rules: CodeRules) -> Iterator[Check]:
    """Whether as many muscles are planned in a limb as its code is for."""
    procedure = rules.procedure(case.request.cpt)
    planned = [f for f in chart.toxins if f.value.status != "given" and f.value.units == case.request.units]
    if procedure is None or procedure.muscles is None or procedure.adds_to:
        return
    for fact in planned[:1]:
        sides = {site.side for site in fact.value.sites}
        count = len({site.muscle for site in fact.value.sites})
        if count and len(sides) == 1 and not procedure.muscles[0] <= count <= procedure.muscles[1]:
            right = [
                p.cpt for p in rules.procedures if p.muscles and not p.adds_to and p.muscles[0] <= count <= p.muscles[1]
            ]
            yield Check(
                "procedure_muscles",
                f"{procedure.cpt} ({procedure.plain}) and the muscles planned",
                "check",
                f"{count} muscles are planned on one side; for one limb that is {rules.procedures_told(right)}",
                procedure.citation,
                f"Are all {count} muscles in one limb? Then correct the procedure code.",
                fact.evidence[:2],
            )


def _sides(case: Case, rules: CodeRules) -> Iterator[Check]:
    """Modifier 50, the side of the request, and the side in the diagnosis' title."""
    request, procedure = case.request, rules.procedure(case.request.cpt)
    if procedure and (why := _wrong_modifier(procedure, request.side, "50" in request.modifiers)):
        ask = "Correct request.modifiers, or request.side."
        text = f"Modifier 50 with {procedure.cpt}"
        yield Check("modifier_50", text, "not_met", why, procedure.citation, ask, severity="required")
    title = icd_table().titles.get(request.icd10, "")
    told = next((side for side in ("right", "left") if side in title.split() or f"{side}," in title), None)
    if told and request.side and request.side not in (told, "both"):
        yield Check(
            "side",
            f"Side of {request.icd10} and of the request",
            "not_met",
            f"{request.icd10} says {told}, the request {request.side}",
            icd_table().citation,
            "Which side is treated? Correct the code or request.side.",
            who="clinician",
            severity="required",
        )


def _wrong_modifier(procedure: Procedure, side: str | None, fifty: bool) -> str:
    if procedure.sides == "both" and fifty:
        return f"{procedure.cpt} is for both sides already: no modifier 50"
    if procedure.sides == "one" and side == "both" and not fifty:
        return f"{procedure.cpt} is for one side; both sides take modifier 50"
    if procedure.sides == "one" and side in ("left", "right") and fifty:
        return f"modifier 50 means both sides, the request is for the {side}"
    return ""


def _drug(case: Case, rules: CodeRules) -> Iterator[Check]:
    """The drug's code, its billing units, and a package that is cosmetic."""
    request, drug = case.request, rules.drug(case.request.product)
    right = f"{drug.hcpcs} ({drug.brand}, {drug.units_per_billing_unit} unit{'s' * (drug.units_per_billing_unit > 1)})"
    if request.hcpcs:
        ok = request.hcpcs == drug.hcpcs
        other = next((d.brand for d in rules.drugs if d.hcpcs == request.hcpcs), "no botulinum toxin")
        yield Check(
            "drug_code",
            f"Drug code of {request.product}",
            "met" if ok else "not_met",
            right if ok else f"{request.hcpcs} is {other}; {request.product} is {right}",
            drug.citation,
            "" if ok else f"Correct request.hcpcs to {drug.hcpcs}, or the product.",
            severity="required",
        )
    if request.units % drug.units_per_billing_unit:
        why = f"{request.units} units are no whole number of {drug.units_per_billing_unit}, the unit of {drug.hcpcs}"
        yield Check(
            "billing_units", f"Billing units of {drug.hcpcs}", "check", why, drug.citation, "Is the dose right?"
        )
    elif request.billing_units and request.billing_units * drug.units_per_billing_unit != request.units:
        ought = request.units // drug.units_per_billing_unit
        yield Check(
            "billing_units",
            f"Billing units of {drug.hcpcs}",
            "not_met",
            f"{request.units} units of {drug.brand} are {ought} billing units, not {request.billing_units}",
            drug.citation,
            f"Correct request.billing_units to {ought}, or the dose.",
            severity="required",
        )
    if request.ndc and _ndc(request.ndc).startswith(tuple(_ndc(ndc) for ndc in drug.cosmetic_ndc)):
        why = f"{request.ndc} is the cosmetic product, which no medical claim may name"
        ask = "Which package is used? Copy its number from the box."
        yield Check("ndc", "Package code (NDC)", "not_met", why, drug.citation, ask, severity="required")


def _ndc(code: str) -> str:
    """Labeler and product of a package code, however many zeros lead them."""
    labeler, product, *_ = code.split("-")
    return f"{labeler.lstrip('0')}-{product.lstrip('0')}-"
