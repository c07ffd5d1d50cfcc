"""The doors under strange input: whatever comes in is read, or refused in words that name the file; nothing else."""

from __future__ import annotations

import json
import re
import shutil
import string
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from urllib.parse import quote, urlencode

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from packetgen.case import Case, read_case
from packetgen.chart.decisions import LOG, Decision, decisions_in, read_log, record
from packetgen.chart.reconcile import reconcile
from packetgen.documents.cda import text_of_cda
from packetgen.documents.fhir import text_of_fhir
from packetgen.errors import BadDataFile, PacketgenError
from packetgen.extraction.denial import find_denial
from packetgen.extraction.extract import extract
from packetgen.extraction.model import Extraction
from packetgen.extraction.repair import repaired
from packetgen.forms.expressions import Facts
from packetgen.forms.formmap import load_map, read_map
from packetgen.forms.values import values_of
from packetgen.forms.view import context_of
from packetgen.forms.widgets import widgets_of
from packetgen.intake.watch import watch
from packetgen.letters.templates import Template
from packetgen.letters.write import render
from packetgen.policy.assess import assess
from packetgen.policy.catalog import load_policy, read_policies
from packetgen.resources import FORM_MAPS, LETTERS, PAYERS, SAMPLES
from packetgen.tracking.events import Event, log_event
from tests.conftest import Told, tell
from tests.documents.test_cda import NOTE
from tests.documents.test_fhir import DOCUMENT as FHIR
from tests.extraction.conftest import lay_out
from tests.intake.conftest import drop, make_clinic, no_build
from tests.review.places import BASE, csrf_of, hire, let_in, links_in, visitor

pytestmark = pytest.mark.slow
SECONDS = 5.0  # of one input: all of them are small
SAMPLE = SAMPLES / "chronic-migraine-uhc"
CHARTS = sorted(Path("benchmarks/charts/docs").glob("*.txt"))
DENIALS = sorted(Path("benchmarks/denials").glob("*.txt"))
ODD = (
    "", "\x00", "\x85", "\u2028", "\u202e", "\ufeff", "\t", "\r", "\f", "null", "~", "[]", "{}", "[", "}", ": ",
    "- ", "'", '"', "|", "&a ", "*a",
    "!!python/object:os.system ", "<<: ", "? ", "%", "#", "-1", "0", "1e999", "nan", "9" * 40, "9" * 5000, "٣", "²",
    "½", "1-9999",
    "9999-12-31", "0001-01-01", "2026-02-30", "99/99/9999", "../../x", "/etc/passwd", "C:\\x", "\\", "{{", "{% for",
    "{{ 1 // 0 }}",
    "(", "(?P<", "\\1", "true", "no", "0x1f", "<x>", "&amp;", "<!DOCTYPE x>", "]]>", "é\u0301", "李", "\U0001f600",
)  # fmt: skip


