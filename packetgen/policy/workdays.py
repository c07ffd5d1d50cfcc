"""Working days: neither a weekend nor a federal holiday of the United States (5 U.S.C. 6103)."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import Annotated

from pydantic import Field, model_validator

from packetgen.yamlfile import Strict

MONDAY, THURSDAY, SATURDAY, SUNDAY = 0, 3, 5, 6
DAY = timedelta(days=1)


class Holiday(Strict):
    """A day of a month, or its nth Monday or Thursday (-1: the last)."""

    name: str
    month: Annotated[int, Field(ge=1, le=12)]
    day: Annotated[int, Field(ge=1, le=31)] | None = None
    monday: Annotated[int, Field(ge=-1, le=5)] | None = None
    thursday: Annotated[int, Field(ge=-1, le=5)] | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Holiday:
        if sum(way is not None for way in (self.day, self.monday, self.thursday)) != 1:
            raise ValueError("needs exactly one of day, monday, thursday")
        return self

    def observed(self, year: int) -> date:
        """The day off: of a date on a Saturday the Friday before, on a Sunday the Monday after."""
        if self.day is not None:
            day = date(year, self.month, self.day)
            return day + {SATURDAY: -DAY, SUNDAY: DAY}.get(day.weekday(), timedelta(0))
        weekday, nth = (MONDAY, self.monday) if self.monday is not None else (THURSDAY, self.thursday)
        first = date(year, self.month, 1)
        found = [day for n in range(31) if (day := first + n * DAY).month == self.month and day.weekday() == weekday]
        return found[nth - 1 if nth and nth > 0 else -1]


def is_working_day(day: date) -> bool:
    """Whether plans and agencies work."""
    return day.weekday() < SATURDAY and day not in _days_off(day.year)


@cache
def _days_off(year: int) -> frozenset[date]:
    from packetgen.policy.deadline_rules import deadline_rules

    holidays = deadline_rules().holidays
    return frozenset(holiday.observed(y) for holiday in holidays for y in (year, year + 1))


def working_days_after(day: date, number: int) -> date:
    """The nth working day after a day, which does not count itself."""
    while number:
        day += DAY
        number -= is_working_day(day)
    return day


def working_days_before(day: date, number: int) -> date:
    """The nth working day before a day, which does not count itself."""
    while number:
        day -= DAY
        number -= is_working_day(day)
    return day


def working_day_on_or_before(day: date) -> date:
    """The day, or the last working day before it."""
    return day if is_working_day(day) else working_days_before(day, 1)
