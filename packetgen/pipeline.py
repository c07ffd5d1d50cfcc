"""The whole story: documents -> findings -> chart -> assessment -> form and letter -> packet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path

from packetgen import office
from packetgen.case import Case, read_case
from packetgen.chart import words
from packetgen.chart.decide import decide_findings, findings_by_hand
from packetgen.chart.decisions import Decision, decisions_in, read_log
from packetgen.chart.model import Chart
from packetgen.chart.patient import guard_patient
from packetgen.chart.reconcile import reconcile
from packetgen.children import beside
from packetgen.documents.cache import PageCache
from packetgen.documents.model import Document, ToRead
from packetgen.documents.problems import UNREAD
from packetgen.documents.read import Progress, read_documents
from packetgen.errors import BadCaseFile, ExitCode, Problem, SafetyStop, UnreadableInput
from packetgen.extraction.extract import extract
from packetgen.extraction.model import Denial, Extraction, Finding
from packetgen.extraction.report import as_json
from packetgen.files import json_text, private_folder, sha256, sha256_of, sole_use, work_folder, write_atomic
from packetgen.forms.fill import fill_form
from packetgen.forms.formmap import FormMap, load_map
from packetgen.forms.model import FilledForm
from packetgen.letters.model import Letter, Material
from packetgen.letters.write import write_letter
from packetgen.packet.bind import bind
from packetgen.packet.choose import choose, left_out_by_a_person, without_left_out
from packetgen.packet.coverage import coverage_sheet
from packetgen.packet.fresh import digest_of_inputs, output_of
from packetgen.packet.front import shown_places
from packetgen.packet.guard import guard_packet
from packetgen.packet.manifest import manifest, read_manifest, sent_pages
from packetgen.packet.model import Insert, Packet
from packetgen.packet.order import cited_order, relettered
from packetgen.packet.picture import draw_course
from packetgen.packet.signature import signable
from packetgen.packet.signoff import VOID, SignOff, digest_of, last_sign_off
from packetgen.packet.variants import make_variants
from packetgen.packet.verify import verify
from packetgen.packet.wanted import MANIFEST, NO_VARIANT, VARIANTS, Wanted
from packetgen.packet.wanted import PACKET as PACKET  # the review page and the command line name it, too
from packetgen.packet.worklist import worklist
from packetgen.policy.appeal import Comparison, compare
from packetgen.policy.assess import assess
from packetgen.policy.catalog import form_for, load_policy
from packetgen.policy.model import Assessment
from packetgen.policy.schema import PolicyFile, RuleInForce
from packetgen.resources import FORM_MAPS, PAYERS
from packetgen.workspace import letter_folders


@dataclass(frozen=True, slots=True)
class Checked:
    """A case read and judged, before anything is written.

    extraction  what was read, without what a person rejected and with what a person added
    decisions   of people that stand
    """

    case: Case
    documents: tuple[Document, ...]
    extraction: Extraction
    chart: Chart
    assessment: Assessment
    payer: PolicyFile
    problems: tuple[Problem, ...]
    decisions: tuple[Decision, ...] = ()
    denial: Comparison | None = None

    @property
    def exit_code(self) -> ExitCode:
        """Draft when something required is missing or doubtful."""
        if any(problem.code == UNREAD for problem in self.problems):
            return ExitCode.unreadable_input
        return ExitCode.draft if _open(self.problems, None) else ExitCode.complete


@dataclass(frozen=True, slots=True)
class Built:
    """A case whose packet was written into `folder`.

    problems   of the check, the form and the sign-off
    digest     what a signer signs
    signed_by  who signed this very content, or None
    """

    checked: Checked
    packet: Packet
    folder: Path
    problems: tuple[Problem, ...]
    digest: str
    signed_by: str | None

    @property
    def exit_code(self) -> ExitCode:
        """Draft when something is missing, or doubtful and not signed for; a lone signature may still be open."""
        if any(problem.code == VOID for problem in self.problems):
            return ExitCode.safety_stop
        if any(problem.code == UNREAD for problem in self.problems):
            return ExitCode.unreadable_input
        return ExitCode.draft if _open(self.problems, self.signed_by) else ExitCode.complete


@dataclass(frozen=True, slots=True)
class Reading:
    """A case and what was read in its documents, before anyone decided or judged anything."""

    case: Case
    documents: tuple[Document, ...]
    extraction: Extraction
    payer: PolicyFile
    policy: RuleInForce
    problems: tuple[Problem, ...]


def check(case_file: Path, work: Path, progress: Progress | None = None) -> Checked:
    """Read the chart of a case and judge it by the plan's policy; nothing is written but the page cache.

    progress: told (pages read, pages to read) while OCR runs.
    """
    return judge(read_chart(case_file, work, progress))


def read_chart(case_file: Path, work: Path, progress: Progress | None = None) -> Reading:
    """The first, slow half of `check`: all that does not depend on what people decided."""
    case = read_case(case_file)
    request = case.request
    payer, policy = load_policy(
        case.insurance.payer,
        request.indication,
        request.kind,
        request.product,
        request.start_date,
        override=case.policy_override,
    )
    case = case.on_line(payer.line_of_business)
    sources = [ToRead(d.path, case.folder / d.path, d.password or "") for d in case.documents]
    documents, read_problems = read_documents(sources, work, PageCache(), progress)
    kinds = {d.label: typed.kind for d, typed in zip(documents, case.documents, strict=True) if typed.kind}
    extraction = extract(without_left_out(case, documents), kinds)
    patient_problems = guard_patient(extraction.findings, case, {d.label: d.path for d in documents})
    return _in_cited_order(Reading(case, documents, extraction, payer, policy, (*read_problems, *patient_problems)))


def _in_cited_order(reading: Reading) -> Reading:
    """The same with its documents as the criteria cite them; what people decide does not move them."""
    case, assessed = (
        reading.case,
        assess(reading.case, reconcile(reading.extraction), reading.payer, reading.policy, date.today()),
    )
    order = cited_order(assessed, reading.documents)
    if order == sorted(order):
        return reading
    documents, extraction = relettered(reading.documents, reading.extraction, order)
    case = case.model_copy(update={"documents": tuple(case.documents[index] for index in order)})
    return replace(reading, case=case, documents=documents, extraction=extraction)


def judge(reading: Reading) -> Checked:
    """The second, quick half of `check`: the decisions in the case's log, the chart and the verdicts."""
    case, documents, payer = reading.case, reading.documents, reading.payer
    decisions = decisions_in(read_log(case.folder))
    extraction, not_fitting = decide_findings(reading.extraction, documents, decisions)
    chart = reconcile(extraction, decisions)
    extraction = replace(extraction, findings=(*extraction.findings, *findings_by_hand(chart)))
    denial = _denial(case, documents, extraction)
    case = _dated(case, denial)
    letter = denial.value if denial and isinstance(denial.value, Denial) else None
    assessment = assess(case, chart, payer, reading.policy, date.today(), letter)
    problems = (*reading.problems, *not_fitting, *chart.problems, *assessment.problems)
    compared = _compared(case, documents, assessment, denial)
    return Checked(case, documents, extraction, chart, assessment, payer, problems, decisions, compared)


