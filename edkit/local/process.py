"""One process that this one starts, watches and ends. It dies with its parent, however that ends."""

import os
import random
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Self

LOOK_AGAIN_S = 0.05
STILL_WITHIN_S = 5.0
SYSTEM_FOLDERS = "/usr/local/sbin:/usr/sbin:/sbin"  # not on the PATH of everybody
PORTS = range(15_000, 32_000)
"""Below those that the kernel hands to outgoing connections, so that a restart finds its port still free."""

_given: set[int] = set()


class ServerMissing(Exception):
    """A server is not on this machine; the message says which package brings it."""


class NotStarted(Exception):
    """A process ended, or did not answer in time; the message carries the end of its log."""


class Process:
    """A process of another program with a folder, a port and a log. Started again it keeps all three.

    Everything here blocks for as long as it takes; from a coroutine it goes through `asyncio.to_thread`.
    """

    name: str
    start_within_s = 60.0
    stop_within_s = 15.0
    dies_by = "TERM"
    """The signal that the kernel sends when the parent is gone."""

    def __init__(self, folder: Path, port: int = 0, log: Path | None = None) -> None:
        self.folder = folder
        self.port = port or free_port()
        self.log = log or folder / "log"
        self._process: subprocess.Popen[bytes] | None = None

    def command(self) -> Sequence[str]:
        """What to run."""
        raise NotImplementedError

    def environment(self) -> Mapping[str, str]:
        """What it finds in its environment."""
        return os.environ

    def prepare(self) -> None:
        """Make what must be there before a start. Called before each one."""

    def answers(self) -> bool:
        """Whether it is ready to work, found by asking it."""
        return accepts(self.port)

    def begun(self) -> None:
        """Finish what can only be done once it answers. Called after each start."""

    def start(self) -> None:
        """Start it, if it does not run, and return when it is ready. Raises NotStarted."""
        self.launch()
        self.wait_ready()

    def launch(self) -> None:
        """Start it, if it does not run, and return at once."""
        if self.running:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.prepare()
        self._process = spawn(self.command(), self.environment(), self.log, self.dies_by)

    def wait_ready(self) -> None:
        """Return when it is ready. Raises NotStarted when it ends before, or takes longer than `start_within_s`."""
        if not until(lambda: not self.running or self.answers(), self.start_within_s) or not self.running:
            raise NotStarted(f"{self.name} did not start; the end of {self.log}:\n{self.last_words()}")
        self.begun()

    @property
    def running(self) -> bool:
        """Whether it has been started and has not ended; a stopped (SIGSTOP) one runs."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """The number of the running process. Raises ProcessLookupError when there is none."""
        if self._process is None or not self.running:
            raise ProcessLookupError(f"{self.name} is not running")
        return self._process.pid

    def ready(self) -> bool:
        """Whether it runs and answers."""
        return self.running and self.answers()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal; SIGSTOP and SIGCONT freeze and thaw it. Nothing happens to a process that has ended.

        A SIGSTOP returns when no thread of it does anything any more, which is a moment after it was sent.
        """
        if self._process is not None:
            self._process.send_signal(number)
            if number is signal.SIGSTOP:
                until(self._still, STILL_WITHIN_S, look_again_s=0.001)

    def _still(self) -> bool:
        """Whether each of its threads is stopped, or it has ended."""
        try:
            threads = [each.read_text() for each in Path(f"/proc/{self.pid}/task").glob("*/stat")]
        except OSError:  # one ended meanwhile, or all
            return not self.running
        return all(thread.rpartition(")")[2].split()[0] in "TtZX" for thread in threads)

    def kill(self) -> None:
        """End it with SIGKILL, as a power cut would, and return when it is gone."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def stop(self) -> None:
        """Ask it to end and wait; after `stop_within_s` it is killed. Not running is fine."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGCONT)
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(self.stop_within_s)
        except subprocess.TimeoutExpired:
            self.kill()

    def restart(self) -> None:
        """Stop it and start it again on the same port, over the same files."""
        self.stop()
        self.start()

    def last_words(self, characters: int = 2_000) -> str:
        """The end of its log."""
        return self.log.read_text(errors="replace")[-characters:] if self.log.exists() else ""

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.kill()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


@cache
def _spawner() -> ThreadPoolExecutor:
    """The kernel takes the end of the thread that started a process for the death of its parent: use one that stays."""
    return ThreadPoolExecutor(1, "spawner")


def spawn(command: Sequence[str], environment: Mapping[str, str], log: Path, dies_by: str) -> "subprocess.Popen[bytes]":
    """Start a command in a group of its own (Ctrl-C is its parent's to handle), with its output added to `log`."""

    def begin() -> "subprocess.Popen[bytes]":
        with log.open("ab") as output:
            return subprocess.Popen(  # noqa: S603 - the callers are the installation's own commands
                [*_dies_with_parent(dies_by), *command],
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    return _spawner().submit(begin).result()


def _dies_with_parent(dies_by: str) -> list[str]:
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", dies_by, "--"] if setpriv else []


def program(name: str, package: str) -> str:
    """The path of a program. Raises ServerMissing naming the Debian package that brings it."""
    path = shutil.which(name, path=f"{os.environ.get('PATH', '')}:{SYSTEM_FOLDERS}")
    if path is None:
        raise ServerMissing(f"{name} is not installed; run `make setup`, or: sudo apt-get install {package}")
    return path


def run(command: Sequence[str], environment: Mapping[str, str] | None = None) -> str:
    """Run a command to its end; what it printed. Raises RuntimeError with all it said when it fails."""
    done = subprocess.run(  # noqa: S603 - the callers are the installation's own commands
        command, capture_output=True, text=True, check=False, env=dict(environment or os.environ)
    )
    if done.returncode:
        raise RuntimeError(f"{Path(command[0]).name} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def until(true: Callable[[], bool], within_s: float, look_again_s: float = LOOK_AGAIN_S) -> bool:
    """Look again and again; whether it became true in time."""
    deadline = time.monotonic() + within_s
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(look_again_s)
    return True


def accepts(port: int) -> bool:
    """Whether something listens on a loopback port."""
    return said(port, b"", 0) is not None


def said(port: int, question: bytes, wanted: int) -> bytes | None:
    """The first bytes that a server answers to a question; None if it does not answer within a second."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as line:
            line.sendall(question)
            return line.recv(wanted) if wanted else b""
    except OSError:
        return None


def free_port() -> int:
    """A TCP port of the loopback address that nothing listens on just now, never the same one twice."""
    for _ in range(1_000):
        port = random.choice(PORTS)  # noqa: S311 - not a secret
        if port in _given:
            continue
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        _given.add(port)
        return port
    raise NotStarted("there is no free port")


def own_file(path: Path, text: str) -> None:
    """Write a file that only its owner can read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
