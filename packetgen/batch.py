"""Many cases at once: on the cores of this machine, or on a Dask cluster that sees the same folders.

Each case is built in a process of its own, so that none can stop, slow down or see another. What was built before from
the very same files is not built again, which makes a batch that was cut off go on where it stopped.
"""

from __future__ import annotations

import glob
import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from packetgen import __version__, office
from packetgen.children import ChildFailed, cores, each_in_a_child, share_cores
from packetgen.errors import BadCaseFile, ExitCode, MissingProgram, PacketgenError
from packetgen.files import json_text
from packetgen.limits import BATCH_CASE_SECONDS, BATCH_MEMORY_BYTES, CLUSTER_SECONDS, CLUSTER_TRIES
from packetgen.packet.fresh import built_before, output_of
from packetgen.packet.wanted import NO_VARIANT
from packetgen.programs import run

if TYPE_CHECKING:
    from distributed import Client

CASE = "case.yaml"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one case.

    code     the exit code that `packetgen build` would end with
    said     why it is a draft or was not built; empty when the packet is complete
    pages    of the packet; 0: none was built
    seconds  wall-clock time of this case
    built    False: it was there already, from the same files
    """

    case_file: Path
    code: ExitCode
    said: str
    pages: int = 0
    seconds: float = 0.0
    built: bool = True


def find_cases(patterns: Sequence[str]) -> tuple[Path, ...]:
    """The case files that patterns name, each once: files, folders with a case.yaml, or a glob with ** in it.

    Raises BadCaseFile for a pattern that names none.
    """
    found: dict[Path, None] = {}
    for pattern in patterns:
        names = glob.glob(pattern, recursive=True)  # noqa: PTH207 - the pattern may be absolute, or lead through ..
        paths = [Path(name) for name in sorted(names)]
        files = [path / CASE if path.is_dir() else path for path in paths]
        files = [path for path in files if path.is_file()]
        if not files:
            raise BadCaseFile("no case file there", where=pattern, fix="Example: packetgen batch 'cases/**/case.yaml'")
        found |= dict.fromkeys(path.resolve() for path in files)
    return tuple(found)


def run_here(cases: Sequence[Path], workers: int | None = None) -> Iterator[Outcome]:
    """Build on this machine, `workers` cases at a time (default: one a core); outcomes in the order they finish."""
    from packetgen import assembly  # noqa: F401 - before the children start: a forked one has it at once

    workers = min(workers or cores(), max(1, len(cases)))
    with office.kept(workers):
        children = each_in_a_child(
            partial(_build, workers),
            cases,
            seconds=lambda _: BATCH_CASE_SECONDS,
            memory_bytes=BATCH_MEMORY_BYTES,
            workers=workers,
        )
        for index, result in children:
            outcome = _outcome(cases[index], result)
            if outcome.built and len(cases) > workers:
                office.make_ready(1)
            yield outcome


def run_on_cluster(cases: Sequence[Path], address: str) -> Iterator[Outcome]:
    """Build on the workers of a Dask scheduler, which must see the case files under the same paths.

    A case whose worker died is given to another. Raises MissingProgram without the extra packetgen[cluster], and
    PacketgenError when no scheduler answers at `address` (tcp://host:port, or tls://…).
    """
    try:
        from distributed import Client, as_completed
    except ImportError:
        raise MissingProgram("Dask is not installed", fix="pip install 'packetgen[cluster]'") from None
    try:
        client = Client(address, timeout=CLUSTER_SECONDS, set_as_default=False)
    except (OSError, ValueError) as failure:
        raise PacketgenError(
            f"no Dask scheduler answers ({type(failure).__name__})",
            where=address,
            fix="Start one: dask scheduler",
        ) from None
    with client:
        _ready(client, address)
        futures = {client.submit(build_apart, str(case), pure=False, retries=CLUSTER_TRIES): case for case in cases}
        for future in as_completed(futures, loop=client.loop):
            case = futures[future]
            yield future.result() if future.status == "finished" else _outcome(case, ChildFailed("crashed", "worker"))


def _ready(client: Client, address: str) -> None:
    """Raise PacketgenError unless workers are there and all have this version: others would build other bytes."""
    try:
        client.wait_for_workers(1, timeout=CLUSTER_SECONDS)
        versions = set(client.run(version).values())
    except TimeoutError:
        raise PacketgenError(
            "the Dask scheduler has no workers", where=address, fix=f"Start one: dask worker {address} --nthreads 1"
        ) from None
    except ImportError:
        versions = {"none"}
    if versions != {version()}:
        raise PacketgenError(
            f"workers have packetgen {', '.join(sorted(versions))}, this is {version()}",
            where=address,
            fix="Install the same version everywhere.",
        )


def version() -> str:
    """The version of packetgen in this process."""
    return __version__


def build_apart(case: str) -> Outcome:
    """Build one case in a program of its own: the process of a Dask worker may have no children of multiprocessing.

    Raises ProgramFailed when that program dies.
    """
    printed = run(
        [sys.executable, "-m", __name__, case],
        seconds=BATCH_CASE_SECONDS,
        memory_bytes=BATCH_MEMORY_BYTES,
        environment=os.environ,
    )
    found = json.loads(printed)
    return Outcome(**{**found, "case_file": Path(case), "code": ExitCode(found["code"])})


def _build(sharers: int, case_file: Path) -> Outcome:
    """Build one case in this process, one of so many that share the cores; every expected error becomes an outcome."""
    from packetgen import pipeline

    share_cores(sharers)
    start = time.monotonic()
    try:
        if earlier := built_before(case_file, output_of(case_file), NO_VARIANT):
            return Outcome(case_file, ExitCode(earlier.exit_code), earlier.draft, earlier.page_count, built=False)
        built = pipeline.build(case_file)
    except PacketgenError as error:
        return Outcome(case_file, error.exit_code, f"{error.where}: {error.what}".lstrip(": "), 0, _since(start))
    said = built.packet.draft
    return Outcome(case_file, built.exit_code, said, built.packet.page_count, _since(start))


def _since(start: float) -> float:
    return round(time.monotonic() - start, 2)


def _outcome(case: Path, outcome: Outcome | ChildFailed) -> Outcome:
    """The outcome of a case, also of one whose process gave none."""
    if isinstance(outcome, Outcome):
        return outcome
    return Outcome(case, ExitCode.internal_error, f"the build was {outcome.reason} ({outcome.detail}); build it alone")


if __name__ == "__main__":
    print(json_text(asdict(_build(1, Path(sys.argv[1])))))  # noqa: T201 - read by build_apart
