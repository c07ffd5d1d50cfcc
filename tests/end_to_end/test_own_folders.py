"""A clinic's own plans and forms, in its workspace."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pikepdf
import pytest

from packetgen.forms.widgets import fingerprint, widgets_of
from packetgen.policy.catalog import list_payers
from packetgen.resources import FORM_MAPS, PAYERS, SAMPLES
from packetgen.tracking.due import followed
from packetgen.workspace import Workspace, make_workspace

from .conftest import packetgen

SAMPLE = "chronic-migraine-aetna"


@pytest.fixture
def clinic(tmp_path: Path) -> Workspace:
    """A workspace whose own plan "acme" is Aetna's policy under its name, with 14 headache days instead of 15."""
    workspace = make_workspace(tmp_path / "clinic")
    case = workspace.cases / "one"
    shutil.copytree(SAMPLES / SAMPLE, case, ignore=shutil.ignore_patterns("packet"))
    text = (case / "case.yaml").read_text()
    (case / "case.yaml").write_text(
        text.replace("payer: aetna", "payer: acme").replace("kind: initial", "kind: initial, form: acme-request")
    )
    own = workspace.folder / "payer_forms" / "acme"
    shutil.copytree(PAYERS / "aetna", own, ignore=shutil.ignore_patterns("*.pdf"))
    policy = (
        (own / "policy.yaml")
        .read_text()
        .replace("id: aetna\n", "id: acme\n")
        .replace("payer: Aetna\n", "payer: Acme Health\n")
    )
    (own / "policy.yaml").write_text(policy)
    return workspace


def own_form(workspace: Workspace) -> None:
    """The general request as the plan's own, with another title on it."""
    with pikepdf.open(PAYERS / "general" / "general-request.pdf") as pdf:
        pdf.Root.AcroForm.Fields[0].TU = "of Acme"
        pdf.save(workspace.folder / "payer_forms" / "acme" / "request.pdf")
        known = fingerprint(widgets_of(pdf), len(pdf.pages))
    text = (FORM_MAPS / "general-request.yaml").read_text()
    text = text.replace("id: general-request", "id: acme-request").replace(
        "general/general-request.pdf", "acme/request.pdf"
    )
    assert known in text, "a tip does not change what a map is made for"
    (workspace.folder / "templates" / "forms" / "acme-request.yaml").write_text(text)


def test_a_case_is_judged_by_the_clinics_own_plan_and_fills_its_own_form(clinic: Workspace) -> None:
    own_form(clinic)
    done = packetgen("build", clinic.cases / "one" / "case.yaml")
    assert done.returncode == 3, done.stderr
    assert done.stdout.startswith("Acme Health")
    folder = clinic.cases / "one" / "packet"
    assert (folder / "form-acme-request.pdf").is_file()
    rules = json.loads((folder / "manifest.json").read_text())["rules"]
    assert {"acme/policy.yaml", "acme/request.pdf", "forms/acme-request.yaml"} <= set(rules)


def test_a_case_outside_of_the_workspace_does_not_see_its_plans(clinic: Workspace, tmp_path: Path) -> None:
    shutil.copytree(clinic.cases / "one", tmp_path / "elsewhere" / "cases" / "one")
    done = packetgen("check", tmp_path / "elsewhere" / "cases" / "one" / "case.yaml")
    assert done.returncode == 2 and "no plan 'acme'" in done.stderr


def test_own_plans_are_followed_listed_and_tested(clinic: Workspace) -> None:
    found, unread = followed(clinic)
    assert [one.case.insurance.payer for one in found] == ["acme"] and unread == ()
    assert {"acme", "aetna"} <= {payer.id for payer in list_payers(*clinic.payers)}
    policy = clinic.folder / "payer_forms" / "acme" / "policy.yaml"
    done = packetgen("payers", "test", policy)
    assert done.returncode == 0 and done.stdout.startswith("acme: ")
    assert "Acme Health" in packetgen("payers", "show", policy).stdout
