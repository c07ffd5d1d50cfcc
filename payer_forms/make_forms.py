"""Make our blank forms anew from layouts/ and note each one's fingerprint in its map: python payer_forms/make_forms.py.

The plans' own forms are theirs; these are equivalent layouts after the fields that they ask for.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pikepdf

from packetgen.forms.blank import fingerprint_of
from packetgen.resources import FORM_MAPS, PAYERS
from payer_forms.layout import COMMON, FOLDER, read_layout
from payer_forms.sheet import make_form


def note_fingerprint(form_map: Path, blank: Path) -> None:
    """Write the fingerprint of a blank form of ours into its map."""
    with pikepdf.open(blank) as pdf:
        made = fingerprint_of(pdf)
    text = form_map.read_text("utf-8")
    form_map.write_text(re.sub(r"(?m)^fingerprint: .*$", f'fingerprint: "{made}"', text), "utf-8")


if __name__ == "__main__":
    for path in sorted(FOLDER.glob("*.yaml")):
        if path == COMMON or (sys.argv[1:] and path.stem not in sys.argv[1:]):
            continue
        layout = read_layout(path)
        make_form(layout, PAYERS / layout.blank)
        note_fingerprint(FORM_MAPS / f"{path.stem}.yaml", PAYERS / layout.blank)
