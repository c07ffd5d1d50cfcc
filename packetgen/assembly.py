"""A case judged -> form and letter -> packet, proved, then written in one go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from packetgen.case import Case
from packetgen.chart import words
from packetgen.children import beside
from packetgen.errors import BadCaseFile, SafetyStop
from packetgen.extraction.report import as_json
from packetgen.files import json_text, sha256, sha256_of, write_atomic
from packetgen.forms.fill import fill_form
from packetgen.forms.formmap import load_map
from packetgen.forms.model import FilledForm
from packetgen.judging import material_of
from packetgen.letters.model import Letter
from packetgen.letters.write import write_letter
from packetgen.packet.attachments import missing_attachments
from packetgen.packet.attestation import draw_attestation
from packetgen.packet.bind import bind
from packetgen.packet.choose import Choice, choose
from packetgen.packet.coverage import coverage_sheet
from packetgen.packet.front import shown_places
from packetgen.packet.guard import guard_packet
from packetgen.packet.manifest import manifest
from packetgen.packet.model import Insert
from packetgen.packet.picture import draw_course
from packetgen.packet.signature import signable
from packetgen.packet.signoff import digest_of, last_sign_off, void, why_draft
from packetgen.packet.snapshot import SNAPSHOT, snapshot_of
from packetgen.packet.variants import make_variants
from packetgen.packet.verify import verify
from packetgen.packet.wanted import MANIFEST, PACKET, VARIANTS, Wanted
from packetgen.packet.worklist import worklist
from packetgen.policy.catalog import forms_for
from packetgen.policy.model import Assessment
from packetgen.resources import PAYERS
from packetgen.stages import Built, Checked
from packetgen.workspace import letter_folders, map_folder, payer_folder


def assemble(checked: Checked, wanted: Wanted, built_from: str, work: Path, folder: Path) -> Built:
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
    variants, told = make_variants(packet, case, assessment.addressee, wanted, work)
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
