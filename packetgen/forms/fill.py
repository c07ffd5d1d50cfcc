"""Chart + Assessment -> a filled payer form: nothing overflows, and what is drawn is read back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from packetgen.case import Case
from packetgen.chart.model import Chart
from packetgen.chart.words import Said
from packetgen.errors import BadDataFile, Problem
from packetgen.forms.changes import differences, places
from packetgen.forms.draw import Drawn, addendum, appearances, fit
from packetgen.forms.expressions import Facts
from packetgen.forms.formmap import FormMap
from packetgen.forms.model import FilledField, FilledForm
from packetgen.forms.proof import prove
from packetgen.forms.view import context_of
from packetgen.forms.widgets import Widget, field_of, fingerprint, widgets_of
from packetgen.policy.model import Assessment
from packetgen.resources import PAYERS
from packetgen.typeset import shown

SEE_ADDENDUM = "See addendum"
CHANGED = (
    "Look at each of these in {}, correct the map, and take fingerprint: and places: from packetgen forms inspect."
)


@dataclass(slots=True)
class _Filling:
    """What goes where: values by field name, and what is too long for its field."""

    values: dict[str, Said]
    drawn: dict[int, Drawn]
    too_long: list[tuple[str, str]]


def fill_form(
    case: Case, chart: Chart, assessment: Assessment, form: FormMap, folder: Path, blanks: Path = PAYERS
) -> FilledForm:
    """Fill the blank form of a map into `folder`: form-<id>.pdf (editable) and a flat copy for the packet.

    Raises BadDataFile when the blank is not the one the map was made for, or an expression is wrong, and
    SafetyStop when a value cannot be read back from the flat form.
    """
    import pikepdf

    blank = blanks / form.blank
    if not blank.is_file():
        raise BadDataFile(
            f"there is no blank form {form.blank}", where=f"{form.id}.yaml", fix="Add it to payer_forms/."
        )
    with pikepdf.open(blank) as pdf:
        widgets = widgets_of(pdf)
        check_blank(form, widgets, len(pdf.pages))
        filling = _values(form, Facts(context_of(case, chart, assessment)), widgets)
        for index, widget in enumerate(widgets):
            _fill(filling, index, widget, form)
        _draw(pdf, widgets, filling)
        _append(pdf, addendum(form.title, filling.too_long, folder))
        pdf.Root.AcroForm.NeedAppearances = False
        target, flat = folder / f"form-{form.id}.pdf", folder / f"flat-{form.id}.pdf"
        pdf.save(target, deterministic_id=True)
        pdf.flatten_annotations("all")
        pdf.save(flat, deterministic_id=True)
    fields = tuple(_filled(widgets, filling))
    prove(form.id, flat, fields)
    return FilledForm(form.title, target, flat, fields, tuple(_problems(form, widgets, filling)))


def check_blank(form: FormMap, widgets: Sequence[Widget], pages: int) -> None:
    """Every field of the blank is mapped or left to a person, and the blank is the one that was mapped."""
    there = {widget.name for widget in widgets}
    if form.fingerprint != fingerprint(widgets, pages):
        raise form.wrong("\n".join(_changed(form, widgets, pages)), "fingerprint", fix=CHANGED.format(form.blank))
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


def _changed(form: FormMap, widgets: Sequence[Widget], pages: int) -> Iterator[str]:
    """What is different in the blank, as far as the map knows how it was."""
    yield f"{form.blank} is not the form this map was made for"
    now = places(widgets)
    if form.places:
        yield from (f"  {line}" for line in differences(form.places, now))
    else:
        yield from (f"  {name} vanished" for name in sorted(form.named - now.keys()))
        yield from (f"  {name} appeared ({now[name]})" for name in sorted(now.keys() - form.named))
        if form.named == now.keys():
            yield "  its fields have the same names, but they have moved or changed"
    yield f"  it has {pages} page{'s' if pages > 1 else ''} and the fingerprint {fingerprint(widgets, pages)}"


def _values(form: FormMap, facts: Facts, widgets: Sequence[Widget]) -> _Filling:
    """The value of every field that has one; the rows that a table has no room for go on the addendum."""
    values = {}
    for name, expression in form.fields.items():
        values[name] = _ask(form, facts, ("fields", name), expression, {})
    too_long = []
    for index, table in enumerate(form.repeated):
        over = partial(_wrong, form, ("repeated", index, "over"))
        facts.check(table.over, over)
        for number, row in enumerate(facts.rows(table.over, over), 1):
            told = {}
            for name, expression in table.fields.items():
                at = ("repeated", index, "fields", name)
                told[name.replace("{row}", str(number))] = _ask(form, facts, at, expression, {"row": row})
            if number <= table.rows:
                values |= told
            else:
                texts = [said.text for said in told.values() if isinstance(said, Said)]
                too_long.append((f"Row {number}", "; ".join(texts)))
    return _Filling(_written(form, values, widgets), {}, too_long)


def _ask(
    form: FormMap, facts: Facts, at: tuple[str | int, ...], expression: str, more: Mapping[str, Any]
) -> Said | bool | None:
    wrong = partial(_wrong, form, at)
    facts.check(expression, wrong, **more)
    return facts.ask(expression, wrong, **more)


def _written(form: FormMap, values: Mapping[str, Said | bool | None], widgets: Sequence[Widget]) -> dict[str, Said]:
    """What stands in each field; a truth ticks the only box of its field."""
    states: dict[str, list[str]] = {}
    for widget in widgets:
        states.setdefault(widget.name, []).append(widget.state)
    written = {}
    for name, said in values.items():
        if isinstance(said, bool):
            if len(states[name]) != 1 or not states[name][0]:
                raise form.wrong(
                    f"{name} is no lone check box, but its expression gives true or false", *form.line_of(name)
                )
            if said:
                written[name] = Said(states[name][0])
        elif said is not None:
            written[name] = said
    return written


def _wrong(form: FormMap, at: tuple[str | int, ...], why: str) -> BadDataFile:
    return form.wrong(f"the expression of {at[-1]} is wrong: {why}", *at)


def _fill(filling: _Filling, index: int, widget: Widget, form: FormMap) -> None:
    said = filling.values.get(widget.name)
    if said is None:
        return
    if widget.kind == "button":
        return
    drawn = fit(said.text, widget)
    if drawn is None:
        filling.too_long.append((widget.tip or widget.name, said.text))
        drawn = fit(SEE_ADDENDUM, widget) or fit("Add.", widget)
        if drawn is None:
            raise form.wrong(f"the field {widget.name} is too small for any words", *form.line_of(widget.name))
    filling.drawn[index] = drawn


def _draw(pdf: Any, widgets: Sequence[Widget], filling: _Filling) -> None:
    """Give each filled field its value and its appearance."""
    import pikepdf

    looks = appearances([(widgets[index], drawn) for index, drawn in sorted(filling.drawn.items())])
    with pikepdf.open(looks) as source:
        for index, page in zip(sorted(filling.drawn), source.pages, strict=True):
            handle = widgets[index].handle
            field_of(handle).V = pikepdf.String("\n".join(filling.drawn[index].lines))
            handle.AP = pikepdf.Dictionary(N=pdf.copy_foreign(page.as_form_xobject()))
    for widget in widgets:
        said = filling.values.get(widget.name)
        if widget.kind == "button":
            chosen = said is not None and said.text == widget.state
            widget.handle.AS = pikepdf.Name("/" + widget.state if chosen else "/Off")
            if chosen:
                field_of(widget.handle).V = pikepdf.Name("/" + widget.state)


def _append(pdf: Any, pages: Path | None) -> None:
    if pages is not None:
        import pikepdf

        with pikepdf.open(pages) as more:
            pdf.pages.extend(more.pages)


def _filled(widgets: Sequence[Widget], filling: _Filling) -> Iterator[FilledField]:
    for index, widget in enumerate(widgets):
        said = filling.values.get(widget.name)
        if said is None:
            continue
        if widget.kind == "button":
            if said.text == widget.state:
                yield FilledField(widget.name, widget.page, widget.box, widget.state, said.places)
        else:
            text = shown(" ".join(filling.drawn[index].lines))
            yield FilledField(widget.name, widget.page, widget.box, text, said.places)


def _problems(form: FormMap, widgets: Sequence[Widget], filling: _Filling) -> Iterator[Problem]:
    tips = {widget.name: widget.tip or widget.name for widget in widgets}
    states = {(widget.name, widget.state) for widget in widgets if widget.kind == "button"}
    buttons = {name for name, _ in states}
    for name in form.required:
        if name not in filling.values:
            yield Problem(
                "form_field_empty",
                f"{form.title}: {tips[name]}",
                "The form asks for this, and neither the case file nor the chart says it.",
                f"What is the answer to “{tips[name]}”? Add it to the case file or the note.",
                "clinician",
                "required",
            )
    for name, said in filling.values.items():
        if name in buttons and (name, said.text) not in states:
            yield Problem(
                "form_choice_missing",
                f"{form.title}: {tips[name]}",
                f"The form has no choice “{said.text}”.",
                "Mark the right choice by hand, or send the plan's other form.",
                "front_desk",
                "required",
            )
        if shown(said.text) != said.text:
            yield Problem(
                "form_letter_not_drawable",
                f"{form.title}: {tips[name]}",
                "A character of this value cannot be drawn and shows as an empty square.",
                "Write the value by hand.",
                "front_desk",
                "doubt",
            )
    for tip, _ in filling.too_long:
        yield Problem(
            "form_addendum", f"{form.title}: {tip}", "Too long for its field; it is on the addendum.", "", "front_desk",
            "note",
        )  # fmt: skip
