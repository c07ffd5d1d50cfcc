"""The rules that need but one page, over all pages of all documents, on all cores."""

from __future__ import annotations

from collections.abc import Sequence

from packetgen.children import ChildFailed, cores, each_in_a_child
from packetgen.documents.model import Done, Progress
from packetgen.documents.text import PageText
from packetgen.extraction.diagnoses import find_diagnoses
from packetgen.extraction.frequency import find_frequency
from packetgen.extraction.identity import find_identity
from packetgen.extraction.model import Finding
from packetgen.extraction.responses import find_responses
from packetgen.extraction.safety import find_safety
from packetgen.extraction.scores import find_scores
from packetgen.extraction.therapies import find_therapies
from packetgen.extraction.toxins import find_toxins
from packetgen.limits import BESIDE_MEMORY_BYTES, BESIDE_SECONDS

PAGE_RULES = (find_identity, find_diagnoses, find_frequency, find_scores, find_toxins, find_safety, find_responses)
STRETCH = 12  # pages: fewer are read before a second process has begun
Asked = tuple[PageText, bool]  # a page, and whether its document speaks of headache
Found = tuple[list[Finding], list[Finding]]  # by the rules of a page, and the therapies


def find_by_page(pages: Sequence[Asked], progress: Progress | None = None) -> list[Found]:
    """What each page says. The first pages are read in this process: what the rules know is then loaded for all."""
    tell = progress or (lambda _: None)
    done = min(STRETCH, len(pages)) if cores() > 1 else len(pages)
    found: dict[int, list[Found]] = {0: _found(pages[:done])}
    tell(Done("facts", done, len(pages)))
    starts = range(done, len(pages), STRETCH)
    stretches = [pages[start : start + STRETCH] for start in starts]
    results = each_in_a_child(_found, stretches, seconds=lambda _: BESIDE_SECONDS, memory_bytes=BESIDE_MEMORY_BYTES)
    for index, result in results:
        found[starts[index]] = _found(stretches[index]) if isinstance(result, ChildFailed) else result
        done += len(stretches[index])
        tell(Done("facts", done, len(pages)))
    return [one for start in sorted(found) for one in found[start]]


def _found(pages: Sequence[Asked]) -> list[Found]:
    return [
        ([f for rule in PAGE_RULES for f in rule(page)], find_therapies(page, about_headache=about_headache))
        for page, about_headache in pages
    ]
