"""How a clinic's requests fare: by plan, without patients. Counted over events that stand."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from xml.sax.saxutils import escape

from packetgen.tracking.due import Followed
from packetgen.tracking.events import Event, stage_of

HEADINGS = (
    "plan", "sent", "waiting", "approved", "denied", "approval rate", "days to decision", "appeals approved",
    "appeals denied", "calls", "hours on the phone", "reasons of denial",
)  # fmt: skip
ALL = "all plans"


@dataclass(frozen=True, slots=True)
class Decided:
    """A request or an appeal with its answer.

    days     from sending to the date of the first letter; None: the sending is not logged
    reasons  of a denial, also when it was turned into an approval
    """

    appeal: bool
    approved: bool
    days: int | None
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a plan.

    approval_rate     of decided first requests; None while none is decided
    days              median from sending a request to its decision
    hours             on the phone, where minutes were logged
    """

    payer: str
    sent: int
    waiting: int
    approved: int
    denied: int
    approval_rate: float | None
    days: float | None
    appeals_approved: int
    appeals_denied: int
    calls: int
    hours: float
    reasons: tuple[tuple[str, int], ...]

    def cells(self) -> tuple[str, ...]:
        """As a row of text under HEADINGS."""
        rate = "" if self.approval_rate is None else f"{self.approval_rate:.0%}"
        days = "" if self.days is None else f"{self.days:g}"
        counts = (self.appeals_approved, self.appeals_denied, self.calls)
        reasons = ", ".join(f"{reason.replace('_', ' ')} {count}" for reason, count in self.reasons)
        return (self.payer, *map(str, (self.sent, self.waiting, self.approved, self.denied)), rate, days,
                *map(str, counts), f"{self.hours:.1f}", reasons)  # fmt: skip


def figures(cases: Sequence[Followed]) -> tuple[Figures, ...]:
    """The figures of each plan with which something was logged, by its id, and those of all."""
    told = [one for one in cases if one.events]
    payers = sorted({one.case.insurance.payer for one in told})
    rows = [_figures(payer, [one for one in told if one.case.insurance.payer == payer]) for payer in payers]
    return (*rows, _figures(ALL, told))


def _figures(payer: str, cases: Sequence[Followed]) -> Figures:
    decided = [decision for one in cases for decision in decisions(one.events)]
    first = [decision for decision in decided if not decision.appeal]
    appeals = [decision for decision in decided if decision.appeal]
    events = [event for one in cases for event in one.events]
    days = [decision.days for decision in first if decision.days is not None]
    approved = sum(decision.approved for decision in first)
    reasons = Counter(reason for decision in decided for reason in decision.reasons)
    return Figures(
        payer,
        sum(event.kind == "sent" for event in events),
        sum(_waits(one.events) for one in cases),
        approved,
        len(first) - approved,
        approved / len(first) if first else None,
        median(days) if days else None,
        sum(decision.approved for decision in appeals),
        sum(not decision.approved for decision in appeals),
        sum(event.kind in ("called", "peer_to_peer") for event in events),
        sum(event.minutes or 0 for event in events) / 60,
        tuple(sorted(reasons.items(), key=lambda item: (-item[1], item[0]))),
    )


def decisions(events: Sequence[Event]) -> Iterator[Decided]:
    """Each answer of a plan, with what it answers.

    A second letter about what has been answered already is no second decision, unless it turns a denial into an
    approval, as after a conversation between physicians.
    """
    asked: Event | None = None
    last: Event | None = None
    for event in events:
        if event.kind in ("sent", "appealed"):
            asked, last = event, None
        elif event.kind in ("approved", "denied") and last is None:
            days = (event.happened_on - asked.happened_on).days if asked else None
            last = event
            appeal = bool(asked and asked.kind == "appealed")
            turned = _turned(events[events.index(event) + 1 :])
            yield Decided(appeal, event.kind == "approved" or turned, days, event.reasons)


def _turned(after: Sequence[Event]) -> bool:
    """Whether an approval follows before anything else is sent."""
    kinds = [event.kind for event in after if event.kind in ("sent", "appealed", "approved")]
    return kinds[:1] == ["approved"]


def _waits(events: Sequence[Event]) -> bool:
    stage = stage_of(events)
    return stage is not None and stage.kind in ("sent", "appealed")


def as_table(rows: Sequence[Figures]) -> str:
    """For the terminal: a figure a line, a plan a column; reasons of denial below."""
    columns = [HEADINGS[:-1], *(row.cells()[:-1] for row in rows)]
    widths = [max(map(len, column)) for column in columns]
    lines = [
        "  ".join(
            cell.ljust(width) if n == 0 else cell.rjust(width)
            for n, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in zip(*columns, strict=True)
    ]
    reasons = [f"  {row.payer}: {row.cells()[-1]}" for row in rows if row.reasons]
    return "\n".join([*lines, *(["", "Reasons of denial", *reasons] if reasons else [])]) + "\n"


def as_csv(rows: Sequence[Figures]) -> str:
    """For a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEADINGS)
    writer.writerows(row.cells() for row in rows)
    return out.getvalue()


def as_svg(rows: Sequence[Figures]) -> str:
    """A picture: for each plan a bar of approved, denied and waiting requests."""
    most = max((row.approved + row.denied + row.waiting for row in rows), default=0) or 1
    height = 34 * len(rows) + 60
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 {height}" font-family="sans-serif" font-size="13">',
        f'<rect width="800" height="{height}" fill="white"/>',
        *_legend(),
    ]
    for line, row in enumerate(rows):
        parts += _bar(row, 48 + 34 * line, 400 / most)
    return "\n".join([*parts, "</svg>"]) + "\n"


COLORS = (("approved", "#2e7d4f"), ("denied", "#b3413a"), ("waiting", "#b9bec6"))


def _legend() -> Iterator[str]:
    for number, (name, color) in enumerate(COLORS):
        x = 190 + 110 * number
        yield f'<rect x="{x}" y="14" width="14" height="14" fill="{color}"/><text x="{x + 20}" y="26">{name}</text>'


def _bar(row: Figures, y: int, unit: float) -> Iterator[str]:
    """A plan's bar with its counts, and its rate at the end."""
    yield f'<text x="180" y="{y + 16}" text-anchor="end">{escape(row.payer)}</text>'
    x = 190.0
    for count, (_, color) in zip((row.approved, row.denied, row.waiting), COLORS, strict=True):
        if count:
            ink = "black" if color == COLORS[2][1] else "white"
            yield f'<rect x="{x:.1f}" y="{y}" width="{count * unit:.1f}" height="22" fill="{color}"/>'
            yield f'<text x="{x + count * unit / 2:.1f}" y="{y + 16}" text-anchor="middle" fill="{ink}">{count}</text>'
        x += count * unit
    if row.approval_rate is not None:
        days = f", {row.days:g} days" if row.days is not None else ""
        yield f'<text x="{x + 8:.1f}" y="{y + 16}">{row.approval_rate:.0%} approved{days}</text>'
