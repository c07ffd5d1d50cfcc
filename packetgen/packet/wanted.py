"""What a person may want of a packet besides packet.pdf, and what the files in its folder are called."""

from __future__ import annotations

from dataclasses import dataclass, field

PACKET, MANIFEST, VARIANTS = "packet.pdf", "manifest.json", "packet-*.pdf"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may hold, its own cover sheet included: pages, and size in bytes; None: no limit."""

    pages: int | None = None
    size: int | None = None


NO_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is wanted besides packet.pdf. phrases: to be removed; passphrase: locks the file when not empty.

    signature_field: packet.pdf itself gets a field to sign in, while nobody has signed
    """

    fax: bool = False
    limits: Limits = NO_LIMITS
    phrases: tuple[str, ...] = ()
    passphrase: str = field(default="", repr=False)
    signature_field: bool = False


NO_VARIANT = Wanted()
