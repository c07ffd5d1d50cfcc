"""Who may use the review page of a workspace: users.yaml with a role and the Argon2id hash of a password for each."""

from __future__ import annotations

import json
import os
import threading
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal, get_args

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from pydantic import Field, model_validator

from packetgen import yamlfile
from packetgen.errors import BadCaseFile
from packetgen.files import sole_use, write_atomic
from packetgen.limits import SHORTEST_PASSWORD

USERS = "users.yaml"
Role = Literal["preparer", "reviewer", "signer"]
ROLES: tuple[Role, ...] = get_args(Role)  # each may do what those before it may

# Who may do what, by the last word of the address; what is not listed is for signers only. Looking is for everyone.
NEEDED: dict[str, Role] = {
    "build": "preparer",
    "logout": "preparer",
    "log": "preparer",
    "file": "preparer",
    "new": "preparer",
    "aside": "preparer",
    "cut": "preparer",
    "prepare": "preparer",
    "undo-prepared": "preparer",
    "decide": "reviewer",
    "release": "reviewer",
    "undo": "reviewer",
    "sign": "signer",
}
_hashing = threading.Lock()  # one at a time: each takes 64 MB


class User(yamlfile.Strict):
    """A person who may log in. name: as it stands under decisions and signatures."""

    login: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,31}$")]
    name: Annotated[str, Field(min_length=1, max_length=120)]
    role: Role
    password: Annotated[str, Field(pattern=r"^\$argon2id\$")]

    def may(self, method: str, path: str) -> bool:
        """Whether the role allows a request. Templates ask it too, so that no one sees a button that refuses."""
        if method in ("GET", "HEAD"):
            return True
        needed = NEEDED.get(path.rpartition("/")[2], "signer")
        return ROLES.index(self.role) >= ROLES.index(needed)

    def has_password(self, password: str) -> bool:
        """Whether that is the user's password; takes about a fifth of a second."""
        with _hashing:
            try:
                Argon2id.verify_phc_encoded(_bytes(password), self.password)
            except InvalidKey:
                return False
            return True


class UserFile(yamlfile.Strict):
    """users.yaml."""

    users: tuple[User, ...] = ()

    @model_validator(mode="after")
    def _once(self) -> UserFile:
        if len({user.login for user in self.users}) < len(self.users):
            raise ValueError("two users have the same login")
        return self


def hash_of(password: str) -> str:
    """The hash that is kept of a password. Raises BadCaseFile when it is too short."""
    if len(password) < SHORTEST_PASSWORD:
        raise BadCaseFile(
            f"the password has fewer than {SHORTEST_PASSWORD} characters", fix="Take a sentence; spaces count."
        )
    with _hashing:  # RFC 9106, section 4: the second recommended choice
        kdf = Argon2id(salt=os.urandom(16), length=32, iterations=3, lanes=4, memory_cost=64 * 1024)
        return kdf.derive_phc_encoded(_bytes(password))


def _bytes(password: str) -> bytes:
    """The same bytes on whatever keyboard it was typed."""
    return unicodedata.normalize("NFKC", password).encode()


def read_users(folder: Path) -> tuple[User, ...]:
    """The users of a workspace, none when it has no users.yaml. Raises BadCaseFile naming a wrong line."""
    path = folder / USERS
    return yamlfile.read(path, UserFile, BadCaseFile).users if path.is_file() else ()


def add_user(folder: Path, user: User) -> None:
    """Add a user; raises BadCaseFile when the login is taken."""
    with sole_use(folder):
        users = read_users(folder)
        if any(known.login == user.login for known in users):
            raise BadCaseFile(f"there is a user {user.login} already", where=USERS)
        _write(folder, (*users, user))


def change_password(folder: Path, login: str, password: str) -> None:
    """Give a user another password; their sessions end. Raises BadCaseFile when there is no such user."""
    with sole_use(folder):
        user = _user(folder, login)
        changed = user.model_copy(update={"password": hash_of(password)})
        _write(folder, (changed if known == user else known for known in read_users(folder)))


def remove_user(folder: Path, login: str) -> None:
    """Remove a user; their sessions end. Raises BadCaseFile when there is no such user."""
    with sole_use(folder):
        user = _user(folder, login)
        _write(folder, (known for known in read_users(folder) if known != user))


def _user(folder: Path, login: str) -> User:
    for user in read_users(folder):
        if user.login == login:
            return user
    raise BadCaseFile(f"there is no user {login}", where=USERS, fix="See packetgen users list.")


def _write(folder: Path, users: Iterable[User]) -> None:
    lines = [
        "- {" + ", ".join(f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in user.model_dump().items())
        + "}\n" for user in users
    ]  # fmt: skip
    write_atomic(
        folder / USERS, "# Written by packetgen users.\nusers:" + ("\n" + "".join(lines) if lines else " []\n")
    )


class Staff:
    """The users of a workspace while the server runs: their file is read again when it has changed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._known: dict[str, User] = {}
        self._read_from: tuple[int, int] | None = None

    def find(self, login: str) -> User | None:
        """The user of that login."""
        path = self.folder / USERS
        stat = path.stat() if path.is_file() else None
        facts = (stat.st_mtime_ns, stat.st_size) if stat else None
        if facts != self._read_from:
            self._known = {user.login: user for user in read_users(self.folder)}
            self._read_from = facts
        return self._known.get(login)
