"""The rules can be made ready before there is a page."""

from __future__ import annotations

import subprocess
import sys

CODE = """
from packetgen.extraction import vocabulary
from packetgen.extraction.ready import make_ready
make_ready()
known = (vocabulary.therapy_status, vocabulary.drugs, vocabulary.instruments, vocabulary.sections)
print([load.cache_info().currsize for load in known])
"""


def test_what_the_rules_know_is_loaded_before_the_first_page() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    assert done.stdout == "[1, 1, 1, 1]\n"
