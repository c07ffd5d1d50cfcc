"""The case under review: its documents are read once, verdicts follow each decision, the packet is built when shown."""

from __future__ import annotations

import io
import os
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from packetgen import assembly, pdfium, pipeline  # noqa: F401 - a build's last stage: not first met in a thread
from packetgen.chart.decisions import LOG, decisions_in, read_log
from packetgen.children import ChildFailed, each_in_a_child
from packetgen.documents.model import Done, Viewable
from packetgen.documents.ocr import load_libraries
from packetgen.errors import PacketgenError
from packetgen.files import AUDIT, COPIES, private_folder, work_folder
from packetgen.judging import judge
from packetgen.limits import GRACE_SECONDS, HERE_SECONDS, RENDER_MEMORY_BYTES, RENDER_SECONDS
from packetgen.packet.fresh import output_of
from packetgen.packet.page_decisions import page_decisions
from packetgen.packet.signoff import last_sign_off
from packetgen.packet.snapshot import SNAPSHOT, Snapshot, read_snapshot
from packetgen.review.letter_page import LetterView, letter_of

SCREEN_DPI = 110
PAGES_KEPT = 80  # pictures of pages, about 0.2 MB each


@dataclass(slots=True)
class Review:
    """The case under review. Documents are read once, verdicts follow each decision, the packet is built when shown.

    done         how far reading is
    viewable     documents whose pages can be looked at while they are read, by label
    stopped      why reading or building stopped, and of which state of the case
    opened_with  what the packet said that was there before this visit
    here         who has the case open: name by browser, and when each was last heard of
    """

    case_file: Path
    reading: pipeline.Reading | None = None
    built: pipeline.Built | None = None
    written: tuple[object, LetterView] | None = None
    read_from: object = None
    built_from: object = None
    done: Done | None = None
    viewable: dict[str, Viewable] = field(default_factory=dict)
    stopped: dict[str, tuple[object, PacketgenError]] = field(default_factory=dict)
    opened_with: Snapshot | None = None
    here: dict[str, tuple[str, float]] = field(default_factory=dict)
    work: ExitStack = field(default_factory=ExitStack)  # where copies of the pages lie
    worker: threading.Thread | None = None
    ended: bool = False
    reads: threading.Lock = field(default_factory=threading.Lock)
    builds: threading.Lock = field(default_factory=threading.Lock)  # a decision does not wait for a build

    def __post_init__(self) -> None:
        """Keep what the earlier packet said: the first build takes its place."""
        self.opened_with = read_snapshot(output_of(self.case_file) / SNAPSHOT)

    @property
    def folder(self) -> Path:
        """Where the case and its log lie."""
        return self.case_file if self.case_file.is_dir() else self.case_file.parent

    def start(self) -> None:
        """Read the case and build its packet while the page is already shown."""

        def work() -> None:
            with suppress(PacketgenError):  # the page asks again, and says why
                self.read()
                if not self.ended:
                    self.build()

        if self.worker is None or not self.worker.is_alive():
            self.worker = threading.Thread(target=work, daemon=True)
            self.worker.start()

    def close(self) -> None:
        """Remove the copies of pages. What is being read is waited for, but not for long: the next start removes it."""
        self.ended = True
        if self.worker:
            self.worker.join(GRACE_SECONDS)
        self.work.close()

    @property
    def is_read(self) -> bool:
        """Whether the page can be shown at once: nothing has changed since the documents were read, or could not be."""
        state = self._state(with_log=False)
        return (self.reading is not None and self.read_from == state) or self._stopped("reading", state) is not None

    @property
    def is_built(self) -> bool:
        """Whether the packet, or why there is none, is that of the case as it stands."""
        state = self._state(with_log=True)
        return (self.built is not None and self.built_from == state) or self._stopped("building", state) is not None

    def forget(self) -> None:
        """Read and build anew when next asked, also when nothing has changed."""
        self.built = self.reading = None
        self.stopped = {}

    def _stopped(self, what: str, state: object) -> PacketgenError | None:
        """Why reading or building stopped, if it did for the case as it stands."""
        of, error = self.stopped.get(what, (None, None))
        return error if of == state else None

    @contextmanager
    def _noting(self, what: str, state: object) -> Iterator[None]:
        """Keep why it stopped: asked again, the answer is the same, at once."""
        if error := self._stopped(what, state):
            raise error
        try:
            yield
        except PacketgenError as error:
            self.stopped[what] = state, error
            raise

    def checked(self) -> pipeline.Checked:
        """The case judged by all decisions so far."""
        return judge(self.read())

    def letter(self) -> LetterView:
        """The letter as decided so far, made anew when something has changed."""
        state = self._state(with_log=True)
        if self.written is None or self.written[0] != state:
            self.written = state, letter_of(self.checked())
        return self.written[1]

    def read(self) -> pipeline.Reading:
        """What is read in the documents; read anew when a file, or a decision about pages, has changed."""
        with self.reads:
            state = self._state(with_log=False)
            if self.reading is None or self.read_from != state:
                with self._noting("reading", state):
                    self.reading, self.done, self.viewable, self.work = None, None, {}, ExitStack()
                    work = self.work.enter_context(work_folder(private_folder(output_of(self.case_file)), COPIES))
                    self.reading = pipeline.read_chart(self.case_file, work, self._tell)
                    self.read_from = state
            return self.reading

    def _tell(self, told: Viewable | Done) -> None:
        if isinstance(told, Done):
            self.done = told
        else:
            self.viewable = {**self.viewable, told.label: told}  # another thread may look at it meanwhile

    def build(self) -> pipeline.Built:
        """The packet of the case as it stands, built anew unless nothing has changed."""
        with self.builds:
            state = self._state(with_log=True)
            if self.built is None or self.built_from != state:
                with self._noting("building", state):
                    self.built = None
                    self.built = pipeline.build(self.case_file, reading=self._unless_stopped())
                    self.built_from = state
            return self.built

    def _unless_stopped(self) -> pipeline.Reading | None:
        """What was read; None when reading stopped: the build stops too, and takes an older packet away."""
        try:
            return self.read()
        except PacketgenError:
            return None

    def compared_with(self) -> tuple[Snapshot | None, str]:
        """What the packet said when it was last signed, else when it was last built before this visit; and which."""
        signed = last_sign_off(self.folder)
        if signed and signed.told:
            return signed.told, f"{signed.signed_by} signed on {signed.signed_at[:10]}"
        return self.opened_with, "the packet was last built before this visit"

    def others(self, key: str, name: str) -> list[str]:
        """Note that a browser shows the case, and tell the names of the others that do."""
        now = time.monotonic()
        self.here[key] = name, now
        self.here = {k: told for k, told in self.here.items() if now - told[1] < HERE_SECONDS}
        return sorted({told[0] or "another browser" for k, told in self.here.items() if k != key})

    def _files(self) -> Iterator[Path]:
        """The files of the case. The output is not entered: a build that runs there makes and removes folders."""
        output = output_of(self.case_file)
        for folder, inner, names in os.walk(self.folder):
            inner[:] = [name for name in inner if Path(folder, name) != output]
            yield from (path for name in names if (path := Path(folder, name)).is_file())

    def _state(self, *, with_log: bool) -> object:
        """What tells whether a file of the case, or what was decided about its pages, has changed."""
        passed_over = (AUDIT,) if with_log else (AUDIT, LOG)
        stats = [(str(path), path.stat()) for path in sorted(self._files()) if path.name not in passed_over]
        pages = [] if with_log else page_decisions(decisions_in(read_log(self.folder)))
        return [(path, stat.st_size, stat.st_mtime_ns) for path, stat in stats], pages


@lru_cache(maxsize=PAGES_KEPT)
def render(pdf: Path, number: int, version: int = 0) -> bytes:
    """A page as PNG. version: of a file that may change under its name."""
    return _drawn((pdf, number))


@lru_cache(maxsize=PAGES_KEPT)
def render_unread(pdf: Path, number: int) -> bytes:
    """A page that nobody has read yet as PNG: in a child, since it may be one that breaks its reader; then b""."""
    load_libraries()  # here: a child that is forked while another thread imports them would wait for that thread
    one = [(pdf, number)]
    results = each_in_a_child(_drawn, one, seconds=lambda _: RENDER_SECONDS, memory_bytes=RENDER_MEMORY_BYTES)
    picture = next(results)[1]
    return b"" if isinstance(picture, ChildFailed) else picture


def _drawn(page: tuple[Path, int]) -> bytes:
    with pdfium.opened(page[0]) as document:
        out = io.BytesIO()
        document[page[1] - 1].render(scale=SCREEN_DPI / 72).to_pil().save(out, "PNG", compress_level=1)
        return out.getvalue()
