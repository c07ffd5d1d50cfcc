"""Which files of the inbox are finished: those whose size and time have stood still."""

from __future__ import annotations

import stat
from dataclasses import dataclass, field
from pathlib import Path

# Hidden, temporary and partial names: half-made copies and droppings of file managers.
IGNORED_NAMES = ("Thumbs.db", "desktop.ini")
IGNORED_STARTS = (".", "~", "@")
IGNORED_ENDS = (".part", ".partial", ".crdownload", ".tmp", ".download", "~")


@dataclass(slots=True)
class Stability:
    """What was seen of each file: its size and time, and since when they are so. Times are seconds of any clock.

    put_aside: files that could not be taken, as they were then; they are tried again when they change.
    """

    quiet: float
    seen: dict[Path, tuple[int, int, float]] = field(default_factory=dict)
    put_aside: dict[Path, tuple[int, int]] = field(default_factory=dict)

    def ready(self, folder: Path, now: float) -> list[Path]:
        """The files of `folder` that have not changed for `quiet` seconds, oldest sight first."""
        there = {path: fact for path in sorted(folder.iterdir()) if (fact := _fact(path))}
        self.seen = {
            path: old if (old := self.seen.get(path)) and old[:2] == fact else (*fact, now)
            for path, fact in there.items()
        }
        return [
            path
            for path, (size, time, since) in self.seen.items()
            if now - since >= self.quiet and self.put_aside.get(path) != (size, time)
        ]

    def leave(self, path: Path) -> None:
        """Do not offer this file again until it changes."""
        self.put_aside[path] = self.seen[path][:2]


def _fact(path: Path) -> tuple[int, int] | None:
    """Size and time of a plain file; None for what is left alone: links, pipes, folders, junk, empty files."""
    name = path.name
    if name in IGNORED_NAMES or name.startswith(IGNORED_STARTS) or name.lower().endswith(IGNORED_ENDS):
        return None
    try:
        status = path.lstat()
    except OSError:
        return None
    if not stat.S_ISREG(status.st_mode) or status.st_size == 0:
        return None
    return status.st_size, status.st_mtime_ns
