"""`make bench ARGS=rpc`: HTTP -> gateway -> RabbitMQ -> service and back, beside NestJS doing the same, in one run.

Systems take turns (A B C, C B A, ...) against one broker, each in fresh processes, asked by `wrk`. Printed are one JSON
line per system and round, then medians. CPU is that of each process by itself, in seconds per 1,000 requests; it is
firm, while rates and times depend on what else the machine does.

The peer is a folder with `gateway.mjs`, `service.mjs` and installed `node_modules`, named by `--peer` or BENCH_PEER.
It reads PORT, AMQP and QUEUE from its environment and answers `POST /users`. Without one it is not run, which is said.
"""

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx

from edkit.bus import Topology
from edkit.bus.rabbit.topology import definitions
from tests import servers
from tests.bench.figures import Figures
from tests.bench.machine import cpu_s, python, wait_for_port
from tests.servers import free_port

USER = json.dumps(
    {
        "name": "Ada Lovelace",
        "email": "ada@example.org",
        "age": 12,
        "bio": "Likes analytical engines, poems about numbers and long walks.",
    }
)
ROLES = ("gateway", "quiz_service", "echo_service")
PASSWORD = "secret"
WARM_UP_S = 3
SCRIPT = """wrk.method = "%s"
wrk.body = '%s'
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer %s"
done = function(s, l, r)
  io.write(string.format('\\nRES {"requests":%%d,"us":%%d,"bad":%%d,"p50":%%.3f,"p99":%%.3f}\\n',
    s.requests, s.duration,
    s.errors.status + s.errors.connect + s.errors.read + s.errors.write + s.errors.timeout,
    l:percentile(50) / 1000, l:percentile(99) / 1000))
end
"""


class Target(NamedTuple):
    """A running system: what to ask, and the processes that have a part in the answer."""

    url: str
    method: str
    body: str
    token: str
    processes: Mapping[str, int]


class Load(NamedTuple):
    """How hard each system is asked, and for how long."""

    connections: int
    seconds: int


@contextmanager
def process(command: list[str], log: Path, port: int = 0, folder: Path | None = None, **extra: str) -> Iterator[int]:
    """A process that ends with the block; its number, once it listens on `port`."""
    with log.open("ab") as output:
        started = subprocess.Popen(
            command, stdout=output, stderr=output, cwd=folder, env={**os.environ, **extra}, start_new_session=True
        )
    try:
        if port:
            wait_for_port(port, started.pid, log)
        yield started.pid
    finally:
        started.terminate()
        try:
            started.wait(10)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()


class Systems:
    """Each method starts one system for the block."""

    def __init__(self, broker: servers.RabbitMQ, bus_url: str, database: servers.MariaDB, peer: Path | None) -> None:
        self._broker, self._bus_url, self._database, self._peer = broker, bus_url, database, peer

    @contextmanager
    def _ours(self, service: str, folder: Path, **more: str) -> Iterator[tuple[int, dict[str, int]]]:
        """The gateway with one service; the port and the processes."""
        port = free_port()
        common = {
            "EDTECH_HOST": "127.0.0.1",
            "EDTECH_DATA": str(folder / "data"),
            "EDTECH_DEMO": "false",
            "EDTECH_RATE_LIMITS": "false",
            "EDTECH_BUS_URL": self._bus_url,
            **more,
        }
        door, inner = {**common, "EDTECH_PORT": str(port)}, {**common, "EDTECH_PORT": str(free_port())}
        with ExitStack() as stack:
            command = python("tests.bench.rpc_parts", service)
            served = stack.enter_context(process(command, folder / "service.log", int(inner["EDTECH_PORT"]), **inner))
            command = python("tests.bench.rpc_parts", "gateway")
            asked = stack.enter_context(process(command, folder / "gateway.log", port, **door))
            yield port, {"gateway": asked, "service": served}

    @contextmanager
    def echo(self, folder: Path) -> Iterator[Target]:
        with self._ours("echo_service", folder) as (port, processes):
            yield Target(f"http://127.0.0.1:{port}/api/users", "POST", USER, "", processes)

    @contextmanager
    def quiz(self, folder: Path) -> Iterator[Target]:
        database = self._database.fresh_database()
        name = re.sub(r"edtech_\d+", r"\g<0>_{service}", database)
        with self._ours("quiz_service", folder, EDTECH_DATABASE_URL=name) as (port, processes):
            token, quiz_id = _teacher_with_quiz(port)
            asked = {**processes, "database": self._database.pid}
            yield Target(f"http://127.0.0.1:{port}/api/quizzes/{quiz_id}", "GET", "", token, asked)

    @contextmanager
    def nest(self, folder: Path) -> Iterator[Target]:
        assert self._peer is not None
        port = free_port()
        address = self._bus_url.format(service="gateway")
        said = {"PORT": str(port), "AMQP": address, "QUEUE": "peer", "NODE_ENV": "production"}
        with ExitStack() as stack:
            command = ["node", "service.mjs"]
            served = stack.enter_context(process(command, folder / "service.log", folder=self._peer, **said))
            time.sleep(1.5)  # it opens no port that could be waited for
            command = ["node", "gateway.mjs"]
            asked = stack.enter_context(process(command, folder / "gateway.log", port, self._peer, **said))
            processes = {"gateway": asked, "service": served}
            yield Target(f"http://127.0.0.1:{port}/users", "POST", USER, "", processes)

    def measure(self, name: str, load: Load) -> Figures:
        """One round of one system."""
        start: Callable[[Path], AbstractContextManager[Target]] = getattr(self, name)
        with tempfile.TemporaryDirectory(prefix="edtech-rpc-") as folder, start(Path(folder)) as target:
            ask(target, Load(load.connections, WARM_UP_S))
            processes = {**target.processes, "broker": self._broker.pid}
            before = {part: cpu_s(pid) for part, pid in processes.items()}
            found = ask(target, load)
            used = {part: cpu_s(pid) - before[part] for part, pid in processes.items()}
        if found["bad"]:
            raise RuntimeError(f"{name}: {found['bad']:.0f} of {found['requests']:.0f} answers were not good")
        thousands = found["requests"] / 1000
        return {
            "requests per second": found["requests"] / (found["us"] / 1e6),
            "p50 ms": found["p50"],
            "p99 ms": found["p99"],
            "CPU s per 1,000, all": sum(used.values()) / thousands,
            **{f"CPU s per 1,000, {part}": seconds / thousands for part, seconds in used.items()},
        }


