"""Extraction against annotated charts: `python -m benchmarks.extraction [FOLDER] [--fax]` (FOLDER: docs/ and keys/).

--fax: the same charts once more, as skewed pages of a 200-dpi fax.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pypdfium2

from benchmarks.corpus import DPI, one_bit, skewed
from packetgen.documents.cache import PageCache
from packetgen.documents.model import ToRead
from packetgen.documents.read import read_documents
from packetgen.extraction.doses import PRODUCTS
from packetgen.extraction.extract import extract
from packetgen.extraction.report import as_json

HERE = Path(__file__).parent
CHARTS, DICTATION = HERE / "charts", HERE / "dictation"
FAILURE = {"ineffective", "not_tolerated", "contraindicated", "partial_response"}
HARMFUL_ROLES = {"preventive", "first_line_other"}
# Of these a reader need not be told: they prove nothing of the patient.
LOOSE = {"procedure", "device", "other", "topical_antiperspirant"}
UNNEEDED = {"family_only", "never_tried", "hypothetical"}
SAME = ({"allergy", "contraindicated", "not_tolerated"}, {"stopped_other", "unknown"})
TITLES = {"md", "mr", "mrs", "ms", "mx"}
INVENTED = ("headache_frequency", "diary_month", "score", "toxin", "denial")

Findings = dict[str, list[dict[str, Any]]]
Tally = dict[str, list[int]]


def read(files: Iterable[Path]) -> dict[str, Findings]:
    """What packetgen finds in each file, by its stem and the kind of finding; values carry their assertion."""
    files = sorted(files)
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work)
        documents, _ = read_documents([ToRead(f.name, f) for f in files], folder, PageCache(folder / "cache"))
        found: dict[str, Findings] = {}
        for file, document in zip(files, documents, strict=True):
            kinds: Findings = defaultdict(list)
            told = as_json([document], extract([document]))
            kinds["document"] = told["documents"]
            for finding in told["findings"]:
                kinds[finding["kind"]].append({**finding["value"], "assertion": finding["assertion"]})
            found[file.stem] = kinds
    return found


def as_faxes(files: Iterable[Path], folder: Path) -> list[Path]:
    """Each file as a TIFF of black and white pages at 200 dots an inch, one degree askew."""
    files = sorted(files)
    documents, _ = read_documents([ToRead(f.name, f) for f in files], folder, PageCache(folder / "cache"))
    faxes = []
    for file, document in zip(files, documents, strict=True):
        with pypdfium2.PdfDocument(document.exhibit) as pdf:
            pages = [one_bit(skewed(1)(page.render(scale=DPI / 72, grayscale=True).to_pil())) for page in pdf]
        faxes.append(folder / f"{file.stem}.tif")
        pages[0].save(faxes[-1], save_all=True, append_images=pages[1:], dpi=(DPI, DPI), compression="group4")
    return faxes


def false_failures(found: Findings, key: dict[str, Any] | None = None) -> list[str]:
    """Drugs reported as failed for the condition of which the key does not say so: the error that harms."""
    wanted = _by_drug((key or {}).get("therapies", []))
    told = {
        drug: {s for t in therapies for s in (t["status"], t.get("also_status"))} for drug, therapies in wanted.items()
    }
    return [
        therapy["drug"]
        for therapy in found["therapy"]
        if therapy["status"] in FAILURE
        and therapy["role"] in HARMFUL_ROLES
        and therapy["assertion"] == "present"
        and not told.get(_as_keyed(therapy["drug"].lower(), wanted), set()) & (FAILURE | {"allergy"})
    ]


def tally(found: dict[str, Findings], keys: dict[str, dict[str, Any]]) -> Tally:
    """For each measure how many were right, expected, and reported."""
    table: Tally = defaultdict(lambda: [0, 0, 0])
    for stem, key in keys.items():
        _therapies(table, found[stem], key)
        for name, wanted, got in (
            ("scores", _scores(key["scores"]), _scores(found[stem]["score"])),
            ("headache days", _days(key["headache_frequency"]), _days(found[stem]["headache_frequency"])),
            ("diary months", _diaries(key["diary_months"]), _diaries(found[stem]["diary_month"])),
            ("toxins", _toxins(key["toxin"]), _toxins(found[stem]["toxin"])),
        ):
            _add(table, name, len(wanted & got), len(wanted), len(got))
        _identity(table, found[stem], key)
        _add(table, "false failures", 0, 0, len(false_failures(found[stem], key)))
    return table


def _identity(table: Tally, found: Findings, key: dict[str, Any]) -> None:
    """Each identifier that the key has, and the document's date and kind."""
    for field, wanted in key["patient"].items():
        if wanted:
            got = {_plain(i[field]) for i in found["identity"]}
            _add(table, "identity", _plain(wanted) in got, 1, bool(got))
    document = found["document"][0]
    for name, wanted in (("date", key["document_date"]), ("kind", key["doc_kind"])):
        if wanted:
            _add(table, f"document {name}", document[name] == wanted, 1, document[name] is not None)


