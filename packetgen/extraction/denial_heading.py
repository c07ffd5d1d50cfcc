"""What the head of a denial letter or the columns of an explanation of benefits name: plan, member, reference, date."""

from __future__ import annotations

import re
from collections.abc import Iterator

from packetgen.extraction.dates import DATE, dates_in, labelled

_NUMBER = r"(?:[ ]?(?:numbers?|num|no\b\.?|nr\b\.?|ID|#)(?![A-Za-z]))"
_ABOUT = (
    r"(?:Service |Authorization |Prior Authorization |PA |Our |Original |Denial |Appeal )?"
    r"(?:Case|Request|Reference|Ref|Tracking|Determination|Claim|File|Review|Appeal|Decision|Inquiry"
    r"|(?:Pre-?)?Certification|Precert|Auth(?:orization)?|Referral|Notice|Event|Document|UM|PA)"
)
REFERENCE_LABEL = re.compile(
    rf"\b{_ABOUT}(?:/(?:Referral|ref))?\.?{_NUMBER}{{0,2}}\.?(?P<sure>[ ]*[:#]+|[ ]is|(?<=[.#:]))?", re.IGNORECASE
)
REFERENCE = re.compile(r"[ ]*(?P<id>(?=[A-Z/.-]*\d)(?=(?:[A-Z/.-]*\d){4})[A-Z0-9]+(?:[./-][A-Z0-9]+)*)(?![\w/$])")
# "Mosaic ID", "ID", "Member (W123…)" too: on a plan's letter an ID is the member's.
MEMBER_LABEL = re.compile(
    rf"\b(?:(?:Sponsor/)?(?:Member(?:ship)?|Mbr|Enrollee|Beneficiary|Subscriber|Participant|Cardholder|Insured|Recipient"
    r"|Certificate|Cert|Contract|Policyholder|Medicaid|Medicare|Identification|Health plan|Individual|Client|Sponsor)"
    rf"(?:['’]s)?\.?{_NUMBER}{{0,2}}\.?|ID{_NUMBER}?\.?)(?P<sure>[ ]*[:#]+|[ ]is|(?<=[.#]))?",
    re.IGNORECASE,
)
OTHERS_ID = re.compile(
    r"(?:Request|Claim|Case|Reference|Tax|Group|Provider|Prescriber|NPI|File|Service|Rx|Auth\w*|Determination)[ ]?$",
    re.IGNORECASE,
)
_PART = r"[A-Z]{0,5}\d[A-Z0-9]*(?:[./-][A-Z0-9]+)*"
MEMBER = re.compile(
    r"[ ]*(?P<id>(?=(?:[A-Z ./-]*\d){4})(?:[A-Z]{1,6}[ -])?(?:[A-Z]+-)?"
    rf"{_PART}(?:[ ]\d{{1,5}}(?![\d/.-]))*(?:[ ][A-Z](?![\w.,]))?)(?![\w/])"
)
# "Member: Ada Byron (AV-220-118-77)", "RE: Ada Byron, ID …"
BESIDE_MEMBER = re.compile(
    r"\b(?:Member|Enrollee|Patient|Participant|Beneficiary|Subscriber)\b[: ]+[^\n()\d]{4,50}\((?:[A-Za-z]+[ .:#]+)*"
    r"(?=(?:[A-Z ./-]*\d){4})(?P<id>[A-Z0-9][A-Z0-9 -]+)\)"
)
CELL = re.compile(r"\S+(?: \S+)*")
SAID_DATE = (
    re.compile(
        r"\b(?:letter|notice|issue|issued|decision|determination|statement|payment|paid|response|mailing|denial"
        r"|print)[ -]?date\w*[ :]*"
        r"|\bdate[ ](?:of[ ](?:this[ ])?(?:notice|letter|decision|determination|denial|issue)|mailed|issued)[ :]*"
        r"|\b(?:mailed|issued)(?:[ ]on)?[ :]+",
        re.IGNORECASE,
    ),
    re.compile(
        r"\b(?:denied|non-?certified|not authorized)\b(?:[ ](?:this|the|your)(?:[ ]\w+)?)?"
        r"(?:[ ](?:on|as of|dated?))?[ :]*",
        re.IGNORECASE,
    ),
    re.compile(r"(?<![\w] )\bdate\b[ :]*", re.IGNORECASE),
)
NOT_ITS_DATE = re.compile(
    r"(?:DOB|born|birth|received|service|DOS|given|effective|treated|last|request(?:ed)?|on|of|asked|through|from|starting|before|after"
    r"|until|since|by|filled)\W*(?:date|on|of)?\W*$",
    re.IGNORECASE,
)
PLAN = re.compile(
    r"\b(?:plan|insurance|health\w*|choice|care|shield|blue|cross|united|aetna|cigna|humana|medicare|medicaid|assurance|mutual"
    r"|hmo|ppo|fund|trust|administrators?|cooperative|alliance|network|advantage|pharmacy|program|review|solutions"
    r"|consortium|options|benefits?|compensation|medical assistance|medical group)\b",
    re.IGNORECASE,
)
NO_PLAN = re.compile(
    r"\b(?:notice|denial|denied|explanation|determination|decision|coverage|summary|member|patient|subject|dear|provider|enrollee"
    r"|participant|request|claim|policy|utilization"
    r"|approval|authorization|p\.? ?o\.? box|this is not|medical management|director|clinic"
    r"|group:|name|diagnosis|drug|service|department|services|remittance|unit|OMB)\b",
    re.IGNORECASE,
)
SENDER = re.compile(
    r"^\W*(?:(?:facsimile|fax)\W+)?(?:from|plan|issued by|administered by|payer|sent by)\b[ ]*:?[ ]+", re.IGNORECASE
)
AFTER_NAME = re.compile(
    r"[ ]*(?:,[ ]*(?:Inc|LLC|Prior|Util|Claims|Medical|Appeals)|\(|[ ]-+[ ]|\||[ ](?:TO|Fax|Attn|Page)\b:?|[·|]).*$",
    re.IGNORECASE,
)
SPACED_OUT = re.compile(r"^(?:\S ){5,}\S$|^(?:\S[ ]){3,}\S(?:[ ]{2,}(?:\S[ ])*\S)+$")
TOP_LINES = 12