def ask(target: Target, load: Load) -> Figures:
    """Ask as fast as answers come, on so many connections."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(SCRIPT % (target.method, target.body, target.token))
        script.flush()
        command = ["wrk", "-t1", f"-c{load.connections}", f"-d{load.seconds}s", "--timeout", "5s", "-s", script.name]
        done = subprocess.run([*command, target.url], capture_output=True, text=True, check=False)
    said = re.search(r"RES (.*)", done.stdout)
    if said is None:
        raise RuntimeError(f"wrk failed: {done.stdout}{done.stderr}")
    found: Figures = json.loads(said[1])
    return found


def _teacher_with_quiz(port: int) -> tuple[str, str]:
    """An access token and the id of a quiz of ten questions."""
    options = [{"text": text, "correct": text == "Jupiter"} for text in ("Mercury", "Earth", "Jupiter", "Neptune")]
    text = "Which planet of the solar system has the shortest day of all?"
    question = {"type": "single_choice", "text": text, "time_limit_s": 20, "options": options}
    person = {"email": "bench@example.org", "password": "a long benchmark password", "name": "B", "role": "teacher"}
    with httpx.Client(base_url=f"http://127.0.0.1:{port}/api", timeout=30) as http:
        registered = http.post("/auth/register", json=person)
        registered.raise_for_status()
        token: str = registered.json()["access_token"]
        quiz = {"title": "Planets", "questions": [question] * 10}
        made = http.post("/quizzes", json=quiz, headers={"Authorization": f"Bearer {token}"})
        made.raise_for_status()
        return token, made.json()["id"]


NOTES = {
    "echo": "the real gateway with one route more, a validated body, and a service that answers it",
    "quiz": "GET /api/quizzes/{id} with a token: the real gateway, quiz service and MariaDB; the answer is 6 KB",
    "nest": "the peer: a validated body, and a service that answers it",
}


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="rpc", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--systems", default=",".join(NOTES), help="names separated by commas")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--peer", type=Path, default=os.environ.get("BENCH_PEER"), help="the folder of the peer")
    given = parser.parse_args(arguments)
    if shutil.which("wrk") is None:
        parser.exit(1, "wrk is not installed: sudo apt-get install wrk\n")
    names = given.systems.split(",")
    if given.peer is None and "nest" in names:
        print("peer not run: name its folder with --peer or BENCH_PEER", flush=True)
        names.remove("nest")
    found: dict[str, list[Figures]] = {name: [] for name in names}
    with servers.rabbitmq() as broker, servers.mariadb() as database:
        said = definitions(Topology(ROLES, {}), "/", dict.fromkeys((*ROLES, "operator"), PASSWORD), (1000,))
        everything = {"configure": ".*", "write": ".*", "read": ".*"}
        for one in said["permissions"]:
            one.update(everything)  # the peer makes its queues under its own names
        _, url = servers.fresh_vhost(broker, definitions=said)
        systems = Systems(broker, url, database, given.peer)
        for number in range(given.rounds):
            for name in names if number % 2 == 0 else reversed(names):
                figures = systems.measure(name, Load(given.connections, given.seconds))
                found[name].append(figures)
                rounded = {key: round(value, 3) for key, value in figures.items()}
                print(json.dumps({"system": name, "round": number + 1, **rounded}), flush=True)
    print(table(found, given.connections))


def table(found: Mapping[str, list[Figures]], connections: int) -> str:
    """Medians over the rounds, a row for each figure."""
    medians = {
        name: {key: statistics.median(each[key] for each in rounds) for key in rounds[0]}
        for name, rounds in found.items()
    }
    rows = list(dict.fromkeys(key for figures in medians.values() for key in figures))
    lines = ["", f"{connections} connections, medians", " " * 30 + "".join(f"{name:>12}" for name in medians)]
    for row in rows:
        cells = (f"{figures[row]:12.3f}" if row in figures else f"{'-':>12}" for figures in medians.values())
        lines.append(f"{row:30}" + "".join(cells))
    return "\n".join([*lines, "", *(f"{name}: {NOTES[name]}" for name in medians)])
