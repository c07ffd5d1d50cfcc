"""The whole story: documents -> findings -> chart -> assessment -> form and letter -> packet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from packetgen.documents.model import Document, Progress, ToRead
from packetgen.documents.problems import UNREAD
from packetgen.documents.read import read_documents
from packetgen.errors import BadCaseFile, ExitCode, Problem, SafetyStop, UnreadableInput
from packetgen.extraction.extract import extract
from packetgen.extraction.model import Denial, Extraction, Finding
from packetgen.extraction.report import as_json
from packetgen.files import (
    enough_room,
    json_text,
    private_folder,
    sha256,
    sha256_of,
    sole_use,
    work_folder,
    write_atomic,
)
from packetgen.forms.fill import fill_form
from packetgen.forms.formmap import load_map
from packetgen.forms.model import FilledForm
from packetgen.letters.model import Letter, Material
from packetgen.letters.write import write_letter
from packetgen.limits import WORK_BYTES, WORK_OF_INPUTS
from packetgen.packet.attachments import missing_attachments
from packetgen.packet.attestation import draw_attestation
from packetgen.packet.bind import bind
from packetgen.packet.choose import Choice, choose, left_out_by_a_person, without_left_out
from packetgen.packet.coverage import coverage_sheet
from packetgen.packet.fresh import digest_of_inputs, output_of
from packetgen.packet.front import shown_places
from packetgen.packet.guard import guard_packet
from packetgen.packet.manifest import manifest, read_manifest, sent_pages
from packetgen.packet.model import Insert, Packet
from packetgen.packet.order import cited_order, relettered
from packetgen.packet.page_decisions import decide_pages
from packetgen.packet.picture import draw_course
from packetgen.packet.signature import signable
from packetgen.packet.signoff import VOID, SignOff, digest_of, last_sign_off, open_items, void, why_draft
from packetgen.packet.snapshot import SNAPSHOT, Snapshot, snapshot_of
from packetgen.packet.variants import make_variants
from packetgen.packet.verify import verify
from packetgen.packet.wanted import MANIFEST, NO_VARIANT, VARIANTS, Wanted
from packetgen.packet.wanted import PACKET as PACKET  # the review page and the command line name it, too
from packetgen.packet.worklist import worklist
from packetgen.policy.appeal import Comparison, compare
from packetgen.policy.assess import assess
from packetgen.policy.by_hand import with_marked
from packetgen.policy.catalog import form_problems, forms_for, load_policy
from packetgen.policy.levels import as_denied
from packetgen.policy.model import Assessment
from packetgen.policy.schema import PolicyFile, RuleInForce
from packetgen.resources import PAYERS
from packetgen.workspace import letter_folders, map_folder, payer_folder


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
        return ExitCode.draft if open_items(self.problems, None) else ExitCode.complete


@dataclass(frozen=True, slots=True)
class Built:
    """A case whose packet was written into `folder`.

    problems   of the check, the letter, the forms and the sign-off
    digest     what a signer signs
    signed     the signature under this very content, or None
    said       what the packet says, to be compared with another
    """

    checked: Checked
    packet: Packet
    folder: Path
    problems: tuple[Problem, ...]
    digest: str
    signed: SignOff | None
    forms: tuple[FilledForm, ...]
    choice: Choice
    said: Snapshot

    @property
    def signed_by(self) -> str | None:
        """Who signed this very content."""
        return self.signed.signed_by if self.signed else None

    @property
    def required(self) -> tuple[Problem, ...]:
        """What must be there and is not, whether a signer waived it or not."""
        return tuple(p for p in self.problems if p.severity == "required" and p.code != VOID)

    @property
    def exit_code(self) -> ExitCode:
        """Draft when something is missing, or doubtful and not signed for; a lone signature may still be open."""
        if any(problem.code == VOID for problem in self.problems):
            return ExitCode.safety_stop
        if any(problem.code == UNREAD for problem in self.problems):
            return ExitCode.unreadable_input
        return ExitCode.draft if open_items(self.problems, self.signed) else ExitCode.complete


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

    progress: told of each document that can be looked at, and of the pages as they are read.
    """
    return judge(read_chart(case_file, work, progress))


def read_chart(case_file: Path, work: Path, progress: Progress | None = None) -> Reading:
    """The first, slow half of `check`: all that depends on no decision but those about pages."""
    case = read_case(case_file)
    request = case.request
    payer, policy = load_policy(
        case.insurance.payer,
        request.indication,
        request.kind,
        request.product,
        request.start_date,
        payer_folder(case.folder, case.insurance.payer),
        case.policy_override,
    )
    case = case.on_line(payer.line_of_business)
    sources = [ToRead(d.path, case.folder / d.path, d.password or "") for d in case.documents]
    documents, read_problems = read_documents(sources, work, PageCache(), progress)
    case, page_problems = decide_pages(case, documents, decisions_in(read_log(case.folder)))
    kinds = {d.label: kind for d, typed in zip(documents, case.documents, strict=True) if (kind := case.kind_of(typed))}
    extraction = extract(without_left_out(case, documents), kinds, progress)
    patient_problems = guard_patient(extraction.findings, case, {d.label: d.path for d in documents})
    problems = (*read_problems, *page_problems, *patient_problems)
    return _in_cited_order(Reading(case, documents, extraction, payer, policy, problems))


