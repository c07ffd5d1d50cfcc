"""The payers that ship, and the policy in force on a day."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from packetgen import yamlfile
from packetgen.errors import BadCaseFile, BadDataFile
from packetgen.policy.schema import Policy, PolicyFile
from packetgen.resources import PAYERS


def list_payers(folder: Path = PAYERS) -> tuple[PolicyFile, ...]:
    """All payers, by id. Raises BadDataFile naming file and line of a broken policy."""
    return tuple(_read(path) for path in sorted(folder.glob("*/policy.yaml")))


def load_policy(
    payer: str, indication: str, kind: str, product: str, on: date, folder: Path = PAYERS
) -> tuple[PolicyFile, Policy]:
    """The payer's policy for this request in force on the date of service.

    Raises BadCaseFile when the payer is unknown, or no policy is in force: never a guess.
    """
    path = folder / payer / "policy.yaml"
    if not path.is_file():
        known = ", ".join(found.parent.name for found in sorted(folder.glob("*/policy.yaml")))
        raise BadCaseFile(f"no plan '{payer}'", where="insurance.payer", fix=f"Known plans: {known}.")
    read = _read(path)
    in_force = [
        policy
        for policy in read.policies
        if policy.indication == indication
        and kind in policy.kinds
        and product in policy.products
        and policy.effective <= on
        and (policy.expires is None or on <= policy.expires)
    ]
    if not in_force:
        raise BadCaseFile(
            f"{read.payer} has no policy here for {indication}, {kind}, {product} on {on.isoformat()}",
            where="request",
            fix="See packetgen payers list; add the policy to payer_forms/ or correct the request.",
        )
    return read, max(in_force, key=lambda policy: policy.effective)


def _read(path: Path) -> PolicyFile:
    try:
        read = yamlfile.read(path, PolicyFile)
    except BadDataFile as failure:
        failure.where = f"{path.parent.name}/{failure.where}"
        raise
    if read.id != path.parent.name:
        raise BadDataFile(f"id is '{read.id}', but the folder is '{path.parent.name}'", where=str(path))
    return read
