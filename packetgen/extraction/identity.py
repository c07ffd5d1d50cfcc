"""Whose page is it, as the page says."""

from __future__ import annotations

import re
from collections.abc import Iterator

from packetgen.documents.text import PageText
from packetgen.extraction.dates import DATE, MONTHS, dates_in, iso
from packetgen.extraction.model import Finding, Identity
from packetgen.extraction.numerals import as_digits
from packetgen.extraction.place import evidence

_TITLE = r"(?:(?:Mr|Mrs|Ms|Mx|Miss|Dr)\.?[ ]+)?"
_PART = r"[A-Z][A-Za-zÀ-ÿ'’-]*\.?"
_BETWEEN = r"(?:(?:van|von|der|den|de|la|del|di|da|bin|al|el|ter|dos|du)[ ]+)*"
_LAST = rf"(?:(?:De|La|Las|Los|Del|Della|Di|Da|Dos|Van|Von|Der|Den|Ter|St\.?|San|Al|El|Bin|Le|Du|Mac|O)[ ])*{_PART}"
_NAME = (
    rf"{_BETWEEN}{_LAST}[ ]?,[ ]{{0,2}}{_PART}(?:[ ]{_PART})?"
    rf"|{_TITLE}{_PART}(?:[ ](?:[\"“(‘']\w+[\"”)’'][ ])?{_BETWEEN}{_PART}){{1,4}}"
)
_WHO = (
    r"Patient(?:['’]s)?(?:[ _]+name)?|Pt\.?(?:[ _]+name)?|Name(?:[ ]+of[ ]+patient)?|User|Profile|Child|Veteran|Client"
    r"|Member(?:[ ]+name)?|Subscriber(?:[ ]+name)?|Participant|Enrollee|Beneficiary|Insured|Regarding|Re|About"
)
NAME = re.compile(
    rf"\b(?i:{_WHO})\b"
    rf"(?:[ ]*\([^)\n]{{0,20}}\))?(?:[ ]*[:;_,|=.#-]+[ ]*|[ ]{{2,}}|[ ](?=[A-Z][\w'’-]+,)"
    rf"|(?<=(?i:name))[ ]+)_*\[?(?P<name>{_NAME})"
)
LAST_FIRST = re.compile(
    rf"\b(?i:last|family|sur)[ -]?(?i:name)?[ ]*[:_]+[ ]*_*(?P<last>{_PART})_*[ ,]+(?:[^\n]{{0,12}}[ ])?(?i:first"
    rf"|given)(?:[ ](?i:name))?"
    rf"[ ]*[:_]+[ ]*_*(?P<first>{_PART})"
)
# "Name  ADA  K  BYRON    Today": printed letter by letter into a form
SPREAD = re.compile(
    rf"\b(?i:{_WHO})\b(?:[ ]*[:_]+[ ]*"
    rf"|[ ]{{2,}})(?P<name>[A-Z][A-Z'’-]+(?:[ ]{{1,2}}[A-Z][A-Z'’-]*){{1,3}})(?=[ ]{{3,}}"
    rf"|[ ]*$)",
    re.M,
)
# "My name is Ada Byron", "This is a follow-up on Ada Byron"
IN_PROSE = re.compile(
    rf"\b(?i:my name is|patient(?:['’]s)? name is|patient,|(?:dictation|dictating|follow[- ]?up|consult(?:ation)?"
    rf"|visit|note|letter) (?:on|for|regarding|about))"
    rf"(?i:[ ]+(?:patient|our patient|your patient))?[ ]+(?P<name>{_NAME})"
)
# Dictation without capitals: "follow up on ada byron, date of birth ..."
SPOKEN = re.compile(
    r"\b(?:follow[- ]?up|visit|note|consult(?:ation)?|letter|patient) (?:(?:is|on|for|regarding|name"
    r"|named) ){1,2}(?P<name>[a-z][a-z'-]+(?: [a-z][a-z'-]+){1,2}?)"
    r"(?=,| that's| spelled)[^\n]{0,80}\n?[^\n]{0,20}\b(?:birth|dob|born)\b"
)
# "Headache journal of Ada Byron"
OF_WHOM = re.compile(
    rf"\b(?i:journal|diary|log|calendar|record|chart|notebook|export)[ ]+(?i:of|for)[ ]+(?P<name>{_NAME})"
)
_BIRTH = (
    r"(?:DOB|D\.O\.B\.?|D/O/B|B(?:irth)?[ -]?day|Birth[ -]?date|Date(?: |\n)of(?: |\n)birth"
    r"|(?:Age ?/ ?)?Birth(?=[ .:_]{2})|Born(?: on)?(?: the)?"
    r"|Geb\.?(?=[ ]?[:\d])|BD(?=[ ]?[:\d])|b\.(?=[ ]{0,2}\d))"
)
# A name without a label, on the line of the birth date: "MRN 3310-88-241   Ada Byron   DOB 1961-JUN-03".
NAME_BESIDE_BIRTH = re.compile(
    rf"(?:^[ ]*|[ ]{{2,}}|[|;/:][ ]*)(?P<name>{_NAME})"
    r"(?:,?[ ](?:\([MF]\)|\(?\d{1,3}[ ]?(?:y/?o|yrs?|[MFX])?\)?|[MFX](?:ale|emale)?\b[ ]*\d{0,3})[,;]?){0,2}"
    r"(?:[ ]*[,;(]?[ ]*|[ ]*[|/][ ]*)(?:[^\n]{0,30}?[ |(])?"
    rf"(?i:{_BIRTH}|Member ID|MRN)",
    re.MULTILINE,
)
# "Ada Byron    12/19/1951    acct 550021": the first date beside a name is the birth
NAME_BESIDE_DATE = re.compile(
    rf"(?:^[ ]*|[ ]{{2,}})(?:(?i:pt|patient)[ ]+)?(?P<name>{_NAME})[ ]{{2,}}(?=\d{{1,4}}[/.-]\d{{1,2}}[/.-]\d{{2,4}})",
    re.MULTILINE,
)
BESIDE_NAME = re.compile(r"[ ,|/;]*(?:\(?[MF]\)?[ ,]*)?(?:\d{1,3}[ ]?(?:y/?o|yrs?)?[ ,]+(?!/))?")
GROWN = 3  # years between a birth and the newest date of the page
INSURED = re.compile(
    r"\b(?:insur\w*|plan|payer|carrier|coverage|member|HMO|PPO|Medicaid|Medicare|BCBS|health)\b", re.IGNORECASE
)
PLANS = re.compile(
    r"\b(?:determination|enrollee|appeals?|member services|prior auth\w* (?:approv|den)\w*)\b", re.IGNORECASE
)
NEAR = 60  # characters
NO_NAME = re.compile(
    r"\b(?:outcomes?|reported|flow ?sheet|notice|request"
    r"|prior|determination|appeal|denial|precertification|authorization|clinic|center|centre|health"
    r"|packet|questionnaire|consultation|report|history|hospital|institute|visit|department|group|plan|diagnosis"
    r"|insurance|neurology|urology|dermatology|medicine|page|summary|medical|procedure|note|progress|date|birth|family"
    r"|service|services|associates|partners|pharmacy|records?|review|new|follow|chart|member|provider|dear|headache"
    r"|migraine|botox|information|form|street|st|ave|road|rd|suite|unit|prescription|profile|operative|operation"
    r"|telephone|encounter|phone|fax|exam|seen|dictated|january|february"
    r"|march|july|september|october|november|december|mrn|dob)\b",
    re.IGNORECASE,
)
BIRTH = re.compile(
    rf"(?<![\w.]){_BIRTH}[ ]*(?:\([^)\n]{{0,12}}\))?[ ]*[:;_,|=(.-]*[ ]*_*\[?(?:[A-Za-z\s-]{{0,50}}\((?=\d))?"
    r"(?:\d{1,3}[ ]?(?:y/?o|yrs?)?[ ]?/[ ](?=\d\d?[ ][A-Z]))?(?:is[ ])?",  # "AGE/BIRTH .... 47 / 02 Jul 1978"
    re.IGNORECASE,
)
_NUMBER = r"(?:[ ]*(?:no\b\.?|number|num\.?|nr\.?|ref\b\.?|key\b|ID\b|#))?"
_VALUE = r"(?:(?:\d[ ]){4,9}\d(?![\d/.-])|(?:[A-Z]{1,5}[ ./-]?)?\d[\dA-Z]*(?:[./-][\dA-Z]+|[ ]\d{2,5}(?![\d/.-]))*)"
MRN = re.compile(
    r"(?:(?<![\w/])(?i:(?:Acct/|Account/)?MRN|E?MR(?=[ ]*[#:=]|[ ]+\d)|EMR|EHR|URN|HRN|Med(?:ical|\.)?[ ]+rec(?:ord"
    r"|\.)?|(?:\w-)?Chart"
    r"|(?<!voice )(?<!audio )(?<!job )File(?=[ ]*[:#]|[ ]\d)|Unit record|Record|(?:Unit|Hosp(?:ital|\.)?|Clinic"
    r"|Facility|Local|Our|File|Client|Patient|Pt)"
    r"(?=[ _.]*(?:ID|no|number|#|ref|key)))"
    rf"(?i:{_NUMBER})(?![A-Za-z])[ ]*[:;#=._|]*[ ]*_*|(?i:\b(?:my|portal|record|chart|patient) number is)\s+"
    rf"|(?<=[ ])#[ ]?(?=[A-Z-]{{0,4}}\d{{4}}))"
    rf"\[?(?!\d{{1,2}}/\d{{1,2}}/\d{{2,4}})(?P<mrn>{_VALUE})"
)
BARE_ID = re.compile(rf"(?<![\w/])(?i:ID)[ ]*[:#]*[ ]*(?P<mrn>{_VALUE})")
ACCOUNT = re.compile(r"\b(?i:acct|account)\b\.?(?i:[ ]*(?:no\.?|number|#))?[ ]*[:#]*[ ]*(?P<mrn>\d[\dA-Z-]{3,})")
# "SFM # 902117": a practice's own abbreviation, unless it is one of a number of something else.
OWN_NUMBER = re.compile(
    r"(?<![\w-])(?!(?i:lot|rx|claim|ref|case|fax|auth|pa|npi|dea|page|room|suite|tel|ph|phone|ste|po|icd|cpt|grp"
    r"|group|bin|pcn)\b)"
    r"[A-Z]{2,5}[ ]?(?:#|(?i:number|no\.?)\b:?)[ ]{0,3}(?P<mrn>\d[\dA-Z-]{3,})"
)
MEMBER = re.compile(
    r"\b(?i:(?:Ins(?:urance)?\.? card|Member(?:ship)?|Mbr|Enrollee|Benef(?:iciary)?|Subscriber|Participant"
    r"|Cardholder|Insured|Insurance|Ins\.?(?= ID)"
    r"|Plan|Policy|Medicaid"
    rf"|Medicare|Certificate|Cert)\.?{_NUMBER}(?:[ ]on[ ]card)?|Policyholder(?: ID)?|Identification(?:[ ]+(?:no\.?"
    rf"|number))?|ID ?#"
    rf"|ID no\.?"
    rf"|ID(?=[ :]))(?!\w)[ ]*[:;#_=.|]*[ ]*_*\[?(?P<id>{_VALUE}(?:[ ]\d{{1,5}}(?![\d/.-]))*(?:[ ][A-Z]\b)?)"
)
PATIENTS_OWN = re.compile(
    r"(?:Patient|Pt|Client|Visit|Encounter|EMR|EHR|Chart|Record|Tax|NPI|Provider|Group|Rx|Case)[ ]*$", re.IGNORECASE
)
_ONES = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
ORDINALS = (
    *_ONES, "tenth", "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth",
    "eighteenth", "nineteenth", "twentieth", *(f"twenty {one}" for one in _ONES), "thirtieth", "thirty first",
)  # fmt: skip
SPOKEN_DATE = re.compile(
    rf"\s*(?P<month>{'|'.join(sorted(MONTHS, key=len, reverse=True))}) (?:the )?"
    rf"(?P<day>{'|'.join(sorted(ORDINALS, key=len, reverse=True)).replace(' ', '[ -]')}),?\s+(?P<year>(?:19"
    rf"|20)\d\d|(?:nineteen|twenty|two)(?:[ -][a-z]+){{1,3}})",
    re.IGNORECASE,
)
STOPS = re.compile(r"[ ](?:MRN|DOB|D\.O\.B|DoB|Sex|Date|Age|Visit|ID|MD|DO|NP|PA|RN)\b.*$")
RELATIVE = re.compile(r"\b(?:spouse|wife|husband|proxy|POA|guardian)\b", re.IGNORECASE)
LEAST_OF_A_CHART = 2
LEAST_DIGITS = 4  # of a member's number


