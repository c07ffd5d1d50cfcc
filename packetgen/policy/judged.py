"""A verdict on one comparison, and how several make one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from packetgen.extraction.model import Evidence
from packetgen.policy.model import Verdict

PLACES = 4
FAINT = "the scan it was read from reads poorly"


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict, why, and the places that show it.

    shown         what the chart shows, in words for the plan; empty when it shows nothing
    open          what to ask for, when something specific is missing
    doubted_rule  the chart meets the rule, but the rule itself is not certain
    attach        documents that prove it only when they go along: of each group of kinds, one
    """

    verdict: Verdict
    why: str
    evidence: tuple[Evidence, ...] = ()
    open: str = ""
    shown: str = ""
    doubted_rule: bool = False
    attach: tuple[tuple[str, ...], ...] = ()


def all_of(parts: Sequence[Judged]) -> Judged:
    """Met when each part is; else the worst verdict."""
    attach = tuple(group for part in parts for group in part.attach)
    return replace(_joined(parts, ("not_met", "missing", "check", "met")), attach=attach)


def any_of(parts: Sequence[Judged]) -> Judged:
    """Met when one part is; else the verdict that is nearest to it."""
    met = [part for part in parts if part.verdict == "met"]
    best = met[0] if met else _joined(parts, ("check", "missing", "not_met"))
    return replace(best, attach=_either([part for part in parts if part.verdict == best.verdict]))


def _either(parts: Sequence[Judged]) -> tuple[tuple[str, ...], ...]:
    """What must go along where any of the parts will do: nothing when one of them needs nothing."""
    if len(parts) == 1 or not all(part.attach for part in parts):
        return parts[0].attach if len(parts) == 1 else ()
    return (tuple(dict.fromkeys(kind for part in parts for group in part.attach for kind in group)),)


def _joined(parts: Sequence[Judged], order: Sequence[Verdict]) -> Judged:
    verdict = next(verdict for verdict in order if any(part.verdict == verdict for part in parts))
    leading = [part for part in parts if part.verdict == verdict]
    return Judged(
        verdict,
        "; ".join(dict.fromkeys(part.why for part in parts)),
        places(evidence for part in (*leading, *parts) for evidence in part.evidence),
        " ".join(dict.fromkeys(part.open for part in leading if part.open)),
        "; ".join(dict.fromkeys(part.shown for part in parts if part.shown)),
    )


def places(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """The places to show, each once, the leading ones only."""
    return tuple(list(dict.fromkeys(evidence))[:PLACES])
