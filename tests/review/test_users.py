"""Users: passwords, log-in, roles on every address, and who may be reached from another computer."""

from __future__ import annotations

import socket
import ssl
import sys
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from starlette.routing import Mount, Route

from packetgen.cli import main
from packetgen.errors import BadCaseFile, ExitCode
from packetgen.files import AUDIT
from packetgen.limits import IDLE_SECONDS, LOGIN_SECONDS, LOGIN_TRIES, LOGIN_TRIES_OF_ADDRESS
from packetgen.review.desk import OpenCases, make_desk
from packetgen.review.guard import Sessions
from packetgen.review.login import PAUSE, WRONG, LogIn
from packetgen.review.serve import Listening, refuse_unsafe
from packetgen.review.tls import names_in
from packetgen.review.users import NEEDED, ROLES, USERS, read_users
from packetgen.workspace import Workspace
from tests.intake.conftest import clinic  # noqa: F401 - fixture
from tests.patience import a_program
from tests.review.places import PASSWORD, PEOPLE, case_folder, csrf_of, hire, links_in, logged_in, visitor

ACTS_TRIED = ("log", "prepare", "undo-prepared", "decide", "release", "undo", "sign", "unheard-of")
EVERYWHERE = "0.0.0.0"  # noqa: S104


def run(*words: str, typed: str = ""):  # type: ignore[no-untyped-def]
    return CliRunner().invoke(main, words, input=typed)