def _dated(case: Case, denial: Finding | None) -> Case:
    """The case with the day of its denial as the letter gives it, where a person typed none."""
    if denial is None or not denial.as_of or case.plan_dates.denial_dated:
        return case
    dates = case.plan_dates.model_copy(update={"denial_dated": date.fromisoformat(denial.as_of)})
    return case.model_copy(update={"plan_dates": dates})


def _denial(case: Case, documents: Sequence[Document], extraction: Extraction) -> Finding | None:
    """What the case's denial letter says. Raises UnreadableInput when no reason was read in it."""
    if case.denial is None:
        return None
    label = next(d.label for d, typed in zip(documents, case.documents, strict=True) if typed.path == case.denial)
    found = [f for f in extraction.findings if f.kind == "denial" and f.evidence[0].document == label]
    if not found and case.request.kind == "appeal":
        raise UnreadableInput(
            "no reason of a denial was read in it",
            where=case.denial,
            fix="Is it the whole letter? If its words are not known here, answer it by a letter of your own.",
        )
    return found[0] if found else None


def _compared(
    case: Case, documents: Sequence[Document], assessment: Assessment, denial: Finding | None
) -> Comparison | None:
    """The denial against the chart and, where its manifest is given, the packet that was sent."""
    if denial is None:
        return None
    sent = sent_pages(read_manifest(case.folder / case.sent), documents) if case.sent else None
    return compare(assessment, denial, sent)


