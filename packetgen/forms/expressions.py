"""Expressions of a form map: Jinja in a sandbox, over facts that keep the places they were read.

Maps are not trusted: no code, no missing names, no private attributes. A fact that is not there says nothing, and so
does all that is written with it: a form never shows "None", nor half an address.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import wraps
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.runtime import Context

from packetgen.chart.words import Said
from packetgen.extraction.model import Evidence
from packetgen.forms.formats import FORMATS
from packetgen.sandbox import FAULTS, Bounded, why

Wrong = Callable[[str], Exception]  # makes the error that names the map and the line
NAMES = {"True", "False", "None", "true", "false", "none"}


class _NothingSaid(Exception):
    """A fact that is not there was to be written."""


class _Nothing:
    """A fact that is not there: false, and no text."""

    def __bool__(self) -> bool:
        return False

    def __eq__(self, other: object) -> bool:
        return other is None or isinstance(other, _Nothing)

    def __hash__(self) -> int:
        return 0

    def __str__(self) -> str:
        raise _NothingSaid

    def __lt__(self, other: object) -> bool:
        raise _NothingSaid

    __gt__ = __le__ = __ge__ = __lt__


NOTHING = _Nothing()


class _FactContext(Context):
    """Top-level names, noted when they are used."""

    def resolve_or_missing(self, key: str) -> Any:
        return self.environment.note(super().resolve_or_missing(key))  # type: ignore[attr-defined]


class _Sandbox(Bounded):
    """A sandbox that notes the places of every fact an expression uses."""

    context_class = _FactContext

    def __init__(self) -> None:
        super().__init__(undefined=jinja2.StrictUndefined)
        self.places: list[Evidence] = []
        own: dict[str, Callable[..., Any]] = {name: _of_said(function) for name, function in FORMATS.items()}
        kept = {name: self.filters[name] for name in ("upper", "lower", "title", "replace", "join", "first", "length")}
        self.filters = {**kept, **own}
        self.tests["none"] = lambda value: value is None or value is NOTHING

    def note(self, value: Any) -> Any:
        """The value itself, its places noted; NOTHING for None."""
        if isinstance(value, Said):
            self.places += value.places
        return NOTHING if value is None else value

    def getattr(self, obj: Any, attribute: str) -> Any:
        return self.note(super().getattr(obj, attribute)) if obj is not NOTHING else NOTHING

    def getitem(self, obj: Any, argument: Any) -> Any:
        return self.note(super().getitem(obj, argument)) if obj is not NOTHING else NOTHING

    def call(self, context: Context, function: Any, *args: Any, **kwargs: Any) -> Any:
        plain = [None if value is NOTHING else value for value in args]
        return self.note(super().call(context, function, *plain, **kwargs))


def _of_said(function: Callable[..., Any]) -> Callable[..., Any]:
    """A format that is only asked about what is said."""

    @wraps(function)
    def asked(value: Any, *args: Any, **kwargs: Any) -> Any:
        if value is None or value is NOTHING or value == "":
            return NOTHING
        answer = function(value, *args, **kwargs)
        return NOTHING if answer is None else answer

    return asked


class Facts:
    """The facts of one case, asked by expressions."""

    def __init__(self, context: Mapping[str, Any]) -> None:
        self.context = dict(context)
        self.sandbox = _Sandbox()
        self.compiled: dict[str, Any] = {}
        self.trees: dict[str, nodes.Template] = {}

    def ask(self, expression: str, wrong: Wrong, **more: Any) -> Said | bool | None:
        """What the expression says, with the places of all facts it used; None when it says nothing."""
        value = self._value(expression, wrong, more)
        places = tuple(dict.fromkeys(self.sandbox.places))
        if value is NOTHING or value is None:
            return None
        if isinstance(value, bool):
            return value
        if isinstance(value, date):
            raise wrong('it is a date; write it as day(…) or … | date("MM/DD/YYYY")')
        if isinstance(value, (str, int, float, Said)):
            text = f"{value:g}" if isinstance(value, float) else str(value)
            return Said(text, places) if text.strip() else None
        raise wrong(f"it gives {_sort_of(value)}, not words")

    def rows(self, expression: str, wrong: Wrong) -> list[Any]:
        """The list that a table is made of."""
        value = self._value(expression, wrong, {})
        if value is NOTHING:
            return []
        if not isinstance(value, (list, tuple)):
            raise wrong(f"it gives {_sort_of(value)}, not a list")
        return list(value)

    def check(self, expression: str, wrong: Wrong, **more: Any) -> None:
        """Raise for a fact that does not exist, also where the expression would not come to it today."""
        known = {**self.context, **more}
        for path in _paths(self._tree(expression, wrong)):
            value: Any = known.get(path[0], jinja2.Undefined())
            for step in range(1, len(path) + 1):
                if isinstance(value, jinja2.Undefined):
                    raise wrong(_unknown(path[:step], known if step == 1 else self._reach(known, path[: step - 1])))
                if value is None or value is NOTHING or step == len(path):
                    break
                value = self.sandbox.getattr(value, path[step])
        self.sandbox.places.clear()

    def _reach(self, known: Mapping[str, Any], path: tuple[str, ...]) -> Any:
        value = known[path[0]]
        for name in path[1:]:
            value = self.sandbox.getattr(value, name)
        return value

    def _value(self, expression: str, wrong: Wrong, more: Mapping[str, Any]) -> Any:
        self._tree(expression, wrong)
        self.sandbox.places.clear()
        try:
            return self.compiled[expression](**self.context, **more)
        except _NothingSaid:
            return NOTHING
        except FAULTS as failure:
            raise wrong(why(failure)) from None

    def _tree(self, expression: str, wrong: Wrong) -> nodes.Template:
        """The parsed expression; it is compiled once."""
        try:
            if expression not in self.compiled:
                self.compiled[expression] = self.sandbox.compile_expression(expression, undefined_to_none=False)
                self.trees[expression] = self.sandbox.parse("{{ " + expression + " }}")
            return self.trees[expression]
        except FAULTS as failure:
            raise wrong(why(failure)) from None


def constants(expression: str) -> set[str]:
    """The texts that an expression may give as they stand: what a choice field must know."""
    tree = _Sandbox().parse("{{ " + expression + " }}")
    (output,) = tree.find_all(nodes.Output)
    return set(_results(output.nodes[-1]))


def _results(node: Any) -> Iterator[str]:
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, nodes.CondExpr):
        yield from _results(node.expr1)
        yield from _results(node.expr2)
    elif isinstance(node, (nodes.Or, nodes.And)):
        yield from _results(node.left)
        yield from _results(node.right)
    elif isinstance(node, nodes.Filter) and node.name in ("choice", "yes_no"):
        for given in (*node.args, *(pair.value for pair in node.kwargs)):
            yield from _results(given)


def _paths(tree: nodes.Template) -> Iterator[tuple[str, ...]]:
    """Every dotted name of an expression: ("patient", "phone")."""
    inner = {id(node.node) for node in tree.find_all(nodes.Getattr)}
    for node in tree.find_all((nodes.Getattr, nodes.Name)):
        if id(node) in inner:
            continue
        path: list[str] = []
        here: Any = node
        while isinstance(here, nodes.Getattr):
            path.append(here.attr)
            here = here.node
        if isinstance(here, nodes.Name) and here.name not in NAMES:
            yield (here.name, *reversed(path))


def _unknown(path: tuple[str, ...], holder: Any) -> str:
    names = holder if isinstance(holder, Mapping) else [name for name in dir(holder) if not name.startswith("_")]
    near = difflib.get_close_matches(path[-1], [str(name) for name in names], n=1, cutoff=0.6)
    there = ".".join((*path[:-1], near[0])) if near else ""
    return f"there is no fact {'.'.join(path)}" + (f"; did you mean {there}?" if there else "")


def _sort_of(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return "a list"
    return "a table" if isinstance(value, Mapping) else "something"