def test_users_are_added_listed_given_another_password_and_removed(clinic: Workspace) -> None:  # noqa: F811
    place = ("--workspace", str(clinic.folder))
    add = ("users", "add", "lena", "--name", "Lena Ortiz, MD", "--role", "signer", *place)
    assert run(*add, typed=f"{PASSWORD}\n{PASSWORD}\n").exit_code == 0
    first = read_users(clinic.folder)
    assert first[0].has_password(PASSWORD) and not first[0].has_password(PASSWORD + " ")
    text = (clinic.folder / USERS).read_text()
    assert PASSWORD not in text and "$argon2id$" in text
    assert (clinic.folder / USERS).stat().st_mode & 0o777 == 0o600
    again = run(*add, typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert (again.exit_code, "already" in again.stderr) == (ExitCode.bad_usage, True)
    assert "lena             signer     Lena Ortiz, MD" in run("users", "list", *place).output
    assert run("users", "passwd", "lena", *place, typed="another fine password\n" * 2).exit_code == 0
    assert read_users(clinic.folder)[0].has_password("another fine password")
    assert run("users", "remove", "lena", *place).exit_code == 0
    assert read_users(clinic.folder) == ()
    assert run("users", "remove", "lena", *place).exit_code == ExitCode.bad_usage


@pytest.mark.parametrize("password", ["", "short", "fourteen signs"])
def test_a_short_password_is_refused(clinic: Workspace, password: str) -> None:  # noqa: F811
    add = ("users", "add", "lena", "--name", "L", "--role", "signer", "--workspace", str(clinic.folder))
    assert run(*add, typed=f"{password}\n{password}\n").exit_code != 0
    assert read_users(clinic.folder) == ()


def test_a_wrong_line_in_the_file_of_users_is_named(clinic: Workspace) -> None:  # noqa: F811
    (clinic.folder / USERS).write_text("users:\n- {login: lena, name: L, role: owner, password: $argon2id$x}\n")
    with pytest.raises(BadCaseFile) as caught:
        read_users(clinic.folder)
    assert "users.yaml:2" in str(caught.value)


def test_who_did_not_log_in_sees_the_log_in_and_nothing_else(clinic: Workspace) -> None:  # noqa: F811
    browser = visitor(clinic, hire(clinic))
    answer = browser.get("/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert "Dana" not in browser.get("/login").text
    assert browser.get("/static/desk.css").status_code == 200
    assert browser.get("/open?token=").status_code == 303
    assert browser.get("/cases/0/pages/A-1.png", headers={"sec-fetch-dest": "image"}).status_code == 403
    assert browser.post("/cases/0/sign", data={}).status_code == 403
    for login, password in (("lena", "wrong"), ("nobody", PASSWORD), ("", ""), ("lena", "")):
        answer = browser.post("/login", data={"login": login, "password": password})
        assert (answer.status_code, WRONG in answer.text, "set-cookie" in answer.headers) == (401, True, False)
    audit = (clinic.folder / AUDIT).read_text()
    assert '"answer": 401, "what": "lena"' in audit
    assert '"nobody"' not in audit and PASSWORD not in audit


def test_a_session_is_of_one_user_and_ends_with_a_log_out_a_new_password_or_idleness(clinic: Workspace) -> None:  # noqa: F811
    sessions = hire(clinic)
    first, second, third = (logged_in(clinic, sessions, login) for login in ("lena", "paul", "rita"))
    assert "Lena Ortiz, MD, signer" in first.get("/").text
    assert "Paul Reed, preparer" in second.get("/").text
    assert first.post("/logout", data={"csrf": "guess"}).status_code == 403
    cookie = dict(first.cookies)
    assert first.post("/logout", data={"csrf": csrf_of(first)}).status_code == 303
    assert visitor_with(clinic, sessions, cookie) == 303
    run("users", "passwd", "paul", "--workspace", str(clinic.folder), typed="another fine password\n" * 2)
    assert second.get("/").status_code == 303
    for session in sessions.known.values():
        session.seen -= IDLE_SECONDS + 1
    assert third.get("/").status_code == 303
    assert sessions.known == {}


def visitor_with(workspace: Workspace, sessions: Sessions, cookie: dict[str, str]) -> int:
    browser = visitor(workspace, sessions)
    browser.cookies.update(cookie)
    return browser.get("/").status_code


def test_after_too_many_wrong_passwords_even_the_right_one_waits(clinic: Workspace) -> None:  # noqa: F811
    door = LogIn(hire(clinic).staff)
    for _ in range(LOGIN_TRIES):
        assert door.let_in("lena", "wrong", "192.0.2.1") == WRONG
    assert door.let_in("lena", PASSWORD, "192.0.2.2") == PAUSE
    assert door.let_in("paul", PASSWORD, "192.0.2.2").name == "Paul Reed"  # another is not kept out
    for key in door.tries.failed:
        door.tries.failed[key] = [at - LOGIN_SECONDS for at in door.tries.failed[key]]
    assert door.let_in("lena", PASSWORD, "192.0.2.1").name == "Lena Ortiz, MD"
    for number in range(LOGIN_TRIES_OF_ADDRESS):
        assert door.let_in(f"guess{number}", "wrong", "192.0.2.3") == WRONG
    assert door.let_in("guess", "wrong", "192.0.2.3") == PAUSE


def test_every_address_that_changes_something_has_a_role(clinic: Workspace) -> None:  # noqa: F811
    routes = make_desk(OpenCases(clinic), Sessions()).routes
    listed = [inner for route in routes for inner in (route.routes or [] if isinstance(route, Mount) else [route])]
    changing = {
        route.path.rpartition("/")[2] for route in listed if isinstance(route, Route) and "POST" in route.methods
    }
    assert changing - {"login"} <= NEEDED.keys()
    for route in listed:
        if isinstance(route, Route):
            assert route.methods <= {"GET", "HEAD"} or route.methods == {"POST"}, route.path


@pytest.mark.parametrize("login", PEOPLE)
def test_a_role_is_enforced_by_the_server(clinic: Workspace, login: str) -> None:  # noqa: F811
    """Also without the page: the request itself is refused, with everything else in it right."""
    browser = logged_in(clinic, hire(clinic), login)
    path = links_in(browser)["2026-0142"]
    csrf = csrf_of(browser)
    rank = ROLES.index(PEOPLE[login][1])
    for act in ACTS_TRIED:
        answer = browser.post(f"{path}{act}", data={"csrf": "guess"})
        refused = "not for the role" in answer.text
        assert refused == (ROLES.index(NEEDED.get(act, "signer")) > rank), act
    answer = browser.post(
        f"{path}log", data={"csrf": csrf, "kind": "sent", "happened_on": "2026-11-20", "channel": "fax"}
    )
    assert answer.status_code == 303
    audit = (case_folder(clinic, "2026-0142") / AUDIT).read_text()
    assert f'"who": "{PEOPLE[login][0]}"' in audit
    refusals = (clinic.folder / AUDIT).read_text().count('"answer": 403')
    assert refusals == sum(ROLES.index(NEEDED.get(act, "signer")) > rank for act in ACTS_TRIED)


def test_a_get_changes_nothing(clinic: Workspace) -> None:  # noqa: F811
    browser = logged_in(clinic, hire(clinic), "lena")
    path = links_in(browser)["2026-0142"]
    for act in NEEDED:
        assert browser.get(f"{path}{act}?kind=sent").status_code in (404, 405)
        assert browser.get(f"/{act}").status_code in (404, 405)


def test_a_name_that_was_typed_does_not_stand_under_what_a_user_did(clinic: Workspace) -> None:  # noqa: F811
    browser = logged_in(clinic, hire(clinic), "rita")
    path = links_in(browser)["2026-0142"]
    form = {"csrf": csrf_of(browser), "kind": "sent", "channel": "fax", "name": "Lena Ortiz, MD"}
    assert browser.post(f"{path}log", data=form).status_code == 303
    assert "Lena" not in (case_folder(clinic, "2026-0142") / AUDIT).read_text()


def certificate(folder: Path, *, days: int = 30) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 and review.example, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "review.example")])
    names = x509.SubjectAlternativeName([x509.DNSName("review.example"), x509.IPAddress(ip_address("127.0.0.1"))])
    now = datetime.now(UTC)
    cert = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - timedelta(days=60)).not_valid_after(now + timedelta(days=days))
        .add_extension(names, critical=False).sign(key, hashes.SHA256())
    )  # fmt: skip
    pem = serialization.Encoding.PEM
    (folder / "cert.pem").write_bytes(cert.public_bytes(pem))
    (folder / "key.pem").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder / "cert.pem", folder / "key.pem"


