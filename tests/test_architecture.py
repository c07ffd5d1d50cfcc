"""The house rules that a machine can hold."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import packetgen

HOUSE = Path(packetgen.__file__).parent
GROUND = {
    "errors", "limits", "files", "programs", "children", "yamlfile", "resources", "case", "typeset", "office",
    "pdfium", "sandbox",
}  # fmt: skip
STORY = ["documents", "extraction", "chart", "policy", "letters", "forms", "packet"]


def imports_of(path: Path) -> set[str]:
    """Rooms and ground modules that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("packetgen"):
            parts = (node.module or "").split(".")
            found |= {parts[1]} if len(parts) > 1 else {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name.split(".")[1] for alias in node.names if alias.name.startswith("packetgen.")}
    return found - {"__version__"}


def test_imports_follow_the_story() -> None:
    wrong = []
    for position, room in enumerate(STORY):
        allowed = GROUND | set(STORY[: position + 1])
        if room == "forms":
            allowed -= {"letters"}
        for path in sorted((HOUSE / room).rglob("*.py")):
            wrong += [f"{path.relative_to(HOUSE)} imports {name}" for name in imports_of(path) - allowed]
    assert wrong == []


def test_only_the_command_line_and_the_rooms_on_top_know_the_pipeline() -> None:
    top = {"cli", "__main__", "pipeline", "judging", "assembly", "stages", "batch", "forget", "workspace"}
    top |= {"review", "intake", "tracking"}
    below = [path for path in HOUSE.rglob("*.py") if path.relative_to(HOUSE).parts[0].removesuffix(".py") not in top]
    assert [path.name for path in below if imports_of(path) & top] == []


def test_the_ground_stands_on_nothing_above_it() -> None:
    wrong = [(name, imports_of(HOUSE / f"{name}.py") - GROUND) for name in sorted(GROUND)]
    assert [item for item in wrong if item[1]] == []


def test_help_starts_without_the_pdf_libraries() -> None:
    code = (
        "import sys, packetgen.cli; heavy = {'pikepdf', 'pdfplumber', 'pypdfium2', 'docxtpl', 'reportlab', 'pydantic'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_only_one_function_writes_files_that_a_person_sees() -> None:
    writing = ("write_text(", "write_bytes(", '"wb")', '"w")')
    own = {"files.py", "clean.py", "officefiles.py", "ocr.py"}  # the function itself; what is made in a work folder
    found = [path.name for path in HOUSE.rglob("*.py") if any(word in path.read_text() for word in writing)]
    assert set(found) <= own


def test_one_module_opens_pdfs_in_pdfium_which_knows_no_threads() -> None:
    assert [path.name for path in HOUSE.rglob("*.py") if "PdfDocument(" in path.read_text()] == ["pdfium.py"]


def test_project_files_name_no_path_of_a_developers_machine() -> None:
    root = HOUSE.parent
    suffixes = {".py", ".md", ".yaml", ".toml", ".j2", ".lock", ""}
    folders = ("packetgen", "payer_forms", "templates", "samples", "tests", "script", "docs", ".ci")
    files = [p for folder in folders for p in (root / folder).rglob("*") if p.is_file() and p.suffix in suffixes]
    named = [
        p.name for p in files if any(word in p.read_text(errors="ignore") for word in ("/wo" + "rk/", "../sha" + "red"))
    ]
    assert named == []
