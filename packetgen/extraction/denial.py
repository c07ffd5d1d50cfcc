"""What a denial letter says: whose, why in the plan's own words, and how and until when it can be answered."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from packetgen.documents.text import PageText
from packetgen.extraction.denial_heading import decided_in, member_id_in, payer_in, reference_in
from packetgen.extraction.denial_rights import last_day, levels_in, rights_in
from packetgen.extraction.denial_words import denial_reasons
from packetgen.extraction.doses import PRODUCT, PRODUCTS
from packetgen.extraction.model import (
    Denial,
    DenialReason,
    DenialReasonName,
    Diagnosis,
    Evidence,
    Finding,
    HeadacheFrequency,
    Identity,
    Score,
    Therapy,
    Toxin,
)  # fmt: skip
from packetgen.extraction.place import Passage, evidence, passages

TOLD = (Identity, Toxin, Diagnosis, Score, HeadacheFrequency)  # what a letter may tell of its member
OF_THE_MEMBER = re.compile(
    r"\b(?:you|your|he|she|they|the (?:member|patient|records?|notes?|charts?|documentation|office note))\b[^.]{0,80}"
    r"\b(?:took|take[ns]?|tried|stopped|used|did|are|is|was|were|been|shows?|list(?:s|ed)|states?|says?|describes?)\b"
    r"|\b(?:was|were) (?:taken|stopped|tried|used|discontinued)",
    re.IGNORECASE,
)
OF_THE_POLICY = re.compile(
    r"\b(?:policy|criteri\w+|must|requires?|required|at least|preferred|formulary|such as|covers?|covered when"
    r"|approv\w+ when|guidelines?|considered (?:medically|experimental)|alternatives?|one of|two of|for example"
    r"|including|or more (?:headache|migraine)|means|is defined)\b",
    re.IGNORECASE,
)
CRITERION = re.compile(
    r"\b(?:policy|guideline|criteri\w+|plan|rules?)\b[^.]{0,60}\b(?:require|cover|ask|consider|limit|mean|allow)",
    re.IGNORECASE,
)
FAST = re.compile(
    r"\b(?:fast|expedited|urgent)\b[^.]{0,60}\b(?:appeal|reconsider|redeterm|review|request)|\b72 hours|\b72 h\b",
    re.IGNORECASE,
)
UPHELD = re.compile(
    r"\b(?:denial|decision|determination)s? (?:is |was |has been |we )?(?:upheld|affirmed)"
    r"|uphold (?:the|our)|appeal decision|decision on your appeal",
    re.IGNORECASE,
)
CODE = r"\b(?:CO|PR|OA|PI)[- ]?{}\b"
INNER_POINT = re.compile(r"(?<=\w)\.(?=\w)")
FEW_WORDS = 2  # a heading of one class: "Step therapy"


def find_denial(pages: Sequence[PageText]) -> list[Finding]:
    """The one denial that a letter is; nothing when it gives no reason."""
    sentences = [passage for page in pages for passage in passages(page)]
    reasons = sorted(_reasons(sentences) or _coded(sentences), key=lambda found: sentences.index(found[1]))
    if not reasons:
        return []
    whole = "\n".join(page.text for page in pages)
    decided = decided_in(whole)
    reference = reference_in(whole)
    rights = rights_in(whole, decided[:4] if decided else None)
    days = None if "appeal" in rights.last else rights.days.get("appeal")
    window = rights.windows.get("peer_to_peer")
    product = PRODUCT.search(whole)
    value = Denial(
        payer=payer_in(pages[0].text),
        member_id=member_id_in(whole),
        reference=reference[0] if reference else None,
        date=decided,
        reasons=tuple(DenialReason(reason, passage.evidence("denial_reason").quote) for reason, passage in reasons),
        appeal_days=days,
        appeal_deadline=rights.last.get("appeal") or last_day(decided, days),
        appeal_fax=rights.faxes.get("appeal"),
        appeal_address=rights.address,
        p2p_phone=rights.phones.get("peer_to_peer"),
        p2p_window=window,
        drug=PRODUCTS[product["product"].lower()] if product else None,
        p2p_deadline=rights.last.get("peer_to_peer"),
        criteria=tuple(s.evidence("criterion").quote for s in sentences if CRITERION.search(s.said)),
        levels=levels_in(whole),
        expedited=next((s.evidence("expedited").quote for s in sentences if FAST.search(s.said)), None),
        upheld=UPHELD.search(whole) is not None,
    )
    places: list[Evidence] = [passage.evidence("denial_reason") for _, passage in reasons]
    places += [place for page in pages if reference and (place := _place(page, reference[0]))][:1]
    return [Finding(value, "present", tuple(places), decided)]


def told_by_a_plan(findings: Sequence[Finding]) -> list[Finding]:
    """What a plan's letter tells of the member, without what its policy asks for and the drugs that it lists."""
    kept = []
    for finding in findings:
        said = finding.evidence[0].quote if finding.evidence else ""
        if isinstance(finding.value, Therapy):
            if OF_THE_MEMBER.search(said) and not OF_THE_POLICY.search(said) and finding.assertion == "present":
                kept.append(finding)
        elif isinstance(finding.value, Toxin) and finding.value.status == "planned":
            kept.append(replace(finding, value=replace(finding.value, status="requested")))
        elif isinstance(finding.value, TOLD) and not OF_THE_POLICY.search(said):
            kept.append(finding)
    return kept


def _place(page: PageText, text: str) -> Evidence | None:
    start = page.text.find(text)
    return evidence(page, start, start + len(text), "denial_reference") if start >= 0 else None


def _reasons(sentences: Sequence[Passage]) -> list[tuple[DenialReasonName, Passage]]:
    """Each class of reason once, with the first sentence that gives it."""
    taken_back = [re.compile(words.pattern, re.IGNORECASE) for words in denial_reasons().taken_back]
    said = [(sentence, INNER_POINT.sub("·", sentence.said)) for sentence in sentences]
    said = [(sentence, text) for sentence, text in said if not any(words.search(text) for words in taken_back)]
    found = []
    for rule in denial_reasons().reasons:
        for sentence, text in said:
            if re.search(rule.pattern, text, re.IGNORECASE) and not (
                rule.unless and re.search(rule.unless, text, re.IGNORECASE)
            ):
                found.append((rule.reason, sentence))
                break
    return found


def _coded(sentences: Sequence[Passage]) -> list[tuple[DenialReasonName, Passage]]:
    """The same of a letter that gives nothing but adjustment codes."""
    return list(_first_codes(sentences))


def _first_codes(sentences: Sequence[Passage]) -> Iterator[tuple[DenialReasonName, Passage]]:
    for rule in denial_reasons().reasons:
        codes = re.compile(CODE.format(f"(?:{'|'.join(rule.codes)})")) if rule.codes else None
        sentence = next((s for s in sentences if codes and codes.search(s.said)), None)
        if sentence:
            yield rule.reason, sentence
