"""Units of toxin in sentences: which product, given or planned or asked for, and when. Comparisons, vials and what
others were given are left out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from packetgen.documents.text import PageText
from packetgen.extraction.context import RELATIVE
from packetgen.extraction.dates import DATE, iso
from packetgen.extraction.place import Passage
from packetgen.extraction.sections import section_at
from packetgen.extraction.vocabulary import muscle_pattern

Status = Literal["given", "planned", "requested"]

PRODUCTS = {
    "botox": "onabotulinumtoxinA", "onabotulinumtoxina": "onabotulinumtoxinA", "dysport": "abobotulinumtoxinA",
    "abobotulinumtoxina": "abobotulinumtoxinA", "xeomin": "incobotulinumtoxinA",
    "incobotulinumtoxina": "incobotulinumtoxinA", "myobloc": "rimabotulinumtoxinB",
    "rimabotulinumtoxinb": "rimabotulinumtoxinB", "daxxify": "daxibotulinumtoxinA",
    "daxibotulinumtoxina": "daxibotulinumtoxinA", "onabota": "onabotulinumtoxinA", "onabot a": "onabotulinumtoxinA",
    "abobota": "abobotulinumtoxinA", "incobota": "incobotulinumtoxinA", "rimabotb": "rimabotulinumtoxinB",
    "daxibota": "daxibotulinumtoxinA", "daxx": "daxibotulinumtoxinA",
}  # fmt: skip
# HCPCS codes of the products (level II): a record that names no product bills one
BILLED = {
    "J0585": "onabotulinumtoxinA", "J0586": "abobotulinumtoxinA", "J0587": "rimabotulinumtoxinB",
    "J0588": "incobotulinumtoxinA", "J0589": "daxibotulinumtoxinA",
}  # fmt: skip
PRODUCT = re.compile(r"\b(?P<product>" + "|".join(PRODUCTS) + r")\b", re.IGNORECASE)
TOXIN = re.compile(rf"{PRODUCT.pattern.replace('?P<product>', '?:')}|\bbotulinum(?:[ ]toxin)?\b", re.IGNORECASE)
UNITS = re.compile(
    r"(?<![\d.,/-])(?P<units>\d{1,2},\d{3}|\d{1,5}(?:\.\d{1,2})?)[ ]?(?:units?|u)\b"
    r"(?![ ]*(?:no\b|number\b|[-(]?[ ]?(?:single[- ]use |single[- ]dose )?vials?"
    r"|x[ ]?\d+ vials?|per\b(?! (?:session|treatment"
    r"|cycle|visit|PREEMPT|protocol|label|the\b))|/|each\b(?! axilla|:)|in each"
    r"|(?:had been |was |were |is )?(?:reconstituted|diluted|dissolved)"
    r"|,?[ ]*(?:(?:was|were|are|is|of which) )?(?:\w+ly )?(?:unused|waste\w*|discard\w*|left over)"
    r"|from (?:a |the )?(?:second|2nd|third|another|next|new)))",
    re.IGNORECASE,
)
BARE_AFTER_PRODUCT = re.compile(r"[ ](?P<units>\d{2,4})(?=[ ](?:again|today|given)\b)", re.IGNORECASE)
BARE_AFTER_DATE = re.compile(r"[ ]?(?:[-–:][ ]|[ ]\()(?P<units>\d{2,4})(?=[ ]?(?:[;,.)]|$))")
INTERVAL = re.compile(
    r"(?:every|q)[ ]?(?P<weeks>\d{1,2}|twelve|sixteen|ten)[ -]?(?:w|wks?|weeks?)\b"
    r"|(?:next|repeat)[ ](?P<next>\d{1,2}) wk",
    re.IGNORECASE,
)
IN_WORDS = {"ten": 10, "twelve": 12, "sixteen": 16}
ASKED = re.compile(
    r"^\W*(?:drug|service|item|medication|requested(?: \w+)?)\b[^:|]{0,20}[:|]"
    r"|(?<!no )\bPA\b(?! on file| denied)|\bprior auth\w*"
    r"|\bauth(?:orization)?\b(?! on file)|\brequest(?:s|ed|ing)?\b"
    r"|\bput(?:ting)? in for\b|\bask\w* (?:\w+ ){0,3}(?:insur\w+|plan|payer|carrier)"
    r"|\bsubmit\w*|\bask(?:s|ed|ing)?(?: \w+)? for\b(?! (?:you|her|him|help))"
    r"|\bapproval (?:of|for)\b|\bre-?authoriz\w+",
    re.IGNORECASE,
)
PENDING = re.compile(
    r"\bPA\b (?:pending|with|submitted|sent|to\b)|(?:requires?|needs?|await\w*|pending) (?:\w+ )?(?:PA\b"
    r"|prior auth\w*|auth\w*)"
    r"|\bauth\w* request\b|\b(?:will|to|shall|can|must|please) (?:re-?)?(?:request|apply|seek)\b"
    r"(?! (?:records|a copy|notes))"
    r"|\bask(?:ing)? for (?:\w+ )?(?:renewal|re-?auth\w*|continuation|approval|coverage)|\brenewal request\b"
    r"|\bappl(?:y|ying|ied) for (?:\w+ )?(?:auth\w*|coverage|approval|PA)|\bawait\w* (?:\w+ )?(?:approval|insurance)"
    r"|\bPA (?:packet|form|worksheet|file|paperwork)\b|\b(?:waiting on|awaiting|need(?:s|ed)?) (?:\w+ )?records\b"
    r"|\bnon-?formulary (?:consult|request)|\b(?:consult|request) (?:for [^.]{0,60} )?(?:entered|placed|submitted)\b"
    r"|\bPA (?:\w+ )?(?:packet|filed|started|to be filed)\b|\bprior auth\w* (?:was |has been |is being )?started"
    r"|prior auth\w*:? (?:J\d|CPT|code|request|pending|needed|required)|(?<!no )(?:PA|auth\w*) (?:needed|required)"
    r"|request authorization|sending the prior"
    r"|\b(?:submit|send|sending|request|fax)\w* (?:\w+ ){0,3}(?:PA|prior auth\w*|auth\w*)"
    r"|\bauth\w* (?:request )?(?:\w+ )?(?:faxed|sent|submitted|pending|requested)"
    r"|(?<!no )\b(?:PA|prior auth\w*) (?:request )?(?:to|will|sent|needed|sub)\b"
    r"|\bsubmit\w* (?:\w+ ){0,3}(?:PA|prior)",
    re.IGNORECASE,
)
DENIED = re.compile(
    r"\bdenied service|\bnotice of (?:denial|adverse)|\badverse (?:\w+ )?determination"
    r"|\b(?:decision|determination|outcome|status)\W{1,20}(?:denied|non-?certified|not (?:approved|certif|authoriz))",
    re.IGNORECASE,
)
CODE = re.compile(rf"\b(?:{'|'.join(BILLED)})\b")
PLANNED = re.compile(
    r"\b(?:plan(?:s|ned|ning)?(?! (?:on file|cuts|denied))|next|will|start|schedul\w*|recommend\w*|advis\w+|book|again"
    r"|due|repeat|continue|increase|go up|up to)\b",
    re.IGNORECASE,
)
TOLD = r"administered|injected|given|received|treated|switched|today|got|had|session|cycle|was"
GIVEN = re.compile(
    rf"\b(?:{TOLD}|injection|last|previous\w*|prior|were|has|gave|underwent|did|after|since|first|done"
    rf"|in \d{{1,2}}(?:\.\d)? ?(?:mL|cc)|show(?:s"
    rf"|ed)?|(?:ma(?:de|kes|king)|gave|gives|giving) (?:a|up a) total|for a total|comes? to)\b",
    re.IGNORECASE,
)
LATER = re.compile(r"^\W*(?:next|RTC|ROV|RV|return|follow[- ]up|plan|book|repeat)\b", re.IGNORECASE)
SOON = re.compile(r"\b(?:book|next|again about|due)\b", re.IGNORECASE)
TODAY = re.compile(r"\btoday\b(?! with| w/)", re.IGNORECASE)
NO_DOSE_BEFORE = re.compile(
    r"(?:dilut\w+(?: to)?|reconstitut\w+(?: with| to)?|remaining|discard\w*|wast\w*|unused"
    r"|\bper|(?<!\w)[x×@]|sites? of):?\s*$",
    re.IGNORECASE,
)
RANGE_BEFORE = re.compile(r"(?<![/-])\b\d{1,3}(?:\.\d)? ?(?:-|–|to|or) ?$")  # "45-50 U": which of them is not known
# "5 units were injected into the right corrugator", "25 units in 5 sites on the left": one muscle's share
SITE_AFTER = re.compile(
    r",?[ ](?:(?:were|was) )?(?:injected |given |placed )?(?:(?:in|at|over|across) (?:\d{1,2}|two|three|four|five|six) "
    r"(?:sites?|points?|spots?) )?(?:on (?:the )?(?:right|left|each|either|both)\b|each side|in the midline"
    rf"|(?:in|into|to) (?:the |each |either |both )?(?:(?:left|right) )?(?:{muscle_pattern().pattern}))",
    re.IGNORECASE,
)
A_PART = re.compile(r"[^.;]{0,70}= ?\d[\d,.]* ?(?:U\b|units)", re.IGNORECASE)  # "155 U plus 30 U = 185 U"
YEARS = re.compile(r"(?:19|20)\d\d ?(?:-|–|to) ?(?:19|20)?\d\d\b")
YEAR = re.compile(r"\b(?:19|20)\d\d\b(?![ ]?(?:units?|u)\b)", re.IGNORECASE)
# units of another medicine, which a list of medicines has below or beside the toxin
OTHER_UNITS = re.compile(
    r"\b(?:oral(?:ly)?|by mouth|PO|tab(?:let)?s?|cap(?:sule)?s?|softgels?|subcut\w*|SQ|SC|pens?|drops?|sliding scale"
    r"|(?:chole|ergo)calciferol|vit(?:amin)?|insulin|heparin|enoxaparin|nystatin|penicillin|epo\w+|hyaluronidase"
    r"|(?:units?|u|iu),? (?:daily|nightly|weekly|a day|per day|once|twice|[bt]id|q(?:d|hs|am|pm)|at (?:bed|night)\w*)"
    r")\b",
    re.IGNORECASE,
)
EARLIER = re.compile(r"^\W*(?:previous|prior|last|earlier)\b", re.IGNORECASE)
NOT_A_DOSE = re.compile(
    r"\b(?:may go|maximum|max\b|declined|criteria|label(?:ed|ing)?|not labeled|quoted|told (?:her|him"
    r"|them)(?! (?:that )?(?:I|we) (?:would like|want|plan|will))|not (?:requesting|requested|asking)|limit"
    r"|ceiling|more or less"
    r"|(?<!no )less than|bigger|not \"?less|compar\w+|convert\w*|exchanged|equivalent|ratio|average"
    r"|usual dose"
    r"|we use for|template|asked (?:about|for)(?! ?:)|would be|could|if (?:the|this|not|no|plan)"
    r"|should (?:xeomin|botox|this)"
    r"|(?:may|would|can|could) be (?:approved|covered)|if requested|permits?|allows? (?:up )?to"
    r"|may be needed|under-?correct\w*|cancel\w*|no show|not done|nothing injected|copied)\b",
    re.IGNORECASE,
)
COSMETIC = re.compile(
    r"\b(?:cosmetic\w*|wrinkles?|glabella\w*|crow'?s feet|forehead (?:lines|botox)|med(?:ical)? ?spa|for lines|spa)\b",
    re.IGNORECASE,
)
BESIDE = 12  # characters between a product and its dose
BEFORE_DATE, AFTER_DATE = 28, 22  # characters between a dose and its date


@dataclass(frozen=True, slots=True)
class Dose:
    """Units that a passage tells of. passage.said[start:end] is the number; day: ISO or None."""

    passage: Passage
    product: str
    units: float
    status: Status
    day: str | None
    weeks: float | None
    start: int
    end: int


def doses(page: PageText, found: Sequence[Passage], only: str | None) -> Iterator[Dose]:
    """Every dose of a page in reading order; only: the one product that the page names, if it is one."""
    carried = only
    on_one_line = " ".join(page.text.split())
    pending = (PENDING.search(on_one_line) or DENIED.search(on_one_line)) is not None
    for index, passage in enumerate(found):
        said = passage.said
        names = list(PRODUCT.finditer(said))
        named = {PRODUCTS[name["product"].lower()] for name in names}
        section = section_at(page, passage.start)
        if section not in ("education", "family"):
            planned = section == "plan" and not any(
                TODAY.search(near.said) for near in found[max(0, index - 3) : index + 1]
            )
            above = found[index - 1].said if index else ""
            asked = above.endswith("?") and ASKED.search(above) is not None
            yield from _of(passage, names, carried, planned=planned, pending=pending, asked=asked)
        if named:
            carried = next(iter(named)) if len(named) == 1 else None


def _of(
    passage: Passage,
    names: Sequence[re.Match[str]],
    carried: str | None,
    *,
    planned: bool,
    pending: bool,
    asked: bool,
) -> Iterator[Dose]:
    """The doses of a passage. asked: whether the question above it asks for what is requested."""
    said = passage.said
    found = [*UNITS.finditer(said)]
    found += [m for name in names if (m := BARE_AFTER_PRODUCT.match(said, name.end()))]
    found += _after_dates(said, names, carried)
    dated_before = bool(found) and _date_before(said, found[0].start(), 0) is not None
    for index, match in enumerate(found):
        first = found[index - 1].end() if index else 0
        last = found[index + 1].start() if index + 1 < len(found) else len(said)
        clause = _clause(said, match.start())
        if NOT_A_DOSE.search(clause) or RELATIVE.search(clause) or _is_a_site(said, match, names):
            continue
        if not PRODUCT.search(clause) and OTHER_UNITS.search(clause):
            continue
        product = _product(names, match, carried)
        if product is None or RANGE_BEFORE.search(said[: match.start()]):
            continue
        day = _date_before(said, match.start(), first) if dated_before else _date_after(said, match.end(), last)
        status = "requested" if asked else _status(clause, said, day, match, planned=planned, pending=pending)
        if status is None:
            continue
        yield Dose(
            passage,
            f"{product} (cosmetic)" if COSMETIC.search(clause) else product,
            float(match["units"].replace(",", "")),
            status,
            day,
            interval_weeks(said),
            match.start(),
            match.end(),
        )


def _after_dates(said: str, names: Sequence[re.Match[str]], carried: str | None) -> list[re.Match[str]]:
    """ "Prior: 09/11/2025 - 180; 06/12/2025 - 155": numbers right after dates, in a list of earlier sessions."""
    if not (names or (carried and EARLIER.search(said))):
        return []
    return [m for date in DATE.finditer(said) if (m := BARE_AFTER_DATE.match(said, date.end()))]


def interval_weeks(text: str) -> float | None:
    """The first interval that a text tells, in weeks."""
    match = INTERVAL.search(text)
    weeks = (match["weeks"] or match["next"]).lower() if match else None
    return float(IN_WORDS.get(weeks, 0) or weeks) if weeks else None


def _clause(said: str, at: int) -> str:
    """The sentence around an offset; a semicolon ends it too."""
    breaks = [m.end() for m in re.finditer(r"(?<=[a-z0-9)\"])[.;](?=\s|$)", said)]
    start = max((b for b in breaks if b <= at), default=0)
    end = min((b for b in breaks if b > at), default=len(said))
    return said[start:end]


def _is_a_site(said: str, units: re.Match[str], products: Sequence[re.Match[str]]) -> bool:
    """Units of one muscle, not of the treatment: the muscle's name stands right before them, or "each"."""
    before = said[max(0, units.start() - 45) : units.start()]
    named = list(muscle_pattern().finditer(before))
    near = bool(named) and not re.search(r"[.;,=()]|\bwith\b", before[named[-1].end() :])
    after = said[units.end() : units.end() + 24]
    if NO_DOSE_BEFORE.search(before) or A_PART.match(said, units.end()) or "copied" in said.lower():
        return True
    beside = any(
        0 <= units.start() - product.end() <= BESIDE and not re.search(r"\d", said[product.end() : units.start()])
        for product in products
    )
    if beside and not re.match(r"\s*each\b", after):
        return False  # "Botox 5 units into left medial rectus" is the treatment
    return (
        near
        or (SITE_AFTER.match(said, units.end()) is not None and len(UNITS.findall(said)) > 1)
        or re.match(
            r"\s*(?:\(\d+ ?(?:sites?|inj\w*|spots|points|x)|each\b(?!:)|(?:in|to|into) (?:the )?(?:right|left|each)"
            r"|per\b(?! (?:session|treatment|cycle|visit|PREEMPT|protocol|label|the\b))|\(?1 site)",
            after,
        )
        is not None
    )


