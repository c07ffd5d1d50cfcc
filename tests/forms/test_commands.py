"""The forms commands as a person runs them."""

from __future__ import annotations

from pathlib import Path

import pikepdf
import pytest
from click.testing import CliRunner
from PIL import Image

from packetgen.cli import main
from tests.forms.plans import draw_plan


def run(*words: object) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["forms", *(str(word) for word in words)])
    return done.exit_code, done.output


def test_the_forms_are_listed_with_what_is_filled_and_left() -> None:
    code, told = run("list")
    assert code == 0
    assert "general-request" in told
    assert "fields filled" in told


def test_a_form_is_inspected_field_by_field(tmp_path: Path) -> None:
    draw_plan(tmp_path / "plan.pdf", "before_lines", fillable=True)
    code, told = run("inspect", tmp_path / "plan.pdf")
    assert code == 0
    assert "plan.pdf: 1 page, fields:" in told
    assert "tick: Yes" in told
    code, told = run("inspect", tmp_path / "plan.pdf", "--map")
    assert told.startswith('fingerprint: "')
    assert 'Text1: "text 1:' in told


def test_a_form_comes_in_and_says_what_to_do_next(tmp_path: Path) -> None:
    draw_plan(tmp_path / "plan.pdf", "in_cells", fillable=False)
    code, told = run("import", tmp_path / "plan.pdf", "--payer", "acme", "--to", tmp_path)
    assert code == 0
    assert "36 blanks found on a form without fields" in told
    assert "packetgen forms proof" in told
    code, told = run("import", tmp_path / "plan.pdf", "--payer", "Acme Inc.", "--to", tmp_path)
    assert code == 2
    assert "small letters" in told


def test_a_refused_form_exits_with_the_reason_and_the_next_step(tmp_path: Path) -> None:
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=[], XFA=pdf.make_stream(b"<xdp/>"))
        pdf.save(tmp_path / "plan.pdf")
    code, told = run("import", tmp_path / "plan.pdf", "--payer", "acme", "--to", tmp_path)
    assert code == 4
    assert "dynamic XFA form" in told
    assert "Ask the plan for this form as an ordinary fillable PDF" in told


@pytest.mark.slow
def test_a_proof_is_a_picture_of_each_page(tmp_path: Path) -> None:
    code, told = run("proof", "general-request", "--to", tmp_path)
    assert code == 0
    assert "values proved, in two programs" in told
    with Image.open(tmp_path / "proof-general-request-1.png") as picture:
        assert (0x1A, 0x7F, 0x37) in {colour for _, colour in picture.getcolors(1 << 24)}
