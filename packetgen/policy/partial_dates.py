"""Dates that may lack a day or a month: what they can mean."""

from __future__ import annotations

from calendar import monthrange
from datetime import date


def span_of(iso: str) -> tuple[date, date]:
    """First and last day that a partial ISO date can mean."""
    parts = [int(part) for part in iso.split("-")]
    year, month = parts[0], parts[1] if len(parts) > 1 else None
    if month is None:
        return date(year, 1, 1), date(year, 12, 31)
    if len(parts) == 2:
        return date(year, month, 1), date(year, month, monthrange(year, month)[1])
    return date(year, month, parts[2]), date(year, month, parts[2])


def months_before(day: date, months: int) -> date:
    """The same day so many calendar months earlier; the last of the month where it has no such day."""
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def months_after(day: date, months: int) -> date:
    """The same day so many calendar months later; the last of the month where it has no such day."""
    return months_before(day, -months)


def since(day: str | None, first: date) -> bool:
    """Whether a dated thing lies surely on or after a day."""
    return day is not None and span_of(day)[0] >= first
