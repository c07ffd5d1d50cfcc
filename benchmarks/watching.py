"""The watched folder, from a file's last byte in the inbox to its case's new draft: `python -m benchmarks.watching`.

Of these the watcher waits QUIET_SECONDS, so that it takes no file that is still being written.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from packetgen.limits import QUIET_SECONDS
from packetgen.resources import SAMPLES
from packetgen.workspace import make_workspace

SAMPLE = SAMPLES / "chronic-migraine-uhc"
LONGEST = 120.0


def latency(folder: Path) -> float:
    """Seconds from the drop of a page for a case that was built before, to its rebuilt packet."""
    workspace = make_workspace(folder / "clinic")
    shutil.copytree(SAMPLE, workspace.cases / "2026-0142", ignore=shutil.ignore_patterns("packet"))
    packet = workspace.cases / "2026-0142" / "packet" / "packet.pdf"
    environment = {**os.environ, "PACKETGEN_CACHE": str(folder / "cache")}
    command = [sys.executable, "-m", "packetgen"]
    subprocess.run([*command, "build", str(packet.parent.parent / "case.yaml")], capture_output=True, env=environment)
    before = packet.stat().st_mtime_ns
    watcher = subprocess.Popen(
        [*command, "watch", str(workspace.folder)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
    )
    try:
        time.sleep(3)  # until it has looked at its empty inbox
        with (workspace.inbox / "call.txt").open("w") as note:
            note.write(
                "Telephone note\nDate: 11/20/2026\nPatient: Dana Whitfield   DOB: 03/17/1984   MRN: 00418827\n\n"
            )
            note.write("Headache on 23 of the last 30 days.\n")
        start = time.monotonic()
        while packet.stat().st_mtime_ns == before:
            assert time.monotonic() - start < LONGEST, "the packet was not rebuilt"
            time.sleep(0.05)
        return time.monotonic() - start
    finally:
        watcher.terminate()
        watcher.wait(30)


def main() -> float:
    """Print the figure and give it."""
    with tempfile.TemporaryDirectory() as name:
        took = latency(Path(name))
    print(
        f"From the drop of a note to its case's new draft: {took:.1f} s, of which {QUIET_SECONDS:.0f} s wait for quiet."
    )
    return took


if __name__ == "__main__":
    main()
