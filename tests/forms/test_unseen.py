"""What import proposes on forms of other hands (unseen/*.yaml): hardly ever wrong, and most fields right.

docs/add-a-form.md gives the figures of each set from before anything was changed for it; this holds what came of it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from packetgen.forms.fill import try_form
from packetgen.forms.formmap import read_map
from packetgen.forms.importing import import_form
from tests.forms.unseen_forms import Drawing, Told, forms_of, told_of

SETS = ("first", "second", "third", "fourth")
PRECISION, RECALL = 0.97, 0.95
FORMS = [(name, form["name"]) for name in SETS for form in forms_of(name)]


@pytest.mark.parametrize("name", SETS)
def test_forms_of_other_hands_are_understood(name: str, tmp_path: Path) -> None:
    found = Told()
    for form in forms_of(name):
        told = told_of(form, tmp_path)
        found.right += told.right
        found.wrong += told.wrong
        found.missed += told.missed
    assert found.precision >= PRECISION, found.wrong
    assert found.recall >= RECALL, found.missed


@pytest.mark.slow
@pytest.mark.parametrize(("of", "name"), FORMS)
def test_a_form_of_another_hand_is_filled_and_proved_as_imported(of: str, name: str, told, tmp_path: Path) -> None:
    form = next(form for form in forms_of(of) if form["name"] == name)
    Drawing(form, tmp_path / f"{name}.pdf").draw()
    done = import_form(tmp_path / f"{name}.pdf", "acme", tmp_path)
    _, faults = try_form(told.case, told.chart, told.assessment, read_map(done.map), tmp_path)
    assert faults == ()
