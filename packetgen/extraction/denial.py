"""What a denial letter says: whose, why in the plan's own words, and how and until when it can be answered."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

from packetgen.documents.text import PageText
from packetgen.extraction.dates import dates_in, labelled
from packetgen.extraction.doses import PRODUCT, PRODUCTS
from packetgen.extraction.identity import find_identity
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
from packetgen.extraction.vocabulary import denial_reasons

NUMBER = r"(?: (?:no|number|ID|#))"
REFERENCE = re.compile(
    rf"\b(?:Auth(?:orization)?\.? Ref(?:erence)?|Reference{NUMBER}?|Ref(?:\.|erence)? ?#?|Case{NUMBER}?"
    rf"|Tracking{NUMBER}?|Determination{NUMBER}?|Claim{NUMBER}|Auth(?:orization)?{NUMBER})\b[ ]*[:#.]*[ ]*"
    r"(?P<id>(?=[A-Z0-9-]*\d)[A-Z0-9][A-Z0-9-]{4,})",
    re.IGNORECASE,
)
DECIDED = re.compile(
    r"(?:denied|decision|determination|adverse)[^.\n]{0,40}?(?:as of|on|dated?|effective)[ :]*"
    r"|(?:notice|letter|decision) date[ :]*|date of (?:this )?(?:notice|letter|decision|determination)[ :]*"
    r"|(?<![\w])date:[ ]*",
    re.IGNORECASE,
)
IN_WORDS = {
    "thirty": 30, "forty-five": 45, "sixty": 60, "sixty-five": 65, "ninety": 90, "one hundred eighty": 180,
    "one hundred and eighty": 180, "one hundred twenty": 120,
}  # fmt: skip
_WORDS = "|".join(sorted(IN_WORDS, key=len, reverse=True))
DAYS = re.compile(rf"(?P<words>{_WORDS})?[ ]*\(?(?P<n>\d{{2,3}})?\)?[ ]*(?:calendar |business )?days?\b", re.IGNORECASE)
APPEAL = re.compile(r"\bappeals?\b|redetermination|grievance", re.IGNORECASE)
RECONSIDER = re.compile(r"reconsider|new information|resubmit", re.IGNORECASE)
PEER = re.compile(
    r"peer[- ]to[- ]peer|\bp2p\b|speak (?:with|to) (?:the|our|a) (?:medical director|reviewer|physician)", re.IGNORECASE
)
PHONE = re.compile(r"(?<![\d-])(?:1[- .])?\(?(?P<area>\d{3})?\)?[- .]{0,2}\d{3}[- .]\d{4}(?!\d)")
FAX = re.compile(r"fax(?:ed)?(?: (?:it |this )?to)?(?: number)?[ :#]*", re.IGNORECASE)
PLAN = re.compile(
    r"\b(?:plan|insurance|health|healthcare|choice|care|shield|blue|united|aetna|cigna|humana|medicare|medicaid|assurance)\b",
    re.IGNORECASE,
)
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
    r"|including)\b",
    re.IGNORECASE,
)
TOP_LINES = 6
WINDOW = re.compile(r"within (?P<window>\d{1,2} (?:business |calendar )?(?:days?|hours))", re.IGNORECASE)


def find_denial(pages: Sequence[PageText]) -> list[Finding]:
    """The one denial that a letter is; nothing when it gives no reason."""
    sentences = [passage for page in pages for passage in passages(page)]
    reasons = list(_reasons(sentences))
    if not reasons:
        return []
    whole = "\n".join(page.text for page in pages)
    decided = _decided(whole)
    days = _days(sentences)
    reference = REFERENCE.search(whole)
    product = PRODUCT.search(whole)
    value = Denial(
        payer=_payer(pages[0].text),
        member_id=_member_id(pages),
        reference=reference["id"] if reference else None,
        date=decided,
        reasons=tuple(DenialReason(reason, passage.evidence("denial_reason").quote) for reason, passage in reasons),
        appeal_days=days,
        appeal_deadline=_deadline(decided, days),
        appeal_fax=_number(sentences, APPEAL, fax=True),
        p2p_phone=_number(sentences, PEER, fax=False),
        p2p_window=_window(sentences),
        drug=PRODUCTS[product["product"].lower()] if product else None,
    )
    places: list[Evidence] = [passage.evidence("denial_reason") for _, passage in reasons]
    places += [place for page in pages if reference and (place := _place(page, reference.group(0)))]
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


def _reasons(sentences: Sequence[Passage]) -> Iterator[tuple[DenialReasonName, Passage]]:
    """Each class of reason once, with the first sentence that gives it; a bare list of codes gives none."""
    for rule in denial_reasons().reasons:
        for passage in sentences:
            if re.search(rule.pattern, passage.said, re.IGNORECASE) and not (
                rule.unless and re.search(rule.unless, passage.said, re.IGNORECASE)
            ):
                yield rule.reason, passage
                break


def _payer(text: str) -> str | None:
    """The line of the letterhead that names a plan, as written, in capitals only where it has more than those."""
    for line in [line.strip() for line in text.splitlines() if line.strip()][:TOP_LINES]:
        name = re.split(r"\s{3,}", line)[0].strip(" *-")
        if PLAN.search(name) and not re.search(r"\d", name):
            return name.title() if name.isupper() else name
    return None


def _member_id(pages: Sequence[PageText]) -> str | None:
    for page in pages:
        for finding in find_identity(page):
            if isinstance(finding.value, Identity) and finding.value.member_id:
                return finding.value.member_id
    return None


def _decided(text: str) -> str | None:
    """The day of the decision: the one said of it, else the letter's first full date."""
    said = next((day for _, _, day in labelled(DECIDED, text) if len(day) == 10), None)
    return said or next((day for start, _, day in dates_in(text) if len(day) == 10 and not _birth(text, start)), None)


