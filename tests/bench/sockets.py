"""One round of a server with the entry points join, answer and bcast: a socket layer by itself."""

import statistics
import time
from pathlib import Path

from tests.bench.figures import SETTLE_S, Figures, Size, percentile
from tests.bench.machine import Cpu, Load, cores, memory, running, wait_for_port
from tests.servers import free_port

ANSWER = {"questionId": 3, "choice": 2, "elapsedMs": 4321}


def measure(command: list[str], size: Size, folder: Path) -> Figures:
    """One round of a server with the entry points join, answer and bcast."""
    server_core, client_core = cores()
    port, log = free_port(), folder / "log"
    with running([*command, "--port", str(port)], server_core, log) as pid:
        wait_for_port(port, pid, log)
        load = Load(port, client_core)
        try:
            _warm_up(load)
            return _rounds(load, pid, size)
        finally:
            load.stop()


def _warm_up(load: Load) -> None:
    load("connect", count=100)
    load("call", event="join", body={"room": "warm"}, count=100)
    for _ in range(5):
        load("send", event="bcast", body={"room": "warm", "n": 1}, until={"question": 100})
    load("call", event="answer", body=ANSWER, count=50, seconds=0.5)
    load("close")
    time.sleep(SETTLE_S)


def _rounds(load: Load, pid: int, size: Size) -> Figures:
    empty = memory(pid)
    with Cpu(pid) as connecting:
        load("connect", count=size.connections)
    time.sleep(SETTLE_S)
    held = memory(pid) - empty
    load("call", event="join", body={"room": "big"}, count=size.room)
    last_ms = []
    with Cpu(pid) as broadcasting:
        for _ in range(size.broadcasts):
            sent = load("send", event="bcast", body={"room": "big", "n": 1}, until={"question": size.room})
            last_ms.append(sent["seconds"] * 1000)
    with Cpu(pid) as answering:
        answers = load("call", event="answer", body=ANSWER, count=size.answering, seconds=size.seconds)
    return {
        "set-up, CPU us per connection": connecting.seconds / size.connections * 1e6,
        "idle memory, KiB per connection": held / size.connections / 1024,
        "broadcast, CPU us per delivered message": broadcasting.seconds / size.broadcasts / size.room * 1e6,
        "broadcast, ms to the last of the room": statistics.median(last_ms),
        "answers acknowledged per second": answers["per_second"],
        "answer, p50 ms": percentile(answers["took_ms"], 50),
        "answer, p99 ms": percentile(answers["took_ms"], 99),
        "answer, CPU us": answering.seconds / answers["calls"] * 1e6,
        "client's share of its core while answering": answers["busy"],
    }
