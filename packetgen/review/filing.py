"""What the watched folder left to a person: each file with its pages and a proposal, to be filed, cut or set aside."""

from __future__ import annotations

import contextlib
import re
import threading
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from contextlib import ExitStack
from datetime import date

from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from packetgen.errors import BadCaseFile, PacketgenError, UnreadableInput
from packetgen.files import COPIES, work_folder
from packetgen.intake import arrivals
from packetgen.intake.by_hand import WAITING, ByHand, Look
from packetgen.intake.decide import HOW
from packetgen.intake.match import Seen
from packetgen.intake.people import Known
from packetgen.limits import FILES_OPEN
from packetgen.policy.catalog import list_payers
from packetgen.review.cases import key_of
from packetgen.review.live import render
from packetgen.review.site import TEMPLATES, form_of, session_of
from packetgen.review.typed import NUMBER, PAGE
from packetgen.review.watching import Watching

LATELY = 12  # files that are shown as filed
STARTS = re.compile(r"\s*\d{1,4}(?:\s*[,; ]\s*\d{1,4})*\s*")


class Looks:
    """The files that someone looks at, read; those looked at last are kept at hand."""

    def __init__(self, hands: ByHand) -> None:
        self.hands = hands
        self._open: OrderedDict[int, tuple[Look, ExitStack]] = OrderedDict()
        self._reading = threading.Lock()

    def at(self, number: int) -> Look:
        """A file that waits, read. Raises BadCaseFile when it does not wait, UnreadableInput when it cannot be read."""
        with self._reading:
            arrival = self.hands.waiting_file(number)
            known = self._open.pop(number, None)
            if known is None or known[0].arrival != arrival or not known[0].reading.exhibit.is_file():
                stack = ExitStack()
                work = stack.enter_context(work_folder(self.hands.workspace.work, COPIES))
                known = self.hands.look_at(number, work), stack
            self._open[number] = known
            while len(self._open) > FILES_OPEN:
                _, (_, stack) = self._open.popitem(last=False)
                stack.close()
            return known[0]

    def close(self) -> None:
        """Remove all copies of pages."""
        for _, stack in self._open.values():
            stack.close()


Act = Callable[["Looks", int, Mapping[str, str]], str]  # what was done, for the audit


def _known(hands: ByHand, key: str) -> Known:
    """The case that a key names; a key is only compared, never made a path of."""
    for case in hands.people.all():
        if key_of(case.folder / "case.yaml") == key:
            return case
    raise BadCaseFile("choose a case first")


def _file(looks: Looks, number: int, form: Mapping[str, str]) -> str:
    look, case = looks.at(number), _known(looks.hands, form.get("case", ""))
    differ = next((one.found.differ for one in look.beside if one.case == case), frozenset())
    if differ and form.get("sure") != "yes":
        raise BadCaseFile(
            f"the pages and the patient of {case.case_id} differ in {' and '.join(sorted(differ))}",
            fix="If it belongs there all the same, tick that you have compared them.",
        )
    filed = looks.hands.into_case(look, case)
    return f"file {filed.id} into case {case.case_id}"


def _new(looks: Looks, number: int, form: Mapping[str, str]) -> str:
    look = looks.at(number)
    name, born, payer = (" ".join(form.get(field, "").split()) for field in ("patient", "born", "payer"))
    if payer not in {known.id for known in list_payers(*looks.hands.workspace.payers)}:
        raise BadCaseFile("choose the plan")
    try:
        date.fromisoformat(born)
    except ValueError:
        raise BadCaseFile("give the birth date as YYYY-MM-DD") from None
    if len(name.split()) < 2:
        raise BadCaseFile("give the patient's first and last name")
    shown = look.patient
    filed = looks.hands.into_new_case(look, Seen(name, born, shown.member, shown.record, shown.scanned), payer)
    return f"file {filed.id} into new case {filed.case_id}"


def _aside(looks: Looks, number: int, form: Mapping[str, str]) -> str:
    why = " ".join(form.get("why", "").split())
    if not why:
        raise BadCaseFile("say why, in a few words")
    aside = looks.hands.set_aside(number, f"Set aside by {form['name']}: {why}")
    return f"file {aside.id} into quarantine"