def _birth(text: str, start: int) -> bool:
    return (
        re.search(r"\b(?:DOB|born|birth)\W*(?:date)?\W*$", text[max(0, start - 16) : start], re.IGNORECASE) is not None
    )


def _days(sentences: Sequence[Passage]) -> int | None:
    """Days to appeal, from the sentence that speaks of an appeal and not of sending more papers."""
    for passage in sentences:
        if APPEAL.search(passage.said) and not RECONSIDER.search(passage.said):
            for match in DAYS.finditer(passage.said):
                if match["n"] or match["words"]:
                    return int(match["n"]) if match["n"] else IN_WORDS[match["words"].lower()]
    return None


def _deadline(decided: str | None, days: int | None) -> str | None:
    """The last day by the letter's own count, from its date; the plan may count from receipt, which is later."""
    if decided is None or days is None or len(decided) != 10:
        return None
    return (date.fromisoformat(decided) + timedelta(days=days)).isoformat()


def _number(sentences: Sequence[Passage], topic: re.Pattern[str], *, fax: bool) -> str | None:
    """The number that the sentence of a topic gives, or the next sentence when it gives none."""
    for index, passage in enumerate(sentences):
        said = topic.search(passage.said)
        if said is None or (topic is APPEAL and RECONSIDER.search(passage.said)):
            continue
        for candidate in sentences[index : index + 2]:
            start = said.end() if candidate is passage else 0
            label = FAX.search(candidate.said, start) if fax else None
            if fax and label is None:
                continue
            number = PHONE.search(candidate.said, label.end() if label else start)
            if number and (fax or not FAX.search(candidate.said[max(0, number.start() - 8) : number.start()])):
                return number.group(0).strip()
    return None


def _window(sentences: Sequence[Passage]) -> str | None:
    for passage in sentences:
        if PEER.search(passage.said) and (window := WINDOW.search(passage.said)):
            return window["window"]
    return None