def reference_in(text: str) -> tuple[str, int, int] | None:
    """The plan's number of the case, and where it stands with its label."""
    return _first(text, REFERENCE_LABEL, REFERENCE, None)


def member_id_in(text: str) -> str | None:
    """The member's number with the plan."""
    found = _first(text, MEMBER_LABEL, MEMBER, OTHERS_ID)
    beside = BESIDE_MEMBER.search(text)
    if beside and (found is None or beside.start() < found[1]):
        return beside["id"].strip()
    return found[0] if found else None


def _first(
    text: str, label: re.Pattern[str], value: re.Pattern[str], others: re.Pattern[str] | None
) -> tuple[str, int, int] | None:
    """The first value that a label names, right after it or under it in a column."""
    for match in label.finditer(text):
        if others and others.search(text[max(0, match.start() - 16) : match.start()]):
            continue
        given = value.match(text, match.end()) or _below(text, match, value)
        if given and not DATE.fullmatch(given["id"]):
            return given["id"].strip(), match.start(), given.end("id")
    return None


def _below(text: str, label: re.Match[str], value: re.Pattern[str]) -> re.Match[str] | None:
    """The value in the cell under a column's head."""
    line_start = text.rfind("\n", 0, label.start()) + 1
    line_end = text.find("\n", label.end())
    cell_ends = label.end() == line_end or text[label.end() : label.end() + 2] == "  "
    if line_end < 0 or not cell_ends:
        return None
    below_start = line_end + 1
    below = text[below_start : text.find("\n", below_start) if text.find("\n", below_start) > 0 else len(text)]
    left, right = label.start() - line_start, label.end() - line_start
    for cell in CELL.finditer(below):
        if cell.start() < right and left < cell.end():
            return value.fullmatch(text, below_start + cell.start(), below_start + cell.end())
    return None


def decided_in(text: str) -> str | None:
    """The day of the decision: the one said of it, else the letter's first full date that is of nothing else."""
    for label in SAID_DATE:
        if said := next((day for _, _, day in labelled(label, text) if len(day) == len("2026-01-01")), None):
            return said
    dates = ((start, day) for start, _, day in dates_in(text) if len(day) == len("2026-01-01"))
    return next((day for start, day in dates if not NOT_ITS_DATE.search(text[max(0, start - 24) : start])), None)


def payer_in(text: str) -> str | None:
    """The line of the letterhead that names a plan, as written; in capitals only where it has more than those."""
    lines = [line.strip() for line in text.splitlines() if line.strip()][:TOP_LINES]
    named = [name for line in lines for name in _names(line) if name]
    if not named:
        return None
    return named[0].title().replace(" Of ", " of ").replace(" The ", " the ") if named[0].isupper() else named[0]


def _names(line: str) -> Iterator[str]:
    """What of a line may be a plan's name."""
    if SPACED_OUT.match(line):
        line = "".join(part.replace(" ", "") + " " for part in re.split(r" {2,}", line)).strip()
        yield line
        return
    for cell in re.split(r"\s{3,}|\|", line):
        sender = SENDER.match(cell)
        name = AFTER_NAME.sub("", cell[sender.end() if sender else 0 :]).strip(" *-+:<>")
        told = sender or (PLAN.search(name) and not NO_PLAN.search(name))
        if told and name and not re.search(r"\d|:", name) and len(name.split()) > 1 and not name.endswith("."):
            yield name
