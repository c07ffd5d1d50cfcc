from __future__ import annotations

from pathlib import Path

import pytest

from packetgen.case import read_case
from packetgen.errors import BadCaseFile

GOOD = """\
case: 2026-0142
request: {kind: initial, indication: chronic_migraine, icd10: G43.709, cpt: "64615", units: 155,
          start_date: 2026-12-08}
patient: {first_name: Dana, last_name: Whitfield, birth_date: 1984-03-17, sex: F, phone: 555-0142}
insurance: {payer: uhc-community, member_id: "918273645"}
provider: {name: "Lena Ortiz, MD", npi: "1234567893", specialty: neurology, practice: Cedar Neurology,
           phone: 555-0100, fax: 555-0101}
documents:
  - note.txt
"""


def write(folder: Path, text: str) -> Path:
    (folder / "note.txt").write_text("note")
    (folder / "case.yaml").write_text(text)
    return folder / "case.yaml"


def test_a_good_case_is_read(tmp_path: Path) -> None:
    case = read_case(write(tmp_path, GOOD))
    assert case.patient.name == "Dana Whitfield"
    assert case.insurance.member_id == "918273645"
    assert case.folder == tmp_path.resolve()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("1234567893", "1234567894", ["case.yaml:6", "provider.npi", "check digit"]),
        ("first_name: Dana", "firstname: Dana", ["case.yaml:4", "patient.firstname", "did you mean 'first_name'"]),
        ("- note.txt", "- ../note.txt", ["case.yaml:9", "inside the case folder"]),
        ("- note.txt", "- /etc/passwd", ["case.yaml:9", "inside the case folder"]),
        ("- note.txt", "- notes/../../note.txt", ["case.yaml:9", "inside the case folder"]),
        ("- note.txt", "- ~/note.txt", ["case.yaml:9", "inside the case folder"]),
        ("- note.txt", "- file:///etc/passwd", ["case.yaml:9", "inside the case folder"]),
        ("- note.txt", r"- \\host\share\note.txt", ["case.yaml:9", "inside the case folder"]),
        ("- note.txt", r"- C:\Windows\win.ini", ["case.yaml:9", "inside the case folder"]),
        ("- note.txt", "- missing.pdf", ["case.yaml", "no file missing.pdf"]),
        ("- note.txt", "- note.txt\n  - note.txt", ["case.yaml:8", "listed twice"]),
        ("chronic_migraine", "migraine", ["case.yaml:2", "request.indication"]),
        ("case: 2026-0142", "case: ../x", ["case.yaml:1"]),
        ("2026-12-08", "soon", ["case.yaml", "request.start_date"]),
        ("documents:", "folder: /tmp\ndocuments:", ["case.yaml:8", "unknown key"]),
    ],
)
def test_a_mistake_names_line_and_field(tmp_path: Path, old: str, new: str, words: list[str]) -> None:
    with pytest.raises(BadCaseFile) as caught:
        read_case(write(tmp_path, GOOD.replace(old, new)))
    assert [word for word in words if word not in str(caught.value)] == []


def test_a_link_out_of_the_case_folder_is_refused(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("x")
    folder = tmp_path / "case"
    folder.mkdir()
    path = write(folder, GOOD.replace("- note.txt", "- linked.txt"))
    (folder / "linked.txt").symlink_to(secret)
    with pytest.raises(BadCaseFile, match="leads out of the case folder"):
        read_case(path)


def test_the_servicing_provider_may_be_the_same(tmp_path: Path) -> None:
    case = read_case(write(tmp_path, GOOD + "servicing: same\n"))
    assert case.servicing == case.provider


def test_what_a_second_insurance_lacks_is_named(tmp_path: Path) -> None:
    text = GOOD.replace('member_id: "918273645"}', 'member_id: "918273645", secondary: {member: "1"}}')
    with pytest.raises(BadCaseFile, match=r"case.yaml:5: insurance.secondary.carrier: required"):
        read_case(write(tmp_path, text))
