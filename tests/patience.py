"""Waiting in tests: for a thing to become true, and for a program, but never for ever."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

PATIENCE = 60.0  # seconds


def until(holds: Callable[[], object]) -> None:
    """Wait until it holds; an AssertionError when it does not in time."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


@contextmanager
def a_program(command: Sequence[str]) -> Iterator[subprocess.Popen[str]]:
    """A program whose output the test reads line by line; it is killed when the test fails or forgets it."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()
