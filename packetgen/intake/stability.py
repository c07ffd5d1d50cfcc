"""Which files of the inbox have arrived: those whose size and time have stood still, and whose end is there."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from packetgen.intake.names import is_junk
from packetgen.intake.whole import is_being_written, is_whole
from packetgen.limits import INBOX_DEPTH, POLL_SECONDS, RESCAN_SECONDS, TICK_SECONDS, UNFINISHED_SECONDS

Facts = tuple[int, int, int]  # inode, size, time of change in ns


@dataclass(slots=True)
class Stability:
    """What was seen of each file and since when it is so. Times are seconds of a clock that never jumps.

    put_aside: files that could not be taken, until when; looked: when one looked last
    """

    quiet: float
    seen: dict[Path, tuple[Facts, float]] = field(default_factory=dict)
    put_aside: dict[Path, float] = field(default_factory=dict)
    looked: float = 0.0

    def ready(self, folder: Path, now: float) -> list[Path]:
        """The files of `folder` and its subfolders that have arrived, the one that stood still longest first."""
        self.looked = now
        there = {path: fact for path in files_in(folder) if (fact := _facts(path))}
        self.seen = {
            path: old if (old := self.seen.get(path)) and old[0] == fact else (fact, now)
            for path, fact in there.items()
        }
        self.put_aside = {path: until for path, until in self.put_aside.items() if path in there and until > now}
        still = [(since, path) for path, (_, since) in self.seen.items() if now - since >= self.quiet]
        return [path for since, path in sorted(still) if path not in self.put_aside and _has_arrived(path, now - since)]

    def leave(self, path: Path, now: float) -> None:
        """Do not offer this file before the next full look: what stopped it, a full disk say, may have passed."""
        self.put_aside[path] = now + RESCAN_SECONDS

    @property
    def look_again_after(self) -> float:
        """Seconds after a look until the next, whatever events tell: soon when a file had not stood still yet."""
        if any(self.looked - since < self.quiet for _, since in self.seen.values()):
            return TICK_SECONDS
        return POLL_SECONDS if self.seen else RESCAN_SECONDS


def files_in(folder: Path, depth: int = INBOX_DEPTH) -> Iterator[Path]:
    """Plain files below a folder, by name; links, pipes, sockets and junk are left alone. Raises OSError."""
    with os.scandir(folder) as listing:
        entries = sorted(listing, key=lambda entry: os.fsencode(entry.name))
    for entry in entries:
        if is_junk(entry.name):
            continue
        try:
            if entry.is_file(follow_symlinks=False):
                yield folder / entry.name
            elif entry.is_dir(follow_symlinks=False) and depth:
                yield from files_in(folder / entry.name, depth - 1)
        except OSError:  # it went while we looked
            continue


def _facts(path: Path) -> Facts | None:
    try:
        status = path.lstat()
    except OSError:
        return None
    return (status.st_ino, status.st_size, status.st_mtime_ns) if stat.S_ISREG(status.st_mode) else None


def _has_arrived(path: Path, still_for: float) -> bool:
    """A file without its end may stay so for long, and is then taken as it is: a person must see it."""
    try:
        return not is_being_written(path) and (still_for >= UNFINISHED_SECONDS or is_whole(path))
    except OSError:
        return False
