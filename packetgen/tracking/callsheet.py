"""What to have at hand when calling the plan about a case. It names the patient: it is for the one who calls."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from packetgen.case import Case
from packetgen.chart import words
from packetgen.tracking.due import Followed
from packetgen.tracking.events import Event, stage_of

UNKNOWN = "not in the case file"
ASK_WAITING = (
    "Have you received the request, and is it complete?",
    "Under which reference number?",
    "By when will it be decided, and has it been extended?",
)
ASK_ALWAYS = ("With whom am I speaking, and what is the reference number of this call?",)


def call_sheet(one: Followed) -> str:
    """The call sheet of a case, as text."""
    case, stage = one.case, stage_of(one.events)
    waiting = ASK_WAITING if stage and stage.kind in ("sent", "appealed") else ()
    questions = dict.fromkeys((*waiting, *(task.ask for task in one.tasks if task.ask), *ASK_ALWAYS))
    parts = (
        (f"Call sheet, case {case.case}", _plan(case)),
        ("Patient", _patient(case)),
        ("Who asks", _clinic(case)),
        ("Request", _request(case)),
        ("So far", [_line(event) for event in one.events] or ["nothing is logged"]),
        ("Ask", [f"[ ] {question}" for question in questions]),
        ("Then", [f'packetgen track log {case.case} called --contact "…" --reference … --promised "…" --next "…"']),
    )
    return "\n\n".join("\n".join([title, *(f"  {line}" for line in lines)]) for title, lines in parts) + "\n"


def _plan(case: Case) -> list[str]:
    insurance = case.insurance
    return _pairs({"plan": insurance.plan or insurance.payer, "phone": insurance.phone, "fax": insurance.fax})


def _patient(case: Case) -> list[str]:
    insurance = case.insurance
    return _pairs({
        "name": case.patient.name, "born": words.day(case.patient.birth_date), "member id": insurance.member_id,
        "group": insurance.group,
    })  # fmt: skip


def _clinic(case: Case) -> list[str]:
    provider = case.provider
    return _pairs({
        "provider": f"{provider.name}, NPI {provider.npi}", "practice": provider.practice, "tax id": provider.tax_id,
        "phone, fax": f"{provider.phone}, {provider.fax}",
    })  # fmt: skip


def _request(case: Case) -> list[str]:
    request = case.request
    dose = f"{request.product}, {request.units:g} units every {request.interval_weeks} weeks"
    codes = ", ".join(
        filter(None, (request.icd10, *request.other_icd10, request.cpt, *request.other_cpt, request.hcpcs))
    )
    return _pairs({
        "dose": dose, "codes": codes, "from": words.day(request.start_date),
        "kind": f"{request.kind.replace('_', ' ')}, {request.urgency}, {request.benefit} benefit",
        "earlier authorization": request.authorization or ("none" if request.kind == "initial" else None),
    })  # fmt: skip


def _pairs(known: dict[str, str | None]) -> list[str]:
    return [f"{name + ':':23}{value or UNKNOWN}" for name, value in known.items()]


def _line(event: Event) -> str:
    """One event in a line."""
    return f"{words.day(event.happened_on)}  {'; '.join([event.kind.replace('_', ' '), *told(event)])}"


def told(event: Event) -> Iterator[str]:
    """What was logged with an event, in words."""
    units = {None: "", "each": " for each treatment", "all": " in all"}[event.units_for]
    days: Sequence[tuple[str, object]] = (
        ("received", event.received_on), ("from", event.starts_on), ("until", event.ends_on), ("act by", event.due),
        ("peer-to-peer by", event.peer_to_peer_by),
    )  # fmt: skip
    yield from (f"{name} {value}" for name, value in (("by", event.channel), ("to or with", event.contact)) if value)
    yield from (f"{name} {value}" for name, value in (("level", event.level), ("reference", event.reference)) if value)
    if event.units:
        yield f"{event.units} units{units}"
    if event.treatments:
        yield f"{event.treatments} treatments"
    yield from (f"{name} {value:%m/%d/%Y}" for name, value in days if value)
    if event.reasons:
        yield ", ".join(reason.replace("_", " ") for reason in event.reasons)
    named = (("outcome", event.outcome), ("promised", event.promised), ("next", event.next_step))
    yield from (f"{name}: {value}" for name, value in named if value)
    if event.minutes is not None:
        yield f"{event.minutes} minutes"
    if event.packet:
        yield f"packet {event.packet[:12]}"
    if event.note:
        yield event.note
    if event.logged_by:
        yield f"logged by {event.logged_by}"