def material_of(checked: Checked) -> Material:
    """What letters about a case are made of."""
    return Material(
        checked.case,
        checked.chart,
        checked.assessment,
        checked.documents,
        checked.extraction.findings,
        left_out_by_a_person(checked.case, checked.documents),
        checked.problems,
        denial=checked.denial,
    )


def build(
    case_file: Path, folder: Path | None = None, progress: Progress | None = None, wanted: Wanted = NO_VARIANT
) -> Built:
    """Build the packet of a case into `folder` (default: packet/ beside the case file), and a variant that is wanted.

    Of two that build into one folder the second waits.
    A SafetyStop takes an earlier packet.pdf away: it may hold what must not be sent.
    """
    folder = private_folder(folder or output_of(case_file))
    with sole_use(folder), work_folder(folder) as work, office.started(work):
        built_from = digest_of_inputs(case_file, folder, wanted)
        try:
            checked = check(case_file, work, progress)
            return _assemble(checked, wanted, built_from, work, folder)
        except SafetyStop:
            for old in (folder / PACKET, *folder.glob(VARIANTS)):
                old.unlink(missing_ok=True)
            raise


def _assemble(checked: Checked, wanted: Wanted, built_from: str, work: Path, folder: Path) -> Built:
    """Form and letter -> packet, proved, then written in one go."""
    if checked.case.request.kind == "appeal":
        _answered(checked)
    case, chart, assessment, documents = checked.case, checked.chart, checked.assessment, checked.documents
    form_map = load_map(form_for(checked.payer, case))
    with beside(partial(fill_form, case, chart, assessment, form_map, work)) as filled:
        letter = write_letter(material_of(checked), work, letter_folders(case.folder))
        form = filled()
    digest = digest_of(case, assessment, documents, form, letter, checked.decisions)
    signed = last_sign_off(case.folder)
    signed_by = signed.signed_by if signed and signed.digest == digest else None
    course = draw_course(chart, work)
    inserts = [
        Insert(form.title, form.flat),
        signable(letter, signed if signed_by else None, wanted.signature_field, case, work),
        *([course] if course else []),
    ]
    choice = choose(case, documents, checked.extraction.documents, _cited(assessment, form, inserts))
    problems = (*checked.problems, *form.problems, *choice.problems, *_void(signed, digest))
    draft = _why_draft(problems, signed_by)
    noted = [place for field in form.fields for place in field.evidence]
    packet = bind(case, assessment, documents, choice, inserts, noted, draft, work)
    variants, told = make_variants(packet, case, assessment.reference.payer, wanted, work)
    problems = (*problems, *told)
    outputs: dict[str, bytes | str] = {
        PACKET: packet.pdf.read_bytes(),
        "letter.docx": letter.docx.read_bytes(),
        form.pdf.name: form.pdf.read_bytes(),
        "worklist.md": worklist(case.case, problems, draft, assessment.deadlines),
        "coverage.md": coverage_sheet(case, checked.payer.payer),
        "findings.json": json_text(as_json(documents, checked.extraction)),
        "assessment.json": json_text({"case": case.case, **_plain(assessment)}),
        **variants,
    }
    digests = {name: sha256(content) for name, content in outputs.items()}
    rules = _rules(case, form_map, letter)
    built = Built(checked, packet, folder, problems, digest, signed_by)
    account = manifest(
        case, assessment, documents, choice.left_out, form, packet, signed_by, digests, rules, built_from,
        int(built.exit_code), problems,
    )  # fmt: skip
    with beside(partial(guard_packet, packet, choice, case)) as guarded:
        verify(packet.pdf, account)
        guarded()
    for old in (*folder.glob("form-*.pdf"), *folder.glob(VARIANTS)):
        if old.name not in outputs:
            old.unlink()  # the form of another plan or another variant, from an earlier build
    for name, content in {**outputs, MANIFEST: json_text(account)}.items():
        write_atomic(folder / name, content)
    return built