def _cut(looks: Looks, number: int, form: Mapping[str, str]) -> str:
    starts = form.get("starts", "")
    if not STARTS.fullmatch(starts):
        raise BadCaseFile("give the pages that begin a part, such as 3, 6")
    firsts = [int(page) for page in re.findall(r"\d+", starts)]
    parts = looks.hands.cut(looks.at(number), firsts, form["name"])
    return f"file {number} cut into {len(parts)} parts"


ACTS: Mapping[str, Act] = {"file": _file, "new": _new, "aside": _aside, "cut": _cut}


def filing_routes(looks: Looks, watching: Watching | None) -> list[Route]:
    """The queue, each file in it, and what is done with one."""
    hands = looks.hands

    async def show(request: Request) -> Response:
        view = await run_in_threadpool(_queue, hands, watching)
        return TEMPLATES.TemplateResponse(request, "filing.html", {**view, "here": "filing"})

    async def item(request: Request) -> Response:
        return await page_of(request, {}, "", 200)

    async def page_of(request: Request, typed: Mapping[str, str], wrong: str, status: int) -> Response:
        number = request.path_params["number"]
        view = {"number": number, "typed": typed, "wrong": wrong, "here": "filing", "unread": ""}
        try:
            look = await run_in_threadpool(looks.at, number)
        except UnreadableInput as error:
            view |= {"unread": f"{error.what}. {error.fix}".strip()}
        except BadCaseFile:
            raise HTTPException(404, "It does not wait any more: someone has filed it.") from None
        else:
            view |= await run_in_threadpool(_item, hands, look)
        return TEMPLATES.TemplateResponse(request, "arrival.html", view, status_code=status)

    async def picture(request: Request) -> Response:
        try:
            look = await run_in_threadpool(looks.at, request.path_params["number"])
        except PacketgenError:
            return PlainTextResponse("no such page", 404)
        page = request.path_params["page"]
        if not 1 <= page <= len(look.reading.pages):
            return PlainTextResponse("no such page", 404)
        return Response(await run_in_threadpool(render, look.reading.exhibit, page), media_type="image/png")

    def acting(act: Act) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            form = await form_of(request)
            form["name"] = session_of(request).person or "a person"
            try:
                request.state.what = await run_in_threadpool(act, looks, request.path_params["number"], form)
            except PacketgenError as error:
                return await page_of(request, form, f"{error.what}. {error.fix}".strip(), 422)
            return RedirectResponse("/filing", 303, background=BackgroundTask(_build, hands))

        return answer

    return [
        Route("/filing", show),
        Route(f"/filing/{NUMBER}", item),
        Route(f"/filing/{NUMBER}/page-{PAGE}.png", picture),
        *[Route(f"/filing/{NUMBER}/{name}", acting(act), methods=["POST"]) for name, act in ACTS.items()],
    ]


def _build(hands: ByHand) -> None:
    """Build the cases that got something. A case that cannot be built says so on its own page."""
    with contextlib.suppress(PacketgenError, OSError):
        hands.build_waiting()


def _keys(hands: ByHand) -> dict[str, str]:
    """The name of each case in addresses, by its number."""
    return {case.case_id: key_of(case.folder / "case.yaml") for case in hands.people.all()}


def _queue(hands: ByHand, watching: Watching | None) -> dict[str, object]:
    """What waits, what was set aside, and what was filed lately."""
    waiting = hands.all_waiting()
    lately = arrivals.find(hands.workspace, "state = 'done' AND went = 'filed' ORDER BY id DESC LIMIT ?", LATELY)
    keys = _keys(hands)
    return {
        "waiting": [one for one in waiting if one.went == WAITING],
        "aside": [one for one in waiting if one.went != WAITING],
        "lately": [(one, keys.get(one.case_id, "")) for one in lately],
        "watching": watching,
        "how": HOW,
    }


def _item(hands: ByHand, look: Look) -> dict[str, object]:
    """A file with its proposal and all that may be chosen."""
    near = {one.case.case_id for one in look.beside}
    others = [case for case in hands.people.all() if case.case_id not in near]
    return {
        "look": look,
        "how": HOW,
        "keys": _keys(hands),
        "others": others,
        "payers": list_payers(*hands.workspace.payers),
        "starts": ", ".join(str(part.first) for part in look.cuts.parts[1:]) if look.cuts else "",
    }
