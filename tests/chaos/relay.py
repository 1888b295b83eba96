"""Wires between processes that can be slowed, held and cut: TCP relays in a process of their own.

    python -m tests.chaos.relay NAME:PORT:TARGET ...

Listens on each loopback PORT and passes bytes to TARGET. Lines of JSON on standard input say what becomes of a wire:
`{"wire", "delay_ms", "jitter_ms", "held"}` from now on, `{"wire", "cut": true}` at once. It ends with its input.
"""

import asyncio
import json
import random
import subprocess
import sys
from collections import deque
from pathlib import Path
from typing import Any

import uvloop


class Wire:
    """One relay. Bytes arrive in order, each not before its delay is over."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.delay_s = self.jitter_s = 0.0
        self.flowing = asyncio.Event()
        self.flowing.set()
        self._ends: set[asyncio.StreamWriter] = set()

    def cut(self) -> None:
        """Break every connection without a word."""
        for end in list(self._ends):
            end.transport.abort()

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection."""
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.transport.abort()
            return
        both = {writer, far_writer}
        self._ends |= both
        ways = [asyncio.create_task(self._pass(*way)) for way in ((reader, far_writer), (far_reader, writer))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._ends -= both
            for end in both:
                end.transport.abort()
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Until this way ends; what was under way still arrives."""
        loop = asyncio.get_running_loop()
        late: deque[tuple[float, bytes]] = deque()
        more = asyncio.Event()

        async def deliver() -> None:
            while True:
                while not late:
                    more.clear()
                    await more.wait()
                due, data = late[0]
                if (wait := due - loop.time()) > 0:
                    await asyncio.sleep(wait)
                await self.flowing.wait()
                late.popleft()
                if not data:
                    return
                writer.write(data)
                await writer.drain()

        delivery = asyncio.create_task(deliver())
        try:
            data = b"-"
            while data:
                data = await reader.read(65536)
                if data and not late and not self.delay_s and self.flowing.is_set():
                    writer.write(data)
                    await writer.drain()
                    continue
                late.append((loop.time() + self.delay_s + random.uniform(-1, 1) * self.jitter_s, data))
                more.set()
            await delivery
        except OSError:
            pass
        finally:
            delivery.cancel()


async def relay(wires: list[str]) -> None:
    """Until standard input ends."""
    named: dict[str, Wire] = {}
    for told in wires:
        name, port, target = told.split(":")
        named[name] = Wire(int(target))
        await asyncio.start_server(named[name].accept, "127.0.0.1", int(port), backlog=1024)
    loop = asyncio.get_running_loop()
    commands = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    print("ready", flush=True)
    while line := await commands.readline():
        told = json.loads(line)
        wire = named[told["wire"]]
        if told.get("cut"):
            wire.cut()
            continue
        wire.delay_s, wire.jitter_s = told["delay_ms"] / 1000, told["jitter_ms"] / 1000
        wire.flowing.clear() if told["held"] else wire.flowing.set()


class Relay:
    """The process of the relays, from outside. `wires`: name -> (port, target)."""

    def __init__(self, wires: dict[str, tuple[int, int]]) -> None:
        self._wires = wires
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and return when it listens."""
        wires = [f"{name}:{port}:{target}" for name, (port, target) in self._wires.items()]
        command = [sys.executable, "-m", "tests.chaos.relay", *wires]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
        )
        assert self._process.stdout is not None
        if self._process.stdout.readline() != b"ready\n":
            raise RuntimeError("the relay did not start")

    def stop(self) -> None:
        """End it."""
        if self._process is not None:
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            self._process.stdin.close()
            self._process.wait()
            self._process.stdout.close()

    def shape(self, wire: str, *, delay_ms: float = 0, jitter_ms: float = 0, held: bool = False) -> None:
        """From now on bytes of a wire come this late; while `held` they do not come at all."""
        self._tell(wire=wire, delay_ms=delay_ms, jitter_ms=jitter_ms, held=held)

    def cut(self, wire: str) -> None:
        """Break its connections."""
        self._tell(wire=wire, cut=True)

    def _tell(self, **told: Any) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(told).encode() + b"\n")
        self._process.stdin.flush()


if __name__ == "__main__":
    uvloop.run(relay(sys.argv[1:]))
