"""What the head of a denial letter or the columns of an explanation of benefits name: plan, member, reference, date."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from packetgen.extraction.dates import DATE, dates_in, labelled

_NUMBER = r"(?:[ ]?(?:numbers?|num|no\b\.?|nr\b\.?|[Il1]D|#)(?![A-Za-z]))"
_IN_SPANISH = r"(?:[ ]?/[ ]?[A-Za-zÀ-ÿ]+\.?(?:[ ][A-Za-zÀ-ÿ]+){0,3}(?=[ ]?:))"


def _reference_label(of: str) -> re.Pattern[str]:
    whose = r"(?:Service |Authorization |Prior Authorization |Prior |PA |Our |Original |Denial |Appeal )?"
    number = rf"\.?{_NUMBER}{{0,2}}\.?{_IN_SPANISH}?(?P<sure>[ ]*[:#]+|[ ]is|(?<=[.#:]))?"
    return re.compile(rf"\b{whose}(?:{of})(?![A-Za-z0-9])(?:/[A-Za-z]+)?(?:[ ]identification)?{number}", re.IGNORECASE)


# A claim's number names the case only where the letter has no other, or is about a payment.
REFERENCE_LABELS = (
    _reference_label(
        r"Case|Request|Reference|Ref|Tracking|(?:Pre-?)?Determination|File|Review|Appeal|Decision|Inquiry"
        r"|(?:Pre-?)?Certification|Precert|Auth(?:orization)?|(?<!OMB )Approval|Referral|Notice|Event|Document"
        r"|(?:UM|UR|PA|UTN)(?=[ ]?(?:ID|no|num|#|:|ref|case|req))"
    ),
    _reference_label(r"Claim(?: control)?|CLM|ICN"),
)
OF_A_CLAIM = re.compile(
    r"\bexplanation of (?:benefits|payment)|\bremittance\b|\bclaim (?:payment|denial)|\bclaims? correspondence",
    re.IGNORECASE,
)
BARE_REFERENCE = re.compile(r"(?<![\w-])(?P<id>(?:PA|UM|AUTH|REF|CASE|REQ)-[A-Z]?\d{4,}(?:-\d+)*)(?![\w-])")
# "your request of November 9 (PBH-A-118033)", "we gave it the number W26-30077", "TR-118-0427 (tracking)"
_A_NUMBER = r"(?=[A-Z/.-]*\d)(?=(?:[A-Z/.-]*\d){4})(?P<id>[A-Z0-9]+(?:[./-][A-Z0-9]+)*)"
BESIDE_REQUEST = (
    re.compile(rf"\b(?:request|claim|case|authorization)\b[^()]{{0,40}}\({_A_NUMBER}\)"),
    re.compile(rf"\b(?:gave|given|has|have|under|quote)\b[^.]{{0,40}}\b(?:the|our) (?:number|reference)\s+{_A_NUMBER}"),
    re.compile(rf"(?<![\w-]){_A_NUMBER}[ ]\((?:tracking|reference|case|auth\w*|request)\b"),
)
# What a call, a fax or a screen is numbered by is no number of the case.
NOT_THE_CASE = re.compile(
    r"(?:Call(?:er)?|Job|Session|Batch|Fax|Portal(?: session)?|Confirmation|Trace|Letter|Check|Invoice|Account|Policy"
    r"|Message)[ ]?$",
    re.IGNORECASE,
)
REFERENCE = re.compile(
    r"[ ]*(?P<id>[A-Z]{2,4} \d{2,4}(?: \d{2,5})+"
    r"|(?=[A-Z/.-]*\d)(?=(?:[A-Z/.-]*\d){4})[A-Z0-9]+(?:[./-][A-Z0-9]+)*)(?![\w/$])"
)
# "Mosaic ID", "ID", "Member (W123…)" too: on a plan's letter an ID is the member's.
MEMBER_LABEL = re.compile(
    rf"\b(?:(?:Sponsor/)?(?:Member(?:ship)?|Mbr|Enrollee|Beneficiary|Subscriber|Participant|Cardholder|Insured"
    rf"|Recipient"
    r"|Certificate|Cert|Card|Contract|Policyholder|Medicaid|Medicare|Identification|Health plan|Individual|Client"
    r"|Sponsor|Benefits)"
    rf"(?:['’]s)?\.?{_NUMBER}{{0,2}}\.?{_IN_SPANISH}?|ID{_NUMBER}?\.?"
    rf"|(?-i:\b(?!NPI|TIN|DEA|NDC|CPT|UM|PA|RX|UR)[A-Z]{{3,6}}[ ]number))(?P<sure>[ ]*[:#]+|[ ]is|(?<=[.#]))?",
    re.IGNORECASE,
)
OTHERS_ID = re.compile(
    r"(?:Request|Claim|Case|Reference|Tax|Group|Provider|Prescriber|NPI|File|Service|Rx|Auth\w*|Determination"
    r"|Review|Event|Notice|Tracking|Document|Inquiry|Appeal|UR|PA|UM|Job|Letter|Payer|Session|Batch|Form|Employer"
    r"|Call|Plan(?<!Health plan)|Account|Check|EFT)[ ]?$",
    re.IGNORECASE,
)
_PART = r"[A-Z]{0,5}\d[A-Z0-9]*(?:[./-][A-Z0-9]+)*"
MEMBER = re.compile(
    r"[ ]*(?P<id>(?=(?:[A-Z ./-]*\d){4})(?:[A-Z]{1,6}[ /-])?(?:[A-Z]+-)?"
    rf"{_PART}(?:[ ]\d{{1,5}}(?![\d/.-]))*(?:[ ][A-Z](?![\w.,]))?)(?![\w/])"
)
# "Member: Ada Byron (AV-220-118-77)", "RE: Ada Byron, ID …"
BESIDE_MEMBER = re.compile(
    r"\b(?:Member|Enrollee|[Pp]atient|Participant|Beneficiary|Subscriber)\b[: ]+[^()\d]{4,50}\((?:[A-Za-z]+[ .:#]+)*"
    r"(?=(?:[A-Z ./-]*\d){4})(?P<id>[A-Z0-9][A-Z0-9 -]+)\)"
)
# "Member: Ada Byron, AV-220-118-77"
AFTER_MEMBER = re.compile(
    r"\b(?:Member|Enrollee|Patient|Participant|Beneficiary|Subscriber|Insured)(?:[ ]name)?(?:/ID)?\b[:. ]+"
    r"[^\n()\d,:/]{4,40}"
    r"(?:,[ ]|[ ]{2,}|[ ]?[-–|/][ ])(?:(?:ID|identification|member)(?:[ ](?:no\.?|number|ID))?[ :#.]*)?",
    re.IGNORECASE,
)
# "About: Ada Byron | AV-220-118-77"
AFTER_NAMED = re.compile(
    r"\b(?:About|RE|Re|Regarding):?[ ]+(?:[A-Z][\w'’-]+[ ]){1,3}[A-Z][\w'’-]+(?:,[ ]|[ ]{2,}|[ ]?[-–|][ ])"
)
# "Re BVC-1180-77 Ada Byron"
BEFORE_NAME = re.compile(r"\b(?:About|RE|Re|Regarding|Pt|Patient|Member):?[ ]+(?=\S+[ ]+[A-Z][a-z]+[ ]+[A-Z][a-z]+)")
LEADERS = re.compile(r"(?<![.])\.{3,}")
COMPACT = re.compile(r"(?<=DATE )(20\d\d)(\d\d)(\d\d)\b")
CELL = re.compile(r"\S+(?: \S+)*")
SAID_DATE = (
    re.compile(
        r"\b(?:letter|notice|issue|issued|decision|determination|statement|payment|paid|response|mailing|denial"
        r"|remit|production|status|outcome)[ -]?date\w*[ :]*"
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
    r"\b(?:DOB|born|birth|injury|accident|loss|onset|received|service|DOS|given|effective|treated|last|request(?:ed)?|on|of|asked|through"
    r"|from|starting|before|after"
    r"|until|since|by|filled|printed|called?)\W*(?:date|on|of)?\W*$",
    re.IGNORECASE,
)
PLAN = re.compile(
    r"\b(?:plan|insurance|health\w*|choice|care|shield|blue|cross|united|aetna|cigna|humana|medicare|medicaid"
    r"|assurance|mutual"
    r"|hmo|ppo|fund|trust|administrators?|cooperative|alliance|network|advantage|pharmacy|program|review|solutions"
    r"|consortium|options|rx|scripts|casualty|indemnity|coalition|employers|benefits?|compensation"
    r"|medical assistance|medical group)\b",
    re.IGNORECASE,
)
NO_PLAN = re.compile(
    r"\b(?:notice|denial|denied|explanation|determination|decision|coverage|summary|member|patient|subject|dear"
    r"|provider|enrollee"
    r"|participant|request|claim|policy|utilization"
    r"|approval|authorization|p\.? ?o\.? box|this is not|medical management|director|clinic"
    r"|group:|name|diagnosis|drug|service|department|services|remittance|unit|OMB)\b",
    re.IGNORECASE,
)
SENDER = re.compile(
    r"^before[ ](?:the[ ])?|^\W*(?:administered by\b.*|.*\bon behalf) (?:of|for)(?: the)?[ ]+"
    r"|^\W*(?:(?:facsimile|fax)\W+)?(?:from|(?:health[ ])?(?:plan|insurer)(?=[ ]*:)|issued by|administered by|payer"
    r"|sent by|claims administrator(?=[ ]*:)|(?:\w+[ ])?contractor)\b[ ]*:?[ ]+"
    r"|^.*\basked[ ](?=(?-i:[A-Z]))",
    re.IGNORECASE,
)
AFTER_NAME = re.compile(
    r"[ ]*(?:,[ ]*(?:Inc|LLC|Prior|Util|Claims|Clinical|Medical|Appeals|pharmacy|dep(?:t|artment))|\("
    r"|,[ ][A-Z][a-z]+(?:[ ][A-Z][a-z]+)?,[ ](?:[A-Z]{2}|[A-Z][a-z]+)$|[ ](?:Provider |Member )?Portal\b|[ ][-–—]+[ ]"
    r"|\||[ ](?:TO|UM|Fax|Attn|Page)\b:?|[ ]to[ ]|[·|]).*$",
    re.IGNORECASE,
)
SPACED_OUT = re.compile(r"^(?:\S ){5,}\S$|^(?:\S[ ]){3,}\S(?:[ ]{2,}(?:\S[ ])*\S)+$")
FOR_ANOTHER = re.compile(r"(?:.*\b)?on behalf of\b|(?:health )?(?:plan|insurer)[ ]*:", re.IGNORECASE)
RUNS_ON = re.compile(r"\b(for|for the|of)\n\s*")  # "Administered by A for the" goes on in the next line
TOP_LINES = 12
NO_NAME = re.compile(r"\d|:|^(?:your|our|we|you|it|this|that|if|what|why|how)\b", re.IGNORECASE)
ENDED = re.compile(r"(?<!\bCo)(?<!\bInc)\.$")
MOST_WORDS = 9  # of a plan's name
# "Mail: Larkspur Rx Medicare (PDP), Redeterminations, PO Box 2209": the plan of a letter that has no letterhead.
ADDRESSEE = re.compile(
    r"(?:\b(?i:mail|write|send|address)\w*(?:[ ](?:it|this|to|us))*[: ]+|^|[.;:][ ])"
    r"(?P<name>[A-Z][\w&'-]*(?:[ ](?:of|the|and|&|[A-Z][\w&'-]*)){1,5})(?:[ ]\([A-Z]+\))?,?"
    r"[ ](?:Member |Clinical |Grievances? (?:and|&) )?(?:Appeals?|Redeterminations?|Reconsiderations?|Grievances?)\b",
    re.MULTILINE,
)


COVER = [
    re.compile(word, re.IGNORECASE) for word in (r"\bf ?a ?x\b|\bfacsimile\b", r"\bto:", r"\bfrom:", r"\bpages?\b")
]
NO_COVER = re.compile(r"\bappeals?\b|\bdenied\b|\bcriteria\b|\bnecess(?:ary|ity)\b|\bmember\b", re.IGNORECASE)
RULE_LINE = re.compile(r"^[ ]*[-=_*]{10,}[ ]*$", re.MULTILINE)
ACTING = re.compile(  # "I'm calling from Alder Health", "Alder Health has reviewed your request"
    r"\bfrom (?P<name>[A-Z][\w&'-]*(?:[ ][A-Z][\w&'-]*){1,4})(?=[ ,.])"
    r"|(?P<reviewer>[A-Z][\w&'-]*(?:[ ][A-Z][\w&'-]*){1,4}) (?:has|have) (?:reviewed|received|decided|denied)\b"
)


def letter_in(pages: Sequence[str]) -> str:
    """The letter without a fax cover before it, which may be a page or end at a ruled line, and without leader dots."""
    head, *rest = RULE_LINE.split(pages[0], maxsplit=1)
    letter = "\n".join([*rest, *pages[1:]])
    if not _is_cover(head) or decided_in(letter) is None:
        letter = "\n".join(pages)
    return LEADERS.sub(lambda dots: " " * len(dots[0]), letter)


def _is_cover(text: str) -> bool:
    return all(word.search(text) for word in COVER) and NO_COVER.search(text) is None


def reference_in(text: str) -> tuple[str, int, int] | None:
    """The plan's number of the case, and where it stands with its label."""
    labels = reversed(REFERENCE_LABELS) if OF_A_CLAIM.search(text) else REFERENCE_LABELS
    found = (_first(text, label, REFERENCE, NOT_THE_CASE) for label in labels)
    bare = next(filter(None, (written.search(text) for written in (BARE_REFERENCE, *BESIDE_REQUEST))), None)
    return next(filter(None, found), None) or (bare and (bare["id"], bare.start(), bare.end()))