# "Member / ID | Ada Byron / SC 5551 20"
PAIRED = re.compile(
    rf"(?i:patient|member|enrollee|insured|subscriber)(?i:[ ]name)?[ ]*/[ ]*(?i:(?:member )?ID)(?i:{_NUMBER})"
    r"[ ]*[:|][ ]*"
    rf"(?P<name>{_NAME})[ ]*/[ ]*(?P<id>{_VALUE}(?:[ ]\d{{1,5}})*)"
)


def find_identity(page: PageText) -> list[Finding]:
    """One finding a page, with the first of each identifier that the page labels."""
    found = list(_identifiers(page))
    if not found:
        return []
    values: dict[str, str] = {}
    for field, value, _, _ in found:
        values.setdefault(field, value)
    start, end = min(f[2] for f in found), max(f[3] for f in found)
    if page.text.count("\n", start, end) > 3:
        end = found[0][3]
        start = found[0][2]
    return [Finding(Identity(**values), "present", (evidence(page, start, end, "identity"),))]


def _identifiers(page: PageText) -> Iterator[tuple[str, str, int, int]]:
    text = page.text
    name_end = None
    if (match := PAIRED.search(text)) and (name := _plain(match["name"])):
        name_end = match.end("name")
        yield "name", name, match.start("name"), name_end
        yield "member_id", match["id"].strip(), match.start("id"), match.end()
    elif match := LAST_FIRST.search(text):
        yield "name", f"{match['first']} {match['last']}", match.start("last"), match.end("first")
    else:
        for pattern in (SPREAD, NAME, NAME_BESIDE_BIRTH, OF_WHOM, NAME_BESIDE_DATE, IN_PROSE, SPOKEN):
            named = ((match, _plain(match["name"])) for match in pattern.finditer(text))
            match, name = next(((match, name) for match, name in named if name), (None, None))
            if match and name:
                name_end = match.end("name")
                yield "name", name, match.start("name"), name_end
                break
    if born := _birth(text, name_end):
        yield "birth_date", *born
    yield from _numbers(text)


