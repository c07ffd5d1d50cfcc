"""Jinja for templates that nobody vouches for: no code, no powers or counting loops that never end."""

from __future__ import annotations

from typing import Any

import jinja2
from jinja2.exceptions import SecurityError
from jinja2.sandbox import SandboxedEnvironment

# All that an expression of a template can raise while it is compiled or computed: it is the template that is wrong.
FAULTS = (
    jinja2.TemplateError, ArithmeticError, AttributeError, LookupError, MemoryError, NameError, RuntimeError, TypeError,
    ValueError,
)  # fmt: skip


class Bounded(SandboxedEnvironment):
    """A sandbox without `range`, `lipsum`, `**`, and products of texts: what a letter or form needs is in the case."""

    intercepted_binops = frozenset({"*", "**"})

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        for name in ("range", "lipsum"):
            del self.globals[name]

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """The product of two numbers; anything else is refused."""
        if operator == "*" and all(isinstance(factor, int | float) for factor in (left, right)):
            return super().call_binop(context, operator, left, right)
        raise SecurityError(f"{operator} is for numbers only" if operator == "*" else f"{operator} is not used here")


def why(fault: BaseException) -> str:
    """What a fault says, or its name: not every one says something."""
    return str(fault) or type(fault).__name__