def _in_cited_order(reading: Reading) -> Reading:
    """The same with its documents as the criteria cite them; what people decide does not move them."""
    case = reading.case
    chart = reconcile(reading.extraction, (), _earlier(case, reading.documents))
    assessed = assess(case, chart, reading.payer, reading.policy, date.today())
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
    chart = reconcile(extraction, decisions, _earlier(case, documents))
    extraction = replace(extraction, findings=(*extraction.findings, *findings_by_hand(chart)))
    denial = _denial(case, documents, extraction)
    letter = denial.value if denial and isinstance(denial.value, Denial) else None
    case, of_denial = as_denied(case, letter, extraction.findings)
    assessment = assess(case, chart, payer, reading.policy, date.today(), letter)
    assessment = with_marked(assessment, decisions, documents)
    of_request = (*assessment.problems, *of_denial, *form_problems(payer, case))
    problems = (*reading.problems, *not_fitting, *chart.problems, *of_request)
    compared = _compared(case, documents, chart, assessment, denial)
    return Checked(case, documents, extraction, chart, assessment, payer, problems, decisions, compared)


def _earlier(case: Case, documents: Sequence[Document]) -> frozenset[str]:
    """The documents, by label, of the packet that was approved before, where this request continues it."""
    if case.earlier is None:
        return frozenset()
    known = {entry.sha256 for entry in read_manifest(case.folder / case.earlier).inputs}
    return frozenset(document.label for document in documents if document.sha256 in known)


def _denial(case: Case, documents: Sequence[Document], extraction: Extraction) -> Finding | None:
    """What the case's denial letter says. Raises UnreadableInput when no reason was read in it."""
    if case.denial is None:
        return None
    label = next(d.label for d, typed in zip(documents, case.documents, strict=True) if typed.path == case.denial)
    found = [f for f in extraction.findings if f.kind == "denial" and f.evidence[0].document == label]
    told = [f for f in found if isinstance(f.value, Denial) and f.value.reasons]
    if not told and case.request.kind == "appeal":
        raise UnreadableInput(
            "no reason of a denial was read in it",
            where=case.denial,
            fix="Is it the whole letter? If its words are not known here, answer it by a letter of your own.",
        )
    return found[0] if found else None


def _compared(
    case: Case, documents: Sequence[Document], chart: Chart, assessment: Assessment, denial: Finding | None
) -> Comparison | None:
    """The denial against the chart and, where its manifest is given, the packet that was sent."""
    if denial is None or not (isinstance(denial.value, Denial) and denial.value.reasons):
        return None
    sent = sent_pages(read_manifest(case.folder / case.sent), documents) if case.sent else None
    return compare(assessment, denial, sent, chart)


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
        edits=tuple(decision for decision in checked.decisions if decision.event == "letter"),
    )


def build(
    case_file: Path,
    folder: Path | None = None,
    progress: Progress | None = None,
    wanted: Wanted = NO_VARIANT,
    reading: Reading | None = None,
) -> Built:
    """Build the packet of a case into `folder` (default: packet/ beside the case file), and a variant that is wanted.

    reading: the case as it was just read, which is then not read again.
    Of two that build into one folder the second waits.
    A SafetyStop takes an earlier packet.pdf away: it may hold what must not be sent.
    """
    folder = private_folder(folder or output_of(case_file))
    room = enough_room(folder, _work_bytes(case_file))
    with sole_use(folder), work_folder(folder) as work, room, office.started(work):
        built_from = digest_of_inputs(case_file, folder, wanted)
        try:
            checked = judge(reading) if reading else check(case_file, work, progress)
            return _assemble(checked, wanted, built_from, work, folder)
        except SafetyStop:
            for old in (folder / PACKET, *folder.glob(VARIANTS)):
                old.unlink(missing_ok=True)
            raise


def _work_bytes(case_file: Path) -> int:
    """About how much room a build needs on the disk of its case."""
    case = read_case(case_file)
    inputs = sum((case.folder / document.path).stat().st_size for document in case.documents)
    return WORK_BYTES + WORK_OF_INPUTS * inputs


