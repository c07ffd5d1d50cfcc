"""Numbers as addresses and forms carry them: nine digits at most, since no page, line or unit of ours has more."""

from __future__ import annotations

import re

from starlette.convertors import IntegerConvertor, register_url_convertor

DIGITS = "[0-9]{1,9}"
NUMBER, PAGE = "{number:nine_digits}", "{page:nine_digits}"  # parts of a route


class _NineDigits(IntegerConvertor):
    regex = DIGITS


register_url_convertor("nine_digits", _NineDigits())


def number_in(text: str) -> int | None:
    """The number that a field of a form holds, None when it holds none."""
    return int(text) if re.fullmatch(DIGITS, text) else None
