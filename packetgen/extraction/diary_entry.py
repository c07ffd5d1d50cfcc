"""What every reader of diaries gives: a day, and what stands for it, as the columns of a table would."""

from __future__ import annotations

from dataclasses import dataclass

from packetgen.documents.text import PageText

Cells = dict[str, str]
UNREADABLE = "?"  # of a headache: the entry cannot be read, or its writer was not sure
NOT_RECORDED = "no entry"
VAGUE = "?"  # of hours: told, but not to the hour


@dataclass(frozen=True, slots=True)
class Entry:
    """What a diary says of a day; text[start:end] of the page. day: ISO."""

    page: PageText
    start: int
    end: int
    day: str
    cells: Cells
