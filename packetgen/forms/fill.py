"""Chart + Assessment -> a filled payer form: nothing overflows, and what is drawn is proved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from packetgen.case import Case
from packetgen.chart import words
from packetgen.chart.model import Chart
from packetgen.chart.words import Said
from packetgen.documents.clean import clean
from packetgen.errors import Problem
from packetgen.files import save_pdf
from packetgen.forms.addendum import Item, references, write_addendum
from packetgen.forms.blank import fingerprint_of, lay_over, open_blank
from packetgen.forms.draw import Drawn, appearances, dress, fit, tick
from packetgen.forms.expressions import Facts
from packetgen.forms.formmap import FormMap
from packetgen.forms.model import FilledField, FilledForm
from packetgen.forms.proof import Fault, Papers, addendum_faults, faults_of, stop_on
from packetgen.forms.values import Values, check_blank, chosen, values_of
from packetgen.forms.view import context_of
from packetgen.forms.widgets import Widget, field_of, widgets_of
from packetgen.policy.model import Assessment
from packetgen.typeset import shown

Boxes = Mapping[str, Sequence[Widget]]


@dataclass(slots=True)
class _Filling:
    """What goes where.

    said     field name: what the map says
    values   field name: its value in the PDF (export value of a choice)
    ticks    field name: the on-state of its ticked boxes
    drawn    the text drawn in each box, by the box's place in the list of all
    items    what is too long for its field, for the addendum
    """

    said: dict[str, Said] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    ticks: dict[str, str] = field(default_factory=dict)
    drawn: dict[int, Drawn] = field(default_factory=dict)
    items: list[Item] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def fill_form(case: Case, chart: Chart, assessment: Assessment, form: FormMap, folder: Path) -> FilledForm:
    """Fill the blank form of a map into `folder`: form-<id>.pdf (editable) and a flat copy for the packet.

    Raises BadDataFile when the blank is not the one the map was made for, or an expression is wrong, UnreadableInput
    for a blank that cannot be filled, and SafetyStop when a value is not shown as it should be.
    """
    filled, faults = try_form(case, chart, assessment, form, folder)
    stop_on(form.id, faults)
    return filled


def try_form(
    case: Case, chart: Chart, assessment: Assessment, form: FormMap, folder: Path
) -> tuple[FilledForm, tuple[Fault, ...]]:
    """Fill a form as `fill_form` does, and tell what its proof found instead of stopping."""
    blank = form.blank_file
    if not blank.is_file():
        raise form.wrong(f"there is no blank form {form.blank}", "blank", fix="Add it to payer_forms/.")
    patient = f"{case.patient.name}, born {words.day(case.patient.birth_date)}, member {case.insurance.member_id}"
    target, flat = folder / f"form-{form.id}.pdf", folder / f"flat-{form.id}.pdf"
    papers = Papers(target, flat, folder / f"empty-{form.id}.pdf", folder / f"empty-flat-{form.id}.pdf")
    with open_blank(blank) as pdf:
        found = fingerprint_of(pdf)
        _lay_over(pdf, form)
        widgets = widgets_of(pdf)
        pages = len(pdf.pages)
        check_blank(form, widgets, found, pages)
        filling = _filling(form, values_of(form, Facts(context_of(case, chart, assessment)), widgets), widgets)
        _clear(form, widgets)
        save_pdf(pdf, papers.empty_filled)
        _write(pdf, widgets, filling)
        _append(pdf, write_addendum(form.title, patient, filling.items, folder))
        save_pdf(pdf, target)
    for source, copy in ((papers.filled, flat), (papers.empty_filled, papers.empty_flat)):
        clean(source, copy, source.name)
    fields = tuple(_filled(widgets, filling))
    faults = list(faults_of(papers, fields, tuple(_silent(form, widgets, filling)), folder))
    faults += addendum_faults(flat, pages, [_drawable(item.text) for item in filling.items])
    problems = (*_missing(form, widgets, filling), *filling.problems)
    left = _left(form, widgets, filling)
    return FilledForm(form.title, target, flat, fields, problems, left, (blank, form.file)), tuple(faults)


def _lay_over(pdf: Any, form: FormMap) -> None:
    for name, place in form.overlay.items():
        if place.page > len(pdf.pages):
            raise form.wrong(f"{form.blank} has no page {place.page}", "overlay", name)
    lay_over(pdf, form.overlay)


def _filling(form: FormMap, values: Values, widgets: Sequence[Widget]) -> _Filling:
    """Decide what each box shows; what does not fit goes to the addendum, and its field refers to it."""
    filling = _Filling(dict(values.written))
    boxes: dict[str, list[tuple[int, Widget]]] = {}
    for index, widget in enumerate(widgets):
        boxes.setdefault(widget.name, []).append((index, widget))
    for name, said in values.written.items():
        own = [widget for _, widget in boxes[name]]
        if own[0].kind == "button" or own[0].options:
            choice = chosen(own, said.text)
            if choice is None and not own[0].free:
                filling.problems.append(_no_choice(form, own[0], said.text))
                continue
            if own[0].kind == "button":
                filling.ticks[name] = str(choice)
                continue
            filling.values[name] = said.text if choice is None else choice
            text = next((label for export, label in own[0].options if export == choice), said.text)
        else:
            filling.values[name] = text = said.text
        _place(form, filling, boxes[name], text)
    for name, called, said in values.beyond:
        filling.said[name] = said
        _refer(form, filling, boxes[name], called, said.text)
    return filling


def _place(form: FormMap, filling: _Filling, boxes: Sequence[tuple[int, Widget]], text: str) -> None:
    """Draw a text in every box of its field, or refer to the addendum in all of them."""
    drawn = [(index, fit(text, widget)) for index, widget in boxes]
    if all(one is not None for _, one in drawn):
        filling.drawn |= {index: one for index, one in drawn if one is not None}
        if _drawable(text) != " ".join(text.split()):
            filling.problems.append(_not_drawable(form, boxes[0][1]))
    else:
        _refer(form, filling, boxes, boxes[0][1].tip or boxes[0][1].name, text)


def _drawable(text: str) -> str:
    """The text as it is drawn, on one line: characters that no font has are squares."""
    return shown(" ".join(text.split()))


def _refer(form: FormMap, filling: _Filling, boxes: Sequence[tuple[int, Widget]], called: str, text: str) -> None:
    """Put a text on the addendum, and the clearest reference to it that fits into its field."""
    name = boxes[0][1].name
    filling.items.append(Item(f"{called} (page {boxes[0][1].page})", text))
    filling.problems.append(_on_addendum(form, called))
    for reference in references(len(filling.items)):
        drawn = [(index, fit(reference, widget)) for index, widget in boxes]
        if all(one is not None for _, one in drawn):
            filling.drawn |= {index: one for index, one in drawn if one is not None}
            filling.values[name] = reference
            return
    filling.values.pop(name, None)
    filling.problems.append(_too_small(form, called, len(filling.items)))


def _clear(form: FormMap, widgets: Sequence[Widget]) -> None:
    """Empty what the map fills: a blank may come with answers that no one has given."""
    import pikepdf

    for widget in widgets:
        if widget.name in form.left or widget.kind == "signature":
            continue
        holders = (field_of(widget.handle), widget.handle)
        answered = any(str(holder.get("/V", "")).strip() for holder in holders)
        for key in ("/V", "/DV", "/I"):
            for holder in holders:
                if key in holder:
                    del holder[key]
        if widget.kind == "button":
            widget.handle.AS = pikepdf.Name.Off
        elif answered and "/AP" in widget.handle:
            del widget.handle["/AP"]


def _write(pdf: Any, widgets: Sequence[Widget], filling: _Filling) -> None:
    """Give each filled field its value and its appearance."""
    import pikepdf

    drawn = [(widgets[index], text) for index, text in sorted(filling.drawn.items())]
    with pikepdf.open(appearances(drawn)) as source:
        for (widget, _), page in zip(drawn, source.pages, strict=False):  # a lone empty page when nothing is drawn
            field_of(widget.handle).V = pikepdf.String(filling.values[widget.name])
            dress(pdf, widget, page)
    for widget in widgets:
        if widget.kind == "button" and filling.ticks.get(widget.name) == widget.state:
            field_of(widget.handle).V = pikepdf.Name("/" + widget.state)
            tick(pdf, widget)


def _append(pdf: Any, pages: Path | None) -> None:
    if pages is not None:
        import pikepdf

        with pikepdf.open(pages) as more:
            pdf.pages.extend(more.pages)


def _filled(widgets: Sequence[Widget], filling: _Filling) -> Iterator[FilledField]:
    for index, widget in enumerate(widgets):
        if index in filling.drawn:
            text = shown(" ".join(filling.drawn[index].lines))
            yield FilledField(widget.name, widget.page, widget.box, text, filling.said[widget.name].places)
        elif widget.kind == "button" and filling.ticks.get(widget.name) == widget.state:
            places = filling.said[widget.name].places
            yield FilledField(widget.name, widget.page, widget.box, widget.state, places, ticked=True)


def _left(form: FormMap, widgets: Sequence[Widget], filling: _Filling) -> tuple[tuple[str, int], ...]:
    """The fields that got no value, each once; of boxes to tick only those that the map leaves to a person."""
    empty = [w for w in widgets if w.name not in filling.said and (w.kind != "button" or w.name in form.left)]
    return tuple(dict.fromkeys((widget.tip or widget.name, widget.page) for widget in empty))


def _silent(form: FormMap, widgets: Sequence[Widget], filling: _Filling) -> Iterator[FilledField]:
    """Boxes that must stay unticked."""
    for widget in widgets:
        if widget.kind == "button" and filling.ticks.get(widget.name) != widget.state and widget.name not in form.left:
            yield FilledField(widget.name, widget.page, widget.box, widget.state, ticked=True)


def _missing(form: FormMap, widgets: Sequence[Widget], filling: _Filling) -> Iterator[Problem]:
    tips = {widget.name: widget.tip or widget.name for widget in widgets}
    for name in form.required:
        if name not in filling.said:
            yield Problem(
                "form_field_empty",
                f"{form.title}: {tips[name]}",
                "The form asks for this, and neither the case file nor the chart says it.",
                f"What is the answer to “{tips[name]}”? Add it to the case file or the note.",
                "clinician",
                "required",
            )


def _no_choice(form: FormMap, widget: Widget, text: str) -> Problem:
    return Problem(
        "form_choice_missing",
        f"{form.title}: {widget.tip or widget.name}",
        f"The form has no choice “{text}”.",
        "Mark the right choice by hand, or send the plan's other form.",
        "front_desk",
        "required",
    )


def _not_drawable(form: FormMap, widget: Widget) -> Problem:
    return Problem(
        "form_letter_not_drawable",
        f"{form.title}: {widget.tip or widget.name}",
        "A character of this value cannot be drawn and shows as an empty square.",
        "Write the value by hand.",
        "front_desk",
        "doubt",
    )


def _on_addendum(form: FormMap, called: str) -> Problem:
    what = "Too long for its field; it is on the addendum, and the field refers to it."
    return Problem("form_addendum", f"{form.title}: {called}", what, "", "front_desk", "note")


def _too_small(form: FormMap, called: str, number: int) -> Problem:
    return Problem(
        "form_field_too_small",
        f"{form.title}: {called}",
        f"The field takes neither its value nor a reference; it is empty, and item {number} of the addendum says it.",
        "Write the value into the field by hand.",
        "front_desk",
        "doubt",
    )