def _answered(checked: Checked) -> None:
    """Raise SafetyStop naming the first reason of the denial that nothing in the chart answers."""
    if checked.denial is None:
        raise BadCaseFile("an appeal needs the denial that it answers", where="denial", fix="Name the plan's letter.")
    for answer in checked.denial.answers:
        if not answer.answered:
            raise SafetyStop(
                f'nothing in the chart answers this reason: "{answer.reason.quote}"',
                where=f"{checked.case.denial}, {answer.says}",
                fix=" ".join([*(f"{words.capital(text)}." for text in answer.open), answer.change]),
            )


def _cited(assessment: Assessment, form: FilledForm, inserts: Sequence[Insert]) -> set[str]:
    """The exhibit pages that something in the packet cites."""
    places = [place for criterion in assessment.criteria for place in shown_places(criterion)]
    places += [place for field in form.fields for place in field.evidence[:1]]
    links = [link for insert in inserts for link in insert.links]
    return {*(place.exhibit_page for place in places), *(link.exhibit_page for link in links)}


def _open(problems: Sequence[Problem], signed_by: str | None) -> int:
    """How many problems stand between the packet and its submission; a signer has decided the doubts."""
    return sum(p.severity == "required" or (p.severity == "doubt" and not signed_by) for p in problems)


def _why_draft(problems: Sequence[Problem], signed_by: str | None) -> str:
    """Why the packet is a draft, in words; empty when it is none."""
    count = _open(problems, signed_by)
    reasons = [f"{count} open item{'s' if count > 1 else ''} on the worklist"] if count else []
    return ", ".join([*reasons, *([] if signed_by else ["not signed"])])


def _void(signed: SignOff | None, digest: str) -> tuple[Problem, ...]:
    """A signature for other content than this."""
    if signed is None or signed.digest == digest:
        return ()
    return (
        Problem(
            VOID,
            "sign-off",
            f"{signed.signed_by} signed on {signed.signed_at[:10]}, and the case, chart, rules, letter or form have "
            "changed since.",
            "Please look at the packet again and sign it anew.",
            "clinician",
            "required",
        ),
    )


def _plain(assessment: Assessment) -> dict[str, object]:
    return {
        "policy": assessment.reference,
        "criteria": assessment.criteria,
        "questions": assessment.questions,
        "checks": assessment.checks,
        "deadlines": assessment.deadlines,
        "problems": assessment.problems,
    }


def _rules(case: Case, form: FormMap, letter: Letter) -> dict[str, str]:
    """SHA-256 of every policy, map, form and template that this packet rests on."""
    files = [
        PAYERS / case.insurance.payer / "policy.yaml",
        PAYERS / "prescribed.yaml",
        PAYERS / form.blank,
        FORM_MAPS / f"{form.id}.yaml",
        *letter.sources,
    ]
    return {f"{path.parent.name}/{path.name}": sha256_of(path) for path in files}