def _birth(text: str, name_end: int | None) -> tuple[str, int, int] | None:
    """The date that a label says is a birth; without one, the older date that stands beside the name."""
    for match in BIRTH.finditer(text):
        born = DATE.match(text, match.end())
        if born is None and (spoken := _spoken_birth(text, match.end())):
            return spoken[0], match.start(), spoken[1]
        if RELATIVE.search(text, max(0, match.start() - NEAR), match.start()):
            continue
        if born and (day := iso(born, in_the_past=True)) and len(day) == 10:
            return day, match.start(), born.end()
    beside = BESIDE_NAME.match(text, name_end) if name_end else None
    born = DATE.match(text, beside.end()) if beside else None
    day = iso(born, in_the_past=True) if born else None
    newest = max((found for _, _, found in dates_in(text)), default="")
    if born and day and len(day) == 10 and int(day[:4]) + GROWN <= int(newest[:4] or 0):
        return day, born.start(), born.end()
    return None


def _numbers(text: str) -> Iterator[tuple[str, str, int, int]]:
    """The chart's number and the member's. A bare "ID" is the plan's on its letters and beside its name, else ours."""
    members = [
        match
        for match in MEMBER.finditer(text)
        if sum(c.isdigit() for c in match["id"]) >= LEAST_DIGITS and not PATIENTS_OWN.search(text[: match.start()])
    ]
    members.sort(key=lambda match: bool(BARE_ID.match(text, match.start())))  # "PMS ID: 9931" after "Policy no. GBC-55"
    record = MRN.search(text) or OWN_NUMBER.search(text) or ACCOUNT.search(text)
    if record is None and members and BARE_ID.match(text, members[0].start()):
        start = members[0].start()
        if not INSURED.search(text[max(0, start - NEAR) : start]) and not PLANS.search(text):
            record, members = BARE_ID.match(text, start), members[1:]
    if record and sum(map(str.isdigit, record["mrn"])) >= LEAST_OF_A_CHART:  # not "3" of "3 3 0 9 1 7"
        yield "mrn", _closed_up(record["mrn"].strip()), record.start(), record.end()
    if members:
        yield "member_id", members[0]["id"].strip(), members[0].start(), members[0].end()