def test_another_address_wants_a_certificate_and_users(tmp_path: Path, clinic: Workspace) -> None:  # noqa: F811
    cert, key = certificate(tmp_path)
    for address in (EVERYWHERE, "::", "192.0.2.10"):
        with pytest.raises(BadCaseFile, match="in the open"):
            refuse_unsafe(Listening(address), has_users=True)
        with pytest.raises(BadCaseFile, match="nobody would have to log in"):
            refuse_unsafe(Listening(address, 0, cert, key), has_users=False)
        refuse_unsafe(Listening(address, 0, cert, key), has_users=True)
    for address in ("127.0.0.1", "::1", "127.9.9.9"):
        refuse_unsafe(Listening(address), has_users=False)
    with pytest.raises(BadCaseFile, match="go together"):
        refuse_unsafe(Listening("127.0.0.1", 0, cert), has_users=True)
    with pytest.raises(BadCaseFile, match="not an IP address"):
        refuse_unsafe(Listening("review.example"), has_users=True)
    done = run("review", str(clinic.folder), "--address", EVERYWHERE, "--no-browser")
    assert done.exit_code == ExitCode.bad_usage
    assert "--cert" in done.stderr


def test_a_certificate_tells_its_names_and_one_that_ended_is_refused(tmp_path: Path) -> None:
    cert, key = certificate(tmp_path)
    assert names_in(cert) == ("review.example", "127.0.0.1")
    with pytest.raises(BadCaseFile, match="ended on"):
        names_in(certificate(tmp_path, days=-1)[0])
    with pytest.raises(BadCaseFile, match="cannot be used"):
        names_in(key)
    with pytest.raises(BadCaseFile, match="cannot be used"):
        names_in(tmp_path / "none.pem")


def test_with_tls_the_cookie_is_secure_and_the_server_answers_to_the_names_of_its_certificate_only(
    tmp_path: Path,
    clinic: Workspace,  # noqa: F811
) -> None:
    cert, key = certificate(tmp_path)
    hire(clinic)
    command = [sys.executable, "-m", "packetgen", "review", str(clinic.folder), "--no-browser", "--address", EVERYWHERE,
               "--cert", str(cert), "--key", str(key)]  # fmt: skip
    with a_program(command) as server:
        try:
            address = server.stdout.readline().removeprefix("Review: ").strip()
            assert address.startswith("https://review.example:")
            port = int(address.rpartition(":")[2].strip("/"))
            server.stdout.readline()
            trust = ssl.create_default_context(cafile=str(cert))
            body = f"login=lena&password={PASSWORD.replace(' ', '+')}".encode()

            def status(host: str) -> tuple[int, str]:
                raw = ask(port, trust, f"Host: {host}:{port}\r\nOrigin: https://{host}:{port}\r\n", body)
                return int(raw.split()[1]), raw

            code, raw = status("review.example")
            assert code == 303
            assert "secure" in raw.lower() and "httponly" in raw.lower() and "samesite=strict" in raw.lower()
            assert status("127.0.0.1")[0] == 303
            assert status("evil.example")[0] == 403
        finally:
            server.terminate()
            server.wait(20)


def ask(port: int, trust: ssl.SSLContext, headers: str, body: bytes) -> str:
    """Post a log-in over TLS; the head of the answer."""
    plain = socket.create_connection(("127.0.0.1", port), 20)
    with trust.wrap_socket(plain, server_hostname="127.0.0.1") as link:
        more = (
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\nConnection: close\r\n"
        )
        link.sendall(f"POST /login HTTP/1.1\r\n{headers}{more}\r\n".encode() + body)
        return link.recv(65536).decode()