def member_id_in(text: str) -> str | None:
    """The member's number with the plan."""
    found = _first(text, MEMBER_LABEL, MEMBER, OTHERS_ID)
    beside = BESIDE_MEMBER.search(text)
    if beside and (found is None or beside.start() < found[1]):
        return beside["id"].strip()
    told = (found, *(_first(text, near, MEMBER, OTHERS_ID) for near in (AFTER_MEMBER, AFTER_NAMED, BEFORE_NAME)))
    found = next(filter(None, told), None)
    return found[0] if found else None


def _first(
    text: str, label: re.Pattern[str], value: re.Pattern[str], others: re.Pattern[str]
) -> tuple[str, int, int] | None:
    """The first value that a label names, right after it or under it in a column."""
    for match in label.finditer(text):
        if others.search(text[max(0, match.start() - 16) : match.start()]):
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
    text = COMPACT.sub(r"\1-\2-\3", text)
    for label in SAID_DATE:
        if said := next((day for _, _, day in labelled(label, text) if len(day) == len("2026-01-01")), None):
            return said
    dates = ((start, day) for start, _, day in dates_in(text) if len(day) == len("2026-01-01"))
    return next((day for start, day in dates if not NOT_ITS_DATE.search(text[max(0, start - 24) : start])), None)


def payer_in(text: str) -> str | None:
    """The line of the letterhead that names a plan, as written; in capitals only where it has more than those."""
    lines = [line.strip() for line in RUNS_ON.sub(r"\1 ", text).splitlines() if line.strip()][:TOP_LINES]
    lines.sort(key=lambda line: not ((plan := FOR_ANOTHER.match(line)) and PLAN.search(line, plan.end())))
    named = [name for line in lines for name in _names(line) if name]
    if not named:
        flat = " ".join(text.split())
        told = [m[m.lastgroup or 0] for m in (*ADDRESSEE.finditer(flat), *ACTING.finditer(flat))]
        return next((name for name in told if PLAN.search(name)), None)
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
        if (
            told
            and name
            and not NO_NAME.search(name)
            and 1 < len(name.split()) <= MOST_WORDS
            and not ENDED.search(name)
        ):
            yield name
