"""Who may use the review page of a workspace, and what they did: users, audit."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from packetgen.errors import ExitCode

IN_WORKSPACE = click.option(
    "-w", "--workspace", "folder", default=".", show_default=True, type=click.Path(path_type=Path, file_okay=False)
)


@click.group()
def users() -> None:
    """Who may log in to the review page of a workspace. Without users, whoever opens the printed address may do all.

    \b
    preparer   files scans, logs what the plan said, builds packets
    reviewer   also confirms, corrects and rejects facts
    signer     also signs

    Example: packetgen users add lena --name "Lena Ortiz, MD" --role signer --workspace clinic
    """  # noqa: D301 - click's sign for lines that stay as they are


def _asked() -> str:
    password: str = click.prompt("Password", hide_input=True, confirmation_prompt="The same again")
    return password


@users.command("add")
@click.argument("login")
@click.option("--name", required=True, help="As it will stand under decisions and signatures.")
@click.option("--role", required=True, type=click.Choice(["preparer", "reviewer", "signer"]))
@IN_WORKSPACE
def users_add(login: str, name: str, role: str, folder: Path) -> None:
    """Add a user; the password is asked for, 15 characters or more.

    Example: packetgen users add lena --name "Lena Ortiz, MD" --role signer --workspace clinic
    """
    from pydantic import ValidationError

    from packetgen.review.users import User, add_user, hash_of
    from packetgen.workspace import open_workspace

    workspace = open_workspace(folder)
    try:
        user = User(login=login, name=name, role=role, password=hash_of(_asked()))
    except ValidationError:
        raise click.BadParameter("take small letters and digits for the login, and give a name") from None
    add_user(workspace.folder, user)
    click.echo(f"{login}: {name}, {role}")


@users.command("list")
@IN_WORKSPACE
def users_list(folder: Path) -> None:
    """List the users with their roles.

    Example: packetgen users list --workspace clinic
    """
    from packetgen.review.users import read_users
    from packetgen.workspace import open_workspace

    found = read_users(open_workspace(folder).folder)
    for user in found:
        click.echo(f"{user.login:16} {user.role:10} {user.name}")
    if not found:
        click.echo("No users: whoever opens the address that packetgen review prints may do everything.")


@users.command("passwd")
@click.argument("login")
@IN_WORKSPACE
def users_passwd(login: str, folder: Path) -> None:
    """Give a user another password; they are logged out.

    Example: packetgen users passwd lena --workspace clinic
    """
    from packetgen.review.users import change_password
    from packetgen.workspace import open_workspace

    change_password(open_workspace(folder).folder, login, _asked())
    click.echo(f"{login} has another password.")


@users.command("remove")
@click.argument("login")
@IN_WORKSPACE
def users_remove(login: str, folder: Path) -> None:
    """Remove a user; they are logged out. What they decided and signed stays.

    Example: packetgen users remove lena --workspace clinic
    """
    from packetgen.review.users import remove_user
    from packetgen.workspace import open_workspace

    remove_user(open_workspace(folder).folder, login)
    click.echo(f"{login} is removed.")


@click.command()
@click.argument("place", type=click.Path(path_type=Path, exists=True), metavar="WORKSPACE|CASE.yaml")
def audit(place: Path) -> None:
    """Show who looked at what and changed what on the review page, and whether a line was altered.

    Example: packetgen audit clinic
    """
    from packetgen.review.audit import account

    lines, broken = account(place if place.is_dir() else place.parent)
    for line in lines:
        click.echo(line)
    for where in broken:
        click.echo(f"packetgen: {where} was altered, or a line before it was taken out", err=True)
    if broken:
        sys.exit(int(ExitCode.safety_stop))
    if not lines:
        click.echo("Nothing was looked at on the review page yet.")
