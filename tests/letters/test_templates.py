"""Templates: no hole where a fact is missing, no code run, a clinic's own before those that ship, and their check."""

from __future__ import annotations

import re
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import docx
import pytest

from packetgen.case import PlanDates
from packetgen.chart.model import Chart, HeadacheFacts
from packetgen.errors import BadDataFile
from packetgen.extraction.model import Denial, DenialReason, DocumentSummary, Evidence, Finding
from packetgen.letters.check import lint, tried
from packetgen.letters.model import Material
from packetgen.letters.quotes import topics
from packetgen.letters.templates import find_template, sources
from packetgen.letters.view import context_of
from packetgen.letters.wordfile import statements
from packetgen.letters.write import draft, render
from packetgen.policy.appeal import compare
from packetgen.resources import LETTERS
from tests.letters.charts import CHARTS, document_of, material

TEMPLATES = sorted(path.stem for path in LETTERS.glob("*.docx"))
NOTHING = {
    "diagnoses": (), "current": HeadacheFacts(), "baseline": HeadacheFacts(), "on_treatment": HeadacheFacts(),
    "diary": (), "therapies": (), "scores": (), "toxins": (), "responses": (), "safety": (), "denied": (),
}  # fmt: skip
HOLE = re.compile(
    r"\bNone\b|\bUndefined\b|\(\)|\(, |“”|\{\{|\}\}|\{%|[^ ] {2,}[^ ]| [.,;:](?:\s|$)|, ,|\.\.|: ?\."
    r"|\b(?:on|of|are|is|takes|by) ?[.,]"
)
EVERY_LETTER = ("chronic_migraine",)  # whose every fact is left out in every letter
FOOTER = "letter page  of"  # a field that counts pages is left out of what is read


def words_of(told: Material, name: str, folder: Path) -> list[str]:
    path = draft(told, find_template(name, told.case.request.indication, (LETTERS,)), folder)
    return [
        statement.text
        for statement in statements(path)
        if "____" not in statement.text and FOOTER not in statement.text
    ]


def without(told: Material, part: str) -> Material:
    chart: Chart = replace(told.chart, **{part: NOTHING[part]})
    return replace(told, chart=chart)


@pytest.mark.parametrize("indication", CHARTS)
def test_a_missing_fact_leaves_no_hole_in_any_letter(indication: str, tmp_path: Path) -> None:
    whole = material(indication)
    bare = replace(whole, documents=(document_of("\f"),))
    told = [whole, bare, replace(bare, chart=replace(bare.chart, **NOTHING))]
    told += [without(whole, part) for part, nothing in NOTHING.items() if getattr(whole.chart, part) != nothing]
    for number, given in enumerate(told):
        for name in TEMPLATES if number < 3 or indication in EVERY_LETTER else ("initial", "continuation"):
            holes = [text for text in words_of(given, name, tmp_path) if HOLE.search(text.replace("Ex. A  ", "Ex. A"))]
            assert holes == [], name


DENIED = "Our policy requires that two preventives be tried and fail first."
DIARY = "Our policy also asks for a headache diary."
LETTER = Denial(
    "Meadowlark", "918273645", "MH-7", "2026-11-16", (DenialReason("step_therapy", DENIED),), 180, "2027-05-15",
    None, "P.O. Box 77, Larkton", "800-555-0133", "14 days", "onabotulinumtoxinA", "2026-11-30", (DIARY,),
)  # fmt: skip


def denied(told: Material, letter: Denial) -> Material:
    """The same chart with a denial as its second document, which an appeal answers."""
    text = "\n".join([DENIED, DIARY, "Reference MH-7 of 11/16/2026. Fax 800-555-0131. Last day 05/15/2027. Call",
                      "800-555-0133 by 11/30/2026."])  # fmt: skip
    document = replace(document_of(text), label="B")
    places = [
        Evidence("B", 1, (), quote, None, rule) for quote, rule in ((DENIED, "denial_reason"), (DIARY, "criterion"))
    ]
    finding = Finding(letter, "present", (*places, Evidence("B", 1, (), text, None, "denial")), letter.date)
    documents = (*told.chart.documents, DocumentSummary("B", "denial_letter", letter.date))
    compared = compare(told.assessment, finding, {"A-1": 9}, told.chart)
    return replace(
        told, documents=(*told.documents, document), findings=(*told.findings, finding),
        chart=replace(told.chart, documents=documents), denial=compared,
    )  # fmt: skip


def test_what_a_denial_does_not_give_leaves_no_hole_in_its_answers(tmp_path: Path) -> None:
    told = material("chronic_migraine", "appeal")
    gone = [
        "reference",
        "date",
        "appeal_deadline",
        "appeal_address",
        "p2p_phone",
        "p2p_window",
        "p2p_deadline",
    ]
    letters = [LETTER, *(replace(LETTER, **{name: None}) for name in gone)]
    for letter in [*letters, replace(LETTER, **dict.fromkeys(gone))]:
        for level in (None, "internal"):
            dates = PlanDates(level=level)  # type: ignore[arg-type]
            case = told.case.model_copy(update={"plan_dates": dates})
            for name in ("appeal", "peer_to_peer"):
                texts = words_of(denied(replace(told, case=case), letter), name, tmp_path)
                holes = [text for text in texts if HOLE.search(re.sub(r"^Ex\. [AB] +", "", text))]
                assert holes == [], (name, level)


