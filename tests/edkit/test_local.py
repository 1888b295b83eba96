"""`edtech local`: a whole installation in one folder, kept over stops and kills, with nothing left behind."""

import contextlib
import json
import os
import re
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from edkit.local.process import accepts, free_port, until

pytestmark = [pytest.mark.installation, pytest.mark.mariadb, pytest.mark.rabbitmq, pytest.mark.redis]

PATIENCE_S = 120
PART = re.compile(r"^  (\S+) +127\.0\.0\.1:(\d+) +process (\d+)$", re.MULTILINE)
ADA = {"email": "ada@school.example", "password": "long enough for Ada"}


class Local:
    """A running `edtech local`, as a person sees it."""

    def __init__(self, data: Path) -> None:
        self.port = free_port()
        self._says = data.parent / "said"
        settings = {"EDTECH_DATA": str(data), "EDTECH_PORT": str(self.port), "EDTECH_HOST": "127.0.0.1"}
        game_servers = [str(free_port()) for _ in range(3)]
        with self._says.open("w") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "edkit.cli", "local", "--game-server-ports", *game_servers],
                env={**os.environ, **settings},
                stdout=out,
                stderr=out,
            )
        self.says("stop with Ctrl-C")
        self.parts = {name: (int(port), int(pid)) for name, port, pid in PART.findall(self._says.read_text())}

    def says(self, words: str) -> None:
        assert until(lambda: words in self._says.read_text(), PATIENCE_S), self._says.read_text()

    def ask(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        request = Request(
            f"http://127.0.0.1:{self.port}{path}",
            data=json.dumps(body).encode(),
            headers={"content-type": "application/json"},
        )
        with urlopen(request, timeout=30) as answer:
            found: dict[str, Any] = json.load(answer)
            return found

    def all_gone(self) -> bool:
        return not any(accepts(port) or Path(f"/proc/{pid}").exists() for port, pid in self.parts.values())


@contextlib.contextmanager
def local(data: Path) -> Iterator[Local]:
    running = Local(data)
    try:
        yield running
    finally:
        running.process.kill()
        running.process.wait()


def test_an_installation_keeps_what_it_stores_mends_itself_and_leaves_nothing_behind(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with local(data) as first:
        assert len(first.parts) == 14
        first.ask("/api/auth/register", {**ADA, "name": "Ada", "role": "teacher"})
        port, pid = first.parts["gateway-1"]
        os.kill(pid, signal.SIGKILL)
        first.says("gateway-1 ended; starting it again")
        assert first.ask("/api/auth/login", ADA)["user"]["name"] == "Ada"
        assert until(lambda: accepts(port), PATIENCE_S)
        first.process.send_signal(signal.SIGINT)
        assert first.process.wait(PATIENCE_S) == 0
        assert first.all_gone()
    for path in (data / "distributed").glob("**/env"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    assert stat.S_IMODE((data / "distributed" / "secrets.json").stat().st_mode) == 0o600
    with local(data) as second:
        assert second.ask("/api/auth/login", ADA)["user"]["name"] == "Ada"
        second.process.kill()
        assert until(second.all_gone, PATIENCE_S), "somebody survived the one who started everybody"
