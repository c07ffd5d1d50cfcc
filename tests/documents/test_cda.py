"""C-CDA exports of record systems: their narrative is read, nothing is fetched, nothing else is taken for one."""

from __future__ import annotations

from pathlib import Path

import pytest

from packetgen.documents.cache import PageCache
from packetgen.documents.cda import text_of_cda
from packetgen.documents.model import ToRead
from packetgen.documents.read import read_documents
from packetgen.errors import UnreadableInput

NOTE = """<?xml version="1.0"?>
<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:sdtc="urn:hl7-org:sdtc">
  <title>Progress Note</title>
  <effectiveTime value="20261003101500-0600"/>
  <recordTarget><patientRole>
    <id extension="00418827" root="2.16.840.1.113883.19.5"/><id extension="999" root="2.16.840.1.113883.4.1"/>
    <patient><name use="L"><given>Dana</given><given>Q</given><family>Whitfield</family></name>
      <birthTime value="19840317"/></patient></patientRole></recordTarget>
  <author><assignedAuthor><assignedPerson>
    <name><given>Lena</given><family>Ortiz</family><suffix>MD</suffix></name></assignedPerson></assignedAuthor></author>
  <componentOf><encompassingEncounter><effectiveTime><low value="20261002"/></effectiveTime></encompassingEncounter>
  </componentOf>
  <component><structuredBody>
    <component><section>
      <title>History of Present Illness</title>
      <text><paragraph>Headache on <content styleCode="Bold">22</content> of the
        last 30 days.</paragraph><list><item>photophobia</item><item>nausea<br/>vomiting</item></list></text>
      <entry><observation><text>coded only</text></observation></entry>
      <component><section><title>Past trials</title>
        <text>Topiramate stopped for paresthesias.</text></section></component>
    </section></component>
    <component><section>
      <title>Medications</title>
      <text><table><thead><tr><th>Drug</th><th>Dose</th></tr></thead>
        <tbody><tr><td ID="m1">Rizatriptan</td><td>10 mg</td></tr></tbody></table></text>
    </section></component>
  </structuredBody></component>
</ClinicalDocument>
"""


def test_the_narrative_is_read_as_a_person_sees_it() -> None:
    lines = [line for line in text_of_cda(NOTE.encode(), "ccd.xml").splitlines() if line]
    assert lines == [
        "Progress Note",
        "Patient: Dana Q Whitfield   DOB: 03/17/1984",
        "MRN: 00418827",
        "Date of Service: 10/02/2026",
        "Author: Lena Ortiz MD",
        "HISTORY OF PRESENT ILLNESS",
        "Headache on 22 of the last 30 days.",
        "photophobia",
        "nausea",
        "vomiting",
        "PAST TRIALS",
        "Topiramate stopped for paresthesias.",
        "MEDICATIONS",
        "Drug          Dose",
        "Rizatriptan   10 mg",
    ]


def test_it_becomes_a_document(tmp_path: Path) -> None:
    file = tmp_path / "ccd.xml"
    file.write_text(NOTE)
    (tmp_path / "work").mkdir()
    ((document,), problems) = read_documents([ToRead("ccd.xml", file)], tmp_path / "work", PageCache(tmp_path / "c"))
    assert not problems
    assert "Rizatriptan" in {word.text for word in document.page(1).words}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("<ClinicalDocument>", "not well-formed"),
        ("<feed xmlns='urn:example'><entry/></feed>", "no C-CDA document"),
        ("<ClinicalDocument xmlns='urn:hl7-org:v3'><component><nonXMLBody/></component></ClinicalDocument>", "wraps"),
        (
            '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
            '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
            "<ClinicalDocument xmlns='urn:hl7-org:v3'><title>&c;</title></ClinicalDocument>",
            "declares entities",
        ),
    ],
)
def test_anything_else_is_refused_by_name(content: str, told: str) -> None:
    with pytest.raises(UnreadableInput, match=told):
        text_of_cda(content.encode(), "ccd.xml")


def test_no_file_is_fetched(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret words")
    door = f'<!DOCTYPE x [<!ENTITY s SYSTEM "file://{tmp_path}/secret.txt">]>'
    with pytest.raises(UnreadableInput, match="declares entities"):
        text_of_cda((door + NOTE.partition("?>")[2].replace("photophobia", "&s;")).encode(), "ccd.xml")
