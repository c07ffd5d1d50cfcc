"""Word templates and their passages: a clinic's own before those that ship, and rendered without trust in either."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packetgen.errors import BadDataFile
from packetgen.files import refuse_writable_by_all

PASSAGES = "passages"
NOT_PRINTABLE = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef\ufffe\uffff]"
)
BLANKS = re.compile(r"[ \t\r\n]+")


@dataclass(frozen=True, slots=True)
class Template:
    """A Word template, the passages it prints and the files that they include."""

    docx: Path
    passages: Path
    folders: tuple[Path, ...]

    @property
    def name(self) -> str:
        """ "continuation" of continuation.docx."""
        return self.docx.stem


def find_template(name: str, indication: str, folders: Sequence[Path]) -> Template:
    """The template NAME.docx and its passages: passages/NAME.j2, or those of the indication.

    folders: a clinic's own first. Raises BadDataFile for one that is missing, or that everyone may change.
    """
    for folder in folders:
        refuse_writable_by_all(folder)
    docx = _first(f"{name}.docx", folders)
    try:
        passages = _first(f"{PASSAGES}/{name}.j2", folders)
    except BadDataFile:
        passages = _first(f"{PASSAGES}/{indication}.j2", folders)
    return Template(docx, passages, tuple(folders))


def _first(name: str, folders: Sequence[Path]) -> Path:
    found = next((folder / name for folder in folders if (folder / name).is_file()), None)
    if found is None:
        raise BadDataFile("there is no such template", where=name, fix="Add it, or choose another request.")
    return found


def sources(template: Template, indication: str) -> tuple[Path, ...]:
    """Every file that a letter from this template was made of."""
    from jinja2 import nodes

    loader = passage_environment(template.folders)
    found, waiting = [template.docx], [template.passages.name]
    while waiting:
        path = _first(f"{PASSAGES}/{waiting.pop(0)}", template.folders)
        if path in found:
            continue
        found.append(path)
        for node in loader.parse(path.read_text("utf-8")).find_all((nodes.Extends, nodes.Import, nodes.Include)):
            # a name that is put together is that of the indication
            constant = isinstance(node.template, nodes.Const)
            waiting.append(node.template.value if constant else f"{indication}.j2")
    return tuple(found)


def passage_environment(folders: Sequence[Path]) -> Any:
    """For passages: a value is one line, and escaped, so that it is told from the marks that `cite` leaves."""
    from jinja2 import FileSystemLoader

    return _environment(_one_line, loader=FileSystemLoader([str(folder / PASSAGES) for folder in folders]))


def word_environment() -> Any:
    """For Word templates: a value is escaped for XML."""
    return _environment(untagged)


def _environment(form: Callable[[str], str], **options: Any) -> Any:
    """Templates and charts are not trusted: no code, no missing values, and `form` given to each value."""
    import markupsafe
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    from packetgen.sandbox import Bounded

    class Environment(ImmutableSandboxedEnvironment, Bounded):
        """Bounded, and no template changes a list of the case."""

    def finalize(value: object) -> object:
        if hasattr(_no_none(value), "__html__"):
            return value
        return markupsafe.Markup(form(str(markupsafe.escape(printable(str(value))))))  # noqa: S704 - escaped here

    return Environment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=True, finalize=finalize, **options
    )


def _one_line(value: str) -> str:
    """A value as a part of a paragraph: it can begin no passage of its own."""
    return BLANKS.sub(" ", value)


def untagged(xml: str) -> str:
    """XML text in which docxtpl sees no tag: it would turn "{_{" of a chart into one, also after rendering."""
    return xml.replace("{_", "{&#95;").replace("_}", "&#95;}")


def _no_none(value: object) -> object:
    """None must not print as a word: a template has to ask whether a fact is there."""
    import jinja2

    if value is None:
        raise jinja2.UndefinedError("a value that the case does not have is printed; test it with {% if %} first")
    return value


def printable(text: str) -> str:
    """Text that Word can hold: control and private signs become a visible mark."""
    return NOT_PRINTABLE.sub("\u25a1", text)
