"""Denial letters against their keys: `python -m benchmarks.denials [FOLDER]`.

FOLDER: letters beside their keys.yaml, or docs/ and keys/ of annotated charts; ours when none is given.

Ours are read twice: as text, and some of them as a clinic's fax machine prints them.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from textwrap import wrap
from typing import Any

import yaml

from benchmarks.corpus import noisy, one_bit, page, skewed
from packetgen.documents.cache import PageCache
from packetgen.documents.model import ToRead
from packetgen.documents.read import read_documents
from packetgen.extraction.doses import PRODUCTS
from packetgen.extraction.extract import extract
from packetgen.extraction.model import Denial

LETTERS = Path(__file__).parent / "denials"
FIELDS = (
    "reference",
    "date",
    "member_id",
    "payer",
    "appeal_days",
    "appeal_deadline",
    "appeal_fax",
    "p2p_phone",
    "drug",
)
DAMAGES = (one_bit, skewed(1.0), noisy)
WIDEST = 88  # letters of a line of the picture; longer ones go on in the next
EVERY = 3  # each third letter is read as a scan, too

Found = Mapping[str, Denial | None]
Keys = Mapping[str, dict[str, Any] | None]


def our_keys(folder: Path = LETTERS) -> Keys:
    """What the letters of a folder say, by their stem; None for a letter that is no denial."""
    found: Keys = yaml.safe_load((folder / "keys.yaml").read_text("utf-8"))
    return found


def keys_of(folder: Path) -> Keys:
    """The denials of a folder of annotated charts; None for a letter that is none."""
    keys = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted((folder / "keys").glob("*.json"))}
    return {stem: _told(key) for stem, key in keys.items() if key["denial"] or "approval" in stem}


def _told(key: dict[str, Any]) -> dict[str, Any] | None:
    denial = key["denial"]
    return denial and {**denial, "acceptable": denial.get("reasons_acceptable", ())}


def read(files: Mapping[str, Path], work: Path, *, told: bool) -> Found:
    """The denial that each file is, None when it is read as none. told: that each is a denial letter is told."""
    documents, _ = read_documents([ToRead(stem, path) for stem, path in files.items()], work, PageCache(work / "cache"))
    kinds = {document.label: "denial_letter" for document in documents} if told else None
    denials = {}
    for stem, document in zip(files, documents, strict=True):
        values = [finding.value for finding in extract([document], kinds).findings]
        denials[stem] = next((value for value in values if isinstance(value, Denial)), None)
    return denials


def scans(files: Mapping[str, Path], folder: Path) -> dict[str, Path]:
    """Pictures of every third letter, damaged by turns."""
    made = {}
    for number, (stem, path) in enumerate(list(files.items())[::EVERY]):
        lines = [
            part
            for line in path.read_text("utf-8").splitlines()
            for part in wrap(line, WIDEST, replace_whitespace=False, drop_whitespace=False) or [""]
        ]
        image = DAMAGES[number % len(DAMAGES)](page(tuple(lines)))
        made[stem] = folder / f"{stem}.png"
        image.convert("L").save(made[stem], dpi=(200, 200))
    return made


def reasons(found: Found, keys: Keys) -> tuple[int, int, int]:
    """How many reasons were right, expected, and reported; an acceptable one counts as neither."""
    right = expected = reported = 0
    for stem, key in keys.items():
        value = found[stem]
        got = {reason.reason for reason in value.reasons} if value else set()
        wanted = set(key["reasons"]) if key else set()
        right += len(got & wanted)
        expected += len(wanted)
        reported += len(got - set(key.get("acceptable", ()) if key else ()) | (got & wanted))
    return right, expected, reported


def wrong(found: Found, keys: Keys, field: str) -> tuple[int, list[str]]:
    """How many letters a field was judged in, and those where it is wrong; a key without the field is not judged."""
    judged = [(stem, key, found[stem]) for stem, key in keys.items() if key and field in key]
    amiss = [
        f"{stem}: {getattr(value, field, None)!r} for {key[field]!r}"
        for stem, key, value in judged
        if _plain(field, getattr(value, field, None)) != _plain(field, key[field])
    ]
    return len(judged), amiss


def _plain(field: str, value: Any) -> str:
    if value is None:
        return ""
    if field == "drug":
        return PRODUCTS.get(str(value).lower(), str(value)).upper()
    letters = "".join(letter for letter in str(value).upper() if letter.isalnum())
    return letters[-10:] if field in ("appeal_fax", "p2p_phone") else letters


def show(title: str, found: Found, keys: Keys) -> None:
    """Print one table."""
    right, expected, reported = reasons(found, keys)
    f1 = 2 * right / (expected + reported)
    print(f"{title}: {len(keys)} letters\n  {'reasons':16} {right}/{expected}, {reported} reported, F1 {f1:.3f}")
    for stem, key in keys.items():
        value = found[stem]
        got = sorted(reason.reason for reason in value.reasons) if value else []
        wanted = sorted(key["reasons"]) if key else []
        if got != wanted:
            print(f"      {stem}: {', '.join(got) or 'none'} for {', '.join(wanted) or 'none'}")
    for field in FIELDS:
        judged, amiss = wrong(found, keys, field)
        if judged:
            print(f"  {field:16} {judged - len(amiss)}/{judged} {(judged - len(amiss)) / judged:.3f}")
        for line in amiss:
            print(f"      {line}")


def main() -> None:
    """Print a table of each set of letters."""
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        if len(sys.argv) > 1:
            folder = Path(sys.argv[1])
            ours = (folder / "keys.yaml").exists()
            keys = our_keys(folder) if ours else keys_of(folder)
            files = {stem: (folder if ours else folder / "docs") / f"{stem}.txt" for stem in keys}
            show(folder.name, read(files, work, told=False), keys)
            return
        ours = our_keys()
        files = {stem: LETTERS / f"{stem}.txt" for stem in ours}
        found = read(files, work, told=False)
        show("text", found, ours)
        amiss = [stem for stem, value in found.items() if (value is None) != (ours[stem] is None)]
        print(f"  recognised       {len(files) - len(amiss)}/{len(files)}  not: {', '.join(amiss)}")
        pictures = scans({stem: path for stem, path in files.items() if ours[stem]}, work)
        show("scans", read(pictures, work, told=True), {stem: ours[stem] for stem in pictures})


if __name__ == "__main__":
    main()
