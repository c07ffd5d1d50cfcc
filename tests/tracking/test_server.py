"""Events on a real PostgreSQL server, started here when it is installed."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from packetgen.errors import BadCaseFile, PacketgenError
from packetgen.tracking.events import Event, last_logged, log_event, standing
from packetgen.workspace import Settings, Workspace

pytestmark = pytest.mark.slow
CASE = "2026-0142"
PASSWORD = "synthetic"  # noqa: S105 - of a server that lives for one test run
SENT = Event(CASE, "sent", date(2026, 10, 5), channel="fax", reference="F-1", note="3 parts, 'quoted' and 100 %")


def program(name: str) -> str | None:
    installed = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return shutil.which(name) or (str(installed[-1]) if installed else None)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of a server of its own, on loopback; PostgreSQL refuses to be run by root."""
    initdb, postgres = program("initdb"), program("postgres")
    if not initdb or not postgres:
        pytest.skip("PostgreSQL is not installed, so tracking on a server was NOT tested")
    who = "postgres" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="packetgen-postgres-"))
    word = folder / "word"
    word.write_text(PASSWORD)
    if who:
        for path in (folder, word):
            shutil.chown(path, who)
    port, data = free_port(), folder / "data"
    make = [initdb, "-D", data, "-U", "packetgen", "-A", "scram-sha-256", f"--pwfile={word}", "--no-sync"]
    subprocess.run(make, check=True, capture_output=True, user=who, cwd=folder)
    start = [postgres, "-D", data, "-p", str(port), "-h", "127.0.0.1", "-k", "", "-F"]
    process = subprocess.Popen(start, user=who, cwd=folder, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr
        assert any("ready to accept connections" in line for line in process.stderr)
        threading.Thread(target=process.stderr.read, daemon=True).start()
        yield f"postgresql://packetgen@127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)
        shutil.rmtree(folder)


@pytest.fixture
def shared(
    server: str, clinic: Workspace, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Workspace:
    """The clinic with a fresh database on the server."""
    from pg8000.native import Connection, identifier

    name = request.node.name[:60]
    port = int(server.rsplit(":", 1)[1])
    connection = Connection("packetgen", host="127.0.0.1", port=port, database="postgres", password=PASSWORD)
    connection.run(f"CREATE DATABASE {identifier(name)}")
    connection.close()
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    return Workspace(clinic.folder, Settings(tracking=f"{server}/{name}"))


DENIED = Event(CASE, "denied", date(2026, 10, 9), due=date(2026, 12, 8), reasons=("step_therapy", "coding"))


def events(workspace: Workspace) -> list[Event]:
    """What stands, without the numbers that each place gives."""
    return [replace(event, id=0, corrects=None) for event in standing(workspace).get(CASE, ())]


def test_what_is_logged_comes_back_as_it_was(shared: Workspace) -> None:
    log_event(shared, SENT)
    wrong = log_event(shared, replace(DENIED, due=None))
    log_event(shared, replace(DENIED, corrects=wrong))
    assert events(shared) == [SENT, DENIED]
    assert last_logged(shared)
    with pytest.raises(BadCaseFile, match="no event"):
        log_event(shared, replace(DENIED, corrects=wrong))


def test_what_was_logged_before_there_was_a_server_is_carried_over_once(clinic: Workspace, shared: Workspace) -> None:
    log_event(clinic, SENT)
    wrong = log_event(clinic, replace(DENIED, due=None))
    log_event(clinic, replace(DENIED, corrects=wrong))
    assert events(shared) == events(clinic) == [SENT, DENIED]
    with clinic.ledger() as ledger:  # cut off after the server had them and before the ledger knew
        ledger.execute("UPDATE events SET carried = 0")
    assert events(shared) == [SENT, DENIED]


def test_two_who_correct_the_same_event_at_once_are_told(shared: Workspace) -> None:
    number = log_event(shared, SENT)
    said: list[str] = []

    def correct(reference: str) -> None:
        try:
            log_event(shared, replace(SENT, reference=reference, corrects=number))
            said.append("logged")
        except BadCaseFile:
            said.append("refused")

    clerks = [threading.Thread(target=correct, args=(f"F-{name}",)) for name in range(4)]
    for clerk in clerks:
        clerk.start()
    for clerk in clerks:
        clerk.join()
    assert sorted(said) == ["logged", "refused", "refused", "refused"]
    assert len(events(shared)) == 1


def test_a_server_that_does_not_answer_is_named_and_loses_nothing(clinic: Workspace) -> None:
    log_event(clinic, SENT)
    away = Workspace(clinic.folder, Settings(tracking=f"postgresql://packetgen@127.0.0.1:{free_port()}/clinic"))
    with pytest.raises(PacketgenError, match=r"postgresql://127\.0\.0\.1/clinic: the tracking server cannot be used"):
        log_event(away, DENIED)
    assert events(clinic) == [SENT]


def test_a_wrong_password_is_an_error_that_does_not_tell_it(shared: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", "another")
    with pytest.raises(PacketgenError) as caught:
        log_event(shared, SENT)
    assert "PGPASSWORD" in str(caught.value) and "another" not in str(caught.value)


@pytest.mark.parametrize(
    "address", ["mysql://u@h/d", "postgresql://h/d", "postgresql://u@h", "postgresql://u:secret@h/d", "clinic.db"]
)
def test_a_wrong_address_is_refused_by_the_line_of_the_settings(clinic: Workspace, address: str) -> None:
    with pytest.raises(BadCaseFile, match="tracking: is no address") as caught:
        log_event(Workspace(clinic.folder, Settings(tracking=address)), SENT)
    assert "secret" not in str(caught.value)
