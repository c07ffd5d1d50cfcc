"""What can go wrong: exceptions that end a run, and Problems that are part of its result.

An exception carries its exit code and says what was wrong, where, and what to do next; only the command
line prints one. A thing that is merely not perfect is a `Problem`: returned, never only logged. The
terminal, the worklist and the exit code are views of the same list.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Literal


class ExitCode(IntEnum):
    """The exit codes of the command line: a stable part of its interface."""

    complete = 0
    internal_error = 1
    bad_usage = 2
    draft = 3
    unreadable_input = 4
    safety_stop = 5
    missing_program = 6


class PacketgenError(Exception):
    """A run that cannot go on. `where` names file, page or line; `fix` is the next step for a person."""

    exit_code: ExitCode = ExitCode.internal_error

    def __init__(self, what: str, *, where: str = "", fix: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.fix = fix

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}" if self.where else self.what
        return f"{text}\n  Next: {self.fix}" if self.fix else text


class BadCaseFile(PacketgenError):
    """The case file, or another file that a person writes, says something that cannot be used."""

    exit_code = ExitCode.bad_usage


class BadDataFile(PacketgenError):
    """A policy, form map, vocabulary or template that ships or that a clinic added is broken."""

    exit_code = ExitCode.bad_usage


class UnreadableInput(PacketgenError):
    """A document of the case cannot be read."""

    exit_code = ExitCode.unreadable_input


class SafetyStop(PacketgenError):
    """Going on could harm: a wrong patient's page, a page lost, a statement without evidence."""

    exit_code = ExitCode.safety_stop


class MissingProgram(PacketgenError):
    """An outside program is not installed."""

    exit_code = ExitCode.missing_program


class ProgramFailed(PacketgenError):
    """An outside program hung, crashed, or said it succeeded and left nothing."""


Who = Literal["clinician", "front_desk", "patient", "plan", "it"]
Severity = Literal["required", "doubt", "note"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that a person must know or do.

    code        stable short name, e.g. "hours_per_day_missing"
    where       file and page, criterion or field: for the user's own screen
    what        what is missing or doubtful, in a sentence
    fix         the exact question to ask or sentence to add
    who         who can settle it
    severity    "required": the packet stays a draft; "doubt": a person must look, the packet stays a draft;
                "note": for information only
    settled_by  the document that would settle it, where one would
    """

    code: str
    where: str
    what: str
    fix: str
    who: Who
    severity: Severity
    settled_by: str = ""
