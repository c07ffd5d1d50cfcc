"""A form map asked over a case: what goes into each field, and what the table rows without room say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from packetgen.chart.words import Said
from packetgen.errors import BadDataFile
from packetgen.forms.changes import differences, places
from packetgen.forms.expressions import Facts, constants
from packetgen.forms.formmap import FormMap, Repeated
from packetgen.forms.widgets import Widget

CHANGED = (
    "Look at each of these in {}, correct the map, and take fingerprint: and places: from packetgen forms inspect."
)
Answer = Said | bool | None


@dataclass(frozen=True, slots=True)
class Values:
    """What a map says: the words of each field, and of table rows that have no room.

    written  field name: words; on buttons the choice
    beyond   (field that refers to them, what they are called, their words)
    """

    written: Mapping[str, Said]
    beyond: tuple[tuple[str, str, Said], ...]


def check_blank(form: FormMap, widgets: Sequence[Widget], found: str, pages: int) -> None:
    """The blank is the one that was mapped, and every field of it is mapped or left to a person.

    found: the fingerprint of the blank, before any overlay. Raises BadDataFile with file and line.
    """
    there = {widget.name for widget in widgets}
    if form.fingerprint != found:
        why = [f"{form.blank} is not the form this map was made for", *_changed(form, widgets)]
        why.append(f"  it has {pages} page{'s' if pages > 1 else ''} and the fingerprint {found}")
        raise form.wrong("\n".join(why), "fingerprint", fix=CHANGED.format(form.blank))
    if gone := sorted(form.named - there):
        raise form.wrong(f"{form.blank} has no field {', '.join(gone)}", *form.line_of(gone[0]))
    if gone := sorted(set(form.required) - form.named):
        raise form.wrong(f"no field {', '.join(gone)} is mapped", "required")
    if new := sorted(there - form.named):
        raise form.wrong(
            f"nothing is said of the field {', '.join(new)} of {form.blank}",
            "fields",
            fix="Map it under fields:, or name it under left: when a person fills it.",
        )


def _changed(form: FormMap, widgets: Sequence[Widget]) -> Iterator[str]:
    """What is different in the blank, as far as the map knows how it was."""
    now = places(widgets)
    if form.overlay:
        yield "  what is printed on its pages has changed"
    elif form.places:
        yield from (f"  {line}" for line in differences(form.places, now))
    else:
        yield from (f"  {name} vanished" for name in sorted(form.named - now.keys()))
        yield from (f"  {name} appeared ({now[name]})" for name in sorted(now.keys() - form.named))
        if form.named == now.keys():
            yield "  its fields have the same names, but they have moved or changed"


def values_of(form: FormMap, facts: Facts, widgets: Sequence[Widget]) -> Values:
    """Every value of the map; raises BadDataFile with the line of a wrong expression."""
    boxes: dict[str, list[Widget]] = {}
    for widget in widgets:
        boxes.setdefault(widget.name, []).append(widget)
    answers: dict[str, Answer] = {}
    for name, expression in form.fields.items():
        _check_choices(form, ("fields", name), expression, boxes[name])
        answers[name] = _ask(form, facts, ("fields", name), expression)
    beyond = []
    for index, table in enumerate(form.repeated):
        told, over = _rows(form, facts, index, table, boxes)
        answers |= told
        beyond += over
    written = {name: said for name, answer in answers.items() if (said := _said(form, boxes[name], answer))}
    return Values(written, tuple(beyond))


def _rows(
    form: FormMap, facts: Facts, index: int, table: Repeated, boxes: Mapping[str, Sequence[Widget]]
) -> tuple[dict[str, Answer], list[tuple[str, str, Said]]]:
    """The fields of a table; when it has too few rows its last one refers to the rest."""
    at = ("repeated", index)
    wrong = partial(_wrong, form, (*at, "over"))
    facts.check(table.over, wrong)
    rows = facts.rows(table.over, wrong)
    columns = {name: table.column(name) for name in table.fields}
    told: list[dict[str, Answer]] = []
    for row in rows:
        one = {}
        for name, expression in table.fields.items():
            _check_choices(form, (*at, "fields", name), expression, boxes[columns[name][0]])
            one[name] = _ask(form, facts, (*at, "fields", name), expression, row=row)
        told.append(one)
    room = table.rows if len(told) <= table.rows else table.rows - 1
    kept = {columns[name][n]: answer for n, one in enumerate(told[:room]) for name, answer in one.items()}
    if room == table.rows:
        return kept, []
    last = [fields[-1] for fields in columns.values()]
    refers = max((name for name in last if boxes[name][0].kind == "text"), key=lambda n: boxes[n][0].box.width)
    texts = [[answer for answer in one.values() if isinstance(answer, Said)] for one in told[table.rows - 1 :]]
    lines = "\n".join(f"{n}. " + "; ".join(said.text for said in row) for n, row in enumerate(texts, table.rows))
    read = tuple(dict.fromkeys(place for row in texts for said in row for place in said.places))
    return kept, [(refers, f"rows {table.rows} to {len(rows)} of the table", Said(lines, read))]


def _ask(form: FormMap, facts: Facts, at: tuple[str | int, ...], expression: str, **more: object) -> Answer:
    wrong = partial(_wrong, form, at)
    facts.check(expression, wrong, **more)
    return facts.ask(expression, wrong, **more)


def _check_choices(form: FormMap, at: tuple[str | int, ...], expression: str, boxes: Sequence[Widget]) -> None:
    """A choice that the map writes itself must be one of the form's."""
    if boxes[0].kind == "text" or boxes[0].free:
        return
    try:
        written = constants(expression)
    except Exception:  # noqa: BLE001 - the expression cannot be parsed; asking it says so, with its line
        return
    for text in sorted(written):
        if chosen(boxes, text) is None:
            raise form.wrong(f"{boxes[0].name} has no choice “{text}”; it has {choices_of(boxes)}", *at)


def choices_of(boxes: Sequence[Widget]) -> str:
    """The choices of a button or choice field, for a message."""
    if boxes[0].options:
        return ", ".join(dict.fromkeys(export for export, _ in boxes[0].options))
    return ", ".join(dict.fromkeys(f"{box.state} ({box.says})" if box.says else box.state for box in boxes))


def chosen(boxes: Sequence[Widget], text: str) -> str | None:
    """The on-state, or the export value, that a text means: by itself, as shown, or in other capitals."""
    names: list[tuple[str, str]] = [(box.state, box.state) for box in boxes if box.state]
    names += [(box.says, box.state) for box in boxes if box.says]
    names += [pair for export, shown in boxes[0].options for pair in ((export, export), (shown, export))]
    exact = next((means for name, means in names if name == text), None)
    return exact if exact is not None else next((m for name, m in names if name.casefold() == text.casefold()), None)


def _said(form: FormMap, boxes: Sequence[Widget], answer: Answer) -> Said | None:
    """The words of a field; a truth ticks the only box of its field."""
    if not isinstance(answer, bool):
        return answer
    states = {box.state for box in boxes}
    if boxes[0].kind != "button" or len(states) != 1:
        sort = "a group of choices" if boxes[0].kind == "button" else f"a {boxes[0].kind} field"
        raise form.wrong(
            f"{boxes[0].name} is {sort}, but its expression gives true or false", *form.line_of(boxes[0].name)
        )
    return Said(boxes[0].state) if answer else None


def _wrong(form: FormMap, at: tuple[str | int, ...], why: str) -> BadDataFile:
    return form.wrong(f"the expression of {at[-1]} is wrong: {why}", *at)
