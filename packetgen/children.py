"""Work on hostile input, done in child processes that can be killed.

A PDF library may loop for ever, take all memory, or take the process down with it, and a thread cannot be
stopped. So each item is worked on in a process of its own, with its own session (whatever it started dies
with it), a time limit and a memory limit; the parent gets a value or a `ChildFailed` for each item.
"""

from __future__ import annotations

import contextlib
import gc
import logging
import multiprocessing
import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection, wait
from multiprocessing.context import BaseContext
from typing import Any, Literal, TypeVar, cast

from packetgen.errors import PacketgenError
from packetgen.limits import BESIDE_MEMORY_BYTES, BESIDE_SECONDS
from packetgen.programs import STOPPING, ended, undisturbed

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class ChildFailed:
    """Why a child gave no value. `detail` names an exception's class, never its text: that may quote a chart."""

    reason: Literal["too slow", "too big", "crashed", "failed"]
    detail: str


_sharers = 1


def share_cores(processes: int) -> None:
    """From now on this process and its children are one of so many that share the machine's cores."""
    global _sharers
    _sharers = processes


def cores() -> int:
    """Cores this process may use."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, count // _sharers)


def each_in_a_child(
    work: Callable[[Item], Result],
    items: Sequence[Item],
    *,
    seconds: Callable[[Item], float],
    memory_bytes: int,
    workers: int | None = None,
    meanwhile: Callable[[], object] | None = None,
) -> Iterator[tuple[int, Result | ChildFailed]]:
    """Do `work(item)` for every item, at most `workers` (default: one a core) at a time.

    meanwhile: done in this process while the first of them work.

    Yields (index of the item, value or ChildFailed) in the order they finish. A `PacketgenError` raised by
    `work` is raised here too; `work` and its value must be picklable.
    """
    context = _context()
    waiting = list(range(len(items)))
    running: dict[Connection, _Child] = {}
    try:
        while waiting or running:
            while waiting and len(running) < (workers or cores()):
                index = waiting.pop(0)
                with undisturbed():
                    child = _start(context, work, items[index], index, seconds(items[index]), memory_bytes)
                    running[child.pipe] = child
            if meanwhile:
                meanwhile()
                meanwhile = None
            next_deadline = min(child.deadline for child in running.values())
            ready = set(wait(list(running), timeout=max(0.0, next_deadline - time.monotonic())))
            now = time.monotonic()
            for pipe, child in list(running.items()):
                if pipe in ready or now >= child.deadline:
                    del running[pipe]
                    yield child.index, _collect(child, finished=pipe in ready)
    finally:
        for child in running.values():
            _end(child)


@contextlib.contextmanager
def beside(work: Callable[[], Result]) -> Iterator[Callable[[], Result]]:
    """Do `work` (a function or `partial`) in a child while the block goes on; what it gets waits for the value.

    A `PacketgenError` of `work` is raised there. A child that fails otherwise has its work done again, in this process.
    """
    start = partial(_start, _context(), _call, work, 0, BESIDE_SECONDS, BESIDE_MEMORY_BYTES)
    with ended(start, _end) as child:

        def value() -> Result:
            finished = bool(wait([child.pipe], timeout=max(0.0, child.deadline - time.monotonic())))
            result = _collect(child, finished=finished)
            return work() if isinstance(result, ChildFailed) else cast(Result, result)

        yield value


def _call(work: Callable[[], Result]) -> Result:
    return work()


def _context() -> BaseContext:
    return multiprocessing.get_context("spawn" if sys.platform == "darwin" else "fork")


@dataclass(slots=True)
class _Child:
    process: Any
    pipe: Connection
    index: int
    deadline: float


def _start(context: Any, work: Any, item: Any, index: int, seconds: float, memory_bytes: int) -> _Child:
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_child_main, args=(work, item, theirs, memory_bytes), daemon=False)
    process.start()
    theirs.close()
    return _Child(process, ours, index, time.monotonic() + seconds)


def _child_main(work: Any, item: Any, pipe: Connection, memory_bytes: int) -> None:
    os.setsid()
    gc.freeze()  # what the parent made is not looked through, and so not copied
    logging.disable()  # what a library logs may quote the chart
    _begin(memory_bytes)
    try:
        answer: Any = ("value", work(item))
    except PacketgenError as error:
        answer = ("error", (type(error), error.what, error.where, error.fix))
    except MemoryError:
        answer = ("failed", ChildFailed("too big", "MemoryError"))
    except Exception as error:  # noqa: BLE001 - the boundary: whatever a library raises becomes a ChildFailed
        answer = ("failed", ChildFailed("failed", type(error).__name__))
    try:
        pipe.send(answer)
    finally:
        pipe.close()
        os._exit(0)


def _begin(memory_bytes: int) -> None:
    """What a child does first: be stopped like any other process, stay within its memory, leave no core file."""
    for number in STOPPING:
        signal.signal(number, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(ValueError, OSError):  # macOS does not let a process bound its address space
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))


def _collect(child: _Child, *, finished: bool) -> Any:
    try:
        if not finished:
            return ChildFailed("too slow", f"{child.process.name} ran past its time")
        try:
            sort, content = child.pipe.recv()
        except EOFError:
            child.process.join(1)
            return ChildFailed("crashed", f"exit code {child.process.exitcode}")
    finally:
        _end(child)
    if sort == "error":
        kind, what, where, fix = content
        raise kind(what, where=where, fix=fix)
    return content


def _end(child: _Child) -> None:
    """Kill the child and everything in its session."""
    if child.process.is_alive():
        try:
            os.killpg(child.process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            child.process.kill()
    child.process.join()
    child.pipe.close()
