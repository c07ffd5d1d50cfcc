"""A new case from the first document of a patient that no case knows: what was read, and what is missing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from packetgen.extraction.diagnoses import find_diagnoses
from packetgen.extraction.model import Diagnosis, Toxin
from packetgen.extraction.toxins import find_toxins
from packetgen.files import private_folder, write_atomic
from packetgen.intake.match import Seen
from packetgen.intake.reading import DENIAL, Reading
from packetgen.policy.catalog import list_payers
from packetgen.workspace import Workspace

HEADING = """\
# A draft that packetgen made from a document of a patient that no case knew. Nothing is sent from it.
# Check what it says against the document, fill in what stands as "missing", and remove the # there.
"""


def payer_named(workspace: Workspace, texts: Iterable[str]) -> str | None:
    """The id of the one known plan that a document names; None when it names none, or two."""
    text = " ".join(" ".join(texts).casefold().split())
    named = {
        payer.payer.casefold(): payer.id for payer in list_payers(*workspace.payers) if payer.payer.casefold() in text
    }
    widest = [name for name in named if not any(name != other and name in other for other in named)]
    return named[widest[0]] if len(widest) == 1 else None


def patient_shown(reading: Reading) -> Seen | None:
    """Name and birth date with the numbers beside them, from the first page that shows both."""
    return next((seen for seen in reading.seen if seen and seen.name and seen.birth_date), None)


def write_draft(workspace: Workspace, case_id: str, reading: Reading, patient: Seen, payer: str, document: str) -> Path:
    """Write the draft of a new case; the folder of the case. patient: with a name and a birth date;
    document: the file's path inside that folder.

    A draft that is there already stays as it is: a person may be at it.
    """
    folder = private_folder(workspace.cases / case_id)
    path = folder / "case.yaml"
    if not path.exists():
        write_atomic(path, "\n".join(_lines(workspace, case_id, reading, patient, payer, document)) + "\n")
    return folder


def _lines(
    workspace: Workspace, case_id: str, reading: Reading, seen: Seen, payer: str, document: str
) -> Iterator[str]:
    *given, family = (seen.name or "").split()
    yield HEADING + f"case: {case_id}"
    yield from ("request:", *_request(reading))
    yield from ("patient:", _known("first_name", " ".join(given), seen), _known("last_name", family, seen))
    yield from (_known("birth_date", seen.birth_date, seen), _missing("sex", "F, M or X"))
    yield _known("mrn", seen.record, seen) if seen.record else _missing("mrn", "the clinic's record number, if any")
    yield from ("insurance:", f"  payer: {payer}")
    yield _known("member_id", seen.member, seen) if seen.member else _missing("member_id", "as on the insurance card")
    yield from ("provider:", *_provider(workspace))
    if reading.kind == DENIAL:  # it is the case's denial by where it lies
        yield "# documents:   # missing: the chart, such as [notes/visit.pdf]"
    else:
        yield from ("documents:", f"  - {json.dumps(document, ensure_ascii=False)}")


def _known(key: str, value: str | None, seen: Seen) -> str:
    return f"  {key}: {json.dumps(value, ensure_ascii=False)}" + (
        "  # from a scan: please compare" if seen.scanned else ""
    )


def _missing(key: str, what: str) -> str:
    return f"  # {key}:   # missing: {what}"


def _request(reading: Reading) -> Iterator[str]:
    """What the document says of the request; two answers are none."""
    diagnoses = [f.value for t in reading.texts for f in find_diagnoses(t)
                 if isinstance(f.value, Diagnosis) and f.assertion == "present" and f.value.indication]  # fmt: skip
    toxins = [f.value for t in reading.texts for f in find_toxins(t)
              if isinstance(f.value, Toxin) and f.value.status in ("planned", "requested")]  # fmt: skip
    yield "  kind: initial"
    yield _one("indication", {d.indication for d in diagnoses}, "what is treated, such as chronic_migraine")
    yield _one("icd10", {d.icd10 for d in diagnoses if d.icd10}, "the diagnosis code")
    yield _one("product", {t.product for t in toxins}, "the toxin, such as onabotulinumtoxinA")
    yield _missing("cpt", 'the procedure code in quotes, such as "64615"')
    yield _one("units", {int(t.units) for t in toxins if t.units}, "how many units are requested")
    yield _missing("start_date", "the planned day of treatment, YYYY-MM-DD")


def _one(key: str, found: set[str | None] | set[str] | set[int], what: str) -> str:
    return f"  {key}: {found.pop()}   # from the document: please check" if len(found) == 1 else _missing(key, what)


def _provider(workspace: Workspace) -> Iterator[str]:
    provider = workspace.settings.provider
    if provider is None:
        for key in ("name", "npi", "specialty", "practice", "phone", "fax"):
            yield _missing(key, "who asks; put it into settings.yaml once, and new drafts have it")
        return
    for key, value in provider.model_dump(mode="json", exclude_none=True).items():
        yield f"  {key}: {json.dumps(value, ensure_ascii=False)}"
