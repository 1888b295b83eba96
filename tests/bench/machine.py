"""Starting processes on a core of their own, and reading what they have used."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

START_WITHIN_S = 60.0


def cores() -> tuple[int, int]:
    """One core for the server, another for the client (the same when there is only one)."""
    usable = sorted(os.sched_getaffinity(0))
    return usable[0], usable[-1]


def python(module: str, *arguments: object) -> list[str]:
    return [sys.executable, "-m", module, *map(str, arguments)]


@contextmanager
def running(command: list[str], core: int, log: Path, **environment: str) -> Iterator[int]:
    """A process pinned to one core, ended with the block; yields its pid."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            [*_pinned(core), *command], stdout=output, stderr=output, env={**os.environ, **environment}
        )
    try:
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _pinned(core: int) -> list[str]:
    return ["taskset", "-c", str(core)] if shutil.which("taskset") else []


def wait_for_port(port: int, pid: int, log: Path) -> None:
    deadline = time.monotonic() + START_WITHIN_S
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 0.5).close()
            return
        except OSError:
            time.sleep(0.05)
        if not Path(f"/proc/{pid}").exists():
            break
    raise RuntimeError(f"the server did not start:\n{log.read_text()[-2000:]}")


class Load:
    """The load client, in a process on its own core."""

    def __init__(self, port: int, core: int) -> None:
        self._process = subprocess.Popen(
            [*_pinned(core), *python("tests.bench.load", port)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __call__(self, do: str, **options: Any) -> dict[str, Any]:
        """Run one command. Raises RuntimeError when the client could not do it or the server refused a call."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"do": do, **options}) + "\n")
        self._process.stdin.flush()
        result: dict[str, Any] = json.loads(self._process.stdout.readline() or '{"error": "the load client ended"}')
        if "error" in result or result.get("refused"):
            raise RuntimeError(f"{do} {options}: {result.get('error') or result.get('refusal')}")
        return result

    def stop(self) -> None:
        self._process.communicate()


def cpu_s(pid: int) -> float:
    """CPU seconds of all threads of a process so far, to the nanosecond the scheduler counts."""
    total = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        try:
            total += int((task / "schedstat").read_text().split()[0])
        except OSError:
            continue  # a thread that has just ended
    return total / 1e9


def memory(pid: int) -> int:
    """Bytes of memory of the process's own; files it has mapped do not count."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("RssAnon"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("no RssAnon in /proc")


PIECES = """
import json, signal, time
done, content = [], {str(n): ["text" * 5, n, {"a": n}] for n in range(200)}
def tell(*_):
    print(sum(done) / len(done), flush=True)
    raise SystemExit
signal.signal(signal.SIGTERM, tell)
print("ready", flush=True)
while True:
    began = time.thread_time()
    json.loads(json.dumps(content))
    done.append(time.thread_time() - began)
    time.sleep(0.02)
"""


class Pace:
    """How long a core of this machine takes for a fixed piece of Python, begun again and again through a with-block.

    Cores are slower for everybody while many processes push each other out of their caches; this tells by how much.
    """

    def __enter__(self) -> "Pace":
        command = [sys.executable, "-c", PIECES]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self._process.stdout.readline()
        time.sleep(0.5)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self.piece_s = float(self._process.communicate()[0])


class Cpu:
    """CPU seconds a process uses within a with-block."""

    def __init__(self, pid: int) -> None:
        self._pid = pid

    def __enter__(self) -> "Cpu":
        self._before = cpu_s(self._pid)
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds = cpu_s(self._pid) - self._before
