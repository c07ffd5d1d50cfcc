"""The state of a case under review: what counts as a change of it."""

from __future__ import annotations

import threading
from pathlib import Path

from packetgen.review.live import Review


def test_a_build_that_comes_and_goes_in_the_output_folder_is_no_change_and_no_fault(tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_text("case: 1\n")
    review, ended = Review(tmp_path / "case.yaml"), threading.Event()

    def build() -> None:
        while not ended.is_set():
            deep = tmp_path / "packet" / "work" / "inner"
            deep.mkdir(parents=True)
            deep.rmdir()
            deep.parent.rmdir()

    builder = threading.Thread(target=build)
    builder.start()
    try:
        assert len({str(review._state(with_log=True)) for _ in range(2000)}) == 1
    finally:
        ended.set()
        builder.join()


def test_a_document_that_changes_is_a_change(tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_text("case: 1\n")
    review = Review(tmp_path / "case.yaml")
    before = review._state(with_log=False)
    (tmp_path / "note.txt").write_text("new")
    assert review._state(with_log=False) != before
