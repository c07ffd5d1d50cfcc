"""Who wrote a document, of what specialty, and whether it is signed. The words are those of knowledge/signatures.yaml.

A specialty counts only where the writer's is told: in the letterhead, by a label, beside the name. A note that sends
its patient to a neurologist is not a neurologist's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from packetgen import yamlfile
from packetgen.documents.text import PageText
from packetgen.extraction.model import Evidence
from packetgen.extraction.place import evidence, lines_of
from packetgen.extraction.vocabulary import Pattern
from packetgen.resources import KNOWLEDGE
from packetgen.yamlfile import Strict

_PART = r"(?:[A-Z][A-Za-zÀ-ÿ'’-]+|[A-Z][a-z]?\.?)"
_CREDENTIAL = (
    r"M\.?D\.?|D\.?O\.?|MBBS|N\.?P\.?(?:-C|-BC)?|FNP(?:-C|-BC)?|AGNP(?:-C)?|APRN|ARNP|CRNP|DNP|PA-?C|P\.?A\.?|O\.?D\.?|PharmD"
    r"|DPT|PT|RN|CNS|PhD"
)
CREDENTIALED = re.compile(rf"(?P<who>{_PART}(?:[ ]{_PART}){{1,3}}),?[ ]+(?:{_CREDENTIAL})\b(?![\w-])")
NAMED = re.compile(
    rf"(?P<last>[A-Z][A-Za-z'’-]+),[ ]?(?P<first>{_PART}(?:[ ][A-Z]\.?)?)(?![a-z])"
    rf"|(?P<who>{_PART}(?:[ ]{_PART}){{1,3}})"
)
TRAILING = re.compile(rf"[ ,]+(?:{_CREDENTIAL})$|[ ]+(?:on|at|Date|Electronically|Signed)\b.*$")
LETTERHEAD = 6  # lines
CLOSING = 12  # lines at the end where a name with its credential is the author's
BESIDE = 2  # lines below a name that tell of it
OTHERS_WITHIN = 60  # characters before a name that make it another's
LABEL = re.compile(r"\b(?:specialty|service|department|dept|clinic)[ ]*[:=][ ]*", re.IGNORECASE)


class SignatureWords(Strict):
    """Words and an example that holds them."""

    words: Pattern
    example: str


class SpecialtyWords(SignatureWords):
    """How a specialty is named."""

    name: str


class Signatures(Strict):
    """knowledge/signatures.yaml."""

    signed: tuple[SignatureWords, ...]
    unsigned: tuple[SignatureWords, ...]
    author: tuple[SignatureWords, ...]
    of_others: tuple[SignatureWords, ...]
    specialties: tuple[SpecialtyWords, ...]


@cache
def signatures() -> Signatures:
    """How documents are signed."""
    return yamlfile.read(KNOWLEDGE / "signatures.yaml", Signatures)


@dataclass(frozen=True, slots=True)
class Written:
    """By whom a document was written, and where it says so. signed: a signature is told, and nothing denies it."""

    author: str | None = None
    specialty: str | None = None
    signed: bool = False
    places: tuple[Evidence, ...] = ()


def written_by(pages: Sequence[PageText]) -> Written:
    """The author, specialty and signature of a document."""
    places: list[Evidence] = []
    denied = any(_words("unsigned").search(page.text) for page in pages)
    signed = next(((page, m) for page in reversed(pages) if (m := _last(_words("signed"), page.text))), None)
    if signed and not denied:
        page, match = signed
        places.append(evidence(page, match.start(), _line_end(page.text, match.end()), "signature"))
    named = next(_authors(pages, signed), None)
    if named:
        page, start, end, _ = named
        places.append(evidence(page, start, end, "author"))
    specialty = _specialty(pages, named)
    if specialty:
        page, match, _ = specialty
        places.append(evidence(page, match.start(), match.end(), "specialty"))
    return Written(
        named[3] if named else None, specialty[2] if specialty else None, bool(signed and not denied), tuple(places)
    )


_Named = tuple[PageText, int, int, str]


def _authors(pages: Sequence[PageText], signed: tuple[PageText, re.Match[str]] | None) -> Iterator[_Named]:
    """The names that a signature, a label, or the end of the document gives, in this order."""
    if signed:
        page, match = signed
        yield from _name_at(page, match.end())
        yield from _name_before(page, match.start())
    for page in pages:
        for match in _words("author").finditer(page.text):
            if not _of_others(page.text, match.start()):
                yield from _name_at(page, match.end())
    for page in reversed(pages):
        lines = list(lines_of(page.text))
        start = lines[-CLOSING][1] if len(lines) > CLOSING else 0
        for match in reversed(list(CREDENTIALED.finditer(page.text, start))):
            if not _of_others(page.text, match.start()):
                yield page, match.start("who"), match.end(), _plain(match["who"])


def _name_at(page: PageText, start: int) -> Iterator[_Named]:
    match = CREDENTIALED.match(page.text, start) or NAMED.match(page.text, start)
    if match is None:
        return
    parts = match.groupdict()
    name = f"{parts['first']} {parts['last']}" if parts.get("last") else _plain(parts["who"])
    if len(name.split()) > 1:
        yield page, match.start(), match.end(), name


def _name_before(page: PageText, end: int) -> Iterator[_Named]:
    """ "Lena Ortiz, MD (electronically signed …)": the name on the line, or on the line before."""
    start = page.text.rfind("\n", 0, max(0, page.text.rfind("\n", 0, end))) + 1
    for match in reversed(list(CREDENTIALED.finditer(page.text, start, end))):
        yield page, match.start("who"), match.end(), _plain(match["who"])


def _plain(name: str) -> str:
    return TRAILING.sub("", " ".join(name.split())).strip(" ,.")


def _of_others(text: str, start: int) -> bool:
    return _words("of_others").search(text, max(0, start - OTHERS_WITHIN), start) is not None


def _specialty(pages: Sequence[PageText], named: _Named | None) -> tuple[PageText, re.Match[str], str] | None:
    """The specialty beside the author's name, after a label, or in the letterhead, in this order."""
    spans: list[tuple[PageText, int, int]] = []
    if named:
        page, start, end, _ = named
        spans.append((page, end, _line_end(page.text, end, BESIDE)))
    for page in pages[:1]:
        spans += [(page, label.end(), _line_end(page.text, label.end())) for label in LABEL.finditer(page.text)]
        spans += [
            (page, offset, offset + len(line))
            for line, offset in list(lines_of(page.text))[:LETTERHEAD]
            if not (line.rstrip().endswith(".") or _words("of_others").search(line.partition(":")[0]))
        ]
    for page, start, end in spans:
        for words in signatures().specialties:
            if match := _compiled(words.words).search(page.text, start, end):
                return page, match, words.name
    return None


def _line_end(text: str, start: int, lines: int = 1) -> int:
    end = start
    for _ in range(lines):
        end = text.find("\n", end)
        if end < 0:
            return len(text)
        end += 1
    return end - 1


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    return next(reversed(list(pattern.finditer(text))), None)


@cache
def _words(name: str) -> re.Pattern[str]:
    entries: tuple[SignatureWords, ...] = getattr(signatures(), name)
    return _compiled("|".join(f"(?:{entry.words})" for entry in entries))


@cache
def _compiled(words: str) -> re.Pattern[str]:
    return re.compile(words, re.IGNORECASE)
