"""PDFs opened in PDFium, which knows no threads: one thread of this process at a time."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_lock = threading.RLock()
# A child must not be forked while another thread is inside of PDFium: it would find it half-way, and the lock taken.
os.register_at_fork(before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_lock.release)


@contextlib.contextmanager
def opened(source: Path | bytes) -> Iterator[Any]:
    """A pypdfium2 PdfDocument, closed with all its pages at the end; another thread's waits until then.

    Raises pypdfium2.PdfiumError when it cannot be opened.
    """
    import pypdfium2

    with _lock:
        document = pypdfium2.PdfDocument(source)
        try:
            yield document
        finally:
            document.close()
