"""What a denial letter says: whose, why in the plan's own words, and how and until when it can be answered."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from packetgen.documents.text import PageText
from packetgen.extraction.denial_heading import decided_in, letter_in, member_id_in, payer_in, reference_in
from packetgen.extraction.denial_rights import Rights, last_day, levels_in, rights_in
from packetgen.extraction.denial_why import reason_unclear, reasons_in
from packetgen.extraction.denial_words import TopicName
from packetgen.extraction.doses import PRODUCT, PRODUCTS
from packetgen.extraction.model import (
    Denial,
    DenialReason,
    Diagnosis,
    Evidence,
    Finding,
    HeadacheFrequency,
    Identity,
    Score,
    Therapy,
    Toxin,
)  # fmt: skip
from packetgen.extraction.place import evidence, passages

TOLD = (Identity, Toxin, Diagnosis, Score, HeadacheFrequency)  # what a letter may tell of its member
# HCPCS level II; a test holds it against knowledge/codes.yaml
BY_CODE = {
    "J0585": "onabotulinumtoxinA", "J0586": "abobotulinumtoxinA", "J0587": "rimabotulinumtoxinB",
    "J0588": "incobotulinumtoxinA", "J0589": "daxibotulinumtoxinA",
}  # fmt: skip
BILLED = re.compile(rf"\b(?:{'|'.join(BY_CODE)})\b")
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
    r"|uphold (?:the|our)|appeal decision|decision on your appeal|not changing (?:our|the)(?: first| earlier)? decision"
    r"|(?:denial|decision) stands\b|(?:keep|maintain)(?:ing)? (?:our|the)(?: first| earlier)? (?:decision|denial)"
    r"|this was your (?:first|last)\b",
    re.IGNORECASE,
)
DENIED = re.compile(
    r"\bnot a bill\b|\b(?:unpaid|cannot be paid|denied|deny(?:ing)?|denial|declined|adverse (?:benefit "
    r"|coverage )?(?:determination|decision)"
    r"|(?:cannot|can not|could not|unable to|not) (?:be )?(?:approved?|certif(?:y|ied)|authorized?|renew(?:ed)?)"
    r"|non-?(?:affirmed|certified|certification|approved|authoriz\w+))\b",
    re.IGNORECASE,
)
ABOUT_APPEALS = re.compile(r"\bappeal|\bif\b|\bnot an?\b", re.IGNORECASE)


def find_denial(pages: Sequence[PageText]) -> list[Finding]:
    """The one denial that a letter is; its reason is unclassified when the words for it are not known."""
    sentences = [passage for page in pages for passage in passages(page)]
    reasons = reasons_in(sentences)
    whole = letter_in([page.text for page in pages])
    denied = [] if reasons else [s for s in sentences if DENIED.search(s.said) and not ABOUT_APPEALS.search(s.said)]
    if not reasons and denied:
        reasons = [("unclassified", reason_unclear(sentences, denied[0]))]
    if not reasons:
        return []
    decided = decided_in(whole)
    reference = reference_in(whole)
    asked = [s for s in sentences if CRITERION.search(s.said)]
    rights = rights_in(whole, decided[:4] if decided else None)
    upheld = UPHELD.search(whole) is not None
    level = _next_level(rights) if upheld else "appeal"
    days = None if level in rights.last else rights.days.get(level)
    window = rights.windows.get("peer_to_peer")
    value = Denial(
        payer=payer_in(whole),
        member_id=member_id_in(whole),
        reference=reference[0] if reference else None,
        date=decided,
        reasons=tuple(DenialReason(reason, passage.evidence("denial_reason").quote) for reason, passage in reasons),
        appeal_days=days,
        appeal_deadline=rights.last.get(level) or last_day(decided, days),
        appeal_fax=rights.faxes.get(level),
        appeal_address=rights.address,
        p2p_phone=rights.phones.get("peer_to_peer"),
        p2p_window=window,
        drug=_drug(whole),
        p2p_deadline=rights.last.get("peer_to_peer"),
        criteria=tuple(s.evidence("criterion").quote for s in asked),
        levels=levels_in(whole),
        expedited=next((s.evidence("expedited").quote for s in sentences if FAST.search(s.said)), None),
        upheld=upheld,
    )
    places: list[Evidence] = [passage.evidence("denial_reason") for _, passage in reasons]
    places += [s.evidence("criterion") for s in asked]
    places += [place for page in pages if reference and (place := _place(page, reference[0]))][:1]
    return [Finding(value, "present", tuple(places), decided)]


def _next_level(rights: Rights) -> TopicName:
    """What may be asked for after an appeal: what the letter gives a time for, or else a fax."""
    timed = {*rights.days, *rights.last}
    order: tuple[TopicName, ...] = ("second", "appeal", "external")
    return next((level for given in (timed, rights.faxes) for level in order if level in given), "appeal")


def _drug(letter: str) -> str | None:
    """The product that a letter names, or the one whose code it gives."""
    named, coded = PRODUCT.search(letter), BILLED.search(letter)
    if named:
        return PRODUCTS[named["product"].lower()]
    return BY_CODE[coded[0]] if coded else None


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
