"""What a drug is taken for: the disease that the chart is about, an attack of it, or another disease."""

from __future__ import annotations

import re
from functools import cache

from packetgen.extraction.model import TherapyRole
from packetgen.extraction.outcome import first_sentence
from packetgen.extraction.scope import Told
from packetgen.extraction.vocabulary import SectionKind, therapy_status

IN_THE_EYE = re.compile(r"\b(?:ophth\w*|eye ?drops?|gtts? O[UDS])\b", re.IGNORECASE)
MERE_DOSE = 24  # characters that a drug in a list has to itself, when what it is for follows the list
WORD = 12  # characters of the next word: "BP" is a use, "BP elevation" an effect


def role_of(told: Told, section: SectionKind | None, own: str) -> tuple[TherapyRole, str | None]:
    """What the drug is taken for, and the words that say so of another disease; else its usual role.

    own: the drug's own words with the sentences that go on about it.
    """
    other, target = therapy_status().other_indication, therapy_status().target
    clause = first_sentence(told.own)
    if section == "allergy":
        return "other_indication", None
    if IN_THE_EYE.search(clause) and told.drug.role == "preventive":
        return "other_indication", None
    if denied := _compiled(other.denied).search(f"{told.before} {own}"):
        return "other_indication", denied.group(0)
    shared = told.shared if len(clause) - (told.end - told.start) <= MERE_DOSE else ""
    uses = (m for words in (clause, shared) for m in for_another_use().finditer(words))
    use = next((m for m in uses if not _is_adverse(told, m, section)), None)
    use = use or _purpose(told, clause)
    if use and not _compiled(rf"\b(?:for|of|against)(?:(?!\bnot\b)[^.;]){{0,25}}\b(?:{target})").search(clause):
        return "other_indication", _to_its_bracket(use)
    if told.drug.role == "other_indication" and told.drug.may_be:
        said = _compiled(rf"\b(?:{target})").search(f"{told.before} {clause}")
        return (told.drug.may_be if said or section in ("trials", "failed") else "other_indication"), None
    if told.drug.role == "acute" and told.drug.may_be:
        return (
            told.drug.may_be
            if _compiled(therapy_status().to_prevent.words).search(f"{told.before} {clause}")
            else "acute"
        ), None
    return told.drug.role, None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def _to_its_bracket(use: re.Match[str]) -> str:
    """The words of a use, with what follows them in the same brackets: "(nausea, vomiting)"."""
    whole = _compiled(r"\([^()]*\)").match(use.string, use.start())
    return whole.group(0) if whole else use.group(0)


def _purpose(told: Told, clause: str) -> re.Match[str] | None:
    """What a drug is for, where it is a complaint that drugs may cause too: "amantadine for fatigue, stopped".

    In brackets it is so only after a drug that is known for other diseases: "Exelon patch (memory)".
    """
    adverse = therapy_status().filled("<adverse>")
    lead = r"\bfor (?:[a-z'-]+ )?(?:[\"“]?[a-z][\w'-]*[\"”]?(?: ?[/&] ?| (?:and|or) ))?"
    marks = lead if told.drug.role != "other_indication" else rf"(?:{lead}|\()"
    purpose = _compiled(f"{marks}{adverse}").search(clause)
    return (
        purpose
        if purpose and not tried().search(told.before) and not tried().search(clause[: purpose.start()])
        else None
    )


def _is_adverse(told: Told, use: re.Match[str], section: SectionKind | None) -> bool:
    """Whether what stands in brackets or after a dash is what a tried drug did: "failed topiramate (nausea)"."""
    was_tried = (
        section in ("trials", "failed") or tried().search(told.before) or tried().search(first_sentence(told.own))
    )
    marked = not re.match(r"\s*(?:for|treat\w*|against)\b", use.group(0), re.IGNORECASE)
    adverse = _compiled(therapy_status().filled("<adverse>")).search(use.string[use.start() : use.end() + WORD])
    return bool(was_tried and marked and adverse)


@cache
def tried() -> re.Pattern[str]:
    """Words that tell that a drug was tried or ended."""
    return re.compile(
        therapy_status().filled(r"\b(?:fail\w*|tried|trial|dropped|samples?|intoleran\w*)\b|<ended>"), re.IGNORECASE
    )


@cache
def for_another_use() -> re.Pattern[str]:
    """Words that name another disease as what a drug is for, with what leads to them."""
    adjectives = "her|his|their|the|chronic|severe|a|an|some|prior|known|my|postpartum|generali[sz]ed"
    return re.compile(
        r"(?:\b(?:what for|indication|reason|used for|dx): ?(?:to )?"
        rf"|\bhelp(?:s|ed|ing)? (?:(?:with|her|his|him|me|my|them) )*|\b(?:for|treats?|treating"
        rf"|against)(?: \w+)?,? (?:(?:{adjectives}) )*|\(|[-–:,] ?"
        r"|\b(?:daily|nightly|bid|tid|qid|qhs|hs|bedtime|morning|evening|prn|mg|mcg|\d) )"
        rf"(?:{therapy_status().other_indication.uses})(?!\w)",
        re.IGNORECASE,
    )
