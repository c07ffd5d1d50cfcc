"""Fields of a new form and what is printed around them -> the expression that each probably wants, and how sure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from packetgen.documents.model import Box
from packetgen.forms.columns import SURE, Proposal, TableProposal, rows_of, spoken, tables_of
from packetgen.forms.labels import Phrase, Printed, Side, heading_of, labels_of, option_of, question_of, side_of
from packetgen.forms.labelwords import Choice, words_of
from packetgen.forms.vocabulary import MATTERS, can_title, is_other, is_part, match, match_options, subject_of
from packetgen.forms.widgets import Widget

TIP, OWN_NAME, FULL_NAME = 1.0, 0.8, 0.72  # how much a tooltip and a field's name are to be trusted
PARTS = {  # fields that split one value, by the characters each takes
    (2, 2, 4): ("date", ('date("MM")', 'date("DD")', 'date("YYYY")')),
    (3, 3, 4): ("phone", ('phone("area")', 'phone("prefix")', 'phone("line")')),
    (5, 4): ("zip", ("chars(1, 5)", "chars(7, 10)")),
}
PART_GAP = 26.0  # points between the fields of one value
OPTION_GAP = 14.0  # points from a check box to the words that it stands for
HALF = 330.0  # points: fields farther apart in a row are of another column of the page
COLUMN = 40.0  # points that fields of one column may begin apart

Pages = Mapping[int, Printed]


@dataclass(frozen=True, slots=True)
class Proposals:
    """Everything that is proposed for a form; each field is in one of both."""

    fields: tuple[Proposal, ...]
    tables: tuple[TableProposal, ...]


def propose(widgets: Sequence[Widget], pages: Pages) -> Proposals:
    """Look at every field of a form."""
    tables = tuple(tables_of(widgets, pages))
    done = {name for table in tables for _, names in table.columns for name in names}
    rest = [widget for widget in widgets if widget.name not in done]
    found: dict[str, Proposal] = {}
    for number, group in groupby(rest, key=lambda widget: widget.page):
        own = list(group)
        page = pages[number]
        boxes = [widget.box for widget in widgets if widget.page == number]
        side = side_of([w.box for w in own if w.kind != "button"], page)
        written = [widget for widget in own if widget.kind in ("text", "choice")]
        plain = replace(page, phrases=tuple(_without_options(page.phrases, own)))
        new = _texts(written, plain, boxes, side, list(_asked(own, plain)))
        new |= _parts(written, new)
        new |= _buttons([widget for widget in own if widget.kind == "button"], page)
        new |= {w.name: Proposal(w.name, "", 0.0, w.tip or "signature") for w in own if w.kind == "signature"}
        found |= {
            name: one
            for name, one in new.items()
            if one.confidence > found.get(name, NONE).confidence or name not in found
        }
    return Proposals(tuple(found[name] for name in dict.fromkeys(widget.name for widget in rest)), tables)


NONE = Proposal("", "", 0.0, "")


@dataclass(frozen=True, slots=True)
class _Told:
    """A field whose label says whose it is.

    leads  it is a name or an address: the fields below it are its subject's too
    first  it begins its row
    """

    box: Box
    subject: str
    leads: bool
    first: bool


def texts_of(widget: Widget, page: Printed, boxes: Sequence[Box], side: Side) -> list[tuple[str, float]]:
    """All that speaks of a field: its tooltip, the labels around it, its name."""
    texts = [(widget.tip, TIP)] if words_of(widget.tip) else []
    texts += labels_of(widget.box, boxes, page, side)
    parts = [re.sub(r"\[\d+\]", "", part) for part in widget.name.split(".")]
    names = [(spoken(parts[-1]), OWN_NAME)]
    names += [(spoken(" ".join(parts[-2:])), FULL_NAME)] if len(parts) > 1 else []
    printed = {word for text, _ in texts for word in words_of(text)}
    texts += [(name, trust) for name, trust in names if set(words_of(name)) - printed]  # else it only repeats the label
    return [(text, trust) for text, trust in texts if words_of(text)]


def _without_options(phrases: Sequence[Phrase], widgets: Sequence[Widget]) -> Iterator[Phrase]:
    """The phrases that are not what a check box stands for."""
    boxes = [widget.box for widget in widgets if widget.kind == "button"]
    for phrase in phrases:
        middle = (phrase.box.top + phrase.box.bottom) / 2
        if not any(b.top - 2 <= middle <= b.bottom + 2 and -3 <= phrase.box.x0 - b.x1 <= OPTION_GAP for b in boxes):
            yield phrase


def _asked(widgets: Sequence[Widget], page: Printed) -> Iterator[_Told]:
    """Questions with boxes about someone else: "Other coverage: yes / no" tells of the fields after it."""
    buttons = [widget for widget in widgets if widget.kind == "button"]
    for row in rows_of(buttons):
        for _, group in groupby(row, key=lambda widget: question_of([widget], page.phrases)):
            first = next(group)
            subject = subject_of(question_of([first], page.phrases), "")
            if is_other(subject):
                yield _Told(first.box, subject, leads=False, first=False)


def _texts(
    widgets: Sequence[Widget], page: Printed, boxes: Sequence[Box], side: Side, asked: Sequence[_Told]
) -> dict[str, Proposal]:
    """Fields in reading order: a field that names its subject tells whose those after and below it are."""
    told: list[_Told] = []
    found: dict[str, Proposal] = {}
    for widget in sorted(widgets, key=lambda w: (round(w.box.top / 6), w.box.x0)):
        texts = texts_of(widget, page, boxes, side)
        heading = _context(widget.box, *heading_of(widget.box, page), [*asked, *told])
        one = _written(widget, texts, heading)
        if one.confidence > found.get(widget.name, NONE).confidence or widget.name not in found:
            found[widget.name] = one
        told += _telling(widget.box, one.expression, texts, heading, boxes)
    return found


def _telling(
    box: Box, expression: str, texts: Sequence[tuple[str, float]], heading: str, boxes: Sequence[Box]
) -> Iterator[_Told]:
    """What a field tells of the fields after it, when its label says whose it is."""
    text, named = next(((t, subject) for t, _ in texts if (subject := subject_of(t, heading))), ("", ""))
    about_someone = bool(named) and named not in MATTERS and can_title(named)
    card = is_part(named) and bool(expression) and named not in expression  # "Subscriber ID" is the card's
    if not about_someone or card:
        return
    leads = bool(re.search(r"name|contact|practice|^payer|secondary", expression)) and not is_part(named)
    leads = leads or (is_other(named) and "address" in words_of(text))
    begins = not any(abs(o.top - box.top) < 4 and box.x0 - COLUMN > o.x0 > box.x0 - HALF for o in boxes)
    if leads or is_other(named) or is_part(named):
        yield _Told(box, named, leads, begins)


def _context(box: Box, heading: str, head: Box, told: Sequence[_Told]) -> str:
    """Whose a field is that does not say: of the one named before it in its row, in its block, or in its heading."""
    below = [one for one in told if one.box.top >= head.top and one.box.x1 > head.x0]
    row = [one for one in below if _same_line(one.box, box) and one.box.x1 <= box.x0 + 2]
    above = [one for one in below if one.leads and one.box.top < box.top - 4]
    column = [one for one in above if one.box.x0 - COLUMN <= box.x0 <= one.box.x1 + COLUMN]
    block = [one for one in above if one.first]
    if row:
        return max(row, key=lambda one: one.box.x0).subject
    if column and not column[-1].first:  # another column of the page
        return column[-1].subject
    if block and (block[-1] in column or heading in ("", *MATTERS) or is_other(block[-1].subject)):
        return block[-1].subject
    return column[-1].subject if column else heading


def _same_line(one: Box, other: Box) -> bool:
    """Whether two fields stand in one row, small boxes to tick beside high fields too."""
    return abs(one.top - other.top) < 4 or (min(one.bottom, other.bottom) - max(one.top, other.top) > 4)


def _written(widget: Widget, texts: Sequence[tuple[str, float]], heading: str) -> Proposal:
    because = texts[0][0] if texts else ""
    if widget.kind == "choice":
        chosen = _choice_field(widget, because)
        if chosen:
            return chosen
    found = match(texts, heading)
    if not found.fact:
        return Proposal(widget.name, "", 0.0, because)
    hint = " ".join(text for text, _ in texts)
    return Proposal(widget.name, _formatted(found.fact, found.format, widget, hint), found.score, because)


def _formatted(fact: str, form: str, widget: Widget, hint: str) -> str:
    """The expression with the format that the field takes."""
    asked = fact if re.fullmatch(r"[\w.]+", fact) else f"({fact})"
    if form == "date":
        return f'{asked} | date("{_date_form(widget, hint)}")'
    if form == "phone" and widget.longest == 10:
        return f"{asked} | digits"
    if form == "zip" and widget.longest == 5:
        return f"{asked} | chars(1, 5)"
    return fact


def _date_form(widget: Widget, hint: str) -> str:
    found = re.search(r"(?i)\b(?:mm|dd|yyyy|yy)(?:[ /.-]*(?:mm|dd|yyyy|yy)){2}\b", hint)
    printed = re.sub(r"\s", "", found.group().upper()) if found else "MM/DD/YYYY"
    if widget.longest and len(printed) > widget.longest:
        printed = re.sub(r"[^A-Z]", "", printed)
    return printed.replace("YYYY", "YY") if widget.longest and len(printed) > widget.longest else printed


def _choice_field(widget: Widget, because: str) -> Proposal | None:
    """A list whose options are the values of a fact."""
    labels = {export: shown for export, shown in widget.options if shown.strip()}
    choice, means, score = match_options(labels, because) if labels else (None, {}, 0.0)
    if choice is None or score < SURE:
        return None
    return Proposal(widget.name, _choosing(choice, means), score, because)


def _choosing(choice: Choice, means: Mapping[str, str]) -> str:
    """The expression for a group: the fact, its values as the form calls them."""
    first: dict[str, str] = {}
    for box, value in means.items():
        first.setdefault(value, box)
    renamed = {value: box for value, box in first.items() if value != box}
    if not renamed:
        return choice.fact
    return f"{choice.fact} | choice({', '.join(f'{value}={_quoted(box)}' for value, box in renamed.items())})"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _parts(widgets: Sequence[Widget], proposed: Mapping[str, Proposal]) -> dict[str, Proposal]:
    """One value in several fields side by side: month, day and year; area, prefix and line."""
    found: dict[str, Proposal] = {}
    ordered = sorted(widgets, key=lambda w: (round(w.box.top / 6), w.box.x0))
    for start, first in enumerate(ordered):
        for limits, (form, parts) in PARTS.items():
            run = ordered[start : start + len(limits)]
            if tuple(w.longest for w in run) != limits or first.name in found or not _side_by_side(run):
                continue
            best = max((proposed[w.name] for w in run), key=lambda one: one.confidence)
            fact = best.expression.split(" | ")[0]
            if not best.expression or form not in _format_of(fact):
                found |= {w.name: Proposal(w.name, "", 0.0, proposed[w.name].because) for w in run}
                continue
            for widget, part in zip(run, parts, strict=True):
                found[widget.name] = Proposal(widget.name, f"{fact} | {part}", best.confidence, best.because)
    return found


def _side_by_side(run: Sequence[Widget]) -> bool:
    return all(0 <= b.box.x0 - a.box.x1 <= PART_GAP and abs(a.box.top - b.box.top) < 6 for a, b in pairwise(run))


def _format_of(fact: str) -> str:
    return next(
        (form for form, end in (("date", "_date"), ("phone", "phone"), ("zip", ".zip")) if fact.endswith(end)), ""
    )


def _buttons(widgets: Sequence[Widget], page: Printed) -> dict[str, Proposal]:
    """Radio groups, and lone check boxes taken together by their row."""
    boxes = [widget.box for widget in widgets]
    groups: dict[str, list[Widget]] = {}
    for widget in widgets:
        groups.setdefault(widget.name, []).append(widget)
    found = {}
    for name, group in groups.items():
        if len({widget.state for widget in group}) > 1:
            found[name] = _group(name, group, boxes, page)
    lone = [group[0] for name, group in groups.items() if name not in found]
    for row in rows_of(lone):
        found |= _lone(row, boxes, page)
    return found


def _option_text(widget: Widget, boxes: Sequence[Box], page: Printed) -> str:
    printed = option_of(widget.box, boxes, page.phrases)
    tip = re.split(r"\s[-–:]\s|:\s", widget.tip)[-1] if widget.tip else ""
    return printed or next((text for text in (widget.says, tip, spoken(widget.state)) if words_of(text)), "")


def _group(name: str, group: Sequence[Widget], boxes: Sequence[Box], page: Printed) -> Proposal:
    labels = {widget.state: _option_text(widget, boxes, page) for widget in group}
    question = question_of(group, page.phrases) or group[0].tip or spoken(name)
    because = f"{question.rstrip(' :')}: {' / '.join(labels.values())}"
    choice, means, score = match_options(labels, f"{question} {spoken(name)}")
    if choice is None or score < SURE:
        return Proposal(name, "", 0.0, because)
    return Proposal(name, _choosing(choice, means), score, because)


def _lone(row: Sequence[Widget], boxes: Sequence[Box], page: Printed) -> dict[str, Proposal]:
    labels = {widget.name: _option_text(widget, boxes, page) for widget in row}
    question = question_of(row, page.phrases)
    choice, means, score = match_options(labels, question)
    found = {name: Proposal(name, "", 0.0, text) for name, text in labels.items()}
    if choice is not None and score >= SURE:
        for name, value in means.items():
            found[name] = Proposal(name, f'{choice.fact} == "{value}"', score, labels[name])
    return found
