"""How a map writes a fact: dates, telephone numbers, parts of a number, choices. Nothing said stays nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

DATE_PARTS = {"YYYY": "%Y", "YY": "%y", "MM": "%m", "DD": "%d"}
PHONE_PARTS = {"area": slice(-10, -7), "prefix": slice(-7, -4), "line": slice(-4, None)}


def as_date(value: Any, form: str = "MM/DD/YYYY") -> str:
    """A date, or an ISO date in words, in a form such as "MM/DD/YYYY", "MMDDYYYY" or "DD"."""
    day = value if isinstance(value, date) else date.fromisoformat(str(value))
    return day.strftime(re.sub("YYYY|YY|MM|DD", lambda found: DATE_PARTS[found.group()], form))


def digits(value: Any) -> str:
    """Only the digits: for comb fields."""
    return re.sub(r"\D", "", str(value))


def phone(value: Any, form: str = "(###) ###-####") -> str | None:
    """A US telephone number in a form of # signs, or one part of it: "area", "prefix" or "line".

    A number that has not as many digits as the form stays as it was written; without area code that part is None.
    """
    number = digits(value)
    number = number[1:] if len(number) == 11 and number[0] == "1" else number
    if form in PHONE_PARTS:
        return number[PHONE_PARTS[form]] or None
    if len(number) != form.count("#"):
        return str(value)
    rest = iter(number)
    return re.sub("#", lambda _: next(rest), form)


def chars(value: Any, first: int, last: int) -> str | None:
    """The characters from first to last (counted from 1), as of a zip code that is asked for in two fields."""
    return str(value)[first - 1 : last] or None


def choice(value: Any, **written: str) -> str:
    """What this form calls a fact: `| choice` with initial="New", continuation="Renewal".

    A choice that is not named stays as it is: the fill then says that the form has no such choice.
    """
    return written.get(str(value), str(value))


def yes_no(value: Any, yes: str = "yes", no: str = "no") -> str:
    """What this form calls a truth, or a fact that is "yes" or "no"."""
    return yes if value is True or str(value) == "yes" else no


FORMATS: dict[str, Callable[..., Any]] = {
    "date": as_date,
    "digits": digits,
    "phone": phone,
    "chars": chars,
    "choice": choice,
    "yes_no": yes_no,
}
