"""`packetgen payers`: the plans whose rules ship."""

from __future__ import annotations

import click


@click.group()
def payers() -> None:
    """The plans whose rules ship with packetgen.

    Example: packetgen payers list
    """


@payers.command("list")
def payers_list() -> None:
    """List the plans and their policies.

    Example: packetgen payers list
    """
    from packetgen.policy.catalog import list_payers

    for payer in list_payers():
        for policy in payer.policies:
            click.echo(f"{payer.id:20} {policy.number:16} {policy.indication:20} effective {policy.effective}")
