"""What was sent to the plan and what came back: the history of a case, logging, the call sheet, and what is due."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, get_args

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from packetgen.case import AppealLevel, Channel
from packetgen.errors import BadCaseFile
from packetgen.extraction.model import DenialReasonName
from packetgen.review.cases import follow, key_of
from packetgen.review.site import TEMPLATES, form_of, session_of
from packetgen.review.typed import number_in
from packetgen.tracking.callsheet import call_sheet, told
from packetgen.tracking.due import Followed, Task, by_day, followed
from packetgen.tracking.events import ANYTHING, DATES, FITTING, KINDS, Event, Outcome, log_event, with_packet
from packetgen.workspace import Workspace

WEEK = timedelta(days=7)
LONGEST_NUMBER, LONGEST_TEXT = 6, 500  # digits, characters
NUMBERS = ("units", "treatments", "minutes", "corrects")
CHOICES: Mapping[str, Sequence[str]] = {
    "channel": get_args(Channel), "outcome": get_args(Outcome), "level": get_args(AppealLevel),
    "units_for": ("each", "all"), "reasons": get_args(DenialReasonName),
}  # fmt: skip
# What is asked for, in order, with the words for it
FIELDS = {
    "channel": "How it was sent", "contact": "To or with whom", "reference": "The plan's number",
    "received_on": "Day the plan had it", "promised": "What the plan promised", "outcome": "Outcome",
    "minutes": "Minutes on the phone", "level": "Level of the appeal", "units": "Units",
    "units_for": "Units are for", "treatments": "Treatments authorized", "starts_on": "First day",
    "ends_on": "Last day", "reasons": "Reason of the denial", "peer_to_peer_by": "Peer-to-peer until",
    "next_step": "What to do next", "due": "Act by", "note": "Anything else",
}  # fmt: skip
LABELS = {
    "sent": "Request sent", "called": "Call with the plan", "info_requested": "Plan asks for information",
    "info_sent": "Information sent", "peer_to_peer": "Peer-to-peer conversation", "approved": "Approved",
    "denied": "Denied", "appealed": "Appeal sent", "treated": "Treatment given", "withdrawn": "Withdrawn",
    "closed": "Closed", "void": "Takes out a wrong entry",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Section:
    """Tasks under a heading."""

    title: str
    tasks: tuple[Task, ...]


def due_sections(tasks: Sequence[Task], today: date) -> list[Section]:
    """The tasks as one works through them; those of unknown day must be asked."""
    last = today + WEEK
    found = (
        Section("Overdue", tuple(task for task in tasks if task.day and task.day < today)),
        Section("Today", tuple(task for task in tasks if task.day == today)),
        Section("This week", tuple(task for task in tasks if task.day and today < task.day <= last)),
        Section("Later", tuple(task for task in tasks if task.day and task.day > last)),
        Section("Day unknown: ask the plan", tuple(task for task in tasks if task.day is None)),
    )
    return [section for section in found if section.tasks]


def due_route(workspace: Workspace) -> Route:
    """What is due in all cases."""

    async def show(request: Request) -> Response:
        cases, unread = await run_in_threadpool(followed, workspace)
        known = {one.case.case: one.case for one in cases}
        view = {
            "sections": due_sections(by_day(cases), date.today()), "known": known, "unread": unread, "here": "due",
            "keys": {name: key_of(case.folder / "case.yaml") for name, case in known.items()},
        }  # fmt: skip
        return TEMPLATES.TemplateResponse(request, "due.html", view)

    return Route("/due", show)


def followup_routes(workspace: Workspace, case_file_of: Callable[[Request], Path]) -> list[Route]:
    """The follow-up of one case. case_file_of: the case that a request is about."""

    async def found(request: Request) -> Followed:
        one = await run_in_threadpool(follow, workspace, case_file_of(request))
        if one is None:
            raise HTTPException(404, "This case cannot be followed up until its case file can be read.")
        return one

    async def show(request: Request) -> Response:
        return await page(request, {}, "", 200)

    async def page(request: Request, typed: Mapping[str, str], wrong: str, status: int) -> Response:
        one = await found(request)
        rows = [(event, LABELS[event.kind], list(told(event))) for event in one.events]
        fitting = {kind: sorted(FITTING.get(kind, set()) | ANYTHING) for kind in KINDS}
        view = {
            "one": one, "rows": rows, "fields": FIELDS, "choices": CHOICES, "dates": DATES, "numbers": NUMBERS,
            "labels": LABELS, "longest": LONGEST_TEXT, "fitting": fitting, "typed": typed, "wrong": wrong,
            "today": date.today(), "sections": due_sections(by_day([one]), date.today()),
        }  # fmt: skip
        return TEMPLATES.TemplateResponse(request, "followup.html", view, status_code=status)

    async def log(request: Request) -> Response:
        one = await found(request)
        form = await form_of(request)
        form["name"] = form["name"] or session_of(request).person
        try:
            number = await run_in_threadpool(_log, workspace, one, form)
        except BadCaseFile as error:
            return await page(request, form, f"{error.what}. {error.fix}".strip(), 422)
        request.state.what = f"event {number}"
        return RedirectResponse("followup", 303)

    async def call(request: Request) -> Response:
        return PlainTextResponse(call_sheet(await found(request)))

    return [Route("/followup", show), Route("/log", log, methods=["POST"]), Route("/call.txt", call)]


def _log(workspace: Workspace, one: Followed, form: Mapping[str, str]) -> int:
    """Log the event that a filled form tells; its number. Raises BadCaseFile."""
    event = event_from(one.case.case, form, date.today())
    return log_event(workspace, with_packet(event, one.case.folder / "case.yaml"))


def event_from(case_id: str, form: Mapping[str, str], today: date) -> Event:
    """The event that a filled form tells; fields that do not fit its kind were hidden and are left out."""
    kind = form.get("kind", "")
    if kind not in KINDS:
        raise BadCaseFile("say first what happened")
    happened_on = _typed("happened_on", form.get("happened_on", "")) or today
    if happened_on > today:
        raise BadCaseFile("the day is still to come")
    if not form.get("name"):
        raise BadCaseFile("type your name: it stands beside the entry")
    names = [name for name in FIELDS if name in FITTING.get(kind, set()) | ANYTHING]
    known = {name: value for name in (*names, "corrects") if (value := _typed(name, form.get(name, ""))) is not None}
    return Event(case_id, kind, happened_on, logged_by=form["name"], **known)


def _typed(name: str, text: str) -> Any:
    """A field as its kind of value; None when nothing was typed. Raises BadCaseFile."""
    text = " ".join(text.split())
    if not text:
        return None
    if name in CHOICES:
        chosen = tuple(text.split(","))
        if not {*chosen} <= {*CHOICES[name]}:
            raise BadCaseFile(f"{FIELDS[name]}: there is no such choice")
        return chosen if name == "reasons" else text
    if name in NUMBERS:
        number = number_in(text)
        if not number or len(text) > LONGEST_NUMBER:
            raise BadCaseFile(f"{FIELDS.get(name, name)}: give a number")
        return number
    if name in DATES:
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise BadCaseFile(f"{FIELDS.get(name, 'the day')}: give a day as YYYY-MM-DD") from None
    if len(text) > LONGEST_TEXT:
        raise BadCaseFile(f"{FIELDS[name]}: say it in {LONGEST_TEXT} characters")
    return text
