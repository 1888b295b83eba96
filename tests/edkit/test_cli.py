"""`edtech` as people and machines use it: in processes of their own."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest


def edtech(*arguments: str, data: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "edkit.cli", *arguments],
        env=environment(data, **settings),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def environment(data: Path, **settings: str) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("EDTECH_")}
    chosen = {f"EDTECH_{name.upper()}": value for name, value in settings.items()}
    return {**clean, "EDTECH_DATA": str(data), "EDTECH_HOST": "127.0.0.1", **chosen}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_bad_configuration_is_told_whole_before_anything_starts(tmp_path: Path) -> None:
    ended = edtech("up", data=tmp_path / "data", mode="production", port="many")
    assert ended.returncode == 2
    assert "EDTECH_PORT" in ended.stdout
    ended = edtech("up", data=tmp_path / "data", mode="production")
    assert ended.returncode == 2
    for name in ("EDTECH_DEMO", "EDTECH_PUBLIC_URL", "EDTECH_REGISTRATION"):
        assert name in ended.stdout
    assert not (tmp_path / "data").exists()


def test_an_unknown_service_is_named_beside_the_ones_there_are(tmp_path: Path) -> None:
    ended = edtech("up", "cantina", data=tmp_path)
    assert ended.returncode == 1
    assert "cantina" in ended.stdout
    assert "quiz_service" in ended.stdout


def test_migrate_may_be_repeated_and_doctor_then_finds_the_databases_well(tmp_path: Path) -> None:
    for _ in range(2):
        ended = edtech("migrate", data=tmp_path)
        assert ended.returncode == 0, ended.stdout + ended.stderr
    port = str(free_port())
    (tmp_path / "index.html").write_text("built")
    well = edtech("doctor", data=tmp_path, port=port, web_dir=str(tmp_path))
    assert well.returncode == 0, well.stdout
    assert "gateway database: answers and is up to date" in well.stdout


def test_what_is_stored_is_for_nobody_else_on_the_machine(tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert edtech("migrate", data=data).returncode == 0
    stored = [data, *data.rglob("*")]
    assert len(stored) > 3
    assert not [path for path in stored if path.stat().st_mode & 0o077]


def test_every_open_file_that_the_machine_allows_is_allowed(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "edkit.cli", "doctor"]
    shell = ["sh", "-c", 'ulimit -Sn 512; exec "$@"', "sh", *command]
    told = subprocess.run(shell, env=environment(tmp_path), capture_output=True, text=True, timeout=60, check=False)
    assert "only 512 allowed" not in told.stdout
    assert "open files" in told.stdout


def test_doctor_says_what_is_wrong_and_what_to_do(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ended = edtech("doctor", data=tmp_path, port=str(taken.getsockname()[1]), web_dir=str(tmp_path / "nowhere"))
    assert ended.returncode == 1
    findings = [line for line in ended.stdout.splitlines() if line.startswith("FIX")]
    assert any("set EDTECH_PORT" in line for line in findings)
    assert any("make web" in line for line in findings)


@pytest.mark.mariadb
def test_a_database_that_refuses_is_said_in_a_sentence(tmp_path: Path, mariadb_url: str) -> None:
    stranger = mariadb_url.replace("//root@", "//root:unmentioned@")
    for command in (["up", "gateway"], ["migrate"]):
        ended = edtech(*command, data=tmp_path, database_url=stranger)
        assert ended.returncode == 1
        assert "Access denied" in ended.stdout
        assert "EDTECH_DATABASE_URL" in ended.stdout
        assert "Traceback" not in ended.stderr
        assert "unmentioned" not in ended.stdout + ended.stderr


def test_an_address_that_cannot_be_read_shows_nothing_of_the_password(tmp_path: Path) -> None:
    ended = edtech("up", "gateway", data=tmp_path, cache_url="redis://:unmen/tioned@localhost:6379/0", port="0")
    assert ended.returncode == 1
    assert "the address of a Redis looks like" in ended.stdout
    assert "unmen" not in ended.stdout + ended.stderr


def test_dead_letters_are_listed_and_an_unknown_one_is_not_replayed(tmp_path: Path) -> None:
    assert edtech("dead-letters", "list", data=tmp_path).stdout == ""
    ended = edtech("dead-letters", "replay", "nothing", data=tmp_path)
    assert ended.returncode == 1
    assert "dead-letters list" in ended.stdout


def test_the_committed_schema_is_current(tmp_path: Path) -> None:
    ended = edtech("schema", "--check", data=tmp_path)
    assert ended.returncode == 0, ended.stdout


@pytest.fixture
def running(tmp_path: Path) -> "subprocess.Popen[str]":
    """The product on a free port, its log in `log` beside its data."""
    port = free_port()
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "edkit.cli", "up"],
            env=environment(tmp_path / "data", port=str(port)),
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    process.base = f"http://127.0.0.1:{port}"  # type: ignore[attr-defined]
    wait_until_ready(process)
    yield process  # type: ignore[misc]
    process.kill()
    process.communicate(timeout=10)


def wait_until_ready(process: "subprocess.Popen[str]") -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        assert process.poll() is None, "it ended instead of starting"
        try:
            if httpx.get(f"{process.base}/readyz", timeout=2).status_code == 200:  # type: ignore[attr-defined]
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError("not ready within a minute")


def services_that_logged(log: Path, request_id: str) -> set[str]:
    lines = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{") and line.endswith("}")]
    return {line["service.name"] for line in lines if line.get("http.request.id") == request_id}


def test_it_starts_says_where_it_is_and_leaves_when_asked(running: "subprocess.Popen[str]", tmp_path: Path) -> None:
    base = running.base  # type: ignore[attr-defined]
    assert httpx.get(f"{base}/livez").json() == {"status": "alive"}
    ready = httpx.get(f"{base}/readyz").json()
    assert ready["dependencies"]["game_server database"] == "answers"
    assert "edtech_message_seconds" in httpx.get(f"{base}/metrics").text

    # One request id from the answer's header to the log lines of both services that took part.
    signed_in = httpx.post(
        f"{base}/api/auth/login", json={"email": "teacher@demo.example", "password": "learn-together"}
    )
    token = {"Authorization": f"Bearer {signed_in.json()['access_token']}"}
    answer = httpx.get(f"{base}/api/quizzes", headers={**token, "X-Request-Id": "trace-this-one"})
    assert answer.headers["x-request-id"] == "trace-this-one"
    until = time.monotonic() + 10
    while not {"gateway", "quiz_service"} <= services_that_logged(tmp_path / "log", "trace-this-one"):
        assert time.monotonic() < until, "the request id is not in the log of every service that took part"
        time.sleep(0.05)

    running.send_signal(signal.SIGTERM)
    printed, _ = running.communicate(timeout=20)
    assert running.returncode == 0
    assert base.replace("127.0.0.1", "localhost") in printed


def test_starting_a_service_loads_no_client_of_sockets() -> None:
    """The fault: the robots' client was loaded with every process, a fifth of what its start costs."""
    seen = "import sys, edkit.launch; edkit.launch.load(); print('socketio' in sys.modules, 'aiohttp' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", seen], capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["False", "False"]