def _assemble(checked: Checked, wanted: Wanted, built_from: str, work: Path, folder: Path) -> Built:
    """Form and letter -> packet, proved, then written in one go."""
    if checked.case.request.kind == "appeal":
        _answered(checked)
    parts = _parts(checked, work)
    case, assessment, documents, forms, letter, choice = (
        checked.case, checked.assessment, checked.documents, parts.forms, parts.letter, parts.choice,
    )  # fmt: skip
    missing = missing_attachments(assessment.criteria, checked.extraction.documents, choice)
    of_forms = tuple(problem for form in forms for problem in form.problems)
    problems = (*checked.problems, *letter.problems, *of_forms, *choice.problems, *missing)
    required = [problem for problem in problems if problem.severity == "required"]
    digest = digest_of(case, checked.chart, assessment, documents, forms, letter, choice, checked.decisions, required)
    last = last_sign_off(case.folder)
    signed = last if last and last.digest == digest else None
    problems = (*problems, *void(last, digest))
    draft = why_draft(problems, signed)
    inserts = [
        *(Insert(form.title, form.flat) for form in forms),
        signable(letter, signed, wanted.signature_field, case, work),
        *([draw_attestation(signed, case, assessment.reference, work)] if signed and signed.attestation else []),
        *parts.course,
    ]
    noted = [place for form in forms for field in form.fields for place in field.evidence]
    packet = bind(case, assessment, documents, choice, inserts, noted, draft, work, digest)
    variants, told = make_variants(packet, case, assessment.reference.payer, wanted, work)
    said = snapshot_of(checked.chart, assessment, letter.docx, forms, choice)
    built = Built(checked, packet, folder, (*problems, *told), digest, signed, forms, choice, said)
    _write(built, letter, variants, built_from)
    return built


@dataclass(frozen=True, slots=True)
class _Parts:
    """The parts of a packet that do not depend on who signs."""

    forms: tuple[FilledForm, ...]
    letter: Letter
    course: tuple[Insert, ...]
    choice: Choice


def _parts(checked: Checked, work: Path) -> _Parts:
    """Forms, letter and picture of the course, and the pages of the chart that they and the criteria cite."""
    case, chart, assessment, documents = checked.case, checked.chart, checked.assessment, checked.documents
    with beside(partial(_filled, checked, work)) as filled:
        letter = write_letter(material_of(checked), work, letter_folders(case.folder))
        forms = filled()
    course = tuple(filter(None, [draw_course(chart, work)]))
    cited = _cited(assessment, forms, [Insert(letter.title, letter.pdf, letter.links), *course])
    return _Parts(forms, letter, course, choose(case, documents, checked.extraction.documents, cited))


def _filled(checked: Checked, work: Path) -> tuple[FilledForm, ...]:
    case = checked.case
    maps = [load_map(name, map_folder(case.folder, name)) for name in forms_for(checked.payer, case)]
    return tuple(fill_form(case, checked.chart, checked.assessment, form, work) for form in maps)


def _write(built: Built, letter: Letter, variants: Mapping[str, bytes], built_from: str) -> None:
    """Write what was built into its folder, after reading the packet back."""
    checked, packet, folder, forms = built.checked, built.packet, built.folder, built.forms
    case, assessment, documents = checked.case, checked.assessment, checked.documents
    outputs: dict[str, bytes | str] = {
        PACKET: packet.pdf.read_bytes(),
        "letter.docx": letter.docx.read_bytes(),
        **{form.pdf.name: form.pdf.read_bytes() for form in forms},
        "worklist.md": worklist(case.case, built.problems, packet.draft, assessment.deadlines),
        "coverage.md": coverage_sheet(case, checked.payer.payer),
        "findings.json": json_text(as_json(documents, checked.extraction)),
        "assessment.json": json_text({"case": case.case, **_plain(assessment)}),
        SNAPSHOT: json_text(built.said),
        **variants,
    }
    digests = {name: sha256(content) for name, content in outputs.items()}
    rules = _rules(case, forms, letter)
    account = manifest(
        case, assessment, documents, built.choice.left_out, forms, packet, built.signed_by, digests, rules, built_from,
        int(built.exit_code), [p for p in built.problems if not (built.signed and built.signed.waives(p))],
        built.digest,
    )  # fmt: skip
    with beside(partial(guard_packet, packet, built.choice, case)) as guarded:
        verify(packet.pdf, account)
        guarded()
    for old in (*folder.glob("form-*.pdf"), *folder.glob(VARIANTS)):
        if old.name not in outputs:
            old.unlink()  # the form of another plan or another variant, from an earlier build
    for name, content in {**outputs, MANIFEST: json_text(account)}.items():
        write_atomic(folder / name, content)


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


def _cited(assessment: Assessment, forms: Sequence[FilledForm], inserts: Sequence[Insert]) -> set[str]:
    """The exhibit pages that something in the packet cites."""
    places = [place for criterion in assessment.criteria for place in shown_places(criterion)]
    places += [place for form in forms for field in form.fields for place in field.evidence[:1]]
    links = [link for insert in inserts for link in insert.links]
    return {*(place.exhibit_page for place in places), *(link.exhibit_page for link in links)}


def _plain(assessment: Assessment) -> dict[str, object]:
    return {
        "policy": assessment.reference,
        "criteria": assessment.criteria,
        "questions": assessment.questions,
        "checks": assessment.checks,
        "deadlines": assessment.deadlines,
        "problems": assessment.problems,
    }


def _rules(case: Case, forms: Sequence[FilledForm], letter: Letter) -> dict[str, str]:
    """SHA-256 of every policy, map, form and template that this packet rests on."""
    files = [
        payer_folder(case.folder, case.insurance.payer) / case.insurance.payer / "policy.yaml",
        PAYERS / "prescribed.yaml",
        *(path for form in forms for path in form.sources),
        *letter.sources,
    ]
    return {f"{path.parent.name}/{path.name}": sha256_of(path) for path in files}
