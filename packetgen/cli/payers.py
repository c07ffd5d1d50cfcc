"""`packetgen payers`: the plans whose rules ship, what they ask, and whether their examples hold."""

from __future__ import annotations

import click


@click.group()
def payers() -> None:
    """The plans whose rules ship with packetgen.

    Example: packetgen payers list
    """


@payers.command("list")
def payers_list() -> None:
    """List the plans and their policies, and which of their criteria can decide.

    Example: packetgen payers list
    """
    from packetgen.policy.catalog import list_payers

    for payer in list_payers():
        click.echo(f"{payer.id}: {payer.payer}, {payer.line_of_business}")
        for policy in payer.policies:
            indications = dict.fromkeys(name for coverage in policy.coverage for name in coverage.indications)
            click.echo(f"  {policy.number}, effective {policy.effective}, reviewed {policy.reviewed}")
            click.echo(f"    {policy.decides}: {', '.join(name.replace('_', ' ') for name in indications)}")


@payers.command("show")
@click.argument("payer")
@click.option("--indication", help="Only this indication, such as chronic_migraine.")
def payers_show(payer: str, indication: str | None) -> None:
    """Show what a plan asks for, with source and confidence of each criterion.

    Example: packetgen payers show aetna --indication chronic_migraine
    """
    from packetgen.policy.catalog import load_payer
    from packetgen.policy.describe import describe

    click.echo(describe(load_payer(payer), indication), nl=False)
