"""Servers that the tests start for themselves: private ports, temporary folders, and gone when the session ends."""

import contextlib
import getpass
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pymysql

START_WITHIN_S = 30
STOP_WITHIN_S = 10


class ServerMissing(Exception):
    """A server the tests need is not on this machine; the message says which package brings it."""


class MariaDB:
    """A running MariaDB of our own; `fresh_database` hands out empty databases until it is stopped."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._numbers = count(1)

    def fresh_database(self) -> str:
        """Create an empty database and return its SQLAlchemy URL."""
        name = f"edtech_{next(self._numbers)}"
        with self._connect() as connection, connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")
        return f"mysql+aiomysql://root@127.0.0.1:{self.port}/{name}?charset=utf8mb4"

    def drop(self, url: str) -> None:
        """Remove a database made by `fresh_database`; connections still open to it lose it."""
        name = url.rsplit("/", 1)[1].partition("?")[0]
        with self._connect() as connection, connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {name}")

    def answers(self) -> bool:
        with contextlib.suppress(pymysql.Error, OSError), self._connect():
            return True
        return False

    def _connect(self) -> "pymysql.Connection[pymysql.cursors.Cursor]":
        return pymysql.connect(host="127.0.0.1", port=self.port, user="root", connect_timeout=2)


@contextlib.contextmanager
def mariadb() -> Iterator[MariaDB]:
    """Run a private MariaDB; it ends with the block, and with this process even if that is killed."""
    folder = Path(tempfile.mkdtemp(prefix="edtech-mariadb-"))
    try:
        _initialise(folder)
        server, process = _start(folder)
        try:
            yield server
        finally:
            _stop(process)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _initialise(folder: Path) -> None:
    command = [
        _program("mariadb-install-db"),
        "--no-defaults",
        f"--datadir={folder / 'data'}",
        f"--user={getpass.getuser()}",
        "--auth-root-authentication-method=normal",
        "--skip-test-db",
        "--innodb-log-file-size=8M",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"mariadb-install-db failed:\n{done.stdout}{done.stderr}")


def _start(folder: Path) -> tuple[MariaDB, "subprocess.Popen[bytes]"]:
    """Start the server; a port taken by another between looking and listening is answered with a new one."""
    for _ in range(3):
        port = free_port()
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(_server_command(folder, port), stdout=log, stderr=log)
        server = MariaDB(port)
        deadline = time.monotonic() + START_WITHIN_S
        while process.poll() is None and time.monotonic() < deadline:
            if server.answers():
                return server, process
            time.sleep(0.05)  # another process: there is no clock to pass in
        _stop(process)
    raise RuntimeError(f"MariaDB did not start:\n{(folder / 'log').read_text(errors='replace')}")


def _server_command(folder: Path, port: int) -> list[str]:
    return [
        *_dies_with_parent(),
        _program("mariadbd"),
        "--no-defaults",
        f"--user={getpass.getuser()}",
        f"--datadir={folder / 'data'}",
        "--socket=m.sock",  # inside the data folder: the whole path may be longer than a socket's name can be
        f"--port={port}",
        "--bind-address=127.0.0.1",
        "--skip-name-resolve",
        "--innodb-buffer-pool-size=64M",
        "--innodb-log-file-size=8M",
        "--innodb-flush-log-at-trx-commit=2",
        "--character-set-server=utf8mb4",
        "--performance-schema=OFF",
    ]


def _dies_with_parent() -> list[str]:
    """The kernel ends the server when the test process is killed and can no longer do so."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM", "--"] if setpriv else []


def _stop(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
    process.wait()


def _program(name: str) -> str:
    path = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if path is None:
        raise ServerMissing(f"{name} is not installed; run `make setup`, or: sudo apt-get install mariadb-server")
    return path


def free_port() -> int:
    """A TCP port of the loopback address that nothing listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
