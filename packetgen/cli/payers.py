"""`packetgen payers`: the plans whose rules ship, what they ask, and whether their examples hold."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from packetgen.policy.schema import PolicyFile


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
    from packetgen.policy.describe import dates, name

    for payer in list_payers():
        click.echo(f"{payer.id}: {payer.payer}, {payer.line_of_business}")
        for policy in payer.policies:
            indications = dict.fromkeys(name for coverage in policy.coverage for name in coverage.indications)
            click.echo(f"  {name(policy)}, {dates(policy)}")
            click.echo(f"    {policy.decides}: {', '.join(name.replace('_', ' ') for name in indications)}")


@payers.command("show")
@click.argument("payer")
@click.option("--indication", help="Only this indication, such as chronic_migraine.")
def payers_show(payer: str, indication: str | None) -> None:
    """Show what a plan asks for, with source and confidence of each criterion. PAYER: its id, or its policy.yaml.

    Example: packetgen payers show aetna --indication chronic_migraine
    """
    from packetgen.policy.describe import describe

    click.echo(describe(_plan(payer)[0], indication), nl=False)


def _plan(name: str) -> tuple[PolicyFile, Path]:
    """A plan that ships by its id, or one by the path of its policy.yaml; and the folder of its folder."""
    from packetgen.policy.catalog import load_payer, read_policies
    from packetgen.resources import PAYERS

    path = Path(name)
    if path.suffix == ".yaml":
        return read_policies(path.resolve()), path.resolve().parents[1]
    return load_payer(name), PAYERS


@payers.command("test")
@click.argument("payer", required=False)
def payers_test(payer: str | None) -> None:
    """Run the examples of a plan's policy, or of all plans, and tell each verdict that is not the expected one.

    PAYER is an id, or the path of a clinic's own policy.yaml.

    Example: packetgen payers test clinic/payer_forms/acme/policy.yaml
    """
    import sys

    from packetgen.errors import ExitCode
    from packetgen.policy.catalog import list_payers
    from packetgen.policy.example_runs import run_examples
    from packetgen.resources import PAYERS

    failed = 0
    for plan, folder in [_plan(payer)] if payer else [(plan, PAYERS) for plan in list_payers()]:
        outcomes = list(run_examples(plan, folder))
        wrong = [outcome for outcome in outcomes if not outcome.holds]
        failed += len(wrong)
        click.echo(f"{plan.id}: {len(plan.examples)} examples, {len(outcomes)} verdicts, {len(wrong)} wrong")
        for outcome in wrong:
            click.echo(f"  {outcome.indication}, {outcome.example.says}: {outcome.criterion}")
            click.echo(f"    expected {outcome.expected}, got {outcome.verdict}: {outcome.why}")
    sys.exit(int(ExitCode.bad_usage if failed else ExitCode.complete))


@payers.command("diff")
@click.argument("old")
@click.argument("new")
def payers_diff(old: str, new: str) -> None:
    """Show how two policies differ. OLD and NEW: a payer, payer:number, or the path of a policy.yaml.

    Example: packetgen payers diff payer_forms/aetna/policy.yaml new/aetna/policy.yaml
    """
    from packetgen.policy.difference import difference, named_policy

    lines = list(difference(named_policy(old), named_policy(new)))
    click.echo("\n".join(lines) if lines else "They ask the same.")