def test_vials_and_what_is_left_of_them_are_said_where_the_case_names_them(tmp_path: Path) -> None:
    billed = {"hcpcs": "J0585", "billing_units": 155, "vials": [200], "modifiers": ["JW"], "ndc": "00023-3921-02"}
    told = " ".join(words_of(material("chronic_migraine", **billed), "initial", tmp_path))
    assert "The drug is billed as J0585, 155 billing units, modifier JW, NDC 00023-3921-02." in told
    assert "The dose is drawn from 1 vial of 200 units; the 45 units left over are discarded." in told
    even = " ".join(words_of(material("cervical_dystonia", vials=[100, 100]), "initial", tmp_path))
    assert "The dose is drawn from 2 vials of 100 units; nothing is left over." in even
    assert "vial" not in " ".join(words_of(material("chronic_migraine"), "initial", tmp_path))


def test_the_templates_that_ship_use_only_names_that_letters_have() -> None:
    told = denied(material("chronic_migraine", "appeal"), LETTER)
    known = context_of(told).keys()
    for name in TEMPLATES:
        assert [*lint(find_template(name, "chronic_migraine", (LETTERS,)), told, known)] == []


def test_an_off_label_use_and_a_dose_above_the_label_are_said_to_be_so(tmp_path: Path) -> None:
    assert "off label" in " ".join(words_of(material("sialorrhea"), "initial", tmp_path))
    assert "off label" in " ".join(words_of(material("hemifacial_spasm"), "initial", tmp_path))
    above = " ".join(words_of(material("lower_limb_spasticity"), "initial", tmp_path))
    assert "450 units requested are above the label’s limit of 400 units in three months" in above
    assert "“A higher dose is needed because 400 units wore off in week 8.”" in above
    higher = " ".join(words_of(material("chronic_migraine", units="195"), "initial", tmp_path))
    assert "195 units requested are above the label’s limit of 155 units a treatment" in higher
    other = " ".join(words_of(material("chronic_migraine", product="abobotulinumtoxinA"), "initial", tmp_path))
    assert "not on the US label of abobotulinumtoxinA" in other
    assert "PREEMPT" not in other


PAYLOADS = [
    "{{ ''.__class__.__mro__ }}",
    "{{ cycler.__init__.__globals__.os.popen('touch PWNED').read() }}",
    "{{ lipsum.__globals__['os'].popen('touch PWNED').read() }}",
    "{{ namespace.__init__.__globals__ }}",
    "{{ patient.__class__.__init__.__globals__ }}",
    "{{ patient.model_dump.__globals__ }}",
    "{{ ''|attr('__class__') }}",
    "{{ '{0.__class__}'.format(1) }}",
    "{{ '%s'.__class__ }}",
    "{{ self._TemplateReference__context }}",
    "{{ request.__init__.__globals__ }}",
    "{{ passages.__class__ }}",
    "{{ passages.clear() }}",
    "{{ no_such_thing }}",
    "{% for c in [].__class__.__base__.__subclasses__() %}{{ c }}{% endfor %}",
]


@pytest.mark.parametrize("place", ["body", "header", "footer", "title", "comment", "passage"])
@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_template_runs_no_code_and_hides_no_unknown_name(place: str, payload: str, tmp_path: Path) -> None:
    told = material("cervical_dystonia")
    shutil.copytree(LETTERS / "passages", tmp_path / "passages")
    if place == "passage":
        passage = tmp_path / "passages" / "cervical_dystonia.j2"
        passage.write_text(passage.read_text() + "{% block severity %}\n" + payload + "\n{% endblock %}\n")
    document = docx.Document(str(LETTERS / "initial.docx"))
    section = document.sections[0]
    if place == "title":
        document.core_properties.title = payload
    elif place == "comment":
        document.add_comment(document.paragraphs[0].runs, payload)
    elif place != "passage":
        {"body": document, "header": section.header, "footer": section.footer}[place].add_paragraph(payload)
    document.save(str(tmp_path / "initial.docx"))
    found = find_template("initial", "cervical_dystonia", (tmp_path, LETTERS))
    try:
        made = render(found, told)
    except BadDataFile:
        made = b""
    assert not Path("PWNED").exists()
    (tmp_path / "made.docx").write_bytes(made)
    if made:
        with zipfile.ZipFile(tmp_path / "made.docx") as archive:
            text = b"".join(archive.read(n) for n in archive.namelist() if n.endswith(".xml")).decode()
        assert "&lt;class" not in text
        assert place == "comment" or "__globals__" not in text  # a comment stays as it was typed


