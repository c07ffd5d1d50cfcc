"""Commands over a finished packet: verify."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from packetgen.errors import ExitCode


@click.command()
@click.argument("packet", type=click.Path(path_type=Path, dir_okay=False), metavar="PACKET.pdf")
def verify(packet: Path) -> None:
    """Read a packet back and hold it against the manifest.json beside it.

    Stamps, page counts, links and the words they promise, fonts, blank pages, SHA-256 and the PDF itself are proved;
    nothing else of the case is needed.

    Example: packetgen verify packet/packet.pdf
    """
    from packetgen.errors import UnreadableInput
    from packetgen.packet.manifest import read_manifest
    from packetgen.packet.verify import faults, faults_of_variant, foreign_fonts, is_variant
    from packetgen.packet.wanted import MANIFEST

    if not packet.is_file():
        raise UnreadableInput("no such file", where=str(packet), fix="Check the path.")
    account = read_manifest(packet.parent / MANIFEST)
    variant = is_variant(packet, account)
    found = list(faults_of_variant(packet, account) if variant else faults(packet, account))
    for fault in found:
        click.echo(f"WRONG  {fault}")
    if found:
        click.echo("Do not send it. Build it again.")
        sys.exit(int(ExitCode.safety_stop))
    if variant:
        click.echo(f"{packet}: the file that was made from packet.pdf, unchanged")
        return
    for note in foreign_fonts(packet, account):
        click.echo(f"NOTE   {note}")
    quoted = sum(bool(cited.quote) for cited in account.citations)
    click.echo(
        f"{packet}: {account.page_count} pages, {len(account.links)} links, {quoted} quotes found where they are cited"
        f"{'' if not account.draft else '; it is a draft'}"
    )