def fuzzed(count: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """So many inputs, the same each time."""
    unneeded = (HealthCheck.function_scoped_fixture, HealthCheck.too_slow)
    return settings(max_examples=count, deadline=None, derandomize=True, database=None, suppress_health_check=unneeded)


@st.composite
def spoilt(draw: st.DrawFn, texts: tuple[str, ...]) -> str:
    """A good text in which lines or characters were taken out, doubled, moved or replaced."""
    text = draw(st.sampled_from(texts))
    for _ in range(draw(st.integers(1, 4))):
        lines = text.split("\n")
        here, there = (draw(st.integers(0, len(lines) - 1)) for _ in range(2))
        start, length = draw(st.integers(0, len(text))), draw(st.integers(0, 40))
        odd = draw(st.sampled_from(ODD))
        how = draw(st.sampled_from(("put in", "put for", "value", "take out", "double", "swap", "cut")))
        if how in ("put in", "put for"):
            text = text[:start] + odd + text[start + (length if how == "put for" else 0) :]
        elif how == "value":
            lines[here] = re.sub(r"(?<=[:=-] ).*", lambda _: odd, lines[here], count=1)  # noqa: B023
            text = "\n".join(lines)
        elif how == "cut":
            text = text[:start]
        else:
            lines[here : here + 1] = {"take out": [], "double": [lines[here]] * 2, "swap": [lines[there]]}[how]
            text = "\n".join(lines)
    return text


def spoilt_files(*paths: Path) -> st.SearchStrategy[str]:
    return spoilt(tuple(path.read_text("utf-8") for path in paths))


def refusal_of(work: Callable[[], object]) -> str | None:
    """What the refusal says, None when there is none; any other exception fails, and so does taking long."""
    start = time.monotonic()
    try:
        work()
    except PacketgenError as refused:
        return str(refused)
    finally:
        assert time.monotonic() - start < SECONDS
    return None


def write(path: Path, text: str) -> Path:
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    return path


@pytest.fixture(scope="module")
def chart() -> Told:
    return tell()


@fuzzed(120)
@given(text=spoilt_files(SAMPLE / "case.yaml", *SAMPLES.glob("*/case.yaml")))
def test_a_case_file_is_judged_or_refused(text: str, tmp_path: Path, chart: Told) -> None:
    shutil.copytree(SAMPLE / "notes", tmp_path / "notes", dirs_exist_ok=True)
    path = write(tmp_path / "case.yaml", text)
    read: list[Case] = []
    said = refusal_of(lambda: read.append(read_case(path)))
    if said and "no file" in said:
        text = re.sub(r"(?s)^documents:.*?(?=^\w|\Z)", "documents: [notes/2026-10-02-visit.pdf]\n", text, flags=re.M)
        write(path, text)
        said = refusal_of(lambda: read.append(read_case(path)))
    assert said is None or "case.yaml" in said
    if read:
        said = refusal_of(lambda: judge(read[0], chart))
        assert said is None or said.startswith("request")  # no rules of the plan for it


def judge(case: Case, chart: Told) -> None:
    """All of a build that the case file steers, but reading, drawing and LibreOffice."""
    request = case.request
    payer, policy = load_policy(
        case.insurance.payer, request.indication, request.kind, request.product, request.start_date,
        override=case.policy_override,
    )  # fmt: skip
    assessed = assess(case, chart.chart, payer, policy, date(2026, 11, 25))
    assert all(problem.what for problem in assessed.problems)
    told = replace(chart, case=case, assessment=assessed)
    facts = Facts(context_of(case, chart.chart, assessed))
    form = load_map("general-request")
    with pikepdf.open(PAYERS / form.blank) as blank:
        values_of(form, facts, widgets_of(blank))
    render(initial(LETTERS), told.material)


def initial(folder: Path) -> Template:
    return Template(LETTERS / "initial.docx", folder / "passages" / "chronic_migraine.j2", (folder, LETTERS))


@fuzzed(300)
@given(text=spoilt_files(*(PAYERS / name / "policy.yaml" for name in ("uhc-community", "aetna", "medicare-ffs"))))
def test_a_policy_is_read_or_refused(text: str, tmp_path: Path) -> None:
    folder = tmp_path / (re.search(r"(?m)^id: ([a-z-]{1,64})$", text) or ["", "aetna"])[1]
    folder.mkdir(exist_ok=True)
    said = refusal_of(lambda: read_policies(write(folder / "policy.yaml", text)))
    assert said is None or "policy.yaml" in said


@fuzzed(300)
@given(text=spoilt_files(*FORM_MAPS.glob("*.yaml")))
def test_a_form_map_is_followed_or_refused(text: str, tmp_path: Path, chart: Told) -> None:
    path = write(tmp_path / f"{(re.search(r'(?m)^id: ([a-z0-9-]{1,64})$', text) or ['', 'form'])[1]}.yaml", text)
    facts = Facts(context_of(chart.case, chart.chart, chart.assessment))

    def follow() -> None:
        form = read_map(path)
        for name, expression in form.fields.items():
            wrong = partial(form.wrong, fix=name)
            facts.check(expression, wrong)
            facts.ask(expression, wrong)

    said = refusal_of(follow)
    assert said is None or path.name in said


PASSAGES = LETTERS / "passages" / "chronic_migraine.j2"
# What a template may not do, or not for ever
ENDLESS = (
    "{{ 1 // 0 }}", "{{ 2.0 ** 10000 }}", "{{ 9 ** 9 ** 9 ** 9 }}", "{{ 'a' * 10 ** 11 }}", "{{ [1] * 10 ** 11 }}",
    "{{ lipsum(n=10 ** 8) }}",
    "{{ 'x' | wordwrap(0) }}", "{{ cycler() }}", "{{ 'a'.encode('x') }}", "{{ (1e308 * 10) | int }}",
    "{{ patient | xmlattr }}",
    "{{ " + "(" * 300 + "1" + ")" * 300 + " }}", "{{ 1" + " + 1" * 5000 + " }}", "{% include 'chronic_migraine.j2' %}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{% for a in range(99999) %}{% for b in range(99999) %}x{% endfor %}{% endfor %}",
)  # fmt: skip


def written(text: str, folder: Path, told: Told) -> str | None:
    """What is said of a letter with these passages."""
    (folder / "passages").mkdir(exist_ok=True)
    write(folder / "passages" / PASSAGES.name, text)
    return refusal_of(lambda: render(initial(folder), told.material))


@fuzzed(100)
@given(text=spoilt_files(PASSAGES))
def test_passages_of_a_letter_are_written_or_refused(text: str, tmp_path: Path, chart: Told) -> None:
    said = written(text, tmp_path, chart)
    assert said is None or PASSAGES.name in said


@pytest.mark.parametrize("endless", ENDLESS)
def test_what_has_no_end_or_result_is_refused_in_letters_and_forms(endless: str, tmp_path: Path, chart: Told) -> None:
    block = '{%% extends "_letter.j2" %%}\n{%% block severity %%}\n%s\n{%% endblock %%}\n'
    assert written(block % "Severe.", tmp_path, chart) is None
    assert PASSAGES.name in (written(block % endless, tmp_path, chart) or "")
    if expression := re.fullmatch(r"{{ (.*) }}", endless):
        facts = Facts(context_of(chart.case, chart.chart, chart.assessment))
        assert refusal_of(lambda: facts.ask(expression[1], BadDataFile))


@fuzzed(80)
@given(text=spoilt_files(*CHARTS, *DENIALS) | st.text(string.printable + "½≥µ’—\u00a0", max_size=400))
def test_any_text_is_a_chart(text: str) -> None:
    read: list[Extraction] = []
    assert refusal_of(lambda: read.append(extract([lay_out(text).document]))) is None
    assert refusal_of(lambda: reconcile(read[0])) is None
    assert all(place.quote for finding in read[0].findings for place in finding.evidence)


@fuzzed(80)
@given(text=spoilt_files(*DENIALS))
def test_any_text_is_a_denial(text: str) -> None:
    assert refusal_of(lambda: find_denial(repaired([lay_out(text)]))) is None


def log_of(folder: Path) -> str:
    for number in range(4):
        event = "undo" if number == 2 else "confirm"
        decision = Decision(event, "Lena Ortiz", "2026-11-25T12:00:00+00:00", "diagnosis:G43.709", undone=number)
        record(folder, replace(decision, undone=1 if event == "undo" else 0), number)
    return (folder / LOG).read_text("utf-8")


@fuzzed(200)
@given(data=st.data())
def test_a_log_of_decisions_is_read_or_the_broken_line_named(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("log")
    write(folder / LOG, data.draw(spoilt((log_of(folder),))))
    said = refusal_of(lambda: decisions_in(read_log(folder)))
    assert said is None or f"{LOG}:" in said or "UTF-8" in said


@st.composite
def spoilt_json(draw: st.DrawFn) -> bytes:
    """A FHIR document in which some value became another."""
    document = json.loads(json.dumps(FHIR))
    for _ in range(draw(st.integers(1, 3))):
        here, steps = document, draw(st.integers(1, 8))
        for _ in range(steps):
            keys = list(here) if isinstance(here, dict) else list(range(len(here)))
            if not keys:
                break
            key = draw(st.sampled_from(keys))
            if isinstance(here[key], dict | list) and here[key] and draw(st.booleans()):
                here = here[key]
                continue
            here[key] = draw(
                st.sampled_from((None, 1, -0.5, True, "", "x", "9" * 50, [], {}, [None], {"a": 1}, ["x"], [[]]))
            )
            break
    return json.dumps(document).encode()


@fuzzed(300)
@given(raw=spoilt_json() | spoilt((json.dumps(FHIR, indent=1),)).map(str.encode) | st.binary(max_size=200))
def test_a_fhir_document_is_read_or_refused(raw: bytes) -> None:
    said = refusal_of(lambda: text_of_fhir(raw, "export.json"))
    assert said is None or "export.json" in said


@fuzzed(300)
@given(raw=spoilt((NOTE,)).map(str.encode) | st.binary(max_size=200))
def test_a_c_cda_document_is_read_or_refused(raw: bytes) -> None:
    said = refusal_of(lambda: text_of_cda(raw, "export.xml"))
    assert said is None or "export.xml" in said


DIGITS = ("0", "1", "2", "99", "9" * 25, "9" * 5000, "٣", "²", "-1", "1.2.3 - 4")
VALUES = (
    "A-1", "A", "topiramate", "ineffective", "therapy", "toxin", "headache_frequency:x", "criterion:x", "fact:x",
    "2026-11-20",
    "9999-12-31", "each", "step_therapy,x", "fax", "approved", "1234567893", "generic-commercial", "Nora Unknown",
    "1, 2", "yes",
)  # fmt: skip
TOLD = st.sampled_from(DIGITS) | st.sampled_from(VALUES) | st.sampled_from(ODD) | st.text(max_size=20)
# What each form of the page sends, and what it can be of some of it
FORMS: Mapping[str, Mapping[str, Sequence[str]]] = {
    "CASE/decide": {
        "event": ("confirm", "correct", "reject", "add"), "fact": (), "why": ("x",),
        "expected": DIGITS, "kind": ("therapy", "headache_frequency", "score", "fact:x", "criterion:x"),
        "page": ("A-1", "A-9"),
        "first": DIGITS, "last": DIGITS, "therapy.drug": ("topiramate",), "therapy.weeks": DIGITS,
        "therapy.dose": DIGITS, "headache_frequency.months": DIGITS,
    },
    "CASE/prepare": {
        "event": ("letter", "include", "leave_out", "confirm"), "why": ("x",), "expected": DIGITS, "document": ("A",),
        "pages": DIGITS, "before": (), "text": (),
    },
    "CASE/release": {
        "event": ("release",), "why": ("x",), "expected": DIGITS, "document": ("A",), "pages": DIGITS
    },
    "CASE/undo": {"number": DIGITS, "expected": DIGITS},
    "CASE/undo-prepared": {"number": DIGITS, "expected": DIGITS},
    "CASE/sign": {"credential": ("MD",), "npi": ("1234567893",), "digest": (), "reason.0": ()},
    "CASE/log": {
        "kind": ("sent", "called", "approved", "denied", "treated", "void"), "happened_on": ("2026-11-20",
        "0001-01-01"),
        "units": DIGITS, "treatments": DIGITS, "minutes": DIGITS, "corrects": DIGITS, "due": ("9999-12-31",
        "0001-01-01"),
        "ends_on": ("9999-12-31", "0001-01-01"), "channel": ("fax",), "outcome": ("approved",), "reference": (),
        "note": (),
    },
    "/filing/{}/file": {"case": (), "sure": ("yes",)},
    "/filing/{}/new": {"patient": ("Nora Unknown",), "born": ("1980-01-01", "0001-01-01"),
    "payer": ("generic-commercial",)},
    "/filing/{}/cut": {"starts": DIGITS},
    "/filing/{}/aside": {},
    "/logout/{}": {},
}  # fmt: skip
PAGES = (
    *(f"CASE/{name}" for name in ("", "facts", "letter", "exhibits", "packet", "signing", "glance",
    "changes", "state.json", "here.json",
    "reading.json", "followup")),
    "CASE/pages/{}-{}.png", "CASE/opened/{}-{}.png",
    "CASE/pages/{}-{}.json", "CASE/call.txt", "CASE/packet.pdf", "CASE/{}", "CASE/../{}",
    "/", "/due", "/report", "/report.svg", "/report.csv", "/due.ics",
    "/filing", "/filing/{}", "/filing/{}/page-{}.png", "/static/{}", "/static/../{}", "/open?token={}", "/cases/{}/",
    "/{}",
)  # fmt: skip


@st.composite
def requests(draw: st.DrawFn) -> tuple[str, str, dict[str, str] | bytes]:
    """The method, path and form of a request: those of a page, or what no page sends."""
    path = draw(st.sampled_from((*FORMS, *FORMS, *PAGES)))
    parts = [quote(draw(st.sampled_from(DIGITS) | TOLD), safe="./", errors="replace") for _ in range(2)]
    usual = "POST" if path in FORMS else "GET"
    method = draw(st.sampled_from((usual, usual, usual, usual, "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "x")))
    form = {
        name: draw(st.sampled_from(known) if known and draw(st.integers(0, 4)) else TOLD)
        for name, known in FORMS.get(path, {}).items()
    }
    return method, path.format(*parts), draw(st.binary(max_size=60)) if not draw(st.integers(0, 15)) else form


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> tuple[TestClient, Path, str, str]:
    clinic = make_clinic(tmp_path_factory.mktemp("desk") / "clinic")
    drop(clinic, "fax.txt", "Progress note\nPatient: Nora Unknown\n")
    list(watch(clinic, lambda _: None, once=True, quiet=0.0, build=no_build))
    browser = let_in(clinic)
    return browser, clinic.folder, links_in(browser)["2026-0142"].rstrip("/"), csrf_of(browser, "/filing/1")


@fuzzed(250)
@given(asked=requests())
def test_any_request_is_answered_in_words(
    desk: tuple[TestClient, Path, str, str], asked: tuple[str, str, dict[str, str] | bytes]
) -> None:
    (browser, folder, case, csrf), (method, path, told) = desk, asked
    body = (
        told if isinstance(told, bytes) else urlencode({**told, "name": "Ann", "csrf": csrf}, errors="replace").encode()
    )
    start = time.monotonic()
    answer = browser.request(method, f"{BASE}{path.replace('CASE', case)}", content=body)
    assert answer.status_code < 500
    assert "Traceback" not in answer.text
    assert time.monotonic() - start < 4 * SECONDS  # a page may build the packet
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    clinic = make_clinic(tmp_path_factory.mktemp("staffed") / "clinic")
    return visitor(clinic, hire(clinic))


FIELDS = st.dictionaries(st.sampled_from(("login", "password", "csrf")), st.sampled_from(("lena", *ODD)) | TOLD)


@fuzzed(80)
@given(body=st.binary(max_size=200) | FIELDS.map(lambda told: urlencode(told, errors="replace").encode()))
def test_the_log_in_form_takes_any_bytes_and_lets_no_one_in(stranger: TestClient, body: bytes) -> None:
    kind = {"content-type": "application/x-www-form-urlencoded"}
    answer = stranger.post(f"{BASE}/login", content=body, headers=kind)
    assert answer.status_code in (401, 429)
    assert "set-cookie" not in answer.headers
    assert "Traceback" not in answer.text and "argon2" not in answer.text


@pytest.mark.parametrize("day", [date(1, 1, 1), date(9999, 12, 31)])
def test_a_mistyped_year_does_not_stop_what_is_due(day: date, tmp_path: Path) -> None:
    clinic = make_clinic(tmp_path / "clinic")
    for kind, field in (
        ("sent", "received_on"),
        ("approved", "ends_on"),
        ("denied", "peer_to_peer_by"),
        ("treated", ""),
    ):
        event = Event("2026-0142", kind, day, **{field: day} if field else {})  # type: ignore[arg-type]
        assert "the year must lie between" in (refusal_of(lambda event=event: log_event(clinic, event)) or "")
