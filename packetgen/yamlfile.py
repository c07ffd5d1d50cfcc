"""YAML that people write, read strictly: scalars stay strings, and every error names file and line.

PyYAML alone turns the member number 0123456 into 42798 and `no` into False, accepts duplicate keys and
follows aliases without end. Here a scalar is text (an empty or `null` one is None), duplicate keys, tags,
anchors and aliases are errors, and the schema (pydantic) converts. Unknown keys come with a suggestion.
"""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from packetgen.errors import BadDataFile, PacketgenError
from packetgen.files import refuse_writable_by_all
from packetgen.limits import MAX_YAML_BYTES, MAX_YAML_DEPTH

Model = TypeVar("Model", bound=BaseModel)
Path_ = tuple[str | int, ...]
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml reads several times faster, where PyYAML has it


class Strict(BaseModel):
    """Base of every schema for a file that people write: immutable, unknown keys refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def read(path: Path, schema: type[Model], error: type[PacketgenError] = BadDataFile) -> Model:
    """Read `path` and check it against `schema`; raise `error` naming the file, the line and the field.

    Rules decide what is said of a patient: a file of them, or its folder, that anyone can change is refused.
    """
    if error is BadDataFile:
        refuse_writable_by_all(path.parent)
        refuse_writable_by_all(path)
    try:
        if path.stat().st_size > MAX_YAML_BYTES:
            raise error(f"larger than {MAX_YAML_BYTES // 1024} KB", where=path.name)
        text = path.read_text("utf-8")
    except UnicodeDecodeError:
        raise error("is not UTF-8 text", where=path.name, fix="Save the file as UTF-8.") from None
    except OSError as failure:
        raise error(f"cannot be read ({failure.strerror})", where=str(path)) from None
    return parse(text, schema, path.name, error)


def parse(text: str, schema: type[Model], name: str, error: type[PacketgenError] = BadDataFile) -> Model:
    """Check YAML text against `schema`; `name` stands for the file in messages."""
    lines: dict[Path_, int] = {}
    try:
        _refuse_references(text, name, error)
        node = yaml.compose(text, Loader=LOADER)
        content = _content(node, (), lines, name, error) if node is not None else {}
    except yaml.MarkedYAMLError as failure:
        mark = failure.problem_mark or failure.context_mark
        line = getattr(mark, "line", 0) + 1
        raise error(f"is not valid YAML: {failure.problem}", where=f"{name}:{line}") from None
    except (yaml.YAMLError, RecursionError):
        raise error("is not valid YAML", where=name) from None
    try:
        return schema.model_validate(content)
    except ValidationError as failure:
        raise _explain(failure, schema, lines, name, error) from None


def line_of(path: Path, *at: str | int) -> int:
    """The 1-based line of something in a file that was read before: keys and positions from the top."""
    lines: dict[Path_, int] = {}
    node = yaml.compose(path.read_text("utf-8"), Loader=LOADER)
    if node is not None:
        _content(node, (), lines, path.name, BadDataFile)
    return next((lines[at[:n]] for n in range(len(at), 0, -1) if at[:n] in lines), 1)


def _refuse_references(text: str, name: str, error: type[PacketgenError]) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=LOADER):
        line = getattr(event.start_mark, "line", 0) + 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise error("anchors and aliases are not used here", where=f"{name}:{line}", fix="Write the value out.")
        if getattr(event, "tag", None) not in (None, "!"):
            raise error("tags (!) are not used here", where=f"{name}:{line}", fix="Remove the tag.")
        if isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            depth += 1
            if depth > MAX_YAML_DEPTH:
                raise error("is nested too deeply", where=f"{name}:{line}")
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            depth -= 1


def _content(node: yaml.Node, at: Path_, lines: dict[Path_, int], name: str, error: type[PacketgenError]) -> Any:
    """The node as dicts, lists and strings; `lines` gets the line of everything in it."""
    lines[at] = node.start_mark.line + 1
    if isinstance(node, yaml.ScalarNode):
        return None if not node.style and node.value in ("", "~", "null") else node.value
    if isinstance(node, yaml.SequenceNode):
        return [_content(item, (*at, i), lines, name, error) for i, item in enumerate(node.value)]
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            raise error("a key must be plain text", where=f"{name}:{line}")
        key = key_node.value
        if key in found:
            raise error(f"the key '{key}' appears twice", where=f"{name}:{line}", fix="Keep one of them.")
        found[key] = _content(value_node, (*at, key), lines, name, error)
        lines[(*at, key)] = line
    return found


def _explain(
    failure: ValidationError, schema: type[BaseModel], lines: dict[Path_, int], name: str, error: type[PacketgenError]
) -> PacketgenError:
    """One error that lists every mistake with its line: people fix a file once, not key by key."""
    details = failure.errors()
    messages = []
    for detail in details:
        if any(
            len(other["loc"]) > len(detail["loc"]) and other["loc"][: len(detail["loc"])] == detail["loc"]
            for other in details
        ):
            continue  # a list that is "too short" only because its item is wrong: the item's error says it
        at = tuple(part for part in detail["loc"] if not isinstance(part, str) or part != "__root__")
        known = [at[:n] for n in range(len(at), -1, -1) if at[:n] in lines]
        line = lines[known[0]] if known else 1
        messages.append((line, f"{name}:{line}: {_field(at)}: {_reason(detail, schema, at)}"))
    messages.sort()
    first, *rest = [text for _, text in messages]
    where, what = first.split(": ", 1)
    return error("\n".join([what, *rest]), where=where, fix=f"Correct {name} and run again.")


def _field(at: Path_) -> str:
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in at) or "file"


def _reason(detail: ErrorDetails, schema: type[BaseModel], at: Path_) -> str:
    if detail["type"] == "extra_forbidden":
        near = difflib.get_close_matches(str(at[-1]), _keys_at(schema, at[:-1]), n=1, cutoff=0.6)
        return "unknown key" + (f"; did you mean '{near[0]}'?" if near else "")
    if detail["type"] == "missing":
        return "required, but not given"
    if detail["type"] in ("model_type", "model_attributes_type"):
        return "its fields are missing" if detail["input"] is None else "must hold fields of its own"
    return detail["msg"].removeprefix("Value error, ")


def _keys_at(schema: Any, at: Path_) -> list[str]:
    """Keys that the schema knows at a place in the file."""
    definitions = schema.model_json_schema()
    here: list[dict[str, Any]] = [definitions]
    for part in at:
        here = [child for option in here for child in _step(definitions, option, part)]
    return sorted({key for option in here for key in _resolved(definitions, option).get("properties", {})})


def _step(definitions: dict[str, Any], option: dict[str, Any], part: str | int) -> list[dict[str, Any]]:
    option = _resolved(definitions, option)
    if isinstance(part, int):
        child = option.get("items")
    else:
        child = option.get("properties", {}).get(part) or option.get("additionalProperties") or None
    if not isinstance(child, dict):
        return [option] if isinstance(part, str) else []
    return [child, *child.get("anyOf", []), *child.get("oneOf", [])]


def _resolved(definitions: dict[str, Any], option: dict[str, Any]) -> dict[str, Any]:
    reference = option.get("$ref")
    return definitions["$defs"][reference.rsplit("/", 1)[-1]] if reference else option