def test_a_clinics_own_template_and_passages_come_first(tmp_path: Path) -> None:
    (tmp_path / "passages").mkdir()
    own = tmp_path / "passages" / "sialorrhea.j2"
    own.write_text('{% extends "_letter.j2" %}\n{% block severity %}\nDrooling is severe.\n{% endblock %}\n')
    found = find_template("initial", "sialorrhea", (tmp_path, LETTERS))
    made = draft(material("sialorrhea"), found, tmp_path)
    assert "Drooling is severe." in [statement.text for statement in statements(made)]
    assert own in sources(found, "sialorrhea")
    assert LETTERS / "passages" / "_letter.j2" in sources(found, "sialorrhea")
    tmp_path.chmod(0o777)
    with pytest.raises(BadDataFile, match="anyone on this computer can change it"):
        find_template("initial", "sialorrhea", (tmp_path, LETTERS))
    tmp_path.chmod(0o700)


def test_the_check_names_unknown_variables_lacking_blocks_and_what_a_letter_would_say_wrongly(tmp_path: Path) -> None:
    told = material("cervical_dystonia")
    known = context_of(told).keys()
    document = docx.Document(str(LETTERS / "initial.docx"))
    document.add_paragraph("{{ patients.name }}")
    for paragraph in document.paragraphs:
        if paragraph.text.startswith("Signature"):
            paragraph.text = ""
    document.save(str(tmp_path / "initial.docx"))
    found = find_template("initial", "cervical_dystonia", (tmp_path, LETTERS))
    assert [*lint(found, told, known)] == [
        "lacks a place for the signature (Signature)", "initial.docx uses patients, which no letter has",
    ]  # fmt: skip
    assert "'patients' is undefined" in tried(found, told, tmp_path)
    document.paragraphs[-1].text = "{{ provider.practice }} has treated this for 40 years."
    document.save(str(tmp_path / "initial.docx"))
    assert "40 years" in tried(found, told, tmp_path)
    shipped = find_template("initial", "cervical_dystonia", (LETTERS,))
    assert [*lint(shipped, told, known), tried(shipped, told, tmp_path)] == [""]


@pytest.mark.parametrize("topic", topics(), ids=lambda topic: topic.example)
def test_each_topic_finds_its_example_and_leaves_its_counter_example(topic) -> None:
    assert topic.found_in(topic.example)
    assert not topic.found_in(topic.counter_example)
    others = [other for other in topics() if set(other.indications) & set(topic.indications) or not other.indications]
    first = next(other for other in (*others, topic) if other.found_in(topic.example))
    assert first.name == topic.name


def test_each_treatment_that_counts_for_an_indication_is_a_drug_that_charts_name() -> None:
    from packetgen.extraction.vocabulary import drugs
    from packetgen.letters.label import facts_of

    known = {drug.generic for drug in drugs().drugs}
    assert [name for indication in CHARTS for name in facts_of(indication).trials.drugs if name not in known] == []


def test_references_are_of_the_product_and_age_and_of_high_confidence_and_print_no_unchecked_identifier() -> None:
    from packetgen.letters.literature import literature, references_for

    case = material("chronic_migraine").case
    assert [r.key for r in references_for(case)] == ["preempt_pooled", "lipton2011", "compel", "forward", "aan2016"]
    assert "ahs2021" in [r.key for r in references_for(case, ["step_therapy"])]
    child = case.patient.model_copy(update={"birth_date": case.request.start_date.replace(year=2018)})
    limb = material("lower_limb_spasticity").case.model_copy(update={"patient": child})
    assert [r.key for r in references_for(limb)] == ["spast_child_aan"]
    assert all(("doi:" in r.citation) == bool(r.doi) and ("PMID" in r.citation) == bool(r.pmid) for r in literature())


@pytest.mark.slow
def test_the_command_writes_a_letter_beside_the_packet_and_checks_templates(tmp_path: Path) -> None:
    from tests.end_to_end.conftest import SAMPLES, packetgen

    done = packetgen("letters", "write", SAMPLES / "cervical-dystonia" / "case.yaml", "fax_cover", "-o", tmp_path)
    assert done.returncode == 0, done.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"fax-cover.docx", "fax-cover.pdf"}
    said = " ".join(statement.text for statement in statements(tmp_path / "fax-cover.docx"))
    assert not re.search("dystonia|botulinum|G24|Brandt", said)
    shutil.copy(LETTERS / "fax_cover.docx", tmp_path / "mine.docx")
    broken = docx.Document(str(tmp_path / "mine.docx"))
    broken.add_paragraph("{{ payor }}")
    broken.save(str(tmp_path / "mine.docx"))
    done = packetgen("letters", "check", tmp_path / "mine.docx")
    assert done.returncode == 2
    assert "mine.docx uses payor, which no letter has" in done.stdout