def _spoken_birth(text: str, start: int) -> tuple[str, int] | None:
    """A date in words, and its end: "april the ninth nineteen eighty eight"."""
    said = SPOKEN_DATE.match(text, start)
    if said is None:
        return None
    ordinal = ORDINALS.index(said["day"].lower().replace("-", " ")) + 1
    written = DATE.match(f"{said['month']} {ordinal}, {' '.join(as_digits(said['year']).split())}")
    day = iso(written, in_the_past=True) if written else None
    return (day, said.end()) if day else None


def _closed_up(number: str) -> str:
    """ "3 3 0 9 1 7" -> "330917"."""
    return number.replace(" ", "") if re.fullmatch(r"(?:\d )+\d", number) else number


def _plain(name: str) -> str | None:
    """ "Okafor, Denise M" -> "Denise M Okafor"; None when it is no name."""
    name = re.sub(
        r"^(?:(?:Mr|Mrs|Ms|Mx|Miss)\.?|(?i:patient|member"
        r"|enrollee)) +",
        "",
        STOPS.sub("", name),
    ).strip(" .,")
    name = " ".join(re.sub(r"(?:^|(?<= ))[\"“(‘']\w+[\"”)’'](?= )", "", name).split())  # "Bartholomew (Bart) Smith"
    if NO_NAME.search(name):
        return None
    name = name.title() if name.islower() else name
    if "," in name:
        last, _, first = name.partition(",")
        name = f"{first.strip()} {last.strip()}"
    return name if len(name.split()) >= 2 else None