def _product(names: Sequence[re.Match[str]], units: re.Match[str], carried: str | None) -> str | None:
    before = [name for name in names if name.end() <= units.start()]
    after = [name for name in names if name.start() >= units.end()]
    if after and after[0].start() - units.end() <= 12:  # "50 units of Dysport"
        return PRODUCTS[after[0]["product"].lower()]
    if before:
        return PRODUCTS[before[-1]["product"].lower()]
    if after:
        return PRODUCTS[after[0]["product"].lower()]
    return carried


def _date_before(said: str, at: int, first: int) -> str | None:
    found = [
        m
        for m in DATE.finditer(said, first, at)
        if at - m.end() <= BEFORE_DATE and "." not in said[m.end() : at].strip(". ")
    ]
    return iso(found[-1]) if found else None


def _date_after(said: str, at: int, last: int) -> str | None:
    match = DATE.search(said, at, last)
    if match is None or match.start() - at > AFTER_DATE or re.search(r"[.;]\s", said[at : match.start()]):
        return None
    return iso(match)


def _status(
    clause: str, said: str, day: str | None, units: re.Match[str], *, planned: bool, pending: bool
) -> Status | None:
    later = LATER.search(said) or LATER.search(clause) or SOON.search(clause)
    if day and (EARLIER.search(said) or YEARS.search(said[: units.start()])):
        return "given"
    if YEARS.match(said.lstrip(" -•*")):
        return "given"
    if ASKED.search(clause) and not (day and GIVEN.search(clause)):
        return "requested"
    if later:
        return "requested" if planned and pending else "planned"
    if day:
        return "given"
    if planned:
        return "requested" if pending else "planned"
    if GIVEN.search(clause):
        return "given"
    if PLANNED.search(clause) or INTERVAL.search(clause):
        return "requested" if pending else "planned"
    if pending and CODE.search(clause):
        return "requested"
    return "given" if YEAR.search(clause) else None
