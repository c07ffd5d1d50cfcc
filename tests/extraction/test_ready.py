"""The rules can be made ready before there is a page."""

from __future__ import annotations

from packetgen.extraction import vocabulary
from packetgen.extraction.ready import make_ready


def test_what_the_rules_know_is_loaded_before_the_first_page() -> None:
    known = (vocabulary.therapy_status, vocabulary.drugs, vocabulary.instruments, vocabulary.sections)
    for load in known:
        load.cache_clear()
    make_ready()
    assert [load.cache_info().currsize for load in known] == [1, 1, 1, 1]
