"""Cited or blocked: a finished letter is read back, and what it says must be supported.

A sentence may hold a number, a date, a drug or a code only when the case file, the policy, the literature, the label
or a finding on an exhibit page that the same sentence cites holds it too; a dose only when the quotes there give that
number to that drug; and words in quotation marks only as they stand on that page. A table row is one sentence. What a
person changed in a letter is also read by the rules that read charts, and must say what the findings on the cited pages
say: the same result of the same instrument, the same count of the same days, the same outcome of the same drug.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from packetgen.chart.decide import BY_HAND
from packetgen.documents.text import PageText
from packetgen.errors import SafetyStop
from packetgen.extraction.dates import DATE
from packetgen.extraction.model import Evidence, Finding, Therapy
from packetgen.extraction.vocabulary import conditions
from packetgen.letters.answers import addresses, not_to_say
from packetgen.letters.claims import claims_in, computed, doses_in, meaning, meaning_of, numbers_of_drugs, strings
from packetgen.letters.label import facts_of, labelled, scale_of
from packetgen.letters.literature import references_for
from packetgen.letters.model import CITED_PAGE, Material
from packetgen.letters.quotes import LEFT_OUT, bare
from packetgen.letters.supply import supply_of
from packetgen.letters.view import exhibits
from packetgen.letters.wordfile import Statement, statements

CITED = re.compile(rf"\((?:{CITED_PAGE.pattern}(?:, )?)+\)|{CITED_PAGE.pattern}|^Ex\.\s[A-Z]+(?=\s)|\[\d+\]")
QUOTED = re.compile(r"“([^”]*)”")
SIGNED_ON = re.compile(rf"^(?:Signature:[\s_]*)?(?:Dated?:?)?\s*(?:{DATE.pattern})\s*$", re.IGNORECASE | re.VERBOSE)


@dataclass(frozen=True)
class _Support:
    """What a letter may say, and what each exhibit page gives to those who cite it."""

    material: Material
    pages: dict[str, set[str]] = field(default_factory=dict)
    meanings: dict[str, set[str]] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)

    @cached_property
    def known(self) -> set[str]:
        """Claims that need no citation: of the case file and the name of the policy."""
        case = self.material.case.model_dump(mode="json", exclude={"folder"})
        pages = str(self.material.packet_pages)
        return claims_in([*strings(case), *strings(self.material.assessment.reference), pages])

    @cached_property
    def sentences(self) -> list[str]:
        """What may be said as it stands: of the policy, the label, the literature, and questions that are open."""
        case = self.material.case
        label, facts = labelled(case), facts_of(case.request.indication)
        said = [criterion.text for criterion in self.material.assessment.criteria]
        said += [
            text
            for reference in references_for(case, self.material.denied_for)
            for text in (reference.says, reference.citation)
        ]
        said += [problem.fix for problem in self.material.problems]
        said += not_to_say()
        said += [*addresses(self.material.denial), *supply_of(case).words]
        return list(filter(None, [*said, label.use, str(label.most or ""), *map(scale_of, facts.measures)]))

    @cached_property
    def diagnoses(self) -> set[str]:
        """The requested diagnosis, by all its names."""
        request = self.material.case.request
        wide = facts_of(request.indication).name  # "chronic migraine" is a migraine
        names = [c.name for c in conditions().conditions if c.indication == request.indication or c.name in wide]
        return {f"diagnosis of {name}" for name in names} | meaning_of(request.icd10)

    @cached_property
    def requested(self) -> str:
        """The dose that the case file requests, as a claim."""
        return f"{self.material.case.request.product} {self.material.case.request.units:g}"


def prove(
    docx: Path, material: Material, machine_made: Collection[Statement] = (), own_words: Collection[str] = ()
) -> None:
    """Raise SafetyStop quoting the first statement of a letter that nothing supports; see `unsupported`."""
    for statement, missing in unsupported(docx, material, machine_made, own_words):
        raise SafetyStop(
            f'the letter says "{statement.text}", and nothing cited there says {", ".join(missing)}',
            where=docx.name,
            fix="Cite the page that says it, or take the statement out.",
        )


def unsupported(
    docx: Path, material: Material, machine_made: Collection[Statement] = (), own_words: Collection[str] = ()
) -> Iterator[tuple[Statement, list[str]]]:
    """The statements of a letter that nothing supports, each with what it claims without support.

    machine_made  the statements of the letter as the program writes it: those that differ are read more strictly;
                  none when the letter is the program's own
    own_words     sentences of the clinic's template itself: letterhead, table heads
    """
    said = statements(docx)
    support = _support(material, {page for statement in said for page in statement.cites})
    for statement in said:
        if statement.text in own_words or SIGNED_ON.match(statement.text):
            continue
        strictly = bool(machine_made) and statement not in machine_made
        if missing := [*_unsupported(statement, support, strictly)]:
            yield statement, sorted(missing)


def _unsupported(statement: Statement, support: _Support, strictly: bool) -> Iterator[str]:
    """What a statement claims and nothing that it cites supports."""
    pages = [page for page in statement.cites if page in support.pages]
    yield from (f"Ex. {page}: there is no such page" for page in statement.cites if page not in support.pages)
    for quotation in QUOTED.findall(statement.text):
        for quoted in quotation.split(LEFT_OUT):
            if not any(bare(quoted) in support.words[page] for page in pages):
                yield f"“{quoted.strip()}”"
    given = [text for text in support.sentences if text in statement.text or statement.text in text]
    plain = QUOTED.sub(" ", CITED.sub(" ", statement.text))
    supported = support.known.union(claims_in(given), *(support.pages[page] for page in pages))
    claims = claims_in([plain]) | (doses_in(plain) - {support.requested})
    missing = claims - supported
    yield from missing - computed(missing, plain, supported)
    if strictly:
        said = support.diagnoses.union(*(support.meanings[page] for page in pages), *map(meaning_of, given))
        yield from meaning_of(plain) - said


def _support(material: Material, cited: Collection[str]) -> _Support:
    """What the cited exhibit pages give; those that a person leaves out of the packet give nothing."""
    support = _Support(material)
    for exhibit in exhibits(material):
        support.pages[exhibit.label] = claims_in(strings(exhibit))
        support.meanings[exhibit.label], support.words[exhibit.label] = set(), ""
    for document in material.documents:
        for page in document.pages:
            name = f"{document.label}-{page.number}"
            if name in cited and name not in material.left_out:
                support.pages[name] = set(support.pages[document.label])
                support.meanings[name] = set()
                support.words[name] = bare(PageText.of(document, page).text)
    for finding in material.findings:
        if places := [place for place in finding.evidence if place.exhibit_page in support.pages]:
            _add_finding(support, finding, places)
    return support


def _add_finding(support: _Support, finding: Finding, places: Iterable[Evidence]) -> None:
    value = tuple(strings(finding.value))
    said = claims_in([*value, *(e.quote for e in finding.evidence), *strings(finding.as_of)])
    by_hand = any(place.rule == BY_HAND for place in finding.evidence)
    if by_hand and isinstance(finding.value, Therapy) and finding.value.dose is not None:
        said |= {f"{finding.value.drug} {finding.value.dose:g}"}  # a person read the dose, whatever the quote says
    for evidence in places:
        support.pages[evidence.exhibit_page] |= said | numbers_of_drugs(evidence.quote)
        support.meanings[evidence.exhibit_page] |= meaning(finding)
        support.words[evidence.exhibit_page] += " " + " ".join(map(bare, (evidence.quote, *value)))
