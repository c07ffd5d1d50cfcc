"""Cited or blocked: a finished letter is read back, and what it says must be supported.

A sentence may hold a number, a drug or a code only when the case file, the policy, the literature or a finding on
an exhibit page that the same sentence cites holds it too; and a dose only when the quotes there give that number to
that drug. A table row is one sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from pathlib import Path
from typing import Any

from packetgen.case import Case
from packetgen.chart import words
from packetgen.errors import SafetyStop
from packetgen.extraction.model import Finding
from packetgen.extraction.vocabulary import drug_named, drug_pattern
from packetgen.letters.literature import references_for
from packetgen.letters.model import CITED_PAGE, exhibit_page_of
from packetgen.letters.view import Enclosed
from packetgen.policy.model import Assessment

CITED = re.compile(rf"\((?:{CITED_PAGE.pattern}(?:, )?)+\)|{CITED_PAGE.pattern}|Ex\. [A-Z]+(?=\s|$)|\[\d+\]")
ENCLOSURE = re.compile(r"Ex\. ([A-Z]+)(?=\s)")
SENTENCE_END = re.compile(r"(?<=[.!?\]])[ ]+(?=[A-Z\[])")
TOKEN = re.compile(r"[A-Z]\d\d(?:\.\d+)?|\d+(?:[-./,]\d+)*")
DOSE = re.compile(r"(?<![\d./-])(?P<dose>\d{1,4}(?:\.\d{1,2})?)[ ]?(?:mg|mcg|g|units?)\b", re.IGNORECASE)
PLAIN_NUMBER = re.compile(r"(?<![\d./-])\d{1,4}(?:\.\d{1,2})?(?![\d/-])")
BEFORE_NAME = 16  # characters: "100 mg of topiramate"
ISO_DATE = re.compile(r"\d{4}(?:-\d\d){1,2}")


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence or table row of a letter, and the exhibit pages it cites by a link, or the exhibit it lists."""

    text: str
    cites: tuple[str, ...]


def prove(
    docx: Path, case: Case, assessment: Assessment, findings: Sequence[Finding], enclosed: Sequence[Enclosed]
) -> None:
    """Raise SafetyStop quoting the first statement of a letter that nothing supports.

    Also after a person edited it: the .docx is read as it is.
    """
    typed = [*_strings(case.model_dump(mode="json", exclude={"folder"})), *_strings(assessment.reference)]
    typed += [criterion.text for criterion in assessment.criteria]
    typed += [part for ref in references_for(case.request.indication) for part in (ref.citation, ref.says)]
    known = _claims(typed)
    by_page = {exhibit.label: _claims(_strings(exhibit)) for exhibit in enclosed}
    for finding in findings:
        said = _claims([*_strings(finding.value), *(e.quote for e in finding.evidence)])
        for evidence in finding.evidence:
            by_page.setdefault(evidence.exhibit_page, set()).update(said, _numbers_of_drugs(evidence.quote))
    requested = {f"{case.request.product} {case.request.units:g}"}
    for statement in statements(docx):
        plain = CITED.sub(" ", statement.text)
        claims = _claims([plain]) | (_doses(plain) - requested)
        open_claims = claims - known - set().union(*(by_page.get(page, set()) for page in statement.cites))
        if open_claims:
            raise SafetyStop(
                f'the letter says "{statement.text}", and nothing cited there says {", ".join(sorted(open_claims))}',
                where=docx.name,
                fix="Cite the page that says it, or take the statement out.",
            )


def statements(docx: Path) -> Iterator[Statement]:
    """Every sentence and table row of the body of a letter."""
    import docx as word

    document = word.Document(str(docx))
    for block in document.iter_inner_content():
        if hasattr(block, "rows"):
            for row in block.rows:
                paragraphs = [paragraph for cell in row.cells for paragraph in cell.paragraphs]
                yield Statement(" | ".join(p.text for p in paragraphs), _cites(paragraphs))
        elif listed := ENCLOSURE.match(block.text):
            yield Statement(block.text, (listed.group(1),))
        elif block.text.strip():
            linked = set(_cites([block]))
            for sentence in SENTENCE_END.split(block.text):
                pages = [f"{exhibit}-{page}" for exhibit, page in CITED_PAGE.findall(sentence)]
                yield Statement(sentence, tuple(page for page in pages if page in linked))


def _cites(paragraphs: Iterable[Any]) -> tuple[str, ...]:
    """Exhibit pages that the links of paragraphs lead to."""
    links = [link.address for paragraph in paragraphs for link in paragraph.hyperlinks]
    return tuple(page for link in links if (page := exhibit_page_of(link)))


def _claims(texts: Iterable[str]) -> set[str]:
    """The numbers, codes and drugs that texts hold; drugs by generic name."""
    found: set[str] = set()
    for text in texts:
        found.update(TOKEN.findall(text))
        found.update(drug_named(name).generic for name in drug_pattern().findall(text))
    return found


def _doses(text: str) -> set[str]:
    """The dose that a text gives each drug: "topiramate 100"."""
    found = set()
    for drug, said in _by_drug(text):
        if dose := DOSE.search(said):
            found.add(f"{drug} {float(dose['dose']):g}")
    return found


def _numbers_of_drugs(quote: str) -> set[str]:
    """Every number that a quote gives to a drug: up to the next drug, and just before its name."""
    found = {f"{drug} {float(n):g}" for drug, said in _by_drug(quote) for n in PLAIN_NUMBER.findall(said)}
    for name in drug_pattern().finditer(quote):
        generic = drug_named(name.group(0)).generic
        before = quote[max(0, name.start() - BEFORE_NAME) : name.start()]
        found.update(f"{generic} {float(n):g}" for n in PLAIN_NUMBER.findall(before))
    return found


def _by_drug(text: str) -> Iterator[tuple[str, str]]:
    """Each drug with the words from its name to the next drug's."""
    names = list(drug_pattern().finditer(text))
    ends = [*(name.start() for name in names[1:]), len(text)]
    for name, end in zip(names, ends, strict=False):
        yield drug_named(name.group(0)).generic, text[name.end() : end]


def _strings(value: Any) -> Iterator[str]:
    """Everything a value holds, in words, as a letter would print it."""
    if isinstance(value, str):
        yield value
        if ISO_DATE.fullmatch(value):
            yield words.day(value)
    elif isinstance(value, date):
        yield from _strings(value.isoformat())
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield f"{value:g}"
    elif isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _strings(item)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _strings(getattr(value, field.name))