def _plain(value: str | None) -> str:
    words = re.findall(r"[a-z0-9]+", (value or "").lower())
    return "".join(sorted(word for word in words if word not in TITLES))


def _therapies(table: Tally, found: Findings, key: dict[str, Any]) -> None:
    wanted = _by_drug(key["therapies"])
    got = _by_drug({**t, "drug": _as_keyed(t["drug"].lower(), wanted)} for t in found["therapy"])
    needed = {
        drug for drug, told in wanted.items() if not all(t.get("optional") or t["status"] in UNNEEDED for t in told)
    }
    both = set(wanted) & set(got)
    _add(table, "therapies found", len(both), len(needed | both), len(got))
    for drug in both:
        told = {status for t in wanted[drug] for status in (t["status"], t.get("also_status")) if status}
        right = any(
            t["status"] in told or any({t["status"], s} <= same for s in told for same in SAME) for t in got[drug]
        )
        _add(table, "therapy status", right, 1, 1)


def _as_keyed(drug: str, wanted: dict[str, list[dict[str, Any]]]) -> str:
    """The key's name of a procedure or device, which has many: one that shares a word with ours."""
    if drug in wanted:
        return drug
    return next(
        (name for name, told in wanted.items() if told[0]["class"] in LOOSE and _words(name) & _words(drug)), drug
    )


def _words(name: str) -> set[str]:
    return set(re.findall(r"[a-z0-9]+", name.lower())) - {"of", "the", "and"}


def _by_drug(therapies: Iterable[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    drugs = defaultdict(list)
    for therapy in therapies:
        if therapy["class"] != "toxin":
            drugs[therapy["drug"].lower()].append(therapy)
    return drugs


def _scores(scores: Iterable[dict[str, Any]]) -> set[tuple[str, float]]:
    return {(score["instrument"].lower(), float(score["value"])) for score in scores if score["value"] is not None}


def _toxins(toxins: Iterable[dict[str, Any]]) -> set[tuple[str, float, str]]:
    return {
        (
            PRODUCTS.get(re.sub(r" \(.*", "", t["product"]).lower(), t["product"].lower()).lower(),
            float(t["units"]),
            t["status"],
        )
        for t in toxins
        if isinstance(t["units"], int | float)
    }


def _days(frequencies: Iterable[dict[str, Any]]) -> set[str]:
    told = (frequency["headache_days_per_month"] for frequency in frequencies)
    return {
        "-".join(f"{v:g}" for v in days.values() if v is not None) if isinstance(days, dict) else f"{float(days):g}"
        if isinstance(days, int | float) else str(days)
        for days in told
        if days
    }  # fmt: skip


def _diaries(months: Iterable[dict[str, Any]]) -> set[tuple[Any, ...]]:
    fields = ("month", "days_recorded", "headache_days", "migraine_days", "days_4h_or_more", "acute_medication_days")
    return {tuple(month[field] for field in fields) for month in months}


def _add(table: Tally, name: str, *counts: float) -> None:
    table[name] = [int(a + b) for a, b in zip(table[name], counts, strict=True)]


def main() -> None:
    """Print a table of the charts, and what was invented in unrelated dictation."""
    folders = [argument for argument in sys.argv[1:] if argument != "--fax"]
    charts = Path(folders[0]) if folders else CHARTS
    keys = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted((charts / "keys").glob("*.json"))}
    files = sorted((charts / "docs").glob("*.txt"))
    start = time.perf_counter()
    found = read(files)
    seconds = time.perf_counter() - start
    print(f"{len(keys)} documents, {seconds / len(keys) * 1000:.0f} ms each with reading")
    _print(tally(found, keys))
    if "--fax" in sys.argv:
        with tempfile.TemporaryDirectory() as folder:
            print("\nthe same as faxes")
            _print(tally(read(as_faxes(files, Path(folder))), keys))
    others = read(DICTATION.glob("*.txt"))
    invented = sum(len(kinds[kind]) for kinds in others.values() for kind in INVENTED)
    failures = sum(len(false_failures(kinds)) for kinds in others.values())
    print(f"{len(others)} unrelated dictations: {failures} failed trials and {invented} other findings invented")


def _print(table: Tally) -> None:
    print(f"{'measure':20}{'right':>7}{'expected':>10}{'reported':>10}{'precision':>11}{'recall':>8}")
    for name, (right, expected, reported) in table.items():
        precision, recall = right / reported if reported else 1.0, right / expected if expected else 1.0
        print(f"{name:20}{right:7}{expected:10}{reported:10}{precision:11.3f}{recall:8.3f}")


if __name__ == "__main__":
    main()
