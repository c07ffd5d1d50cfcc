"""The packet as a plan wants to get it: redacted, as a fax, in parts, locked; files of their own beside packet.pdf."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

from packetgen.case import Case
from packetgen.chart import words
from packetgen.errors import Problem
from packetgen.packet.coversheet import draw_coversheet
from packetgen.packet.fax import to_fax, unreadable
from packetgen.packet.model import Packet
from packetgen.packet.redact import redact
from packetgen.packet.split import split
from packetgen.packet.wanted import NO_LIMITS, Wanted


def make_variants(
    packet: Packet, case: Case, payer: str, wanted: Wanted, folder: Path
) -> tuple[dict[str, bytes], tuple[Problem, ...]]:
    """The files of the wanted variant by name, none when nothing is wanted, and what a person must know of them."""
    stem, source, problems = "packet", packet.pdf, []
    if wanted.phrases:
        stem, source, before = f"{stem}-redacted", folder / "redacted.pdf", source
        found = redact(before, source, wanted.phrases, folder)
        problems += [_told(item.number, item.pages) for item in found]
    if wanted.fax:
        stem, before, source = f"{stem}-fax", source, folder / "fax.pdf"
        to_fax(before, source)
        problems += unreadable(source, packet, case, folder)
    files = [source.read_bytes()]
    if wanted.fax or wanted.limits != NO_LIMITS:
        files = _in_parts(packet, source, case, payer, wanted, folder)
    if wanted.passphrase:
        files = [_locked(file, wanted.passphrase) for file in files]
        stem += "-encrypted"
    if stem == "packet" and len(files) == 1:
        return {}, ()
    count = len(files)
    parts = [f"-part-{n}-of-{count}" if count > 1 else "" for n in range(1, count + 1)]
    return {f"{stem}{part}.pdf": file for part, file in zip(parts, files, strict=True)}, tuple(problems)


def _in_parts(packet: Packet, source: Path, case: Case, payer: str, wanted: Wanted, folder: Path) -> list[bytes]:
    """Split, each file behind a cover sheet; that of a fax is a fax page too."""

    def draw(target: Path, heading: str, sheets: int, holds: Sequence[str]) -> None:
        drawn = folder / "drawn-sheet.pdf" if wanted.fax else target
        draw_coversheet(drawn, case, payer, heading, sheets, holds, packet.draft)
        if wanted.fax:
            to_fax(drawn, target)

    heading = "Fax" if wanted.fax else "Prior authorization request"
    return split(source, packet.parts, wanted.limits, heading, draw, folder)


def _locked(file: bytes, passphrase: str) -> bytes:
    """The file under AES-256; its bytes differ each time, as they must."""
    import pikepdf

    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(file)) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(owner=passphrase, user=passphrase, R=6, aes=True, metadata=True))
    return out.getvalue()


def _told(number: int, pages: tuple[int, ...]) -> Problem:
    """Where a phrase was, without the phrase."""
    what = f"Phrase {number} of the list was removed from page {words.pages(pages)}." if pages else (
        f"Phrase {number} of the list stands nowhere in the packet."
    )  # fmt: skip
    fix = "Look at these pages: is all of it gone, and nothing else?" if pages else "Is it written as the chart has it?"
    return Problem("redacted", "packet-redacted.pdf", what, fix, "front_desk", "note")
