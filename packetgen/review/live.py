"""The case under review: its documents are read once, verdicts follow each decision, the packet is built when shown."""

from __future__ import annotations

import io
import threading
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from packetgen import pipeline
from packetgen.case import AUDIT
from packetgen.chart.decisions import LOG
from packetgen.files import private_folder, work_folder
from packetgen.packet.fresh import output_of

SCREEN_DPI = 110
COPIES = ".review-"
PAGES_KEPT = 40  # pictures of pages, about 0.2 MB each
_drawing = threading.Lock()  # PDFium knows no threads


@dataclass(slots=True)
class Review:
    """The case under review. Documents are read once, verdicts follow each decision, the packet is built when shown."""

    case_file: Path
    reading: pipeline.Reading | None = None
    built: pipeline.Built | None = None
    read_from: object = None
    built_from: object = None
    work: ExitStack = field(default_factory=ExitStack)  # where copies of the pages lie
    reads: threading.Lock = field(default_factory=threading.Lock)
    builds: threading.Lock = field(default_factory=threading.Lock)  # a decision does not wait for a build

    @property
    def folder(self) -> Path:
        """Where the case and its log lie."""
        return self.case_file if self.case_file.is_dir() else self.case_file.parent

    def checked(self) -> pipeline.Checked:
        """The case judged by all decisions so far."""
        return pipeline.judge(self.read())

    def read(self) -> pipeline.Reading:
        """What is read in the documents; read anew when a file has changed."""
        with self.reads:
            state = self._state(with_log=False)
            if self.reading is None or self.read_from != state:
                self.reading = None
                self.work = ExitStack()
                work = self.work.enter_context(work_folder(private_folder(output_of(self.case_file)), COPIES))
                self.reading = pipeline.read_chart(self.case_file, work)
                self.read_from = state
            return self.reading

    def build(self) -> pipeline.Built:
        """The packet of the case as it stands, built anew unless nothing has changed."""
        with self.builds:
            state = self._state(with_log=True)
            if self.built is None or self.built_from != state:
                self.built = None
                self.built = pipeline.build(self.case_file)
                self.built_from = state
            return self.built

    def _state(self, *, with_log: bool) -> object:
        """What tells whether a file of the case has changed."""
        output = output_of(self.case_file)
        found = [path for path in self.folder.rglob("*") if output not in path.parents and path.is_file()]
        passed_over = (AUDIT,) if with_log else (AUDIT, LOG)
        stats = [(str(path), path.stat()) for path in sorted(found) if path.name not in passed_over]
        return [(path, stat.st_size, stat.st_mtime_ns) for path, stat in stats]


@lru_cache(maxsize=PAGES_KEPT)
def render(pdf: Path, number: int) -> bytes:
    """A page as PNG."""
    import pypdfium2

    with _drawing, pypdfium2.PdfDocument(pdf) as document:
        out = io.BytesIO()
        document[number - 1].render(scale=SCREEN_DPI / 72).to_pil().save(out, "PNG")
        return out.getvalue()
